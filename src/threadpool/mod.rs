//! A bounded number of OS threads for what must not run on a worker: blocking calls that are not vervet's, long computations.
//!
//! ```
//! use vervet::threadpool::ThreadPool;
//!
//! let pool = ThreadPool::new(4);
//! let sum = pool.submit(|| (1..=1_000_u64).sum::<u64>());
//! // Other greenlets run meanwhile.
//! assert_eq!(sum.get().unwrap(), 500_500);
//! ```
//!
//! [`offload`](crate::offload) does the same on a pool that all share, and waits. A [`ThreadPool`] is for those who want a
//! bound of their own (no more than four queries at once), or the result later: [`submit`](ThreadPool::submit) does not wait, and its
//! [`AsyncResult`] can be waited for by many, awaited, selected on, and [linked](AsyncResult::link) to a callback.
//!
//! What runs there runs on a real OS thread. It may block as it likes, by calls of std or of this crate, which then block that
//! thread; it may wait for greenlets and be waited for by them. A kill does not reach it. It sees the [`ScopedValue`](crate::ScopedValue)s of its submitter.

// Uses `greenlet`, `sync` and `wait`.

mod error;
mod job;
mod shared;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub use self::error::{JobPanicked, ShutDown};
use self::job::{Abandon, Sealed};
use self::shared::Shared;
use crate::greenlet::Job as _;
use crate::sync::{AsyncError, AsyncResult};
use crate::wait;

/// OS threads that run closures: started as there is work, up to a bound, and ended when there has been none for a while.
///
/// Jobs beyond the bound wait in a queue, first come, first served. Clones mean the same pool. When the last one is dropped, what
/// is in the queue is run still, then the threads end: as after [`shutdown`](ThreadPool::shutdown).
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use vervet::sync::mpsc;
/// use vervet::threadpool::ThreadPool;
///
/// let pool = ThreadPool::new(2);
/// let (done, finished) = mpsc::channel();
/// for n in 1..=3_u32 {
///     let done = done.clone();
///     // The callback runs on the pool's thread.
///     pool.submit(move || n * n).link(move |square| done.send(*square.as_ref().unwrap()).unwrap());
/// }
/// let mut squares: Vec<u32> = finished.iter().take(3).collect();
/// squares.sort();
/// assert_eq!(squares, [1, 4, 9]);
/// ```
#[derive(Clone)]
pub struct ThreadPool(Arc<Shared>);

#[track_caller]
fn checked(max: usize) -> usize {
    assert!(max > 0, "a thread pool of size 0 would never run anything");
    max
}

impl ThreadPool {
    /// A pool of `max` threads at most. There are none until there is work.
    ///
    /// # Panics
    /// If `max` is 0.
    #[must_use]
    #[track_caller]
    pub fn new(max: usize) -> ThreadPool {
        ThreadPool(Arc::new(Shared::new(checked(max))))
    }

    /// Lets a thread end when it has had nothing to do for `d`; without this call, for 10 seconds. Goes for those that
    /// become idle from now on.
    #[must_use]
    pub fn idle_timeout(self, d: Duration) -> ThreadPool {
        self.0.lane.set_keep_alive(d);
        self
    }

    /// Has `f` run on a thread of the pool, and does not wait for it.
    ///
    /// The result is also for those who link to it; the callback then runs on the pool's thread, which takes its next job
    /// after that. To set the result oneself means not to be interested any more: that of `f` is dropped then.
    ///
    /// # Errors
    /// In the result, as `downcast_ref` tells: [`JobPanicked`]; [`ShutDown`] if the pool is shut down; the system's
    /// [`io::Error`](std::io::Error) if it gave no thread and there is no other that could run `f`. In the last two cases `f` is dropped.
    ///
    /// # Cancellation
    /// Blocks here: no. The job runs whether its submitter lives or not.
    ///
    /// # Examples
    /// ```
    /// use vervet::threadpool::{JobPanicked, ThreadPool};
    ///
    /// let pool = ThreadPool::new(1);
    /// let failed = pool.submit(|| -> u8 { std::panic::resume_unwind(Box::new("no luck")) });
    /// let error = failed.get().unwrap_err();
    /// assert_eq!(error.downcast_ref::<JobPanicked>().unwrap().text(), Some("no luck"));
    /// ```
    pub fn submit<F, T>(&self, f: F) -> AsyncResult<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + Sync + 'static,
    {
        let result = AsyncResult::new();
        self.0.submit(job::new(f, result.clone(), None));
        result
    }

