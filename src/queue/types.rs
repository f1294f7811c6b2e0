//! The types: `Queue`, `PriorityQueue`, `LifoQueue`, `JoinableQueue`, `Channel`.
//!
//! Uses `queue::core` and `wait`.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::time::Duration;

use super::core::Core;
use super::error::{GetError, GetTimeoutError, PutError, PutTimeoutError, TryGetError, TryPutError};
use super::handle::{handle, holds_items};
use super::heap::Heap;
use super::iter::{IntoIter, Iter, TryIter};
use super::select::{Ready, SelectGet, SelectPeek, SelectPut, sources};
use super::state::Turn;
use super::store::{Fifo, Lifo, Stock, Store};
use crate::wait::select::{Source, Waitable};
use crate::wait::{self, NEVER, Waker};

handle! {
    /// A queue: first in, first out, for many who put and many who get.
    ///
    /// Handles are cloned; each can put and get. See [the module](crate::queue) for what all queues have in common.
    ///
    /// # Examples
    /// ```
    /// use vervet::queue::Queue;
    ///
    /// let tasks = Queue::bounded(10);
    /// let workers: Vec<_> = (0..4)
    ///     .map(|_| {
    ///         let tasks = tasks.clone();
    ///         vervet::spawn(move || tasks.iter().map(|n: u64| n * n).sum::<u64>())
    ///     })
    ///     .collect();
    /// for n in 1..=100 {
    ///     // Never more than ten ahead of the workers.
    ///     tasks.put(n).unwrap();
    /// }
    /// tasks.close();
    /// let total: u64 = vervet::join_all(workers).into_iter().map(Result::unwrap).sum();
    /// assert_eq!(total, 338_350);
    /// ```
    Queue, Fifo;
    make: "Queue::bounded(2)";
    next: "the oldest item";
    put: "Puts an item at the end, and waits until there is room.\n\nPutters that wait get their turns in the order in which they came.";
    try_put: "Puts an item at the end, if there is room.";
    is_full: "Whether there is no room in it.";
}
holds_items! { Queue, with_ring }

handle! {
    /// A queue that gives out the smallest item first; equal ones in the order in which they came in.
    ///
    /// For the largest first, put [`Reverse`](std::cmp::Reverse)d items. A putter that waits for room has not put yet, however
    /// small its item.
    ///
    /// Items are compared under the queue's lock: their `Ord` must neither block nor use the queue. If it panics, the
    /// panic comes out of the call that compared, which then has put nothing and taken nothing; no item is lost, and from then
    /// on, until the queue has been empty, the order may be another.
    ///
    /// # Examples
    /// ```
    /// use std::cmp::Reverse;
    /// use vervet::queue::PriorityQueue;
    ///
    /// let queue = PriorityQueue::unbounded();
    /// for urgency in [3, 9, 1] {
    ///     queue.put(Reverse(urgency)).unwrap();
    /// }
    /// assert_eq!(queue.get(), Ok(Reverse(9)));
    /// ```
    PriorityQueue, Heap, Ord;
    make: "PriorityQueue::bounded(2)";
    next: "the smallest item";
    put: "Puts an item, and waits until there is room.\n\nPutters that wait get their turns in the order in which they came.";
    try_put: "Puts an item, if there is room.";
    is_full: "Whether there is no room in it.";
}
holds_items! { PriorityQueue, new, Ord }

handle! {
    /// A queue that gives out the newest item first: last in, first out.
    ///
    /// # Examples
    /// ```
    /// use vervet::queue::LifoQueue;
    ///
    /// let spare: LifoQueue<&str> = ["cold", "warm"].into_iter().collect();
    /// // What was used last is used first.
    /// assert_eq!(spare.get(), Ok("warm"));
    /// ```
    LifoQueue, Lifo;
    make: "LifoQueue::bounded(2)";
    next: "the newest item";
    put: "Puts an item, and waits until there is room.\n\nPutters that wait get their turns in the order in which they came.";
    try_put: "Puts an item, if there is room.";
    is_full: "Whether there is no room in it.";
}
holds_items! { LifoQueue, new }

handle! {
    /// A queue, first in, first out, that knows when all that was put has been dealt with.
    ///
    /// Whoever has got an item reports it [done](JoinableQueue::task_done); [`join`](JoinableQueue::join) waits until nothing is left
    /// to be done.
    ///
    /// # Examples
    /// ```
    /// use vervet::queue::JoinableQueue;
    ///
    /// let tasks = JoinableQueue::unbounded();
    /// for _ in 0..3 {
    ///     let tasks = tasks.clone();
    ///     vervet::spawn(move || {
    ///         for task in &tasks {
    ///             // A task may make others.
    ///             if task < 100 {
    ///                 tasks.put(2 * task).unwrap();
    ///             }
    ///             tasks.task_done();
    ///         }
    ///     });
    /// }
    /// (1..=10).for_each(|task| tasks.put(task).unwrap());
    /// tasks.join();
    /// assert_eq!((tasks.unfinished(), tasks.len()), (0, 0));
    /// tasks.shutdown();
    /// ```
    JoinableQueue, Fifo;
    make: "JoinableQueue::bounded(2)";
    next: "the oldest item";
    put: "Puts an item at the end, and waits until there is room.\n\nPutters that wait get their turns in the order in which they came, and their items count from then on.";
    try_put: "Puts an item at the end, if there is room.";
    is_full: "Whether there is no room in it.";
}
holds_items! { JoinableQueue, new }

