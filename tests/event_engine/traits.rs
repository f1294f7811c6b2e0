//! What the types are, and how they show.

use std::cell::Cell;
use std::error::Error;
use std::fmt::Debug;

use vervet::event_engine::{
    Builder, EngineHandle, EventEngine, EventSource, HandlerId, Order, PostError, Tick, TryPostError,
};

use crate::common::{HOUR, checked};
use crate::support::Engine;

fn shared<T: Send + Sync + Debug>() {}

fn an_error<T: Error>() {}

/// Neither `Sync` nor `Debug`, as a key may be.
#[derive(Clone, PartialEq, Eq)]
struct Key(Cell<u8>);

impl std::hash::Hash for Key {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.get().hash(state);
    }
}

#[test]
fn can_be_sent_and_shared() {
    checked(|| {
        shared::<EventEngine<Key, Cell<u8>>>();
        shared::<EngineHandle<Key, Cell<u8>>>();
        shared::<EventSource>();
        shared::<(HandlerId, Order, Tick)>();
        shared::<PostError<u8>>();
        shared::<TryPostError<u8>>();
        an_error::<PostError<Cell<*const u8>>>();
        an_error::<TryPostError<Cell<*const u8>>>();
        let engine = EventEngine::new();
        engine.register(Key(Cell::new(1)), |event: &Cell<u8>| event.set(2));
        engine.post(Key(Cell::new(1)), Cell::new(1)).unwrap();
        assert_eq!(engine.run_once(None), 1);
    });
}

#[test]
fn they_show_what_they_are() {
    checked(|| {
        let builder =
            Builder::<&str, u32>::default().order(Order::PerKey).capacity(5).max_running(3).name("ours");
        assert_eq!(
            format!("{builder:?}"),
            r#"Builder { order: PerKey, capacity: Some(5), max_running: Some(3), name: "ours", .. }"#
        );
        let engine: Engine = builder.build();
        engine.register("k", |_| ());
        engine.post("k", 1).unwrap();
        let source = engine.after(HOUR, "k", 1);
        let shown =
            r#"{ name: "ours", order: PerKey, phase: Open, len: 1, handlers: 1, running: 0, sources: 1 }"#;
        assert_eq!(format!("{engine:?}"), format!("EventEngine {shown}"));
        assert_eq!(format!("{:?}", engine.handle()), format!("EngineHandle {shown}"));
        assert_eq!(format!("{source:?}"), "EventSource { active: true, .. }");
        assert_eq!((engine.name(), engine.order()), ("ours", Order::PerKey));
        assert_eq!(format!("{:?}", PostError(1)), "PostError(..)");
        assert_eq!(
            format!("{:?} {:?}", TryPostError::Full(1), TryPostError::Stopped(1)),
            "Full(..) Stopped(..)"
        );
        assert_eq!(TryPostError::Full(1).to_string(), "posting to an engine in which too many events wait");
    });
}

#[test]
fn the_defaults() {
    checked(|| {
        let engine = Engine::default();
        assert_eq!((engine.name(), engine.order()), ("engine", Order::Unordered));
        assert!(engine.is_empty() && !engine.is_stopped());
    });
}

#[test]
#[should_panic = "takes no event"]
fn a_capacity_of_zero_is_refused() {
    let _ = Engine::builder().capacity(0);
}

#[test]
#[should_panic = "handles none"]
fn a_limit_of_zero_is_refused() {
    let _ = Engine::builder().max_running(0);
}
