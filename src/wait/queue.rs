//! `WaitQueue`: those who wait for one thing, in the order in which they came.
//!
//! Uses `wait`. Model-checked in `models/`, as a part of the locks.
//!
//! A plain list. Its owner keeps it under a lock, adds to it in `park`'s `register`, takes out of it in `forget`, and wakes
//! whom he has popped after he has let go of the lock. A popped waiter may turn out to have given up in the meantime
//! (`Waker::wake` answers `false`): then whatever it was to be given goes to the next one.

use std::collections::VecDeque;
use std::mem;

use super::{WaitId, Waker};

/// An empty queue that has grown longer than this gives its memory back.
const KEEP: usize = 64;

/// A waiter's place in one queue. Never used twice, so an old one names nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(i64);

/// See the module's documentation. `T` is what the owner has to know about each of them.
#[derive(Debug)]
pub(crate) struct WaitQueue<T = ()> {
    /// Made for the first waiter: a queue in which nobody has ever waited is one null pointer.
    list: Option<Box<List<T>>>,
}

#[derive(Debug)]
struct List<T> {
    /// Sorted by place; neither the first nor the last one is vacant.
    entries: VecDeque<Entry<T>>,
    vacant: usize,
    front: i64,
    back: i64,
}

#[derive(Debug)]
struct Entry<T> {
    place: Place,
    /// `None`: has left.
    waiter: Option<(Waker, T)>,
}

impl<T> WaitQueue<T> {
    pub(crate) const fn new() -> WaitQueue<T> {
        WaitQueue { list: None }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.as_ref().is_none_or(|list| list.entries.is_empty())
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.list.as_ref().map_or(0, |list| list.entries.len() - list.vacant)
    }

    /// Adds a waiter behind all others.
    pub(crate) fn push(&mut self, waker: Waker, about: T) -> Place {
        let list = self.list();
        list.back += 1;
        let place = Place(list.back);
        list.entries.push_back(Entry { place, waiter: Some((waker, about)) });
        place
    }

    /// Adds a waiter before all others.
    pub(crate) fn push_front(&mut self, waker: Waker, about: T) -> Place {
        let list = self.list();
        list.front -= 1;
        let place = Place(list.front);
        list.entries.push_front(Entry { place, waiter: Some((waker, about)) });
        place
    }

    /// Adds a waiter that has left, and waits again, where it has been before.
    pub(crate) fn push_back_to(&mut self, place: Place, waker: Waker, about: T) {
        let list = self.list();
        let waiter = Some((waker, about));
        match list.entries.binary_search_by_key(&place, |entry| entry.place) {
            Ok(at) => {
                let before = mem::replace(&mut list.entries[at].waiter, waiter);
                debug_assert!(before.is_none(), "it has not left");
                list.vacant -= usize::from(before.is_none());
            }
            Err(at) => list.entries.insert(at, Entry { place, waiter }),
        }
    }

    /// Takes out a waiter whose wait has ended otherwise. Whether it was still there.
    pub(crate) fn remove(&mut self, place: Place) -> bool {
        let Some(list) = &mut self.list else { return false };
        let Ok(at) = list.entries.binary_search_by_key(&place, |entry| entry.place) else { return false };
        let left = list.entries[at].waiter.take().is_some();
        list.vacant += usize::from(left);
        list.tidy();
        left
    }

    /// What is to be known about the first waiter.
    pub(crate) fn first(&self) -> Option<&T> {
        let first = self.list.as_ref()?.entries.front()?;
        first.waiter.as_ref().map(|(_, about)| about)
    }

    /// Takes out the first waiter, to be woken.
    pub(crate) fn pop(&mut self) -> Option<(Waker, T)> {
        let list = self.list.as_mut()?;
        let first = list.entries.pop_front()?.waiter;
        list.tidy();
        first
    }

    /// Takes out all, to be woken.
    pub(crate) fn take(&mut self) -> WaitQueue<T> {
        let taken = self.list.as_mut().filter(|list| !list.entries.is_empty()).map(|list| {
            // The counters stay: places are not used again.
            let entries = mem::take(&mut list.entries);
            Box::new(List { entries, vacant: mem::take(&mut list.vacant), ..**list })
        });
        WaitQueue { list: taken }
    }

