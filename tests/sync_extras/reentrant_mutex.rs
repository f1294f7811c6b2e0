//! `ReentrantMutex`.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use vervet::sync::{Arc, ReentrantMutex};

use crate::common::*;
use crate::{Kind, PAIRS, SHORT, Someone, cut_short, order, run_in};

#[test]
fn its_holder_locks_again() {
    checked(|| {
        in_both(|| {
            let mutex = ReentrantMutex::new(Cell::new(0));
            let first = mutex.lock();
            let second = mutex.try_lock().unwrap();
            let third = mutex.lock_timeout(Duration::ZERO).unwrap();
            third.set(1);
            // In any order.
            drop(first);
            drop(third);
            let locked = || vervet::scope(|s| s.spawn(|| mutex.try_lock().is_none()).join().unwrap());
            assert!(locked());
            assert_eq!(second.get(), 1);
            drop(second);
            assert!(!locked());
        });
    });
}

#[test]
fn others_are_kept_out_even_on_the_same_worker() {
    checked(|| {
        for (holder, other) in PAIRS {
            let mutex = Arc::new(ReentrantMutex::new(Cell::new(0)));
            let gate = Gate::new();
            let holds = Someone::start(holder, {
                let (mutex, gate) = (Arc::clone(&mutex), gate.clone());
                move || {
                    let guard = mutex.lock();
                    let _again = mutex.lock();
                    gate.pass();
                    guard.set(1);
                }
            });
            holds.waits("join");
            let theirs = Arc::clone(&mutex);
            run_in(other, move || {
                assert!(theirs.try_lock().is_none());
                assert!(theirs.lock_timeout(SHORT).is_none());
            });
            let waits = Someone::start(other, {
                let mutex = Arc::clone(&mutex);
                move || mutex.lock().get()
            });
            waits.waits("lock");
            gate.open();
            holds.join();
            assert_eq!(waits.join(), 1, "{holder:?} {other:?}");
        }
    });
}

#[test]
fn neighbours_of_one_worker_are_others() {
    checked(|| {
        let mutex = Arc::new(ReentrantMutex::new(()));
        let theirs = Arc::clone(&mutex);
        vervet::scope(|s| {
            s.spawn(|| {
                let held = mutex.lock();
                let neighbour = vervet::spawn(move || theirs.try_lock().is_none());
                assert!(neighbour.join().unwrap());
                drop(held);
            });
        });
        assert!(mutex.try_lock().is_some());
    });
}

#[test]
fn cut_short_while_waiting() {
    checked(|| {
        let mutex = Arc::new(ReentrantMutex::new(RefCell::new(0)));
        let held = mutex.lock();
        let theirs = Arc::clone(&mutex);
        cut_short("lock", move || *theirs.lock().borrow_mut() += 1);
        let theirs = Arc::clone(&mutex);
        cut_short("lock", move || assert!(theirs.lock_timeout(HOUR).is_some()));
        drop(held);
        assert_eq!(run_in(Kind::Greenlet, move || *mutex.try_lock().unwrap().borrow()), 0);
    });
}

#[test]
fn a_panic_poisons_nothing() {
    checked(|| {
        let mutex = Arc::new(ReentrantMutex::new(Cell::new(0)));
        let theirs = Arc::clone(&mutex);
        let panics = vervet::spawn(move || {
            let guard = theirs.lock();
            let _again = theirs.lock();
            guard.set(1);
            fail("on purpose")
        });
        assert!(panics.join().is_err());
        assert_eq!(mutex.try_lock().unwrap().get(), 1);
    });
}

#[test]
fn all_who_wait_get_it() {
    checked(|| {
        let mutex = Arc::new(ReentrantMutex::new(()));
        let theirs = Arc::clone(&mutex);
        let held = mutex.lock();
        let took = move |_: usize, said: &dyn Fn()| {
            let _guard = theirs.lock();
            let _again = theirs.lock();
            said();
        };
        let mut all = order(6, "lock", took, || drop(held));
        // As with `Mutex`: whoever comes at the right moment may be quicker.
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4, 5]);
    });
}

#[test]
fn one_at_a_time() {
    checked(|| {
        let mutex = Arc::new(ReentrantMutex::new(Cell::new(0)));
        let all: Vec<_> = (0..32)
            .map(|number| {
                let mutex = Arc::clone(&mutex);
                let kind = if number % 8 == 0 { Kind::Thread } else { Kind::Greenlet };
                Someone::start(kind, move || {
                    for _ in 0..200 {
                        let outer = mutex.lock();
                        let before = outer.get();
                        vervet::yield_now();
                        mutex.lock().set(before + 1);
                    }
                })
            })
            .collect();
        all.into_iter().for_each(Someone::join);
        let mut mutex = Arc::into_inner(mutex).unwrap();
        assert_eq!(mutex.get_mut().get(), 6_400);
        assert_eq!(mutex.into_inner().get(), 6_400);
    });
}

#[test]
fn shown() {
    let mutex = ReentrantMutex::from(1);
    assert_eq!(format!("{mutex:?}"), "ReentrantMutex { data: 1, .. }");
    let held = mutex.lock();
    assert_eq!(format!("{held:?} {held} {mutex:?}"), "1 1 ReentrantMutex { data: 1, .. }");
    let elsewhere = vervet::scope(|s| s.spawn(|| format!("{mutex:?}")).join().unwrap());
    assert_eq!(elsewhere, "ReentrantMutex { data: <locked>, .. }");
}
