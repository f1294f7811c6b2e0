//! `RwLock` and its guards.
//!
//! Uses `sync::raw` and `sync::poison`.

use std::cell::UnsafeCell;
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::ptr::NonNull;

use super::poison::{self, Flag, Held};
use super::raw::rwlock::{Access, RawRwLock};
use super::{LockResult, TryLockError, TryLockResult, see_through};

/// A lock around a value: many readers, or one writer.
///
/// As [`std::sync::RwLock`], to be used between greenlets, OS threads, or both. First come, first served: a reader that comes
/// after a waiting writer waits, too, so a greenlet that reads must not read again inside.
///
/// # Examples
/// ```
/// use vervet::sync::RwLock;
///
/// let names = RwLock::new(vec!["vervet"]);
/// vervet::scope(|s| {
///     for _ in 0..3 {
///         s.spawn(|| assert_eq!(names.read().unwrap()[0], "vervet"));
///     }
/// });
/// names.write().unwrap().push("monkey");
/// assert_eq!(names.into_inner().unwrap(), ["vervet", "monkey"]);
/// ```
pub struct RwLock<T: ?Sized> {
    raw: RawRwLock,
    poison: Flag,
    data: UnsafeCell<T>,
}

// SAFETY: a lock owns its value, and gives it away with itself.
unsafe impl<T: ?Sized + Send> Send for RwLock<T> {}
// SAFETY: the writer gets `&mut T` on whichever thread it is, so `T` is `Send`; readers have `&T` at the same time, so it is
// `Sync`.
unsafe impl<T: ?Sized + Send + Sync> Sync for RwLock<T> {}
impl<T: ?Sized> UnwindSafe for RwLock<T> {}
impl<T: ?Sized> RefUnwindSafe for RwLock<T> {}

/// A reader's share of the lock is held as long as this exists; the value is behind it.
///
/// Stays in the greenlet or thread that has locked: it is not [`Send`].
#[must_use = "if unused the RwLock will immediately unlock"]
#[clippy::has_significant_drop]
pub struct RwLockReadGuard<'rwlock, T: ?Sized + 'rwlock> {
    /// Not `&T`, which would have to be good until the end of `drop`, when a writer may have the lock already. Not `Send`.
    data: NonNull<T>,
    raw: &'rwlock RawRwLock,
}

/// The lock is held for writing as long as this exists; the value is behind it.
///
/// Stays in the greenlet or thread that has locked: it is not [`Send`].
#[must_use = "if unused the RwLock will immediately unlock"]
#[clippy::has_significant_drop]
pub struct RwLockWriteGuard<'rwlock, T: ?Sized> {
    lock: &'rwlock RwLock<T>,
    held: Held,
    /// A lock is let go of where it was taken.
    not_send: PhantomData<*const ()>,
}

// SAFETY: a shared guard gives no more than `&T`.
unsafe impl<T: ?Sized + Sync> Sync for RwLockReadGuard<'_, T> {}
// SAFETY: as above.
unsafe impl<T: ?Sized + Sync> Sync for RwLockWriteGuard<'_, T> {}

impl<T> RwLock<T> {
    /// A lock that nobody has.
    #[inline]
    pub const fn new(t: T) -> RwLock<T> {
        RwLock { raw: RawRwLock::new(), poison: Flag::new(), data: UnsafeCell::new(t) }
    }

    /// The value, out of the lock.
    ///
    /// # Errors
    /// If the lock is poisoned, with the value inside the error.
    pub fn into_inner(self) -> LockResult<T> {
        let RwLock { raw: _, poison, data } = self;
        poison.wrap(data.into_inner())
    }
}

