//! The free stacks of one shape.
//!
//! Uses `slab`.
//!
//! ```text
//!          coldest                hottest
//!  warm  │ front ..................  back │ <─ put, pop ─>      pages still there, at most `warm_limit`
//!            └─ what is too much, or was not needed for a while: trimmed ─┐
//!  cold  │ ............................ end │ <─ pop when warm is empty      no pages of their own
//! ```
//!
//! Invariants:
//!
//! * `prepared` = warm + cold + those that were popped and are not back.
//! * Both lists have room for all they can ever hold: giving back allocates nothing.

use std::collections::VecDeque;
use std::io;

use corosensei::stack::StackPointer;

use super::slab::Slabs;
use super::stack::Shape;
use crate::sys::memory::Guards;

/// Stacks are put back at most this many at a time.
pub(super) const BATCH: usize = 16;

#[derive(Debug)]
pub(super) struct Depot {
    slabs: Slabs,
    warm: VecDeque<StackPointer>,
    warm_limit: usize,
    /// The fewest that were warm at once since `unneeded` was last asked: so many nobody has needed.
    low: usize,
    cold: Vec<StackPointer>,
    prepared: usize,
}

impl Depot {
    pub(super) fn new(shape: Shape, guards: Guards, warm_limit: usize) -> Depot {
        Depot {
            slabs: Slabs::new(shape, guards),
            warm: VecDeque::new(),
            warm_limit,
            low: 0,
            cold: Vec::new(),
            prepared: 0,
        }
    }

    pub(super) fn prepared(&self) -> usize {
        self.prepared
    }

    pub(super) fn warm(&self) -> usize {
        self.warm.len()
    }

    /// How many are popped and not back.
    pub(super) fn out(&self) -> usize {
        self.prepared - self.warm.len() - self.cold.len()
    }

    pub(super) fn reserved_bytes(&self) -> usize {
        self.slabs.reserved_bytes()
    }

    /// Cuts stacks until `prepared` is `total`.
    ///
    /// # Errors
    /// That of [`Slabs::cut`]; what was cut until then stays.
    pub(super) fn prepare(&mut self, total: usize) -> io::Result<()> {
        let missing = total.saturating_sub(self.prepared);
        // Room for every stack there will be, so that no later push allocates.
        let cold = self.cold.try_reserve(total.saturating_sub(self.cold.len()));
        let warm = self.warm.try_reserve(total.saturating_sub(self.warm.len()));
        cold.and(warm).map_err(|_| {
            io::Error::new(io::ErrorKind::OutOfMemory, format!("no memory to keep a list of {total} stacks"))
        })?;
        for _ in 0..missing {
            let top = self.slabs.cut()?;
            self.cold.push(top);
            self.prepared += 1;
        }
        Ok(())
    }

    /// A free stack, the one used last if there is one.
    pub(super) fn pop(&mut self) -> Option<StackPointer> {
        let Some(stack) = self.warm.pop_back() else { return self.cold.pop() };
        self.low = self.low.min(self.warm.len());
        Some(stack)
    }

    /// Takes back at most [`BATCH`] stacks. Where that makes too many warm ones, the coldest come out again, in place
    /// of those given: the caller trims them, best without the depot's lock, and hands them to [`Depot::put_cold`].
    pub(super) fn put<'a>(&mut self, stacks: &'a mut [StackPointer]) -> &'a [StackPointer] {
        debug_assert!(stacks.len() <= BATCH && stacks.len() <= self.out());
        self.warm.extend(stacks.iter());
        let excess = self.warm.len().saturating_sub(self.warm_limit);
        for (place, coldest) in stacks.iter_mut().zip(self.warm.drain(..excess)) {
            *place = coldest;
        }
        &stacks[..excess]
    }

    /// How many warm stacks nobody has needed since this was asked before.
    pub(super) fn unneeded(&mut self) -> usize {
        std::mem::replace(&mut self.low, self.warm.len())
    }

    /// Takes out up to `n` of the coldest warm stacks, which the caller trims and hands to [`Depot::put_cold`].
    pub(super) fn take_coldest(&mut self, n: usize) -> Vec<StackPointer> {
        let coldest = self.warm.drain(..n.min(self.warm.len())).collect();
        self.low = self.low.min(self.warm.len());
        coldest
    }

    /// Takes stacks back whose pages are gone.
    pub(super) fn put_cold(&mut self, stacks: &[StackPointer]) {
        debug_assert!(stacks.len() <= self.out());
        self.cold.extend_from_slice(stacks);
    }
}

impl Drop for Depot {
    fn drop(&mut self) {
        // With a stack still out, the address space stays: a leak is better than a stack without memory.
        if self.out() == 0 {
            // SAFETY: every stack that was cut is in one of the lists, and so in nobody's use.
            unsafe { self.slabs.unmap_all() };
        }
    }
}
