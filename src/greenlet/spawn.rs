//! `spawn` and its kin, `Builder`, `run`.
//!
//! Uses `greenlet::task`.

use std::io;
use std::panic::{Location, resume_unwind};
use std::time::Duration;

use super::handle::{Greenlet, JoinError};
use super::task::{self, Options};
#[cfg(feature = "may")]
use crate::runtime::Scheduler;
use crate::runtime::worker;
use crate::wait;

/// Starts a greenlet that runs `f`.
///
/// Never runs `f` before it returns. The runtime is started if it does not run yet. A greenlet that has not run may
/// be run by any worker; once it has, it stays on that worker's OS thread, so thread-locals and `!Send` locals are sound
/// across blocking calls.
///
/// # Panics
/// If there is no memory for a stack, or the runtime cannot be started; [`Builder::spawn`] returns an error instead.
///
/// # Examples
/// ```
/// let greenlets: Vec<_> = (0..100).map(|i| vervet::spawn(move || i * i)).collect();
/// let squares = vervet::join_all(greenlets);
/// assert_eq!(squares[9].as_ref().unwrap(), &81);
/// ```
#[track_caller]
pub fn spawn<F, T>(f: F) -> Greenlet<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    // SAFETY: Send and 'static, say the bounds.
    Greenlet::new(expect_spawned(unsafe { task::spawn(f, Options::at(Location::caller())) }))
}

/// As [`spawn`], but `f` does not start before `delay` is over. A kill before that means that it never does.
///
/// # Panics
/// As [`spawn`].
///
/// # Examples
/// ```
/// use std::time::{Duration, Instant};
///
/// let start = Instant::now();
/// vervet::spawn_later(Duration::from_millis(10), || ()).join().unwrap();
/// assert!(start.elapsed() >= Duration::from_millis(10));
/// ```
#[track_caller]
pub fn spawn_later<F, T>(delay: Duration, f: F) -> Greenlet<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let due = if delay.is_zero() { 0 } else { wait::deadline_in(Some(delay)) };
    let options = Options { due, ..Options::at(Location::caller()) };
    // SAFETY: Send and 'static, say the bounds.
    Greenlet::new(expect_spawned(unsafe { task::spawn(f, options) }))
}

/// As [`spawn`], for closures and results that cannot be sent to another thread: the greenlet stays on this worker.
///
/// # Panics
/// As [`spawn`], and when called outside a greenlet: an OS thread has no worker to stay on.
///
/// # Examples
/// ```
/// use std::cell::Cell;
/// use std::rc::Rc;
///
/// vervet::run(|| {
///     let count = Rc::new(Cell::new(0));
///     let other = Rc::clone(&count);
///     vervet::spawn_local(move || other.set(other.get() + 1)).join().unwrap();
///     assert_eq!(count.get(), 1);
/// });
/// ```
#[track_caller]
pub fn spawn_local<F, T>(f: F) -> Greenlet<T>
where
    F: FnOnce() -> T + 'static,
    T: 'static,
{
    assert!(
        worker::here().is_some(),
        "spawn_local was called outside a greenlet, or in one that has no worker to stay on"
    );
    let options = Options { local: true, ..Options::at(Location::caller()) };
    // SAFETY: 'static, say the bounds. Local: it runs on this OS thread, and a handle of a `T` that is not Send stays too.
    Greenlet::new(expect_spawned(unsafe { task::spawn(f, options) }))
}

/// Runs `f` as a greenlet and waits for its result: the way for a program's `main` to become a greenlet.
///
/// # Panics
/// Passes a panic of `f` on; panics if `f` was killed; and as [`spawn`].
///
/// # Cancellation
/// Blocks here: yes. If the caller is a greenlet and is killed meanwhile, `f` goes on, detached.
///
/// # Examples
/// ```
/// let answer = vervet::run(|| {
///     vervet::sleep(std::time::Duration::from_millis(1));
///     42
/// });
/// assert_eq!(answer, 42);
/// ```
#[track_caller]
pub fn run<F, T>(f: F) -> T
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    match spawn(f).join() {
        Ok(value) => value,
        Err(JoinError::Panicked(payload)) => resume_unwind(payload),
        Err(JoinError::Killed) => panic!("the greenlet of `vervet::run` was killed"),
    }
}

/// For calls without room for an error.
///
/// # Panics
/// If there is no memory for a stack.
#[track_caller]
pub(crate) fn expect_spawned<T>(spawned: io::Result<T>) -> T {
    match spawned {
        Ok(greenlet) => greenlet,
        Err(error) => panic!("failed to spawn a greenlet: {error}"),
    }
}

