//! Kill and timeout at every blocking call: what was to be had goes to the next in line.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use vervet::Greenlet;
use vervet::sync::{Arc, Barrier, Condvar, LazyLock, Mutex, Once, OnceLock, RwLock};

use crate::common::*;
use crate::{Kind, Someone};

const SHORT: Duration = Duration::from_millis(2);

/// `body` parks for `reason`; it is killed there, and once more cut short by a timeout, in a greenlet and on a thread.
#[track_caller]
fn cut_short(reason: &str, body: impl Fn() + Clone + Send + 'static) {
    let drops = Drops::new();
    let (value, blocks, panics) = (drops.value(), body.clone(), panics_seen());
    let killed = vervet::spawn(move || {
        let _value = value;
        blocks();
    });
    parked(&killed.handle(), reason);
    killed.kill();
    over(&killed.handle());
    assert_eq!(drops.count(), 1);
    assert!(killed.join().unwrap_err().is_killed());
    assert_eq!(panics_seen(), panics, "the hook was called");

    for kind in [Kind::Greenlet, Kind::Thread] {
        let body = body.clone();
        assert!(Someone::start(kind, move || vervet::timeout(SHORT, body)).join().is_err());
    }
}

#[test]
fn in_lock_read_and_write() {
    checked(|| {
        let mutex = Arc::new(Mutex::new(0));
        let guard = mutex.lock().unwrap();
        let theirs = Arc::clone(&mutex);
        cut_short("lock", move || *theirs.lock().unwrap() += 1);
        drop(guard);
        assert_eq!(*mutex.try_lock().unwrap(), 0);

        let lock = Arc::new(RwLock::new(0));
        let guard = lock.write().unwrap();
        let theirs = Arc::clone(&lock);
        cut_short("lock", move || drop(theirs.read().unwrap()));
        drop(guard);
        let guard = lock.read().unwrap();
        let theirs = Arc::clone(&lock);
        cut_short("lock", move || *theirs.write().unwrap() += 1);
        assert_eq!(*lock.try_read().unwrap(), 0, "a writer that has left keeps nobody out");
        drop(guard);
        assert!(lock.try_write().is_ok());
    });
}

#[test]
fn in_every_wait_of_a_condvar() {
    checked(|| {
        let pair = Arc::new((Mutex::new(0), Condvar::new()));
        type Wait = fn(&Mutex<i32>, &Condvar);
        let waits: [Wait; 5] = [
            |mutex, condvar| drop(condvar.wait(mutex.lock().unwrap())),
            |mutex, condvar| drop(condvar.wait_while(mutex.lock().unwrap(), |_| true)),
            |mutex, condvar| drop(condvar.wait_timeout(mutex.lock().unwrap(), HOUR)),
            |mutex, condvar| drop(condvar.wait_timeout_while(mutex.lock().unwrap(), HOUR, |_| true)),
            #[expect(deprecated, reason = "it is what this tests")]
            |mutex, condvar| drop(condvar.wait_timeout_ms(mutex.lock().unwrap(), u32::MAX)),
        ];
        for wait in waits {
            let theirs = Arc::clone(&pair);
            cut_short("signal", move || wait(&theirs.0, &theirs.1));
            assert!(pair.0.try_lock().is_ok(), "free, and not poisoned");
        }
    });
}

#[test]
fn in_once_cells_and_barriers() {
    checked(|| {
        let gate = Gate::new();
        let once = Arc::new((Once::new(), OnceLock::new()));
        let lazy = {
            let gate = gate.clone();
            Arc::new(LazyLock::new(move || {
                gate.pass();
                5
            }))
        };
        let does: [Greenlet<()>; 3] = [
            {
                let (once, gate) = (Arc::clone(&once), gate.clone());
                vervet::spawn(move || once.0.call_once(|| gate.pass()))
            },
            {
                let (once, gate) = (Arc::clone(&once), gate.clone());
                vervet::spawn(move || {
                    once.1.get_or_init(|| {
                        gate.pass();
                        5
                    });
                })
            },
            {
                let lazy = Arc::clone(&lazy);
                vervet::spawn(move || assert_eq!(*LazyLock::force(&lazy), 5))
            },
        ];
        does.iter().for_each(|one| parked(&one.handle(), "join"));
        type Call = fn(&(Once, OnceLock<i32>));
        let calls: [Call; 6] = [
            |once| once.0.call_once(|| unreachable!()),
            |once| once.0.call_once_force(|_| unreachable!()),
            |once| once.0.wait(),
            |once| once.0.wait_force(),
            |once| assert!(once.1.set(6).is_err()),
            |once| assert_eq!(*once.1.wait(), 5),
        ];
        for call in calls {
            let theirs = Arc::clone(&once);
            cut_short("lock", move || call(&theirs));
        }
        let theirs = Arc::clone(&once);
        cut_short("lock", move || assert_eq!(*theirs.1.get_or_init(|| unreachable!()), 5));
        let theirs = Arc::clone(&lazy);
        cut_short("lock", move || assert_eq!(*LazyLock::force(&theirs), 5));
        gate.open();
        does.into_iter().for_each(|one| one.join().unwrap());
        assert!(once.0.is_completed());
        assert_eq!((*once.1.wait(), **lazy), (5, 5));

        let barrier = Arc::new(Barrier::new(2));
        let theirs = Arc::clone(&barrier);
        cut_short("lock", move || assert!(!theirs.wait().is_leader()));
    });
}

