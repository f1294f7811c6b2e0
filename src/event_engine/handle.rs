//! `EngineHandle`: what there is to be done with an engine, from wherever.
//!
//! Uses the rest of `event_engine` and `select`.

use std::fmt;
use std::hash::Hash;
use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::error::{PostError, TryPostError};
use super::handlers::{Call, HandlerId};
use super::lanes::{Order, Phase};
use super::shared::Shared;
use super::source::{EventSource, Tick};
use crate::select::{readable, writable};

/// Posts to an engine, registers handlers, sets timers, watches fds, stops it. From any greenlet and any thread; cloning is
/// cheap.
///
/// It does not keep the engine alive: when the [`EventEngine`](super::EventEngine) is dropped, posts fail from then on, and what is
/// registered is dropped at once.
///
/// # Examples
/// ```
/// use vervet::event_engine::EventEngine;
///
/// let engine = EventEngine::new();
/// let handle = engine.handle();
/// let poster = std::thread::spawn(move || handle.post("greeting", "hello"));
/// let greeted = vervet::sync::Arc::new(vervet::sync::Event::new());
/// let theirs = greeted.clone();
/// engine.register("greeting", move |_| theirs.set());
/// assert_eq!(engine.run_once(None), 1);
/// assert!(greeted.is_set());
/// poster.join().unwrap().unwrap();
/// ```
pub struct EngineHandle<K, E>(pub(super) Arc<Shared<K, E>>);

/// Handlers.
impl<K, E> EngineHandle<K, E>
where
    K: Eq + Hash + Clone + Send + 'static,
    E: Send + 'static,
{
    /// Has `f` called with each event that has this key, from the next on whose turn comes.
    ///
    /// Several handlers of a key are called one after the other, as they were registered, and after them those
    /// [for all keys](EngineHandle::register_all). They get the same event. `f` may block. It may be called for several events at once, unless the
    /// engine's [order](Order) rules that out; what it changes it keeps in a lock, or in an atomic. Its panic is logged and counted,
    /// and the next handler called.
    ///
    /// In an engine that has been [stopped](EngineHandle::stop) `f` is dropped.
    ///
    /// # Examples
    /// ```
    /// use vervet::event_engine::EventEngine;
    /// use vervet::sync::{Arc, Mutex};
    ///
    /// let (engine, seen) = (EventEngine::new(), Arc::new(Mutex::new(Vec::new())));
    /// for name in ["first", "second"] {
    ///     let seen = Arc::clone(&seen);
    ///     engine.register('k', move |n: &i32| seen.lock().unwrap().push((name, *n)));
    /// }
    /// engine.post('k', 7).unwrap();
    /// engine.run_once(None);
    /// assert_eq!(*seen.lock().unwrap(), [("first", 7), ("second", 7)]);
    /// ```
    pub fn register(&self, key: K, f: impl Fn(&E) + Send + Sync + 'static) -> HandlerId {
        self.0.handlers.add(Some(key), Call::always(move |_, event| f(event)))
    }

    /// Has `f` called with each event, whatever its key, after the handlers of that key. Otherwise as [`register`](EngineHandle::register).
    pub fn register_all(&self, f: impl Fn(&K, &E) + Send + Sync + 'static) -> HandlerId {
        self.0.handlers.add(None, Call::always(f))
    }

    /// Has `f` called with the next event that has this key, and unregistered before that. Otherwise as [`register`](EngineHandle::register).
    pub fn once(&self, key: K, f: impl FnOnce(&E) + Send + 'static) -> HandlerId {
        self.0.handlers.add(Some(key), Call::once(move |_, event| f(event)))
    }

    /// Unregisters a handler. Whether it was registered.
    ///
    /// From now on it is not called: not with events that wait, and not with the one that is being handled, if its turn has not come there. A
    /// call that has been begun goes on; on another worker that may be one that begins at this moment. A handler may unregister
    /// itself, and others. It is dropped when nobody is in the middle of an event that it was for.
    ///
    /// # Examples
    /// ```
    /// use vervet::event_engine::EventEngine;
    ///
    /// let engine = EventEngine::new();
    /// let id = engine.register("k", |_: &()| unreachable!());
    /// engine.post("k", ()).unwrap();
    /// assert!(engine.unregister(id));
    /// assert!(!engine.unregister(id));
    /// engine.run_once(None);
    /// assert_eq!(engine.panicked(), 0);
    /// ```
    pub fn unregister(&self, id: HandlerId) -> bool {
        self.0.handlers.remove(id)
    }

    /// Unregisters all handlers of that key; those for all keys stay. How many there were.
    pub fn unregister_all(&self, key: &K) -> usize {
        self.0.handlers.remove_all(key)
    }

    /// How many handlers are registered for that key; those for all keys are not counted.
    #[must_use]
    pub fn handler_count(&self, key: &K) -> usize {
        self.0.handlers.count_of(key)
    }
}

