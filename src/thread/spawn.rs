//! `spawn`, `Builder`, `JoinHandle`.
//!
//! Uses `greenlet::Builder`, which knows how greenlets are made and with what; this one only speaks std's language.

use std::cell::UnsafeCell;
use std::ffi::CString;
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::panic::Location;

use super::{Result, Scope, ScopedJoinHandle, Thread};
use crate::greenlet::{self, Greenlet, JoinError};
use crate::wait::waiter::Waiter;

/// Takes away what std's handles do not have either: they are not unwind safe. `Send` and `Sync` are given back by hand.
pub(super) type NotUnwindSafe = PhantomData<*mut UnsafeCell<()>>;

/// Starts a thread that runs `f`.
///
/// As [`std::thread::spawn`]; it costs less than a microsecond, and hundreds of thousands of them may wait at once. See
/// [`vervet::spawn`](crate::spawn) for the same with a handle that can do more.
///
/// # Panics
/// If there is no memory for a stack, or the runtime cannot be started; [`Builder::spawn`] returns an error instead.
///
/// # Examples
/// ```
/// use vervet::thread;
///
/// let handle = thread::spawn(|| 6 * 7);
/// assert_eq!(handle.join().unwrap(), 42);
/// ```
#[track_caller]
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    Builder::new().spawn(f).expect("failed to spawn thread")
}

/// Settings for one thread.
///
/// As [`std::thread::Builder`]. What only greenlets have is set on a [`vervet::Builder`](crate::Builder), of which this can
/// be made.
///
/// # Examples
/// ```
/// use vervet::thread;
///
/// let builder = thread::Builder::new().name("walker".to_owned()).stack_size(1024 * 1024);
/// let handle = builder.spawn(|| thread::current().name().map(str::to_owned))?;
/// assert_eq!(handle.join().unwrap().as_deref(), Some("walker"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use = "must eventually spawn the thread"]
pub struct Builder(greenlet::Builder);

impl Builder {
    /// A builder for an unnamed thread with a stack of the default size.
    #[expect(clippy::new_without_default, reason = "std's has no Default either")]
    pub fn new() -> Builder {
        Builder(greenlet::Builder::new())
    }

    /// The name of the thread: for [`Thread::name`], and for [`runtime::dump`](crate::runtime::dump). Must not contain null
    /// bytes.
    pub fn name(self, name: String) -> Builder {
        Builder(self.0.name(name))
    }

    /// The size of its stack in bytes, see [`vervet::Builder::stack_size`](crate::Builder::stack_size).
    pub fn stack_size(self, size: usize) -> Builder {
        Builder(self.0.stack_size(size))
    }

    /// Starts the thread. See [`spawn`].
    ///
    /// # Errors
    /// `WouldBlock`, as std's, if there is no memory for a stack; `InvalidInput` if there can be no stack of that size,
    /// which std sometimes calls `WouldBlock`, too; what starting the runtime reports. `f` is dropped then; other threads
    /// go on.
    ///
    /// # Panics
    /// If the name contains null bytes.
    #[track_caller]
    pub fn spawn<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        // SAFETY: 'static, say the bounds.
        unsafe { self.spawn_unchecked(f) }
    }

    /// As [`spawn`](Builder::spawn), for what borrows.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Panics
    /// As there.
    ///
    /// # Safety
    /// As in std: what `f` and `T` borrow outlives the thread and the handle, for instance because the thread is joined
    /// before. Mind that a kill or a [`timeout`](crate::timeout) unwinds the caller at any blocking call, even out of
    /// `join`, and the thread goes on.
    ///
    /// # Examples
    /// ```
    /// use vervet::thread;
    ///
    /// let x = 1;
    /// // SAFETY: joined below, while `x` is there; nobody kills this thread.
    /// let handle = unsafe { thread::Builder::new().spawn_unchecked(|| x + 1) }?;
    /// assert_eq!(handle.join().unwrap(), 2);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub unsafe fn spawn_unchecked<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send,
        T: Send,
    {
        let builder = self.checked();
        // SAFETY: says the caller.
        let spawned = unsafe { builder.spawn_unchecked(f, Location::caller()) };
        spawned.map(JoinHandle::new).map_err(as_stds)
    }

    /// Starts the thread in a [`scope`](super::scope()), where it may borrow. See [`Scope::spawn`].
    ///
    /// # Errors
    /// As [`spawn`](Builder::spawn).
    ///
    /// # Panics
    /// As [`spawn`](Builder::spawn).
    ///
    /// # Examples
    /// ```
    /// use vervet::thread;
    ///
    /// let mut words = vec!["one".to_owned()];
    /// thread::scope(|s| {
    ///     let builder = thread::Builder::new().name("writer".to_owned());
    ///     builder.spawn_scoped(s, || words.push("two".to_owned())).map(drop)
    /// })?;
    /// assert_eq!(words, ["one", "two"]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn_scoped<'scope, 'env, F, T>(
        self,
        scope: &'scope Scope<'scope, 'env>,
        f: F,
    ) -> io::Result<ScopedJoinHandle<'scope, T>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        scope.spawn_with(self.checked(), Location::caller(), f).map_err(as_stds)
    }

    /// Refuses the names that std refuses, at the moment and with the words of std.
    fn checked(self) -> greenlet::Builder {
        if let Some(name) = self.0.name.as_deref()
            && name.contains('\0')
        {
            CString::new(name).expect("thread name may not contain interior null bytes");
        }
        self.0
    }
}

