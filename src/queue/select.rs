//! Getting, putting and looking as sources of a selection.
//!
//! Uses `wait::select`.
//!
//! A selection leaves its waker in the lines as any other call does, and items are handed over as to any other. But it has only
//! one wait for all its sources, and more than one of them may be of the same queue: so whoever is in line with the
//! same wait does not count. A selection neither takes what it puts itself, nor is kept awake by it.

use std::fmt;

use super::core::Core;
use super::error::{GetError, PutError, TryGetError, TryPutError};
use super::state::Turn;
use super::store::Store;
use crate::wait::Waker;
use crate::wait::queue::Place;
use crate::wait::select::Source;

/// A source that gets an item: what `select_get` makes.
#[must_use = "a source does nothing unless it is selected"]
pub struct SelectGet<'a, Q> {
    pub(super) queue: &'a Q,
    pub(super) turn: Turn,
}

/// A source that puts an item: what `select_put` makes.
#[must_use = "a source does nothing unless it is selected"]
pub struct SelectPut<'a, Q, T> {
    pub(super) queue: &'a Q,
    /// `None`: in the line, or delivered.
    pub(super) item: Option<T>,
    pub(super) turn: Turn,
}

/// A source that looks at an item: what `select_peek` makes.
#[must_use = "a source does nothing unless it is selected"]
pub struct SelectPeek<'a, Q> {
    pub(super) queue: &'a Q,
    pub(super) place: Option<Place>,
}

impl<Q: fmt::Debug> fmt::Debug for SelectGet<'_, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SelectGet").field(self.queue).finish()
    }
}

impl<Q: fmt::Debug, T> fmt::Debug for SelectPut<'_, Q, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SelectPut").field(self.queue).finish()
    }
}

impl<Q: fmt::Debug> fmt::Debug for SelectPeek<'_, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SelectPeek").field(self.queue).finish()
    }
}

impl<T, S: Store<T>> Core<T, S> {
    pub(super) fn select_get(&self) -> Option<Result<T, GetError>> {
        match self.try_get() {
            Ok(item) => Some(Ok(item)),
            Err(TryGetError::Closed) => Some(Err(GetError)),
            Err(TryGetError::Empty) => None,
        }
    }

    pub(super) fn watch_get(&self, turn: &Turn, waker: Waker) -> bool {
        let mut state = self.whole();
        let waits = !state.closed && !state.has_item(waker.wait());
        if waits {
            turn.set(state.getters.join(turn.place.get(), waker, None));
        }
        waits
    }

    pub(super) fn unwatch_get(&self, turn: &Turn) -> Option<Result<T, GetError>> {
        let spot = turn.spot.take()?;
        self.lock().getters.leave(spot).map(Ok)
    }

    pub(super) fn select_put(&self, item: &mut Option<T>) -> Option<Result<(), PutError<T>>> {
        match self.try_put(item.take()?) {
            Ok(()) => Some(Ok(())),
            Err(TryPutError::Closed(item)) => Some(Err(PutError(item))),
            Err(TryPutError::Full(refused)) => {
                *item = Some(refused);
                None
            }
        }
    }

    pub(super) fn watch_put(&self, turn: &Turn, waker: Waker, item: &mut Option<T>) -> bool {
        let mut state = self.whole();
        if state.closed || state.has_room(waker.wait()) {
            return false;
        }
        let mut watchers = state.line_up(turn, waker, item.take());
        drop(state);
        watchers.wake_all();
        true
    }

    pub(super) fn unwatch_put(&self, turn: &Turn, item: &mut Option<T>) -> Option<Result<(), PutError<T>>> {
        let spot = turn.spot.take()?;
        *item = self.lock().putters.leave(spot);
        // Gone: somebody has got it.
        item.is_none().then_some(Ok(()))
    }

    pub(super) fn select_peek(&self) -> Option<Result<T, GetError>>
    where
        T: Clone,
    {
        match self.try_peek() {
            Ok(item) => Some(Ok(item)),
            Err(TryGetError::Closed) => Some(Err(GetError)),
            Err(TryGetError::Empty) => None,
        }
    }

    pub(super) fn watch_peek(&self, waker: Waker) -> Option<Place> {
        let mut state = self.whole();
        let waits = !state.closed && !state.has_item(waker.wait());
        waits.then(|| state.watchers.push(waker, ()))
    }

    pub(super) fn unwatch_peek(&self, place: Place) {
        self.lock().watchers.remove(place);
    }
}

/// Whether there is an item, or the end: for [`wait`](crate::wait()).
pub(super) struct Ready<'a, T, S> {
    core: &'a Core<T, S>,
    place: Option<Place>,
}

impl<'a, T, S> Ready<'a, T, S> {
    pub(super) fn new(core: &'a Core<T, S>) -> Ready<'a, T, S> {
        Ready { core, place: None }
    }
}

impl<T, S: Store<T>> Source for Ready<'_, T, S> {
    type Output = ();

    fn try_take(&mut self) -> Option<()> {
        let empty = matches!(self.core.whole().peek(), Err(TryGetError::Empty));
        (!empty).then_some(())
    }

    fn watch(&mut self, waker: Waker) -> bool {
        self.place = self.core.watch_peek(waker);
        self.place.is_some()
    }

    fn unwatch(&mut self) -> Option<()> {
        if let Some(place) = self.place.take() {
            self.core.unwatch_peek(place);
        }
        None
    }
}

/// The sources of one type of queue.
macro_rules! sources {
    ($name:ident $(, $ord:ident)?) => {
        impl<T $(: $ord)?> Source for SelectGet<'_, $name<T>> {
            type Output = Result<T, GetError>;

            fn try_take(&mut self) -> Option<Self::Output> {
                self.queue.0.select_get()
            }

            fn watch(&mut self, waker: Waker) -> bool {
                self.queue.0.watch_get(&self.turn, waker)
            }

            fn unwatch(&mut self) -> Option<Self::Output> {
                self.queue.0.unwatch_get(&self.turn)
            }
        }

        impl<T $(: $ord)?> Source for SelectPut<'_, $name<T>, T> {
            type Output = Result<(), PutError<T>>;

            fn try_take(&mut self) -> Option<Self::Output> {
                self.queue.0.select_put(&mut self.item)
            }

            fn watch(&mut self, waker: Waker) -> bool {
                self.queue.0.watch_put(&self.turn, waker, &mut self.item)
            }

            fn unwatch(&mut self) -> Option<Self::Output> {
                self.queue.0.unwatch_put(&self.turn, &mut self.item)
            }
        }

        impl<T: Clone $(+ $ord)?> Source for SelectPeek<'_, $name<T>> {
            type Output = Result<T, GetError>;

            fn try_take(&mut self) -> Option<Self::Output> {
                self.queue.0.select_peek()
            }

            fn watch(&mut self, waker: Waker) -> bool {
                self.place = self.queue.0.watch_peek(waker);
                self.place.is_some()
            }

            fn unwatch(&mut self) -> Option<Self::Output> {
                if let Some(place) = self.place.take() {
                    self.queue.0.unwatch_peek(place);
                }
                None
            }
        }

        impl<T $(: $ord)?> Waitable for $name<T> {
            fn ready(&self) -> Box<dyn Source<Output = ()> + '_> {
                Box::new(Ready::new(&self.0))
            }
        }
    };
}
pub(super) use sources;
