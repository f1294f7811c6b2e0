//! A value that is set once, and everybody who wants to hear of it.
//!
//! Uses `sync::raw::event`, `wait` and `sys`. Model-checked in `models/`.
//!
//! ```text
//!   Pending ──set──▶ Ready ──take, when nobody looks──▶ Taken
//! ```
//!
//! No code of the user's runs under the lock. Whoever looks at the value shares it meanwhile, which is a `Look`; whoever takes
//! it away waits until nobody does.
//!
//! * Race "set against link (or task)": both are under the lock. A link comes before, and `set` hands it out to be run, or
//!   after, and is handed back together with the value.
//! * Race "set against wait": the value is there before the event is set.
//! * Race "take against look": one who takes and finds somebody looking clears `unseen` and says so under the lock. The last
//!   look to end sees that under the same lock, and sets it.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;
use std::{mem, task};

use super::event::RawEvent;
use crate::sys::sync::{Mutex, MutexGuard, PoisonError};
use crate::wait::Cancelled;

/// To be run when the value is there.
pub(crate) type Link<V> = Box<dyn FnOnce(&V) + Send>;

pub(crate) struct RawPromise<V> {
    ready: RawEvent,
    /// Nobody looks at the value, as far as somebody who wants to take it is concerned.
    unseen: RawEvent,
    state: Mutex<State<V>>,
}

struct State<V> {
    value: Value<V>,
    links: Vec<Link<V>>,
    /// Those who await it, by the keys they were given.
    tasks: BTreeMap<u64, task::Waker>,
    next_key: u64,
    /// Somebody waits for `unseen`.
    takers: bool,
}

enum Value<V> {
    Pending,
    /// Shared with every `Look`.
    Ready(Arc<V>),
    Taken,
}

/// What there is to be seen.
pub(crate) enum Seen<'a, V> {
    Nothing,
    Value(Look<'a, V>),
    Taken,
}

/// The value, as long as somebody looks at it.
pub(crate) struct Look<'a, V> {
    promise: &'a RawPromise<V>,
    /// `None`: in `drop` only.
    value: Option<Arc<V>>,
}

/// What `take` has found.
pub(crate) enum Took<V> {
    Value(V),
    Taken,
    /// The deadline came first.
    Nothing,
}

impl<V> RawPromise<V> {
    pub(crate) fn new() -> RawPromise<V> {
        let state = State {
            value: Value::Pending,
            links: Vec::new(),
            tasks: BTreeMap::new(),
            next_key: 0,
            takers: false,
        };
        RawPromise { ready: RawEvent::new(), unseen: RawEvent::new(), state: Mutex::new(state) }
    }

    /// The event that is set when the value is there.
    pub(crate) fn ready(&self) -> &RawEvent {
        &self.ready
    }

    pub(crate) fn is_ready(&self) -> bool {
        // The event comes a moment after the value.
        self.ready.is_set() || !matches!(self.state().value, Value::Pending)
    }

    /// Sets the value, and wakes those who wait. Answers the links, to be run. The second one has his value back.
    pub(crate) fn set(&self, value: V) -> Result<(Look<'_, V>, Vec<Link<V>>), V> {
        let mut state = self.state();
        if !matches!(state.value, Value::Pending) {
            return Err(value);
        }
        let value = Arc::new(value);
        state.value = Value::Ready(Arc::clone(&value));
        let links = mem::take(&mut state.links);
        let tasks = mem::take(&mut state.tasks);
        drop(state);
        self.ready.set();
        for task in tasks.into_values() {
            task.wake();
        }
        Ok((Look { promise: self, value: Some(value) }, links))
    }

    pub(crate) fn look(&self) -> Seen<'_, V> {
        match &self.state().value {
            Value::Pending => Seen::Nothing,
            Value::Ready(value) => Seen::Value(Look { promise: self, value: Some(Arc::clone(value)) }),
            Value::Taken => Seen::Taken,
        }
    }

    /// Waits until there is something to be seen, until `deadline` at most.
    pub(crate) fn wait(&self, deadline: u64) -> Result<bool, Cancelled> {
        self.ready.wait(deadline)
    }

    /// Waits for the value, and until nobody looks at it, and takes it.
    pub(crate) fn take(&self, deadline: u64) -> Result<Took<V>, Cancelled> {
        if !self.wait(deadline)? {
            return Ok(Took::Nothing);
        }
        loop {
            if let Some(took) = self.try_take() {
                return Ok(took);
            }
            if !self.unseen.wait(deadline)? {
                return Ok(Took::Nothing);
            }
        }
    }

    /// `None`: somebody looks at it.
    fn try_take(&self) -> Option<Took<V>> {
        let mut state = self.state();
        match mem::replace(&mut state.value, Value::Taken) {
            Value::Pending => {
                state.value = Value::Pending;
                Some(Took::Nothing)
            }
            Value::Taken => Some(Took::Taken),
            Value::Ready(value) => match Arc::try_unwrap(value) {
                Ok(value) => Some(Took::Value(value)),
                Err(value) => {
                    state.value = Value::Ready(value);
                    state.takers = true;
                    self.unseen.clear();
                    None
                }
            },
        }
    }

    /// Registers `link`, or gives it back with what there is to be seen.
    pub(crate) fn link(&self, link: Link<V>) -> Result<(), (Seen<'_, V>, Link<V>)> {
        let mut state = self.state();
        if let Value::Pending = state.value {
            state.links.push(link);
            return Ok(());
        }
        drop(state);
        Err((self.look(), link))
    }

    /// As `look`; if there is nothing, `task` will be woken. `key` is its caller's, and 0 at first.
    pub(crate) fn poll(&self, key: &mut u64, task: &task::Waker) -> Seen<'_, V> {
        // Cloned, and the old one dropped, without the lock.
        let task = task.clone();
        let mut state = self.state();
        if let Value::Pending = state.value {
            if *key == 0 {
                state.next_key += 1;
                *key = state.next_key;
            }
            let old = state.tasks.insert(*key, task);
            drop(state);
            drop(old);
            return Seen::Nothing;
        }
        drop(state);
        self.look()
    }

    /// Takes out whom `poll` has registered.
    pub(crate) fn forget(&self, key: u64) {
        let old = self.state().tasks.remove(&key);
        drop(old);
    }

    fn state(&self) -> MutexGuard<'_, State<V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V> Deref for Look<'_, V> {
    type Target = V;

    fn deref(&self) -> &V {
        self.value.as_ref().expect("it is there until the look is over")
    }
}

impl<V> Drop for Look<'_, V> {
    fn drop(&mut self) {
        let mut state = self.promise.state();
        // Not the last one: nobody takes it away from under us.
        self.value = None;
        if state.takers
            && let Value::Ready(value) = &state.value
            && Arc::strong_count(value) == 1
        {
            state.takers = false;
            self.promise.unseen.set();
        }
    }
}
