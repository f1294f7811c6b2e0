//! Panics: whom they concern, and greenlets that park in the middle of one.
//!
//! What is spawned with `spawn_local` shares one worker, so that one greenlet's unwinding is on its neighbours' thread.

mod common;

use std::panic::catch_unwind;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use common::*;
use vervet::{Greenlet, timeout};

/// A greenlet of this worker that panics and stays in a destructor until the gate opens.
fn stuck_in_a_panic(gate: &Gate) -> Greenlet<()> {
    common::stuck_in_a_panic(gate, false)
}

#[test]
fn one_in_a_thousand_concerns_nobody_else() {
    checked(|| {
        in_both(|| {
            let shared = Arc::new(Mutex::new(0));
            let own: Vec<_> = (0..1000).map(|_| Arc::new(Mutex::new(0))).collect();
            let gate = Gate::new();
            let greenlets: Vec<_> = own
                .iter()
                .enumerate()
                .map(|(i, own)| {
                    let (own, shared, gate) = (Arc::clone(own), Arc::clone(&shared), gate.clone());
                    vervet::spawn(move || {
                        gate.pass();
                        *own.lock().unwrap() += 1;
                        vervet::yield_now();
                        if i == 500 {
                            panic!("on purpose: {i}");
                        }
                        vervet::sleep(Duration::from_micros(i as u64 % 50));
                        *shared.lock().unwrap() += 1;
                        i
                    })
                })
                .collect();
            gate.open();
            for (i, result) in vervet::join_all(greenlets).into_iter().enumerate() {
                match result {
                    Ok(n) => assert_eq!(n, i),
                    Err(error) => assert_eq!(
                        (i, error.to_string().as_str()),
                        (500, "greenlet panicked: on purpose: 500")
                    ),
                }
            }
            assert_eq!(*shared.lock().unwrap(), 999);
            assert!(own.iter().all(|own| own.lock().is_ok_and(|n| *n == 1)));
        });
    });
}

#[test]
fn a_worker_runs_on_after_any_number_of_panics() {
    checked(|| {
        in_both(|| {
            let greenlets = (0..1000).map(|_| vervet::spawn(|| panic!("on purpose")));
            assert!(
                vervet::join_all(greenlets).iter().all(|result| result.as_ref().is_err_and(|e| e.is_panic()))
            );
            assert!(!vervet::run(thread::panicking));
            assert_eq!(vervet::run(|| 1), 1);
        });
    });
}

#[test]
fn destructors_may_block_during_a_panic() {
    checked(|| {
        let (sender, seen) = mpsc::channel();
        let greenlet = vervet::spawn(move || {
            let _guard = OnDrop(|| {
                vervet::sleep(Duration::from_millis(1));
                vervet::yield_now();
                vervet::spawn(vervet::yield_now).join().unwrap();
                assert_eq!(vervet::offload(|| 1), 1);
                vervet::scope(|s| drop(s.spawn(|| vervet::sleep(Duration::from_micros(10)))));
                sender.send("done").unwrap();
            });
            fail("on purpose")
        });
        panicked(greenlet);
        seen.try_recv().unwrap();
    });
}

#[test]
fn a_kill_during_a_panic_changes_nothing() {
    checked(|| {
        vervet::run(|| {
            let gate = Gate::new();
            let greenlet = stuck_in_a_panic(&gate);
            greenlet.kill();
            assert!(!greenlet.wait(Some(Duration::from_millis(3))));
            gate.open();
            panicked(greenlet);
        });
    });
}

