//! `LazyLock`.
//!
//! Uses `sync::once` and `wait`.

use std::cell::UnsafeCell;
use std::fmt;
use std::mem;
use std::ops::{Deref, DerefMut};
use std::panic::{RefUnwindSafe, UnwindSafe};

use super::Once;
use super::raw::once::Progress;
use crate::wait::cancel;

/// A value that is made when it is first wanted.
///
/// As [`std::sync::LazyLock`], to be used between greenlets, OS threads, or both. What makes the value may block; others that
/// want it meanwhile wait. If it wants the value itself, it waits for itself.
///
/// # Cancellation
/// Whoever waits for the value can be cut short, and nothing is lost. Whoever makes it cannot: there is only one closure to make
/// it, and a static one would be lost to everybody. So a kill or a [`timeout`](crate::timeout) waits until that is over.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use vervet::sync::LazyLock;
///
/// static ANSWER: LazyLock<u32> = LazyLock::new(|| {
///     vervet::sleep(Duration::from_millis(1));
///     42
/// });
///
/// let askers: Vec<_> = (0..10).map(|_| vervet::spawn(|| *ANSWER)).collect();
/// assert!(vervet::join_all(askers).into_iter().all(|answer| answer.unwrap() == 42));
/// ```
pub struct LazyLock<T, F = fn() -> T> {
    once: Once,
    /// Changed while `once` is being done, and then `Value` for all readers.
    state: UnsafeCell<State<T, F>>,
}

enum State<T, F> {
    Closure(F),
    Value(T),
    /// The closure runs, or has panicked.
    Gone,
}

// SAFETY: as a `OnceLock`, and the closure may be called on another thread than the one that brought it. Nobody gets `&F`.
unsafe impl<T: Sync + Send, F: Send> Sync for LazyLock<T, F> {}
impl<T: RefUnwindSafe + UnwindSafe, F: UnwindSafe> RefUnwindSafe for LazyLock<T, F> {}
impl<T: UnwindSafe, F: UnwindSafe> UnwindSafe for LazyLock<T, F> {}

impl<T, F: FnOnce() -> T> LazyLock<T, F> {
    /// A value that `f` will make.
    #[inline]
    pub const fn new(f: F) -> LazyLock<T, F> {
        LazyLock { once: Once::new(), state: UnsafeCell::new(State::Closure(f)) }
    }

    /// The value; made now, if it is not there. The same as `&*this`.
    ///
    /// # Panics
    /// If the closure panics, now or before.
    ///
    /// # Cancellation
    /// Blocks here: yes, unless the value is there; see the type's page.
    #[inline]
    pub fn force(this: &LazyLock<T, F>) -> &T {
        if let Some(value) = LazyLock::get(this) {
            return value;
        }
        this.once.call_once_force(|state| {
            if state.is_poisoned() {
                refuse();
            }
            // SAFETY: `once` calls one closure at a time, and nobody looks before it is done.
            unsafe { (*this.state.get()).make() };
        });
        match LazyLock::get(this) {
            Some(value) => value,
            None => unreachable!("done, and yet empty"),
        }
    }

    /// The value, to be changed; made now, if it is not there.
    ///
    /// # Panics
    /// If the closure panics, now or before.
    ///
    /// # Cancellation
    /// As [`force`](LazyLock::force).
    #[inline]
    pub fn force_mut(this: &mut LazyLock<T, F>) -> &mut T {
        match this.once.progress() {
            Progress::Complete => {}
            Progress::Poisoned => refuse(),
            Progress::Incomplete => drop(LazyLock::force(this)),
        }
        match this.state.get_mut() {
            State::Value(value) => value,
            State::Closure(_) | State::Gone => unreachable!("done, and yet empty"),
        }
    }
}

impl<T, F> LazyLock<T, F> {
    /// The value, if it has been made.
    ///
    /// # Cancellation
    /// Blocks here: no.
    #[inline]
    pub fn get(this: &LazyLock<T, F>) -> Option<&T> {
        if !this.once.is_completed() {
            return None;
        }
        // SAFETY: once it is done nobody changes it any more, except through `&mut this`.
        match unsafe { &*this.state.get() } {
            State::Value(value) => Some(value),
            State::Closure(_) | State::Gone => None,
        }
    }

    /// The value, to be changed, if it has been made.
    #[inline]
    pub fn get_mut(this: &mut LazyLock<T, F>) -> Option<&mut T> {
        match this.state.get_mut() {
            State::Value(value) => Some(value),
            State::Closure(_) | State::Gone => None,
        }
    }
}

impl<T, F: FnOnce() -> T> State<T, F> {
    /// Puts the value in the closure's place.
    #[cold]
    fn make(&mut self) {
        match mem::replace(self, State::Gone) {
            State::Closure(f) => *self = State::Value(cancel::shielded(f)),
            // Unwound by something that was no panic.
            State::Gone => refuse(),
            State::Value(_) => unreachable!("made twice"),
        }
    }
}

#[cold]
#[track_caller]
fn refuse() -> ! {
    panic!("LazyLock instance has previously been poisoned")
}

impl<T, F: FnOnce() -> T> Deref for LazyLock<T, F> {
    type Target = T;

    /// As [`force`](LazyLock::force).
    #[inline]
    fn deref(&self) -> &T {
        LazyLock::force(self)
    }
}

impl<T, F: FnOnce() -> T> DerefMut for LazyLock<T, F> {
    /// As [`force_mut`](LazyLock::force_mut).
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        LazyLock::force_mut(self)
    }
}

impl<T: Default> Default for LazyLock<T> {
    /// A value that `T::default` will make.
    fn default() -> LazyLock<T> {
        LazyLock::new(T::default)
    }
}

impl<T: fmt::Debug, F> fmt::Debug for LazyLock<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_tuple("LazyLock");
        match LazyLock::get(self) {
            Some(value) => text.field(value),
            None => text.field(&format_args!("<uninit>")),
        };
        text.finish()
    }
}
