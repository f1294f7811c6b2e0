//! `receiveuntil`.

use std::io::{ErrorKind, Write};
use std::net::TcpStream;

use vervet::cosocket::TcpSocket;

use crate::common::{checked, in_both, parked};
use crate::{SHORT, Server};

/// Patterns that overlap themselves, and texts in which a search that forgets what it has seen misses them.
const OVERLAPS: [(&str, &str); 7] = [
    ("aab", "aaaab"),
    ("aabaaac", "xaabaabaaacrest"),
    ("abab", "aabacababab"),
    ("--abc", "---abc--"),
    ("\r\n\r\n", "a\r\r\n\r\r\n\r\n\r\n"),
    ("aaaa", "aaabaaaaa"),
    ("abcabcd", "abcabcabcabcdabcd"),
];

/// The reader is parked before each byte, and so gets them one by one.
#[test]
fn patterns_that_overlap_themselves_byte_by_byte() {
    checked(|| {
        for (pattern, text) in OVERLAPS {
            let expected = text.split(pattern).next().unwrap();
            for (inclusive, max) in [(false, None), (true, None), (false, Some(2)), (true, Some(2))] {
                let server = Server::new();
                let (mut sock, mut peer) = server.pair();
                let reader = vervet::spawn(move || {
                    let mut reader = sock.receiveuntil(pattern).inclusive(inclusive);
                    let mut before = Vec::new();
                    match max {
                        None => before = reader.receive().unwrap(),
                        Some(max) => {
                            while let Some(piece) = reader.next(max).unwrap() {
                                assert!((1..=max).contains(&piece.len()));
                                before.extend(piece);
                            }
                        }
                    }
                    (before, sock)
                });
                let handle = reader.handle();
                let whole = expected.len() + pattern.len();
                for byte in &text.as_bytes()[..whole] {
                    parked(&handle, "read");
                    peer.write_all(&[*byte]).unwrap();
                }
                peer.write_all(&text.as_bytes()[whole..]).unwrap();
                let (before, mut sock) = reader.join().unwrap();
                let expected = if inclusive { &text[..whole] } else { expected };
                assert_eq!(String::from_utf8(before).unwrap(), expected, "{pattern:?} in {text:?}");
                drop(peer);
                assert_eq!(sock.receive_all().unwrap(), &text.as_bytes()[whole..]);
            }
        }
    });
}

/// Each call gets one byte and runs out of time behind it.
#[test]
fn a_timeout_after_each_byte_loses_none() {
    checked(|| {
        in_both(|| {
            for (pattern, text) in OVERLAPS {
                let expected = text.split(pattern).next().unwrap();
                let server = Server::new();
                let (mut sock, mut peer) = server.pair();
                sock.settimeout(std::time::Duration::from_millis(1));
                let mut reader = sock.receiveuntil(pattern);
                let mut before = Vec::new();
                for byte in text.bytes() {
                    peer.write_all(&[byte]).unwrap();
                    match reader.receive() {
                        Ok(rest) => {
                            before.extend(rest);
                            break;
                        }
                        Err(error) => {
                            assert!(error.is_timeout(), "{error}");
                            before.extend(error.partial());
                        }
                    }
                }
                assert_eq!(String::from_utf8(before).unwrap(), expected, "{pattern:?} in {text:?}");
            }
        });
    });
}

/// What a search in the whole text finds, for many texts, patterns, cuts and sizes of pieces.
#[test]
fn any_cut_comes_to_the_same() {
    checked(|| {
        in_both(|| {
            let mut seed = 1_u64;
            let mut random = move |below: usize| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (seed >> 33) as usize % below
            };
            let server = Server::new();
            let (mut sock, mut peer) = server.pair();
            let mut parts = 0;
            for _ in 0..300 {
                let pattern: Vec<u8> = (0..1 + random(5)).map(|_| b'a' + random(2) as u8).collect();
                let mut text: Vec<u8> = (0..random(40)).map(|_| b'a' + random(2) as u8).collect();
                text.extend(&pattern);
                for cut in text.chunks(1 + random(8)) {
                    peer.write_all(cut).unwrap();
                }
                let mut rest = &text[..];
                let mut reader = sock.receiveuntil(&pattern);
                while let Some(at) = rest.windows(pattern.len()).position(|bytes| bytes == pattern) {
                    let max = 1 + random(6);
                    let mut pieces = Vec::new();
                    while let Some(piece) = reader.next(max).unwrap() {
                        pieces.push(piece);
                    }
                    assert_eq!(pieces.concat(), rest[..at]);
                    let full = pieces.len().saturating_sub(1);
                    assert!(pieces[..full].iter().all(|piece| piece.len() == max), "full but for the last");
                    rest = &rest[at + pattern.len()..];
                    parts += 1;
                }
                assert_eq!(sock.receive(rest.len()).unwrap(), rest);
            }
            assert!(parts > 500);
        });
    });
}

