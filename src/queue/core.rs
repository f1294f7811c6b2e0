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
//! # Past the lock
//! The items of a `Queue` with a bound are in a `Ring`, in which those put and take without the lock who need not wait. As long
//! as somebody waits the ring is frozen, and all go through the lock: whoever is about to wait freezes it before he looks
//! whether he has to. Closed, it stays frozen. So what was said above holds for the lock's holder, and the others find either
//! a ring in which nobody waits, or the way to the lock.
//!
//! # The user's code under the lock
//! Items are compared (`Ord`) and copied for `peek` (`Clone`) under it. If that panics, the lock is poisoned and the state
//! is whole: see `Store`, and a look changes nothing. Destructors run outside.

use std::cell::Cell;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::error::{GetTimeoutError, PutTimeoutError, TryGetError, TryPutError};
use super::parts::{Mutex, MutexGuard, PoisonError};
use super::ring::Ring;
use super::state::{Refusal, State, Turn};
use super::store::{Fifo, Store};
use crate::wait::queue::{Place, WaitQueue};
use crate::wait::{self, Announced, Reason};

#[derive(Debug)]
pub(crate) struct Core<T, S> {
    /// The ring in which the items are, if there is one.
    bypass: Option<Arc<Ring<T>>>,
    state: Mutex<State<T, S>>,
}

/// To look at the clock takes as long as to put or to take past the lock: so it is done every so many items, whoever has them.
const LOOK_EVERY: usize = 8;

/// After an item has come to, or gone from, that position in a ring.
#[inline]
fn give_way_at(position: usize) {
    if position.is_multiple_of(LOOK_EVERY) {
        wait::give_way();
    }
}

/// The state with all that belongs to it: nobody puts or takes past the lock.
pub(super) struct Whole<'a, T, S> {
    state: MutexGuard<'a, State<T, S>>,
    bypass: Option<&'a Ring<T>>,
}

impl<T, S> Deref for Whole<'_, T, S> {
    type Target = State<T, S>;

    fn deref(&self) -> &State<T, S> {
        &self.state
    }
}

impl<T, S> DerefMut for Whole<'_, T, S> {
    fn deref_mut(&mut self) -> &mut State<T, S> {
        &mut self.state
    }
}

impl<T, S> Drop for Whole<'_, T, S> {
    fn drop(&mut self) {
        if let Some(ring) = self.bypass
            && !self.state.is_attended()
        {
            ring.thaw();
        }
    }
}

impl<T, S> Core<T, S> {
    /// Panics of the user's code leave the state whole, so poison means nothing.
    #[inline]
    pub(super) fn lock(&self) -> MutexGuard<'_, State<T, S>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lock, with the items.
    #[inline]
    pub(super) fn whole(&self) -> Whole<'_, T, S> {
        let state = self.lock();
        let bypass = self.bypass.as_deref();
        if let Some(ring) = bypass {
            ring.freeze();
        }
        Whole { state, bypass }
    }
}

impl<T> Core<T, Fifo<T>> {
    /// With a ring, unless that would be too large.
    pub(crate) fn with_ring(bound: usize) -> Core<T, Fifo<T>> {
        if !Ring::<T>::is_fit_for(bound) {
            return Core::new(bound);
        }
        let ring = Arc::new(Ring::new(bound));
        let state = State::new(bound, Fifo::Ring(Arc::clone(&ring)));
        Core { bypass: Some(ring), state: Mutex::new(state) }
    }
}

impl<T, S: Store<T>> Core<T, S> {
    pub(crate) fn new(bound: usize) -> Core<T, S> {
        Core::filled(bound, S::default())
    }

    pub(crate) fn filled(bound: usize, store: S) -> Core<T, S> {
        Core { bypass: None, state: Mutex::new(State::new(bound, store)) }
    }

    // --- put -------------------------------------------------------------------------------------------------------

    pub(crate) fn try_put(&self, item: T) -> Result<(), TryPutError<T>> {
        match self.put_past_lock(item) {
            Ok(_) => Ok(()),
            Err(item) => self.put_under_lock(item),
        }
    }

    #[inline]
    fn put_past_lock(&self, item: T) -> Result<usize, T> {
        match &self.bypass {
            Some(ring) => ring.try_push(item),
            None => Err(item),
        }
    }

    fn put_under_lock(&self, item: T) -> Result<(), TryPutError<T>> {
        // Here, so that it is dropped without the lock if a comparison panics.
        let mut item = Some(item);
        let mut state = self.whole();
        let admitted = state.admit(&mut item);
        drop(state);
        match (admitted, item) {
            (Err(Refusal::Full), Some(item)) => Err(TryPutError::Full(item)),
            (Err(Refusal::Closed), Some(item)) => Err(TryPutError::Closed(item)),
            (Ok(news), _) => {
                news.spread();
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
        let item = match self.put_past_lock(item) {
            Ok(position) => {
                give_way_at(position);
                return Ok(());
            }
            Err(item) => item,
        };
        match self.put_under_lock(item) {
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
            let mut state = self.whole();
            let admitted = state.admit(&mut item);
            let mut watchers = match admitted {
                Err(Refusal::Full) => Some(state.line_up(&turn, announced.waker(), item.take())),
                _ => None,
            };
            drop(state);
            here.set(item);
            if let Ok(news) = admitted {
                news.spread();
            }
            watchers.as_mut().map(WaitQueue::wake_all).is_some()
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

    pub(crate) fn try_get(&self) -> Result<T, TryGetError> {
        match self.get_past_lock() {
            Some((item, _)) => Ok(item),
            None => self.get_under_lock(),
        }
    }

    #[inline]
    fn get_past_lock(&self) -> Option<(T, usize)> {
        self.bypass.as_ref()?.try_pop()
    }

    fn get_under_lock(&self) -> Result<T, TryGetError> {
        let taken = self.whole().take();
        // The lock is free again; whoever has got the room is made to run now.
        taken.map(|(item, _)| item)
    }

    /// Where a cancellation cannot unwind it says "closed": to a loop that goes on until then, "timed out" would be a reason
    /// to try again, at once and for ever.
    #[inline]
    pub(crate) fn get(&self, deadline: u64) -> Result<T, GetTimeoutError> {
        wait::checkpoint().map_err(|_| GetTimeoutError::Closed)?;
        if let Some((item, position)) = self.get_past_lock() {
            give_way_at(position);
            return Ok(item);
        }
        match self.get_under_lock() {
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
            let mut state = self.whole();
            let taken = state.take();
            if matches!(taken, Err(TryGetError::Empty)) {
                turn.set(state.getters.join(turn.place.get(), announced.waker(), None));
                return true;
            }
            drop(state);
            here.set(taken.ok().map(|(item, _)| item));
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
        self.whole().peek().cloned()
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
        look(&self.whole());
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
            let mut state = self.whole();
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