#[test]
fn neighbours_go_on() {
    checked(|| {
        vervet::run(|| {
            let gate = Gate::new();
            let stuck = stuck_in_a_panic(&gate);
            let mutex = Rc::new(Mutex::new(0));
            let neighbours: Vec<_> = (0..100)
                .map(|i| {
                    let mutex = Rc::clone(&mutex);
                    vervet::spawn_local(move || {
                        vervet::yield_now();
                        vervet::sleep(Duration::from_micros(i % 20));
                        *mutex.lock().unwrap() += 1;
                        assert_eq!(vervet::offload(move || i), i);
                        let child = vervet::spawn_local(move || i);
                        assert_eq!(child.join().unwrap(), i);
                        assert_eq!(timeout(HOUR, || vervet::scope(|s| s.spawn(|| i).join().unwrap())), Ok(i));
                        vervet::shield(|| vervet::sleep(Duration::from_micros(10)));
                    })
                })
                .collect();
            assert!(vervet::join_all(neighbours).into_iter().all(|result| result.is_ok()));
            assert_eq!(*mutex.lock().unwrap(), 100);
            gate.open();
            panicked(stuck);
            assert!(!thread::panicking());
        });
    });
}

#[test]
fn neighbours_panic_too() {
    checked(|| {
        vervet::run(|| {
            let gate = Gate::new();
            let stuck = stuck_in_a_panic(&gate);
            let neighbours: Vec<_> = (0..100).map(|_| vervet::spawn_local(|| panic!("on purpose"))).collect();
            assert!(
                vervet::join_all(neighbours).into_iter().all(|result| result.is_err_and(|e| e.is_panic()))
            );
            let caught = vervet::spawn_local(|| {
                let caught = catch_unwind(|| fail("on purpose"));
                vervet::sleep(Duration::from_micros(1));
                caught.is_err()
            });
            assert!(caught.join().unwrap());
            gate.open();
            panicked(stuck);
        });
    });
}

#[test]
fn several_are_stuck_and_end_in_any_order() {
    checked(|| {
        vervet::run(|| {
            end_in_any_order(stuck_in_a_panic);
        });
    });
}

// --- kills and timeouts of neighbours ------------------------------------------------------------------------------

#[test]
fn a_neighbour_that_waited_already_is_killed_at_once() {
    checked(|| {
        vervet::run(|| {
            let neighbour = vervet::spawn_local(|| {
                let _guard = OnDrop(|| vervet::sleep(Duration::from_micros(100)));
                vervet::sleep(Duration::MAX);
            });
            parked(&neighbour.handle(), "sleep");
            let gate = Gate::new();
            let stuck = stuck_in_a_panic(&gate);
            neighbour.kill();
            assert!(neighbour.join().unwrap_err().is_killed());
            assert!(!stuck.is_finished());
            gate.open();
            panicked(stuck);
        });
    });
}

#[test]
fn a_neighbour_that_waits_meanwhile_is_killed_in_the_end() {
    checked(|| {
        vervet::run(|| {
            let gate = Gate::new();
            let stuck = stuck_in_a_panic(&gate);
            let drops = Drops::new();
            let neighbours: Vec<_> = (0..20)
                .map(|i| {
                    let value = drops.value();
                    vervet::spawn_local(move || {
                        let _value = value;
                        match i % 4 {
                            0 => vervet::sleep(Duration::MAX),
                            1 => drop(vervet::current().unwrap().wait(None)),
                            2 => loop {
                                vervet::yield_now();
                                vervet::sleep(Duration::from_micros(100));
                            },
                            _ => vervet::scope(|s| drop(s.spawn(|| vervet::sleep(Duration::MAX)))),
                        }
                    })
                })
                .collect();
            for (i, neighbour) in neighbours.iter().enumerate() {
                parked(&neighbour.handle(), ["sleep", "join", "sleep", "scope"][i % 4]);
                neighbour.kill();
            }
            gate.open();
            panicked(stuck);
            assert!(
                vervet::join_all(neighbours).into_iter().all(|result| result.is_err_and(|e| e.is_killed()))
            );
            assert_eq!(drops.count(), 20);
        });
    });
}

