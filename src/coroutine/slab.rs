//! Address space in big pieces, cut into stacks of one shape.
//!
//! Uses `sys::memory`.
//!
//! ```text
//!  slab: one mapping of 64 MiB, the next of 128 MiB, ... up to 4 GiB
//!  │guard│ usable │guard│ usable │guard│ usable │      not cut yet       │
//!  ▲start                                       ▲next                    ▲end
//!  └── stride ────┘
//! ```
//!
//! Invariants:
//!
//! * With guard markers a slab stays one line in /proc/self/maps, and neighbouring slabs become one: a million stacks
//!   take some tens of lines.
//! * A stack that `cut` returned has its guard. Slabs are unmapped only by `unmap_all`.

use std::io;

use corosensei::stack::StackPointer;

use super::stack::{Shape, guard};
use crate::sys::memory::{Guards, Mapping, discard};

/// The first slab's size.
const FIRST: usize = 64 << 20;

/// No slab is larger than this, unless one stack is.
const LARGEST: usize = 4 << 30;

/// All slabs of one shape.
#[derive(Debug)]
pub(super) struct Slabs {
    shape: Shape,
    guards: Guards,
    /// The newest slab's part that is not cut yet.
    next: usize,
    end: usize,
    /// How large the next slab should be.
    grow: usize,
    mappings: Vec<Mapping>,
}

impl Slabs {
    pub(super) fn new(shape: Shape, guards: Guards) -> Slabs {
        Slabs { shape, guards, next: 0, end: 0, grow: FIRST, mappings: Vec::new() }
    }

    #[cfg(test)]
    pub(super) fn shape(&self) -> Shape {
        self.shape
    }

    /// Bytes of address space held.
    pub(super) fn reserved_bytes(&self) -> usize {
        self.mappings.iter().map(Mapping::len).sum()
    }

    /// Cuts one stack that was never used, guard installed, and returns its top.
    ///
    /// # Errors
    /// `OutOfMemory` when not even one more stack can be mapped, or its guard not be made. Nothing is lost by it.
    pub(super) fn cut(&mut self) -> io::Result<StackPointer> {
        if self.next == self.end {
            self.add_slab()?;
        }
        // SAFETY: the range is inside the newest slab, which lives as long as `self`, and no stack has it yet.
        unsafe { self.guards.install(self.next, guard()) }.map_err(|error| self.name_size(error))?;
        self.next += self.shape.stride();
        Ok(StackPointer::new(self.next).expect("the end of a mapping is not address 0"))
    }

    /// Gives the pages of a free stack back to the kernel.
    ///
    /// # Safety
    /// `top` came from `cut` of this value, and nobody uses that stack.
    pub(super) unsafe fn trim(shape: Shape, top: StackPointer) {
        // SAFETY: the usable part of a stack that the caller owns.
        unsafe { discard(shape.lowest_usable(top), shape.usable()) };
    }

    /// Maps the next slab; where there is no room, one of half the size, and so on down to a single stack.
    fn add_slab(&mut self) -> io::Result<()> {
        let stride = self.shape.stride();
        self.mappings.try_reserve(1).map_err(|_| io::ErrorKind::OutOfMemory)?;
        let mut stacks = (self.grow / stride).max(1);
        loop {
            match Mapping::reserve(stacks * stride) {
                Ok(mapping) => {
                    self.next = mapping.start();
                    self.end = mapping.start() + mapping.len();
                    self.grow = (stacks * stride * 2).clamp(FIRST, LARGEST);
                    self.mappings.push(mapping);
                    return Ok(());
                }
                Err(error) if stacks == 1 => return Err(self.name_size(error)),
                Err(_) => stacks /= 2,
            }
        }
    }

    /// Says which stack an error is about, where it has a text to say it in.
    fn name_size(&self, error: io::Error) -> io::Error {
        if error.get_ref().is_none() {
            return error;
        }
        io::Error::new(error.kind(), format!("no stack of {} bytes: {error}", self.shape.usable()))
    }

