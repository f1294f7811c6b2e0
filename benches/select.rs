//! What a selection costs, by the number of its sources: `cargo bench --bench select`.

mod support;

use std::hint::black_box;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use support::Contest;
use vervet::queue::Queue;
use vervet::select::Select;

const WORKER_COUNTS: [usize; 1] = [1];
const SOURCES: [usize; 4] = [1, 10, 100, 1_000];
/// So many selections wait at once, each for queues of its own, when it is measured what it takes to make one of them go on.
const WAITING: usize = 64;

fn main() -> ExitCode {
    support::main(&WORKER_COUNTS, |criterion, contest| {
        for sources in SOURCES {
            round_trip(criterion, contest, sources);
            fire(criterion, contest, sources);
        }
    })
}

fn select_from(queues: &[Queue<usize>]) -> usize {
    let mut select = Select::with_capacity(queues.len());
    for queue in queues {
        select.on(queue.select_get(), |item| item.expect("it is open"));
    }
    select.wait()
}

fn queues(count: usize) -> Vec<Queue<usize>> {
    (0..count).map(|_| Queue::unbounded()).collect()
}

/// One iteration is an item put into one of the queues, found by a selection over all of them, and answered.
fn round_trip(criterion: &mut Criterion, contest: &Contest, sources: usize) {
    let mut group = criterion.benchmark_group(format!("select/round_trip_{sources}"));
    group.throughput(Throughput::Elements(1));
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|times| {
            contest.in_greenlet(move || {
                let (there, back) = (queues(sources), Queue::unbounded());
                let answering = vervet::spawn({
                    let (there, back) = (there.clone(), back.clone());
                    move || {
                        for _ in 0..times {
                            back.put(select_from(&there)).expect("it is open");
                        }
                    }
                });
                let start = Instant::now();
                for turn in 0..times as usize {
                    there[turn % sources].put(turn).expect("it is open");
                    assert_eq!(back.get(), Ok(turn));
                }
                let elapsed = start.elapsed();
                answering.join().expect("it answers all");
                elapsed
            })
        });
    });
    group.bench_function(contest.case("crossbeam"), |bencher| {
        bencher.iter_custom(|times| round_trips_of_crossbeam(sources, times as usize));
    });
    group.finish();
}

/// Between two OS threads.
fn round_trips_of_crossbeam(sources: usize, times: usize) -> Duration {
    let (there, found): (Vec<_>, Vec<_>) =
        (0..sources).map(|_| crossbeam_channel::unbounded::<usize>()).unzip();
    let (back, answers) = crossbeam_channel::unbounded();
    let answering = thread::spawn(move || {
        for _ in 0..times {
            let mut select = crossbeam_channel::Select::new();
            for receiver in &found {
                select.recv(receiver);
            }
            let chosen = select.select();
            let at = chosen.index();
            back.send(chosen.recv(&found[at]).expect("it is open")).expect("it is open");
        }
    });
    let start = Instant::now();
    for turn in 0..times {
        there[turn % sources].send(turn).expect("it is open");
        assert_eq!(answers.recv(), Ok(turn));
    }
    let elapsed = start.elapsed();
    answering.join().expect("it answers all");
    elapsed
}

/// One iteration is the put that makes a waiting selection go on; not what that does then, so it is one that never lets others run.
fn fire(criterion: &mut Criterion, contest: &Contest, sources: usize) {
    let mut group = criterion.benchmark_group(format!("select/fire_{sources}"));
    group.throughput(Throughput::Elements(1));
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|times| {
            contest.in_greenlet(move || {
                let rounds = (times as usize).div_ceil(WAITING);
                let crowd: Vec<Vec<Queue<usize>>> = (0..WAITING).map(|_| queues(sources)).collect();
                let selecting: Vec<_> = crowd
                    .iter()
                    .map(|queues| {
                        let queues = queues.clone();
                        vervet::spawn(move || (0..rounds).map(|_| select_from(&queues)).sum::<usize>())
                    })
                    .collect();
                let mut spent = Vec::with_capacity(rounds * WAITING);
                for round in 0..rounds {
                    while vervet::runtime::metrics().parked.select < WAITING {
                        vervet::yield_now();
                    }
                    for (queues, selecting) in crowd.iter().zip(&selecting) {
                        // Into the cache: what was last touched a hundred thousand queues ago is not there.
                        black_box((format!("{:?}", queues[round % sources]), selecting.is_finished()));
                        let start = Instant::now();
                        queues[round % sources].try_put(round).expect("it is open");
                        spent.push(start.elapsed());
                    }
                }
                let put: usize = (0..rounds).sum();
                for found in vervet::join_all(selecting) {
                    assert_eq!(found.expect("it ends"), put);
                }
                spent.sort_unstable();
                // The typical one: now and then the allocator tidies up after the selections of before.
                spent[spent.len() / 2] * times as u32
            })
        });
    });
    group.finish();
}
