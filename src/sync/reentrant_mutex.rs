//! `ReentrantMutex` and `ReentrantMutexGuard`.
//!
//! Uses `sync::raw` and `wait`.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::raw::mutex::RawMutex;
use super::see_through;
use crate::wait::{self, context};

/// A lock that its holder may lock again, around a value that is only looked at.
///
/// std has one inside, for its standard streams. The holder is a greenlet or an OS thread: two greenlets of one worker
/// keep each other out. As the holder may have several guards, they give `&T`; what is to be changed goes into a
/// [`Cell`] or a [`RefCell`](std::cell::RefCell). There is no poison: a panic only lets go.
///
/// # Examples
/// ```
/// use std::cell::RefCell;
/// use vervet::sync::ReentrantMutex;
///
/// let log = ReentrantMutex::new(RefCell::new(Vec::new()));
/// let write = |line: &str| log.lock().borrow_mut().push(line.to_owned());
///
/// // Nobody comes in between these.
/// let held = log.lock();
/// write("first");
/// write("second");
/// assert_eq!(held.borrow().len(), 2);
/// ```
pub struct ReentrantMutex<T: ?Sized> {
    raw: RawMutex,
    /// The number of the holder; 0: none. Relaxed: all that anybody wants to know is whether it is his own, which he himself
    /// has written, where he is ordered with himself. Numbers are never used twice.
    owner: AtomicU64,
    /// How many guards the holder has. Only the holder touches it.
    guards: Cell<usize>,
    data: T,
}

// SAFETY: it owns its value.
unsafe impl<T: ?Sized + Send> Send for ReentrantMutex<T> {}
// SAFETY: the value and `guards` are reached by the holder only; from one holder to the next they are handed on by the lock.
// So several threads see the value one after the other, and it need not be `Sync`.
unsafe impl<T: ?Sized + Send> Sync for ReentrantMutex<T> {}
impl<T: ?Sized> UnwindSafe for ReentrantMutex<T> {}
impl<T: ?Sized + RefUnwindSafe> RefUnwindSafe for ReentrantMutex<T> {}

/// The lock is held as long as one of these exists; the value is behind it.
///
/// Stays in the greenlet or thread that has locked: it is not [`Send`].
#[must_use = "if unused the ReentrantMutex will immediately unlock"]
#[clippy::has_significant_drop]
pub struct ReentrantMutexGuard<'a, T: ?Sized> {
    lock: &'a ReentrantMutex<T>,
    /// A lock is let go of where it was taken.
    not_send: PhantomData<*const ()>,
}

// SAFETY: a shared guard gives no more than `&T`.
unsafe impl<T: ?Sized + Sync> Sync for ReentrantMutexGuard<'_, T> {}

impl<T> ReentrantMutex<T> {
    /// A mutex that nobody has locked.
    #[must_use]
    pub const fn new(t: T) -> ReentrantMutex<T> {
        ReentrantMutex { raw: RawMutex::new(), owner: AtomicU64::new(0), guards: Cell::new(0), data: t }
    }

    /// The value, out of the mutex.
    pub fn into_inner(self) -> T {
        self.data
    }
}

impl<T: ?Sized> ReentrantMutex<T> {
    /// Waits for the lock, unless the caller has it already.
    ///
    /// # Panics
    /// If the caller has as many guards as can be counted.
    ///
    /// # Cancellation
    /// Blocks here: yes, unless the mutex is free or the caller's: then a pending kill or timeout is left to the next call. Cut
    /// short, it is as if the caller had not come.
    pub fn lock(&self) -> ReentrantMutexGuard<'_, T> {
        self.lock_if(|| {
            see_through(|| self.raw.lock());
            true
        })
        .unwrap_or_else(|| unreachable!("it was waited for"))
    }

    /// Takes the lock if it is free, or the caller's.
    ///
    /// # Panics
    /// As [`lock`](ReentrantMutex::lock).
    ///
    /// # Cancellation
    /// Blocks here: no.
    ///
    /// # Examples
    /// ```
    /// use vervet::sync::ReentrantMutex;
    ///
    /// let mutex = ReentrantMutex::new(());
    /// let held = mutex.lock();
    /// assert!(mutex.try_lock().is_some());
    /// // Another greenlet has to wait, even on the same worker.
    /// vervet::scope(|s| assert!(s.spawn(|| mutex.try_lock().is_none()).join().unwrap()));
    /// # drop(held);
    /// ```
    pub fn try_lock(&self) -> Option<ReentrantMutexGuard<'_, T>> {
        self.lock_if(|| self.raw.try_lock())
    }

    /// As [`lock`](ReentrantMutex::lock), for at most `d`; `None` if the time was up.
    ///
    /// # Panics
    /// As [`lock`](ReentrantMutex::lock).
    ///
    /// # Cancellation
    /// As [`lock`](ReentrantMutex::lock).
    pub fn lock_timeout(&self, d: Duration) -> Option<ReentrantMutexGuard<'_, T>> {
        self.lock_if(|| see_through(|| self.raw.lock_until(wait::deadline_in(Some(d)))))
    }

    /// The value; nobody can have the lock.
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.data
    }

    /// Takes the lock once more if it is the caller's, or as `lock` does it.
    #[inline]
    fn lock_if(&self, lock: impl FnOnce() -> bool) -> Option<ReentrantMutexGuard<'_, T>> {
        let me = context::id().get();
        if self.owner.load(Ordering::Relaxed) == me {
            let guards = self.guards.get().checked_add(1).expect("a mutex cannot be locked that often");
            self.guards.set(guards);
        } else {
            if !self.raw.try_lock_quickly() && !lock() {
                return None;
            }
            self.owner.store(me, Ordering::Relaxed);
            self.guards.set(1);
        }
        Some(ReentrantMutexGuard { lock: self, not_send: PhantomData })
    }
}

impl<T: ?Sized> Drop for ReentrantMutexGuard<'_, T> {
    fn drop(&mut self) {
        let guards = self.lock.guards.get() - 1;
        self.lock.guards.set(guards);
        if guards == 0 {
            self.lock.owner.store(0, Ordering::Relaxed);
            self.lock.raw.unlock();
        }
    }
}

impl<T: ?Sized> Deref for ReentrantMutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.lock.data
    }
}

impl<T> From<T> for ReentrantMutex<T> {
    fn from(t: T) -> ReentrantMutex<T> {
        ReentrantMutex::new(t)
    }
}

impl<T: Default> Default for ReentrantMutex<T> {
    fn default() -> ReentrantMutex<T> {
        ReentrantMutex::new(T::default())
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for ReentrantMutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("ReentrantMutex");
        match self.try_lock() {
            Some(guard) => text.field("data", &&*guard),
            None => text.field("data", &format_args!("<locked>")),
        };
        text.finish_non_exhaustive()
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for ReentrantMutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for ReentrantMutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
