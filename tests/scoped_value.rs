//! Scoped values: who sees them, who inherits them, when they end.

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::*;
use vervet::{Greenlet, ScopedValue};

static TENANT: ScopedValue<String> = ScopedValue::new();
static NUMBER: ScopedValue<u32> = ScopedValue::new();
static KEPT: ScopedValue<Arc<Counted>> = ScopedValue::new();

/// What is to be seen here.
fn seen() -> (Option<String>, Option<u32>) {
    (TENANT.get(), NUMBER.get())
}

fn blue(number: u32) -> (Option<String>, Option<u32>) {
    (Some("blue".into()), Some(number))
}

/// Runs `f` with both bound.
fn bound<R>(f: impl FnOnce() -> R) -> R {
    TENANT.with("blue".into(), || NUMBER.with(1, f))
}

#[test]
fn is_send_and_sync_whatever_it_holds() {
    fn both<T: Send + Sync + Default>() {}
    both::<ScopedValue<u32>>();
    both::<ScopedValue<*const u32>>();
}

#[test]
fn bound_for_the_closure_only() {
    fn body() {
        assert_eq!(seen(), (None, None));
        bound(|| assert_eq!(seen(), blue(1)));
        assert_eq!(seen(), (None, None));
        assert_eq!(TENANT.with_current(|tenant| tenant.map(String::len)), None);
        assert_eq!(
            TENANT.with("blue".into(), || TENANT.with_current(|tenant| tenant.map(String::len))),
            Some(4)
        );
    }
    checked(|| in_both(body));
}

#[test]
fn inner_value_hides_the_outer_one() {
    fn body() {
        bound(|| {
            NUMBER.with(2, || {
                assert_eq!(seen(), blue(2));
                NUMBER.with(3, || assert_eq!(seen(), blue(3)));
                assert_eq!(seen(), blue(2));
            });
            assert_eq!(seen(), blue(1));
        });
    }
    checked(|| in_both(body));
}

#[test]
fn ends_by_unwinding() {
    fn body() {
        let caught = catch_unwind(|| bound(|| NUMBER.with(2, || fail("on purpose"))));
        assert!(caught.is_err());
        assert_eq!(seen(), (None, None));
        let slow = || bound(|| vervet::sleep(HOUR));
        assert!(vervet::timeout(Duration::from_millis(2), slow).is_err());
        assert_eq!(seen(), (None, None));
    }
    checked(|| in_both(body));
}

#[test]
fn inherited_in_whichever_way_a_greenlet_is_spawned() {
    fn body() {
        let greenlets: Vec<Greenlet<_>> = bound(|| {
            vec![
                vervet::spawn(seen),
                vervet::spawn_later(Duration::from_millis(1), seen),
                vervet::Builder::new().stack_size(64 * 1024).spawn(seen).unwrap(),
                vervet::spawn(|| vervet::spawn(|| vervet::spawn(seen).join().unwrap()).join().unwrap()),
            ]
        });
        for greenlet in greenlets {
            assert_eq!(greenlet.join().unwrap(), blue(1));
        }
        bound(|| {
            assert_eq!(vervet::run(seen), blue(1));
            assert_eq!(vervet::thread::spawn(seen).join().unwrap(), blue(1));
            vervet::scope(|s| assert_eq!(s.spawn(seen).join().unwrap(), blue(1)));
            vervet::thread::scope(|s| assert_eq!(s.spawn(seen).join().unwrap(), blue(1)));
            assert_eq!(std::thread::spawn(seen).join().unwrap(), (None, None), "std knows nothing of it");
        });
    }
    checked(|| in_both(body));
}

#[test]
fn inherited_by_a_greenlet_that_is_not_send() {
    checked(|| {
        vervet::run(|| assert_eq!(bound(|| vervet::spawn_local(seen)).join().unwrap(), blue(1)));
    });
}

#[test]
fn what_is_bound_at_the_moment_of_the_spawn_counts() {
    checked(|| {
        let gate = Gate::new();
        let theirs = gate.clone();
        let before = vervet::spawn(move || {
            theirs.pass();
            seen()
        });
        let theirs = gate.clone();
        let inside = bound(|| {
            let greenlet = vervet::spawn(move || {
                theirs.pass();
                let first = seen();
                (first, NUMBER.with(9, || vervet::spawn(seen).join().unwrap()), seen())
            });
            NUMBER.with(2, || assert_eq!(seen(), blue(2)));
            greenlet
        });
        NUMBER.with(7, || gate.open());
        assert_eq!(before.join().unwrap(), (None, None));
        assert_eq!(inside.join().unwrap(), (blue(1), blue(9), blue(1)));
    });
}

#[test]
fn greenlets_of_one_worker_do_not_see_each_others() {
    checked(|| {
        vervet::run(|| {
            let greenlets: Vec<_> = (0..50)
                .map(|n| {
                    vervet::spawn_local(move || {
                        NUMBER.with(n, || {
                            for _ in 0..5 {
                                vervet::yield_now();
                                assert_eq!(NUMBER.get(), Some(n));
                            }
                        });
                        NUMBER.get()
                    })
                })
                .collect();
            for greenlet in greenlets {
                assert_eq!(greenlet.join().unwrap(), None);
            }
        });
    });
}

