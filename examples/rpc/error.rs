//! Why a call has no result.

use std::fmt;
use std::io;

use crate::value::Value;

#[derive(Debug)]
pub(crate) enum Error {
    /// The server has answered with this.
    Server(Value),
    /// The connection is lost, or there was no answer in time.
    Io(io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Server(value) => write!(f, "the server says {value:?}"),
            Error::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        Error::Io(error)
    }
}
