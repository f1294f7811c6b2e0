//! A lock that many readers share, or one writer has: one word as long as nobody waits, and a queue for when somebody does.
//!
//! Uses `wait` and `sys`. Model-checked in `models/`.
//!
//! ```text
//!  31                     2    1        0
//! ┌───────────────────────┬────────┬────────┐
//! │ readers               │ QUEUED │ WRITER │
//! └───────────────────────┴────────┴────────┘
//! ```
//!
//! First come, first served: once somebody is in the queue, everybody goes there, and whoever is first in it is given the
//! lock as soon as that is possible; readers that follow each other get it together. So neither side starves, and a waiter that
//! is woken has the lock.
//!
//! * `QUEUED` is set as long as somebody is in the queue, and changes under the queue's lock only. While it is set, nobody
//!   takes the lock but through the queue: all that can happen elsewhere is that holders let go.
//! * Race "queue against unlock": who queues sets `QUEUED` in the step that finds the lock taken. Whoever lets go in a later
//!   step finds it there, and goes to the queue, too.
//! * Race "admitted against cancelled": the lock of somebody who was admitted and does not want it any more is taken back by
//!   who admitted him, and the next one in line is looked at.
//! * A writer that leaves the queue may have been what kept the readers behind it waiting: whoever leaves admits, too.

use std::cell::Cell;

use crate::sys::sync::{AtomicU32, Mutex, MutexGuard, Ordering, PoisonError, constructor};
use crate::wait::queue::{Place, WaitQueue};
use crate::wait::{self, Cancelled, NEVER, Reason, Waker};

const WRITER: u32 = 1;
const QUEUED: u32 = 2;
const READER: u32 = 4;
/// The state with as many readers as can be counted, and a queue, and no writer.
const FULL: u32 = !WRITER;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

#[derive(Debug)]
pub(crate) struct RawRwLock {
    state: AtomicU32,
    queue: Mutex<WaitQueue<Access>>,
}

impl RawRwLock {
    constructor! {
        pub(crate) fn new() -> RawRwLock {
            RawRwLock { state: AtomicU32::new(0), queue: Mutex::new(WaitQueue::new()) }
        }
    }

    /// Takes the lock if that is possible at once, and nobody is in the queue.
    #[inline]
    pub(crate) fn try_lock(&self, access: Access) -> bool {
        let mut state = self.state.load(Ordering::Relaxed);
        while let Some(next) = locked(state, access) {
            // Acquire pairs with the Release of the unlocks before.
            match self.state.compare_exchange_weak(state, next, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(seen) => state = seen,
            }
        }
        false
    }

    /// Whether a reader more would be too many.
    pub(crate) fn is_full(&self) -> bool {
        self.state.load(Ordering::Relaxed) | QUEUED == FULL
    }

    /// Waits for the lock.
    pub(crate) fn lock(&self, access: Access) -> Result<(), Cancelled> {
        let place = Cell::new(Place::default());
        wait::park(
            Reason::Lock,
            0,
            NEVER,
            |announced| {
                let mut queue = self.queue();
                let waits = self.queue_up(access);
                if waits {
                    place.set(queue.push(announced.waker(), access));
                }
                waits
            },
            |_| {
                if self.queue().remove(place.get()) {
                    self.admit();
                }
            },
        )
        .map(drop)
    }

    #[inline]
    pub(crate) fn unlock(&self, access: Access) {
        // Release publishes what the holder wrote; a reader, too, is to be done with reading before a writer begins.
        match access {
            Access::Read => {
                let left = self.state.fetch_sub(READER, Ordering::Release) - READER;
                if left == QUEUED {
                    self.admit();
                }
            }
            Access::Write => {
                if self.state.fetch_sub(WRITER, Ordering::Release) & QUEUED != 0 {
                    self.admit();
                }
            }
        }
    }

    /// From the one writer to a reader, with nobody in between.
    pub(crate) fn downgrade(&self) {
        if self.state.fetch_add(READER - WRITER, Ordering::Release) & QUEUED != 0 {
            self.admit();
        }
    }

    /// Gives the lock to those first in line, as far as it is to be had.
    #[cold]
    fn admit(&self) {
        while let Some((waker, access)) = self.admit_first() {
            if !waker.wake() {
                let held = if access == Access::Read { READER } else { WRITER };
                self.state.fetch_sub(held, Ordering::Release);
            }
        }
    }

    /// Gives the lock to the first in line, who is to be woken.
    fn admit_first(&self) -> Option<(Waker, Access)> {
        let mut queue = self.queue();
        let Some(&access) = queue.first() else {
            self.state.fetch_and(!QUEUED, Ordering::Relaxed);
            return None;
        };
        // Acquire pairs with the Release of the unlocks before: handed on to the new holder by the waking. The word can only
        // get smaller meanwhile, and whoever makes it so comes here after us.
        let state = self.state.load(Ordering::Acquire);
        let next = locked(state & !QUEUED, access)?;
        self.state.fetch_add(next - (state & !QUEUED), Ordering::Acquire);
        let first = queue.pop();
        if queue.is_empty() {
            self.state.fetch_and(!QUEUED, Ordering::Relaxed);
        }
        first
    }

    /// Under the queue's lock: sees to it that whoever lets go of the lock looks into the queue. `false`: the lock was to be
    /// had, and is ours.
    fn queue_up(&self, access: Access) -> bool {
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            let free = locked(state, access);
            let next = free.unwrap_or(state | QUEUED);
            match self.state.compare_exchange_weak(state, next, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return free.is_none(),
                Err(seen) => state = seen,
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, WaitQueue<Access>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The state after somebody has taken the lock; `None` if it cannot be had.
#[inline]
fn locked(state: u32, access: Access) -> Option<u32> {
    match access {
        Access::Read if state & (WRITER | QUEUED) == 0 && state | QUEUED != FULL => Some(state + READER),
        Access::Write if state == 0 => Some(WRITER),
        _ => None,
    }
}
