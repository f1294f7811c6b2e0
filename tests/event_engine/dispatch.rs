//! `run` and `run_once`: what they take, what they wait for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use vervet::event_engine::Order;

use crate::common::{Gate, HOUR, checked, eventually, in_both, over, parked, someone::Kind};
use crate::support::{Engine, Log, ORDERS, joined, run_out, running};

#[test]
fn run_once_takes_what_is_there() {
    checked(|| {
        in_both(|| {
            for order in ORDERS {
                let (engine, log) = (Engine::with_order(order), Log::new());
                engine.register_all({
                    let log = log.clone();
                    move |_, &event| log.note(event)
                });
                for n in 0..20 {
                    engine.post(["a", "b", "c"][n as usize % 3], n).unwrap();
                }
                assert_eq!(engine.len(), 20);
                assert_eq!(engine.run_once(None), 20, "{order:?}");
                assert!(log.sorted().into_iter().eq(0..20));
                assert_eq!((engine.len(), engine.handled()), (0, 20));
            }
        });
    });
}

#[test]
fn run_once_leaves_what_comes_meanwhile() {
    checked(|| {
        for order in ORDERS {
            let (engine, log) = (Engine::with_order(order), Log::new());
            let (handle, theirs) = (engine.handle(), log.clone());
            engine.register("k", move |&event| {
                theirs.note(event);
                handle.post("k", event + 1).unwrap();
            });
            engine.post("k", 0).unwrap();
            for n in 0..3 {
                assert_eq!(engine.run_once(None), 1);
                assert_eq!((log.take(), engine.len()), (vec![n], 1), "{order:?}");
            }
        }
    });
}

#[test]
fn run_once_gives_up_in_time() {
    checked(|| {
        in_both(|| {
            let engine = Engine::new();
            let start = Instant::now();
            assert_eq!(engine.run_once(Some(Duration::from_millis(5))), 0);
            assert!(start.elapsed() >= Duration::from_millis(5));
            assert_eq!(engine.run_once(Some(Duration::ZERO)), 0);
            engine.post("k", 1).unwrap();
            assert_eq!(engine.run_once(Some(Duration::ZERO)), 1);
            engine.stop();
            assert_eq!((engine.run_once(None), engine.run_once(Some(HOUR))), (0, 0));
        });
    });
}

#[test]
fn run_once_waits_for_an_event() {
    checked(|| {
        for kind in [Kind::Greenlet, Kind::Thread] {
            let engine = Engine::new();
            let handle = engine.handle();
            let runner = kind.start(move || engine.run_once(Some(HOUR))).waiting("channel");
            handle.post("k", 1).unwrap();
            assert_eq!(runner.join(), 1);
        }
    });
}

#[test]
fn run_once_waits_for_handlers_that_block() {
    checked(|| {
        let (engine, gate) = (Engine::new(), Gate::new());
        let passage = gate.clone();
        engine.register("k", move |_| passage.pass());
        (0..3).try_for_each(|n| engine.post("k", n)).unwrap();
        let runner = vervet::spawn(move || engine.run_once(None));
        parked(&runner.handle(), "join");
        gate.open();
        assert_eq!(runner.join().unwrap(), 3);
    });
}

#[test]
fn run_returns_at_once_when_there_is_nothing_to_come() {
    checked(|| {
        in_both(|| {
            for order in ORDERS {
                let engine = Engine::with_order(order);
                run_out(&engine);
                engine.run();
                let engine = Engine::with_order(order);
                engine.post("k", 1).unwrap();
                engine.stop();
                engine.run();
                assert_eq!((engine.handled(), engine.len()), (0, 0));
            }
        });
    });
}

#[test]
fn several_may_run_it_at_once() {
    checked(|| {
        for order in ORDERS {
            let (engine, log) = (Arc::new(Engine::with_order(order)), Log::new());
            engine.register("k", log.noting());
            let runners = [Kind::Greenlet, Kind::Thread, Kind::Greenlet].map(|kind| {
                let engine = Arc::clone(&engine);
                kind.start(move || engine.run()).waiting("channel")
            });
            (0..300).try_for_each(|n| engine.post("k", n)).unwrap();
            engine.close();
            runners.into_iter().for_each(|runner| runner.join());
            let seen = if order == Order::Unordered { log.sorted() } else { log.take() };
            assert!(seen.into_iter().eq(0..300), "{order:?}");
        }
    });
}

#[test]
fn a_handler_may_run_its_own_engine() {
    checked(|| {
        // As a dialogue does, which has the others handled while it waits.
        let (engine, log) = (Arc::new(Engine::with_order(Order::PerKey)), Log::new());
        let (inner, theirs) = (Arc::downgrade(&engine), log.clone());
        engine.register("dialogue", move |_| {
            theirs.note(0);
            inner.upgrade().unwrap().post("answer", 1).unwrap();
            assert_eq!(inner.upgrade().unwrap().run_once(Some(HOUR)), 1);
            theirs.note(2);
            let engine = inner.upgrade().unwrap();
            engine.post("answer", 3).unwrap();
            engine.close();
        });
        engine.register("answer", log.noting());
        engine.post("dialogue", 0).unwrap();
        engine.run_once(None);
        engine.run();
        assert_eq!(log.take(), [0, 1, 2, 3]);
        assert_eq!(engine.panicked(), 0);
    });
}

#[test]
fn run_in_a_handler_does_not_wait_for_that_handler() {
    checked(|| {
        let (engine, log) = (Arc::new(Engine::with_order(Order::PerKey)), Log::new());
        let (inner, theirs) = (Arc::downgrade(&engine), log.clone());
        engine.register("outer", move |_| {
            let engine = inner.upgrade().unwrap();
            engine.post("inner", 1).unwrap();
            engine.run();
            theirs.note(2);
        });
        let (handle, theirs) = (engine.handle(), log.clone());
        engine.register("inner", move |&event| {
            theirs.note(event);
            handle.stop();
        });
        engine.post("outer", 0).unwrap();
        assert_eq!(engine.run_once(None), 1);
        assert_eq!((log.take(), engine.handled()), (vec![1, 2], 2));
    });
}

#[test]
fn a_handler_that_blocks_holds_nobody_else_up() {
    checked(|| {
        let (engine, gate, log) = (Engine::with_order(Order::PerKey), Gate::new(), Log::new());
        let passage = gate.clone();
        engine.register("slow", move |_| passage.pass());
        engine.register("quick", log.noting());
        let handle = engine.handle();
        let runner = running(engine);
        handle.post("slow", 0).unwrap();
        for n in 0..100 {
            handle.post("quick", n).unwrap();
        }
        eventually("the quick ones are through", || log.len() == 100);
        assert!(!runner.is_finished());
        gate.open();
        handle.close();
        over(&runner.handle());
        assert_eq!(joined(runner).handled(), 101);
    });
}
