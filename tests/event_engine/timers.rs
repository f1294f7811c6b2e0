//! Events that time brings.

use std::time::{Duration, Instant};

use vervet::event_engine::{EventEngine, Order, Tick};

use crate::common::{Drops, Gate, HOUR, checked, eventually, fail, in_both};
use crate::support::{Engine, Log, ORDERS, joined, running};

const SOON: Duration = Duration::from_millis(3);

#[test]
fn after_posts_once_and_not_before() {
    checked(|| {
        in_both(|| {
            for order in ORDERS {
                let (engine, log, start) = (Engine::with_order(order), Log::new(), Instant::now());
                engine.register("k", log.noting());
                let timer = engine.after(SOON, "k", 7);
                assert!(timer.is_active());
                assert_eq!(engine.run_once(None), 1);
                assert!(start.elapsed() >= SOON);
                assert_eq!(log.take(), [7]);
                eventually("it is over", || !timer.is_active());
                assert_eq!(engine.run_once(Some(SOON)), 0);
            }
        });
    });
}

#[test]
fn after_zero_comes_soon() {
    checked(|| {
        let engine = Engine::new();
        engine.after(Duration::ZERO, "k", 1);
        assert_eq!(engine.run_once(Some(HOUR)), 1);
    });
}

#[test]
fn several_come_each_in_its_time() {
    checked(|| {
        let (engine, log, start) = (Engine::with_order(Order::Serial), Log::new(), Instant::now());
        let theirs = log.clone();
        engine.register("k", move |&ms| theirs.note((ms, start.elapsed())));
        for ms in [20, 1, 10] {
            engine.after(Duration::from_millis(ms.into()), "k", ms);
        }
        while log.len() < 3 {
            engine.run_once(None);
        }
        let mut seen = log.take();
        assert!(seen.iter().all(|(ms, after)| *after >= Duration::from_millis((*ms).into())), "{seen:?}");
        seen.sort();
        assert!(seen.iter().map(|(ms, _)| *ms).eq([1, 10, 20]));
    });
}

#[test]
fn a_cancelled_timer_posts_nothing_and_drops_its_event() {
    checked(|| {
        let drops = Drops::new();
        let engine = EventEngine::new();
        let timer = engine.after(HOUR, "k", drops.value());
        let other = timer.clone();
        timer.cancel();
        assert!(!timer.is_active() && !other.is_active());
        eventually("the event is dropped", || drops.count() == 1);
        other.cancel();
        assert_eq!(engine.run_once(Some(SOON)), 0);
    });
}

#[test]
fn cancelled_after_it_was_posted_it_is_not_handled() {
    checked(|| {
        for order in ORDERS {
            let (engine, drops) = (EventEngine::with_order(order), Drops::new());
            engine.register("k", |_| unreachable!());
            let timer = engine.after(Duration::ZERO, "k", drops.value());
            eventually("it is posted", || engine.len() == 1);
            timer.cancel();
            assert_eq!(engine.run_once(None), 0, "{order:?}");
            assert_eq!((drops.count(), engine.len(), engine.panicked(), engine.handled()), (1, 0, 0, 0));
        }
    });
}

#[test]
fn every_does_not_drift() {
    checked(|| {
        let (engine, log, start) = (EventEngine::new(), Log::new(), Instant::now());
        let theirs = log.clone();
        engine.register("k", move |tick: &Tick| {
            // Counted from the end of this, each tick would be later than the last by more than a period.
            vervet::sleep(Duration::from_millis(1));
            theirs.note((*tick, Instant::now()));
        });
        let period = Duration::from_millis(4);
        let timer = engine.every(period, "k", |tick| tick);
        let mut handled = 0;
        while handled < 10 {
            handled += engine.run_once(None);
        }
        timer.cancel();
        let ticks = log.take();
        let first = ticks[0].0.due - period * (ticks[0].0.missed as u32 + 1);
        assert!(first >= start);
        let mut beat = 0;
        for (number, (tick, seen)) in (1..).zip(ticks) {
            beat += 1 + tick.missed;
            assert_eq!((tick.number, tick.due), (number, first + period * beat as u32));
            assert!(seen >= tick.due);
        }
    });
}

