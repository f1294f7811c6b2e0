//! Shutdown, in all its ways.

use std::hint::black_box;
use std::io::{ErrorKind, Read, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use vervet::net::{TcpListener, TcpStream};
use vervet::server::{self, ServerHandle, StreamServer};

use crate::child::in_child;
use crate::common::{Drops, Gate, HOUR, LIMIT, checked, dumped, eventually, in_both, over, parked};
use crate::{asks, echo};

/// Clients, each of whom has a handler.
fn clients(server: &ServerHandle, count: usize) -> Vec<TcpStream> {
    let clients: Vec<_> = (0..count).map(|_| TcpStream::connect(server.local_addr()).unwrap()).collect();
    eventually("all are in", || server.connections() == count);
    clients
}

fn echoing() -> ServerHandle {
    StreamServer::bind("127.0.0.1:0").unwrap().on_connection(echo).start().unwrap()
}

#[test]
fn handlers_end_within_the_grace() {
    checked(|| {
        in_both(|| {
            let server = StreamServer::bind("127.0.0.1:0")
                .unwrap()
                .on_connection(|mut stream, _| {
                    while !server::is_draining() {
                        stream.write_all(b"tick").unwrap();
                        vervet::sleep(Duration::from_millis(1));
                    }
                    stream.write_all(b"bye!").unwrap();
                })
                .start()
                .unwrap();
            let mut clients = clients(&server, 5);
            assert!(!server.is_draining());
            let start = Instant::now();
            let report = server.shutdown(LIMIT);
            assert!(start.elapsed() < LIMIT / 2, "it does not wait longer than it has to");
            assert_eq!((report.drained, report.killed, report.stuck), (5, 0, 0));
            assert_eq!(report.to_string(), "5 drained, 0 killed");
            assert!(server.is_draining());
            server.wait().unwrap();
            for client in &mut clients {
                let mut text = String::new();
                client.read_to_string(&mut text).unwrap();
                assert!(text.ends_with("bye!"), "{text}");
            }
            let refused = TcpStream::connect(server.local_addr()).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        });
    });
}

#[test]
fn connects_are_refused_while_handlers_drain() {
    checked(|| {
        let server = echoing();
        let mut client = clients(&server, 1).remove(0);
        let theirs = server.clone();
        let shutdown = thread::spawn(move || theirs.shutdown(HOUR));
        let refused = || {
            TcpStream::connect(server.local_addr())
                .is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
        };
        eventually("connects are refused", refused);
        asks(&mut client, "but I am served");
        assert!(!shutdown.is_finished());
        drop(client);
        let report = shutdown.join().unwrap();
        // Who has tried it too early was accepted.
        assert!(report.drained >= 1 && report.killed == 0, "{report}");
    });
}

#[test]
fn five_hundred_busy_handlers_and_a_grace_of_a_second() {
    in_child("ending::five_hundred_busy_handlers_and_a_grace_of_a_second", &[], LIMIT, || {
        let count = AtomicUsize::new(0);
        let server = StreamServer::bind("127.0.0.1:0")
            .unwrap()
            .on_connection(move |mut stream, _| match count.fetch_add(1, SeqCst) % 4 {
                0 => drop(stream.read(&mut [0])),
                1 => loop {
                    stream.write_all(&[0; 4096]).unwrap();
                },
                2 => vervet::sleep(HOUR),
                _ => loop {
                    black_box((0..1000).sum::<u32>());
                    vervet::yield_now();
                },
            })
            .start()
            .unwrap();
        let clients = clients(&server, 500);
        let start = Instant::now();
        let report = server.shutdown(Duration::from_secs(1));
        let took = start.elapsed();
        assert!(took >= Duration::from_secs(1) && took < Duration::from_millis(1_500), "{took:?}");
        assert_eq!((report.drained, report.killed, report.stuck), (0, 500, 0));
        assert_eq!(server.connections(), 0);
        drop(clients);
    });
}

/// What they hold is dropped before the shutdown returns, and their clients see an end.
#[test]
fn the_killed_unwind() {
    checked(|| {
        let drops = Arc::new(Drops::new());
        let theirs = Arc::clone(&drops);
        let server = StreamServer::bind("127.0.0.1:0")
            .unwrap()
            .on_connection(move |mut stream, _| {
                let _counts = theirs.value();
                stream.write_all(b"!")?;
                stream.read(&mut [0])
            })
            .start()
            .unwrap();
        let mut clients = clients(&server, 3);
        // Who has not begun has nothing to drop.
        clients.iter_mut().for_each(|client| client.read_exact(&mut [0]).unwrap());
        let report = server.shutdown(Duration::ZERO);
        assert_eq!((report.killed, report.stuck, drops.count()), (3, 0, 3));
        assert!(clients.iter_mut().all(|client| client.read(&mut [0]).unwrap() == 0));
    });
}

#[test]
fn who_cannot_be_killed_is_stuck() {
    checked(|| {
        let gate = Gate::new();
        let theirs = gate.clone();
        let server = StreamServer::bind("127.0.0.1:0")
            .unwrap()
            .on_connection(move |_, _| vervet::shield(|| theirs.pass()))
            .start()
            .unwrap();
        let clients = clients(&server, 2);
        let start = Instant::now();
        let report = server.shutdown(Duration::from_millis(10));
        assert!(start.elapsed() < Duration::from_millis(510), "{:?}", start.elapsed());
        assert_eq!((report.drained, report.killed, report.stuck), (0, 2, 2));
        assert_eq!(report.to_string(), "0 drained, 2 killed (2 of them not gone yet)");
        gate.open();
        eventually("they go in the end", || server.connections() == 0);
        assert_eq!(server.shutdown(HOUR), report, "what is reported stays");
        drop(clients);
    });
}

#[test]
fn a_handler_shuts_its_server_down() {
    checked(|| {
        let (say, said) = mpsc::channel();
        let server = StreamServer::bind("127.0.0.1:0")
            .unwrap()
            .on_connection(move |mut stream, peer| {
                let mut word = [0; 4];
                stream.read_exact(&mut word)?;
                if &word == b"quit" {
                    say.send(server::current().unwrap().shutdown(Duration::from_millis(20))).unwrap();
                    // It is not killed: this waits.
                    vervet::sleep(Duration::from_millis(1));
                }
                stream.write_all(&word)?;
                echo(stream, peer)
            })
            .start()
            .unwrap();
        let mut others = clients(&server, 2);
        asks(&mut others[0], "stay");
        let mut quits = TcpStream::connect(server.local_addr()).unwrap();
        asks(&mut quits, "quit");
        let report = said.recv().unwrap();
        assert_eq!((report.drained, report.killed, report.stuck), (0, 2, 0));
        server.wait().unwrap();
        asks(&mut quits, "I am still here");
        drop(quits);
    });
}

#[test]
fn the_hook_for_errors_shuts_its_server_down() {
    checked(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let clone = listener.try_clone().unwrap();
        let (say, said) = mpsc::channel();
        let server = StreamServer::new(listener)
            .on_error(move |_| say.send(server::current().unwrap().shutdown(HOUR)).unwrap())
            .on_connection(echo)
            .start()
            .unwrap();
        let client = clients(&server, 1);
        socket2::SockRef::from(&clone).shutdown(std::net::Shutdown::Both).unwrap();
        eventually("it has been told to end", || server.is_draining());
        drop(client);
        let report = said.recv_timeout(LIMIT / 2).unwrap();
        assert_eq!((report.drained, report.killed), (1, 0));
        server.wait().unwrap();
    });
}

