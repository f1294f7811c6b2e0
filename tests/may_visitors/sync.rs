//! Locks, condition variables and channels: between visitors, greenlets and OS threads; what is left by a visitor that panics
//! or is cancelled.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use vervet::sync::mpsc::{self, RecvTimeoutError, TryRecvError};
use vervet::sync::{Arc, Barrier, Condvar, Mutex, OnceLock, RwLock};

use crate::cancelled::cancelled_in;
use crate::common::{Gate, HOUR, OnDrop, eventually, fail, over, parked, text};
use crate::*;

fn locking() -> usize {
    metrics().parked.lock
}

fn signalled() -> usize {
    metrics().parked.signal
}

fn in_channels() -> usize {
    metrics().parked.channel
}

/// Starts `wait`, and is back when it waits where `count` looks; threads are not counted.
#[track_caller]
fn start_waiting<T: Send + 'static>(
    who: Who,
    count: fn() -> usize,
    wait: impl FnOnce() -> T + Send + 'static,
) -> Running<T> {
    let before = count();
    let waiting = start(who, wait);
    if who != Thread {
        one_more(before, count);
    }
    waiting
}

/// A greenlet on may.
fn on_may<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> Greenlet<T> {
    // SAFETY: these use no thread-local.
    unsafe { vervet::Builder::new().scheduler(Scheduler::May) }.spawn(f).unwrap()
}

// --- together ------------------------------------------------------------------------------------------------------

#[test]
fn mutex_excludes_all_others() {
    const EACH: usize = 4;
    const ROUNDS: usize = 200;
    checked(|| {
        let mutex = Arc::new(Mutex::new(0));
        let all: Vec<_> = (0..3 * EACH)
            .map(|n| {
                let mutex = mutex.clone();
                start(ALL[n % 3], move || {
                    for round in 0..ROUNDS {
                        let mut sum = mutex.lock().unwrap();
                        let seen = *sum;
                        if round % 8 == n % 8 {
                            vervet::yield_now();
                        }
                        *sum = seen + 1;
                    }
                })
            })
            .collect();
        all.into_iter().for_each(Running::join);
        assert_eq!(*mutex.try_lock().unwrap(), 3 * EACH * ROUNDS);
    });
}

#[test]
fn unlock_wakes_whoever_waits() {
    checked(|| {
        for holder in ALL {
            for waiter in ALL {
                let (mutex, gate) = (Arc::new(Mutex::new(0)), Gate::new());
                let (theirs, pass) = (mutex.clone(), gate.clone());
                let holder = start(holder, move || {
                    let mut guard = theirs.lock().unwrap();
                    pass.pass();
                    *guard = 1;
                });
                eventually("it is locked", || mutex.try_lock().is_err());
                let waiter = start_waiting(waiter, locking, move || *mutex.lock().unwrap());
                gate.open();
                holder.join();
                assert_eq!(waiter.join(), 1);
            }
        }
    });
}

#[test]
fn readers_and_writers_of_every_context() {
    checked(|| {
        for writer in ALL {
            let (lock, gate) = (Arc::new(RwLock::new(0)), Gate::new());
            let readers = ALL.map(|who| {
                let (lock, gate) = (lock.clone(), gate.clone());
                start(who, move || {
                    let value = lock.read().unwrap();
                    gate.pass();
                    *value
                })
            });
            eventually("it is read", || lock.try_write().is_err());
            let theirs = lock.clone();
            let writer = start_waiting(writer, locking, move || *theirs.write().unwrap() += 1);
            gate.open();
            writer.join();
            // Who came after the writer may have waited for it.
            assert!(readers.map(Running::join).iter().all(|&seen| seen <= 1));
            assert_eq!(*lock.try_read().unwrap(), 1);
        }
    });
}

