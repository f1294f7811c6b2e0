//! What is around a future while it is polled, and only then.

use std::cell::RefCell;
use std::future::{Future, pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use vervet::coroutine::{self, Generator};
use vervet::future::{block_on, spawn_on_greenlet, within};

use crate::common::*;
use crate::door::Door;

thread_local!(static AROUND: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) });

fn around() -> Vec<&'static str> {
    AROUND.with_borrow(Clone::clone)
}

/// Puts `name` into the thread-local for as long as the poll takes; has to go as it came.
fn named(name: &'static str) -> impl FnMut(&mut dyn FnMut()) + Clone {
    move |poll| {
        AROUND.with_borrow_mut(|names| names.push(name));
        let _guard = OnDrop(|| assert_eq!(AROUND.with_borrow_mut(Vec::pop), Some(name)));
        poll();
    }
}

#[test]
fn there_at_each_poll_and_not_between() {
    checked(|| {
        vervet::run(|| {
            let door = Door::new();
            let theirs = door.clone();
            let greenlet = spawn_on_greenlet(within(named("one"), async move {
                let before = around();
                theirs.await;
                (before, around())
            }));
            parked(&greenlet.handle(), "signal");
            assert!(around().is_empty());
            door.open();
            assert_eq!(greenlet.join().unwrap(), (vec!["one"], vec!["one"]));
            assert!(around().is_empty());
        });
    });
}

/// All on one worker, if there is only one: in each of them the others' are not to be seen.
#[test]
fn neighbours_see_their_own() {
    const NAMES: [&str; 4] = ["a", "b", "c", "d"];
    checked(|| {
        let greenlets = (0..200).map(|n| {
            let name = NAMES[n % 4];
            spawn_on_greenlet(within(named(name), async move {
                for _ in 0..10 {
                    assert_eq!(around(), [name]);
                    vervet::spawn(vervet::yield_now).await.unwrap();
                    let mut polled = false;
                    poll_fn(|context| {
                        context.waker().wake_by_ref();
                        if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }
                    })
                    .await;
                }
            }))
        });
        vervet::join_all(greenlets).into_iter().for_each(Result::unwrap);
    });
}

#[test]
fn nested_ones_are_there_in_order() {
    checked(|| {
        in_both(|| {
            let both = within(named("outer"), async {
                let inner = within(named("inner"), async {
                    vervet::spawn(|| ()).await.unwrap();
                    around()
                });
                (inner.await, around())
            });
            assert_eq!(block_on(both), (vec!["outer", "inner"], vec!["outer"]));
        });
    });
}

/// Notes what is around when it is dropped.
fn noting(seen: &Arc<Mutex<Vec<Vec<&'static str>>>>) -> OnDrop<impl FnMut() + use<>> {
    let seen = Arc::clone(seen);
    OnDrop(move || seen.lock().unwrap().push(around()))
}

#[test]
fn there_when_the_future_is_dropped() {
    checked(|| {
        let seen = Arc::default();
        // Killed in the middle; never polled; over.
        let killed = spawn_on_greenlet({
            let guard = noting(&seen);
            within(named("one"), async move {
                let _guard = guard;
                pending::<()>().await;
            })
        });
        parked(&killed.handle(), "signal");
        killed.kill();
        over(&killed.handle());
        let guard = noting(&seen);
        drop(within(named("two"), async move { drop(guard) }));
        let guard = noting(&seen);
        let mut over = pin!(within(
            named("three"),
            poll_fn(move |_| {
                let _guard = &guard;
                Poll::Ready(())
            })
        ));
        block_on(&mut over);
        assert_eq!(*seen.lock().unwrap(), [["one"], ["two"], ["three"]]);
        assert!(around().is_empty());
    });
}

#[test]
fn gone_after_a_panic() {
    checked(|| {
        in_both(|| {
            let panic = catch_unwind(|| block_on(within(named("one"), async { fail("on purpose") })));
            assert_eq!(text(panic.unwrap_err()), "on purpose");
            assert!(around().is_empty());
        });
    });
}

#[test]
fn called_twice_or_not_at_all() {
    checked(|| {
        in_both(|| {
            let door = Door::new();
            let twice = |poll: &mut dyn FnMut()| {
                poll();
                poll();
            };
            let mut future = pin!(within(twice, door.clone()));
            let mut context = Context::from_waker(Waker::noop());
            assert!(future.as_mut().poll(&mut context).is_pending());
            assert_eq!(door.polls(), 1);
            door.open();
            assert!(future.as_mut().poll(&mut context).is_ready());
            let again = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut context).is_ready()));
            assert!(again.is_err());

            let drops = Drops::new();
            let value = drops.value();
            let never = within(|_| (), async move { drop(value) });
            assert!(catch_unwind(AssertUnwindSafe(|| block_on(never))).is_err());
            assert_eq!(drops.count(), 1);
        });
    });
}

#[test]
fn a_coroutine_is_not_suspended_inside() {
    checked(|| {
        in_both(|| {
            let mut outside = Generator::new(|yielder| {
                block_on(within(named("one"), async {
                    assert!(!coroutine::is_yieldable());
                    assert!(yielder.try_suspend(1).is_err());
                }));
                assert!(coroutine::is_yieldable());
                yielder.suspend(2);
            });
            assert_eq!(outside.next(), Some(2));
            assert_eq!(outside.next(), None);
        });
    });
}
