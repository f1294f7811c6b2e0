//! The one core of all queues: who may put, who may get, who waits for that, and the end.
//!
//! Uses `wait`. Model-checked in `models/`.
//!
//! ```text
//!                    no room                   a get makes room
//!  put ──▶ line of putters, each with its item ─────────────────▶ store ── get ──▶
//!    │                                                                        ▲
//!    └───── nothing there, and somebody waits ──▶ line of getters ────────────┘
//! ```
//!
//! With a bound of zero, the rendezvous, nothing ever gets into the store: items go from one line to the other side.
//!
//! # Delivered or taken back, never both
//! As in `sync::mpsc`'s channel with a bound, and for many getters as well: to hand over, in either direction, means to wake
//! *first*, under the lock, and only if that ended the wait (`Waker::wake` answers `true`) to move the item: out of the
//! putter's slot, or into the getter's. So whoever's wait was cut short finds, under the lock, its slot as it was; and who was
//! woken is never cut short. `kill` and timeouts leave no item between two owners.
//!
//! # Nobody overtakes
//! * Somebody whose wait goes on is in the line of getters only if the store is empty and nobody waits to put: one gets in
//!   line when there is nothing, and whatever comes is for the first of those.
//! * Somebody whose wait goes on is in the line of putters only if there is no room: one gets in line when there is none, and
//!   whoever makes room gives it to the first of those.
//!
//! So a put needs to look at the getters and the room alone, and a get at the store alone where it finds something.
//!
//! # The user's code under the lock
//! Items are compared (`Ord`) and copied for `peek` (`Clone`) under it. If that panics, the lock is poisoned and the state
//! is whole: see `Store`, and a look changes nothing. Destructors run outside.

use std::cell::Cell;

use super::error::{GetTimeoutError, PutTimeoutError, TryGetError, TryPutError};
use super::line::{Line, Spot};
use super::lock::{Mutex, MutexGuard, PoisonError};
use super::store::{Fifo, Stock, Store};
use crate::wait::queue::{Place, WaitQueue};
use crate::wait::{self, Announced, Reason, WaitId, Waker};

#[derive(Debug)]
pub(crate) struct Core<T, S>(Mutex<State<T, S>>);

#[derive(Debug)]
pub(crate) struct State<T, S> {
    store: S,
    /// How many items may be in the store. After a comparison has panicked there may be more.
    bound: usize,
    pub(super) closed: bool,
    pub(super) getters: Line<T>,
    pub(super) putters: Line<T>,
    /// Who waits for something to look at, and takes nothing.
    pub(super) watchers: WaitQueue,
    /// How many items have been put and not been reported done.
    unfinished: usize,
    /// Who waits for that to become 0.
    joiners: WaitQueue,
}

