//! `sync::raw::event`: set, cleared, waited for.

use std::sync::Arc;

use loom::sync::atomic::{AtomicU32, Ordering};
use loom::thread;

use crate::check_both;
use crate::support::Plain;
use crate::sync::raw::event::RawEvent;
use crate::wait::{self, NEVER, SOON};

/// Two wait while it is set: both go on, and see what was done before.
///
/// Fails if `set` wakes nobody; if it takes the waiters out before it raises the flag; if the flag is `Relaxed`; if a waiter
/// does not look again under the lock.
pub fn set_against_wait() {
    check_both(2, |head_start| {
        wait::set(head_start, 0);
        let shared = Arc::new((RawEvent::new(), Plain::new()));
        let waiters = [(); 2].map(|()| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                assert_eq!(shared.0.wait(NEVER), Ok(true));
                shared.1.read()
            })
        });
        shared.1.write();
        shared.0.set();
        for waiter in waiters {
            assert_eq!(waiter.join().unwrap(), 1);
        }
    });
}

/// It is set and cleared at once: a wait that had begun before is over, though it may be at any point, its deadline included.
///
/// Fails if `sets` is not counted; if a wait that has ended otherwise does not compare.
pub fn pulse_against_wait() {
    for (deadline, looks) in [(NEVER, 0), (NEVER, 1), (SOON, 0)] {
        check_both(3, move |head_start| {
            wait::set(head_start, 0);
            let event = Arc::new(RawEvent::new());
            let begun = event.begin();
            let theirs = Arc::clone(&event);
            let waiter = thread::spawn(move || {
                wait::look_again(looks);
                theirs.wait_since(Some(begun), deadline)
            });
            event.set();
            event.clear();
            let waited = waiter.join().unwrap();
            assert!(waited == Ok(true) || (waited == Ok(false) && deadline == SOON));
            assert!(!event.is_set());
        });
    }
}

/// Something is made, then it is set; the other one waits, clears, and looks: nothing escapes him.
///
/// Fails if `clear` is a store, or does not acquire.
pub fn clear_against_set() {
    check_both(3, |head_start| {
        wait::set(head_start, 0);
        let shared = Arc::new((RawEvent::new(), AtomicU32::new(0)));
        let theirs = Arc::clone(&shared);
        let maker = thread::spawn(move || {
            for _ in 0..2 {
                theirs.1.fetch_add(1, Ordering::Relaxed);
                theirs.0.set();
            }
        });
        while shared.1.load(Ordering::Relaxed) < 2 {
            assert_eq!(shared.0.wait(NEVER), Ok(true));
            shared.0.clear();
        }
        maker.join().unwrap();
    });
}

/// One of two who wait is killed just when it is set: the other goes on.
///
/// Fails if `set` stops at a waiter whose wait has ended.
pub fn set_against_kill() {
    check_both(2, |head_start| {
        wait::set(head_start, 0);
        let event = Arc::new(RawEvent::new());
        let [victim, other] = [(); 2].map(|()| {
            let event = Arc::clone(&event);
            wait::spawn(move || event.wait(NEVER).is_ok())
        });
        victim.kill();
        event.set();
        assert!(other.join());
        victim.join();
    });
}