    /// Unmaps every slab.
    ///
    /// # Safety
    /// No stack cut from them is in use, or will be.
    pub(super) unsafe fn unmap_all(&mut self) {
        self.mappings.clear();
        self.next = 0;
        self.end = 0;
    }
}

impl Drop for Slabs {
    /// Leaves the address space mapped: a stack may be in use somewhere. See `unmap_all`.
    fn drop(&mut self) {
        self.mappings.drain(..).for_each(Mapping::leak);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coroutine::testing;
    use crate::sys::memory::count_maps;
    use crate::sys::signal::SEGMENTATION_FAULT;

    fn slabs(guards: Guards) -> Slabs {
        Slabs::new(Shape::new(256 * 1024, 1).unwrap(), guards)
    }

    fn touch(address: usize) {
        // SAFETY: the callers pass an address in a stack of theirs, or a guard, to see the process die of it.
        unsafe { (address as *mut u8).write_volatile(1) };
    }

    /// Writes to the lowest usable byte, which must work, and to the byte below it, which must not.
    fn step_into_guard(guards: Guards) {
        let mut slabs = slabs(guards);
        let top = slabs.cut().unwrap();
        slabs.cut().unwrap();
        touch(slabs.shape().lowest_usable(top));
        // The guard survives its stack's pages being given back.
        // SAFETY: the stack is ours and holds nothing.
        unsafe { Slabs::trim(slabs.shape(), top) };
        touch(slabs.shape().lowest_usable(top));
        testing::reached();
        touch(slabs.shape().lowest_usable(top) - 1);
    }

    #[test]
    fn marker_guard_faults() {
        if testing::markers_or_skip("marker_guard_faults") {
            testing::dies_by(SEGMENTATION_FAULT, "coroutine::slab::tests::marker_guard_faults", || {
                step_into_guard(Guards::Markers);
            });
        }
    }

    #[test]
    fn protected_guard_faults() {
        testing::dies_by(SEGMENTATION_FAULT, "coroutine::slab::tests::protected_guard_faults", || {
            step_into_guard(Guards::Protection);
        });
    }

    #[test]
    fn protection_fails_with_an_error_before_the_process_starves_of_maps() {
        testing::in_child(
            "coroutine::slab::tests::protection_fails_with_an_error_before_the_process_starves_of_maps",
            || {
                let mut slabs = slabs(Guards::Protection);
                let mut cut = 0_usize;
                let error = loop {
                    match slabs.cut() {
                        Ok(_) => cut += 1,
                        Err(error) => break error,
                    }
                };
                assert_eq!(error.kind(), io::ErrorKind::OutOfMemory);
                assert!(error.to_string().contains("vm.max_map_count"), "{error}");
                assert!(error.to_string().contains("262144"), "{error}");
                assert!(cut > 1000 && count_maps() > 2 * cut);
                // The process can still map: a thread's stack, and a stack again once these are gone.
                std::thread::spawn(|| ()).join().unwrap();
                // SAFETY: none of the stacks was ever handed out.
                unsafe { slabs.unmap_all() };
                slabs.cut().unwrap();
            },
        );
    }

    #[test]
    fn slabs_grow_and_are_used_up_entirely() {
        let mut slabs = slabs(Guards::detect());
        let stride = slabs.shape().stride();
        let first = FIRST / stride;
        let mut tops: Vec<_> = (0..first + 1).map(|_| slabs.cut().unwrap().get()).collect();
        assert_eq!(slabs.mappings.len(), 2);
        assert_eq!(slabs.mappings[1].len(), first * stride * 2 / stride * stride);
        tops.sort_unstable();
        assert!(tops.windows(2).all(|pair| pair[1] - pair[0] >= stride));
        // SAFETY: none of the stacks was ever handed out.
        unsafe { slabs.unmap_all() };
        assert_eq!(slabs.reserved_bytes(), 0);
    }
}
