//! A flag that is waited for, and may be taken back at any time.
//!
//! Uses `wait` and `sys`. Model-checked in `models/`.
//!
//! Whoever waits at the moment of `set` is released by it, even if the flag is gone before he runs. That needs a memory of
//! its own: `sets` counts, and a waiter whose wait has ended for another reason compares.
//!
//! * Race "wait against set": a waiter looks at the flag under the lock before it queues; `set` raises the flag and takes the
//!   queue under the same lock.
//! * Race "clear against set": both exchange, so one comes after the other. If it is `clear`, it has acquired what `set`
//!   published, and a caller that clears first and looks at his data then misses nothing; if it is `set`, the flag stays.
//! * A selection is told under the lock, and remembered as told only if that has ended its wait.

use std::cell::Cell;
use std::collections::BTreeSet;

use crate::sys::sync::{AtomicU32, Mutex, MutexGuard, Ordering, PoisonError, constructor};
use crate::wait::queue::{Place, WaitQueue};
use crate::wait::{self, Cancelled, Reason, Waker};

#[derive(Debug)]
pub(crate) struct RawEvent {
    set: AtomicU32,
    line: Mutex<Line>,
}

#[derive(Debug)]
struct Line {
    /// How often it was set.
    sets: u64,
    waiting: WaitQueue,
    /// Selections, by their numbers.
    watching: WaitQueue<u64>,
    watches: u64,
    /// Those of them that were released and have not looked yet.
    told: BTreeSet<u64>,
}

/// How often it had been set when a wait began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Begun(u64);

/// A selection's place in the line.
#[derive(Debug)]
pub(crate) struct Watch {
    place: Place,
    number: u64,
}

impl RawEvent {
    constructor! {
        pub(crate) fn new() -> RawEvent {
            let line = Line {
                sets: 0,
                waiting: WaitQueue::new(),
                watching: WaitQueue::new(),
                watches: 0,
                told: BTreeSet::new(),
            };
            RawEvent { set: AtomicU32::new(0), line: Mutex::new(line) }
        }
    }

    #[inline]
    pub(crate) fn is_set(&self) -> bool {
        // Acquire pairs with the Release in `set`: what came before that is visible.
        self.set.load(Ordering::Acquire) != 0
    }

    /// Raises the flag, and releases all who wait.
    pub(crate) fn set(&self) {
        let mut line = self.line();
        // An exchange, too: see "clear against set" above.
        self.set.swap(1, Ordering::Release);
        line.sets += 1;
        while let Some((waker, number)) = line.watching.pop() {
            if waker.wake() {
                line.told.insert(number);
            }
        }
        let mut waiting = line.waiting.take();
        drop(line);
        waiting.wake_all();
    }

    /// Takes the flag back.
    pub(crate) fn clear(&self) {
        // AcqRel: see "clear against set" above.
        self.set.swap(0, Ordering::AcqRel);
    }

    /// The beginning of a wait: from now on, no `set` escapes it.
    pub(crate) fn begin(&self) -> Begun {
        Begun(self.line().sets)
    }

    /// Waits for the flag, until `deadline` at most; whether it was set at any time during the wait.
    pub(crate) fn wait(&self, deadline: u64) -> Result<bool, Cancelled> {
        self.wait_since(None, deadline)
    }

    /// As `wait`, for a wait that may have begun before.
    pub(crate) fn wait_since(&self, mut begun: Option<Begun>, deadline: u64) -> Result<bool, Cancelled> {
        if self.is_set() {
            return Ok(true);
        }
        let place = Cell::new(Place::default());
        let released = wait::park(
            Reason::Signal,
            0,
            deadline,
            |announced| {
                let mut line = self.line();
                // The second time if the wait was broken off only to look at something else.
                let Begun(sets) = *begun.get_or_insert(Begun(line.sets));
                let waits = !self.is_set() && line.sets == sets;
                if waits {
                    place.set(line.waiting.push(announced.waker(), ()));
                }
                waits
            },
            |_| {
                self.line().waiting.remove(place.get());
            },
        )?;
        Ok(released || self.was_set(begun))
    }

    /// Whether it is set, or was since `begun`.
    pub(crate) fn was_set(&self, begun: Option<Begun>) -> bool {
        self.is_set() || begun.is_some_and(|Begun(sets)| self.line().sets != sets)
    }

    /// Puts a selection in line. `None`: the flag is raised, or was since the selection has `begun`, which is the first time that it
    /// comes here.
    pub(crate) fn watch(&self, waker: Waker, begun: &mut Option<Begun>) -> Option<Watch> {
        let mut line = self.line();
        let Begun(sets) = *begun.get_or_insert(Begun(line.sets));
        if self.is_set() || line.sets != sets {
            return None;
        }
        line.watches += 1;
        let number = line.watches;
        Some(Watch { place: line.watching.push(waker, number), number })
    }

    /// Takes a selection out again. Whether its wait has ended because the flag was set.
    pub(crate) fn unwatch(&self, watch: Watch) -> bool {
        let mut line = self.line();
        line.watching.remove(watch.place);
        line.told.remove(&watch.number)
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
