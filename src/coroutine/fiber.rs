//! What a greenlet runs on: code on a stack, resumed by its worker.
//!
//! Uses `stack`, and `chain` for what a greenlet takes along when it leaves its worker.

use std::ops::Range;

use corosensei::{Coroutine, CoroutineResult, Yielder};

use super::chain;
use super::stack::Stack;

impl Guard {
    pub(crate) fn of(stack: &Stack) -> Guard {
        let Range { start, end } = stack.guard_range();
        Guard { start, end, usable: stack.usable_size() }
    }
}

/// Why a fiber came off its stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suspend {
    /// Runnable; others first.
    Yield,
    /// Runnable once nothing else is.
    Idle,
    /// Waits for a notification.
    Park,
}

/// What a resumed fiber did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Switch {
    Suspended(Suspend),
    Done,
}

/// Code with a stack of its own.
pub(crate) struct Fiber {
    coroutine: Coroutine<(), Suspend, (), Stack>,
}

/// Where the guard of a stack begins and ends, and how many bytes are usable above it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Guard {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) usable: usize,
}

impl Fiber {
    /// Puts `body` on `stack`, to be started by the first `resume`. `body` must not unwind.
    pub(crate) fn new(stack: Stack, body: impl FnOnce(Suspender) + 'static) -> Fiber {
        Fiber {
            coroutine: Coroutine::with_stack(stack, |yielder, ()| {
                body(Suspender(yielder));
                chain::end();
            }),
        }
    }

    /// Runs it until it suspends or is done.
    #[inline]
    pub(crate) fn resume(&mut self) -> Switch {
        match self.coroutine.resume(()) {
            CoroutineResult::Yield(suspend) => Switch::Suspended(suspend),
            CoroutineResult::Return(()) => Switch::Done,
        }
    }

    /// The stack of a fiber that is done.
    pub(crate) fn into_stack(self) -> Stack {
        self.coroutine.into_stack()
    }
}

/// The way off a fiber's stack.
#[derive(Clone, Copy)]
pub(crate) struct Suspender(*const Yielder<(), Suspend>);

impl Suspender {
    /// Leaves the stack; returns when the fiber is resumed.
    ///
    /// # Safety
    /// Called by the code of the fiber this suspender was made for, which is running: on its stack, or on that of a coroutine
    /// that it has resumed.
    #[inline]
    pub(crate) unsafe fn suspend(self, why: Suspend) {
        let chain = chain::take();
        // SAFETY: the yielder lives at the bottom of the fiber's stack for as long as the body runs, and we are in it. It
        // saves the registers on the stack we are on, whichever that is, and to there the next resume returns; the stacks in
        // between stay as they are.
        unsafe { (*self.0).suspend(why) };
        chain.put_back();
    }
}

impl std::fmt::Debug for Fiber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fiber").field("done", &self.coroutine.done()).finish()
    }
}

impl std::fmt::Debug for Suspender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Suspender").finish()
    }
}
