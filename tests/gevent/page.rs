//! The names that `docs/gevent.md` gives to readers: all of them exist.

use std::collections::BTreeSet;
use std::os::fd::{IntoRawFd, OwnedFd};
use std::time::Duration;

use vervet::fs::File;
use vervet::net::resolver::{self, Resolver};
use vervet::net::{HappyEyeballs, TcpListener, TcpStream, ToSocketAddrs, UdpSocket, connect_happy};
use vervet::os::unix::net::UnixStream;
use vervet::pool::{Group, Pool};
use vervet::process::{Child, Command};
use vervet::queue::{Channel, JoinableQueue, LifoQueue, PriorityQueue, Queue, TryGetError, TryPutError};
use vervet::select::{Select, after, readable, writable};
use vervet::server::{DatagramServer, Responder, ServerHandle, StreamServer};
use vervet::signal::{self, Signals};
use vervet::sync::{AsyncResult, Barrier, Condvar, Event, Mutex, ReentrantMutex, Semaphore};
use vervet::threadpool::ThreadPool;
use vervet::{Builder, Exit, Greenlet, GreenletRef, JoinError, LocalKey, ScopedValue, runtime};

const PAGE: &str = include_str!("../../docs/gevent.md");

/// Words in code that stand for something of the reader's.
const STAND_INS: &[&str] = &[
    "addr", "config", "error", "grace", "group", "handle", "host", "items", "objects", "out", "pool", "refs",
    "server", "sig", "signals", "ttl",
];

/// Names of std's, and keywords.
const OF_STD: &[&str] = &[
    "BufReader",
    "Duration",
    "From",
    "MAX",
    "None",
    "Option",
    "OwnedFd",
    "Read",
    "Some",
    "Write",
    "ZERO",
    "copy",
    "drop",
    "map_err",
    "mut",
    "read",
    "std",
    "unwrap_or",
    "vervet",
    "write_all",
    "write_vectored",
];

#[cfg(feature = "tls")]
fn tls_config() -> std::sync::Arc<rustls::ServerConfig> {
    unreachable!("it is enough that it compiles")
}