/// Settings for one greenlet.
///
/// # Examples
/// ```
/// let greenlet = vervet::Builder::new().name("fetcher").stack_size(64 * 1024).spawn(|| {
///     vervet::current().and_then(|me| me.name().map(str::to_owned))
/// })?;
/// assert_eq!(greenlet.join().unwrap().as_deref(), Some("fetcher"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "nothing happens before `spawn`"]
pub struct Builder {
    pub(crate) name: Option<Box<str>>,
    pub(crate) stack_size: Option<usize>,
    #[cfg(feature = "may")]
    scheduler: Option<Scheduler>,
}

impl Builder {
    /// A builder for an unnamed greenlet with a stack of the default size.
    pub fn new() -> Builder {
        Builder::default()
    }

    /// The name that `dump`, log records and the stack overflow message show.
    pub fn name(mut self, name: impl Into<String>) -> Builder {
        self.name = Some(name.into().into_boxed_str());
        self
    }

    /// The size of its stack in bytes, rounded up to whole pages and at least 16 KiB. Stacks of the default size come
    /// from a faster pool.
    pub fn stack_size(mut self, bytes: usize) -> Builder {
        self.stack_size = Some(bytes);
        self
    }

    /// Chooses what runs the greenlet. Without this call it is what the program's environment chooses, or vervet.
    ///
    /// On [`Scheduler::May`] it is one of may's coroutines; joins, kills, timeouts, names, locals and metrics are as usual. See the
    /// README for when that is worth it. The first such greenlet starts may, if the program has not: with as many workers
    /// as vervet has, the same default stack, and no pinning to cores. What is different:
    ///
    /// * It changes OS threads when it waits.
    /// * There is room for about 30,000 with the default `vm.max_map_count`.
    /// * [`idle`](crate::idle) is a [`yield_now`](crate::yield_now), and [`spawn_local`] panics in it.
    /// * Others on may that keep yielding by may's own means hold up its I/O.
    ///
    /// Available with the feature `may`.
    ///
    /// # Safety
    /// Nothing is asked for [`Scheduler::Vervet`]. For [`Scheduler::May`]: may moves a coroutine between OS threads while it
    /// is in the middle of its functions, and does not move the thread-locals along. So the code of this greenlet, crates that it
    /// calls included, must not hold across a wait what belongs to a thread: a reference into a `thread_local!`, a value that
    /// is not `Send` (an `Rc` shared through a thread-local, a `std::sync::MutexGuard`), the address of a thread-local that the
    /// compiler keeps in a register when a function that uses one is inlined around a wait.
    ///
    /// # Examples
    /// ```
    /// use vervet::Scheduler;
    ///
    /// // SAFETY: the closure uses no thread-local.
    /// let builder = unsafe { vervet::Builder::new().scheduler(Scheduler::May) };
    /// let greenlet = builder.spawn(|| vervet::sleep(std::time::Duration::from_millis(1)))?;
    /// greenlet.join().unwrap();
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[cfg(feature = "may")]
    pub unsafe fn scheduler(mut self, scheduler: Scheduler) -> Builder {
        self.scheduler = Some(scheduler);
        self
    }

    /// Starts the greenlet. See [`spawn`].
    ///
    /// # Errors
    /// `OutOfMemory` or `InvalidInput` if there is no stack of that size to be had; what starting the runtime reports.
    /// `f` is dropped then; other greenlets go on.
    #[track_caller]
    pub fn spawn<F, T>(self, f: F) -> io::Result<Greenlet<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        // SAFETY: Send and 'static, say the bounds.
        unsafe { self.spawn_unchecked(f, Location::caller()) }
    }

    /// As [`spawn`](Builder::spawn), for what may borrow.
    ///
    /// # Safety
    /// What `f` and `T` borrow outlives the greenlet and its handle.
    pub(crate) unsafe fn spawn_unchecked<F, T>(
        self,
        f: F,
        site: &'static Location<'static>,
    ) -> io::Result<Greenlet<T>>
    where
        F: FnOnce() -> T + Send,
        T: Send,
    {
        // SAFETY: Send, say the bounds; the rest says the caller.
        unsafe { task::spawn(f, self.options(site)) }.map(Greenlet::new)
    }

    pub(crate) fn options(self, site: &'static Location<'static>) -> Options {
        Options {
            name: self.name,
            stack_size: self.stack_size,
            #[cfg(feature = "may")]
            scheduler: self.scheduler,
            ..Options::at(site)
        }
    }
}