#[test]
fn a_neighbour_that_spins_is_killed_in_the_end() {
    checked(|| {
        vervet::run(|| {
            let gate = Gate::new();
            let stuck = stuck_in_a_panic(&gate);
            let spinning = vervet::spawn_local(|| {
                loop {
                    vervet::yield_now();
                }
            });
            vervet::yield_now();
            spinning.kill();
            gate.open();
            panicked(stuck);
            assert!(matches!(spinning.join(), Err::<(), _>(error) if error.is_killed()));
        });
    });
}

#[test]
fn a_neighbours_timeout_comes_in_the_end() {
    checked(|| {
        vervet::run(|| {
            let before =
                vervet::spawn_local(|| timeout(Duration::from_millis(2), || vervet::sleep(HOUR)).is_err());
            eventually("it waits", || is_parked(&before.handle(), "sleep") || before.is_finished());
            let gate = Gate::new();
            let stuck = stuck_in_a_panic(&gate);
            // It had begun to wait: nothing is in its way.
            assert!(before.join().unwrap());
            let meanwhile = vervet::spawn_local(|| {
                let cut = timeout(Duration::from_millis(2), || vervet::sleep(HOUR)).is_err();
                let inner = timeout(HOUR, || timeout(Duration::from_millis(2), || vervet::sleep(HOUR)));
                cut && matches!(inner, Ok(Err(_)))
            });
            parked(&meanwhile.handle(), "sleep");
            gate.open();
            panicked(stuck);
            assert!(meanwhile.join().unwrap());
        });
    });
}

#[test]
fn who_catches_his_kill_beside_a_panic_dies_all_the_same() {
    checked(|| {
        vervet::run(|| {
            let (first, second) = (Gate::new(), Gate::new());
            let theirs = first.clone();
            let killed = vervet::spawn_local(move || {
                let caught = catch_unwind(|| {
                    let _guard = OnDrop(|| theirs.pass());
                    vervet::sleep(Duration::MAX);
                });
                assert!(caught.is_err());
                // Unwinding no more, though a neighbour is.
                vervet::sleep(Duration::MAX);
            });
            parked(&killed.handle(), "sleep");
            killed.kill();
            parked(&killed.handle(), "join");
            let stuck = stuck_in_a_panic(&second);
            first.open();
            over(&killed.handle());
            assert!(killed.join().unwrap_err().is_killed());
            assert!(!stuck.is_finished());
            second.open();
            panicked(stuck);
        });
    });
}

#[test]
fn who_catches_his_panic_beside_a_panic_can_be_killed() {
    checked(|| {
        vervet::run(|| {
            let (first, second) = (Gate::new(), Gate::new());
            let theirs = first.clone();
            let catcher = vervet::spawn_local(move || {
                let caught = catch_unwind(|| {
                    let _guard = OnDrop(|| theirs.pass());
                    fail("on purpose");
                });
                assert!(caught.is_err());
                timeout(Duration::from_millis(1), || vervet::sleep(HOUR)).unwrap_err();
                vervet::sleep(Duration::MAX);
            });
            parked(&catcher.handle(), "join");
            let stuck = stuck_in_a_panic(&second);
            first.open();
            parked(&catcher.handle(), "sleep");
            catcher.kill();
            second.open();
            panicked(stuck);
            over(&catcher.handle());
            assert!(catcher.join().is_err_and(|error| error.is_killed()));
        });
    });
}

#[test]
fn a_scope_whose_body_panics_beside_others() {
    checked(|| {
        vervet::run(|| {
            let gate = Gate::new();
            let stuck = stuck_in_a_panic(&gate);
            let result = catch_unwind(|| {
                vervet::scope(|s| {
                    drop(s.spawn(|| vervet::sleep(Duration::from_millis(1))));
                    fail("on purpose")
                })
            });
            assert_eq!(text(result.unwrap_err()), "on purpose");
            gate.open();
            panicked(stuck);
        });
    });
}

