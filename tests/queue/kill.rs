//! Kills and timeouts: what is cut short has not happened, and nobody else waits for ever because of it.

use std::time::Duration;

use vervet::Greenlet;
use vervet::queue::Queue;

use crate::common::*;
use crate::support::*;

cases_of_all! {
    getters_are_killed
    getters_time_out
    killed_in_the_middle_of_the_getters
    killed_before_a_get
    killed_after_an_item_was_handed_over
    putters_in_destructors_of_the_killed
}

cases_of_bounded! {
    putters_are_killed
    putters_time_out
    killed_in_the_middle_of_the_putters
    killed_before_a_put
    many_killed_on_either_side
}

type Get = fn(&Any<usize>) -> Option<usize>;

/// All that wait for an item.
const GETS: [Get; 4] = [
    |queue| queue.get().ok(),
    |queue| queue.get_timeout(HOUR).ok(),
    |queue| queue.get_timeout(Duration::MAX).ok(),
    |queue| queue.iter().next(),
];

fn getters_are_killed(kind: Kind, sort: Sort) {
    for get in GETS {
        let queue = kind.make();
        let theirs = queue.clone();
        killed_in_a_channel(move || get(&theirs));
        // It takes nothing any more.
        let theirs = queue.clone();
        let peer = sort.start(move || theirs.put(2));
        assert_eq!(queue.get(), Ok(2));
        assert_eq!(peer.join(), Ok(()));
    }
}

fn getters_time_out(kind: Kind, sort: Sort) {
    for get in GETS {
        let queue = kind.make();
        assert!(vervet::timeout(Duration::from_millis(2), || get(&queue)).is_err());
        let theirs = queue.clone();
        let peer = sort.start(move || theirs.put(3));
        assert_eq!(queue.get(), Ok(3));
        assert_eq!(peer.join(), Ok(()));
    }
}

fn killed_in_the_middle_of_the_getters(kind: Kind, _: Sort) {
    let queue = kind.make();
    let start = |_| {
        let queue = queue.clone();
        let greenlet = vervet::spawn(move || queue.get().unwrap());
        parked(&greenlet.handle(), "channel");
        greenlet
    };
    let getters: Vec<_> = (0..6).map(start).collect();
    for n in [0, 3, 5] {
        // Not waited for: also one whose wait is over and who has not left the line is passed over.
        getters[n].kill();
    }
    (0..3).for_each(|n| queue.try_put(n).unwrap());
    let got: Vec<_> = vervet::join_all(getters).into_iter().map(Result::ok).collect();
    assert_eq!(got, [None, Some(0), Some(1), None, Some(2), None]);
}

fn killed_before_a_get(kind: Kind, sort: Sort) {
    let queue = kind.make();
    let theirs = queue.clone();
    let peer = sort.start(move || theirs.put(1));
    let peer = if kind.fits() == 0 { peer.waiting("channel") } else { peer };
    let theirs = queue.clone();
    let greenlet = vervet::spawn(move || {
        let caught = std::panic::catch_unwind(|| vervet::sleep(Duration::MAX));
        assert!(caught.is_err());
        // Sticky: there is an item, or soon will be, and it is not taken.
        theirs.get()
    });
    parked(&greenlet.handle(), "sleep");
    greenlet.kill();
    assert!(greenlet.join().unwrap_err().is_killed());
    assert_eq!(queue.get(), Ok(1));
    assert_eq!(peer.join(), Ok(()));
}

fn killed_after_an_item_was_handed_over(kind: Kind, _: Sort) {
    // Whoever was woken by the item keeps it, killed or not.
    let queue = kind.make();
    let theirs = queue.clone();
    let (keep, kept) = std::sync::mpsc::channel();
    let greenlet = vervet::spawn(move || {
        keep.send(theirs.get()).unwrap();
        vervet::sleep(Duration::MAX);
    });
    parked(&greenlet.handle(), "channel");
    queue.try_put(1).unwrap();
    greenlet.kill();
    assert!(greenlet.join().unwrap_err().is_killed());
    assert_eq!(kept.try_recv(), Ok(Ok(1)));
    assert!(queue.try_get().is_err());
}

fn putters_in_destructors_of_the_killed(kind: Kind, sort: Sort) {
    let queue = kind.make();
    let theirs = queue.clone();
    let greenlet = vervet::spawn(move || {
        // Unwinding already, it may wait for room.
        let _guard = OnDrop(move || {
            (0..5).for_each(|n| theirs.put(n).unwrap());
            theirs.close();
        });
        vervet::sleep(Duration::MAX)
    });
    parked(&greenlet.handle(), "sleep");
    greenlet.kill();
    let peer = sort.start(move || queue.into_iter().collect::<Vec<_>>());
    let mut got = peer.join();
    got.sort_unstable();
    assert_eq!(got, [0, 1, 2, 3, 4]);
    assert!(greenlet.join().unwrap_err().is_killed());
}

// --- putters -------------------------------------------------------------------------------------------------------

/// A queue that is full of numbers from 0 on.
fn full(kind: Kind) -> (Any<Item>, Drops) {
    let (queue, drops) = (kind.make(), Drops::new());
    (0..kind.fits()).for_each(|n| queue.put(Item(n, drops.value())).unwrap());
    (queue, drops)
}

