//! `runtime::token` (with `parking`): a waiter that parks until it is unparked.

use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use crate::runtime::parking::{Cause, Notified, ParkState, Ticket};
use crate::runtime::token::Token;
use crate::support::{Plain, Turns};
use crate::{HeadStart, check, check_both};

struct Waiter {
    park: ParkState,
    token: Token,
    turns: Turns,
    message: Plain,
    /// Raised before each unpark. Relaxed: what orders it must be the token.
    news: AtomicUsize,
}

impl Waiter {
    fn new() -> Arc<Waiter> {
        Arc::new(Waiter {
            park: ParkState::new(),
            token: Token::new(),
            turns: Turns::new(),
            message: Plain::new(),
            news: AtomicUsize::new(0),
        })
    }

    /// As `wait::waiter::park`. Whether it was for the token. `armed` sees the wait once it may be ended.
    fn park(&self, head_start: HeadStart, armed: impl FnOnce(Ticket)) -> bool {
        if self.token.take() {
            return true;
        }
        let ticket = self.park.arm(true).unwrap();
        if !self.token.await_in(ticket) {
            assert_eq!(self.park.disarm(ticket), None, "nobody had its ticket");
            return self.token.take();
        }
        armed(ticket);
        let slept_before = self.turns.given();
        head_start.give();
        if self.park.commit() {
            self.turns.sleep_until(slept_before + 1);
        }
        if self.park.cause() != Cause::Woken {
            self.token.withdraw();
        }
        self.token.take()
    }

    /// As `CoreRef::unpark`.
    fn unpark(&self) {
        if let Some(ticket) = self.token.leave() {
            self.follow_up(self.park.notify(ticket, Cause::Woken));
        }
    }

    fn follow_up(&self, found: Notified) {
        if found == Notified::Asleep {
            self.turns.give();
        }
    }
}

/// An unpark before, during or after the way to sleep: never slept through, and what was written before it is seen.
///
/// Fails if `await_in` stores without comparing, or is `Relaxed`; if `leave` or `take` is `Relaxed`; if `leave` forgets the
/// ticket.
pub fn unpark_before_during_after_park() {
    check_both(3, |head_start| {
        let waiter = Waiter::new();
        let other = Arc::clone(&waiter);
        let unparker = thread::spawn(move || {
            other.message.write();
            other.unpark();
        });
        head_start.give();
        assert!(waiter.park(head_start, |_| ()));
        assert_eq!(waiter.message.read(), 1);
        unparker.join().unwrap();
        assert!(!waiter.token.take());
    });
}

/// Two unparks at once. They may become one token, but then whoever takes it sees what came before either.
///
/// Fails if `leave` leaves a token that is there alone; if `leave` is `Relaxed`.
pub fn two_unparks_for_one_parker() {
    check(3, || {
        let waiter = Waiter::new();
        let unparkers = [(); 2].map(|()| {
            let other = Arc::clone(&waiter);
            thread::spawn(move || {
                other.news.fetch_add(1, Ordering::Relaxed);
                other.unpark();
            })
        });
        while waiter.news.load(Ordering::Relaxed) < 2 {
            assert!(waiter.park(HeadStart(false), |_| ()));
        }
        for unparker in unparkers {
            unparker.join().unwrap();
        }
    });
}

/// An unpark, and a deadline or a kill that ends the wait: if the wait did not take the token, the next one does.
///
/// Fails if `withdraw` stores without comparing, or does nothing.
pub fn unpark_against_another_end() {
    check_both(3, |head_start| {
        let waiter = Waiter::new();
        let other = Arc::clone(&waiter);
        let unparker = thread::spawn(move || other.unpark());
        let (mut timer, timed) = (None, Arc::clone(&waiter));
        let taken = waiter.park(head_start, |ticket| {
            timer = Some(thread::spawn(move || timed.follow_up(timed.park.notify(ticket, Cause::TimedOut))));
        });
        assert!(taken || waiter.park(head_start, |_| ()));
        unparker.join().unwrap();
        if let Some(timer) = timer {
            timer.join().unwrap();
        }
        assert!(!waiter.token.take());
    });
}
