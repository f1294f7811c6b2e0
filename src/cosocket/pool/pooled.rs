//! `Pooled`: a place in a pool, and the connection that fills it.
//!
//! Uses `pool::shared`.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use super::Keepalive;
use super::shared::{Entry, Shared, forever};

/// A connection out of a [`KeepalivePool`](super::KeepalivePool), or made for its place in one.
///
/// Dropped, it is closed, and its place goes to the next one. [`keep`](Self::keep) puts it back.
#[must_use = "a connection that is dropped is closed"]
pub struct Pooled<C: Keepalive> {
    shared: Arc<Shared<C>>,
    /// `None` while it is being made, and once it has gone back.
    entry: Option<Entry<C>>,
    /// The place was given on.
    done: bool,
    /// The place is the janitor's.
    examined: bool,
}

impl<C: Keepalive> Pooled<C> {
    /// Takes over a place that the caller has.
    pub(super) fn empty(shared: &Arc<Shared<C>>) -> Pooled<C> {
        Pooled { shared: Arc::clone(shared), entry: None, done: false, examined: false }
    }

    /// For the janitor, with a place of his own.
    pub(super) fn examined(shared: &Arc<Shared<C>>, entry: Entry<C>) -> Pooled<C> {
        let mut pooled = Pooled::empty(shared).fill(entry);
        pooled.examined = true;
        pooled
    }

    pub(super) fn fill(mut self, entry: Entry<C>) -> Pooled<C> {
        self.entry = Some(entry);
        self
    }

    pub(super) fn entry(&mut self) -> &mut Entry<C> {
        self.entry.as_mut().expect("full until it goes back")
    }

    /// How often this connection has come out of its pool: 0 if it was made for this use.
    pub fn reused(&self) -> u64 {
        self.entry.as_ref().map_or(0, |entry| entry.reused)
    }

    /// Puts the connection back, for the next one. One that [died](Keepalive::is_alive), or is too old, is closed; so is, if the
    /// pool is full, the one that has been idle for longest.
    pub fn keep(mut self) {
        if self.entry().conn.is_alive() {
            let max_idle = self.shared.max_idle();
            self.put_back(max_idle);
        }
    }

    /// As [`keep`](Self::keep), with a limit of its own for how long it may be idle; `None` and zero: for ever.
    pub fn keep_for(mut self, max_idle: impl Into<Option<Duration>>) {
        if self.entry().conn.is_alive() {
            self.put_back(forever(max_idle.into()));
        }
    }

    /// Takes the connection out for good. Its place goes to the next one.
    pub fn into_inner(mut self) -> C {
        self.entry.take().expect("full until it goes back").conn
    }

    /// As `keep_for`, for a connection that is known to be alive.
    pub(in super::super) fn put_back(mut self, max_idle: Option<Duration>) {
        if let Some(mut entry) = self.entry.take() {
            entry.rest(max_idle);
            self.done = true;
            self.shared.release(Some(entry), false);
        }
    }

    pub(in super::super) fn shared(&self) -> &Arc<Shared<C>> {
        &self.shared
    }

    /// Puts back what was only looked at.
    pub(super) fn undo(mut self) {
        self.done = true;
        self.shared.release(self.entry.take(), self.examined);
    }
}

impl<C: Keepalive> Drop for Pooled<C> {
    fn drop(&mut self) {
        // First, so that there are never more than may be.
        drop(self.entry.take());
        if !self.done {
            self.shared.release(None, self.examined);
        }
    }
}

impl<C: Keepalive> Deref for Pooled<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.entry.as_ref().expect("full until it goes back").conn
    }
}

impl<C: Keepalive> DerefMut for Pooled<C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.entry().conn
    }
}

impl<C: Keepalive + fmt::Debug> fmt::Debug for Pooled<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let conn = self.entry.as_ref().map(|entry| &entry.conn);
        f.debug_struct("Pooled").field("connection", &conn).field("reused", &self.reused()).finish()
    }
}
