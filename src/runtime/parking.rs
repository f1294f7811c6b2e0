//! The word in which a waiter and its wakers meet: EMPTY → PARKED → NOTIFIED, in one atomic.
//!
//! Uses `sys::sync`. Model-checked in `models/`.
//!
//! ```text
//!  63                         8   4          3        2..0
//! ┌────────────────────────────┬───┬──────────┬────────┬───────┐
//! │ generation                 │   │ shielded │ killed │ state │
//! └────────────────────────────┴───┴──────────┴────────┴───────┘
//!                 arm            commit            notify
//!   (any, gen n) ─────▶ EMPTY n+1 ─────▶ PARKED n+1 ─────▶ WOKEN | TIMED_OUT | CANCELLED
//!                          └───────────── notify ────────────▶┘
//! ```
//!
//! * Only the owner arms, commits and disarms. Anybody may notify, any number of times, from any thread.
//! * A notification names the generation it is meant for (the `Ticket`): one that comes late, after the wait it
//!   was meant for has ended, changes nothing. Exactly one notification wins per wait.
//! * `killed` and the state share the word, so a kill cannot slip between the owner's check and its parking.

use crate::sys::sync::{AtomicU64, Ordering};

const STATE: u64 = 0b111;
const EMPTY: u64 = 1;
const PARKED: u64 = 2;
const WOKEN: u64 = 3;
const TIMED_OUT: u64 = 4;
const CANCELLED: u64 = 5;
const KILLED: u64 = 1 << 3;
const SHIELDED: u64 = 1 << 4;
const GENERATION: u64 = 1 << 8;
const FLAGS: u64 = GENERATION - 1;

/// Names one wait of one waiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket(pub(super) u64);

/// Why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Woken,
    TimedOut,
    Cancelled,
}

/// What a notification found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notified {
    /// The wait it was meant for is over already; nothing changed.
    Late,
    /// The owner had not gone to sleep yet and will see it.
    Early,
    /// The owner sleeps: whoever gets this answer, and nobody else, must make it run.
    Asleep,
}

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct ParkState(AtomicU64);

impl ParkState {
    pub(crate) fn new() -> ParkState {
        ParkState(AtomicU64::new(WOKEN))
    }

    /// Begins a wait. `None`: killed, and this wait may be interrupted by that; nothing was armed.
    pub(crate) fn arm(&self, interruptible: bool) -> Option<Ticket> {
        let mut current = self.0.load(Ordering::Relaxed);
        loop {
            if interruptible && current & KILLED != 0 {
                return None;
            }
            let generation = (current & !FLAGS).wrapping_add(GENERATION);
            let shield = if interruptible { 0 } else { SHIELDED };
            let next = generation | (current & KILLED) | shield | EMPTY;
            // Acquire/Release: the word is also the fence between the owner's earlier waits and late notifiers.
            match self.0.compare_exchange_weak(current, next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return Some(Ticket(generation)),
                // Only a kill can have come between.
                Err(seen) => current = seen,
            }
        }
    }

    /// Ends a wait that was armed but is not needed after all. `Some` tells that a notification came first and
    /// has been used up.
    pub(crate) fn disarm(&self, ticket: Ticket) -> Option<Cause> {
        let ended = self.change(ticket, |state| (state == EMPTY).then_some(WOKEN));
        if ended.is_some() { None } else { Some(self.cause()) }
    }

    /// The owner is off its stack: from now on a notifier must make it run. `false`: somebody has notified it in
    /// the meantime, and it must run at once.
    pub(crate) fn commit(&self) -> bool {
        let mut current = self.0.load(Ordering::Relaxed);
        while current & STATE == EMPTY {
            let next = (current & !STATE) | PARKED;
            // Release publishes everything the owner wrote before it went to sleep (its saved stack, its place in
            // a queue) to the notifier that will make it run elsewhere. Acquire pairs with an early notification.
            match self.0.compare_exchange_weak(current, next, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return true,
                Err(seen) => current = seen,
            }
        }
        false
    }

    /// Ends the wait that `ticket` names.
    pub(crate) fn notify(&self, ticket: Ticket, cause: Cause) -> Notified {
        let to = match cause {
            Cause::Woken => WOKEN,
            Cause::TimedOut => TIMED_OUT,
            Cause::Cancelled => CANCELLED,
        };
        let waiting = |state| (state == EMPTY || state == PARKED).then_some(to);
        match self.change(ticket, waiting) {
            None => Notified::Late,
            Some(EMPTY) => Notified::Early,
            Some(_) => Notified::Asleep,
        }
    }

