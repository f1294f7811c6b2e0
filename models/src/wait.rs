//! The sources under test, and what they are given for the rest of the library's `wait`.
#![allow(dead_code, reason = "models use what they need")]
#![allow(unreachable_pub, reason = "what is public in the library is not here")]

#[path = "../../src/wait/queue.rs"]
pub(crate) mod queue;
#[path = "../../src/wait/select.rs"]
pub(crate) mod select;
#[path = "../../src/wait/signal.rs"]
pub(crate) mod signal;

pub(crate) mod context {
    pub(crate) const NEVER: u64 = u64::MAX;
}

use std::cell::{Cell, OnceCell};
use std::ptr::NonNull;

use loom::thread;

use crate::HeadStart;
use crate::runtime::core::{Core, CoreRef, Vtable};
use crate::runtime::parking::{Cause, Notified, Ticket};
use crate::support::Bell;
use crate::sys::clock;

pub(crate) use crate::runtime::core::{EndedWait, WaitId, Waker};
pub(crate) use crate::runtime::wakers::Wakers;
pub(crate) use context::NEVER;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Reason {
    Lock,
    Signal,
    Channel,
    Select,
    Other,
}

/// A deadline that comes while the thread waits, at any moment.
pub(crate) const SOON: u64 = 1;

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

    pub(crate) fn id(&self) -> WaitId {
        WaitId::new(self.core.as_ptr(), self.ticket)
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
    looks_again: Cell<usize>,
    cut_short: Cell<bool>,
}

loom::thread_local! {
    static OWN: OnceCell<Own> = OnceCell::new();
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
    // SAFETY: made from a box in `new_waiter`; nobody else's any more.
    drop(unsafe { Box::from_raw(core.cast::<Waiter>().as_ptr()) });
}

fn new_waiter() -> CoreRef {
    let waiter = Waiter { core: Core::new(&WAITER, 1), bell: Bell::new() };
    let waiter = NonNull::from(Box::leak(Box::new(waiter)));
    // SAFETY: a fresh waiter, and its one reference.
    unsafe { CoreRef::from_raw(waiter.cast()) }
}

impl Own {
    fn new(core: CoreRef) -> Own {
        Own { core, shielded: Cell::new(false), looks_again: Cell::new(0), cut_short: Cell::new(false) }
    }

    fn with<R>(f: impl FnOnce(&Own) -> R) -> R {
        OWN.with(|own| f(own.get_or_init(|| Own::new(new_waiter()))))
    }

    fn bell(&self) -> &Bell {
        // SAFETY: made in `new_waiter`; lives as long as the reference.
        &unsafe { self.core.as_ptr().cast::<Waiter>().as_ref() }.bell
    }

    fn cut_short(&self) -> Cancelled {
        self.cut_short.set(true);
        Cancelled
    }
}

/// The running thread, to be killed by another.
pub(crate) fn me() -> CoreRef {
    Own::with(|own| own.core.clone())
}

/// A thread that can be killed from its beginning on.
pub(crate) struct Greenlet<T> {
    core: CoreRef,
    thread: thread::JoinHandle<T>,
}

pub(crate) fn spawn<T: 'static>(body: impl FnOnce() -> T + 'static) -> Greenlet<T> {
    let core = new_waiter();
    let own = Own::new(core.clone());
    let thread = thread::spawn(move || {
        OWN.with(|place| place.set(own).ok().expect("nothing has run here yet"));
        body()
    });
    Greenlet { core, thread }
}

impl<T> Greenlet<T> {
    pub(crate) fn kill(&self) {
        self.core.kill();
    }

    pub(crate) fn join(self) -> T {
        self.thread.join().unwrap()
    }
}

/// Runs `f` so that a kill waits outside.
pub(crate) fn shielded<T>(f: impl FnOnce() -> T) -> T {
    Own::with(|own| own.shielded.set(true));
    let result = f();
    Own::with(|own| own.shielded.set(false));
    result
}

/// The next `times` waits of the running thread, if it announces so many, each end once before their time, and begin anew:
/// as with one that cannot tell whether it is unwinding.
pub(crate) fn look_again(times: usize) {
    Own::with(|own| own.looks_again.set(times));
}

/// Whether a kill has reached the running thread. The library's would have unwound there: what its calls answer after
/// that, nobody would have heard.
pub(crate) fn cut_short() -> bool {
    Own::with(|own| own.cut_short.get())
}

/// As the library's.
pub(crate) fn checkpoint() -> Result<(), Cancelled> {
    Own::with(|own| {
        let quiet = own.shielded.get() || !own.core.core().park.is_killed();
        if quiet { Ok(()) } else { Err(own.cut_short()) }
    })
}

/// As the library's.
pub(crate) fn enter() -> Result<(), Cancelled> {
    checkpoint()
}

/// loom lets others run wherever that makes a difference.
pub(crate) fn give_way() {}

/// As the library's. A deadline comes as soon as others had a chance to come first.
pub(crate) fn park(
    _reason: Reason,
    _subject: u64,
    deadline: u64,
    mut register: impl FnMut(&Announced<'_>) -> bool,
    mut forget: impl FnMut(WaitId),
) -> Result<bool, Cancelled> {
    Own::with(|own| {
        let state = &own.core.core().park;
        loop {
            let ticket = state.arm(!own.shielded.get()).ok_or_else(|| own.cut_short())?;
            if !register(&Announced { core: &own.core, ticket }) {
                assert_ne!(
                    state.disarm(ticket),
                    Some(Cause::Woken),
                    "by somebody who did not know of the wait"
                );
                return Ok(true);
            }
            HEAD_START.get().give();
            let looks = own.looks_again.get();
            own.looks_again.set(looks.saturating_sub(1));
            if deadline != NEVER || looks > 0 {
                thread::yield_now();
                assert_ne!(state.notify(ticket, Cause::TimedOut), Notified::Asleep);
            }
            if state.commit() {
                own.bell().sleep();
                clock::advance(NAP.get());
            }
            let wait = WaitId::new(own.core.as_ptr(), ticket);
            match state.cause() {
                Cause::Woken => return Ok(true),
                Cause::TimedOut => forget(wait),
                Cause::Cancelled => {
                    forget(wait);
                    return Err(own.cut_short());
                }
            }
            if deadline != NEVER {
                return Ok(false);
            }
        }
    })
}
