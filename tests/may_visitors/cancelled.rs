//! Cancelled by may, and panics.

use std::io::{Read, Write};
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use vervet::net::{TcpListener, TcpStream};
use vervet::runtime::metrics;

use crate::common::{Drops, Gate, HOUR, OnDrop, eventually, fail, over, sleeper, text};
use crate::*;

/// Starts a visitor that waits in `wait`, where `count` sees it, and cancels it there. Its destructors run, and wait.
#[track_caller]
pub(crate) fn cancelled_in(count: impl Fn() -> usize, wait: impl FnOnce() + Send + 'static) {
    let bystander = visitor(|| vervet::sleep(4 * MOMENT));
    let (drops, before) = (Drops::new(), count());
    let value = drops.value();
    let waited = Arc::new(AtomicUsize::new(0));
    let waits = waited.clone();
    let visitor = visitor(move || {
        let _value = value;
        let _guard = OnDrop(move || {
            let start = Instant::now();
            vervet::sleep(MOMENT);
            assert!(start.elapsed() >= MOMENT);
            assert_eq!(vervet::timeout(HOUR, || greenlet(|| 7).join().unwrap()), Ok(7));
            assert!(vervet::timeout(MOMENT, || vervet::sleep(HOUR)).is_err());
            let (mut ours, mut theirs) = pair();
            ours.write_all(b"bye").unwrap();
            theirs.read_exact(&mut [0; 3]).unwrap();
            waits.fetch_add(1, SeqCst);
        });
        wait();
        unreachable!("it was cancelled");
    });
    one_more(before, count);
    cancel(&visitor);
    cancelled(visitor);
    assert_eq!((drops.count(), waited.load(SeqCst)), (1, 1));
    bystander.join().unwrap();
}

#[test]
fn cancelled_in_sleep() {
    checked(|| {
        cancelled_in(sleeping, || vervet::sleep(Duration::MAX));
        cancelled_in(sleeping, || vervet::sleep(HOUR));
        cancelled_in(sleeping, || vervet::timeout(HOUR, || vervet::sleep(Duration::MAX)).unwrap());
    });
}

#[test]
fn cancelled_in_read_and_accept() {
    checked(|| {
        let (mut ours, mut theirs) = pair();
        let mut same = ours.try_clone().unwrap();
        cancelled_in(reading, move || drop(ours.read(&mut [0])));
        // The stream is as good as before.
        theirs.write_all(b"on").unwrap();
        visit(move || same.read_exact(&mut [0; 2]).unwrap());

        let listener = Arc::new(TcpListener::bind(LOCAL).unwrap());
        let same = listener.clone();
        cancelled_in(reading, move || drop(same.accept()));
        let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        listener.accept().unwrap();
    });
}

#[test]
fn cancelled_in_join() {
    checked(|| {
        let sleeper = sleeper();
        let joined = sleeper.handle();
        cancelled_in(joining, move || _ = joined.wait(None));
        assert!(!sleeper.is_finished(), "whom it waited for goes on");
        sleeper.kill();
        over(&sleeper.handle());
    });
}

#[test]
fn cancelled_in_offload() {
    checked(|| {
        let (release, released) = mpsc::channel::<()>();
        let (ended, end) = mpsc::channel();
        let begun = Arc::new(AtomicUsize::new(0));
        let begins = begun.clone();
        // A job that has not begun would be dropped.
        let count = || metrics().parked.offload.min(begun.load(SeqCst));
        cancelled_in(count, move || {
            vervet::offload(move || {
                begins.store(1, SeqCst);
                let _ = released.recv();
                ended.send(()).unwrap();
            });
        });
        drop(release);
        end.recv().unwrap();
    });
}

#[test]
fn cancelled_before_its_first_wait() {
    checked(|| {
        let (go, gone) = mpsc::channel::<()>();
        let visitor = visitor(move || {
            // Blocks may's worker: nothing else is to run on it meanwhile.
            gone.recv().unwrap();
            vervet::sleep(HOUR);
        });
        cancel(&visitor);
        go.send(()).unwrap();
        cancelled(visitor);
    });
}

