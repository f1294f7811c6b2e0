//! The end of a queue, what it tells about itself, and what of it has been dealt with.
//!
//! Uses `wait`. Model-checked in `models/`, as a part of the queues.

use std::cell::Cell;

use super::core::{Core, Whole};
use super::state::Summary;
use super::store::{Fifo, Stock};
use crate::wait::queue::{Place, WaitQueue};
use crate::wait::{self, Announced, Reason};

/// What no item has to be looked at for.
impl<T, S: Stock> Core<T, S> {
    // --- the end ---------------------------------------------------------------------------------------------------

    /// `false`: it was closed before.
    pub(crate) fn close(&self) -> bool {
        self.end(self.whole())
    }

    /// Closes, wakes all, and lets go of the lock before that.
    fn end(&self, mut state: Whole<'_, T, S>) -> bool {
        if state.closed {
            return false;
        }
        state.closed = true;
        let mut lines = [state.getters.dismiss(), state.putters.dismiss()];
        let mut watchers = state.watchers.take();
        drop(state);
        lines.iter_mut().for_each(WaitQueue::wake_all);
        watchers.wake_all();
        true
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().store.len()
    }

    pub(crate) fn is_full(&self) -> bool {
        let state = self.lock();
        state.store.len() >= state.bound
    }

    pub(crate) fn capacity(&self) -> Option<usize> {
        // Known without the lock to whoever made it; but then it would have to be kept twice.
        let bound = self.lock().bound;
        (bound != usize::MAX).then_some(bound)
    }

    pub(super) fn summary(&self) -> Summary {
        let state = self.lock();
        Summary {
            len: state.store.len(),
            closed: state.closed,
            getters: state.getters.len(),
            putters: state.putters.len(),
            unfinished: state.unfinished,
        }
    }

    // --- what is done ----------------------------------------------------------------------------------------------

    pub(crate) fn unfinished(&self) -> usize {
        self.lock().unfinished
    }

    /// Reports one item done. `false`: all have been.
    pub(crate) fn done(&self) -> bool {
        let mut state = self.lock();
        let Some(left) = state.unfinished.checked_sub(1) else { return false };
        let mut joiners = state.finish(left);
        drop(state);
        joiners.wake_all();
        true
    }

    /// Waits until all items are done; `false` if `deadline` came first.
    pub(crate) fn join(&self, deadline: u64) -> Result<bool, wait::Cancelled> {
        wait::checkpoint()?;
        let place = Cell::new(Place::default());
        let register = |announced: &Announced<'_>| {
            let mut state = self.lock();
            let waits = state.unfinished > 0;
            if waits {
                place.set(state.joiners.push(announced.waker(), ()));
            }
            waits
        };
        let forget = |_| {
            self.lock().joiners.remove(place.get());
        };
        wait::park(Reason::Signal, 0, deadline, register, forget)
    }
}

impl<T> Core<T, Fifo<T>> {
    /// Closes, and takes out what is there, as done.
    pub(crate) fn close_now(&self) -> Vec<T> {
        let mut state = self.whole();
        let items = state.store.drain();
        // Reported done too often by others, it cannot be less than that.
        let left = state.unfinished.saturating_sub(items.len());
        let mut joiners = state.finish(left);
        self.end(state);
        joiners.wake_all();
        items
    }
}
