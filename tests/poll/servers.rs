//! Servers of one greenlet, each with five hundred clients.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::time::Duration;

use vervet::net::{TcpListener, TcpStream};
use vervet::select::{Events, PollEvents, PollFd, Poller, poll};

use crate::common::checked;

const CLIENTS: usize = 500;
const ROUNDS: usize = 10;

/// A server that ends when it has had so many clients, and all of them have gone; and clients, each of which must hear what it says.
fn serve(server: fn(TcpListener)) {
    // With room for all who call at once: who has to call again does so a second later.
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    socket.listen(CLIENTS as i32).unwrap();
    let listener = TcpListener::from(std::os::fd::OwnedFd::from(socket));
    listener.set_nonblocking(true).unwrap();
    let addr = listener.local_addr().unwrap();
    let serving = vervet::spawn(move || server(listener));
    let clients: Vec<_> = (0..CLIENTS).map(|number| vervet::spawn(move || talk(addr, number))).collect();
    clients.into_iter().for_each(|client| client.join().unwrap());
    serving.join().unwrap();
}

fn talk(addr: SocketAddr, number: usize) {
    let mut stream = TcpStream::connect(addr).unwrap();
    let mut answer = [0; 16];
    for round in 0..ROUNDS {
        let text = format!("{number:>8}{round:>8}");
        stream.write_all(text.as_bytes()).unwrap();
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(answer, text.as_bytes());
        if number % 50 == round {
            vervet::sleep(Duration::from_millis(1));
        }
    }
}

/// All who call now.
fn accept_all(listener: &TcpListener) -> Vec<TcpStream> {
    let mut called = Vec::new();
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(true).unwrap();
                called.push(stream);
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
                return called;
            }
        }
    }
}

/// Whether the client is still there.
fn echo(mut stream: &TcpStream) -> bool {
    let mut text = [0; 16];
    match stream.read(&mut text).unwrap() {
        0 => false,
        read => {
            // So little always fits.
            stream.write_all(&text[..read]).unwrap();
            true
        }
    }
}

#[test]
fn by_poll() {
    checked(|| {
        serve(|listener| {
            let mut clients: Vec<TcpStream> = Vec::new();
            let mut had = 0;
            while had < CLIENTS || !clients.is_empty() {
                let mut fds = vec![PollFd::new(&listener, PollEvents::IN)];
                fds.extend(clients.iter().map(|client| PollFd::new(client, PollEvents::IN)));
                assert!(poll(&mut fds, None).unwrap() > 0);
                let called = !fds[0].revents().is_empty();
                let mut ready: Vec<_> = fds[1..].iter().map(|fd| !fd.revents().is_empty()).collect();
                drop(fds);
                let mut ready = ready.drain(..);
                clients.retain(|client| !ready.next().unwrap() || echo(client));
                if called {
                    let called = accept_all(&listener);
                    had += called.len();
                    clients.extend(called);
                }
            }
        });
    });
}

#[test]
fn by_poller() {
    checked(|| {
        serve(|listener| {
            let poller = Poller::new().unwrap();
            poller.register(&listener, usize::MAX, PollEvents::IN).unwrap();
            let mut clients: Vec<Option<TcpStream>> = Vec::new();
            let mut events = Events::with_capacity(64);
            let mut gone = 0;
            while gone < CLIENTS {
                assert!(poller.wait(&mut events, None).unwrap() > 0);
                for event in &events {
                    if event.key == usize::MAX {
                        for called in accept_all(&listener) {
                            poller.register(&called, clients.len(), PollEvents::IN).unwrap();
                            clients.push(Some(called));
                        }
                    } else if !echo(clients[event.key].as_ref().unwrap()) {
                        clients[event.key] = None;
                        gone += 1;
                    }
                }
            }
        });
    });
}
