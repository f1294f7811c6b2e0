//! Looking again later, for what the kernel has no event for.
//!
//! Uses `wait::park`. To block a thread of the offload pool in the call instead would cost a thread for each waiter, could not
//! be cut short by a kill, and would still do what was called off.

use std::time::Duration;

use super::{Cancelled, Reason};

/// Pauses that grow, each twice the last, up to a bound: so a look comes late by no more than has been waited already.
#[derive(Debug)]
pub(crate) struct Backoff {
    next: Duration,
    longest: Duration,
}

impl Backoff {
    /// For what others keep for as long as they like: a file lock, the other end of a FIFO, a child. 1 to 64 ms.
    pub(crate) fn coarse() -> Backoff {
        Backoff { next: Duration::from_millis(1), longest: Duration::from_millis(64) }
    }

    /// For what is often over soon: a receiver is about to take the next one from its queue. 100 us to 25 ms, at which a
    /// thousand waiters make 40,000 cheap attempts a second.
    pub(crate) fn fine() -> Backoff {
        Backoff { next: Duration::from_micros(100), longest: Duration::from_millis(25) }
    }

    /// For what is wrong with the system rather than busy, and better left alone for a while: too many open files. 10 ms to 1 s.
    pub(crate) fn patient() -> Backoff {
        Backoff { next: Duration::from_millis(10), longest: Duration::from_secs(1) }
    }

    /// How long to wait before the next look.
    pub(crate) fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = (2 * pause).min(self.longest);
        pause
    }

    /// Waits that long.
    pub(crate) fn pause(&mut self, reason: Reason, subject: u64) -> Result<(), Cancelled> {
        super::park(reason, subject, super::deadline_in(Some(self.next())), |_| true, |_| ()).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_bound() {
        let mut backoff = Backoff::coarse();
        let pauses: Vec<_> = (0..9).map(|_| backoff.next().as_millis()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 64, 64]);
    }
}
