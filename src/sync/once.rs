//! `Once` and `OnceState`.
//!
//! Uses `sync::raw` and `wait`.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind, resume_unwind};

use super::raw::once::{Begin, Progress, RawOnce};
use super::see_through;
use crate::wait::cancel;

/// Lets something be done once, whoever comes first.
///
/// As [`std::sync::Once`], to be used between greenlets, OS threads, or both. What is done once may block; others that come
/// meanwhile wait. If it calls the same `Once` again, it waits for itself.
///
/// # Examples
/// ```
/// use vervet::sync::Once;
///
/// static GREETING: Once = Once::new();
/// for _ in 0..2 {
///     GREETING.call_once(|| println!("hello"));
/// }
/// assert!(GREETING.is_completed());
/// ```
pub struct Once {
    raw: RawOnce,
}

impl UnwindSafe for Once {}
impl RefUnwindSafe for Once {}

/// What [`Once::call_once_force`] tells its closure.
pub struct OnceState {
    poisoned: bool,
    /// As std's: it belongs to the one call.
    not_sync: PhantomData<Cell<()>>,
}

/// A `Once` that is not done; for old code.
#[deprecated(since = "0.1.0", note = "std has replaced it by `Once::new()`")]
#[expect(clippy::declare_interior_mutable_const, reason = "std has it still")]
pub const ONCE_INIT: Once = Once::new();

impl Once {
    /// A `Once` that is not done.
    #[must_use]
    #[inline]
    #[expect(clippy::new_without_default, reason = "std's has none")]
    pub const fn new() -> Once {
        Once { raw: RawOnce::new() }
    }

    /// Calls `f`, unless that or another closure has been called here before; if one is being called, waits for its end.
    ///
    /// # Panics
    /// If `f` panics, which poisons the `Once`; if it is poisoned.
    ///
    /// # Cancellation
    /// Blocks here: yes, unless it is done. If `f` is cut short, nothing has been done, and the next caller's closure is called;
    /// it is not poisoned.
    #[inline]
    #[track_caller]
    pub fn call_once<F>(&self, f: F)
    where
        F: FnOnce(),
    {
        if !self.is_completed() {
            self.call(false, |_| f());
        }
    }

    /// As [`call_once`](Once::call_once), but a poisoned one is tried again, and not poisoned any more if `f` returns.
    ///
    /// # Panics
    /// If `f` panics, which poisons the `Once`.
    ///
    /// # Cancellation
    /// As there. Cut short, a poisoned one stays poisoned.
    #[inline]
    pub fn call_once_force<F>(&self, f: F)
    where
        F: FnOnce(&OnceState),
    {
        if !self.is_completed() {
            self.call(true, f);
        }
    }

    /// Whether it is done: `false` while it is being done.
    #[inline]
    pub fn is_completed(&self) -> bool {
        self.raw.is_complete()
    }

    /// Waits until it is done, by whomever.
    ///
    /// # Panics
    /// If it is poisoned, or becomes so.
    ///
    /// # Cancellation
    /// Blocks here: yes, unless it is done. Nothing is lost.
    pub fn wait(&self) {
        if !self.is_completed() && see_through(|| self.raw.wait(false)) == Progress::Poisoned {
            refuse();
        }
    }

    /// Waits until it is done, by whomever; even if it is poisoned, and stays so for now.
    ///
    /// # Cancellation
    /// Blocks here: yes, unless it is done. Nothing is lost.
    pub fn wait_force(&self) {
        if !self.is_completed() {
            see_through(|| self.raw.wait(true));
        }
    }

    #[cold]
    #[track_caller]
    fn call(&self, ignore_poison: bool, f: impl FnOnce(&OnceState)) {
        let poisoned = match see_through(|| self.raw.begin(ignore_poison)) {
            Begin::Complete => return,
            Begin::Poisoned => refuse(),
            Begin::Run { poisoned } => poisoned,
        };
        // AssertUnwindSafe: passed on below.
        match catch_unwind(AssertUnwindSafe(|| f(&OnceState { poisoned, not_sync: PhantomData }))) {
            Ok(()) => self.raw.end(Progress::Complete),
            Err(payload) => {
                self.raw.end(match cancel::is_cancellation(&*payload) {
                    true if !poisoned => Progress::Incomplete,
                    _ => Progress::Poisoned,
                });
                resume_unwind(payload);
            }
        }
    }

    /// How far it has come, to its owner.
    pub(super) fn progress(&self) -> Progress {
        self.raw.progress()
    }
}

#[cold]
#[track_caller]
fn refuse() -> ! {
    panic!("Once instance has previously been poisoned")
}

impl OnceState {
    /// Whether the last closure that was called has panicked.
    #[inline]
    pub fn is_poisoned(&self) -> bool {
        self.poisoned
    }
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once").finish_non_exhaustive()
    }
}

impl fmt::Debug for OnceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnceState").field("poisoned", &self.is_poisoned()).finish()
    }
}
