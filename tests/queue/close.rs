//! The end: puts fail, gets go on until nothing is left, all who wait hear of it.

use std::time::Duration;

use vervet::queue::{GetError, GetTimeoutError, PutError, PutTimeoutError, Queue, TryGetError, TryPutError};

use crate::common::*;
use crate::support::*;

cases_of_all! {
    closed_once
    puts_fail_with_their_values
    what_was_put_is_got_first
    getters_hear_of_it
    peekers_hear_of_it
    close_while_others_put_and_get
    handles_that_go_close_nothing
}

cases_of_bounded! {
    putters_get_their_values_back
}

fn closed_once(kind: Kind, _: Sort) {
    let queue = kind.make::<usize>();
    assert!(!queue.is_closed());
    assert!(queue.close());
    assert!(!queue.clone().close());
    assert!(queue.is_closed());
}

fn puts_fail_with_their_values(kind: Kind, _: Sort) {
    let queue = kind.full();
    queue.close();
    for _ in 0..2 {
        assert_eq!(queue.put(1), Err(PutError(1)));
        assert_eq!(queue.try_put(2), Err(TryPutError::Closed(2)));
        assert_eq!(queue.put_timeout(3, Duration::MAX), Err(PutTimeoutError::Closed(3)));
        queue.try_iter().for_each(drop);
    }
}

fn what_was_put_is_got_first(kind: Kind, _: Sort) {
    let queue = kind.full();
    queue.close();
    let got: Vec<_> = queue.iter().collect();
    assert_eq!(got, kind.got((0..kind.fits()).collect()));
    for _ in 0..2 {
        assert_eq!(queue.get(), Err(GetError));
        assert_eq!(queue.try_get(), Err(TryGetError::Closed));
        assert_eq!(queue.get_timeout(Duration::MAX), Err(GetTimeoutError::Closed));
        assert_eq!(queue.peek(), Err(GetError));
        assert_eq!(queue.try_peek(), Err(TryGetError::Closed));
        assert_eq!(queue.peek_timeout(Duration::MAX), Err(GetTimeoutError::Closed));
        assert_eq!(queue.iter().next(), None);
        assert_eq!(queue.clone().into_iter().next(), None);
    }
}

fn getters_hear_of_it(kind: Kind, sort: Sort) {
    let queue = kind.make::<usize>();
    let start = |get: fn(&Any<usize>) -> bool| {
        let queue = queue.clone();
        sort.start(move || get(&queue)).waiting("channel")
    };
    let peers = [
        start(|queue| queue.get() == Err(GetError)),
        start(|queue| queue.get_timeout(HOUR) == Err(GetTimeoutError::Closed)),
        start(|queue| queue.iter().next().is_none()),
        start(|queue| queue.get() == Err(GetError)),
    ];
    queue.close();
    assert!(peers.into_iter().all(Peer::join));
}

fn peekers_hear_of_it(kind: Kind, sort: Sort) {
    let queue = kind.make::<usize>();
    let start = |peek: fn(&Any<usize>) -> bool| {
        let queue = queue.clone();
        sort.start(move || peek(&queue)).waiting("channel")
    };
    let peers = [
        start(|queue| queue.peek() == Err(GetError)),
        start(|queue| queue.peek_timeout(HOUR) == Err(GetTimeoutError::Closed)),
    ];
    queue.close();
    assert!(peers.into_iter().all(Peer::join));
}

fn putters_get_their_values_back(kind: Kind, sort: Sort) {
    let queue = kind.full();
    let fits = kind.fits();
    let start = |n| {
        let queue = queue.clone();
        sort.start(move || queue.put_timeout(fits + n, HOUR)).waiting("channel")
    };
    let peers: Vec<_> = (0..5).map(start).collect();
    // One of them is let in.
    queue.get().unwrap();
    queue.close();
    for (n, peer) in peers.into_iter().enumerate() {
        let expected = if n == 0 { Ok(()) } else { Err(PutTimeoutError::Closed(fits + n)) };
        assert_eq!(peer.join(), expected);
    }
    assert_eq!(queue.iter().count(), fits);
}

fn close_while_others_put_and_get(kind: Kind, sort: Sort) {
    let queue = kind.make();
    let producers: Vec<_> = (0..4)
        .map(|_| {
            let queue = queue.clone();
            // Answers how many were put.
            sort.start(move || {
                let mut n = 0;
                while queue.put(n).is_ok() {
                    n += 1;
                }
                n
            })
        })
        .collect();
    let consumers: Vec<_> = (0..4)
        .map(|_| {
            let queue = queue.clone();
            sort.start(move || queue.into_iter().count())
        })
        .collect();
    vervet::sleep(Duration::from_millis(1));
    queue.close();
    let put: usize = producers.into_iter().map(Peer::join).sum();
    let got: usize = consumers.into_iter().map(Peer::join).sum();
    // To the last one, also of those that were put at that moment.
    assert_eq!(put, got);
}

fn handles_that_go_close_nothing(kind: Kind, sort: Sort) {
    let queue = kind.make();
    let theirs = queue.clone();
    sort.start(move || drop(theirs)).join();
    assert!(!queue.is_closed());
    let theirs = queue.clone();
    let peer = sort.start(move || theirs.put(1));
    assert_eq!(queue.get(), Ok(1));
    assert_eq!(peer.join(), Ok(()));
}

#[test]
fn handles_know_each_other() {
    checked(|| {
        let queue = Queue::<u8>::default();
        assert!(queue.same_queue(&queue.clone()));
        assert!(!queue.same_queue(&Queue::default()));
    });
}
