//! What is common to all that have a stack of their own here.
//!
//! Uses `fiber::Guard`. How a head gets into a chain and out of it is in `chain`.

use std::cell::Cell;
use std::fmt;
use std::num::NonZeroU64;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

use super::fiber::Guard;

/// The process-wide number of a coroutine, generator or switch; never used twice.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CoroutineId(NonZeroU64);

impl CoroutineId {
    pub(super) fn get(self) -> u64 {
        self.0.get()
    }

    fn new() -> CoroutineId {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let id = NonZeroU64::new(NEXT.fetch_add(1, Ordering::Relaxed));
        CoroutineId(id.expect("numbers begin at 1, and do not come to an end"))
    }
}

impl fmt::Debug for CoroutineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CoroutineId({})", self.0)
    }
}

impl fmt::Display for CoroutineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// What kind of thing a stack belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Coroutine,
    Switch,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// Not started, or suspended. Or it runs: see `Head::is_running`.
    Suspended,
    /// It has resumed another, or has left the thread with its greenlet.
    Active,
    Dead,
}

/// In `Head::holds`: it is being unwound because nobody wants it any more.
const CLOSING: u32 = 1 << 31;

/// What is common to all that have a stack here.
pub(super) struct Head {
    pub(super) life: Cell<Life>,
    /// How many things are open in its code that a suspension would tear out of their context; and [`CLOSING`]. Changed by
    /// `set_holds` only.
    holds: Cell<u32>,
    /// How many panics were under way when it was last resumed.
    pub(super) panics: Cell<usize>,
    /// Where its stack begins, and how many bytes it has: 0 as long as `holds` is not, so that `is_free` is one comparison.
    low: Cell<usize>,
    size: Cell<usize>,
    guard: Cell<Guard>,
    /// Who has resumed it, while it is active and there is one; else null.
    pub(super) outer: Cell<*const Head>,
    pub(super) kind: Kind,
    pub(super) id: CoroutineId,
    pub(super) name: Option<Box<str>>,
}

impl Head {
    pub(super) fn new(kind: Kind, name: Option<Box<str>>, life: Life) -> Head {
        Head {
            life: Cell::new(life),
            holds: Cell::new(0),
            panics: Cell::new(0),
            low: Cell::new(0),
            size: Cell::new(0),
            guard: Cell::new(Guard::default()),
            outer: Cell::new(ptr::null()),
            kind,
            id: CoroutineId::new(),
            name,
        }
    }

    pub(super) fn set_guard(&self, guard: Guard) {
        self.low.set(guard.end);
        self.size.set(guard.usable);
        self.guard.set(guard);
    }

    /// Whether this call runs on its stack, and nothing holds it there.
    #[inline(always)]
    pub(super) fn is_free(&self) -> bool {
        let mark = 0_u8;
        (&raw const mark).addr().wrapping_sub(self.low.get()) < self.size.get()
    }

    /// Whether this call runs on its stack.
    #[inline(always)]
    pub(super) fn is_here(&self) -> bool {
        let mark = 0_u8;
        let guard = self.guard.get();
        (&raw const mark).addr().wrapping_sub(guard.end) < guard.usable
    }

    pub(super) fn set_holds(&self, holds: u32) {
        self.holds.set(holds);
        self.size.set(if holds == 0 { self.guard.get().usable } else { 0 });
    }

    pub(super) fn holds(&self) -> u32 {
        self.holds.get()
    }

    pub(super) fn guard(&self) -> Guard {
        self.guard.get()
    }

    pub(super) fn is_held(&self) -> bool {
        self.holds.get() != 0
    }

    pub(super) fn is_closing(&self) -> bool {
        self.holds.get() & CLOSING != 0
    }

    pub(super) fn set_closing(&self) {
        self.set_holds(self.holds.get() | CLOSING);
    }

    /// For `dump`s of all kinds.
    pub(super) fn debug(&self, f: &mut fmt::Formatter<'_>, what: &str) -> fmt::Result {
        f.debug_struct(what)
            .field("id", &self.id)
            .field("name", &self.name)
            .field("life", &self.life.get())
            .finish_non_exhaustive()
    }
}
