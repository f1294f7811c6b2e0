//! Sending, and what is left of the connection when that fails.

use std::io::{ErrorKind, Read, Write};
use std::thread;

use vervet::cosocket::{Error, TcpSocket};

use crate::common::{checked, in_both};
use crate::{SHORT, Server};

/// More than the buffers of both sides hold.
const MUCH: usize = 16 << 20;

#[test]
fn pieces_go_out_in_order() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let (mut sock, mut peer) = server.pair();
            assert_eq!(sock.send("one ").unwrap(), 4);
            assert_eq!(sock.send(b"two ").unwrap(), 4);
            assert_eq!(sock.send(vec![b'3']).unwrap(), 1);
            assert_eq!(sock.send("").unwrap(), 0);
            assert_eq!(sock.send_slices(&["", " four", "", " five"]).unwrap(), 10);
            assert_eq!(sock.send_slices(&[""; 0]).unwrap(), 0);
            // More pieces than the kernel takes at once.
            let many: Vec<String> = (0..3_000).map(|i| format!(" {i}")).collect();
            assert_eq!(sock.send_slices(&many).unwrap(), many.concat().len());
            drop(sock);
            let mut text = String::new();
            peer.read_to_string(&mut text).unwrap();
            assert_eq!(text, format!("one two 3 four five{}", many.concat()));
        });
    });
}

#[test]
fn much_goes_out_whole() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let (mut sock, mut peer) = server.pair();
            let reader = thread::spawn(move || {
                let mut all = Vec::new();
                peer.read_to_end(&mut all).unwrap();
                all
            });
            let sent: Vec<u8> = (0..MUCH).map(|i| (i % 251) as u8).collect();
            let (one, two) = sent.split_at(MUCH / 3);
            assert_eq!(sock.send_slices(&[one, two]).unwrap(), MUCH);
            sock.close().unwrap();
            assert!(reader.join().unwrap() == sent);
        });
    });
}

#[test]
fn nothing_is_sent_without_a_connection() {
    let error = TcpSocket::new().send("x").unwrap_err();
    assert!(error.is_closed());
    assert_eq!((error.sent(), &*error.to_string()), (0, "closed"));
}

#[test]
fn a_timeout_tells_how_much_has_gone_out_and_ends_the_sending() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let (mut sock, mut peer) = server.pair();
            sock.settimeouts(None, SHORT, None);
            let error = sock.send(vec![7; MUCH]).unwrap_err();
            assert!(error.is_timeout(), "{error}");
            assert!(error.sent() > 0 && error.sent() < MUCH);
            assert!(sock.send("x").unwrap_err().is_closed(), "it would be taken for the rest");
            assert!(matches!(sock.setkeepalive(None, None), Err(Error::Closed)));
            peer.write_all(b"too much\n").unwrap();
            assert_eq!(sock.receive_line().unwrap(), b"too much");
            drop(sock);
            let mut count = 0;
            let mut block = [0; 1 << 16];
            while let Ok(n @ 1..) = peer.read(&mut block) {
                count += n;
            }
            assert_eq!(count, error.sent());
        });
    });
}

#[test]
fn a_timeout_around_a_call_ends_the_sending_too() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let (mut sock, _peer) = server.pair();
            let much = vec![7; MUCH];
            assert!(vervet::timeout(10 * SHORT, || sock.send(&much).is_ok()).is_err());
            assert!(sock.send("x").unwrap_err().is_closed());
            assert!(matches!(sock.setkeepalive(None, None), Err(Error::Closed)));
        });
    });
}

#[test]
fn a_peer_that_has_gone_is_noticed() {
    checked(|| {
        in_both(|| {
            let server = Server::new();
            let (mut sock, peer) = server.pair();
            drop(peer);
            let error = loop {
                match sock.send("anybody there?") {
                    Ok(count) => assert_eq!(count, 14),
                    Err(error) => break error,
                }
            };
            let error = std::io::Error::from(error);
            assert!(matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset), "{error}");
            assert!(sock.send("x").unwrap_err().is_closed());
        });
    });
}
