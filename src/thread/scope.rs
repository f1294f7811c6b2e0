//! `scope`: threads that borrow.
//!
//! Uses the machinery of `greenlet::scope`.

use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::panic::Location;

use super::spawn::{NotUnwindSafe, as_payload, thread_of};
use super::{Builder, Result, Thread, current};
use crate::greenlet::{self, Greenlet, Nursery};

/// A place whose threads may borrow from outside it; see [`scope`].
///
/// As [`std::thread::Scope`].
pub struct Scope<'scope, 'env: 'scope> {
    nursery: Nursery,
    main_thread: Thread,
    /// Invariant, as std's: a scope must not be taken for one that lives shorter or longer.
    scope: PhantomData<&'scope mut &'scope ()>,
    env: PhantomData<&'env mut &'env ()>,
}

/// Runs `f` with a [`Scope`] in which threads may borrow what `f` may; returns when all of them are over.
///
/// As [`std::thread::scope`]. When the caller is killed, or a [`timeout`](crate::timeout) around the scope runs out, its
/// threads are killed too, and waited for, before the unwinding goes on.
///
/// # Panics
/// Passes a panic of `f` on, after all threads are over; panics if a thread has panicked that was not joined. A thread that
/// was killed has not panicked.
///
/// # Cancellation
/// Blocks here: yes, until all threads are over; see above.
///
/// # Examples
/// ```
/// use vervet::thread;
///
/// let mut parts = [1, 2, 3];
/// thread::scope(|s| {
///     for part in &mut parts {
///         s.spawn(move || *part *= 10);
///     }
/// });
/// assert_eq!(parts, [10, 20, 30]);
/// ```
#[track_caller]
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    let scope =
        Scope { nursery: Nursery::default(), main_thread: current(), scope: PhantomData, env: PhantomData };
    match scope.nursery.enclose(|| f(&scope)) {
        Some(value) => value,
        None => panic!("a scoped thread panicked"),
    }
}

impl<'scope, 'env> Scope<'scope, 'env> {
    /// Starts a thread in this scope. See [`spawn`](super::spawn()).
    ///
    /// # Panics
    /// If there is no memory for a stack; [`Builder::spawn_scoped`] returns an error instead.
    #[track_caller]
    pub fn spawn<F, T>(&'scope self, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        Builder::new().spawn_scoped(self, f).expect("failed to spawn thread")
    }

    pub(super) fn spawn_with<F, T>(
        &'scope self,
        builder: greenlet::Builder,
        site: &'static Location<'static>,
        f: F,
    ) -> io::Result<ScopedJoinHandle<'scope, T>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        // SAFETY: 'scope, say the bounds: it lasts until `scope` is over, which is where `enclose` is. Only code inside
        // that has a reference of that length to this scope.
        let greenlet = unsafe { self.nursery.spawn(f, builder.options(site)) }?;
        let thread = thread_of(&greenlet);
        Ok(ScopedJoinHandle { greenlet, thread, scope: PhantomData, marker: PhantomData })
    }
}

impl fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope")
            .field("num_running_threads", &self.nursery.running())
            .field("a_thread_panicked", &self.nursery.has_unclaimed_panic())
            .field("main_thread", &self.main_thread)
            .finish_non_exhaustive()
    }
}

/// Owns the result of a thread in a [`scope`].
///
/// As [`std::thread::ScopedJoinHandle`].
pub struct ScopedJoinHandle<'scope, T> {
    greenlet: Greenlet<T>,
    thread: Thread,
    scope: PhantomData<&'scope ()>,
    marker: NotUnwindSafe,
}

// SAFETY: the handle gives out a `T` that another thread made, so `T` must be `Send`; all else behind it is shared.
unsafe impl<T: Send> Send for ScopedJoinHandle<'_, T> {}
// SAFETY: a shared handle gives no access to the `T` at all; the bound is std's.
unsafe impl<T: Send> Sync for ScopedJoinHandle<'_, T> {}

impl<T> ScopedJoinHandle<'_, T> {
    /// The thread itself: its name, its number, a way to unpark it.
    #[must_use]
    pub fn thread(&self) -> &Thread {
        &self.thread
    }

    /// Waits until the thread is over and returns its result.
    ///
    /// # Errors
    /// As [`JoinHandle::join`](super::JoinHandle::join). The scope does not panic for a thread that was joined.
    ///
    /// # Cancellation
    /// Blocks here: yes; the scope goes on waiting for the thread.
    ///
    /// # Examples
    /// ```
    /// use vervet::thread;
    ///
    /// let result = thread::scope(|s| s.spawn(|| -> () { std::panic::resume_unwind(Box::new("no luck")) }).join());
    /// assert_eq!(result.unwrap_err().downcast_ref(), Some(&"no luck"));
    /// ```
    pub fn join(self) -> Result<T> {
        as_payload(self.greenlet.join_claimed())
    }

    /// Whether the thread is over. Does not block.
    pub fn is_finished(&self) -> bool {
        self.greenlet.is_finished()
    }
}

impl<T> fmt::Debug for ScopedJoinHandle<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedJoinHandle").finish_non_exhaustive()
    }
}
