//! Several greenlets at once, and taking turns.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use vervet::{Greenlet, GreenletRef, JoinError};

use crate::common::*;

/// Greenlets that end when they are told to, with their number.
fn gated(n: usize) -> (Vec<Gate>, Vec<Greenlet<usize>>) {
    let gates: Vec<_> = (0..n).map(|_| Gate::new()).collect();
    let greenlets = gates.iter().cloned().enumerate().map(|(i, gate)| {
        vervet::spawn(move || {
            gate.pass();
            i
        })
    });
    let greenlets = greenlets.collect();
    (gates, greenlets)
}

#[test]
fn join_all_keeps_the_order() {
    checked(|| {
        in_both(|| {
            let (gates, greenlets) = gated(10);
            let opener = vervet::spawn(move || gates.iter().rev().for_each(Gate::open));
            let results: Vec<_> = vervet::join_all(greenlets).into_iter().map(Result::unwrap).collect();
            assert_eq!(results, (0..10).collect::<Vec<_>>());
            opener.join().unwrap();
            assert!(vervet::join_all(Vec::<Greenlet<()>>::new()).is_empty());
        });
    });
}

#[test]
fn join_all_has_each_ones_own_end() {
    checked(|| {
        let greenlets = [
            vervet::spawn(|| 1),
            vervet::spawn(|| -> i32 { fail("on purpose") }),
            vervet::spawn(|| {
                vervet::current().unwrap().kill();
                vervet::yield_now();
                0
            }),
        ];
        let results = vervet::join_all(greenlets);
        assert!(matches!(results[..], [Ok(1), Err(JoinError::Panicked(_)), Err(JoinError::Killed)]));
    });
}

#[test]
fn try_join_all_returns_the_values_in_order() {
    checked(|| {
        in_both(|| {
            let (gates, greenlets) = gated(10);
            let opener = vervet::spawn(move || gates.iter().rev().for_each(Gate::open));
            assert_eq!(vervet::try_join_all(greenlets).unwrap(), (0..10).collect::<Vec<_>>());
            opener.join().unwrap();
        });
    });
}

#[test]
fn try_join_all_kills_the_rest_and_returns_the_first_failure() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            let gate = Gate::new();
            let greenlets: Vec<_> = (0..20)
                .map(|i| {
                    let (value, gate) = (drops.value(), gate.clone());
                    vervet::spawn(move || {
                        let _value = value;
                        // Number 3 fails first, though 1 will fail, too.
                        match i {
                            3 => gate.pass(),
                            1 => {
                                gate.pass();
                                vervet::shield(|| vervet::sleep(Duration::from_millis(10)));
                            }
                            _ => return vervet::sleep(Duration::MAX),
                        }
                        fail(if i == 3 { "first" } else { "second" })
                    })
                })
                .collect();
            let handles: Vec<_> = greenlets.iter().map(Greenlet::handle).collect();
            let opener = vervet::spawn(move || gate.open());
            let error = vervet::try_join_all(greenlets).unwrap_err();
            assert_eq!(text(error.into_panic()), "first");
            assert!(handles.iter().all(GreenletRef::is_finished));
            assert_eq!(drops.count(), 20);
            opener.join().unwrap();
        });
    });
}

#[test]
fn as_completed_yields_them_as_they_end() {
    checked(|| {
        in_both(|| {
            let (gates, greenlets) = gated(5);
            let mut completed = vervet::as_completed(greenlets);
            for (n, i) in [3, 0, 4, 1, 2].into_iter().enumerate() {
                assert_eq!(completed.len(), 5 - n);
                gates[i].open();
                let (index, result) = completed.next().unwrap();
                assert_eq!((index, result.unwrap()), (i, i));
            }
            assert!(completed.next().is_none() && completed.next().is_none());
        });
    });
}

