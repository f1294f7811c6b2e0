//! `Mutex`.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use vervet::sync::{Arc, Mutex, TryLockError};

use crate::common::*;
use crate::{Kind, PAIRS, Someone};

#[test]
fn smoke() {
    checked(|| {
        in_both(|| {
            let mutex = Mutex::new(1);
            *mutex.lock().unwrap() += 1;
            assert_eq!(*mutex.try_lock().unwrap(), 2);
            let guard = mutex.lock().unwrap();
            assert!(matches!(mutex.try_lock(), Err(TryLockError::WouldBlock)));
            drop(guard);
            let mut mutex = mutex;
            *mutex.get_mut().unwrap() += 1;
            assert_eq!(mutex.into_inner().unwrap(), 3);
        });
    });
}

#[test]
fn unsized_values_and_conversions() {
    checked(|| {
        let text: Arc<Mutex<dyn std::fmt::Debug + Send>> = Arc::new(Mutex::new(5));
        assert_eq!(format!("{:?}", text.lock().unwrap()), "5");
        let list: &Mutex<[u32]> = &Mutex::new([1, 2, 3]);
        list.lock().unwrap()[0] = 7;
        assert_eq!(list.lock().unwrap().iter().sum::<u32>(), 12);
        assert_eq!(*Mutex::<String>::default().lock().unwrap(), "");
        assert_eq!(*Mutex::from(3).lock().unwrap(), 3);
    });
}

static COUNT: Mutex<usize> = Mutex::new(0);

#[test]
fn statics_are_made_at_compile_time() {
    checked(|| {
        let before = *COUNT.lock().unwrap();
        vervet::join_all((0..10).map(|_| vervet::spawn(|| *COUNT.lock().unwrap() += 1)));
        assert_eq!(*COUNT.lock().unwrap(), before + 10);
    });
}

#[test]
fn waits_for_its_holder_in_every_combination() {
    checked(|| {
        for (holds, waits) in PAIRS {
            let mutex = Arc::new(Mutex::new(0));
            let gate = Gate::new();
            let locked = Arc::new(AtomicBool::new(false));
            let holder = {
                let (mutex, gate, locked) = (Arc::clone(&mutex), gate.clone(), Arc::clone(&locked));
                Someone::start(holds, move || {
                    let mut guard = mutex.lock().unwrap();
                    locked.store(true, SeqCst);
                    gate.pass();
                    *guard = 1;
                })
            };
            eventually("the lock is held", || locked.load(SeqCst));
            let waiter = {
                let mutex = Arc::clone(&mutex);
                Someone::start(waits, move || *mutex.lock().unwrap())
            };
            waiter.waits("lock");
            assert!(mutex.try_lock().is_err());
            gate.open();
            assert_eq!(waiter.join(), 1, "{holds:?} {waits:?}");
            holder.join();
        }
    });
}

#[test]
fn one_at_a_time_across_parks() {
    checked(|| {
        let mutex = Arc::new(Mutex::new(0));
        let inside = Arc::new(AtomicUsize::new(0));
        let everybody: Vec<_> = (0..24)
            .map(|n| {
                let (mutex, inside) = (Arc::clone(&mutex), Arc::clone(&inside));
                let kind = if n % 4 == 0 { Kind::Thread } else { Kind::Greenlet };
                Someone::start(kind, move || {
                    for _ in 0..20 {
                        let mut guard = mutex.lock().unwrap();
                        assert_eq!(inside.fetch_add(1, SeqCst), 0);
                        vervet::sleep(Duration::from_micros(20));
                        *guard += 1;
                        assert_eq!(inside.fetch_sub(1, SeqCst), 1);
                    }
                })
            })
            .collect();
        everybody.into_iter().for_each(Someone::join);
        assert_eq!(*mutex.lock().unwrap(), 24 * 20);
    });
}

#[test]
fn served_in_order() {
    checked(|| {
        let mutex = Arc::new(Mutex::new(Vec::new()));
        let guard = mutex.lock().unwrap();
        let waiters: Vec<_> = (0..20)
            .map(|n| {
                let mutex = Arc::clone(&mutex);
                let waiter = Someone::start(Kind::Greenlet, move || {
                    let mut order = mutex.lock().unwrap();
                    // Nobody else is let in while it is held across a wait.
                    vervet::sleep(Duration::from_micros(50));
                    order.push(n);
                });
                waiter.waits("lock");
                waiter
            })
            .collect();
        drop(guard);
        waiters.into_iter().for_each(Someone::join);
        assert_eq!(*mutex.lock().unwrap(), (0..20).collect::<Vec<_>>());
    });
}

#[test]
fn one_who_always_comes_back_does_not_keep_others_out() {
    checked(|| {
        for (hogs, waits) in PAIRS {
            let mutex = Arc::new(Mutex::new(()));
            let stop = Arc::new(AtomicBool::new(false));
            let started = Arc::new(AtomicBool::new(false));
            let hog = {
                let (mutex, stop, started) = (Arc::clone(&mutex), Arc::clone(&stop), Arc::clone(&started));
                Someone::start(hogs, move || {
                    while !stop.load(SeqCst) {
                        let guard = mutex.lock().unwrap();
                        started.store(true, SeqCst);
                        let until = Instant::now() + Duration::from_micros(100);
                        while Instant::now() < until {
                            // Lets the waiter be woken, so that it finds the lock taken again.
                            vervet::yield_now();
                        }
                        drop(guard);
                    }
                })
            };
            eventually("the lock is taken", || started.load(SeqCst));
            let waiter = {
                let mutex = Arc::clone(&mutex);
                Someone::start(waits, move || {
                    for _ in 0..20 {
                        drop(mutex.lock().unwrap());
                    }
                })
            };
            waiter.join();
            stop.store(true, SeqCst);
            hog.join();
        }
    });
}

#[test]
fn values_are_dropped_with_the_mutex_and_guards_in_order() {
    checked(|| {
        let drops = Drops::new();
        let mutex = Mutex::new(drops.value());
        drop(mutex.lock().unwrap());
        assert_eq!(drops.count(), 0);
        let value = mutex.into_inner().unwrap();
        assert_eq!(drops.count(), 0);
        drop(value);
        assert_eq!(drops.count(), 1);

        // A guard that is declared later goes first: `outer` is still held when `inner` is free.
        let (outer, inner) = (Mutex::new(()), Mutex::new(()));
        {
            let _check = OnDrop(|| assert!(outer.try_lock().is_ok() && inner.try_lock().is_ok()));
            let _outer = outer.lock().unwrap();
            let _between = OnDrop(|| assert!(outer.try_lock().is_err() && inner.try_lock().is_ok()));
            let _inner = inner.lock().unwrap();
        }
    });
}

#[test]
fn a_lock_held_by_oneself_can_be_waited_for_and_left() {
    checked(|| {
        in_both(|| {
            let mutex = Mutex::new(());
            let guard = mutex.lock().unwrap();
            let again = vervet::timeout(Duration::from_millis(2), || drop(mutex.lock()));
            assert!(again.is_err());
            drop(guard);
            assert!(mutex.lock().is_ok());
        });
    });
}
