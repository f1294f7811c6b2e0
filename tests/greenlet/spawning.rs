//! Spawn, join, spawn_later, spawn_local, run.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::hint::black_box;
use std::panic::{catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use vervet::{Exit, JoinError};

use crate::common::*;

#[test]
fn join_returns_the_value() {
    checked(|| {
        in_both(|| {
            assert_eq!(vervet::spawn(|| 6 * 7).join().unwrap(), 42);
            assert_eq!(vervet::spawn(|| vec!["a".to_owned()]).join().unwrap(), ["a"]);
            vervet::spawn(|| ()).join().unwrap();
        });
    });
}

#[test]
fn join_returns_a_large_and_aligned_value() {
    #[repr(align(128))]
    struct Large([u64; 1000]);
    checked(|| {
        let large = vervet::spawn(|| Large(std::array::from_fn(|i| i as u64))).join().unwrap();
        assert!((&raw const large).is_aligned() && large.0.iter().enumerate().all(|(i, n)| i as u64 == *n));
    });
}

#[test]
fn join_after_the_end() {
    checked(|| {
        in_both(|| {
            let greenlet = vervet::spawn(|| 1);
            over(&greenlet.handle());
            assert_eq!(greenlet.join().unwrap(), 1);
        });
    });
}

#[test]
fn join_from_another_greenlet_and_from_a_thread() {
    checked(|| {
        let greenlet = vervet::spawn(|| 1);
        let through = vervet::spawn(move || greenlet.join().unwrap() + 1);
        assert_eq!(thread::spawn(move || through.join().unwrap() + 1).join().unwrap(), 3);
    });
}

#[test]
fn panic_payload_arrives_unchanged() {
    #[derive(Debug, PartialEq)]
    struct Payload(Box<u32>);
    checked(|| {
        in_both(|| {
            let payload = Box::new(Payload(Box::new(7)));
            let address = &raw const *payload;
            let address = address.addr();
            let error = vervet::spawn(move || -> () { resume_unwind(payload) }).join().unwrap_err();
            assert!(error.is_panic() && !error.is_killed());
            let payload = error.into_panic().downcast::<Payload>().unwrap();
            assert_eq!(((&raw const *payload).addr(), &*payload), (address, &Payload(Box::new(7))));
        });
    });
}

#[test]
fn join_error_tells_what_happened() {
    checked(|| {
        let error = |f: fn()| vervet::spawn(f).join().unwrap_err();
        let literal = error(|| panic!("on purpose"));
        assert_eq!(literal.to_string(), "greenlet panicked: on purpose");
        assert_eq!(format!("{literal:?}"), "Panicked(\"on purpose\")");
        let formatted = error(|| panic!("on purpose {}", black_box(1)));
        assert_eq!(formatted.to_string(), "greenlet panicked: on purpose 1");
        let other = error(|| resume_unwind(Box::new(1)));
        assert_eq!(
            (other.to_string().as_str(), format!("{other:?}").as_str()),
            ("greenlet panicked", "Panicked(\"..\")")
        );
        let killed = killed_error();
        assert_eq!(
            (killed.to_string().as_str(), format!("{killed:?}").as_str()),
            ("greenlet was killed", "Killed")
        );
        assert!(killed.is_killed() && !killed.is_panic());
        let error: Box<dyn std::error::Error> = Box::new(killed);
        assert!(error.source().is_none());
        let payload = catch_unwind(|| killed_error().into_panic()).unwrap_err();
        assert!(text(payload).contains("killed"));
    });
}

fn killed_error() -> JoinError {
    let greenlet = sleeper();
    greenlet.kill();
    greenlet.join().unwrap_err()
}

#[test]
fn drop_detaches() {
    checked(|| {
        in_both(|| {
            let gate = Gate::new();
            let (done, finished) = mpsc::channel();
            let theirs = gate.clone();
            let greenlet = vervet::spawn(move || {
                theirs.pass();
                done.send(()).unwrap();
            });
            let handle = greenlet.handle();
            drop(greenlet);
            assert!(!handle.is_finished());
            gate.open();
            over(&handle);
            finished.try_recv().unwrap();
        });
    });
}

#[test]
fn spawn_runs_nothing_itself() {
    checked(|| {
        // Each runs as itself, whatever spawned it.
        in_both(|| {
            let greenlet = vervet::spawn(|| vervet::current().unwrap().id());
            let id = greenlet.handle().id();
            assert_eq!(greenlet.join().unwrap(), id);
        });
        vervet::run(|| {
            let ran = Rc::new(Cell::new(false));
            let theirs = Rc::clone(&ran);
            let greenlet = vervet::spawn_local(move || theirs.set(true));
            assert!(!ran.get());
            greenlet.join().unwrap();
            assert!(ran.get());
        });
    });
}

#[test]
fn spawn_on_the_only_worker_waits_for_a_blocking_call() {
    checked(|| {
        if workers() > 1 {
            return;
        }
        vervet::run(|| {
            let ran = Arc::new(AtomicUsize::new(0));
            let greenlets: Vec<_> = (0..1000)
                .map(|_| {
                    let ran = Arc::clone(&ran);
                    vervet::spawn(move || ran.fetch_add(1, SeqCst))
                })
                .collect();
            assert_eq!(ran.load(SeqCst), 0);
            vervet::join_all(greenlets);
            assert_eq!(ran.load(SeqCst), 1000);
        });
    });
}

#[test]
fn hundred_thousand_at_once() {
    const N: usize = 100_000;
    checked(|| {
        let gate = Gate::new();
        let sum = vervet::run(move || {
            let greenlets: Vec<_> = (0..N)
                .map(|i| {
                    let gate = gate.clone();
                    vervet::spawn(move || {
                        gate.pass();
                        i
                    })
                })
                .collect();
            eventually("all are parked", || vervet::runtime::metrics().parked.join >= N);
            gate.open();
            greenlets.into_iter().map(|greenlet| greenlet.join().unwrap()).sum::<usize>()
        });
        assert_eq!(sum, N * (N - 1) / 2);
    });
}

#[test]
fn spawned_from_many_threads_and_greenlets_at_once() {
    checked(|| {
        let sum = Arc::new(AtomicUsize::new(0));
        thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| {
                    let spawners = (0..10).map(|_| {
                        let sum = Arc::clone(&sum);
                        vervet::spawn(move || {
                            let children = (0..100).map(|_| {
                                let sum = Arc::clone(&sum);
                                vervet::spawn(move || sum.fetch_add(1, SeqCst))
                            });
                            vervet::join_all(children)
                        })
                    });
                    vervet::join_all(spawners);
                });
            }
        });
        assert_eq!(sum.load(SeqCst), 4000);
    });
}

