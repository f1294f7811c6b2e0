//! The combinators, channels and streams of the crate futures.

use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use futures::channel::{mpsc, oneshot};
use futures::future::{Either, abortable, join_all, select, select_all, try_join_all};
use futures::lock::Mutex;
use futures::stream::{FuturesOrdered, FuturesUnordered, StreamExt, iter as stream_of};
use futures::{FutureExt, SinkExt, TryFutureExt};
use vervet::future::{block_on, kill_on_drop, spawn_on_greenlet};

use crate::common::someone::{Kind, PAIRS};
use crate::common::*;

#[test]
fn join_all_of_many_greenlets() {
    checked(|| {
        in_both(|| {
            let greenlets = (0..1_000).map(|n| {
                vervet::spawn(move || {
                    vervet::yield_now();
                    n
                })
            });
            let all: Vec<i32> = block_on(join_all(greenlets)).into_iter().map(Result::unwrap).collect();
            assert_eq!(all, (0..1_000).collect::<Vec<_>>());
        });
    });
}

#[test]
fn try_join_all_ends_with_the_first_failure() {
    checked(|| {
        in_both(|| {
            let handle = {
                let slow = sleeper();
                let handle = slow.handle();
                let quick = vervet::spawn(|| -> () { fail("on purpose") });
                let error = block_on(try_join_all([kill_on_drop(slow), kill_on_drop(quick)])).unwrap_err();
                assert!(error.is_panic());
                handle
            };
            over(&handle);
        });
    });
}

#[test]
fn select_of_two() {
    checked(|| {
        in_both(|| {
            let (sender, receiver) = oneshot::channel();
            let slow = sleeper();
            let handle = slow.handle();
            sender.send(5).unwrap();
            match block_on(select(kill_on_drop(slow), receiver)) {
                Either::Right((number, slow)) => {
                    assert_eq!(number, Ok(5));
                    drop(slow);
                }
                Either::Left(_) => panic!("it sleeps for ever"),
            }
            over(&handle);
        });
    });
}

#[test]
fn select_all_takes_the_first() {
    checked(|| {
        in_both(|| {
            let gates: Vec<Gate> = (0..4).map(|_| Gate::new()).collect();
            let waiters = gates.iter().cloned().enumerate().map(|(n, gate)| {
                vervet::spawn(move || {
                    gate.pass();
                    n
                })
            });
            let mut left: Vec<_> = waiters.collect();
            for n in [2, 0, 3, 1] {
                gates[n].open();
                let (first, _, rest) = block_on(select_all(left));
                assert_eq!(first.unwrap(), n);
                left = rest;
            }
            assert!(left.is_empty());
        });
    });
}

#[test]
fn unordered_and_ordered() {
    checked(|| {
        in_both(|| {
            let greenlets = |n: u64| (0..n).map(|n| vervet::spawn(move || n));
            let sum = block_on(async {
                let mut all: FuturesUnordered<_> = greenlets(200).collect();
                let mut sum = 0;
                while let Some(number) = all.next().await {
                    sum += number.unwrap();
                }
                sum
            });
            assert_eq!(sum, 199 * 100);
            let mut all: FuturesOrdered<_> = greenlets(100).collect();
            let ordered = iter::from_fn(|| block_on(all.next())).map(Result::unwrap);
            assert!(ordered.eq(0..100));
        });
    });
}

#[test]
fn a_stream_is_an_iterator() {
    checked(|| {
        in_both(|| {
            let mut halves =
                stream_of(1..=20).filter(|n| std::future::ready(n % 2 == 0)).buffered_by_greenlets();
            assert!(iter::from_fn(|| block_on(halves.next())).eq(1..=10));
        });
    });
}

trait ByGreenlets {
    fn buffered_by_greenlets(self) -> impl futures::Stream<Item = u32> + Unpin;
}

impl<S: futures::Stream<Item = u32>> ByGreenlets for S {
    fn buffered_by_greenlets(self) -> impl futures::Stream<Item = u32> + Unpin {
        Box::pin(self.map(|n| vervet::spawn(move || n / 2).map(Result::unwrap)).buffered(4))
    }
}

