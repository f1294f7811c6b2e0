//! `ScopedValue`: values that hold for a closure, and for the greenlets spawned in it.
//!
//! Uses `runtime::bindings` and `wait::context`.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::runtime::bindings::Bindings;
use crate::wait::{self, context};

/// A value that is bound for the length of a closure, and seen by all that happens in it: by the functions it calls, and by
/// the greenlets that are spawned there, and by theirs.
///
/// For what a request carries along: its tenant, its number, its deadline. Unlike a [`greenlet_local!`](crate::greenlet_local)
/// value it is inherited, cannot be changed, and ends where its closure ends. A program that uses none pays for none.
///
/// * A greenlet inherits what is bound where it is spawned, at that moment, in whichever way it is spawned. If it
///   outlives the closure, it keeps the value, and the value lives until the greenlet's end.
/// * OS threads can bind values, and greenlets inherit from them. A thread started by `std::thread::spawn` inherits nothing.
/// * The closure of [`offload`](crate::offload()), and the jobs of a [`ThreadPool`](crate::threadpool::ThreadPool), see what their callers see.
///
/// # Examples
/// ```
/// use vervet::ScopedValue;
///
/// static TENANT: ScopedValue<String> = ScopedValue::new();
///
/// fn log_line(text: &str) -> String {
///     TENANT.with_current(|tenant| format!("[{}] {text}", tenant.map_or("nobody", |name| name)))
/// }
///
/// let greenlet = TENANT.with("blue".to_owned(), || {
///     assert_eq!(log_line("hello"), "[blue] hello");
///     vervet::spawn(|| log_line("from a greenlet"))
/// });
/// assert_eq!(greenlet.join().unwrap(), "[blue] from a greenlet");
/// assert_eq!(log_line("bye"), "[nobody] bye");
/// ```
pub struct ScopedValue<T> {
    /// Its name among the bindings. 0: it has not been bound yet.
    key: AtomicU64,
    bound: PhantomData<fn() -> T>,
}

impl<T> ScopedValue<T> {
    /// One that is not bound.
    #[must_use]
    pub const fn new() -> ScopedValue<T> {
        ScopedValue { key: AtomicU64::new(0), bound: PhantomData }
    }

    /// Its key, once it has one. Relaxed throughout: it is a number, and no more.
    fn known_key(&self) -> Option<NonZeroU64> {
        NonZeroU64::new(self.key.load(Ordering::Relaxed))
    }

    fn key(&self) -> NonZeroU64 {
        self.known_key().unwrap_or_else(|| {
            static NEXT: AtomicU64 = AtomicU64::new(1);
            let new = NonZeroU64::new(NEXT.fetch_add(1, Ordering::Relaxed)).expect("numbers begin at 1");
            match self.key.compare_exchange(0, new.get(), Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => new,
                Err(others) => NonZeroU64::new(others).unwrap_or(new),
            }
        })
    }
}

impl<T: Send + Sync + 'static> ScopedValue<T> {
    /// Runs `f` with this bound to `value`. Inside another `with` of the same one, `value` takes the place of the outer value.
    ///
    /// The binding ends with `f`, however that ends.
    pub fn with<R>(&self, value: T, f: impl FnOnce() -> R) -> R {
        let value = Arc::new(value);
        // The binding is this greenlet's: a coroutine around us must not leave it here, nor take it elsewhere.
        let _hold = wait::hold_coroutine();
        context::bindings(|cell| Bindings::copy(cell).and(self.key(), value).cover(cell, f))
    }

    /// A copy of what this is bound to; `None` if it is not.
    #[must_use]
    pub fn get(&self) -> Option<T>
    where
        T: Clone,
    {
        self.with_current(|value| value.cloned())
    }

    /// Shows what this is bound to to `f`.
    ///
    /// # Examples
    /// ```
    /// use vervet::ScopedValue;
    ///
    /// static TAGS: ScopedValue<Vec<&str>> = ScopedValue::new();
    ///
    /// let count = || TAGS.with_current(|tags| tags.map_or(0, Vec::len));
    /// assert_eq!((count(), TAGS.with(vec!["a", "b"], count)), (0, 2));
    /// ```
    pub fn with_current<R>(&self, f: impl FnOnce(Option<&T>) -> R) -> R {
        let Some(key) = self.known_key() else { return f(None) };
        // A copy of the pointer, as `f` may do anything.
        let bindings = context::bindings(Bindings::copy);
        f(bindings.find(key).and_then(<dyn Any + Send + Sync>::downcast_ref))
    }
}

impl<T> Default for ScopedValue<T> {
    fn default() -> ScopedValue<T> {
        ScopedValue::new()
    }
}

impl<T: fmt::Debug + Send + Sync + 'static> fmt::Debug for ScopedValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_current(|value| f.debug_tuple("ScopedValue").field(&value).finish())
    }
}