impl<T> JoinableQueue<T> {
    /// Reports that one item that was got has been dealt with.
    ///
    /// # Panics
    /// If there is nothing left to report: it was called more often than items were put.
    ///
    /// # Examples
    /// ```
    /// use vervet::queue::JoinableQueue;
    ///
    /// let queue: JoinableQueue<i32> = (0..2).collect();
    /// for _ in queue.try_iter() {
    ///     queue.task_done();
    /// }
    /// queue.join();
    /// ```
    #[track_caller]
    pub fn task_done(&self) {
        assert!(self.0.done(), "task_done was called more often than items were put");
    }

    /// Waits until all items that were put have been reported done.
    ///
    /// Returns at once if nothing was put. Whoever waits at the moment when nothing is left to be done is let go, even if more is
    /// put at once.
    ///
    /// # Cancellation
    /// Blocks here: yes; nothing is left behind. Where a cancellation cannot unwind, it returns before all is done.
    pub fn join(&self) {
        // What to answer, there is nothing.
        let _ = self.0.join(NEVER);
    }

    /// Waits as [`join`](JoinableQueue::join) does, for so long at most. `true`: all is done.
    ///
    /// # Cancellation
    /// Blocks here: yes; nothing is left behind. Where a cancellation cannot unwind, it answers `false`.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use vervet::queue::JoinableQueue;
    ///
    /// let queue: JoinableQueue<i32> = (0..1).collect();
    /// assert_eq!(queue.get(), Ok(0));
    /// assert!(!queue.join_timeout(Duration::from_millis(5)));
    /// queue.task_done();
    /// assert!(queue.join_timeout(Duration::ZERO));
    /// ```
    pub fn join_timeout(&self, timeout: Duration) -> bool {
        self.0.join(wait::deadline_in(Some(timeout))).unwrap_or(false)
    }

    /// How many items have been put and not been reported done.
    #[must_use]
    pub fn unfinished(&self) -> usize {
        self.0.unfinished()
    }

    /// Shuts the queue down gently: as [`close`](JoinableQueue::close), so that what has been put is still got.
    ///
    /// `false`: it was closed before.
    pub fn shutdown(&self) -> bool {
        self.close()
    }

    /// Shuts the queue down at once: closes it, takes out what is in it, and answers that. It counts as done, so `join` waits
    /// no more for it, but still for what somebody has got and not reported.
    ///
    /// # Examples
    /// ```
    /// use vervet::queue::JoinableQueue;
    ///
    /// let queue: JoinableQueue<i32> = (1..=3).collect();
    /// assert_eq!(queue.get(), Ok(1));
    /// assert_eq!(queue.shutdown_now(), [2, 3]);
    /// assert!(queue.get().is_err());
    /// assert_eq!(queue.unfinished(), 1);
    /// ```
    pub fn shutdown_now(&self) -> Vec<T> {
        self.0.close_now()
    }
}

handle! {
    /// A rendezvous: each put waits until a get takes its item.
    ///
    /// It holds nothing, so it is always as empty as it is full. What a [`peek`](Channel::peek) looks at is the item of the first
    /// putter that waits.
    ///
    /// # Examples
    /// ```
    /// use vervet::queue::Channel;
    ///
    /// let channel = Channel::new();
    /// let theirs = channel.clone();
    /// let putter = vervet::spawn(move || theirs.put("hand to hand").unwrap());
    /// assert_eq!(channel.get(), Ok("hand to hand"));
    /// putter.join().unwrap();
    /// ```
    Channel, Fifo;
    make: "Channel::new()";
    next: "the item of the putter that has waited longest";
    put: "Gives an item to a getter, and waits until one has taken it.\n\nPutters that wait get their turns in the order in which they came.";
    try_put: "Gives an item to a getter, if one waits.";
    is_full: "Always: there is never room.";
}

impl<T> Channel<T> {
    /// Makes a channel.
    #[must_use]
    pub fn new() -> Channel<T> {
        Channel(Arc::new(Core::new(0)))
    }

    /// How many putters wait, less how many getters do.
    ///
    /// # Examples
    /// ```
    /// use vervet::queue::Channel;
    ///
    /// assert_eq!(Channel::<i32>::new().balance(), 0);
    /// ```
    #[must_use]
    pub fn balance(&self) -> isize {
        let summary = self.0.summary();
        summary.putters.cast_signed() - summary.getters.cast_signed()
    }

    /// How many items it holds at most: `Some(0)`, always.
    #[must_use]
    pub fn capacity(&self) -> Option<usize> {
        self.0.capacity()
    }
}

impl<T> Default for Channel<T> {
    fn default() -> Channel<T> {
        Channel::new()
    }
}

impl<T, S: Stock> Core<T, S> {
    /// For `Debug`, which shows no items: they may be anything, and they are under the lock.
    fn show(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let summary = self.summary();
        let mut shown = f.debug_struct(name);
        shown
            .field("len", &summary.len)
            .field("capacity", &self.capacity())
            .field("closed", &summary.closed)
            .field("putters", &summary.putters)
            .field("getters", &summary.getters);
        if name == "JoinableQueue" {
            shown.field("unfinished", &summary.unfinished);
        }
        shown.finish()
    }
}
