//! An echo server: one greenlet per connection, each a plain blocking loop.
//!
//! ```text
//! cargo run --release --example echo_server -- --addr 127.0.0.1:7777
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)] // an example talks to its user

use std::io::{self, Read, Write};
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Duration;

use vervet::net::{TcpListener, TcpStream};

#[path = "common/flags.rs"]
mod flags;

const HELP: &str = "\
Echoes whatever a client sends, until the client has finished.

  --addr ADDR     where to listen [127.0.0.1:7777]; port 0 picks a free one
  --workers N     worker threads [one per CPU]
";

fn main() -> ExitCode {
    env_logger::init();
    let mut addr = "127.0.0.1:7777".to_owned();
    let mut workers = None;
    let read = flags::read(HELP, |name, flag| match name {
        "addr" => flag.value().map(|v| addr = v),
        "workers" => flag.value().map(|n: NonZeroUsize| workers = Some(n)),
        _ => Err(flag.unknown()),
    });
    if let Err(code) = read {
        return code;
    }
    // The runtime would start by itself; asked to, it can say what is wrong with the environment.
    let mut runtime = vervet::runtime::Builder::new();
    if let Some(n) = workers {
        runtime = runtime.workers(n.get());
    }
    if let Err(e) = runtime.start() {
        return flags::refuse(e);
    }
    match listen(&addr) {
        Ok(listener) => serve(&listener),
        Err(e) => flags::fail(format_args!("cannot listen on {addr}: {e}")),
    }
}

fn listen(addr: &str) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(addr)?;
    println!("listening on {}", listener.local_addr()?);
    io::stdout().flush()?;
    Ok(listener)
}

fn serve(listener: &TcpListener) -> ! {
    loop {
        match listener.accept() {
            Ok((stream, peer)) => drop(vervet::spawn(move || {
                if let Err(e) = echo(stream) {
                    log::debug!("{peer}: {e}");
                }
            })),
            Err(e) => {
                // Out of descriptors, most likely: some are given back within the next moments.
                log::warn!("accept: {e}");
                vervet::sleep(Duration::from_millis(10));
            }
        }
    }
}

fn echo(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buf = [0; 4096];
    loop {
        match stream.read(&mut buf)? {
            0 => return Ok(()),
            n => stream.write_all(&buf[..n])?,
        }
    }
}
