//! What a message costs: `cargo bench --bench channel`.

mod support;

use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use support::Contest;
use tokio::sync::mpsc::{self, unbounded_channel};

const WORKER_COUNTS: [usize; 2] = [1, 2];
/// How many send to the one receiver.
const SENDERS: [usize; 2] = [1, 4];
/// Messages in one iteration, all senders' together; so many are in a channel without a bound at most.
const BATCH: usize = 1_000;
/// The bound of a channel that has one.
const BOUND: usize = 100;

fn main() -> ExitCode {
    support::main(&WORKER_COUNTS, |criterion, contest| {
        round_trip(criterion, contest);
        for senders in SENDERS {
            throughput(criterion, contest, senders);
            throughput_bounded(criterion, contest, senders);
        }
    })
}

/// The same code with vervet's names and with std's.
macro_rules! blocking {
    ($name:ident: $mpsc:path, $spawn:path) => {
        mod $name {
            use super::*;
            use $mpsc::{Receiver, SendError, Sender, SyncSender, channel, sync_channel};

            pub(super) fn round_trips(rounds: u64) -> Duration {
                let (there, questions) = channel();
                let (back, answers) = channel();
                let echo = $spawn(move || questions.iter().try_for_each(|n: u64| back.send(n)));
                let round = |n| {
                    there.send(n).expect("it listens");
                    answers.recv().expect("it answers");
                };
                round(0);
                let start = Instant::now();
                (0..rounds).for_each(round);
                let time = start.elapsed();
                drop(there);
                echo.join().expect("it does not panic").expect("it answers to the end");
                time
            }

            pub(super) fn batches(batches: u64, senders: usize) -> Duration {
                let (tx, rx) = channel();
                batches_through(batches, senders, tx, rx, Sender::send)
            }

            pub(super) fn batches_bounded(batches: u64, senders: usize) -> Duration {
                let (tx, rx) = sync_channel(BOUND);
                batches_through(batches, senders, tx, rx, SyncSender::send)
            }

            fn batches_through<S: Send + Sync + 'static>(
                batches: u64,
                senders: usize,
                tx: S,
                rx: Receiver<usize>,
                send: fn(&S, usize) -> Result<(), SendError<usize>>,
            ) -> Duration {
                let tx = Arc::new(tx);
                let starters: Vec<_> = (0..senders)
                    .map(|_| {
                        let (starter, starts) = channel::<()>();
                        let tx = Arc::clone(&tx);
                        let sender = $spawn(move || {
                            for () in starts {
                                (0..BATCH / senders).for_each(|n| send(&tx, n).expect("it listens"));
                            }
                        });
                        (starter, sender)
                    })
                    .collect();
                let batch = || {
                    starters.iter().for_each(|(starter, _)| starter.send(()).expect("it listens"));
                    assert_eq!(rx.iter().take(BATCH).count(), BATCH);
                };
                batch();
                let start = Instant::now();
                (0..batches).for_each(|_| batch());
                let time = start.elapsed();
                for (starter, sender) in starters {
                    drop(starter);
                    sender.join().expect("it does not panic");
                }
                time
            }
        }
    };
}

blocking!(of_vervet: vervet::sync::mpsc, vervet::spawn);
blocking!(of_std: std::sync::mpsc, thread::spawn);

/// The same in tasks.
mod of_tokio {
    use super::*;

    pub(super) async fn round_trips(rounds: u64) -> Duration {
        let (there, mut questions) = unbounded_channel::<u64>();
        let (back, mut answers) = unbounded_channel();
        let echo = tokio::spawn(async move {
            while let Some(n) = questions.recv().await {
                back.send(n).expect("it listens");
            }
        });
        there.send(0).expect("it listens");
        answers.recv().await.expect("it answers");
        let start = Instant::now();
        for n in 0..rounds {
            there.send(n).expect("it listens");
            answers.recv().await.expect("it answers");
        }
        let time = start.elapsed();
        drop(there);
        echo.await.expect("it does not panic");
        time
    }

