//! Looking again later, for what the kernel has no event for: a file lock, the other end of a FIFO.
//!
//! Uses `wait`.

use std::time::Duration;

use crate::wait::{self, Cancelled, Reason};

const FIRST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_millis(64);

/// Pauses that grow, so that a look comes late by no more than has been waited already, and by no more than `LONGEST`.
#[derive(Debug)]
pub(crate) struct Backoff(Duration);

impl Backoff {
    pub(crate) fn new() -> Backoff {
        Backoff(FIRST)
    }

    /// How long to wait before the next look.
    pub(crate) fn next(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (2 * pause).min(LONGEST);
        pause
    }

    /// Waits that long.
    pub(crate) fn pause(&mut self, reason: Reason, subject: u64) -> Result<(), Cancelled> {
        wait::park(reason, subject, wait::deadline_in(Some(self.next())), |_| true, |_| ()).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_bound() {
        let mut backoff = Backoff::new();
        let pauses: Vec<_> = (0..9).map(|_| backoff.next().as_millis()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 64, 64]);
    }
}
