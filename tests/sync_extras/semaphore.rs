//! `Semaphore`.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use vervet::sync::{AcquireTimeoutError, Arc, Semaphore, TryAcquireError};

use crate::common::*;
use crate::{Kind, PAIRS, SHORT, Someone, cut_short, order};

fn available(permits: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(permits))
}

#[test]
fn permits_are_taken_and_given_back() {
    checked(|| {
        in_both(|| {
            let semaphore = Semaphore::new(3);
            let one = semaphore.acquire().unwrap();
            let two = semaphore.acquire_many(2).unwrap();
            assert_eq!((one.num_permits(), two.num_permits()), (1, 2));
            assert_eq!(semaphore.available_permits(), 0);
            assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::NoPermits);
            drop(one);
            assert_eq!(semaphore.try_acquire_many(2).unwrap_err(), TryAcquireError::NoPermits);
            drop(semaphore.try_acquire().unwrap());
            drop(two);
            assert_eq!(semaphore.available_permits(), 3);
        });
    });
}

#[test]
fn none_are_had_at_once() {
    checked(|| {
        in_both(|| {
            let semaphore = Semaphore::new(0);
            assert_eq!(semaphore.acquire_many(0).unwrap().num_permits(), 0);
            assert_eq!(semaphore.try_acquire_many(0).unwrap().num_permits(), 0);
            assert!(semaphore.acquire_many_timeout(0, Duration::ZERO).is_ok());
        });
    });
}

#[test]
fn time_runs_out() {
    checked(|| {
        in_both(|| {
            let semaphore = available(1);
            let held = semaphore.acquire().unwrap();
            assert_eq!(semaphore.acquire_timeout(SHORT).unwrap_err(), AcquireTimeoutError::TimedOut);
            assert_eq!(semaphore.acquire_timeout(Duration::ZERO).unwrap_err(), AcquireTimeoutError::TimedOut);
            let many = semaphore.acquire_many_owned_timeout(2, SHORT);
            assert_eq!(many.unwrap_err(), AcquireTimeoutError::TimedOut);
            assert!(!semaphore.wait_timeout(SHORT));
            drop(held);
            assert!(semaphore.wait_timeout(Duration::ZERO));
            assert!(semaphore.acquire_timeout(Duration::ZERO).is_ok());
            assert!(semaphore.acquire_owned_timeout(Duration::MAX).is_ok());
            assert_eq!(semaphore.available_permits(), 1);
        });
    });
}

#[test]
fn handed_over_in_every_combination() {
    checked(|| {
        for (holder, waiter) in PAIRS {
            let semaphore = available(1);
            let held = semaphore.acquire_owned().unwrap();
            let waiting = Someone::start(waiter, {
                let semaphore = Arc::clone(&semaphore);
                move || semaphore.acquire().unwrap().num_permits()
            });
            waiting.waits("lock");
            // Given back elsewhere than it was taken.
            Someone::start(holder, move || drop(held)).join();
            assert_eq!(waiting.join(), 1);
            assert_eq!(semaphore.available_permits(), 1, "{holder:?} {waiter:?}");
        }
    });
}

#[test]
fn first_come_first_served() {
    checked(|| {
        let semaphore = available(0);
        let theirs = Arc::clone(&semaphore);
        let took = move |_: usize, said: &dyn Fn()| {
            let _permit = theirs.acquire().unwrap();
            said();
        };
        assert_eq!(order(6, "lock", took, || semaphore.add_permits(1)), [0, 1, 2, 3, 4, 5]);
    });
}

#[test]
fn one_who_wants_many_is_not_overtaken() {
    checked(|| {
        let semaphore = available(0);
        let many = Someone::start(Kind::Greenlet, {
            let semaphore = Arc::clone(&semaphore);
            move || semaphore.acquire_many(3).unwrap().forget()
        });
        many.waits("lock");
        let few = Someone::start(Kind::Greenlet, {
            let semaphore = Arc::clone(&semaphore);
            move || semaphore.acquire().unwrap().forget()
        });
        few.waits("lock");
        semaphore.add_permits(2);
        assert_eq!(semaphore.available_permits(), 2);
        assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::NoPermits, "they are somebody's");
        assert_eq!(semaphore.acquire_timeout(SHORT).unwrap_err(), AcquireTimeoutError::TimedOut);
        semaphore.add_permits(1);
        many.join();
        assert_eq!(semaphore.available_permits(), 0);
        semaphore.add_permits(1);
        few.join();
    });
}