/// Events.
impl<K, E> EngineHandle<K, E>
where
    K: Eq + Hash + Clone + Send + 'static,
    E: Send + 'static,
{
    /// Posts an event: it is handled when its turn comes, while the engine [runs](super::EventEngine::run). Events without handlers
    /// are dropped then.
    ///
    /// # Errors
    /// The engine has been stopped or closed, or is meanwhile: the event comes back.
    ///
    /// # Cancellation
    /// Blocks here: in an engine with a [capacity](super::Builder::capacity), while that is used up. Cut short there, the event is dropped, and
    /// nobody has got it; where a cancellation cannot unwind, it comes back. Otherwise not, and no kill takes effect here.
    ///
    /// # Examples
    /// ```
    /// use vervet::event_engine::{EventEngine, PostError};
    ///
    /// let engine = EventEngine::new();
    /// assert_eq!(engine.post("k", 1), Ok(()));
    /// engine.stop();
    /// assert_eq!(engine.post("k", 2), Err(PostError(2)));
    /// ```
    pub fn post(&self, key: K, event: E) -> Result<(), PostError<E>> {
        self.0.post(key, event)
    }

    /// Posts an event if there is room.
    ///
    /// # Errors
    /// As many events wait as may → `Full`; the engine has been stopped or closed → `Stopped`. Either gives the event back.
    ///
    /// # Cancellation
    /// Blocks here: no.
    ///
    /// # Examples
    /// ```
    /// use vervet::event_engine::{EventEngine, TryPostError};
    ///
    /// let engine = EventEngine::builder().capacity(1).build();
    /// assert_eq!(engine.try_post("k", 1), Ok(()));
    /// assert_eq!(engine.try_post("k", 2), Err(TryPostError::Full(2)));
    /// ```
    pub fn try_post(&self, key: K, event: E) -> Result<(), TryPostError<E>> {
        self.0.try_post(key, event)
    }

    /// Posts an event after `delay`, unless the source is cancelled before; if the engine has been stopped by then, the event is dropped.
    ///
    /// # Panics
    /// If there is no memory for a greenlet.
    ///
    /// # Examples
    /// ```
    /// use std::time::{Duration, Instant};
    /// use vervet::event_engine::EventEngine;
    ///
    /// let (engine, start) = (EventEngine::new(), Instant::now());
    /// engine.after(Duration::from_millis(5), "late", "event");
    /// assert_eq!(engine.run_once(None), 1);
    /// assert!(start.elapsed() >= Duration::from_millis(5));
    /// ```
    #[track_caller]
    pub fn after(&self, delay: Duration, key: K, event: E) -> EventSource {
        self.0.once_after(delay, key, event)
    }

    /// Posts what `event` makes after each `period`, until the source is cancelled, or the engine is stopped.
    ///
    /// It does not drift: the n-th tick is due n periods after this call. Ticks do not pile up: none is posted before the last one
    /// has been handled. Those whose time comes meanwhile are skipped, and the next one [tells](Tick::missed) how many. A period of zero means
    /// "again, as soon as the last one has been handled".
    ///
    /// `event` is called in the timer's greenlet. If it panics, that ends the timer and is logged.
    ///
    /// # Panics
    /// If there is no memory for a greenlet.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use vervet::event_engine::EventEngine;
    ///
    /// let engine = EventEngine::new();
    /// let frames = engine.every(Duration::from_millis(2), "frame", |tick| tick.number);
    /// engine.register("frame", move |&n| {
    ///     if n == 3 {
    ///         frames.cancel();
    ///     }
    /// });
    /// assert_eq!((0..3).map(|_| engine.run_once(None)).sum::<usize>(), 3);
    /// assert_eq!(engine.run_once(Some(Duration::from_millis(10))), 0);
    /// ```
    #[track_caller]
    pub fn every(
        &self,
        period: Duration,
        key: K,
        event: impl FnMut(Tick) -> E + Send + 'static,
    ) -> EventSource {
        self.0.each(period, key, event)
    }

    /// Posts what `event` makes when a read from `fd` would not block: there is data, or its end, or a connection to be accepted.
    ///
    /// It goes by the level: when that event has been handled and there is something to be read still, or again, the next one is posted. So
    /// somebody should read: `event` itself, which is given the fd, or the handler. If nobody does, events follow each other without end.
    ///
    /// The fd belongs to the engine until the source is cancelled; pass an [`Arc`] if others use it, too. If it cannot be waited for, or
    /// is closed nevertheless, `event` is given the error, and that is the last event.
    ///
    /// `event` is called in the greenlet of the watch, and may block there. If it panics, that ends the watch and is logged.
    ///
    /// # Panics
    /// If there is no memory for a greenlet.
    ///
    /// # Examples
    /// ```
    /// use vervet::event_engine::EventEngine;
    /// use vervet::net::{TcpListener, TcpStream};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let engine = EventEngine::new();
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// let addr = listener.local_addr()?;
    /// engine.register("client", |client: &std::io::Result<_>| {
    ///     let (_stream, peer) = client.as_ref().unwrap();
    ///     println!("{peer} is here");
    /// });
    /// engine.on_readable(listener, "client", |listener, ready| ready.and_then(|()| listener.accept()));
    ///
    /// let _client = TcpStream::connect(addr)?;
    /// assert_eq!(engine.run_once(None), 1);
    /// assert_eq!(engine.panicked(), 0);
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn on_readable<F: AsFd + Send + 'static>(
        &self,
        fd: F,
        key: K,
        event: impl FnMut(&F, io::Result<()>) -> E + Send + 'static,
    ) -> EventSource {
        self.0.watch(fd, |fd| readable(fd), key, event)
    }

    /// Posts what `event` makes when a write to `fd` would not block. Otherwise as [`on_readable`](EngineHandle::on_readable): as there is room most of the
    /// time, this is for those who have something to write, until they have done so.
    ///
    /// # Panics
    /// If there is no memory for a greenlet.
    #[track_caller]
    pub fn on_writable<F: AsFd + Send + 'static>(
        &self,
        fd: F,
        key: K,
        event: impl FnMut(&F, io::Result<()>) -> E + Send + 'static,
    ) -> EventSource {
        self.0.watch(fd, |fd| writable(fd), key, event)
    }
}

