//! Kill, timeout and shield: when a wait is cut short, and how that is told.
//!
//! Uses `wait::context`, and `coroutine` for what must not be suspended in between.
//!
//! A cancellation is an unwinding with a private payload. It starts at a blocking call and nowhere else; it is sticky
//! (each later blocking call starts it again); and it never starts while the greenlet is unwinding already, so that
//! destructors may block. A `timeout` that is entered in such a destructor has its blocking calls answer with errors instead.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;

use super::context::{self, Context, NEVER};
use crate::coroutine;
use crate::runtime::control::{Cancellation, Frame};
use crate::sys::{clock, errno};

/// The payload of a kill.
#[derive(Debug)]
struct Killed {
    _underway: Underway,
}

/// The payload of a timeout: the frame it is meant for. The deadline tells it from a later frame at the same address.
#[derive(Debug)]
struct TimedOut {
    frame: usize,
    deadline: u64,
    _underway: Underway,
}

/// Tells, as long as it exists, that an unwinding of this greenlet or thread is a cancellation and no panic: whoever catches
/// a payload either lets it go on, or drops it. Holds whose it is; dropped elsewhere it counts for ever, which is no worse than
/// kept for ever.
#[derive(Debug)]
struct Underway(usize);

impl Underway {
    fn of(cancellation: &Cancellation) -> Underway {
        cancellation.payloads.set(cancellation.payloads.get().saturating_add(1));
        Underway(ptr::from_ref(cancellation).addr())
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        context::with(|context| {
            let cancellation = context.cancellation();
            if ptr::from_ref(cancellation).addr() == self.0 {
                cancellation.payloads.set(cancellation.payloads.get().saturating_sub(1));
            }
        });
    }
}

/// Why a wait is cut short.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cancel {
    Kill,
    /// The outermost `timeout` whose time is up.
    Timeout(*const Frame),
}

/// A wait was cut short where no unwinding may start, in this build or at this moment: the blocking call answers with an
/// error instead.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cancelled {
    Kill,
    Timeout,
}

impl From<Cancelled> for io::Error {
    fn from(cancelled: Cancelled) -> io::Error {
        match cancelled {
            Cancelled::Kill => errno::cancelled(),
            Cancelled::Timeout => errno::timed_out(),
        }
    }
}

/// Whether the code around us is unwinding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unwinding {
    No,
    Yes,
    /// It was when it was last seen, and may have been caught since: what `Unsure` says of others' panics goes for it.
    Likely,
    /// Where greenlets share a panic count, and some greenlet of this worker is parked in the middle of a panic. That makes
    /// `std::thread::panicking` true for all of them, so it cannot tell whether we are unwinding too. To start a second
    /// unwinding would abort: so cancellations are put off, and looked at again from time to time.
    Unsure,
}

pub(crate) fn unwinding(context: &Context<'_>) -> Unwinding {
    let cancellation = context.cancellation();
    if !std::thread::panicking() {
        // It ended where we did not see it: in somebody's `catch_unwind`.
        cancellation.unwinding.set(false);
        return Unwinding::No;
    }
    if context.ambient_panic() {
        return if cancellation.unwinding.get() { Unwinding::Likely } else { Unwinding::Unsure };
    }
    // Remembered, because from its next run on the panic will look like a neighbour's.
    cancellation.unwinding.set(true);
    Unwinding::Yes
}

/// Whether the code around us unwinds because of a panic of its own: not because of a kill or a timeout, and not because a
/// neighbour does. This is what poisons.
#[inline]
pub(crate) fn panicking() -> bool {
    std::thread::panicking() && is_panic()
}

#[cold]
fn is_panic() -> bool {
    // A coroutine that nobody wants any more is unwound, too.
    if coroutine::is_closing() {
        return false;
    }
    context::with(|context| match unwinding(context) {
        Unwinding::Yes | Unwinding::Likely => context.cancellation().payloads.get() == 0,
        Unwinding::No | Unwinding::Unsure => false,
    })
}

/// The earliest deadline of those `timeout`s around the running code that can cut it short now.
pub(crate) fn deadline(cancellation: &Cancellation, unwinding: Unwinding) -> u64 {
    in_force(cancellation, unwinding).map(|frame| frame.deadline).min().unwrap_or(NEVER)
}

/// Cuts the running call short if that is due: unwinds, or answers that the call has to end with an error.
pub(crate) fn check(context: &Context<'_>, unwinding: Unwinding) -> Result<(), Cancelled> {
    let cancellation = context.cancellation();
    if unwinding == Unwinding::No && context.park_state().is_killed() && cancellation.shields.get() == 0 {
        return Err(Cancel::Kill.raise(context));
    }
    if cancellation.frames.get().is_null() {
        return Ok(());
    }
    let now = clock::now();
    // The outermost, so that an inner timeout never swallows it.
    let due = in_force(cancellation, unwinding).filter(|frame| frame.deadline <= now).last();
    match due {
        None => Ok(()),
        Some(frame) if unwinding == Unwinding::No => Err(Cancel::Timeout(frame).raise(context)),
        Some(frame) => {
            frame.answered.set(true);
            Err(Cancelled::Timeout)
        }
    }
}

/// While the code unwinds, only those frames that were entered meanwhile, and need no unwinding.
fn in_force(cancellation: &Cancellation, unwinding: Unwinding) -> impl Iterator<Item = &Frame> {
    frames(cancellation).filter(move |frame| frame.late || unwinding == Unwinding::No)
}

