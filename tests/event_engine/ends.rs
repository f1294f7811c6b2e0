//! Stopped, closed, dropped; and what a panic leaves.

use std::io;
use std::sync::Arc;

use vervet::event_engine::{EventEngine, Order};
use vervet::os::unix::net::UnixStream;

use crate::common::{Drops, Gate, HOUR, checked, eventually, fail, in_both, over, parked, someone::Kind};
use crate::support::{Engine, Log, ORDERS, joined, run_out, running};

#[test]
fn stopped_by_a_handler() {
    checked(|| {
        in_both(|| {
            for order in ORDERS {
                let (engine, log) = (Engine::with_order(order), Log::new());
                let (handle, theirs) = (engine.handle(), log.clone());
                engine.register("k", move |&event| {
                    theirs.note(event);
                    assert_eq!(handle.stop(), theirs.len() == 1 || order == Order::Unordered);
                });
                engine.post("k", 1).unwrap();
                engine.run();
                assert!(engine.is_stopped() && engine.post("k", 2).is_err());
                assert_eq!((log.take(), engine.panicked()), (vec![1], 0));
            }
        });
    });
}

#[test]
fn stopped_from_outside_it_drops_what_waits() {
    checked(|| {
        for (order, kind) in ORDERS.into_iter().zip([Kind::Greenlet, Kind::Thread, Kind::Greenlet]) {
            let (drops, gate) = (Drops::new(), Gate::new());
            let engine = EventEngine::builder().order(order).max_running(1).build();
            let (passage, log) = (gate.clone(), Log::new());
            let theirs = log.clone();
            let value = drops.value();
            engine.register("k", move |_| {
                let _ = &value;
                passage.pass();
                theirs.note(1);
            });
            engine.register("k", |_| unreachable!("stopped by then"));
            let handle = engine.handle();
            let runner = vervet::spawn(move || engine.run());
            parked(&runner.handle(), "channel");
            (0..5).try_for_each(|_| handle.post("k", drops.value())).unwrap();
            eventually("one is being handled", || handle.handled() == 1);
            let stopper = handle.clone();
            assert!(kind.start(move || stopper.stop()).join());
            assert!(!handle.stop() && !handle.close());
            assert_eq!((handle.len(), log.len()), (0, 0));
            gate.open();
            over(&runner.handle());
            // Nor has it run any handler after the one that it was in.
            eventually("all is dropped", || drops.count() == 6);
            assert_eq!((log.take(), handle.handled(), handle.panicked()), (vec![1], 1, 0), "{order:?}");
        }
    });
}

#[test]
fn closed_it_handles_what_waits() {
    checked(|| {
        for order in ORDERS {
            let (engine, log) = (Engine::with_order(order), Log::new());
            engine.register("k", log.noting());
            (0..50).try_for_each(|n| engine.post("k", n)).unwrap();
            assert!(engine.close());
            assert!(!engine.close());
            assert_eq!(engine.len(), 50);
            engine.run();
            assert!(log.sorted().into_iter().eq(0..50), "{order:?}");
            assert!(engine.stop(), "closed, not stopped");
        }
    });
}

#[test]
fn closed_in_the_middle_it_waits_for_handlers() {
    checked(|| {
        let (engine, gate) = (Engine::with_order(Order::PerKey), Gate::new());
        let passage = gate.clone();
        engine.register("k", move |_| passage.pass());
        let handle = engine.handle();
        let runner = running(engine);
        (0..3).try_for_each(|n| handle.post("k", n)).unwrap();
        eventually("one is being handled", || handle.handled() == 1);
        assert!(handle.close());
        assert!(!runner.is_finished());
        assert_eq!(handle.len(), 2);
        gate.open();
        assert_eq!(joined(runner).handled(), 3);
    });
}

#[test]
fn the_end_is_that_of_timers_and_watches() {
    checked(|| {
        for stop in [false, true] {
            let engine = Engine::new();
            let (ours, theirs) = UnixStream::pair().unwrap();
            let sources = [
                engine.after(HOUR, "k", 1),
                engine.every(HOUR, "k", |_| 1),
                engine.on_readable(ours, "k", |_, _| 1),
            ];
            assert!(sources.iter().all(|source| source.is_active()));
            assert!(if stop { engine.stop() } else { engine.close() });
            eventually("they end", || !sources.iter().any(|source| source.is_active()));
            let late = [engine.after(HOUR, "k", 1), engine.every(HOUR, "k", |_| 1)];
            eventually("so do those that come too late", || !late.iter().any(|source| source.is_active()));
            engine.run();
            drop(theirs);
            assert_eq!(engine.handled(), 0);
        }
    });
}

