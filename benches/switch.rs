//! What it costs to let another one run: `cargo bench --bench switch`.

#[path = "support/lap.rs"]
mod lap;
mod support;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use lap::Lap;
use support::Contest;

const WORKER_COUNTS: [usize; 1] = [1];
/// How many take turns.
const YIELDERS: [usize; 3] = [2, 100, 10_000];
/// How many wait, each for the next one's end.
const CHAIN: usize = 100;

fn main() -> ExitCode {
    support::main(&WORKER_COUNTS, |criterion, contest| {
        for yielders in YIELDERS {
            yields(criterion, contest, yielders);
        }
        park_wake(criterion, contest);
    })
}

/// One iteration is a round in which each yields once.
fn yields(criterion: &mut Criterion, contest: &Contest, yielders: usize) {
    let mut group = criterion.benchmark_group(format!("switch/yield_{yielders}"));
    group.throughput(Throughput::Elements(yielders as u64));
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|rounds| contest.in_greenlet(move || vervet_yields(yielders, rounds)));
    });
    group.bench_function(contest.case("tokio"), |bencher| {
        bencher.iter_custom(|rounds| contest.in_task(tokio_yields(yielders, rounds)));
    });
    group.finish();
}

fn vervet_yields(yielders: usize, rounds: u64) -> Duration {
    let lap = Arc::new(Lap::new(yielders));
    let greenlets: Vec<_> = (0..yielders)
        .map(|_| {
            let lap = Arc::clone(&lap);
            vervet::spawn(move || {
                lap.enter();
                while !lap.has_begun() {
                    vervet::yield_now();
                }
                let mut yields = 0;
                while !lap.is_over() {
                    vervet::yield_now();
                    yields += 1;
                    if yields == rounds {
                        lap.finish();
                    }
                }
                lap.count(yields);
            })
        })
        .collect();
    for joined in vervet::join_all(greenlets) {
        joined.expect("yielding does not fail");
    }
    lap.time_for(yielders as u64 * rounds)
}

async fn tokio_yields(yielders: usize, rounds: u64) -> Duration {
    let lap = Arc::new(Lap::new(yielders));
    let tasks: Vec<_> = (0..yielders)
        .map(|_| {
            let lap = Arc::clone(&lap);
            tokio::spawn(async move {
                lap.enter();
                while !lap.has_begun() {
                    tokio::task::yield_now().await;
                }
                let mut yields = 0;
                while !lap.is_over() {
                    tokio::task::yield_now().await;
                    yields += 1;
                    if yields == rounds {
                        lap.finish();
                    }
                }
                lap.count(yields);
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("yielding does not fail");
    }
    lap.time_for(yielders as u64 * rounds)
}

/// One iteration is a chain in which each waits for the end of the next: all park, then the last one returns,
/// and the wakes run back along the chain. Per link: a park, a wake, and an end.
///
/// For threads, which are too dear to be ended, a link is one `unpark` of the other and one `park`.
fn park_wake(criterion: &mut Criterion, contest: &Contest) {
    let mut group = criterion.benchmark_group("switch/park_wake");
    group.throughput(Throughput::Elements(CHAIN as u64));
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|chains| contest.in_greenlet(move || (0..chains).map(|_| vervet_chain()).sum()));
    });
    group.bench_function(contest.case("tokio"), |bencher| {
        bencher.iter_custom(|chains| {
            contest.in_task(async move {
                let mut time = Duration::ZERO;
                for _ in 0..chains {
                    time += tokio_chain().await;
                }
                time
            })
        });
    });
    group.bench_function(contest.case("std"), |bencher| {
        bencher.iter_custom(|chains| std_handovers(chains * CHAIN as u64));
    });
    group.finish();
}

fn vervet_chain() -> Duration {
    let lap = Arc::new(Lap::new(CHAIN));
    let mut next: Option<vervet::Greenlet<()>> = None;
    for _ in 0..CHAIN {
        let lap = Arc::clone(&lap);
        next = Some(vervet::spawn(move || {
            lap.enter();
            while !lap.has_begun() {
                vervet::yield_now();
            }
            match next {
                Some(next) => next.join().expect("the next one returns"),
                // The last one lets the others park first.
                None => vervet::yield_now(),
            }
        }));
    }
    next.expect("a chain is not empty").join().expect("the first one returns");
    lap.finish();
    lap.time()
}

async fn tokio_chain() -> Duration {
    let lap = Arc::new(Lap::new(CHAIN));
    let mut next: Option<tokio::task::JoinHandle<()>> = None;
    for _ in 0..CHAIN {
        let lap = Arc::clone(&lap);
        next = Some(tokio::spawn(async move {
            lap.enter();
            while !lap.has_begun() {
                tokio::task::yield_now().await;
            }
            match next {
                Some(next) => next.await.expect("the next one returns"),
                None => tokio::task::yield_now().await,
            }
        }));
    }
    next.expect("a chain is not empty").await.expect("the first one returns");
    lap.finish();
    lap.time()
}

/// Two threads take turns, `handovers` turns in all.
fn std_handovers(handovers: u64) -> Duration {
    let turn = AtomicUsize::new(0);
    let handovers = handovers as usize;
    let play = |me: usize, other: &thread::Thread| {
        loop {
            let now = turn.load(Ordering::Acquire);
            if now >= handovers {
                return other.unpark();
            }
            if now % 2 == me {
                turn.store(now + 1, Ordering::Release);
                other.unpark();
            } else {
                thread::park();
            }
        }
    };
    let first = thread::current();
    thread::scope(|scope| {
        let second = scope.spawn(|| {
            thread::park();
            play(1, &first);
        });
        let start = Instant::now();
        play(0, second.thread());
        start.elapsed()
    })
}
