//! A socket and what every kind of socket does: data calls, accept, connect, settings, and the way out.
//!
//! Uses `wait`, `sys` and socket2.
//!
//! Each blocking call has two ways. Where the OS thread may block, it is the plain system call, so that timeouts,
//! signals and `O_NONBLOCK` behave as they do for std. Elsewhere the call is tried without blocking inside
//! `wait::io::until`, and [`State::limit`] says what the user's settings mean when it would block.

use std::fmt;
use std::io::{self, IoSlice, IoSliceMut};
use std::net::{Shutdown, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use socket2::{Domain, SockAddr, SockRef, Type};

use super::state::{Origin, State, zero_timeout};
use crate::sys::net::{self as calls, Mode};
use crate::wait;
use crate::wait::io::{Attempt, Interest, Limit, until};

/// As many waiting connections as std allows a TCP listener.
const BACKLOG: i32 = 128;

/// An open socket. Its fd leaves only through `escaping_fd` and `into_owned`.
pub(crate) struct Socket {
    // Dropped first: whoever waits for the fd must hear of it before the number can be used again.
    handle: Handle,
    fd: OwnedFd,
}

/// What ends together with one fd number.
struct Handle {
    number: RawFd,
    state: Arc<State>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        wait::io::closing(self.number, self.state.outlives_fd());
    }
}

impl Socket {
    fn new(fd: OwnedFd, state: Arc<State>) -> Socket {
        Socket { handle: Handle { number: fd.as_raw_fd(), state }, fd }
    }

    /// A socket that comes from outside.
    pub(crate) fn adopt(fd: OwnedFd) -> Socket {
        let tcp = calls::is_tcp(fd.as_fd());
        Socket::new(fd, Arc::new(State::new(Origin::Adopted, tcp)))
    }

    fn tcp_for(addr: &SocketAddr) -> io::Result<Socket> {
        let socket = socket2::Socket::new(Domain::for_address(*addr), Type::STREAM, None)?;
        Ok(Socket::new(socket.into(), Arc::new(State::new(Origin::Created, true))))
    }

    pub(crate) fn listen(addr: &SocketAddr) -> io::Result<Socket> {
        let socket = Socket::tcp_for(addr)?;
        let options = socket.options();
        options.set_reuse_address(true)?;
        options.bind(&SockAddr::from(*addr))?;
        options.listen(BACKLOG)?;
        Ok(socket)
    }

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
            Ok(Limit::Until(Instant::now().checked_add(timeout)))
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

    pub(crate) fn accept(&self) -> io::Result<(Socket, SocketAddr)> {
        let (fd, peer) = self.accept_fd()?;
        // Linux hands a listener's timeouts down to what it accepts. Ours has none, unless it came from or was seen outside.
        let origin = if self.state().has_escaped() { Origin::Accepted } else { Origin::Created };
        let state = State::new(origin, self.state().is_tcp());
        Ok((Socket::new(fd, Arc::new(state)), peer))
    }

    fn accept_fd(&self) -> io::Result<(OwnedFd, SocketAddr)> {
        if wait::may_block_thread() {
            match calls::accept(self.fd()) {
                // The listener is non-blocking for the sake of others, this call is not.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && self.state().is_forced() => {}
                other => return other,
            }
        }
        let limit = || self.state().limit(self.fd(), Interest::Read);
        until(self.fd(), Interest::Read, limit, || {
            let _settled = self.state().force_nonblocking(self.fd())?;
            attempt(calls::accept(self.fd()), |_| false)
        })
    }

