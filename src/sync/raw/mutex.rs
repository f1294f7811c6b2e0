//! A lock: one word as long as nobody waits, and a queue for when somebody does.
//!
//! Uses `wait` and `sys`. Model-checked in `models/`.
//!
//! ```text
//!            lock                       lock, in vain: queue, park
//!   0 ─────────────────▶ LOCKED ─────────────────▶ LOCKED | QUEUED
//!   ▲ ◀───────────────── unlock                          │ unlock
//!   │                                                    │
//!   │       ┌── the first in the queue is new here: wake him, let go; whoever comes first gets the lock
//!   └───────┴── the first has lost that race, and waits for too long: the lock stays locked, and is his
//! ```
//!
//! Who comes first is mostly the one that has just let go, who needs no switch: that is what makes a busy lock fast. So that
//! nobody starves, one who was woken in vain goes back to the front of the queue, and from `PATIENCE` on after he first came
//! is not woken to try, but given the lock.
//!
//! * `QUEUED` is set as long as somebody is in the queue. It changes under the queue's lock only, as does `LOCKED` while it is
//!   set and the holder lets go.
//! * Race "queue against unlock": who queues sets `QUEUED` under the queue's lock, in the step that finds the lock taken. The
//!   holder's quick way out, which expects `LOCKED` alone, fails from then on; and on the long one he finds the waiter, once
//!   the queue's lock is free.
//! * Race "woken against cancelled": a waiter that was popped and does not want to be woken any more is passed over. If the lock
//!   was let go of for him, somebody else may have it by now, and will see to the queue; if not, we take it, and do.

use std::cell::Cell;

use crate::sys::clock;
use crate::sys::sync::{AtomicU32, Mutex, MutexGuard, Ordering, PoisonError, constructor};
use crate::wait::queue::{Place, WaitQueue};
use crate::wait::{self, Cancelled, NEVER, Reason};

const LOCKED: u32 = 1;
const QUEUED: u32 = 2;

/// Who has waited for longer, in nanoseconds, gets the lock from the next one that lets go of it.
const PATIENCE: u64 = 1_000_000;

/// What a waiter is woken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// To try again.
    Try,
    /// To go on: the lock is his.
    Own,
}

#[derive(Debug)]
pub(crate) struct RawMutex {
    state: AtomicU32,
    queue: Mutex<WaitQueue<Turn>>,
}

impl RawMutex {
    constructor! {
        pub(crate) fn new() -> RawMutex {
            RawMutex { state: AtomicU32::new(0), queue: Mutex::new(WaitQueue::new()) }
        }
    }

    /// Takes the lock if it is free and nobody waits for it.
    #[inline]
    pub(crate) fn try_lock_quickly(&self) -> bool {
        // Acquire pairs with the Release of the unlock before: what the last holder wrote is visible.
        self.state.compare_exchange(0, LOCKED, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Takes the lock if it is free.
    #[inline]
    pub(crate) fn try_lock(&self) -> bool {
        let mut state = self.state.load(Ordering::Relaxed);
        while state & LOCKED == 0 {
            match self.state.compare_exchange_weak(
                state,
                state | LOCKED,
                Ordering::Acquire,
                Ordering::Relaxed,
            ) {
                Ok(_) => return true,
                Err(seen) => state = seen,
            }
        }
        false
    }

    /// Whether it is locked and nobody waits: it may be free in a moment.
    pub(crate) fn is_held_alone(&self) -> bool {
        self.state.load(Ordering::Relaxed) == LOCKED
    }

    /// Waits for the lock.
    pub(crate) fn lock(&self) -> Result<(), Cancelled> {
        self.lock_until(NEVER).map(drop)
    }

    /// Waits for the lock, until `deadline` at most. Whether it is had.
    pub(crate) fn lock_until(&self, deadline: u64) -> Result<bool, Cancelled> {
        let came = clock::now();
        let mut turn = None;
        loop {
            let place = Cell::new(Place::default());
            let mut free = false;
            let in_time = wait::park(
                Reason::Lock,
                0,
                deadline,
                |announced| {
                    let mut queue = self.queue();
                    free = !self.queue_up();
                    if !free {
                        place.set(match turn {
                            None => queue.push(announced.waker(), Turn::Try),
                            Some(turn) => queue.push_front(announced.waker(), turn),
                        });
                    }
                    !free
                },
                |_| {
                    let mut queue = self.queue();
                    queue.remove(place.get());
                    self.still_queued(&queue);
                },
            )?;
            if !in_time {
                return Ok(false);
            }
            if free || turn == Some(Turn::Own) || self.try_lock() {
                return Ok(true);
            }
            let patient = clock::now().saturating_sub(came) < PATIENCE;
            turn = Some(if patient { Turn::Try } else { Turn::Own });
        }
    }

    /// Lets go of the lock. The caller holds it.
    #[inline]
    pub(crate) fn unlock(&self) {
        // Release publishes what the holder wrote to the next one's Acquire.
        if self.state.compare_exchange(LOCKED, 0, Ordering::Release, Ordering::Relaxed).is_err() {
            self.unlock_for_another();
        }
    }

    #[cold]
    fn unlock_for_another(&self) {
        loop {
            let mut queue = self.queue();
            let Some((waker, turn)) = queue.pop() else {
                self.state.store(0, Ordering::Release);
                return;
            };
            let queued = if queue.is_empty() { 0 } else { QUEUED };
            // Nobody else changes the word of a lock that is held, but under the queue's lock. When the lock is handed over
            // what we wrote is published by the waking.
            let held = if turn == Turn::Own { LOCKED } else { 0 };
            self.state.store(held | queued, Ordering::Release);
            drop(queue);
            if waker.wake() {
                return;
            }
            if turn == Turn::Try && !self.try_lock_for_others() {
                return;
            }
        }
    }

    /// After the lock was let go of for somebody who has given up. `false`: somebody has it, or nobody wants it.
    fn try_lock_for_others(&self) -> bool {
        let queued = self.state.load(Ordering::Relaxed) & QUEUED != 0;
        queued && self.try_lock()
    }

    /// Under the queue's lock: sees to it that whoever holds the lock looks into the queue. `false`: nobody held it, and now we
    /// do.
    fn queue_up(&self) -> bool {
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            let next = if state & LOCKED == 0 { state | LOCKED } else { state | QUEUED };
            match self.state.compare_exchange_weak(state, next, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return state & LOCKED != 0,
                Err(seen) => state = seen,
            }
        }
    }

    /// Under the queue's lock, after somebody has left it.
    fn still_queued(&self, queue: &WaitQueue<Turn>) {
        if queue.is_empty() {
            self.state.fetch_and(!QUEUED, Ordering::Relaxed);
        }
    }

    fn queue(&self) -> MutexGuard<'_, WaitQueue<Turn>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
