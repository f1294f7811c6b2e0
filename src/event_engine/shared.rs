//! `Shared`: what the engine, its handles, its sources and its handlers' greenlets have in common; how an event is posted,
//! and how it is handled.
//!
//! Uses the rest of `event_engine`, `pool`, `sync`, `greenlet` and `wait`.
//!
//! Handlers may keep handles to the engine, and the engine keeps handlers: whoever stops it drops them, and so does the end
//! of the `EventEngine` itself.

use std::any::Any;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use super::error::{PostError, TryPostError};
use super::handlers::Handlers;
use super::lanes::{Envelope, Lane, Lanes, Phase};
use super::source::Ticket;
use crate::greenlet::{Builder, Greenlet, GreenletRef, expect_spawned, panic_text};
use crate::pool::{Group, Pool};
use crate::sync::{Semaphore, TryAcquireError};
use crate::wait::{self, cancel};

/// After so many events of a lane it is the turn of another, where not all can have one at once.
const SHARE: usize = 64;

/// Told of a handler's panic.
pub(super) type Hook<K> = Box<dyn Fn(&K, &(dyn Any + Send)) + Send + Sync>;

pub(super) struct Shared<K, E> {
    pub(super) name: Box<str>,
    pub(super) lanes: Lanes<K, E>,
    pub(super) handlers: Handlers<K, E>,
    /// A permit for each event that may wait, if there is a bound.
    pub(super) room: Option<Semaphore>,
    /// Who handles events.
    pub(super) crew: Pool,
    /// Who posts them: timers and watches.
    pub(super) feeds: Group,
    pub(super) on_panic: Option<Hook<K>>,
    /// `run`s under way.
    pub(super) runs: AtomicUsize,
    /// Lanes that somebody has taken to start a greenlet for them, and waits for a place in the crew.
    pub(super) starting: AtomicUsize,
    pub(super) stopped: AtomicBool,
    // These only count; nothing is concluded from them.
    pub(super) waiting: AtomicUsize,
    pub(super) handled: AtomicU64,
    pub(super) panicked: AtomicU64,
}