#[test]
fn one_who_gives_up_makes_way() {
    checked(|| {
        for killed in [true, false] {
            let semaphore = available(1);
            let many = vervet::spawn({
                let semaphore = Arc::clone(&semaphore);
                move || {
                    let time = if killed { HOUR } else { 5 * SHORT };
                    semaphore.acquire_many_timeout(2, time).unwrap_err()
                }
            });
            parked(&many.handle(), "lock");
            let few = Someone::start(Kind::Thread, {
                let semaphore = Arc::clone(&semaphore);
                move || drop(semaphore.acquire().unwrap())
            });
            if killed {
                few.waits("lock");
                many.kill();
                over(&many.handle());
            }
            few.join();
            match many.join() {
                Ok(error) => assert_eq!(error, AcquireTimeoutError::TimedOut),
                Err(error) => assert!(error.is_killed()),
            }
            assert_eq!(semaphore.available_permits(), 1);
        }
    });
}

#[test]
fn killed_while_waiting_loses_nothing() {
    checked(|| {
        let semaphore = available(0);
        type Wait = fn(&Arc<Semaphore>);
        let waits: [Wait; 6] = [
            |semaphore| drop(semaphore.acquire()),
            |semaphore| drop(semaphore.acquire_many(2)),
            |semaphore| drop(semaphore.acquire_owned()),
            |semaphore| drop(semaphore.acquire_timeout(HOUR)),
            |semaphore| semaphore.wait(),
            |semaphore| assert!(semaphore.wait_timeout(HOUR)),
        ];
        for wait in waits {
            let theirs = Arc::clone(&semaphore);
            cut_short("lock", move || wait(&theirs));
        }
        semaphore.add_permits(1);
        assert!(semaphore.try_acquire().is_ok(), "nobody is left in line");
    });
}

#[test]
fn permit_and_kill_at_once() {
    checked(|| {
        for _ in 0..2_000 {
            let semaphore = available(0);
            let [first, second] = [(); 2].map(|()| {
                let semaphore = Arc::clone(&semaphore);
                vervet::spawn(move || semaphore.acquire().unwrap().forget())
            });
            vervet::yield_now();
            let killer = {
                let first = first.handle();
                vervet::spawn(move || first.kill())
            };
            semaphore.add_permits(1);
            killer.join().unwrap();
            over(&first.handle());
            // If he got it before he was killed, the second one still waits.
            if first.join().is_ok() {
                semaphore.add_permits(1);
            }
            second.join().unwrap();
            assert_eq!(semaphore.available_permits(), 0);
        }
    });
}

#[test]
fn closed_for_all() {
    checked(|| {
        let semaphore = available(1);
        let held = semaphore.acquire().unwrap();
        let waiting: Vec<_> = [Kind::Greenlet, Kind::Thread]
            .into_iter()
            .map(|kind| {
                let semaphore = Arc::clone(&semaphore);
                let one = Someone::start(kind, move || semaphore.acquire_timeout(HOUR).map(drop));
                one.waits("lock");
                one
            })
            .collect();
        let looks_on = Someone::start(Kind::Greenlet, {
            let semaphore = Arc::clone(&semaphore);
            move || semaphore.wait_timeout(HOUR)
        });
        looks_on.waits("lock");
        semaphore.close();
        semaphore.close();
        assert!(semaphore.is_closed());
        for one in waiting {
            assert_eq!(one.join(), Err(AcquireTimeoutError::Closed));
        }
        assert!(looks_on.join());
        assert!(semaphore.acquire().is_err() && semaphore.acquire_many(0).is_err());
        assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::Closed);
        assert_eq!(semaphore.acquire_owned().unwrap_err().to_string(), "the semaphore is closed");
        semaphore.wait();
        // What is held is still given back.
        drop(held);
        semaphore.add_permits(1);
        assert_eq!(semaphore.available_permits(), 2);
    });
}

