//! Each item is dropped exactly once, by whoever has it last.

use vervet::queue::{PutError, Queue};

use crate::common::*;
use crate::support::*;

cases_of_all! {
    got_items
    items_left_in_the_queue
    items_that_come_back
    some_got_some_left
    destructors_that_use_the_queue
}

fn got_items(kind: Kind, sort: Sort) {
    let drops = Drops::new();
    let queue = kind.make();
    let items: Vec<_> = (0..100).map(|n| Item(n, drops.value())).collect();
    let theirs = queue.clone();
    let peer = sort.start(move || {
        items.into_iter().for_each(|item| theirs.put(item).unwrap());
        theirs.close();
    });
    let got: Vec<_> = queue.iter().collect();
    peer.join();
    assert_eq!((got.len(), drops.count()), (100, 0));
    drop(queue);
    drop(got);
    assert_eq!(drops.count(), 100);
}

fn items_left_in_the_queue(kind: Kind, sort: Sort) {
    let drops = Drops::new();
    let queue = kind.make();
    (0..kind.fits()).for_each(|n| queue.put(Item(n, drops.value())).unwrap());
    // Half way round, so that what is left is not all in one piece.
    (0..kind.fits() / 2).for_each(|_| drop(queue.get().unwrap()));
    (0..kind.fits() / 2).for_each(|n| queue.put(Item(n, drops.value())).unwrap());
    assert_eq!(drops.count(), kind.fits() / 2);
    let theirs = queue.clone();
    sort.start(move || drop(theirs)).join();
    queue.close();
    assert_eq!(drops.count(), kind.fits() / 2);
    // With the last handle.
    drop(queue);
    assert_eq!(drops.count(), kind.fits() + kind.fits() / 2);
}

fn items_that_come_back(kind: Kind, _: Sort) {
    let drops = Drops::new();
    let queue = kind.make();
    queue.close();
    let PutError(item) = queue.put(Item(1, drops.value())).unwrap_err();
    let item = queue.try_put(item).unwrap_err().into_inner();
    assert_eq!(drops.count(), 0);
    drop(item);
    assert_eq!(drops.count(), 1);
}

fn some_got_some_left(kind: Kind, sort: Sort) {
    const ITEMS: usize = 3_000;
    let drops = Drops::new();
    let queue = kind.make();
    let items: Vec<_> = (0..ITEMS).map(|n| Item(n, drops.value())).collect();
    let theirs = queue.clone();
    let peer = sort.start(move || {
        // Ends with the first that comes back; the rest was never put.
        items.into_iter().try_for_each(|item| theirs.put(item)).is_err()
    });
    let got: Vec<_> = queue.iter().take(5).collect();
    queue.close();
    let refused = peer.join();
    assert!(refused || kind.bound.is_none());
    drop(queue);
    assert_eq!(drops.count(), ITEMS - 5);
    drop(got);
    assert_eq!(drops.count(), ITEMS);
}

fn destructors_that_use_the_queue(kind: Kind, _: Sort) {
    #[derive(Debug)]
    struct Echo(Item, Option<Any<Item>>);
    impl Drop for Echo {
        fn drop(&mut self) {
            if let Some(queue) = self.1.take() {
                assert!(queue.is_closed());
                let item = Item(self.0.0, Drops::new().value());
                assert!(queue.try_put(item).is_err());
            }
        }
    }
    impl PartialEq for Echo {
        fn eq(&self, other: &Echo) -> bool {
            self.0 == other.0
        }
    }
    impl Eq for Echo {}
    impl PartialOrd for Echo {
        fn partial_cmp(&self, other: &Echo) -> Option<std::cmp::Ordering> {
            Some(self.cmp(other))
        }
    }
    impl Ord for Echo {
        fn cmp(&self, other: &Echo) -> std::cmp::Ordering {
            self.0.cmp(&other.0)
        }
    }
    let (drops, queue, closed) = (Drops::new(), kind.make(), kind.make());
    closed.close();
    (0..kind.fits()).for_each(|n| {
        queue.put(Echo(Item(n, drops.value()), Some(closed.clone()))).unwrap();
    });
    drop(queue);
    assert_eq!(drops.count(), kind.fits());
}

#[test]
fn destructors_that_panic() {
    struct Bomb {
        _counted: Counted,
        goes_off: bool,
    }
    impl Drop for Bomb {
        fn drop(&mut self) {
            if self.goes_off {
                fail("on purpose");
            }
        }
    }
    checked(|| {
        in_both(|| {
            for queue in [Queue::bounded(5), Queue::unbounded()] {
                let drops = Drops::new();
                (0..5).for_each(|n| {
                    let bomb = Bomb { _counted: drops.value(), goes_off: n == 1 };
                    assert!(queue.put(bomb).is_ok());
                });
                let caught = std::panic::catch_unwind(|| drop(queue));
                assert_eq!(text(caught.unwrap_err()), "on purpose");
                // The others are dropped all the same.
                assert_eq!(drops.count(), 5);
            }
        });
    });
}
