//! Kills, timeouts and panics: what becomes of the future.

use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use vervet::future::{block_on, spawn_on_greenlet};

use crate::common::someone::Kind;
use crate::common::*;
use crate::door::Door;

const SHORT: Duration = Duration::from_millis(2);

#[test]
fn killed_while_it_waits() {
    checked(|| {
        let drops = Drops::new();
        let value = drops.value();
        let greenlet = vervet::spawn(move || {
            block_on(async move {
                let _value = value;
                pending::<()>().await;
            });
        });
        parked(&greenlet.handle(), "signal");
        greenlet.kill();
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn killed_before_it_begins() {
    checked(|| {
        let door = Door::new();
        let theirs = door.clone();
        let gate = Gate::new();
        let held = gate.clone();
        let greenlet = vervet::spawn(move || {
            vervet::shield(|| held.pass());
            block_on(async move {
                theirs.state().open = true;
                theirs.await;
            });
        });
        parked(&greenlet.handle(), "join");
        greenlet.kill();
        gate.open();
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(door.polls(), 0, "it begins with a checkpoint");
    });
}

#[test]
fn a_kill_is_sticky() {
    checked(|| {
        let caught = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&caught);
        let greenlet = vervet::spawn(move || {
            for _ in 0..3 {
                // Whoever swallows it meets it again.
                let swallowed = catch_unwind(|| block_on(pending::<()>()));
                *theirs.lock().unwrap() += usize::from(swallowed.is_err());
            }
            block_on(async { unreachable!("not even what is ready at once") })
        });
        parked(&greenlet.handle(), "signal");
        greenlet.kill();
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(*caught.lock().unwrap(), 3);
    });
}

#[test]
fn a_wake_comes_before_a_kill() {
    checked(|| {
        let door = Door::new();
        let theirs = door.clone();
        let done = Arc::new(Mutex::new(false));
        let told = Arc::clone(&done);
        let greenlet = vervet::spawn(move || {
            block_on(theirs);
            *told.lock().unwrap() = true;
            vervet::sleep(HOUR);
        });
        parked(&greenlet.handle(), "signal");
        door.open();
        greenlet.kill();
        assert!(greenlet.join().unwrap_err().is_killed());
        assert!(*done.lock().unwrap());
    });
}

#[test]
fn a_shield_keeps_it_waiting() {
    checked(|| {
        let door = Door::new();
        let theirs = door.clone();
        let greenlet = vervet::spawn(move || vervet::shield(|| block_on(theirs)));
        parked(&greenlet.handle(), "signal");
        greenlet.kill();
        assert!(is_parked(&greenlet.handle(), "signal"));
        door.open();
        greenlet.join().unwrap();
    });
}

#[test]
fn timed_out_and_waited_for_again() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            let value = drops.value();
            let late = vervet::timeout(SHORT, || {
                block_on(async move {
                    let _value = value;
                    pending::<()>().await;
                });
            });
            assert!(late.is_err());
            assert_eq!(drops.count(), 1);
            // Lent, it is still there.
            let door = Door::new();
            let mut future = door.clone();
            assert!(vervet::timeout(SHORT, || block_on(&mut future)).is_err());
            door.open();
            block_on(&mut future);
            assert_eq!(door.polls(), 2);
        });
    });
}

#[test]
fn destructors_run_in_the_greenlet_and_may_block() {
    checked(|| {
        let gate = Gate::new();
        let (held, seen) = (gate.clone(), Arc::new(Mutex::new(None)));
        let theirs = Arc::clone(&seen);
        let greenlet = spawn_on_greenlet(async move {
            let _guard = OnDrop(move || {
                held.pass();
                // Nested, in the middle of an unwinding.
                let door = Door::new();
                let other = door.clone();
                let opener = vervet::spawn(move || other.open());
                block_on(door);
                opener.join().unwrap();
                *theirs.lock().unwrap() = vervet::current();
            });
            pending::<()>().await;
        });
        let handle = greenlet.handle();
        parked(&handle, "signal");
        greenlet.kill();
        parked(&handle, "join");
        gate.open();
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(*seen.lock().unwrap(), Some(handle));
    });
}

#[test]
fn dropped_from_the_inside_out() {
    checked(|| {
        let order = Arc::new(Mutex::new(Vec::new()));
        let note = |name: &'static str| {
            let order = Arc::clone(&order);
            OnDrop(move || order.lock().unwrap().push(name))
        };
        let (outside, first, second, inner) = (note("outside"), note("first"), note("second"), note("inner"));
        let greenlet = vervet::spawn(move || {
            let _outside = outside;
            block_on(async move {
                let _first = first;
                let _second = second;
                async move {
                    let _inner = inner;
                    pending::<()>().await;
                }
                .await;
            });
        });
        parked(&greenlet.handle(), "signal");
        greenlet.kill();
        over(&greenlet.handle());
        assert_eq!(*order.lock().unwrap(), ["inner", "second", "first", "outside"]);
    });
}

#[test]
fn panics_pass_through() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            for polls in [1, 2, 5] {
                let value = drops.value();
                let mut left = polls;
                let panic = catch_unwind(AssertUnwindSafe(|| {
                    block_on(poll_fn(move |context| -> Poll<()> {
                        let _value = &value;
                        left -= 1;
                        if left == 0 {
                            fail("on purpose");
                        }
                        context.waker().wake_by_ref();
                        Poll::Pending
                    }));
                }));
                assert_eq!(text(panic.unwrap_err()), "on purpose");
            }
            assert_eq!(drops.count(), 3);
            assert_eq!(block_on(async { "and on" }), "and on");
        });
        let greenlet = spawn_on_greenlet(async { fail("on purpose") });
        assert_eq!(text(greenlet.join().unwrap_err().into_panic()), "on purpose");
    });
}

#[test]
fn a_kill_in_the_middle_of_a_poll() {
    checked(|| {
        let drops = Drops::new();
        let values = (drops.value(), drops.value());
        let greenlet = spawn_on_greenlet(async move {
            let _outer = values.0;
            async move {
                let _inner = values.1;
                // It blocks, where it should have awaited.
                vervet::sleep(HOUR);
            }
            .await;
        });
        parked(&greenlet.handle(), "sleep");
        greenlet.kill();
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(drops.count(), 2);
    });
}

#[test]
fn killed_at_any_moment_nothing_is_left() {
    const ROUNDS: usize = 500;
    checked(|| {
        let drops = Drops::new();
        for round in 0..ROUNDS {
            let (value, door) = (drops.value(), Door::new());
            let theirs = door.clone();
            let greenlet = spawn_on_greenlet(async move {
                let _value = value;
                for _ in 0..100 {
                    theirs.clone().await;
                    theirs.state().open = false;
                }
            });
            let opener = Kind::Thread.start(move || (0..round % 50).for_each(|_| door.open()));
            (0..round).for_each(|_| std::hint::spin_loop());
            greenlet.kill();
            over(&greenlet.handle());
            assert!(greenlet.join().unwrap_err().is_killed());
            opener.join();
            assert_eq!(drops.count(), round + 1);
        }
    });
}
