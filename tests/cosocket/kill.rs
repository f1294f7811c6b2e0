//! Killed at every point where a cosocket waits.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use vervet::cosocket::{self, ConnectOptions, Pattern, TcpSocket, UdpSocket};

use crate::common::{checked, over, parked};
use crate::{Server, ends};

/// One connection, for which nobody waits.
fn single() -> ConnectOptions {
    ConnectOptions::new().pool_size(1).backlog(0)
}

/// Waits for ever, with this socket.
type Body = fn(&mut TcpSocket);

#[test]
fn in_the_middle_of_a_conversation() {
    let bodies: [(&str, Body); 6] = [
        ("read", |sock| drop(sock.receive(100))),
        ("read", |sock| drop(sock.receive(Pattern::Line))),
        ("read", |sock| drop(sock.receive(Pattern::All))),
        ("read", |sock| drop(sock.receiveuntil("pattern").receive())),
        ("read", |sock| drop(sock.receiveuntil("pattern").next(1000))),
        ("write", |sock| drop(sock.send(vec![7; 16 << 20]))),
    ];
    checked(|| {
        for (reason, body) in bodies {
            let server = Server::new();
            let addr = server.addr;
            let greenlet = vervet::spawn(move || {
                let mut sock = cosocket::connect(addr, single()).unwrap();
                sock.send("question").unwrap();
                body(&mut sock);
                // Only a destructor could still come here.
                sock.setkeepalive(None, None).unwrap();
            });
            let mut peer = server.accept();
            peer.write_all(b"half of an ans").unwrap();
            parked(&greenlet.handle(), reason);
            assert!(cosocket::connect(addr, single()).is_err(), "its place is taken");
            greenlet.kill();
            over(&greenlet.handle());
            assert!(greenlet.join().unwrap_err().is_killed());
            if reason == "read" {
                peer.read_exact(&mut [0; 8]).unwrap();
                ends(&mut peer);
            }
            let sock = cosocket::connect(addr, single()).unwrap();
            assert_eq!(sock.getreusedtimes(), 0, "what was half-read is closed");
        }
    });
}

#[test]
fn the_socket_of_another_keeps_what_came_in() {
    let bodies: [Body; 4] = [
        |sock| drop(sock.receive(100)),
        |sock| drop(sock.receive(Pattern::Line)),
        |sock| drop(sock.receiveuntil("pattern").receive()),
        |sock| drop(sock.receiveuntil("pattern").next(1000)),
    ];
    checked(|| {
        for body in bodies {
            let server = Server::new();
            let (sock, mut peer) = server.pair();
            let shared = Arc::new(Mutex::new(Some(sock)));
            let theirs = Arc::clone(&shared);
            let greenlet = vervet::spawn(move || {
                // Put back by a destructor, whatever happens.
                struct Return(Arc<Mutex<Option<TcpSocket>>>, Option<TcpSocket>);
                impl Drop for Return {
                    fn drop(&mut self) {
                        let mut sock = self.1.take().unwrap();
                        assert!(sock.setkeepalive(None, None).is_err(), "in the middle of an answer");
                        *self.0.lock().unwrap() = Some(sock);
                    }
                }
                let sock = theirs.lock().unwrap().take();
                let mut sock = Return(theirs, sock);
                body(sock.1.as_mut().unwrap());
            });
            peer.write_all(b"hel").unwrap();
            parked(&greenlet.handle(), "read");
            greenlet.kill();
            over(&greenlet.handle());
            let mut sock = shared.lock().unwrap().take().expect("given back");
            peer.write_all(b"lo\n").unwrap();
            assert_eq!(sock.receive_line().unwrap(), b"hello");
        }
    });
}

/// An address whose backlog is full: to connect there means to wait. With what keeps it so.
fn full_backlog() -> (SocketAddr, impl Sized) {
    let listener = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let addr = listener.local_addr().unwrap().as_socket().unwrap();
    let mut fillers = Vec::new();
    while let Ok(filler) = TcpStream::connect_timeout(&addr, Duration::from_millis(20)) {
        fillers.push(filler);
    }
    (addr, (listener, fillers))
}

#[test]
fn while_connecting() {
    checked(|| {
        let (addr, _full) = full_backlog();
        let server = Server::new();
        let named = || single().pool(format!("while connecting {addr}"));
        let (one, two) = (named(), named());
        let greenlet = vervet::spawn(move || cosocket::connect(addr, one).map(drop));
        parked(&greenlet.handle(), "write");
        assert!(cosocket::connect(server.addr, named()).is_err(), "its place is taken");
        greenlet.kill();
        over(&greenlet.handle());
        cosocket::connect(server.addr, named()).unwrap();

        // Its own limit ends it as well.
        let error = vervet::run(move || {
            let mut sock = TcpSocket::new();
            sock.settimeouts(Duration::from_millis(10), None, None);
            sock.connect(addr, two).unwrap_err()
        });
        assert!(error.is_timeout(), "{error}");
        cosocket::connect(server.addr, named()).unwrap();
    });
}

#[test]
fn while_waiting_for_a_datagram() {
    checked(|| {
        let peer = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let addr = peer.local_addr().unwrap();
        let greenlet = vervet::spawn(move || {
            let mut sock = UdpSocket::new();
            sock.setpeername(addr).unwrap();
            sock.send("hello").unwrap();
            sock.receive(None).map(drop)
        });
        peer.recv(&mut [0; 8]).unwrap();
        parked(&greenlet.handle(), "read");
        greenlet.kill();
        over(&greenlet.handle());
        assert!(greenlet.join().unwrap_err().is_killed());
    });
}

#[test]
fn before_it_would_have_to_wait() {
    checked(|| {
        let server = Server::new();
        let (sock, mut peer) = server.pair();
        peer.write_all(b"there already\n").unwrap();
        let addr = server.addr;
        // A kill is sticky: what has come in, and what could go out at once, is a place to end, too.
        let bodies: [fn(&mut TcpSocket, SocketAddr); 3] = [
            |sock, _| drop(sock.receive_line()),
            |sock, _| drop(sock.send("x")),
            |sock, addr| drop(sock.connect(addr, ConnectOptions::new())),
        ];
        let mut sock = Some(sock);
        for body in bodies {
            let shared = Arc::new(Mutex::new(sock.take()));
            let theirs = Arc::clone(&shared);
            let greenlet = vervet::spawn(move || {
                vervet::shield(|| vervet::current().unwrap().kill());
                let mut sock = theirs.lock().unwrap().take().unwrap();
                let went_on =
                    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| body(&mut sock, addr)));
                *theirs.lock().unwrap() = Some(sock);
                match went_on {
                    Ok(()) => panic!("not cut short"),
                    Err(payload) => std::panic::resume_unwind(payload),
                }
            });
            over(&greenlet.handle());
            assert!(greenlet.join().unwrap_err().is_killed());
            sock = shared.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
        }
        assert!(sock.unwrap().close().is_err(), "`connect` closes first");
        let mut rest = Vec::new();
        peer.read_to_end(&mut rest).unwrap_or(0);
        assert!(rest.is_empty(), "nothing was sent");
    });
}
