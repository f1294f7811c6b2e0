//! `Once`, `OnceLock`, `LazyLock`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use vervet::sync::{Arc, LazyLock, Once, OnceLock};

use crate::common::*;
use crate::{Kind, PAIRS, Someone, run_in};

const SHORT: Duration = Duration::from_millis(2);

#[test]
fn once_is_called_once_by_whoever_comes_first() {
    static ONCE: Once = Once::new();
    checked(|| {
        let calls = Arc::new(AtomicUsize::new(0));
        assert!(!ONCE.is_completed());
        let callers: Vec<_> = (0..20)
            .map(|n| {
                let calls = Arc::clone(&calls);
                let kind = if n % 5 == 0 { Kind::Thread } else { Kind::Greenlet };
                Someone::start(kind, move || {
                    ONCE.call_once(|| {
                        vervet::sleep(SHORT);
                        calls.fetch_add(1, SeqCst);
                    });
                    assert_eq!(calls.load(SeqCst), 1, "went on before it was done");
                })
            })
            .collect();
        callers.into_iter().for_each(Someone::join);
        assert!(ONCE.is_completed());
        ONCE.call_once(|| unreachable!("it is done"));
        ONCE.call_once_force(|_| unreachable!("it is done"));
        ONCE.wait();
        ONCE.wait_force();
    });
}

#[test]
#[expect(deprecated, reason = "it is what this tests")]
fn once_init_is_a_new_one() {
    static OLD: Once = vervet::sync::ONCE_INIT;
    assert!(!OLD.is_completed());
}

#[test]
fn waiters_of_a_once_are_woken_in_every_combination() {
    checked(|| {
        for (does, waits) in PAIRS {
            let once = Arc::new(Once::new());
            let waiters: Vec<_> = [Once::wait, Once::wait_force]
                .map(|wait| {
                    let once = Arc::clone(&once);
                    let waiter = Someone::start(waits, move || wait(&once));
                    waiter.waits("lock");
                    waiter
                })
                .into();
            let theirs = Arc::clone(&once);
            run_in(does, move || theirs.call_once(|| vervet::sleep(SHORT)));
            waiters.into_iter().for_each(Someone::join);
        }
    });
}

#[test]
fn a_panic_poisons_a_once_until_it_is_forced() {
    checked(|| {
        in_both(|| {
            let once = Arc::new(Once::new());
            let theirs = Arc::clone(&once);
            let forced = Someone::start(Kind::Greenlet, move || theirs.wait_force());
            forced.waits("lock");
            let theirs = Arc::clone(&once);
            let told = Someone::start(Kind::Greenlet, move || catch_unwind(|| theirs.wait()).is_err());
            told.waits("lock");
            assert!(catch_unwind(|| once.call_once(|| fail("on purpose"))).is_err());
            assert!(told.join());
            assert!(!once.is_completed());
            let seen = AtomicUsize::new(0);
            let force = |end: fn()| {
                once.call_once_force(|state| {
                    seen.fetch_add(usize::from(state.is_poisoned()), SeqCst);
                    end();
                })
            };
            assert!(catch_unwind(AssertUnwindSafe(|| force(|| fail("on purpose")))).is_err());
            force(|| ());
            assert_eq!(seen.load(SeqCst), 2);
            assert!(once.is_completed());
            once.call_once(|| unreachable!("it is done"));
            forced.join();
        });
    });
}

#[test]
fn a_once_that_is_cut_short_is_left_to_the_next() {
    checked(|| {
        let once = Arc::new(Once::new());
        let theirs = Arc::clone(&once);
        let killed = vervet::spawn(move || theirs.call_once(|| vervet::sleep(HOUR)));
        parked(&killed.handle(), "sleep");
        let theirs = Arc::clone(&once);
        let next = Someone::start(Kind::Greenlet, move || {
            let mut poisoned = None;
            theirs.call_once_force(|state| poisoned = Some(state.is_poisoned()));
            poisoned
        });
        next.waits("lock");
        killed.kill();
        assert!(killed.join().unwrap_err().is_killed());
        assert_eq!(next.join(), Some(false));
        assert!(once.is_completed());

        in_both(|| {
            let once = Once::new();
            assert!(vervet::timeout(SHORT, || once.call_once(|| vervet::sleep(HOUR))).is_err());
            assert!(!once.is_completed());
            once.call_once(|| ());
            assert!(once.is_completed());
        });
    });
}

#[test]
fn whoever_comes_back_to_a_once_waits_for_itself() {
    checked(|| {
        in_both(|| {
            let once = Once::new();
            let came_back = vervet::timeout(SHORT, || once.call_once(|| once.call_once(|| ())));
            assert!(came_back.is_err());
            let cell = OnceLock::new();
            let came_back = vervet::timeout(SHORT, || *cell.get_or_init(|| *cell.get_or_init(|| 1)));
            assert!(came_back.is_err());
            assert_eq!(cell.get(), None);
        });
    });
}

#[test]
fn once_lock_smoke() {
    checked(|| {
        in_both(|| {
            let mut cell = OnceLock::new();
            assert_eq!(cell.get(), None);
            assert_eq!(cell.get_mut(), None);
            assert_eq!(cell.take(), None);
            assert_eq!(cell.set(1), Ok(()));
            assert_eq!(cell.set(2), Err(2));
            assert_eq!(*cell.get_or_init(|| unreachable!("it is there")), 1);
            assert_eq!(*cell.wait(), 1);
            *cell.get_mut().unwrap() += 1;
            assert_eq!(cell, OnceLock::from(2));
            assert_eq!(cell.clone(), cell);
            assert_ne!(cell, OnceLock::default());
            assert_eq!(cell.take(), Some(2));
            assert_eq!(*cell.get_or_init(|| 3), 3);
            assert_eq!(cell.into_inner(), Some(3));
            assert_eq!(OnceLock::<u8>::new().clone().into_inner(), None);
        });
    });
}

