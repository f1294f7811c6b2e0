//! Locks under load: 64 greenlets on 8 workers and 8 OS threads use one of them, and some are cut short while they wait. Mutual
//! exclusion holds, nothing is lost, and in the end everybody comes to an end.
//!
//! A second for each by default. A full run:
//!
//! ```text
//! VERVET_STRESS_SECONDS=10 cargo test --test sync_stress -- --nocapture
//! ```

mod child;

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use child::{Random, in_child, say, seed, stress_time};
use vervet::sync::{Arc, Barrier, Condvar, Mutex, RwLock, RwLockWriteGuard};

const WORKERS: &str = "8";
const GREENLETS: u64 = 64;
const THREADS: u64 = 8;
/// How long all may take to come to an end.
const PATIENCE: Duration = Duration::from_secs(20);

/// Everybody does `act` again and again until the time is up. Answers the sum of what the acts answer.
fn stress(test: &str, act: impl Fn(&mut Random) -> u64 + Send + Sync + 'static) {
    let time = stress_time(Duration::from_secs(1));
    in_child(test, &[("VERVET_WORKERS", WORKERS)], time + PATIENCE, || {
        let seed = seed();
        say(&format!("VERVET_TEST_SEED={seed}"));
        let act = Arc::new(act);
        let (stop, total) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let actor = |n| {
            let (act, stop, total) = (Arc::clone(&act), Arc::clone(&stop), Arc::clone(&total));
            let mut random = Random::new(seed ^ n);
            move || {
                let mut own = 0;
                while !stop.load(Ordering::Relaxed) {
                    own += act(&mut random);
                }
                total.fetch_add(own, Ordering::Relaxed);
            }
        };
        let greenlets: Vec<_> = (0..GREENLETS).map(|n| vervet::spawn(actor(n))).collect();
        let threads: Vec<_> = (0..THREADS).map(|n| thread::spawn(actor(GREENLETS + n))).collect();
        thread::sleep(time);
        stop.store(true, Ordering::Relaxed);
        vervet::join_all(greenlets).into_iter().for_each(Result::unwrap);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let total = total.load(Ordering::Relaxed);
        say(&format!("{test}: {total}"));
        assert!(total > 0);
        let metrics = vervet::runtime::metrics();
        assert_eq!((metrics.live, metrics.parked.total()), (0, 0));
    });
}

/// Something a holder may do: mostly nothing.
fn dawdle(random: &mut Random) {
    match random.below(200) {
        0 => vervet::sleep(Duration::from_micros(random.below(200))),
        1..10 => vervet::yield_now(),
        _ => {}
    }
}

/// Runs `f`, now and then with so little time that it is cut short somewhere.
fn perhaps_cut_short(random: &mut Random, f: impl FnOnce(&mut Random)) {
    match random.below(8) {
        0 => drop(vervet::timeout(Duration::from_micros(random.below(300)), || f(random))),
        _ => f(random),
    }
}

#[test]
fn mutex() {
    let mutex = Arc::new(Mutex::new(0_u64));
    let inside = Arc::new(AtomicBool::new(false));
    stress("mutex", move |random| {
        let done = Cell::new(0);
        perhaps_cut_short(random, |random| {
            let mut guard = mutex.lock().unwrap();
            assert!(!inside.swap(true, Ordering::Relaxed), "two are inside");
            *guard += 1;
            done.set(1);
            struct Leave<'a>(&'a AtomicBool);
            impl Drop for Leave<'_> {
                fn drop(&mut self) {
                    self.0.store(false, Ordering::Relaxed);
                }
            }
            let _leave = Leave(&inside);
            dawdle(random);
        });
        if random.below(50) == 0
            && let Ok(guard) = mutex.try_lock()
        {
            assert!(*guard > 0 || done.get() == 0);
        }
        done.get()
    });
}

#[test]
fn rwlock() {
    let lock = Arc::new(RwLock::new((0_u64, 0_u64)));
    stress("rwlock", move |random| {
        let done = Cell::new(0);
        perhaps_cut_short(random, |random| {
            if random.below(4) > 0 {
                let guard = lock.read().unwrap();
                let seen = *guard;
                dawdle(random);
                assert_eq!((seen.0, *guard), (seen.1, seen));
                return done.set(1);
            }
            let mut guard = lock.write().unwrap();
            guard.0 += 1;
            guard.1 += 1;
            done.set(1);
            let seen = *guard;
            dawdle(random);
            assert_eq!(*guard, seen, "another one wrote");
            if random.below(4) == 0 {
                let guard = RwLockWriteGuard::downgrade(guard);
                dawdle(random);
                assert_eq!(*guard, seen, "another one wrote");
            }
        });
        done.get()
    });
}

/// Fewer tokens than actors: a token that is there and nobody is told of stops somebody for ever.
#[test]
fn condvar() {
    const TOKENS: u32 = 8;
    let pool = Arc::new((Mutex::new(TOKENS), Condvar::new()));
    stress("condvar", move |random| {
        let (tokens, returned) = &*pool;
        let taken = Cell::new(0);
        perhaps_cut_short(random, |random| {
            let some = |tokens: &mut u32| *tokens == 0;
            let mut guard = match random.below(3) {
                0 => {
                    let limit = Duration::from_micros(random.below(500));
                    returned.wait_timeout_while(tokens.lock().unwrap(), limit, some).unwrap().0
                }
                _ => returned.wait_while(tokens.lock().unwrap(), some).unwrap(),
            };
            if *guard > 0 {
                *guard -= 1;
                taken.set(1);
            }
            drop(guard);
            dawdle(random);
        });
        if taken.get() > 0 {
            let mut guard = tokens.lock().unwrap();
            *guard += 1;
            assert!(*guard <= TOKENS);
            drop(guard);
            match random.below(20) {
                0 => returned.notify_all(),
                _ => returned.notify_one(),
            }
        }
        taken.get()
    });
}

/// Pairs that come and go: whoever is cut short has not come.
#[test]
fn barrier() {
    let barrier = Arc::new(Barrier::new(2));
    stress("barrier", move |random| {
        let led = Cell::new(0);
        let limit = Duration::from_micros(random.below(500));
        let _ = vervet::timeout(limit, || led.set(u64::from(barrier.wait().is_leader())));
        led.get()
    });
}
