//! `scope`: greenlets that borrow.

mod common;

use std::cell::Cell;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use common::*;
use vervet::{scope, timeout};

/// On the owner's stack, where children borrow it: whoever looks at it after its time finds other bytes.
struct Canary([u64; 32]);

const ALIVE: u64 = 0x5AFE_5AFE_5AFE_5AFE;

impl Canary {
    fn new() -> Canary {
        Canary([ALIVE; 32])
    }

    fn sings(&self) -> bool {
        std::hint::black_box(&self.0).iter().all(|&word| word == ALIVE)
    }
}

impl Drop for Canary {
    fn drop(&mut self) {
        self.0 = [0; 32];
        std::hint::black_box(&mut self.0);
    }
}

// --- borrows and results -------------------------------------------------------------------------------------------

#[test]
fn borrows_and_results() {
    checked(|| {
        in_both(|| {
            let words = ["a".to_owned(), "bb".to_owned(), "ccc".to_owned()];
            let total = AtomicUsize::new(0);
            let lengths = scope(|s| {
                let children: Vec<_> = words
                    .iter()
                    .map(|word| {
                        s.spawn(|| {
                            vervet::yield_now();
                            total.fetch_add(word.len(), SeqCst);
                            word.as_str()
                        })
                    })
                    .collect();
                children.into_iter().map(|child| child.join().unwrap().len()).collect::<Vec<_>>()
            });
            assert_eq!((lengths, total.load(SeqCst)), (vec![1, 2, 3], 6));
        });
    });
}

#[test]
fn mutable_borrows_of_parts() {
    checked(|| {
        in_both(|| {
            let mut numbers = [1, 2, 3, 4];
            scope(|s| {
                for number in &mut numbers {
                    drop(s.spawn(|| {
                        vervet::sleep(Duration::from_micros(10));
                        *number *= 10;
                    }));
                }
            });
            assert_eq!(numbers, [10, 20, 30, 40]);
        });
    });
}

#[test]
fn an_empty_scope_returns_its_value() {
    checked(|| in_both(|| assert_eq!(scope(|_| 1), 1)));
}

#[test]
fn results_that_nobody_takes_are_dropped_before_the_scope_ends() {
    struct Borrows<'a>(&'a Canary, &'a AtomicUsize);
    impl Drop for Borrows<'_> {
        fn drop(&mut self) {
            assert!(self.0.sings());
            self.1.fetch_add(1, SeqCst);
        }
    }
    checked(|| {
        in_both(|| {
            let (canary, drops) = (Canary::new(), AtomicUsize::new(0));
            scope(|s| {
                drop(s.spawn(|| Borrows(&canary, &drops)));
                let done = s.spawn(|| Borrows(&canary, &drops));
                over(&done.handle());
                drop(done);
                let killed = s.spawn(|| Borrows(&canary, &drops));
                killed.kill();
                let _ = s.spawn(|| killed.join().map(drop).is_ok());
            });
            // The killed one has a result if it was faster than that.
            let dropped = drops.load(SeqCst);
            assert!(dropped == 2 || dropped == 3, "{dropped}");
        });
    });
}

#[test]
fn closures_that_never_run_are_dropped_before_the_scope_ends() {
    checked(|| {
        in_both(|| {
            let dropped = AtomicUsize::new(0);
            scope(|s| {
                for _ in 0..100 {
                    let guard = OnDrop(|| {
                        dropped.fetch_add(1, SeqCst);
                    });
                    let child = s.spawn(move || {
                        let _guard = guard;
                        vervet::sleep(Duration::MAX);
                    });
                    child.kill();
                }
            });
            assert_eq!(dropped.load(SeqCst), 100);
        });
    });
}

#[test]
fn wait_is_finished_and_handle() {
    checked(|| {
        in_both(|| {
            let gate = Gate::new();
            scope(|s| {
                let child = s.spawn(|| gate.pass());
                assert!(!child.wait(Some(Duration::from_millis(1))) && !child.is_finished());
                assert!(format!("{s:?}").contains("running: 1"));
                gate.open();
                assert!(child.wait(None) && child.is_finished() && child.handle().is_finished());
                assert!(format!("{s:?} {child:?}").contains("running: 0"));
                child.join().unwrap();
            });
        });
    });
}

#[test]
fn ten_thousand_children() {
    checked(|| {
        in_both(|| {
            let sum = AtomicUsize::new(0);
            scope(|s| {
                for i in 0..10_000 {
                    let sum = &sum;
                    drop(s.spawn(move || {
                        vervet::yield_now();
                        sum.fetch_add(i, SeqCst);
                    }));
                }
            });
            assert_eq!(sum.load(SeqCst), 10_000 * 9_999 / 2);
        });
    });
}

