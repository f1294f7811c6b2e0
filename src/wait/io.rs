//! Waiting for an fd.

use std::io;
use std::os::fd::{BorrowedFd, RawFd};
use std::time::Instant;

/// What a caller waits for on an fd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interest {
    Read,
    Write,
}

/// How one non-blocking attempt ended.
#[derive(Debug)]
pub(crate) enum Attempt<T> {
    /// Done; the fd may well be ready for more.
    Done(T),
    /// Done, and the kernel's buffer is known to be empty (read) or full (write): the next call on this fd and
    /// direction may wait for the next edge before it tries. Only for sockets in which a short count proves this.
    Drained(T),
    /// The call would have blocked.
    WouldBlock,
}

/// What to do when an attempt would block; asked once per call, only then.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    /// The user made the fd non-blocking: report `WouldBlock` to him.
    Never,
    /// Wait until this moment, then report `WouldBlock` as the kernel does for `SO_RCVTIMEO`; `None` waits for ever.
    Until(Option<Instant>),
}

/// Repeats `attempt` (which must never block) until it is done, waiting for `fd` in between.
///
/// In a greenlet the wait parks the greenlet; on an OS thread it blocks the thread in `poll`.
///
/// # Errors
/// What `attempt` and `limit` report; `WouldBlock` (from EAGAIN) when the limit is reached; `EBADF` when the fd was closed
/// meanwhile (`closing`); what registering with the reactor reports.
///
/// # Cancellation
/// Unwinds when killed or timed out while it waits; a finished attempt's result is never lost.
pub(crate) fn until<T>(
    fd: BorrowedFd<'_>,
    interest: Interest,
    mut limit: impl FnMut() -> io::Result<Limit>,
    mut attempt: impl FnMut() -> io::Result<Attempt<T>>,
) -> io::Result<T> {
    let mut deadline = None;
    let mut asked = false;
    loop {
        match attempt()? {
            Attempt::Done(value) | Attempt::Drained(value) => return Ok(value),
            Attempt::WouldBlock if !asked => match limit()? {
                Limit::Never => return Err(would_block()),
                Limit::Until(at) => (asked, deadline) = (true, at),
            },
            Attempt::WouldBlock => {}
        }
        if !crate::sys::poll::wait(fd, interest == Interest::Write, deadline)? {
            return Err(would_block());
        }
    }
}

/// To be called before an fd that `until` may have seen is closed or given away: wakes whoever waits on it with
/// `EBADF`, forgets what is known about it, and keeps old events from reaching a new owner of the number.
/// `duplicated` says that the description may live on under another number.
pub(crate) fn closing(fd: RawFd, duplicated: bool) {
    let _ = (fd, duplicated);
}

fn would_block() -> io::Error {
    io::Error::from_raw_os_error(11)
}
