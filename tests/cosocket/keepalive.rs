//! Connections that are kept: taken again, refused, dropped when they die.

use std::io::{Read, Write};
use std::thread;
use std::time::Duration;

use vervet::cosocket::{self, ConnectOptions, Error, TcpSocket};

use crate::common::{checked, eventually, in_both, open_fds};
use crate::{SHORT, Server, ends, is_open};

const LONG: Duration = Duration::from_secs(60);

#[test]
fn a_connection_is_used_again_and_counts_it() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let (mut sock, mut peer) = server.pair();
            for round in 0..5 {
                assert_eq!(sock.getreusedtimes(), round);
                sock.send("x").unwrap();
                peer.read_exact(&mut [0]).unwrap();
                peer.write_all(b"y").unwrap();
                assert_eq!(sock.receive(1).unwrap(), b"y");
                sock.setkeepalive(LONG, 10).unwrap();
                assert_eq!(sock.getreusedtimes(), 0, "without a connection now");
                assert!(sock.send("x").unwrap_err().is_closed());
                sock.connect(server.addr, ConnectOptions::new()).unwrap();
            }
            // A second one at the same time is new.
            let (second, _other) = server.pair();
            assert_eq!(second.getreusedtimes(), 0);
            drop(sock);
            ends(&mut peer);
        });
    });
}

#[test]
fn any_greenlet_and_thread_may_take_it() {
    checked(|| {
        let server = Server::new();
        let addr = server.addr;
        vervet::run(move || {
            let mut sock = cosocket::connect(addr, ConnectOptions::new()).unwrap();
            sock.setkeepalive(LONG, None).unwrap();
        });
        let mut peer = server.accept();
        let take = move |expected| {
            let mut sock = cosocket::connect(addr, ConnectOptions::new()).unwrap();
            assert_eq!(sock.getreusedtimes(), expected);
            sock.send([expected as u8]).unwrap();
            sock.setkeepalive(LONG, None).unwrap();
        };
        take(1);
        vervet::run(move || take(2));
        thread::spawn(move || take(3)).join().unwrap();
        vervet::spawn(move || take(4)).join().unwrap();
        let mut got = [0; 4];
        peer.read_exact(&mut got).unwrap();
        assert_eq!(got, [1, 2, 3, 4]);
    });
}

#[test]
fn the_one_used_last_comes_first_and_the_oldest_makes_room() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let mut pairs: Vec<_> = (0..4).map(|_| server.pair()).collect();
            for (sock, _) in &mut pairs {
                sock.setkeepalive(LONG, 2).unwrap();
            }
            let mut peers: Vec<_> = pairs.into_iter().map(|(_, peer)| peer).collect();
            ends(&mut peers[0]);
            ends(&mut peers[1]);
            assert!(is_open(&peers[2]) && is_open(&peers[3]));
            let (mut first, mut second) = (server.connect(), server.connect());
            first.send("3").unwrap();
            second.send("2").unwrap();
            let mut byte = [0];
            peers[3].read_exact(&mut byte).unwrap();
            assert_eq!(byte, *b"3");
            peers[2].read_exact(&mut byte).unwrap();
            assert_eq!(byte, *b"2");
            // The size stays what it was made to be.
            first.setkeepalive(LONG, 100).unwrap();
            second.setkeepalive(LONG, 100).unwrap();
            let mut third = TcpSocket::new();
            third.connect(server.addr, ConnectOptions::new().pool_size(100)).unwrap();
            assert_eq!(third.getreusedtimes(), 2);
        });
    });
}

#[test]
fn pools_have_names() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let named = |name: &str| ConnectOptions::new().pool(format!("{name} {}", server.addr));
            let mut one = cosocket::connect(server.addr, named("one")).unwrap();
            let _peer = server.accept();
            one.setkeepalive(LONG, None).unwrap();
            let other = cosocket::connect(server.addr, named("other")).unwrap();
            let _other_peer = server.accept();
            assert_eq!(other.getreusedtimes(), 0);
            one.connect(server.addr, named("one")).unwrap();
            assert_eq!(one.getreusedtimes(), 1);
            one.setkeepalive(LONG, None).unwrap();
            // A name is not an address: this one leads to another server, by an old connection.
            one.connect("127.0.0.1:1", named("one")).unwrap();
            assert_eq!(one.getreusedtimes(), 2);
        });
    });
}

#[test]
fn unread_data_makes_a_connection_dubious() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let (mut sock, mut peer) = server.pair();
            // In the kernel; then in the socket's own buffer.
            peer.write_all(b"unread").unwrap();
            assert!(matches!(sock.setkeepalive(LONG, None), Err(Error::Dubious)));
            assert_eq!(sock.receive(2).unwrap(), b"un");
            let refused = sock.setkeepalive(LONG, None).unwrap_err();
            assert!(matches!(refused, Error::Dubious));
            assert_eq!(refused.to_string(), "connection in dubious state");
            assert_eq!(sock.receive(4).unwrap(), b"read", "it stays with its owner");
            sock.setkeepalive(LONG, None).unwrap();
            assert!(is_open(&peer));
        });
    });
}