#[test]
fn served_before_it_was_closed() {
    checked(|| {
        for _ in 0..1_000 {
            let semaphore = available(0);
            let all = [(); 3].map(|()| {
                let semaphore = Arc::clone(&semaphore);
                vervet::spawn(move || semaphore.acquire().map(|permit| permit.forget()).is_ok())
            });
            vervet::yield_now();
            semaphore.add_permits(2);
            semaphore.close();
            let served = all.into_iter().filter_map(|one| one.join().ok()).filter(|&served| served).count();
            assert_eq!(semaphore.available_permits(), 2 - served, "either taken or there");
        }
    });
}

#[test]
fn permits_are_added_and_forgotten() {
    checked(|| {
        let semaphore = available(2);
        let held = semaphore.acquire().unwrap();
        assert_eq!(semaphore.forget_permits(5), 1);
        assert_eq!(semaphore.available_permits(), 0);
        held.forget();
        assert_eq!(semaphore.available_permits(), 0);
        semaphore.add_permits(4);
        let mut all = semaphore.acquire_many(4).unwrap();
        let half = all.split(2).unwrap();
        assert!(all.split(3).is_none());
        drop(half);
        assert_eq!(semaphore.available_permits(), 2);
        all.merge(semaphore.acquire().unwrap());
        assert_eq!((all.num_permits(), semaphore.available_permits()), (3, 1));

        let mut owned = semaphore.try_acquire_owned().unwrap();
        assert!(Arc::ptr_eq(owned.semaphore(), &semaphore));
        let rest = owned.split(1).unwrap();
        assert_eq!((owned.num_permits(), rest.num_permits()), (0, 1));
        owned.merge(rest);
        owned.forget();
        drop(all);
        assert_eq!(semaphore.available_permits(), 3);
    });
}

#[test]
fn permits_that_cannot_be_counted() {
    checked(|| {
        assert!(std::panic::catch_unwind(|| Semaphore::new(Semaphore::MAX_PERMITS + 1)).is_err());
        let semaphore = Semaphore::new(Semaphore::MAX_PERMITS);
        assert!(std::panic::catch_unwind(|| semaphore.add_permits(1)).is_err());
        // More than there can ever be are never had, and nothing overflows.
        assert_eq!(semaphore.try_acquire_many(usize::MAX).unwrap_err(), TryAcquireError::NoPermits);
        let none = semaphore.acquire_many_timeout(usize::MAX, SHORT);
        assert_eq!(none.unwrap_err(), AcquireTimeoutError::TimedOut);
        // Back and added again: what is too much is lost, and that is all.
        let all = semaphore.acquire_many(Semaphore::MAX_PERMITS).unwrap();
        semaphore.add_permits(Semaphore::MAX_PERMITS);
        drop(all);
        assert_eq!(semaphore.available_permits(), Semaphore::MAX_PERMITS);
        let one = Semaphore::new(1);
        let mut permit = one.acquire().unwrap();
        let merged = std::panic::AssertUnwindSafe(|| permit.merge(semaphore.acquire().unwrap()));
        assert!(std::panic::catch_unwind(merged).is_err());
        assert_eq!(semaphore.available_permits(), Semaphore::MAX_PERMITS, "given back by the unwinding");
    });
}

#[test]
fn a_panic_gives_back_and_poisons_nothing() {
    checked(|| {
        let semaphore = available(1);
        let theirs = Arc::clone(&semaphore);
        let panics = vervet::spawn(move || {
            let _permit = theirs.acquire().unwrap();
            fail("on purpose")
        });
        assert!(panics.join().is_err());
        assert!(semaphore.try_acquire().is_ok());
    });
}