/// Why an item is not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Full,
    Closed,
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
    /// Takes an item in: for the first who waits for one, or for the store. Answers whom to wake besides. If this panics, the
    /// item is where it was.
    #[inline]
    pub(super) fn admit(&mut self, item: &mut Option<T>) -> Result<WaitQueue, Refusal> {
        if self.closed {
            return Err(Refusal::Closed);
        }
        if self.getters.give(item) {
            self.unfinished += 1;
            // There is nothing to look at.
            return Ok(WaitQueue::new());
        }
        if self.store.len() >= self.bound {
            return Err(Refusal::Full);
        }
        self.store.push(item);
        self.unfinished += 1;
        Ok(self.watchers.take())
    }

    /// Gives out the item that is next, and what room this makes to the first who waits for it. If this panics, it has not
    /// given out anything.
    #[inline]
    pub(super) fn take(&mut self) -> Result<T, TryGetError> {
        let Some(item) = self.store.pop() else {
            return self.take_from_putter().ok_or(match self.closed {
                true => TryGetError::Closed,
                false => TryGetError::Empty,
            });
        };
        if self.store.len() >= self.bound {
            return Ok(item);
        }
        match self.take_from_putter() {
            Some(next) => Ok(self.store.refill(item, next)),
            None => Ok(item),
        }
    }

    #[inline]
    fn take_from_putter(&mut self) -> Option<T> {
        let item = self.putters.take()?;
        self.unfinished += 1;
        Some(item)
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

impl<T, S: Store<T>> Core<T, S> {
    pub(crate) fn new(bound: usize) -> Core<T, S> {
        Core::filled(bound, S::default())
    }

    pub(crate) fn filled(bound: usize, store: S) -> Core<T, S> {
        Core(Mutex::new(State {
            unfinished: store.len(),
            store,
            bound,
            closed: false,
            getters: Line::new(),
            putters: Line::new(),
            watchers: WaitQueue::new(),
            joiners: WaitQueue::new(),
        }))
    }

    // --- put -------------------------------------------------------------------------------------------------------

    #[inline]
    pub(crate) fn try_put(&self, item: T) -> Result<(), TryPutError<T>> {
        // Here, so that it is dropped without the lock if a comparison panics.
        let mut item = Some(item);
        let mut state = self.lock();
        let admitted = state.admit(&mut item);
        drop(state);
        match (admitted, item) {
            (Err(Refusal::Full), Some(item)) => Err(TryPutError::Full(item)),
            (Err(Refusal::Closed), Some(item)) => Err(TryPutError::Closed(item)),
            (Ok(mut watchers), _) => {
                watchers.wake_all();
                Ok(())
            }
            (Err(_), None) => unreachable!("a refused item stays where it was"),
        }
    }

    /// Where a cancellation cannot unwind, it gives the item back as if the queue were closed.
    #[inline]
    pub(crate) fn put(&self, item: T, deadline: u64) -> Result<(), PutTimeoutError<T>> {
        if wait::checkpoint().is_err() {
            return Err(PutTimeoutError::Closed(item));
        }
        match self.try_put(item) {
            Ok(()) => {
                wait::give_way();
                Ok(())
            }
            Err(TryPutError::Closed(item)) => Err(PutTimeoutError::Closed(item)),
            Err(TryPutError::Full(item)) => self.put_in_turn(item, deadline),
        }
    }

    fn put_in_turn(&self, item: T, deadline: u64) -> Result<(), PutTimeoutError<T>> {
        // The item is here, or in the line, or delivered. Here it is dropped if the wait ends by unwinding.
        let here = Cell::new(Some(item));
        let turn = Turn::default();
        let leave = || turn.spot.take().and_then(|spot| self.lock().putters.leave(spot));
        let register = |announced: &Announced<'_>| {
            let mut item = here.take();
            let mut state = self.lock();
            let (waits, mut watchers) = match state.admit(&mut item) {
                Ok(watchers) => (false, watchers),
                Err(Refusal::Closed) => (false, WaitQueue::new()),
                Err(Refusal::Full) => (true, state.line_up(&turn, announced.waker(), item.take())),
            };
            drop(state);
            here.set(item);
            watchers.wake_all();
            waits
        };
        let in_time = wait::park(Reason::Channel, 0, deadline, register, |_| here.set(leave()));
        // Woken, and the item still in the line: it was not a get that woke us, but the end.
        match (here.take().or_else(leave), in_time) {
            (None, _) => Ok(()),
            (Some(item), Ok(false)) => Err(PutTimeoutError::TimedOut(item)),
            (Some(item), _) => Err(PutTimeoutError::Closed(item)),
        }
    }

    // --- get -------------------------------------------------------------------------------------------------------

    #[inline]
    pub(crate) fn try_get(&self) -> Result<T, TryGetError> {
        self.lock().take()
    }

    /// Where a cancellation cannot unwind it says "closed": to a loop that goes on until then, "timed out" would be a reason
    /// to try again, at once and for ever.
    #[inline]
    pub(crate) fn get(&self, deadline: u64) -> Result<T, GetTimeoutError> {
        wait::checkpoint().map_err(|_| GetTimeoutError::Closed)?;
        match self.try_get() {
            Ok(item) => {
                wait::give_way();
                Ok(item)
            }
            Err(TryGetError::Closed) => Err(GetTimeoutError::Closed),
            Err(TryGetError::Empty) => self.get_in_turn(deadline),
        }
    }

    fn get_in_turn(&self, deadline: u64) -> Result<T, GetTimeoutError> {
        let here = Cell::new(None);
        let turn = Turn::default();
        let leave = || turn.spot.take().and_then(|spot| self.lock().getters.leave(spot));
        let register = |announced: &Announced<'_>| {
            let mut state = self.lock();
            match state.take() {
                Ok(item) => here.set(Some(item)),
                Err(TryGetError::Closed) => {}
                Err(TryGetError::Empty) => {
                    turn.set(state.getters.join(turn.place.get(), announced.waker(), None));
                    return true;
                }
            }
            false
        };
        // A slot that was left by a wait that ended otherwise is empty.
        let in_time = wait::park(Reason::Channel, 0, deadline, register, |_| here.set(leave()));
        match (here.take().or_else(leave), in_time) {
            (Some(item), _) => Ok(item),
            (None, Ok(false)) => Err(GetTimeoutError::TimedOut),
            // Woken with an empty slot: by the end.
            (None, _) => Err(GetTimeoutError::Closed),
        }
    }

    // --- peek ------------------------------------------------------------------------------------------------------

    pub(crate) fn try_peek(&self) -> Result<T, TryGetError>
    where
        T: Clone,
    {
        self.lock().peek().cloned()
    }

    pub(crate) fn peek(&self, deadline: u64) -> Result<T, GetTimeoutError>
    where
        T: Clone,
    {
        wait::checkpoint().map_err(|_| GetTimeoutError::Closed)?;
        let seen = Cell::new(Err(TryGetError::Empty));
        let look = |state: &State<T, S>| {
            seen.set(state.peek().cloned());
        };
        look(&self.lock());
        loop {
            match seen.replace(Err(TryGetError::Empty)) {
                Ok(item) => {
                    wait::give_way();
                    return Ok(item);
                }
                Err(TryGetError::Closed) => return Err(GetTimeoutError::Closed),
                Err(TryGetError::Empty) => {}
            }
            // Whoever is woken may find that somebody else has taken the item meanwhile, and waits again.
            match self.watch(deadline, |state| {
                let item = state.peek().cloned();
                let found = !matches!(item, Err(TryGetError::Empty));
                seen.set(item);
                found
            }) {
                Ok(true) => {}
                Ok(false) => return Err(GetTimeoutError::TimedOut),
                Err(_) => return Err(GetTimeoutError::Closed),
            }
        }
    }

    /// Waits until there may be something to look at; not at all if `found`, under the lock, says that there is.
    fn watch(&self, deadline: u64, found: impl Fn(&State<T, S>) -> bool) -> Result<bool, wait::Cancelled> {
        let place = Cell::new(Place::default());
        let register = |announced: &Announced<'_>| {
            let mut state = self.lock();
            let waits = !found(&state);
            if waits {
                place.set(state.watchers.push(announced.waker(), ()));
            }
            waits
        };
        let forget = |_| {
            self.lock().watchers.remove(place.get());
        };
        wait::park(Reason::Channel, 0, deadline, register, forget)
    }
}

