//! The one way to block: park until woken or until a deadline, wake, wait for an fd.
//!
//! Uses `runtime` and `sys`. The same three verbs serve greenlets, OS threads and may's coroutines, and cut a wait short when its greenlet
//! is killed or its `timeout` runs out. Nothing above this module suspends by other means, and no lock or borrow of
//! runtime state lives across a wait.

pub(crate) mod backoff;
pub(crate) mod board;
pub(crate) mod cancel;
pub(crate) mod context;
pub(crate) mod io;
#[cfg(feature = "may")]
pub(crate) mod may;
pub(crate) mod queue;
pub(crate) mod select;
pub(crate) mod several;
mod signal;
pub(crate) mod waiter;

use std::time::{Duration, Instant};

use self::cancel::Unwinding;
pub(crate) use self::cancel::{Cancel, Cancelled};
use self::context::Context;
pub(crate) use self::context::NEVER;
use crate::coroutine::Suspend;
pub(crate) use crate::coroutine::hold as hold_coroutine;
pub(crate) use crate::runtime::control::Reason;
pub(crate) use crate::runtime::core::{EndedWait, WaitId, Waker};
use crate::runtime::parking::{Cause, Ticket};
pub(crate) use crate::runtime::wakers::Wakers;
use crate::runtime::worker;
use crate::sys::clock;

/// How often a wait whose cancellation had to be put off looks whether that still holds.
const LOOK_AGAIN: u64 = 10_000_000;
/// A wait that most likely is part of an unwinding waits twice as long before each further look, up to this.
const LOOK_AGAIN_AT_LAST: u64 = 640_000_000;

/// A wait that has been announced, on its way to sleep.
pub(crate) struct Announced<'a> {
    context: &'a Context<'a>,
    ticket: Ticket,
}

impl Announced<'_> {
    /// A waker for this wait.
    pub(crate) fn waker(&self) -> Waker {
        self.context.waker(self.ticket)
    }

    /// The name of this wait, by which its waker is found again.
    pub(crate) fn id(&self) -> WaitId {
        self.context.wait_id(self.ticket)
    }
}

/// Parks until woken (`true`) or until `deadline` (`false`), in nanoseconds of the monotonic clock.
///
/// `register` leaves a waker where it will be found and answers whether there is anything to wait for; `forget` takes
/// it out again if the wait ends otherwise. Neither may block. A wait that was woken never ends in a cancellation.
///
/// # Cancellation
/// Unwinds when killed or timed out, after `forget`. Where nothing can unwind, and for a `timeout` that was entered while
/// unwinding, answers `Cancelled`.
pub(crate) fn park(
    reason: Reason,
    subject: u64,
    deadline: u64,
    mut register: impl FnMut(&Announced<'_>) -> bool,
    mut forget: impl FnMut(WaitId),
) -> Result<bool, Cancelled> {
    context::with(|context| {
        let cancellation = context.cancellation();
        let mut patience = LOOK_AGAIN;
        loop {
            let unwinding = cancel::unwinding(context);
            cancel::check(context, unwinding)?;
            let interruptible = unwinding == Unwinding::No && cancellation.shields.get() == 0;
            let Some(ticket) = context.park_state().arm(interruptible) else {
                return Err(Cancel::Kill.raise(context));
            };
            if !register(&Announced { context, ticket }) {
                // A notification cannot have come by: nobody had the waker.
                context.park_state().disarm(ticket);
                return Ok(true);
            }
            let until = deadline.min(cancel::deadline(cancellation, unwinding));
            let until = match unwinding {
                Unwinding::No | Unwinding::Yes => until,
                Unwinding::Unsure => until.min(clock::now().saturating_add(LOOK_AGAIN)),
                Unwinding::Likely => {
                    let look = clock::now().saturating_add(patience);
                    patience = (2 * patience).min(LOOK_AGAIN_AT_LAST);
                    until.min(look)
                }
            };
            match context.sleep(ticket, until, reason, subject) {
                Cause::Woken => return Ok(true),
                Cause::TimedOut => forget(context.wait_id(ticket)),
                Cause::Cancelled => {
                    forget(context.wait_id(ticket));
                    return Err(Cancel::Kill.raise(context));
                }
            }
            cancel::check(context, unwinding)?;
            if deadline != NEVER && deadline <= clock::now() {
                return Ok(false);
            }
        }
    })
}

/// Raises a kill or a timeout that is due. Every blocking call begins with this, or with `enter`, so that one that need not
/// wait is cut short all the same.
#[inline]
pub(crate) fn checkpoint() -> Result<(), Cancelled> {
    context::with(|context| {
        let quiet = !context.park_state().is_killed() && context.cancellation().frames.get().is_null();
        if quiet { Ok(()) } else { raise_pending(context) }
    })
}

/// The beginning of a blocking call that may not have to wait: `give_way`, and a `checkpoint`.
#[inline]
pub(crate) fn enter() -> Result<(), Cancelled> {
    give_way();
    checkpoint()
}

/// Lets others run if none could for a millisecond. Without it, a greenlet whose calls always succeed at once, or that asks
/// again and again without waiting, would keep its worker for ever.
#[inline]
pub(crate) fn give_way() {
    context::with(|context| match context {
        Context::Greenlet(control) => {
            if worker::of(control).is_overdue() {
                worker::suspend(control, Suspend::Yield);
            }
        }
        #[cfg(feature = "may")]
        Context::Coroutine(control) => may::yield_if_overdue(control),
        Context::Thread(_) => {}
    });
}

#[cold]
fn raise_pending(context: &Context<'_>) -> Result<(), Cancelled> {
    cancel::check(context, cancel::unwinding(context))
}

/// Lets others run: a greenlet goes to the end of its worker's queue, an OS thread asks the kernel. `idle` waits until
/// nothing else is ready.
pub(crate) fn yield_now(idle: bool) -> Result<(), Cancelled> {
    checkpoint()?;
    context::with(|context| match context {
        Context::Greenlet(control) => {
            worker::suspend(control, if idle { Suspend::Idle } else { Suspend::Yield });
        }
        #[cfg(feature = "may")]
        Context::Coroutine(control) => may::yield_now(control),
        Context::Thread(_) => std::thread::yield_now(),
    });
    checkpoint()
}

/// Whether this code has a stack of its own, and must never block its OS thread.
#[inline]
pub(crate) fn in_greenlet() -> bool {
    context::control().is_some()
}

/// Whether a blocking call made here may simply block the OS thread in the kernel: true on an OS thread outside every
/// `timeout`, false in a greenlet.
#[inline]
pub(crate) fn may_block_thread() -> bool {
    !in_greenlet() && context::with(|context| context.cancellation().frames.get().is_null())
}

/// The moment `d` from now; `None` and anything beyond the clock's range never come.
pub(crate) fn deadline_in(d: Option<Duration>) -> u64 {
    d.map_or(NEVER, |d| clock::now().saturating_add(clock::nanos(d)))
}

/// Whether the moment `due` has come.
pub(crate) fn is_past(due: u64) -> bool {
    due != NEVER && due <= clock::now()
}

/// A moment as the waits count it.
pub(crate) fn deadline_at(at: Option<Instant>) -> u64 {
    deadline_in(at.map(|at| at.saturating_duration_since(Instant::now())))
}