/// The end, and what there is to be seen.
impl<K, E> EngineHandle<K, E>
where
    K: Eq + Hash + Clone + Send + 'static,
    E: Send + 'static,
{
    /// Stops the engine, for good: no event is taken any more; those that wait are dropped, and so are all handlers; timers and watches end.
    /// `false`: it was stopped before.
    ///
    /// What is being handled is handled to its end by the handler that has it, and no further one is called.
    /// [`run`](super::EventEngine::run) returns after that. Does not block; in a handler, too.
    ///
    /// # Examples
    /// ```
    /// use vervet::event_engine::EventEngine;
    ///
    /// let engine = EventEngine::new();
    /// engine.post("never", 1).unwrap();
    /// assert!(engine.stop());
    /// assert!(engine.is_stopped() && engine.is_empty());
    /// engine.run();
    /// assert_eq!(engine.handled(), 0);
    /// ```
    pub fn stop(&self) -> bool {
        self.0.stop()
    }

    /// Lets the engine come to its end: no event is taken any more; timers and watches end; what waits is handled still, and then
    /// [`run`](super::EventEngine::run) returns. `false`: it was closed or stopped before. Does not block.
    ///
    /// # Examples
    /// ```
    /// use vervet::event_engine::EventEngine;
    ///
    /// let engine = EventEngine::new();
    /// (0..100).try_for_each(|n| engine.post("k", n)).unwrap();
    /// engine.close();
    /// engine.run();
    /// assert_eq!(engine.handled(), 100);
    /// ```
    pub fn close(&self) -> bool {
        self.0.close()
    }

    /// Whether no event is taken any more: it was [stopped](EngineHandle::stop) or [closed](EngineHandle::close).
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        !self.0.is_open()
    }

    /// How many events wait. Those that are being handled do not.
    #[must_use]
    pub fn len(&self) -> usize {
        match self.0.lanes.phase() {
            Phase::Stopped => 0,
            Phase::Open | Phase::Closing => self.0.waiting.load(Ordering::Relaxed),
        }
    }

    /// Whether no event waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many events have been handled so far, or are being handled, those included for which there was no handler.
    #[must_use]
    pub fn handled(&self) -> u64 {
        self.0.handled.load(Ordering::Relaxed)
    }

    /// How often a handler has panicked so far.
    #[must_use]
    pub fn panicked(&self) -> u64 {
        self.0.panicked.load(Ordering::Relaxed)
    }

    /// In which order it handles events.
    #[must_use]
    pub fn order(&self) -> Order {
        self.0.lanes.order()
    }

    /// Its name, as in the names of its greenlets and in log records.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    pub(super) fn show(&self, kind: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(kind)
            .field("name", &self.name())
            .field("order", &self.order())
            .field("phase", &self.0.lanes.phase())
            .field("len", &self.len())
            .field("handlers", &self.0.handlers.count())
            .field("running", &self.0.crew.len())
            .field("sources", &self.0.feeds.len())
            .finish()
    }
}

/// Another handle to the same engine.
impl<K, E> Clone for EngineHandle<K, E> {
    fn clone(&self) -> EngineHandle<K, E> {
        EngineHandle(Arc::clone(&self.0))
    }
}

impl<K, E> fmt::Debug for EngineHandle<K, E>
where
    K: Eq + Hash + Clone + Send + 'static,
    E: Send + 'static,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.show("EngineHandle", f)
    }
}
