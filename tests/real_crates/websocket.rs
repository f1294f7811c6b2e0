//! tungstenite: a thousand clients of an echo server, and of the example `websocket_chat`.

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use tungstenite::client::client_with_config;
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Error, Message, WebSocket, accept_with_config};
use vervet::Greenlet;
use vervet::net::{TcpListener, TcpStream};
use vervet::sync::Barrier;

use crate::child::raise_fd_limit;
use crate::common::{checked, eventually, over, parked};
use crate::{Example, serve};

const CLIENTS: usize = 1000;
const ROOM: usize = 50;
const ROUNDS: usize = 3;

fn chat() -> (Example, String) {
    serve("websocket_chat", &[], "chatting at ws://")
}

/// A thousand of them have enough in these buffers.
fn config() -> Option<WebSocketConfig> {
    Some(WebSocketConfig::default().read_buffer_size(4 << 10))
}

fn connect(addr: &str, path: &str) -> WebSocket<TcpStream> {
    let stream = TcpStream::connect(addr).unwrap();
    stream.set_nodelay(true).unwrap();
    client_with_config(format!("ws://{addr}{path}"), stream, config()).unwrap().0
}

/// Connected, and welcome: from now on it hears everything.
fn enter(addr: &str, room: &str) -> WebSocket<TcpStream> {
    let mut socket = connect(addr, room);
    assert_eq!(hear(&mut socket), format!("welcome to {room}"));
    socket
}

fn hear<S: Read + Write>(socket: &mut WebSocket<S>) -> String {
    socket.read().unwrap().into_text().unwrap().to_string()
}

fn say<S: Read + Write>(socket: &mut WebSocket<S>, text: impl Into<String>) {
    socket.send(Message::text(text.into())).unwrap();
}

/// Says goodbye, and hears it.
fn leave<S: Read + Write>(mut socket: WebSocket<S>) {
    socket.close(None).unwrap();
    let end = loop {
        if let Err(end) = socket.read() {
            break end;
        }
    };
    assert!(matches!(end, Error::ConnectionClosed), "{end}");
}

fn echo(stream: TcpStream) {
    let mut socket = accept_with_config(stream, config()).unwrap();
    let end = loop {
        match socket.read() {
            Ok(message @ (Message::Text(_) | Message::Binary(_))) => socket.send(message).unwrap(),
            Ok(_) => {}
            Err(end) => break end,
        }
    };
    assert!(matches!(end, Error::ConnectionClosed), "{end}");
}

#[test]
fn a_thousand_clients_of_an_echo_server() {
    raise_fd_limit(3 * CLIENTS as u64);
    checked(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap().to_string();
        let acceptor = vervet::spawn(move || {
            let accepted = listener.incoming().take(CLIENTS);
            accepted.map(|stream| vervet::spawn(|| echo(stream.unwrap()))).collect::<Vec<_>>()
        });
        let everybody = Arc::new(Barrier::new(CLIENTS));
        let clients = (0..CLIENTS).map(|i| {
            let (addr, everybody) = (addr.clone(), Arc::clone(&everybody));
            vervet::spawn(move || {
                let mut socket = connect(&addr, "/");
                everybody.wait();
                for round in 0..ROUNDS {
                    say(&mut socket, format!("{i}, {round}"));
                    let long = vec![round as u8; 5000];
                    socket.send(Message::binary(long.clone())).unwrap();
                    assert_eq!(hear(&mut socket), format!("{i}, {round}"));
                    assert_eq!(socket.read().unwrap().into_data(), long);
                }
                leave(socket);
            })
        });
        let clients: Vec<_> = clients.collect();
        vervet::join_all(clients).into_iter().for_each(Result::unwrap);
        vervet::join_all(acceptor.join().unwrap()).into_iter().for_each(Result::unwrap);
    });
}

/// Everybody says something in each round, and hears what everybody in the room has said. Answers that.
fn converse(addr: &str, number: usize, everybody: &Barrier) -> Vec<String> {
    let mut socket = enter(addr, &format!("/{}", number / ROOM));
    everybody.wait();
    let mut heard = Vec::new();
    for round in 0..ROUNDS {
        say(&mut socket, format!("{number}, {round}"));
        heard.extend((0..ROOM).map(|_| hear(&mut socket)));
    }
    everybody.wait();
    leave(socket);
    heard
}

