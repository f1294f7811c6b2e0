//! Wakes: before, during and after a wait, from anywhere, and none lost.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;

use vervet::future::block_on;

use crate::common::someone::{Kind, PAIRS};
use crate::common::*;
use crate::door::Door;

const KINDS: [Kind; 2] = [Kind::Greenlet, Kind::Thread];

#[test]
fn ready_at_once() {
    checked(|| {
        in_both(|| {
            assert_eq!(block_on(async { 1 }), 1);
            assert_eq!(block_on(std::future::ready("now")), "now");
        });
    });
}

#[test]
fn woken_while_it_waits() {
    checked(|| {
        for (who, by) in PAIRS {
            let door = Door::new();
            let theirs = door.clone();
            let waiter = who.start(move || block_on(theirs)).waiting("signal");
            let ours = door.clone();
            by.start(move || ours.open()).join();
            waiter.join();
            assert_eq!(door.polls(), 2);
        }
    });
}

/// Pending once, having seen to it that `wake` is called before its poll is over.
fn woken_within_its_poll(wake: impl Fn(&Waker)) {
    let mut polls = 0;
    block_on(poll_fn(|context| {
        polls += 1;
        if polls == 1 {
            wake(context.waker());
            return Poll::Pending;
        }
        Poll::Ready(())
    }));
    assert_eq!(polls, 2);
}

#[test]
fn woken_before_the_wait() {
    checked(|| {
        in_both(|| {
            woken_within_its_poll(Waker::wake_by_ref);
            woken_within_its_poll(|waker| {
                let waker = waker.clone();
                waker.wake();
            });
            // Once is enough, and more is not too much.
            woken_within_its_poll(|waker| (0..100).for_each(|_| waker.wake_by_ref()));
            woken_within_its_poll(|waker| {
                let waker = waker.clone();
                vervet::offload(|| thread::spawn(|| waker.wake()).join()).unwrap();
            });
        });
    });
}

#[test]
fn woken_for_nothing_it_polls_and_waits_on() {
    checked(|| {
        for kind in KINDS {
            let door = Door::new();
            let theirs = door.clone();
            let waiter = kind.start(move || block_on(theirs)).waiting("signal");
            for polls in 2..20 {
                door.waker().unwrap().wake();
                eventually("it has looked again", || door.polls() == polls);
                waiter.waits("signal");
            }
            door.open();
            waiter.join();
        }
    });
}

#[test]
fn wakers_of_one_call_are_the_same() {
    checked(|| {
        in_both(|| {
            let mut first: Option<Waker> = None;
            block_on(poll_fn(|context| match &first {
                None => {
                    first = Some(context.waker().clone());
                    context.waker().wake_by_ref();
                    Poll::Pending
                }
                Some(first) => {
                    assert!(first.will_wake(context.waker()));
                    Poll::Ready(())
                }
            }));
            let other = block_on(poll_fn(|context| Poll::Ready(context.waker().clone())));
            assert!(!other.will_wake(&first.unwrap()));
        });
    });
}

#[test]
fn late_wakes_change_nothing() {
    checked(|| {
        let (first, second) = (Door::new(), Door::new());
        let doors = (first.clone(), second.clone());
        let greenlet = vervet::spawn(move || {
            block_on(doors.0);
            block_on(doors.1);
            vervet::sleep(HOUR);
        });
        let handle = greenlet.handle();
        parked(&handle, "signal");
        first.open();
        eventually("it waits for the second", || second.polls() == 1);
        parked(&handle, "signal");
        let wake_the_first = || first.state().wakers.iter().for_each(Waker::wake_by_ref);
        wake_the_first();
        assert!(is_parked(&handle, "signal"));
        second.open();
        parked(&handle, "sleep");
        assert_eq!((first.polls(), second.polls()), (2, 2));
        wake_the_first();
        second.state().wakers.iter().for_each(Waker::wake_by_ref);
        assert!(is_parked(&handle, "sleep"));
        greenlet.kill();
        assert!(greenlet.join().unwrap_err().is_killed());
        // Nobody is left to hear it.
        wake_the_first();
    });
}

#[test]
fn wakers_outlive_their_greenlets() {
    checked(|| {
        let wakers: Vec<Waker> = (0..1_000)
            .map(|_| vervet::spawn(|| block_on(poll_fn(|context| Poll::Ready(context.waker().clone())))))
            .map(|greenlet| greenlet.join().unwrap())
            .collect();
        thread::spawn(move || wakers.iter().for_each(Waker::wake_by_ref)).join().unwrap();
    });
}