/// Counts one as long as it exists.
pub(super) struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    pub(super) fn begin(count: &'a AtomicUsize) -> Counted<'a> {
        count.fetch_add(1, Ordering::Relaxed);
        Counted(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        // Release: pairs with the Acquire in `Turn::take`, for `runs`.
        self.0.fetch_sub(1, Ordering::Release);
    }
}

/// A lane that is being seen to. Dropped, it is left: to the next one, if there is more in it.
struct Turn<K: Eq + Hash + Clone, E> {
    shared: Arc<Shared<K, E>>,
    lane: Arc<Lane<K, E>>,
}

/// How long a turn lasts, unless the lane is empty before.
#[derive(Clone, Copy, Debug)]
pub(super) enum Until {
    /// As long as there is a `run`.
    End,
    /// So many events.
    Events(usize),
}

impl<K, E> Shared<K, E>
where
    K: Eq + Hash + Clone,
{
    /// Waits for room, where that is bounded.
    pub(super) fn post(&self, key: K, event: E) -> Result<(), PostError<E>> {
        self.post_as(None, key, event)
    }

    pub(super) fn post_from(&self, ticket: Ticket, key: K, event: E) -> Result<(), PostError<E>> {
        self.post_as(Some(ticket), key, event)
    }

    fn post_as(&self, ticket: Option<Ticket>, key: K, event: E) -> Result<(), PostError<E>> {
        match &self.room {
            None => wait::give_way(),
            Some(room) => match room.acquire() {
                Ok(permit) => permit.forget(),
                Err(_) => return Err(PostError(event)),
            },
        }
        self.admit(Envelope { key, event, ticket })
    }

    pub(super) fn try_post(&self, key: K, event: E) -> Result<(), TryPostError<E>> {
        match self.room.as_ref().map(Semaphore::try_acquire) {
            None => wait::give_way(),
            Some(Ok(permit)) => permit.forget(),
            Some(Err(TryAcquireError::Closed)) => return Err(TryPostError::Stopped(event)),
            Some(Err(TryAcquireError::NoPermits)) => return Err(TryPostError::Full(event)),
        }
        Ok(self.admit(Envelope { key, event, ticket: None })?)
    }

    fn admit(&self, envelope: Envelope<K, E>) -> Result<(), PostError<E>> {
        let count = || {
            self.waiting.fetch_add(1, Ordering::Relaxed);
        };
        self.lanes.admit(envelope, count).map_err(|envelope| PostError(envelope.event))
    }

    pub(super) fn is_open(&self) -> bool {
        self.lanes.phase() == Phase::Open
    }

    /// Takes no more events: those that wait are handled still.
    pub(super) fn close(&self) -> bool {
        let closed = self.lanes.close();
        self.end_feeds();
        closed
    }

    /// Takes no more events, and drops those that wait, and all handlers.
    pub(super) fn stop(&self) -> bool {
        // Release: pairs with the Acquire in `Turn::next`.
        self.stopped.store(true, Ordering::Release);
        let stopped = self.lanes.stop();
        self.end_feeds();
        self.handlers.close();
        stopped
    }

    fn end_feeds(&self) {
        if let Some(room) = &self.room {
            room.close();
        }
        self.feeds.greenlets().iter().for_each(GreenletRef::kill);
    }

    /// Calls the handlers of an event. Whether there is anybody who wants it to be handled.
    fn handle(&self, envelope: &Envelope<K, E>) -> bool {
        if envelope.ticket.as_ref().is_some_and(Ticket::is_void) {
            return false;
        }
        self.handled.fetch_add(1, Ordering::Relaxed);
        for handler in self.handlers.of(&envelope.key).iter() {
            if let Err(payload) = self.handlers.call(handler, &envelope.key, &envelope.event) {
                self.report(&envelope.key, &*payload);
            }
        }
        true
    }

    #[cold]
    fn report(&self, key: &K, payload: &(dyn Any + Send)) {
        self.panicked.fetch_add(1, Ordering::Relaxed);
        let text = |payload| panic_text(payload).unwrap_or("no text").to_owned();
        log::error!("{}: a handler panicked: {}", self.name, text(payload));
        if let Some(hook) = &self.on_panic
            && let Err(payload) = cancel::catch_panic(|| hook(key, payload))
        {
            log::error!("{}: the hook for panics panicked: {}", self.name, text(&*payload));
        }
    }
}

impl<K, E> Shared<K, E>
where
    K: Eq + Hash + Clone + Send + 'static,
    E: Send + 'static,
{
    /// Has a lane seen to, in a greenlet, which answers how many events it has handled.
    ///
    /// # Panics
    /// If there is no memory for a stack. The lane is as it was then.
    ///
    /// # Cancellation
    /// Unwinds when killed or timed out while it waits for a free place in the crew; the lane is as it was.
    pub(super) fn start(self: &Arc<Self>, lane: Arc<Lane<K, E>>, until: Until) -> Greenlet<usize> {
        let _starting = Counted::begin(&self.starting);
        let turn = Turn { shared: Arc::clone(self), lane };
        let builder = Builder::new().name(&*self.name);
        expect_spawned(self.crew.spawn_with(builder, move || turn.take(until)))
    }
}

impl<K: Eq + Hash + Clone, E> Turn<K, E> {
    fn take(self, until: Until) -> usize {
        let (mut taken, mut handled) = (0, 0);
        let goes_on = |taken| match until {
            // Acquire: whoever finds that a `run` has ended finds what was done before, too.
            Until::End => self.shared.runs.load(Ordering::Acquire) > 0 && !self.is_others_turn(taken),
            Until::Events(count) => taken < count,
        };
        while goes_on(taken)
            && let Some(envelope) = self.next()
        {
            taken += 1;
            handled += usize::from(self.shared.handle(&envelope));
            drop(envelope);
            // Handlers that never block would keep the worker.
            wait::give_way();
        }
        handled
    }

    /// Whether other lanes wait, for which there is no greenlet.
    fn is_others_turn(&self, taken: usize) -> bool {
        let shared = &self.shared;
        taken > 0
            && taken.is_multiple_of(SHARE)
            && shared.crew.is_full()
            // Relaxed: who comes too late for this look is seen by the next.
            && (shared.starting.load(Ordering::Relaxed) > 0 || !shared.lanes.offered().is_empty())
    }

    fn next(&self) -> Option<Envelope<K, E>> {
        if self.shared.stopped.load(Ordering::Acquire) {
            return None;
        }
        let envelope = self.lane.next()?;
        self.shared.waiting.fetch_sub(1, Ordering::Relaxed);
        if let Some(room) = &self.shared.room {
            room.add_permits(1);
        }
        Some(envelope)
    }
}

impl<K: Eq + Hash + Clone, E> Drop for Turn<K, E> {
    fn drop(&mut self) {
        self.shared.lanes.leave(&self.lane);
    }
}
