//! The list of all live greenlets, for `dump` and for finding one by its id.
//!
//! Uses `runtime::control`. One shard per worker and one for all other threads, each an intrusive list under its lock:
//! entering and leaving take no allocation, and two workers hardly ever meet.

use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::control::Control;

#[derive(Debug)]
pub(crate) struct Shard {
    head: Mutex<Head>,
}

#[derive(Debug)]
struct Head(*const Control);

// SAFETY: the pointers lead to control blocks that are alive while listed, and are followed under the lock only.
unsafe impl Send for Head {}

impl Shard {
    pub(crate) fn new() -> Shard {
        Shard { head: Mutex::new(Head(ptr::null())) }
    }

    /// Lists a new greenlet.
    ///
    /// # Safety
    /// `control` is not listed, was made for this shard, and stays alive until `leave`.
    pub(crate) unsafe fn enter(&self, control: &Control) {
        let mut head = self.lock();
        control.siblings.set((ptr::null(), head.0));
        if !head.0.is_null() {
            // SAFETY: listed, hence alive; its links are ours under the lock.
            let next = unsafe { &*head.0 };
            next.siblings.set((control, next.siblings.get().1));
        }
        head.0 = control;
    }

    /// Strikes a greenlet off the list.
    ///
    /// # Safety
    /// `control` is listed in this shard.
    pub(crate) unsafe fn leave(&self, control: &Control) {
        let mut head = self.lock();
        let (previous, next) = control.siblings.get();
        // SAFETY: neighbours are listed, hence alive; their links are ours under the lock.
        unsafe {
            match previous.as_ref() {
                Some(previous) => previous.siblings.set((previous.siblings.get().0, next)),
                None => head.0 = next,
            }
            if let Some(next) = next.as_ref() {
                next.siblings.set((previous, next.siblings.get().1));
            }
        }
    }

    /// Shows every listed greenlet to `f`, newest first, while none can enter or leave. `f` answers whether to go on.
    pub(crate) fn each(&self, mut f: impl FnMut(&Control) -> bool) {
        let head = self.lock();
        let mut at = head.0;
        // SAFETY: listed, hence alive, and none leaves while we hold the lock.
        while let Some(control) = unsafe { at.as_ref() } {
            if !f(control) {
                return;
            }
            at = control.siblings.get().1;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Head> {
        self.head.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
