//! What a post answers when it fails.
//!
//! Uses nothing of the crate. Each hands the event back, which need not be `Debug` for that.

use std::error::Error;
use std::fmt;

/// The engine takes no more events; the one that was posted comes back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PostError<E>(pub E);

/// Why `try_post` did not post the event, which comes back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TryPostError<E> {
    /// As many events wait as may.
    Full(E),
    /// The engine takes no more events.
    Stopped(E),
}

impl<E> PostError<E> {
    /// The event.
    pub fn into_inner(self) -> E {
        self.0
    }
}

impl<E> TryPostError<E> {
    /// The event.
    pub fn into_inner(self) -> E {
        match self {
            TryPostError::Full(event) | TryPostError::Stopped(event) => event,
        }
    }

    /// Whether there was no room.
    #[must_use]
    pub fn is_full(&self) -> bool {
        matches!(self, TryPostError::Full(_))
    }

    /// Whether the engine takes no more events.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        matches!(self, TryPostError::Stopped(_))
    }
}

impl<E> From<PostError<E>> for TryPostError<E> {
    fn from(PostError(event): PostError<E>) -> TryPostError<E> {
        TryPostError::Stopped(event)
    }
}

impl<E> fmt::Debug for PostError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostError(..)")
    }
}

impl<E> fmt::Debug for TryPostError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_full() { "Full(..)" } else { "Stopped(..)" })
    }
}

impl<E> fmt::Display for PostError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("posting to an engine that has been stopped")
    }
}

impl<E> fmt::Display for TryPostError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_full() {
            "posting to an engine in which too many events wait"
        } else {
            "posting to an engine that has been stopped"
        })
    }
}

impl<E> Error for PostError<E> {}
impl<E> Error for TryPostError<E> {}
