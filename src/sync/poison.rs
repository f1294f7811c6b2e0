//! Poison: whether a greenlet or thread has panicked while it held the lock.
//!
//! Uses `wait`. As in std, with one difference: a kill or a `timeout` that unwinds its holder is no panic, and neither is the panic
//! of a neighbour on the same worker.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LockResult, PoisonError};
use std::thread;

use crate::wait::cancel;

/// Whether a lock is poisoned.
#[derive(Debug)]
pub(super) struct Flag {
    /// Relaxed everywhere: the lock orders it, and whoever asks without the lock gets a guess.
    failed: AtomicBool,
}

/// What is to be known about a holder when he lets go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    /// He was unwinding already, so that tells nothing about what he did with the lock.
    unwinding: bool,
}

impl Flag {
    pub(super) const fn new() -> Flag {
        Flag { failed: AtomicBool::new(false) }
    }

    /// At the beginning of a hold.
    #[inline]
    pub(super) fn hold(&self) -> Held {
        Held { unwinding: thread::panicking() }
    }

    /// At its end.
    #[inline]
    pub(super) fn release(&self, held: Held) {
        if !held.unwinding && cancel::panicking() {
            self.failed.store(true, Ordering::Relaxed);
        }
    }

    #[inline]
    pub(super) fn get(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    pub(super) fn clear(&self) {
        self.failed.store(false, Ordering::Relaxed);
    }

    /// `value`, wrapped as the lock's state wants it.
    #[inline]
    pub(super) fn wrap<T>(&self, value: T) -> LockResult<T> {
        if self.get() { Err(PoisonError::new(value)) } else { Ok(value) }
    }
}

/// Changes what is inside either way.
pub(super) fn map<T, U>(result: LockResult<T>, f: impl FnOnce(T) -> U) -> LockResult<U> {
    match result {
        Ok(value) => Ok(f(value)),
        Err(poison) => Err(PoisonError::new(f(poison.into_inner()))),
    }
}

/// What is inside, whichever it is.
pub(super) fn either<T>(result: LockResult<T>) -> T {
    result.unwrap_or_else(PoisonError::into_inner)
}
