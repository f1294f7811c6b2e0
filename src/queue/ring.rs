//! `Ring`: items in a circle of slots, first in, first out, put and taken by many at once without a lock.
//!
//! Uses `queue::parts`. Model-checked in `models/`.
//!
//! ```text
//!        head                tail
//!         ▼                   ▼
//!  ┌────┬────┬────┬────┬────┬────┬────┬────┐    position p is slot p mod 2^k, in lap p div 2^k
//!  │free│full│full│full│full│free│free│free│
//!  └────┴────┴────┴────┴────┴────┴────┴────┘
//!       free, lap 7: stamp 14      full, lap 7: stamp 15      free, lap 8: stamp 16
//! ```
//!
//! Whoever moves `tail` past a position puts the item there, and stamps the slot full; whoever moves `head` past it takes the item,
//! and stamps the slot free for the next lap. So between the move and the stamp a slot is one thread's alone, and the stamps
//! carry the item over: Release by who leaves the slot, Acquire by who enters it. Everything else may be seen late: `head` and
//! `tail` only grow (one by one, so that they never get to the end of their range), and a move is a compare-exchange that fails
//! if there has been another.
//!
//! # Frozen
//! The lowest bits of `tail` and `head` tell that the ring is frozen: then no compare-exchange of those who put and take without
//! a lock succeeds, and whoever holds the queue's lock has both ends for himself. He freezes before he decides anything from
//! what the ring holds (whether somebody has to wait, whether the queue is at its end), and thaws when there is nobody left
//! who waits. A move that came before the freeze shows in what is frozen; its stamp may still be under way, and is waited for.

use std::{fmt, iter};

use super::parts::{AtomicUsize, CachePadded, Ordering, Room, wait_a_moment};

/// How many bytes a ring takes up at most, or half of that: slots are a power of two.
const LARGEST: usize = 1 << 20;

const FROZEN: usize = 1;
const ONE: usize = 2;

pub(crate) struct Ring<T> {
    /// The position of the next item to be taken, and whether the ring is frozen.
    head: CachePadded<AtomicUsize>,
    tail: CachePadded<Tail>,
    slots: Box<[Slot<T>]>,
    /// How many slots there are: 2 to this power.
    power: u32,
    bound: usize,
}

struct Tail {
    /// The position of the next item to be put, and whether the ring is frozen.
    next: AtomicUsize,
    /// What `head` has been, so that those who put need not look at it each time. Seen too low it makes the ring look fuller than
    /// it is, and then they do.
    head_was: AtomicUsize,
}

struct Slot<T> {
    stamp: AtomicUsize,
    room: Room<T>,
}

// SAFETY: an item is in the hands of one thread at a time, which may be any: the stamps see to it. It is shared with others
// only by reference under the queue's lock, as in a mutex, which asks for no `T: Sync` either.
unsafe impl<T: Send> Send for Ring<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Ring<T> {}

impl<T> Ring<T> {
    pub(crate) fn new(bound: usize) -> Ring<T> {
        let slots = bound.next_power_of_two();
        Ring {
            head: CachePadded::new(AtomicUsize::new(0)),
            tail: CachePadded::new(Tail { next: AtomicUsize::new(0), head_was: AtomicUsize::new(0) }),
            slots: (0..slots).map(|_| Slot { stamp: AtomicUsize::new(0), room: Room::empty() }).collect(),
            power: slots.trailing_zeros(),
            bound,
        }
    }

    /// Whether that many items may take up room from the beginning.
    pub(crate) fn is_fit_for(bound: usize) -> bool {
        bound <= LARGEST / size_of::<Slot<T>>()
    }

    fn slot(&self, position: usize) -> &Slot<T> {
        &self.slots[position & (self.slots.len() - 1)]
    }

    /// The stamp with which an item may be put at `position`. One more: it is there.
    fn free(&self, position: usize) -> usize {
        (position >> self.power) << 1
    }

    /// Whether `bound` positions lie between, as far as has been seen.
    fn is_apart(&self, tail: usize, head: usize) -> bool {
        // `head` may have been read later, and have overtaken what `tail` was.
        tail.saturating_sub(head) >= self.bound
    }

    // --- without the lock ------------------------------------------------------------------------------------------

    /// Puts an item, unless the ring is full or frozen, or may be. Answers the position.
    #[inline]
    pub(crate) fn try_push(&self, item: T) -> Result<usize, T> {
        let mut seen = self.tail.next.load(Ordering::Relaxed);
        loop {
            let position = seen / ONE;
            if seen & FROZEN != 0 || self.is_full_at(position) {
                return Err(item);
            }
            let slot = self.slot(position);
            let free = self.free(position);
            if slot.stamp.load(Ordering::Acquire) != free {
                // Somebody else has put there, or whoever took from there is not done.
                let now = self.tail.next.load(Ordering::Relaxed);
                if now == seen {
                    return Err(item);
                }
                seen = now;
                continue;
            }
            let moved =
                self.tail.next.compare_exchange_weak(seen, seen + ONE, Ordering::Relaxed, Ordering::Relaxed);
            match moved {
                Ok(_) => {
                    // SAFETY: the slot was free in this lap, and we alone have moved `tail` past it.
                    unsafe { slot.room.fill(item) };
                    slot.stamp.store(free + 1, Ordering::Release);
                    return Ok(position);
                }
                Err(now) => seen = now,
            }
        }
    }