#[test]
fn nested_a_thousand_deep() {
    fn nest(depth: usize) -> usize {
        match depth {
            0 => 0,
            _ => vervet::spawn(move || nest(depth - 1)).join().unwrap() + 1,
        }
    }
    checked(|| assert_eq!(nest(1000), 1000));
}

#[test]
fn spawn_later_honours_the_delay() {
    checked(|| {
        in_both(|| {
            for ms in [0, 1, 15] {
                let (delay, start) = (Duration::from_millis(ms), Instant::now());
                let started = vervet::spawn_later(delay, Instant::now).join().unwrap();
                assert!(started - start >= delay, "{:?} instead of {delay:?}", started - start);
            }
        });
    });
}

#[test]
fn spawn_later_starts_in_order_of_time() {
    checked(|| {
        in_both(|| {
            let (sender, order) = mpsc::channel();
            let greenlets = [20, 5, 12].map(|ms| {
                let sender = sender.clone();
                vervet::spawn_later(Duration::from_millis(ms), move || sender.send(ms).unwrap())
            });
            vervet::join_all(greenlets);
            assert_eq!(order.try_iter().collect::<Vec<_>>(), [5, 12, 20]);
        });
    });
}

#[test]
fn spawn_later_killed_before_it_is_due_never_runs() {
    checked(|| {
        in_both(|| {
            for delay in [HOUR, Duration::MAX] {
                let (ran, drops) = (Arc::new(AtomicBool::new(false)), Drops::new());
                let (theirs, value) = (Arc::clone(&ran), drops.value());
                let greenlet = vervet::spawn_later(delay, move || {
                    let _value = value;
                    theirs.store(true, SeqCst);
                });
                let (sender, exits) = mpsc::channel();
                greenlet.on_exit(move |exit| sender.send(*exit).unwrap());
                assert!(!greenlet.is_finished());
                greenlet.kill();
                over(&greenlet.handle());
                assert_eq!(exits.try_recv(), Ok(Exit::Killed));
                assert!(greenlet.join().unwrap_err().is_killed());
                assert_eq!((ran.load(SeqCst), drops.count()), (false, 1));
            }
        });
    });
}

