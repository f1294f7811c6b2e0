//! `JoinableQueue`: what has been dealt with, and both ways to shut down.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use vervet::queue::{GetError, JoinableQueue, PutError};

use crate::common::*;
use crate::support::*;

fn sorts(body: fn(Sort)) {
    checked(|| [Sort::Greenlet, Sort::Thread].into_iter().for_each(body));
}

#[test]
fn join_waits_until_all_is_done() {
    sorts(|sort| {
        let queue = JoinableQueue::bounded(2);
        let worker = {
            let queue = queue.clone();
            sort.start(move || {
                for n in &queue {
                    // Tasks that make tasks, while others wait for room.
                    if n < 30 && queue.try_put(n + 100).is_err() {
                        assert!(n < 100);
                    }
                    queue.task_done();
                }
            })
        };
        (0..50).for_each(|n| queue.put(n).unwrap());
        queue.join();
        assert_eq!((queue.unfinished(), queue.len()), (0, 0));
        queue.shutdown();
        worker.join();
    });
}

#[test]
fn join_returns_at_once_if_nothing_is_to_be_done() {
    checked(|| {
        in_both(|| {
            let queue = JoinableQueue::<u8>::unbounded();
            queue.join();
            assert!(queue.join_timeout(Duration::ZERO));
            queue.put(1).unwrap();
            assert!(!queue.join_timeout(Duration::ZERO));
        });
    });
}

#[test]
fn many_join() {
    sorts(|sort| {
        let queue = JoinableQueue::from_iter(0..2);
        let joiners: Vec<_> = (0..4)
            .map(|_| {
                let queue = queue.clone();
                Sort::Greenlet.start(move || {
                    queue.join();
                    queue.join_timeout(HOUR)
                })
            })
            .collect();
        for joiner in &joiners {
            if let Peer::Greenlet(greenlet) = joiner {
                parked(&greenlet.handle(), "signal");
            }
        }
        let theirs = queue.clone();
        sort.start(move || theirs.try_iter().for_each(|_| theirs.task_done())).join();
        assert!(joiners.into_iter().all(Peer::join));
    });
}

#[test]
fn join_times_out_and_is_killed() {
    checked(|| {
        in_both(|| {
            let queue = JoinableQueue::from_iter(0..1);
            assert!(!queue.join_timeout(Duration::from_millis(2)));
            assert!(vervet::timeout(Duration::from_millis(2), || queue.join()).is_err());
            let theirs = queue.clone();
            let greenlet = vervet::spawn(move || theirs.join());
            parked(&greenlet.handle(), "signal");
            greenlet.kill();
            assert!(greenlet.join().unwrap_err().is_killed());
            queue.get().unwrap();
            queue.task_done();
            queue.join();
        });
    });
}

#[test]
fn done_too_often_panics() {
    checked(|| {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| ()));
        let queue = JoinableQueue::from_iter(0..1);
        queue.task_done();
        for _ in 0..2 {
            let caught = catch_unwind(AssertUnwindSafe(|| queue.task_done()));
            let text = caught.unwrap_err().downcast_ref::<&str>().copied();
            assert_eq!(text, Some("task_done was called more often than items were put"));
        }
        std::panic::set_hook(hook);
        // It goes on as before.
        queue.put(1).unwrap();
        assert_eq!(queue.unfinished(), 1);
        queue.task_done();
        queue.join();
    });
}

#[test]
fn items_of_putters_that_wait_do_not_count() {
    sorts(|sort| {
        let queue = JoinableQueue::bounded(1);
        queue.put(1).unwrap();
        let theirs = queue.clone();
        let putter = sort.start(move || theirs.put(2)).waiting("channel");
        assert_eq!(queue.unfinished(), 1);
        queue.get().unwrap();
        assert_eq!(queue.unfinished(), 2);
        assert_eq!(putter.join(), Ok(()));
        // Handed over, they do.
        queue.get().unwrap();
        let theirs = queue.clone();
        let getter = sort.start(move || theirs.get()).waiting("channel");
        queue.put(3).unwrap();
        assert_eq!((getter.join(), queue.unfinished()), (Ok(3), 3));
    });
}

#[test]
fn gentle_shutdown_lets_the_rest_be_got() {
    sorts(|sort| {
        let queue = JoinableQueue::bounded(2);
        (0..2).for_each(|n| queue.put(n).unwrap());
        let theirs = queue.clone();
        let putter = sort.start(move || theirs.put(2)).waiting("channel");
        assert!(queue.shutdown());
        assert!(!queue.shutdown());
        assert_eq!(putter.join(), Err(PutError(2)));
        assert_eq!(queue.unfinished(), 2);
        for n in &queue {
            assert!(n < 2);
            queue.task_done();
        }
        queue.join();
    });
}

#[test]
fn immediate_shutdown_drains() {
    sorts(|sort| {
        let drops = Drops::new();
        let queue = JoinableQueue::bounded(3);
        (0..3).for_each(|n| queue.put(Item(n, drops.value())).unwrap());
        let first = queue.get().unwrap();
        queue.put(Item(3, drops.value())).unwrap();
        let (theirs, item) = (queue.clone(), Item(4, drops.value()));
        let putter = sort.start(move || theirs.put(item).unwrap_err().into_inner().0).waiting("channel");
        let theirs = queue.clone();
        let joiner = Sort::Greenlet.start(move || theirs.join());
        if let Peer::Greenlet(greenlet) = &joiner {
            parked(&greenlet.handle(), "signal");
        }
        let drained = queue.shutdown_now();
        assert!(drained.iter().map(|item| item.0).eq(1..4));
        assert_eq!(putter.join(), 4);
        // Still to be reported: the one that somebody has.
        assert_eq!((queue.unfinished(), queue.len()), (1, 0));
        assert!(matches!(queue.get(), Err(GetError)));
        drop(first);
        queue.task_done();
        joiner.join();
        assert_eq!(drops.count(), 2);
        drop(drained);
        assert_eq!(drops.count(), 5);
    });
}

#[test]
fn immediate_shutdown_wakes_all() {
    sorts(|sort| {
        let queue = JoinableQueue::<u8>::unbounded();
        let getters: Vec<_> = (0..3)
            .map(|_| {
                let queue = queue.clone();
                sort.start(move || queue.get()).waiting("channel")
            })
            .collect();
        assert!(queue.shutdown_now().is_empty());
        assert!(getters.into_iter().all(|getter| getter.join() == Err(GetError)));
        // After a gentle one, what is left.
        let queue = JoinableQueue::from_iter(0..3);
        queue.shutdown();
        assert_eq!(queue.shutdown_now(), [0, 1, 2]);
        queue.join();
    });
}
