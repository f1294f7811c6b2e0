//! Something that is done once: who does it, who waits for it, and what comes of it.
//!
//! Uses `wait` and `sys`. Model-checked in `models/`.
//!
//! ```text
//!   INCOMPLETE ──begin──▶ RUNNING ──end──▶ COMPLETE
//!       ▲                  ▲   │ panic
//!       └──── cancelled ───┼───┤
//!                          │   ▼
//!                 begin ───┴─ POISONED
//! ```
//!
//! Race "wait against end": a waiter looks at the state again under the queue's lock, and `end` takes that lock between
//! changing the state and waking. All are woken each time, since it may be anybody's turn then.

use std::cell::Cell;

use crate::sys::sync::{AtomicU32, Mutex, MutexGuard, Ordering, PoisonError, constructor};
use crate::wait::queue::{Place, WaitQueue};
use crate::wait::{self, Cancelled, NEVER, Reason};

const INCOMPLETE: u32 = 0;
const POISONED: u32 = 1;
const RUNNING: u32 = 2;
const COMPLETE: u32 = 3;

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Not begun; or cut short, which is the same.
    Incomplete,
    /// Whoever did it has panicked.
    Poisoned,
    Complete,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begin {
    /// Do it, then say how it went: `end`.
    Run {
        /// The last one who did it has panicked.
        poisoned: bool,
    },
    /// It is done.
    Complete,
    /// Whoever did it has panicked, and the caller minds.
    Poisoned,
}

#[derive(Debug)]
pub(crate) struct RawOnce {
    state: AtomicU32,
    queue: Mutex<WaitQueue>,
}

impl RawOnce {
    constructor! {
        pub(crate) fn new() -> RawOnce {
            RawOnce { state: AtomicU32::new(INCOMPLETE), queue: Mutex::new(WaitQueue::new()) }
        }
    }

    #[inline]
    pub(crate) fn is_complete(&self) -> bool {
        // Acquire pairs with the Release in `end`: what was done is visible.
        self.state.load(Ordering::Acquire) == COMPLETE
    }

    pub(crate) fn progress(&self) -> Progress {
        progress(self.state.load(Ordering::Acquire))
    }

    /// Begins, after waiting for whoever does it now.
    pub(crate) fn begin(&self, ignore_poison: bool) -> Result<Begin, Cancelled> {
        loop {
            let state = self.state.load(Ordering::Acquire);
            match state {
                COMPLETE => return Ok(Begin::Complete),
                POISONED if !ignore_poison => return Ok(Begin::Poisoned),
                RUNNING => self.wait_while(|state| state == RUNNING)?,
                _ => {
                    // Acquire pairs with the Release in `end`, as a new attempt may look at what the last one left behind.
                    let begun =
                        self.state.compare_exchange(state, RUNNING, Ordering::Acquire, Ordering::Relaxed);
                    if begun.is_ok() {
                        return Ok(Begin::Run { poisoned: state == POISONED });
                    }
                }
            }
        }
    }

    /// Says how it went; called by whoever was told to run.
    pub(crate) fn end(&self, progress: Progress) {
        let state = match progress {
            Progress::Incomplete => INCOMPLETE,
            Progress::Poisoned => POISONED,
            Progress::Complete => COMPLETE,
        };
        self.state.store(state, Ordering::Release);
        let mut all = self.queue().take();
        all.wake_all();
    }

    /// Waits until it is done, by whomever; or, unless `ignore_poison`, until somebody has panicked over it. Answers which.
    pub(crate) fn wait(&self, ignore_poison: bool) -> Result<Progress, Cancelled> {
        let settled = |state| state == COMPLETE || (state == POISONED && !ignore_poison);
        loop {
            let state = self.state.load(Ordering::Acquire);
            if settled(state) {
                return Ok(progress(state));
            }
            self.wait_while(|state| !settled(state))?;
        }
    }

    /// Waits for the end of an attempt, unless the state is another one already.
    fn wait_while(&self, waits: impl Fn(u32) -> bool) -> Result<(), Cancelled> {
        let place = Cell::new(Place::default());
        wait::park(
            Reason::Lock,
            0,
            NEVER,
            |announced| {
                let mut queue = self.queue();
                let waits = waits(self.state.load(Ordering::Acquire));
                if waits {
                    place.set(queue.push(announced.waker(), ()));
                }
                waits
            },
            |_| {
                self.queue().remove(place.get());
            },
        )
        .map(drop)
    }

    fn queue(&self) -> MutexGuard<'_, WaitQueue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn progress(state: u32) -> Progress {
    match state {
        COMPLETE => Progress::Complete,
        POISONED => Progress::Poisoned,
        _ => Progress::Incomplete,
    }
}
