//! `RwLock`.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use vervet::sync::{Arc, Mutex, RwLock, RwLockWriteGuard, TryLockError};

use crate::common::*;
use crate::{Kind, PAIRS, Someone};

#[test]
fn smoke() {
    checked(|| {
        in_both(|| {
            let lock = RwLock::new(1);
            {
                let (one, two) = (lock.read().unwrap(), lock.try_read().unwrap());
                assert_eq!((*one, *two), (1, 1));
                assert!(matches!(lock.try_write(), Err(TryLockError::WouldBlock)));
            }
            {
                let mut writer = lock.write().unwrap();
                *writer = 2;
                assert!(matches!(lock.try_read(), Err(TryLockError::WouldBlock)));
                assert!(matches!(lock.try_write(), Err(TryLockError::WouldBlock)));
            }
            *lock.try_write().unwrap() += 1;
            let mut lock = lock;
            *lock.get_mut().unwrap() += 1;
            assert_eq!(lock.into_inner().unwrap(), 4);
            let list: &RwLock<[u32]> = &RwLock::new([1, 2, 3]);
            assert_eq!(list.read().unwrap().len(), 3);
            assert_eq!(*RwLock::from(2).read().unwrap() + *RwLock::<u8>::default().read().unwrap(), 2);
        });
    });
}

static NAMES: RwLock<Vec<usize>> = RwLock::new(Vec::new());

#[test]
fn statics_are_made_at_compile_time() {
    checked(|| {
        NAMES.write().unwrap().clear();
        vervet::join_all((0..10).map(|n| vervet::spawn(move || NAMES.write().unwrap().push(n))));
        assert_eq!(NAMES.read().unwrap().iter().sum::<usize>(), 45);
    });
}

#[test]
fn writers_and_readers_wait_in_every_combination() {
    checked(|| {
        for (holds, waits) in PAIRS {
            for (write_first, write_second) in [(true, true), (true, false), (false, true)] {
                let lock = Arc::new(RwLock::new(0));
                let (gate, held) = (Gate::new(), Gate::new());
                let holder = {
                    let (lock, gate, held) = (Arc::clone(&lock), gate.clone(), held.clone());
                    Someone::start(holds, move || match write_first {
                        true => {
                            let mut guard = lock.write().unwrap();
                            held.open();
                            gate.pass();
                            *guard = 1;
                        }
                        false => {
                            let guard = lock.read().unwrap();
                            held.open();
                            gate.pass();
                            assert_eq!(*guard, 0);
                        }
                    })
                };
                held.pass();
                let waiter = {
                    let lock = Arc::clone(&lock);
                    Someone::start(waits, move || match write_second {
                        true => {
                            let mut guard = lock.write().unwrap();
                            *guard += 10;
                            *guard
                        }
                        false => *lock.read().unwrap(),
                    })
                };
                waiter.waits("lock");
                gate.open();
                holder.join();
                let expected = u32::from(write_first) + if write_second { 10 } else { 0 };
                assert_eq!(waiter.join(), expected, "{holds:?} {waits:?}");
            }
        }
    });
}

#[test]
fn readers_share_and_a_waiting_writer_keeps_later_readers_out() {
    checked(|| {
        vervet::run(|| {
            let lock = Arc::new(RwLock::new(0));
            let order = Arc::new(Mutex::new(Vec::new()));
            let first = lock.read().unwrap();
            let start = |name: &'static str, write: bool| {
                let (lock, order) = (Arc::clone(&lock), Arc::clone(&order));
                let someone = Someone::start(Kind::Greenlet, move || {
                    let note = || order.lock().unwrap().push(name);
                    match write {
                        true => {
                            let mut guard = lock.write().unwrap();
                            note();
                            vervet::sleep(Duration::from_micros(100));
                            *guard += 1;
                        }
                        false => {
                            let guard = lock.read().unwrap();
                            note();
                            vervet::sleep(Duration::from_micros(100));
                            drop(guard);
                        }
                    }
                });
                someone.waits("lock");
                someone
            };
            let writer = start("writer", true);
            assert!(lock.try_read().is_err(), "a writer waits");
            let readers = [start("reader", false), start("reader", false)];
            let last = start("last", true);
            drop(first);
            writer.join();
            readers.into_iter().for_each(Someone::join);
            last.join();
            assert_eq!(*order.lock().unwrap(), ["writer", "reader", "reader", "last"]);
            assert_eq!(*lock.try_write().unwrap(), 2);
        });
    });
}

#[test]
fn readers_in_line_come_in_together() {
    checked(|| {
        let lock = Arc::new(RwLock::new(()));
        let writer = lock.write().unwrap();
        let inside = Arc::new(AtomicUsize::new(0));
        let readers: Vec<_> = (0..10)
            .map(|n| {
                let (lock, inside) = (Arc::clone(&lock), Arc::clone(&inside));
                let kind = if n % 5 == 0 { Kind::Thread } else { Kind::Greenlet };
                let reader = Someone::start(kind, move || {
                    let _guard = lock.read().unwrap();
                    inside.fetch_add(1, SeqCst);
                    eventually("all are inside", || inside.load(SeqCst) == 10);
                });
                reader.waits("lock");
                reader
            })
            .collect();
        drop(writer);
        readers.into_iter().for_each(Someone::join);
        assert!(lock.try_write().is_ok());
    });
}

#[test]
fn downgrade_lets_readers_in_and_no_writer_between() {
    checked(|| {
        let lock = Arc::new(RwLock::new(0));
        let mut writer = lock.write().unwrap();
        let reader = {
            let lock = Arc::clone(&lock);
            Someone::start(Kind::Greenlet, move || *lock.read().unwrap())
        };
        reader.waits("lock");
        let other = {
            let lock = Arc::clone(&lock);
            Someone::start(Kind::Greenlet, move || *lock.write().unwrap() += 1)
        };
        other.waits("lock");
        *writer = 5;
        let guard = RwLockWriteGuard::downgrade(writer);
        assert_eq!(reader.join(), 5);
        assert_eq!(*guard, 5);
        drop(guard);
        other.join();
        assert_eq!(*lock.read().unwrap(), 6);
    });
}

#[test]
fn a_stream_of_readers_does_not_keep_a_writer_out() {
    checked(|| {
        let lock = Arc::new(RwLock::new(0));
        let readers: Vec<_> = (0..4)
            .map(|_| {
                let lock = Arc::clone(&lock);
                Someone::start(Kind::Greenlet, move || {
                    // Overlapping holds: there is always a reader inside.
                    loop {
                        let guard = lock.read().unwrap();
                        vervet::sleep(Duration::from_micros(100));
                        if *guard == 3 {
                            return;
                        }
                    }
                })
            })
            .collect();
        for kind in [Kind::Greenlet, Kind::Thread, Kind::Greenlet] {
            let lock = Arc::clone(&lock);
            Someone::start(kind, move || *lock.write().unwrap() += 1).join();
        }
        readers.into_iter().for_each(Someone::join);
    });
}
