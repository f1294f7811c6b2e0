//! `Heap`: the smallest item is next; among equals, the one that came first.
//!
//! Uses `queue::store`.
//!
//! std's `BinaryHeap` drops the item it is about to give out if a comparison panics. Here nothing is between two places while
//! items are compared: an item that goes in is compared before it is moved, and one that goes out stays at the end of the
//! list until the others are in order. So whatever a comparison does, each item is in the heap once.

use std::cmp::Ordering;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::store::{Stock, Store, is_large};

#[derive(Debug)]
pub(crate) struct Heap<T> {
    /// No entry comes before its parent, which for the one at `n` is at `(n - 1) / 2`.
    entries: Vec<Entry<T>>,
    arrivals: u64,
}

#[derive(Debug)]
struct Entry<T> {
    item: T,
    arrival: u64,
}

impl<T> Default for Heap<T> {
    fn default() -> Heap<T> {
        Heap { entries: Vec::new(), arrivals: 0 }
    }
}

impl<T> Stock for Heap<T> {
    fn len(&self) -> usize {
        self.entries.len()
    }
}

impl<T: Ord> Store<T> for Heap<T> {
    fn push(&mut self, item: &mut Option<T>) {
        let Some(new) = item.as_ref() else { return };
        // Up along the parents that have to make room. A later arrival comes after its equals.
        let last = self.entries.len();
        let mut levels = 0;
        let mut at = last;
        while at > 0 {
            let parent = (at - 1) / 2;
            if *new >= self.entries[parent].item {
                break;
            }
            at = parent;
            levels += 1;
        }
        self.append(item.take());
        let mut at = last;
        for _ in 0..levels {
            let parent = (at - 1) / 2;
            self.entries.swap(at, parent);
            at = parent;
        }
    }

    fn pop(&mut self) -> Option<T> {
        let last = self.entries.len().checked_sub(1)?;
        self.entries.swap(0, last);
        self.sift_down(last);
        let popped = self.entries.pop();
        if last == 0 && is_large::<Entry<T>>(self.entries.capacity()) {
            self.entries = Vec::new();
        }
        popped.map(|entry| entry.item)
    }

    fn refill(&mut self, popped: T, next: T) -> T {
        let mut next = Some(next);
        match catch_unwind(AssertUnwindSafe(|| self.push(&mut next))) {
            Ok(()) => popped,
            Err(panic) => {
                self.append(next);
                self.append(Some(popped));
                resume_unwind(panic)
            }
        }
    }

    fn peek(&self) -> Option<&T> {
        self.entries.first().map(|entry| &entry.item)
    }
}

impl<T> Heap<T> {
    /// Puts an item at the end, in order or not.
    fn append(&mut self, item: Option<T>) {
        if let Some(item) = item {
            self.arrivals += 1;
            self.entries.push(Entry { item, arrival: self.arrivals });
        }
    }
}

impl<T: Ord> Heap<T> {
    /// Moves the root down to its place among the first `end` entries.
    fn sift_down(&mut self, end: usize) {
        let mut at = 0;
        loop {
            let (left, right) = (2 * at + 1, 2 * at + 2);
            if left >= end {
                return;
            }
            let child = if right < end && self.comes_before(right, left) { right } else { left };
            if !self.comes_before(child, at) {
                return;
            }
            self.entries.swap(at, child);
            at = child;
        }
    }

    fn comes_before(&self, a: usize, b: usize) -> bool {
        let (a, b) = (&self.entries[a], &self.entries[b]);
        a.item.cmp(&b.item).then(a.arrival.cmp(&b.arrival)) == Ordering::Less
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;

    /// Compared by the first number; one comparison, `fuse` from now, panics.
    #[derive(Clone, Debug)]
    struct Item(u32, u32, Rc<Cell<u32>>);

    impl Ord for Item {
        fn cmp(&self, other: &Item) -> Ordering {
            let fuse = self.2.get();
            self.2.set(fuse.wrapping_sub(1));
            if fuse == 0 {
                resume_unwind(Box::new("on purpose"));
            }
            self.0.cmp(&other.0)
        }
    }
    impl PartialOrd for Item {
        fn partial_cmp(&self, other: &Item) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }
    impl PartialEq for Item {
        fn eq(&self, other: &Item) -> bool {
            self.cmp(other) == Ordering::Equal
        }
    }
    impl Eq for Item {}

    const NEVER: u32 = u32::MAX;

    /// In no order, with equals.
    fn filled(count: u32, fuse: &Rc<Cell<u32>>) -> Heap<Item> {
        let mut heap = Heap::default();
        for n in 0..count {
            heap.push(&mut Some(Item(n * 7 % 5, n, Rc::clone(fuse))));
        }
        heap
    }

    fn numbers(heap: &mut Heap<Item>) -> Vec<(u32, u32)> {
        std::iter::from_fn(|| heap.pop()).map(|item| (item.0, item.1)).collect()
    }

    #[test]
    fn smallest_first_and_equals_as_they_came() {
        let fuse = Rc::new(Cell::new(NEVER));
        for count in 0..50 {
            let mut heap = filled(count, &fuse);
            assert_eq!(heap.peek().map(|item| item.0), (count > 0).then_some(0));
            let out = numbers(&mut heap);
            assert_eq!(out.len(), count as usize);
            assert!(out.is_sorted(), "{out:?}");
        }
    }

    #[test]
    fn panic_of_a_comparison_loses_nothing_and_doubles_nothing() {
        for calls in 0..12 {
            for act in [push, pop, refill] {
                let fuse = Rc::new(Cell::new(NEVER));
                let mut heap = filled(20, &fuse);
                fuse.set(calls);
                let (panicked, outside) = act(&mut heap, &fuse);
                fuse.set(NEVER);
                let mut all: Vec<_> = numbers(&mut heap).into_iter().map(|(_, n)| n).collect();
                assert!(!panicked || outside.is_none() || outside == Some(98));
                all.extend(outside);
                all.sort_unstable();
                all.retain(|&n| n < 98);
                assert!(all.into_iter().eq(0..20));
            }
        }
    }

    type Outcome = (bool, Option<u32>);

    fn push(heap: &mut Heap<Item>, fuse: &Rc<Cell<u32>>) -> Outcome {
        let mut item = Some(Item(0, 98, Rc::clone(fuse)));
        let caught = catch_unwind(AssertUnwindSafe(|| heap.push(&mut item)));
        assert_eq!(caught.is_err(), item.is_some(), "it is where it was");
        assert_eq!(heap.len(), 20 + usize::from(item.is_none()));
        (caught.is_err(), item.map(|item| item.1))
    }

    fn pop(heap: &mut Heap<Item>, _: &Rc<Cell<u32>>) -> Outcome {
        match catch_unwind(AssertUnwindSafe(|| heap.pop())) {
            Ok(popped) => (false, popped.map(|item| item.1)),
            Err(_) => {
                assert_eq!(heap.len(), 20);
                (true, None)
            }
        }
    }

    fn refill(heap: &mut Heap<Item>, fuse: &Rc<Cell<u32>>) -> Outcome {
        let left = fuse.replace(NEVER);
        let popped = heap.pop().unwrap();
        fuse.set(left);
        match catch_unwind(AssertUnwindSafe(|| heap.refill(popped, Item(0, 99, Rc::clone(fuse))))) {
            Ok(popped) => (false, Some(popped.1)),
            Err(_) => {
                assert_eq!(heap.len(), 21);
                (true, None)
            }
        }
    }
}
