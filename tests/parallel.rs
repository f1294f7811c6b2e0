//! Fresh greenlets find every idle worker, also when those that run already never let go of theirs.

#[path = "common/scheduler.rs"]
mod scheduler;

use std::hint;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use vervet::Greenlet;

const WORKERS: usize = 4;
/// So many that a greenlet which finds no worker once in a hundred rounds is found out.
const ROUNDS: usize = 500;

/// Waits, without letting go of the worker, until `WORKERS` greenlets do so at once.
fn meet(met: &AtomicUsize) {
    met.fetch_add(1, Ordering::SeqCst);
    let start = Instant::now();
    while met.load(Ordering::SeqCst) < WORKERS {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "a greenlet was left waiting while a worker slept"
        );
        thread::yield_now();
        hint::spin_loop();
    }
}

fn meeting() -> impl Fn() -> Greenlet<()> {
    let met = Arc::new(AtomicUsize::new(0));
    move || {
        let met = Arc::clone(&met);
        vervet::spawn(move || meet(&met))
    }
}

#[test]
fn all_workers_take_part() {
    vervet::runtime::Builder::new().workers(WORKERS).start().unwrap();
    // One at a time: two meetings at once would need twice the workers.
    for round in 0..ROUNDS {
        let spawn = meeting();
        let mut greenlets = Vec::new();
        for _ in 0..WORKERS {
            // Now and then a batch to steal, of greenlets that are over at once.
            greenlets.extend((0..round % 5).map(|_| vervet::spawn(|| ())));
            greenlets.push(spawn());
        }
        for greenlet in greenlets {
            greenlet.join().unwrap();
        }
        if round % 10 == 0 {
            // Long enough for every worker to fall asleep.
            thread::sleep(Duration::from_millis(3));
        }
    }
}
