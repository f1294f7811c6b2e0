//! The errors of `Semaphore`.

use std::error::Error;
use std::fmt;

/// The semaphore is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcquireError(pub(super) ());

/// There was no permit to be had at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryAcquireError {
    /// Too few permits, or somebody is in line for them.
    NoPermits,
    /// The semaphore is closed.
    Closed,
}

/// There was no permit to be had in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcquireTimeoutError {
    /// The time was up.
    TimedOut,
    /// The semaphore is closed.
    Closed,
}

const CLOSED: &str = "the semaphore is closed";

impl fmt::Display for AcquireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(CLOSED)
    }
}

impl fmt::Display for TryAcquireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TryAcquireError::NoPermits => "no permits available",
            TryAcquireError::Closed => CLOSED,
        })
    }
}

impl fmt::Display for AcquireTimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AcquireTimeoutError::TimedOut => "timed out waiting for permits",
            AcquireTimeoutError::Closed => CLOSED,
        })
    }
}

impl Error for AcquireError {}
impl Error for TryAcquireError {}
impl Error for AcquireTimeoutError {}

impl From<AcquireError> for TryAcquireError {
    fn from(_: AcquireError) -> TryAcquireError {
        TryAcquireError::Closed
    }
}

impl From<AcquireError> for AcquireTimeoutError {
    fn from(_: AcquireError) -> AcquireTimeoutError {
        AcquireTimeoutError::Closed
    }
}
