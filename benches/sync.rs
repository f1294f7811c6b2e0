//! What locks cost, free and wanted by several: `cargo bench --bench sync`.

mod support;

use std::process::ExitCode;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use support::Contest;

const WORKER_COUNTS: [usize; 2] = [1, 2];
/// How many want the same lock.
const ACTORS: u64 = 4;
/// How many free locks are taken in one iteration.
const LOCKS: u64 = 100;

fn main() -> ExitCode {
    support::main(&WORKER_COUNTS, |criterion, contest| {
        uncontended(criterion, contest);
        read(criterion, contest);
        contended(criterion, contest);
        contended_by_threads(criterion, contest);
    })
}

/// One iteration takes a free lock and lets go of it, a hundred times.
fn uncontended(criterion: &mut Criterion, contest: &Contest) {
    let mut group = criterion.benchmark_group("mutex/uncontended");
    group.throughput(Throughput::Elements(LOCKS));
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|rounds| {
            contest.in_greenlet(move || {
                let mutex = vervet::sync::Mutex::new(0_u64);
                timed(rounds * LOCKS, || *mutex.lock().expect("nobody panics") += 1)
            })
        });
    });
    group.bench_function(contest.case("std"), |bencher| {
        bencher.iter_custom(|rounds| {
            contest.in_greenlet(move || {
                let mutex = std::sync::Mutex::new(0_u64);
                timed(rounds * LOCKS, || *mutex.lock().expect("nobody panics") += 1)
            })
        });
    });
    group.finish();
}

/// One iteration takes a reader's share of a free lock and gives it back, a hundred times.
fn read(criterion: &mut Criterion, contest: &Contest) {
    let mut group = criterion.benchmark_group("rwlock/read");
    group.throughput(Throughput::Elements(LOCKS));
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|rounds| {
            contest.in_greenlet(move || {
                let lock = vervet::sync::RwLock::new(0_u64);
                timed(rounds * LOCKS, || *lock.read().expect("nobody panics"))
            })
        });
    });
    group.bench_function(contest.case("std"), |bencher| {
        bencher.iter_custom(|rounds| {
            contest.in_greenlet(move || {
                let lock = std::sync::RwLock::new(0_u64);
                timed(rounds * LOCKS, || *lock.read().expect("nobody panics"))
            })
        });
    });
    group.finish();
}

fn timed<T>(times: u64, mut f: impl FnMut() -> T) -> Duration {
    let start = Instant::now();
    for _ in 0..times {
        std::hint::black_box(f());
    }
    start.elapsed()
}

/// One iteration takes a lock that four want, once each: four greenlets, or with std's lock four threads.
fn contended(criterion: &mut Criterion, contest: &Contest) {
    let mut group = criterion.benchmark_group("mutex/contended");
    group.throughput(Throughput::Elements(ACTORS));
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|rounds| {
            contest.in_greenlet(move || {
                let mutex = vervet::sync::Mutex::new(0_u64);
                let gate = vervet::sync::Barrier::new(ACTORS as usize + 1);
                let mut start = None;
                vervet::scope(|scope| {
                    for _ in 0..ACTORS {
                        scope.spawn(|| {
                            gate.wait();
                            timed(rounds, || *mutex.lock().expect("nobody panics") += 1)
                        });
                    }
                    gate.wait();
                    start = Some(Instant::now());
                });
                start.map_or(Duration::ZERO, |start| start.elapsed())
            })
        });
    });
    group.bench_function(contest.case("std"), |bencher| bencher.iter_custom(std_threads));
    group.finish();
}

/// The same by threads, with either lock.
fn contended_by_threads(criterion: &mut Criterion, contest: &Contest) {
    let mut group = criterion.benchmark_group("mutex/contended_by_threads");
    group.throughput(Throughput::Elements(ACTORS));
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|rounds| {
            let mutex = Arc::new(vervet::sync::Mutex::new(0_u64));
            by_threads(rounds, move || *mutex.lock().expect("nobody panics") += 1)
        });
    });
    group.bench_function(contest.case("std"), |bencher| bencher.iter_custom(std_threads));
    group.finish();
}

fn std_threads(rounds: u64) -> Duration {
    let mutex = Arc::new(std::sync::Mutex::new(0_u64));
    by_threads(rounds, move || *mutex.lock().expect("nobody panics") += 1)
}

fn by_threads(rounds: u64, act: impl Fn() + Send + Sync) -> Duration {
    let gate = Barrier::new(ACTORS as usize + 1);
    let mut start = None;
    thread::scope(|scope| {
        for _ in 0..ACTORS {
            scope.spawn(|| {
                gate.wait();
                timed(rounds, &act)
            });
        }
        gate.wait();
        start = Some(Instant::now());
    });
    start.map_or(Duration::ZERO, |start| start.elapsed())
}