    /// Marks the owner killed, for good, and ends its present wait if that may be interrupted.
    pub(crate) fn kill(&self) -> Notified {
        let mut current = self.0.load(Ordering::Relaxed);
        loop {
            let state = current & STATE;
            let interrupts = (state == EMPTY || state == PARKED) && current & SHIELDED == 0;
            let next = KILLED | if interrupts { (current & !STATE) | CANCELLED } else { current };
            match self.0.compare_exchange_weak(current, next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) if !interrupts => return Notified::Late,
                Ok(_) if state == EMPTY => return Notified::Early,
                Ok(_) => return Notified::Asleep,
                Err(seen) => current = seen,
            }
        }
    }

    #[inline]
    pub(crate) fn is_killed(&self) -> bool {
        self.0.load(Ordering::Relaxed) & KILLED != 0
    }

    /// Whether the present wait has been notified; for an owner that sleeps in a loop of its own.
    pub(crate) fn is_notified(&self) -> bool {
        let state = self.0.load(Ordering::Acquire) & STATE;
        state != EMPTY && state != PARKED
    }

    /// Why the owner's last wait ended. Meaningful to the owner, after it.
    pub(crate) fn cause(&self) -> Cause {
        // Acquire pairs with the Release of `notify`: what the waker wrote before it woke us is visible now.
        match self.0.load(Ordering::Acquire) & STATE {
            TIMED_OUT => Cause::TimedOut,
            CANCELLED => Cause::Cancelled,
            _ => Cause::Woken,
        }
    }

    /// Moves the state of the wait `ticket` names to what `to` answers; tells the state before.
    fn change(&self, ticket: Ticket, to: impl Fn(u64) -> Option<u64>) -> Option<u64> {
        let mut current = self.0.load(Ordering::Relaxed);
        loop {
            let state = current & STATE;
            if current & !FLAGS != ticket.0 {
                return None;
            }
            let next = (current & !STATE) | to(state)?;
            // Release publishes what the notifier wrote; Acquire takes over what the owner published in `commit`.
            match self.0.compare_exchange_weak(current, next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return Some(state),
                Err(seen) => current = seen,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_notification_wins() {
        let word = ParkState::new();
        let ticket = word.arm(true).unwrap();
        assert!(word.commit());
        assert_eq!(word.notify(ticket, Cause::TimedOut), Notified::Asleep);
        assert_eq!(word.notify(ticket, Cause::Woken), Notified::Late);
        assert_eq!(word.cause(), Cause::TimedOut);
    }

    #[test]
    fn early_notification_prevents_parking() {
        let word = ParkState::new();
        let ticket = word.arm(true).unwrap();
        assert_eq!(word.notify(ticket, Cause::Woken), Notified::Early);
        assert!(!word.commit());
        assert_eq!(word.cause(), Cause::Woken);
    }

    #[test]
    fn late_notification_misses_the_next_wait() {
        let word = ParkState::new();
        let first = word.arm(true).unwrap();
        assert_eq!(word.disarm(first), None);
        let second = word.arm(true).unwrap();
        assert_eq!(word.notify(first, Cause::Woken), Notified::Late);
        assert!(word.commit());
        assert_eq!(word.notify(second, Cause::Woken), Notified::Asleep);
    }

    #[test]
    fn kill_is_sticky_and_respects_the_shield() {
        let word = ParkState::new();
        let ticket = word.arm(false).unwrap();
        assert!(word.commit());
        assert_eq!(word.kill(), Notified::Late);
        assert_eq!(word.notify(ticket, Cause::Woken), Notified::Asleep);
        assert_eq!(word.arm(true), None);
        assert!(word.arm(false).is_some());
        assert!(word.is_killed());
    }

    #[test]
    fn kill_interrupts_a_wait() {
        let word = ParkState::new();
        let ticket = word.arm(true).unwrap();
        assert!(word.commit());
        assert_eq!(word.kill(), Notified::Asleep);
        assert_eq!(word.cause(), Cause::Cancelled);
        assert_eq!(word.notify(ticket, Cause::Woken), Notified::Late);
    }

    #[test]
    fn disarm_reports_a_used_notification() {
        let word = ParkState::new();
        let ticket = word.arm(true).unwrap();
        assert_eq!(word.notify(ticket, Cause::Woken), Notified::Early);
        assert_eq!(word.disarm(ticket), Some(Cause::Woken));
    }
}
