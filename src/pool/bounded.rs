//! `Pool`.
//!
//! Uses `pool::crew`, `pool::map` and `pool::imap`.

use std::fmt;
use std::io;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::crew::{Crew, Slot, limit};
use super::error::PoolFull;
use super::imap::{self, Imap, Order};
use super::map;
use super::members::members;
use crate::greenlet::{Builder, Greenlet, GreenletRef, JoinError, expect_spawned};

/// Greenlets of which only so many run at once: to spawn one more waits.
///
/// Each member has a slot, from before it is spawned until it is over: its closure has returned, panicked, or been killed (before its
/// first run, too), and its locals have been dropped. Those who wait for a slot get it in the order in which they came.
///
/// A member is forgotten when it is over. Clones mean the same pool. To drop the last one ends nobody: the members go on, detached
/// from it. See the [module](super) on spawning from within.
///
/// # Examples
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
/// use vervet::pool::Pool;
///
/// static RUNNING: AtomicUsize = AtomicUsize::new(0);
///
/// let pool = Pool::new(3);
/// let seen = pool.map(0..20, |_| {
///     let running = RUNNING.fetch_add(1, SeqCst) + 1;
///     vervet::sleep(std::time::Duration::from_micros(100));
///     RUNNING.fetch_sub(1, SeqCst);
///     running
/// });
/// assert!(seen.into_iter().all(|running| running.unwrap() <= 3));
/// ```
#[derive(Clone)]
pub struct Pool(Arc<Crew>);

#[track_caller]
fn checked(size: usize) -> usize {
    assert!(size > 0, "a pool of size 0 would never run anything");
    size
}

impl Pool {
    /// A pool for `size` greenlets at once. It costs nothing until they come.
    ///
    /// # Panics
    /// If `size` is 0.
    #[must_use]
    #[track_caller]
    pub fn new(size: usize) -> Pool {
        Pool(Crew::new(checked(size)))
    }