/// Never called: it is enough that it compiles.
#[allow(dead_code, unused_must_use, path_statements, clippy::no_effect, clippy::all)]
fn names(pool: &Pool, group: &Group) {
    type T = i32;
    const D: Duration = Duration::ZERO;

    vervet::spawn::<fn() -> T, T>;
    vervet::spawn_local::<fn() -> T, T>;
    vervet::spawn_later::<fn() -> T, T>;
    vervet::offload::<fn() -> T, T>;
    vervet::timeout::<fn() -> T, T>;
    vervet::shield::<fn() -> T, T>;
    vervet::scope(|_| ());
    vervet::sleep;
    vervet::yield_now;
    vervet::idle;
    vervet::current;
    vervet::kill_all;
    vervet::join_all::<T>(None);
    vervet::try_join_all::<T>(None);
    vervet::as_completed::<T>(None);
    vervet::wait(None, None, None);
    vervet::select! { default => () };
    vervet::greenlet_local! { static LOCAL: T = 0 }
    let _: LocalKey<T> = LOCAL;
    ScopedValue::<T>::new();
    vervet::thread::park;
    vervet::thread::spawn::<fn() -> T, T>;

    Builder::new().name("").stack_size(0).spawn(|| ());
    Greenlet::<T>::join;
    Greenlet::<T>::join_timeout;
    Greenlet::<T>::wait;
    Greenlet::<T>::kill;
    Greenlet::<T>::is_finished;
    Greenlet::<T>::handle;
    vervet::spawn(|| ()).on_exit(|_| ());
    (GreenletRef::kill, GreenletRef::id, GreenletRef::name, GreenletRef::parent, GreenletRef::spawn_site);
    JoinError::Killed;
    JoinError::Panicked;
    (Exit::Finished, Exit::Panicked, Exit::Killed);

    (Event::new, Event::set, Event::clear, Event::is_set, Event::wait, Event::wait_timeout);
    AsyncResult::<T>::new;
    AsyncResult::<T>::set;
    AsyncResult::<T>::get;
    AsyncResult::<T>::get_timeout;
    AsyncResult::<T>::try_get;
    AsyncResult::<T>::take;
    AsyncResult::<T>::wait_timeout;
    AsyncResult::<T>::new().set_error("");
    AsyncResult::<T>::new().link(|_| ());
    AsyncResult::<T>::new().with(|_| ());
    (Semaphore::new, Semaphore::acquire, Semaphore::try_acquire, Semaphore::acquire_timeout);
    (
        Semaphore::add_permits,
        Semaphore::wait,
        Semaphore::available_permits,
        Semaphore::acquire_many,
        Semaphore::close,
    );
    ReentrantMutex::<T>::new;
    Mutex::<T>::new;
    (Condvar::new, Barrier::new);

    (Queue::<T>::unbounded, Queue::<T>::bounded, Queue::<T>::put, Queue::<T>::get, Queue::<T>::peek);
    (Queue::<T>::try_put, Queue::<T>::try_get, Queue::<T>::try_peek);
    (Queue::<T>::put_timeout, Queue::<T>::get_timeout, Queue::<T>::peek_timeout);
    (Queue::<T>::len, Queue::<T>::is_empty, Queue::<T>::is_full, Queue::<T>::capacity, Queue::<T>::close);
    Queue::<T>::iter;
    (TryPutError::Full(0), TryGetError::Empty);
    (JoinableQueue::<T>::task_done, JoinableQueue::<T>::join, JoinableQueue::<T>::join_timeout);
    (JoinableQueue::<T>::shutdown, JoinableQueue::<T>::shutdown_now);
    (PriorityQueue::<T>::unbounded, LifoQueue::<T>::unbounded, Channel::<T>::new);

    (Group::new, Group::add, Group::discard, Group::len, Group::join, Group::join_timeout, Group::kill);
    group.spawn(|| ());
    (Pool::new, Pool::is_full, Pool::free_count, Pool::wait_available, Pool::resize);
    pool.spawn(|| ());
    pool.try_spawn(|| ());
    pool.spawn_timeout(D, || ());
    pool.map([0], |n: T| n);
    pool.imap([0], |n: T| n).buffer(1);
    pool.imap_unordered([0], |n: T| n);
    pool.apply(|| ());
    let threads = ThreadPool::new(1);
    threads.submit(|| ()).link(|_| ());
    threads.apply(|| ());
    threads.map([0], |n: T| n);
    (ThreadPool::size, ThreadPool::resize, ThreadPool::join, ThreadPool::shutdown);

    let server =
        || StreamServer::bind("").unwrap().max_connections(1).backlog(1).reuse_port(1).on_error(|_| ());
    #[cfg(feature = "tls")]
    let server = || server().tls(tls_config()).handshake_timeout(D);
    let handle: ServerHandle = server().on_connection(|_, _| ()).start().unwrap();
    handle.local_addr();
    (handle.connections(), handle.accepted(), handle.is_draining());
    handle.shutdown(D);
    server().on_connection(|_, _| ()).serve_forever();
    StreamServer::<TcpListener>::new;
    DatagramServer::bind("").unwrap().max_in_flight(1).on_datagram(|_, _, _| ());
    Responder::reply;

    TcpStream::connect("");
    (
        TcpStream::connect_timeout,
        TcpStream::set_read_timeout,
        TcpStream::set_write_timeout,
        TcpStream::try_clone,
    );
    (TcpStream::shutdown, TcpStream::into_raw_fd, <TcpStream as From<OwnedFd>>::from);
    (UdpSocket::recv_from, UnixStream::pair, vervet::io::pipe);
    (resolver::lookup, resolver::set_default);
    Resolver::builder().cache(D, 1).lookup_with(|_| Ok(Vec::new())).build();
    ToSocketAddrs::to_socket_addrs(&"");
    HappyEyeballs::new();
    connect_happy("");
    (Command::output, Child::wait, Child::try_wait, Child::wait_with_output);
    File::open("");
    after;
    readable(&TcpStream::connect("").unwrap());
    writable(&TcpStream::connect("").unwrap());
    Select::<T>::new();
    signal::on(signal::SIGINT, || ()).map(signal::Handle::cancel);
    (signal::wait, signal::shutdown_signal, Signals::new);

    runtime::dump(&mut std::io::sink());
    runtime::metrics().switches;
    runtime::metrics().spawned;
    runtime::Builder::new().workers(1).stack_size(1).reactor(runtime::Reactor::Auto).offload_threads(1);
    log::error!("");
}

/// The middle column of the page's tables.
fn middle_column() -> impl Iterator<Item = &'static str> {
    let rows = PAGE.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| gevent |"));
    rows.map(|row| {
        let cells: Vec<_> = row.split('|').collect();
        assert_eq!(cells.len(), 5, "three cells: {row}");
        cells[2]
    })
}

/// The names in it: words of more than two letters in code.
fn given_names() -> BTreeSet<&'static str> {
    let code = middle_column().flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let words = code.flat_map(|code| code.split(|c: char| !c.is_alphanumeric() && c != '_'));
    words.filter(|word| word.len() > 2).collect()
}

#[test]
fn each_name_exists() {
    let here = include_str!("page.rs");
    let compiled: BTreeSet<_> = here.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let known = |word: &&str| compiled.contains(word) || STAND_INS.contains(word) || OF_STD.contains(word);
    let unknown: Vec<_> = given_names().into_iter().filter(|word| !known(word)).collect();
    assert!(unknown.is_empty(), "on the page, but not in `names`: {unknown:?}");
    assert!(given_names().len() > 150, "the tables were not found");
}

#[test]
fn each_row_says_something() {
    for cell in middle_column() {
        assert!(
            cell.contains('`') || cell.trim().starts_with("none") || cell.contains("the `log` crate"),
            "{cell}"
        );
    }
}
