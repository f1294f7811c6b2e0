//! `sync::raw::mutex`: those who lock, unlock, and are killed while they wait.

use std::sync::Arc;

use loom::thread;

use crate::support::Plain;
use crate::sync::raw::mutex::RawMutex;
use crate::wait;
use crate::{HeadStart, check, check_both};

/// Longer than anybody's patience: whoever was woken in vain is given the lock.
const LONG: u64 = 1 << 40;

/// A lock and what it guards.
pub(crate) struct Guarded {
    pub(crate) lock: RawMutex,
    pub(crate) value: Plain,
}

impl Guarded {
    pub(crate) fn new() -> Arc<Guarded> {
        Arc::new(Guarded { lock: RawMutex::new(), value: Plain::new() })
    }

    /// Whether it was not cut short.
    fn use_once(&self) -> bool {
        let locked = self.lock.try_lock_quickly() || self.lock.lock().is_ok();
        if locked {
            self.value.write();
            self.lock.unlock();
        }
        locked
    }

    fn user(self: &Arc<Guarded>) -> thread::JoinHandle<bool> {
        let guarded = Arc::clone(self);
        thread::spawn(move || guarded.use_once())
    }

    /// Nobody has it, nobody waits.
    fn assert_free(&self) {
        assert!(self.lock.try_lock_quickly());
        self.lock.unlock();
    }
}

/// Three want the lock: each has it alone and sees what the one before wrote; none waits for ever.
///
/// Fails if `unlock` does not look for waiters; if a waiter raises `QUEUED` without looking whether the lock is free by
/// then; if `unlock` is `Relaxed`.
pub fn one_at_a_time() {
    check_both(2, |head_start| {
        wait::set(head_start, 0);
        let guarded = Guarded::new();
        let others = [guarded.user(), guarded.user()];
        assert!(guarded.use_once());
        for other in others {
            assert!(other.join().unwrap());
        }
        assert_eq!(guarded.value.read(), 3);
        guarded.assert_free();
    });
}

/// The same, and whoever is woken in vain is given the lock; one of them comes twice, and takes it first.
///
/// Fails if a lock that is handed over is let go of; if the one to whom it is given takes it again.
pub fn handed_over() {
    check_both(2, |head_start| {
        wait::set(head_start, LONG);
        let guarded = Guarded::new();
        let other = guarded.user();
        for _ in 0..3 {
            assert!(guarded.use_once());
        }
        assert!(other.join().unwrap());
        assert_eq!(guarded.value.read(), 4);
        guarded.assert_free();
    });
}

/// Two wait; one is killed just when the lock is let go of. Either it has it and passes it on, or the other one gets it at
/// once.
///
/// Fails if `unlock` takes no notice of a wake that came too late; if it wakes nobody else then; if a waiter that leaves takes
/// `QUEUED` away from the other one.
pub fn unlock_against_kill() {
    check_both(2, |head_start| {
        wait::set(head_start, 0);
        let guarded = Guarded::new();
        assert!(guarded.lock.try_lock());
        let other = guarded.user();
        let (sender, receiver) = loom::sync::mpsc::channel();
        let victim = {
            let guarded = Arc::clone(&guarded);
            thread::spawn(move || {
                sender.send(wait::me()).unwrap();
                guarded.use_once()
            })
        };
        receiver.recv().unwrap().kill();
        guarded.lock.unlock();
        let uses = [other.join().unwrap(), victim.join().unwrap()];
        assert!(uses[0]);
        assert_eq!(guarded.value.read(), uses.map(u32::from).iter().sum());
        guarded.assert_free();
    });
}

/// One that was woken in vain is killed just when the lock is handed over to it.
///
/// Fails if a lock that was handed over in vain stays locked.
pub fn handing_over_against_kill() {
    check(2, || {
        wait::set(HeadStart(false), LONG);
        let guarded = Guarded::new();
        assert!(guarded.lock.try_lock());
        let (sender, receiver) = loom::sync::mpsc::channel();
        let victim = {
            let guarded = Arc::clone(&guarded);
            thread::spawn(move || {
                sender.send(wait::me()).unwrap();
                guarded.use_once()
            })
        };
        let waiter = receiver.recv().unwrap();
        // Lets it wait; wakes it; is quicker; lets it wait again.
        thread::yield_now();
        guarded.lock.unlock();
        let again = guarded.lock.try_lock();
        let killer = thread::spawn(move || waiter.kill());
        thread::yield_now();
        if again {
            guarded.lock.unlock();
        }
        killer.join().unwrap();
        victim.join().unwrap();
        guarded.assert_free();
    });
}