#[test]
fn condvar_between_every_two_contexts() {
    checked(|| {
        for waiter in ALL {
            for notifier in ALL {
                let pair = Arc::new((Mutex::new(0), Condvar::new()));
                let theirs = pair.clone();
                let waiter = start_waiting(waiter, signalled, move || {
                    let guard = theirs.0.lock().unwrap();
                    *theirs.1.wait_while(guard, |value| *value == 0).unwrap()
                });
                start(notifier, move || {
                    *pair.0.lock().unwrap() = 7;
                    pair.1.notify_one();
                })
                .join();
                assert_eq!(waiter.join(), 7);
            }
        }
        visit(|| {
            let (mutex, condvar) = (Mutex::new(()), Condvar::new());
            assert!(condvar.wait_timeout(mutex.lock().unwrap(), MOMENT).unwrap().1.timed_out());
        });
    });
}

#[test]
fn barrier_of_all_contexts() {
    const ROUNDS: usize = 50;
    checked(|| {
        let barrier = Arc::new(Barrier::new(9));
        let all: Vec<_> = (0..9)
            .map(|n| {
                let barrier = barrier.clone();
                start(ALL[n % 3], move || (0..ROUNDS).filter(|_| barrier.wait().is_leader()).count())
            })
            .collect();
        assert_eq!(all.into_iter().map(Running::join).sum::<usize>(), ROUNDS);
    });
}

#[test]
fn one_of_all_makes_the_value() {
    checked(|| {
        for maker in ALL {
            let (cell, gate) = (Arc::new(OnceLock::new()), Gate::new());
            let (made, begun) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
            let (theirs, makes, begins, pass) = (cell.clone(), made.clone(), begun.clone(), gate.clone());
            let maker = start(maker, move || {
                *theirs.get_or_init(|| {
                    begins.store(1, SeqCst);
                    pass.pass();
                    makes.fetch_add(1, SeqCst) + 1
                })
            });
            eventually("it is being made", || begun.load(SeqCst) == 1);
            let others = ALL.map(|who| {
                let (cell, made) = (cell.clone(), made.clone());
                start_waiting(who, locking, move || *cell.get_or_init(|| made.fetch_add(1, SeqCst) + 1))
            });
            gate.open();
            assert_eq!((maker.join(), others.map(Running::join)), (1, [1; 3]));
        }
    });
}

#[test]
fn channels_between_every_two_contexts() {
    const MANY: usize = 200;
    checked(|| {
        for sender in ALL {
            for receiver in ALL {
                let (tx, rx) = mpsc::sync_channel(0);
                let sent = start(sender, move || (0..MANY).for_each(|n| tx.send(n).unwrap()));
                // Until the sender has gone.
                let received = start(receiver, move || rx.into_iter().collect::<Vec<_>>());
                sent.join();
                assert!(received.join().into_iter().eq(0..MANY), "{sender:?} sends, {receiver:?} receives");

                let (tx, rx) = mpsc::channel();
                let received = start_waiting(receiver, in_channels, move || rx.recv());
                start(sender, move || tx.send(7).unwrap()).join();
                assert_eq!(received.join(), Ok(7));
            }
        }
    });
}

#[test]
fn the_other_end_goes_while_a_visitor_waits() {
    checked(|| {
        let (tx, rx) = mpsc::channel::<()>();
        let receiver = start_waiting(Visitor, in_channels, move || rx.recv());
        drop(tx);
        assert!(receiver.join().is_err());
        let (tx, rx) = mpsc::sync_channel(0);
        let sender = start_waiting(Visitor, in_channels, move || tx.send(7).map_err(|error| error.0));
        drop(rx);
        assert_eq!(sender.join(), Err(7));
        let (_tx, rx) = mpsc::channel::<()>();
        assert_eq!(visit(move || rx.recv_timeout(MOMENT)), Err(RecvTimeoutError::Timeout));
    });
}

// --- poison --------------------------------------------------------------------------------------------------------

