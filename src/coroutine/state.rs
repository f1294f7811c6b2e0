//! What coroutines answer: what they have done, what they are, and what they refuse.
//!
//! Uses nothing.

use std::error::Error;
use std::fmt;

/// What a resumed coroutine did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State<Yield, Ret> {
    /// It has suspended itself, with this value.
    Yielded(Yield),
    /// Its body has returned this value.
    Returned(Ret),
}

impl<Yield, Ret> State<Yield, Ret> {
    /// What was yielded, if it was.
    pub fn into_yielded(self) -> Option<Yield> {
        match self {
            State::Yielded(value) => Some(value),
            State::Returned(_) => None,
        }
    }

    /// What was returned, if it was.
    pub fn into_returned(self) -> Option<Ret> {
        match self {
            State::Yielded(_) => None,
            State::Returned(value) => Some(value),
        }
    }
}

impl<T> State<T, T> {
    /// What was yielded or returned.
    pub fn into_inner(self) -> T {
        match self {
            State::Yielded(value) | State::Returned(value) => value,
        }
    }
}

/// Where a coroutine is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// It has not started, or has suspended itself.
    Suspended,
    /// The caller is its code.
    Running,
    /// It is active and somebody else runs: a coroutine that it has resumed, or another greenlet while its own is parked in it.
    Normal,
    /// Its body has returned, has panicked, or was closed.
    Dead,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Status::Suspended => "suspended",
            Status::Running => "running",
            Status::Normal => "normal",
            Status::Dead => "dead",
        })
    }
}

/// A coroutine could not be resumed, because it is not suspended. Has the value that was to be handed in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ResumeError<In> {
    status: Status,
    value: In,
}

impl<In> ResumeError<In> {
    pub(super) fn new(status: Status, value: In) -> ResumeError<In> {
        ResumeError { status, value }
    }

    /// What the coroutine is instead.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The value that was not handed in.
    pub fn into_inner(self) -> In {
        self.value
    }
}

impl<In> fmt::Debug for ResumeError<In> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResumeError").field("status", &self.status).finish_non_exhaustive()
    }
}

impl<In> fmt::Display for ResumeError<In> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            Status::Dead => f.write_str("cannot resume dead coroutine"),
            _ => f.write_str("cannot resume non-suspended coroutine"),
        }
    }
}

impl<In> Error for ResumeError<In> {}

/// A coroutine could not be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseError {
    /// It is active: a coroutine cannot close itself, nor one that waits for it to come back. The status says which.
    Active(Status),
    /// This program does not unwind (`panic = "abort"`). The coroutine is dead, and what was on its stack is leaked.
    NoUnwinding,
}

impl fmt::Display for CloseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CloseError::Active(status) => write!(f, "cannot close a {status} coroutine"),
            CloseError::NoUnwinding => f.write_str("nothing can be unwound where panics abort"),
        }
    }
}

impl Error for CloseError {}

/// A coroutine cannot be suspended here; see the [module](super#where-a-coroutine-cannot-be-suspended). Has the value that was
/// to be handed out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SuspendError<Yield> {
    reason: &'static str,
    value: Yield,
}

impl<Yield> SuspendError<Yield> {
    pub(super) fn new(reason: &'static str, value: Yield) -> SuspendError<Yield> {
        SuspendError { reason, value }
    }

    /// The value that was not handed out.
    pub fn into_inner(self) -> Yield {
        self.value
    }
}

impl<Yield> fmt::Debug for SuspendError<Yield> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SuspendError").field("reason", &self.reason).finish_non_exhaustive()
    }
}

impl<Yield> fmt::Display for SuspendError<Yield> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason)
    }
}

impl<Yield> Error for SuspendError<Yield> {}
