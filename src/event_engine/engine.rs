//! `EventEngine`, its `Builder`, and what runs it.
//!
//! Uses the rest of `event_engine`, `pool` and `sync`.

use std::any::Any;
use std::fmt;
use std::hash::Hash;
use std::iter;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
use std::time::Duration;

use super::handle::EngineHandle;
use super::handlers::Handlers;
use super::lanes::{Lanes, Order};
use super::shared::{Counted, Hook, Shared, Until};
use crate::greenlet::GreenletRef;
use crate::pool::{Group, Pool};
use crate::sync::Semaphore;

/// Calls handlers for events, as they are posted, as time passes, and as fds become ready.
///
/// This is the engine itself, which [runs](EventEngine::run) and which ends when it is dropped. All else is done by its
/// [`EngineHandle`], to which it dereferences, and of which there can be many. See [the module](crate::event_engine).
///
/// `K` is by what handlers are found, `E` is what they are given: `&E`, so neither of them need be copied for several handlers.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use vervet::event_engine::EventEngine;
///
/// #[derive(Clone, PartialEq, Eq, Hash)]
/// enum Key {
///     Tick,
///     Log,
/// }
///
/// let engine = EventEngine::new();
/// let handle = engine.handle();
/// engine.register(Key::Tick, move |n: &u64| {
///     // Handlers may block: each event is handled in a greenlet.
///     vervet::sleep(Duration::from_millis(1));
///     match n {
///         3 => handle.close(),
///         n => handle.post(Key::Log, 10 * n).is_ok(),
///     };
/// });
/// engine.register(Key::Log, |n| println!("logged: {n}"));
/// engine.every(Duration::from_millis(5), Key::Tick, |tick| tick.number);
/// engine.run();
/// assert_eq!(engine.handled(), 5);
/// ```
pub struct EventEngine<K, E>
where
    K: Eq + Hash + Clone + Send + 'static,
    E: Send + 'static,
{
    handle: EngineHandle<K, E>,
}

/// Settings of an engine.
///
/// # Examples
/// ```
/// use vervet::event_engine::{EventEngine, Order};
///
/// let engine: EventEngine<u32, String> =
///     EventEngine::builder().order(Order::PerKey).capacity(1_000).max_running(64).name("ticks").build();
/// assert_eq!((engine.order(), engine.name()), (Order::PerKey, "ticks"));
/// ```
#[must_use = "nothing happens before `build`"]
pub struct Builder<K, E> {
    order: Order,
    capacity: Option<usize>,
    max_running: usize,
    name: Box<str>,
    on_panic: Option<Hook<K>>,
    of: std::marker::PhantomData<fn(E)>,
}

impl<K, E> Builder<K, E>
where
    K: Eq + Hash + Clone + Send + 'static,
    E: Send + 'static,
{
    /// Settings for an engine without any order, and without bounds.
    pub fn new() -> Builder<K, E> {
        Builder {
            order: Order::default(),
            capacity: None,
            max_running: usize::MAX,
            name: "engine".into(),
            on_panic: None,
            of: std::marker::PhantomData,
        }
    }

    /// In which order events are handled; [`Order::Unordered`] without this call.
    pub fn order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// How many events may wait, those not counted that are being handled. A [post](EngineHandle::post) beyond that waits for room;
    /// one of a handler, too, which then may wait for itself. Without this call there is no limit.
    ///
    /// # Panics
    /// For 0: no event would ever get in.
    #[track_caller]
    pub fn capacity(mut self, events: usize) -> Self {
        assert!(events > 0, "an engine with a capacity of 0 takes no event");
        self.capacity = Some(events);
        self
    }

    /// How many events may be handled at once; without this call there is no limit. In an engine that is [`Order::Serial`] it is one in any case.
    ///
    /// # Panics
    /// For 0: no event would ever be handled.
    #[track_caller]
    pub fn max_running(mut self, events: usize) -> Self {
        assert!(events > 0, "an engine that handles 0 events at once handles none");
        self.max_running = events;
        self
    }

    /// Its name, by default "engine". Its greenlets are called by it, as [`runtime::dump`](crate::runtime::dump) and log records show.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into().into_boxed_str();
        self
    }

    /// Called with the key and the payload when a handler has panicked, in the greenlet in which it did, after that was logged. A
    /// panic of this closure is logged, no more.
    pub fn on_panic(mut self, f: impl Fn(&K, &(dyn Any + Send)) + Send + Sync + 'static) -> Self {
        self.on_panic = Some(Box::new(f));
        self
    }

    /// Makes the engine. It has no greenlet and no thread as long as it has nothing to do.
    #[must_use]
    pub fn build(self) -> EventEngine<K, E> {
        let shared = Shared {
            name: self.name,
            lanes: Lanes::new(self.order),
            handlers: Handlers::new(),
            room: self.capacity.map(|events| Semaphore::new(events.min(Semaphore::MAX_PERMITS))),
            crew: Pool::new(self.max_running),
            feeds: Group::new(),
            on_panic: self.on_panic,
            runs: AtomicUsize::new(0),
            starting: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            waiting: AtomicUsize::new(0),
            handled: AtomicU64::new(0),
            panicked: AtomicU64::new(0),
        };
        EventEngine { handle: EngineHandle(Arc::new(shared)) }
    }
}

