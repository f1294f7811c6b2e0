//! A chat that is one greenlet: it waits with `poll` for whoever says something, and passes it on. See `chat` for the same with a
//! greenlet for each. What a client has no room for, it misses. Ctrl-C ends it.
//!
//! ```text
//! cargo run --release --example poll_chat -- 127.0.0.1:7002
//! nc 127.0.0.1 7002
//! ```
#![allow(clippy::print_stdout)] // an example talks to its user

use std::io::{self, ErrorKind, Read, Write};
use std::{env, mem};

use vervet::net::{TcpListener, TcpStream};
use vervet::select::{PollEvents, PollFd, poll};
use vervet::signal::{SIGINT, SIGTERM, Signals};

const LONGEST: usize = 1 << 10; // what a client may say without an end of line

struct Client {
    stream: TcpStream,
    said: Vec<u8>, // of a line that has not ended yet
}

fn main() -> io::Result<()> {
    let addr = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let listener = TcpListener::bind(addr)?;
    listener.set_nonblocking(true)?;
    println!("chatting on {}", listener.local_addr()?);
    let ctrl_c = Signals::new(&[SIGINT, SIGTERM])?;
    let chat = vervet::spawn(move || chat(&listener));
    vervet::select! {
        signal = ctrl_c.recv() => signal.map(drop)?,
        _ = chat.wait() => return chat.join().unwrap_or(Ok(())),
    }
    chat.kill();
    println!("\nthe chat is closed");
    Ok(())
}

fn chat(listener: &TcpListener) -> io::Result<()> {
    let mut clients: Vec<Client> = Vec::new();
    loop {
        let mut fds = vec![PollFd::new(listener, PollEvents::IN)];
        fds.extend(clients.iter().map(|client| PollFd::new(&client.stream, PollEvents::IN)));
        poll(&mut fds, None)?;
        let ready: Vec<bool> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
        let (mut lines, mut at) = (Vec::new(), 0);
        clients.retain_mut(|client| {
            at += 1;
            !ready[at] || hear(client, &mut lines).is_ok()
        });
        if ready[0] {
            let (stream, _) = listener.accept()?; // the next call, if there is one, ends the next poll
            stream.set_nonblocking(true)?;
            clients.push(Client { stream, said: Vec::new() });
            lines.extend(format!("* now we are {}\n", clients.len()).as_bytes());
        }
        // Who does not take it has no room, or is gone, which the next round will find.
        clients.iter_mut().for_each(|client| drop(client.stream.write(&lines)));
    }
}

/// Reads what is there, and adds what ends in it to `lines`.
fn hear(client: &mut Client, lines: &mut Vec<u8>) -> io::Result<()> {
    let mut block = [0; LONGEST];
    let n = client.stream.read(&mut block)?;
    client.said.extend_from_slice(&block[..n]);
    if let Some(end) = client.said.iter().rposition(|byte| *byte == b'\n') {
        let rest = client.said.split_off(end + 1);
        lines.extend(mem::replace(&mut client.said, rest));
    }
    if n == 0 || client.said.len() > LONGEST { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
}
