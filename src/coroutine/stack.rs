//! One stack: its address and size, in two words.
//!
//! Uses nothing of the crate but `sys`, for the size of a page.
//!
//! ```text
//!   limit                                            top (corosensei's "base")
//!     │ guard, 64 KiB │ usable, committed as touched  │
//!     │ never touched │              <── grows down   │
//! ```
//!
//! Invariants:
//!
//! * `limit` and `top` are page boundaries, and the guard is inaccessible from before the value exists.
//! * A `Stack` is the only way to that memory. It goes back to the pool it came from (`give`); dropped elsewhere, its
//!   memory is never used again, and debug builds say so.

use std::io;

use corosensei::stack::StackPointer;

use crate::sys::memory::page_size;

/// The inaccessible part below every stack, at least. More than a page, as a frame with a big array may jump over one.
const GUARD: usize = 64 * 1024;

/// The inaccessible part below every stack. The odd page in it keeps the tops of neighbouring stacks from lying a multiple
/// of 64 KiB apart: they are what is used most, and would all compete for the same few sets of a cache.
pub(crate) fn guard() -> usize {
    GUARD + page_size()
}

/// The smallest usable size; smaller wishes are rounded up.
pub(crate) const MIN_USABLE: usize = 16 * 1024;

/// The largest usable size. Nobody needs more, and every sum of sizes stays far from an overflow.
pub(crate) const MAX_USABLE: usize = 64 << 30;

/// Sizes are counted in these, the smallest page there is, so that a `Stack` stays at two words.
const UNIT: usize = 4096;

/// What a stack of some class looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    usable: usize,
}

impl Shape {
    /// The shape that has at least `usable` bytes, a multiple of `step` and of the page size.
    ///
    /// # Errors
    /// `InvalidInput` beyond [`MAX_USABLE`].
    pub(super) fn new(usable: usize, step: usize) -> io::Result<Shape> {
        if usable > MAX_USABLE {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("a stack of {usable} bytes was asked for; the most is {MAX_USABLE}"),
            ));
        }
        // Both are powers of two, so the larger is a multiple of the other.
        Ok(Shape { usable: usable.max(MIN_USABLE).next_multiple_of(step.max(page_size())) })
    }

    pub(super) fn usable(self) -> usize {
        self.usable
    }

    /// With the guard: the distance from one stack to the next.
    pub(super) fn stride(self) -> usize {
        self.usable + guard()
    }

    /// Where the guard starts, for the stack whose highest address is `top`.
    pub(super) fn limit(self, top: StackPointer) -> usize {
        top.get() - self.stride()
    }

    /// Where the usable part starts.
    pub(super) fn lowest_usable(self, top: StackPointer) -> usize {
        top.get() - self.usable
    }
}

/// Where a stack goes when it is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The default size: local caches, then the pool.
    Default,
    /// Another size: its class's free list.
    Custom,
    /// A mapping of its own.
    Mapping,
}

/// One stack, free or in use. See the module's picture.
#[derive(Debug)]
#[must_use = "a stack that is not given back is lost"]
pub(crate) struct Stack {
    top: StackPointer,
    /// Usable and guard, in [`UNIT`]s.
    units: u32,
    origin: Origin,
}

// SAFETY: memory that belongs to no thread, and this value is the only way to it.
unsafe impl Send for Stack {}

impl Stack {
    /// # Safety
    /// A live mapping has `shape` below `top`, its guard is installed, and no other `Stack` names that memory.
    #[inline]
    pub(super) unsafe fn new(top: StackPointer, shape: Shape, origin: Origin) -> Stack {
        // In range: MAX_USABLE is 2^24 units.
        Stack { top, units: (shape.stride() / UNIT) as u32, origin }
    }

    /// Takes the value apart; what it stood for now belongs to the caller.
    #[inline]
    pub(super) fn into_top(self) -> StackPointer {
        let top = self.top;
        std::mem::forget(self);
        top
    }

    #[inline]
    pub(super) fn origin(&self) -> Origin {
        self.origin
    }

    #[inline]
    pub(super) fn shape(&self) -> Shape {
        Shape { usable: self.usable_size() }
    }

    /// Whether it has the default size, and so is covered by a reservation.
    #[inline]
    pub(crate) fn is_default(&self) -> bool {
        self.origin == Origin::Default
    }

    /// How many bytes the code on it can use.
    #[inline]
    pub(crate) fn usable_size(&self) -> usize {
        self.units as usize * UNIT - guard()
    }

    /// The addresses that fault: an access there is an overflow of this stack.
    #[inline]
    pub(crate) fn guard_range(&self) -> std::ops::Range<usize> {
        let limit = self.top.get() - self.units as usize * UNIT;
        limit..limit + guard()
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // Silent while a panic unwinds past the owner: the panic is the news, and a second one would hide it.
        debug_assert!(std::thread::panicking(), "a stack was dropped, not given back: {self:?}");
    }
}

// SAFETY: `new`'s caller promised a guard that faults below at least MIN_USABLE (more than corosensei's minimum) bytes
// of memory that is this value's alone; both ends are page boundaries, which aligns them for calls.
unsafe impl corosensei::stack::Stack for Stack {
    #[inline]
    fn base(&self) -> StackPointer {
        self.top
    }

    #[inline]
    fn limit(&self) -> StackPointer {
        StackPointer::new(self.guard_range().start).expect("a mapping is never at address 0")
    }
}

const _: () = assert!(MIN_USABLE >= corosensei::stack::MIN_STACK_SIZE);
const _: () = assert!((MAX_USABLE + GUARD) / UNIT <= u32::MAX as usize);
const _: () = assert!(size_of::<Option<Stack>>() == 16);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_round_up_and_absurd_ones_are_errors() {
        assert_eq!(Shape::new(0, 1).unwrap().usable(), MIN_USABLE.next_multiple_of(page_size()));
        assert_eq!(Shape::new(100_000, 65_536).unwrap().usable(), 131_072);
        assert_eq!(Shape::new(MAX_USABLE, 65_536).unwrap().usable(), MAX_USABLE);
        for absurd in [usize::MAX, 1 << 46, MAX_USABLE + 1] {
            assert_eq!(Shape::new(absurd, 65_536).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        }
    }
}
