//! Talks to `echo_server` over many connections at once and checks every byte that comes back.
//!
//! ```text
//! cargo run --release --example echo_client -- --addr 127.0.0.1:7777 --connections 100 --requests 1000
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)] // an example talks to its user

use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use vervet::net::TcpStream;

#[path = "common/flags.rs"]
mod flags;

const HELP: &str = "\
Sends requests to an echo server and verifies the replies.

  --addr ADDR        the server [127.0.0.1:7777]
  --connections N    connections, all at once [100]
  --requests N       requests on each connection [1000]
  --size BYTES       bytes a request, up to 65535 [64]
";

fn main() -> ExitCode {
    env_logger::init();
    let mut addr = "127.0.0.1:7777".to_owned();
    // Not more than 65,535 bytes: who writes more than the sockets buffer before he reads may wait for ever.
    let (mut connections, mut requests, mut size) = (100, 1000, 64_u16);
    let read = flags::read(HELP, |name, flag| match name {
        "addr" => flag.value().map(|v| addr = v),
        "connections" => flag.value().map(|v| connections = v),
        "requests" => flag.value().map(|v| requests = v),
        "size" => flag.value().map(|v| size = v),
        _ => Err(flag.unknown()),
    });
    if let Err(code) = read {
        return code;
    }
    // The runtime would start by itself; asked to, it can say what is wrong with the environment.
    if let Err(e) = vervet::runtime::Builder::new().start() {
        return flags::refuse(e);
    }
    match run(&addr, connections, requests, size.into()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => flags::fail(format_args!("{addr}: {e}")),
    }
}

fn run(addr: &str, connections: usize, requests: usize, size: usize) -> io::Result<()> {
    let began = Instant::now();
    let start = |id| {
        let addr = addr.to_owned();
        vervet::spawn(move || client(&addr, id, requests, size))
    };
    let clients: Vec<_> = (0..connections).map(start).collect();
    let mut latency = Histogram::<u64>::new(3).map_err(io::Error::other)?;
    for client in vervet::join_all(clients) {
        for round_trip in client.map_err(|_| io::Error::other("a client panicked"))?? {
            latency.record(round_trip.as_micros() as u64).map_err(io::Error::other)?;
        }
    }
    let rate = latency.len() as f64 / began.elapsed().as_secs_f64();
    let [p50, p99] = [0.5, 0.99].map(|q| latency.value_at_quantile(q));
    println!("{connections} connections, {} requests of {size} bytes, all verified", latency.len());
    println!("{rate:.0} requests/s, p50 {p50} µs, p99 {p99} µs");
    Ok(())
}

fn client(addr: &str, id: usize, requests: usize, size: usize) -> io::Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(addr)?;
    stream.set_nodelay(true)?;
    let mut reply = vec![0; size];
    let round_trip = |round| {
        // Differs between connections and rounds, so that a reply gone astray is noticed.
        let request: Vec<u8> = (0..size).map(|i| (i + 31 * round + 7 * id) as u8).collect();
        let sent = Instant::now();
        stream.write_all(&request)?;
        stream.read_exact(&mut reply)?;
        let took = sent.elapsed();
        if reply == request { Ok(took) } else { Err(io::Error::other("not what was sent came back")) }
    };
    (0..requests).map(round_trip).collect()
}