#[test]
fn a_panic_on_may_poisons() {
    checked(|| {
        let mutex = Arc::new(Mutex::new(()));
        let theirs = mutex.clone();
        let greenlet = on_may(move || {
            let _guard = theirs.lock().unwrap();
            vervet::sleep(MOMENT);
            fail("on purpose")
        });
        assert_eq!(text(greenlet.join().unwrap_err().into_panic()), "on purpose");
        assert!(mutex.is_poisoned() && mutex.lock().is_err());

        let mutex = Arc::new(Mutex::new(()));
        let theirs = mutex.clone();
        let visitor = visitor(move || {
            let _guard = theirs.lock().unwrap();
            // Maybe on another thread when the guard goes.
            let _destructor = OnDrop(|| vervet::sleep(MOMENT));
            fail("on purpose")
        });
        assert_eq!(text(visitor.join().unwrap_err()), "on purpose");
        assert!(mutex.is_poisoned() && mutex.lock().is_err());
    });
}

#[test]
fn a_panic_on_may_poisons_nothing_of_others() {
    checked(|| {
        let (mutex, gate) = (Arc::new(Mutex::new(0)), Gate::new());
        let stuck: Vec<_> = (0..4)
            .map(|n| {
                let pass = gate.clone();
                let stuck = move || {
                    let _destructor = OnDrop(move || pass.pass());
                    fail("on purpose")
                };
                let before = joining();
                let stuck: Running<()> = match n % 2 {
                    0 => start(Visitor, stuck),
                    _ => {
                        let greenlet = on_may(stuck);
                        Running(Box::new(|| greenlet.join().map_err(vervet::JoinError::into_panic)))
                    }
                };
                one_more(before, joining);
                stuck
            })
            .collect();
        let calm: Vec<_> = (0..20)
            .map(|_| {
                let mutex = mutex.clone();
                visitor(move || {
                    let mut sum = mutex.lock().unwrap();
                    vervet::yield_now();
                    *sum += 1;
                })
            })
            .collect();
        calm.into_iter().for_each(|visitor| visitor.join().unwrap());
        assert_eq!(*mutex.lock().unwrap(), 20);
        gate.open();
        for stuck in stuck {
            assert_eq!(text((stuck.0)().unwrap_err()), "on purpose");
        }
    });
}

#[test]
fn kills_timeouts_and_cancellations_on_may_poison_nothing() {
    checked(|| {
        let mutex = Arc::new(Mutex::new(()));
        let theirs = mutex.clone();
        let killed = on_may(move || {
            let _guard = theirs.lock().unwrap();
            vervet::sleep(HOUR);
        });
        parked(&killed.handle(), "sleep");
        killed.kill();
        over(&killed.handle());
        assert!(killed.join().unwrap_err().is_killed());
        assert!(mutex.try_lock().is_ok(), "free, and not poisoned");

        let theirs = mutex.clone();
        let late = on_may(move || {
            vervet::timeout(MOMENT, || {
                let _guard = theirs.lock().unwrap();
                vervet::sleep(HOUR);
            })
            .is_err()
        });
        assert!(late.join().unwrap());
        assert!(mutex.try_lock().is_ok(), "free, and not poisoned");

        let theirs = mutex.clone();
        cancelled_in(sleeping, move || {
            let _guard = theirs.lock().unwrap();
            vervet::sleep(HOUR);
        });
        assert!(mutex.try_lock().is_ok(), "free, and not poisoned");
    });
}

// --- cancelled by may ----------------------------------------------------------------------------------------------

#[test]
fn cancelled_in_lock_leaves_the_queue() {
    checked(|| {
        let (outer, mutex) = (Arc::new(Mutex::new(())), Arc::new(Mutex::new(0)));
        let mut guard = mutex.lock().unwrap();
        let theirs = (outer.clone(), mutex.clone());
        cancelled_in(locking, move || {
            let _guard = theirs.0.lock().unwrap();
            *theirs.1.lock().unwrap() += 1;
        });
        assert!(outer.try_lock().is_ok(), "free, and not poisoned");

        // Before another one.
        let first = start_to_lock(&mutex);
        let second = start_to_lock(&mutex);
        cancel(&first);
        cancelled(first);
        *guard = 10;
        drop(guard);
        assert_eq!(second.join().unwrap(), 10);
        assert_eq!(*mutex.try_lock().unwrap(), 11);

        let lock = Arc::new(RwLock::new(()));
        let guard = lock.read().unwrap();
        let theirs = lock.clone();
        cancelled_in(locking, move || drop(theirs.write()));
        assert!(lock.try_read().is_ok(), "a writer that has left keeps nobody out");
        drop(guard);
        assert!(lock.try_write().is_ok());
    });
}

