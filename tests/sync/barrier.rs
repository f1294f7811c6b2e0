//! `Barrier`.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use vervet::sync::{Arc, Barrier};

use crate::common::*;
use crate::{Kind, Someone};

#[test]
fn nobody_waits_alone() {
    checked(|| {
        in_both(|| {
            for n in [0, 1] {
                let barrier = Barrier::new(n);
                assert!(barrier.wait().is_leader());
                assert!(barrier.wait().is_leader());
            }
        });
    });
}

#[test]
fn rounds_of_greenlets_and_threads_have_one_leader_each() {
    const N: usize = 9;
    const ROUNDS: usize = 50;
    static BARRIER: Barrier = Barrier::new(N);
    checked(|| {
        let arrived = Arc::new(AtomicUsize::new(0));
        let everybody: Vec<_> = (0..N)
            .map(|n| {
                let arrived = Arc::clone(&arrived);
                let kind = if n % 3 == 0 { Kind::Thread } else { Kind::Greenlet };
                Someone::start(kind, move || {
                    let mut led = 0;
                    for round in 1..=ROUNDS {
                        arrived.fetch_add(1, SeqCst);
                        led += usize::from(BARRIER.wait().is_leader());
                        assert!(arrived.load(SeqCst) >= round * N, "let through too early");
                        // Nobody begins the next round before all have looked.
                        BARRIER.wait();
                    }
                    led
                })
            })
            .collect();
        assert_eq!(everybody.into_iter().map(Someone::join).sum::<usize>(), ROUNDS);
    });
}

#[test]
fn one_who_is_killed_has_not_come() {
    checked(|| {
        let barrier = Arc::new(Barrier::new(3));
        let start = |kind| {
            let barrier = Arc::clone(&barrier);
            let one = Someone::start(kind, move || barrier.wait().is_leader());
            one.waits("lock");
            one
        };
        let killed = {
            let barrier = Arc::clone(&barrier);
            vervet::spawn(move || barrier.wait().is_leader())
        };
        parked(&killed.handle(), "lock");
        let first = start(Kind::Greenlet);
        killed.kill();
        assert!(killed.join().unwrap_err().is_killed());
        let second = start(Kind::Thread);
        assert!(barrier.wait().is_leader());
        assert!(!first.join() && !second.join());
    });
}
