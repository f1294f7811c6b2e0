//! Which item is next: the oldest, the newest, the smallest; and comparisons that panic.

use std::cmp::Reverse;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use vervet::queue::{Channel, JoinableQueue, LifoQueue, PriorityQueue, Queue, TryGetError};

use crate::common::*;
use crate::support::*;

#[test]
fn each_kind_has_its_order() {
    checked(|| {
        let numbers = [5, 1, 4, 1, 3];
        let got = |queue: &Any<i32>| queue.try_iter().collect::<Vec<_>>();
        assert_eq!(got(&Any::Queue(Queue::from_iter(numbers))), numbers);
        assert_eq!(got(&Any::Joinable(JoinableQueue::from_iter(numbers))), numbers);
        assert_eq!(got(&Any::Lifo(LifoQueue::from_iter(numbers))), [3, 1, 4, 1, 5]);
        assert_eq!(got(&Any::Priority(PriorityQueue::from_iter(numbers))), [1, 1, 3, 4, 5]);
        let largest = PriorityQueue::from_iter(numbers.map(Reverse));
        assert_eq!(largest.get(), Ok(Reverse(5)));
    });
}

#[test]
fn equals_keep_their_order() {
    checked(|| {
        /// Compared by the first number.
        #[derive(Debug)]
        struct Task(u32, u32);
        impl Ord for Task {
            fn cmp(&self, other: &Task) -> std::cmp::Ordering {
                self.0.cmp(&other.0)
            }
        }
        impl PartialOrd for Task {
            fn partial_cmp(&self, other: &Task) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }
        impl PartialEq for Task {
            fn eq(&self, other: &Task) -> bool {
                self.0 == other.0
            }
        }
        impl Eq for Task {}
        let queue = PriorityQueue::bounded(1_000);
        (0..1_000).for_each(|n| queue.put(Task(n % 3, n)).unwrap());
        let got: Vec<_> = queue.try_iter().map(|task| (task.0, task.1)).collect();
        assert!(got.is_sorted() && got.len() == 1_000);
    });
}

#[test]
fn a_putter_that_waits_is_not_in_the_queue() {
    checked(|| {
        let queue = PriorityQueue::bounded(1);
        queue.put(5).unwrap();
        let theirs = queue.clone();
        let peer = Sort::Greenlet.start(move || theirs.put(1)).waiting("channel");
        assert_eq!((queue.get(), queue.get()), (Ok(5), Ok(1)));
        assert_eq!(peer.join(), Ok(()));
    });
}

#[test]
fn a_channel_passes_on_in_order() {
    checked(|| {
        in_both(|| {
            let channel = Channel::new();
            let theirs = channel.clone();
            let peer = Sort::Thread.start(move || theirs.into_iter().collect::<Vec<_>>());
            (0..100).for_each(|n| channel.put(n).unwrap());
            channel.close();
            assert!(peer.join().into_iter().eq(0..100));
        });
    });
}

/// Panics in a comparison while the switch is on.
#[derive(Debug)]
struct Touchy {
    number: usize,
    on: Arc<AtomicBool>,
    _counted: Counted,
}

impl Ord for Touchy {
    fn cmp(&self, other: &Touchy) -> std::cmp::Ordering {
        if self.on.load(SeqCst) {
            fail("on purpose");
        }
        self.number.cmp(&other.number)
    }
}
impl PartialOrd for Touchy {
    fn partial_cmp(&self, other: &Touchy) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Touchy {
    fn eq(&self, other: &Touchy) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Touchy {}

/// Runs `act` with comparisons that panic, in which it must.
fn panics<R>(on: &AtomicBool, act: impl FnOnce() -> R) {
    on.store(true, SeqCst);
    let caught = catch_unwind(AssertUnwindSafe(|| drop(act())));
    on.store(false, SeqCst);
    assert_eq!(text(caught.unwrap_err()), "on purpose");
}

#[test]
fn comparisons_that_panic_lose_nothing() {
    checked(|| {
        in_both(|| {
            let (drops, on) = (Drops::new(), Arc::new(AtomicBool::new(false)));
            let item = |number| Touchy { number, on: Arc::clone(&on), _counted: drops.value() };
            let queue = PriorityQueue::bounded(4);
            (0..4).for_each(|n| queue.put(item(n)).unwrap());
            // A get has taken nothing.
            panics(&on, || queue.get());
            panics(&on, || queue.try_get());
            assert_eq!((queue.len(), drops.count()), (4, 0));
            assert!(queue.get().is_ok());
            assert_eq!(drops.count(), 1);
            // A put has put nothing; its item is dropped.
            panics(&on, || queue.put(item(9)));
            panics(&on, || queue.try_put(item(9)));
            assert_eq!((queue.len(), drops.count()), (3, 3));
            // One that lets a putter in, neither.
            queue.put(item(4)).unwrap();
            let (theirs, last) = (queue.clone(), item(5));
            let putter = vervet::spawn(move || theirs.put(last).is_ok());
            parked(&putter.handle(), "channel");
            panics(&on, || queue.get());
            assert_eq!(drops.count(), 3);
            let mut got: Vec<_> =
                std::iter::from_fn(|| queue.try_get().ok()).map(|item| item.number).collect();
            got.sort_unstable();
            assert_eq!(got.len(), 5);
            assert_eq!(got.last(), Some(&5));
            assert!(putter.join().unwrap());
            // In order again.
            [3, 1, 2].into_iter().for_each(|n| queue.put(item(n)).unwrap());
            let got: Vec<_> = queue.try_iter().map(|item| item.number).collect();
            assert_eq!(got, [1, 2, 3]);
            assert!(matches!(queue.try_get(), Err(TryGetError::Empty)));
        });
    });
}