/// A visitor that waits for the lock, and adds one to what it finds.
fn start_to_lock(mutex: &Arc<Mutex<usize>>) -> JoinHandle<usize> {
    let (mutex, before) = (mutex.clone(), locking());
    let waiting = visitor(move || {
        let mut sum = mutex.lock().unwrap();
        *sum += 1;
        *sum - 1
    });
    one_more(before, locking);
    waiting
}

#[test]
fn cancel_and_unlock_at_once_lose_nothing() {
    const ROUNDS: usize = 200;
    checked(|| {
        for _ in 0..ROUNDS {
            let mutex = Arc::new(Mutex::new(0));
            let guard = mutex.lock().unwrap();
            let first = start_to_lock(&mutex);
            let second = start_to_lock(&mutex);
            let coroutine = first.coroutine().clone();
            // SAFETY: as in `cancel`.
            let killer = thread::spawn(move || unsafe { coroutine.cancel() });
            drop(guard);
            let had = usize::from(first.join().is_ok());
            // Before the other one, as a rule; after it, if it was woken in vain and waits again.
            assert!(second.join().unwrap() <= had, "passed over");
            killer.join().unwrap();
            assert_eq!(*mutex.try_lock().unwrap(), had + 1);
        }
    });
}

#[test]
fn cancelled_in_a_condvar() {
    const ROUNDS: usize = 200;
    checked(|| {
        let pair = Arc::new((Mutex::new(()), Condvar::new()));
        let theirs = pair.clone();
        cancelled_in(signalled, move || drop(theirs.1.wait(theirs.0.lock().unwrap())));
        assert!(pair.0.try_lock().is_ok(), "free, and not poisoned");

        // One notification, and one who may or may not be there for it.
        for _ in 0..ROUNDS {
            let wait = || {
                let (pair, before) = (pair.clone(), signalled());
                let waiting = visitor(move || drop(pair.1.wait(pair.0.lock().unwrap()).unwrap()));
                one_more(before, signalled);
                waiting
            };
            let (first, second) = (wait(), wait());
            let coroutine = first.coroutine().clone();
            // SAFETY: as in `cancel`.
            let killer = thread::spawn(move || unsafe { coroutine.cancel() });
            pair.1.notify_one();
            if first.join().is_ok() {
                // It took the notification.
                pair.1.notify_one();
            }
            second.join().unwrap();
            killer.join().unwrap();
        }
    });
}

#[test]
fn cancelled_in_receive_and_send() {
    checked(|| {
        // The receiver outlives the wait that was cut short.
        let (tx, rx) = mpsc::channel();
        let before = in_channels();
        let receiver = visitor(move || {
            assert!(catch_unwind(AssertUnwindSafe(|| rx.recv())).is_err());
            rx
        });
        one_more(before, in_channels);
        cancel(&receiver);
        let rx = receiver.join().unwrap();
        tx.send(7).unwrap();
        assert_eq!(rx.recv(), Ok(7));
        cancelled_in(in_channels, move || _ = rx.recv());
        assert!(tx.send(8).is_err(), "the receiver went with the visitor");

        // A message that nobody has taken is not delivered later.
        let (tx, rx) = mpsc::sync_channel(0);
        let other = tx.clone();
        cancelled_in(in_channels, move || other.send(1).unwrap());
        assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
        let sender = start_waiting(Visitor, in_channels, move || tx.send(2).unwrap());
        assert_eq!(rx.recv(), Ok(2));
        sender.join();
        assert!(rx.recv().is_err(), "all senders have gone");
    });
}
