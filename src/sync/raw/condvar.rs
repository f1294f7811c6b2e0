//! A condition variable: a queue, and a flag that says whether there is anybody in it.
//!
//! Uses `wait` and `sys`. Model-checked in `models/`.
//!
//! * A waiter enters the queue before it lets go of its lock. Whoever changes the condition under that lock comes before,
//!   and then the waiter has seen the change, or after, and then he finds the waiter. The lock also orders the flag.
//! * Race "notified against cancelled": whose wake comes too late is passed over, and the notification is the next one's.
//!   A waiter that was woken is never cut short, so none is lost.
//! * A wait that is resumed only to look whether it has been cancelled has left the queue meanwhile, without the lock. It must
//!   not go back: it ends, as if woken for no reason.

use std::cell::Cell;

use crate::sys::sync::{AtomicU32, Mutex, MutexGuard, Ordering, PoisonError, constructor};
use crate::wait::queue::{Place, WaitQueue};
use crate::wait::{self, Cancelled, Reason};

#[derive(Debug)]
pub(crate) struct RawCondvar {
    /// 1: somebody may be in the queue. Changes under the queue's lock.
    waiting: AtomicU32,
    queue: Mutex<WaitQueue>,
}

impl RawCondvar {
    constructor! {
        pub(crate) fn new() -> RawCondvar {
            RawCondvar { waiting: AtomicU32::new(0), queue: Mutex::new(WaitQueue::new()) }
        }
    }

    /// Waits for a notification, `true`, or until `deadline`, `false`; `unlock` lets go of the lock. If it is cut short before
    /// that, `unlock` is not called.
    pub(crate) fn wait(&self, deadline: u64, unlock: impl FnOnce()) -> Result<bool, Cancelled> {
        let place = Cell::new(Place::default());
        let mut unlock = Some(unlock);
        wait::park(
            Reason::Signal,
            0,
            deadline,
            |announced| {
                let Some(unlock) = unlock.take() else { return false };
                let mut queue = self.queue();
                place.set(queue.push(announced.waker(), ()));
                // Relaxed, as is the load in `notify_one`: the caller's lock, which is still held, orders them.
                self.waiting.store(1, Ordering::Relaxed);
                drop(queue);
                unlock();
                true
            },
            |_| {
                let mut queue = self.queue();
                queue.remove(place.get());
                self.still_waiting(&queue);
            },
        )
    }

    pub(crate) fn notify_one(&self) {
        while let Some(waker) = self.pop() {
            if waker.wake() {
                return;
            }
        }
    }

    pub(crate) fn notify_all(&self) {
        if self.is_anybody_there() {
            let mut queue = self.queue();
            let mut all = queue.take();
            self.still_waiting(&queue);
            drop(queue);
            all.wake_all();
        }
    }

    fn pop(&self) -> Option<wait::Waker> {
        if !self.is_anybody_there() {
            return None;
        }
        let mut queue = self.queue();
        let first = queue.pop();
        self.still_waiting(&queue);
        first.map(|(waker, ())| waker)
    }

    fn is_anybody_there(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) != 0
    }

    /// Under the queue's lock, after somebody has left it.
    fn still_waiting(&self, queue: &WaitQueue) {
        if queue.is_empty() {
            self.waiting.store(0, Ordering::Relaxed);
        }
    }

    fn queue(&self) -> MutexGuard<'_, WaitQueue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
