//! Kill and timeout, in `park`, `join`, `scope` and `sleep`.

use std::panic::catch_unwind;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use vervet::{GreenletRef, JoinError, shield, thread, timeout};

use crate::common::*;

/// A thread, and the greenlet that it is.
fn spawn<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> (thread::JoinHandle<T>, GreenletRef) {
    let (sender, receiver) = mpsc::channel();
    let handle = thread::spawn(move || {
        sender.send(vervet::current().unwrap()).unwrap();
        f()
    });
    let greenlet = receiver.recv().unwrap();
    (handle, greenlet)
}

#[track_caller]
fn killed<T>(joined: thread::Result<T>) {
    let payload = joined.err().expect("it was killed");
    assert!(payload.downcast_ref().is_some_and(JoinError::is_killed));
}

#[test]
fn killed_in_park_park_timeout_and_sleep() {
    checked(|| {
        let calls: [(&str, fn()); 4] = [
            ("signal", thread::park),
            ("signal", || thread::park_timeout(HOUR)),
            ("signal", || thread::park_timeout(Duration::MAX)),
            ("sleep", || thread::sleep(Duration::MAX)),
        ];
        for (reason, call) in calls {
            let (drops, panics) = (Drops::new(), panics_seen());
            let value = drops.value();
            let (handle, greenlet) = spawn(move || {
                let _value = value;
                call();
            });
            parked(&greenlet, reason);
            greenlet.kill();
            killed(handle.join());
            assert_eq!((drops.count(), panics_seen()), (1, panics));
        }
    });
}

#[test]
fn killed_before_their_first_run() {
    checked(|| {
        let (drops, ran) = (Drops::new(), Arc::new(AtomicUsize::new(0)));
        let values: Vec<_> = (0..50).map(|_| drops.value()).collect();
        let theirs = Arc::clone(&ran);
        let (handle, _greenlet) = spawn(move || {
            thread::scope(|s| {
                for value in values {
                    let theirs = &theirs;
                    s.spawn(move || {
                        let _value = value;
                        theirs.fetch_add(1, SeqCst);
                        thread::park();
                    });
                }
                vervet::current().unwrap().kill();
                thread::park();
            });
        });
        killed(handle.join());
        assert_eq!(drops.count(), 50);
        // Other workers may have begun with some. Alone, nobody can have.
        assert!(workers() > 1 || ran.load(SeqCst) == 0);
    });
}

#[test]
fn a_kill_leaves_the_token() {
    checked(|| {
        // It lies there before the kill.
        let (handle, greenlet) = spawn(|| {
            vervet::current().unwrap().kill();
            thread::current().unpark();
            assert!(catch_unwind(thread::park).is_err());
            shield(thread::park);
        });
        over_in_spite_of_the_kill(handle, &greenlet);
        // It comes after.
        let (handle, greenlet) = spawn(|| {
            assert!(catch_unwind(thread::park).is_err());
            shield(thread::park);
        });
        parked(&greenlet, "signal");
        greenlet.kill();
        handle.thread().unpark();
        over_in_spite_of_the_kill(handle, &greenlet);
    });
}

/// Its body returned in spite of the kill: it was shielded to the end.
#[track_caller]
fn over_in_spite_of_the_kill(handle: thread::JoinHandle<()>, greenlet: &GreenletRef) {
    over(greenlet);
    handle.join().unwrap();
}

/// A kill and an unpark at once. The park may end either way; if the kill was first, the token is still there.
#[test]
fn a_kill_and_a_token_at_once() {
    checked(|| {
        for _ in 0..300 {
            let (handle, greenlet) = spawn(|| {
                if catch_unwind(thread::park).is_err() {
                    shield(thread::park);
                }
            });
            let target = handle.thread().clone();
            let unparker = thread::spawn(move || target.unpark());
            greenlet.kill();
            unparker.join().unwrap();
            over_in_spite_of_the_kill(handle, &greenlet);
        }
    });
}

#[test]
fn a_park_under_a_shield_waits_for_its_token() {
    checked(|| {
        let (handle, greenlet) = spawn(|| {
            shield(thread::park);
            thread::yield_now();
        });
        parked(&greenlet, "signal");
        greenlet.kill();
        assert!(!greenlet.wait(Some(Duration::from_millis(2))));
        handle.thread().unpark();
        killed(handle.join());
    });
}

#[test]
fn a_destructor_may_park() {
    checked(|| {
        let parks = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&parks);
        let (handle, greenlet) = spawn(move || {
            let _guard = OnDrop(move || {
                thread::park();
                theirs.fetch_add(1, SeqCst);
            });
            thread::sleep(Duration::MAX);
        });
        parked(&greenlet, "sleep");
        greenlet.kill();
        parked(&greenlet, "signal");
        handle.thread().unpark();
        killed(handle.join());
        assert_eq!(parks.load(SeqCst), 1);
    });
}

