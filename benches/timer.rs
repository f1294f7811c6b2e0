//! What a deadline costs, and how punctual it is: `cargo bench --bench timer`.

mod support;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use criterion::{Criterion, SamplingMode, Throughput};
use hdrhistogram::Histogram;
use support::Contest;

const WORKER_COUNTS: [usize; 2] = [1, 2];
/// A timeout that never comes.
const FAR: Duration = Duration::from_secs(60);
/// The sleep whose lateness is measured.
const NAP: Duration = Duration::from_millis(1);
const SLEEPERS: usize = 100_000;
const SLEEP: Duration = Duration::from_millis(10);
/// The crowd takes a tenth of a second or more: fewer samples, all of one size, and more time for them.
const SLEEPER_SAMPLES: usize = 10;
const SLEEPER_MEASUREMENT: Duration = Duration::from_secs(3);

fn main() -> ExitCode {
    support::main(&WORKER_COUNTS, |criterion, contest| {
        timeout_of_a_yield(criterion, contest);
        timeout_of_a_join(criterion, contest);
        punctuality(criterion, contest);
        sleepers(criterion, contest);
    })
}

/// A timeout around something that does not wait, but lets others run.
fn timeout_of_a_yield(criterion: &mut Criterion, contest: &Contest) {
    let mut group = criterion.benchmark_group("timer/timeout_yield");
    group.throughput(Throughput::Elements(1));
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|times| {
            contest.in_greenlet(move || {
                let start = Instant::now();
                for _ in 0..times {
                    vervet::timeout(FAR, vervet::yield_now).expect("in time");
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
                    tokio::time::timeout(FAR, tokio::task::yield_now()).await.expect("in time");
                }
                start.elapsed()
            })
        });
    });
    group.finish();
}

/// A timeout around something that waits, so that the timer must be set and taken back. Includes a spawn and a join.
fn timeout_of_a_join(criterion: &mut Criterion, contest: &Contest) {
    let mut group = criterion.benchmark_group("timer/timeout_join");
    group.throughput(Throughput::Elements(1));
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|times| {
            contest.in_greenlet(move || {
                let start = Instant::now();
                for i in 0..times {
                    let greenlet = vervet::spawn(move || black_box(i));
                    black_box(
                        vervet::timeout(FAR, || greenlet.join()).expect("in time").expect("it returns"),
                    );
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
                    let task = tokio::spawn(async move { black_box(i) });
                    black_box(tokio::time::timeout(FAR, task).await.expect("in time").expect("it returns"));
                }
                start.elapsed()
            })
        });
    });
    group.finish();
}

/// One sleeps again and again. The time per iteration shows the average; the table after it, how late each was.
fn punctuality(criterion: &mut Criterion, contest: &Contest) {
    let mut late = [("vervet", lateness()), ("tokio", lateness()), ("std", lateness())];
    let [(_, vervet), (_, tokio), (_, std)] = &mut late;
    let mut group = criterion.benchmark_group("timer/sleep_1ms");
    group.throughput(Throughput::Elements(1));
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|times| {
            note(vervet, contest.in_greenlet(move || sleep_often(times, || vervet::sleep(NAP))))
        });
    });
    group.bench_function(contest.case("tokio"), |bencher| {
        bencher.iter_custom(|times| {
            let naps = contest.in_task(async move {
                let mut naps = Vec::with_capacity(times as usize);
                for _ in 0..times {
                    let start = Instant::now();
                    tokio::time::sleep(NAP).await;
                    naps.push(start.elapsed());
                }
                naps
            });
            note(tokio, naps)
        });
    });
    group.bench_function(contest.case("std"), |bencher| {
        bencher.iter_custom(|times| note(std, sleep_often(times, || std::thread::sleep(NAP))));
    });
    group.finish();
    print_lateness(&late);
}

fn sleep_often(times: u64, sleep: impl Fn()) -> Vec<Duration> {
    let nap = |_| {
        let start = Instant::now();
        sleep();
        start.elapsed()
    };
    (0..times).map(nap).collect()
}

fn lateness() -> Histogram<u64> {
    Histogram::new(3).expect("three digits are allowed")
}

/// Writes down how late each nap was, in nanoseconds, and returns how long all took.
fn note(late: &mut Histogram<u64>, naps: Vec<Duration>) -> Duration {
    for nap in &naps {
        assert!(*nap >= NAP, "a sleep of {NAP:?} was over after {nap:?}");
        late.record((*nap - NAP).as_nanos() as u64).expect("it grows");
    }
    naps.iter().sum()
}

#[expect(clippy::print_stdout, reason = "a bench reports there")]
fn print_lateness(late: &[(&str, Histogram<u64>)]) {
    if late.iter().all(|(_, late)| late.is_empty()) {
        return; // The case was not asked for.
    }
    println!("lateness of sleep({NAP:?}), microseconds");
    println!("{:>10}{:>10}{:>10}{:>10}{:>10}", "", "p50", "p99", "max", "sleeps");
    for (who, late) in late {
        let [p50, p99, max] = [late.value_at_quantile(0.5), late.value_at_quantile(0.99), late.max()]
            .map(|nanos| nanos / 1_000);
        println!("{who:>10}{p50:>10}{p99:>10}{max:>10}{:>10}", late.len());
    }
    println!();
}

/// A crowd is started, all sleep at the same time, and are joined.
fn sleepers(criterion: &mut Criterion, contest: &Contest) {
    let mut group = criterion.benchmark_group(format!("timer/sleepers_{SLEEPERS}"));
    group.throughput(Throughput::Elements(SLEEPERS as u64));
    group
        .sampling_mode(SamplingMode::Flat)
        .sample_size(SLEEPER_SAMPLES)
        .measurement_time(SLEEPER_MEASUREMENT);
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|times| {
            contest.in_greenlet(move || {
                let start = Instant::now();
                for _ in 0..times {
                    let greenlets: Vec<_> =
                        (0..SLEEPERS).map(|_| vervet::spawn(|| vervet::sleep(SLEEP))).collect();
                    for greenlet in greenlets {
                        greenlet.join().expect("it wakes up");
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
                        (0..SLEEPERS).map(|_| tokio::spawn(tokio::time::sleep(SLEEP))).collect();
                    for task in tasks {
                        task.await.expect("it wakes up");
                    }
                }
                start.elapsed()
            })
        });
    });
    group.finish();
}
