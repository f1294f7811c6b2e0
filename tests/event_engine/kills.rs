//! Killed and timed out: who runs the engine, and who handles.

use std::sync::Arc;
use std::time::Duration;

use vervet::event_engine::Order;

use crate::common::{Gate, HOUR, checked, eventually, in_both, over, parked};
use crate::support::{Engine, Log, ORDERS, joined, run_out};

/// Has a greenlet work on the engine, and kills it where it is parked for that reason and so many events have been begun.
fn killed(engine: Engine, reason: &str, begun: u64, body: fn(&Engine)) -> Engine {
    let engine = Arc::new(engine);
    let theirs = Arc::clone(&engine);
    let greenlet = vervet::spawn(move || body(&theirs));
    eventually("so many are begun", || engine.handled() == begun);
    parked(&greenlet.handle(), reason);
    greenlet.kill();
    over(&greenlet.handle());
    assert!(greenlet.join().unwrap_err().is_killed());
    Arc::into_inner(engine).unwrap()
}

#[test]
fn run_killed_while_it_waits_loses_nothing() {
    checked(|| {
        for order in ORDERS {
            let (engine, log) = (Engine::with_order(order), Log::new());
            engine.register("k", log.noting());
            let engine = killed(engine, "channel", 0, Engine::run);
            assert!(!engine.is_stopped());
            (0..3).try_for_each(|n| engine.post("k", n)).unwrap();
            assert_eq!((engine.len(), log.len()), (3, 0));
            let engine = killed(engine_of(engine, &log), "channel", 3, Engine::run);
            run_out(&engine);
            assert!(log.sorted().into_iter().eq(0..3), "{order:?}");
        }
    });
}

/// The same, with what waits handled.
fn engine_of(engine: Engine, log: &Log<u32>) -> Engine {
    assert_eq!((engine.run_once(None), log.len()), (3, 3));
    engine
}

#[test]
fn run_killed_while_handlers_run() {
    checked(|| {
        for order in [Order::PerKey, Order::Serial] {
            let (engine, log, gate) = (Engine::with_order(order), Log::new(), Gate::new());
            let (passage, theirs) = (gate.clone(), log.clone());
            engine.register("k", move |&event| {
                passage.pass();
                theirs.note(event);
            });
            (0..4).try_for_each(|n| engine.post("k", n)).unwrap();
            let engine = killed(engine, "channel", 1, Engine::run);
            gate.open();
            // The one that was begun goes on to its end; the others wait for the next run.
            eventually("nobody handles anything", || format!("{engine:?}").contains("running: 0"));
            assert_eq!((engine.len(), log.len()), (3, 1));
            run_out(&engine);
            assert_eq!(log.take(), [0, 1, 2, 3], "{order:?}");
        }
    });
}

#[test]
fn run_killed_while_it_waits_for_the_last_handlers() {
    checked(|| {
        let (engine, gate) = (Engine::new(), Gate::new());
        let (passage, handle) = (gate.clone(), engine.handle());
        engine.register("k", move |_| {
            handle.stop();
            passage.pass();
        });
        engine.post("k", 1).unwrap();
        let engine = killed(engine, "join", 1, Engine::run);
        gate.open();
        engine.run();
        assert_eq!(engine.handled(), 1);
    });
}

#[test]
fn run_once_killed_in_both_of_its_waits() {
    checked(|| {
        let (engine, gate, log) = (Engine::new(), Gate::new(), Log::new());
        let (passage, theirs) = (gate.clone(), log.clone());
        engine.register("k", move |&event| {
            passage.pass();
            theirs.note(event);
        });
        let run_once = |engine: &Engine| {
            engine.run_once(Some(HOUR));
        };
        let engine = killed(engine, "channel", 0, run_once);
        (0..2).try_for_each(|n| engine.post("k", n)).unwrap();
        let engine = killed(engine, "join", 2, run_once);
        gate.open();
        eventually("they go on by themselves", || log.len() == 2);
        assert_eq!(engine.len(), 0);
    });
}

#[test]
fn a_timeout_ends_run_and_run_goes_on_later() {
    checked(|| {
        in_both(|| {
            let (engine, log) = (Engine::with_order(Order::Serial), Log::new());
            engine.register("k", log.noting());
            let timer = engine.every(Duration::from_millis(1), "k", |tick| tick.number as u32);
            for _ in 0..3 {
                assert!(vervet::timeout(Duration::from_millis(3), || engine.run()).is_err());
            }
            assert!(vervet::timeout(Duration::ZERO, || engine.run_once(Some(HOUR))).is_err());
            timer.cancel();
            run_out(&engine);
            let seen = log.take();
            assert!(seen.iter().copied().eq(1..=seen.len() as u32), "{seen:?}");
        });
    });
}

#[test]
fn a_handler_that_kills_itself_ends_its_own_event() {
    checked(|| {
        for order in ORDERS {
            let (engine, log) = (Engine::with_order(order), Log::new());
            engine.register("k", |&event| {
                if event == 1 {
                    vervet::current().unwrap().kill();
                    vervet::sleep(HOUR);
                }
            });
            engine.register("k", log.noting());
            (0..4).try_for_each(|n| engine.post("k", n)).unwrap();
            run_out(&engine);
            assert_eq!(log.sorted(), [0, 2, 3], "{order:?}");
            assert_eq!((engine.handled(), engine.panicked(), engine.len()), (4, 0, 0));
        }
    });
}

#[test]
fn a_handler_that_is_killed_from_outside() {
    checked(|| {
        let (engine, log) = (Engine::with_order(Order::PerKey), Log::new());
        let (victims, theirs) = (Log::new(), log.clone());
        let inner = victims.clone();
        engine.register("k", move |&event| {
            if event == 0 {
                inner.note(vervet::current().unwrap());
                vervet::sleep(HOUR);
            }
            theirs.note(event);
        });
        (0..3).try_for_each(|n| engine.post("k", n)).unwrap();
        let runner = vervet::spawn(move || {
            engine.run();
            engine
        });
        eventually("it is being handled", || victims.len() == 1);
        let victim = victims.take().remove(0);
        parked(&victim, "sleep");
        victim.kill();
        eventually("the others are handled", || log.len() == 2);
        runner.kill();
        over(&runner.handle());
        drop(runner);
        assert_eq!(log.take(), [1, 2]);
    });
}

#[test]
fn a_timeout_in_a_handler_is_its_own_affair() {
    checked(|| {
        let (engine, log) = (Engine::new(), Log::new());
        let theirs = log.clone();
        engine.register("k", move |&event| {
            let cut = vervet::timeout(Duration::from_millis(1), || vervet::sleep(HOUR));
            theirs.note(event + u32::from(cut.is_err()));
        });
        let runner = vervet::spawn(move || {
            engine.post("k", 1).unwrap();
            engine.run_once(None);
            engine
        });
        assert_eq!(joined(runner).panicked(), 0);
        assert_eq!(log.take(), [2]);
    });
}