#[test]
fn ten_thousand_children_at_once() {
    checked(|| {
        let gate = Gate::new();
        let theirs = gate.clone();
        let owner = vervet::spawn(move || {
            let mut results = vec![0; 10_000];
            scope(|s| {
                for (i, result) in results.iter_mut().enumerate() {
                    let gate = &theirs;
                    drop(s.spawn(move || {
                        gate.pass();
                        *result = i;
                    }));
                }
            });
            results.into_iter().enumerate().all(|(i, n)| i == n)
        });
        eventually("all are parked", || vervet::runtime::metrics().parked.join >= 10_000);
        gate.open();
        assert!(owner.join().unwrap());
    });
}

// --- children of children ------------------------------------------------------------------------------------------

#[test]
fn nested_scopes() {
    checked(|| {
        in_both(|| {
            let total = AtomicUsize::new(0);
            scope(|outer| {
                for _ in 0..10 {
                    let total = &total;
                    drop(outer.spawn(move || {
                        let own = AtomicUsize::new(0);
                        scope(|inner| {
                            for _ in 0..10 {
                                drop(inner.spawn(|| {
                                    vervet::yield_now();
                                    own.fetch_add(1, SeqCst);
                                }));
                            }
                        });
                        total.fetch_add(own.load(SeqCst), SeqCst);
                    }));
                }
            });
            assert_eq!(total.load(SeqCst), 100);
        });
    });
}

#[test]
fn a_child_spawns_into_the_scope() {
    checked(|| {
        in_both(|| {
            let count = AtomicUsize::new(0);
            scope(|s| {
                drop(s.spawn(|| {
                    for _ in 0..10 {
                        drop(s.spawn(|| {
                            vervet::sleep(Duration::from_micros(50));
                            drop(s.spawn(|| {
                                vervet::sleep(Duration::from_micros(50));
                                count.fetch_add(1, SeqCst);
                            }));
                        }));
                    }
                }));
            });
            assert_eq!(count.load(SeqCst), 10);
        });
    });
}

#[test]
fn a_child_joins_its_sibling() {
    checked(|| {
        in_both(|| {
            let value = 20;
            let sum = scope(|s| {
                let first = s.spawn(|| {
                    vervet::yield_now();
                    value
                });
                let second = s.spawn(move || first.join().unwrap() + 1);
                s.spawn(move || second.join().unwrap() + 1).join().unwrap()
            });
            assert_eq!(sum, 22);
        });
    });
}

// --- panics --------------------------------------------------------------------------------------------------------

#[test]
fn a_joined_childs_panic_is_the_joiners() {
    checked(|| {
        in_both(|| {
            let value = scope(|s| {
                let error = s.spawn(|| -> () { fail("on purpose") }).join().unwrap_err();
                assert_eq!(text(error.into_panic()), "on purpose");
                1
            });
            assert_eq!(value, 1);
        });
    });
}

#[test]
fn an_unjoined_childs_panic_is_the_scopes_after_all_are_over() {
    checked(|| {
        in_both(|| {
            let finished = AtomicUsize::new(0);
            let payload = catch_unwind(|| {
                scope(|s| {
                    drop(s.spawn(|| fail("on purpose")));
                    for _ in 0..10 {
                        drop(s.spawn(|| {
                            vervet::sleep(Duration::from_millis(1));
                            finished.fetch_add(1, SeqCst);
                        }));
                    }
                })
            });
            assert_eq!(text(payload.unwrap_err()), "a scoped greenlet panicked");
            assert_eq!(finished.load(SeqCst), 10);
        });
    });
}

#[test]
fn one_unjoined_panic_among_many_children() {
    checked(|| {
        in_both(|| {
            for at in [0, 500, 999] {
                let result = catch_unwind(|| {
                    scope(|s| {
                        for i in 0..1000 {
                            drop(s.spawn(move || {
                                if i == at {
                                    fail("on purpose");
                                }
                            }));
                            if i % 100 == 0 {
                                vervet::yield_now();
                            }
                        }
                    })
                });
                assert!(result.is_err());
            }
        });
    });
}

#[test]
fn a_panic_of_the_body_comes_after_the_children_are_over() {
    checked(|| {
        in_both(|| {
            let finished = AtomicUsize::new(0);
            let payload = catch_unwind(|| {
                scope(|s| {
                    for _ in 0..10 {
                        drop(s.spawn(|| {
                            vervet::sleep(Duration::from_millis(1));
                            finished.fetch_add(1, SeqCst);
                        }));
                    }
                    drop(s.spawn(|| fail("the child's")));
                    fail("the body's")
                })
            });
            assert_eq!(text(payload.unwrap_err()), "the body's");
            assert_eq!(finished.load(SeqCst), 10);
        });
    });
}

