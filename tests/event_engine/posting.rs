//! Posts: from everywhere, with and without a bound.

use vervet::event_engine::{EventEngine, Order, PostError, TryPostError};

use crate::common::{Drops, Gate, HOUR, checked, eventually, in_both, over, parked, someone::Kind};
use crate::support::{Engine, Log, ORDERS, joined, run_out, running};

#[test]
fn from_greenlets_and_threads_and_handlers() {
    checked(|| {
        for order in ORDERS {
            let (engine, log) = (Engine::with_order(order), Log::new());
            engine.register("note", log.noting());
            let handle = engine.handle();
            engine.register("relay", move |&event| handle.post("note", event + 1000).unwrap());
            let handle = engine.handle();
            let runner = running(engine);
            let posters = [(Kind::Greenlet, "note"), (Kind::Thread, "note"), (Kind::Greenlet, "relay")];
            let posters = posters.map(|(kind, key)| {
                let handle = handle.clone();
                kind.start(move || (0..100).try_for_each(|n| handle.post(key, n)).unwrap())
            });
            posters.into_iter().for_each(|poster| poster.join());
            eventually("all has been noted", || log.len() == 300);
            handle.close();
            joined(runner);
            let mut wanted: Vec<u32> = (0..100).chain(0..100).chain(1000..1100).collect();
            wanted.sort_unstable();
            assert_eq!(log.sorted(), wanted, "{order:?}");
        }
    });
}

#[test]
fn before_and_after_the_end() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            let engine = EventEngine::new();
            engine.post("k", drops.value()).unwrap();
            assert!(engine.close());
            let refused = engine.post("k", drops.value()).unwrap_err();
            assert_eq!(refused.to_string(), "posting to an engine that has been stopped");
            let refused = TryPostError::from(refused);
            assert!(refused.is_stopped() && !refused.is_full());
            let again = engine.try_post("k", refused.into_inner()).unwrap_err();
            assert!(again.is_stopped());
            assert_eq!((drops.count(), engine.len()), (0, 1));
            drop(again);
            engine.run();
            assert_eq!((drops.count(), engine.len(), engine.handled()), (2, 0, 1));
        });
    });
}

#[test]
fn the_event_comes_back() {
    checked(|| {
        let engine = Engine::builder().capacity(1).build();
        let handle = engine.handle();
        handle.post("k", 1).unwrap();
        assert_eq!(handle.try_post("k", 2), Err(TryPostError::Full(2)));
        assert_eq!(handle.try_post("k", 2).unwrap_err().into_inner(), 2);
        drop(engine);
        assert_eq!(handle.try_post("k", 3), Err(TryPostError::Stopped(3)));
        assert_eq!(handle.post("k", 4), Err(PostError(4)));
        assert_eq!(handle.post("k", 4).unwrap_err().into_inner(), 4);
    });
}

#[test]
fn a_post_waits_for_room() {
    checked(|| {
        for kind in [Kind::Greenlet, Kind::Thread] {
            let (engine, log) = (Engine::builder().capacity(2).order(Order::Serial).build(), Log::new());
            engine.register("k", log.noting());
            let handle = engine.handle();
            (0..2).try_for_each(|n| engine.post("k", n)).unwrap();
            let poster = kind.start(move || (2..5).try_for_each(|n| handle.post("k", n)).unwrap());
            poster.waits("lock");
            assert_eq!(engine.len(), 2);
            let runner = running_once(engine, 5);
            poster.join();
            let engine = joined(runner);
            assert_eq!(log.take(), [0, 1, 2, 3, 4]);
            assert!(engine.is_empty());
        }
    });
}

/// Runs an engine until it has handled so many events.
fn running_once(engine: Engine, events: u64) -> vervet::Greenlet<Engine> {
    vervet::spawn(move || {
        while engine.handled() < events {
            engine.run_once(None);
        }
        engine
    })
}

#[test]
fn room_is_made_as_an_event_is_begun() {
    checked(|| {
        let engine = Engine::builder().capacity(1).order(Order::PerKey).build();
        let gate = Gate::new();
        let passage = gate.clone();
        engine.register("k", move |_| passage.pass());
        let handle = engine.handle();
        let runner = running(engine);
        handle.post("k", 1).unwrap();
        eventually("it is being handled", || handle.handled() == 1);
        assert_eq!(handle.try_post("k", 2), Ok(()));
        assert_eq!(handle.try_post("k", 3), Err(TryPostError::Full(3)));
        gate.open();
        handle.close();
        assert_eq!(joined(runner).handled(), 2);
    });
}

#[test]
fn the_end_lets_posters_go() {
    checked(|| {
        for (stop, handled) in [(false, 1), (true, 0)] {
            let engine = Engine::builder().capacity(1).build();
            engine.post("k", 1).unwrap();
            let posters = [Kind::Greenlet, Kind::Thread].map(|kind| {
                let handle = engine.handle();
                kind.start(move || handle.post("k", 2)).waiting("lock")
            });
            assert!(if stop { engine.stop() } else { engine.close() });
            for poster in posters {
                assert_eq!(poster.join(), Err(PostError(2)));
            }
            engine.run();
            assert_eq!(engine.handled(), handled);
        }
    });
}

#[test]
fn a_poster_killed_while_it_waits_has_not_posted() {
    checked(|| {
        let drops = Drops::new();
        let engine = EventEngine::builder().capacity(1).build();
        engine.post("k", drops.value()).unwrap();
        let (handle, value) = (engine.handle(), drops.value());
        let poster = vervet::spawn(move || handle.post("k", value).is_ok());
        parked(&poster.handle(), "lock");
        poster.kill();
        over(&poster.handle());
        assert_eq!((drops.count(), engine.len()), (1, 1));
        let timed_out =
            vervet::timeout(std::time::Duration::from_millis(2), || engine.post("k", drops.value()));
        assert!(timed_out.is_err());
        assert_eq!((drops.count(), engine.len()), (2, 1));
        assert_eq!(engine.run_once(Some(HOUR)), 1);
        engine.post("k", drops.value()).unwrap();
        engine.close();
        engine.run();
        assert_eq!((drops.count(), engine.handled()), (4, 2));
    });
}

#[test]
fn a_post_without_a_bound_is_no_place_to_be_killed() {
    checked(|| {
        let engine = Engine::new();
        let handle = engine.handle();
        let poster = vervet::spawn(move || {
            vervet::current().unwrap().kill();
            handle.post("k", 1).unwrap();
            vervet::sleep(HOUR);
        });
        over(&poster.handle());
        assert!(poster.join().unwrap_err().is_killed());
        run_out(&engine);
        assert_eq!(engine.handled(), 1);
    });
}
