//! A number of permits: one word as long as nobody waits, and a queue for when somebody does.
//!
//! Uses `wait` and `sys`. Model-checked in `models/`.
//!
//! ```text
//!  63                     2    1        0
//! ┌───────────────────────┬────────┬────────┐
//! │ permits               │ CLOSED │ QUEUED │
//! └───────────────────────┴────────┴────────┘
//! ```
//!
//! First come, first served: once somebody is in the queue, everybody goes there, and whoever is first in it is handed what he
//! wants as soon as there is so much. One who wants many is not overtaken by those who want few.
//!
//! * `QUEUED` is set as long as somebody is in the queue, and changes under the queue's lock only. While it is set, permits are
//!   taken under that lock only: all that happens elsewhere is that some are given back.
//! * Race "queue against release": who queues sets `QUEUED` in the step that finds too few. Whoever gives back in a later
//!   step finds it there, and goes to the queue, too.
//! * Race "served against cancelled": a waiter is woken first, and only if that has ended his wait are the permits his; otherwise
//!   the next one is looked at.
//! * Who leaves the queue may have been what kept those behind him waiting: whoever leaves serves them.
//! * Race "served against closed": both happen under the lock, in the order of the turns. Whose turn came before `refused_from`
//!   had been served.

use std::cell::Cell;
use std::collections::BTreeSet;

use crate::sys::sync::{AtomicUsize, Mutex, MutexGuard, Ordering, PoisonError, constructor};
use crate::wait::queue::{Place, WaitQueue};
use crate::wait::{self, Cancelled, Reason, Waker};

const QUEUED: usize = 1;
const CLOSED: usize = 2;
const PERMIT: usize = 4;

/// As many permits as there may be.
pub(crate) const MAX_PERMITS: usize = usize::MAX >> 3;

/// What somebody wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    Permits(usize),
    /// To hear of it when there is a permit for whoever is next in line.
    News,
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Granted,
    TooFew,
    Closed,
}

#[derive(Debug)]
pub(crate) struct RawSemaphore {
    state: AtomicUsize,
    line: Mutex<Line>,
}

#[derive(Debug)]
struct Line {
    queue: WaitQueue<Waiting>,
    turns: u64,
    /// The first turn that found it closed.
    refused_from: u64,
    /// Turns of selections that were served and have not looked yet.
    served: BTreeSet<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    want: Want,
    turn: u64,
    is_selection: bool,
}

/// A place in the queue.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Watch {
    place: Place,
    turn: u64,
}

impl Want {
    /// How many there have to be.
    fn needs(self) -> usize {
        match self {
            Want::Permits(n) => n,
            Want::News => 1,
        }
    }

    /// How many go away with it.
    fn takes(self) -> usize {
        match self {
            Want::Permits(n) => n,
            Want::News => 0,
        }
    }
}

impl RawSemaphore {
    constructor! {
        pub(crate) fn new(permits: usize) -> RawSemaphore {
            let line =
                Line { queue: WaitQueue::new(), turns: 0, refused_from: u64::MAX, served: BTreeSet::new() };
            RawSemaphore { state: AtomicUsize::new(permits * PERMIT), line: Mutex::new(line) }
        }
    }

    pub(crate) fn permits(&self) -> usize {
        self.state.load(Ordering::Relaxed) / PERMIT
    }

    pub(crate) fn is_closed(&self) -> bool {
        // Acquire pairs with the Release in `close`.
        self.state.load(Ordering::Acquire) & CLOSED != 0
    }

