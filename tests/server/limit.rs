//! As many at once as there is room for, and nobody refused.

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use vervet::net::TcpStream;
use vervet::server::StreamServer;

use crate::child::{in_child, raise_fd_limit};
use crate::common::{Gate, LIMIT, checked, dumped, eventually, fail};
use crate::{Gauge, asks, echo};

#[test]
fn five_thousand_clients_and_a_limit_of_a_thousand() {
    const CLIENTS: usize = 5_000;
    const ROOM: usize = 1_000;
    in_child("limit::five_thousand_clients_and_a_limit_of_a_thousand", &[], 2 * LIMIT, || {
        assert!(raise_fd_limit(8_000) >= 6_500, "too few fds are allowed");
        let gauge = Arc::new(Gauge::default());
        let present = Arc::clone(&gauge);
        let server = StreamServer::bind("127.0.0.1:0")
            .unwrap()
            .max_connections(ROOM)
            .on_connection(move |stream, peer| {
                let _present = present.enter();
                echo(stream, peer)
            })
            .start()
            .unwrap();
        let addr = server.local_addr();
        let (gate, connected) = (Gate::new(), Arc::new(AtomicUsize::new(0)));
        let client = |n: usize| {
            let (gate, connected) = (gate.clone(), Arc::clone(&connected));
            vervet::spawn(move || {
                let mut stream = TcpStream::connect(addr).unwrap();
                connected.fetch_add(1, SeqCst);
                gate.pass();
                asks(&mut stream, &format!("client {n:05}"));
            })
        };
        let mut clients: Vec<_> = (0..ROOM).map(client).collect();
        eventually("the server is full", || gauge.most() == ROOM);
        // All the others at once would be more than the kernel lets wait.
        clients.extend((ROOM..CLIENTS).map(client));
        let longest = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap();
        if longest.trim().parse().is_ok_and(|longest: usize| longest >= CLIENTS - ROOM) {
            eventually("the others wait in the kernel", || connected.load(SeqCst) == CLIENTS);
        }
        // Those who are in wait for their clients, so it stays so.
        assert_eq!((server.connections(), server.accepted()), (ROOM, ROOM as u64));
        gate.open();
        vervet::join_all(clients).into_iter().for_each(Result::unwrap);
        assert_eq!(server.accepted(), CLIENTS as u64);
        assert_eq!(gauge.most(), ROOM, "handlers at once");
        let report = server.shutdown(LIMIT);
        assert_eq!((report.killed, server.connections()), (0, 0));
    });
}

#[test]
fn at_the_limit_the_next_one_waits_and_is_served() {
    checked(|| {
        let server = StreamServer::bind("127.0.0.1:0")
            .unwrap()
            .max_connections(1)
            .on_connection(echo)
            .start()
            .unwrap();
        let mut first = TcpStream::connect(server.local_addr()).unwrap();
        asks(&mut first, "in");
        let mut second = TcpStream::connect(server.local_addr()).unwrap();
        second.write_all(b"and I?").unwrap();
        second.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        second.read(&mut [0; 16]).unwrap_err();
        assert_eq!(server.accepted(), 1);
        asks(&mut first, "still in");
        drop(first);
        second.set_read_timeout(Some(LIMIT)).unwrap();
        let mut answer = [0; 6];
        second.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"and I?");
        drop(second);
        assert_eq!(server.shutdown(LIMIT).killed, 0);
    });
}

#[test]
fn a_seat_is_free_again_however_its_handler_ended() {
    checked(|| {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let server = StreamServer::bind("127.0.0.1:0")
            .unwrap()
            .max_connections(2)
            .on_connection(move |stream, peer| match counted.fetch_add(1, SeqCst) % 3 {
                0 => fail("on purpose"),
                1 => vervet::current().unwrap().kill(),
                _ => echo(stream, peer).unwrap(),
            })
            .start()
            .unwrap();
        for _ in 0..60 {
            let mut stream = TcpStream::connect(server.local_addr()).unwrap();
            let _ = stream.write_all(b"?");
            let _ = stream.read(&mut [0]);
        }
        eventually("all are gone", || server.connections() == 0);
        assert_eq!((server.accepted(), server.panicked()), (60, 20));
        assert_eq!(server.shutdown(LIMIT).killed, 0);
    });
}

/// A listener that waits for connections keeps no seat from one that has some.
#[test]
fn more_listeners_than_seats() {
    checked(|| {
        let gauge = Arc::new(Gauge::default());
        let present = Arc::clone(&gauge);
        let server = StreamServer::bind("127.0.0.1:0")
            .unwrap()
            .max_connections(1)
            .reuse_port(4)
            .name("sharded")
            .on_connection(move |stream, peer| {
                let _present = present.enter();
                echo(stream, peer)
            })
            .start()
            .unwrap();
        assert_eq!(dumped().matches("sharded acceptor").count(), 4);
        let clients = (0..200).map(|n| {
            let addr = server.local_addr();
            vervet::spawn(move || asks(&mut TcpStream::connect(addr).unwrap(), &format!("{n}")))
        });
        vervet::join_all(clients.collect::<Vec<_>>()).into_iter().for_each(Result::unwrap);
        assert_eq!((gauge.most(), server.accepted()), (1, 200));
        assert_eq!(server.shutdown(LIMIT).killed, 0);
        assert!(TcpStream::connect(server.local_addr()).is_err(), "all four are closed");
    });
}

#[test]
#[should_panic(expected = "a server with a limit of 0 connections serves nobody")]
fn no_room_at_all() {
    let _ = StreamServer::bind("127.0.0.1:0").unwrap().max_connections(0);
}
