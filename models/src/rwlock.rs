//! `sync::raw::rwlock`: readers, writers, and those killed while they wait.

use std::sync::Arc;

use loom::thread;

use crate::check_both;
use crate::support::Plain;
use crate::sync::raw::rwlock::{Access, RawRwLock};
use crate::wait;

struct Guarded {
    lock: RawRwLock,
    value: Plain,
}

impl Guarded {
    fn new() -> Arc<Guarded> {
        Arc::new(Guarded { lock: RawRwLock::new(), value: Plain::new() })
    }

    /// Whether it was not cut short.
    fn use_once(&self, access: Access) -> bool {
        let locked = self.lock.try_lock(access) || self.lock.lock(access).is_ok();
        if locked {
            match access {
                Access::Read => drop(self.value.read()),
                Access::Write => self.value.write(),
            }
            self.lock.unlock(access);
        }
        locked
    }

    fn user(self: &Arc<Guarded>, access: Access) -> thread::JoinHandle<bool> {
        let guarded = Arc::clone(self);
        thread::spawn(move || guarded.use_once(access))
    }

    /// Nobody has it, nobody waits.
    fn assert_free(&self) {
        assert!(self.lock.try_lock(Access::Write));
        self.lock.unlock(Access::Write);
    }
}

/// Two writers and a reader: a writer has it alone, and nobody waits for ever.
///
/// Fails if an unlock does not look for waiters; if a reader's is `Relaxed`; if whoever admits does not acquire; if a waiter
/// raises `QUEUED` without looking whether the lock is to be had by then.
pub fn readers_and_writers() {
    check_both(2, |head_start| {
        wait::set(head_start, 0);
        let guarded = Guarded::new();
        let others = [guarded.user(Access::Write), guarded.user(Access::Read)];
        assert!(guarded.use_once(Access::Write));
        for other in others {
            assert!(other.join().unwrap());
        }
        assert_eq!(guarded.value.read(), 2);
        guarded.assert_free();
    });
}

/// A reader waits behind a writer, who waits for another reader, and is killed: the one behind comes in, though that
/// other reader never leaves.
///
/// Fails if a waiter that leaves admits nobody.
pub fn killed_writer_lets_readers_in() {
    check_both(2, |head_start| {
        wait::set(head_start, 0);
        let guarded = Guarded::new();
        assert!(guarded.lock.try_lock(Access::Read));
        let (sender, receiver) = loom::sync::mpsc::channel();
        let writer = {
            let guarded = Arc::clone(&guarded);
            thread::spawn(move || {
                sender.send(wait::me()).unwrap();
                guarded.use_once(Access::Write)
            })
        };
        let reader = guarded.user(Access::Read);
        receiver.recv().unwrap().kill();
        assert!(reader.join().unwrap());
        assert!(!writer.join().unwrap());
        guarded.lock.unlock(Access::Read);
        guarded.assert_free();
    });
}

/// Two wait for a writer; one of them is killed just when they are admitted.
fn one_is_killed(head_start: crate::HeadStart, killed: Access) {
    wait::set(head_start, 0);
    let guarded = Guarded::new();
    assert!(guarded.lock.try_lock(Access::Write));
    let (sender, receiver) = loom::sync::mpsc::channel();
    let victim = {
        let guarded = Arc::clone(&guarded);
        thread::spawn(move || {
            sender.send(wait::me()).unwrap();
            guarded.use_once(killed)
        })
    };
    let other = guarded.user(Access::Write);
    receiver.recv().unwrap().kill();
    guarded.lock.unlock(Access::Write);
    assert!(other.join().unwrap());
    victim.join().unwrap();
    guarded.assert_free();
}

/// See `one_is_killed`.
///
/// Fails if the lock of one who was admitted in vain is not taken back; if nobody is admitted after that.
pub fn admission_against_kill() {
    check_both(2, |head_start| one_is_killed(head_start, Access::Write));
    check_both(2, |head_start| one_is_killed(head_start, Access::Read));
}

/// A writer becomes a reader: the readers that wait come in, and see what it wrote.
///
/// Fails if `downgrade` does not look for waiters; if it is `Relaxed`.
pub fn downgrade_lets_readers_in() {
    check_both(3, |head_start| {
        wait::set(head_start, 0);
        let guarded = Guarded::new();
        assert!(guarded.lock.try_lock(Access::Write));
        let reader = guarded.user(Access::Read);
        guarded.value.write();
        guarded.lock.downgrade();
        assert!(reader.join().unwrap());
        guarded.lock.unlock(Access::Read);
        guarded.assert_free();
    });
}
