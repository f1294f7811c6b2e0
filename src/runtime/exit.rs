//! The end of a greenlet, and who wants to hear of it.
//!
//! Uses `runtime::wakers` and `sys::sync`. Model-checked in `models/`.
//!
//! A greenlet *ends* when its closure is over and its result is stored; callbacks run then, on its own stack. It is
//! *released* when its stack and its place in every list are given back; only then do joiners go on, so whoever
//! has joined finds the books balanced.

use std::{fmt, mem};

use super::core::{WaitId, Waker};
use super::wakers::Wakers;
use crate::sys::sync::{AtomicU32, Mutex, MutexGuard, Ordering, PoisonError};

/// How a greenlet ended.
///
/// ```
/// let greenlet = vervet::spawn(|| 1);
/// greenlet.on_exit(|exit| assert_eq!(*exit, vervet::Exit::Finished));
/// greenlet.join().unwrap();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exit {
    /// Its closure returned.
    Finished,
    /// Its closure panicked.
    Panicked,
    /// It was killed, before its first run or at a blocking call.
    Killed,
}

/// A callback at the end.
pub(crate) type Callback = Box<dyn FnOnce(&Exit) + Send>;

/// How it ended; 0 while it has not.
const EXIT: u32 = 0b11;
/// Joiners may go on.
const RELEASED: u32 = 1 << 2;
/// Nobody will ask for the result.
const ABANDONED: u32 = 1 << 3;
/// Somebody has asked for the result.
const CLAIMED: u32 = 1 << 4;
/// There is something in `Links::callbacks`.
const CALLBACKS: u32 = 1 << 5;
/// There is something in `Links::waiters` or `Links::awaiting`.
const WAITERS: u32 = 1 << 6;
/// It is not the result's owner who has to answer for a panic.
const ANSWERED: u32 = 1 << 7;

/// See the module's documentation. The flags tell an ending greenlet whether it has to take the lock at all: whoever
/// registers raises his flag under the lock and learns from the same step whether he came too late.
pub(crate) struct ExitCell {
    state: AtomicU32,
    links: Mutex<Links>,
}

struct Links {
    /// Boxed, for the space of a control block that has none.
    #[expect(clippy::box_collection, reason = "a null pointer is smaller than an empty Vec")]
    callbacks: Option<Box<Vec<Callback>>>,
    waiters: Wakers,
    awaiting: Option<std::task::Waker>,
}

impl ExitCell {
    pub(crate) fn new() -> ExitCell {
        let links = Links { callbacks: None, waiters: Wakers::new(), awaiting: None };
        ExitCell { state: AtomicU32::new(0), links: Mutex::new(links) }
    }

    /// How it ended, once it has.
    pub(crate) fn get(&self) -> Option<Exit> {
        // Acquire pairs with `end`: whoever sees the end sees the result.
        match self.state.load(Ordering::Acquire) & EXIT {
            0 => None,
            1 => Some(Exit::Finished),
            2 => Some(Exit::Panicked),
            _ => Some(Exit::Killed),
        }
    }

    pub(crate) fn is_released(&self) -> bool {
        self.state.load(Ordering::Acquire) & RELEASED != 0
    }

    /// Records the end. Answers whether the result was abandoned before, so that the caller has to drop it, and the
    /// callbacks, which the caller has to run.
    pub(crate) fn end(&self, exit: Exit) -> (bool, Vec<Callback>) {
        let code = match exit {
            Exit::Finished => 1,
            Exit::Panicked => 2,
            Exit::Killed => 3,
        };
        // Release publishes the result to its owner, Acquire takes over an abandoned one.
        let before = self.state.fetch_or(code, Ordering::AcqRel);
        let callbacks = if before & CALLBACKS == 0 { None } else { self.links().callbacks.take() };
        (before & ABANDONED != 0, callbacks.map_or(Vec::new(), |callbacks| *callbacks))
    }

    /// Wakes whoever waits for the end.
    pub(crate) fn release(&self) {
        let before = self.state.fetch_or(RELEASED, Ordering::AcqRel);
        if before & WAITERS == 0 {
            return;
        }
        let mut links = self.links();
        let mut waiters = mem::take(&mut links.waiters);
        let awaiting = links.awaiting.take();
        drop(links);
        waiters.wake_all();
        if let Some(waker) = awaiting {
            waker.wake();
        }
    }

    /// The owner of the result lets go of it, and of being told of the end. Whether it is there already, so that he has to
    /// drop it.
    pub(crate) fn abandon(&self) -> bool {
        let before = self.state.fetch_or(ABANDONED, Ordering::AcqRel);
        if before & WAITERS != 0 {
            // What it keeps alive must not wait for an end that nobody asks for.
            let awaiting = self.links().awaiting.take();
            drop(awaiting);
        }
        before & EXIT != 0
    }

    /// Notes that somebody has asked for the result.
    pub(crate) fn claim(&self) {
        self.state.fetch_or(CLAIMED, Ordering::Relaxed);
    }

    pub(crate) fn is_claimed(&self) -> bool {
        self.state.load(Ordering::Relaxed) & CLAIMED != 0
    }

    /// Notes that a panic will be reported in another way than by its log record. By the owner of the result, before he lets
    /// go of that: so whoever finds it abandoned finds this, too.
    pub(crate) fn answer_for(&self) {
        self.state.fetch_or(ANSWERED, Ordering::Relaxed);
    }

    pub(crate) fn is_answered_for(&self) -> bool {
        self.state.load(Ordering::Relaxed) & ANSWERED != 0
    }

    /// Registers `callback`, or gives it back together with how the greenlet has ended.
    pub(crate) fn on_exit(&self, callback: Callback) -> Result<(), (Exit, Callback)> {
        let mut links = self.links();
        // Race "link against end": `end` looks for the flag in the very step that records the end. Either it finds the
        // flag, and waits for our lock, or we find the end.
        self.state.fetch_or(CALLBACKS, Ordering::AcqRel);
        if let Some(exit) = self.get() {
            return Err((exit, callback));
        }
        links.callbacks.get_or_insert_default().push(callback);
        Ok(())
    }

    /// Registers a waiter; `false` if there is nothing left to wait for.
    pub(crate) fn wait(&self, waker: Waker) -> bool {
        let mut links = self.links();
        let waits = self.announce_waiter();
        if waits {
            links.waiters.push(waker);
        }
        waits
    }

    /// Takes a waiter out again.
    pub(crate) fn forget(&self, wait: WaitId) {
        self.links().waiters.remove(wait);
    }

    /// Registers the task that awaits the greenlet, in the place of one that was registered before; `false` if there is nothing
    /// left to wait for.
    pub(crate) fn wait_async(&self, waker: &std::task::Waker) -> bool {
        // Wakers are foreign code, which may come back here: cloned and dropped outside the lock.
        let mut waker = Some(waker.clone());
        let mut links = self.links();
        let waits = self.announce_waiter();
        if waits {
            mem::swap(&mut links.awaiting, &mut waker);
        }
        drop(links);
        waits
    }

    /// Under the lock. Race "join against release": as in `on_exit`.
    fn announce_waiter(&self) -> bool {
        self.state.fetch_or(WAITERS, Ordering::AcqRel) & RELEASED == 0
    }

    fn links(&self) -> MutexGuard<'_, Links> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for ExitCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ExitCell").field(&self.get()).finish()
    }
}