/// What no item has to be looked at for.
impl<T, S: Stock> Core<T, S> {
    /// Panics of the user's code leave the state whole, so poison means nothing.
    #[inline]
    pub(super) fn lock(&self) -> MutexGuard<'_, State<T, S>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // --- the end ---------------------------------------------------------------------------------------------------

    /// `false`: it was closed before.
    pub(crate) fn close(&self) -> bool {
        self.end(self.lock())
    }

    /// Closes, wakes all, and lets go of the lock before that.
    fn end(&self, mut state: MutexGuard<'_, State<T, S>>) -> bool {
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

impl<T, S> State<T, S> {
    /// Answers whom to wake.
    fn finish(&mut self, left: usize) -> WaitQueue {
        self.unfinished = left;
        if left == 0 { self.joiners.take() } else { WaitQueue::new() }
    }
}

impl<T> Core<T, Fifo<T>> {
    /// Closes, and takes out what is there, as done.
    pub(crate) fn close_now(&self) -> Vec<T> {
        let mut state = self.lock();
        let items = std::mem::take(&mut state.store).0;
        // Reported done too often by others, it cannot be less than that.
        let left = state.unfinished.saturating_sub(items.len());
        let mut joiners = state.finish(left);
        self.end(state);
        joiners.wake_all();
        items.into()
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
