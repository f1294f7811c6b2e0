//! What stands in the result of a job that has none.
//!
//! Uses `greenlet`.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::greenlet::panic_text;

/// A job panicked. As it is for all who ask for the result, the panic's payload goes to the first who [takes](JobPanicked::take_payload)
/// it.
pub struct JobPanicked {
    payload: Mutex<Option<Box<dyn Any + Send>>>,
    text: Option<Box<str>>,
}

impl JobPanicked {
    pub(super) fn new(payload: Box<dyn Any + Send>) -> JobPanicked {
        JobPanicked { text: panic_text(&*payload).map(Box::from), payload: Mutex::new(Some(payload)) }
    }

    /// What the panic said, if that was a text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// The panic's payload, to be looked at or passed on by `std::panic::resume_unwind`. `None`: somebody has it.
    #[must_use]
    pub fn take_payload(&self) -> Option<Box<dyn Any + Send>> {
        self.payload.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl fmt::Debug for JobPanicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JobPanicked").field(&self.text().unwrap_or("..")).finish()
    }
}

impl fmt::Display for JobPanicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text() {
            Some(text) => write!(f, "the job panicked: {text}"),
            None => f.write_str("the job panicked"),
        }
    }
}

impl Error for JobPanicked {}

/// The pool takes no more jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShutDown;

impl fmt::Display for ShutDown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the thread pool is shut down")
    }
}

impl Error for ShutDown {}
