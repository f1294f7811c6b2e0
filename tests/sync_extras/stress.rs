//! Under load, with one worker, two and eight: greenlets and OS threads use one of them, some are cut short while they wait, and in
//! the end all is there and everybody comes to an end.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use vervet::sync::{Arc, AsyncResult, Event, ReentrantMutex, Semaphore, WaitGroup};

use crate::child::{Random, in_child, say, seed};
use crate::{Kind, Someone};

const PATIENCE: Duration = Duration::from_secs(60);
const GREENLETS: u64 = 60;
const THREADS: u64 = 4;
/// Of all together.
const OPERATIONS: u64 = 100_000;
/// Where each takes a few greenlets of its own.
const FEWER: u64 = 20_000;

/// Everybody does `act` again and again, together so many times.
fn stress(
    test: &str,
    operations: u64,
    act: impl Fn(&mut Random) + Send + Sync + Clone + 'static,
    check: impl Fn(),
) {
    for workers in ["1", "2", "8"] {
        in_child(test, &[("VERVET_WORKERS", workers)], PATIENCE, || {
            let seed = seed();
            say(&format!("VERVET_TEST_SEED={seed}"));
            let all: Vec<_> = (0..GREENLETS + THREADS)
                .map(|number| {
                    let act = act.clone();
                    let mut random = Random::new(seed ^ number);
                    let kind = if number < THREADS { Kind::Thread } else { Kind::Greenlet };
                    Someone::start(kind, move || {
                        for _ in 0..operations / (GREENLETS + THREADS) {
                            act(&mut random);
                        }
                    })
                })
                .collect();
            for one in all {
                match one {
                    Someone::Greenlet(greenlet) => greenlet.join().unwrap(),
                    Someone::Thread(thread, _) => thread.join().unwrap(),
                }
            }
            check();
        });
    }
}

/// A moment that a wait may or may not survive.
fn moment(random: &mut Random) -> Duration {
    Duration::from_nanos(random.below(100_000))
}

/// Runs `f` in a greenlet and kills that after a while.
fn killed(random: &mut Random, f: impl FnOnce() + Send + 'static) {
    let greenlet = vervet::spawn(f);
    if random.below(2) == 0 {
        vervet::yield_now();
    }
    greenlet.kill();
    let _ = greenlet.join();
}

#[test]
fn permits() {
    const PERMITS: usize = 5;
    let shared = Arc::new((Semaphore::new(PERMITS), AtomicUsize::new(0)));
    let ours = Arc::clone(&shared);
    let act = move |random: &mut Random| {
        let n = 1 + random.below(3) as usize;
        let hold = {
            let shared = Arc::clone(&shared);
            move || {
                let inside = shared.1.fetch_add(n, SeqCst) + n;
                assert!(inside <= PERMITS, "{inside} are held");
                if n == 2 {
                    vervet::yield_now();
                }
                shared.1.fetch_sub(n, SeqCst);
            }
        };
        let (semaphore, _) = &*shared;
        match random.below(16) {
            0 => drop(semaphore.acquire_many_timeout(n, moment(random)).map(|_permit| hold())),
            1 => drop(vervet::timeout(moment(random), || drop(semaphore.acquire_many(n)))),
            2 => {
                let shared = Arc::clone(&shared);
                killed(random, move || drop(shared.0.acquire_many(n)));
            }
            3 => drop(semaphore.try_acquire_many(n).map(|_permit| hold())),
            4 => drop(semaphore.wait_timeout(moment(random))),
            5 => {
                let limit = moment(random);
                vervet::select! {
                    permits = semaphore.select_acquire_many(n) => drop(permits.map(|_permit| hold())),
                    _ = after(limit) => {}
                }
            }
            _ => drop(semaphore.acquire_many(n).map(|_permit| hold())),
        }
    };
    stress("stress::permits", OPERATIONS, act, move || {
        assert_eq!((ours.0.available_permits(), ours.1.load(SeqCst)), (PERMITS, 0));
        assert!(ours.0.try_acquire_many(PERMITS).is_ok(), "nobody is in line");
    });
}

#[test]
fn events() {
    let event = Arc::new(Event::new());
    let ours = Arc::clone(&event);
    let act = move |random: &mut Random| match random.below(8) {
        0..3 => event.set(),
        3 => event.clear(),
        4 => {
            let event = Arc::clone(&event);
            killed(random, move || event.wait());
        }
        5 => {
            let limit = moment(random);
            vervet::select! {
                _ = event.wait() => {}
                _ = after(limit) => {}
            }
        }
        _ => drop(event.wait_timeout(moment(random))),
    };
    stress("stress::events", OPERATIONS, act, move || {
        ours.set();
        ours.wait();
    });
}

#[test]
fn results() {
    let shared = Arc::new((AtomicU64::new(0), AtomicU64::new(0)));
    let ours = Arc::clone(&shared);
    let act = move |random: &mut Random| {
        let result: AsyncResult<u64> = AsyncResult::new();
        let theirs = Arc::clone(&shared);
        result.link(move |value| {
            theirs.0.fetch_add(*value.as_ref().unwrap(), SeqCst);
        });
        let setter = vervet::spawn({
            let result = result.clone();
            move || result.set(1).unwrap()
        });
        let got = match random.below(4) {
            0 => result.get(),
            1 => result.take(),
            2 => {
                let theirs = result.clone();
                killed(random, move || drop(theirs.get()));
                result.with(|value| value.copied().map_err(Clone::clone))
            }
            _ => {
                vervet::select! {
                    value = result.get() => value,
                }
            }
        };
        setter.join().unwrap();
        shared.1.fetch_add(got.unwrap(), SeqCst);
    };
    stress("stress::results", FEWER, act, move || {
        assert_eq!(ours.0.load(SeqCst), ours.1.load(SeqCst));
    });
}

#[test]
fn reentrant_locks() {
    let shared = Arc::new((ReentrantMutex::new(Cell::new(0_u64)), AtomicU64::new(0)));
    let ours = Arc::clone(&shared);
    let act = move |random: &mut Random| {
        let (mutex, counted) = &*shared;
        let count = |value: &Cell<u64>| {
            let before = value.get();
            if before.is_multiple_of(4) {
                vervet::yield_now();
            }
            mutex.lock().set(before + 1);
            counted.fetch_add(1, SeqCst);
        };
        match random.below(8) {
            0 => drop(mutex.lock_timeout(moment(random)).map(|guard| count(&guard))),
            1 => {
                let shared = Arc::clone(&shared);
                killed(random, move || drop(shared.0.lock()));
            }
            2 => drop(mutex.try_lock().map(|guard| count(&guard))),
            _ => count(&mutex.lock()),
        }
    };
    stress("stress::reentrant_locks", OPERATIONS, act, move || {
        assert_eq!(ours.0.lock().get(), ours.1.load(SeqCst));
    });
}

#[test]
fn groups() {
    let act = move |random: &mut Random| {
        let group = WaitGroup::new();
        let done = Arc::new(AtomicU64::new(0));
        for _ in 0..2 {
            let (group, done) = (group.clone(), Arc::clone(&done));
            vervet::spawn(move || {
                done.fetch_add(1, SeqCst);
                drop(group);
            });
        }
        if random.below(2) == 0 {
            let _ = group.wait_timeout(moment(random));
        }
        group.wait();
        assert_eq!(done.load(SeqCst), 2);
    };
    stress("stress::groups", FEWER, act, || ());
}
