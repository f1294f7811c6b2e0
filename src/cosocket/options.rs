//! What the calls of a cosocket are told: how to connect, what to receive, how long to wait.
//!
//! Uses nothing.

use std::time::Duration;

/// How long a call may wait if nobody says.
pub(super) const A_MINUTE: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug)]
pub(super) struct Timeouts {
    pub(super) connect: Option<Duration>,
    pub(super) send: Option<Duration>,
    pub(super) read: Option<Duration>,
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        Timeouts { connect: Some(A_MINUTE), send: Some(A_MINUTE), read: Some(A_MINUTE) }
    }
}

/// How [`TcpSocket::connect`](super::TcpSocket::connect) uses the pool.
///
/// The size and the backlog are a pool's for as long as it has a connection: those of who comes first and has any.
///
/// # Examples
/// ```
/// use vervet::cosocket::ConnectOptions;
///
/// // At most 20 connections; of those who come when all are in use, 100 wait.
/// let options = ConnectOptions::new().pool("sessions").pool_size(20).backlog(100);
/// # let _ = options;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "options do nothing until they are given to `connect`"]
pub struct ConnectOptions {
    pub(super) pool: Option<String>,
    pub(super) pool_size: Option<usize>,
    pub(super) backlog: Option<usize>,
}

impl ConnectOptions {
    /// The pool is named after the peer, keeps 30 idle connections, and limits nothing else.
    pub fn new() -> ConnectOptions {
        ConnectOptions::default()
    }

    /// The name of the pool.
    pub fn pool(mut self, name: impl Into<String>) -> ConnectOptions {
        self.pool = Some(name.into());
        self
    }

    /// How many idle connections the pool keeps; with a [`backlog`](Self::backlog), how many there are at all.
    pub fn pool_size(mut self, size: usize) -> ConnectOptions {
        self.pool_size = Some(size);
        self
    }

    /// Limits the connections to the size of the pool, those in use included. This many may wait for one that is given back or
    /// closed, first come first served.
    pub fn backlog(mut self, waiting: usize) -> ConnectOptions {
        self.backlog = Some(waiting);
        self
    }
}

/// What [`TcpSocket::receive`](super::TcpSocket::receive) is to receive. A number stands for so many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// So many bytes.
    Bytes(usize),
    /// A line, without its end and without any carriage return: OpenResty's `*l`.
    Line,
    /// Everything until the other side ends the connection: OpenResty's `*a`.
    All,
}

/// A line.
impl Default for Pattern {
    fn default() -> Pattern {
        Pattern::Line
    }
}

impl From<usize> for Pattern {
    fn from(count: usize) -> Pattern {
        Pattern::Bytes(count)
    }
}
