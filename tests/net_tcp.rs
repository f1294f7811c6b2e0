//! TCP: each behaviour is checked on std's types first, then on vervet's, in every context.

#[path = "common/scheduler.rs"]
mod scheduler;

use std::io::{ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use socket2::SockRef;

const LOCAL: &str = "127.0.0.1:0";
const SHORT: Option<Duration> = Some(Duration::from_millis(20));

/// Runs `body` in each context that vervet's types work in.
fn in_both(body: fn()) {
    watched(body);
    let greenlet = vervet::spawn(body);
    if !greenlet.wait(Some(Duration::from_secs(60))) {
        let _ = vervet::runtime::dump(&mut std::io::stderr());
        panic!("stuck in a greenlet");
    }
    greenlet.join().unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
}

/// Runs `body` on a thread of its own, and fails if it does not finish.
fn watched(body: fn()) {
    let (done, finished) = mpsc::channel::<()>();
    let runner = thread::spawn(move || {
        let _done = done;
        body();
    });
    match finished.recv_timeout(Duration::from_secs(60)) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("stuck"),
        _ => runner.join().unwrap_or_else(|payload| std::panic::resume_unwind(payload)),
    }
}

/// Tests whose body must hold for std's types and for vervet's.
macro_rules! like_std {
    ($($(#[$attr:meta])* fn $name:ident() $body:block)*) => {$(
        #[test]
        $(#[$attr])*
        fn $name() {
            #[allow(unused_imports)]
            mod of_std {
                use super::*;
                use std::net::*;
                pub(super) fn body() $body
            }
            #[allow(unused_imports)]
            mod of_vervet {
                use super::*;
                use vervet::net::*;
                pub(super) fn body() $body
            }
            watched(of_std::body);
            in_both(of_vervet::body);
        }
    )*};
}

/// Both ends of a connection.
macro_rules! pair {
    () => {{
        let listener = TcpListener::bind(LOCAL).unwrap();
        let ours = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (theirs, _) = listener.accept().unwrap();
        (ours, theirs)
    }};
}

/// Writes until the stream takes no more.
macro_rules! fill {
    ($stream:expr) => {{
        let block = vec![7; 1 << 16];
        loop {
            match (&$stream).write(&block) {
                Ok(written) => assert_ne!(written, 0),
                Err(error) => break error,
            }
        }
    }};
}

like_std! {
    fn connect_accept_read_write() {
        let listener = TcpListener::bind(LOCAL).unwrap();
        let addr = listener.local_addr().unwrap();
        let mut ours = TcpStream::connect(addr).unwrap();
        let (mut theirs, peer) = listener.accept().unwrap();
        assert_eq!(ours.peer_addr().unwrap(), addr);
        assert_eq!(theirs.local_addr().unwrap(), addr);
        assert_eq!(ours.local_addr().unwrap(), peer);
        assert_eq!(theirs.peer_addr().unwrap(), peer);

        assert_eq!(ours.write(b"ping").unwrap(), 4);
        let mut buf = [0; 16];
        assert_eq!(theirs.read(&mut buf).unwrap(), 4);
        assert_eq!(&buf[..4], b"ping");
        ours.flush().unwrap();
        drop(ours);
        assert_eq!(theirs.read(&mut buf).unwrap(), 0);
        assert_eq!(theirs.read(&mut buf).unwrap(), 0);
    }

    fn waits_for_what_comes_later() {
        let listener = TcpListener::bind(LOCAL).unwrap();
        let addr = listener.local_addr().unwrap();
        let (go, wait) = mpsc::channel();
        let peer = thread::spawn(move || {
            let mut stream = TcpStream::connect(addr).unwrap();
            for byte in 0..3 {
                wait.recv().unwrap();
                stream.write_all(&[byte]).unwrap();
            }
        });
        let (mut stream, _) = listener.accept().unwrap();
        let mut buf = [0; 8];
        for byte in 0..3 {
            go.send(()).unwrap();
            assert_eq!(stream.read(&mut buf).unwrap(), 1);
            assert_eq!(buf[0], byte);
        }
        assert_eq!(stream.read(&mut buf).unwrap(), 0);
        peer.join().unwrap();
    }

    /// What a call leaves out says nothing about the room there is.
    fn more_buffers_than_a_call_takes() {
        let (mut ours, mut theirs) = pair!();
        for round in 0..3 {
            let bytes = vec![round; 3_000];
            let parts: Vec<_> = bytes.chunks(1).map(IoSlice::new).collect();
            let mut written = 0;
            while written < parts.len() {
                written += ours.write_vectored(&parts[written..]).unwrap();
            }
            let mut got = vec![0; bytes.len()];
            let mut read = 0;
            while read < got.len() {
                let mut parts: Vec<_> = got[read..].chunks_mut(1).map(IoSliceMut::new).collect();
                read += theirs.read_vectored(&mut parts).unwrap();
            }
            assert_eq!(got, bytes);
        }
    }

    fn reader_and_writer_at_once() {
        const TOTAL: usize = 4 << 20;
        let (ours, theirs) = pair!();
        thread::scope(|scope| {
            scope.spawn(|| {
                let copied = std::io::copy(&mut (&theirs).take(TOTAL as u64), &mut &theirs).unwrap();
                assert_eq!(copied, TOTAL as u64);
            });
            let sent: Vec<u8> = (0..TOTAL).map(|i| (i / 3) as u8).collect();
            let writer = scope.spawn({
                let (sent, ours) = (sent.clone(), &ours);
                move || (&*ours).write_all(&sent).unwrap()
            });
            let mut got = vec![0; TOTAL];
            (&ours).read_exact(&mut got).unwrap();
            assert!(got == sent);
            writer.join().unwrap();
        });
    }

    fn vectored_uses_every_buffer() {
        let (mut ours, mut theirs) = pair!();
        let parts = [IoSlice::new(b"one"), IoSlice::new(b""), IoSlice::new(b"twotwo"), IoSlice::new(b"3")];
        assert_eq!(ours.write_vectored(&parts).unwrap(), 10);
        let (mut a, mut b, mut c) = ([0; 4], [0; 0], [0; 8]);
        let mut bufs = [IoSliceMut::new(&mut a), IoSliceMut::new(&mut b), IoSliceMut::new(&mut c)];
        assert_eq!(theirs.read_vectored(&mut bufs).unwrap(), 10);
        assert_eq!((&a, &c[..6]), (b"onet", &b"wotwo3"[..]));

        assert_eq!((&theirs).write_vectored(&parts).unwrap(), 10);
        let mut buf = [0; 10];
        (&ours).read_exact(&mut buf).unwrap();
        assert_eq!(&buf, b"onetwotwo3");
    }

    fn vectored_without_room_returns_at_once() {
        let (mut ours, _theirs) = pair!();
        assert_eq!(ours.read_vectored(&mut []).unwrap(), 0);
        assert_eq!(ours.read_vectored(&mut [IoSliceMut::new(&mut [])]).unwrap(), 0);
        assert_eq!(ours.write_vectored(&[]).unwrap(), 0);
        assert_eq!(ours.write_vectored(&[IoSlice::new(&[])]).unwrap(), 0);
        assert_eq!(ours.write(&[]).unwrap(), 0);
    }

    fn vectored_takes_as_many_buffers_as_the_kernel() {
        let (mut ours, mut theirs) = pair!();
        let many: Vec<_> = (0..1500).map(|_| IoSlice::new(b"x")).collect();
        assert_eq!(ours.write_vectored(&many).unwrap(), 1024);
        let mut bytes = vec![[0u8]; 1500];
        let mut bufs: Vec<_> = bytes.iter_mut().map(|byte| IoSliceMut::new(byte)).collect();
        assert_eq!(theirs.read_vectored(&mut bufs).unwrap(), 1024);
    }

    fn peek_leaves_the_bytes() {
        let (mut ours, mut theirs) = pair!();
        ours.write_all(b"abc").unwrap();
        let mut buf = [0; 8];
        for _ in 0..2 {
            assert_eq!(theirs.peek(&mut buf).unwrap(), 3);
        }
        assert_eq!(theirs.read(&mut buf).unwrap(), 3);
        assert_eq!(&buf[..3], b"abc");
        theirs.set_read_timeout(SHORT).unwrap();
        assert_eq!(theirs.peek(&mut buf).unwrap_err().kind(), ErrorKind::WouldBlock);
        drop(ours);
        assert_eq!(theirs.peek(&mut buf).unwrap(), 0);
    }

    fn short_read_then_end() {
        let (mut ours, mut theirs) = pair!();
        ours.write_all(b"last words").unwrap();
        drop(ours);
        let mut text = String::new();
        theirs.read_to_string(&mut text).unwrap();
        assert_eq!(text, "last words");
    }

    fn shutdown_ends_one_direction() {
        let (mut ours, mut theirs) = pair!();
        ours.shutdown(Shutdown::Write).unwrap();
        assert_eq!(theirs.read(&mut [0; 4]).unwrap(), 0);
        assert_eq!(ours.write(b"x").unwrap_err().kind(), ErrorKind::BrokenPipe);
        assert_eq!(ours.write_vectored(&[IoSlice::new(b"x")]).unwrap_err().kind(), ErrorKind::BrokenPipe);
        theirs.write_all(b"still").unwrap();
        let mut buf = [0; 5];
        ours.read_exact(&mut buf).unwrap();
        ours.shutdown(Shutdown::Read).unwrap();
        assert_eq!(ours.read(&mut buf).unwrap(), 0);
    }

    fn shutdown_wakes_reader() {
        let (ours, _theirs) = pair!();
        let clone = ours.try_clone().unwrap();
        let reader = thread::spawn(move || (&clone).read(&mut [0; 4]).unwrap());
        ours.shutdown(Shutdown::Read).unwrap();
        assert_eq!(reader.join().unwrap(), 0);
    }

    fn reset_is_reported() {
        let (ours, mut theirs) = pair!();
        SockRef::from(&ours).set_linger(Some(Duration::ZERO)).unwrap();
        drop(ours);
        assert_eq!(theirs.read(&mut [0; 4]).unwrap_err().kind(), ErrorKind::ConnectionReset);
        assert_eq!(theirs.peer_addr().unwrap_err().kind(), ErrorKind::NotConnected);
    }

    fn clone_keeps_the_connection() {
        let (mut ours, mut theirs) = pair!();
        let mut clone = ours.try_clone().unwrap();
        ours.write_all(b"a").unwrap();
        drop(ours);
        clone.write_all(b"b").unwrap();
        let mut buf = [0; 2];
        theirs.read_exact(&mut buf).unwrap();
        assert_eq!(&buf, b"ab");
        drop(clone);
        assert_eq!(theirs.read(&mut buf).unwrap(), 0);
    }

    fn clone_shares_settings() {
        let (mut ours, _theirs) = pair!();
        let clone = ours.try_clone().unwrap();
        clone.set_read_timeout(SHORT).unwrap();
        assert_eq!(ours.read_timeout().unwrap(), clone.read_timeout().unwrap());
        assert_eq!(ours.read(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
        clone.set_read_timeout(None).unwrap();
        clone.set_nonblocking(true).unwrap();
        assert_eq!(ours.read(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
    }

    fn clone_of_listener_accepts() {
        let listener = TcpListener::bind(LOCAL).unwrap();
        let addr = listener.local_addr().unwrap();
        let clone = listener.try_clone().unwrap();
        drop(listener);
        let _stream = TcpStream::connect(addr).unwrap();
        clone.accept().unwrap();
    }

    fn read_timeout_is_would_block() {
        let (mut ours, mut theirs) = pair!();
        assert_eq!(ours.read_timeout().unwrap(), None);
        ours.set_read_timeout(SHORT).unwrap();
        let mut buf = [0; 4];
        for _ in 0..2 {
            let error = ours.read(&mut buf).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::WouldBlock);
            assert_eq!(error.raw_os_error(), Some(11));
        }
        theirs.write_all(b"x").unwrap();
        assert_eq!(ours.read(&mut buf).unwrap(), 1);
        ours.set_read_timeout(None).unwrap();
        assert_eq!(ours.read_timeout().unwrap(), None);
        theirs.write_all(b"y").unwrap();
        assert_eq!(ours.read(&mut buf).unwrap(), 1);
    }

    fn write_timeout_is_would_block() {
        let (ours, _theirs) = pair!();
        ours.set_write_timeout(SHORT).unwrap();
        assert!(ours.write_timeout().unwrap().is_some());
        assert_eq!(fill!(ours).kind(), ErrorKind::WouldBlock);
        // The kernel may find room for a little more at any time, but not for ever.
        let block = vec![7; 1 << 16];
        let error = loop {
            if let Err(error) = (&ours).write_vectored(&[IoSlice::new(&block), IoSlice::new(&block)]) {
                break error;
            }
        };
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
    }

    fn zero_timeout_is_refused() {
        let (ours, _theirs) = pair!();
        for error in [
            ours.set_read_timeout(Some(Duration::ZERO)).unwrap_err(),
            ours.set_write_timeout(Some(Duration::ZERO)).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert_eq!(error.to_string(), "cannot set a 0 duration timeout");
        }
    }

    fn extreme_timeouts() {
        let (mut ours, mut theirs) = pair!();
        theirs.write_all(b"x").unwrap();
        ours.set_read_timeout(Some(Duration::MAX)).unwrap();
        assert_eq!(ours.read(&mut [0; 4]).unwrap(), 1);
        ours.set_read_timeout(Some(Duration::from_nanos(1))).unwrap();
        assert!(ours.read_timeout().unwrap().is_some());
        assert_eq!(ours.read(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
    }

    fn nonblocking_stream() {
        let (mut ours, mut theirs) = pair!();
        ours.set_nonblocking(true).unwrap();
        let mut buf = [0; 4];
        assert_eq!(ours.read(&mut buf).unwrap_err().kind(), ErrorKind::WouldBlock);
        assert_eq!(ours.peek(&mut buf).unwrap_err().kind(), ErrorKind::WouldBlock);
        assert_eq!(
            ours.read_vectored(&mut [IoSliceMut::new(&mut buf)]).unwrap_err().kind(),
            ErrorKind::WouldBlock,
        );
        assert_eq!(fill!(ours).kind(), ErrorKind::WouldBlock);
        ours.set_nonblocking(false).unwrap();
        theirs.write_all(b"x").unwrap();
        assert_eq!(ours.read(&mut buf).unwrap(), 1);
    }

    fn nonblocking_listener() {
        let listener = TcpListener::bind(LOCAL).unwrap();
        listener.set_nonblocking(true).unwrap();
        assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
        assert_eq!(listener.incoming().next().unwrap().unwrap_err().kind(), ErrorKind::WouldBlock);
        listener.set_nonblocking(false).unwrap();
        let addr = listener.local_addr().unwrap();
        let mut client = TcpStream::connect(addr).unwrap();
        let (accepted, _) = listener.accept().unwrap();
        assert!(!SockRef::from(&accepted).nonblocking().unwrap());
        client.set_nonblocking(true).unwrap();
        assert_eq!(client.read(&mut [0; 1]).unwrap_err().kind(), ErrorKind::WouldBlock);
    }

    fn settings_made_through_the_fd_count() {
        let (mut ours, _theirs) = pair!();
        let mut buf = [0; 4];
        ours.set_read_timeout(SHORT).unwrap();
        assert_eq!(ours.read(&mut buf).unwrap_err().kind(), ErrorKind::WouldBlock);
        ours.set_read_timeout(None).unwrap();
        // Handed out once, changed again and again.
        let fd = ours.as_fd().try_clone_to_owned().unwrap();
        for _ in 0..2 {
            SockRef::from(&fd).set_nonblocking(true).unwrap();
            assert_eq!(ours.read(&mut buf).unwrap_err().kind(), ErrorKind::WouldBlock);
            SockRef::from(&fd).set_nonblocking(false).unwrap();
            SockRef::from(&fd).set_read_timeout(SHORT).unwrap();
            assert_eq!(ours.read(&mut buf).unwrap_err().kind(), ErrorKind::WouldBlock);
            SockRef::from(&fd).set_read_timeout(None).unwrap();
        }
    }

    fn adopted_fd_keeps_its_settings() {
        let (ours, _theirs) = pair!();
        SockRef::from(&ours).set_read_timeout(SHORT).unwrap();
        let mut ours = TcpStream::from(OwnedFd::from(ours));
        assert_eq!(ours.read(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
        ours.set_read_timeout(None).unwrap();
        ours.set_nonblocking(true).unwrap();
        let fd = OwnedFd::from(ours);
        assert!(SockRef::from(&fd).nonblocking().unwrap());
        let mut ours = TcpStream::from(fd);
        assert_eq!(ours.read(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
    }

    fn fds_are_as_the_user_made_them() {
        let listener = TcpListener::bind(LOCAL).unwrap();
        let ours = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (theirs, _) = listener.accept().unwrap();
        let quick = TcpStream::connect_timeout(&listener.local_addr().unwrap(), Duration::from_secs(9)).unwrap();
        listener.accept().unwrap();
        for fd in [
            OwnedFd::from(ours.try_clone().unwrap()),
            OwnedFd::from(ours),
            OwnedFd::from(theirs),
            OwnedFd::from(quick),
            OwnedFd::from(listener.try_clone().unwrap()),
            OwnedFd::from(listener),
        ] {
            assert!(!SockRef::from(&fd).nonblocking().unwrap());
            assert!(rustix::io::fcntl_getfd(&fd).unwrap().contains(rustix::io::FdFlags::CLOEXEC));
        }
    }

    fn listener_leaves_with_the_users_flag() {
        let listener = TcpListener::bind(LOCAL).unwrap();
        let addr = listener.local_addr().unwrap();
        let _first = TcpStream::connect(addr).unwrap();
        listener.accept().unwrap();
        let clone = listener.try_clone().unwrap();
        listener.set_nonblocking(true).unwrap();
        assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
        let fd = OwnedFd::from(listener);
        assert!(SockRef::from(&fd).nonblocking().unwrap());
        assert_eq!(clone.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
        // The clone follows what code outside does with the description, and still accepts.
        SockRef::from(&fd).set_nonblocking(false).unwrap();
        let _second = TcpStream::connect(addr).unwrap();
        clone.accept().unwrap();
        SockRef::from(&fd).set_read_timeout(SHORT).unwrap();
        assert_eq!(clone.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    }

    fn listener_timeout_bounds_accept_and_is_inherited() {
        let listener = TcpListener::bind(LOCAL).unwrap();
        SockRef::from(&listener).set_read_timeout(SHORT).unwrap();
        assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
        let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut accepted, _) = listener.accept().unwrap();
        assert!(accepted.read_timeout().unwrap().is_some());
        assert_eq!(accepted.read(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
        assert_eq!(accepted.read(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
    }

    fn refused() {
        let addr = TcpListener::bind(LOCAL).unwrap().local_addr().unwrap();
        assert_eq!(TcpStream::connect(addr).unwrap_err().kind(), ErrorKind::ConnectionRefused);
        let error = TcpStream::connect_timeout(&addr, Duration::from_secs(9)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    }

    fn address_in_use() {
        let first = TcpListener::bind(LOCAL).unwrap();
        let addr = first.local_addr().unwrap();
        assert_eq!(TcpListener::bind(addr).unwrap_err().kind(), ErrorKind::AddrInUse);
    }

    fn every_address_is_tried_and_the_last_error_returned() {
        let listener = TcpListener::bind(LOCAL).unwrap();
        let good = listener.local_addr().unwrap();
        let refusing = TcpListener::bind(LOCAL).unwrap().local_addr().unwrap();
        // 192.0.2.0/24 is no address of this host.
        let foreign: SocketAddr = "192.0.2.1:0".parse().unwrap();

        let stream = TcpStream::connect(&[refusing, good][..]).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), good);
        let error = TcpStream::connect(&[refusing, refusing][..]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);

        let error = TcpListener::bind(&[foreign, good][..]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
        let error = TcpListener::bind(&[good, foreign][..]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrNotAvailable);
        let free = LOCAL.parse().unwrap();
        TcpListener::bind(&[foreign, free][..]).unwrap();
    }

    fn no_address_is_invalid_input() {
        let none: &[SocketAddr] = &[];
        for error in [TcpListener::bind(none).unwrap_err(), TcpStream::connect(none).unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert_eq!(error.to_string(), "could not resolve to any addresses");
        }
    }

    fn connect_timeout_in_time() {
        let listener = TcpListener::bind(LOCAL).unwrap();
        let addr = listener.local_addr().unwrap();
        for timeout in [Duration::from_secs(9), Duration::MAX] {
            let stream = TcpStream::connect_timeout(&addr, timeout).unwrap();
            assert_eq!(stream.peer_addr().unwrap(), addr);
        }
    }

    fn connect_timeout_runs_out() {
        // With room for none, the kernel drops the handshakes of those who come late.
        let listener = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        listener.bind(&LOCAL.parse::<SocketAddr>().unwrap().into()).unwrap();
        listener.listen(0).unwrap();
        let addr = listener.local_addr().unwrap().as_socket().unwrap();
        let mut waiting = Vec::new();
        let error = loop {
            match TcpStream::connect_timeout(&addr, Duration::from_millis(50)) {
                Ok(stream) => waiting.push(stream),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert_eq!(error.to_string(), "connection timed out");
        let error = TcpStream::connect_timeout(&addr, Duration::ZERO).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(error.to_string(), "cannot set a 0 duration timeout");
    }

    fn incoming_goes_on() {
        let listener = TcpListener::bind(LOCAL).unwrap();
        let addr = listener.local_addr().unwrap();
        let clients: Vec<_> = (0..3).map(|_| TcpStream::connect(addr).unwrap()).collect();
        let mut incoming = listener.incoming();
        for client in &clients {
            let stream = incoming.next().unwrap().unwrap();
            assert_eq!(stream.peer_addr().unwrap(), client.local_addr().unwrap());
        }
        assert_eq!(incoming.by_ref().size_hint().1, None);
    }

    fn many_acceptors() {
        const EACH: usize = 5;
        let listener = TcpListener::bind(LOCAL).unwrap();
        let addr = listener.local_addr().unwrap();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for stream in listener.incoming().take(EACH) {
                        stream.unwrap().write_all(b"!").unwrap();
                    }
                });
            }
            for _ in 0..4 * EACH {
                let mut text = String::new();
                TcpStream::connect(addr).unwrap().read_to_string(&mut text).unwrap();
                assert_eq!(text, "!");
            }
        });
    }

    fn options() {
        let listener = TcpListener::bind(LOCAL).unwrap();
        listener.set_ttl(99).unwrap();
        assert_eq!(listener.ttl().unwrap(), 99);
        assert!(listener.take_error().unwrap().is_none());
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        assert!(!stream.nodelay().unwrap());
        stream.set_nodelay(true).unwrap();
        assert!(stream.nodelay().unwrap());
        stream.set_ttl(42).unwrap();
        assert_eq!(stream.ttl().unwrap(), 42);
        assert_eq!(stream.set_ttl(0).unwrap_err().kind(), ErrorKind::InvalidInput);
        assert!(stream.take_error().unwrap().is_none());
    }

    #[allow(deprecated)]
    fn only_v6_comes_too_late() {
        let listener = TcpListener::bind(LOCAL).unwrap();
        assert!(listener.only_v6().is_err());
        assert!(listener.set_only_v6(true).is_err());
    }

    fn fd_exhaustion_does_not_lose_the_listener() {
        // Lowering the limit is for a process of its own.
        const CHILD: &str = "VERVET_TEST_FDS";
        if std::env::var_os(CHILD).is_none() {
            let out = std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "fd_exhaustion_does_not_lose_the_listener"])
                .env(CHILD, "1")
                .output()
                .unwrap();
            assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
            return;
        }
        let mut limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
        limit.current = Some(64);
        rustix::process::setrlimit(rustix::process::Resource::Nofile, limit).unwrap();

        let listener = TcpListener::bind(LOCAL).unwrap();
        let addr = listener.local_addr().unwrap();
        let _client = TcpStream::connect(addr).unwrap();
        let mut hoard = Vec::new();
        while let Ok(fd) = listener.as_fd().try_clone_to_owned() {
            hoard.push(fd);
        }
        for _ in 0..2 {
            assert_eq!(listener.accept().unwrap_err().raw_os_error(), Some(24));
        }
        assert_eq!(listener.try_clone().unwrap_err().raw_os_error(), Some(24));
        assert_eq!(TcpStream::connect(addr).unwrap_err().raw_os_error(), Some(24));
        drop(hoard);
        listener.accept().unwrap();
    }
}

#[test]
fn debug_is_std_s() {
    let listener = vervet::net::TcpListener::bind(LOCAL).unwrap();
    let stream = vervet::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    listener.set_nonblocking(true).unwrap();
    let ours = format!("{stream:?} {stream:#?} {listener:?} {listener:#?} {:?}", listener.incoming());
    // The fds keep their numbers on the way.
    let listener = std::net::TcpListener::from(OwnedFd::from(listener));
    let stream = std::net::TcpStream::from(OwnedFd::from(stream));
    let theirs = format!("{stream:?} {stream:#?} {listener:?} {listener:#?} {:?}", listener.incoming());
    assert_eq!(ours, theirs);
}

// Not side by side: std has it only since 1.89.
#[test]
fn quickack() {
    use vervet::os::linux::net::TcpStreamExt;

    let listener = vervet::net::TcpListener::bind(LOCAL).unwrap();
    let stream = vervet::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    for on in [false, true] {
        stream.set_quickack(on).unwrap();
        assert_eq!(stream.quickack().unwrap(), on);
    }
}

#[test]
fn crosses_over_to_std_and_back() {
    let listener = vervet::net::TcpListener::bind(LOCAL).unwrap();
    let mut std_end = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (end, _) = listener.accept().unwrap();
    let mut end = std::net::TcpStream::from(OwnedFd::from(end));
    end.write_all(b"1").unwrap();
    std_end.read_exact(&mut [0]).unwrap();
    let mut end = vervet::net::TcpStream::from(OwnedFd::from(end));
    end.write_all(b"2").unwrap();
    std_end.read_exact(&mut [0]).unwrap();
}

#[test]
fn addresses_as_std_resolves_them() {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

    fn same<T>(what: &T)
    where
        T: vervet::net::ToSocketAddrs + std::net::ToSocketAddrs + ?Sized,
    {
        let ours = vervet::net::ToSocketAddrs::to_socket_addrs(what).map(Iterator::collect::<Vec<_>>);
        let theirs = std::net::ToSocketAddrs::to_socket_addrs(what).map(Iterator::collect::<Vec<_>>);
        match (ours, theirs) {
            (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs),
            (Err(ours), Err(theirs)) => {
                assert_eq!((ours.kind(), ours.to_string()), (theirs.kind(), theirs.to_string()));
            }
            (ours, theirs) => panic!("{ours:?}, but {theirs:?}"),
        }
    }

    let v4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 80);
    let v6 = SocketAddrV6::new(Ipv6Addr::LOCALHOST, 81, 1, 2);
    let both = [SocketAddr::V4(v4), SocketAddr::V6(v6)];
    same(&v4);
    same(&v6);
    same(&both[0]);
    same(&both[1]);
    same(&&both[..]);
    same(&(IpAddr::V6(*v6.ip()), 5));
    same(&(*v4.ip(), 5));
    same(&(*v6.ip(), 5));
    for host in ["127.0.0.1", "::1", "localhost", "", "a\0b"] {
        same(&(host, 7));
        same(&(host.to_owned(), 7));
        same(&&(host, 7));
    }
    for text in
        ["127.0.0.1:80", "[::1]:80", "localhost:80", "x", "1.2.3.4", "1.2.3.4:x", "1.2.3.4:65536", ":1"]
    {
        same(text);
        same(&text.to_owned());
        same(&&text);
    }
}

#[test]
fn addresses_are_std_s_types() {
    let addr: std::net::SocketAddr = vervet::net::SocketAddr::from(([127, 0, 0, 1], 1));
    let _: std::net::AddrParseError = "x".parse::<vervet::net::IpAddr>().unwrap_err();
    assert_eq!(addr, vervet::net::SocketAddr::V4(vervet::net::SocketAddrV4::new([127, 0, 0, 1].into(), 1)));
}

const _: () = {
    use std::iter::FusedIterator;
    use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd};
    use std::panic::{RefUnwindSafe, UnwindSafe};
    use vervet::net::{Incoming, TcpListener, TcpStream};

    const fn auto<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() {}
    const fn fd<T: AsFd + AsRawFd + FromRawFd + IntoRawFd + From<OwnedFd> + Into<OwnedFd>>() {}
    const fn fused<T: FusedIterator>() {}
    const fn read_write<T: Read + Write>() {}
    auto::<TcpStream>();
    auto::<TcpListener>();
    auto::<Incoming<'_>>();
    fd::<TcpStream>();
    fd::<TcpListener>();
    fused::<Incoming<'_>>();
    read_write::<TcpStream>();
    read_write::<&TcpStream>();
};