fn frames(cancellation: &Cancellation) -> impl Iterator<Item = &Frame> {
    // SAFETY: a frame lies on the stack of its `timeout`, which takes it out of the list before it returns or unwinds;
    // the list is walked by code inside that `timeout`.
    let follow = |frame: *const Frame| unsafe { frame.as_ref() };
    std::iter::successors(follow(cancellation.frames.get()), move |frame| follow(frame.outer))
}

impl Cancel {
    /// Starts the unwinding; the code is not unwinding already. Returns only where there is none (`panic = "abort"`).
    pub(crate) fn raise(self, context: &Context<'_>) -> Cancelled {
        if cfg!(panic = "abort") {
            return match self {
                Cancel::Kill => Cancelled::Kill,
                Cancel::Timeout(frame) => {
                    // SAFETY: from `check`, a moment ago; the frame is below us on this stack.
                    unsafe { &*frame }.answered.set(true);
                    Cancelled::Timeout
                }
            };
        }
        context.cancellation().unwinding.set(true);
        let underway = Underway::of(context.cancellation());
        match self {
            #[cfg(feature = "may")]
            Cancel::Kill if context.is_visitor() => {
                // may's payload has no room for it; the coroutine ends with this unwinding.
                std::mem::forget(underway);
                super::may::unwind_as_may_does()
            }
            Cancel::Kill => resume_unwind(Box::new(Killed { _underway: underway })),
            Cancel::Timeout(frame) => {
                // SAFETY: as above.
                let deadline = unsafe { &*frame }.deadline;
                resume_unwind(Box::new(TimedOut { frame: frame.addr(), deadline, _underway: underway }))
            }
        }
    }
}

/// What `catch_unwind` answers.
pub(crate) type Caught<T> = Result<T, Box<dyn Any + Send>>;

/// Whether an unwinding that was caught at the root of a greenlet is a kill.
pub(crate) fn is_kill(payload: &(dyn Any + Send)) -> bool {
    payload.is::<Killed>()
}

/// Whether an unwinding that was caught is a kill or a timeout on its way.
pub(crate) fn is_cancellation(payload: &(dyn Any + Send)) -> bool {
    payload.is::<Killed>() || payload.is::<TimedOut>()
}

/// Runs `f`, code of the user's whose panic is to end here. A kill or a timeout on its way goes on.
pub(crate) fn catch_panic<T>(f: impl FnOnce() -> T) -> Caught<T> {
    // AssertUnwindSafe: what the code shares with others it has to keep in order itself, as for a thread.
    catch_unwind(AssertUnwindSafe(f)).map_err(|payload| {
        if is_cancellation(&*payload) {
            resume_unwind(payload);
        }
        payload
    })
}

/// To be called by whoever has caught the unwinding of a cancellation and does not pass it on, because what it would cut
/// short has to be seen through. The next blocking call raises it again.
pub(crate) fn put_off() {
    // It had started, so the code was not unwinding before, and now is not again.
    context::with(|context| context.cancellation().unwinding.set(false));
}

/// Runs `f` with a deadline `nanos` from now over its blocking calls. `None`: one of them was cut short by it.
pub(crate) fn with_deadline<T>(nanos: u64, f: impl FnOnce() -> T) -> Option<T> {
    // The frame is this greenlet's: a coroutine around us must not leave it here, nor take it elsewhere.
    let _hold = coroutine::hold();
    context::with(|context| {
        let cancellation = context.cancellation();
        let deadline = clock::now().saturating_add(nanos);
        let late = matches!(unwinding(context), Unwinding::Yes | Unwinding::Likely);
        let frame = Frame { deadline, outer: cancellation.frames.get(), late, answered: false.into() };
        cancellation.frames.set(&frame);
        // AssertUnwindSafe: what is caught is either passed on, or is our own cancellation, which tears nothing down that
        // the destructors on its way have not seen.
        let caught: Caught<T> = catch_unwind(AssertUnwindSafe(f));
        cancellation.frames.set(frame.outer);
        match caught {
            // Without unwinding, `f` was told by an error, and returned in whichever way.
            Ok(_) if frame.answered.get() => None,
            Ok(value) => Some(value),
            Err(payload) => {
                let own = |timed_out: &TimedOut| {
                    timed_out.frame == ptr::from_ref(&frame).addr() && timed_out.deadline == deadline
                };
                if payload.downcast_ref().is_some_and(own) {
                    cancellation.unwinding.set(false);
                    return None;
                }
                resume_unwind(payload)
            }
        }
    })
}

/// Runs `f` so that kills, and the timeouts around it, wait outside.
pub(crate) fn shielded<T>(f: impl FnOnce() -> T) -> T {
    struct Restore<'a>(&'a Cancellation, *const Frame);
    impl Drop for Restore<'_> {
        fn drop(&mut self) {
            self.0.frames.set(self.1);
            self.0.shields.set(self.0.shields.get() - 1);
        }
    }
    // As in `with_deadline`.
    let _hold = coroutine::hold();
    context::with(|context| {
        let cancellation = context.cancellation();
        cancellation.shields.set(cancellation.shields.get() + 1);
        let _restore = Restore(cancellation, cancellation.frames.replace(ptr::null()));
        f()
    })
}

/// Waits for something by `attempt`; if that is cut short where nothing can unwind, then to the end: for calls without room for
/// an error.
pub(crate) fn see_through<T>(mut attempt: impl FnMut() -> Result<T, Cancelled>) -> T {
    if let Ok(value) = attempt() {
        return value;
    }
    shielded(|| {
        loop {
            // In a shield nothing is cut short.
            if let Ok(value) = attempt() {
                return value;
            }
        }
    })
}