#[test]
fn ticks_do_not_pile_up_and_missed_ones_are_told() {
    checked(|| {
        let (engine, log, gate) = (EventEngine::new(), Log::new(), Gate::new());
        let (theirs, passage) = (log.clone(), gate.clone());
        engine.register("k", move |tick: &Tick| {
            passage.pass();
            theirs.note(tick.missed);
        });
        let timer = engine.every(Duration::from_millis(1), "k", |tick| tick);
        let handle = engine.handle();
        let runner = vervet::spawn(move || {
            engine.run();
            drop(engine);
        });
        eventually("the first is being handled", || handle.handled() == 1);
        let start = Instant::now();
        vervet::sleep(Duration::from_millis(20));
        assert_eq!((handle.handled(), handle.len()), (1, 0), "after {:?}", start.elapsed());
        gate.open();
        eventually("the second has come", || log.len() >= 2);
        timer.cancel();
        handle.close();
        runner.join().unwrap();
        assert!(log.take()[1] >= 15);
    });
}

#[test]
fn a_period_of_zero_comes_again_as_soon_as_it_was_handled() {
    checked(|| {
        let (engine, log) = (Engine::with_order(Order::Serial), Log::new());
        engine.register("k", log.noting());
        let timer = engine.every(Duration::ZERO, "k", |tick| tick.number as u32);
        while engine.handled() < 100 {
            assert_eq!(engine.run_once(None), 1);
        }
        timer.cancel();
        assert!(log.take().into_iter().take(100).eq(1..=100));
    });
}

#[test]
fn a_handler_may_cancel_its_own_timer() {
    checked(|| {
        let (engine, log) = (Engine::new(), Log::new());
        let (timer, theirs) =
            (engine.every(Duration::from_millis(1), "k", |tick| tick.number as u32), log.clone());
        let inner = timer.clone();
        engine.register("k", move |&event| {
            theirs.note(event);
            if event == 3 {
                inner.cancel();
                assert!(!inner.is_active());
            }
        });
        while timer.is_active() {
            engine.run_once(Some(SOON));
        }
        assert_eq!(engine.run_once(Some(SOON)), 0);
        assert_eq!((log.take(), engine.panicked()), (vec![1, 2, 3], 0));
    });
}

#[test]
fn a_time_beyond_the_clock_never_comes() {
    checked(|| {
        let engine = Engine::new();
        let timers =
            [engine.every(Duration::MAX, "k", |_| unreachable!()), engine.after(Duration::MAX, "k", 1)];
        assert_eq!(engine.run_once(Some(SOON)), 0);
        assert!(timers.iter().all(|timer| timer.is_active()));
    });
}

#[test]
fn a_closure_that_panics_ends_its_timer_alone() {
    checked(|| {
        let engine = Engine::new();
        let broken = engine.every(Duration::from_millis(1), "k", |_| fail("on purpose"));
        let whole = engine.every(Duration::from_millis(1), "k", |_| 1);
        eventually("the broken one is over", || !broken.is_active());
        assert_eq!(engine.run_once(None), 1);
        assert!(whole.is_active());
    });
}

#[test]
fn timers_wait_for_room_like_all_others() {
    checked(|| {
        let (engine, log) = (Engine::builder().capacity(1).order(Order::Serial).build(), Log::new());
        engine.register("k", log.noting());
        engine.post("k", 1).unwrap();
        engine.after(Duration::ZERO, "k", 2);
        let handle = engine.handle();
        eventually("it waits", || crate::common::dumped().contains("parked in lock"));
        let runner = running(engine);
        eventually("both are handled", || log.len() == 2);
        handle.close();
        joined(runner);
        assert_eq!(log.take(), [1, 2]);
    });
}
