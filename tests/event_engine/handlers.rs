//! Registering and unregistering, also while an event is being handled.

use std::sync::{Arc, OnceLock};

use vervet::event_engine::{EventEngine, HandlerId};

use crate::common::{Counted, Drops, Gate, checked, eventually, in_both, over};
use crate::support::{Engine, Log, ORDERS, run_out, running};

#[test]
fn several_are_called_in_the_order_of_their_registration() {
    checked(|| {
        in_both(|| {
            for order in ORDERS {
                let (engine, log) = (Engine::with_order(order), Log::new());
                for n in [0, 10, 20] {
                    let log = log.clone();
                    engine.register("a", move |event| log.note(n + event));
                }
                engine.register("b", |_| unreachable!("another key"));
                engine.post("a", 5).unwrap();
                assert_eq!(engine.run_once(None), 1);
                assert_eq!(log.take(), [5, 15, 25], "{order:?}");
            }
        });
    });
}

#[test]
fn those_for_all_keys_come_last_and_are_told_the_key() {
    checked(|| {
        let (engine, log) = (Engine::new(), Log::new());
        let all = log.clone();
        engine.register_all(move |key, event| all.note((*key, *event)));
        let own = log.clone();
        engine.register("a", move |event| own.note(("own", *event)));
        for (key, event) in [("a", 1), ("b", 2)] {
            engine.post(key, event).unwrap();
            assert_eq!(engine.run_once(None), 1);
        }
        assert_eq!(log.take(), [("own", 1), ("a", 1), ("b", 2)]);
    });
}

#[test]
fn an_event_without_handlers_is_dropped_when_its_turn_comes() {
    checked(|| {
        let drops = Drops::new();
        let engine = EventEngine::new();
        engine.post("nobody", drops.value()).unwrap();
        assert_eq!((engine.len(), drops.count()), (1, 0));
        assert_eq!(engine.run_once(None), 1);
        assert_eq!((engine.len(), drops.count(), engine.handled()), (0, 1, 1));
    });
}

