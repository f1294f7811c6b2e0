//! The closure of a coroutine that may never run.
//!
//! Uses nothing.

use std::any::Any;
use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A body that has not begun. Its destructor, foreign code, must not unwind into corosensei.
pub(super) struct Unstarted<F> {
    body: ManuallyDrop<F>,
    stray: *const Cell<Option<Box<dyn Any + Send>>>,
}

impl<F> Unstarted<F> {
    /// What comes out of its destructor goes to `stray`, which outlives it.
    pub(super) fn new(body: F, stray: &Cell<Option<Box<dyn Any + Send>>>) -> Unstarted<F> {
        Unstarted { body: ManuallyDrop::new(body), stray }
    }

    pub(super) fn into_body(self) -> F {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: taken once, as `this` is not used again.
        unsafe { ManuallyDrop::take(&mut this.body) }
    }
}

impl<F> Drop for Unstarted<F> {
    fn drop(&mut self) {
        // AssertUnwindSafe: the panic goes on once corosensei is out of the way.
        // SAFETY: it is not used again.
        let dropped = catch_unwind(AssertUnwindSafe(|| unsafe { ManuallyDrop::drop(&mut self.body) }));
        // SAFETY: it outlives us, `new` was promised.
        unsafe { (*self.stray).set(dropped.err()) };
    }
}
