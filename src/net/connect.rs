//! How connections come about: `connect` and `accept`.
//!
//! Uses `wait` and `sys`. As in `transfer`, each call is the plain system call where the OS thread may block.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use super::socket::Socket;
use super::state::{Origin, State, zero_timeout};
use super::transfer::attempt;
use crate::sys::address::Address;
use crate::sys::net::{self as calls, Kind};
use crate::sys::{errno, poll};
use crate::wait::backoff::Backoff;
use crate::wait::io::{Attempt, Interest, Limit, until};
use crate::wait::{self, Reason};

impl Socket {
    pub(crate) fn connect(addr: &SocketAddr) -> io::Result<Socket> {
        let socket = Socket::tcp_for(addr)?;
        if wait::may_block_thread() {
            calls::connect(socket.fd(), addr)?;
        } else {
            socket.connect_until(addr, || Ok(Limit::Until(None)))?;
        }
        Ok(socket)
    }

    pub(crate) fn connect_timeout(addr: &SocketAddr, timeout: Duration) -> io::Result<Socket> {
        let socket = Socket::tcp_for(addr)?;
        let mut waited = false;
        let connected = socket.connect_until(addr, || {
            if timeout.is_zero() {
                return Err(zero_timeout());
            }
            waited = true;
            Ok(Limit::within(Some(timeout)))
        });
        match connected {
            Err(error) if waited && error.kind() == io::ErrorKind::WouldBlock => {
                Err(io::Error::new(io::ErrorKind::TimedOut, "connection timed out"))
            }
            Err(error) => Err(error),
            Ok(()) => Ok(socket),
        }
    }

    /// The handshake, without blocking the thread. `self` is fresh, so its flag is nobody's yet.
    fn connect_until(&self, addr: &SocketAddr, limit: impl FnMut() -> io::Result<Limit>) -> io::Result<()> {
        calls::set_nonblocking(self.fd(), true)?;
        // Asking again is how Linux tells the result: also when an event came for another reason.
        until(self.fd(), Interest::Write, limit, || match calls::connect(self.fd(), addr)? {
            true => Ok(Attempt::Done(())),
            false => Ok(Attempt::WouldBlock),
        })?;
        calls::set_nonblocking(self.fd(), false)
    }

    /// A unix stream, connected. There is no handshake: to wait means that the listener's backlog is full.
    pub(crate) fn connect_unix(addr: &impl Address) -> io::Result<Socket> {
        let socket = Socket::unix_stream()?;
        if wait::may_block_thread() {
            calls::connect_once(socket.fd(), addr)?;
            return Ok(socket);
        }
        wait::enter()?;
        // `socket` is fresh, so its flag is nobody's yet.
        calls::set_nonblocking(socket.fd(), true)?;
        let mut backoff = Backoff::fine();
        loop {
            match calls::connect_once(socket.fd(), addr) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                outcome => break outcome?,
            }
            backoff.pause(Reason::Write, socket.fd().as_raw_fd() as u64)?;
        }
        calls::set_nonblocking(socket.fd(), false)?;
        Ok(socket)
    }

    /// Fixes the peer of a socket that moves messages, which takes no time. A UDP socket goes on after a signal, as std's.
    pub(crate) fn associate(&self, addr: &impl Address) -> io::Result<()> {
        calls::connect(self.fd(), addr).map(drop)
    }

    pub(crate) fn accept<A: Address>(&self) -> io::Result<(Socket, A)> {
        let (fd, peer) = self.accept_fd()?;
        Ok((self.accepted(fd), peer))
    }

    fn accepted(&self, fd: OwnedFd) -> Socket {
        // Linux hands a listener's timeouts down to what it accepts. Ours has none, unless it came from or was seen outside.
        let origin = if self.state().has_escaped() { Origin::Accepted } else { Origin::Created };
        let state = State::new(origin, self.state().kind());
        Socket::new(fd, Arc::new(state))
    }

    fn accept_fd<A: Address>(&self) -> io::Result<(OwnedFd, A)> {
        if wait::may_block_thread() {
            match calls::accept(self.fd()) {
                // The listener is non-blocking for the sake of others, this call is not.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && self.state().is_forced() => {}
                other => return other,
            }
        }
        let limit = || self.state().limit(self.fd(), Interest::Read);
        until(self.fd(), Interest::Read, limit, || self.try_accept_fd())
    }

    fn try_accept_fd<A: Address>(&self) -> io::Result<Attempt<(OwnedFd, A)>> {
        let _settled = self.state().force_nonblocking(self.fd())?;
        match attempt(calls::accept(self.fd()), |_| false)? {
            // A blocking `accept` says so, a non-blocking one does not.
            Attempt::WouldBlock if self.accepts_no_more()? => Err(errno::invalid()),
            outcome => Ok(outcome),
        }
    }

    /// As `accept` in a greenlet, for one who must not take more than he has room for: whenever a connection may be there,
    /// `admit` is asked first. `None`: it had no room. The user's settings do not limit the wait.
    pub(crate) fn accept_if<A: Address, T>(
        &self,
        mut admit: impl FnMut() -> Option<T>,
    ) -> io::Result<Option<(Socket, A, T)>> {
        let limit = || Ok(Limit::Until(None));
        let accepted = until(self.fd(), Interest::Read, limit, || {
            let Some(room) = admit() else { return Ok(Attempt::Done(None)) };
            Ok(match self.try_accept_fd()? {
                Attempt::Done((fd, peer)) | Attempt::Drained((fd, peer)) => {
                    Attempt::Done(Some((fd, peer, room)))
                }
                Attempt::WouldBlock => Attempt::WouldBlock,
            })
        })?;
        Ok(accepted.map(|(fd, peer, room)| (self.accepted(fd), peer, room)))
    }

    /// Whether this is a unix listener that was shut down, which only code outside can do, and that the user lets block.
    fn accepts_no_more(&self) -> io::Result<bool> {
        let shut = self.state().kind() != Kind::Tcp && self.state().may_be_shut() && poll::is_shut(self.fd());
        Ok(shut && !matches!(self.state().limit(self.fd(), Interest::Read)?, Limit::Never))
    }
}