#[test]
fn several_handlers_get_one_event_that_cannot_be_copied() {
    checked(|| {
        let drops = Drops::new();
        let (engine, log) = (EventEngine::new(), Log::new());
        for n in 0..3 {
            let log = log.clone();
            engine.register("k", move |_: &Counted| log.note(n));
        }
        engine.post("k", drops.value()).unwrap();
        assert_eq!(engine.run_once(None), 1);
        assert_eq!(log.take(), [0, 1, 2]);
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn once_is_called_once() {
    checked(|| {
        for order in ORDERS {
            let (engine, log) = (Engine::with_order(order), Log::new());
            engine.once("a", log.noting());
            let before = engine.handler_count(&"a");
            (0..100).try_for_each(|_| engine.post("a", 7)).unwrap();
            run_out(&engine);
            assert_eq!((before, engine.handler_count(&"a"), engine.handled()), (1, 0, 100));
            assert_eq!(log.take(), [7], "{order:?}");
        }
    });
}

#[test]
fn once_may_be_unregistered_before() {
    checked(|| {
        let engine = Engine::new();
        let id = engine.once("a", |_| unreachable!());
        assert!(engine.unregister(id));
        assert!(!engine.unregister(id));
        engine.post("a", 1).unwrap();
        assert_eq!(engine.run_once(None), 1);
        assert_eq!(engine.panicked(), 0);
    });
}

#[test]
fn unregistered_handlers_are_not_called_for_what_waits() {
    checked(|| {
        let (engine, log, drops) = (Engine::new(), Log::new(), Drops::new());
        let value = drops.value();
        let gone = engine.register("a", move |_| unreachable!("{value:?}"));
        engine.register("a", log.noting());
        engine.post("a", 1).unwrap();
        assert_eq!(engine.handler_count(&"a"), 2);
        assert!(engine.unregister(gone));
        assert_eq!((engine.handler_count(&"a"), drops.count()), (1, 1));
        assert_eq!(engine.run_once(None), 1);
        assert_eq!((log.take(), engine.panicked()), (vec![1], 0));
    });
}

#[test]
fn all_of_a_key_are_unregistered() {
    checked(|| {
        let (engine, log) = (Engine::new(), Log::new());
        let id = engine.register("a", |_| unreachable!());
        engine.register("a", |_| unreachable!());
        engine.register("b", log.noting());
        let all = log.clone();
        engine.register_all(move |_, event| all.note(100 + event));
        assert_eq!((engine.unregister_all(&"a"), engine.unregister_all(&"a")), (2, 0));
        assert!(!engine.unregister(id));
        for key in ["a", "b"] {
            engine.post(key, 1).unwrap();
            engine.run_once(None);
        }
        assert_eq!((log.take(), engine.panicked()), (vec![101, 1, 101], 0));
    });
}

/// A handler unregisters the one that `whom` says, of four, the second of which is itself.
fn unregisters_in_the_middle(whom: usize) -> [Vec<u32>; 2] {
    let (engine, log) = (Engine::new(), Log::new());
    let ids: Arc<OnceLock<Vec<HandlerId>>> = Arc::default();
    let handlers = (0..4).map(|n| {
        let (log, ids, handle) = (log.clone(), Arc::clone(&ids), engine.handle());
        engine.register("k", move |_| {
            log.note(n);
            if n == 1 {
                handle.unregister(ids.get().unwrap()[whom]);
            }
        })
    });
    ids.set(handlers.collect()).unwrap();
    [1, 2].map(|event| {
        engine.post("k", event).unwrap();
        assert_eq!(engine.run_once(None), 1);
        log.take()
    })
}

#[test]
fn unregistered_while_the_event_is_being_handled() {
    checked(|| {
        assert_eq!(unregisters_in_the_middle(0), [vec![0, 1, 2, 3], vec![1, 2, 3]], "an earlier one");
        assert_eq!(unregisters_in_the_middle(1), [vec![0, 1, 2, 3], vec![0, 2, 3]], "itself");
        assert_eq!(unregisters_in_the_middle(2), [vec![0, 1, 3], vec![0, 1, 3]], "the next one");
        assert_eq!(unregisters_in_the_middle(3), [vec![0, 1, 2], vec![0, 1, 2]], "a later one");
    });
}

#[test]
fn registered_while_the_event_is_being_handled_is_for_the_next_one() {
    checked(|| {
        let (engine, log) = (Engine::new(), Log::new());
        let (handle, inner) = (engine.handle(), log.clone());
        engine.once("k", move |_| {
            inner.note(0);
            handle.register("k", inner.noting());
            let general = inner.clone();
            handle.register_all(move |_, event| general.note(10 * event));
        });
        for (event, seen) in [(1, vec![0]), (2, vec![2, 20])] {
            engine.post("k", event).unwrap();
            assert_eq!(engine.run_once(None), 1);
            assert_eq!(log.take(), seen);
        }
    });
}

#[test]
fn unregistered_while_it_runs_it_is_not_cut_short_and_dropped_afterwards() {
    checked(|| {
        let (engine, log, drops) = (Engine::new(), Log::new(), Drops::new());
        let (gate, value, theirs) = (Gate::new(), drops.value(), log.clone());
        let passage = gate.clone();
        let id = engine.register("k", move |&event| {
            passage.pass();
            theirs.note(event);
            let _ = &value;
        });
        let handle = engine.handle();
        let runner = running(engine);
        (1..=2).try_for_each(|event| handle.post("k", event)).unwrap();
        eventually("both are being handled", || handle.handled() == 2 && handle.is_empty());
        assert!(handle.unregister(id));
        assert_eq!((handle.handler_count(&"k"), drops.count()), (0, 0));
        gate.open();
        handle.close();
        over(&runner.handle());
        assert!(log.len() <= 2);
        eventually("it is dropped", || drops.count() == 1);
    });
}

#[test]
fn a_handler_may_move_in_for_itself() {
    // Each event replaces its handler by the next.
    fn handle_next(engine: &vervet::event_engine::EngineHandle<&'static str, u32>, log: &Log<u32>, n: u32) {
        let (handle, log) = (engine.clone(), log.clone());
        engine.once("k", move |event| {
            log.note(100 * n + event);
            handle_next(&handle, &log, n + 1);
        });
    }
    checked(|| {
        let (engine, log) = (Engine::with_order(vervet::event_engine::Order::Serial), Log::new());
        handle_next(&engine, &log, 0);
        (0..5).try_for_each(|event| engine.post("k", event)).unwrap();
        run_out(&engine);
        assert_eq!(log.take(), [0, 101, 202, 303, 404]);
    });
}
