//! Stacks of other sizes than the default: made when asked for, kept by size.
//!
//! Uses `depot` and `sys::memory`.
//!
//! ```text
//!  up to 16 MiB:  classes of 64 KiB, 128 KiB, 192 KiB, ...   a depot each, with slabs of its own
//!  beyond:        a mapping for each stack, unmapped when it is given back
//! ```
//!
//! These are few and long-lived, so one lock is enough, also around the system calls.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, PoisonError};

use corosensei::stack::StackPointer;

use super::depot::Depot;
use super::slab::Slabs;
use super::stack::{Origin, Shape, Stack, guard};
use crate::sys::memory::{Guards, Mapping, unmap};

/// Sizes are rounded up to a multiple of this, so that there are few classes.
const STEP: usize = 64 * 1024;

/// The largest usable size that is kept for the next one.
const LARGEST_KEPT: usize = 16 << 20;

/// How many usable bytes a class keeps warm, within [`WARM_LIMITS`] stacks.
const WARM_BYTES: usize = 64 << 20;

/// The fewest and the most stacks a class keeps warm.
const WARM_LIMITS: (usize, usize) = (4, 64);

#[derive(Debug)]
pub(super) struct CustomStacks {
    guards: Guards,
    /// By usable size.
    classes: Mutex<BTreeMap<usize, Depot>>,
}

impl CustomStacks {
    pub(super) fn new(guards: Guards) -> CustomStacks {
        CustomStacks { guards, classes: Mutex::new(BTreeMap::new()) }
    }

    pub(super) fn take(&self, usable: usize) -> io::Result<Stack> {
        let shape = Shape::new(usable, STEP)?;
        if shape.usable() > LARGEST_KEPT {
            return self.map(shape);
        }
        let mut classes = self.classes.lock().unwrap_or_else(PoisonError::into_inner);
        let depot = classes.entry(shape.usable()).or_insert_with(|| {
            let warm = (WARM_BYTES / shape.usable()).clamp(WARM_LIMITS.0, WARM_LIMITS.1);
            Depot::new(shape, self.guards, warm)
        });
        let top = match depot.pop() {
            Some(top) => top,
            None => {
                depot.prepare(depot.prepared() + 1)?;
                depot.pop().expect("one was prepared under this lock")
            }
        };
        // SAFETY: the depot cut it with this shape, guard included, and has given it to nobody else.
        Ok(unsafe { Stack::new(top, shape, Origin::Custom) })
    }

    pub(super) fn give(&self, stack: Stack) {
        let (shape, origin) = (stack.shape(), stack.origin());
        let top = stack.into_top();
        if origin == Origin::Mapping {
            // SAFETY: `map` made this mapping for this one stack, which was just given up.
            unsafe { unmap(shape.limit(top), shape.stride()) };
            return;
        }
        let mut classes = self.classes.lock().unwrap_or_else(PoisonError::into_inner);
        let depot = classes.get_mut(&shape.usable()).expect("a stack comes back to the pool it is from");
        let mut stacks = [top];
        let cold = depot.put(&mut stacks);
        for &top in cold {
            // SAFETY: it comes from the depot's lists, where it was free, and is in nobody else's hands.
            unsafe { Slabs::trim(shape, top) };
        }
        depot.put_cold(cold);
    }

    fn map(&self, shape: Shape) -> io::Result<Stack> {
        let mapping = Mapping::reserve(shape.stride())?;
        // SAFETY: the lower end of a mapping that nobody uses yet.
        unsafe { self.guards.install(mapping.start(), guard())? };
        let top = StackPointer::new(mapping.start() + mapping.len()).expect("not address 0");
        mapping.leak();
        // SAFETY: mapped above with this shape, guarded, and not handed out before.
        Ok(unsafe { Stack::new(top, shape, Origin::Mapping) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch_both_ends(stack: &Stack) {
        let lowest = stack.guard_range().end;
        for address in [lowest, lowest + stack.usable_size() - 1] {
            // SAFETY: inside the usable part of a stack that is the test's own.
            unsafe { (address as *mut u8).write_volatile(1) };
        }
    }

    #[test]
    fn sizes_share_classes_and_the_last_one_used_comes_first() {
        let stacks = CustomStacks::new(Guards::detect());
        let first = stacks.take(100_000).unwrap();
        let second = stacks.take(131_072).unwrap();
        assert_eq!(first.usable_size(), 131_072);
        assert_eq!(second.usable_size(), 131_072);
        assert!(!first.is_default());
        touch_both_ends(&first);
        touch_both_ends(&second);
        let guard = second.guard_range();
        stacks.give(first);
        stacks.give(second);
        let again = stacks.take(65_537).unwrap();
        assert_eq!(again.guard_range(), guard);
        stacks.give(again);
    }

    #[test]
    fn large_stack_has_its_own_mapping_while_it_lives() {
        let stacks = CustomStacks::new(Guards::detect());
        for _ in 0..1000 {
            let large = stacks.take(1 << 30).unwrap();
            assert_eq!(large.usable_size(), 1 << 30);
            touch_both_ends(&large);
            stacks.give(large);
        }
        assert!(stacks.classes.lock().unwrap().is_empty());
    }

    #[test]
    fn absurd_sizes_are_errors() {
        let stacks = CustomStacks::new(Guards::detect());
        for absurd in [usize::MAX, usize::MAX - guard(), 1 << 46] {
            assert_eq!(stacks.take(absurd).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        }
    }

    #[test]
    fn more_than_the_warm_limit_come_back() {
        let stacks = CustomStacks::new(Guards::detect());
        let many: Vec<_> = (0..3 * WARM_LIMITS.1).map(|_| stacks.take(1).unwrap()).collect();
        many.iter().for_each(touch_both_ends);
        many.into_iter().for_each(|stack| stacks.give(stack));
        let classes = stacks.classes.lock().unwrap();
        let depot = &classes[&STEP];
        assert_eq!((depot.warm(), depot.out(), depot.prepared()), (WARM_LIMITS.1, 0, 3 * WARM_LIMITS.1));
    }
}
