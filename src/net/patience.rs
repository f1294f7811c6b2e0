//! How long to wait where the kernel does not say when to try again.
//!
//! Uses nothing.
//!
//! Linux wakes a *blocked* `connect` or `sendto` when a unix socket's queue has room again, but tells nobody who polls:
//! a would-block is its last word. To block a thread of the offload pool in the call instead would cost a thread for each
//! waiter, could not be cut short by a kill, and would still connect afterwards. So those calls try again, less and
//! less often.

use std::time::Duration;

/// A new receiver is often about to take the next one from its queue.
const FIRST: Duration = Duration::from_micros(100);
/// A thousand waiters make 40,000 cheap attempts a second.
const LONGEST: Duration = Duration::from_millis(25);

#[derive(Debug)]
pub(super) struct Patience(Duration);

impl Patience {
    pub(super) fn new() -> Patience {
        Patience(FIRST)
    }

    /// The pause before the next attempt.
    pub(super) fn next(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (2 * pause).min(LONGEST);
        pause
    }
}
