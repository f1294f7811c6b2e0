//! What every waiter has in common, greenlet or OS thread: a park state, a token, a reference count, and a way to be run.
//!
//! Uses `runtime::parking`, `runtime::token` and `sys::sync`. Model-checked in `models/`.
//!
//! A `Core` is the first field of a larger `repr(C)` object, which its vtable knows. References to it keep that object's
//! memory alive, not its owner running.

use std::mem;
use std::num::NonZeroUsize;
use std::ptr::NonNull;

use super::parking::{Cause, Notified, ParkState, Ticket};
use super::token::Token;
use crate::sys::sync::{AtomicUsize, Ordering, fence};

/// How to treat the object around a core.
#[derive(Debug)]
pub(crate) struct Vtable {
    /// Makes the owner run; called once for each time a notification found it asleep.
    pub(crate) schedule: unsafe fn(NonNull<Core>),
    /// Frees the object; called when the last reference goes.
    pub(crate) free: unsafe fn(NonNull<Core>),
}

#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) park: ParkState,
    pub(crate) token: Token,
    references: AtomicUsize,
    vtable: &'static Vtable,
}

impl Core {
    /// A core with as many references, which the caller holds.
    pub(crate) fn new(vtable: &'static Vtable, references: usize) -> Core {
        Core { park: ParkState::new(), token: Token::new(), references: AtomicUsize::new(references), vtable }
    }

    /// Makes the owner run.
    ///
    /// # Safety
    /// `core` heads a live object, and the caller alone was told that its owner sleeps.
    pub(crate) unsafe fn schedule(core: NonNull<Core>) {
        // SAFETY: alive, says the caller, and the core heads the object its vtable expects.
        unsafe { (core.as_ref().vtable.schedule)(core) };
    }
}

/// A counted reference to a core.
#[derive(Debug)]
pub(crate) struct CoreRef(NonNull<Core>);

// SAFETY: a core is made of atomics, and its vtable's functions may be called from any thread.
unsafe impl Send for CoreRef {}
// SAFETY: as above.
unsafe impl Sync for CoreRef {}

impl CoreRef {
    /// Takes over one reference.
    ///
    /// # Safety
    /// `core` points to a live core, at the head of the object its vtable expects, and the caller gives up a reference.
    pub(crate) unsafe fn from_raw(core: NonNull<Core>) -> CoreRef {
        CoreRef(core)
    }

    /// Makes a new reference.
    ///
    /// # Safety
    /// `core` points to a live core at the head of the object its vtable expects.
    pub(crate) unsafe fn share(core: NonNull<Core>) -> CoreRef {
        // SAFETY: alive, says the caller. Relaxed: a new reference is made from an existing one.
        let before = unsafe { core.as_ref() }.references.fetch_add(1, Ordering::Relaxed);
        // As in std's Arc: leaked references must not bring the count around to zero.
        assert!(before < isize::MAX as usize, "too many references to a greenlet");
        CoreRef(core)
    }

    pub(crate) fn into_raw(self) -> NonNull<Core> {
        let core = self.0;
        mem::forget(self);
        core
    }

    pub(crate) fn as_ptr(&self) -> NonNull<Core> {
        self.0
    }

    pub(crate) fn core(&self) -> &Core {
        // SAFETY: the reference we hold keeps the core alive.
        unsafe { self.0.as_ref() }
    }

    /// Drops the reference; if it was the last one, the object is freed after `last` has seen it.
    pub(crate) fn release(self, last: impl FnOnce(NonNull<Core>)) {
        // SAFETY: the reference is taken out of this value, which nobody drops any more.
        unsafe { release(self.into_raw(), last) };
    }

    /// Makes the owner run if `found` says that it sleeps.
    fn follow_up(&self, found: Notified) -> bool {
        if found == Notified::Asleep {
            // SAFETY: alive by our reference, and `Asleep` is answered to one notifier only.
            unsafe { Core::schedule(self.0) };
        }
        found != Notified::Late
    }

    /// Leaves the owner its token, and makes it run if it sleeps for that.
    pub(crate) fn unpark(&self) {
        if let Some(ticket) = self.core().token.leave() {
            // Late: that wait has just ended in another way, and the token lies there for the next.
            self.follow_up(self.core().park.notify(ticket, Cause::Woken));
        }
    }

    /// Kills the owner; see `ParkState::kill`.
    pub(crate) fn kill(&self) {
        self.follow_up(self.core().park.kill());
    }
}

impl Clone for CoreRef {
    fn clone(&self) -> CoreRef {
        // SAFETY: alive because of our own reference.
        unsafe { CoreRef::share(self.0) }
    }
}

impl Drop for CoreRef {
    fn drop(&mut self) {
        // SAFETY: this reference is ours to give up, and is not used after this.
        unsafe { release(self.0, |_| ()) };
    }
}

/// Ends a reference; if it was the last one, the object is freed after `last` has seen it.
///
/// # Safety
/// The caller has a reference to `core` and gives it up.
unsafe fn release(core: NonNull<Core>, last: impl FnOnce(NonNull<Core>)) {
    // SAFETY: alive by the caller's reference. Release: what was done through it happens before the object is freed.
    let before = unsafe { core.as_ref() }.references.fetch_sub(1, Ordering::Release);
    if before == 1 {
        fence(Ordering::Acquire);
        last(core);
        // SAFETY: that was the last reference.
        unsafe { (core.as_ref().vtable.free)(core) };
    }
}

/// Names one wait of one waiter. Says nothing about whether either still exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WaitId {
    /// The address of its core: a name, and no way to get there.
    core: NonZeroUsize,
    ticket: Ticket,
}

impl WaitId {
    pub(crate) fn new(core: NonNull<Core>, ticket: Ticket) -> WaitId {
        WaitId { core: core.addr(), ticket }
    }
}

/// The right to wake one particular wait of one waiter.
///
/// Opaque outside: it is in the signature of a public trait's hidden method, and nobody else can name it.
#[derive(Clone, Debug)]
pub struct Waker {
    core: CoreRef,
    ticket: Ticket,
}

impl Waker {
    pub(crate) fn new(core: CoreRef, ticket: Ticket) -> Waker {
        Waker { core, ticket }
    }

    /// Ends the wait. `false`: it had ended already, and the caller may want to wake somebody else instead.
    pub(crate) fn wake(&self) -> bool {
        self.core.follow_up(self.core.core().park.notify(self.ticket, Cause::Woken))
    }

    /// As `wake`, but the owner is made to run when the answer is dropped: for who holds a lock that the owner wants at once.
    pub(crate) fn end(self) -> Option<EndedWait> {
        match self.core.core().park.notify(self.ticket, Cause::Woken) {
            Notified::Late => None,
            Notified::Early => Some(EndedWait { core: self.core, asleep: false }),
            Notified::Asleep => Some(EndedWait { core: self.core, asleep: true }),
        }
    }

    pub(crate) fn wait(&self) -> WaitId {
        WaitId::new(self.core.0, self.ticket)
    }
}

/// A wait that has been ended; its owner is made to run when this is dropped.
#[derive(Debug)]
#[must_use = "dropped at once, it does what `wake` does"]
pub(crate) struct EndedWait {
    core: CoreRef,
    /// It does not run by itself.
    asleep: bool,
}

impl Drop for EndedWait {
    fn drop(&mut self) {
        if self.asleep {
            // SAFETY: alive by our reference, and `Asleep` was answered to us only.
            unsafe { Core::schedule(self.core.0) };
        }
    }
}
