//! Receiving by pattern, and what comes with an error.

use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::thread;
use std::time::Duration;

use vervet::cosocket::{Error, Pattern, TcpSocket};

use crate::common::{checked, in_both};
use crate::{SHORT, Server, ends};

#[test]
fn bytes_lines_and_all_the_rest() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let (mut sock, mut peer) = server.pair();
            peer.write_all(b"fivesa line\r\n\r\nwith\rreturns\n\nthe rest\n").unwrap();
            drop(peer);
            assert_eq!(sock.receive(5).unwrap(), b"fives");
            assert_eq!(sock.receive(0).unwrap(), b"");
            assert_eq!(sock.receive(Pattern::Line).unwrap(), b"a line");
            assert_eq!(sock.receive_line().unwrap(), b"");
            assert_eq!(sock.receive(Pattern::default()).unwrap(), b"withreturns");
            assert_eq!(sock.receive(Pattern::Line).unwrap(), b"");
            assert_eq!(sock.receive(Pattern::All).unwrap(), b"the rest\n");
            for _ in 0..2 {
                assert!(sock.receive(Pattern::All).unwrap_err().is_closed(), "the end was told");
                assert!(sock.receive(1).unwrap_err().is_closed());
            }
            sock.close().unwrap();
            assert!(sock.close().unwrap_err().is_closed());
        });
    });
}

#[test]
fn nothing_is_received_without_a_connection() {
    checked(|| {
        in_both(|| {
            let mut sock = TcpSocket::new();
            for pattern in [Pattern::Bytes(1), Pattern::Line, Pattern::All] {
                let error = sock.receive(pattern).unwrap_err();
                assert!(error.is_closed() && error.partial().is_empty());
            }
            assert!(sock.receiveany(1).unwrap_err().is_closed());
            assert!(sock.receiveuntil("x").receive().unwrap_err().is_closed());
            assert!(matches!(sock.setkeepalive(None, None), Err(Error::Closed)));
            assert_eq!(sock.getreusedtimes(), 0);
        });
    });
}

#[test]
fn a_timeout_has_the_partial_data_and_the_connection_goes_on() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let (mut sock, mut peer) = server.pair();
            sock.settimeout(SHORT);
            for pattern in [Pattern::Bytes(100), Pattern::Line, Pattern::All] {
                let error = sock.receive(pattern).unwrap_err();
                assert!(error.is_timeout(), "{error}");
                assert_eq!((error.partial(), &*error.to_string()), (&b""[..], "timeout"));
                peer.write_all(b"half").unwrap();
                let error = sock.receive(pattern).unwrap_err();
                assert!(error.is_timeout(), "{error}");
                assert_eq!((error.partial(), &*error.to_string()), (&b"half"[..], "timeout, after 4 bytes"));
                let (error, partial) = error.into_parts();
                assert!(error.is_timeout() && partial == b"half");
            }
            peer.write_all(b"whole\n").unwrap();
            assert_eq!(sock.receive(Pattern::Line).unwrap(), b"whole");
            sock.send("ping").unwrap();
            peer.read_exact(&mut [0; 4]).unwrap();
        });
    });
}

#[test]
fn an_end_has_the_partial_data() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            for pattern in [Pattern::Bytes(100), Pattern::Line] {
                let (mut sock, mut peer) = server.pair();
                peer.write_all(b"half").unwrap();
                peer.shutdown(Shutdown::Write).unwrap();
                let error = sock.receive(pattern).unwrap_err();
                assert!(error.is_closed(), "{error}");
                assert_eq!((error.partial(), &*error.to_string()), (&b"half"[..], "closed, after 4 bytes"));
                assert_eq!(sock.receive(pattern).unwrap_err().partial(), b"", "given out once");
                // The other direction is open.
                sock.send("still").unwrap();
                peer.read_exact(&mut [0; 5]).unwrap();
                drop(sock);
                ends(&mut peer);
            }
        });
    });
}

