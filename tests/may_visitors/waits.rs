//! Time, cuts of our own, the ends of others; many of them.

use std::io::Read;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use vervet::Scheduler;
use vervet::net::TcpListener;

use crate::common::{Drops, Gate, HOUR, eventually, fail, text};
use crate::*;

#[test]
fn sleep_takes_its_time() {
    checked(|| {
        let took = visit(|| {
            let start = Instant::now();
            vervet::sleep(MOMENT);
            vervet::sleep(Duration::ZERO);
            vervet::yield_now();
            vervet::idle();
            start.elapsed()
        });
        assert!(took >= MOMENT && took < HOUR, "{took:?}");
    });
}

#[test]
fn timeout_cuts_each_wait_short() {
    checked(|| {
        visit(|| {
            let drops = Drops::new();
            let value = drops.value();
            let slow = vervet::timeout(MOMENT, || {
                let _value = value;
                vervet::sleep(HOUR);
            });
            assert_eq!((slow.unwrap_err().after(), drops.count()), (MOMENT, 1));

            let (mut ours, _theirs) = pair();
            assert!(vervet::timeout(MOMENT, || ours.read(&mut [0])).is_err());
            let listener = TcpListener::bind(LOCAL).unwrap();
            assert!(vervet::timeout(MOMENT, || listener.accept()).is_err());
            let sleeper = greenlet(|| vervet::sleep(HOUR));
            assert!(vervet::timeout(MOMENT, || sleeper.wait(None)).is_err());
            assert!(!sleeper.is_finished());
            sleeper.kill();
            assert!(sleeper.join().unwrap_err().is_killed());

            assert_eq!(vervet::timeout(HOUR, || 7), Ok(7));
            vervet::sleep(MOMENT);
        });
    });
}

#[test]
fn timeouts_nest() {
    checked(|| {
        visit(|| {
            let inner_first =
                vervet::timeout(HOUR, || vervet::timeout(MOMENT, || vervet::sleep(HOUR)).is_err());
            assert_eq!(inner_first, Ok(true));
            let outer_first = vervet::timeout(MOMENT, || {
                let _ = vervet::timeout(HOUR, || vervet::sleep(HOUR));
                unreachable!("the outer one passes through");
            });
            assert!(outer_first.is_err());
        });
    });
}

#[test]
fn shield_keeps_timeouts_out() {
    checked(|| {
        visit(|| {
            let start = Instant::now();
            let result = vervet::timeout(MOMENT, || {
                vervet::shield(|| vervet::sleep(4 * MOMENT));
                let shielded = start.elapsed();
                assert!(shielded >= 4 * MOMENT, "{shielded:?}");
                vervet::sleep(HOUR);
            });
            assert!(result.is_err());
        });
    });
}

#[test]
fn offload_goes_to_another_thread() {
    checked(|| {
        visit(|| {
            let elsewhere = vervet::offload(|| (thread::current().name().map(str::to_owned), 42));
            assert_eq!(elsewhere.1, 42);
            assert!(elsewhere.0.is_some_and(|name| name.contains("offload")));
            let panic = catch_unwind(|| vervet::offload(|| -> u32 { fail("on purpose") }));
            assert_eq!(text(panic.unwrap_err()), "on purpose");
        });
    });
}

#[test]
fn joins_greenlets_of_both_schedulers() {
    checked(|| {
        visit(|| {
            for scheduler in [Scheduler::Vervet, Scheduler::May] {
                // SAFETY: these use no thread-local.
                let builder = || unsafe { vervet::Builder::new().scheduler(scheduler) };
                let values = (0..10).map(|n| {
                    builder().spawn(move || {
                        vervet::sleep(MOMENT / (n + 1));
                        n
                    })
                });
                let joined = vervet::join_all(values.map(Result::unwrap)).into_iter().map(Result::unwrap);
                assert!(joined.eq(0..10));
                let failed = builder().spawn(|| -> () { fail("on purpose") }).unwrap();
                assert_eq!(text(failed.join().unwrap_err().into_panic()), "on purpose");
                let killed = builder().spawn(|| vervet::sleep(HOUR)).unwrap();
                assert!(!killed.wait(Some(MOMENT)));
                killed.kill();
                assert!(killed.join().unwrap_err().is_killed());
            }
        });
    });
}

#[test]
fn scope_in_a_visitor() {
    checked(|| {
        let sum = visit(|| {
            let numbers = [1, 2, 3];
            vervet::scope(|scope| {
                let parts = [0, 1, 2].map(|n| {
                    scope.spawn({
                        let numbers = &numbers;
                        move || {
                            vervet::sleep(MOMENT);
                            numbers[n]
                        }
                    })
                });
                parts.into_iter().map(|part| part.join().unwrap()).sum::<i32>()
            })
        });
        assert_eq!(sum, 6);
    });
}

#[test]
fn is_no_greenlet() {
    checked(|| {
        let (before, after, parent) = visit(|| {
            let before = vervet::current().is_none();
            vervet::sleep(MOMENT);
            (before, vervet::current().is_none(), vervet::spawn(|| vervet::current().unwrap().parent()))
        });
        assert!(before && after);
        assert!(parent.join().unwrap().is_none(), "a visitor is nobody's parent");
    });
}

#[test]
fn spawn_local_needs_a_worker() {
    checked(|| {
        assert!(visit(|| catch_unwind(|| drop(vervet::spawn_local(|| ()))).is_err()));
    });
}

#[test]
fn two_thousand_come_and_go() {
    const MANY: usize = 2000;
    checked(|| {
        let (gate, ended) = (Gate::new(), Arc::new(AtomicUsize::new(0)));
        let before = joining();
        let visitors: Vec<_> = (0..MANY)
            .map(|n| {
                let (gate, ended) = (gate.clone(), ended.clone());
                visitor(move || {
                    gate.pass();
                    vervet::sleep(Duration::from_micros(n as u64 % 997));
                    ended.fetch_add(1, SeqCst);
                })
            })
            .collect();
        eventually("all of them wait", || joining() >= before + MANY);
        gate.open();
        visitors.into_iter().for_each(|visitor| visitor.join().unwrap());
        assert_eq!(ended.load(SeqCst), MANY);
    });
}