#[test]
fn a_killed_waiter_is_passed_over() {
    checked(|| {
        for n in 0..200 {
            let mutex = Arc::new(Mutex::new(0));
            let guard = mutex.lock().unwrap();
            let wait = || {
                let mutex = Arc::clone(&mutex);
                let waiter = vervet::spawn(move || *mutex.lock().unwrap() += 1);
                parked(&waiter.handle(), "lock");
                waiter
            };
            let (first, second) = (wait(), wait());
            // Both at about the same time, one first, then the other.
            if n % 2 == 0 {
                first.kill();
                drop(guard);
            } else {
                drop(guard);
                first.kill();
            }
            second.join().unwrap();
            let had_it = first.join().is_ok();
            assert_eq!(*mutex.try_lock().unwrap(), 1 + i32::from(had_it));
        }
    });
}

#[test]
fn a_notification_is_not_lost_with_a_killed_waiter() {
    checked(|| {
        let taken = Arc::new(AtomicUsize::new(0));
        for n in 0..200 {
            let pair = Arc::new((Mutex::new(0), Condvar::new()));
            let wait = || {
                let (pair, taken) = (Arc::clone(&pair), Arc::clone(&taken));
                let waiter = vervet::spawn(move || {
                    let mut letters = pair.1.wait_while(pair.0.lock().unwrap(), |n| *n == 0).unwrap();
                    *letters -= 1;
                    taken.fetch_add(1, SeqCst);
                });
                parked(&waiter.handle(), "signal");
                waiter
            };
            taken.store(0, SeqCst);
            let (first, second) = (wait(), wait());
            *pair.0.lock().unwrap() = 1;
            if n % 2 == 0 {
                first.kill();
                pair.1.notify_one();
            } else {
                pair.1.notify_one();
                first.kill();
            }
            eventually("somebody has taken it", || taken.load(SeqCst) == 1);
            assert_eq!(*pair.0.lock().unwrap(), 0);
            if first.join().is_ok() {
                second.kill();
            }
            drop(second.join());
        }
    });
}

#[test]
fn a_notified_waiter_gets_its_guard_though_it_is_killed() {
    checked(|| {
        let pair = Arc::new((Mutex::new(0), Condvar::new()));
        let theirs = Arc::clone(&pair);
        let waiter = vervet::spawn(move || {
            let mut guard = theirs.1.wait(theirs.0.lock().unwrap()).unwrap();
            // The lock is ours; the kill comes at the next blocking call.
            *guard += 1;
            vervet::sleep(HOUR);
        });
        parked(&waiter.handle(), "signal");
        let guard = pair.0.lock().unwrap();
        pair.1.notify_one();
        parked(&waiter.handle(), "lock");
        waiter.kill();
        assert!(!waiter.is_finished());
        drop(guard);
        assert!(waiter.join().unwrap_err().is_killed());
        assert_eq!(*pair.0.try_lock().unwrap(), 1);
    });
}

#[test]
fn a_free_lock_is_no_cancellation_point_and_a_wait_is_one_each_time() {
    checked(|| {
        let counts = Arc::new(Mutex::new(0));
        let held = Arc::new(Mutex::new(()));
        let guard = held.lock().unwrap();
        let theirs = (Arc::clone(&counts), Arc::clone(&held));
        let killed = vervet::spawn(move || {
            for _ in 0..3 {
                let cut = catch_unwind(AssertUnwindSafe(|| drop(theirs.1.lock())));
                assert!(cut.is_err());
                *theirs.0.lock().unwrap() += 1;
            }
        });
        parked(&killed.handle(), "lock");
        killed.kill();
        killed.join().unwrap();
        drop(guard);
        assert_eq!(*counts.lock().unwrap(), 3);
    });
}

#[test]
fn a_shielded_wait_is_seen_through() {
    checked(|| {
        let mutex = Arc::new(Mutex::new(0));
        let guard = mutex.lock().unwrap();
        let theirs = Arc::clone(&mutex);
        let killed = vervet::spawn(move || {
            vervet::shield(|| *theirs.lock().unwrap() += 1);
            vervet::yield_now();
        });
        parked(&killed.handle(), "lock");
        killed.kill();
        drop(guard);
        assert!(killed.join().unwrap_err().is_killed());
        assert_eq!(*mutex.lock().unwrap(), 1);
    });
}

#[test]
fn destructors_of_a_killed_greenlet_may_lock_and_wait() {
    checked(|| {
        let mutex = Arc::new(Mutex::new(0));
        let barrier = Arc::new(Barrier::new(2));
        let theirs = (Arc::clone(&mutex), Arc::clone(&barrier));
        let killed = vervet::spawn(move || {
            let _destructor = OnDrop(|| {
                *theirs.0.lock().unwrap() += 1;
                theirs.1.wait();
            });
            vervet::sleep(HOUR);
        });
        parked(&killed.handle(), "sleep");
        let guard = mutex.lock().unwrap();
        killed.kill();
        parked(&killed.handle(), "lock");
        drop(guard);
        barrier.wait();
        assert!(killed.join().unwrap_err().is_killed());
        assert_eq!(*mutex.lock().unwrap(), 1);
    });
}

#[test]
fn a_timeout_inside_a_destructor_waits_to_the_end() {
    checked(|| {
        let mutex = Arc::new(Mutex::new(0));
        let guard = mutex.lock().unwrap();
        let theirs = Arc::clone(&mutex);
        let killed = vervet::spawn(move || {
            let _destructor = OnDrop(|| {
                // Nothing can unwind here, and `lock` has no error to give: it comes late, and with the lock.
                let late = vervet::timeout(SHORT, || *theirs.lock().unwrap() += 1);
                assert!(late.is_err());
            });
            vervet::sleep(HOUR);
        });
        parked(&killed.handle(), "sleep");
        killed.kill();
        parked(&killed.handle(), "lock");
        vervet::sleep(2 * SHORT);
        assert!(!killed.is_finished());
        drop(guard);
        assert!(killed.join().unwrap_err().is_killed());
        assert_eq!(*mutex.lock().unwrap(), 1);
    });
}