#[test]
fn a_reset_has_the_partial_data_and_ends_the_connection() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let (mut sock, mut peer) = server.pair();
            peer.write_all(b"half").unwrap();
            assert_eq!(sock.receiveany(1).unwrap(), b"h");
            socket2::SockRef::from(&peer).set_linger(Some(Duration::ZERO)).unwrap();
            drop(peer);
            let error = sock.receive(100).unwrap_err();
            assert_eq!(error.partial(), b"alf");
            let (error, _) = error.into_parts();
            assert!(matches!(&error, Error::Io(io) if io.kind() == ErrorKind::ConnectionReset), "{error}");
            assert!(sock.receive(1).unwrap_err().is_closed());
            assert!(sock.send("x").unwrap_err().is_closed());
            assert!(sock.close().unwrap_err().is_closed());
        });
    });
}

#[test]
fn receiveany_takes_what_there_is() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let (mut sock, mut peer) = server.pair();
            peer.write_all(b"hello").unwrap();
            assert_eq!(sock.receiveany(2).unwrap(), b"he");
            assert_eq!(sock.receiveany(100).unwrap(), b"llo");
            sock.settimeout(SHORT);
            assert!(sock.receiveany(100).unwrap_err().is_timeout());
            let refused = std::io::Error::from(sock.receiveany(0).unwrap_err());
            assert_eq!(refused.kind(), ErrorKind::InvalidInput);
            drop(peer);
            assert!(sock.receiveany(100).unwrap_err().is_closed());
        });
    });
}

#[test]
fn the_limit_is_for_each_wait() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let (mut sock, mut peer) = server.pair();
            // All of it takes longer than one wait may.
            sock.settimeout(Duration::from_millis(100));
            let writer = thread::spawn(move || {
                for _ in 0..12 {
                    thread::sleep(SHORT);
                    peer.write_all(b"x").unwrap();
                }
                peer
            });
            assert_eq!(sock.receive(12).unwrap(), [b'x'; 12]);
            let _peer = writer.join().unwrap();
            sock.settimeouts(None, None, Duration::ZERO);
            assert!(sock.receive(1).unwrap_err().is_timeout(), "does not wait");
        });
    });
}

#[test]
fn much_is_received_whole() {
    const MUCH: usize = 5 << 20;
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let sent: Vec<u8> = (0..MUCH).map(|i| (i % 251) as u8).collect();
            for pattern in [Pattern::Bytes(MUCH), Pattern::All] {
                let (mut sock, mut peer) = server.pair();
                let block = sent.clone();
                let writer = thread::spawn(move || peer.write_all(&block).unwrap());
                assert!(sock.receive(pattern).unwrap() == sent);
                writer.join().unwrap();
            }
            let (mut sock, mut peer) = server.pair();
            let line = vec![b'x'; MUCH];
            let writer = thread::spawn(move || {
                peer.write_all(&vec![b'x'; MUCH]).unwrap();
                peer.write_all(b"\nnext").unwrap();
            });
            assert!(sock.receive_line().unwrap() == line);
            assert_eq!(sock.receive_all().unwrap(), b"next");
            writer.join().unwrap();
        });
    });
}

#[test]
fn a_timeout_around_a_call_loses_nothing() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let (mut sock, mut peer) = server.pair();
            peer.write_all(b"he").unwrap();
            for pattern in [Pattern::Bytes(7), Pattern::Line, Pattern::All] {
                assert!(vervet::timeout(SHORT, || sock.receive(pattern).is_ok()).is_err());
            }
            assert!(vervet::timeout(SHORT, || sock.receiveuntil("\n").receive().is_ok()).is_err());
            peer.write_all(b"llo\n").unwrap();
            assert_eq!(sock.receive_line().unwrap(), b"hello");
        });
    });
}

#[test]
fn code_that_reads_and_writes_takes_it() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let (mut sock, mut peer) = server.pair();
            peer.write_all(b"line\nof bytes").unwrap();
            assert_eq!(sock.receive_line().unwrap(), b"line");
            write!(sock, "{}", 42).unwrap();
            let mut buf = [0; 2];
            peer.read_exact(&mut buf).unwrap();
            assert_eq!(&buf, b"42");
            sock.settimeout(SHORT);
            let mut text = String::new();
            let error = sock.read_to_string(&mut text).unwrap_err();
            assert_eq!((error.kind(), &*text), (ErrorKind::TimedOut, "of bytes"));
            drop(peer);
            assert_eq!(sock.read_to_string(&mut text).unwrap(), 0);
            assert_eq!(sock.read(&mut [0; 8]).unwrap(), 0, "the end stays");
        });
    });
}
