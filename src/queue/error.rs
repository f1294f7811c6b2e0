//! What the calls of a queue answer when they fail.
//!
//! Uses nothing of the crate. Each hands back the item that was not put; no item need be `Debug` for that.

use std::error::Error;
use std::fmt;

/// The queue is closed; the item comes back. Answered by `put`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PutError<T>(pub T);

/// Why `try_put` did not put the item, which comes back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TryPutError<T> {
    /// There is no room; in a `Channel`, nobody waits for an item.
    Full(T),
    /// The queue is closed.
    Closed(T),
}

/// Why `put_timeout` did not put the item, which comes back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PutTimeoutError<T> {
    /// There was no room in all that time; in a `Channel`, nobody took the item.
    TimedOut(T),
    /// The queue is closed, or was closed meanwhile.
    Closed(T),
}

/// The queue is closed, and there is nothing left in it. Answered by `get` and `peek`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GetError;

/// Why `try_get` and `try_peek` have no item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryGetError {
    /// There is none; in a `Channel`, nobody waits to put one.
    Empty,
    /// There is none and never will be: the queue is closed.
    Closed,
}

/// Why `get_timeout` and `peek_timeout` have no item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GetTimeoutError {
    /// None came in all that time.
    TimedOut,
    /// There is none and never will be: the queue is closed.
    Closed,
}

impl<T> PutError<T> {
    /// The item.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> TryPutError<T> {
    /// The item.
    pub fn into_inner(self) -> T {
        match self {
            TryPutError::Full(item) | TryPutError::Closed(item) => item,
        }
    }

    /// Whether there was no room.
    #[must_use]
    pub fn is_full(&self) -> bool {
        matches!(self, TryPutError::Full(_))
    }

    /// Whether the queue is closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self, TryPutError::Closed(_))
    }
}

impl<T> PutTimeoutError<T> {
    /// The item.
    pub fn into_inner(self) -> T {
        match self {
            PutTimeoutError::TimedOut(item) | PutTimeoutError::Closed(item) => item,
        }
    }

    /// Whether the time was up.
    #[must_use]
    pub fn is_timed_out(&self) -> bool {
        matches!(self, PutTimeoutError::TimedOut(_))
    }

    /// Whether the queue is closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self, PutTimeoutError::Closed(_))
    }
}

impl<T> From<PutError<T>> for TryPutError<T> {
    fn from(PutError(item): PutError<T>) -> TryPutError<T> {
        TryPutError::Closed(item)
    }
}

impl<T> From<PutError<T>> for PutTimeoutError<T> {
    fn from(PutError(item): PutError<T>) -> PutTimeoutError<T> {
        PutTimeoutError::Closed(item)
    }
}

impl From<GetError> for TryGetError {
    fn from(_: GetError) -> TryGetError {
        TryGetError::Closed
    }
}

impl From<GetError> for GetTimeoutError {
    fn from(_: GetError) -> GetTimeoutError {
        GetTimeoutError::Closed
    }
}

impl<T> fmt::Debug for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PutError(..)")
    }
}

impl<T> fmt::Debug for TryPutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_full() { "Full(..)" } else { "Closed(..)" })
    }
}

impl<T> fmt::Debug for PutTimeoutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_timed_out() { "TimedOut(..)" } else { "Closed(..)" })
    }
}

impl<T> fmt::Display for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("putting into a closed queue")
    }
}

impl<T> fmt::Display for TryPutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_full() { "putting into a full queue" } else { "putting into a closed queue" })
    }
}

impl<T> fmt::Display for PutTimeoutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_timed_out() {
            "timed out waiting for room in a queue"
        } else {
            "putting into a closed queue"
        })
    }
}

impl fmt::Display for GetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("getting from an empty and closed queue")
    }
}

impl fmt::Display for TryGetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TryGetError::Empty => "getting from an empty queue",
            TryGetError::Closed => "getting from an empty and closed queue",
        })
    }
}

impl fmt::Display for GetTimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            GetTimeoutError::TimedOut => "timed out waiting for an item of a queue",
            GetTimeoutError::Closed => "getting from an empty and closed queue",
        })
    }
}

impl<T> Error for PutError<T> {}
impl<T> Error for TryPutError<T> {}
impl<T> Error for PutTimeoutError<T> {}
impl Error for GetError {}
impl Error for TryGetError {}
impl Error for GetTimeoutError {}
