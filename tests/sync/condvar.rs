//! `Condvar`.

use std::time::{Duration, Instant};

use vervet::sync::{Arc, Condvar, Mutex};

use crate::common::*;
use crate::{Kind, PAIRS, Someone};

type Pair = Arc<(Mutex<u32>, Condvar)>;

fn pair() -> Pair {
    Arc::new((Mutex::new(0), Condvar::new()))
}

/// Waits until the number is not 0, and takes one off.
fn taker(kind: Kind, pair: &Pair) -> Someone<()> {
    let pair = Arc::clone(pair);
    Someone::start(kind, move || {
        let (number, changed) = &*pair;
        let mut number = changed.wait_while(number.lock().unwrap(), |number| *number == 0).unwrap();
        *number -= 1;
    })
}

#[test]
fn one_is_notified_in_every_combination() {
    checked(|| {
        for (notifies, waits) in PAIRS {
            let pair = pair();
            let waiter = taker(waits, &pair);
            waiter.waits("signal");
            let theirs = Arc::clone(&pair);
            crate::run_in(notifies, move || {
                *theirs.0.lock().unwrap() = 1;
                theirs.1.notify_one();
            });
            waiter.join();
            assert_eq!(*pair.0.lock().unwrap(), 0);
        }
    });
}

#[test]
fn notify_all_reaches_all_and_notify_one_each_in_turn() {
    checked(|| {
        let pair = pair();
        let waiters = || -> Vec<_> {
            let kinds = (0..12).map(|n| if n % 4 == 0 { Kind::Thread } else { Kind::Greenlet });
            kinds.map(|kind| taker(kind, &pair)).inspect(|waiter| waiter.waits("signal")).collect()
        };
        let all = waiters();
        *pair.0.lock().unwrap() = 12;
        pair.1.notify_all();
        all.into_iter().for_each(Someone::join);
        for waiter in waiters() {
            // The one that came first.
            *pair.0.lock().unwrap() += 1;
            pair.1.notify_one();
            waiter.join();
        }
        assert_eq!(*pair.0.lock().unwrap(), 0);
    });
}

#[test]
fn a_notification_with_nobody_there_is_not_kept() {
    checked(|| {
        in_both(|| {
            let pair = pair();
            pair.1.notify_one();
            pair.1.notify_all();
            let guard = pair.0.lock().unwrap();
            let (_guard, result) = pair.1.wait_timeout(guard, Duration::from_millis(2)).unwrap();
            assert!(result.timed_out());
        });
    });
}

#[test]
fn limits() {
    checked(|| {
        in_both(|| {
            let pair = pair();
            let (number, changed) = &*pair;
            let d = Duration::from_millis(3);
            let start = Instant::now();
            let (guard, result) = changed.wait_timeout(number.lock().unwrap(), d).unwrap();
            assert!(result.timed_out() && start.elapsed() >= d);
            let (guard, result) = changed.wait_timeout(guard, Duration::ZERO).unwrap();
            assert!(result.timed_out());
            let (guard, result) = changed.wait_timeout_while(guard, d, |number| *number == 0).unwrap();
            assert!(result.timed_out());
            let (guard, result) = changed.wait_timeout_while(guard, d, |number| *number == 1).unwrap();
            assert!(!result.timed_out());
            #[expect(deprecated, reason = "it is what this tests")]
            let (guard, woken) = changed.wait_timeout_ms(guard, 2).unwrap();
            assert!(!woken);
            drop(guard);

            // In time, and with a limit that no clock reaches.
            for limit in [LIMIT, Duration::MAX] {
                let theirs = Arc::clone(&pair);
                let guard = number.lock().unwrap();
                let notifier = vervet::spawn(move || {
                    *theirs.0.lock().unwrap() = 1;
                    theirs.1.notify_all();
                });
                let (mut guard, result) =
                    changed.wait_timeout_while(guard, limit, |number| *number == 0).unwrap();
                assert!(!result.timed_out());
                *guard = 0;
                drop(guard);
                notifier.join().unwrap();
            }
        });
    });
}

#[test]
fn the_lock_is_free_while_waiting_and_held_afterwards() {
    checked(|| {
        for (holds, waits) in PAIRS {
            let pair = pair();
            let waiter = {
                let pair = Arc::clone(&pair);
                Someone::start(waits, move || {
                    let guard = pair.1.wait(pair.0.lock().unwrap()).unwrap();
                    assert!(pair.0.try_lock().is_err());
                    *guard
                })
            };
            waiter.waits("signal");
            let theirs = Arc::clone(&pair);
            let gate = Gate::new();
            let open = gate.clone();
            let holder = Someone::start(holds, move || {
                let mut number = theirs.0.lock().unwrap();
                theirs.1.notify_one();
                gate.pass();
                *number = 7;
            });
            // Notified, it waits for the lock.
            if waits == Kind::Greenlet {
                waiter.waits("lock");
            }
            open.open();
            holder.join();
            assert_eq!(waiter.join(), 7);
        }
    });
}

#[test]
fn many_waits_with_limits_leave_nothing_behind() {
    checked(|| {
        let pair = pair();
        let waiters: Vec<_> = (0..200_u64)
            .map(|n| {
                let pair = Arc::clone(&pair);
                vervet::spawn(move || {
                    let mut timed_out = 0;
                    for i in 0..10 {
                        let d = Duration::from_micros((n * 7 + i * 13) % 300);
                        let guard = pair.0.lock().unwrap();
                        timed_out += u32::from(pair.1.wait_timeout(guard, d).unwrap().1.timed_out());
                    }
                    timed_out
                })
            })
            .collect();
        let timed_out: u32 = vervet::join_all(waiters).into_iter().map(Result::unwrap).sum();
        assert_eq!(timed_out, 2_000);
    });
}