#[test]
fn as_completed_of_finished_ones_and_dropped_early() {
    checked(|| {
        in_both(|| {
            let done: Vec<_> = (0..3).map(|i| vervet::spawn(move || i)).collect();
            done.iter().for_each(|greenlet| over(&greenlet.handle()));
            let indices: Vec<_> = vervet::as_completed(done).map(|(index, _)| index).collect();
            assert_eq!(indices, [0, 1, 2]);

            let drops = Drops::new();
            let (gates, greenlets) = gated(3);
            let greenlets = greenlets.into_iter().map(|greenlet| {
                let value = drops.value();
                vervet::spawn(move || {
                    greenlet.join().unwrap();
                    value
                })
            });
            let mut completed = vervet::as_completed(greenlets);
            gates[1].open();
            assert_eq!(completed.next().map(|(index, _)| index), Some(1));
            drop(completed);
            gates.into_iter().for_each(|gate| gate.open());
            eventually("the detached ones drop their results", || drops.count() == 3);
        });
    });
}

#[test]
fn kill_all_waits_as_long_as_it_is_told() {
    checked(|| {
        in_both(|| {
            let gate = Gate::new();
            let theirs = gate.clone();
            let slow = vervet::spawn(move || vervet::shield(|| theirs.pass()));
            parked(&slow.handle(), "join");
            let greenlets = [slow, sleeper(), vervet::spawn(|| ())];
            let handles: Vec<_> = greenlets.iter().map(Greenlet::handle).collect();
            assert!(!vervet::kill_all(&handles, Some(Duration::ZERO)));
            assert!(!vervet::kill_all(&handles, Some(Duration::from_millis(3))));
            gate.open();
            assert!(vervet::kill_all(&handles, None));
            assert!(vervet::kill_all(&handles, Some(Duration::ZERO)));
            assert!(vervet::kill_all(&[], None));
        });
    });
}

#[test]
fn yield_now_lets_each_have_its_turn() {
    const N: usize = 10;
    checked(|| {
        vervet::run(|| {
            let log = Rc::new(RefCell::new(Vec::new()));
            let greenlets: Vec<_> = (0..N)
                .map(|i| {
                    let log = Rc::clone(&log);
                    vervet::spawn_local(move || {
                        for _ in 0..100 {
                            log.borrow_mut().push(i);
                            vervet::yield_now();
                        }
                    })
                })
                .collect();
            vervet::join_all(greenlets);
            for round in log.borrow().chunks(N) {
                assert_eq!(round.iter().collect::<HashSet<_>>().len(), N, "{round:?}");
            }
        });
    });
}

#[test]
fn yield_now_starves_neither_io_nor_timers_nor_others_greenlets() {
    checked(|| {
        let stop = Arc::new(AtomicBool::new(false));
        let spinning: Vec<_> = (0..2 * workers())
            .map(|_| {
                let stop = Arc::clone(&stop);
                vervet::spawn(move || {
                    while !stop.load(SeqCst) {
                        vervet::yield_now();
                    }
                })
            })
            .collect();
        let asleep = vervet::spawn(|| vervet::sleep(Duration::from_millis(1)));
        assert!(asleep.wait(Some(LIMIT / 2)), "a timer starves");
        let listener = vervet::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let accepting = vervet::spawn(move || listener.accept().map(drop));
        parked(&accepting.handle(), "read");
        drop(std::net::TcpStream::connect(addr).unwrap());
        assert!(accepting.wait(Some(LIMIT / 2)), "I/O starves");
        vervet::run(|| vervet::run(|| ()));
        stop.store(true, SeqCst);
        vervet::join_all(spinning);
    });
}

#[test]
fn idle_comes_after_everything_else() {
    checked(|| {
        vervet::run(|| {
            let log = Rc::new(RefCell::new(Vec::new()));
            let (idle, busy, fresh) = (Rc::clone(&log), Rc::clone(&log), Rc::clone(&log));
            let idling = vervet::spawn_local(move || {
                vervet::idle();
                idle.borrow_mut().push("idle");
            });
            let working = vervet::spawn_local(move || {
                for _ in 0..200 {
                    vervet::yield_now();
                }
                drop(vervet::spawn_local(move || fresh.borrow_mut().push("fresh")));
                busy.borrow_mut().push("busy");
            });
            working.join().unwrap();
            idling.join().unwrap();
            assert_eq!(*log.borrow(), ["busy", "fresh", "idle"]);
        });
    });
}

#[test]
fn idle_alone_and_on_a_thread_returns() {
    checked(|| in_both(vervet::idle));
}