#[test]
fn what_came_before_a_wake_is_seen() {
    checked(|| {
        in_both(|| {
            for round in 0..200 {
                let value = Arc::new(AtomicUsize::new(usize::MAX));
                let theirs = Arc::clone(&value);
                let door = Door::new();
                let ours = door.clone();
                let other = vervet::spawn(move || {
                    theirs.store(round, std::sync::atomic::Ordering::Relaxed);
                    ours.open();
                });
                block_on(door);
                assert_eq!(value.load(std::sync::atomic::Ordering::Relaxed), round);
                other.join().unwrap();
            }
        });
    });
}

/// Numbers that one side hands to the other, each when the one before was seen: a wake that is lost stops both.
#[derive(Default)]
struct Exchange {
    sent: AtomicUsize,
    seen: AtomicUsize,
    waker: Mutex<Option<Waker>>,
}

impl Exchange {
    /// Waits until `number` was sent.
    fn reaches(&self, number: usize) -> impl Future<Output = ()> {
        poll_fn(move |context| {
            if self.sent.load(SeqCst) >= number {
                return Poll::Ready(());
            }
            *self.waker.lock().unwrap() = Some(context.waker().clone());
            // Sent in between: whoever did it has not found our waker.
            if self.sent.load(SeqCst) >= number { Poll::Ready(()) } else { Poll::Pending }
        })
    }

    fn send(&self, number: usize) {
        self.sent.store(number, SeqCst);
        let waker = self.waker.lock().unwrap().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

#[test]
fn none_of_a_hundred_thousand_is_lost() {
    const ROUNDS: usize = 25_000;
    const EACH: [Kind; 4] = [Kind::Greenlet, Kind::Greenlet, Kind::Greenlet, Kind::Thread];
    checked(|| {
        let together = Arc::new(Barrier::new(EACH.len()));
        let both: Vec<_> = EACH
            .into_iter()
            .enumerate()
            .map(|(seed, kind)| {
                let exchange = Arc::new(Exchange::default());
                let theirs = Arc::clone(&exchange);
                let waiter = kind.start(move || {
                    for number in 1..=ROUNDS {
                        block_on(theirs.reaches(number));
                        theirs.seen.store(number, SeqCst);
                    }
                });
                let together = Arc::clone(&together);
                let sender = thread::spawn(move || {
                    together.wait();
                    let mut random = seed as u32 + 1;
                    for number in 1..=ROUNDS {
                        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        (0..random >> 24).for_each(|_| std::hint::spin_loop());
                        exchange.send(number);
                        while exchange.seen.load(SeqCst) < number {
                            thread::yield_now();
                        }
                    }
                });
                (waiter, sender)
            })
            .collect();
        for (waiter, sender) in both {
            waiter.join();
            sender.join().unwrap();
        }
    });
}

#[test]
fn woken_from_many_sides_at_once() {
    const WAKERS: usize = 4;
    const EACH: usize = 2_000;
    checked(|| {
        for kind in KINDS {
            let (count, slot) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(None::<Waker>)));
            let theirs = (Arc::clone(&count), Arc::clone(&slot));
            let waiter = kind.start(move || {
                let (count, slot) = theirs;
                block_on(poll_fn(|context| {
                    *slot.lock().unwrap() = Some(context.waker().clone());
                    if count.load(SeqCst) == WAKERS * EACH { Poll::Ready(()) } else { Poll::Pending }
                }));
            });
            let wakers: Vec<_> = (0..WAKERS)
                .map(|which| {
                    let (count, slot) = (Arc::clone(&count), Arc::clone(&slot));
                    KINDS[which % 2].start(move || {
                        for _ in 0..EACH {
                            count.fetch_add(1, SeqCst);
                            let waker = slot.lock().unwrap().clone();
                            if let Some(waker) = waker {
                                waker.wake();
                            }
                        }
                    })
                })
                .collect();
            wakers.into_iter().for_each(|waker| waker.join());
            waiter.join();
        }
    });
}

#[test]
fn one_that_wakes_itself_lets_others_run() {
    checked(|| {
        let others = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&others);
        let turn = vervet::spawn(move || {
            let other = {
                let others = Arc::clone(&theirs);
                vervet::spawn(move || others.fetch_add(1, SeqCst))
            };
            // Ready only when the other one has run, on the same worker if there is only this one.
            block_on(poll_fn(|context| {
                context.waker().wake_by_ref();
                if theirs.load(SeqCst) == 1 { Poll::Ready(()) } else { Poll::Pending }
            }));
            other.join().unwrap();
        });
        over(&turn.handle());
        assert_eq!(others.load(SeqCst), 1);
    });
}

#[test]
fn polled_by_hand_beside() {
    checked(|| {
        in_both(|| {
            let door = Door::new();
            let mut future = pin!(door.clone());
            assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            door.open();
            block_on(future);
            assert_eq!(door.polls(), 2);
        });
    });
}
