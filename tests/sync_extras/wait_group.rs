//! `WaitGroup`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use vervet::sync::{Arc, WaitGroup};

use crate::common::*;
use crate::{Kind, PAIRS, SHORT, Someone, cut_short, run_in};

#[test]
fn clones_count_until_they_are_dropped() {
    checked(|| {
        in_both(|| {
            let group = WaitGroup::new();
            group.wait();
            let clones = [(); 3].map(|()| group.clone());
            assert!(!group.wait_timeout(SHORT));
            drop(clones);
            assert!(group.wait_timeout(Duration::ZERO));
            // And again.
            let clone = group.clone();
            assert!(!group.wait_timeout(Duration::ZERO));
            drop(clone);
            group.wait();
        });
    });
}

#[test]
fn counted_up_and_down() {
    checked(|| {
        in_both(|| {
            let group = WaitGroup::default();
            group.add(0);
            group.wait();
            group.add(2);
            group.done();
            assert!(!group.wait_timeout(SHORT));
            group.done();
            group.wait();
        });
    });
}

#[test]
fn done_too_often_and_added_too_much() {
    checked(|| {
        let group = WaitGroup::new();
        group.add(1);
        group.done();
        let done = catch_unwind(AssertUnwindSafe(|| group.done())).unwrap_err();
        let text = done.downcast_ref::<String>().map(String::as_str).or(done.downcast_ref::<&str>().copied());
        assert_eq!(text, Some("WaitGroup::done was called more often than was added"));
        group.add(usize::MAX);
        assert!(catch_unwind(AssertUnwindSafe(|| group.add(1))).is_err());
        assert!(!group.wait_timeout(Duration::ZERO), "it is as it was");
    });
}

#[test]
fn wakes_in_every_combination() {
    checked(|| {
        for (worker, waiter) in PAIRS {
            let group = WaitGroup::new();
            let clone = group.clone();
            group.add(1);
            let waits = Someone::start(waiter, {
                let group = group.clone();
                move || group.wait()
            });
            waits.waits("signal");
            drop(clone);
            waits.waits("signal");
            run_in(worker, move || {
                group.done();
                drop(group);
            });
            waits.join();
        }
    });
}

#[test]
fn those_who_wait_do_not_count_for_each_other() {
    checked(|| {
        let group = WaitGroup::new();
        let waits = [Kind::Greenlet, Kind::Thread, Kind::Greenlet].map(|kind| {
            let group = group.clone();
            let one = Someone::start(kind, move || group.wait());
            one.waits("signal");
            one
        });
        // With one and the same handle, twice.
        vervet::scope(|s| {
            let twice = [(); 2].map(|()| s.spawn(|| group.wait()));
            twice.into_iter().for_each(|one| one.join().unwrap());
        });
        waits.into_iter().for_each(Someone::join);
    });
}

#[test]
fn who_waits_goes_on_though_more_is_added_at_once() {
    checked(|| {
        let group = Arc::new(WaitGroup::new());
        group.add(1);
        let waits = [Kind::Greenlet, Kind::Thread].map(|kind| {
            let group = Arc::clone(&group);
            let one = Someone::start(kind, move || group.wait());
            one.waits("signal");
            one
        });
        group.done();
        group.add(1);
        waits.into_iter().for_each(Someone::join);
        assert!(!group.wait_timeout(Duration::ZERO));
        group.done();
    });
}

#[test]
fn cut_short_it_counts_again() {
    checked(|| {
        let group = WaitGroup::new();
        let other = group.clone();
        for killed in [true, false] {
            let theirs = group.clone();
            let waits = vervet::spawn(move || {
                let _ =
                    catch_unwind(AssertUnwindSafe(|| theirs.wait_timeout(if killed { HOUR } else { SHORT })));
                // What was caught comes again with the next call; in a shield it does not.
                vervet::shield(|| vervet::sleep(Duration::ZERO));
                assert!(format!("{theirs:?}").starts_with("WaitGroup { handles: 3, added: 0"));
            });
            if killed {
                parked(&waits.handle(), "signal");
                waits.kill();
            }
            over(&waits.handle());
            assert!(waits.join().is_ok());
        }
        let theirs = Arc::new(group);
        cut_short("signal", {
            let theirs = Arc::clone(&theirs);
            move || theirs.wait()
        });
        cut_short("select", {
            let theirs = Arc::clone(&theirs);
            move || {
                vervet::select! {
                    _ = theirs.wait() => unreachable!(),
                    _ = after(HOUR) => unreachable!(),
                }
            }
        });
        assert!(!other.wait_timeout(Duration::ZERO), "the other handle counts");
        drop(theirs);
        other.wait();
    });
}

#[test]
fn a_panic_counts_as_done() {
    checked(|| {
        let group = WaitGroup::new();
        let clone = group.clone();
        let panics = vervet::spawn(move || {
            let _clone = clone;
            fail("on purpose")
        });
        group.wait();
        assert!(panics.join().is_err());
    });
}

#[test]
fn selections_wait_as_handles_do() {
    checked(|| {
        in_both(|| {
            let group = WaitGroup::new();
            let choose = |group: &WaitGroup, limit: Duration| {
                vervet::select! {
                    _ = group.wait() => true,
                    _ = after(limit) => false,
                }
            };
            assert!(choose(&group, HOUR), "nothing counts");
            let clone = group.clone();
            assert!(!choose(&group, SHORT));
            // Two that select release each other.
            let waits = vervet::spawn(move || choose(&clone, HOUR));
            assert!(choose(&group, HOUR));
            assert!(waits.join().unwrap());

            group.add(1);
            let waits = vervet::spawn({
                let group = group.clone();
                move || choose(&group, HOUR)
            });
            parked(&waits.handle(), "select");
            let releases = group.clone();
            drop(group);
            releases.done();
            releases.add(1);
            assert!(!waits.is_finished(), "the handle that has added counts");
            releases.done();
            drop(releases);
            assert!(waits.join().unwrap());
        });
    });
}

#[test]
fn together_with_others() {
    checked(|| {
        let (group, other) = (WaitGroup::new(), WaitGroup::new());
        other.add(1);
        assert_eq!(vervet::wait([&other as _, &group as _], Some(SHORT), None), [1]);
        let worker = {
            let other = other.clone();
            vervet::spawn(move || other.done())
        };
        assert_eq!(vervet::wait([&other as _], None, None), [0]);
        worker.join().unwrap();
    });
}

#[test]
fn all_is_done_by_then() {
    checked(|| {
        let done = Arc::new(AtomicUsize::new(0));
        for round in 1..=50 {
            let group = WaitGroup::new();
            for number in 0..32 {
                let (group, done) = (group.clone(), Arc::clone(&done));
                let kind = if number % 16 == 0 { Kind::Thread } else { Kind::Greenlet };
                let work = move || {
                    vervet::yield_now();
                    done.fetch_add(1, SeqCst);
                    drop(group);
                };
                match kind {
                    Kind::Greenlet => drop(vervet::spawn(work)),
                    Kind::Thread => drop(std::thread::spawn(work)),
                }
            }
            group.wait();
            assert_eq!(done.load(SeqCst), 32 * round);
        }
    });
}