    /// What can be answered at once.
    #[inline]
    pub(crate) fn try_acquire(&self, want: Want) -> Answer {
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            let (answer, next) = attempt(state, want);
            if answer != Answer::Granted {
                return answer;
            }
            // Acquire pairs with the Release of who gave the permits back: what he did before that is visible.
            match self.state.compare_exchange_weak(state, next, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return answer,
                Err(seen) => state = seen,
            }
        }
    }

    /// Waits for permits, until `deadline` at most: `TooFew`.
    pub(crate) fn acquire(&self, want: Want, deadline: u64) -> Result<Answer, Cancelled> {
        let watch = Cell::new(Watch::default());
        let mut at_once = None;
        let woken = wait::park(
            Reason::Lock,
            0,
            deadline,
            |announced| {
                let mut line = self.line();
                at_once = self.queue_up(want);
                if at_once.is_none() {
                    watch.set(line.push(announced.waker(), want, false));
                }
                at_once.is_none()
            },
            |_| self.leave(&mut self.line(), watch.get()),
        )?;
        Ok(match at_once {
            Some(answer) => answer,
            None if !woken => Answer::TooFew,
            None if self.is_closed() && watch.get().turn >= self.line().refused_from => Answer::Closed,
            None => Answer::Granted,
        })
    }

    /// Gives permits, back or new ones. Those that would be too many are lost.
    #[inline]
    pub(crate) fn release(&self, n: usize) {
        // The sum cannot overflow: each is at most a quarter of what the word can count.
        let more =
            |state: usize| ((state / PERMIT + n).min(MAX_PERMITS) * PERMIT) | (state & (QUEUED | CLOSED));
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            // Release publishes what the holder did to the next one's Acquire.
            match self.state.compare_exchange_weak(state, more(state), Ordering::Release, Ordering::Relaxed) {
                Ok(_) => break,
                Err(seen) => state = seen,
            }
        }
        if state & QUEUED != 0 {
            self.serve(&mut self.line());
        }
    }

    /// Takes up to `n` permits out of circulation. Answers how many there were.
    pub(crate) fn forget(&self, n: usize) -> usize {
        // Under the lock, as somebody may be in the queue.
        let _line = self.line();
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            let gone = n.min(state / PERMIT);
            let next = state - gone * PERMIT;
            match self.state.compare_exchange_weak(state, next, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return gone,
                Err(seen) => state = seen,
            }
        }
    }

    /// Refuses from now on, and those who wait.
    pub(crate) fn close(&self) {
        let mut line = self.line();
        let before = self.state.fetch_or(CLOSED, Ordering::AcqRel);
        if before & CLOSED != 0 {
            return;
        }
        line.refused_from = line.queue.first().map_or(line.turns + 1, |first| first.turn);
        let mut queue = line.queue.take();
        self.state.fetch_and(!QUEUED, Ordering::Relaxed);
        drop(line);
        queue.wake_all();
    }

    /// Puts a selection in line. `None`: there is something to be had, or it is closed.
    pub(crate) fn watch(&self, waker: Waker, want: Want) -> Option<Watch> {
        let mut line = self.line();
        let mut state = self.state.load(Ordering::Relaxed);
        while attempt(state, want).0 == Answer::TooFew {
            match self.state.compare_exchange_weak(
                state,
                state | QUEUED,
                Ordering::Relaxed,
                Ordering::Relaxed,
            ) {
                Ok(_) => return Some(line.push(waker, want, true)),
                Err(seen) => state = seen,
            }
        }
        None
    }

    /// Takes a selection out again. Whether it was served.
    pub(crate) fn unwatch(&self, watch: Watch) -> bool {
        let mut line = self.line();
        let served = line.served.remove(&watch.turn);
        if !served {
            self.leave(&mut line, watch);
        }
        served
    }

    /// Under the lock: sees to it that whoever gives back looks into the queue. `Some`: that is not necessary.
    fn queue_up(&self, want: Want) -> Option<Answer> {
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            let (answer, next) = match attempt(state, want) {
                (Answer::TooFew, _) => (None, state | QUEUED),
                (answer, next) => (Some(answer), next),
            };
            match self.state.compare_exchange_weak(state, next, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return answer,
                Err(seen) => state = seen,
            }
        }
    }

    /// Under the lock.
    fn leave(&self, line: &mut Line, watch: Watch) {
        if line.queue.remove(watch.place) {
            self.serve(line);
        }
    }

    /// Under the lock: gives to those first in line, as far as it goes.
    #[cold]
    fn serve(&self, line: &mut Line) {
        while let Some(&Waiting { want, turn, is_selection }) = line.queue.first() {
            // Acquire pairs with the Release of those who gave back: handed on to the new holder by the waking.
            // The word can only get larger meanwhile, and whoever makes it so comes here after us.
            if self.state.load(Ordering::Acquire) / PERMIT < want.needs() {
                return;
            }
            let Some((waker, _)) = line.queue.pop() else { return };
            if waker.wake() {
                self.state.fetch_sub(want.takes() * PERMIT, Ordering::Acquire);
                if is_selection {
                    line.served.insert(turn);
                }
            }
        }
        self.state.fetch_and(!QUEUED, Ordering::Relaxed);
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn push(&mut self, waker: Waker, want: Want, is_selection: bool) -> Watch {
        self.turns += 1;
        let turn = self.turns;
        Watch { place: self.queue.push(waker, Waiting { want, turn, is_selection }), turn }
    }
}

/// What becomes of the word when somebody comes, and what he is answered.
#[inline]
fn attempt(state: usize, want: Want) -> (Answer, usize) {
    if state & CLOSED != 0 {
        (Answer::Closed, state)
    } else if want.needs() > 0 && (state & QUEUED != 0 || state / PERMIT < want.needs()) {
        (Answer::TooFew, state)
    } else {
        (Answer::Granted, state - want.takes() * PERMIT)
    }
}
