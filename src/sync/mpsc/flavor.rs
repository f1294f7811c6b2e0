//! What the receiving ends of the two kinds of channel have in common.
//!
//! Uses `wait`. Model-checked in `models/`.

use std::sync::mpsc::{RecvTimeoutError, TryRecvError};

use crate::wait::{self, Cancelled, WaitId, Waker};

/// The receiving end of a channel; there is one.
pub(crate) trait Receive<T> {
    fn try_recv(&self) -> Result<T, TryRecvError>;

    /// Parks until there may be something to receive, or nobody left to send it; `false` if `deadline` came first.
    fn wait(&self, deadline: u64) -> Result<bool, Cancelled>;

    /// Leaves the waker of a selection, for whom nothing was there just now. `false`: there may be something now, or nobody is left
    /// to send it.
    fn watch(&self, waker: Waker) -> bool;

    /// Takes it out again, and answers the message that was handed over to it.
    fn unwatch(&self, wait: WaitId) -> Option<T>;

    /// Waits for a message, until `deadline` at most. Where a cancellation cannot unwind it says "disconnected": to a loop
    /// that goes on until then, "timeout" would be a reason to try again, at once and for ever.
    fn recv(&self, deadline: u64) -> Result<T, RecvTimeoutError> {
        let cut_short = |_| RecvTimeoutError::Disconnected;
        wait::checkpoint().map_err(cut_short)?;
        if let Some(found) = self.look() {
            wait::give_way();
            return found;
        }
        loop {
            if !self.wait(deadline).map_err(cut_short)? {
                return Err(RecvTimeoutError::Timeout);
            }
            if let Some(found) = self.look() {
                return found;
            }
        }
    }

    /// What there is to answer without waiting.
    fn look(&self) -> Option<Result<T, RecvTimeoutError>> {
        match self.try_recv() {
            Ok(message) => Some(Ok(message)),
            Err(TryRecvError::Disconnected) => Some(Err(RecvTimeoutError::Disconnected)),
            Err(TryRecvError::Empty) => None,
        }
    }
}
