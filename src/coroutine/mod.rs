//! What a greenlet runs on: its stack, and the switch onto it.
//!
//! Uses `sys` only. Knows nothing of scheduling: a fiber runs until it suspends; whoever resumed it goes on then.
//!
//! | module | has |
//! |---|---|
//! | `stack` | [`stack::Stack`], one stack: what corosensei is given |
//! | `slab` | address space, cut into stacks with their guards |
//! | `depot` | the free stacks of one size, warm and cold |
//! | `pool` | [`pool::StackPool`]: depots behind a lock, and reservations |
//! | `local` | [`local::LocalStacks`]: a worker's own few, without a lock |
//! | `custom` | stacks of other sizes |
//! | `overflow` | the message when a greenlet runs into its guard |

mod custom;
mod depot;
mod local;
pub(crate) mod overflow;
mod pool;
mod slab;
mod stack;
#[cfg(test)]
mod testing;

use std::ops::Range;

use corosensei::{Coroutine, CoroutineResult, Yielder};

pub(crate) use self::local::LocalStacks;
pub(crate) use self::overflow::OverflowInfo;
pub(crate) use self::pool::{StackPool, StackStats};
pub(crate) use self::stack::Stack;

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
        Fiber { coroutine: Coroutine::with_stack(stack, |yielder, ()| body(Suspender(yielder))) }
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
    /// Called on the stack of the fiber this suspender was made for, which is running.
    #[inline]
    pub(crate) unsafe fn suspend(self, why: Suspend) {
        // SAFETY: the yielder lives at the bottom of the fiber's stack for as long as the body runs, and we are in it.
        unsafe { (*self.0).suspend(why) }
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