fn putter_in_line(queue: &Any<Item>, drops: &Drops, n: usize) -> Greenlet<bool> {
    let (queue, item) = (queue.clone(), Item(n, drops.value()));
    let greenlet = vervet::spawn(move || queue.put(item).is_ok());
    parked(&greenlet.handle(), "channel");
    greenlet
}

/// All that is in it and put, in the order of the numbers.
fn numbers(queue: &Any<Item>) -> Vec<usize> {
    let mut numbers: Vec<_> = queue.try_iter().map(|item| item.0).collect();
    numbers.sort_unstable();
    numbers
}

fn putters_are_killed(kind: Kind, _: Sort) {
    let (queue, drops) = full(kind);
    let greenlet = putter_in_line(&queue, &drops, 99);
    assert_eq!(drops.count(), 0);
    greenlet.kill();
    assert!(greenlet.join().unwrap_err().is_killed());
    // Its item was taken back, and dropped.
    assert_eq!(drops.count(), 1);
    assert!(numbers(&queue).into_iter().eq(0..kind.fits()));
}

fn putters_time_out(kind: Kind, sort: Sort) {
    let (queue, drops) = full(kind);
    let item = Item(99, drops.value());
    assert!(vervet::timeout(Duration::from_millis(2), || queue.put(item)).is_err());
    assert_eq!(drops.count(), 1);
    let theirs = queue.clone();
    let peer = sort.start(move || theirs.into_iter().count());
    queue.put(Item(98, drops.value())).unwrap();
    queue.close();
    assert_eq!(peer.join(), kind.fits() + 1);
    assert_eq!(drops.count(), kind.fits() + 2);
}

fn killed_in_the_middle_of_the_putters(kind: Kind, _: Sort) {
    let (queue, drops) = full(kind);
    let fits = kind.fits();
    let putters: Vec<_> = (0..6).map(|n| putter_in_line(&queue, &drops, fits + n)).collect();
    for n in [0, 3, 5] {
        putters[n].kill();
    }
    let expected: Vec<_> = (0..fits).chain([1, 2, 4].map(|n| fits + n)).collect();
    assert_eq!(numbers(&queue), expected);
    let put: Vec<_> = vervet::join_all(putters).into_iter().map(|joined| joined.is_ok()).collect();
    assert_eq!(put, [false, true, true, false, true, false]);
    assert_eq!(drops.count(), fits + 6);
}

fn killed_before_a_put(kind: Kind, _: Sort) {
    let (queue, drops) = (kind.make(), Drops::new());
    let (theirs, item) = (queue.clone(), Item(1, drops.value()));
    let greenlet = vervet::spawn(move || {
        let caught = std::panic::catch_unwind(|| vervet::sleep(Duration::MAX));
        assert!(caught.is_err());
        // Sticky: there is room, and nothing is put.
        theirs.put(item).is_ok()
    });
    parked(&greenlet.handle(), "sleep");
    greenlet.kill();
    assert!(greenlet.join().unwrap_err().is_killed());
    assert_eq!(drops.count(), 1);
    assert!(queue.try_get().is_err());
}

fn many_killed_on_either_side(kind: Kind, sort: Sort) {
    const PUTTERS: usize = 40;
    let queue = kind.make();
    let put = |n| {
        let queue = queue.clone();
        vervet::spawn(move || queue.put(n).unwrap())
    };
    let putters: Vec<_> = (0..PUTTERS).map(put).collect();
    let get = |_| {
        let queue = queue.clone();
        vervet::spawn(move || queue.get().ok())
    };
    let getters: Vec<_> = (0..PUTTERS / 4).map(get).collect();
    getters.iter().step_by(2).for_each(Greenlet::kill);
    let theirs = queue.clone();
    let peer = sort.start(move || theirs.into_iter().collect::<Vec<_>>());
    putters.iter().step_by(2).for_each(Greenlet::kill);
    let put: Vec<_> = vervet::join_all(putters)
        .into_iter()
        .enumerate()
        .filter_map(|(n, joined)| joined.is_ok().then_some(n))
        .collect();
    queue.close();
    // A getter that is killed after it has got an item returns before it is unwound: none is lost by that.
    let mut got: Vec<_> =
        vervet::join_all(getters).into_iter().filter_map(|joined| joined.ok().flatten()).collect();
    got.extend(peer.join());
    got.sort_unstable();
    // Who was killed too late for that, did put. Who was not killed, did in any case.
    assert!((1..PUTTERS).step_by(2).all(|n| put.contains(&n)));
    assert_eq!(got, put);
}

#[test]
fn shielded_waits_are_not_cut_short() {
    checked(|| {
        let queue = Queue::bounded(1);
        let theirs = queue.clone();
        let greenlet = vervet::spawn(move || {
            assert_eq!(vervet::shield(|| theirs.get()), Ok(1));
            vervet::sleep(Duration::MAX)
        });
        parked(&greenlet.handle(), "channel");
        greenlet.kill();
        assert!(is_parked(&greenlet.handle(), "channel"));
        queue.put(1).unwrap();
        assert!(greenlet.join().unwrap_err().is_killed());
    });
}
