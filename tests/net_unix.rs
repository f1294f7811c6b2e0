//! Unix sockets: each behaviour is checked on std's types first, then on vervet's, in every context.

mod common;
mod sides;

use std::io::{self, ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::net::Shutdown;
use std::os::fd::{AsFd, OwnedFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use common::{checked, parked};
use sides::{SHORT, cut_short, cut_short_at_once, interrupted, like_std, undisturbed};
use socket2::SockRef;

mod of_std {
    pub(crate) use std::os::unix::net::*;
    pub(crate) use std::thread::spawn;
}
mod of_vervet {
    pub(crate) use vervet::os::unix::net::*;
    pub(crate) use vervet::spawn;
}

/// A path for one socket, removed at the end.
struct Place(PathBuf);

impl Place {
    fn new() -> Place {
        Place(std::env::temp_dir().join(format!("vervet-net-unix-{}-{}", std::process::id(), number())))
    }
}

impl AsRef<std::path::Path> for Place {
    fn as_ref(&self) -> &std::path::Path {
        &self.0
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// An address that needs no file.
fn abstract_addr() -> SocketAddr {
    SocketAddr::from_abstract_name(format!("vervet-net-unix-{}-{}", std::process::id(), number())).unwrap()
}

fn number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A listener whose backlog is full once one connection waits.
fn narrow_listener(addr: &SocketAddr) -> OwnedFd {
    let listener = OwnedFd::from(std::os::unix::net::UnixListener::bind_addr(addr).unwrap());
    SockRef::from(&listener).listen(0).unwrap();
    listener
}

fn told(result: io::Result<usize>) -> Result<usize, (ErrorKind, Option<i32>)> {
    result.map_err(|error| (error.kind(), error.raw_os_error()))
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

/// Sends until there is no room for more, without waiting; answers how many messages went.
macro_rules! fill_queue {
    ($socket:expr, $send:expr) => {{
        $socket.set_nonblocking(true).unwrap();
        let mut sent = 0;
        let error = loop {
            match $send {
                Ok(_) => sent += 1,
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        $socket.set_nonblocking(false).unwrap();
        sent
    }};
}

// --- streams and listeners -----------------------------------------------------------------------------------------

like_std! {
    fn connect_accept_read_write() {
        let place = Place::new();
        let listener = UnixListener::bind(&place).unwrap();
        assert_eq!(listener.local_addr().unwrap().as_pathname(), Some(place.as_ref()));
        let mut ours = UnixStream::connect(&place).unwrap();
        let (mut theirs, peer) = listener.accept().unwrap();
        assert!(peer.is_unnamed());
        assert!(ours.local_addr().unwrap().is_unnamed());
        assert!(theirs.peer_addr().unwrap().is_unnamed());
        assert_eq!(ours.peer_addr().unwrap().as_pathname(), Some(place.as_ref()));
        assert_eq!(theirs.local_addr().unwrap().as_pathname(), Some(place.as_ref()));

        assert_eq!(ours.write(b"ping").unwrap(), 4);
        let mut buf = [0; 16];
        assert_eq!(theirs.read(&mut buf).unwrap(), 4);
        assert_eq!(&buf[..4], b"ping");
        ours.flush().unwrap();
        drop(ours);
        assert_eq!(theirs.read(&mut buf).unwrap(), 0);
        assert_eq!(theirs.write(b"x").unwrap_err().kind(), ErrorKind::BrokenPipe);
        assert_eq!(theirs.write_vectored(&[IoSlice::new(b"x")]).unwrap_err().kind(), ErrorKind::BrokenPipe);
        assert!(theirs.take_error().unwrap().is_none());
    }

    fn abstract_addresses() {
        let addr = abstract_addr();
        let listener = UnixListener::bind_addr(&addr).unwrap();
        assert_eq!(listener.local_addr().unwrap().as_abstract_name(), addr.as_abstract_name());
        let ours = UnixStream::connect_addr(&addr).unwrap();
        assert_eq!(ours.peer_addr().unwrap().as_abstract_name(), addr.as_abstract_name());
        listener.accept().unwrap();
        assert_eq!(UnixListener::bind_addr(&addr).unwrap_err().kind(), ErrorKind::AddrInUse);
        drop(listener);
        UnixListener::bind_addr(&addr).unwrap();
    }

    fn bind_without_a_name_gets_one() {
        let listener = UnixListener::bind("").unwrap();
        let addr = listener.local_addr().unwrap();
        assert_eq!(addr.as_abstract_name().unwrap().len(), 5);
        UnixStream::connect_addr(&addr).unwrap();
        assert!(UnixDatagram::bind("").unwrap().local_addr().unwrap().as_abstract_name().is_some());
    }

    fn errors_of_addresses() {
        let place = Place::new();
        let error = |result: io::Result<UnixStream>| result.map_err(|error| (error.kind(), error.to_string())).unwrap_err();
        assert_eq!(error(UnixStream::connect(&place)).0, ErrorKind::NotFound);
        assert_eq!(error(UnixStream::connect("a\0b")), (ErrorKind::InvalidInput, "paths must not contain interior null bytes".into()));
        assert_eq!(error(UnixStream::connect("a".repeat(108))), (ErrorKind::InvalidInput, "path must be shorter than SUN_LEN".into()));
        assert_eq!(UnixStream::connect("").unwrap_err().raw_os_error(), Some(libc::EINVAL));
        assert_eq!(UnixListener::bind("a".repeat(108)).unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(UnixDatagram::bind("a\0").unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(UnixStream::connect_addr(&abstract_addr()).unwrap_err().kind(), ErrorKind::ConnectionRefused);

        let listener = UnixListener::bind(&place).unwrap();
        assert_eq!(UnixListener::bind(&place).unwrap_err().kind(), ErrorKind::AddrInUse);
        drop(listener);
        assert_eq!(error(UnixStream::connect(&place)).0, ErrorKind::ConnectionRefused);
        assert_eq!(UnixDatagram::unbound().unwrap().connect(&place).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    }

    fn longest_path() {
        let place = Place(std::env::temp_dir().join("x".repeat(107 - 1 - std::env::temp_dir().as_os_str().len())));
        let listener = UnixListener::bind(&place).unwrap();
        assert_eq!(listener.local_addr().unwrap().as_pathname(), Some(place.as_ref()));
        UnixStream::connect(&place).unwrap();
    }

    fn fd_of_another_kind() {
        let internet = || OwnedFd::from(std::net::UdpSocket::bind("127.0.0.1:0").unwrap());
        let error = UnixStream::from(internet()).local_addr().unwrap_err();
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::InvalidInput, "file descriptor did not correspond to a Unix socket".to_owned()));
        assert_eq!(UnixDatagram::from(internet()).peer_addr().unwrap_err().kind(), ErrorKind::NotConnected);
        let file = || OwnedFd::from(std::fs::File::open("/dev/null").unwrap());
        assert_eq!(UnixListener::from(file()).accept().unwrap_err().raw_os_error(), Some(libc::ENOTSOCK));
        assert_eq!(UnixStream::from(file()).read(&mut [0; 4]).unwrap_err().raw_os_error(), Some(libc::ENOTSOCK));
    }

    fn waits_for_what_comes_later() {
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        assert!(ours.local_addr().unwrap().is_unnamed() && ours.peer_addr().unwrap().is_unnamed());
        let (go, wait) = mpsc::channel();
        let peer = thread::spawn(move || {
            for byte in 0..3 {
                wait.recv().unwrap();
                (&theirs).write_all(&[byte]).unwrap();
            }
        });
        let mut buf = [0; 8];
        for byte in 0..3 {
            go.send(()).unwrap();
            assert_eq!(ours.read(&mut buf).unwrap(), 1);
            assert_eq!(buf[0], byte);
        }
        assert_eq!(ours.read(&mut buf).unwrap(), 0);
        peer.join().unwrap();
    }

    fn reader_and_writer_at_once() {
        const TOTAL: usize = 4 << 20;
        let (ours, theirs) = UnixStream::pair().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                let copied = io::copy(&mut (&theirs).take(TOTAL as u64), &mut &theirs).unwrap();
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
        let (mut ours, mut theirs) = UnixStream::pair().unwrap();
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
        assert_eq!(ours.read_vectored(&mut []).unwrap(), 0);
        assert_eq!(ours.write_vectored(&[]).unwrap(), 0);
    }

    fn timeouts_are_would_block() {
        let (mut ours, mut theirs) = UnixStream::pair().unwrap();
        assert_eq!((ours.read_timeout().unwrap(), ours.write_timeout().unwrap()), (None, None));
        ours.set_read_timeout(SHORT).unwrap();
        ours.set_write_timeout(SHORT).unwrap();
        assert!(ours.read_timeout().unwrap().is_some() && ours.write_timeout().unwrap().is_some());
        for _ in 0..2 {
            assert_eq!(told(ours.read(&mut [0; 4])), Err((ErrorKind::WouldBlock, Some(libc::EAGAIN))));
        }
        assert_eq!(fill!(ours).kind(), ErrorKind::WouldBlock);
        theirs.write_all(b"x").unwrap();
        assert_eq!(ours.read(&mut [0; 4]).unwrap(), 1);
        ours.set_read_timeout(Some(Duration::MAX)).unwrap();
        theirs.write_all(b"y").unwrap();
        assert_eq!(ours.read(&mut [0; 4]).unwrap(), 1);
    }

    fn zero_timeout_is_refused() {
        let (stream, _peer) = UnixStream::pair().unwrap();
        let (datagram, _peer) = UnixDatagram::pair().unwrap();
        for error in [
            stream.set_read_timeout(Some(Duration::ZERO)).unwrap_err(),
            stream.set_write_timeout(Some(Duration::ZERO)).unwrap_err(),
            datagram.set_read_timeout(Some(Duration::ZERO)).unwrap_err(),
            datagram.set_write_timeout(Some(Duration::ZERO)).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert_eq!(error.to_string(), "cannot set a 0 duration timeout");
        }
    }

    fn nonblocking_stream() {
        let (mut ours, mut theirs) = UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        assert_eq!(ours.read(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
        assert_eq!(fill!(ours).kind(), ErrorKind::WouldBlock);
        ours.set_nonblocking(false).unwrap();
        theirs.write_all(b"x").unwrap();
        assert_eq!(ours.read(&mut [0; 4]).unwrap(), 1);
    }

    fn shutdown_in_every_order() {
        let (mut ours, mut theirs) = UnixStream::pair().unwrap();
        ours.shutdown(Shutdown::Write).unwrap();
        assert_eq!(theirs.read(&mut [0; 4]).unwrap(), 0);
        assert_eq!(ours.write(b"x").unwrap_err().kind(), ErrorKind::BrokenPipe);
        theirs.write_all(b"still").unwrap();
        let mut buf = [0; 5];
        ours.read_exact(&mut buf).unwrap();
        ours.shutdown(Shutdown::Read).unwrap();
        assert_eq!(ours.read(&mut buf).unwrap(), 0);
        assert_eq!(theirs.write(b"x").unwrap_err().kind(), ErrorKind::BrokenPipe);
        ours.shutdown(Shutdown::Both).unwrap();
        drop(theirs);
        ours.shutdown(Shutdown::Both).unwrap();
        let (mut ours, mut theirs) = UnixStream::pair().unwrap();
        theirs.write_all(b"left").unwrap();
        theirs.shutdown(Shutdown::Both).unwrap();
        let mut text = String::new();
        ours.read_to_string(&mut text).unwrap();
        assert_eq!(text, "left");
    }

    fn unread_data_resets() {
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        ours.write_all(b"unread").unwrap();
        drop(theirs);
        assert_eq!(told(ours.read(&mut [0; 4])), Err((ErrorKind::ConnectionReset, Some(libc::ECONNRESET))));
        assert_eq!(ours.read(&mut [0; 4]).unwrap(), 0);
    }

    fn clone_keeps_the_connection_and_shares_settings() {
        let (mut ours, mut theirs) = UnixStream::pair().unwrap();
        let mut clone = ours.try_clone().unwrap();
        clone.set_read_timeout(SHORT).unwrap();
        assert_eq!(ours.read(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
        clone.set_read_timeout(None).unwrap();
        clone.set_nonblocking(true).unwrap();
        assert_eq!(ours.read(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
        ours.write_all(b"a").unwrap();
        drop(ours);
        clone.write_all(b"b").unwrap();
        let mut buf = [0; 2];
        theirs.read_exact(&mut buf).unwrap();
        assert_eq!(&buf, b"ab");
        drop(clone);
        assert_eq!(theirs.read(&mut buf).unwrap(), 0);
    }

    fn settings_made_through_the_fd_count() {
        let (mut ours, _theirs) = UnixStream::pair().unwrap();
        let fd = ours.as_fd().try_clone_to_owned().unwrap();
        for _ in 0..2 {
            SockRef::from(&fd).set_nonblocking(true).unwrap();
            assert_eq!(ours.read(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
            SockRef::from(&fd).set_nonblocking(false).unwrap();
            SockRef::from(&fd).set_read_timeout(SHORT).unwrap();
            assert_eq!(ours.read(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
            SockRef::from(&fd).set_read_timeout(None).unwrap();
        }
    }

    fn fds_are_as_the_user_made_them() {
        let addr = abstract_addr();
        let listener = UnixListener::bind_addr(&addr).unwrap();
        let ours = UnixStream::connect_addr(&addr).unwrap();
        let (theirs, _) = listener.accept().unwrap();
        let pair = UnixStream::pair().unwrap();
        let datagrams = UnixDatagram::pair().unwrap();
        for fd in [
            OwnedFd::from(ours.try_clone().unwrap()),
            OwnedFd::from(ours),
            OwnedFd::from(theirs),
            OwnedFd::from(listener.try_clone().unwrap()),
            OwnedFd::from(listener),
            OwnedFd::from(pair.0),
            OwnedFd::from(pair.1),
            OwnedFd::from(datagrams.0),
            OwnedFd::from(datagrams.1),
            OwnedFd::from(UnixDatagram::unbound().unwrap()),
        ] {
            assert!(!SockRef::from(&fd).nonblocking().unwrap());
            assert!(rustix::io::fcntl_getfd(&fd).unwrap().contains(rustix::io::FdFlags::CLOEXEC));
        }
    }

    fn nonblocking_listener() {
        let addr = abstract_addr();
        let listener = UnixListener::bind_addr(&addr).unwrap();
        listener.set_nonblocking(true).unwrap();
        assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
        assert_eq!(listener.incoming().next().unwrap().unwrap_err().kind(), ErrorKind::WouldBlock);
        listener.set_nonblocking(false).unwrap();
        let _client = UnixStream::connect_addr(&addr).unwrap();
        let (accepted, _) = listener.accept().unwrap();
        assert!(!SockRef::from(&accepted).nonblocking().unwrap());
        assert!(listener.take_error().unwrap().is_none());
    }

    fn listener_leaves_with_the_users_flag() {
        let addr = abstract_addr();
        let listener = UnixListener::bind_addr(&addr).unwrap();
        let _first = UnixStream::connect_addr(&addr).unwrap();
        listener.accept().unwrap();
        let clone = listener.try_clone().unwrap();
        listener.set_nonblocking(true).unwrap();
        let fd = OwnedFd::from(listener);
        assert!(SockRef::from(&fd).nonblocking().unwrap());
        assert_eq!(clone.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
        SockRef::from(&fd).set_nonblocking(false).unwrap();
        SockRef::from(&fd).set_read_timeout(SHORT).unwrap();
        assert_eq!(clone.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
        let _second = UnixStream::connect_addr(&addr).unwrap();
        clone.accept().unwrap();
    }

    fn incoming_goes_on() {
        let addr = abstract_addr();
        let listener = UnixListener::bind_addr(&addr).unwrap();
        let _clients: Vec<_> = (0..3).map(|_| UnixStream::connect_addr(&addr).unwrap()).collect();
        assert_eq!(listener.incoming().size_hint(), (usize::MAX, None));
        assert_eq!(listener.incoming().take(2).filter(Result::is_ok).count(), 2);
        assert_eq!((&listener).into_iter().take(1).filter(Result::is_ok).count(), 1);
    }

    fn many_acceptors() {
        const EACH: usize = 5;
        let addr = abstract_addr();
        let listener = Arc::new(UnixListener::bind_addr(&addr).unwrap());
        let acceptors = [0; 4].map(|_| {
            let listener = listener.clone();
            spawn(move || listener.incoming().take(EACH).for_each(|stream| stream.unwrap().write_all(b"!").unwrap()))
        });
        for _ in 0..4 * EACH {
            let mut text = String::new();
            UnixStream::connect_addr(&addr).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "!");
        }
        acceptors.into_iter().for_each(|acceptor| acceptor.join().unwrap());
    }

    fn full_backlog_holds_everybody_up_and_loses_nobody() {
        const CLIENTS: usize = 12;
        let addr = abstract_addr();
        let listener = UnixListener::from(narrow_listener(&addr));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let addr = addr.clone();
                spawn(move || {
                    let mut text = String::new();
                    UnixStream::connect_addr(&addr).unwrap().read_to_string(&mut text).unwrap();
                    text
                })
            })
            .collect();
        for _ in 0..CLIENTS {
            listener.accept().unwrap().0.write_all(b"served").unwrap();
        }
        for client in clients {
            assert_eq!(client.join().unwrap(), "served");
        }
    }

    fn end_of_a_full_listener_is_told() {
        let addr = abstract_addr();
        let listener = narrow_listener(&addr);
        let _first = UnixStream::connect_addr(&addr).unwrap();
        let clients = [addr.clone(), addr].map(|addr| spawn(move || UnixStream::connect_addr(&addr).map(drop)));
        drop(listener);
        for client in clients {
            assert_eq!(client.join().unwrap().unwrap_err().kind(), ErrorKind::ConnectionRefused);
        }
    }

    fn shutdown_from_outside_wakes_acceptors() {
        let listener = Arc::new(UnixListener::bind_addr(&abstract_addr()).unwrap());
        let acceptors = [listener.clone(), listener.clone()].map(|listener| spawn(move || listener.accept().map(drop)));
        SockRef::from(&*listener).shutdown(Shutdown::Both).unwrap();
        for acceptor in acceptors {
            assert_eq!(acceptor.join().unwrap().unwrap_err().raw_os_error(), Some(libc::EINVAL));
        }
        assert_eq!(listener.accept().unwrap_err().raw_os_error(), Some(libc::EINVAL));
        listener.set_nonblocking(true).unwrap();
        assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    }
}

// --- datagrams -----------------------------------------------------------------------------------------------------

like_std! {
    fn datagrams_with_addresses() {
        let (place, addr) = (Place::new(), abstract_addr());
        let (ours, theirs) = (UnixDatagram::bind(&place).unwrap(), UnixDatagram::bind_addr(&addr).unwrap());
        assert_eq!(ours.send_to_addr(b"ping", &addr).unwrap(), 4);
        let mut buf = [0; 16];
        let (count, from) = theirs.recv_from(&mut buf).unwrap();
        assert_eq!((&buf[..count], from.as_pathname()), (&b"ping"[..], Some(place.as_ref())));
        assert_eq!(theirs.send_to(b"pong!", &place).unwrap(), 5);
        let (count, from) = ours.recv_from(&mut buf).unwrap();
        assert_eq!((count, from.as_abstract_name()), (5, addr.as_abstract_name()));

        let nameless = UnixDatagram::unbound().unwrap();
        assert!(nameless.local_addr().unwrap().is_unnamed());
        assert_eq!(nameless.peer_addr().unwrap_err().kind(), ErrorKind::NotConnected);
        assert_eq!(nameless.send(b"x").unwrap_err().kind(), ErrorKind::NotConnected);
        nameless.connect(&place).unwrap();
        assert_eq!(nameless.peer_addr().unwrap().as_pathname(), Some(place.as_ref()));
        nameless.send(b"x").unwrap();
        assert!(ours.recv_from(&mut buf).unwrap().1.is_unnamed());
        nameless.connect_addr(&addr).unwrap();
        nameless.send(b"yz").unwrap();
        assert_eq!(theirs.recv(&mut buf).unwrap(), 2);
        assert_eq!(nameless.send_to(b"x", "/no/such/socket").unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(nameless.send_to(b"x", "a\0b").unwrap_err().kind(), ErrorKind::InvalidInput);
        drop(theirs);
        assert_eq!(nameless.send(b"x").unwrap_err().kind(), ErrorKind::ConnectionRefused);
    }

    fn longer_than_the_buffer_is_cut() {
        let (ours, theirs) = UnixDatagram::pair().unwrap();
        let mut buf = [0; 4];
        for message in [&b"longer"[..], b"longer", b"", b"next"] {
            assert_eq!(ours.send(message).unwrap(), message.len());
        }
        assert_eq!(theirs.recv(&mut buf).unwrap(), 4);
        assert_eq!(&buf, b"long");
        assert_eq!(theirs.recv_from(&mut buf[..2]).unwrap().0, 2);
        assert_eq!(theirs.recv(&mut buf).unwrap(), 0);
        assert_eq!(theirs.recv(&mut buf).unwrap(), 4);
        assert_eq!(&buf, b"next");
        assert_eq!(ours.send(&vec![0; 8 << 20]).unwrap_err().raw_os_error(), Some(libc::EMSGSIZE));
    }

    fn datagram_timeouts_are_would_block() {
        let addr = abstract_addr();
        let (ours, theirs) = (UnixDatagram::unbound().unwrap(), UnixDatagram::bind_addr(&addr).unwrap());
        for socket in [&ours, &theirs] {
            socket.set_read_timeout(SHORT).unwrap();
            socket.set_write_timeout(SHORT).unwrap();
        }
        assert!(ours.read_timeout().unwrap().is_some() && ours.write_timeout().unwrap().is_some());
        let blocks = Err((ErrorKind::WouldBlock, Some(libc::EAGAIN)));
        assert_eq!(told(theirs.recv(&mut [0; 4])), blocks);
        assert_eq!(told(theirs.recv_from(&mut [0; 4]).map(|(count, _)| count)), blocks);
        assert!(fill_queue!(ours, ours.send_to_addr(b"x", &addr)) > 0);
        assert_eq!(told(ours.send_to_addr(b"x", &addr)), blocks);
        ours.connect_addr(&addr).unwrap();
        assert_eq!(told(ours.send(b"x")), blocks);
        theirs.recv(&mut [0; 4]).unwrap();
        ours.send(b"x").unwrap();
    }

    fn clone_shares_settings_and_messages() {
        let (ours, theirs) = UnixDatagram::pair().unwrap();
        let clone = ours.try_clone().unwrap();
        clone.set_nonblocking(true).unwrap();
        assert_eq!(ours.recv(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
        clone.set_nonblocking(false).unwrap();
        theirs.send(b"1").unwrap();
        theirs.send(b"2").unwrap();
        let mut buf = [0; 4];
        ours.recv(&mut buf).unwrap();
        drop(ours);
        clone.recv(&mut buf).unwrap();
        assert_eq!(buf[0], b'2');
        assert!(clone.take_error().unwrap().is_none());
    }

    fn full_queue_of_one_who_is_not_connected_back() {
        const SENDERS: usize = 8;
        const EACH: usize = 20;
        let addr = abstract_addr();
        let receiver = UnixDatagram::bind_addr(&addr).unwrap();
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                let addr = addr.clone();
                spawn(move || {
                    let socket = UnixDatagram::unbound().unwrap();
                    if sender % 2 == 0 {
                        socket.connect_addr(&addr).unwrap();
                    }
                    for n in 0..EACH {
                        let message = [sender as u8, n as u8];
                        match sender % 2 {
                            0 => socket.send(&message).unwrap(),
                            _ => socket.send_to_addr(&message, &addr).unwrap(),
                        };
                    }
                })
            })
            .collect();
        let mut next = [0; SENDERS];
        let mut buf = [0; 2];
        for _ in 0..SENDERS * EACH {
            assert_eq!(receiver.recv(&mut buf).unwrap(), 2);
            assert_eq!(buf[1], next[buf[0] as usize], "in order");
            next[buf[0] as usize] += 1;
        }
        senders.into_iter().for_each(|sender| sender.join().unwrap());
    }

    fn full_buffer_of_a_pair() {
        const BLOCK: usize = 16 << 10;
        let (ours, theirs) = UnixDatagram::pair().unwrap();
        let queued = fill_queue!(ours, ours.send(&[1; BLOCK]));
        let sender = spawn(move || ours.send(&[2; BLOCK]).unwrap());
        let mut buf = vec![0; BLOCK];
        for _ in 0..queued {
            assert_eq!(theirs.recv(&mut buf).unwrap(), BLOCK);
            assert_eq!(buf[0], 1);
        }
        assert_eq!(sender.join().unwrap(), BLOCK);
        assert_eq!(theirs.recv(&mut buf).unwrap(), BLOCK);
        assert_eq!(buf[0], 2);
    }

    fn shutdown_of_reading_wakes_receivers() {
        let (ours, theirs) = UnixDatagram::pair().unwrap();
        let ours = Arc::new(ours);
        let receivers = [ours.clone(), ours.clone()].map(|ours| spawn(move || ours.recv(&mut [0; 4]).unwrap()));
        ours.shutdown(Shutdown::Read).unwrap();
        for receiver in receivers {
            assert_eq!(receiver.join().unwrap(), 0);
        }
        let (count, from) = ours.recv_from(&mut [0; 4]).unwrap();
        assert!(count == 0 && from.is_unnamed());
        assert_eq!(theirs.send(b"x").unwrap_err().kind(), ErrorKind::BrokenPipe);
        ours.send(b"the other way").unwrap();
        ours.set_nonblocking(true).unwrap();
        assert_eq!(ours.recv(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
        ours.shutdown(Shutdown::Write).unwrap();
        assert_eq!(ours.send(b"x").unwrap_err().kind(), ErrorKind::BrokenPipe);
    }

    fn shutdown_through_the_fd_wakes_receivers() {
        let (ours, _theirs) = UnixDatagram::pair().unwrap();
        let ours = Arc::new(ours);
        let receiver = spawn({ let ours = ours.clone(); move || ours.recv(&mut [0; 4]).unwrap() });
        SockRef::from(&*ours).shutdown(Shutdown::Both).unwrap();
        assert_eq!(receiver.join().unwrap(), 0);
    }

    fn end_of_the_peer_of_a_pair() {
        let (ours, theirs) = UnixDatagram::pair().unwrap();
        theirs.send(b"last").unwrap();
        drop(theirs);
        assert_eq!(ours.recv(&mut [0; 8]).unwrap(), 4);
        assert_eq!(ours.send(b"x").unwrap_err().kind(), ErrorKind::ConnectionRefused);
    }
}

// --- signals -------------------------------------------------------------------------------------------------------

#[test]
fn signal_interrupts_a_thread_as_it_does_std_s() {
    macro_rules! told {
        ($part:ident) => {{
            use $part::*;
            let (mut stream, mut peer) = UnixStream::pair().unwrap();
            let (datagram, _other) = UnixDatagram::pair().unwrap();
            let addr = abstract_addr();
            let _listener = narrow_listener(&addr);
            let _first = UnixStream::connect_addr(&addr).unwrap();
            let full = abstract_addr();
            let _full = UnixDatagram::bind_addr(&full).unwrap();
            let sender = UnixDatagram::unbound().unwrap();
            fill_queue!(sender, sender.send_to_addr(b"x", &full));
            peer.set_nonblocking(true).unwrap();
            fill!(peer);
            peer.set_nonblocking(false).unwrap();
            // What is unread keeps `stream` from waiting.
            let (mut empty, _end) = UnixStream::pair().unwrap();
            let datagram = Arc::new(datagram);
            let (first, second) = (datagram.clone(), datagram);
            let _keep = stream.flush();
            [
                interrupted(move || empty.read(&mut [0; 4])),
                interrupted(move || peer.write(&[0; 1 << 16])),
                interrupted(move || first.recv(&mut [0; 4])),
                interrupted(move || second.recv_from(&mut [0; 4]).map(|(count, _)| count)),
                interrupted(move || sender.send_to_addr(b"x", &full)),
                interrupted(move || UnixStream::connect_addr(&addr).map(|_| 0)),
            ]
            .map(|result| result.unwrap_err().kind())
        }};
    }
    assert_eq!(told!(of_std), [ErrorKind::Interrupted; 6]);
    assert_eq!(told!(of_vervet), [ErrorKind::Interrupted; 6]);
}

#[test]
fn signal_does_not_interrupt_accept() {
    macro_rules! accepts {
        ($part:ident) => {{
            let addr = abstract_addr();
            let listener = $part::UnixListener::bind_addr(&addr).unwrap();
            let mut client = None;
            undisturbed(
                move || listener.accept().map(drop),
                || client = Some($part::UnixStream::connect_addr(&addr).unwrap()),
            )
        }};
    }
    accepts!(of_std).unwrap();
    accepts!(of_vervet).unwrap();
}

// --- vervet's alone ------------------------------------------------------------------------------------------------

mod vervet_s {
    use super::*;
    use vervet::os::unix::net::{UnixDatagram, UnixListener, UnixStream};

    #[test]
    fn cut_short_in_read_and_write() {
        checked(|| {
            let (ours, theirs) = UnixStream::pair().unwrap();
            let ours = Arc::new(ours);
            let reads: [fn(&UnixStream); 2] = [
                |mut stream| drop(stream.read(&mut [0; 4])),
                |mut stream| drop(stream.read_vectored(&mut [IoSliceMut::new(&mut [0; 4])])),
            ];
            for read in reads {
                let ours = ours.clone();
                cut_short("read", || {
                    let ours = ours.clone();
                    Box::new(move || read(&ours))
                });
            }
            (&theirs).write_all(b"whole").unwrap();
            assert_eq!((&*ours).read(&mut [0; 8]).unwrap(), 5);

            ours.set_nonblocking(true).unwrap();
            fill!(*ours);
            ours.set_nonblocking(false).unwrap();
            let writes: [fn(&UnixStream); 2] = [
                |mut stream| drop(stream.write(&[0; 1 << 16])),
                |mut stream| drop(stream.write_vectored(&[IoSlice::new(&[0; 1 << 16])])),
            ];
            for write in writes {
                let ours = ours.clone();
                cut_short("write", || {
                    let ours = ours.clone();
                    Box::new(move || write(&ours))
                });
            }
            cut_short_at_once(&ours, |mut stream| drop(stream.read(&mut [0; 4])));
        });
    }

    #[test]
    fn cut_short_in_accept() {
        checked(|| {
            let addr = abstract_addr();
            let listener = Arc::new(UnixListener::bind_addr(&addr).unwrap());
            cut_short("read", || {
                let listener = listener.clone();
                Box::new(move || drop(listener.accept()))
            });
            let client = UnixStream::connect_addr(&addr).unwrap();
            // Whoever is cut short before he accepts leaves the connection to others.
            cut_short_at_once(&listener, |listener| drop(listener.accept()));
            let accepted = vervet::run(move || listener.accept().unwrap().0);
            drop((client, accepted));
        });
    }

    #[test]
    fn cut_short_in_connect() {
        checked(|| {
            let addr = abstract_addr();
            let listener = UnixListener::from(narrow_listener(&addr));
            let first = UnixStream::connect_addr(&addr).unwrap();
            cut_short("write", || {
                let addr = addr.clone();
                Box::new(move || drop(UnixStream::connect_addr(&addr)))
            });
            // Nobody of those has left a connection behind.
            listener.accept().unwrap();
            listener.set_nonblocking(true).unwrap();
            assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
            drop(first);
        });
    }

    #[test]
    fn full_backlog_leaves_the_worker_to_others() {
        checked(|| {
            let addr = abstract_addr();
            let listener = UnixListener::from(narrow_listener(&addr));
            let first = UnixStream::connect_addr(&addr).unwrap();
            // More than there are workers.
            let clients: Vec<_> = (0..4 * common::workers())
                .map(|_| {
                    let addr = addr.clone();
                    vervet::spawn(move || UnixStream::connect_addr(&addr).map(drop))
                })
                .collect();
            for client in &clients {
                parked(&client.handle(), "write");
            }
            let server = vervet::spawn(move || listener.incoming().take(clients.len() + 1).for_each(drop_ok));
            common::over(&server.handle());
            drop(first);
        });
    }

    fn drop_ok(stream: io::Result<UnixStream>) {
        drop(stream.unwrap());
    }

    #[test]
    fn cut_short_in_datagram_calls() {
        checked(|| {
            let (ours, theirs) = UnixDatagram::pair().unwrap();
            let ours = Arc::new(ours);
            let receives: [fn(&UnixDatagram); 2] =
                [|socket| drop(socket.recv(&mut [0; 4])), |socket| drop(socket.recv_from(&mut [0; 4]))];
            for receive in receives {
                let ours = ours.clone();
                cut_short("read", || {
                    let ours = ours.clone();
                    Box::new(move || receive(&ours))
                });
            }
            theirs.send(b"whole").unwrap();
            cut_short_at_once(&ours, |socket| drop(socket.recv(&mut [0; 8])));
            assert_eq!(ours.recv(&mut [0; 8]).unwrap(), 5);

            let addr = abstract_addr();
            let receiver = UnixDatagram::bind_addr(&addr).unwrap();
            let sender = Arc::new(UnixDatagram::unbound().unwrap());
            let mut queued = fill_queue!(sender, sender.send_to_addr(b"x", &addr));
            cut_short("write", || {
                let (sender, addr) = (sender.clone(), addr.clone());
                Box::new(move || drop(sender.send_to_addr(b"y", &addr)))
            });
            sender.connect_addr(&addr).unwrap();
            cut_short("write", || {
                let sender = sender.clone();
                Box::new(move || drop(sender.send(b"y")))
            });
            receiver.set_nonblocking(true).unwrap();
            let mut buf = [0];
            while receiver.recv(&mut buf).is_ok() {
                assert_eq!(buf, *b"x", "from one who was cut short");
                queued -= 1;
            }
            assert_eq!(queued, 0);
        });
    }

    #[test]
    fn shutdown_wakes_receivers() {
        checked(|| {
            for through_the_fd in [false, true] {
                let (ours, _theirs) = UnixDatagram::pair().unwrap();
                let ours = Arc::new(ours);
                let receivers =
                    [ours.clone(), ours.clone()].map(|ours| vervet::spawn(move || ours.recv(&mut [0; 4])));
                for receiver in &receivers {
                    parked(&receiver.handle(), "read");
                }
                match through_the_fd {
                    true => SockRef::from(&*ours).shutdown(Shutdown::Read).unwrap(),
                    false => ours.shutdown(Shutdown::Read).unwrap(),
                }
                for receiver in receivers {
                    assert_eq!(receiver.join().unwrap().unwrap(), 0);
                }
            }
        });
    }

    #[test]
    fn shutdown_through_the_fd_wakes_acceptors() {
        checked(|| {
            let listener = Arc::new(UnixListener::bind_addr(&abstract_addr()).unwrap());
            let acceptors = [listener.clone(), listener.clone()]
                .map(|listener| vervet::spawn(move || listener.accept().map(drop)));
            for acceptor in &acceptors {
                parked(&acceptor.handle(), "read");
            }
            SockRef::from(&*listener).shutdown(Shutdown::Both).unwrap();
            for acceptor in acceptors {
                assert_eq!(acceptor.join().unwrap().unwrap_err().raw_os_error(), Some(libc::EINVAL));
            }
        });
    }

    #[test]
    fn end_of_a_full_listener_is_told() {
        checked(|| {
            let addr = abstract_addr();
            let listener = narrow_listener(&addr);
            let _first = UnixStream::connect_addr(&addr).unwrap();
            let client = vervet::spawn(move || UnixStream::connect_addr(&addr).map(drop));
            parked(&client.handle(), "write");
            drop(listener);
            assert_eq!(client.join().unwrap().unwrap_err().kind(), ErrorKind::ConnectionRefused);
        });
    }

    #[test]
    fn queue_of_one_who_is_connected_back_is_waited_for_by_event() {
        checked(|| {
            let (ours, theirs) = UnixDatagram::pair().unwrap();
            fill_queue!(ours, ours.send(&[0; 16 << 10]));
            let sender = vervet::spawn(move || ours.send(b"x"));
            parked(&sender.handle(), "write");
            theirs.set_nonblocking(true).unwrap();
            while theirs.recv(&mut [0; 1]).is_ok() {}
            assert_eq!(sender.join().unwrap().unwrap(), 1);
        });
    }

    #[test]
    fn debug_is_std_s() {
        let place = Place::new();
        let listener = UnixListener::bind(&place).unwrap();
        let stream = UnixStream::connect(&place).unwrap();
        let (accepted, peer) = listener.accept().unwrap();
        let (datagram, unbound) = (UnixDatagram::pair().unwrap().0, UnixDatagram::unbound().unwrap());
        macro_rules! shown {
        ($($value:expr),*) => { [$(format!("{:?} {:#?}", $value, $value)),*] };
    }
        let ours = shown!(listener, listener.incoming(), stream, accepted, datagram, unbound, peer);
        // The fds keep their numbers on the way.
        let listener = std::os::unix::net::UnixListener::from(OwnedFd::from(listener));
        let [stream, accepted] =
            [stream, accepted].map(|stream| std::os::unix::net::UnixStream::from(OwnedFd::from(stream)));
        let [datagram, unbound] = [datagram, unbound]
            .map(|datagram| std::os::unix::net::UnixDatagram::from(OwnedFd::from(datagram)));
        let peer = accepted.peer_addr().unwrap_or(peer);
        assert_eq!(ours, shown!(listener, listener.incoming(), stream, accepted, datagram, unbound, peer));
    }

    #[test]
    fn crosses_over_to_std_and_back() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let mut ours = std::os::unix::net::UnixStream::from(OwnedFd::from(ours));
        let mut theirs = std::os::unix::net::UnixStream::from(OwnedFd::from(theirs));
        ours.write_all(b"1").unwrap();
        theirs.read_exact(&mut [0]).unwrap();
        let mut ours = UnixStream::from(OwnedFd::from(ours));
        theirs.write_all(b"2").unwrap();
        vervet::run(move || ours.read_exact(&mut [0]).unwrap());
    }

    #[test]
    fn addresses_are_std_s_types() {
        let addr: std::os::unix::net::SocketAddr =
            vervet::os::unix::net::SocketAddr::from_pathname("x").unwrap();
        assert!(vervet::os::linux::net::SocketAddrExt::as_abstract_name(&addr).is_none());
    }

    const _: () = {
        use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd};
        use std::panic::{RefUnwindSafe, UnwindSafe};
        use vervet::os::unix::net::Incoming;

        const fn auto<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() {}
        const fn fd<T: AsFd + AsRawFd + FromRawFd + IntoRawFd + From<OwnedFd> + Into<OwnedFd>>() {}
        const fn read_write<T: Read + Write>() {}
        auto::<UnixStream>();
        auto::<UnixListener>();
        auto::<UnixDatagram>();
        auto::<Incoming<'_>>();
        fd::<UnixStream>();
        fd::<UnixListener>();
        fd::<UnixDatagram>();
        read_write::<UnixStream>();
        read_write::<&UnixStream>();
    };
}
