//! Closures, results and payloads are dropped exactly once.

use std::any::Any;
use std::panic::resume_unwind;
use std::sync::mpsc;
use std::time::Duration;

use crate::common::*;
use crate::handles::block_on;

#[test]
fn a_joined_result_is_dropped_once() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            let value = drops.value();
            let greenlet = vervet::spawn(move || value);
            let handle = greenlet.handle();
            let value = greenlet.join().unwrap();
            assert_eq!(drops.count(), 0);
            drop(value);
            drop(handle);
            assert_eq!(drops.count(), 1);

            let value = drops.value();
            let greenlet = vervet::spawn(move || value);
            drop(greenlet.join_timeout(LIMIT).unwrap().unwrap());
            assert_eq!(drops.count(), 2);
        });
    });
}

#[test]
fn an_awaited_result_is_dropped_once() {
    checked(|| {
        let drops = Drops::new();
        let value = drops.value();
        drop(block_on(vervet::spawn(move || value)).unwrap());
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn a_result_detached_before_the_end_is_dropped_there() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            let gate = Gate::new();
            let (value, theirs) = (drops.value(), gate.clone());
            let greenlet = vervet::spawn(move || {
                theirs.pass();
                value
            });
            let handle = greenlet.handle();
            drop(greenlet);
            gate.open();
            over(&handle);
            assert_eq!(drops.count(), 1);
        });
    });
}

#[test]
fn a_result_detached_after_the_end_is_dropped_with_the_handle() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            let value = drops.value();
            let greenlet = vervet::spawn(move || value);
            let handle = greenlet.handle();
            over(&handle);
            assert_eq!(drops.count(), 0);
            drop(greenlet);
            assert_eq!(drops.count(), 1);
        });
    });
}

#[test]
fn a_result_detached_while_it_ends_is_dropped_once() {
    checked(|| {
        let drops = Drops::new();
        for _ in 0..5000 {
            let value = drops.value();
            drop(vervet::spawn(move || value));
        }
        eventually("all are dropped", || drops.count() == 5000);
    });
}

#[test]
fn a_closure_killed_before_it_runs_is_dropped_once() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            for detach in [false, true] {
                let value = drops.value();
                let greenlet = vervet::spawn_later(HOUR, move || value);
                let handle = greenlet.handle();
                handle.kill();
                if detach {
                    drop(greenlet);
                    over(&handle);
                } else {
                    assert!(greenlet.join().is_err());
                }
            }
            assert_eq!(drops.count(), 2);
        });
    });
}

#[test]
fn a_panic_payload_is_dropped_once() {
    checked(|| {
        let drops = Drops::new();
        let value = drops.value();
        let greenlet = vervet::spawn(move || -> () { resume_unwind(Box::new(value)) });
        let handle = greenlet.handle();
        over(&handle);
        drop(greenlet);
        assert_eq!(drops.count(), 1);
        let value = drops.value();
        let payload: Box<dyn Any + Send> = Box::new(value);
        let greenlet =
            vervet::spawn_later(Duration::from_millis(1), move || -> () { resume_unwind(payload) });
        let handle = greenlet.handle();
        drop(greenlet);
        over(&handle);
        assert_eq!(drops.count(), 2);
    });
}

#[test]
fn a_forgotten_handle_leaks_the_result_and_no_more() {
    checked(|| {
        let (results, closures) = (Drops::new(), Drops::new());
        let (value, captured) = (results.value(), closures.value());
        let greenlet = vervet::spawn(move || {
            let _captured = captured;
            value
        });
        let handle = greenlet.handle();
        std::mem::forget(greenlet);
        over(&handle);
        drop(handle);
        assert_eq!((results.count(), closures.count()), (0, 1));
    });
}

#[test]
fn a_result_whose_drop_panics_or_blocks_harms_nobody() {
    checked(|| {
        let (sender, dropped) = mpsc::channel();
        for blocks in [false, true] {
            let sender = sender.clone();
            let greenlet = vervet::spawn_later(Duration::from_millis(1), move || {
                OnDrop(move || {
                    if blocks {
                        vervet::sleep(Duration::from_millis(1));
                    }
                    sender.send(blocks).unwrap();
                    if !blocks {
                        fail("on purpose");
                    }
                })
            });
            let handle = greenlet.handle();
            drop(greenlet);
            over(&handle);
            assert_eq!(dropped.try_recv(), Ok(blocks));
        }
    });
}