/// Each would wait for the other, if those who wait for the end counted.
#[test]
fn two_handlers_shut_their_server_down() {
    checked(|| {
        let (say, said) = mpsc::channel();
        let server = StreamServer::bind("127.0.0.1:0")
            .unwrap()
            .on_connection(move |mut stream, _| {
                stream.read_exact(&mut [0]).unwrap();
                say.send(server::current().unwrap().shutdown(HOUR)).unwrap();
            })
            .start()
            .unwrap();
        let mut clients = clients(&server, 2);
        clients.iter_mut().for_each(|client| client.write_all(b"!").unwrap());
        for _ in 0..2 {
            assert_eq!(said.recv_timeout(LIMIT / 2).unwrap(), Default::default());
        }
        server.wait().unwrap();
    });
}

#[test]
fn a_second_shutdown_waits_for_the_same_end() {
    checked(|| {
        let server = echoing();
        let client = clients(&server, 1);
        let theirs = server.clone();
        let first = vervet::spawn(move || theirs.shutdown(HOUR));
        parked(&first.handle(), "join");
        let theirs = server.clone();
        let longer = vervet::spawn(move || theirs.shutdown(2 * HOUR));
        parked(&longer.handle(), "join");
        let waits = server.clone();
        let waits = vervet::spawn(move || waits.wait());
        assert!(!first.is_finished());
        // One who is in a hurry.
        let report = server.shutdown(Duration::from_millis(1));
        assert_eq!((report.drained, report.killed), (0, 1));
        assert_eq!((first.join().unwrap(), longer.join().unwrap()), (report, report));
        waits.join().unwrap().unwrap();
        assert_eq!(server.shutdown(Duration::ZERO), report);
        drop(client);
    });
}

