//! `wait::signal`: an OS thread sleeps on a futex.

use loom::sync::Arc;
use loom::thread;

use crate::check_both;
use crate::runtime::parking::{Cause, Notified, ParkState, Ticket};
use crate::support::Plain;
use crate::wait::context::NEVER;
use crate::wait::signal::Signal;

struct Sleeper {
    park: ParkState,
    signal: Signal,
    message: Plain,
}

impl Sleeper {
    fn new() -> Arc<Sleeper> {
        Arc::new(Sleeper { park: ParkState::new(), signal: Signal::new(), message: Plain::new() })
    }

    fn sleep(&self, ticket: Ticket, until: u64) -> Cause {
        self.signal.sleep(&self.park, ticket, until)
    }

    /// As `Waker::wake`, with the thread's vtable.
    fn follow_up(&self, found: Notified) -> Notified {
        if found == Notified::Asleep {
            self.signal.send();
        }
        found
    }
}

fn wake(sleeper: &Arc<Sleeper>, ticket: Ticket) -> thread::JoinHandle<Notified> {
    let sleeper = Arc::clone(sleeper);
    thread::spawn(move || {
        sleeper.message.write();
        sleeper.follow_up(sleeper.park.notify(ticket, Cause::Woken))
    })
}

/// Two waits in a row. The signal of the first may come late, in the middle of the second: neither is slept through, and
/// each sees what its waker wrote.
///
/// Fails if the word is taken back after the look at the park state; if the fence in `sleep` goes; if `send` does not
/// store; if a thread does not look again after the futex returned.
pub fn signal_of_an_earlier_wait() {
    check_both(3, |head_start| {
        let sleeper = Sleeper::new();
        let mut wakers = Vec::new();
        for n in 1..=2 {
            let ticket = sleeper.park.arm(true).unwrap();
            wakers.push(wake(&sleeper, ticket));
            head_start.give();
            assert_eq!(sleeper.sleep(ticket, NEVER), Cause::Woken);
            assert_eq!(sleeper.message.read(), n);
        }
        for waker in wakers {
            assert_ne!(waker.join().unwrap(), Notified::Late);
        }
    });
}

/// A deadline and a wake at once: one of them ends the wait, and both sides agree which.
///
/// Fails if `sleep` answers `TimedOut` by itself instead of asking the park state.
pub fn wake_against_deadline() {
    check_both(3, |head_start| {
        let sleeper = Sleeper::new();
        let ticket = sleeper.park.arm(true).unwrap();
        let waker = wake(&sleeper, ticket);
        head_start.give();
        let cause = sleeper.sleep(ticket, 10);
        assert_eq!(waker.join().unwrap() == Notified::Late, cause == Cause::TimedOut);
        assert!(cause == Cause::TimedOut || cause == Cause::Woken);
    });
}

/// A wake and a kill at once, both of which may signal.
///
/// Fails if `send` wakes before it stores.
pub fn wake_against_kill() {
    check_both(3, |head_start| {
        let sleeper = Sleeper::new();
        let ticket = sleeper.park.arm(true).unwrap();
        let waker = wake(&sleeper, ticket);
        let killer = {
            let sleeper = Arc::clone(&sleeper);
            thread::spawn(move || sleeper.follow_up(sleeper.park.kill()))
        };
        head_start.give();
        let cause = sleeper.sleep(ticket, NEVER);
        assert_eq!(waker.join().unwrap() == Notified::Late, cause == Cause::Cancelled);
        assert_eq!(killer.join().unwrap() == Notified::Late, cause == Cause::Woken);
    });
}
