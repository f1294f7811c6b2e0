//! What goes wrong, and what becomes of it.

use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use log::Level;
use socket2::SockRef;
use vervet::net::{TcpListener, TcpStream, UdpSocket};
use vervet::server::{DatagramServer, StreamServer};

use crate::child::{in_child, open_fds};
use crate::common::{LIMIT, checked, eventually, in_both};
use crate::{asks, echo, records};

const EMFILE: i32 = 24;

#[test]
fn a_taken_port() {
    checked(|| {
        let server = StreamServer::bind("127.0.0.1:0").unwrap();
        let taken = server.local_addr().unwrap();
        assert_eq!(StreamServer::bind(taken).unwrap_err().kind(), ErrorKind::AddrInUse);
        let server = server.reuse_port(2).on_connection(echo).start().unwrap();
        // It shares the port among its own listeners, and with nobody who has not asked for that.
        assert_eq!(StreamServer::bind(taken).unwrap_err().kind(), ErrorKind::AddrInUse);
        assert_eq!(server.shutdown(LIMIT), Default::default());
        // A client somewhere may have it for a moment.
        eventually("the port is free again", || StreamServer::bind(taken).is_ok());

        let server = DatagramServer::bind("127.0.0.1:0").unwrap();
        let taken = server.local_addr().unwrap();
        assert_eq!(DatagramServer::bind(taken).unwrap_err().kind(), ErrorKind::AddrInUse);
    });
}

#[test]
fn a_panic_ends_its_connection_and_is_logged_once() {
    checked(|| {
        records::keep();
        let server = StreamServer::bind("127.0.0.1:0")
            .unwrap()
            .name("shaky")
            .on_connection(|mut stream, peer| {
                let mut word = [0; 4];
                stream.read_exact(&mut word).unwrap();
                assert!(&word != b"trip", "on purpose");
                stream.write_all(&word).unwrap();
                echo(stream, peer).unwrap();
            })
            .start()
            .unwrap();
        let mut steady = TcpStream::connect(server.local_addr()).unwrap();
        asks(&mut steady, "walk");
        let mut falls = TcpStream::connect(server.local_addr()).unwrap();
        let peer = falls.local_addr().unwrap();
        falls.write_all(b"trip").unwrap();
        assert_eq!(falls.read(&mut [0]).unwrap(), 0, "closed");
        asks(&mut steady, "and on");
        asks(&mut TcpStream::connect(server.local_addr()).unwrap(), "walk");
        drop(steady);
        assert_eq!((server.panicked(), server.shutdown(LIMIT).killed), (1, 0));
        let records = records::with(&peer.to_string());
        assert_eq!(records.len(), 1, "{records:?}");
        assert_eq!(records[0].0, Level::Error);
        assert!(records[0].1.starts_with(&format!("shaky: the handler of {peer} panicked: ")), "{records:?}");
    });
}

#[test]
fn a_listener_that_is_none_ends_the_server() {
    checked(|| {
        in_both(|| {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let clone = listener.try_clone().unwrap();
            let told = Arc::new(Mutex::new(Vec::new()));
            let hook = Arc::clone(&told);
            let server = StreamServer::new(listener)
                .on_error(move |error| {
                    hook.lock().unwrap().push(error.kind());
                    panic!("on purpose");
                })
                .on_connection(echo)
                .start()
                .unwrap();
            let mut client = TcpStream::connect(server.local_addr()).unwrap();
            asks(&mut client, "hello");
            SockRef::from(&clone).shutdown(Shutdown::Both).unwrap();
            for _ in 0..2 {
                assert_eq!(server.wait().unwrap_err().kind(), ErrorKind::InvalidInput);
            }
            assert!(server.is_draining());
            assert_eq!(*told.lock().unwrap(), [ErrorKind::InvalidInput]);
            asks(&mut client, "handlers go on");
            drop(client);
            let report = server.shutdown(LIMIT);
            assert_eq!((report.drained, report.killed), (1, 0));
        });
    });
}

#[test]
fn serve_forever_returns_what_has_ended_it() {
    checked(|| {
        // Bound, and never told to listen.
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        let any: std::net::SocketAddr = "127.0.0.1:0".parse().unwrap();
        socket.bind(&any.into()).unwrap();
        let listener = TcpListener::from(std::os::fd::OwnedFd::from(socket));
        let ended = StreamServer::new(listener).on_connection(echo).serve_forever();
        assert_eq!(ended.unwrap_err().kind(), ErrorKind::InvalidInput);
    });
}