#[test]
fn a_greenlet_that_outlives_the_closure_keeps_the_value() {
    checked(|| {
        let (drops, gate) = (Drops::new(), Gate::new());
        let theirs = gate.clone();
        let greenlet = KEPT.with(Arc::new(drops.value()), || {
            vervet::spawn(move || {
                theirs.pass();
                KEPT.with_current(|kept| kept.is_some())
            })
        });
        parked(&greenlet.handle(), "join");
        assert_eq!(drops.count(), 0);
        let handle = greenlet.handle();
        gate.open();
        assert!(greenlet.join().unwrap());
        assert_eq!(drops.count(), 1, "though there is a reference still to {handle:?}");
    });
}

#[test]
fn a_greenlet_killed_before_its_first_run_lets_the_value_go() {
    checked(|| {
        let drops = Drops::new();
        let greenlet = KEPT.with(Arc::new(drops.value()), || vervet::spawn_later(HOUR, || ()));
        assert_eq!(drops.count(), 0);
        greenlet.kill();
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn the_value_may_be_replaced_while_it_is_looked_at() {
    fn body() {
        let drops = Drops::new();
        KEPT.with(Arc::new(drops.value()), || {
            KEPT.with_current(|kept| {
                let kept = kept.unwrap();
                let other = Drops::new();
                KEPT.with(Arc::new(other.value()), || vervet::sleep(Duration::from_micros(10)));
                assert_eq!((other.count(), drops.count()), (1, 0));
                assert_eq!(Arc::strong_count(kept), 1);
            });
        });
        assert_eq!(drops.count(), 1);
    }
    checked(|| in_both(body));
}

#[test]
fn destructors_see_what_is_bound_outside() {
    static SEEN: Mutex<Vec<Option<u32>>> = Mutex::new(Vec::new());
    static NOSY: ScopedValue<Nosy> = ScopedValue::new();
    struct Nosy;
    impl Drop for Nosy {
        fn drop(&mut self) {
            assert!(NOSY.with_current(|nosy| nosy.is_none()));
            SEEN.lock().unwrap().push(NUMBER.get());
            vervet::sleep(Duration::from_micros(10));
        }
    }
    fn body() {
        NUMBER.with(5, || NOSY.with(Nosy, || ()));
        // At the end of a greenlet nothing is bound any more; the destructor may block all the same.
        NUMBER
            .with(5, || NOSY.with(Nosy, || vervet::spawn(|| vervet::sleep(Duration::from_millis(1)))))
            .join()
            .unwrap();
    }
    checked(|| in_both(body));
}

#[test]
fn locals_see_it_in_their_destructors() {
    static SEEN: AtomicBool = AtomicBool::new(false);
    vervet::greenlet_local! {
        static LOCAL: OnDrop<fn()> = OnDrop(|| SEEN.store(NUMBER.get() == Some(1), SeqCst));
    }
    checked(|| {
        bound(|| vervet::spawn(|| LOCAL.with(|_| ()))).join().unwrap();
        assert!(SEEN.load(SeqCst));
    });
}

#[test]
fn offloaded_closures_see_it() {
    fn body() {
        assert_eq!(bound(|| vervet::offload(seen)), blue(1));
        let panicked = catch_unwind(AssertUnwindSafe(|| bound(|| vervet::offload(|| fail("on purpose")))));
        assert!(panicked.is_err());
        // The threads of the pool keep nothing of it.
        let all: Vec<_> = (0..20).map(|_| vervet::spawn(|| vervet::offload(seen))).collect();
        for greenlet in all {
            assert_eq!(greenlet.join().unwrap(), (None, None));
        }
    }
    checked(|| in_both(body));
}

#[test]
fn a_long_line_of_heirs_holds_one_set() {
    checked(|| {
        let drops = Drops::new();
        let line = KEPT.with(Arc::new(drops.value()), || heir(2_000));
        assert_eq!((line.join().unwrap(), drops.count()), (2_000, 1));
    });

    /// Spawns the next one inside its own binding, and ends.
    fn heir(left: u32) -> Greenlet<u32> {
        NUMBER.with(left, || {
            vervet::spawn(move || match left {
                0 => 0,
                _ => 1 + heir(left - 1).join().unwrap(),
            })
        })
    }
}

#[test]
fn one_that_is_no_static_is_as_good() {
    checked(|| {
        let (ours, other) = (Arc::new(ScopedValue::new()), ScopedValue::new());
        let theirs = Arc::clone(&ours);
        let greenlet = ours.with(1u8, || other.with(2u8, || vervet::spawn(move || theirs.get())));
        assert_eq!(greenlet.join().unwrap(), Some(1));
        assert_eq!(format!("{ours:?}"), "ScopedValue(None)");
        ours.with(3, || assert_eq!(format!("{ours:?}"), "ScopedValue(Some(3))"));
    });
}
