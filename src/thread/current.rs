//! `Thread`, `ThreadId`, `current`; `park` and what else a thread does with its own time.
//!
//! Uses `wait::waiter`. Numbers are those of greenlets; OS threads draw from the same supply.

use std::fmt;
use std::num::NonZeroU64;
use std::time::Duration;

use super::sleep;
use crate::wait::waiter::{self, Waiter};
use crate::wait::{self, NEVER};

/// A handle to a thread: a greenlet, or an OS thread that called [`current`].
///
/// As [`std::thread::Thread`]. It keeps a few hundred bytes of memory, not the thread.
///
/// # Examples
/// ```
/// use vervet::thread;
///
/// let handle = thread::Builder::new().name("reader".to_owned()).spawn(thread::park)?;
/// assert_eq!(handle.thread().name(), Some("reader"));
/// handle.thread().unpark();
/// handle.join().unwrap();
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct Thread(Waiter);

/// The number of a thread, unique among all greenlets and OS threads for the life of the process.
///
/// As [`std::thread::ThreadId`]. Other than there, the number shown by `Debug` is good for something: it is the one that
/// [`runtime::dump`](crate::runtime::dump) shows for the greenlet.
///
/// # Examples
/// ```
/// use vervet::thread;
///
/// let other = thread::spawn(|| thread::current().id()).join().unwrap();
/// assert_ne!(thread::current().id(), other);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ThreadId(NonZeroU64);

impl Thread {
    pub(super) fn new(waiter: Waiter) -> Thread {
        Thread(waiter)
    }

    /// Makes the thread's [`park`] return: the present one, or the next if it is not parked.
    ///
    /// As in std, there is one token, which this makes available, and which the `park` that returns uses up. What was
    /// written before is visible to the thread then. Does not block; a thread that is over is left alone.
    ///
    /// # Examples
    /// ```
    /// use vervet::thread;
    ///
    /// let main = thread::current();
    /// let waker = thread::spawn(move || main.unpark());
    /// thread::park();
    /// waker.join().unwrap();
    /// ```
    pub fn unpark(&self) {
        self.0.unpark();
    }

    /// The thread's number.
    #[must_use]
    pub fn id(&self) -> ThreadId {
        ThreadId(self.0.id())
    }

    /// The thread's name: what its [`Builder`](super::Builder) or [`vervet::Builder`](crate::Builder) was told, or of an OS
    /// thread what std calls it, and of a coroutine that somebody else has started on may what may does.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.name()
    }
}

impl fmt::Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Thread").field("id", &self.id()).field("name", &self.name()).finish_non_exhaustive()
    }
}

/// The thread that calls this: the greenlet, or outside of greenlets the OS thread.
///
/// # Panics
/// As std's, on an OS thread that has dropped all its thread-locals.
///
/// # Examples
/// ```
/// use vervet::thread;
///
/// let me = thread::current();
/// assert_eq!(me.name(), std::thread::current().name());
/// let other = thread::spawn(thread::current).join().unwrap();
/// assert_ne!(me.id(), other.id());
/// ```
#[must_use]
pub fn current() -> Thread {
    Thread(Waiter::current())
}

/// Waits until this thread's token is made available by [`Thread::unpark`], and takes it.
///
/// As std's; it does not return for no reason, though portable code had better not count on that.
///
/// # Cancellation
/// Blocks here: yes. A token that is there, or comes meanwhile, stays for the next call. Where a cancellation cannot unwind
/// (see [`timeout`](crate::timeout)), returns without one.
///
/// # Examples
/// ```
/// use std::sync::atomic::{AtomicBool, Ordering};
/// use vervet::thread;
///
/// static READY: AtomicBool = AtomicBool::new(false);
///
/// let waiting = thread::spawn(|| {
///     while !READY.load(Ordering::Relaxed) {
///         thread::park();
///     }
/// });
/// READY.store(true, Ordering::Relaxed);
/// waiting.thread().unpark();
/// waiting.join().unwrap();
/// ```
pub fn park() {
    // Cut short without unwinding, it just returns, as std's may at any time.
    let _ = waiter::park(NEVER);
}

/// As [`park`], for at most `dur`.
///
/// # Cancellation
/// As [`park`].
///
/// # Examples
/// ```
/// use std::time::{Duration, Instant};
/// use vervet::thread;
///
/// let start = Instant::now();
/// thread::park_timeout(Duration::from_millis(5));
/// assert!(start.elapsed() >= Duration::from_millis(5));
/// ```
pub fn park_timeout(dur: Duration) {
    let _ = waiter::park(wait::deadline_in(Some(dur)));
}

/// As [`park_timeout`], for milliseconds.
///
/// # Cancellation
/// As [`park`].
#[deprecated(since = "0.1.0", note = "deprecated in std; replaced by `vervet::thread::park_timeout`")]
pub fn park_timeout_ms(ms: u32) {
    park_timeout(Duration::from_millis(u64::from(ms)));
}

/// As [`sleep`], for milliseconds.
///
/// # Cancellation
/// Blocks here: yes; nothing is lost.
#[deprecated(since = "0.1.0", note = "deprecated in std; replaced by `vervet::thread::sleep`")]
pub fn sleep_ms(ms: u32) {
    sleep(Duration::from_millis(u64::from(ms)));
}
