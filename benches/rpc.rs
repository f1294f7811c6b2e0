//! What a remote call costs, multiplexed and in turn: `cargo bench --bench rpc`.
//!
//! The client and the server are those of the example `rpc`, both in this process.
#![allow(dead_code, reason = "the example shows more than is measured here")]

mod support;

#[path = "../examples/rpc/client.rs"]
mod client;
#[path = "../examples/rpc/error.rs"]
mod error;
#[path = "../examples/rpc/load.rs"]
mod load;
#[path = "../examples/rpc/outbox.rs"]
mod outbox;
#[path = "../examples/rpc/pending.rs"]
mod pending;
#[path = "../examples/rpc/protocol.rs"]
mod protocol;
#[path = "../examples/rpc/server.rs"]
mod server;
#[path = "../examples/rpc/value.rs"]
mod value;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use client::Client;
use criterion::{Criterion, Throughput};
use load::Order;
use support::Contest;

const WORKER_COUNTS: [usize; 2] = [1, 2];
/// They call over one connection, all at once.
const GREENLETS: [u64; 3] = [1, 100, 10_000];

fn main() -> ExitCode {
    support::main(&WORKER_COUNTS, |criterion, contest| {
        let server = load::serve().expect("the server starts");
        let client = Arc::new(Client::connect(server.local_addr()).expect("it listens"));
        for greenlets in GREENLETS {
            calls(criterion, contest, &client, greenlets);
        }
        drop(client);
        let _ = server.shutdown(Duration::from_secs(1));
    })
}

/// One iteration is a call by each of the greenlets.
fn calls(criterion: &mut Criterion, contest: &Contest, client: &Arc<Client>, greenlets: u64) {
    let mut group = criterion.benchmark_group(format!("rpc/calls_{greenlets}"));
    group.throughput(Throughput::Elements(greenlets));
    for (order, who) in [(Order::Multiplexed, "vervet"), (Order::InTurn, "in_turn")] {
        group.bench_function(contest.case(who), |bencher| {
            bencher.iter_custom(|n| {
                let client = Arc::clone(client);
                contest.in_greenlet(move || {
                    let times = load::run(&client, n * greenlets, greenlets, order);
                    times.expect("every call is answered").all
                })
            });
        });
    }
    group.finish();
}
