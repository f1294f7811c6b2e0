//! Queues in selections, and in `vervet::wait`: what wins is done, what loses leaves no trace.

use std::time::Duration;

use vervet::queue::{Channel, GetError, PutError, Queue};
use vervet::select;
use vervet::select::{Select, Source};

use crate::common::*;
use crate::support::*;

cases_of_all! {
    a_get_wins_at_once_or_later
    losers_leave_no_trace
    closed_queues_are_ready
    peeks_look
    selected_getters_have_turns
    queues_become_ready
    killed_selections_take_nothing
}

cases_of_bounded! {
    a_put_wins_when_there_is_room
    puts_that_lose_drop_their_items
}

const SHORT: Duration = Duration::from_millis(2);

/// A selection with one source, and a limit.
fn only<S: Source>(source: S, limit: Duration) -> Option<S::Output> {
    let mut selection = Select::new();
    selection.on(source, Some);
    selection.wait_timeout(limit).ok().flatten()
}

fn a_get_wins_at_once_or_later(kind: Kind, sort: Sort) {
    let queue = kind.make();
    assert_eq!(each!(&queue, queue => only(queue.select_get(), SHORT)), None);
    let theirs = queue.clone();
    let peer = sort.start(move || theirs.put(1));
    assert_eq!(each!(&queue, queue => only(queue.select_get(), HOUR)), Some(Ok(1)));
    assert_eq!(peer.join(), Ok(()));

    let theirs = queue.clone();
    let getter = vervet::spawn(move || each!(&theirs, queue => only(queue.select_get(), HOUR)));
    parked(&getter.handle(), "select");
    assert_eq!(queue.try_put(2), Ok(()));
    assert_eq!(getter.join().unwrap(), Some(Ok(2)));
    assert!(queue.try_get().is_err());
}

fn losers_leave_no_trace(kind: Kind, _: Sort) {
    let (queue, other) = (kind.make::<usize>(), Queue::bounded(1));
    for round in 0..3 {
        let theirs = queue.clone();
        let from = other.clone();
        let greenlet = vervet::spawn(move || {
            each!(&theirs, queue => select! {
                got = queue.get() => Err(got),
                got = from.get() => Ok(got),
            })
        });
        parked(&greenlet.handle(), "select");
        other.put(round).unwrap();
        assert_eq!(greenlet.join().unwrap(), Ok(Ok(round)));
        // Nobody waits here: a rendezvous finds nobody, the others keep what they get.
        if kind.flavor == Flavor::Channel {
            assert!(queue.try_put(1).is_err());
        } else {
            assert_eq!((queue.try_put(1), queue.try_get()), (Ok(()), Ok(1)));
        }
        assert!(format!("{queue:?}").contains("putters: 0, getters: 0"), "{queue:?}");
    }
}

fn a_put_wins_when_there_is_room(kind: Kind, sort: Sort) {
    let queue = kind.full();
    assert_eq!(each!(&queue, queue => only(queue.select_put(99), SHORT)), None);
    let theirs = queue.clone();
    let putter = vervet::spawn(move || each!(&theirs, queue => only(queue.select_put(99), HOUR)));
    parked(&putter.handle(), "select");
    let theirs = queue.clone();
    let peer = sort.start(move || theirs.get());
    assert!(peer.join().is_ok());
    assert_eq!(putter.join().unwrap(), Some(Ok(())));
    assert_eq!(queue.len(), kind.fits());

    let theirs = queue.clone();
    let putter = vervet::spawn(move || each!(&theirs, queue => only(queue.select_put(98), HOUR)));
    parked(&putter.handle(), "select");
    queue.close();
    assert_eq!(putter.join().unwrap(), Some(Err(PutError(98))));
}

fn puts_that_lose_drop_their_items(kind: Kind, _: Sort) {
    let (queue, drops) = (kind.make(), Drops::new());
    (0..kind.fits()).for_each(|n| queue.put(Item(n, drops.value())).unwrap());
    each!(&queue, queue => select! {
        _ = queue.put(Item(99, drops.value())) => panic!("there is no room"),
        _ = after(SHORT) => {},
    });
    assert_eq!(drops.count(), 1);
    each!(&queue, queue => select! {
        _ = queue.put(Item(99, drops.value())) => panic!("there is no room"),
        default => {},
    });
    assert_eq!(drops.count(), 2);
    assert_eq!(queue.try_iter().count(), kind.fits());
}

fn closed_queues_are_ready(kind: Kind, _: Sort) {
    let queue = kind.make::<usize>();
    let theirs = queue.clone();
    let getter = vervet::spawn(move || each!(&theirs, queue => only(queue.select_get(), HOUR)));
    parked(&getter.handle(), "select");
    let theirs = queue.clone();
    let peeker = vervet::spawn(move || each!(&theirs, queue => only(queue.select_peek(), HOUR)));
    parked(&peeker.handle(), "select");
    queue.close();
    assert_eq!(getter.join().unwrap(), Some(Err(GetError)));
    assert_eq!(peeker.join().unwrap(), Some(Err(GetError)));
    assert_eq!(each!(&queue, queue => only(queue.select_get(), HOUR)), Some(Err(GetError)));
    assert_eq!(each!(&queue, queue => only(queue.select_put(1), HOUR)), Some(Err(PutError(1))));
}