#[test]
fn a_question_without_its_answer_makes_a_connection_dubious() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let (mut sock, mut peer) = server.pair();
            let dubious = |sock: &mut TcpSocket| matches!(sock.setkeepalive(LONG, None), Err(Error::Dubious));
            // Waited for in vain, with the socket's limit and with one around it.
            sock.settimeouts(None, None, SHORT);
            sock.send("?").unwrap();
            assert!(sock.receive(1).unwrap_err().is_timeout());
            assert!(dubious(&mut sock));
            peer.write_all(b"!").unwrap();
            sock.settimeout(None);
            assert_eq!(sock.receive(1).unwrap(), b"!");
            sock.send("?").unwrap();
            assert!(vervet::timeout(SHORT, || sock.receive(1).is_ok()).is_err());
            assert!(dubious(&mut sock));
            // Received in part.
            peer.write_all(b"!").unwrap();
            assert_eq!(sock.receive(1).unwrap(), b"!");
            peer.write_all(b"ha").unwrap();
            sock.settimeout(SHORT);
            assert_eq!(sock.receive(4).unwrap_err().partial(), b"ha");
            assert!(dubious(&mut sock));
            peer.write_all(b"lf").unwrap();
            assert_eq!(sock.receive(2).unwrap(), b"lf");
            // Nothing asked, nothing received: nothing can come.
            assert!(sock.receive(1).unwrap_err().is_timeout());
            sock.setkeepalive(LONG, None).unwrap();
        });
    });
}

#[test]
fn a_connection_that_has_ended_is_not_kept() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let (mut sock, peer) = server.pair();
            sock.settimeout(None);
            drop(peer);
            assert!(sock.receive(1).unwrap_err().is_closed());
            assert!(matches!(sock.setkeepalive(LONG, None), Err(Error::Closed)));
        });
    });
}

#[test]
fn idle_connections_that_die_are_dropped() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let idle = || {
                let (mut sock, peer) = server.pair();
                sock.setkeepalive(LONG, None).unwrap();
                peer
            };
            // The other side ends it, or sends what nobody has asked for.
            let before = open_fds();
            let peer = idle();
            assert_eq!(open_fds(), before + 2);
            drop(peer);
            eventually("it is closed here, too", || open_fds() == before);
            let mut peer = idle();
            peer.write_all(b"surprise").unwrap();
            ends(&mut peer);
            drop(peer);
            eventually("it is closed here", || open_fds() == before);
            // Among others that live.
            let mut pairs: Vec<_> = (0..10).map(|_| server.pair()).collect();
            pairs.iter_mut().for_each(|(sock, _)| sock.setkeepalive(LONG, None).unwrap());
            let mut peers: Vec<_> = pairs.into_iter().map(|(_, peer)| peer).collect();
            drop(peers.remove(7));
            drop(peers.remove(2));
            eventually("eight are left", || open_fds() == before + 16);
            assert!(peers.iter().all(is_open));
            let socks: Vec<_> = (0..8).map(|_| server.connect()).collect();
            assert!(socks.iter().all(|sock| sock.getreusedtimes() == 1));
            assert_eq!(server.pair().0.getreusedtimes(), 0);
        });
    });
}

#[test]
fn one_that_died_unnoticed_is_not_handed_out() {
    checked(|| {
        // No greenlet runs between the end and the next use: the one that looks after idle connections cannot have seen it.
        for _ in 0..20 {
            let server = Server::new();
            let (mut sock, peer) = server.pair();
            sock.setkeepalive(LONG, None).unwrap();
            drop(peer);
            sock.connect(server.addr, ConnectOptions::new()).unwrap();
            assert_eq!(sock.getreusedtimes(), 0);
            let mut peer = server.accept();
            sock.send("alive").unwrap();
            peer.read_exact(&mut [0; 5]).unwrap();
        }
    });
}

#[test]
fn idle_connections_are_closed_when_their_time_is_up() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let ((mut one, mut short), (mut two, long), (mut three, mut shorter)) =
                (server.pair(), server.pair(), server.pair());
            one.setkeepalive(4 * SHORT, None).unwrap();
            two.setkeepalive(Duration::ZERO, None).unwrap();
            // Earlier than what is waited for already.
            three.setkeepalive(SHORT, None).unwrap();
            ends(&mut shorter);
            ends(&mut short);
            assert!(is_open(&long), "zero is no limit");
            assert_eq!(server.connect().getreusedtimes(), 1);
        });
    });
}

#[test]
fn connecting_again_closes_what_was_there() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let (mut sock, mut peer) = server.pair();
            sock.connect(server.addr, ConnectOptions::new()).unwrap();
            assert_eq!(sock.getreusedtimes(), 0);
            ends(&mut peer);
            assert!(sock.connect("127.0.0.1", ConnectOptions::new()).is_err());
            ends(&mut server.accept());
        });
    });
}

#[test]
fn what_cannot_be_connected_to_says_why() {
    use std::io::{Error as IoError, ErrorKind};
    checked(|| {
        in_both(|| {
            let kind = |peer: &str| {
                IoError::from(TcpSocket::new().connect(peer, ConnectOptions::new()).unwrap_err())
            };
            assert_eq!(kind("nonsense").kind(), ErrorKind::InvalidInput);
            assert_eq!(kind("localhost:nonsense").kind(), ErrorKind::InvalidInput);
            assert_eq!(kind("unix:/no/such/socket").kind(), ErrorKind::NotFound);
            // Bound, so that nobody else gets the port, and not listening.
            let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
            socket.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
            let addr = socket.local_addr().unwrap().as_socket().unwrap();
            assert_eq!(kind(&addr.to_string()).kind(), ErrorKind::ConnectionRefused);
            let none = TcpSocket::new().connect(addr, ConnectOptions::new().pool_size(0)).unwrap_err();
            assert_eq!(IoError::from(none).kind(), ErrorKind::InvalidInput);
        });
    });
}
