//! A socket: where it comes from, its settings, and the way out.
//!
//! Uses `wait`, `sys` and socket2. What it does in between is in `connect` and `transfer`.

use std::fmt;
use std::io;
use std::net::{Shutdown, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, SockRef, Type};

use super::state::{Origin, State};
use crate::sys::address::Address;
use crate::sys::net::{self as calls, Kind};
use crate::wait;

/// As many waiting connections as std allows a TCP listener.
const TCP_BACKLOG: i32 = 128;
/// As many as the system allows: std's choice for unix listeners.
const UNIX_BACKLOG: i32 = -1;

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
    pub(super) fn new(fd: OwnedFd, state: Arc<State>) -> Socket {
        Socket { handle: Handle { number: fd.as_raw_fd(), state }, fd }
    }

    /// A socket that comes from outside.
    pub(crate) fn adopt(fd: OwnedFd) -> Socket {
        let kind = calls::kind(fd.as_fd());
        Socket::new(fd, Arc::new(State::new(Origin::Adopted, kind)))
    }

    fn created(socket: socket2::Socket, kind: Kind) -> Socket {
        Socket::new(socket.into(), Arc::new(State::new(Origin::Created, kind)))
    }

    pub(super) fn tcp_for(addr: &SocketAddr) -> io::Result<Socket> {
        let socket = socket2::Socket::new(Domain::for_address(*addr), Type::STREAM, None)?;
        Ok(Socket::created(socket, Kind::Tcp))
    }

    /// A TCP listener.
    pub(crate) fn listen(addr: &SocketAddr) -> io::Result<Socket> {
        let socket = Socket::tcp_for(addr)?;
        socket.options().set_reuse_address(true)?;
        calls::bind(socket.fd(), addr)?;
        socket.options().listen(TCP_BACKLOG)?;
        Ok(socket)
    }

    /// How many connections may wait to be accepted; may be changed at any time.
    pub(crate) fn set_backlog(&self, backlog: u32) -> io::Result<()> {
        self.options().listen(backlog.try_into().unwrap_or(i32::MAX))
    }

    /// Another TCP listener on the address of this one, with a queue of its own: the kernel shares connections out among
    /// them (`SO_REUSEPORT`). It looks at the option of those that are bound already, so this one may get it late.
    pub(crate) fn listen_beside(&self, backlog: u32) -> io::Result<Socket> {
        let addr: SocketAddr = self.local_addr()?;
        self.options().set_reuse_port(true)?;
        let socket = Socket::tcp_for(&addr)?;
        socket.options().set_reuse_address(true)?;
        socket.options().set_reuse_port(true)?;
        calls::bind(socket.fd(), &addr)?;
        socket.set_backlog(backlog)?;
        Ok(socket)
    }

    /// A UDP socket.
    pub(crate) fn bind_udp(addr: &SocketAddr) -> io::Result<Socket> {
        let socket = socket2::Socket::new(Domain::for_address(*addr), Type::DGRAM, None)?;
        let socket = Socket::created(socket, Kind::Datagram);
        calls::bind(socket.fd(), addr)?;
        Ok(socket)
    }

    pub(super) fn unix_stream() -> io::Result<Socket> {
        Ok(Socket::created(socket2::Socket::new(Domain::UNIX, Type::STREAM, None)?, Kind::Stream))
    }

    pub(crate) fn unix_stream_pair() -> io::Result<(Socket, Socket)> {
        let (one, other) = socket2::Socket::pair(Domain::UNIX, Type::STREAM, None)?;
        Ok((Socket::created(one, Kind::Stream), Socket::created(other, Kind::Stream)))
    }

    pub(crate) fn listen_unix(addr: &impl Address) -> io::Result<Socket> {
        let socket = Socket::unix_stream()?;
        calls::bind(socket.fd(), addr)?;
        socket.options().listen(UNIX_BACKLOG)?;
        Ok(socket)
    }

    pub(crate) fn unix_datagram() -> io::Result<Socket> {
        Ok(Socket::created(socket2::Socket::new(Domain::UNIX, Type::DGRAM, None)?, Kind::Datagram))
    }

    pub(crate) fn unix_datagram_pair() -> io::Result<(Socket, Socket)> {
        let (one, other) = socket2::Socket::pair(Domain::UNIX, Type::DGRAM, None)?;
        Ok((Socket::created(one, Kind::Datagram), Socket::created(other, Kind::Datagram)))
    }

    /// Gives a socket that has none an address.
    pub(crate) fn bind(&self, addr: &impl Address) -> io::Result<()> {
        calls::bind(self.fd(), addr)
    }

    pub(crate) fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.state().shut();
        self.options().shutdown(how)
    }

    pub(crate) fn try_clone(&self) -> io::Result<Socket> {
        let fd = self.fd.try_clone()?;
        self.state().duplicate();
        Ok(Socket::new(fd, Arc::clone(self.state())))
    }

    pub(crate) fn local_addr<A: Address>(&self) -> io::Result<A> {
        calls::local_addr(self.fd())
    }

    pub(crate) fn peer_addr<A: Address>(&self) -> io::Result<A> {
        calls::peer_addr(self.fd())
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

    /// The fd, to be waited for or looked at, and not to be kept.
    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    pub(super) fn state(&self) -> &Arc<State> {
        &self.handle.state
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").field("fd", &self.number()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wait::io::{Interest, Limit};

    fn accept(socket: &Socket) -> io::Result<Socket> {
        socket.accept::<SocketAddr>().map(|(accepted, _)| accepted)
    }

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
            let accepting = scope.spawn(|| accept(&socket).map(drop));
            Socket::connect(&addr).unwrap();
            accepting.join().unwrap().unwrap();
        });
        socket.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
        assert_eq!(accept(&socket).unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }

    #[test]
    fn forced_flag_is_not_the_users() {
        let (socket, _) = listener();
        drop(socket.state().force_nonblocking(socket.fd()).unwrap());
        socket.set_nonblocking(true).unwrap();
        assert_eq!(accept(&socket).unwrap_err().kind(), io::ErrorKind::WouldBlock);
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

        let accepted = accept(&socket).unwrap();
        assert!(matches!(limit(&accepted), Limit::Until(None)));
    }
}