    /// Whether anybody is there who does not wait in `wait`.
    pub(crate) fn has_others(&self, wait: WaitId) -> bool {
        self.waiters().any(|(waker, _)| waker.wait() != wait)
    }

    /// Takes out all who do not wait in `wait`, to be woken.
    pub(crate) fn take_others(&mut self, wait: WaitId) -> WaitQueue<T> {
        let mut taken = self.take();
        if let Some(list) = &mut taken.list {
            let is_own = |(waker, _): &(Waker, T)| waker.wait() == wait;
            let (own, others): (VecDeque<_>, _) = mem::take(&mut list.entries)
                .into_iter()
                .filter(|entry| entry.waiter.is_some())
                .partition(|entry| entry.waiter.as_ref().is_some_and(is_own));
            (list.entries, list.vacant) = (others, 0);
            if !own.is_empty() {
                self.list().entries = own;
            }
        }
        taken
    }

    fn waiters(&self) -> impl Iterator<Item = &(Waker, T)> {
        self.list.iter().flat_map(|list| &list.entries).filter_map(|entry| entry.waiter.as_ref())
    }

    /// Wakes the first one that still waits. `false`: there was none.
    pub(crate) fn wake_one(&mut self) -> bool {
        while let Some((waker, _)) = self.pop() {
            if waker.wake() {
                return true;
            }
        }
        false
    }

    /// Wakes all.
    pub(crate) fn wake_all(&mut self) {
        while self.wake_one() {}
    }

    fn list(&mut self) -> &mut List<T> {
        self.list
            .get_or_insert_with(|| Box::new(List { entries: VecDeque::new(), vacant: 0, front: 0, back: 0 }))
    }
}