#[test]
fn all_at_once_on_all_workers() {
    checked(|| {
        let ended = Arc::new(AtomicUsize::new(0));
        let greenlets: Vec<_> = (0..2000u64)
            .map(|i| {
                let ended = Arc::clone(&ended);
                vervet::spawn(move || {
                    let _guard = OnDrop(|| {
                        vervet::sleep(Duration::from_micros(i % 300));
                        vervet::yield_now();
                        ended.fetch_add(1, SeqCst);
                    });
                    match i % 4 {
                        0 => fail("on purpose"),
                        1 => drop(timeout(Duration::from_micros(i % 100), || vervet::sleep(HOUR))),
                        2 => vervet::sleep(Duration::MAX),
                        _ => vervet::sleep(Duration::from_micros(i % 100)),
                    }
                })
            })
            .collect();
        let handles: Vec<_> = greenlets.iter().map(Greenlet::handle).collect();
        for handle in handles.iter().skip(2).step_by(4) {
            handle.kill();
        }
        let started = 2000 - handles.iter().filter(|handle| handle.is_finished()).count();
        for (i, result) in vervet::join_all(greenlets).into_iter().enumerate() {
            match i % 4 {
                0 => assert!(result.unwrap_err().is_panic()),
                2 => assert!(result.unwrap_err().is_killed()),
                _ => result.unwrap(),
            }
        }
        assert!(started <= 2000 && ended.load(SeqCst) >= 1500);
        assert!(!vervet::run(thread::panicking));
    });
}

#[test]
fn a_destructor_that_kills_and_joins_during_a_panic() {
    checked(|| {
        vervet::run(|| {
            let child = vervet::spawn_local(|| {
                loop {
                    vervet::yield_now();
                }
            });
            let parent = vervet::spawn_local(move || {
                let mut child = Some(child);
                let _guard = OnDrop(move || {
                    let child: Greenlet<()> = child.take().unwrap();
                    child.kill();
                    assert!(child.join().is_err());
                });
                vervet::yield_now();
                fail("on purpose")
            });
            panicked(parent);
        });
    });
}

#[test]
fn neighbours_see_nothing_of_a_panic_and_the_panicking_one_all_of_it() {
    checked(|| {
        vervet::run(|| {
            let gate = Gate::new();
            let theirs = gate.clone();
            let (sender, seen) = mpsc::channel();
            let stuck = vervet::spawn_local(move || {
                let _guard = OnDrop(move || {
                    sender.send(thread::panicking()).unwrap();
                    theirs.pass();
                    sender.send(thread::panicking()).unwrap();
                    vervet::sleep(Duration::from_micros(100));
                    vervet::yield_now();
                    sender.send(thread::panicking()).unwrap();
                });
                fail("on purpose")
            });
            parked(&stuck.handle(), "join");
            assert!(!thread::panicking());
            let neighbour = vervet::spawn_local(|| {
                let before = thread::panicking();
                vervet::yield_now();
                before || thread::panicking()
            });
            assert!(!neighbour.join().unwrap());
            gate.open();
            panicked(stuck);
            assert_eq!(seen.try_iter().collect::<Vec<_>>(), [true; 3]);
            assert!(!thread::panicking());
        });
    });
}

#[test]
fn a_neighbours_mutex_is_not_poisoned_but_that_of_the_panicking_one_is() {
    checked(|| {
        vervet::run(|| {
            let (theirs, own) = (Rc::new(Mutex::new(0)), Rc::new(Mutex::new(0)));
            let gate = Gate::new();
            let (pass, lost) = (gate.clone(), Rc::clone(&own));
            let stuck = vervet::spawn_local(move || {
                let _held = lost.lock().unwrap();
                let _guard = OnDrop(move || pass.pass());
                fail("on purpose")
            });
            parked(&stuck.handle(), "join");
            let mutex = Rc::clone(&theirs);
            let neighbour = vervet::spawn_local(move || {
                // Locked before, and unlocked in the middle of the other's panic.
                let mut guard = mutex.lock().unwrap();
                vervet::sleep(Duration::from_micros(100));
                *guard += 1;
            });
            neighbour.join().unwrap();
            *theirs.lock().unwrap() += 1;
            assert!(!theirs.is_poisoned());
            gate.open();
            panicked(stuck);
            assert!(own.is_poisoned());
            assert_eq!(*theirs.lock().unwrap(), 2);
        });
    });
}

