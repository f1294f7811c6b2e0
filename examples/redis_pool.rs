//! Many greenlets talk to a redis-server over few connections, which one puts into a pool and the next takes out.
//!
//! ```text
//! cargo run --release --example redis_pool -- --addr 127.0.0.1:6379 --connections 20
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)] // an example talks to its user

use std::io;
use std::num::NonZeroU16;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use vervet::cosocket::{self, ConnectOptions, Error};

#[path = "common/flags.rs"]
mod flags;

const HELP: &str = "\
Sends requests to a redis-server, over a pool of connections.

  --addr ADDR        the redis-server [127.0.0.1:6379]
  --connections N    connections in the pool [20]
  --greenlets N      greenlets, all at once [1000]
  --requests N       requests of each greenlet [100]
";

fn main() -> ExitCode {
    let mut addr = "127.0.0.1:6379".to_owned();
    let (mut connections, mut greenlets, mut requests) = (20, 1000, 100);
    let read = flags::read(HELP, |name, flag| match name {
        "addr" => flag.value().map(|v| addr = v),
        "connections" => flag.value().map(|n: NonZeroU16| connections = n.get().into()),
        "greenlets" => flag.value().map(|n| greenlets = n),
        "requests" => flag.value().map(|n| requests = n),
        _ => Err(flag.unknown()),
    });
    let started = read.and_then(|()| vervet::runtime::Builder::new().start().map_err(flags::refuse));
    match started.map(|()| run(&addr, connections, greenlets, requests)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => flags::fail(format_args!("{addr}: {error}")),
        Err(code) => code,
    }
}

fn run(addr: &str, connections: usize, greenlets: u64, requests: u64) -> Result<(), Error> {
    // Who finds all of them in use waits for one, however many wait already.
    let options = ConnectOptions::new().pool_size(connections).backlog(usize::MAX);
    let mut reused = Histogram::<u64>::new(3).map_err(io::Error::other)?;
    let began = Instant::now();
    vervet::scope(|scope| {
        let work = || (0..requests).map(|n| echo(addr, options.clone(), n)).collect::<Result<Vec<_>, _>>();
        let workers: Vec<_> = (0..greenlets).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| {
            worker.join().expect("no worker panics")?.into_iter().for_each(|times| reused += times);
            Ok::<(), Error>(())
        })
    })?;
    let rate = reused.len() as f64 / began.elapsed().as_secs_f64();
    println!("{greenlets} greenlets, {} requests, all verified, {rate:.0} requests/s", reused.len());
    let [p1, p50, p99] = [0.01, 0.5, 0.99].map(|q| reused.value_at_quantile(q));
    println!("{} were the first on their connection", reused.count_at(0));
    println!("reused before: p1 {p1}, p50 {p50}, p99 {p99}, at most {} times", reused.max());
    Ok(())
}

/// One request, over whichever connection is free; answers how often that one had been used before.
fn echo(addr: &str, options: ConnectOptions, n: u64) -> Result<u64, Error> {
    let mut redis = cosocket::connect(addr, options)?;
    redis.settimeout(Duration::from_secs(10));
    let text = format!("request {n}");
    let bulk = format!("${}\r\n{text}", text.len());
    redis.send_slices(&["*2\r\n$4\r\nECHO\r\n", &bulk, "\r\n"])?;
    if redis.receive(bulk.len() + 2)? != format!("{bulk}\r\n").as_bytes() {
        return Err(io::Error::other("not what was sent came back").into());
    }
    let reused = redis.getreusedtimes();
    redis.setkeepalive(Duration::from_secs(60), None)?;
    Ok(reused)
}