#[test]
fn cancelled_is_sticky() {
    checked(|| {
        let before = sleeping();
        let visitor = visitor(move || {
            for _ in 0..3 {
                assert!(catch_unwind(|| vervet::sleep(HOUR)).is_err());
            }
            assert!(catch_unwind(|| greenlet(|| ()).join()).is_err());
            assert!(catch_unwind(vervet::yield_now).is_err());
            let start = Instant::now();
            vervet::shield(|| vervet::sleep(MOMENT));
            start.elapsed()
        });
        one_more(before, sleeping);
        cancel(&visitor);
        // It has caught everything, and ended in its own way.
        let shielded = visitor.join().unwrap();
        assert!(shielded >= MOMENT, "{shielded:?}");
    });
}

#[test]
fn cancelled_in_a_shield() {
    checked(|| {
        let (before, drops) = (sleeping(), Drops::new());
        let value = drops.value();
        let visitor = visitor(move || {
            let start = Instant::now();
            vervet::shield(|| vervet::sleep(6 * MOMENT));
            assert!(start.elapsed() >= 6 * MOMENT);
            drop(value);
            vervet::sleep(HOUR);
        });
        one_more(before, sleeping);
        cancel(&visitor);
        cancelled(visitor);
        assert_eq!(drops.count(), 1, "what is behind the shield was done");
    });
}

#[test]
fn cancel_and_wake_at_once_lose_nothing() {
    const ROUNDS: usize = 300;
    checked(|| {
        let delivered = Arc::new(AtomicUsize::new(0));
        for round in 0..ROUNDS {
            let (ours, mut theirs) = pair();
            let ours = Arc::new(ours);
            let readers = [(); 2].map(|()| {
                let (ours, delivered) = (ours.clone(), delivered.clone());
                visitor(move || {
                    if (&*ours).read(&mut [0]).unwrap() == 1 {
                        delivered.fetch_add(1, SeqCst);
                    }
                })
            });
            if round % 3 > 0 {
                vervet::sleep(Duration::from_micros(10 * (round % 30) as u64));
            }
            let killer = {
                let coroutine = readers[round % 2].coroutine().clone();
                thread::spawn(move || {
                    // SAFETY: as in `cancel`.
                    unsafe { coroutine.cancel() }
                })
            };
            theirs.write_all(b"12").unwrap();
            killer.join().unwrap();
            let [a, b] = readers.map(|reader| reader.join().is_ok());
            // One is left alone, and gets its byte; the other has it, or has left it.
            assert!(if round % 2 == 0 { b } else { a });
            let read = delivered.swap(0, SeqCst);
            assert_eq!(read, usize::from(a) + usize::from(b));
            let mut rest = Vec::new();
            drop(theirs);
            (&*ours).read_to_end(&mut rest).unwrap();
            assert_eq!(read + rest.len(), 2, "a byte was lost");
        }
    });
}

#[test]
fn panic_in_a_visitor_is_its_own() {
    checked(|| {
        let gate = Gate::new();
        let stuck: Vec<_> = (0..4)
            .map(|_| {
                let gate = gate.clone();
                visitor(move || {
                    let _guard = OnDrop(move || {
                        assert!(thread::panicking());
                        gate.pass();
                        assert!(thread::panicking(), "after a wait");
                    });
                    fail("on purpose")
                })
            })
            .collect();
        eventually("all wait in their destructors", || joining() >= 4);
        let calm: Vec<_> = (0..20)
            .map(|_| {
                visitor(|| {
                    vervet::sleep(MOMENT);
                    thread::panicking()
                })
            })
            .collect();
        assert!(calm.into_iter().all(|visitor| !visitor.join().unwrap()), "a neighbour's panic is seen");
        gate.open();
        for visitor in stuck {
            assert_eq!(text(visitor.join().unwrap_err()), "on purpose");
        }
    });
}