    pub(crate) fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        let room = buf.len();
        self.receive(room, |mode| calls::recv(self.fd(), buf, mode, false))
    }

    pub(crate) fn recv_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        let room = bufs.iter().map(|buf| buf.len()).sum();
        self.receive(room, |mode| calls::recv_vectored(self.fd(), bufs, mode))
    }

    pub(crate) fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
        // A peek leaves the bytes where they are: no room can make its count a short one.
        self.receive(0, |mode| calls::recv(self.fd(), buf, mode, true))
    }

    pub(crate) fn send(&self, buf: &[u8]) -> io::Result<usize> {
        self.transmit(buf.len(), |mode| calls::send(self.fd(), buf, mode))
    }

    pub(crate) fn send_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        let offered = bufs.iter().map(|buf| buf.len()).sum();
        self.transmit(offered, |mode| calls::send_vectored(self.fd(), bufs, mode))
    }

    /// Receives up to `room` bytes. Less than that drains the socket: what comes later comes with an event, urgent data
    /// included, for which the reactor counts `EPOLLPRI`. Nothing at all is the end, which stays.
    fn receive(&self, room: usize, mut call: impl FnMut(Mode) -> io::Result<usize>) -> io::Result<usize> {
        if wait::may_block_thread() {
            return call(Mode::Blocking);
        }
        let drains = |count: &usize| 0 < *count && *count < room && self.state().short_count_drains();
        let limit = || self.state().limit(self.fd(), Interest::Read);
        until(self.fd(), Interest::Read, limit, || attempt(call(Mode::Try), drains))
    }

    fn transmit(&self, offered: usize, mut call: impl FnMut(Mode) -> io::Result<usize>) -> io::Result<usize> {
        if wait::may_block_thread() {
            return call(Mode::Blocking);
        }
        let drains = |count: &usize| *count < offered && self.state().short_count_drains();
        let limit = || self.state().limit(self.fd(), Interest::Write);
        until(self.fd(), Interest::Write, limit, || attempt(call(Mode::Try), drains))
    }

    pub(crate) fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.options().shutdown(how)
    }

    pub(crate) fn try_clone(&self) -> io::Result<Socket> {
        let fd = self.fd.try_clone()?;
        self.state().duplicate();
        Ok(Socket::new(fd, Arc::clone(self.state())))
    }

    pub(crate) fn local_addr(&self) -> io::Result<SocketAddr> {
        internet(self.options().local_addr()?)
    }

    pub(crate) fn peer_addr(&self) -> io::Result<SocketAddr> {
        internet(self.options().peer_addr()?)
    }

    pub(crate) fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        self.state().set_nonblocking(self.fd(), nonblocking)
    }

    pub(crate) fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.state().set_timeout(self.fd(), false, timeout)
    }

    pub(crate) fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.state().set_timeout(self.fd(), true, timeout)
    }

    pub(crate) fn read_timeout(&self) -> io::Result<Option<Duration>> {
        calls::timeout(self.fd(), false)
    }

    pub(crate) fn write_timeout(&self) -> io::Result<Option<Duration>> {
        calls::timeout(self.fd(), true)
    }

    /// The options that need no bookkeeping here.
    pub(crate) fn options(&self) -> SockRef<'_> {
        SockRef::from(&self.fd)
    }

    /// The number, to be shown, not used.
    pub(crate) fn number(&self) -> RawFd {
        self.handle.number
    }

    /// The fd, for code outside: from here on only the kernel knows the socket's settings.
    pub(crate) fn escaping_fd(&self) -> BorrowedFd<'_> {
        self.state().escape();
        self.fd()
    }

    /// The fd, for good, as the user made it.
    pub(crate) fn into_owned(self) -> OwnedFd {
        self.state().release(self.fd());
        let Socket { handle, fd } = self;
        drop(handle);
        fd
    }

    fn fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    fn state(&self) -> &Arc<State> {
        &self.handle.state
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").field("fd", &self.number()).finish_non_exhaustive()
    }
}

/// What the result of a call that cannot block means to `until`.
fn attempt<T>(result: io::Result<T>, drained: impl FnOnce(&T) -> bool) -> io::Result<Attempt<T>> {
    match result {
        Ok(value) if drained(&value) => Ok(Attempt::Drained(value)),
        Ok(value) => Ok(Attempt::Done(value)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Attempt::WouldBlock),
        Err(error) => Err(error),
    }
}

fn internet(addr: SockAddr) -> io::Result<SocketAddr> {
    addr.as_socket().ok_or_else(|| io::ErrorKind::InvalidInput.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listener() -> (Socket, SocketAddr) {
        let socket = Socket::listen(&SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let addr = socket.local_addr().unwrap();
        (socket, addr)
    }

    #[test]
    fn forced_listener_still_blocks_threads() {
        let (socket, addr) = listener();
        drop(socket.state().force_nonblocking(socket.fd()).unwrap());
        assert!(calls::is_nonblocking(socket.fd()).unwrap());

        std::thread::scope(|scope| {
            let accepting = scope.spawn(|| socket.accept().map(drop));
            Socket::connect(&addr).unwrap();
            accepting.join().unwrap().unwrap();
        });
        socket.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
        assert_eq!(socket.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }

    #[test]
    fn forced_flag_is_not_the_users() {
        let (socket, _) = listener();
        drop(socket.state().force_nonblocking(socket.fd()).unwrap());
        socket.set_nonblocking(true).unwrap();
        assert_eq!(socket.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
        socket.set_nonblocking(false).unwrap();
        assert!(calls::is_nonblocking(socket.fd()).unwrap());
        let fd = socket.into_owned();
        assert!(!calls::is_nonblocking(fd.as_fd()).unwrap());
    }

    #[test]
    fn settings_are_known_until_the_fd_escapes() {
        let (socket, addr) = listener();
        let stream = Socket::connect(&addr).unwrap();
        let limit = |socket: &Socket| socket.state().limit(socket.fd(), Interest::Read).unwrap();
        assert!(matches!(limit(&stream), Limit::Until(None)));
        assert!(stream.state().short_count_drains());

        // Behind our back: not seen, because nobody was given the means.
        calls::set_nonblocking(stream.fd(), true).unwrap();
        assert!(matches!(limit(&stream), Limit::Until(None)));
        let clone = stream.try_clone().unwrap();
        clone.escaping_fd();
        assert!(matches!(limit(&stream), Limit::Never));
        assert!(!stream.state().short_count_drains());
        calls::set_nonblocking(stream.fd(), false).unwrap();
        calls::set_timeout(stream.fd(), false, Some(Duration::from_secs(9))).unwrap();
        assert!(matches!(limit(&stream), Limit::Until(Some(_))));

        let accepted = socket.accept().unwrap().0;
        assert!(matches!(limit(&accepted), Limit::Until(None)));
    }
}