fn filled(text: &str) -> (TcpSocket, TcpStream) {
    let (mut sock, mut peer) = Server::new().pair();
    peer.write_all(text.as_bytes()).unwrap();
    sock.settimeout(SHORT);
    (sock, peer)
}

#[test]
fn pieces_whole_and_again() {
    checked(|| {
        in_both(|| {
            let (mut sock, _peer) = filled("hello, world|||second|rest");
            let mut reader = sock.receiveuntil("|");
            assert_eq!(reader.next(5).unwrap().unwrap(), b"hello");
            assert_eq!(reader.receive().unwrap(), b", world", "the rest of it");
            assert_eq!(reader.next(9).unwrap(), None, "the pattern at once");
            assert_eq!(reader.receive().unwrap(), b"");
            assert_eq!(reader.next(6).unwrap().unwrap(), b"second");
            assert_eq!(reader.next(6).unwrap(), None);
            let error = reader.next(9).unwrap_err();
            assert!(error.is_timeout());
            assert_eq!(error.partial(), b"rest");

            let (mut sock, _peer) = filled("one--two--");
            let mut reader = sock.receiveuntil("--").inclusive(true);
            assert_eq!(reader.receive().unwrap(), b"one--");
            assert_eq!(reader.next(4).unwrap().unwrap(), b"two-");
            assert_eq!(reader.next(4).unwrap().unwrap(), b"-");
            assert_eq!(reader.next(4).unwrap(), None);
        });
    });
}

#[test]
fn what_may_belong_to_the_pattern_is_held_back() {
    checked(|| {
        in_both(|| {
            let (mut sock, mut peer) = filled("data\r\n");
            let mut reader = sock.receiveuntil("\r\n--");
            assert_eq!(reader.next(4).unwrap().unwrap(), b"data");
            let error = reader.next(4).unwrap_err();
            assert_eq!((error.is_timeout(), error.partial()), (true, &b""[..]));
            peer.write_all(b"x\r\n-").unwrap();
            let error = reader.receive().unwrap_err();
            assert_eq!((error.is_timeout(), error.partial()), (true, &b"\r\nx"[..]));
            peer.write_all(b"-").unwrap();
            assert_eq!(reader.receive().unwrap(), b"");
            // At the end it cannot become the pattern any more.
            peer.write_all(b"last\r\n").unwrap();
            drop(peer);
            let error = reader.receive().unwrap_err();
            assert_eq!((error.is_closed(), error.partial()), (true, &b"last\r\n"[..]));
            assert!(reader.receive().unwrap_err().is_closed());
        });
    });
}

#[test]
fn a_reader_that_is_dropped_leaves_the_rest() {
    checked(|| {
        in_both(|| {
            let (mut sock, _peer) = filled("abcdef\nrest");
            assert_eq!(sock.receiveuntil("\n").next(3).unwrap().unwrap(), b"abc");
            assert!(sock.setkeepalive(None, None).is_err());
            assert_eq!(sock.receive_line().unwrap(), b"def");
        });
    });
}

#[test]
fn empty_patterns_and_pieces_are_refused() {
    let (mut sock, _peer) = filled("text");
    let kind = |error| std::io::Error::from(error).kind();
    assert_eq!(kind(sock.receiveuntil("").inclusive(true).receive().unwrap_err()), ErrorKind::InvalidInput);
    assert_eq!(kind(sock.receiveuntil("x").next(0).unwrap_err()), ErrorKind::InvalidInput);
    assert_eq!(sock.receive(4).unwrap(), b"text", "untouched");
}
