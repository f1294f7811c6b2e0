//! Remote calls in MessagePack-RPC over one connection, from 1, 100 and 10,000 greenlets: multiplexed, so that any number of calls
//! are on their way at once, and in turn, so that each one waits for the answer to the one before.
//!
//! ```text
//! cargo run --release --example rpc -- --calls 100000
//! ```
//!
//! [`client.rs`](client.rs) and [`server.rs`](server.rs) are complete; both take messages from [`protocol.rs`](protocol.rs).
#![allow(clippy::print_stdout, clippy::print_stderr)] // an example talks to its user

mod client;
mod error;
mod load;
mod outbox;
mod pending;
mod protocol;
mod server;
mod value;

#[path = "../common/figures.rs"]
mod figures;
#[path = "../common/flags.rs"]
mod flags;

use std::env;
use std::io;
use std::process::ExitCode;
use std::time::Duration;

use hdrhistogram::Histogram;

use client::Client;
use error::Error;
use figures::{duration, thousands};
use load::Order;

const HELP: &str = "\
Measures remote calls over one connection, from 1, 100 and 10,000 greenlets.

  --calls N    how many are made from each of these numbers [NUM_CALLS in the environment, or 50000]
";

const GREENLETS: [u64; 3] = [1, 100, 10_000];

fn main() -> ExitCode {
    env_logger::init();
    let mut calls = match env::var("NUM_CALLS").map(|calls| calls.parse()) {
        Ok(Ok(calls)) => calls,
        Ok(Err(error)) => return flags::refuse(format_args!("bad value for NUM_CALLS: {error}")),
        Err(_) => 50_000,
    };
    let read = flags::read(HELP, |name, flag| match name {
        "calls" => flag.value().map(|n| calls = n),
        _ => Err(flag.unknown()),
    });
    let started = read.and_then(|()| vervet::runtime::Builder::new().start().map_err(flags::refuse));
    match started.and_then(|()| vervet::run(move || compare(calls)).map_err(flags::fail)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(code) => code,
    }
}

fn compare(calls: u64) -> Result<(), Error> {
    let server = load::serve()?;
    println!("{} calls of add(a, b), each answer verified\n", thousands(calls));
    println!("greenlets  calls are       calls/s       p50       p99     p99.9  calls/write");
    for greenlets in GREENLETS {
        for (order, name) in [(Order::Multiplexed, "multiplexed"), (Order::InTurn, "in turn")] {
            let client = Client::connect(server.local_addr())?;
            let times = load::run(&client, calls, greenlets, order)?;
            let rate = times.each.len() as f64 / times.all.as_secs_f64();
            let batch = times.each.len() as f64 / client.writes().max(1) as f64;
            let [p50, p99, p999] = percentiles(&times.each, [0.5, 0.99, 0.999])?.map(duration);
            let (greenlets, rate) = (thousands(greenlets), thousands(rate as u64));
            println!("{greenlets:>9}  {name:<11} {rate:>11} {p50:>9} {p99:>9} {p999:>9} {batch:>12.1}");
        }
    }
    let _ = server.shutdown(Duration::from_secs(1));
    Ok(())
}

fn percentiles<const N: usize>(times: &[Duration], quantiles: [f64; N]) -> io::Result<[Duration; N]> {
    let mut nanos = Histogram::<u64>::new(3).map_err(io::Error::other)?;
    for time in times {
        nanos.record(time.as_nanos() as u64).map_err(io::Error::other)?;
    }
    Ok(quantiles.map(|quantile| Duration::from_nanos(nanos.value_at_quantile(quantile))))
}
