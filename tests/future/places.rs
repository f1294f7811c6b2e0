//! Where `block_on` can be called, and what it may be given.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::Poll;

use vervet::coroutine::{Coroutine, Generator, State};
use vervet::future::{block_on, spawn_local_on_greenlet, spawn_on_greenlet};

use crate::common::someone::{Kind, run_in};
use crate::common::*;
use crate::door::Door;

/// Pending once.
async fn once() {
    let mut first = true;
    poll_fn(|context| {
        context.waker().wake_by_ref();
        if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
}

#[test]
fn it_borrows_what_is_around() {
    checked(|| {
        in_both(|| {
            let numbers = RefCell::new(vec![1]);
            let sum = block_on(async {
                numbers.borrow_mut().push(2);
                once().await;
                numbers.borrow().iter().sum::<u32>()
            });
            assert_eq!((sum, numbers.into_inner()), (3, vec![1, 2]));
        });
    });
}

#[test]
fn children_of_a_scope_borrow() {
    checked(|| {
        in_both(|| {
            let words = ["a", "b", "c"].map(str::to_owned);
            let doors = [(); 3].map(|()| Door::new());
            let lengths = vervet::scope(|scope| {
                let waiters: Vec<_> = std::iter::zip(&words, &doors)
                    .map(|(word, door)| {
                        scope.spawn(move || {
                            block_on(async {
                                door.clone().await;
                                word.as_str()
                            })
                        })
                    })
                    .collect();
                doors.iter().rev().for_each(Door::open);
                waiters.into_iter().map(|waiter| waiter.join().unwrap()).collect::<String>()
            });
            assert_eq!(lengths, "abc");
        });
    });
}

#[test]
fn nested() {
    fn nest(depth: u32) -> u32 {
        if depth == 0 {
            return 0;
        }
        block_on(async {
            once().await;
            let inner = nest(depth - 1);
            once().await;
            inner + 1
        })
    }
    checked(|| in_both(|| assert_eq!(nest(8), 8)));
}

/// The outer call is woken while the inner one waits, and has not forgotten it.
#[test]
fn nested_calls_hear_their_own_wakes() {
    checked(|| {
        for kind in [Kind::Greenlet, Kind::Thread] {
            let (outer, inner) = (Door::new(), Door::new());
            let doors = (outer.clone(), inner.clone());
            let waiter = kind.start(move || {
                let mut first = true;
                block_on(poll_fn(|context| {
                    let mut now = std::pin::pin!(doors.0.clone());
                    let polled = now.as_mut().poll(context);
                    if std::mem::take(&mut first) {
                        block_on(doors.1.clone());
                    }
                    polled
                }));
            });
            waiter.waits("signal");
            eventually("the inner call waits", || inner.polls() == 1);
            outer.open();
            waiter.waits("signal");
            assert_eq!((outer.polls(), inner.polls()), (1, 1));
            inner.open();
            waiter.join();
            assert_eq!((outer.polls(), inner.polls()), (2, 2));
        }
    });
}

#[test]
fn in_a_coroutine() {
    checked(|| {
        in_both(|| {
            let door = Door::new();
            let theirs = door.clone();
            let coroutine = Coroutine::new(|yielder, n: u32| {
                let m = yielder.suspend(block_on(async {
                    once().await;
                    n + 1
                }));
                block_on(theirs);
                m * 2
            });
            assert_eq!(coroutine.resume(1).unwrap(), State::Yielded(2));
            let opener = vervet::spawn(move || door.open());
            assert_eq!(coroutine.resume(5).unwrap(), State::Returned(10));
            opener.join().unwrap();
        });
    });
}

/// A poll that is stopped in the middle goes on later; dropped, it is unwound.
#[test]
fn suspended_in_the_middle_of_a_poll() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            let count = || {
                let value = drops.value();
                Generator::new(move |yielder| {
                    block_on(async {
                        let _value = value;
                        for n in 0..3 {
                            once().await;
                            yielder.suspend(n);
                        }
                    });
                })
            };
            assert_eq!(count().collect::<Vec<_>>(), [0, 1, 2]);
            assert_eq!(drops.count(), 1);
            let mut left = count();
            assert_eq!(left.next(), Some(0));
            drop(left);
            assert_eq!(drops.count(), 2);
        });
    });
}

#[test]
fn inside_offload_and_on_threads() {
    checked(|| {
        in_both(|| {
            assert_eq!(vervet::offload(|| block_on(async { vervet::spawn(|| 1).await.unwrap() })), 1);
        });
        assert_eq!(run_in(Kind::Thread, || block_on(vervet::spawn(|| 2)).unwrap()), 2);
    });
}

#[test]
fn many_wait_beside_each_other() {
    checked(|| {
        let door = Door::new();
        let waiters: Vec<_> = (0..100)
            .map(|n| {
                let door = door.clone();
                spawn_on_greenlet(async move {
                    door.await;
                    n
                })
            })
            .collect();
        waiters.iter().for_each(|waiter| parked(&waiter.handle(), "signal"));
        door.open();
        let all: Vec<_> = vervet::join_all(waiters).into_iter().map(Result::unwrap).collect();
        assert_eq!(all, (0..100).collect::<Vec<_>>());
    });
}

#[test]
fn spawn_runs_nothing_itself_and_tells_its_site() {
    checked(|| {
        let polled_by = std::sync::Arc::new(std::sync::Mutex::new(None));
        let theirs = std::sync::Arc::clone(&polled_by);
        let line = line!() + 1;
        let greenlet = spawn_on_greenlet(async move { *theirs.lock().unwrap() = vervet::current() });
        let handle = greenlet.handle();
        assert_eq!((handle.spawn_site().file(), handle.spawn_site().line()), (file!(), line));
        greenlet.join().unwrap();
        assert_eq!(*polled_by.lock().unwrap(), Some(handle));
    });
}

#[test]
fn local_ones_share_what_is_not_send() {
    checked(|| {
        vervet::run(|| {
            let sum = Rc::new(Cell::new(0));
            let line = line!() + 3;
            let all: Vec<_> = (1..=10)
                .map(|n| {
                    let greenlet = spawn_local_on_greenlet({
                        let sum = Rc::clone(&sum);
                        async move {
                            once().await;
                            sum.set(sum.get() + n);
                            Rc::clone(&sum)
                        }
                    });
                    assert_eq!(greenlet.handle().spawn_site().line(), line);
                    greenlet
                })
                .collect();
            block_on(async {
                for greenlet in all {
                    assert!(Rc::ptr_eq(&greenlet.await.unwrap(), &sum));
                }
            });
            assert_eq!((sum.get(), Rc::strong_count(&sum)), (55, 1));
        });
    });
}
