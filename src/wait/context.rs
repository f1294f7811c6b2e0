//! Who waits: a greenlet, an OS thread, or one of may's coroutines.
//!
//! Uses `runtime` and `sys`, and `wait::may` for the third.

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::num::NonZeroU64;
use std::ptr::NonNull;
use std::sync::OnceLock;

#[cfg(feature = "may")]
use super::may;
use super::signal::Signal;
use crate::coroutine::Suspend;
use crate::runtime::bindings::Bindings;
use crate::runtime::control::{Cancellation, Control, ControlRef, Phase, Reason};
use crate::runtime::core::{Core, CoreRef, Vtable, WaitId, Waker};
use crate::runtime::parking::{Cause, ParkState, Ticket};
use crate::runtime::token::Token;
use crate::runtime::{self, worker};

/// A deadline that never comes.
pub(crate) const NEVER: u64 = u64::MAX;

/// The running code, as something that can wait.
pub(crate) enum Context<'a> {
    /// On one of vervet's workers.
    Greenlet(&'a Control),
    /// A coroutine on may's scheduler: a greenlet that was started there, or a visitor.
    #[cfg(feature = "may")]
    Coroutine(&'a Control),
    Thread(ThreadRef),
}

/// Runs `f` with the context of the running code.
#[inline]
pub(crate) fn with<R>(f: impl FnOnce(&Context<'_>) -> R) -> R {
    // First: may can run a coroutine on the stack of whoever starts it, a greenlet's too.
    #[cfg(feature = "may")]
    if let Some(control) = may::current() {
        return f(&Context::Coroutine(control));
    }
    match worker::current() {
        Some(control) => f(&Context::Greenlet(control)),
        None => f(&Context::Thread(ThreadRef::current())),
    }
}

/// The control block of the running code, if it has a stack of its own: a greenlet's, or that of a coroutine of may's.
#[inline]
pub(crate) fn control<'a>() -> Option<&'a Control> {
    #[cfg(feature = "may")]
    if let Some(control) = may::current() {
        return Some(control);
    }
    worker::current()
}

/// The greenlet that is running, on whichever scheduler.
#[inline]
pub(crate) fn greenlet<'a>() -> Option<&'a Control> {
    control().filter(|control| control.is_greenlet())
}

/// The running code's control block, and the worker that looks after its I/O and timers.
#[inline]
pub(crate) fn served<'a>() -> Option<(&'a Control, u32)> {
    #[cfg(feature = "may")]
    if let Some(control) = may::current() {
        return Some((control, control.home()));
    }
    worker::current().map(|control| (control, worker::of(control).index))
}

/// Shows `f` what scoped values are bound to where the running code is.
#[inline]
pub(crate) fn bindings<R>(f: impl FnOnce(&Cell<Bindings>) -> R) -> R {
    match control() {
        Some(control) => f(&control.own.bindings),
        None => BINDINGS.with(|bindings| f(bindings)),
    }
}

/// The number of the running code: of its greenlet or coroutine, or of its OS thread. No other ever has the same.
#[inline]
pub(crate) fn id() -> NonZeroU64 {
    match control() {
        Some(control) => NonZeroU64::new(control.id.0).expect("numbers begin at 1"),
        None => own_id(),
    }
}

impl Context<'_> {
    #[inline]
    pub(crate) fn park_state(&self) -> &ParkState {
        match self {
            Context::Greenlet(control) => &control.core().park,
            #[cfg(feature = "may")]
            Context::Coroutine(control) => &control.core().park,
            Context::Thread(thread) => &thread.get().core.park,
        }
    }

    pub(crate) fn token(&self) -> &Token {
        match self {
            Context::Greenlet(control) => &control.core().token,
            #[cfg(feature = "may")]
            Context::Coroutine(control) => &control.core().token,
            Context::Thread(thread) => &thread.get().core.token,
        }
    }

    #[inline]
    pub(crate) fn cancellation(&self) -> &Cancellation {
        match self {
            Context::Greenlet(control) => &control.own.cancel,
            #[cfg(feature = "may")]
            Context::Coroutine(control) => &control.own.cancel,
            Context::Thread(thread) => &thread.get().cancel,
        }
    }

    /// Whether this is a coroutine that may runs for somebody else. Only may itself can have killed it.
    #[cfg(feature = "may")]
    pub(crate) fn is_visitor(&self) -> bool {
        matches!(self, Context::Coroutine(control) if !control.is_greenlet())
    }

    /// Whether `std::thread::panicking` speaks of another greenlet's panic here.
    pub(crate) fn ambient_panic(&self) -> bool {
        match self {
            Context::Greenlet(control) => worker::of(control).ambient_panic.get(),
            // Each takes its panics along, or does not leave its thread in the middle of one.
            #[cfg(feature = "may")]
            Context::Coroutine(_) => false,
            Context::Thread(_) => false,
        }
    }

    pub(crate) fn wait_id(&self, ticket: Ticket) -> WaitId {
        match self {
            Context::Greenlet(control) => WaitId::new(control.whole().cast(), ticket),
            #[cfg(feature = "may")]
            Context::Coroutine(control) => WaitId::new(control.whole().cast(), ticket),
            Context::Thread(thread) => WaitId::new(thread.0.as_ptr(), ticket),
        }
    }

    pub(crate) fn waker(&self, ticket: Ticket) -> Waker {
        let core = match self {
            Context::Greenlet(control) => ControlRef::share(control).into_core(),
            #[cfg(feature = "may")]
            Context::Coroutine(control) => ControlRef::share(control).into_core(),
            Context::Thread(thread) => thread.0.clone(),
        };
        Waker::new(core, ticket)
    }

    /// Sleeps until the wait named by `ticket` is notified, or until `until`.
    pub(crate) fn sleep(&self, ticket: Ticket, until: u64, reason: Reason, subject: u64) -> Cause {
        match self {
            Context::Greenlet(control) => sleep_greenlet(control, ticket, until, reason, subject),
            #[cfg(feature = "may")]
            Context::Coroutine(control) => may::sleep(control, ticket, until, reason, subject),
            Context::Thread(thread) => {
                let thread = thread.get();
                thread.signal.sleep(&thread.core.park, ticket, until)
            }
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
    signal: Signal,
    cancel: Cancellation,
    id: NonZeroU64,
    /// Set when the thread first asks who it is.
    std: OnceLock<std::thread::Thread>,
}

/// A counted reference to an OS thread's context; only its own thread has one of this type.
pub(crate) struct ThreadRef(CoreRef);

static THREAD: Vtable = Vtable { schedule: signal_thread, free: free_thread };

thread_local! {
    /// An OS thread's own. Nothing is lost without a destructor: whoever binds a value takes it back. So it is there to the end.
    static BINDINGS: ManuallyDrop<Cell<Bindings>> = const { ManuallyDrop::new(Cell::new(Bindings::NONE)) };
    static OWN: ThreadRef = ThreadRef::new();
    /// Survives `OWN`, so that a thread keeps its number to the very end. 0: none yet.
    static ID: Cell<u64> = const { Cell::new(0) };
}

/// The number of this OS thread, which no other and no greenlet ever has.
fn own_id() -> NonZeroU64 {
    ID.with(|id| {
        NonZeroU64::new(id.get()).unwrap_or_else(|| {
            let new = runtime::new_id();
            id.set(new.get());
            new
        })
    })
}

impl ThreadRef {
    fn new() -> ThreadRef {
        let context = ThreadContext {
            core: Core::new(&THREAD, 1),
            signal: Signal::new(),
            cancel: Cancellation::new(),
            id: own_id(),
            std: OnceLock::new(),
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

/// A counted reference to an OS thread's context, for everybody: to what does not belong to its thread alone.
#[derive(Clone)]
pub(crate) struct ThreadHandle(CoreRef);

impl ThreadHandle {
    /// That of the running thread.
    pub(super) fn current() -> ThreadHandle {
        let ThreadRef(core) = ThreadRef::current();
        let handle = ThreadHandle(core);
        handle.get().1.get_or_init(std::thread::current);
        handle
    }

    fn get(&self) -> (NonZeroU64, &OnceLock<std::thread::Thread>) {
        // SAFETY: made from a `ThreadRef`, hence the head of a context, which lives as long as a reference to its core. Only
        // fields are touched that never change, or are made for sharing.
        unsafe {
            let context: *const ThreadContext = self.0.as_ptr().cast().as_ptr();
            ((*context).id, &(*context).std)
        }
    }

    pub(super) fn id(&self) -> NonZeroU64 {
        self.get().0
    }

    pub(super) fn name(&self) -> Option<&str> {
        self.get().1.get()?.name()
    }

    pub(super) fn unpark(&self) {
        self.0.unpark();
    }
}

/// # Safety
/// `core` is the head of a live `ThreadContext`.
unsafe fn signal_thread(core: NonNull<Core>) {
    // SAFETY: says the caller.
    let context: &ThreadContext = unsafe { core.cast().as_ref() };
    context.signal.send();
}

/// # Safety
/// `core` is the head of a `ThreadContext` to which no reference is left.
unsafe fn free_thread(core: NonNull<Core>) {
    // SAFETY: made by `Box::leak` in `ThreadRef::new`, and nobody else's any more.
    drop(unsafe { Box::from_raw(core.cast::<ThreadContext>().as_ptr()) });
}
