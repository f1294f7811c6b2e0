//! `Mutex` and `MutexGuard`.
//!
//! Uses `sync::raw` and `sync::poison`.

use std::cell::UnsafeCell;
use std::fmt;
use std::hint;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::panic::{RefUnwindSafe, UnwindSafe};

use super::poison::{Flag, Held};
use super::raw::mutex::RawMutex;
use super::{LockResult, TryLockError, TryLockResult, see_through};

/// Looks at a lock that may be free in a moment, before it is worth a switch.
const SPINS: u32 = 20;

/// A lock around a value: one at a time.
///
/// As [`std::sync::Mutex`], to be used between greenlets, OS threads, or both. Free, it costs what std's costs. A waiter that was
/// not quick enough for a millisecond is handed the lock by the next one that lets go of it.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use vervet::sync::{Arc, Mutex};
///
/// let total = Arc::new(Mutex::new(0));
/// let adders: Vec<_> = (1..=10)
///     .map(|n| {
///         let total = Arc::clone(&total);
///         vervet::spawn(move || {
///             let mut total = total.lock().unwrap();
///             // The others wait for the lock, not for the worker.
///             vervet::sleep(Duration::from_micros(10));
///             *total += n;
///         })
///     })
///     .collect();
/// for adder in adders {
///     adder.join().unwrap();
/// }
/// assert_eq!(*total.lock().unwrap(), 55);
/// ```
pub struct Mutex<T: ?Sized> {
    raw: RawMutex,
    poison: Flag,
    data: UnsafeCell<T>,
}

// SAFETY: a mutex owns its value, and gives it to one holder at a time, on whichever thread that is.
unsafe impl<T: ?Sized + Send> Send for Mutex<T> {}
// SAFETY: as above; two threads never see the value at once, so it need not be `Sync`.
unsafe impl<T: ?Sized + Send> Sync for Mutex<T> {}
impl<T: ?Sized> UnwindSafe for Mutex<T> {}
impl<T: ?Sized> RefUnwindSafe for Mutex<T> {}

/// The lock is held as long as this exists; the value is behind it.
///
/// Stays in the greenlet or thread that has locked: it is not [`Send`].
#[must_use = "if unused the Mutex will immediately unlock"]
#[clippy::has_significant_drop]
pub struct MutexGuard<'a, T: ?Sized> {
    lock: &'a Mutex<T>,
    held: Held,
    /// A lock is let go of where it was taken.
    not_send: PhantomData<*const ()>,
}

// SAFETY: a shared guard gives no more than `&T`.
unsafe impl<T: ?Sized + Sync> Sync for MutexGuard<'_, T> {}

impl<T> Mutex<T> {
    /// A mutex that nobody has locked.
    ///
    /// ```
    /// static COUNT: vervet::sync::Mutex<u32> = vervet::sync::Mutex::new(0);
    /// *COUNT.lock().unwrap() += 1;
    /// ```
    #[inline]
    pub const fn new(t: T) -> Mutex<T> {
        Mutex { raw: RawMutex::new(), poison: Flag::new(), data: UnsafeCell::new(t) }
    }

