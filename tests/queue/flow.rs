//! Items on their way: put and got by one and by many, waited for, with and without a limit.

use std::time::Duration;

use vervet::queue::{GetTimeoutError, PutTimeoutError, TryGetError, TryPutError};

use crate::common::*;
use crate::support::*;

cases_of_all! {
    what_is_put_is_got
    get_waits_for_an_item
    getters_get_their_turns_in_order
    get_times_out
    times_that_never_end
    many_to_many
    iteration_takes_and_waits
    try_iteration_takes_what_is_there
    len_and_its_likes
    used_in_destructors
}

const SHORT: Duration = Duration::from_millis(2);

fn what_is_put_is_got(kind: Kind, sort: Sort) {
    let queue = kind.make();
    assert_eq!(queue.try_get(), Err(TryGetError::Empty));
    let theirs = queue.clone();
    let peer = sort.start(move || (0..10).try_for_each(|n| theirs.put(n)));
    let mut got: Vec<usize> = (0..10).map(|_| queue.get().unwrap()).collect();
    got.sort_unstable();
    assert!(got.into_iter().eq(0..10));
    assert_eq!(peer.join(), Ok(()));
    assert_eq!(queue.try_get(), Err(TryGetError::Empty));
}

fn get_waits_for_an_item(kind: Kind, sort: Sort) {
    let queue = kind.make();
    let theirs = queue.clone();
    let peer = sort.start(move || theirs.get()).waiting("channel");
    assert_eq!(queue.try_put(1), Ok(()));
    assert_eq!(peer.join(), Ok(1));

    let theirs = queue.clone();
    let peer = sort.start(move || theirs.get_timeout(HOUR)).waiting("channel");
    assert_eq!(queue.put(2), Ok(()));
    assert_eq!(peer.join(), Ok(2));
}

fn getters_get_their_turns_in_order(kind: Kind, sort: Sort) {
    let queue = kind.make();
    let start = |_| {
        let queue = queue.clone();
        sort.start(move || queue.get()).waiting("channel")
    };
    let peers: Vec<_> = (0..8).map(start).collect();
    // Each item is some getter's as soon as it is put: neither a bound nor another order matters.
    for n in 0..8 {
        assert_eq!(queue.try_put(n), Ok(()));
        assert_eq!(queue.try_get(), Err(TryGetError::Empty), "nobody overtakes");
    }
    for (n, peer) in peers.into_iter().enumerate() {
        assert_eq!(peer.join(), Ok(n));
    }
}

fn get_times_out(kind: Kind, _: Sort) {
    let queue = kind.make::<usize>();
    assert_eq!(queue.get_timeout(SHORT), Err(GetTimeoutError::TimedOut));
    assert_eq!(queue.get_timeout(Duration::ZERO), Err(GetTimeoutError::TimedOut));
    // It waits no more.
    if kind.flavor == Flavor::Channel {
        assert_eq!(queue.try_put(1), Err(TryPutError::Full(1)));
    } else {
        assert_eq!(queue.try_put(1), Ok(()));
        assert_eq!(queue.get_timeout(Duration::ZERO), Ok(1));
    }
}

fn times_that_never_end(kind: Kind, sort: Sort) {
    let queue = kind.make();
    let theirs = queue.clone();
    let peer = sort.start(move || theirs.get_timeout(Duration::MAX)).waiting("channel");
    assert_eq!(queue.put_timeout(1, Duration::MAX), Ok(()));
    assert_eq!(peer.join(), Ok(1));
}

fn many_to_many(kind: Kind, sort: Sort) {
    const EACH: usize = 200;
    let queue = kind.make();
    let other = match sort {
        Sort::Greenlet => Sort::Thread,
        Sort::Thread => Sort::Greenlet,
    };
    let producers: Vec<_> = (0..4)
        .map(|id| {
            let queue = queue.clone();
            sort.start(move || (0..EACH).try_for_each(|n| queue.put(id * EACH + n)))
        })
        .collect();
    let consumers: Vec<_> = (0..4)
        .map(|_| {
            let queue = queue.clone();
            other.start(move || queue.into_iter().collect::<Vec<usize>>())
        })
        .collect();
    producers.into_iter().for_each(|producer| producer.join().unwrap());
    queue.close();
    let mut got: Vec<_> = consumers.into_iter().flat_map(Peer::join).collect();
    got.sort_unstable();
    assert!(got.into_iter().eq(0..4 * EACH));
}

fn iteration_takes_and_waits(kind: Kind, sort: Sort) {
    let queue = kind.make();
    let theirs = queue.clone();
    let peer = sort.start(move || theirs.into_iter().count()).waiting("channel");
    (0..20).for_each(|n| queue.put(n).unwrap());
    assert!(queue.close());
    assert_eq!(peer.join(), 20);
    assert_eq!(queue.iter().next(), None);
}

fn try_iteration_takes_what_is_there(kind: Kind, sort: Sort) {
    if kind.flavor == Flavor::Channel {
        let queue = kind.make();
        assert_eq!(queue.try_iter().next(), None);
        let theirs = queue.clone();
        let peer = sort.start(move || theirs.put(1)).waiting("channel");
        assert_eq!(queue.try_iter().collect::<Vec<usize>>(), [1]);
        assert_eq!(peer.join(), Ok(()));
    } else {
        let queue = kind.full();
        let got: Vec<_> = queue.try_iter().collect();
        assert_eq!(got, kind.got((0..kind.fits()).collect()));
        assert_eq!(queue.try_iter().next(), None);
    }
}

fn len_and_its_likes(kind: Kind, _: Sort) {
    let queue = kind.full();
    assert_eq!(queue.len(), kind.fits());
    assert_eq!(queue.is_empty(), kind.fits() == 0);
    assert_eq!(queue.is_full(), kind.bound.is_some());
    assert_eq!(queue.capacity(), kind.bound);
    if kind.fits() > 0 {
        queue.get().unwrap();
        assert_eq!(queue.len(), kind.fits() - 1);
        assert!(!queue.is_full());
        assert!(queue.put_timeout(0, Duration::ZERO).is_ok());
    }
    if kind.bound.is_some() {
        assert_eq!(queue.put_timeout(9, Duration::ZERO), Err(PutTimeoutError::TimedOut(9)));
    }
    assert_eq!(queue.try_iter().count(), kind.fits());
    assert!(queue.is_empty());
}

fn used_in_destructors(kind: Kind, sort: Sort) {
    let (there, back) = (kind.make(), kind.make());
    let peer = {
        let (there, back) = (there.clone(), back.clone());
        sort.start(move || {
            let caught = std::panic::catch_unwind(|| {
                let _guard = OnDrop(|| back.put(there.get().unwrap() + 1).unwrap());
                fail("on purpose")
            });
            text(caught.unwrap_err())
        })
    };
    let peer = peer.waiting("channel");
    there.put(1).unwrap();
    assert_eq!(back.get(), Ok(2));
    assert_eq!(peer.join(), "on purpose");
}