#[test]
fn timed_out_in_park() {
    checked(|| {
        in_both(|| {
            let start = Instant::now();
            assert!(timeout(Duration::from_millis(3), thread::park).is_err());
            assert!(timeout(Duration::from_millis(3), || thread::park_timeout(HOUR)).is_err());
            assert!(start.elapsed() >= Duration::from_millis(6));
            assert!(timeout(HOUR, || thread::park_timeout(Duration::from_millis(1))).is_ok());
            // A token that is there does not help a call whose time is up.
            thread::current().unpark();
            assert!(timeout(Duration::ZERO, thread::park).is_err());
            thread::park();
        });
    });
}

/// A `timeout` and an unpark at once: the token was taken, or is there still.
#[test]
fn a_timeout_and_a_token_at_once() {
    checked(|| {
        in_both(|| {
            for round in 0..200 {
                let me = thread::current();
                let unparker = thread::spawn(move || {
                    thread::sleep(Duration::from_micros(100));
                    me.unpark();
                });
                if timeout(Duration::from_micros(20 + round), thread::park).is_err() {
                    thread::park();
                }
                unparker.join().unwrap();
            }
            let start = Instant::now();
            thread::park_timeout(Duration::from_millis(2));
            assert!(start.elapsed() >= Duration::from_millis(2), "a token too many");
        });
    });
}

#[test]
fn killed_in_join() {
    checked(|| {
        let (target, theirs) = spawn(thread::park);
        let id = target.thread().clone();
        let (joiner, greenlet) = spawn(move || target.join().is_ok());
        parked(&greenlet, "join");
        greenlet.kill();
        killed(joiner.join());
        // Detached, it goes on.
        assert!(!theirs.is_finished());
        id.unpark();
        over(&theirs);
    });
}

#[test]
fn timed_out_in_join() {
    checked(|| {
        in_both(|| {
            let target = thread::spawn(thread::park);
            let id = target.thread().clone();
            assert!(timeout(Duration::from_millis(2), || target.join()).is_err());
            id.unpark();
        });
    });
}

#[test]
fn join_of_one_that_killed_itself() {
    checked(|| {
        in_both(|| {
            let handle = thread::spawn(|| {
                vervet::current().unwrap().kill();
                thread::sleep(Duration::MAX);
            });
            killed(handle.join());
        });
    });
}

#[test]
fn a_scope_is_killed_with_all_its_threads() {
    checked(|| {
        for body_waits in [false, true] {
            let ended = Arc::new(AtomicUsize::new(0));
            let theirs = Arc::clone(&ended);
            let (handle, greenlet) = spawn(move || {
                let numbers = [1_usize, 2, 3];
                thread::scope(|s| {
                    for number in &numbers {
                        let theirs = &theirs;
                        s.spawn(move || {
                            let _guard = OnDrop(|| {
                                theirs.fetch_add(*number, SeqCst);
                            });
                            thread::park();
                        });
                    }
                    if body_waits {
                        thread::sleep(Duration::MAX);
                    }
                });
            });
            parked(&greenlet, if body_waits { "sleep" } else { "scope" });
            eventually("all are parked", || dumped().matches("parked in signal").count() == 3);
            greenlet.kill();
            killed(handle.join());
            assert_eq!(ended.load(SeqCst), 6);
        }
    });
}

#[test]
fn a_timeout_around_a_scope() {
    checked(|| {
        in_both(|| {
            let ended = AtomicUsize::new(0);
            let late = timeout(Duration::from_millis(2), || {
                thread::scope(|s| {
                    for _ in 0..3 {
                        s.spawn(|| {
                            let _guard = OnDrop(|| {
                                ended.fetch_add(1, SeqCst);
                            });
                            thread::park();
                        });
                    }
                });
            });
            assert!(late.is_err());
            // Those that had not begun never did.
            assert!(ended.load(SeqCst) <= 3);
        });
    });
}

#[test]
fn a_killed_thread_is_no_panic_to_its_scope() {
    checked(|| {
        in_both(|| {
            let suicide = || {
                vervet::current().unwrap().kill();
                thread::park();
            };
            let joined = thread::scope(|s| {
                s.spawn(suicide);
                s.spawn(suicide).join()
            });
            killed(joined);
        });
    });
}

#[test]
fn a_kill_does_not_keep_locals_from_being_dropped() {
    vervet::thread_local!(static KEPT: std::cell::OnceCell<Counted> = const { std::cell::OnceCell::new() });
    checked(|| {
        let drops = Drops::new();
        let value = drops.value();
        let (handle, greenlet) = spawn(move || {
            KEPT.with(|kept| kept.set(value).unwrap());
            thread::park();
        });
        parked(&greenlet, "signal");
        greenlet.kill();
        killed(handle.join());
        assert_eq!(drops.count(), 1);
    });
}
