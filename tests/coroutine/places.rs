//! Where a coroutine cannot be suspended, and what else must not be.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use vervet::coroutine::{self, Coroutine, State, Status, Yielder};

use crate::common::{HOUR, OnDrop, checked, fail, in_both, text};

type Plain = Coroutine<(), u32, u32>;

vervet::greenlet_local! {
    static LOCAL: Cell<u32> = const { Cell::new(0) };
}

/// In there nothing can be suspended, and the coroutine goes on unharmed.
fn refused(yielder: &Yielder<(), u32>) {
    assert!(!coroutine::is_yieldable());
    assert_eq!(yielder.try_suspend(99).unwrap_err().into_inner(), 99);
    let panicked = catch_unwind(AssertUnwindSafe(|| yielder.suspend(99)));
    let reason = panicked.unwrap_err().downcast::<String>().unwrap();
    assert!(reason.contains("cannot be suspended"), "{reason}");
}

/// Runs `body`, which is to yield 1 and to return 2.
fn runs(body: impl FnOnce(&Yielder<(), u32>) + 'static) {
    let co: Plain = Coroutine::new(move |yielder, ()| {
        body(yielder);
        assert!(coroutine::is_yieldable());
        yielder.suspend(1);
        2
    });
    assert_eq!(co.resume(()).unwrap(), State::Yielded(1));
    assert_eq!(co.resume(()).unwrap(), State::Returned(2));
}

#[test]
fn not_inside_a_timeout() {
    checked(|| in_both(|| runs(|yielder| vervet::timeout(HOUR, || refused(yielder)).unwrap())));
}

#[test]
fn not_inside_a_shield() {
    checked(|| in_both(|| runs(|yielder| vervet::shield(|| refused(yielder)))));
}

#[test]
fn not_inside_a_greenlet_local() {
    checked(|| in_both(|| runs(|yielder| LOCAL.with(|_| refused(yielder)))));
}

#[test]
fn not_inside_a_scoped_value() {
    static VALUE: vervet::ScopedValue<u32> = vervet::ScopedValue::new();
    checked(|| in_both(|| runs(|yielder| VALUE.with(7, || refused(yielder)))));
}

#[test]
fn a_timeout_around_it_is_fine() {
    checked(|| {
        in_both(|| {
            let co: Plain = Coroutine::new(|yielder, ()| {
                yielder.suspend(1);
                vervet::sleep(HOUR);
                2
            });
            assert_eq!(vervet::timeout(HOUR, || co.resume(()).unwrap()), Ok(State::Yielded(1)));
            let short = std::time::Duration::from_millis(2);
            assert!(vervet::timeout(short, || co.resume(()).unwrap()).is_err());
            assert_eq!(co.status(), Status::Dead);
        });
    });
}

/// A timeout inside that is over holds nobody.
#[test]
fn a_timeout_that_has_run_out_inside() {
    checked(|| {
        in_both(|| {
            runs(|_| {
                let short = std::time::Duration::from_millis(1);
                assert!(vervet::timeout(short, || vervet::sleep(HOUR)).is_err());
            });
        });
    });
}

/// What holds one does not hold those that it resumes.
#[test]
fn an_inner_one_is_free() {
    checked(|| {
        in_both(|| {
            runs(|yielder| {
                vervet::timeout(HOUR, || {
                    runs(|_| assert!(coroutine::is_yieldable()));
                    refused(yielder);
                })
                .unwrap();
            });
        });
    });
}

#[test]
fn not_by_a_destructor_while_it_unwinds() {
    checked(|| {
        in_both(|| {
            let seen = Rc::new(RefCell::new(Vec::new()));
            let theirs = Rc::clone(&seen);
            let co: Plain = Coroutine::new(move |yielder, ()| {
                let _tries = OnDrop(|| {
                    let refused = yielder.try_suspend(1).is_err();
                    theirs.borrow_mut().push((refused, coroutine::is_yieldable()));
                });
                yielder.suspend(0);
                fail("on purpose")
            });
            co.resume(()).unwrap();
            let caught = catch_unwind(AssertUnwindSafe(|| co.resume(())));
            assert_eq!(text(caught.unwrap_err()), "on purpose");
            assert_eq!(*seen.borrow(), [(true, false)]);
        });
    });
}

#[test]
fn not_by_a_destructor_while_it_is_closed() {
    checked(|| {
        in_both(|| {
            let seen = Rc::new(Cell::new(None));
            let theirs = Rc::clone(&seen);
            let co: Plain = Coroutine::new(move |yielder, ()| {
                let _tries = OnDrop(|| theirs.set(Some(yielder.try_suspend(1).is_err())));
                yielder.suspend(0);
                0
            });
            co.resume(()).unwrap();
            drop(co);
            assert_eq!(seen.get(), Some(true));
        });
    });
}

/// Somebody else's unwinding is none of its business.
#[test]
fn resumed_by_a_destructor_it_may_suspend() {
    checked(|| {
        in_both(|| {
            let seen = Rc::new(RefCell::new(Vec::new()));
            let theirs = Rc::clone(&seen);
            let co: Plain = Coroutine::new(|yielder, ()| {
                for i in 0.. {
                    yielder.suspend(i);
                }
                0
            });
            co.resume(()).unwrap();
            let caught = catch_unwind(AssertUnwindSafe(move || {
                let _resumes = OnDrop(|| {
                    for _ in 0..3 {
                        theirs.borrow_mut().push(co.resume(()).unwrap().into_inner());
                    }
                });
                fail("on purpose")
            }));
            assert_eq!(text(caught.unwrap_err()), "on purpose");
            assert_eq!(*seen.borrow(), [1, 2, 3]);
        });
    });
}

/// It is caught inside, and is over before it suspends.
#[test]
fn panics_in_a_destructors_coroutine_are_its_own() {
    checked(|| {
        in_both(|| {
            // The thread's count of panics is found when it is calm.
            runs(|_| ());
            let caught = catch_unwind(|| {
                let _resumes = OnDrop(|| {
                    runs(|yielder| {
                        let caught = catch_unwind(AssertUnwindSafe(|| {
                            let _tries = OnDrop(|| assert!(yielder.try_suspend(7).is_err()));
                            fail("on purpose, inside")
                        }));
                        assert_eq!(text(caught.unwrap_err()), "on purpose, inside");
                    });
                });
                fail("on purpose")
            });
            assert_eq!(text(caught.unwrap_err()), "on purpose");
            assert!(!std::thread::panicking());
        });
    });
}

#[test]
fn in_turns_with_others() {
    checked(|| {
        in_both(|| {
            let make = |from: u32| -> Plain {
                Coroutine::new(move |yielder, ()| {
                    for i in from.. {
                        yielder.suspend(i);
                    }
                    0
                })
            };
            let all: Vec<Plain> = (0..10).map(|n| make(n * 100)).collect();
            for round in 0..50 {
                for (n, co) in (0..).zip(&all) {
                    assert_eq!(co.resume(()).unwrap(), State::Yielded(n * 100 + round));
                    assert_eq!(co.status(), Status::Suspended);
                    assert_eq!(coroutine::running(), None);
                }
            }
        });
    });
}