impl<K, E> EventEngine<K, E>
where
    K: Eq + Hash + Clone + Send + 'static,
    E: Send + 'static,
{
    /// An engine without any order: each event is handled in a greenlet of its own.
    #[must_use]
    pub fn new() -> EventEngine<K, E> {
        Builder::new().build()
    }

    /// An engine with that order.
    #[must_use]
    pub fn with_order(order: Order) -> EventEngine<K, E> {
        Builder::new().order(order).build()
    }

    /// Settings for an engine.
    pub fn builder() -> Builder<K, E> {
        Builder::new()
    }

    /// A handle, for other greenlets and threads, and for handlers. It does not keep the engine alive.
    #[must_use]
    pub fn handle(&self) -> EngineHandle<K, E> {
        self.handle.clone()
    }

    /// Has events handled, those that wait and those that come, until the engine is [stopped](EngineHandle::stop), or has been
    /// [closed](EngineHandle::close) and all events are handled; and then until the last handler has returned.
    ///
    /// Handlers run in greenlets, never here. They are spread over all workers. Several may run an engine at once; that
    /// changes nothing. In one of its own handlers, it does not wait for the others to return.
    ///
    /// # Panics
    /// If there is no memory for a greenlet. The event waits still.
    ///
    /// # Cancellation
    /// Blocks here: yes. Cut short, no event is lost: handlers that have been called go on, and come to their ends by themselves; what
    /// waits, waits for the next `run` or [`run_once`](EventEngine::run_once). Timers and fds go on posting. Where a cancellation cannot
    /// unwind, it returns.
    ///
    /// # Examples
    /// ```
    /// use vervet::event_engine::{EventEngine, Order};
    ///
    /// let engine = EventEngine::with_order(Order::Serial);
    /// let handle = engine.handle();
    /// engine.register("job", |n: &u32| println!("job {n}"));
    /// engine.register("quit", move |_| assert!(handle.stop()));
    ///
    /// let poster = engine.handle();
    /// std::thread::spawn(move || {
    ///     (0..10).try_for_each(|n| poster.post("job", n)).unwrap();
    ///     poster.post("quit", 0).unwrap();
    /// });
    /// engine.run();
    /// assert_eq!(engine.handled(), 11);
    /// ```
    pub fn run(&self) {
        let shared = &self.handle.0;
        let _running = Counted::begin(&shared.runs);
        while let Ok(lane) = shared.lanes.offered().get() {
            drop(shared.start(lane, Until::End));
        }
        if !shared.crew.is_member() {
            shared.crew.join();
        }
    }

    /// Waits for an event, for at most `timeout` (`None`: without limit), has all handled that wait by then, and returns when they
    /// have been. How many that were: 0 means that none came in time, or none ever will.
    ///
    /// Events that come while those are handled wait for the next call.
    ///
    /// # Panics
    /// As [`run`](EventEngine::run).
    ///
    /// # Cancellation
    /// Blocks here: yes; as [`run`](EventEngine::run): nothing is lost, and what has been begun goes on.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use vervet::event_engine::EventEngine;
    ///
    /// let engine = EventEngine::new();
    /// engine.register('x', |text: &&str| println!("{text}"));
    /// assert_eq!(engine.run_once(Some(Duration::ZERO)), 0);
    /// engine.post('x', "one").unwrap();
    /// engine.post('x', "two").unwrap();
    /// assert_eq!(engine.run_once(None), 2);
    /// ```
    pub fn run_once(&self, timeout: Option<Duration>) -> usize {
        let shared = &self.handle.0;
        let offered = shared.lanes.offered();
        let first = match timeout {
            None => offered.get().ok(),
            Some(timeout) => offered.get_timeout(timeout).ok(),
        };
        let Some(first) = first else { return 0 };
        // What has been left with more in it comes to the end of the queue: it is not taken twice.
        let others = offered.len();
        let begun: Vec<_> = iter::once(first)
            .chain(offered.try_iter().take(others))
            .map(|lane| {
                let events = lane.len();
                shared.start(lane, Until::Events(events))
            })
            .collect();
        // Killed in the middle of a handler, one of them has no answer.
        begun.into_iter().map(|turn| turn.join().unwrap_or(0)).sum()
    }
}

impl<K, E> Deref for EventEngine<K, E>
where
    K: Eq + Hash + Clone + Send + 'static,
    E: Send + 'static,
{
    type Target = EngineHandle<K, E>;

    fn deref(&self) -> &EngineHandle<K, E> {
        &self.handle
    }
}

/// Stops it, and kills the handlers that run; waits for nobody.
impl<K, E> Drop for EventEngine<K, E>
where
    K: Eq + Hash + Clone + Send + 'static,
    E: Send + 'static,
{
    fn drop(&mut self) {
        self.handle.stop();
        self.handle.0.crew.greenlets().iter().for_each(GreenletRef::kill);
    }
}

impl<K, E> Default for EventEngine<K, E>
where
    K: Eq + Hash + Clone + Send + 'static,
    E: Send + 'static,
{
    fn default() -> EventEngine<K, E> {
        EventEngine::new()
    }
}

impl<K, E> Default for Builder<K, E>
where
    K: Eq + Hash + Clone + Send + 'static,
    E: Send + 'static,
{
    fn default() -> Builder<K, E> {
        Builder::new()
    }
}

impl<K, E> fmt::Debug for EventEngine<K, E>
where
    K: Eq + Hash + Clone + Send + 'static,
    E: Send + 'static,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.handle.show("EventEngine", f)
    }
}

impl<K, E> fmt::Debug for Builder<K, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let max_running = Some(self.max_running).filter(|&events| events != usize::MAX);
        f.debug_struct("Builder")
            .field("order", &self.order)
            .field("capacity", &self.capacity)
            .field("max_running", &max_running)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
