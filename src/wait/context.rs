//! Who waits: a greenlet or an OS thread.
//!
//! Uses `runtime` and `sys`. A third context, may's coroutines, would be added here and nowhere else.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::coroutine::Suspend;
use crate::runtime::control::{Cancellation, Control, ControlRef, Phase, Reason};
use crate::runtime::core::{Core, CoreRef, Vtable, WaitId, Waker};
use crate::runtime::parking::{Cause, ParkState, Ticket};
use crate::runtime::worker;
use crate::sys::{clock, futex};

/// A deadline that never comes.
pub(crate) const NEVER: u64 = u64::MAX;

/// The running code, as something that can wait.
pub(crate) enum Context<'a> {
    Greenlet(&'a Control),
    Thread(ThreadRef),
}

/// Runs `f` with the context of the running code.
#[inline]
pub(crate) fn with<R>(f: impl FnOnce(&Context<'_>) -> R) -> R {
    match worker::current() {
        Some(control) => f(&Context::Greenlet(control)),
        None => f(&Context::Thread(ThreadRef::current())),
    }
}

impl Context<'_> {
    pub(crate) fn park_state(&self) -> &ParkState {
        match self {
            Context::Greenlet(control) => &control.core().park,
            Context::Thread(thread) => &thread.get().core.park,
        }
    }

    pub(crate) fn cancellation(&self) -> &Cancellation {
        match self {
            Context::Greenlet(control) => &control.own.cancel,
            Context::Thread(thread) => &thread.get().cancel,
        }
    }

    /// Whether `std::thread::panicking` speaks of another greenlet's panic here.
    pub(crate) fn ambient_panic(&self) -> bool {
        match self {
            Context::Greenlet(control) => worker::of(control).ambient_panic.get(),
            Context::Thread(_) => false,
        }
    }

    pub(crate) fn wait_id(&self, ticket: Ticket) -> WaitId {
        match self {
            Context::Greenlet(control) => WaitId::new(control.whole().cast(), ticket),
            Context::Thread(thread) => WaitId::new(thread.0.as_ptr(), ticket),
        }
    }

    pub(crate) fn waker(&self, ticket: Ticket) -> Waker {
        let core = match self {
            Context::Greenlet(control) => ControlRef::share(control).into_core(),
            Context::Thread(thread) => thread.0.clone(),
        };
        Waker::new(core, ticket)
    }

    /// Sleeps until the wait named by `ticket` is notified, or until `until`.
    pub(crate) fn sleep(&self, ticket: Ticket, until: u64, reason: Reason, subject: u64) -> Cause {
        match self {
            Context::Greenlet(control) => sleep_greenlet(control, ticket, until, reason, subject),
            Context::Thread(thread) => thread.get().sleep(ticket, until),
        }
    }
}

fn sleep_greenlet(control: &Control, ticket: Ticket, until: u64, reason: Reason, subject: u64) -> Cause {
    let here = worker::of(control);
    let timed = until != NEVER;
    if timed {
        here.arm_timer(control, ticket, until);
    }
    control.set_waits_for(reason, subject, here.now.get());
    control.set_phase(Phase::Parked);
    here.shared.counters.parked[reason as usize].add(1);
    worker::suspend(control, Suspend::Park);
    // Asked again: a greenlet that owns its thread-locals may be on another worker now.
    let here = worker::of(control);
    here.shared.counters.parked[reason as usize].sub(1);
    let cause = control.core().park.cause();
    // Only the timer answers `TimedOut`, and it is out of the wheel then.
    if timed && cause != Cause::TimedOut {
        here.cancel_timer(control);
    }
    cause
}

/// What an OS thread waits with; made at its first wait.
#[repr(C)]
struct ThreadContext {
    core: Core,
    /// 1: somebody has notified the thread since it last looked.
    signal: AtomicU32,
    cancel: Cancellation,
}

/// A counted reference to an OS thread's context; only its own thread has one of this type.
pub(crate) struct ThreadRef(CoreRef);

static THREAD: Vtable = Vtable { schedule: signal_thread, free: free_thread };

thread_local! {
    static OWN: ThreadRef = ThreadRef::new();
}

impl ThreadRef {
    fn new() -> ThreadRef {
        let context = ThreadContext {
            core: Core::new(&THREAD, 1),
            signal: AtomicU32::new(0),
            cancel: Cancellation::new(),
        };
        let context = NonNull::from(Box::leak(Box::new(context)));
        // SAFETY: a fresh box whose first field is its core, and the one reference it starts with.
        ThreadRef(unsafe { CoreRef::from_raw(context.cast()) })
    }

    fn current() -> ThreadRef {
        // A wait in a destructor of a thread-local, after ours is gone: one context for this one wait.
        OWN.try_with(|own| ThreadRef(own.0.clone())).unwrap_or_else(|_| ThreadRef::new())
    }

    fn get(&self) -> &ThreadContext {
        // SAFETY: made in `new` from a box of this type, which lives as long as a reference to its core.
        unsafe { self.0.as_ptr().cast().as_ref() }
    }
}

impl ThreadContext {
    fn sleep(&self, ticket: Ticket, until: u64) -> Cause {
        let park = &self.core.park;
        if park.commit() {
            loop {
                // Race "signal of an earlier wait": it may come late and is no more than a reason to look. Taken back
                // before looking, so that a notification after the look finds 0 and makes the futex return.
                self.signal.store(0, Ordering::Relaxed);
                std::sync::atomic::fence(Ordering::SeqCst);
                if park.is_notified() {
                    break;
                }
                let left = if until == NEVER { NEVER } else { until.saturating_sub(clock::now()) };
                if left == 0 {
                    // Either this ends the wait, or another notification has just done so.
                    park.notify(ticket, Cause::TimedOut);
                    break;
                }
                futex::wait(&self.signal, 0, left);
            }
        }
        park.cause()
    }
}

/// # Safety
/// `core` is the head of a live `ThreadContext`.
unsafe fn signal_thread(core: NonNull<Core>) {
    // SAFETY: says the caller.
    let context: &ThreadContext = unsafe { core.cast().as_ref() };
    // Comes after the notification in the park state; the fence pairs with the one in `sleep`.
    std::sync::atomic::fence(Ordering::SeqCst);
    context.signal.store(1, Ordering::Relaxed);
    futex::wake_one(&context.signal);
}

/// # Safety
/// `core` is the head of a `ThreadContext` to which no reference is left.
unsafe fn free_thread(core: NonNull<Core>) {
    // SAFETY: made by `Box::leak` in `ThreadRef::new`, and nobody else's any more.
    drop(unsafe { Box::from_raw(core.cast::<ThreadContext>().as_ptr()) });
}
