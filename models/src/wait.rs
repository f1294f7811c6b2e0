//! The sources under test, and what they are given for the rest of the library's `wait`.

#[path = "../../src/wait/queue.rs"]
pub(crate) mod queue;
#[path = "../../src/wait/signal.rs"]
pub(crate) mod signal;

pub(crate) mod context {
    pub(crate) const NEVER: u64 = u64::MAX;
}

use std::cell::Cell;
use std::ptr::NonNull;

use crate::HeadStart;
use crate::runtime::core::{Core, CoreRef, Vtable};
use crate::runtime::parking::{Cause, Notified, Ticket};
use crate::support::Bell;
use crate::sys::clock;

pub(crate) use crate::runtime::core::{WaitId, Waker};
pub(crate) use context::NEVER;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Reason {
    Lock,
    Signal,
    Other,
}

/// What a killed waiter gets, as where nothing unwinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cancelled;

pub(crate) struct Announced<'a> {
    core: &'a CoreRef,
    ticket: Ticket,
}

impl Announced<'_> {
    pub(crate) fn waker(&self) -> Waker {
        Waker::new(self.core.clone(), self.ticket)
    }
}

/// A thread, as something that waits.
#[repr(C)]
struct Waiter {
    core: Core,
    bell: Bell,
}

struct Own {
    core: CoreRef,
    shielded: Cell<bool>,
}

loom::thread_local! {
    static OWN: Own = Own::new();
}

thread_local! {
    // Of the one thread on which loom plays all of a model's.
    static HEAD_START: Cell<HeadStart> = const { Cell::new(HeadStart(false)) };
    static NAP: Cell<u64> = const { Cell::new(0) };
}

/// At the beginning of a model: whether those who wait let the others go ahead between announcing a wait and
/// sleeping, and how long each sleep takes.
pub(crate) fn set(head_start: HeadStart, nap: u64) {
    HEAD_START.set(head_start);
    NAP.set(nap);
}

static WAITER: Vtable = Vtable { schedule: ring, free: free_waiter };

/// # Safety
/// `core` is the first field of a live waiter.
unsafe fn ring(core: NonNull<Core>) {
    // SAFETY: says the caller.
    unsafe { core.cast::<Waiter>().as_ref() }.bell.ring();
}

/// # Safety
/// `core` is the first field of a waiter to which no reference is left.
unsafe fn free_waiter(core: NonNull<Core>) {
    // SAFETY: made from a box in `Own::new`; nobody else's any more.
    drop(unsafe { Box::from_raw(core.cast::<Waiter>().as_ptr()) });
}

impl Own {
    fn new() -> Own {
        let waiter = Waiter { core: Core::new(&WAITER, 1), bell: Bell::new() };
        let waiter = NonNull::from(Box::leak(Box::new(waiter)));
        // SAFETY: a fresh waiter, and its one reference.
        let core = unsafe { CoreRef::from_raw(waiter.cast()) };
        Own { core, shielded: Cell::new(false) }
    }

    fn bell(&self) -> &Bell {
        // SAFETY: made in `new`; lives as long as the reference.
        &unsafe { self.core.as_ptr().cast::<Waiter>().as_ref() }.bell
    }
}

/// The running thread, to be killed by another.
pub(crate) fn me() -> CoreRef {
    OWN.with(|own| own.core.clone())
}

/// Runs `f` so that a kill waits outside.
pub(crate) fn shielded<T>(f: impl FnOnce() -> T) -> T {
    OWN.with(|own| own.shielded.set(true));
    let result = f();
    OWN.with(|own| own.shielded.set(false));
    result
}

/// As the library's. A deadline comes as soon as others had a chance to come first.
pub(crate) fn park(
    _reason: Reason,
    _subject: u64,
    deadline: u64,
    mut register: impl FnMut(&Announced<'_>) -> bool,
    mut forget: impl FnMut(WaitId),
) -> Result<bool, Cancelled> {
    OWN.with(|own| {
        let state = &own.core.core().park;
        let ticket = state.arm(!own.shielded.get()).ok_or(Cancelled)?;
        if !register(&Announced { core: &own.core, ticket }) {
            assert_ne!(state.disarm(ticket), Some(Cause::Woken), "by somebody who did not know of the wait");
            return Ok(true);
        }
        HEAD_START.get().give();
        if deadline != NEVER {
            loom::thread::yield_now();
            assert_ne!(state.notify(ticket, Cause::TimedOut), Notified::Asleep);
        }
        if state.commit() {
            own.bell().sleep();
            clock::advance(NAP.get());
        }
        let wait = WaitId::new(own.core.as_ptr(), ticket);
        match state.cause() {
            Cause::Woken => Ok(true),
            Cause::TimedOut => {
                forget(wait);
                Ok(false)
            }
            Cause::Cancelled => {
                forget(wait);
                Err(Cancelled)
            }
        }
    })
}