#[test]
fn a_once_lock_takes_one_value_of_many() {
    static CELL: OnceLock<usize> = OnceLock::new();
    checked(|| {
        let made = Arc::new(AtomicUsize::new(0));
        let waiters: Vec<_> =
            [Kind::Greenlet, Kind::Thread].map(|kind| Someone::start(kind, || *CELL.wait())).into();
        let makers: Vec<_> = (0..20)
            .map(|n| {
                let made = Arc::clone(&made);
                let kind = if n % 5 == 0 { Kind::Thread } else { Kind::Greenlet };
                Someone::start(kind, move || {
                    *CELL.get_or_init(|| {
                        vervet::sleep(SHORT);
                        made.fetch_add(1, SeqCst);
                        n
                    })
                })
            })
            .collect();
        let set = CELL.set(100);
        let values: Vec<usize> = makers.into_iter().chain(waiters).map(Someone::join).collect();
        let value = *CELL.get().unwrap();
        assert!(values.iter().all(|&seen| seen == value));
        assert_eq!(made.load(SeqCst), usize::from(set.is_err()));
    });
}

#[test]
fn a_once_lock_stays_empty_after_a_panic_or_a_kill() {
    checked(|| {
        let cell = Arc::new(OnceLock::new());
        assert!(catch_unwind(|| cell.get_or_init(|| fail("on purpose"))).is_err());
        assert_eq!(cell.get(), None);
        let theirs = Arc::clone(&cell);
        let killed = vervet::spawn(move || {
            theirs.get_or_init(|| {
                vervet::sleep(HOUR);
                1
            });
        });
        parked(&killed.handle(), "sleep");
        let theirs = Arc::clone(&cell);
        let setter = Someone::start(Kind::Greenlet, move || theirs.set(2));
        setter.waits("lock");
        killed.kill();
        assert_eq!(setter.join(), Ok(()));
        assert!(killed.join().unwrap_err().is_killed());
        assert_eq!(*cell.wait(), 2);
    });
}

#[test]
fn cells_drop_what_is_in_them() {
    checked(|| {
        let drops = Drops::new();
        drop(OnceLock::from(drops.value()));
        drop(OnceLock::<Counted>::new());
        assert_eq!(drops.count(), 1);
        let (value, kept) = (drops.value(), drops.value());
        let lazy = LazyLock::new(move || value);
        LazyLock::force(&lazy);
        assert_eq!(drops.count(), 1);
        drop(lazy);
        assert_eq!(drops.count(), 2);
        // Never called: what the closure holds goes with it.
        drop(LazyLock::new(move || kept));
        assert_eq!(drops.count(), 3);
    });
}

#[test]
fn lazy_lock_smoke() {
    static LAZY: LazyLock<Vec<u8>> = LazyLock::new(|| {
        vervet::sleep(SHORT);
        vec![1]
    });
    checked(|| {
        let askers: Vec<_> = (0..10)
            .map(|n| {
                let kind = if n % 5 == 0 { Kind::Thread } else { Kind::Greenlet };
                Someone::start(kind, || LAZY.len())
            })
            .collect();
        assert_eq!(askers.into_iter().map(Someone::join).sum::<usize>(), 10);

        let mut lazy = LazyLock::new(|| 1);
        assert_eq!(LazyLock::get(&lazy), None);
        assert_eq!(LazyLock::get_mut(&mut lazy), None);
        *LazyLock::force_mut(&mut lazy) += 1;
        *lazy += 1;
        assert_eq!((*lazy, LazyLock::get(&lazy)), (3, Some(&3)));
        assert_eq!(LazyLock::get_mut(&mut lazy), Some(&mut 3));
        assert_eq!(*LazyLock::<String>::default(), "");
    });
}

#[test]
fn a_lazy_lock_is_poisoned_by_a_panic() {
    checked(|| {
        in_both(|| {
            let mut lazy: LazyLock<u8> = LazyLock::new(|| fail("on purpose"));
            assert!(catch_unwind(|| *lazy).is_err());
            assert!(LazyLock::get(&lazy).is_none());
            let message = |payload: Box<dyn std::any::Any + Send>| text(payload);
            let forced = catch_unwind(|| *LazyLock::force(&lazy)).unwrap_err();
            assert_eq!(message(forced), "LazyLock instance has previously been poisoned");
            let forced = catch_unwind(AssertUnwindSafe(|| *LazyLock::force_mut(&mut lazy))).unwrap_err();
            assert_eq!(message(forced), "LazyLock instance has previously been poisoned");
            assert!(LazyLock::get_mut(&mut lazy).is_none());
        });
    });
}

#[test]
fn a_kill_waits_until_a_lazy_value_is_made() {
    checked(|| {
        let gate = Gate::new();
        let theirs = gate.clone();
        let lazy = Arc::new(LazyLock::new(move || {
            theirs.pass();
            7
        }));
        let ours = Arc::clone(&lazy);
        let maker = vervet::spawn(move || {
            let _ = **ours;
            vervet::sleep(HOUR);
        });
        parked(&maker.handle(), "join");
        let ours = Arc::clone(&lazy);
        let waiter = vervet::spawn(move || **ours);
        parked(&waiter.handle(), "lock");
        maker.kill();
        waiter.kill();
        assert!(waiter.join().unwrap_err().is_killed());
        assert!(!maker.is_finished());
        gate.open();
        assert!(maker.join().unwrap_err().is_killed());
        assert_eq!(LazyLock::get(&lazy), Some(&7));
    });
}
