//! Whatever is dropped in the middle, wherever that is, drops each value once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use vervet::coroutine::switch::getcurrent;
use vervet::coroutine::{Coroutine, Generator, State, Yielder};
use vervet::sync::Mutex;

use crate::common::{Counted, Drops, HOUR, checked, fail, in_both, over, panics_seen, parked, text};

const POINTS: u32 = 1000;

/// Makes a value at each step, keeps every other one, in frames that lie within each other; `stop` is called at each of
/// [`POINTS`] points.
fn walk(drops: &Drops, made: &mut usize, step: u32, stop: &mut dyn FnMut(u32)) {
    let value = drops.value();
    *made += 1;
    let kept: Vec<Counted> = (0..step % 3).map(|_| drops.value()).collect();
    *made += kept.len();
    stop(step);
    if step.is_multiple_of(2) {
        drop(value);
        if step + 1 < POINTS {
            walk(drops, made, step + 1, stop);
        }
        drop(kept);
    } else {
        drop(kept);
        if step + 1 < POINTS {
            walk(drops, made, step + 1, stop);
        }
        drop(value);
    }
}

/// How many values there are up to a point, itself included.
fn made_by(point: u32) -> usize {
    (0..=point).map(|step| 1 + (step % 3) as usize).sum()
}

fn suspending(drops: &Rc<Drops>) -> Coroutine<(), u32, ()> {
    let drops = Rc::clone(drops);
    vervet::coroutine::Builder::new()
        .stack_size(1 << 20)
        .coroutine(move |yielder: &Yielder<(), u32>, ()| {
            walk(&drops, &mut 0, 0, &mut |step| yielder.suspend(step));
        })
        .unwrap()
}

#[test]
fn coroutine_at_a_thousand_points() {
    checked(|| {
        in_both(|| {
            let hooked = panics_seen();
            for point in 0..POINTS {
                let drops = Rc::new(Drops::new());
                let co = suspending(&drops);
                for step in 0..=point {
                    assert_eq!(co.resume(()).unwrap(), State::Yielded(step));
                }
                if point % 2 == 0 {
                    drop(co)
                } else {
                    co.close().unwrap()
                }
                assert_eq!(drops.count(), made_by(point));
            }
            assert_eq!(panics_seen(), hooked, "the hook was called");
        });
    });
}

#[test]
fn generator_at_a_thousand_points() {
    checked(|| {
        in_both(|| {
            for point in 0..POINTS {
                let drops = Rc::new(Drops::new());
                let theirs = Rc::clone(&drops);
                let mut generator: Generator<u32> = vervet::coroutine::Builder::new()
                    .stack_size(1 << 20)
                    .generator(move |yielder: &Yielder<(), u32>| {
                        walk(&theirs, &mut 0, 0, &mut |step| yielder.suspend(step));
                    })
                    .unwrap();
                assert_eq!(generator.nth(point as usize), Some(point));
                drop(generator);
                assert_eq!(drops.count(), made_by(point));
            }
        });
    });
}

#[test]
fn switch_at_a_thousand_points() {
    checked(|| {
        in_both(|| {
            for point in 0..POINTS {
                let drops = Rc::new(Drops::new());
                let (theirs, main) = (Rc::clone(&drops), getcurrent());
                let switch = vervet::coroutine::Builder::new()
                    .stack_size(1 << 20)
                    .switch(move |_| {
                        walk(&theirs, &mut 0, 0, &mut |step| {
                            main.switch(step).unwrap();
                        });
                        POINTS
                    })
                    .unwrap();
                for step in 0..=point {
                    assert_eq!(switch.switch(0).unwrap(), step);
                }
                drop(switch);
                assert_eq!(drops.count(), made_by(point));
            }
        });
    });
}

/// A greenlet is not dropped where it is suspended, but killed there.
#[test]
fn greenlet_at_a_thousand_points() {
    checked(|| {
        for point in 0..POINTS {
            let drops = std::sync::Arc::new(Drops::new());
            let theirs = std::sync::Arc::clone(&drops);
            let greenlet = vervet::Builder::new()
                .stack_size(1 << 20)
                .spawn(move || {
                    walk(&theirs, &mut 0, 0, &mut |step| {
                        if step == point {
                            vervet::sleep(HOUR);
                        }
                        if step % 64 == 0 {
                            vervet::yield_now();
                        }
                    });
                })
                .unwrap();
            // Of those points a few are seen to be parked; the others are killed there or on the way.
            if point % 100 == 0 {
                parked(&greenlet.handle(), "sleep");
                greenlet.kill();
                over(&greenlet.handle());
                assert_eq!(drops.count(), made_by(point));
            } else {
                greenlet.kill();
                over(&greenlet.handle());
            }
            assert!(greenlet.join().unwrap_err().is_killed());
        }
    });
}

#[test]
fn greenlet_inside_a_coroutine_at_a_thousand_points() {
    checked(|| {
        for point in 0..POINTS {
            let drops = std::sync::Arc::new(Drops::new());
            let theirs = std::sync::Arc::clone(&drops);
            let (tell, told) = vervet::sync::mpsc::channel();
            let greenlet = vervet::spawn(move || {
                let drops = theirs;
                let co = vervet::coroutine::Builder::new()
                    .stack_size(1 << 20)
                    .coroutine(move |yielder: &Yielder<(), u32>, ()| {
                        walk(&drops, &mut 0, 0, &mut |step| {
                            if step == point {
                                tell.send(()).unwrap();
                                vervet::sleep(HOUR);
                            }
                            yielder.suspend(step);
                        });
                    })
                    .unwrap();
                while let Ok(State::Yielded(_)) = co.resume(()) {}
            });
            told.recv().unwrap();
            greenlet.kill();
            over(&greenlet.handle());
            assert!(greenlet.join().unwrap_err().is_killed());
            assert_eq!(drops.count(), made_by(point));
        }
    });
}

