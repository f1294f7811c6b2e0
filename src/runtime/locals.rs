//! The greenlet-local values of one greenlet.
//!
//! Uses `runtime::contain`. The layer above knows the types; here a value is a box with a number on it.
//!
//! Values are dropped as a thread's are: the newest first, each while all older ones are still there; one that is made
//! meanwhile goes next. One that has been dropped, or is being dropped, cannot be reached any more. One without a destructor
//! can, until all the others are gone.

use std::any::Any;
use std::cell::UnsafeCell;

/// See the module's documentation.
#[derive(Debug, Default)]
pub(crate) struct Locals {
    slots: Vec<Slot>,
}

#[derive(Debug)]
struct Slot {
    key: usize,
    /// `None`: dropped, or on the way there.
    value: Option<Box<dyn Any>>,
    has_destructor: bool,
}

/// The key of a value that nobody looks for any more. No static lies there.
const NOBODY: usize = 0;

impl Locals {
    /// The value of `key`; `None` in its place once that is gone. Looks first at the place where `hint` says it was last
    /// time, and corrects that.
    pub(crate) fn find(&self, key: usize, hint: &mut usize) -> Option<Option<&dyn Any>> {
        let guess = self.slots.get(*hint).filter(|slot| slot.key == key);
        let slot = match guess {
            Some(slot) => slot,
            None => {
                *hint = self.slots.iter().position(|slot| slot.key == key)?;
                &self.slots[*hint]
            }
        };
        Some(slot.value.as_deref())
    }

    /// Adds a value. If there is one of that key, because making the new one has made it, the new one takes its place; the
    /// old one stays until the end, as there may be references to it.
    pub(crate) fn put(&mut self, key: usize, value: Box<dyn Any>, has_destructor: bool) {
        if let Some(old) = self.slots.iter_mut().find(|slot| slot.key == key) {
            old.key = NOBODY;
        }
        self.slots.push(Slot { key, value: Some(value), has_destructor });
    }

    /// Takes out the newest value that has a destructor and lies below `end`, which moves there; above what was `seen` all
    /// are new.
    fn take_newest(&mut self, end: &mut usize, seen: &mut usize) -> Option<Box<dyn Any>> {
        if self.slots.len() > *seen {
            *seen = self.slots.len();
            *end = *seen;
        }
        while *end > 0 {
            *end -= 1;
            let slot = &mut self.slots[*end];
            if slot.has_destructor && slot.value.is_some() {
                return slot.value.take();
            }
        }
        None
    }
}

/// Drops all values. Destructors may block, use other values and make new ones. A panic in one keeps no other from running.
///
/// # Safety
/// The locals are those of the running greenlet, and no reference into them is alive.
pub(crate) unsafe fn drop_all(locals: &UnsafeCell<Locals>) {
    let (mut end, mut seen) = (0, 0);
    loop {
        // SAFETY: only the greenlet itself comes here, and the borrow ends before any destructor runs.
        let newest = unsafe { &mut *locals.get() }.take_newest(&mut end, &mut seen);
        let Some(value) = newest else { break };
        super::contain(|| drop(value));
    }
    // SAFETY: as above; what is left has no destructors.
    unsafe { *locals.get() = Locals::default() };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_with_a_wrong_hint_and_then_with_the_right_one() {
        let mut locals = Locals::default();
        for key in 1..=5_usize {
            locals.put(key, Box::new(key * 10), false);
        }
        for wrong in [0, 1, 2, 99] {
            let mut hint = wrong;
            for _ in 0..2 {
                let found = locals.find(4, &mut hint).unwrap().unwrap();
                assert_eq!((found.downcast_ref(), hint), (Some(&40_usize), 3));
            }
        }
        assert!(locals.find(6, &mut 0).is_none());
    }

    #[test]
    fn the_later_of_two_is_found_and_both_are_kept() {
        let mut locals = Locals::default();
        locals.put(1, Box::new('a'), true);
        locals.put(1, Box::new('b'), true);
        let mut hint = 0;
        assert_eq!(locals.find(1, &mut hint).unwrap().unwrap().downcast_ref(), Some(&'b'));
        let (mut end, mut seen) = (0, 0);
        let mut order = Vec::new();
        while let Some(value) = locals.take_newest(&mut end, &mut seen) {
            order.push(*value.downcast::<char>().unwrap());
        }
        assert_eq!(order, ['b', 'a']);
        assert!(locals.find(1, &mut hint).unwrap().is_none(), "gone");
    }
}