#[test]
fn spawn_later_killed_while_it_becomes_due() {
    checked(|| {
        for round in 0..300u64 {
            let ran = Arc::new(AtomicBool::new(false));
            let theirs = Arc::clone(&ran);
            let delay = Duration::from_micros(round % 200);
            let greenlet = vervet::spawn_later(delay, move || theirs.store(true, SeqCst));
            let start = Instant::now();
            while start.elapsed() < delay {
                std::hint::spin_loop();
            }
            greenlet.kill();
            let finished = greenlet.join().is_ok();
            assert_eq!(finished, ran.load(SeqCst));
        }
    });
}

#[test]
fn spawn_local_shares_what_is_not_send() {
    checked(|| {
        vervet::run(|| {
            let thread = thread::current().id();
            let log = Rc::new(RefCell::new(Vec::new()));
            let greenlets: Vec<_> = (0..100)
                .map(|i| {
                    let log = Rc::clone(&log);
                    vervet::spawn_local(move || {
                        vervet::yield_now();
                        vervet::sleep(Duration::from_micros(10));
                        log.borrow_mut().push(i);
                        assert_eq!(thread::current().id(), thread);
                        log
                    })
                })
                .collect();
            let logs: Vec<_> = greenlets.into_iter().map(|greenlet| greenlet.join().unwrap()).collect();
            assert_eq!(log.borrow().iter().copied().collect::<HashSet<_>>().len(), 100);
            assert_eq!(Rc::strong_count(&log), logs.len() + 1);
        });
    });
}

#[test]
fn spawn_local_killed_before_it_runs_drops_its_closure_here() {
    #[derive(Debug)]
    struct HomeBird(thread::ThreadId, Rc<Cell<u32>>);
    impl Drop for HomeBird {
        fn drop(&mut self) {
            assert_eq!(thread::current().id(), self.0);
            self.1.set(self.1.get() + 1);
        }
    }
    checked(|| {
        vervet::run(|| {
            let drops = Rc::new(Cell::new(0));
            let bird = HomeBird(thread::current().id(), Rc::clone(&drops));
            let greenlet = vervet::spawn_local(move || bird);
            greenlet.kill();
            assert!(greenlet.join().unwrap_err().is_killed());
            assert_eq!(drops.get(), 1);
        });
    });
}

#[test]
fn spawn_local_off_a_worker_panics() {
    checked(|| {
        let payload = catch_unwind(|| vervet::spawn_local(|| ())).unwrap_err();
        assert!(text(payload).contains("spawn_local"));
    });
}

#[test]
fn run_returns_the_value_and_nests() {
    checked(|| {
        in_both(|| assert_eq!(vervet::run(|| vervet::run(|| vervet::run(|| 1) + 1) + 1), 3));
    });
}

#[test]
fn run_passes_a_panic_on() {
    checked(|| {
        in_both(|| {
            let payload = catch_unwind(|| vervet::run(|| vervet::run(|| -> () { fail("far") }))).unwrap_err();
            assert_eq!(text(payload), "far");
        });
    });
}

#[test]
fn run_of_a_killed_greenlet_panics() {
    checked(|| {
        let result = catch_unwind(|| {
            vervet::run(|| {
                vervet::current().unwrap().kill();
                vervet::yield_now();
            })
        });
        assert!(text(result.unwrap_err()).contains("killed"));
    });
}
