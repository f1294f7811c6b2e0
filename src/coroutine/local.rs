//! One worker's own stacks and reservations, touched by nobody else: what makes spawning and ending cheap.
//!
//! Uses `pool` and `stack`.
//!
//! ```text
//!   credits  0 ....... 64 ....... 128      at 0: 64 more from the pool; at 128: 64 back to it
//!   cache    │ coldest ... hottest │       empty: 16 from the pool; full (32): the coldest 16 back to it
//! ```
//!
//! The gap between both ends keeps a worker that hovers at one of them from going to the pool each time.

use std::io;

use corosensei::stack::StackPointer;

use super::depot::BATCH;
use super::pool::{LOCAL_CACHE, StackPool};
use super::stack::{Origin, Shape, Stack};

/// Reservations go between worker and pool in this number.
const CREDIT_BATCH: usize = 64;

/// A worker holds fewer than this many reservations in advance.
const CREDIT_LIMIT: usize = 2 * CREDIT_BATCH;

/// A worker's share of a [`StackPool`], the same pool in every call.
#[derive(Debug)]
pub(crate) struct LocalStacks {
    credits: usize,
    /// Free stacks, the last used at the end. Its room for LOCAL_CACHE is there from the start.
    cache: Vec<StackPointer>,
    shape: Shape,
}

impl LocalStacks {
    pub(crate) fn new(pool: &StackPool) -> LocalStacks {
        LocalStacks { credits: 0, cache: Vec::with_capacity(LOCAL_CACHE), shape: pool.shape() }
    }

    /// Makes one reservation, for a greenlet that is being spawned.
    ///
    /// # Errors
    /// Those of [`StackPool::reserve`].
    #[inline]
    pub(crate) fn credit(&mut self, pool: &StackPool) -> io::Result<()> {
        if self.credits == 0 {
            self.borrow_credits(pool)?;
        }
        self.credits -= 1;
        Ok(())
    }

    /// Gives back the reservation of a greenlet that is over, or will never run; after [`LocalStacks::give`].
    #[inline]
    pub(crate) fn refund(&mut self, pool: &StackPool) {
        self.credits += 1;
        if self.credits == CREDIT_LIMIT {
            self.credits -= CREDIT_BATCH;
            pool.unreserve(CREDIT_BATCH);
        }
    }

    /// The stack of a greenlet that runs for the first time, and holds a reservation.
    #[inline]
    pub(crate) fn take(&mut self, pool: &StackPool) -> Stack {
        let top = match self.cache.pop() {
            Some(top) => top,
            None => self.refill(pool),
        };
        // SAFETY: the pool's depot cut it with this shape, guard included; it was in this cache and nowhere else.
        unsafe { Stack::new(top, self.shape, Origin::Default) }
    }

    /// Takes back the stack of a greenlet that is over, of whatever size.
    #[inline]
    pub(crate) fn give(&mut self, pool: &StackPool, stack: Stack) {
        if !stack.is_default() {
            return pool.give(stack);
        }
        debug_assert_eq!(stack.shape(), self.shape, "a stack comes back to the pool it is from");
        if self.cache.len() == LOCAL_CACHE {
            self.spill(pool);
        }
        self.cache.push(stack.into_top());
    }

    /// Gives all back: the worker stops.
    #[cfg(test)]
    pub(crate) fn close(mut self, pool: &StackPool) {
        for batch in self.cache.chunks_mut(BATCH) {
            pool.put_back(batch);
        }
        self.cache.clear();
        pool.unreserve(std::mem::take(&mut self.credits));
    }

    /// Reservations held in advance, and free stacks: what the pool counts as in use and is not.
    #[cfg(test)]
    pub(crate) fn idle(&self) -> (usize, usize) {
        (self.credits, self.cache.len())
    }

    #[cold]
    fn borrow_credits(&mut self, pool: &StackPool) -> io::Result<()> {
        // Near a limit one may still be had where a batch may not.
        let got =
            pool.reserve(CREDIT_BATCH).map(|()| CREDIT_BATCH).or_else(|_| pool.reserve(1).map(|()| 1))?;
        self.credits = got;
        Ok(())
    }

    #[cold]
    fn refill(&mut self, pool: &StackPool) -> StackPointer {
        pool.fill(&mut self.cache, BATCH);
        self.cache.pop().expect("the pool gave one at least")
    }

    #[cold]
    fn spill(&mut self, pool: &StackPool) {
        // They leave the cache only after the pool has them: until then they count as this worker's.
        pool.put_back(&mut self.cache[..BATCH]);
        self.cache.drain(..BATCH);
    }
}

impl Drop for LocalStacks {
    fn drop(&mut self) {
        let closed = self.cache.is_empty() && self.credits == 0;
        debug_assert!(closed || std::thread::panicking(), "a worker's stacks were dropped, not given back");
    }
}
