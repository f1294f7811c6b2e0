//! How a call of a cosocket fails.
//!
//! Uses nothing.

use std::error;
use std::fmt;
use std::io;

/// Why a call of a cosocket has failed. What it shows is what OpenResty calls it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The time that was set for this has run out.
    Timeout,
    /// There is no connection, or this direction of it has ended.
    Closed,
    /// The connection has received what nobody has read, or waits for an answer: whoever used it next would get that.
    Dubious,
    /// The pool is full, and so is its queue.
    TooManyWaiting,
    /// What the kernel, the resolver or the TLS engine reports.
    Io(io::Error),
}

impl Error {
    /// Whether the time was up.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Error::Timeout)
    }

    /// Whether there was no connection, or no more of it.
    pub fn is_closed(&self) -> bool {
        matches!(self, Error::Closed)
    }

    /// What the call came to that the kernel refused for now: a limit that was set on the socket has run out.
    pub(super) fn of(error: io::Error) -> Error {
        match error.kind() {
            io::ErrorKind::WouldBlock => Error::Timeout,
            _ => Error::Io(error),
        }
    }

    fn into_io(self, closed: io::ErrorKind) -> io::Error {
        match self {
            Error::Io(error) => error,
            Error::Timeout => io::Error::new(io::ErrorKind::TimedOut, self),
            Error::Closed => io::Error::new(closed, self),
            Error::Dubious => io::Error::new(io::ErrorKind::InvalidData, self),
            Error::TooManyWaiting => io::Error::new(io::ErrorKind::ResourceBusy, self),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Timeout => f.write_str("timeout"),
            Error::Closed => f.write_str("closed"),
            Error::Dubious => f.write_str("connection in dubious state"),
            Error::TooManyWaiting => f.write_str("too many waiting connect operations"),
            Error::Io(error) => error.fmt(f),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Error::Io(error) => error.source(),
            _ => None,
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        Error::Io(error)
    }
}

/// `Closed` becomes `NotConnected`, `TooManyWaiting` `ResourceBusy`, `Dubious` `InvalidData`.
impl From<Error> for io::Error {
    fn from(error: Error) -> io::Error {
        error.into_io(io::ErrorKind::NotConnected)
    }
}

/// Why a receiving call has failed, and what it had received by then.
#[derive(Debug)]
pub struct ReceiveError {
    error: Error,
    partial: Vec<u8>,
}

impl ReceiveError {
    pub(super) fn new(error: impl Into<Error>, partial: Vec<u8>) -> ReceiveError {
        ReceiveError { error: error.into(), partial }
    }

    /// Why.
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// What was received of what was asked for. The next call goes on behind it.
    pub fn partial(&self) -> &[u8] {
        &self.partial
    }

    /// Both.
    pub fn into_parts(self) -> (Error, Vec<u8>) {
        (self.error, self.partial)
    }

    /// Whether the time was up. The connection can be used on.
    pub fn is_timeout(&self) -> bool {
        self.error.is_timeout()
    }

    /// Whether the other side has ended the connection, or there was none.
    pub fn is_closed(&self) -> bool {
        self.error.is_closed()
    }
}

impl fmt::Display for ReceiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.partial.len() {
            0 => self.error.fmt(f),
            count => write!(f, "{}, after {count} bytes", self.error),
        }
    }
}

impl error::Error for ReceiveError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(&self.error)
    }
}

/// Without the partial data. `Closed` becomes `UnexpectedEof`.
impl From<ReceiveError> for io::Error {
    fn from(error: ReceiveError) -> io::Error {
        error.error.into_io(io::ErrorKind::UnexpectedEof)
    }
}

/// Without the partial data.
impl From<ReceiveError> for Error {
    fn from(error: ReceiveError) -> Error {
        error.error
    }
}

/// Why a sending call has failed, and how much it had sent by then.
#[derive(Debug)]
pub struct SendError {
    error: Error,
    sent: usize,
}

impl SendError {
    pub(super) fn new(error: impl Into<Error>, sent: usize) -> SendError {
        SendError { error: error.into(), sent }
    }

    /// Why.
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// How many bytes the kernel has taken.
    pub fn sent(&self) -> usize {
        self.sent
    }

    /// Whether the time was up.
    pub fn is_timeout(&self) -> bool {
        self.error.is_timeout()
    }

    /// Whether there was no connection to send on.
    pub fn is_closed(&self) -> bool {
        self.error.is_closed()
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sent {
            0 => self.error.fmt(f),
            count => write!(f, "{}, after {count} bytes", self.error),
        }
    }
}

impl error::Error for SendError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(&self.error)
    }
}

/// `Closed` becomes `BrokenPipe`.
impl From<SendError> for io::Error {
    fn from(error: SendError) -> io::Error {
        error.error.into_io(io::ErrorKind::BrokenPipe)
    }
}

impl From<SendError> for Error {
    fn from(error: SendError) -> Error {
        error.error
    }
}