/// For closures that are to own something.
fn keep<T>(_: &T) {}

#[test]
fn handlers_that_hold_the_engine_do_not_keep_it() {
    checked(|| {
        for stop in [false, true] {
            let drops = Drops::new();
            let engine = Engine::new();
            let (handle, value) = (engine.handle(), drops.value());
            engine.register("k", move |_| keep(&(&handle, &value)));
            let (handle, value) = (engine.handle(), drops.value());
            engine.register_all(move |_, _| keep(&(&handle, &value)));
            let (handle, value) = (engine.handle(), drops.value());
            engine.once("k", move |_| drop((handle, value)));
            let handle = engine.handle();
            if stop {
                engine.stop();
            } else {
                drop(engine);
            }
            assert_eq!(drops.count(), 3);
            let value = drops.value();
            let id = handle.register("k", move |_| keep(&value));
            assert_eq!((drops.count(), handle.handler_count(&"k"), handle.unregister(id)), (4, 0, false));
        }
    });
}

#[test]
fn dropped_with_everything_pending() {
    checked(|| {
        for order in ORDERS {
            let drops = Drops::new();
            let engine = EventEngine::builder().order(order).capacity(20).build();
            let value = drops.value();
            engine.register("block", move |_| {
                let _ = &value;
                vervet::sleep(HOUR);
            });
            for n in 0..8 {
                engine.post(["block", "other"][n % 2], drops.value()).unwrap();
            }
            let (ours, _theirs) = UnixStream::pair().unwrap();
            let value = drops.value();
            engine.on_readable(ours, "fd", move |_, _| unreachable!("{value:?}"));
            engine.after(HOUR, "k", drops.value());
            let value = drops.value();
            engine.every(HOUR, "k", move |_| unreachable!("{value:?}"));
            let handle = engine.handle();
            let runner = vervet::spawn(move || engine.run());
            eventually("a handler blocks", || handle.handled() > 0);
            // The engine goes with the one who runs it.
            runner.kill();
            over(&runner.handle());
            // The events, the handler, the two closures and the event of the timer.
            eventually("all is dropped", || drops.count() == 12);
        }
    });
}

#[test]
fn dropped_before_anything_was_begun() {
    checked(|| {
        let drops = Drops::new();
        for order in ORDERS {
            let engine = EventEngine::with_order(order);
            (0..3).try_for_each(|_| engine.post("k", drops.value())).unwrap();
        }
        assert_eq!(drops.count(), 9);
        drop(Engine::new());
    });
}

#[test]
fn a_panic_stays_in_its_handler() {
    checked(|| {
        for order in ORDERS {
            let told = Log::new();
            let theirs = told.clone();
            let engine: Engine = EventEngine::builder()
                .order(order)
                .on_panic(move |key: &&str, payload| {
                    theirs.note((*key, payload.downcast_ref::<&str>().copied()));
                    if theirs.len() == 2 {
                        fail("on purpose, in the hook");
                    }
                })
                .build();
            let log = Log::new();
            engine.register("k", log.noting());
            engine.register("k", |&event| {
                if event % 2 == 0 {
                    fail("on purpose")
                }
            });
            let late = log.clone();
            engine.register("k", move |event| late.note(100 + event));
            (0..6).try_for_each(|n| engine.post("k", n)).unwrap();
            run_out(&engine);
            assert_eq!((engine.panicked(), engine.handled()), (3, 6));
            assert_eq!(told.take(), [("k", Some("on purpose")); 3], "{order:?}");
            assert!(log.sorted().into_iter().eq((0..6).chain(100..106)));
        }
    });
}

#[test]
fn a_panic_of_once_and_of_those_for_all() {
    checked(|| {
        let engine = Engine::new();
        engine.once("k", |_| fail("on purpose"));
        engine.register_all(|_, _| fail("on purpose"));
        (0..2).try_for_each(|n| engine.post("k", n)).unwrap();
        assert_eq!(engine.run_once(None), 2);
        assert_eq!(engine.panicked(), 3);
    });
}

#[test]
fn the_engine_may_be_dropped_by_whoever_has_it_last() {
    checked(|| {
        let engine = Arc::new(EventEngine::<u8, io::Result<()>>::new());
        let holders = [Kind::Greenlet, Kind::Thread].map(|kind| {
            let engine = Arc::clone(&engine);
            kind.start(move || engine.post(1, Ok(())).is_ok())
        });
        let handle = engine.handle();
        drop(engine);
        assert!(holders.into_iter().all(|holder| holder.join()));
        assert!(handle.is_stopped());
    });
}
