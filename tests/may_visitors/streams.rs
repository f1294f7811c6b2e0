//! Streams between visitors, greenlets and OS threads.

use std::io::{ErrorKind, Read, Write};
use std::mem::ManuallyDrop;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, FromRawFd};
use std::sync::Arc;
use std::time::Instant;

use vervet::net::{Shutdown, TcpListener, TcpStream};

use crate::*;

/// More than the sockets buffer, so that writing waits, too.
const BULK: usize = 4 << 20;

fn pattern(n: usize) -> u8 {
    (n * 31 + n / 251) as u8
}

/// Takes one connection and sends back what comes until its end, a piece at a time.
fn echo_one(listener: &TcpListener) {
    let (mut stream, _) = listener.accept().unwrap();
    let mut buf = vec![0; 64 << 10];
    while let n @ 1.. = stream.read(&mut buf).unwrap() {
        stream.write_all(&buf[..n]).unwrap();
    }
}

/// Sends from one context, receives in another.
fn send_and_check(addr: SocketAddr, sender: Who) {
    let mut stream = TcpStream::connect(addr).unwrap();
    let mut other = stream.try_clone().unwrap();
    let sender = start(sender, move || {
        let data: Vec<u8> = (0..BULK).map(pattern).collect();
        other.write_all(&data).unwrap();
        other.shutdown(Shutdown::Write).unwrap();
    });
    let mut data = Vec::new();
    stream.read_to_end(&mut data).unwrap();
    assert!(data.len() == BULK && data.iter().enumerate().all(|(n, &byte)| byte == pattern(n)));
    sender.join();
}

#[test]
fn streams_between_every_two_contexts() {
    checked(|| {
        for server in ALL {
            for client in ALL {
                for sender in ALL {
                    let listener = TcpListener::bind(LOCAL).unwrap();
                    let addr = listener.local_addr().unwrap();
                    let server = start(server, move || echo_one(&listener));
                    start(client, move || send_and_check(addr, sender)).join();
                    server.join();
                }
            }
        }
    });
}

#[test]
fn accept_waits_for_connect_in_every_context() {
    checked(|| {
        for acceptor in ALL {
            for client in ALL {
                let listener = TcpListener::bind(LOCAL).unwrap();
                let addr = listener.local_addr().unwrap();
                let before = reading();
                let acceptor_of = start(acceptor, move || listener.accept().unwrap().1);
                if acceptor != Thread {
                    one_more(before, reading);
                }
                let ours =
                    start(client, move || TcpStream::connect(addr).unwrap().local_addr().unwrap()).join();
                assert_eq!(acceptor_of.join(), ours, "{acceptor:?} accepts, {client:?} connects");
            }
        }
    });
}

#[test]
fn one_listener_for_acceptors_of_every_context() {
    const EACH: usize = 4;
    checked(|| {
        let listener = Arc::new(TcpListener::bind(LOCAL).unwrap());
        let addr = listener.local_addr().unwrap();
        let acceptors: Vec<_> = (0..3 * EACH)
            .map(|n| {
                let listener = listener.clone();
                // Each accepts one, so all of them have to be woken.
                start(ALL[n % 3], move || listener.accept().unwrap().0.write_all(&[n as u8]).unwrap())
            })
            .collect();
        let clients: Vec<_> = (0..3 * EACH)
            .map(|n| {
                start(ALL[n / EACH], move || {
                    let mut served_by = [0];
                    TcpStream::connect(addr).unwrap().read_exact(&mut served_by).unwrap();
                    served_by[0]
                })
            })
            .collect();
        let mut served_by: Vec<u8> = clients.into_iter().map(Running::join).collect();
        served_by.sort_unstable();
        assert_eq!(served_by, Vec::from_iter(0..3 * EACH as u8));
        acceptors.into_iter().for_each(Running::join);
    });
}

#[test]
fn one_stream_for_readers_of_every_context() {
    checked(|| {
        let (ours, mut theirs) = pair();
        let ours = Arc::new(ours);
        let readers = ALL.map(|who| {
            let ours = ours.clone();
            start(who, move || {
                let mut total = 0;
                while let n @ 1.. = (&*ours).read(&mut [0; 64]).unwrap() {
                    total += n;
                }
                total
            })
        });
        for _ in 0..1000 {
            theirs.write_all(&[7; 64]).unwrap();
        }
        theirs.shutdown(Shutdown::Write).unwrap();
        assert_eq!(readers.map(Running::join).iter().sum::<usize>(), 64_000);
    });
}

#[test]
fn read_timeout_of_the_stream() {
    checked(|| {
        let (mut ours, _theirs) = pair();
        ours.set_read_timeout(Some(MOMENT)).unwrap();
        let (kind, took) = visit(move || {
            let start = Instant::now();
            (ours.read(&mut [0]).unwrap_err().kind(), start.elapsed())
        });
        assert_eq!(kind, ErrorKind::WouldBlock);
        assert!(took >= MOMENT);
    });
}

#[test]
fn shutdown_wakes_reader() {
    checked(|| {
        for who in ALL {
            let (ours, _theirs) = pair();
            let ours = Arc::new(ours);
            let (reader, before) = (ours.clone(), reading());
            let reader = visitor(move || (&*reader).read(&mut [0]).unwrap());
            one_more(before, reading);
            start(who, move || ours.shutdown(Shutdown::Both).unwrap()).join();
            assert_eq!(reader.join().unwrap(), 0);
        }
    });
}

#[test]
fn close_wakes_reader() {
    checked(|| {
        for who in ALL {
            let (ours, _theirs) = pair();
            // SAFETY: open, and closed by `ours` alone; what this test is about is that it is closed too early.
            let alias = ManuallyDrop::new(unsafe { TcpStream::from_raw_fd(ours.as_raw_fd()) });
            let before = reading();
            let reader = visitor(move || (&*alias).read(&mut [0]).map_err(|error| error.raw_os_error()));
            one_more(before, reading);
            start(who, move || drop(ours)).join();
            let result = reader.join().unwrap();
            assert!(matches!(result, Err(Some(_))), "{result:?}");
        }
    });
}
