//! What an item costs on its way through a bounded queue: `cargo bench --bench queue`.

mod support;

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use support::Contest;

const WORKER_COUNTS: [usize; 3] = [1, 2, 8];
const BOUNDS: [usize; 3] = [1, 64, 1024];
/// How many put, and as many get.
const PRODUCERS: u64 = 8;
/// Items in one iteration, all producers' together.
const BATCH: u64 = 1_000 * PRODUCERS;

fn main() -> ExitCode {
    support::main(&WORKER_COUNTS, |criterion, contest| {
        for bound in BOUNDS {
            bounded(criterion, contest, bound);
        }
    })
}

/// Lets all go at once; answers how long it takes them to get `batches` through.
macro_rules! batches {
    ($batches:expr, $spawn:path, $barrier:path, $put:expr, $close:expr, $get_all:expr) => {{
        let gate = std::sync::Arc::new(<$barrier>::new(2 * PRODUCERS as usize + 1));
        let share = $batches * BATCH / PRODUCERS;
        let (put, get_all) = ($put, $get_all);
        let mut producers = Vec::new();
        let mut consumers = Vec::new();
        for _ in 0..PRODUCERS {
            let (theirs, put) = (gate.clone(), put.clone());
            producers.push($spawn(move || {
                theirs.wait();
                (0..share).for_each(|n| put(n));
            }));
            let (theirs, get_all) = (gate.clone(), get_all.clone());
            consumers.push($spawn(move || {
                theirs.wait();
                get_all()
            }));
        }
        drop((put, get_all));
        gate.wait();
        let start = Instant::now();
        for producer in producers {
            producer.join().expect("it does not panic");
        }
        $close;
        let got: u64 =
            consumers.into_iter().map(|consumer| consumer.join().expect("it does not panic")).sum();
        let time = start.elapsed();
        assert_eq!(got, share * PRODUCERS);
        time
    }};
}

fn of_vervet(batches: u64, bound: usize) -> Duration {
    let queue = vervet::queue::Queue::bounded(bound);
    let (to, from) = (queue.clone(), queue.clone());
    batches!(
        batches,
        vervet::spawn,
        vervet::sync::Barrier,
        move |n| to.put(n).expect("it is open"),
        assert!(queue.close()),
        move || from.iter().count() as u64
    )
}

/// Between OS threads.
fn of_crossbeam(batches: u64, bound: usize) -> Duration {
    let (to, from) = crossbeam_channel::bounded(bound);
    let last = to.clone();
    batches!(
        batches,
        thread::spawn,
        std::sync::Barrier,
        move |n| to.send(n).expect("somebody receives"),
        drop(last),
        move || from.iter().count() as u64
    )
}

/// One iteration is a batch of items from eight who put to eight who get, through one queue with that bound.
fn bounded(criterion: &mut Criterion, contest: &Contest, bound: usize) {
    let mut group = criterion.benchmark_group(format!("queue/bounded_{bound}"));
    group.throughput(Throughput::Elements(BATCH));
    group.bench_function(contest.case("vervet"), |bencher| {
        bencher.iter_custom(|n| contest.in_greenlet(move || of_vervet(n, bound)));
    });
    group.bench_function(contest.case("crossbeam"), |bencher| {
        bencher.iter_custom(|n| of_crossbeam(n, bound));
    });
    group.finish();
}