impl<T: ?Sized> RwLock<T> {
    /// Waits until no writer has the lock, and none waits that came earlier.
    ///
    /// # Errors
    /// If the lock is poisoned, with the guard inside the error.
    ///
    /// # Panics
    /// If there are more than a billion readers: guards that were forgotten.
    ///
    /// # Cancellation
    /// Blocks here: yes, unless the lock is to be had: then a pending kill or timeout is left to the next call. Cut short,
    /// the caller does not have the lock.
    #[inline]
    pub fn read(&self) -> LockResult<RwLockReadGuard<'_, T>> {
        if !self.raw.try_lock(Access::Read) {
            self.wait(Access::Read);
        }
        // SAFETY: it has just been locked for us.
        unsafe { RwLockReadGuard::new(self) }
    }

    /// Takes a reader's share if that is to be had at once.
    ///
    /// # Errors
    /// [`TryLockError::WouldBlock`] if a writer has the lock, or anybody waits; [`TryLockError::Poisoned`], with the guard
    /// inside, if it is poisoned.
    ///
    /// # Cancellation
    /// Blocks here: no.
    #[inline]
    pub fn try_read(&self) -> TryLockResult<RwLockReadGuard<'_, T>> {
        if !self.raw.try_lock(Access::Read) {
            return Err(TryLockError::WouldBlock);
        }
        // SAFETY: it has just been locked for us.
        Ok(unsafe { RwLockReadGuard::new(self) }?)
    }

    /// Waits until nobody has the lock, and nobody waits that came earlier.
    ///
    /// # Errors
    /// If the lock is poisoned, with the guard inside the error.
    ///
    /// # Cancellation
    /// Blocks here: yes, unless the lock is free: then a pending kill or timeout is left to the next call. Cut short, the
    /// caller does not have the lock, and readers that waited behind it go on.
    #[inline]
    pub fn write(&self) -> LockResult<RwLockWriteGuard<'_, T>> {
        if !self.raw.try_lock(Access::Write) {
            self.wait(Access::Write);
        }
        // SAFETY: it has just been locked for us.
        unsafe { RwLockWriteGuard::new(self) }
    }

    /// Takes the lock for writing if it is free.
    ///
    /// # Errors
    /// [`TryLockError::WouldBlock`] if somebody has the lock, or waits for it; [`TryLockError::Poisoned`], with the guard
    /// inside, if it is poisoned.
    ///
    /// # Cancellation
    /// Blocks here: no.
    #[inline]
    pub fn try_write(&self) -> TryLockResult<RwLockWriteGuard<'_, T>> {
        if !self.raw.try_lock(Access::Write) {
            return Err(TryLockError::WouldBlock);
        }
        // SAFETY: it has just been locked for us.
        Ok(unsafe { RwLockWriteGuard::new(self) }?)
    }

    /// Whether a writer has panicked. Without the lock, that is true of a moment ago.
    #[inline]
    pub fn is_poisoned(&self) -> bool {
        self.poison.get()
    }

    /// Makes it forget that a writer has panicked.
    #[inline]
    pub fn clear_poison(&self) {
        self.poison.clear();
    }

    /// The value; nobody else can have the lock.
    ///
    /// # Errors
    /// If the lock is poisoned, with the reference inside the error.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        let RwLock { raw: _, poison, data } = self;
        poison.wrap(data.get_mut())
    }

    #[cold]
    fn wait(&self, access: Access) {
        assert!(access == Access::Write || !self.raw.is_full(), "too many active read locks on RwLock");
        see_through(|| self.raw.lock(access));
    }
}

impl<'rwlock, T: ?Sized> RwLockReadGuard<'rwlock, T> {
    /// # Safety
    /// The caller has a reader's share of the lock, and gives it up to this guard.
    #[inline]
    unsafe fn new(lock: &'rwlock RwLock<T>) -> LockResult<RwLockReadGuard<'rwlock, T>> {
        // SAFETY: the address of a cell's content.
        let data = unsafe { NonNull::new_unchecked(lock.data.get()) };
        lock.poison.wrap(RwLockReadGuard { data, raw: &lock.raw })
    }
}

impl<'rwlock, T: ?Sized> RwLockWriteGuard<'rwlock, T> {
    /// # Safety
    /// The caller has the lock for writing, and gives it up to this guard.
    #[inline]
    unsafe fn new(lock: &'rwlock RwLock<T>) -> LockResult<RwLockWriteGuard<'rwlock, T>> {
        lock.poison.wrap(RwLockWriteGuard { lock, held: lock.poison.hold(), not_send: PhantomData })
    }

    /// Goes from writing to reading, with no other writer in between; readers that are next in line come in, too.
    ///
    /// # Cancellation
    /// Blocks here: no.
    ///
    /// # Examples
    /// ```
    /// use vervet::sync::{RwLock, RwLockWriteGuard};
    ///
    /// let lock = RwLock::new(1);
    /// let mut writer = lock.write().unwrap();
    /// *writer = 2;
    /// let reader = RwLockWriteGuard::downgrade(writer);
    /// assert_eq!((*reader, *lock.read().unwrap()), (2, 2));
    /// ```
    pub fn downgrade(s: RwLockWriteGuard<'rwlock, T>) -> RwLockReadGuard<'rwlock, T> {
        let guard = ManuallyDrop::new(s);
        let lock = guard.lock;
        lock.poison.release(guard.held);
        lock.raw.downgrade();
        // SAFETY: the share is ours now.
        poison::either(unsafe { RwLockReadGuard::new(lock) })
    }
}

impl<T: ?Sized> Drop for RwLockReadGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.raw.unlock(Access::Read);
    }
}

impl<T: ?Sized> Drop for RwLockWriteGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.lock.poison.release(self.held);
        self.lock.raw.unlock(Access::Write);
    }
}

impl<T: ?Sized> Deref for RwLockReadGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: we have a share of the lock, so there is nobody who could write.
        unsafe { self.data.as_ref() }
    }
}

impl<T: ?Sized> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: we have the lock, so only what is reached through this guard refers to the value.
        unsafe { &*self.lock.data.get() }
    }
}

impl<T: ?Sized> DerefMut for RwLockWriteGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above, and the guard is borrowed exclusively.
        unsafe { &mut *self.lock.data.get() }
    }
}

impl<T> From<T> for RwLock<T> {
    fn from(t: T) -> RwLock<T> {
        RwLock::new(t)
    }
}

impl<T: Default> Default for RwLock<T> {
    fn default() -> RwLock<T> {
        RwLock::new(T::default())
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("RwLock");
        match self.try_read() {
            Ok(guard) => text.field("data", &&*guard),
            Err(TryLockError::Poisoned(poisoned)) => text.field("data", &&**poisoned.get_ref()),
            Err(TryLockError::WouldBlock) => text.field("data", &format_args!("<locked>")),
        };
        text.field("poisoned", &self.poison.get()).finish_non_exhaustive()
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLockReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for RwLockReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLockWriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for RwLockWriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