#[test]
fn a_lock_held_across_the_beginning_of_a_neighbours_panic() {
    checked(|| {
        vervet::run(|| {
            let mutex = Mutex::new(());
            let guard = mutex.lock().unwrap();
            let gate = Gate::new();
            let stuck = stuck_in_a_panic(&gate);
            drop(guard);
            assert!(!mutex.is_poisoned());
            let guard = mutex.lock().unwrap();
            gate.open();
            panicked(stuck);
            drop(guard);
            assert!(!mutex.is_poisoned());
        });
    });
}

#[test]
fn a_thousand_interleaved_panics_are_counted_right() {
    checked(|| {
        let right = Arc::new(AtomicUsize::new(0));
        let greenlets: Vec<_> = (0..1000u64)
            .map(|i| {
                let right = Arc::clone(&right);
                vervet::spawn(move || {
                    let _guard = OnDrop(|| {
                        let mut all = thread::panicking();
                        for round in 0..3 {
                            vervet::sleep(Duration::from_micros((i * 7 + round) % 200));
                            all &= thread::panicking();
                        }
                        // A second panic inside the first, caught there, and it, too, is interrupted.
                        let inner = catch_unwind(|| {
                            let _guard = OnDrop(|| {
                                vervet::sleep(Duration::from_micros(i % 100));
                                assert!(thread::panicking());
                            });
                            fail("inside")
                        });
                        all &= inner.is_err_and(|payload| text(payload) == "inside") && thread::panicking();
                        vervet::yield_now();
                        all &= thread::panicking();
                        right.fetch_add(usize::from(all), SeqCst);
                    });
                    assert!(!thread::panicking());
                    vervet::yield_now();
                    assert!(!thread::panicking());
                    fail("on purpose")
                })
            })
            .collect();
        let calm: Vec<_> = (0..100u64)
            .map(|i| {
                vervet::spawn(move || {
                    let mutex = Mutex::new(());
                    for _ in 0..20 {
                        let guard = mutex.lock().unwrap();
                        vervet::sleep(Duration::from_micros(i % 50));
                        assert!(!thread::panicking());
                        drop(guard);
                    }
                    // A count that was one too low would be wrong only now.
                    let caught = catch_unwind(|| {
                        let _guard = OnDrop(|| assert!(thread::panicking()));
                        fail("caught")
                    });
                    caught.is_err() && !thread::panicking()
                })
            })
            .collect();
        for result in vervet::join_all(greenlets) {
            assert_eq!(text(result.unwrap_err().into_panic()), "on purpose");
        }
        assert!(vervet::join_all(calm).into_iter().all(|result| result.unwrap()));
        assert_eq!(right.load(SeqCst), 1000);
        let all = (0..4 * workers()).map(|_| vervet::spawn(thread::panicking));
        assert!(vervet::join_all(all).into_iter().all(|result| !result.unwrap()));
    });
}

#[test]
fn a_kill_reaches_a_neighbour_at_once() {
    checked(|| {
        vervet::run(|| {
            let gate = Gate::new();
            let stuck = stuck_in_a_panic(&gate);
            for _ in 0..10 {
                let neighbour = vervet::spawn_local(|| {
                    vervet::yield_now();
                    vervet::sleep(Duration::MAX);
                });
                parked(&neighbour.handle(), "sleep");
                neighbour.kill();
                assert!(neighbour.join().unwrap_err().is_killed());
            }
            assert!(timeout(Duration::from_micros(100), || vervet::sleep(HOUR)).is_err());
            assert!(!stuck.is_finished());
            gate.open();
            panicked(stuck);
        });
    });
}