#[test]
fn channels_between_all() {
    checked(|| {
        for (from, to) in PAIRS {
            let (mut sender, mut receiver) = mpsc::channel(2);
            let sending = from.start(move || {
                for n in 0..1_000 {
                    block_on(sender.send(n)).unwrap();
                }
            });
            let receiving =
                to.start(move || iter::from_fn(|| block_on(receiver.next())).collect::<Vec<u32>>());
            sending.join();
            assert!(receiving.join().into_iter().eq(0..1_000));
        }
    });
}

#[test]
fn a_killed_receiver_leaves_its_lock_and_its_message() {
    checked(|| {
        let (mut sender, receiver) = mpsc::channel(1);
        let receiver = Arc::new(Mutex::new(receiver));
        let theirs = Arc::clone(&receiver);
        let waiter = spawn_on_greenlet(async move { theirs.lock().await.next().await });
        parked(&waiter.handle(), "signal");
        waiter.kill();
        over(&waiter.handle());
        // The lock is free, and the message is for the next one.
        block_on(sender.send(1)).unwrap();
        assert_eq!(block_on(async { receiver.lock().await.next().await }), Some(1));
    });
}

#[test]
fn abortable_from_elsewhere() {
    checked(|| {
        for kind in [Kind::Greenlet, Kind::Thread] {
            let greenlet = sleeper();
            let handle = greenlet.handle();
            let (future, abort) = abortable(kill_on_drop(greenlet));
            let waiter = kind.start(move || block_on(future)).waiting("signal");
            abort.abort();
            assert!(waiter.join().is_err());
            over(&handle);
        }
    });
}

#[test]
fn a_future_shared_by_many() {
    checked(|| {
        let made = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&made);
        let gate = Gate::new();
        let held = gate.clone();
        let value = vervet::spawn(move || {
            held.pass();
            theirs.fetch_add(1, SeqCst)
        });
        let value = value.map_err(|error| error.to_string()).shared();
        let readers: Vec<_> = (0..20)
            .map(|n| {
                [Kind::Greenlet, Kind::Thread][n % 2].start({
                    let value = value.clone();
                    move || block_on(value)
                })
            })
            .collect();
        gate.open();
        assert!(readers.into_iter().all(|reader| reader.join() == Ok(0)));
        assert_eq!(made.load(SeqCst), 1);
    });
}

#[test]
fn an_async_lock_held_across_a_wait() {
    const EACH: usize = 200;
    checked(|| {
        let count = Arc::new(Mutex::new(0));
        let all: Vec<_> = (0..8)
            .map(|n| {
                let count = Arc::clone(&count);
                [Kind::Greenlet, Kind::Thread][n % 2].start(move || {
                    for _ in 0..EACH {
                        block_on(async {
                            let mut count = count.lock().await;
                            let before = *count;
                            vervet::spawn(vervet::yield_now).await.unwrap();
                            *count = before + 1;
                        });
                    }
                })
            })
            .collect();
        all.into_iter().for_each(|one| one.join());
        assert_eq!(*block_on(count.lock()), 8 * EACH);
    });
}

/// An executor that knows nothing of greenlets, on a thread of its own.
#[test]
fn greenlets_beside_an_executor_made_by_hand() {
    checked(|| {
        let (jobs, queue) = std::sync::mpsc::channel::<futures::future::BoxFuture<'static, ()>>();
        let executor = thread::spawn(move || queue.into_iter().for_each(block_on));
        let (done, results) = mpsc::unbounded();
        for n in 0..50 {
            let done = done.clone();
            let job = async move {
                let doubled = vervet::spawn(move || {
                    vervet::sleep(Duration::from_micros(n));
                    2 * n
                });
                done.unbounded_send(doubled.await.unwrap()).unwrap();
            };
            jobs.send(job.boxed()).unwrap();
        }
        drop((jobs, done));
        let sum = spawn_on_greenlet(results.fold(0, async |sum, n| sum + n));
        assert_eq!(sum.join().unwrap(), 49 * 50);
        executor.join().unwrap();
    });
}
