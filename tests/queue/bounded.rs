//! What only queues with a bound do: waiting for room, `try_put`, values that come back, the rendezvous.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use vervet::queue::{
    Channel, JoinableQueue, LifoQueue, PriorityQueue, PutTimeoutError, Queue, TryGetError, TryPutError,
};

use crate::common::*;
use crate::support::*;

cases_of_bounded! {
    put_waits_for_room
    try_put_answers_at_once
    put_times_out_with_its_value
    putters_get_their_turns_in_order
    a_get_lets_one_putter_go
    try_get_makes_room
    bound_holds
}

fn put_waits_for_room(kind: Kind, sort: Sort) {
    let queue = kind.full();
    let theirs = queue.clone();
    let peer = sort.start(move || theirs.put(kind.fits())).waiting("channel");
    assert_eq!(queue.len(), kind.fits());
    assert!(queue.get().is_ok());
    assert_eq!(peer.join(), Ok(()));
    assert_eq!(queue.len(), kind.fits());
}

fn try_put_answers_at_once(kind: Kind, sort: Sort) {
    let queue = kind.full();
    assert_eq!(queue.try_put(99), Err(TryPutError::Full(99)));
    if kind.fits() > 0 {
        assert!(queue.get().is_ok());
    } else {
        let theirs = queue.clone();
        let peer = sort.start(move || theirs.get()).waiting("channel");
        assert_eq!(queue.try_put(98), Ok(()));
        // That getter has its item, whether it has noticed or not.
        assert_eq!(queue.try_put(97), Err(TryPutError::Full(97)));
        assert_eq!(peer.join(), Ok(98));
        return;
    }
    assert_eq!(queue.try_put(98), Ok(()));
    assert_eq!(queue.try_put(97), Err(TryPutError::Full(97)));
}

fn put_times_out_with_its_value(kind: Kind, _: Sort) {
    let drops = Drops::new();
    let queue = kind.make();
    (0..kind.fits()).for_each(|n| queue.put(Item(n, drops.value())).unwrap());
    let refused = queue.put_timeout(Item(99, drops.value()), Duration::from_millis(2));
    let Err(PutTimeoutError::TimedOut(item)) = refused else { panic!("{refused:?}") };
    assert_eq!((item.0, drops.count()), (99, 0));
    let refused = queue.put_timeout(item, Duration::ZERO).unwrap_err();
    assert!(refused.is_timed_out() && !refused.is_closed());
    assert_eq!(refused.into_inner().0, 99);
    assert_eq!(queue.try_iter().count(), kind.fits());
    assert_eq!(drops.count(), kind.fits() + 1);
}

fn putters_get_their_turns_in_order(kind: Kind, sort: Sort) {
    let queue = kind.full();
    let fits = kind.fits();
    // For the priority queue: the later, the smaller, and still nobody overtakes.
    let start = |n| {
        let queue = queue.clone();
        sort.start(move || queue.put(100 - n).map(|()| n)).waiting("channel")
    };
    let peers: Vec<_> = (0..8).map(start).collect();
    assert_eq!(queue.try_put(99), Err(TryPutError::Full(99)));
    let mut peers = peers.into_iter();
    if fits == 0 {
        for n in 0..8 {
            assert_eq!(queue.get(), Ok(100 - n));
            assert_eq!(peers.next().unwrap().join(), Ok(n));
        }
        return;
    }
    for n in 0..8 {
        let peer = peers.next().unwrap();
        queue.get().unwrap();
        assert_eq!(peer.join(), Ok(n));
        assert_eq!(queue.len(), fits);
        assert_eq!(queue.try_put(99), Err(TryPutError::Full(99)));
    }
}

