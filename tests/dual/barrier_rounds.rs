// Barriers: nobody leaves before all have come, one leads each round.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

fn main() {
    let barrier = Barrier::new(6);
    println!("{barrier:?}");
    let (arrived, leaders) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                for round in 1..=20 {
                    arrived.fetch_add(1, Ordering::SeqCst);
                    if barrier.wait().is_leader() {
                        leaders.fetch_add(1, Ordering::SeqCst);
                    }
                    assert!(arrived.load(Ordering::SeqCst) >= round * 6);
                    barrier.wait();
                }
            });
        }
    });
    println!("{} {}", arrived.into_inner(), leaders.into_inner());

    // Alone, and with none.
    println!("{:?} {}", Barrier::new(1).wait(), Barrier::new(0).wait().is_leader());
}