#[test]
fn a_killed_child_is_no_panic() {
    checked(|| {
        in_both(|| {
            scope(|s| {
                scoped_sleeper(s).kill();
                let child = scoped_sleeper(s);
                child.kill();
                assert!(child.join().unwrap_err().is_killed());
            });
        });
    });
}

// --- cut short -----------------------------------------------------------------------------------------------------

#[test]
fn a_killed_owner_kills_its_children_and_waits_for_them() {
    checked(|| {
        let sang = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&sang);
        let gate = Gate::new();
        let (held, (sender, order)) = (gate.clone(), mpsc::channel());
        let owner = vervet::spawn(move || {
            let canary = Canary::new();
            let last = sender.clone();
            let _owner_ends = OnDrop(move || last.send("owner").unwrap());
            scope(|s| {
                for _ in 0..10 {
                    let (canary, sang) = (&canary, &theirs);
                    drop(s.spawn(move || {
                        let _look = OnDrop(|| {
                            vervet::sleep(Duration::from_millis(1));
                            sang.fetch_add(usize::from(canary.sings()), SeqCst);
                        });
                        vervet::sleep(Duration::MAX);
                    }));
                }
                let (canary, gate, sender) = (&canary, &held, sender.clone());
                drop(s.spawn(move || {
                    vervet::shield(|| gate.pass());
                    assert!(canary.sings());
                    sender.send("child").unwrap();
                }));
            });
        });
        parked(&owner.handle(), "scope");
        eventually("the children are parked", || vervet::runtime::metrics().parked.sleep >= 11);
        owner.kill();
        // One child is shielded, so the owner cannot go.
        assert!(!owner.wait(Some(Duration::from_millis(5))));
        owner.kill();
        gate.open();
        assert!(owner.join().unwrap_err().is_killed());
        assert_eq!(sang.load(SeqCst), 10);
        assert_eq!(order.try_iter().collect::<Vec<_>>(), ["child", "owner"]);
    });
}

#[test]
fn an_owner_killed_in_the_body() {
    checked(|| {
        let drops = Drops::new();
        let values = [drops.value(), drops.value()];
        let owner = vervet::spawn(move || {
            let values = values;
            scope(|s| {
                for value in values {
                    drop(s.spawn(move || {
                        let _value = value;
                        vervet::sleep(Duration::MAX);
                    }));
                }
                vervet::sleep(Duration::MAX);
            });
        });
        parked(&owner.handle(), "sleep");
        owner.kill();
        assert!(owner.join().unwrap_err().is_killed());
        assert_eq!(drops.count(), 2);
    });
}