    /// Starts a greenlet as a member, as soon as there is a slot for it. See [`spawn`](crate::spawn).
    ///
    /// # Panics
    /// As there: if there is no memory for a stack.
    ///
    /// # Cancellation
    /// Blocks here: yes, while the pool is full. Cut short, `f` is dropped and no slot is lost.
    #[track_caller]
    pub fn spawn<F, T>(&self, f: F) -> Greenlet<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        expect_spawned(self.spawn_with(Builder::new(), f))
    }

    /// As [`spawn`](Pool::spawn), with a name, a stack size, or whatever the builder was told.
    ///
    /// # Errors
    /// As [`Builder::spawn`]; `f` is dropped then, and the slot is given back.
    ///
    /// # Cancellation
    /// As [`spawn`](Pool::spawn).
    ///
    /// # Examples
    /// ```
    /// let pool = vervet::pool::Pool::new(2);
    /// let builder = vervet::Builder::new().name("worker");
    /// let worker = pool.spawn_with(builder, || vervet::current()?.name().map(String::from))?;
    /// assert_eq!(worker.join().unwrap().as_deref(), Some("worker"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn_with<F, T>(&self, builder: Builder, f: F) -> io::Result<Greenlet<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let slot = self.0.acquire(None).expect("waits without a limit");
        self.start(slot, builder, f)
    }

    /// As [`spawn`](Pool::spawn), if there is a slot at once.
    ///
    /// # Errors
    /// [`PoolFull`], which has `f`.
    ///
    /// # Panics
    /// As [`spawn`](Pool::spawn).
    ///
    /// # Examples
    /// ```
    /// let pool = vervet::pool::Pool::new(1);
    /// let first = pool.spawn(|| vervet::sleep(std::time::Duration::MAX));
    /// let refused = pool.try_spawn(|| 1).unwrap_err().into_inner();
    /// first.kill();
    /// first.wait(None);
    /// assert_eq!(pool.try_spawn(refused).unwrap().join().unwrap(), 1);
    /// ```
    #[track_caller]
    pub fn try_spawn<F, T>(&self, f: F) -> Result<Greenlet<T>, PoolFull<F>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        match self.0.try_acquire() {
            Some(slot) => Ok(expect_spawned(self.start(slot, Builder::new(), f))),
            None => Err(PoolFull(f)),
        }
    }

    /// As [`spawn`](Pool::spawn), but waits for a slot for at most `d`.
    ///
    /// # Errors
    /// [`PoolFull`], which has `f`, if there was none by then.
    ///
    /// # Panics
    /// As [`spawn`](Pool::spawn).
    ///
    /// # Cancellation
    /// As [`spawn`](Pool::spawn).
    #[track_caller]
    pub fn spawn_timeout<F, T>(&self, d: Duration, f: F) -> Result<Greenlet<T>, PoolFull<F>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        match self.0.acquire(limit(d)) {
            Some(slot) => Ok(expect_spawned(self.start(slot, Builder::new(), f))),
            None => Err(PoolFull(f)),
        }
    }

    #[track_caller]
    fn start<F, T>(&self, slot: Slot<'_>, builder: Builder, f: F) -> io::Result<Greenlet<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let greenlet = builder.spawn(self.0.body(f))?;
        slot.seat(&greenlet.handle());
        Ok(greenlet)
    }

    /// Makes a member of a greenlet that was started elsewhere, as soon as there is a slot for it. `false`: it is one already, or
    /// is over; the slot is free again then.
    ///
    /// # Cancellation
    /// Blocks here: yes, while the pool is full. Cut short, no slot is lost; the greenlet goes on.
    pub fn add(&self, greenlet: &GreenletRef) -> bool {
        let slot = self.0.acquire(None).expect("waits without a limit");
        self.0.adopt(slot, greenlet)
    }

    /// How many may run at once.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.size()
    }

    /// Lets `size` greenlets run at once from now on. If more do, they go on, and slots become free when fewer are left.
    ///
    /// # Panics
    /// If `size` is 0.
    #[track_caller]
    pub fn resize(&self, size: usize) {
        self.0.resize(checked(size));
    }

    /// How many slots are free.
    #[must_use]
    pub fn free_count(&self) -> usize {
        self.0.free()
    }

    /// Whether no slot is free.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.free_count() == 0
    }

    /// Waits until a slot is free, and leaves it: another may be faster. [`spawn`](Pool::spawn) keeps it.
    ///
    /// # Cancellation
    /// Blocks here: yes; nothing is lost.
    pub fn wait_available(&self) {
        // Where a cut cannot unwind, it ends early.
        let _ = self.0.wait_available(None);
    }

    /// As [`wait_available`](Pool::wait_available), for at most `d`. Whether a slot was free.
    ///
    /// # Cancellation
    /// Blocks here: yes; nothing is lost.
    pub fn wait_available_timeout(&self, d: Duration) -> bool {
        self.0.wait_available(limit(d)).unwrap_or(false)
    }

    /// Waits until no slot is taken: there is no member, and nobody who was waiting to spawn one; the stacks of those
    /// who were are given back then. It is enough that the pool was empty once: somebody may have joined since.
    ///
    /// # Cancellation
    /// Blocks here: yes; nothing is lost.
    pub fn join(&self) {
        // Where a cut cannot unwind, it ends early.
        let _ = self.0.join(None);
    }

    /// Kills all members and waits until the pool is empty. Whoever becomes a member meanwhile, as those do that were
    /// waiting for a slot, is killed as well; later ones are not.
    ///
    /// Somebody who spawns without end keeps it busy: end him first, or use [`kill_timeout`](Pool::kill_timeout). A member that calls it
    /// kills itself with the others, and unwinds here.
    ///
    /// # Cancellation
    /// Blocks here: yes. Cut short while it waits, it has killed the members of this moment.
    pub fn kill(&self) {
        let _ = self.0.kill(None);
    }

    /// Runs `f` in a member, waits for it and returns its result; if the caller is a member, in place, so that it does not
    /// wait for a slot that it holds itself. `f` may borrow.
    ///
    /// # Errors
    /// [`JoinError::Panicked`] if `f` panicked, in place too; [`JoinError::Killed`] if its greenlet was killed.
    ///
    /// # Cancellation
    /// Blocks here: yes. Cut short, `f` is killed and waited for.
    ///
    /// # Examples
    /// ```
    /// let pool = vervet::pool::Pool::new(1);
    /// let inner = pool.clone();
    /// // With `spawn` and `join` in the place of the inner `apply`, this would never end.
    /// let sum = pool.apply(move || 1 + inner.apply(|| 2).unwrap());
    /// assert_eq!(sum.unwrap(), 3);
    /// ```
    #[track_caller]
    pub fn apply<F, T>(&self, f: F) -> Result<T, JoinError>
    where
        F: FnOnce() -> T + Send,
        T: Send,
    {
        map::apply(&self.0, f, Location::caller())
    }

    /// Runs `f` for each of the items, as many at once as there are slots, and returns the results in the order of the items.
    /// Items and `f` may borrow: all is over when this returns.
    ///
    /// An item whose run panics or is killed has the error in its place; the others go on. The caller advances the
    /// iterator, an item ahead of the slots.
    ///
    /// # Panics
    /// Passes a panic of the iterator on; if there is no memory for a stack. What was begun is killed then and waited for.
    ///
    /// # Cancellation
    /// Blocks here: yes. Cut short, it kills the items that are not finished, and waits for them.
    ///
    /// # Examples
    /// ```
    /// use vervet::pool::Pool;
    ///
    /// let names = ["ada".to_owned(), "grace".to_owned()];
    /// let greetings = Pool::new(8).map(&names, |name| format!("hello {name}"));
    /// assert_eq!(greetings[1].as_ref().unwrap(), "hello grace");
    /// ```
    #[track_caller]
    pub fn map<I, F, T>(&self, items: I, f: F) -> Vec<Result<T, JoinError>>
    where
        I: IntoIterator<Item: Send>,
        F: Fn(I::Item) -> T + Sync,
        T: Send,
    {
        map::map(&self.0, items, f, Location::caller())
    }

    /// Runs `f` for each of the items, as many at once as there are slots: an iterator of the results in the order of the
    /// items.
    ///
    /// Lazy, and good for endless iterators: a greenlet of its own advances `items`, which may block, and never more than
    /// [`Imap::buffer`] ahead of the results that have been read. An item whose run panics or is killed has the error in
    /// its place; the others go on.
    ///
    /// # Examples
    /// ```
    /// use vervet::pool::Pool;
    ///
    /// let pool = Pool::new(4);
    /// let squares: Vec<u64> = pool.imap(1.., |n: u64| n * n).take(3).map(Result::unwrap).collect();
    /// assert_eq!(squares, [1, 4, 9]);
    /// ```
    #[track_caller]
    pub fn imap<I, F, T>(&self, items: I, f: F) -> Imap<T>
    where
        I: IntoIterator<IntoIter: Send + 'static, Item: Send + 'static>,
        F: Fn(I::Item) -> T + Send + Sync + 'static,
        T: Send + 'static,
    {
        imap::imap(&self.0, Order::Items, self.size(), items, f, Location::caller())
    }

    /// As [`imap`](Pool::imap), with the results in the order in which they come: no item waits for one before it.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use vervet::pool::Pool;
    ///
    /// let pool = Pool::new(2);
    /// let mut naps = pool.imap_unordered([10_000, 1], |ms| {
    ///     vervet::sleep(Duration::from_millis(ms));
    ///     ms
    /// });
    /// assert_eq!(naps.next().unwrap().unwrap(), 1);
    /// // The other nap ends with the iterator.
    /// ```
    #[track_caller]
    pub fn imap_unordered<I, F, T>(&self, items: I, f: F) -> Imap<T>
    where
        I: IntoIterator<IntoIter: Send + 'static, Item: Send + 'static>,
        F: Fn(I::Item) -> T + Send + Sync + 'static,
        T: Send + 'static,
    {
        imap::imap(&self.0, Order::Ends, self.size(), items, f, Location::caller())
    }
}

members!(Pool);

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("size", &self.size()).field("len", &self.len()).finish_non_exhaustive()
    }
}
