//! What the queues are built from: std's atomics and lock here, loom's in `models/`.
//!
//! Uses nothing of the crate.

use std::cell::UnsafeCell;
use std::hint;
use std::mem::MaybeUninit;
use std::thread;

pub(crate) use std::sync::atomic::{AtomicUsize, Ordering};
pub(crate) use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) use crossbeam_utils::CachePadded;

/// Room for one value, which is there or not: who uses it knows.
#[derive(Debug)]
pub(crate) struct Room<T>(UnsafeCell<MaybeUninit<T>>);

impl<T> Room<T> {
    pub(crate) const fn empty() -> Room<T> {
        Room(UnsafeCell::new(MaybeUninit::uninit()))
    }

    /// Puts a value in. One that is there is forgotten.
    ///
    /// # Safety
    /// Nobody else uses the room at the same time.
    #[inline]
    pub(crate) unsafe fn fill(&self, value: T) {
        // SAFETY: ours alone, says the caller.
        unsafe { (*self.0.get()).write(value) };
    }

    /// Takes the value out.
    ///
    /// # Safety
    /// There is one, it is not used again, and nobody else uses the room at the same time.
    #[inline]
    pub(crate) unsafe fn empty_out(&self) -> T {
        // SAFETY: says the caller.
        unsafe { (*self.0.get()).assume_init_read() }
    }

    /// The value that is there.
    ///
    /// # Safety
    /// There is one, and as long as the reference lives nobody fills the room or empties it.
    pub(crate) unsafe fn look(&self) -> &T {
        // SAFETY: says the caller.
        unsafe { (*self.0.get()).assume_init_ref() }
    }
}

/// While another thread finishes what it is in the middle of: a few instructions, unless the kernel has put it aside.
#[cold]
pub(crate) fn wait_a_moment(spins: &mut u32) {
    *spins += 1;
    if *spins < 64 { hint::spin_loop() } else { thread::yield_now() }
}
