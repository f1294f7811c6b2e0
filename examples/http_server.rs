//! A web server: one greenlet per connection, each a plain blocking loop. httparse reads the requests.
//!
//! ```text
//! cargo run --release --example http_server -- --addr 127.0.0.1:8080
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)] // an example talks to its user

use std::io;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use vervet::net::{TcpListener, TcpStream};

#[path = "common/flags.rs"]
mod flags;
#[path = "common/http.rs"]
mod http;

const HELP: &str = "  --addr ADDR   where to listen [127.0.0.1:8080]; port 0 picks a free one
  --seconds N   when to end [never]
";
const PATIENCE: Duration = Duration::from_secs(30); // with a client
static CONNECTIONS: AtomicUsize = AtomicUsize::new(0);
static REQUESTS: AtomicUsize = AtomicUsize::new(0);

fn main() -> ExitCode {
    let (mut addr, mut time) = ("127.0.0.1:8080".to_owned(), Duration::MAX);
    let read = flags::read(HELP, |name, flag| match name {
        "addr" => flag.value().map(|v| addr = v),
        "seconds" => flag.value().map(|n| time = Duration::from_secs(n)),
        _ => Err(flag.unknown()),
    });
    let started = read.and_then(|()| vervet::runtime::Builder::new().start().map_err(flags::refuse));
    let ended = started.and_then(|()| run(&addr, time).map_err(|e| flags::fail(format_args!("{addr}: {e}"))));
    ended.err().unwrap_or(ExitCode::SUCCESS)
}

fn run(addr: &str, time: Duration) -> io::Result<()> {
    let listener = TcpListener::bind(addr)?;
    let url = format!("http://{}", listener.local_addr()?);
    println!("serving {url}\ntry: curl {url}/slow & curl {url}/stats\n     wrk -c 500 -d 10s {url}/");
    drop(vervet::spawn(move || accept(&listener)));
    vervet::sleep(time);
    Ok(())
}

fn accept(listener: &TcpListener) {
    for stream in listener.incoming() {
        match stream {
            Ok(stream) => drop(vervet::spawn(move || serve(stream))),
            Err(_) => vervet::sleep(Duration::from_millis(10)), // out of descriptors, most likely
        }
    }
}

fn serve(stream: TcpStream) {
    CONNECTIONS.fetch_add(1, Relaxed);
    let mut client = http::Connection::new(stream);
    // Ends with the client, or with its last request, or with our patience.
    while let Ok(Ok(true)) = vervet::timeout(PATIENCE, || client.answer(page)) {}
}

fn page(path: &str) -> Option<String> {
    let number = REQUESTS.fetch_add(1, Relaxed) + 1;
    match path {
        "/" => Some("hello\n".to_owned()),
        "/slow" => {
            // As if a database took its time. Nobody else waits.
            vervet::sleep(Duration::from_secs(1));
            Some("done\n".to_owned())
        }
        "/stats" => Some(format!("{} connections, {number} requests\n", CONNECTIONS.load(Relaxed))),
        _ => None,
    }
}