/// On Linux std reports that there is no memory for a thread as the `EAGAIN` of `pthread_create`.
fn as_stds(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::OutOfMemory => io::Error::new(io::ErrorKind::WouldBlock, error),
        _ => error,
    }
}

impl From<greenlet::Builder> for Builder {
    fn from(builder: greenlet::Builder) -> Builder {
        Builder(builder)
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("name", &self.0.name)
            .field("stack_size", &self.0.stack_size)
            // As std's shows it; neither has hooks that are stable.
            .field("no_hooks", &false)
            .finish()
    }
}

/// Owns a thread's result. Dropping it detaches the thread, which goes on.
///
/// As [`std::thread::JoinHandle`].
pub struct JoinHandle<T> {
    greenlet: Greenlet<T>,
    thread: Thread,
    marker: NotUnwindSafe,
}

// SAFETY: the handle gives out a `T` that another thread made, and is made for a `T` that is `Send` only: see `Builder`.
unsafe impl<T> Send for JoinHandle<T> {}
// SAFETY: a shared handle gives no access to the `T` at all.
unsafe impl<T> Sync for JoinHandle<T> {}

impl<T> JoinHandle<T> {
    fn new(greenlet: Greenlet<T>) -> JoinHandle<T> {
        JoinHandle { thread: thread_of(&greenlet), greenlet, marker: PhantomData }
    }

    /// The thread itself: its name, its number, a way to unpark it.
    #[must_use]
    pub fn thread(&self) -> &Thread {
        &self.thread
    }

    /// Waits until the thread is over, its thread-locals included, and returns its result.
    ///
    /// # Errors
    /// The payload of the thread's panic. If it was killed, which threads of std never are, the payload is a
    /// [`vervet::JoinError`](crate::JoinError), and that is [`Killed`](crate::JoinError::Killed).
    ///
    /// # Cancellation
    /// Blocks here: yes. If the caller is killed meanwhile, the thread is detached and goes on.
    ///
    /// # Examples
    /// ```
    /// use vervet::{GreenletRef, JoinError, thread};
    ///
    /// let handle = thread::spawn(|| {
    ///     vervet::current().as_ref().map(GreenletRef::kill);
    ///     thread::park();
    /// });
    /// let payload = handle.join().unwrap_err();
    /// assert!(payload.downcast_ref().is_some_and(JoinError::is_killed));
    /// ```
    pub fn join(self) -> Result<T> {
        as_payload(self.greenlet.join())
    }

    /// Whether the thread is over, so that [`join`](JoinHandle::join) does not wait for anything that might last. Does not
    /// block.
    pub fn is_finished(&self) -> bool {
        self.greenlet.is_finished()
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").finish_non_exhaustive()
    }
}

pub(super) fn thread_of<T>(greenlet: &Greenlet<T>) -> Thread {
    Thread::new(Waiter::Greenlet(greenlet.control().clone()))
}

/// What std's `join` answers.
pub(super) fn as_payload<T>(joined: std::result::Result<T, JoinError>) -> Result<T> {
    joined.map_err(|error| match error {
        JoinError::Panicked(payload) => payload,
        JoinError::Killed => Box::new(JoinError::Killed),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::ErrorKind;

    #[test]
    fn no_memory_is_reported_in_the_way_of_std_and_keeps_its_words() {
        let error = as_stds(io::Error::new(ErrorKind::OutOfMemory, "vm.max_map_count"));
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::WouldBlock, "vm.max_map_count"));
        assert_eq!(as_stds(ErrorKind::InvalidInput.into()).kind(), ErrorKind::InvalidInput);
    }
}
