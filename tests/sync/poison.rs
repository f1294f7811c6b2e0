//! What poisons, and what does not.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use vervet::sync::{Arc, Condvar, Mutex, RwLock, TryLockError};

use crate::common::*;
use crate::{Kind, Someone, run_in};

const SHORT: Duration = Duration::from_millis(2);

#[test]
fn a_panic_with_the_lock_held_poisons() {
    checked(|| {
        for kind in [Kind::Greenlet, Kind::Thread] {
            let mutex = Arc::new(Mutex::new(1));
            let theirs = Arc::clone(&mutex);
            let panicked = run_in(kind, move || {
                catch_unwind(AssertUnwindSafe(|| {
                    let _guard = theirs.lock().unwrap();
                    fail("on purpose")
                }))
                .is_err()
            });
            assert!(panicked && mutex.is_poisoned());
            assert_eq!(**mutex.lock().unwrap_err().get_ref(), 1);
            assert!(matches!(mutex.try_lock(), Err(TryLockError::Poisoned(_))));
            let mut mutex = Arc::into_inner(mutex).unwrap();
            assert_eq!(*mutex.get_mut().unwrap_err().into_inner(), 1);
            mutex.clear_poison();
            assert!(!mutex.is_poisoned() && mutex.lock().is_ok());
            assert_eq!(mutex.into_inner().unwrap(), 1);
        }
    });
}

#[test]
fn a_panic_that_passes_a_wait_on_its_way_poisons() {
    checked(|| {
        let mutex = Arc::new(Mutex::new(()));
        let gate = Gate::new();
        let (theirs, pass) = (Arc::clone(&mutex), gate.clone());
        let stuck = vervet::spawn(move || {
            let _guard = theirs.lock().unwrap();
            let _destructor = OnDrop(|| pass.pass());
            fail("on purpose")
        });
        parked(&stuck.handle(), "join");
        let theirs = Arc::clone(&mutex);
        let waiter = Someone::start(Kind::Greenlet, move || theirs.lock().is_err());
        waiter.waits("lock");
        gate.open();
        assert!(waiter.join());
        panicked(stuck);
    });
}

#[test]
fn writers_poison_and_readers_do_not() {
    checked(|| {
        in_both(|| {
            let lock = RwLock::new(1);
            let read = catch_unwind(|| {
                let _guard = lock.read().unwrap();
                fail("on purpose")
            });
            assert!(read.is_err() && !lock.is_poisoned());
            let written = catch_unwind(|| {
                let _guard = lock.write().unwrap();
                fail("on purpose")
            });
            assert!(written.is_err() && lock.is_poisoned());
            assert!(lock.read().is_err() && lock.write().is_err());
            assert!(matches!(lock.try_read(), Err(TryLockError::Poisoned(_))));
            assert!(matches!(lock.try_write(), Err(TryLockError::Poisoned(_))));
            lock.clear_poison();
            assert_eq!(*lock.read().unwrap(), 1);
            assert_eq!(lock.into_inner().unwrap(), 1);
        });
    });
}

#[test]
fn a_panic_in_a_condition_poisons() {
    checked(|| {
        in_both(|| {
            let (mutex, condvar) = (Mutex::new(0), Condvar::new());
            let waited = catch_unwind(|| {
                drop(condvar.wait_while(mutex.lock().unwrap(), |_| fail("on purpose")));
            });
            assert!(waited.is_err() && mutex.is_poisoned());
            let guard = mutex.lock().unwrap_err().into_inner();
            let (guard, result) = condvar.wait_timeout(guard, SHORT).unwrap_err().into_inner();
            assert!(result.timed_out());
            drop(guard);
        });
    });
}

#[test]
fn guards_taken_during_a_panic_do_not_poison() {
    checked(|| {
        in_both(|| {
            let mutex = Mutex::new(0);
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                let _destructor = OnDrop(|| *mutex.lock().unwrap() += 1);
                fail("on purpose")
            }));
            assert!(panicked.is_err());
            assert_eq!(*mutex.lock().unwrap(), 1);
        });
    });
}

#[test]
fn a_kill_does_not_poison() {
    checked(|| {
        let (mutex, lock) = (Arc::new(Mutex::new(())), Arc::new(RwLock::new(())));
        let theirs = (Arc::clone(&mutex), Arc::clone(&lock));
        let killed = vervet::spawn(move || {
            let _guards = (theirs.0.lock().unwrap(), theirs.1.write().unwrap());
            vervet::sleep(HOUR);
        });
        parked(&killed.handle(), "sleep");
        assert!(mutex.try_lock().is_err() && lock.try_read().is_err());
        killed.kill();
        assert!(killed.join().unwrap_err().is_killed());
        assert!(mutex.lock().is_ok() && lock.write().is_ok());
    });
}

#[test]
fn a_kill_does_not_poison_even_after_it_was_caught_or_put_off_by_a_scope() {
    checked(|| {
        let mutex = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&mutex);
        let killed = vervet::spawn(move || {
            let _guard = theirs.lock().unwrap();
            vervet::scope(|s| {
                s.spawn(|| vervet::sleep(HOUR));
                // Caught, and passed on: it is still the same.
                let caught = catch_unwind(|| vervet::sleep(HOUR)).unwrap_err();
                vervet::shield(vervet::yield_now);
                resume_unwind(caught)
            })
        });
        parked(&killed.handle(), "sleep");
        killed.kill();
        assert!(killed.join().unwrap_err().is_killed());
        assert!(mutex.lock().is_ok());
    });
}

#[test]
fn a_panic_after_a_caught_kill_poisons() {
    checked(|| {
        let mutex = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&mutex);
        let killed = vervet::spawn(move || {
            drop(catch_unwind(|| vervet::sleep(HOUR)).unwrap_err());
            let _guard = theirs.lock().unwrap();
            fail("on purpose")
        });
        parked(&killed.handle(), "sleep");
        killed.kill();
        panicked(killed);
        assert!(mutex.is_poisoned());
    });
}

#[test]
fn a_timeout_does_not_poison() {
    checked(|| {
        in_both(|| {
            let (mutex, lock) = (Mutex::new(()), RwLock::new(()));
            let cut = vervet::timeout(SHORT, || {
                let _guards = (mutex.lock().unwrap(), lock.write().unwrap());
                vervet::sleep(HOUR);
            });
            assert!(cut.is_err());
            assert!(mutex.lock().is_ok() && lock.write().is_ok());
            // And a panic does, later.
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                let _guard = mutex.lock();
                fail("on purpose")
            }));
            assert!(panicked.is_err() && mutex.is_poisoned());
        });
    });
}

#[test]
fn a_neighbours_panic_does_not_poison() {
    checked(|| {
        vervet::run(|| {
            let gate = Gate::new();
            let mutex = Mutex::new(());
            let guard = mutex.lock().unwrap();
            let stuck = stuck_in_a_panic(&gate, false);
            drop(guard);
            drop(mutex.lock().unwrap());
            assert!(!mutex.is_poisoned());
            gate.open();
            panicked(stuck);
        });
    });
}
