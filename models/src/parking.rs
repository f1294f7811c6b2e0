//! `runtime::parking`: the owner, its wakers, its timer, its killer.

use loom::sync::Arc;
use loom::thread;

use crate::runtime::parking::{Cause, Notified, ParkState, Ticket};
use crate::support::{Plain, Turns};
use crate::{HeadStart, check_both};

/// A greenlet, its stack, and what its notifiers leave for it.
struct Waiter {
    park: ParkState,
    turns: Turns,
    stack: Plain,
    messages: [Plain; 3],
}

impl Waiter {
    fn new() -> Arc<Waiter> {
        Arc::new(Waiter {
            park: ParkState::new(),
            turns: Turns::new(),
            stack: Plain::new(),
            messages: [Plain::new(), Plain::new(), Plain::new()],
        })
    }

    /// The second half of a wait. Answers why it ended, and whether the owner slept.
    fn sleep(&self, head_start: HeadStart) -> (Cause, bool) {
        let slept_before = self.turns.given();
        self.stack.write();
        head_start.give();
        let slept = self.park.commit();
        if slept {
            self.turns.sleep_until(slept_before + 1);
        }
        (self.park.cause(), slept)
    }

    /// What follows a notification: whoever finds the owner asleep may touch its stack, and makes it run.
    fn follow_up(&self, found: Notified) -> Notified {
        if found == Notified::Asleep {
            assert!(self.stack.read() > 0);
            self.turns.give();
        }
        found
    }

    fn notify(&self, ticket: Ticket, cause: Cause) -> Notified {
        self.messages[cause as usize].write();
        self.follow_up(self.park.notify(ticket, cause))
    }

    fn kill(&self) -> Notified {
        self.messages[Cause::Cancelled as usize].write();
        self.follow_up(self.park.kill())
    }
}

/// A notifier on a thread of its own.
fn start(
    waiter: &Arc<Waiter>,
    act: impl FnOnce(&Waiter) -> Notified + 'static,
) -> thread::JoinHandle<Notified> {
    let waiter = Arc::clone(waiter);
    thread::spawn(move || act(&waiter))
}

/// Exactly one of several notifications ended the wait, and if the owner slept, made it run.
fn one_won(answers: &[Notified], slept: bool) {
    let count = |wanted| answers.iter().filter(|&&answer| answer == wanted).count();
    assert_eq!(count(Notified::Asleep), usize::from(slept));
    assert_eq!(count(Notified::Early), usize::from(!slept));
}

/// Two wakers at once: one wins, the owner runs once and sees what that one wrote; the winner sees the owner's stack.
///
/// Fails if `commit` stores without comparing; if `notify` stores without comparing; if either is `Relaxed`; if `cause`
/// loads `Relaxed`.
pub fn one_of_two_wakers_wins() {
    check_both(3, |head_start| {
        let waiter = Waiter::new();
        let ticket = waiter.park.arm(true).unwrap();
        let wakers = [Cause::Woken, Cause::TimedOut]
            .map(|cause| start(&waiter, move |waiter| waiter.notify(ticket, cause)));
        let (cause, slept) = waiter.sleep(head_start);
        assert_eq!(waiter.messages[cause as usize].read(), 1);
        one_won(&wakers.map(|waker| waker.join().unwrap()), slept);
        assert_eq!(waiter.turns.given(), usize::from(slept));
    });
}

/// A notification that comes when its wait is over does not end the next one.
///
/// Fails if `notify` does not compare the generation; if `arm` does not raise it.
pub fn late_notification_misses_the_next_wait() {
    check_both(3, |head_start| {
        let waiter = Waiter::new();
        let first = waiter.park.arm(true).unwrap();
        let wakers = [Cause::Woken, Cause::TimedOut]
            .map(|cause| start(&waiter, move |waiter| waiter.notify(first, cause)));
        let (_, slept) = waiter.sleep(head_start);
        let second = waiter.park.arm(true).unwrap();
        assert!(waiter.park.commit());
        assert_eq!(waiter.park.notify(second, Cause::Cancelled), Notified::Asleep);
        assert_eq!(waiter.park.cause(), Cause::Cancelled);
        one_won(&wakers.map(|waker| waker.join().unwrap()), slept);
        assert_eq!(waiter.turns.given(), usize::from(slept));
    });
}

