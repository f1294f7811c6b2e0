//! A chat for any number of clients. What one says, all hear; nobody waits for those who do not listen: they are thrown out.
//! Ctrl-C ends it.
//!
//! ```text
//! cargo run --release --example chat -- 127.0.0.1:7001
//! nc 127.0.0.1 7001
//! ```
#![allow(clippy::print_stdout)] // an example talks to its user

use std::io::{self, BufRead, BufReader, ErrorKind, Lines, Read};
use std::time::Duration;
use std::{env, sync::Arc};

use vervet::net::{SocketAddr, TcpStream};
use vervet::server::StreamServer;
use vervet::signal::{SIGINT, SIGTERM, Signals};
use vervet::sync::Mutex;

#[path = "common/line.rs"]
mod line;
use line::Line;

const WAITING: usize = 64; // lines for a client; with more than these it has to leave
const PATIENCE: Duration = Duration::from_secs(10); // with a client that does not listen
const LONGEST: u64 = 1 << 20; // what a client may say in all
static MEMBERS: Mutex<Vec<(String, Line)>> = Mutex::new(Vec::new());

fn main() -> io::Result<()> {
    let addr = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let ctrl_c = Signals::new(&[SIGINT, SIGTERM])?;
    let server = StreamServer::bind(addr)?.max_connections(10_000).on_connection(chat).start()?;
    println!("chatting on {}", server.local_addr());
    ctrl_c.recv()?;
    tell_all("* the chat is closed");
    println!("\n{} clients came; at the end: {}", server.accepted(), server.shutdown(Duration::from_secs(1)));
    Ok(())
}

fn chat(stream: TcpStream, _peer: SocketAddr) -> io::Result<()> {
    let line = Line::new(stream, WAITING, PATIENCE)?;
    let mut lines = BufReader::new(line.clone().take(LONGEST)).lines();
    let name = enter(&line, &mut lines)?;
    let end = lines.try_for_each(|text| text.map(|text| tell_all(&format!("{name}: {text}"))));
    MEMBERS.lock().unwrap().retain(|(_, other)| !other.is(&line));
    tell_all(&format!("* {name} has left"));
    end
}

/// Asks for a name until it is one that nobody has.
fn enter(line: &Line, lines: &mut Lines<impl BufRead>) -> io::Result<String> {
    tell(line, "* your name?");
    loop {
        let name = lines.next().ok_or(ErrorKind::UnexpectedEof)??.trim().to_owned();
        let mut members = MEMBERS.lock().unwrap();
        if !name.is_empty() && members.iter().all(|(taken, _)| *taken != name) {
            members.push((name.clone(), line.clone()));
            let here: Vec<_> = members.iter().map(|(name, _)| name.as_str()).collect();
            let here = here.join(", ");
            drop(members);
            tell_all(&format!("* {name} has come; here are {here}"));
            return Ok(name);
        }
        tell(line, "* another one?");
    }
}

fn tell_all(text: &str) {
    println!("{text}");
    MEMBERS.lock().unwrap().retain(|(_, line)| tell(line, text)); // without those who do not listen
}

fn tell(line: &Line, text: &str) -> bool {
    line.post(&Arc::from(format!("{text}\n").as_bytes()))
}
