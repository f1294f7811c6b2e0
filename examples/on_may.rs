//! A web server in three contexts: a coroutine of may's, a greenlet and an OS thread accept from one listener, and what
//! they accept is served by coroutines, greenlets and threads in turn. All run the same blocking code.
//!
//! ```text
//! cargo run --release --features may --example on_may
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
const PATIENCE: Duration = Duration::from_secs(2); // with a client
/// Requests answered by coroutines, by greenlets and by threads.
static ANSWERED: [AtomicUsize; 3] = [const { AtomicUsize::new(0) }; 3];

fn main() -> ExitCode {
    let (mut addr, mut time) = ("127.0.0.1:8080".to_owned(), Duration::MAX);
    let read = flags::read(HELP, |name, flag| match name {
        "addr" => flag.value().map(|v| addr = v),
        "seconds" => flag.value().map(|n| time = Duration::from_secs(n)),
        _ => Err(flag.unknown()),
    });
    let ended = read.and_then(|()| run(&addr, time).map_err(|e| flags::fail(format_args!("{addr}: {e}"))));
    ended.err().unwrap_or(ExitCode::SUCCESS)
}

fn run(addr: &str, time: Duration) -> io::Result<()> {
    let listener: &TcpListener = Box::leak(Box::new(TcpListener::bind(addr)?));
    let url = format!("http://{}", listener.local_addr()?);
    println!("serving {url}\ntry: curl {url}/stats\n     wrk -c 100 -d 5s {url}/");
    may::config().set_stack_size(128 * 1024 / size_of::<usize>()); // it counts words
    (0..3).for_each(|kind| start(kind, move || accept(listener)));
    vervet::sleep(time);
    Ok(())
}

/// vervet's calls are the same in all three.
fn start(kind: usize, f: impl FnOnce() + Send + 'static) {
    match kind {
        0 => drop(may::go!(f)),
        1 => drop(vervet::spawn(f)),
        _ => drop(std::thread::spawn(f)),
    }
}

fn accept(listener: &TcpListener) {
    for (stream, kind) in listener.incoming().zip((0..3).cycle()) {
        match stream {
            Ok(stream) => start(kind, move || serve(stream, kind)),
            Err(_) => vervet::sleep(Duration::from_millis(10)), // out of descriptors, most likely
        }
    }
}

fn serve(stream: TcpStream, kind: usize) {
    let mut client = http::Connection::new(stream);
    while let Ok(Ok(true)) = vervet::timeout(PATIENCE, || client.answer(page)) {
        ANSWERED[kind].fetch_add(1, Relaxed);
    }
}

fn page(path: &str) -> Option<String> {
    match path {
        "/" => Some("hello\n".to_owned()),
        // A coroutine or a thread waits for a greenlet here, too.
        "/stats" => Some(vervet::run(|| format!("coroutines, greenlets, threads: {ANSWERED:?}\n"))),
        _ => None,
    }
}
