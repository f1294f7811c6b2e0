//! Green threads for plain blocking Rust: a hundred thousand calls to `read`, `accept`, `sleep` or `join` at once, on a few
//! OS threads, without an `async` in sight.
//!
//! ```
//! use std::io::{Read, Write};
//! use vervet::net::{TcpListener, TcpStream};
//!
//! let listener = TcpListener::bind("127.0.0.1:0")?;
//! let addr = listener.local_addr()?;
//!
//! vervet::spawn(move || -> std::io::Result<()> {
//!     for stream in listener.incoming() {
//!         let mut stream = stream?;
//!         vervet::spawn(move || std::io::copy(&mut stream.try_clone()?, &mut stream));
//!     }
//!     Ok(())
//! });
//!
//! let mut stream = TcpStream::connect(addr)?;
//! stream.write_all(b"green")?;
//! let mut echo = [0; 5];
//! stream.read_exact(&mut echo)?;
//! assert_eq!(&echo, b"green");
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # Greenlets
//!
//! A greenlet is a function with a stack of its own. [`spawn`] starts one and [`Greenlet::join`] waits for it, as with
//! `std::thread`. When it would block, its worker (an OS thread) runs another one. A million of them fit into a process: a
//! greenlet costs a page of memory, not an OS thread.
//!
//! * Started: [`spawn`], [`spawn_later`], [`spawn_local`] (not `Send`), [`Builder`] (name, stack size), [`run`] (the whole
//!   program), [`scope`] (borrowing).
//! * Waited for: [`Greenlet::join`], [`join_all`], [`try_join_all`], [`as_completed`], [`Greenlet::on_exit`], `.await`.
//! * Ended from outside: [`Greenlet::kill`], [`timeout`], [`kill_all`]; put off by [`shield`].
//! * Off the workers: [`offload`], for what blocks and is not vervet's.
//! * For itself: [`greenlet_local!`] values, [`ScopedValue`]s that it hands on, [`current`], [`sleep`], [`yield_now`], [`idle`].
//!
//! Every call works on OS threads, too: the same code blocks the greenlet where it runs in one, and the thread where not.
//!
//! # std, moved over
//!
//! A file that imports from `std::{net, thread, sync, io, fs, process, os, time}` moves to greenlets by importing from
//! `vervet` instead, and nothing else: paths, names, signatures, errors and their messages are std's. What cannot block is
//! re-exported. Each module says where it differs.
//!
//! | here | blocks the greenlet while |
//! |---|---|
//! | [`net`], [`os::unix::net`] | TCP, UDP and unix sockets wait for their peers |
//! | [`thread`] | a "thread", which is a greenlet, sleeps, joins, or parks |
//! | [`sync`], [`sync::mpsc`] | locks, conditions, barriers, initialisers and channels wait |
//! | [`io`] | [`stdin`](io::stdin()) and [`pipe`](io::pipe())s wait for input, or for room |
//! | [`fs`] | a thread of the pool waits for the disk |
//! | [`process`] | children run, and their pipes wait |
//!
//! # Beyond std
//!
//! | for | see |
//! |---|---|
//! | the first of several things | [`select!`], with queues, greenlets, timers, fds, events, permits; [`wait()`] for several of many |
//! | items from many to many | [`queue`]: `Queue`, `PriorityQueue`, `LifoQueue`, `JoinableQueue`, and `Channel`, the rendezvous |
//! | permits, events, results, groups | [`sync`]: `Semaphore`, `Event`, `AsyncResult`, `WaitGroup`, `ReentrantMutex` |
//! | so many at once and no more | [`pool`]: `Pool` and `Group`, with `map` and `imap` |
//! | blocking code that is not vervet's | [`threadpool`], or [`offload`] for one call |
//! | servers with a limit and an orderly end | [`server`]: `StreamServer` (TCP, unix, TLS with the feature `tls`), `DatagramServer` |
//! | functions that stop in the middle and go on later | [`coroutine`]: Lua's coroutines, Python's generators, greenlet's switch |
//! | handlers for events, timers and fds | [`event_engine`], in no order, in that of each key, or one after the other |
//! | multiplexing by hand | [`select::poll`], [`select::select`](crate::select::select()), [`select::Poller`] |
//! | futures, and async code beside it | [`future`]: `block_on`, `spawn_on_greenlet`; `greenlet.await` |
//! | connections that are kept for the next one, and protocols by pattern | [`cosocket`], after OpenResty's |
//! | names, and the best of several addresses | [`net::resolver`], [`net::connect_happy`] |
//! | Ctrl-C and its kin | [`signal`] |
//! | values for all that is called or spawned from here | [`ScopedValue`] |
//!
//! Whoever comes from gevent finds each of its calls in [`docs/gevent.md`](https://docs.rs/crate/vervet/latest/source/docs/gevent.md).
//! Whoever wants to know how it works finds it built in small programs, from coroutines up, in
//! [`docs/book`](https://docs.rs/crate/vervet/latest/source/docs/book/README.md).
//!
//! # What blocks what
//!
//! A call of this crate blocks the greenlet. A call of `std` that blocks (`std::thread::sleep`, `std::net`, a contended
//! `std::sync::Mutex` whose holder waits) blocks the *worker*, with every greenlet on it. So use the modules above, and
//! [`offload`] for the rest. A `std::sync::Mutex` is fine as long as nothing in its critical section waits.
//!
//! A greenlet that computes without a blocking call keeps its worker to itself; [`yield_now`] lets others in. Nothing preempts
//! it. Workers look after I/O and timers at least every 61 switches or every millisecond, as far as greenlets let go.
//!
//! # Thread-locals
//!
//! Idle workers steal greenlets that have not started. Once it has run, a greenlet stays on its OS thread: `thread_local!`,
//! `Rc` and other `!Send` values are sound across blocking calls. Greenlets of one worker share its thread-locals,
//! though. Three things follow:
//!
//! * `std::thread::current()`, `std::thread::park` and what is built on it (`std::sync::mpsc` when it has to wait, for one) belong
//!   to the worker, not to the greenlet; [`thread`] and [`sync::mpsc`] have the greenlet's.
//! * Crates that keep a pointer into their stack in a thread-local for the length of a closure (`scoped-tls`) assume that
//!   closures on one thread nest. Those of interleaved greenlets do not: do not block inside such a closure.
//! * While a thread runs the panic hook, std aborts if another panic begins on it: do not block in a hook. The count of panics under
//!   way, `std::thread::panicking()`, is each greenlet's own.
//!
//! # Cancellation
//!
//! [`Greenlet::kill`] and [`timeout`] unwind the greenlet out of its blocking call. The panic hook stays silent, destructors
//! run, and may themselves block. It is sticky: code that catches the unwinding is unwound again at the next blocking call. The
//! documentation of each blocking call says under "Cancellation" what is kept or lost. With `panic = "abort"` there is no
//! unwinding: blocking calls then return an error.
//!
//! # Settings and inspection
//!
//! The runtime starts at first use. [`runtime::Builder`] or the environment (`VERVET_WORKERS`, `VERVET_STACK_SIZE`,
//! `VERVET_REACTOR`, `VERVET_SCHEDULER`) settle how; [`runtime::metrics`] and [`runtime::dump`] show what goes on.
//!
//! # May
//!
//! With the feature `may`, greenlets can run on may's scheduler (`Builder::scheduler`, `runtime::Builder::allow_may`), and every blocking
//! call of this crate works inside may's coroutines: it parks the coroutine. The first such call in a coroutine that vervet has not
//! started starts vervet's runtime, whose workers look after its fds and timers. What may cancels unwinds out of the call, as
//! may has it; destructors that wait then block their OS thread, because may does not park a cancelled coroutine any more.
//!
//! # Platforms
//!
//! Linux 5.11 or newer on x86_64, and on aarch64, where it has not been tested yet. From Linux 6.13 on, a stack's guard costs no mapping of its own; before, about
//! 30,000 greenlets fit into the default `vm.max_map_count`, and [`Builder::spawn`] says so when they do not.