#[test]
fn a_thousand_clients_chat_and_hear_everything() {
    raise_fd_limit(3 * CLIENTS as u64);
    checked(|| {
        let (_server, addr) = chat();
        let everybody = Arc::new(Barrier::new(CLIENTS));
        let clients = (0..CLIENTS).map(|number| {
            let (addr, everybody) = (addr.clone(), Arc::clone(&everybody));
            vervet::spawn(move || converse(&addr, number, &everybody))
        });
        let clients: Vec<_> = clients.collect();
        let heard: Vec<_> = vervet::join_all(clients).into_iter().map(Result::unwrap).collect();
        for (room, heard) in heard.chunks(ROOM).enumerate() {
            assert!(heard.iter().all(|one| *one == heard[0]), "not all in room {room} have heard the same");
            let mut all = heard[0].clone();
            all.sort();
            let members = room * ROOM..(room + 1) * ROOM;
            let mut said: Vec<_> =
                members.flat_map(|number| (0..ROUNDS).map(move |r| format!("{number}, {r}"))).collect();
            said.sort();
            assert_eq!(all, said, "in room {room}");
        }
    });
}

/// It hears nothing, though much is said, until the server has had enough of it.
#[test]
fn a_slow_client_has_to_leave_and_holds_nobody_up() {
    checked(|| {
        let (_server, addr) = chat();
        let mut slow = enter(&addr, "/");
        let mut others = [(); 3].map(|()| enter(&addr, "/"));
        let long = "x".repeat(60_000);
        for round in 0..600 {
            say(&mut others[round % 3], format!("{round} {long}"));
            for other in &mut others {
                assert_eq!(hear(other), format!("{round} {long}"));
            }
        }
        let mut heard = 0;
        let end = loop {
            match slow.read() {
                Ok(message) => {
                    assert!(message.into_text().unwrap().starts_with(&format!("{heard} x")));
                    heard += 1;
                }
                Err(end) => break end,
            }
        };
        assert!((1..600).contains(&heard), "it was slow, and has heard {heard}: {end}");
        others.into_iter().for_each(leave);
    });
}

#[test]
fn pings_are_answered_in_their_turn_and_strangers_refused() {
    checked(|| {
        let (_server, addr) = chat();
        let mut socket = enter(&addr, "/");
        for n in 0..100_u8 {
            socket.send(Message::Ping(vec![n].into())).unwrap();
            say(&mut socket, "between pings");
        }
        let (mut pongs, mut texts) = (Vec::new(), 0);
        while pongs.len() + texts < 200 {
            match socket.read().unwrap() {
                Message::Pong(n) => pongs.extend_from_slice(&n),
                message => texts += usize::from(message == Message::text("between pings")),
            }
        }
        assert_eq!((pongs, texts), ((0..100).collect(), 100));
        leave(socket);

        let mut stranger = TcpStream::connect(&addr).unwrap();
        stranger.write_all(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stranger.read_to_end(&mut answer).unwrap();
        assert!(!answer.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&answer));

        // Longer than the server likes.
        let mut socket = enter(&addr, "/");
        let said = socket.send(Message::text("x".repeat(100_000)));
        assert!(said.is_err() || socket.read().is_err());
    });
}

#[test]
fn killed_clients_leave_the_room_to_the_others() {
    checked(|| {
        let (_server, addr) = chat();
        let (entered, heard) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let clients: Vec<Greenlet<()>> = (0..40)
            .map(|_| {
                let (addr, entered, heard) = (addr.clone(), Arc::clone(&entered), Arc::clone(&heard));
                vervet::spawn(move || {
                    let mut socket = enter(&addr, "/");
                    entered.fetch_add(1, SeqCst);
                    loop {
                        assert_eq!(hear(&mut socket), "news");
                        heard.fetch_add(1, SeqCst);
                    }
                })
            })
            .collect();
        eventually("all of them are in", || entered.load(SeqCst) == 40);
        let mut speaker = enter(&addr, "/");
        let (first, second) = clients.split_at(20);
        for (listening, half) in [(40, first), (20, second)] {
            heard.store(0, SeqCst);
            say(&mut speaker, "news");
            assert_eq!(hear(&mut speaker), "news");
            eventually("all have heard it", || heard.load(SeqCst) == listening);
            for client in half {
                parked(&client.handle(), "read");
                client.kill();
                over(&client.handle());
            }
        }
        leave(speaker);
    });
}
