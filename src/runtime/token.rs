//! The token of `unpark`: at most one lies there, and its owner may sleep until one does.
//!
//! Uses `runtime::parking` and `sys::sync`. Model-checked in `models/`.
//!
//! ```text
//!           leave                     take
//!   EMPTY ─────────▶ LEFT           LEFT ─────────▶ EMPTY
//!   EMPTY ─────────▶ ticket         ticket ───────▶ EMPTY
//!          await_in                       withdraw
//!   ticket ─────────▶ LEFT, and whoever did that ends the wait of that ticket
//!           leave
//! ```
//!
//! Only the owner awaits, withdraws and takes; anybody may leave the token, any number of times.

use super::parking::Ticket;
use crate::sys::sync::{AtomicU64, Ordering};

const EMPTY: u64 = 0;
const LEFT: u64 = 1;

/// See the module's documentation. Any other value than the two above is the ticket of the wait that the token is to end; a
/// ticket's low bits are 0, and it is never 0 itself.
#[derive(Debug)]
pub(crate) struct Token(AtomicU64);

impl Token {
    pub(crate) fn new() -> Token {
        Token(AtomicU64::new(EMPTY))
    }

    /// Leaves the token. If the owner waits for it, answers the wait that is to be ended now; if that has ended by itself
    /// meanwhile, the token stays for the owner's next wait.
    pub(crate) fn leave(&self) -> Option<Ticket> {
        // Release, also on top of a token that lies there: whoever takes it sees what each of those wrote who left it.
        // Acquire pairs with `await_in`: the wait has been armed, so a notification finds it.
        match self.0.swap(LEFT, Ordering::AcqRel) {
            EMPTY | LEFT => None,
            ticket => Some(Ticket(ticket)),
        }
    }

    /// Takes the token, if it is there.
    pub(crate) fn take(&self) -> bool {
        // Not a swap: most often there is none, and loads are cheap. Acquire pairs with `leave`.
        self.0.load(Ordering::Relaxed) == LEFT
            && self.0.compare_exchange(LEFT, EMPTY, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// From now on whoever leaves the token ends this wait. `false`: it is there already.
    pub(crate) fn await_in(&self, ticket: Ticket) -> bool {
        // Release publishes that the wait is armed; Relaxed otherwise, as the token is yet to be taken.
        self.0.compare_exchange(EMPTY, ticket.0, Ordering::Release, Ordering::Relaxed).is_ok()
    }

    /// The wait has ended otherwise. A token that has come meanwhile stays.
    pub(crate) fn withdraw(&self) {
        let current = self.0.load(Ordering::Relaxed);
        if current > LEFT {
            // It fails if the token has come just now. Relaxed: this publishes nothing.
            let _ = self.0.compare_exchange(current, EMPTY, Ordering::Relaxed, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::parking::ParkState;

    #[test]
    fn saturates_at_one() {
        let token = Token::new();
        assert!(!token.take());
        assert_eq!((token.leave(), token.leave()), (None, None));
        assert!(token.take());
        assert!(!token.take());
    }

    #[test]
    fn names_the_wait_to_end_once_and_is_still_there_then() {
        let (token, park) = (Token::new(), ParkState::new());
        let ticket = park.arm(true).unwrap();
        assert!(token.await_in(ticket));
        assert_eq!((token.leave(), token.leave()), (Some(ticket), None));
        assert!(token.take());
    }

    #[test]
    fn no_wait_begins_over_a_token() {
        let (token, park) = (Token::new(), ParkState::new());
        token.leave();
        assert!(!token.await_in(park.arm(true).unwrap()));
        assert!(token.take());
    }

    #[test]
    fn withdrawn_waits_are_not_ended_and_tokens_stay() {
        let (token, park) = (Token::new(), ParkState::new());
        assert!(token.await_in(park.arm(true).unwrap()));
        token.withdraw();
        assert_eq!(token.leave(), None);
        token.withdraw();
        assert!(token.take());
    }
}