impl<T> List<T> {
    /// After an entry has gone, or has become vacant.
    fn tidy(&mut self) {
        while self.entries.front().is_some_and(|entry| entry.waiter.is_none()) {
            self.entries.pop_front();
            self.vacant -= 1;
        }
        while self.entries.back().is_some_and(|entry| entry.waiter.is_none()) {
            self.entries.pop_back();
            self.vacant -= 1;
        }
        // More vacant ones than others: each that leaves pays for moving one.
        if 2 * self.vacant > self.entries.len() {
            self.entries.retain(|entry| entry.waiter.is_some());
            self.vacant = 0;
        }
        if self.entries.is_empty() && self.entries.capacity() > KEEP {
            self.entries = VecDeque::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::sys::clock;
    use crate::wait::{Announced, NEVER, Reason, park};

    /// Wakers of this thread's waits, all of which are over: waking them answers `false`.
    fn waker() -> Waker {
        let made = RefCell::new(None);
        let keep = |announced: &Announced<'_>| {
            *made.borrow_mut() = Some(announced.waker());
            false
        };
        assert!(park(Reason::Other, 0, NEVER, keep, |_| ()).unwrap());
        made.take().unwrap()
    }

    fn popped(queue: &mut WaitQueue<u32>) -> Vec<u32> {
        std::iter::from_fn(|| queue.pop().map(|(_, n)| n)).collect()
    }

    #[test]
    fn first_come_first_served() {
        let mut queue = WaitQueue::new();
        assert!(queue.is_empty() && queue.pop().is_none() && queue.first().is_none());
        for n in 1..=3 {
            queue.push(waker(), n);
        }
        queue.push_front(waker(), 0);
        assert_eq!(queue.first(), Some(&0));
        assert_eq!(popped(&mut queue), [0, 1, 2, 3]);
        assert!(queue.is_empty());
    }

    #[test]
    fn those_who_leave_are_not_found() {
        let mut queue = WaitQueue::new();
        let places: Vec<Place> = (0..100).map(|n| queue.push(waker(), n)).collect();
        // From the middle, from both ends, and those between.
        for n in (30..70).chain([0, 99, 1, 98]).chain((3..30).step_by(2)) {
            assert!(queue.remove(places[n]));
            assert!(!queue.remove(places[n]), "{n} had left");
        }
        let left: Vec<u32> = (2..30).filter(|n| n % 2 == 0).chain(70..98).collect();
        assert_eq!(queue.first(), Some(&2));
        assert_eq!(popped(&mut queue), left);
        assert!(!queue.remove(places[2]), "was popped");
    }

    #[test]
    fn those_who_come_back_get_their_places() {
        let mut queue = WaitQueue::new();
        let places: Vec<Place> = (0..9).map(|n| queue.push(waker(), n)).collect();
        // From the ends, which are gone, and from the middle, where a vacant entry is.
        for n in [0, 8, 3, 4] {
            assert!(queue.remove(places[n]));
        }
        assert_eq!(queue.len(), 5);
        for n in [4, 0, 8] {
            queue.push_back_to(places[n], waker(), n as u32);
        }
        assert_eq!(queue.len(), 8);
        assert_eq!(popped(&mut queue), [0, 1, 2, 4, 5, 6, 7, 8]);
        // Behind it, by a queue that was empty meanwhile.
        queue.push(waker(), 9);
        queue.push_back_to(places[3], waker(), 3);
        assert_eq!(popped(&mut queue), [3, 9]);
        assert_eq!(queue.len(), 0);
    }

    #[test]
    fn vacant_entries_do_not_pile_up() {
        let mut queue = WaitQueue::new();
        queue.push(waker(), 0);
        let mut last = queue.push(waker(), 1);
        for n in 2..10_000 {
            let next = queue.push(waker(), n);
            assert!(queue.remove(last));
            last = next;
        }
        assert!(queue.list.as_ref().unwrap().entries.len() < 8);
        assert_eq!(popped(&mut queue), [0, 9_999]);
    }

    #[test]
    fn memory_of_a_long_queue_is_given_back() {
        let mut queue = WaitQueue::new();
        let places: Vec<Place> = (0..1_000).map(|n| queue.push(waker(), n)).collect();
        assert!(places.into_iter().all(|place| queue.remove(place)));
        assert!(queue.is_empty());
        assert_eq!(queue.list.as_ref().unwrap().entries.capacity(), 0);
    }

    #[test]
    fn places_of_those_taken_name_nobody() {
        let mut queue = WaitQueue::new();
        let old = [queue.push(waker(), 1), queue.push_front(waker(), 0)];
        let mut taken = queue.take();
        queue.push(waker(), 3);
        queue.push_front(waker(), 2);
        assert!(old.into_iter().all(|place| !queue.remove(place)));
        assert_eq!(popped(&mut taken), [0, 1]);
        assert_eq!(popped(&mut queue), [2, 3]);
    }

    #[test]
    fn a_wait_is_told_from_others() {
        let (mine, theirs) = (waker(), waker());
        let mut queue = WaitQueue::new();
        assert!(!queue.has_others(mine.wait()));
        queue.push(mine.clone(), 1);
        assert!(!queue.has_others(mine.wait()) && queue.has_others(theirs.wait()));
        assert!(queue.take_others(mine.wait()).is_empty());
        let place = queue.push(theirs.clone(), 2);
        let left = queue.push(theirs, 3);
        queue.push(mine.clone(), 4);
        assert!(queue.has_others(mine.wait()));
        assert!(queue.remove(left));
        assert_eq!(popped(&mut queue.take_others(mine.wait())), [2]);
        assert!(!queue.remove(place));
        queue.push(waker(), 5);
        assert_eq!(queue.len(), 3);
        assert_eq!(popped(&mut queue), [1, 4, 5]);
    }

    #[test]
    fn those_who_have_given_up_are_passed_over() {
        let queue = RefCell::new(WaitQueue::new());
        queue.borrow_mut().push(waker(), ());
        let woken = park(
            Reason::Other,
            0,
            clock::now() + 60_000_000_000,
            |announced| {
                queue.borrow_mut().push(announced.waker(), ());
                queue.borrow_mut().push(announced.waker(), ());
                assert!(queue.borrow_mut().wake_one());
                true
            },
            |_: WaitId| unreachable!("it was woken"),
        );
        assert!(woken.unwrap());
        assert!(!queue.borrow_mut().wake_one(), "the other waker was of the same wait");
        assert!(queue.borrow_mut().take().is_empty());
    }
}