    /// Runs `f` on a thread of the pool and waits for its result; in place, if the caller is on one already, so that it does not
    /// wait for itself.
    ///
    /// # Errors
    /// As [`submit`](ThreadPool::submit).
    ///
    /// # Cancellation
    /// Blocks here: yes. Cut short, `f` is dropped when its turn comes, if it has not begun by then; otherwise it runs to
    /// its end, and its result is dropped.
    ///
    /// # Examples
    /// ```
    /// let pool = vervet::threadpool::ThreadPool::new(1);
    /// let inner = pool.clone();
    /// assert_eq!(pool.apply(move || 1 + inner.apply(|| 2).unwrap()).unwrap(), 3);
    /// ```
    pub fn apply<F, T>(&self, f: F) -> Result<T, AsyncError>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let _ = wait::enter();
        let abandon = Abandon::new();
        open(&self.start(f, &abandon))
    }

    /// Runs `f` for all items, as many at once as there may be threads, and waits for the results, which come in the order of the
    /// items. On a thread of the pool they run in place, one after the other.
    ///
    /// # Errors
    /// Each item's stands in its place, as [`submit`](ThreadPool::submit) has them.
    ///
    /// # Cancellation
    /// Blocks here: yes. Cut short, items that have not begun are dropped when their turn comes.
    ///
    /// # Examples
    /// ```
    /// let pool = vervet::threadpool::ThreadPool::new(3);
    /// let lengths = pool.map(["green", "monkey"], |word| word.len());
    /// assert_eq!(lengths.into_iter().map(Result::unwrap).collect::<Vec<_>>(), [5, 6]);
    /// ```
    pub fn map<I, F, T>(&self, items: I, f: F) -> Vec<Result<T, AsyncError>>
    where
        I: IntoIterator<Item: Send + 'static>,
        F: Fn(I::Item) -> T + Send + Sync + 'static,
        T: Send + 'static,
    {
        let _ = wait::enter();
        let (f, abandon) = (Arc::new(f), Abandon::new());
        let start = |item| {
            let f = Arc::clone(&f);
            self.start(move || f(item), &abandon)
        };
        let results: Vec<_> = items.into_iter().map(start).collect();
        results.iter().map(open).collect()
    }

    /// Has `f` run, here if this is a thread of the pool.
    fn start<F, T>(&self, f: F, abandon: &Abandon) -> Sealed<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let result = AsyncResult::new();
        let job = job::new(move || Mutex::new(f()), result.clone(), Some(abandon.flag()));
        if self.0.lane.is_ours() {
            job.run();
        } else {
            self.0.submit(job);
        }
        result
    }

    /// How many threads there are, idle ones included.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.lane.stats().threads
    }

    /// How many threads there may be.
    #[must_use]
    pub fn max(&self) -> usize {
        self.0.lane.stats().max_threads
    }

    /// How many threads are running a job, or are about to.
    #[must_use]
    pub fn busy(&self) -> usize {
        self.0.lane.stats().busy()
    }

    /// How many jobs wait for a thread.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.0.lane.stats().queued
    }

    /// Lets there be `max` threads from now on. Too many of them end as their jobs do; new ones start for jobs that wait.
    ///
    /// # Panics
    /// If `max` is 0.
    #[track_caller]
    pub fn resize(&self, max: usize) {
        self.0.lane.set_max_threads(checked(max));
    }

    /// Waits until no job waits or runs, and the callbacks have been called; after a [`shutdown`](ThreadPool::shutdown),
    /// also until the threads are at their end. It is enough that it was so once. A job that calls this waits for itself.
    ///
    /// # Cancellation
    /// Blocks here: yes; nothing is lost.
    pub fn join(&self) {
        // Where a cut cannot unwind, it ends early.
        let _ = self.0.join(wait::deadline_in(None));
    }

    /// As [`join`](ThreadPool::join), for at most `d`. Whether it came to that.
    ///
    /// # Cancellation
    /// Blocks here: yes; nothing is lost.
    pub fn join_timeout(&self, d: Duration) -> bool {
        self.0.join(wait::deadline_in(Some(d))).unwrap_or(false)
    }

    /// Takes no more jobs. Those in the queue are run still, then the threads end. Returns at once; [`join`](ThreadPool::join) waits.
    ///
    /// # Examples
    /// ```
    /// use vervet::threadpool::{ShutDown, ThreadPool};
    ///
    /// let pool = ThreadPool::new(1);
    /// let first = pool.submit(|| 1);
    /// pool.shutdown();
    /// let late = pool.submit(|| 2);
    /// pool.join();
    /// assert_eq!((first.get().unwrap(), pool.size()), (1, 0));
    /// assert!(late.get().unwrap_err().downcast_ref::<ShutDown>().is_some());
    /// ```
    pub fn shutdown(&self) {
        self.0.lane.close();
    }

    /// As [`shutdown`](ThreadPool::shutdown), and drops the jobs in the queue, whose results say [`ShutDown`]. How many there were.
    pub fn shutdown_now(&self) -> usize {
        self.0.lane.close();
        self.0.clear()
    }
}

/// Waits for what is in there.
fn open<T>(sealed: &Sealed<T>) -> Result<T, AsyncError> {
    sealed.take().map(|value| value.into_inner().unwrap_or_else(PoisonError::into_inner))
}

impl fmt::Debug for ThreadPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stats = self.0.lane.stats();
        f.debug_struct("ThreadPool")
            .field("max", &stats.max_threads)
            .field("size", &stats.threads)
            .field("busy", &stats.busy())
            .field("queued", &stats.queued)
            .finish()
    }
}
