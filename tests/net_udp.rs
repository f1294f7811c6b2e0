//! UDP: each behaviour is checked on std's types first, then on vervet's, in every context.

mod common;
mod sides;

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use common::{checked, parked};
use sides::{SHORT, cut_short, cut_short_at_once, interrupted, like_std};
use socket2::SockRef;

mod of_std {
    pub(crate) use std::net::UdpSocket;
}
mod of_vervet {
    pub(crate) use vervet::net::UdpSocket;
}

const LOCAL: &str = "127.0.0.1:0";

/// Two sockets that are connected to each other.
macro_rules! pair {
    () => {{
        let (ours, theirs) = (UdpSocket::bind(LOCAL).unwrap(), UdpSocket::bind(LOCAL).unwrap());
        ours.connect(theirs.local_addr().unwrap()).unwrap();
        theirs.connect(ours.local_addr().unwrap()).unwrap();
        (ours, theirs)
    }};
}

/// An address where nobody receives.
fn closed_port() -> SocketAddr {
    std::net::UdpSocket::bind(LOCAL).unwrap().local_addr().unwrap()
}

/// What every receiving call answers.
macro_rules! each_receive {
    ($socket:expr) => {{
        let mut buf = [0; 16];
        [
            $socket.recv(&mut buf),
            $socket.peek(&mut buf),
            $socket.recv_from(&mut buf).map(|(count, _)| count),
            $socket.peek_from(&mut buf).map(|(count, _)| count),
        ]
    }};
}

