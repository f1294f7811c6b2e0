//! `sync::raw::once`: those who do it, those who wait for it.

use std::sync::Arc;

use loom::thread;

use crate::check_both;
use crate::support::Plain;
use crate::sync::raw::once::{Begin, Progress, RawOnce};
use crate::wait;

struct Doing {
    once: RawOnce,
    value: Plain,
}

impl Doing {
    fn new() -> Arc<Doing> {
        Arc::new(Doing { once: RawOnce::new(), value: Plain::new() })
    }

    /// As `Once::call_once`; answers what was begun, and ends it with `end`.
    fn call(&self, end: Progress) -> Option<Begin> {
        let begun = self.once.begin(false).ok()?;
        match begun {
            Begin::Run { .. } => {
                self.value.write();
                self.once.end(end);
            }
            Begin::Complete => assert!(self.value.read() > 0),
            Begin::Poisoned => {}
        }
        Some(begun)
    }

    fn caller(self: &Arc<Doing>, end: Progress) -> thread::JoinHandle<Option<Begin>> {
        let doing = Arc::clone(self);
        thread::spawn(move || doing.call(end))
    }
}

const RUN: Option<Begin> = Some(Begin::Run { poisoned: false });

/// Two do it, and one waits for it: it is done by one of them, and all see it.
///
/// Fails if `end` wakes nobody; if it takes the waiters out before it changes the state; if a waiter does not look again under
/// the lock; if the state is `Relaxed`.
pub fn done_once() {
    check_both(2, |head_start| {
        wait::set(head_start, 0);
        let doing = Doing::new();
        let callers = [doing.caller(Progress::Complete), doing.caller(Progress::Complete)];
        assert_eq!(doing.once.wait(false), Ok(Progress::Complete));
        assert_eq!(doing.value.read(), 1);
        let ran = callers.map(|caller| caller.join().unwrap()).iter().filter(|&&begun| begun == RUN).count();
        assert_eq!(ran, 1);
    });
}

/// One of two is cut short: the other does it, after him or instead of him.
///
/// Fails if `end` wakes only when it is done.
pub fn cut_short_then_done() {
    check_both(2, |head_start| {
        wait::set(head_start, 0);
        let doing = Doing::new();
        let cut = doing.caller(Progress::Incomplete);
        assert_eq!(doing.call(Progress::Complete), RUN);
        let again = cut.join().unwrap();
        assert!(again == RUN || again == Some(Begin::Complete));
        assert!(doing.once.is_complete());
    });
}

/// One of two panics: the other is told, or does it first.
///
/// Fails as above.
pub fn poisoned() {
    check_both(3, |head_start| {
        wait::set(head_start, 0);
        let doing = Doing::new();
        let panics = doing.caller(Progress::Poisoned);
        let mine = doing.call(Progress::Complete);
        match panics.join().unwrap() {
            Some(Begin::Complete) => assert_eq!(mine, RUN),
            _ => assert_eq!(mine, Some(Begin::Poisoned)),
        }
    });
}

/// One of two waiters is killed just when it is done: the other one hears of it all the same.
///
/// Fails if `wake_all` stops at one that does not wait any more.
pub fn end_against_kill() {
    check_both(2, |head_start| {
        wait::set(head_start, 0);
        let doing = Doing::new();
        let other = {
            let doing = Arc::clone(&doing);
            thread::spawn(move || doing.once.wait(true))
        };
        let caller = {
            let (doing, victim) = (Arc::clone(&doing), wait::me());
            thread::spawn(move || {
                victim.kill();
                doing.call(Progress::Complete)
            })
        };
        if doing.once.wait(true).is_ok() {
            assert_eq!(doing.value.read(), 1);
        }
        assert_eq!(other.join().unwrap(), Ok(Progress::Complete));
        assert_eq!(caller.join().unwrap(), RUN);
    });
}