#[test]
fn wait_takes_nothing() {
    checked(|| {
        let semaphore = available(0);
        let looks_on = [Kind::Greenlet, Kind::Thread].map(|kind| {
            let semaphore = Arc::clone(&semaphore);
            let one = Someone::start(kind, move || semaphore.wait());
            one.waits("lock");
            one
        });
        let takes = Someone::start(Kind::Greenlet, {
            let semaphore = Arc::clone(&semaphore);
            move || semaphore.acquire().unwrap().forget()
        });
        takes.waits("lock");
        semaphore.add_permits(1);
        looks_on.into_iter().for_each(Someone::join);
        takes.join();
        assert_eq!(semaphore.available_permits(), 0);
    });
}

#[test]
fn selections_lose_no_permit() {
    checked(|| {
        in_both(|| {
            let (first, second) = (available(0), available(0));
            for round in 0..500 {
                let chooser = vervet::spawn({
                    let (first, second) = (Arc::clone(&first), Arc::clone(&second));
                    move || {
                        vervet::select! {
                            permit = first.acquire() => permit.unwrap().forget(),
                            permit = second.acquire() => permit.unwrap().forget(),
                        }
                    }
                });
                if round % 2 == 0 {
                    parked(&chooser.handle(), "select");
                }
                let adder = {
                    let first = Arc::clone(&first);
                    vervet::spawn(move || first.add_permits(1))
                };
                second.add_permits(1);
                adder.join().unwrap();
                chooser.join().unwrap();
                let left = first.forget_permits(2) + second.forget_permits(2);
                assert_eq!(left, 1, "one was taken in round {round}");
            }
        });
    });
}

#[test]
fn selections_that_lose_or_die_make_way() {
    checked(|| {
        let (semaphore, other) = (available(1), available(0));
        let choosers = [false, true].map(|killed| {
            let (semaphore, other) = (Arc::clone(&semaphore), Arc::clone(&other));
            let chooser = vervet::spawn(move || {
                vervet::select! {
                    // More than there is: those behind wait for this.
                    permit = semaphore.select_acquire_many(2) => unreachable!("{permit:?}"),
                    permit = other.acquire() => permit.unwrap().forget(),
                }
            });
            parked(&chooser.handle(), "select");
            (chooser, killed)
        });
        let behind = Someone::start(Kind::Thread, {
            let semaphore = Arc::clone(&semaphore);
            move || semaphore.acquire().unwrap().forget()
        });
        behind.waits("lock");
        for (chooser, killed) in choosers {
            if killed {
                chooser.kill();
                assert!(chooser.join().unwrap_err().is_killed());
            } else {
                other.add_permits(1);
                chooser.join().unwrap();
            }
        }
        behind.join();
        assert_eq!((semaphore.available_permits(), other.available_permits()), (0, 0));
    });
}

#[test]
fn closed_under_a_selection() {
    checked(|| {
        let semaphore = available(0);
        let chooser = vervet::spawn({
            let semaphore = Arc::clone(&semaphore);
            move || {
                vervet::select! {
                    permit = semaphore.acquire() => permit.is_err(),
                    _ = after(HOUR) => false,
                }
            }
        });
        parked(&chooser.handle(), "select");
        semaphore.close();
        assert!(chooser.join().unwrap());
        assert_eq!(vervet::wait([&*semaphore as _], None, None), [0], "an acquire would not wait");
    });
}

#[test]
fn never_more_than_there_are() {
    checked(|| {
        let semaphore = available(3);
        let (inside, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let all: Vec<_> = (0..64)
            .map(|number| {
                let (semaphore, inside, most) = (semaphore.clone(), inside.clone(), most.clone());
                let kind = if number % 8 == 0 { Kind::Thread } else { Kind::Greenlet };
                Someone::start(kind, move || {
                    for _ in 0..50 {
                        let _permit = semaphore.acquire().unwrap();
                        most.fetch_max(inside.fetch_add(1, SeqCst) + 1, SeqCst);
                        vervet::yield_now();
                        inside.fetch_sub(1, SeqCst);
                    }
                })
            })
            .collect();
        all.into_iter().for_each(Someone::join);
        assert_eq!(most.load(SeqCst), 3);
        assert_eq!(semaphore.available_permits(), 3);
    });
}