#[test]
fn one_who_waits_for_the_end_is_killed() {
    checked(|| {
        let server = echoing();
        let client = clients(&server, 1);
        let theirs = server.clone();
        let first = vervet::spawn(move || theirs.shutdown(Duration::from_millis(100)));
        parked(&first.handle(), "join");
        first.kill();
        over(&first.handle());
        // Nobody sees to the rest until somebody wants to know.
        server.wait().unwrap();
        let report = server.shutdown(HOUR);
        assert_eq!((report.drained, report.killed), (0, 1));
        drop(client);
    });
}

/// The report comes in time though no worker comes to anything.
#[test]
fn workers_that_are_kept_busy() {
    checked(|| {
        let stop = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&stop);
        let server = StreamServer::bind("127.0.0.1:0")
            .unwrap()
            .on_connection(move |_, _| {
                while !theirs.load(SeqCst) {
                    std::hint::spin_loop();
                }
            })
            .start()
            .unwrap();
        let clients: Vec<_> =
            (0..2).map(|_| std::net::TcpStream::connect(server.local_addr()).unwrap()).collect();
        while server.connections() == 0 {
            thread::yield_now();
        }
        let start = Instant::now();
        let report = server.shutdown(Duration::from_millis(50));
        assert!(start.elapsed() < Duration::from_millis(550), "{:?}", start.elapsed());
        assert!(report.stuck > 0 && report.stuck <= report.killed, "{report:?}");
        stop.store(true, SeqCst);
        eventually("they go in the end", || server.connections() == 0);
        drop(clients);
    });
}

#[test]
fn a_dropped_handle_ends_nothing() {
    checked(|| {
        let (say, said) = mpsc::channel();
        let server = StreamServer::bind("127.0.0.1:0").unwrap().on_connection(move |stream, peer| {
            say.send(server::current().unwrap()).unwrap();
            echo(stream, peer)
        });
        let addr = server.local_addr().unwrap();
        drop(server.start().unwrap());
        asks(&mut TcpStream::connect(addr).unwrap(), "still there");
        let server = said.recv().unwrap();
        assert_eq!(server.shutdown(LIMIT).killed, 0);
        drop(said);
    });
}

#[test]
fn serve_forever_until_it_is_killed() {
    checked(|| {
        in_both(|| {
            let server = StreamServer::bind("127.0.0.1:0").unwrap().name("killed").on_connection(echo);
            let addr = server.local_addr().unwrap();
            let serves = vervet::spawn(|| server.serve_forever());
            let mut client = TcpStream::connect(addr).unwrap();
            asks(&mut client, "hello");
            serves.kill();
            assert!(serves.join().unwrap_err().is_killed());
            assert_eq!(client.read(&mut [0]).unwrap(), 0);
            assert!(TcpStream::connect(addr).is_err());
            assert!(!dumped().contains("killed acceptor"));
        });
    });
}

#[test]
fn serve_forever_until_a_handler_ends_it() {
    checked(|| {
        in_both(|| {
            let server = StreamServer::bind("127.0.0.1:0")
                .unwrap()
                .on_connection(|_, _| server::current().map(|server| server.shutdown(HOUR)));
            let addr = server.local_addr().unwrap();
            let client = vervet::spawn(move || TcpStream::connect(addr).unwrap().read(&mut [0]).unwrap());
            server.serve_forever().unwrap();
            assert_eq!(client.join().unwrap(), 0);
        });
    });
}

#[test]
fn outside_a_handler_there_is_no_server() {
    assert!(server::current().is_none());
    assert!(!server::is_draining());
    vervet::run(|| assert!(server::current().is_none() && !server::is_draining()));
}
