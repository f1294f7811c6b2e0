//! `sync::raw::semaphore`: permits handed over, also to those killed while they wait.

use std::sync::Arc;

use loom::thread;

use crate::check_both;
use crate::select::permit_of_either;
use crate::support::Plain;
use crate::sync::raw::semaphore::{Answer, RawSemaphore, Want};
use crate::wait::{self, NEVER, SOON};

const ONE: Want = Want::Permits(1);
const TWO: Want = Want::Permits(2);

struct Guarded {
    semaphore: RawSemaphore,
    value: Plain,
}

impl Guarded {
    fn new(permits: usize) -> Arc<Guarded> {
        Arc::new(Guarded { semaphore: RawSemaphore::new(permits), value: Plain::new() })
    }

    fn acquire(&self, want: Want, deadline: u64) -> Option<Answer> {
        match self.semaphore.try_acquire(want) {
            Answer::TooFew => self.semaphore.acquire(want, deadline).ok(),
            answer => Some(answer),
        }
    }

    /// With one permit in all: has the value alone.
    fn use_once(&self) {
        assert_eq!(self.acquire(ONE, NEVER), Some(Answer::Granted));
        self.value.write();
        self.semaphore.release(1);
    }
}

/// Three use the value: each has it alone, sees what the one before has written, and nobody waits for ever.
///
/// Fails if `release` does not look for waiters; if it is `Relaxed`; if a waiter raises `QUEUED` without looking whether there is
/// a permit by then.
pub fn one_at_a_time() {
    check_both(2, |head_start| {
        wait::set(head_start, 0);
        let guarded = Guarded::new(1);
        let others = [(); 2].map(|()| {
            let guarded = Arc::clone(&guarded);
            thread::spawn(move || guarded.use_once())
        });
        guarded.use_once();
        for other in others {
            other.join().unwrap();
        }
        assert_eq!(guarded.value.read(), 3);
        assert_eq!(guarded.semaphore.try_acquire(ONE), Answer::Granted);
    });
}

/// Two wait for a permit; one of them is killed, or his time is up, just when it is given: it is his or the other's.
///
/// Fails if a permit is taken before the waking and not given back when that comes too late; if nobody else is served then.
pub fn hand_over_against_another_end() {
    for deadline in [NEVER, SOON] {
        check_both(2, move |head_start| {
            wait::set(head_start, 0);
            let guarded = Guarded::new(0);
            let ours = Arc::clone(&guarded);
            let victim = wait::spawn(move || ours.acquire(ONE, deadline) == Some(Answer::Granted));
            let theirs = Arc::clone(&guarded);
            let other = thread::spawn(move || theirs.use_once());
            if deadline == NEVER {
                victim.kill();
            }
            guarded.semaphore.release(1);
            if victim.join() {
                guarded.semaphore.release(1);
            }
            other.join().unwrap();
            assert_eq!(guarded.semaphore.permits(), 1);
            assert_eq!(guarded.semaphore.try_acquire(ONE), Answer::Granted, "nobody is in line");
        });
    }
}

/// One waits behind somebody who wants more than there is, and is killed: what is given meanwhile is for the one behind, who
/// sees what was done before, whoever hands it to him.
///
/// Fails if a waiter that leaves serves nobody; if whoever serves does not acquire.
pub fn who_leaves_makes_way() {
    for selects in [false, true] {
        check_both(3, move |head_start| {
            wait::set(head_start, 0);
            let guarded = Guarded::new(0);
            let ours = Arc::clone(&guarded);
            let victim = wait::spawn(move || ours.acquire(TWO, NEVER));
            let theirs = Arc::clone(&guarded);
            let other = thread::spawn(move || {
                if !selects {
                    return theirs.use_once();
                }
                let chosen = permit_of_either([&theirs.semaphore, &RawSemaphore::new(0)], NEVER);
                assert_eq!(chosen, Some(0));
                theirs.value.write();
                theirs.semaphore.release(1);
            });
            victim.kill();
            guarded.value.write();
            guarded.semaphore.release(1);
            other.join().unwrap();
            assert_eq!(victim.join(), None);
            assert_eq!(guarded.semaphore.try_acquire(ONE), Answer::Granted);
        });
    }
}

/// It is closed while a permit is given: who waits has the permit, or is refused and it stays.
///
/// Fails if a waiter takes it for refused because it is closed by now; if `close` does not wake.
pub fn served_or_refused() {
    check_both(2, |head_start| {
        wait::set(head_start, 0);
        let guarded = Guarded::new(0);
        let waiters = [(); 2].map(|()| {
            let guarded = Arc::clone(&guarded);
            thread::spawn(move || guarded.acquire(ONE, NEVER) == Some(Answer::Granted))
        });
        guarded.semaphore.release(1);
        guarded.semaphore.close();
        let served = waiters.map(|waiter| waiter.join().unwrap()).iter().filter(|&&served| served).count();
        assert_eq!(guarded.semaphore.permits(), 1 - served);
    });
}