#[cfg(not(target_os = "linux"))]
compile_error!("vervet supports Linux only, so far");

mod greenlet;
mod sys;
mod wait;

pub mod coroutine;
pub mod cosocket;
pub mod event_engine;
pub mod fs;
pub mod future;
pub mod io;
pub mod net;
pub mod os;
pub mod pool;
pub mod process;
pub mod queue;
pub mod runtime;
pub mod select;
pub mod server;
pub mod signal;
pub mod sync;
pub mod thread;
pub mod threadpool;
pub mod time;

pub use greenlet::{
    AccessError, AsCompleted, Builder, Elapsed, Ended, Greenlet, GreenletRef, JoinError, LocalKey, Scope,
    ScopedGreenlet, ScopedValue, as_completed, current, idle, join_all, kill_all, offload, run, scope,
    shield, sleep, spawn, spawn_later, spawn_local, timeout, try_join_all, yield_now,
};
#[cfg(feature = "may")]
pub use runtime::Scheduler;
pub use runtime::control::GreenletId;
pub use runtime::exit::Exit;
pub use select::wait;

/// The code of that page runs as this crate's own examples do.
#[cfg(doctest)]
#[doc = include_str!("../docs/gevent.md")]
struct GeventPage;

/// So does that of the book, each chapter under its name.
#[cfg(doctest)]
mod book {
    #[doc = include_str!("../docs/book/1-coroutine.md")]
    struct Coroutine;
    #[doc = include_str!("../docs/book/2-event-loop.md")]
    struct EventLoop;
    #[doc = include_str!("../docs/book/3-marriage.md")]
    struct Marriage;
    #[doc = include_str!("../docs/book/4-greenlets.md")]
    struct Greenlets;
    #[doc = include_str!("../docs/book/5-scheduler.md")]
    struct Scheduler;
    #[doc = include_str!("../docs/book/6-monkey.md")]
    struct Monkey;
    #[doc = include_str!("../docs/book/solutions.md")]
    struct Solutions;
}