/// A wait that turns out not to be needed: the notification is either used up and told of, or late.
///
/// Fails if `disarm` stores without comparing.
pub fn disarmed_or_notified() {
    check_both(3, |head_start| {
        let waiter = Waiter::new();
        let ticket = waiter.park.arm(true).unwrap();
        let waker = start(&waiter, move |waiter| waiter.notify(ticket, Cause::Woken));
        head_start.give();
        let used = waiter.park.disarm(ticket);
        let expected = if used.is_some() { Notified::Early } else { Notified::Late };
        assert_eq!(waker.join().unwrap(), expected);
    });
}

/// A kill, a wake and a timeout at once: one of them ends the wait, and the owner is killed from then on whichever it was.
///
/// Fails if `kill` sets the flag in a second step after the state; if `kill` ends a wait that has ended already.
pub fn kill_against_wake_against_timeout() {
    check_both(2, |head_start| {
        let waiter = Waiter::new();
        let ticket = waiter.park.arm(true).unwrap();
        let notifiers = [
            start(&waiter, |waiter| {
                let found = waiter.kill();
                assert!(waiter.park.is_killed());
                found
            }),
            start(&waiter, move |waiter| waiter.notify(ticket, Cause::Woken)),
            start(&waiter, move |waiter| waiter.notify(ticket, Cause::TimedOut)),
        ];
        let (cause, slept) = waiter.sleep(head_start);
        assert_eq!(waiter.messages[cause as usize].read(), 1);
        assert!(cause != Cause::Cancelled || waiter.park.is_killed());
        let answers = notifiers.map(|notifier| notifier.join().unwrap());
        one_won(&answers, slept);
        assert_eq!(answers[0] != Notified::Late, cause == Cause::Cancelled);
        assert_eq!(waiter.park.arm(true), None);
    });
}

/// A kill before, during or after the arming of a wait: never slept through.
///
/// Fails if `arm` looks for the flag before it stores, in two steps; if `kill` sets the flag after it has looked at the
/// state.
pub fn kill_before_during_after_arm() {
    check_both(3, |head_start| {
        let waiter = Waiter::new();
        let killer = start(&waiter, Waiter::kill);
        head_start.give();
        let slept = match waiter.park.arm(true) {
            None => None,
            Some(_) => {
                let (cause, slept) = waiter.sleep(head_start);
                assert_eq!(cause, Cause::Cancelled);
                Some(slept)
            }
        };
        let expected = match slept {
            None => Notified::Late,
            Some(false) => Notified::Early,
            Some(true) => Notified::Asleep,
        };
        assert_eq!(killer.join().unwrap(), expected);
        assert_eq!(waiter.park.arm(true), None);
    });
}

/// A kill before or in a shielded wait does not end it, and is seen by the next wait that has no shield.
///
/// Fails if `kill` overlooks the shield; if `arm` or `notify` forgets the flag.
pub fn shield_puts_a_kill_off() {
    check_both(3, |head_start| {
        let waiter = Waiter::new();
        let killer = start(&waiter, Waiter::kill);
        head_start.give();
        let shielded = waiter.park.arm(false).unwrap();
        let waker = start(&waiter, move |waiter| waiter.notify(shielded, Cause::Woken));
        let (cause, slept) = waiter.sleep(head_start);
        assert_eq!(cause, Cause::Woken);
        one_won(&[waker.join().unwrap()], slept);
        if waiter.park.arm(true).is_some() {
            assert_eq!(waiter.sleep(head_start).0, Cause::Cancelled);
        }
        let killed = killer.join().unwrap();
        assert_eq!(waiter.park.arm(true), None);
        assert_eq!(waiter.turns.given(), usize::from(slept) + usize::from(killed == Notified::Asleep));
    });
}
