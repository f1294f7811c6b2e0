//! `Event`.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use vervet::sync::{Arc, Event};

use crate::common::*;
use crate::{PAIRS, SHORT, Someone, cut_short, order, run_in};

#[test]
fn set_and_cleared() {
    checked(|| {
        in_both(|| {
            let event = Event::default();
            assert!(!event.is_set());
            assert!(!event.wait_timeout(SHORT) && !event.wait_timeout(Duration::ZERO));
            event.set();
            event.set();
            assert!(event.is_set());
            event.wait();
            assert!(event.wait_timeout(Duration::ZERO));
            event.clear();
            event.reset();
            assert!(!event.is_set() && !event.wait_timeout(Duration::ZERO));
        });
    });
}

#[test]
fn wakes_in_every_combination() {
    checked(|| {
        for (setter, waiter) in PAIRS {
            let event = Arc::new(Event::new());
            let waiting = Someone::start(waiter, {
                let event = Arc::clone(&event);
                move || event.wait_timeout(HOUR)
            });
            waiting.waits("signal");
            let theirs = Arc::clone(&event);
            run_in(setter, move || theirs.set());
            assert!(waiting.join(), "{setter:?} {waiter:?}");
        }
    });
}

#[test]
fn all_go_on() {
    checked(|| {
        let event = Arc::new(Event::new());
        let theirs = Arc::clone(&event);
        let went_on = Arc::new(AtomicUsize::new(0));
        let counts = Arc::clone(&went_on);
        let mut all = order(
            8,
            "signal",
            move |_, said| {
                theirs.wait();
                counts.fetch_add(1, SeqCst);
                said();
            },
            || event.set(),
        );
        // Each is woken in turn; who runs first is up to their workers and the kernel.
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(went_on.load(SeqCst), 8);
    });
}

#[test]
fn who_waits_at_that_moment_is_released_though_it_is_cleared_at_once() {
    checked(|| {
        for (_, waiter) in PAIRS {
            let event = Arc::new(Event::new());
            let waiting = [(); 3].map(|()| {
                let event = Arc::clone(&event);
                let one = Someone::start(waiter, move || event.wait());
                one.waits("signal");
                one
            });
            event.set();
            event.clear();
            waiting.into_iter().for_each(Someone::join);
            assert!(!event.wait_timeout(Duration::ZERO), "those who come later wait");
        }
    });
}

#[test]
fn cut_short_leaves_nothing_behind() {
    checked(|| {
        let event = Arc::new(Event::new());
        let theirs = Arc::clone(&event);
        cut_short("signal", move || theirs.wait());
        let theirs = Arc::clone(&event);
        cut_short("signal", move || assert!(theirs.wait_timeout(HOUR)));
        let theirs = Arc::clone(&event);
        cut_short("select", move || {
            vervet::select! {
                _ = theirs.wait() => unreachable!(),
                _ = after(HOUR) => unreachable!(),
            }
        });
        event.set();
        event.wait();
    });
}

#[test]
fn a_kill_takes_effect_though_it_is_set() {
    checked(|| {
        let event = Arc::new(Event::new());
        event.set();
        let gate = Gate::new();
        let killed = vervet::spawn({
            let gate = gate.clone();
            move || {
                vervet::shield(|| gate.pass());
                event.wait();
            }
        });
        parked(&killed.handle(), "join");
        killed.kill();
        gate.open();
        assert!(killed.join().unwrap_err().is_killed());
    });
}

#[test]
fn a_pulse_reaches_selections() {
    checked(|| {
        in_both(|| {
            let (event, other) = (Arc::new(Event::new()), Arc::new(Event::new()));
            for _ in 0..200 {
                let chooser = vervet::spawn({
                    let (event, other) = (Arc::clone(&event), Arc::clone(&other));
                    move || {
                        vervet::select! {
                            _ = event.wait() => 1,
                            _ = other.wait() => 2,
                        }
                    }
                });
                parked(&chooser.handle(), "select");
                event.set();
                event.clear();
                assert_eq!(chooser.join().unwrap(), 1);
            }
        });
    });
}

#[test]
fn what_was_done_before_is_seen_after_it_is_cleared() {
    checked(|| {
        const ROUNDS: usize = 20_000;
        let shared = Arc::new((Event::new(), AtomicUsize::new(0)));
        let theirs = Arc::clone(&shared);
        let producer = vervet::spawn(move || {
            for _ in 0..ROUNDS {
                theirs.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                theirs.0.set();
            }
        });
        let (event, made) = &*shared;
        // The last `set` comes after the last one was made: to clear, then look, misses nothing.
        while made.load(std::sync::atomic::Ordering::Relaxed) < ROUNDS {
            event.wait();
            event.clear();
        }
        producer.join().unwrap();
    });
}

#[test]
fn together_with_others() {
    checked(|| {
        let events = [const { Event::new() }; 3];
        events[1].set();
        assert_eq!(vervet::wait(events.iter().map(|event| event as _), Some(SHORT), None), [1]);
        vervet::scope(|s| {
            s.spawn(|| {
                events[2].set();
                events[0].set();
            });
            let mut all = vervet::wait(events.iter().map(|event| event as _), Some(LIMIT), None);
            all.sort_unstable();
            assert_eq!(all, [0, 1, 2]);
        });
    });
}