#[test]
fn one_that_never_ran_drops_its_closure_only() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            let value = drops.value();
            drop(Coroutine::<(), (), ()>::new(move |_, ()| drop(value)));
            assert_eq!(drops.count(), 1);
            let value = drops.value();
            let large = [0_u8; 10_000];
            let co: Coroutine<(), (), usize> = Coroutine::new(move |_, ()| {
                drop(value);
                large.len()
            });
            assert_eq!(co.resume(()).unwrap(), State::Returned(10_000));
            assert_eq!(drops.count(), 2);
        });
    });
}

#[test]
fn panic_in_the_destructor_of_a_closure_that_never_ran() {
    struct Fails {
        _value: Counted,
    }
    impl Drop for Fails {
        fn drop(&mut self) {
            fail("on purpose");
        }
    }
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            let fails = Fails { _value: drops.value() };
            let co: Coroutine<(), (), ()> = Coroutine::new(move |_, ()| drop(fails));
            let caught = catch_unwind(AssertUnwindSafe(|| drop(co)));
            assert_eq!(text(caught.unwrap_err()), "on purpose");
            assert_eq!(drops.count(), 1);
        });
    });
}

#[test]
fn values_in_transit_are_dropped_once() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            let given: Vec<Counted> = (0..4).map(|_| drops.value()).collect();
            let co: Coroutine<Option<Counted>, Option<Counted>, ()> = Coroutine::new(|yielder, first| {
                let second = yielder.suspend(first);
                yielder.suspend(second);
            });
            let mut given = given.into_iter();
            for _ in 0..2 {
                assert!(co.resume(given.next()).unwrap().into_yielded().unwrap().is_some());
            }
            assert_eq!(drops.count(), 2);
            co.resume(given.next()).unwrap();
            assert_eq!(drops.count(), 3);
            let refused = co.resume(given.next()).unwrap_err();
            assert_eq!(drops.count(), 3);
            drop(refused);
            assert_eq!(drops.count(), 4);
        });
    });
}

#[test]
fn dropped_by_a_panic_around_it() {
    checked(|| {
        in_both(|| {
            let drops = Rc::new(Drops::new());
            let theirs = Rc::clone(&drops);
            let caught = catch_unwind(AssertUnwindSafe(move || {
                let co = suspending(&theirs);
                for _ in 0..10 {
                    co.resume(()).unwrap();
                }
                fail("on purpose")
            }));
            assert_eq!(text(caught.unwrap_err()), "on purpose");
            assert_eq!(drops.count(), made_by(9));
            assert!(!std::thread::panicking());
        });
    });
}

/// It is no panic.
#[test]
fn being_closed_poisons_no_lock() {
    checked(|| {
        in_both(|| {
            let mutex = Rc::new(Mutex::new(1));
            let theirs = Rc::clone(&mutex);
            let co = Coroutine::new(move |yielder: &Yielder<(), ()>, ()| {
                let mut guard = theirs.lock().unwrap();
                *guard += 1;
                yielder.suspend(());
            });
            co.resume(()).unwrap();
            assert!(mutex.try_lock().is_err());
            drop(co);
            assert_eq!(*mutex.lock().unwrap(), 2);
        });
    });
}

#[test]
fn panic_poisons_a_lock() {
    checked(|| {
        in_both(|| {
            let mutex = Rc::new(Mutex::new(1));
            let theirs = Rc::clone(&mutex);
            let co: Coroutine<(), (), ()> = Coroutine::new(move |yielder, ()| {
                let _guard = theirs.lock().unwrap();
                yielder.suspend(());
                fail("on purpose")
            });
            co.resume(()).unwrap();
            assert!(catch_unwind(AssertUnwindSafe(|| co.resume(()))).is_err());
            assert!(mutex.is_poisoned());
        });
    });
}

#[test]
fn one_that_catches_the_unwinding_is_unwound_again() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            let (first, second) = (drops.value(), drops.value());
            let co = Coroutine::new(move |yielder: &Yielder<(), u32>, ()| {
                let caught = catch_unwind(AssertUnwindSafe(|| {
                    let _first = first;
                    yielder.suspend(1);
                }));
                assert!(caught.is_err());
                let _second = second;
                yielder.suspend(2);
                unreachable!("it was closed");
            });
            co.resume(()).unwrap();
            co.close().unwrap();
            assert_eq!(drops.count(), 2);
        });
    });
}

#[test]
fn panic_while_it_is_closed_comes_out() {
    checked(|| {
        in_both(|| {
            let make = || {
                let co: Coroutine<(), (), ()> = Coroutine::new(|yielder, ()| {
                    let caught = catch_unwind(AssertUnwindSafe(|| yielder.suspend(())));
                    assert!(caught.is_err());
                    fail("on purpose")
                });
                co.resume(()).unwrap();
                co
            };
            let co = make();
            let caught = catch_unwind(AssertUnwindSafe(|| co.close()));
            assert_eq!(text(caught.unwrap_err()), "on purpose");
            assert!(co.close().is_ok());
            let co = make();
            let caught = catch_unwind(AssertUnwindSafe(|| drop(co)));
            assert_eq!(text(caught.unwrap_err()), "on purpose");
        });
    });
}