    /// The value, out of the mutex.
    ///
    /// # Errors
    /// If the mutex is poisoned, with the value inside the error.
    pub fn into_inner(self) -> LockResult<T> {
        let Mutex { raw: _, poison, data } = self;
        poison.wrap(data.into_inner())
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits for the lock.
    ///
    /// To lock a mutex that the caller has locked already waits for ever.
    ///
    /// # Errors
    /// If the mutex is poisoned, with the guard inside the error.
    ///
    /// # Cancellation
    /// Blocks here: yes, unless the mutex is free: then a pending kill or timeout is left to the next call. Cut short, the
    /// caller does not have the lock.
    #[inline]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        if !self.raw.try_lock_quickly() {
            self.wait();
        }
        // SAFETY: it has just been locked for us.
        unsafe { MutexGuard::new(self, self.poison.hold()) }
    }

    /// Takes the lock if it is free.
    ///
    /// # Errors
    /// [`TryLockError::WouldBlock`] if it is not; [`TryLockError::Poisoned`], with the guard inside, if it is poisoned.
    ///
    /// # Cancellation
    /// Blocks here: no.
    #[inline]
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        if !self.raw.try_lock() {
            return Err(TryLockError::WouldBlock);
        }
        // SAFETY: it has just been locked for us.
        Ok(unsafe { MutexGuard::new(self, self.poison.hold()) }?)
    }

    /// Whether somebody has panicked while holding the lock. Without the lock, that is true of a moment ago.
    #[inline]
    pub fn is_poisoned(&self) -> bool {
        self.poison.get()
    }

    /// Makes it forget that somebody has panicked.
    ///
    /// ```
    /// use vervet::sync::{Arc, Mutex};
    ///
    /// let mutex = Arc::new(Mutex::new(0));
    /// let theirs = Arc::clone(&mutex);
    /// let panicked = vervet::spawn(move || {
    ///     let _guard = theirs.lock().unwrap();
    ///     panic!("with the lock held");
    /// });
    /// assert!(panicked.join().is_err());
    ///
    /// let guard = mutex.lock().unwrap_or_else(|mut poisoned| {
    ///     **poisoned.get_mut() = 1;
    ///     mutex.clear_poison();
    ///     poisoned.into_inner()
    /// });
    /// assert!(!mutex.is_poisoned());
    /// assert_eq!(*guard, 1);
    /// ```
    #[inline]
    pub fn clear_poison(&self) {
        self.poison.clear();
    }

    /// The value; nobody else can have the lock.
    ///
    /// # Errors
    /// If the mutex is poisoned, with the reference inside the error.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        let Mutex { raw: _, poison, data } = self;
        poison.wrap(data.get_mut())
    }

    #[cold]
    fn wait(&self) {
        for _ in 0..SPINS {
            if !self.raw.is_held_alone() {
                break;
            }
            hint::spin_loop();
        }
        if !self.raw.try_lock_quickly() {
            see_through(|| self.raw.lock());
        }
    }
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// # Safety
    /// The caller has the lock, and gives it up to this guard.
    #[inline]
    unsafe fn new(lock: &'a Mutex<T>, held: Held) -> LockResult<MutexGuard<'a, T>> {
        lock.poison.wrap(MutexGuard { lock, held, not_send: PhantomData })
    }

    /// Lets go of the lock for the time of a wait. What a panic does to the lock is decided when that is over.
    pub(super) fn suspend(self) -> Suspended<'a, T> {
        let guard = ManuallyDrop::new(self);
        guard.lock.raw.unlock();
        Suspended { lock: guard.lock, held: guard.held }
    }
}

/// A lock that its holder has let go of for a while.
pub(super) struct Suspended<'a, T: ?Sized> {
    lock: &'a Mutex<T>,
    held: Held,
}

impl<'a, T: ?Sized> Suspended<'a, T> {
    /// Waits for the lock.
    pub(super) fn resume(self) -> LockResult<MutexGuard<'a, T>> {
        if !self.lock.raw.try_lock_quickly() {
            self.lock.wait();
        }
        // SAFETY: it has just been locked for us.
        unsafe { MutexGuard::new(self.lock, self.held) }
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.lock.poison.release(self.held);
        self.lock.raw.unlock();
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: we hold the lock, so only what is reached through this guard refers to the value.
        unsafe { &*self.lock.data.get() }
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above, and the guard is borrowed exclusively.
        unsafe { &mut *self.lock.data.get() }
    }
}

impl<T> From<T> for Mutex<T> {
    fn from(t: T) -> Mutex<T> {
        Mutex::new(t)
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Mutex<T> {
        Mutex::new(T::default())
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("Mutex");
        match self.try_lock() {
            Ok(guard) => text.field("data", &&*guard),
            Err(TryLockError::Poisoned(poisoned)) => text.field("data", &&**poisoned.get_ref()),
            Err(TryLockError::WouldBlock) => text.field("data", &"<locked>"),
        };
        text.field("poisoned", &self.poison.get()).finish_non_exhaustive()
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
