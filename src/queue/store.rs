//! `Store`: where a queue's items lie, and which of them is next. First in, first out; last in, first out.
//!
//! Uses `queue::ring`. Model-checked in `models/`, as a part of the queues.

use std::collections::VecDeque;
use std::sync::Arc;
use std::{iter, mem};

use super::ring::Ring;

/// An empty store that has grown larger than this, in bytes, gives its memory back.
const KEEP: usize = 64 << 10;

/// How much there is.
pub(crate) trait Stock {
    fn len(&self) -> usize;
}

/// See the module's documentation. A panic, which only comparing items can cause, leaves all of them in the store.
pub(crate) trait Store<T>: Stock + Default {
    /// Puts an item in. If that panics, the item is where it was.
    fn push(&mut self, item: &mut Option<T>);

    /// Takes out the item that is next.
    fn pop(&mut self) -> Option<T>;

    /// Puts in what takes the place of `popped`, which it gives back. If that panics, both are in the store.
    fn refill(&mut self, popped: T, next: T) -> T {
        self.push(&mut Some(next));
        popped
    }

    /// The item that is next.
    fn peek(&self) -> Option<&T>;
}

/// Whether an empty store of that capacity is to give it back.
pub(super) fn is_large<T>(capacity: usize) -> bool {
    capacity > KEEP / size_of::<T>().max(1)
}

/// First in, first out.
#[derive(Debug)]
pub(crate) enum Fifo<T> {
    List(VecDeque<T>),
    /// For a queue that is used past its lock, too. Frozen whenever one of these calls comes.
    Ring(Arc<Ring<T>>),
}

impl<T> Default for Fifo<T> {
    fn default() -> Fifo<T> {
        Fifo::List(VecDeque::new())
    }
}

impl<T> Stock for Fifo<T> {
    #[inline]
    fn len(&self) -> usize {
        match self {
            Fifo::List(list) => list.len(),
            Fifo::Ring(ring) => ring.len(),
        }
    }
}

impl<T> Store<T> for Fifo<T> {
    #[inline]
    fn push(&mut self, item: &mut Option<T>) {
        match (self, item.take()) {
            (Fifo::List(list), Some(item)) => list.push_back(item),
            (Fifo::Ring(ring), Some(item)) => ring.push(item),
            (_, None) => {}
        }
    }

    #[inline]
    fn pop(&mut self) -> Option<T> {
        match self {
            Fifo::List(list) => {
                let item = list.pop_front()?;
                if list.is_empty() && is_large::<T>(list.capacity()) {
                    *list = VecDeque::new();
                }
                Some(item)
            }
            Fifo::Ring(ring) => ring.pop(),
        }
    }

    fn peek(&self) -> Option<&T> {
        match self {
            Fifo::List(list) => list.front(),
            Fifo::Ring(ring) => ring.peek(),
        }
    }
}

impl<T> Fifo<T> {
    /// Takes out all.
    pub(super) fn drain(&mut self) -> Vec<T> {
        match self {
            Fifo::List(list) => mem::take(list).into(),
            Fifo::Ring(ring) => iter::from_fn(|| ring.pop()).collect(),
        }
    }
}

/// Last in, first out.
#[derive(Debug)]
pub(crate) struct Lifo<T>(Vec<T>);

impl<T> Default for Lifo<T> {
    fn default() -> Lifo<T> {
        Lifo(Vec::new())
    }
}

impl<T> Stock for Lifo<T> {
    #[inline]
    fn len(&self) -> usize {
        self.0.len()
    }
}

impl<T> Store<T> for Lifo<T> {
    #[inline]
    fn push(&mut self, item: &mut Option<T>) {
        self.0.extend(item.take());
    }

    #[inline]
    fn pop(&mut self) -> Option<T> {
        let item = self.0.pop()?;
        if self.0.is_empty() && is_large::<T>(self.0.capacity()) {
            self.0 = Vec::new();
        }
        Some(item)
    }

    fn peek(&self) -> Option<&T> {
        self.0.last()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled<S: Store<u32>>(count: u32) -> S {
        let mut store = S::default();
        (0..count).for_each(|n| store.push(&mut Some(n)));
        store
    }

    #[test]
    fn order() {
        let (mut fifo, mut lifo) = (filled::<Fifo<_>>(3), filled::<Lifo<_>>(3));
        assert_eq!((fifo.peek(), lifo.peek()), (Some(&0), Some(&2)));
        let left: Vec<_> = std::iter::from_fn(|| fifo.pop()).collect();
        assert_eq!(left, [0, 1, 2]);
        let left: Vec<_> = std::iter::from_fn(|| lifo.pop()).collect();
        assert_eq!(left, [2, 1, 0]);
    }

    #[test]
    fn memory_of_a_large_store_is_given_back() {
        let mut fifo = filled::<Fifo<_>>(100_000);
        let mut lifo = filled::<Lifo<_>>(100_000);
        while fifo.pop().is_some() && lifo.pop().is_some() {}
        let Fifo::List(list) = fifo else { unreachable!("it has no bound") };
        assert_eq!((list.capacity(), lifo.0.capacity()), (0, 0));
    }
}