    #[inline]
    fn is_full_at(&self, tail: usize) -> bool {
        if !self.is_apart(tail, self.tail.head_was.load(Ordering::Relaxed)) {
            return false;
        }
        let head = self.head.load(Ordering::Relaxed) / ONE;
        self.tail.head_was.store(head, Ordering::Relaxed);
        self.is_apart(tail, head)
    }

    /// Takes an item, unless the ring is empty or frozen, or may be. Answers the position, too.
    #[inline]
    pub(crate) fn try_pop(&self) -> Option<(T, usize)> {
        let mut seen = self.head.load(Ordering::Relaxed);
        loop {
            let position = seen / ONE;
            if seen & FROZEN != 0 {
                return None;
            }
            let slot = self.slot(position);
            let full = self.free(position) + 1;
            if slot.stamp.load(Ordering::Acquire) != full {
                // Somebody else has taken from there, or nobody has put there, or is not done.
                let now = self.head.load(Ordering::Relaxed);
                if now == seen {
                    return None;
                }
                seen = now;
                continue;
            }
            // Acquire pairs with the Release in `thaw`: a look at the item is over before it is taken.
            let moved =
                self.head.compare_exchange_weak(seen, seen + ONE, Ordering::Acquire, Ordering::Relaxed);
            match moved {
                Ok(_) => {
                    // SAFETY: the slot was full in this lap, and we alone have moved `head` past it.
                    let item = unsafe { slot.room.empty_out() };
                    slot.stamp.store(full + 1, Ordering::Release);
                    return Some((item, position));
                }
                Err(now) => seen = now,
            }
        }
    }

    // --- under the lock --------------------------------------------------------------------------------------------

    /// Stops those without the lock. Only who holds the lock calls this and what follows.
    pub(crate) fn freeze(&self) {
        // Nobody else changes these bits.
        if self.tail.next.load(Ordering::Relaxed) & FROZEN == 0 {
            self.tail.next.fetch_or(FROZEN, Ordering::Relaxed);
            self.head.fetch_or(FROZEN, Ordering::Relaxed);
        }
    }

    /// Lets them go on.
    pub(crate) fn thaw(&self) {
        let (tail, head) = self.ends();
        self.tail.next.store(tail * ONE, Ordering::Relaxed);
        self.head.store(head * ONE, Ordering::Release);
    }

    /// The positions of both ends.
    fn ends(&self) -> (usize, usize) {
        (self.tail.next.load(Ordering::Relaxed) / ONE, self.head.load(Ordering::Relaxed) / ONE)
    }

    /// The slot at `position` as soon as it has that stamp: whoever moved an end past it has to come to that.
    fn await_stamp(&self, position: usize, stamp: usize) -> &Slot<T> {
        let slot = self.slot(position);
        let mut spins = 0;
        while slot.stamp.load(Ordering::Acquire) != stamp {
            wait_a_moment(&mut spins);
        }
        slot
    }

    /// Puts an item into the frozen ring, which is not full.
    pub(crate) fn push(&self, item: T) {
        let (position, _) = self.ends();
        let free = self.free(position);
        let slot = self.await_stamp(position, free);
        // SAFETY: free in this lap, and the ring is frozen: the end is ours.
        unsafe { slot.room.fill(item) };
        slot.stamp.store(free + 1, Ordering::Release);
        self.tail.next.store(((position + 1) * ONE) | FROZEN, Ordering::Relaxed);
    }

    /// Takes an item from the frozen ring.
    pub(crate) fn pop(&self) -> Option<T> {
        let (tail, position) = self.ends();
        if tail == position {
            return None;
        }
        let full = self.free(position) + 1;
        let slot = self.await_stamp(position, full);
        // SAFETY: full in this lap, and the ring is frozen: the end is ours.
        let item = unsafe { slot.room.empty_out() };
        slot.stamp.store(full + 1, Ordering::Release);
        self.head.store(((position + 1) * ONE) | FROZEN, Ordering::Relaxed);
        Some(item)
    }

    /// The oldest item of the frozen ring; for as long as the lock is held, and nothing is taken.
    pub(crate) fn peek(&self) -> Option<&T> {
        let (tail, position) = self.ends();
        if tail == position {
            return None;
        }
        let slot = self.await_stamp(position, self.free(position) + 1);
        // SAFETY: full in this lap, and the ring is frozen: nobody without the lock gets at it.
        Some(unsafe { slot.room.look() })
    }

    // --- at any time -----------------------------------------------------------------------------------------------

    /// How many items there are, or were a moment ago.
    pub(crate) fn len(&self) -> usize {
        loop {
            let tail = self.tail.next.load(Ordering::Acquire) / ONE;
            let head = self.head.load(Ordering::Acquire) / ONE;
            // Both of the same moment, unless `head` was read after it had overtaken what `tail` was.
            if self.tail.next.load(Ordering::Relaxed) / ONE == tail
                && let Some(len) = tail.checked_sub(head)
            {
                return len;
            }
        }
    }
}

impl<T> Drop for Ring<T> {
    fn drop(&mut self) {
        // Nobody else is left.
        self.freeze();
        // Together, so that all are dropped even if the destructor of one panics.
        drop(iter::from_fn(|| self.pop()).collect::<Vec<T>>());
    }
}

impl<T> fmt::Debug for Ring<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ring").field("len", &self.len()).finish_non_exhaustive()
    }
}
