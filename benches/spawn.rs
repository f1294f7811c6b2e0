//! What it costs to start and to end one: `cargo bench --bench spawn`.

mod support;

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use support::Contest;
use tokio::sync::Notify;

const WORKER_COUNTS: [usize; 2] = [1, 2];
/// How many are alive at once where it is more than one.
const CROWD: usize = 1_000;
/// Longer than any run.
const FOR_EVER: Duration = Duration::from_secs(3_600);

fn main() -> ExitCode {
    support::main(&WORKER_COUNTS, |criterion, contest| {
        join_from_inside(criterion, contest);
        join_from_outside(criterion, contest);
        join_all(criterion, contest);
        park_once(criterion, contest);
    })
}

/// One at a time, started and joined by one of their own kind.
fn join_from_inside(criterion: &mut Criterion, contest: &Contest) {
    let mut group = criterion.benchmark_group("spawn/join_from_inside");
    group.throughput(Throughput::Elements(1));
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|times| {
            contest.in_greenlet(move || {
                let start = Instant::now();
                for i in 0..times {
                    black_box(vervet::spawn(move || black_box(i)).join().expect("it returns"));
                }
                start.elapsed()
            })
        });
    });
    group.bench_function(contest.case("tokio"), |bencher| {
        bencher.iter_custom(|times| {
            contest.in_task(async move {
                let start = Instant::now();
                for i in 0..times {
                    black_box(tokio::spawn(async move { black_box(i) }).await.expect("it returns"));
                }
                start.elapsed()
            })
        });
    });
    group.bench_function(contest.case("std"), |bencher| {
        bencher.iter(|| std::thread::spawn(|| black_box(1)).join().expect("it returns"));
    });
    group.finish();
}

/// One at a time, started and joined by an OS thread.
fn join_from_outside(criterion: &mut Criterion, contest: &Contest) {
    let mut group = criterion.benchmark_group("spawn/join_from_outside");
    group.throughput(Throughput::Elements(1));
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter(|| vervet::spawn(|| black_box(1)).join().expect("it returns"));
    });
    group.bench_function(contest.case("tokio"), |bencher| {
        bencher.iter(|| {
            let task = contest.tokio().spawn(async { black_box(1) });
            contest.tokio().block_on(task).expect("it returns")
        });
    });
    group.finish();
}

/// A crowd is started, then joined.
fn join_all(criterion: &mut Criterion, contest: &Contest) {
    let mut group = criterion.benchmark_group(format!("spawn/join_all_{CROWD}"));
    group.throughput(Throughput::Elements(CROWD as u64));
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|times| {
            contest.in_greenlet(move || {
                let start = Instant::now();
                for _ in 0..times {
                    let greenlets: Vec<_> = (0..CROWD).map(|i| vervet::spawn(move || black_box(i))).collect();
                    for greenlet in greenlets {
                        black_box(greenlet.join().expect("it returns"));
                    }
                }
                start.elapsed()
            })
        });
    });
    group.bench_function(contest.case("tokio"), |bencher| {
        bencher.iter_custom(|times| {
            contest.in_task(async move {
                let start = Instant::now();
                for _ in 0..times {
                    let tasks: Vec<_> =
                        (0..CROWD).map(|i| tokio::spawn(async move { black_box(i) })).collect();
                    for task in tasks {
                        black_box(task.await.expect("it returns"));
                    }
                }
                start.elapsed()
            })
        });
    });
    group.finish();
}

/// A crowd is started, each waits once for the same event, which the last one to come brings about, and ends.
fn park_once(criterion: &mut Criterion, contest: &Contest) {
    let mut group = criterion.benchmark_group(format!("spawn/park_once_{CROWD}"));
    group.throughput(Throughput::Elements(CROWD as u64));
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|times| {
            contest.in_greenlet(move || {
                let start = Instant::now();
                for _ in 0..times {
                    vervet_crowd();
                }
                start.elapsed()
            })
        });
    });
    group.bench_function(contest.case("tokio"), |bencher| {
        bencher.iter_custom(|times| {
            contest.in_task(async move {
                let start = Instant::now();
                for _ in 0..times {
                    tokio_crowd().await;
                }
                start.elapsed()
            })
        });
    });
    group.finish();
}

/// The event is the end of one more greenlet.
fn vervet_crowd() {
    let event = vervet::spawn(|| vervet::sleep(FOR_EVER));
    let to_come = Arc::new(AtomicUsize::new(CROWD));
    let greenlets: Vec<_> = (0..CROWD)
        .map(|_| {
            let (event, to_come) = (event.handle(), Arc::clone(&to_come));
            vervet::spawn(move || {
                if to_come.fetch_sub(1, Ordering::AcqRel) == 1 {
                    event.kill();
                }
                event.wait(None)
            })
        })
        .collect();
    for greenlet in greenlets {
        greenlet.join().expect("it returns");
    }
}

async fn tokio_crowd() {
    let event = Arc::new(Notify::new());
    let to_come = Arc::new(AtomicUsize::new(CROWD));
    let tasks: Vec<_> = (0..CROWD)
        .map(|_| {
            let (event, to_come) = (Arc::clone(&event), Arc::clone(&to_come));
            tokio::spawn(async move {
                // Made before anybody notifies, so that it counts as waiting from here on.
                let notified = event.notified();
                if to_come.fetch_sub(1, Ordering::AcqRel) == 1 {
                    event.notify_waiters();
                }
                notified.await;
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("it returns");
    }
}
