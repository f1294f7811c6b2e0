//! The end of a greenlet, and who wants to hear of it.
//!
//! Uses `runtime::wakers`.
//!
//! A greenlet *ends* when its closure is over and its result is stored; callbacks run then, on its own stack. It is
//! *released* when its stack and its place in every list are given back; only then do joiners go on, so whoever
//! has joined finds the books balanced.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{fmt, mem};

use super::core::{WaitId, Waker};
use super::wakers::Wakers;

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

const ALIVE: u8 = 0;
const RELEASED: u8 = 0x80;

pub(crate) struct ExitCell {
    state: AtomicU8,
    links: Mutex<Links>,
}

struct Links {
    callbacks: Vec<Callback>,
    waiters: Wakers,
    awaiting: Option<std::task::Waker>,
}

impl ExitCell {
    pub(crate) fn new() -> ExitCell {
        let links = Links { callbacks: Vec::new(), waiters: Wakers::new(), awaiting: None };
        ExitCell { state: AtomicU8::new(ALIVE), links: Mutex::new(links) }
    }

    /// How it ended, once it has.
    pub(crate) fn get(&self) -> Option<Exit> {
        // Acquire pairs with `end`: whoever sees the end sees the result.
        match self.state.load(Ordering::Acquire) & !RELEASED {
            ALIVE => None,
            1 => Some(Exit::Finished),
            2 => Some(Exit::Panicked),
            _ => Some(Exit::Killed),
        }
    }

    pub(crate) fn is_released(&self) -> bool {
        self.state.load(Ordering::Acquire) & RELEASED != 0
    }

    /// Records the end and hands out the callbacks, which the caller runs.
    pub(crate) fn end(&self, exit: Exit) -> Vec<Callback> {
        let mut links = self.links();
        let code = match exit {
            Exit::Finished => 1,
            Exit::Panicked => 2,
            Exit::Killed => 3,
        };
        // Under the lock, so that `on_exit` either hands its callback to us or finds the end.
        self.state.store(code, Ordering::Release);
        mem::take(&mut links.callbacks)
    }

    /// Wakes whoever waits for the end.
    pub(crate) fn release(&self) {
        let mut links = self.links();
        self.state.fetch_or(RELEASED, Ordering::Release);
        // A waker found here would otherwise be registered after this: both are under the lock.
        let mut waiters = mem::take(&mut links.waiters);
        let awaiting = links.awaiting.take();
        drop(links);
        waiters.wake_all();
        if let Some(waker) = awaiting {
            waker.wake();
        }
    }

    /// Registers `callback`, or gives it back together with how the greenlet has ended.
    pub(crate) fn on_exit(&self, callback: Callback) -> Result<(), (Exit, Callback)> {
        let mut links = self.links();
        if let Some(exit) = self.get() {
            return Err((exit, callback));
        }
        links.callbacks.push(callback);
        Ok(())
    }

    /// Registers a waiter; `false` if there is nothing left to wait for.
    pub(crate) fn wait(&self, waker: Waker) -> bool {
        let mut links = self.links();
        let waits = !self.is_released();
        if waits {
            links.waiters.push(waker);
        }
        waits
    }

    /// Takes a waiter out again.
    pub(crate) fn forget(&self, wait: WaitId) {
        self.links().waiters.remove(wait);
    }

    /// Registers the task that awaits the greenlet; `false` if there is nothing left to wait for.
    pub(crate) fn wait_async(&self, waker: &std::task::Waker) -> bool {
        let mut links = self.links();
        let waits = !self.is_released();
        if waits {
            match &mut links.awaiting {
                Some(awaiting) => awaiting.clone_from(waker),
                none => *none = Some(waker.clone()),
            }
        }
        waits
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
