//! `runtime::inbox`: many push, the owner takes.

use std::sync::Arc;

use loom::sync::atomic::AtomicPtr;
use loom::thread;

use crate::check;
use crate::runtime::inbox::{Inbox, Linked};
use crate::support::Plain;

struct Item {
    link: AtomicPtr<Item>,
    content: Plain,
    from: usize,
    number: usize,
}

// SAFETY: an item has one link, and each is pushed once at a time.
unsafe impl Linked for Item {
    unsafe fn link(item: *mut Item) -> *const AtomicPtr<Item> {
        // SAFETY: valid, says the caller.
        unsafe { &raw const (*item).link }
    }
}

fn push(inbox: &Inbox<Item>, from: usize, number: usize) {
    let content = Plain::new();
    content.write();
    let link = AtomicPtr::new(std::ptr::null_mut());
    let item = Box::into_raw(Box::new(Item { link, content, from, number }));
    // SAFETY: just made, and the taker's from now on.
    unsafe { inbox.push(item) };
}

/// Two pushers of `each` items, an owner that takes until it has them all. Answers them in the order they came out.
fn run(each: usize) -> Vec<(usize, usize)> {
    let inbox = Arc::new(Inbox::new());
    let pushers = [0, 1].map(|from| {
        let inbox = Arc::clone(&inbox);
        thread::spawn(move || (0..each).for_each(|number| push(&inbox, from, number)))
    });
    let mut taken = Vec::new();
    while taken.len() < 2 * each {
        for item in inbox.take() {
            // SAFETY: made by `push`, and ours alone now.
            let item = unsafe { Box::from_raw(item) };
            assert_eq!(item.content.read(), 1);
            taken.push((item.from, item.number));
        }
        thread::yield_now();
    }
    for pusher in pushers {
        pusher.join().unwrap();
    }
    assert!(inbox.is_empty());
    taken
}

/// Nothing is lost or doubled, each pusher's items come out in its order, with their content.
///
/// Fails if `push` stores without comparing; if `push` or `take` is `Relaxed`; if `take` does not reverse; if `take`
/// loads and stores instead of swapping.
pub fn nothing_lost_nothing_doubled() {
    check(3, || {
        let mut taken = run(2);
        for from in [0, 1] {
            let numbers: Vec<_> = taken.iter().filter(|item| item.0 == from).map(|item| item.1).collect();
            assert_eq!(numbers, [0, 1]);
        }
        taken.sort_unstable();
        assert_eq!(taken, [(0, 0), (0, 1), (1, 0), (1, 1)]);
    });
}

/// An item may be pushed again as soon as it is taken: a greenlet that is woken twice.
///
/// Fails if `Taken` hands an item out before it has read its link.
pub fn taken_items_go_round() {
    check(3, || {
        let inbox = Arc::new(Inbox::new());
        push(&inbox, 0, 0);
        push(&inbox, 1, 0);
        let mut workers = Vec::new();
        for item in inbox.take() {
            let (inbox, item) = (Arc::clone(&inbox), item.addr());
            workers.push(thread::spawn(move || {
                let item = std::ptr::with_exposed_provenance_mut(item);
                // SAFETY: valid, and in no inbox since it was taken.
                unsafe { inbox.push(item) };
            }));
        }
        for worker in workers {
            worker.join().unwrap();
        }
        let again: Vec<_> = inbox.take().collect();
        assert_eq!(again.len(), 2);
        assert_ne!(again[0], again[1]);
        for item in again {
            // SAFETY: made by `push`, and ours alone.
            drop(unsafe { Box::from_raw(item) });
        }
    });
}
