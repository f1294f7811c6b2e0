//! What runs beside what, and what after what.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use vervet::event_engine::{EventEngine, Order};

use crate::common::{Gate, checked, eventually, parked};
use crate::support::{Engine, Log, joined, run_out, running};

/// Events 0, 1, 2 of "a" and 10 of "b", the first of which waits at the gate.
fn with_a_blocked_first(order: Order) -> (Log<u32>, Vec<u32>, Vec<u32>) {
    let (engine, log, gate) = (Engine::with_order(order), Log::new(), Gate::new());
    let (passage, theirs) = (gate.clone(), log.clone());
    engine.register_all(move |_, &event| {
        if event == 0 {
            passage.pass();
        }
        theirs.note(event);
    });
    let handle = engine.handle();
    let runner = running(engine);
    for (key, event) in [("a", 0), ("a", 1), ("a", 2), ("b", 10)] {
        handle.post(key, event).unwrap();
    }
    let reach = match order {
        Order::Unordered => 3,
        Order::PerKey => 1,
        Order::Serial => 0,
    };
    eventually("the neighbours are through", || log.len() == reach && handle.handled() as usize == reach + 1);
    let before = log.sorted();
    assert_eq!(handle.len(), 4 - 1 - reach);
    gate.open();
    handle.close();
    joined(runner);
    let after = log.take();
    (log, before, after)
}

#[test]
fn unordered_events_pass_each_other() {
    checked(|| {
        let (_, before, after) = with_a_blocked_first(Order::Unordered);
        assert_eq!((before, after), (vec![1, 2, 10], vec![0]));
    });
}

#[test]
fn per_key_only_those_of_other_keys_pass() {
    checked(|| {
        let (_, before, after) = with_a_blocked_first(Order::PerKey);
        assert_eq!((before, after), (vec![10], vec![0, 1, 2]));
    });
}

#[test]
fn serial_events_never_pass() {
    checked(|| {
        let (_, before, after) = with_a_blocked_first(Order::Serial);
        assert_eq!((before, after), (vec![], vec![0, 1, 2, 10]));
    });
}

#[test]
fn per_key_order_holds_through_yields() {
    checked(|| {
        const KEYS: u32 = 10;
        const EACH: u32 = 50;
        let (engine, log) = (EventEngine::with_order(Order::PerKey), Log::new());
        let theirs = log.clone();
        engine.register_all(move |&key: &u32, &n: &u32| {
            (0..n % 3).for_each(|_| vervet::yield_now());
            theirs.note((key, n));
        });
        for n in 0..EACH {
            (0..KEYS).try_for_each(|key| engine.post(key, n)).unwrap();
        }
        engine.close();
        engine.run();
        let seen = log.take();
        for key in 0..KEYS {
            let of_key = seen.iter().filter(|(k, _)| *k == key).map(|(_, n)| *n);
            assert!(of_key.eq(0..EACH), "{key}");
        }
    });
}

#[test]
fn a_key_that_comes_back_is_in_order_with_itself() {
    checked(|| {
        // Its greenlet ends again and again, as there is nothing left.
        let (engine, log) = (Engine::with_order(Order::PerKey), Log::new());
        engine.register("k", log.noting());
        let handle = engine.handle();
        let runner = running(engine);
        for n in 0..500 {
            handle.post("k", n).unwrap();
            if n % 7 == 0 {
                eventually("all is handled", || log.len() as u32 == n + 1);
            }
        }
        handle.close();
        joined(runner);
        assert!(log.take().into_iter().eq(0..500));
    });
}

/// The most that were handled at once.
fn most_at_once(engine: Engine, events: u32) -> usize {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let theirs = Arc::clone(&most);
    engine.register_all(move |_, _| {
        theirs.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
        (0..5).for_each(|_| vervet::yield_now());
        now.fetch_sub(1, SeqCst);
    });
    (0..events).try_for_each(|n| engine.post(["a", "b", "c", "d", "e"][n as usize % 5], n)).unwrap();
    run_out(&engine);
    assert_eq!(engine.handled(), events.into());
    most.load(SeqCst)
}

#[test]
fn no_more_are_handled_at_once_than_may() {
    checked(|| {
        let limited = |order| Engine::builder().order(order).max_running(3).build();
        for order in [Order::Unordered, Order::PerKey] {
            assert!((1..=3).contains(&most_at_once(limited(order), 100)));
        }
        assert_eq!(most_at_once(limited(Order::Serial), 100), 1);
        assert!((1..=5).contains(&most_at_once(Engine::with_order(Order::PerKey), 100)));
        assert_eq!(most_at_once(Engine::with_order(Order::Serial), 100), 1);
    });
}

#[test]
fn a_full_crew_holds_up_run_but_loses_nothing() {
    checked(|| {
        let engine = Engine::builder().max_running(1).build();
        let (gate, log) = (Gate::new(), Log::new());
        let (passage, theirs) = (gate.clone(), log.clone());
        engine.register("k", move |&event| {
            passage.pass();
            theirs.note(event);
        });
        let handle = engine.handle();
        (0..3).try_for_each(|event| handle.post("k", event)).unwrap();
        let cut = Log::new();
        let was_cut = cut.clone();
        let runner = vervet::spawn(move || {
            was_cut.note(vervet::timeout(Duration::from_millis(5), || engine.run()).is_err());
            engine.run();
        });
        eventually("cut short while it waits for a place", || cut.len() == 1);
        parked(&runner.handle(), "lock");
        gate.open();
        handle.close();
        runner.join().unwrap();
        assert_eq!((log.sorted(), cut.take()), (vec![0, 1, 2], vec![true]));
    });
}

#[test]
fn a_busy_key_leaves_a_place_to_others() {
    checked(|| {
        let engine = Engine::builder().order(Order::PerKey).max_running(1).build();
        let handle = engine.handle();
        // As long as the other has not had his turn, there is always more for this one.
        engine.register("busy", move |&event| {
            let _ = handle.post("busy", event + 1);
        });
        let handle = engine.handle();
        engine.register("patient", move |_| assert!(handle.close()));
        (0..200).try_for_each(|_| engine.post("busy", 0)).unwrap();
        engine.post("patient", 0).unwrap();
        engine.run();
        assert!(engine.handled() > 200 && engine.is_empty());
    });
}
