//! What models have in common.

use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::{Condvar, Mutex};
use loom::thread;

/// Turns given to a waiter that sleeps: the queue it is put in. Publishes what any queue publishes.
#[derive(Debug)]
pub(crate) struct Turns(AtomicUsize);

impl Turns {
    pub(crate) fn new() -> Turns {
        Turns(AtomicUsize::new(0))
    }

    pub(crate) fn give(&self) {
        self.0.fetch_add(1, Ordering::Release);
    }

    /// Sleeps until there have been `n` in all.
    pub(crate) fn sleep_until(&self, n: usize) {
        while self.0.load(Ordering::Acquire) < n {
            thread::yield_now();
        }
    }

    pub(crate) fn given(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// A plain memory location: loom reports it when a write to it and another access are not ordered.
#[derive(Debug)]
pub(crate) struct Plain(UnsafeCell<u32>);

// SAFETY: loom checks every access, and ends the model on a race.
unsafe impl Send for Plain {}
// SAFETY: as above.
unsafe impl Sync for Plain {}

impl Plain {
    pub(crate) fn new() -> Plain {
        Plain(UnsafeCell::new(0))
    }

    pub(crate) fn write(&self) {
        // SAFETY: loom has checked that nobody else is at it.
        self.0.with_mut(|place| unsafe { *place += 1 });
    }

    pub(crate) fn read(&self) -> u32 {
        // SAFETY: as above.
        self.0.with(|place| unsafe { *place })
    }
}

/// A worker's epoll instance with nothing but its eventfd in it.
#[derive(Debug)]
pub(crate) struct Bell {
    rung: Mutex<bool>,
    ring: Condvar,
}

impl Bell {
    pub(crate) fn new() -> Bell {
        Bell { rung: Mutex::new(false), ring: Condvar::new() }
    }

    pub(crate) fn ring(&self) {
        *self.rung.lock().unwrap() = true;
        self.ring.notify_one();
    }

    /// Sleeps until it rings; it may have done so already.
    pub(crate) fn sleep(&self) {
        let mut rung = self.rung.lock().unwrap();
        while !*rung {
            rung = self.ring.wait(rung).unwrap();
        }
        *rung = false;
    }
}
