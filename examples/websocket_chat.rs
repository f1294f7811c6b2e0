//! A chat: what a client says goes to everybody in its room, itself included. The path of the address names the room.
//! Two greenlets serve a client, one for each direction; nobody waits for those who are slow to listen.
//!
//! ```text
//! cargo run --release --example websocket_chat -- --addr 127.0.0.1:9000
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::result_large_err)] // talks; tungstenite's are large

use std::process::ExitCode;
use std::time::Duration;

use tungstenite::handshake::server::{Request, Response};
use tungstenite::protocol::WebSocketConfig;
use tungstenite::protocol::frame::{Frame, coding::Data, coding::OpCode};
use tungstenite::{Error, Message, WebSocket, accept_hdr_with_config};
use vervet::net::{TcpListener, TcpStream};
use vervet::sync::Mutex;

#[path = "common/flags.rs"]
mod flags;
#[path = "common/line.rs"]
mod line;
use line::Line;

const HELP: &str = "  --addr ADDR   where to listen [127.0.0.1:9000]; port 0 picks a free one\n";
const PATIENCE: Duration = Duration::from_secs(10); // with a client that has to shake hands, or to listen
const WAITING: usize = 256; // messages for a client; with more than these it has to leave
const LONGEST: usize = 64 << 10; // bytes in a message
/// Who is in which room.
static CLIENTS: Mutex<Vec<(String, Line)>> = Mutex::new(Vec::new());

fn main() -> ExitCode {
    let mut addr = "127.0.0.1:9000".to_owned();
    let read = flags::read(HELP, |name, flag| match name {
        "addr" => flag.value().map(|v| addr = v),
        _ => Err(flag.unknown()),
    });
    let started = read.and_then(|()| vervet::runtime::Builder::new().start().map_err(flags::refuse));
    let ended = started.and_then(|()| run(&addr).map_err(|e| flags::fail(format_args!("{addr}: {e}"))));
    ended.err().unwrap_or(ExitCode::SUCCESS)
}

fn run(addr: &str) -> Result<(), Error> {
    let listener = TcpListener::bind(addr)?;
    println!("chatting at ws://{}/, or any other path", listener.local_addr()?);
    loop {
        match listener.accept() {
            Ok((stream, _)) => drop(vervet::spawn(|| serve(stream))),
            Err(_) => vervet::sleep(Duration::from_millis(10)), // out of descriptors, most likely
        }
    }
}

fn serve(stream: TcpStream) -> Result<(), Error> {
    let line = Line::new(stream, WAITING, PATIENCE)?;
    let mut room = String::new();
    let look = |request: &Request, response: Response| {
        room = request.uri().path().to_owned();
        Ok(response)
    };
    let config = WebSocketConfig::default().read_buffer_size(4 << 10).max_message_size(Some(LONGEST));
    let accept = || accept_hdr_with_config(line.clone(), look, Some(config)).ok();
    let Ok(Some(mut socket)) = vervet::timeout(PATIENCE, accept) else { return Ok(()) };
    CLIENTS.lock().unwrap().push((room.clone(), line.clone()));
    let end = listen(&mut socket, &room);
    CLIENTS.lock().unwrap().retain(|(_, other)| !other.is(&line));
    end
}

fn listen(socket: &mut WebSocket<Line>, room: &str) -> Result<(), Error> {
    socket.send(Message::text(format!("welcome to {room}")))?;
    loop {
        if let Message::Text(text) = socket.read()? {
            let mut frame = Vec::new(); // packed once for all
            Frame::message(text, OpCode::Data(Data::Text), true).format(&mut frame)?;
            let frame = frame.into();
            CLIENTS.lock().unwrap().retain(|(other, line)| other != room || line.post(&frame));
        }
    }
}
