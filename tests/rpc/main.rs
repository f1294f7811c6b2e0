//! The example `rpc`, from inside: its protocol beside what a real MessagePack-RPC sends, its client and its server with peers that
//! keep to it, and with some that do not.

#[path = "../child/mod.rs"]
mod child;
#[path = "../common/mod.rs"]
mod common;

#[path = "../../examples/rpc/client.rs"]
mod client;
#[path = "../../examples/rpc/error.rs"]
mod error;
#[path = "../../examples/rpc/load.rs"]
mod load;
#[path = "../../examples/rpc/outbox.rs"]
mod outbox;
#[path = "../../examples/rpc/pending.rs"]
mod pending;
#[path = "../../examples/rpc/protocol.rs"]
mod protocol;
#[path = "../../examples/rpc/server.rs"]
mod server;
#[path = "../../examples/rpc/value.rs"]
mod value;

mod calls;
mod messages;
mod peers;
mod real;
mod requests;

use std::io::{BufReader, ErrorKind, Write};
use std::net::{TcpListener, TcpStream};

use client::Client;
use common::LIMIT;
use error::Error;
use protocol::Message;
use value::Value;

/// The far end of a connection, in the hand of the test's thread: what it has to say need not be right.
struct Peer {
    stream: TcpStream,
    received: BufReader<TcpStream>,
}

impl Peer {
    fn new(stream: TcpStream) -> Peer {
        stream.set_read_timeout(Some(LIMIT / 2)).unwrap();
        stream.set_nodelay(true).unwrap();
        Peer { received: BufReader::new(stream.try_clone().unwrap()), stream }
    }

    /// A client of ours, and its server.
    fn of_client() -> (Client, Peer) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = Client::connect(listener.local_addr().unwrap()).unwrap();
        (client, Peer::new(listener.accept().unwrap().0))
    }

    /// A client of that server.
    fn of_server(server: &vervet::server::ServerHandle) -> Peer {
        Peer::new(TcpStream::connect(server.local_addr()).unwrap())
    }

    /// The next message, or the end.
    fn hear(&mut self) -> Option<Message> {
        Message::read(&mut self.received).unwrap()
    }

    /// The next message, which is a request: its number and its parameters.
    fn asked(&mut self) -> (u32, Vec<Value>) {
        match self.hear() {
            Some(Message::Request { id, params, .. }) => (id, params),
            other => panic!("no request: {other:?}"),
        }
    }

    fn say(&mut self, message: Message) {
        self.send(&bytes(message));
    }

    fn answer(&mut self, id: u32, result: Value) {
        self.say(Message::Response { id, result: Ok(result) });
    }

    fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }
}

fn bytes(message: Message) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.write(&mut bytes).unwrap();
    bytes
}

fn request(id: u32, method: &str, params: Vec<Value>) -> Message {
    Message::Request { id, method: method.to_owned(), params }
}

fn response(id: u32, result: impl Into<Value>) -> Message {
    Message::Response { id, result: Ok(result.into()) }
}

/// Whether it is of a connection that is lost.
fn is_lost(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset)
}

/// What it failed with on our side.
#[track_caller]
fn failed<T: std::fmt::Debug>(result: Result<T, Error>) -> ErrorKind {
    match result.unwrap_err() {
        Error::Io(error) => error.kind(),
        Error::Server(value) => panic!("the server has answered {value:?}"),
    }
}

/// What the server says went wrong.
#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> Value {
    match result.unwrap_err() {
        Error::Server(value) => value,
        Error::Io(error) => panic!("{error}"),
    }
}
