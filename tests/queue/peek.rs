//! `peek`: looks, takes nothing, and has no turn.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use vervet::queue::{GetTimeoutError, Queue, TryGetError};

use crate::common::*;
use crate::support::*;

cases_of_all! {
    shows_what_is_next
    all_peekers_look_at_one_item
    times_out
    peekers_are_killed
    comes_again_if_somebody_was_quicker
}

/// Puts an item that stays: in a rendezvous somebody has to wait with it.
fn put(queue: &Any<usize>, item: usize, sort: Sort) -> Option<Peer<()>> {
    if let Any::Channel(_) = queue {
        let queue = queue.clone();
        return Some(sort.start(move || queue.put(item).unwrap()).waiting("channel"));
    }
    queue.try_put(item).unwrap();
    None
}

fn shows_what_is_next(kind: Kind, sort: Sort) {
    let queue = kind.make();
    assert_eq!(queue.try_peek(), Err(TryGetError::Empty));
    let putter = put(&queue, 7, sort);
    for _ in 0..3 {
        assert_eq!(queue.try_peek(), Ok(7));
        assert_eq!(queue.peek(), Ok(7));
        assert_eq!(queue.peek_timeout(Duration::ZERO), Ok(7));
    }
    assert_eq!(queue.get(), Ok(7));
    assert_eq!(queue.try_peek(), Err(TryGetError::Empty));
    putter.map(Peer::join);
    if kind.fits() > 2 {
        [5, 4, 6].into_iter().for_each(|n| queue.put(n).unwrap());
        let next = kind.got(vec![5, 4, 6])[0];
        assert_eq!((queue.peek(), queue.get()), (Ok(next), Ok(next)));
    }
}

fn all_peekers_look_at_one_item(kind: Kind, sort: Sort) {
    let queue = kind.make();
    let start = |_| {
        let queue = queue.clone();
        sort.start(move || queue.peek()).waiting("channel")
    };
    let peers: Vec<_> = (0..5).map(start).collect();
    let putter = put(&queue, 1, sort);
    for peer in peers {
        assert_eq!(peer.join(), Ok(1));
    }
    assert_eq!(queue.get(), Ok(1));
    putter.map(Peer::join);
}

fn times_out(kind: Kind, _: Sort) {
    let queue = kind.make::<usize>();
    assert_eq!(queue.peek_timeout(Duration::from_millis(2)), Err(GetTimeoutError::TimedOut));
    assert_eq!(queue.peek_timeout(Duration::ZERO), Err(GetTimeoutError::TimedOut));
    assert!(vervet::timeout(Duration::from_millis(2), || queue.peek()).is_err());
}

fn peekers_are_killed(kind: Kind, sort: Sort) {
    let queue = kind.make();
    let theirs = queue.clone();
    let greenlet = vervet::spawn(move || theirs.peek());
    parked(&greenlet.handle(), "channel");
    greenlet.kill();
    assert!(greenlet.join().unwrap_err().is_killed());
    let putter = put(&queue, 1, sort);
    assert_eq!(queue.get(), Ok(1));
    putter.map(Peer::join);
}

fn comes_again_if_somebody_was_quicker(kind: Kind, sort: Sort) {
    let queue = kind.make();
    let theirs = queue.clone();
    let peeker = sort.start(move || theirs.peek()).waiting("channel");
    // A getter that waits gets the item as it comes: there is nothing to see.
    let theirs = queue.clone();
    let getter = sort.start(move || theirs.get()).waiting("channel");
    queue.put(1).unwrap();
    assert_eq!(getter.join(), Ok(1));
    let peeker = peeker.waiting("channel");
    let putter = put(&queue, 2, sort);
    assert_eq!(peeker.join(), Ok(2));
    assert_eq!(queue.get(), Ok(2));
    putter.map(Peer::join);
}

#[test]
fn copies_that_panic_leave_the_queue_whole() {
    #[derive(Debug)]
    struct Uncopied(u8);
    impl Clone for Uncopied {
        fn clone(&self) -> Uncopied {
            fail("on purpose")
        }
    }
    checked(|| {
        in_both(|| {
            for queue in [Queue::bounded(2), Queue::unbounded()] {
                let theirs = queue.clone();
                let peeker = vervet::spawn(move || theirs.peek().is_ok());
                parked(&peeker.handle(), "channel");
                queue.put(Uncopied(1)).unwrap();
                assert_eq!(text(peeker.join().unwrap_err().into_panic()), "on purpose");
                for _ in 0..2 {
                    let caught = catch_unwind(AssertUnwindSafe(|| queue.try_peek().is_ok()));
                    assert_eq!(text(caught.unwrap_err()), "on purpose");
                }
                queue.put(Uncopied(2)).unwrap();
                let got: Vec<_> = queue.try_iter().map(|item| item.0).collect();
                assert_eq!(got, [1, 2]);
            }
        });
    });
}