#[test]
fn an_owner_killed_before_it_runs_and_one_that_kills_itself() {
    checked(|| {
        let never = vervet::spawn_later(HOUR, || scope(|s| drop(s.spawn(|| ()))));
        never.kill();
        assert!(never.join().is_err());
        let drops = Drops::new();
        let value = drops.value();
        let owner = vervet::spawn(move || {
            let value = value;
            scope(|s| {
                drop(s.spawn(move || {
                    let _value = value;
                    vervet::sleep(Duration::MAX);
                }));
                vervet::current().unwrap().kill();
                // The scope itself is the next blocking call.
            });
        });
        assert!(owner.join().unwrap_err().is_killed());
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn children_spawned_after_the_kill_die_too() {
    checked(|| {
        let gate = Gate::new();
        let held = gate.clone();
        let owner = vervet::spawn(move || {
            scope(|s| {
                drop(s.spawn(|| {
                    // Goes on, and spawns, while the scope is being killed.
                    vervet::shield(|| {
                        held.pass();
                        drop(s.spawn(|| vervet::sleep(Duration::MAX)));
                        s.spawn(|| vervet::sleep(Duration::MAX)).join().unwrap_err();
                    });
                }));
            });
        });
        eventually("the child is parked", || vervet::runtime::metrics().parked.join >= 1);
        parked(&owner.handle(), "scope");
        owner.kill();
        assert!(!owner.wait(Some(Duration::from_millis(2))));
        gate.open();
        assert!(owner.join().unwrap_err().is_killed());
    });
}

#[test]
fn a_shielded_scope_is_left_alone() {
    checked(|| {
        let gate = Gate::new();
        let (held, finished) = (gate.clone(), Arc::new(AtomicBool::new(false)));
        let theirs = Arc::clone(&finished);
        let owner = vervet::spawn(move || {
            vervet::shield(|| {
                scope(|s| {
                    drop(s.spawn(|| {
                        held.pass();
                        theirs.store(true, SeqCst);
                    }));
                });
            });
            vervet::yield_now();
        });
        parked(&owner.handle(), "scope");
        owner.kill();
        gate.open();
        assert!(owner.join().unwrap_err().is_killed());
        assert!(finished.load(SeqCst));
    });
}

#[test]
fn a_timeout_around_it_ends_the_children() {
    checked(|| {
        in_both(|| {
            let (canary, sang) = (Canary::new(), AtomicUsize::new(0));
            let result = timeout(Duration::from_millis(3), || {
                scope(|s| {
                    for _ in 0..10 {
                        drop(s.spawn(|| {
                            let _look = OnDrop(|| {
                                vervet::yield_now();
                                sang.fetch_add(usize::from(canary.sings()), SeqCst);
                            });
                            vervet::sleep(Duration::MAX);
                        }));
                    }
                });
            });
            assert!(result.is_err());
            // A child that had not run by then has no guard.
            assert!(sang.load(SeqCst) <= 10);
            let body = timeout(Duration::from_millis(3), || {
                scope(|s| {
                    drop(s.spawn(|| vervet::sleep(Duration::MAX)));
                    vervet::sleep(Duration::MAX);
                });
            });
            assert!(body.is_err());
        });
    });
}

#[test]
fn a_timeout_inside_it() {
    checked(|| {
        in_both(|| {
            let cut = scope(|s| {
                let child = s.spawn(|| timeout(Duration::from_millis(2), || vervet::sleep(HOUR)).is_err());
                let own = timeout(Duration::from_millis(2), || vervet::sleep(HOUR)).is_err();
                child.join().unwrap() && own
            });
            assert!(cut);
        });
    });
}

#[test]
fn in_a_destructor_while_unwinding() {
    checked(|| {
        let count = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&count);
        let greenlet = vervet::spawn(move || {
            let _guard = OnDrop(|| {
                scope(|s| {
                    for _ in 0..10 {
                        drop(s.spawn(|| {
                            vervet::sleep(Duration::from_micros(100));
                            theirs.fetch_add(1, SeqCst);
                        }));
                    }
                });
            });
            vervet::sleep(Duration::MAX);
        });
        parked(&greenlet.handle(), "sleep");
        greenlet.kill();
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(count.load(SeqCst), 10);
    });
}

#[test]
fn a_stress_of_killed_owners() {
    checked(|| {
        let (started, ended) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let counts = Arc::new((started, ended));
        for round in 0..300 {
            let theirs = Arc::clone(&counts);
            let owner = vervet::spawn(move || {
                let canary = Canary::new();
                let seen = Mutex::new(0);
                scope(|s| {
                    for _ in 0..8 {
                        let (canary, counts, seen) = (&canary, &theirs, &seen);
                        drop(s.spawn(move || {
                            counts.0.fetch_add(1, SeqCst);
                            let _end = OnDrop(|| {
                                *seen.lock().unwrap() += usize::from(canary.sings());
                                counts.1.fetch_add(usize::from(canary.sings()), SeqCst);
                            });
                            vervet::sleep(Duration::from_micros(round));
                            vervet::yield_now();
                        }));
                    }
                });
            });
            let handle = owner.handle();
            let killer = vervet::spawn(move || {
                vervet::sleep(Duration::from_micros(round / 2));
                handle.kill();
            });
            assert!(owner.join().err().is_none_or(|error| error.is_killed()));
            killer.join().unwrap();
            assert_eq!(counts.0.load(SeqCst), counts.1.load(SeqCst));
        }
    });
}

// --- threads -------------------------------------------------------------------------------------------------------

#[test]
fn threads_and_greenlets_in_scopes_of_each_other() {
    checked(|| {
        let count = AtomicUsize::new(0);
        thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| {
                    scope(|s| {
                        for _ in 0..100 {
                            drop(s.spawn(|| {
                                vervet::yield_now();
                                count.fetch_add(1, SeqCst);
                            }));
                        }
                    });
                });
            }
        });
        assert_eq!(count.load(SeqCst), 400);
    });
}

#[test]
fn the_body_may_use_what_is_not_send() {
    checked(|| {
        vervet::run(|| {
            let cell = Cell::new(1);
            scope(|s| {
                let child = s.spawn(|| 2);
                cell.set(cell.get() + child.join().unwrap());
            });
            assert_eq!(cell.get(), 3);
        });
    });
}
