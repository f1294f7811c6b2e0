//! The inbox: where other threads leave what a worker has to run.
//!
//! Uses `sys::sync`. Model-checked in `models/`.
//!
//! A stack of intrusively linked items that many push and one empties at a stroke. Emptying by one `swap` rules
//! out the ABA problem of popping item by item; the taker reverses the chain, so that items come out in the order
//! they came in.

use std::ptr;

use crate::sys::sync::{AtomicPtr, Ordering};

/// What can lie in an inbox.
///
/// # Safety
/// `link` answers the same link for the same item for as long as the item lies in an inbox, and nobody else touches
/// that link in the meantime.
pub(crate) unsafe trait Linked: Sized {
    /// # Safety
    /// `item` is valid.
    unsafe fn link(item: *mut Self) -> *const AtomicPtr<Self>;
}

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Inbox<T> {
    head: AtomicPtr<T>,
}

impl<T: Linked> Inbox<T> {
    pub(crate) fn new() -> Inbox<T> {
        Inbox { head: AtomicPtr::new(ptr::null_mut()) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.head.load(Ordering::Relaxed).is_null()
    }

    /// Leaves `item`.
    ///
    /// # Safety
    /// `item` is valid until the taker gets it, and lies in no other inbox.
    pub(crate) unsafe fn push(&self, item: *mut T) {
        // SAFETY: the item is valid, says the caller, and its link is ours while it lies here.
        let link = unsafe { &*T::link(item) };
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            link.store(head, Ordering::Relaxed);
            // Release publishes the item and its link to the taker's Acquire. A chain of pushes is one release
            // sequence, so the taker sees the older items too.
            match self.head.compare_exchange_weak(head, item, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return,
                Err(seen) => head = seen,
            }
        }
    }

    /// Takes all there is, oldest first. Only the owner calls this.
    pub(crate) fn take(&self) -> Taken<T> {
        let mut newest = self.head.swap(ptr::null_mut(), Ordering::Acquire);
        let mut oldest = ptr::null_mut();
        while !newest.is_null() {
            // SAFETY: everything in the chain was pushed as valid and is the owner's since the swap.
            let link = unsafe { &*T::link(newest) };
            let next = link.load(Ordering::Relaxed);
            link.store(oldest, Ordering::Relaxed);
            oldest = newest;
            newest = next;
        }
        Taken { next: oldest }
    }
}

/// What an inbox held.
#[derive(Debug)]
pub(crate) struct Taken<T> {
    next: *mut T,
}

impl<T: Linked> Iterator for Taken<T> {
    type Item = *mut T;

    fn next(&mut self) -> Option<*mut T> {
        let item = self.next;
        if item.is_null() {
            return None;
        }
        // SAFETY: as in `take`; the link is read before the item is handed out.
        self.next = unsafe { &*T::link(item) }.load(Ordering::Relaxed);
        Some(item)
    }
}
