//! What goes through a socket: bytes and messages.
//!
//! Uses `wait` and `sys`.
//!
//! Each blocking call has two ways. Where the OS thread may block, it is the plain system call, so that timeouts,
//! signals and `O_NONBLOCK` behave as they do for std. Elsewhere the call is tried without blocking inside
//! `wait::io::until`, and [`State::limit`](super::state::State::limit) says what the user's settings mean when it would block.

use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::AsRawFd;
use std::time::Instant;

use super::socket::Socket;
use crate::sys::address::Address;
use crate::sys::net::{self as calls, Kind, Mode};
use crate::sys::{errno, poll};
use crate::wait::backoff::Backoff;
use crate::wait::io::{Attempt, Interest, Limit, until};
use crate::wait::{self, Reason};

impl Socket {
    pub(crate) fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        let room = buf.len();
        self.receive(|mode| calls::recv(self.fd(), buf, mode, false), |&count| self.drained_by(count, room))
    }

    pub(crate) fn recv_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        // Of those that one call fills: a count that is short of the others proves nothing.
        let room = bufs.iter().take(calls::MAX_BUFFERS).map(|buf| buf.len()).sum();
        self.receive(
            |mode| calls::recv_vectored(self.fd(), bufs, mode),
            |&count| self.drained_by(count, room),
        )
    }

    pub(crate) fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
        // The bytes stay where they are: no count is a short one.
        self.receive(|mode| calls::recv(self.fd(), buf, mode, true), |_| false)
    }

    /// Receives, or with `peek` only looks at, what is there: `None` if there is nothing. Never waits, whatever the settings.
    pub(crate) fn try_recv(&self, buf: &mut [u8], peek: bool) -> io::Result<Option<usize>> {
        match calls::recv(self.fd(), buf, Mode::Try, peek) {
            Ok(count) => Ok(Some(count)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn recv_from<A: Address>(&self, buf: &mut [u8]) -> io::Result<(usize, A)> {
        self.receive(|mode| calls::recv_from(self.fd(), buf, mode, false), |_| false)
    }

    pub(crate) fn peek_from<A: Address>(&self, buf: &mut [u8]) -> io::Result<(usize, A)> {
        self.receive(|mode| calls::recv_from(self.fd(), buf, mode, true), |_| false)
    }

    pub(crate) fn send(&self, buf: &[u8]) -> io::Result<usize> {
        self.transmit(buf.len(), |mode| calls::send(self.fd(), buf, mode))
    }

    pub(crate) fn send_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        // As above.
        let offered = bufs.iter().take(calls::MAX_BUFFERS).map(|buf| buf.len()).sum();
        self.transmit(offered, |mode| calls::send_vectored(self.fd(), bufs, mode))
    }

    /// Sends one message to an address whose family tells when there is room for it: not for unix sockets.
    pub(crate) fn send_to<A: Address>(&self, buf: &[u8], addr: &A) -> io::Result<usize> {
        self.transmit(buf.len(), |mode| calls::send_to(self.fd(), buf, addr, mode))
    }

    /// Sends one message to a unix socket.
    ///
    /// The kernel tells nobody when somebody else's queue has room again, unless the two are connected. So this tries again
    /// from time to time.
    pub(crate) fn send_to_unix<A: Address>(&self, buf: &[u8], addr: &A) -> io::Result<usize> {
        if wait::may_block_thread() {
            return calls::send_to(self.fd(), buf, addr, Mode::Blocking);
        }
        wait::enter()?;
        let mut backoff = Backoff::fine();
        let mut deadline = None;
        loop {
            match calls::send_to(self.fd(), buf, addr, Mode::Try) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                outcome => return outcome,
            }
            let deadline = match deadline {
                Some(at) => at,
                None => match self.state().limit(self.fd(), Interest::Write)? {
                    Limit::Never => return Err(errno::would_block()),
                    Limit::Until(at) => *deadline.insert(at),
                },
            };
            let now = Instant::now();
            if deadline.is_some_and(|at| at <= now) {
                return Err(errno::would_block());
            }
            let next = now + backoff.next();
            self.wait_for_room(deadline.map_or(next, |at| at.min(next)))?;
        }
    }

    /// Waits until a message may find room, at most until `next`.
    fn wait_for_room(&self, next: Instant) -> io::Result<()> {
        let has_room = || poll::is_ready(self.fd(), true);
        if has_room() {
            // There is room here: it is the receiver's queue that is full, of which there will be no event.
            let next = wait::deadline_at(Some(next));
            wait::park(Reason::Write, self.fd().as_raw_fd() as u64, next, |_| true, |_| ())?;
            return Ok(());
        }
        let limit = || Ok(Limit::Until(Some(next)));
        let room = until(self.fd(), Interest::Write, limit, || {
            Ok(if has_room() { Attempt::Done(()) } else { Attempt::WouldBlock })
        });
        room.or_else(|error| if error.kind() == io::ErrorKind::WouldBlock { Ok(()) } else { Err(error) })
    }

    /// Receives. What `drains` the socket proves that whatever comes later comes with an event, urgent data included, for
    /// which the reactor counts `EPOLLPRI`.
    fn receive<T>(
        &self,
        mut call: impl FnMut(Mode) -> io::Result<T>,
        drains: impl Fn(&T) -> bool,
    ) -> io::Result<T> {
        if wait::may_block_thread() {
            return call(Mode::Blocking);
        }
        let limit = || self.state().limit(self.fd(), Interest::Read);
        until(self.fd(), Interest::Read, limit, || match attempt(call(Mode::Try), &drains)? {
            // With `MSG_DONTWAIT` the kernel does not tell an end from an empty queue.
            Attempt::WouldBlock if self.has_no_more_messages() => attempt(call(Mode::Blocking), |_| false),
            outcome => Ok(outcome),
        })
    }

    fn transmit(&self, offered: usize, mut call: impl FnMut(Mode) -> io::Result<usize>) -> io::Result<usize> {
        if wait::may_block_thread() {
            return call(Mode::Blocking);
        }
        let drains = |count: &usize| *count < offered && self.state().short_count_drains();
        let limit = || self.state().limit(self.fd(), Interest::Write);
        until(self.fd(), Interest::Write, limit, || attempt(call(Mode::Try), drains))
    }

    /// Whether having received `count` bytes of `room` proves that there are no more. None at all is the end, which stays.
    fn drained_by(&self, count: usize, room: usize) -> bool {
        0 < count && count < room && self.state().short_count_drains()
    }

    /// Whether reading messages was shut down. That is for good, so no receiving call can block any more.
    fn has_no_more_messages(&self) -> bool {
        self.state().kind() == Kind::Datagram && self.state().may_be_shut() && poll::is_shut(self.fd())
    }
}

/// What the result of a call that cannot block means to `until`.
pub(super) fn attempt<T>(result: io::Result<T>, drained: impl FnOnce(&T) -> bool) -> io::Result<Attempt<T>> {
    match result {
        Ok(value) if drained(&value) => Ok(Attempt::Drained(value)),
        Ok(value) => Ok(Attempt::Done(value)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Attempt::WouldBlock),
        Err(error) => Err(error),
    }
}