fn peeks_look(kind: Kind, sort: Sort) {
    let queue = kind.make();
    assert_eq!(each!(&queue, queue => only(queue.select_peek(), SHORT)), None);
    let theirs = queue.clone();
    let peeker = vervet::spawn(move || each!(&theirs, queue => only(queue.select_peek(), HOUR)));
    parked(&peeker.handle(), "select");
    let theirs = queue.clone();
    let peer = sort.start(move || theirs.put(1));
    assert_eq!(peeker.join().unwrap(), Some(Ok(1)));
    assert_eq!(queue.get(), Ok(1));
    assert_eq!(peer.join(), Ok(()));
}

fn selected_getters_have_turns(kind: Kind, _: Sort) {
    let queue = kind.make();
    let getters: Vec<_> = (0..6)
        .map(|n| {
            let theirs = queue.clone();
            let getter = vervet::spawn(move || match n % 2 {
                0 => theirs.get().unwrap(),
                _ => each!(&theirs, queue => only(queue.select_get(), HOUR)).unwrap().unwrap(),
            });
            parked(&getter.handle(), if n % 2 == 0 { "channel" } else { "select" });
            getter
        })
        .collect();
    (0..6).for_each(|n| queue.try_put(n).unwrap());
    let got: Vec<_> = vervet::join_all(getters).into_iter().map(Result::unwrap).collect();
    assert!(got.into_iter().eq(0..6));
}

fn queues_become_ready(kind: Kind, sort: Sort) {
    let (queue, never) = (kind.make(), Queue::<u8>::bounded(1));
    let ready = |limit| each!(&queue, queue => vervet::wait([&never as _, queue as _], Some(limit), Some(1)));
    assert!(ready(SHORT).is_empty());
    let theirs = queue.clone();
    let peer = sort.start(move || theirs.put(1));
    assert_eq!(ready(HOUR), [1]);
    // It takes nothing.
    assert_eq!(ready(HOUR), [1]);
    assert_eq!(queue.get(), Ok(1));
    assert_eq!(peer.join(), Ok(()));
    assert!(ready(SHORT).is_empty());
    queue.close();
    assert_eq!(ready(HOUR), [1]);
}

fn killed_selections_take_nothing(kind: Kind, sort: Sort) {
    let queue = kind.make();
    let theirs = queue.clone();
    let getter = vervet::spawn(move || each!(&theirs, queue => only(queue.select_get(), HOUR)));
    parked(&getter.handle(), "select");
    getter.kill();
    let theirs = queue.clone();
    let peer = sort.start(move || theirs.put(1));
    assert_eq!(queue.get(), Ok(1));
    assert_eq!(peer.join(), Ok(()));
    assert!(getter.join().unwrap_err().is_killed());
}

#[test]
fn a_selection_does_not_meet_itself() {
    checked(|| {
        in_both(|| {
            let channel = Channel::new();
            // Neither takes its own item, nor looks for ever whether somebody else's is there.
            let outcome = select! {
                _ = channel.get() => "got",
                _ = channel.put(1) => "put",
                _ = channel.peek() => "seen",
                _ = after(SHORT) => "alone",
            };
            assert_eq!(outcome, "alone");
            let start = || {
                let channel = channel.clone();
                vervet::spawn(move || {
                    select! {
                        got = channel.get() => got.ok(),
                        put = channel.put(7) => put.err().map(|_| 0),
                    }
                })
            };
            // But two of them meet.
            let (one, two) = (start(), start());
            let mut outcomes = [one.join().unwrap(), two.join().unwrap()];
            outcomes.sort_unstable();
            assert_eq!(outcomes, [None, Some(7)]);
            assert_eq!(channel.balance(), 0);
        });
    });
}

#[test]
fn selections_that_race_lose_nothing() {
    const ITEMS: usize = 2_000;
    checked(|| {
        let queues: [Queue<usize>; 3] = [Queue::bounded(1), Queue::bounded(4), Queue::unbounded()];
        let channel = Channel::new();
        let getters: Vec<_> = (0..6)
            .map(|_| {
                let ([a, b, c], d) = (queues.clone(), channel.clone());
                vervet::spawn(move || {
                    let mut got = Vec::new();
                    loop {
                        let item = select! {
                            item = a.get() => item,
                            item = b.get() => item,
                            item = c.get() => item,
                            item = d.get() => item,
                        };
                        match item {
                            Ok(item) => got.push(item),
                            Err(GetError) => return got,
                        }
                    }
                })
            })
            .collect();
        let putters: Vec<_> = (0..4)
            .map(|id| {
                let ([a, b, c], d) = (queues.clone(), channel.clone());
                vervet::spawn(move || {
                    for n in (id * ITEMS)..(id + 1) * ITEMS {
                        // Whatever has lost was not put.
                        select! {
                            put = a.put(n) => put.unwrap(),
                            put = b.put(n) => put.unwrap(),
                            put = d.put(n) => put.unwrap(),
                            put = c.put(n) => put.unwrap(),
                        }
                    }
                })
            })
            .collect();
        vervet::join_all(putters).into_iter().for_each(Result::unwrap);
        eventually("all queues are empty", || queues.iter().all(Queue::is_empty));
        queues.iter().for_each(|queue| assert!(queue.close()));
        channel.close();
        let mut got: Vec<_> = vervet::join_all(getters).into_iter().flat_map(Result::unwrap).collect();
        got.sort_unstable();
        assert!(got.into_iter().eq(0..4 * ITEMS));
    });
}