like_std! {
    fn send_to_and_recv_from() {
        let (ours, theirs) = (UdpSocket::bind(LOCAL).unwrap(), UdpSocket::bind(LOCAL).unwrap());
        let (here, there) = (ours.local_addr().unwrap(), theirs.local_addr().unwrap());
        assert_eq!(ours.send_to(b"ping", there).unwrap(), 4);
        let mut buf = [0; 16];
        assert_eq!(theirs.recv_from(&mut buf).unwrap(), (4, here));
        assert_eq!(&buf[..4], b"ping");
        assert_eq!(theirs.send_to(b"pong!", &[here][..]).unwrap(), 5);
        assert_eq!(ours.recv(&mut buf).unwrap(), 5);
        assert_eq!(&buf[..5], b"pong!");
    }

    fn connected() {
        let (ours, theirs) = pair!();
        assert_eq!(ours.peer_addr().unwrap(), theirs.local_addr().unwrap());
        assert_eq!(ours.send(b"abc").unwrap(), 3);
        let mut buf = [0; 16];
        assert_eq!(theirs.recv(&mut buf).unwrap(), 3);
        assert_eq!(&buf[..3], b"abc");
        // Strangers are not heard.
        let stranger = UdpSocket::bind(LOCAL).unwrap();
        stranger.send_to(b"x", theirs.local_addr().unwrap()).unwrap();
        ours.send(b"after").unwrap();
        assert_eq!(theirs.recv_from(&mut buf).unwrap(), (5, ours.local_addr().unwrap()));
    }

    fn not_connected() {
        let socket = UdpSocket::bind(LOCAL).unwrap();
        assert_eq!(socket.peer_addr().unwrap_err().kind(), ErrorKind::NotConnected);
        assert_eq!(socket.send(b"x").unwrap_err().raw_os_error(), Some(libc::EDESTADDRREQ));
    }

    fn version_6() {
        // Not every machine has it.
        let Ok(ours) = UdpSocket::bind("[::1]:0") else { return };
        let theirs = UdpSocket::bind("[::1]:0").unwrap();
        ours.send_to(b"six", theirs.local_addr().unwrap()).unwrap();
        assert_eq!(theirs.recv_from(&mut [0; 8]).unwrap(), (3, ours.local_addr().unwrap()));
        assert!(ours.send_to(b"six", ("127.0.0.1", 1)).is_err());
    }

    fn waits_for_what_comes_later() {
        let (ours, theirs) = pair!();
        let (go, wait) = mpsc::channel();
        let peer = thread::spawn(move || {
            for byte in 0..8 {
                wait.recv().unwrap();
                theirs.send(&[byte]).unwrap();
            }
        });
        let mut buf = [9; 4];
        for byte in [0, 2, 4, 6] {
            go.send(()).unwrap();
            assert_eq!(ours.recv(&mut buf).unwrap(), 1);
            assert_eq!(buf[0], byte);
            go.send(()).unwrap();
            assert_eq!(ours.peek_from(&mut buf).unwrap().0, 1);
            assert_eq!(ours.recv_from(&mut buf).unwrap().0, 1);
            assert_eq!(buf[0], byte + 1);
        }
        peer.join().unwrap();
    }

    fn longer_than_the_buffer_is_cut() {
        let (ours, theirs) = pair!();
        let mut buf = [0; 4];
        for _ in 0..3 {
            ours.send(b"longer").unwrap();
        }
        ours.send(b"next").unwrap();
        assert_eq!(theirs.peek(&mut buf).unwrap(), 4);
        assert_eq!(theirs.recv(&mut buf).unwrap(), 4);
        assert_eq!(&buf, b"long");
        assert_eq!(theirs.peek_from(&mut buf[..1]).unwrap().0, 1);
        assert_eq!(theirs.recv_from(&mut buf[..2]).unwrap().0, 2);
        assert_eq!(theirs.recv(&mut []).unwrap(), 0);
        assert_eq!(theirs.recv(&mut buf).unwrap(), 4);
        assert_eq!(&buf, b"next");
    }

    fn empty_datagrams_count() {
        let (ours, theirs) = pair!();
        assert_eq!(ours.send(&[]).unwrap(), 0);
        assert_eq!(ours.send_to(&[], theirs.local_addr().unwrap()).unwrap(), 0);
        assert_eq!(theirs.recv(&mut [0; 4]).unwrap(), 0);
        assert_eq!(theirs.recv_from(&mut [0; 4]).unwrap(), (0, ours.local_addr().unwrap()));
        theirs.set_read_timeout(SHORT).unwrap();
        assert_eq!(theirs.recv(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
    }

    fn too_long_a_datagram_is_refused() {
        let (ours, theirs) = pair!();
        let long = vec![0; 70_000];
        assert_eq!(ours.send(&long).unwrap_err().raw_os_error(), Some(libc::EMSGSIZE));
        let error = ours.send_to(&long, theirs.local_addr().unwrap()).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EMSGSIZE));
    }

    fn peeks_leave_the_datagram() {
        let (ours, theirs) = pair!();
        ours.send(b"abc").unwrap();
        ours.send(b"z").unwrap();
        let mut buf = [0; 8];
        for _ in 0..2 {
            assert_eq!(theirs.peek(&mut buf).unwrap(), 3);
            assert_eq!(theirs.peek_from(&mut buf).unwrap(), (3, ours.local_addr().unwrap()));
            assert_eq!(&buf[..3], b"abc");
        }
        assert_eq!(theirs.recv(&mut buf).unwrap(), 3);
        assert_eq!(theirs.peek(&mut buf).unwrap(), 1);
    }

    fn read_timeout_is_would_block() {
        let (ours, theirs) = pair!();
        assert_eq!(ours.read_timeout().unwrap(), None);
        ours.set_read_timeout(SHORT).unwrap();
        assert!(ours.read_timeout().unwrap().is_some());
        for result in each_receive!(ours) {
            let error = result.unwrap_err();
            assert_eq!((error.kind(), error.raw_os_error()), (ErrorKind::WouldBlock, Some(libc::EAGAIN)));
        }
        theirs.send(b"x").unwrap();
        assert_eq!(ours.recv(&mut [0; 4]).unwrap(), 1);
        ours.set_read_timeout(None).unwrap();
        theirs.send(b"y").unwrap();
        assert_eq!(ours.recv(&mut [0; 4]).unwrap(), 1);
    }

    fn zero_timeout_is_refused() {
        let socket = UdpSocket::bind(LOCAL).unwrap();
        for error in [
            socket.set_read_timeout(Some(Duration::ZERO)).unwrap_err(),
            socket.set_write_timeout(Some(Duration::ZERO)).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert_eq!(error.to_string(), "cannot set a 0 duration timeout");
        }
    }

    fn extreme_timeouts() {
        let (ours, theirs) = pair!();
        theirs.send(b"x").unwrap();
        ours.set_read_timeout(Some(Duration::MAX)).unwrap();
        assert_eq!(ours.recv(&mut [0; 4]).unwrap(), 1);
        ours.set_read_timeout(Some(Duration::from_nanos(1))).unwrap();
        assert!(ours.read_timeout().unwrap().is_some());
        assert_eq!(ours.recv(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
        ours.set_write_timeout(SHORT).unwrap();
        assert!(ours.write_timeout().unwrap().is_some());
        ours.set_write_timeout(None).unwrap();
        assert_eq!(ours.write_timeout().unwrap(), None);
    }

    fn nonblocking() {
        let (ours, theirs) = pair!();
        ours.set_nonblocking(true).unwrap();
        for result in each_receive!(ours) {
            assert_eq!(result.unwrap_err().kind(), ErrorKind::WouldBlock);
        }
        ours.set_nonblocking(false).unwrap();
        theirs.send(b"x").unwrap();
        assert_eq!(ours.recv(&mut [0; 4]).unwrap(), 1);
    }

    fn clone_shares_settings_and_datagrams() {
        let (ours, theirs) = pair!();
        let clone = ours.try_clone().unwrap();
        clone.set_read_timeout(SHORT).unwrap();
        assert_eq!(ours.read_timeout().unwrap(), clone.read_timeout().unwrap());
        assert_eq!(ours.recv(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
        clone.set_read_timeout(None).unwrap();
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
    }

    fn settings_made_through_the_fd_count() {
        let (ours, _theirs) = pair!();
        let fd = ours.as_fd().try_clone_to_owned().unwrap();
        let mut buf = [0; 4];
        for _ in 0..2 {
            SockRef::from(&fd).set_nonblocking(true).unwrap();
            assert_eq!(ours.recv(&mut buf).unwrap_err().kind(), ErrorKind::WouldBlock);
            SockRef::from(&fd).set_nonblocking(false).unwrap();
            SockRef::from(&fd).set_read_timeout(SHORT).unwrap();
            assert_eq!(ours.recv_from(&mut buf).unwrap_err().kind(), ErrorKind::WouldBlock);
            SockRef::from(&fd).set_read_timeout(None).unwrap();
        }
    }

    fn adopted_fd_keeps_its_settings() {
        let (ours, _theirs) = pair!();
        SockRef::from(&ours).set_read_timeout(SHORT).unwrap();
        let ours = UdpSocket::from(OwnedFd::from(ours));
        assert_eq!(ours.recv(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
        ours.set_read_timeout(None).unwrap();
        ours.set_nonblocking(true).unwrap();
        let fd = OwnedFd::from(ours);
        assert!(SockRef::from(&fd).nonblocking().unwrap());
        let ours = UdpSocket::from(fd);
        assert_eq!(ours.recv(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
    }

    fn fds_are_as_the_user_made_them() {
        let (ours, theirs) = pair!();
        theirs.send(b"x").unwrap();
        ours.recv(&mut [0; 4]).unwrap();
        for fd in [OwnedFd::from(ours.try_clone().unwrap()), OwnedFd::from(ours)] {
            assert!(!SockRef::from(&fd).nonblocking().unwrap());
            assert!(!SockRef::from(&fd).reuse_address().unwrap());
            assert!(rustix::io::fcntl_getfd(&fd).unwrap().contains(rustix::io::FdFlags::CLOEXEC));
        }
    }

    fn addresses_are_tried_as_std_does() {
        let socket = UdpSocket::bind(LOCAL).unwrap();
        let taken = socket.local_addr().unwrap();
        // 192.0.2.0/24 is no address of this host.
        let foreign: SocketAddr = "192.0.2.1:0".parse().unwrap();
        let free: SocketAddr = LOCAL.parse().unwrap();
        UdpSocket::bind(&[foreign, taken, free][..]).unwrap();
        assert_eq!(UdpSocket::bind(&[foreign, taken][..]).unwrap_err().kind(), ErrorKind::AddrInUse);
        assert_eq!(UdpSocket::bind(&[taken, foreign][..]).unwrap_err().kind(), ErrorKind::AddrNotAvailable);

        // Only the first is sent to.
        let theirs = UdpSocket::bind(LOCAL).unwrap();
        let other = UdpSocket::bind(LOCAL).unwrap();
        socket.send_to(b"x", &[theirs.local_addr().unwrap(), other.local_addr().unwrap()][..]).unwrap();
        theirs.recv(&mut [0; 4]).unwrap();
        other.set_read_timeout(SHORT).unwrap();
        assert_eq!(other.recv(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);

        let none: &[SocketAddr] = &[];
        for (error, text) in [
            (UdpSocket::bind(none).unwrap_err(), "could not resolve to any addresses"),
            (socket.connect(none).unwrap_err(), "could not resolve to any addresses"),
            (socket.send_to(b"x", none).unwrap_err(), "no addresses to send data to"),
        ] {
            assert_eq!((error.kind(), error.to_string()), (ErrorKind::InvalidInput, text.to_owned()));
        }
        assert_eq!(socket.send_to(b"x", "no port").unwrap_err().kind(), ErrorKind::InvalidInput);
    }

    fn names_are_resolved() {
        let theirs = UdpSocket::bind(LOCAL).unwrap();
        let ours = UdpSocket::bind(("127.0.0.1".to_owned(), 0)).unwrap();
        ours.send_to(b"x", ("127.0.0.1", theirs.local_addr().unwrap().port())).unwrap();
        assert_eq!(theirs.recv(&mut [0; 4]).unwrap(), 1);
        ours.connect(("localhost", 9)).unwrap_or_else(|error| assert_ne!(error.kind(), ErrorKind::InvalidInput));
    }

    fn a_closed_port_is_reported_later() {
        let socket = UdpSocket::bind(LOCAL).unwrap();
        socket.connect(closed_port()).unwrap();
        socket.send(b"x").unwrap();
        assert_eq!(socket.recv(&mut [0; 4]).unwrap_err().kind(), ErrorKind::ConnectionRefused);
        socket.send(b"x").unwrap();
        // The answer may take a moment.
        let refused = (0..1000).find_map(|_| { thread::sleep(Duration::from_millis(1)); socket.send(b"x").err() });
        assert_eq!(refused.unwrap().kind(), ErrorKind::ConnectionRefused);
        socket.send(b"x").unwrap();
        let pending = (0..1000).find_map(|_| { thread::sleep(Duration::from_millis(1)); socket.take_error().unwrap() });
        assert_eq!(pending.unwrap().kind(), ErrorKind::ConnectionRefused);
    }

    fn shutdown_from_outside_wakes_receivers() {
        let (ours, _theirs) = pair!();
        let ours = Arc::new(ours);
        let receivers = [ours.clone(), ours.clone()].map(|ours| thread::spawn(move || ours.recv(&mut [0; 4])));
        SockRef::from(&*ours).shutdown(Shutdown::Read).unwrap();
        for receiver in receivers {
            assert_eq!(receiver.join().unwrap().unwrap(), 0);
        }
        // Nothing has a sender.
        let error = ours.recv_from(&mut [0; 4]).unwrap_err();
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::InvalidInput, "invalid argument".to_owned()));
        assert_eq!(ours.recv(&mut [0; 4]).unwrap(), 0);
        ours.set_nonblocking(true).unwrap();
        assert_eq!(ours.recv(&mut [0; 4]).unwrap_err().kind(), ErrorKind::WouldBlock);
    }

    fn each_datagram_goes_to_one_of_several_receivers() {
        const EACH: usize = 10;
        let (ours, theirs) = pair!();
        let ours = Arc::new(ours);
        let clone = Arc::new(ours.try_clone().unwrap());
        let receivers = [ours.clone(), ours, clone.clone(), clone].map(|socket| {
            thread::spawn(move || {
                let mut buf = [0; 4];
                (0..EACH).map(|_| (socket.recv(&mut buf).unwrap(), buf[0]).1).collect::<Vec<_>>()
            })
        });
        for byte in 0..4 * EACH {
            theirs.send(&[byte as u8]).unwrap();
        }
        let mut got: Vec<_> = receivers.into_iter().flat_map(|receiver| receiver.join().unwrap()).collect();
        got.sort();
        assert!(got.into_iter().eq(0..4 * EACH as u8));
    }

    fn options() {
        let socket = UdpSocket::bind(LOCAL).unwrap();
        assert!(!socket.broadcast().unwrap());
        socket.set_broadcast(true).unwrap();
        assert!(socket.broadcast().unwrap());
        socket.set_ttl(42).unwrap();
        assert_eq!(socket.ttl().unwrap(), 42);
        assert_eq!(socket.set_ttl(0).unwrap_err().kind(), ErrorKind::InvalidInput);
        assert!(socket.multicast_loop_v4().unwrap());
        socket.set_multicast_loop_v4(false).unwrap();
        assert!(!socket.multicast_loop_v4().unwrap());
        socket.set_multicast_ttl_v4(7).unwrap();
        assert_eq!(socket.multicast_ttl_v4().unwrap(), 7);
        assert!(socket.multicast_loop_v6().is_err());
        assert!(socket.set_multicast_loop_v6(true).is_err());
        assert!(socket.take_error().unwrap().is_none());
        if let Ok(socket) = UdpSocket::bind("[::1]:0") {
            socket.set_multicast_loop_v6(false).unwrap();
            assert!(!socket.multicast_loop_v6().unwrap());
        }
    }
}

/// Says the same of std's socket and of vervet's, whatever this machine allows.
#[test]
fn multicast_as_std_s() {
    macro_rules! told {
        ($part:ident) => {{
            use $part::UdpSocket;
            let kind = |result: io::Result<()>| result.map_err(|error| (error.kind(), error.raw_os_error()));
            let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
            let (group, here, nobody) =
                (Ipv4Addr::new(224, 0, 0, 251), Ipv4Addr::LOCALHOST, Ipv4Addr::UNSPECIFIED);
            let mut told = vec![
                kind(socket.leave_multicast_v4(&group, &here)),
                kind(socket.join_multicast_v4(&group, &here)),
                kind(socket.join_multicast_v4(&group, &here)),
                kind(socket.leave_multicast_v4(&group, &here)),
                kind(socket.join_multicast_v4(&here, &nobody)),
            ];
            if let Ok(socket) = UdpSocket::bind("[::]:0") {
                let group = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0xfb);
                told.extend([
                    kind(socket.leave_multicast_v6(&group, 1)),
                    kind(socket.join_multicast_v6(&group, 1)),
                    kind(socket.leave_multicast_v6(&group, 1)),
                    kind(socket.join_multicast_v6(&Ipv6Addr::LOCALHOST, 0)),
                ]);
            }
            told
        }};
    }
    assert_eq!(told!(of_vervet), told!(of_std));
}

#[test]
fn signal_interrupts_a_thread_as_it_does_std_s() {
    macro_rules! told {
        ($part:ident) => {
            [0, 1, 2, 3].map(|which| {
                let socket = $part::UdpSocket::bind(LOCAL).unwrap();
                let result = interrupted(move || match which {
                    0 => socket.recv(&mut [0; 4]),
                    1 => socket.peek(&mut [0; 4]),
                    2 => socket.recv_from(&mut [0; 4]).map(|(count, _)| count),
                    _ => socket.peek_from(&mut [0; 4]).map(|(count, _)| count),
                });
                result.unwrap_err().kind()
            })
        };
    }
    assert_eq!(told!(of_std), [ErrorKind::Interrupted; 4]);
    assert_eq!(told!(of_vervet), [ErrorKind::Interrupted; 4]);
}

#[test]
fn cut_short_in_every_receiving_call() {
    type Socket = vervet::net::UdpSocket;
    let calls: [fn(&Socket); 4] = [
        |socket| drop(socket.recv(&mut [0; 4])),
        |socket| drop(socket.peek(&mut [0; 4])),
        |socket| drop(socket.recv_from(&mut [0; 4])),
        |socket| drop(socket.peek_from(&mut [0; 4])),
    ];
    checked(|| {
        for call in calls {
            let (ours, theirs) = (Arc::new(Socket::bind(LOCAL).unwrap()), Socket::bind(LOCAL).unwrap());
            cut_short("read", || {
                let ours = ours.clone();
                Box::new(move || call(&ours))
            });
            // Nobody is left in the queue to swallow it.
            theirs.send_to(b"whole", ours.local_addr().unwrap()).unwrap();
            assert_eq!(vervet::run(move || ours.recv(&mut [0; 8]).unwrap()), 5);
        }
    });
}

#[test]
fn killed_before_a_call_that_could_go_on() {
    checked(|| {
        let (ours, theirs) = pair(vervet::net::UdpSocket::bind);
        theirs.send(b"there").unwrap();
        let ours = Arc::new(ours);
        cut_short_at_once(&ours, |ours| drop(ours.recv(&mut [0; 8])));
        cut_short_at_once(&ours, |ours| drop(ours.send(b"x")));
        let peer = theirs.local_addr().unwrap();
        cut_short_at_once(&ours, move |ours| drop(ours.send_to(b"x", peer)));
        theirs.set_nonblocking(true).unwrap();
        assert_eq!(theirs.recv(&mut [0; 8]).unwrap_err().kind(), ErrorKind::WouldBlock);
        assert_eq!(ours.recv(&mut [0; 8]).unwrap(), 5);
    });
}

fn pair(
    bind: fn(&'static str) -> io::Result<vervet::net::UdpSocket>,
) -> (vervet::net::UdpSocket, vervet::net::UdpSocket) {
    let (ours, theirs) = (bind(LOCAL).unwrap(), bind(LOCAL).unwrap());
    ours.connect(theirs.local_addr().unwrap()).unwrap();
    theirs.connect(ours.local_addr().unwrap()).unwrap();
    (ours, theirs)
}

#[test]
fn shutdown_from_outside_wakes_greenlets() {
    checked(|| {
        let (ours, _theirs) = pair(vervet::net::UdpSocket::bind);
        let ours = Arc::new(ours);
        let receivers =
            [ours.clone(), ours.clone()].map(|ours| vervet::spawn(move || ours.recv(&mut [0; 4])));
        for receiver in &receivers {
            parked(&receiver.handle(), "read");
        }
        SockRef::from(&*ours).shutdown(Shutdown::Read).unwrap();
        for receiver in receivers {
            assert_eq!(receiver.join().unwrap().unwrap(), 0);
        }
    });
}

#[test]
fn debug_is_std_s() {
    let socket = vervet::net::UdpSocket::bind(LOCAL).unwrap();
    let ours = format!("{socket:?} {socket:#?}");
    let socket = std::net::UdpSocket::from(OwnedFd::from(socket));
    assert_eq!(ours, format!("{socket:?} {socket:#?}"));
}

#[test]
fn crosses_over_to_std_and_back() {
    let (ours, theirs) = pair(vervet::net::UdpSocket::bind);
    let ours = std::net::UdpSocket::from(OwnedFd::from(ours));
    theirs.send(b"1").unwrap();
    assert_eq!(ours.recv(&mut [0; 4]).unwrap(), 1);
    let ours = vervet::net::UdpSocket::from(OwnedFd::from(ours));
    theirs.send(b"22").unwrap();
    assert_eq!(vervet::run(move || ours.recv(&mut [0; 4]).unwrap()), 2);
}

const _: () = {
    use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd};
    use std::panic::{RefUnwindSafe, UnwindSafe};

    const fn auto<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() {}
    const fn fd<T: AsFd + AsRawFd + FromRawFd + IntoRawFd + From<OwnedFd> + Into<OwnedFd>>() {}
    auto::<vervet::net::UdpSocket>();
    fd::<vervet::net::UdpSocket>();
};