    pub(super) async fn batches(batches: u64, senders: usize) -> Duration {
        let (tx, mut rx) = unbounded_channel();
        let mut starters = Vec::new();
        for _ in 0..senders {
            let (starter, mut starts) = unbounded_channel::<()>();
            let tx = tx.clone();
            let sender = tokio::spawn(async move {
                while starts.recv().await.is_some() {
                    (0..BATCH / senders).for_each(|n| tx.send(n).expect("it listens"));
                }
            });
            starters.push((starter, sender));
        }
        let mut start = Instant::now();
        // The first one brings everybody to his place.
        for batch in 0..=batches {
            if batch == 1 {
                start = Instant::now();
            }
            starters.iter().for_each(|(starter, _)| starter.send(()).expect("it listens"));
            for _ in 0..BATCH {
                rx.recv().await.expect("they send");
            }
        }
        let time = start.elapsed();
        for (starter, sender) in starters {
            drop(starter);
            sender.await.expect("it does not panic");
        }
        time
    }

    pub(super) async fn batches_bounded(batches: u64, senders: usize) -> Duration {
        let (tx, mut rx) = mpsc::channel(BOUND);
        let mut starters = Vec::new();
        for _ in 0..senders {
            let (starter, mut starts) = unbounded_channel::<()>();
            let tx = tx.clone();
            let sender = tokio::spawn(async move {
                while starts.recv().await.is_some() {
                    for n in 0..BATCH / senders {
                        tx.send(n).await.expect("it listens");
                    }
                }
            });
            starters.push((starter, sender));
        }
        let mut start = Instant::now();
        // The first one brings everybody to his place.
        for batch in 0..=batches {
            if batch == 1 {
                start = Instant::now();
            }
            starters.iter().for_each(|(starter, _)| starter.send(()).expect("it listens"));
            for _ in 0..BATCH {
                rx.recv().await.expect("they send");
            }
        }
        let time = start.elapsed();
        for (starter, sender) in starters {
            drop(starter);
            sender.await.expect("it does not panic");
        }
        time
    }
}

/// One iteration is a message there and one back, over two channels without a bound: two sends, two waits.
fn round_trip(criterion: &mut Criterion, contest: &Contest) {
    let mut group = criterion.benchmark_group("channel/round_trip");
    group.throughput(Throughput::Elements(1));
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|rounds| contest.in_greenlet(move || of_vervet::round_trips(rounds)));
    });
    group.bench_function(contest.case("tokio"), |bencher| {
        bencher.iter_custom(|rounds| contest.in_task(of_tokio::round_trips(rounds)));
    });
    group.bench_function(contest.case("std"), |bencher| bencher.iter_custom(of_std::round_trips));
    group.finish();
}

/// One iteration is a batch of messages from all senders, over a channel without a bound; a word to each starts it.
fn throughput(criterion: &mut Criterion, contest: &Contest, senders: usize) {
    let mut group = criterion.benchmark_group(format!("channel/throughput_{senders}"));
    group.throughput(Throughput::Elements(BATCH as u64));
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|n| contest.in_greenlet(move || of_vervet::batches(n, senders)));
    });
    group.bench_function(contest.case("tokio"), |bencher| {
        bencher.iter_custom(|n| contest.in_task(of_tokio::batches(n, senders)));
    });
    group.bench_function(contest.case("std"), |bencher| bencher.iter_custom(|n| of_std::batches(n, senders)));
    group.finish();
}

/// As `throughput`, over a channel with a bound: senders wait for room.
fn throughput_bounded(criterion: &mut Criterion, contest: &Contest, senders: usize) {
    let mut group = criterion.benchmark_group(format!("channel/throughput_bounded_{senders}"));
    group.throughput(Throughput::Elements(BATCH as u64));
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|n| contest.in_greenlet(move || of_vervet::batches_bounded(n, senders)));
    });
    group.bench_function(contest.case("tokio"), |bencher| {
        bencher.iter_custom(|n| contest.in_task(of_tokio::batches_bounded(n, senders)));
    });
    group.bench_function(contest.case("std"), |bencher| {
        bencher.iter_custom(|n| of_std::batches_bounded(n, senders));
    });
    group.finish();
}