fn a_get_lets_one_putter_go(kind: Kind, sort: Sort) {
    let queue = kind.full();
    let start = || {
        let queue = queue.clone();
        sort.start(move || queue.put(99)).waiting("channel")
    };
    let (first, second) = (start(), start());
    assert!(queue.get().is_ok());
    assert_eq!(first.join(), Ok(()));
    // It waits still, and again.
    let second = second.waiting("channel");
    assert!(queue.get().is_ok());
    assert_eq!(second.join(), Ok(()));
}

fn try_get_makes_room(kind: Kind, sort: Sort) {
    let queue = kind.full();
    let theirs = queue.clone();
    let peer = sort
        .start(move || {
            let done = (0..3).try_for_each(|n| theirs.put(kind.fits() + n));
            theirs.close();
            done
        })
        .waiting("channel");
    let mut got = Vec::new();
    eventually("all was got", || {
        got.extend(queue.try_iter());
        // It may have come since.
        queue.try_get().map(|item| got.push(item)) == Err(TryGetError::Closed)
    });
    got.sort_unstable();
    assert!(got.into_iter().eq(0..kind.fits() + 3));
    assert_eq!(peer.join(), Ok(()));
}

fn bound_holds(kind: Kind, sort: Sort) {
    const ITEMS: usize = 500;
    let queue = kind.make();
    // How many were put is known after each put, so one more may be in the queue than is seen.
    let put = Arc::new(AtomicUsize::new(0));
    let peer = {
        let (put, queue) = (Arc::clone(&put), queue.clone());
        sort.start(move || {
            for n in 0..ITEMS {
                queue.put(n).unwrap();
                put.fetch_add(1, SeqCst);
            }
        })
    };
    for n in 0..ITEMS {
        assert!(queue.len() <= kind.fits());
        assert!(put.load(SeqCst) <= n + kind.fits());
        queue.get().unwrap();
    }
    peer.join();
}

#[test]
fn capacity_zero_is_refused() {
    fn refused<Q>(make: fn(usize) -> Q) {
        let payload = std::panic::catch_unwind(|| drop(make(0))).unwrap_err();
        let text = payload.downcast_ref::<&str>().copied();
        assert_eq!(text, Some("a queue of capacity 0 holds nothing; Channel is the rendezvous"));
    }
    checked(|| {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| ()));
        refused(Queue::<u8>::bounded);
        refused(PriorityQueue::<u8>::bounded);
        refused(LifoQueue::<u8>::bounded);
        refused(JoinableQueue::<u8>::bounded);
        std::panic::set_hook(hook);
    });
}

#[test]
fn bounds_that_no_memory_could_hold_are_bounds_all_the_same() {
    checked(|| {
        for bound in [1 << 20, usize::MAX - 1, usize::MAX] {
            let queue = Queue::bounded(bound);
            (0..100_000).for_each(|n| queue.put(n).unwrap());
            assert_eq!(queue.len(), 100_000);
            assert!(queue.try_iter().eq(0..100_000));
        }
        let queue = Queue::bounded(1 << 20);
        (0..1 << 20).for_each(|n| queue.put(n).unwrap());
        assert_eq!(queue.try_put(0), Err(TryPutError::Full(0)));
    });
}

#[test]
fn items_without_a_size() {
    checked(|| {
        for queue in [Queue::bounded(3), Queue::unbounded()] {
            (0..3).for_each(|_| queue.put(()).unwrap());
            assert_eq!(queue.try_iter().count(), 3);
        }
    });
}

#[test]
fn balance_of_a_channel() {
    checked(|| {
        let channel = Channel::new();
        let theirs = channel.clone();
        let getter = Sort::Greenlet.start(move || theirs.get()).waiting("channel");
        assert_eq!(channel.balance(), -1);
        channel.put(1).unwrap();
        assert_eq!(getter.join(), Ok(1));
        let theirs = channel.clone();
        let putter = Sort::Greenlet.start(move || theirs.put(2)).waiting("channel");
        assert_eq!((channel.balance(), channel.len()), (1, 0));
        channel.close();
        assert!(putter.join().is_err());
        assert_eq!(channel.balance(), 0);
    });
}