#[test]
fn a_client_that_never_reads_holds_up_nobody_else() {
    checked(|| {
        let server = StreamServer::bind("127.0.0.1:0")
            .unwrap()
            .on_connection(|mut stream, peer| {
                let mut word = [0; 4];
                stream.read_exact(&mut word)?;
                if &word == b"much" {
                    while stream.write_all(&[b'.'; 64 << 10]).is_ok() {}
                }
                stream.write_all(&word)?;
                echo(stream, peer)
            })
            .start()
            .unwrap();
        let mut deaf = TcpStream::connect(server.local_addr()).unwrap();
        deaf.write_all(b"much").unwrap();
        eventually("its handler waits for room", || vervet::runtime::metrics().parked.write == 1);
        for _ in 0..20 {
            asks(&mut TcpStream::connect(server.local_addr()).unwrap(), "some");
        }
        eventually("the others are gone", || server.connections() == 1);
        let report = server.shutdown(Duration::from_millis(20));
        assert_eq!((report.drained, report.killed, report.stuck), (0, 1, 0));
    });
}

/// Its fds taken to the last, a server waits. It goes on as soon as a client of its own has left, long before it would look
/// again by itself, and soon after somebody else gives fds back.
#[test]
fn out_of_fds_and_back() {
    const CLIENTS: usize = 40;
    in_child("trouble::out_of_fds_and_back", &[], LIMIT, || {
        records::keep();
        // Whatever the runtime opens late is open.
        vervet::run(|| {
            asks_once(&StreamServer::bind("127.0.0.1:0").unwrap().on_connection(echo).start().unwrap())
        });
        let (full, others) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (fulls, other) = (Arc::clone(&full), Arc::clone(&others));
        let server = StreamServer::bind("127.0.0.1:0")
            .unwrap()
            .on_error(move |error| {
                let count = if error.raw_os_error() == Some(EMFILE) { &fulls } else { &other };
                count.fetch_add(1, SeqCst);
            })
            .on_connection(echo);
        let addr = server.local_addr().unwrap();
        let mut clients: Vec<_> = (0..CLIENTS).map(|_| TcpStream::connect(addr).unwrap()).collect();
        set_fd_limit(open_fds() as u64 + 30);
        let mut taken = Vec::new();
        while let Ok(file) = std::fs::File::open("/dev/null") {
            taken.push(file);
        }
        taken.truncate(taken.len() - 3);
        let server = server.start().unwrap();
        eventually("it has run out of fds", || full.load(SeqCst) > 0);
        assert_eq!(server.connections(), 3);

        // Pauses of 10, 20, 40, ... ms and no turning in circles meanwhile.
        let from = full.load(SeqCst);
        std::thread::sleep(Duration::from_millis(700));
        let attempts = full.load(SeqCst) - from;
        assert!((1..=7).contains(&attempts), "{attempts} attempts");

        // The next look is half a second away.
        let start = Instant::now();
        for (n, mut client) in clients.drain(..10).enumerate() {
            asks(&mut client, &format!("client {n}"));
            let before = server.accepted();
            drop(client);
            eventually("the next one is in", || server.accepted() > before);
        }
        assert!(start.elapsed() < Duration::from_millis(400), "{:?}", start.elapsed());

        drop(taken);
        eventually("all are in", || server.accepted() == CLIENTS as u64);
        for mut client in clients {
            asks(&mut client, "at last");
        }
        asks(&mut TcpStream::connect(addr).unwrap(), "the listener is there");
        assert_eq!(others.load(SeqCst), 0, "other errors");
        let said = records::with("(os error 24)");
        assert!((1..=4).contains(&said.len()), "{said:?}");
        assert!(said.iter().all(|(level, _)| *level == Level::Warn), "{said:?}");
        assert_eq!(server.shutdown(LIMIT).killed, 0);
    });
}

fn asks_once(server: &vervet::server::ServerHandle) {
    asks(&mut TcpStream::connect(server.local_addr()).unwrap(), "warm");
    UdpSocket::bind("127.0.0.1:0").unwrap().send_to(b"?", "127.0.0.1:9").unwrap();
    let _ = server.shutdown(LIMIT);
}

fn set_fd_limit(limit: u64) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: Some(limit), maximum }).unwrap();
}
