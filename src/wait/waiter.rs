//! A waiter as others know it: its number, its name, and the token they may leave for it.
//!
//! Uses `wait::context` and `wait::park`.

use std::num::NonZeroU64;

use super::context::{self, Context, ThreadHandle};
use super::{Cancelled, Reason, enter};
use crate::runtime::control::ControlRef;

/// A greenlet (or a coroutine of may's), or an OS thread. Keeps its memory, not itself.
#[derive(Clone)]
pub(crate) enum Waiter {
    Greenlet(ControlRef),
    Thread(ThreadHandle),
}

impl Waiter {
    /// The running code's.
    ///
    /// # Panics
    /// On an OS thread so near its end that even std does not know it any more.
    pub(crate) fn current() -> Waiter {
        context::with(|context| match context {
            Context::Greenlet(control) => Waiter::Greenlet(ControlRef::share(control)),
            #[cfg(feature = "may")]
            Context::Coroutine(control) => Waiter::Greenlet(ControlRef::share(control)),
            Context::Thread(_) => Waiter::Thread(ThreadHandle::current()),
        })
    }

    /// No other waiter ever has the same number.
    pub(crate) fn id(&self) -> NonZeroU64 {
        match self {
            Waiter::Greenlet(control) => NonZeroU64::new(control.id.0).expect("numbers begin at 1"),
            Waiter::Thread(thread) => thread.id(),
        }
    }

    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Waiter::Greenlet(control) => control.name.as_deref(),
            Waiter::Thread(thread) => thread.name(),
        }
    }

    /// Leaves the token, unless it lies there already, and wakes the waiter if it waits for that.
    pub(crate) fn unpark(&self) {
        match self {
            Waiter::Greenlet(control) => control.unpark(),
            Waiter::Thread(thread) => thread.unpark(),
        }
    }
}

/// Waits until the running code's token is there, or until `deadline`, and takes it.
///
/// # Cancellation
/// Unwinds when killed or timed out, before anything else or while it waits; a token stays for the next call. Where nothing
/// can unwind, answers `Cancelled`.
pub(crate) fn park(deadline: u64) -> Result<(), Cancelled> {
    enter()?;
    if context::with(|context| context.token().take()) {
        return Ok(());
    }
    super::park(
        Reason::Signal,
        0,
        deadline,
        |announced| announced.context.token().await_in(announced.ticket),
        |_| context::with(|context| context.token().withdraw()),
    )?;
    // Also when the time was up: a token that came at that moment is used up, as this call returns in any case.
    context::with(|context| context.token().take());
    Ok(())
}
