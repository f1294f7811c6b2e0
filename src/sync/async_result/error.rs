//! The errors of `AsyncResult`.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// What [`AsyncResult::get`](super::AsyncResult::get) answers in place of a value; cloned for each who asks.
#[derive(Clone)]
pub struct AsyncError(Kind);

#[derive(Clone)]
enum Kind {
    /// Was set. Boxed once more, as an `Arc` of what is in the box could not be made into a box again.
    Failed(Arc<Box<dyn Error + Send + Sync>>),
    /// The value was, and is gone.
    Taken,
    /// The wait has ended, and nothing can unwind.
    CutShort,
}

/// There was no value to be had in time.
#[derive(Clone, Debug)]
pub enum GetTimeoutError {
    /// The time was up.
    TimedOut,
    /// An error was set, or the value is gone.
    Failed(AsyncError),
}

impl AsyncError {
    pub(super) fn new(error: Box<dyn Error + Send + Sync>) -> AsyncError {
        AsyncError(Kind::Failed(Arc::new(error)))
    }

    pub(super) fn taken() -> AsyncError {
        AsyncError(Kind::Taken)
    }

    pub(super) fn cut_short() -> AsyncError {
        AsyncError(Kind::CutShort)
    }

    /// The error that was set, if nobody else has it.
    pub(super) fn into_box(self) -> Option<Box<dyn Error + Send + Sync>> {
        match self.0 {
            Kind::Failed(error) => Arc::into_inner(error),
            Kind::Taken | Kind::CutShort => None,
        }
    }

    /// The error that was set; `None` if none was.
    #[must_use]
    pub fn get_ref(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        match &self.0 {
            Kind::Failed(error) => Some(&***error),
            Kind::Taken | Kind::CutShort => None,
        }
    }

    /// The error that was set, if it is an `E`.
    #[must_use]
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        self.get_ref()?.downcast_ref()
    }

    /// Whether there was a value, which somebody has [taken](super::AsyncResult::take).
    #[must_use]
    pub fn is_taken(&self) -> bool {
        matches!(self.0, Kind::Taken)
    }
}

impl fmt::Debug for AsyncError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Failed(error) => f.debug_tuple("AsyncError").field(error).finish(),
            Kind::Taken => f.write_str("AsyncError(<taken>)"),
            Kind::CutShort => f.write_str("AsyncError(<cut short>)"),
        }
    }
}

/// That of the error that was set, if one was.
impl fmt::Display for AsyncError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Failed(error) => error.fmt(f),
            Kind::Taken => f.write_str("the value has been taken"),
            Kind::CutShort => f.write_str("the wait was cut short"),
        }
    }
}

impl Error for AsyncError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.get_ref().map(|error| error as _)
    }
}

impl fmt::Display for GetTimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GetTimeoutError::TimedOut => f.write_str("timed out waiting for a result"),
            GetTimeoutError::Failed(error) => error.fmt(f),
        }
    }
}

impl Error for GetTimeoutError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            GetTimeoutError::TimedOut => None,
            GetTimeoutError::Failed(error) => error.source(),
        }
    }
}

impl From<AsyncError> for GetTimeoutError {
    fn from(error: AsyncError) -> GetTimeoutError {
        GetTimeoutError::Failed(error)
    }
}
