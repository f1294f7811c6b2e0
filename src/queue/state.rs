//! `State`: what a queue's lock guards, and each step that is taken under it.
//!
//! Uses `wait`. Model-checked in `models/`, as a part of the queues. `queue::core` says how the steps go together.

use std::cell::Cell;

use super::error::TryGetError;
use super::line::{Line, Spot};
use super::store::{Stock, Store};
use crate::wait::queue::{Place, WaitQueue};
use crate::wait::{EndedWait, WaitId, Waker};

#[derive(Debug)]
pub(crate) struct State<T, S> {
    pub(super) store: S,
    /// How many items may be in the store. After a comparison has panicked there may be more.
    pub(super) bound: usize,
    pub(super) closed: bool,
    pub(super) getters: Line<T>,
    pub(super) putters: Line<T>,
    /// Who waits for something to look at, and takes nothing.
    pub(super) watchers: WaitQueue,
    /// How many items have been put and not been reported done.
    pub(super) unfinished: usize,
    /// Who waits for that to become 0.
    pub(super) joiners: WaitQueue,
}

/// Why an item is not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Full,
    Closed,
}

/// Who is to hear of an item that has been taken in, as soon as the lock is free.
pub(super) struct News {
    ended: Option<EndedWait>,
    watchers: WaitQueue,
}

impl News {
    pub(super) fn spread(mut self) {
        drop(self.ended);
        self.watchers.wake_all();
    }
}

/// What `Debug` shows of a queue.
pub(super) struct Summary {
    pub(super) len: usize,
    pub(super) closed: bool,
    pub(super) getters: usize,
    pub(super) putters: usize,
    pub(super) unfinished: usize,
}

impl<T, S: Store<T>> State<T, S> {
    /// Takes an item in: for the first who waits for one, or for the store. If this panics, the item is where it was.
    pub(super) fn admit(&mut self, item: &mut Option<T>) -> Result<News, Refusal> {
        if self.closed {
            return Err(Refusal::Closed);
        }
        if !self.getters.is_empty()
            && let Some(ended) = self.getters.give(item)
        {
            self.unfinished += 1;
            // There is nothing to look at.
            return Ok(News { ended: Some(ended), watchers: WaitQueue::new() });
        }
        if self.store.len() >= self.bound {
            return Err(Refusal::Full);
        }
        self.store.push(item);
        self.unfinished += 1;
        Ok(News { ended: None, watchers: self.watchers.take() })
    }

    /// Gives out the item that is next, and what room this makes to the first who waits for it, who is answered besides. If
    /// this panics, it has not given out anything.
    pub(super) fn take(&mut self) -> Result<(T, Option<EndedWait>), TryGetError> {
        let Some(item) = self.store.pop() else {
            return match self.take_from_putter() {
                Some((item, ended)) => Ok((item, Some(ended))),
                None if self.closed => Err(TryGetError::Closed),
                None => Err(TryGetError::Empty),
            };
        };
        if self.putters.is_empty() || self.store.len() >= self.bound {
            return Ok((item, None));
        }
        match self.take_from_putter() {
            Some((next, ended)) => Ok((self.store.refill(item, next), Some(ended))),
            None => Ok((item, None)),
        }
    }

    fn take_from_putter(&mut self) -> Option<(T, EndedWait)> {
        let taken = self.putters.take()?;
        self.unfinished += 1;
        Some(taken)
    }

    /// The item that is next; with a bound of zero, that of the first putter.
    pub(super) fn peek(&self) -> Result<&T, TryGetError> {
        match self.store.peek().or_else(|| self.putters.first()) {
            Some(item) => Ok(item),
            None if self.closed => Err(TryGetError::Closed),
            None => Err(TryGetError::Empty),
        }
    }

    /// Puts a putter in line, and answers whom to wake: with a bound of zero there is something to look at now, for others.
    pub(super) fn line_up(&mut self, turn: &Turn, waker: Waker, item: Option<T>) -> WaitQueue {
        let wait = waker.wait();
        turn.set(self.putters.join(turn.place.get(), waker, item));
        if self.bound == 0 { self.watchers.take_others(wait) } else { WaitQueue::new() }
    }

    /// Whether there is room, or somebody who takes an item at once: somebody else than who waits in `wait`.
    pub(super) fn has_room(&self, wait: WaitId) -> bool {
        self.store.len() < self.bound || self.getters.has_others(wait)
    }

    /// Whether there is an item to be had: not from who waits in `wait`.
    pub(super) fn has_item(&self, wait: WaitId) -> bool {
        self.store.len() > 0 || self.putters.has_others(wait)
    }
}

impl<T, S: Stock> State<T, S> {
    pub(super) fn new(bound: usize, store: S) -> State<T, S> {
        State {
            unfinished: store.len(),
            store,
            bound,
            closed: false,
            getters: Line::new(),
            putters: Line::new(),
            watchers: WaitQueue::new(),
            joiners: WaitQueue::new(),
        }
    }
}

impl<T, S> State<T, S> {
    /// Whether each put and each get has to go through the lock.
    pub(super) fn is_attended(&self) -> bool {
        self.closed || !(self.getters.is_empty() && self.putters.is_empty() && self.watchers.is_empty())
    }

    /// Answers whom to wake.
    pub(super) fn finish(&mut self, left: usize) -> WaitQueue {
        self.unfinished = left;
        if left == 0 { self.joiners.take() } else { WaitQueue::new() }
    }
}

/// Where a call stands in a line.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// While it is in the line.
    pub(super) spot: Cell<Option<Spot>>,
    /// Kept while it is out for another look.
    pub(super) place: Cell<Option<Place>>,
}

impl Turn {
    pub(super) fn set(&self, spot: Spot) {
        self.spot.set(Some(spot));
        self.place.set(Some(spot.place));
    }
}
