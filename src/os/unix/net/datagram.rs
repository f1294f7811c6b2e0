//! `UnixDatagram`.
//!
//! Uses `net`.

use std::fmt;
use std::io;
use std::net::Shutdown;
use std::path::Path;

use super::{SocketAddr, shown};
use crate::net::fd::fd_traits;
use crate::net::socket::Socket;
use crate::net::waits::wait_settings;

/// A unix socket that moves whole messages.
///
/// As [`std::os::unix::net::UnixDatagram`]: nothing is lost or reordered on the way, and a sender waits while the
/// receiver's queue is full. Share it among as many greenlets and threads as you like.
///
/// # Cancellation
/// The receiving and sending calls block here: yes. A greenlet killed while it waits has received or sent nothing in that
/// call.
///
/// # Examples
/// ```
/// use vervet::os::unix::net::UnixDatagram;
///
/// # fn main() -> std::io::Result<()> {
/// # let path = std::env::temp_dir().join(format!("vervet-doc-datagram-{}", std::process::id()));
/// let server = UnixDatagram::bind(&path)?;
/// UnixDatagram::unbound()?.send_to(b"hello", &path)?;
/// let mut buf = [0; 64];
/// let (count, from) = server.recv_from(&mut buf)?;
/// assert_eq!(&buf[..count], b"hello");
/// assert!(from.is_unnamed());
/// std::fs::remove_file(&path)
/// # }
/// ```
pub struct UnixDatagram(Socket);

impl UnixDatagram {
    /// Makes a socket file at `path` and receives there.
    ///
    /// # Errors
    /// `AddrInUse` when there is a file already; `InvalidInput` for a path that is too long or contains a zero byte;
    /// what the file system reports.
    pub fn bind<P: AsRef<Path>>(path: P) -> io::Result<UnixDatagram> {
        UnixDatagram::bind_addr(&SocketAddr::from_pathname(path)?)
    }

    /// Receives at an address, which may be an abstract one.
    ///
    /// # Errors
    /// As [`bind`](Self::bind).
    pub fn bind_addr(socket_addr: &SocketAddr) -> io::Result<UnixDatagram> {
        let socket = Socket::unix_datagram()?;
        socket.bind(socket_addr)?;
        Ok(UnixDatagram(socket))
    }

    /// A socket without an address: it can send, and receive once it is connected.
    ///
    /// # Errors
    /// `EMFILE` or `ENFILE` when no fd is left.
    pub fn unbound() -> io::Result<UnixDatagram> {
        Socket::unix_datagram().map(UnixDatagram)
    }

    /// Makes two sockets without a name that are connected to each other.
    ///
    /// # Errors
    /// `EMFILE` or `ENFILE` when no fds are left.
    ///
    /// # Examples
    /// ```
    /// use vervet::os::unix::net::UnixDatagram;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let (ours, theirs) = UnixDatagram::pair()?;
    /// ours.send(b"one")?;
    /// ours.send(b"two")?;
    /// let mut buf = [0; 8];
    /// assert_eq!(theirs.recv(&mut buf)?, 3);
    /// assert_eq!(&buf[..3], b"one");
    /// # Ok(())
    /// # }
    /// ```
    pub fn pair() -> io::Result<(UnixDatagram, UnixDatagram)> {
        let (one, other) = Socket::unix_datagram_pair()?;
        Ok((UnixDatagram(one), UnixDatagram(other)))
    }

    /// Fixes the peer: [`send`](Self::send) goes to the socket at `path`, and nothing is received from others.
    ///
    /// # Errors
    /// `NotFound` when there is none, `ConnectionRefused` when nobody has it open; `InvalidInput` for a path that is too
    /// long or contains a zero byte.
    pub fn connect<P: AsRef<Path>>(&self, path: P) -> io::Result<()> {
        self.connect_addr(&SocketAddr::from_pathname(path)?)
    }

    /// Fixes the peer by its address, which may be an abstract one.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub fn connect_addr(&self, socket_addr: &SocketAddr) -> io::Result<()> {
        self.0.associate(socket_addr)
    }

    /// A second handle to the same socket, sharing its timeouts and its non-blocking flag.
    ///
    /// # Errors
    /// `EMFILE` or `ENFILE` when no fd is left.
    pub fn try_clone(&self) -> io::Result<UnixDatagram> {
        self.0.try_clone().map(UnixDatagram)
    }

    /// This socket's address.
    ///
    /// # Errors
    /// `InvalidInput` when the fd it was made from is no unix socket.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// The address of the peer that `connect` has set.
    ///
    /// # Errors
    /// `NotConnected` when there is none.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }

    /// Receives one message and its sender's address. What does not fit into `buf` is lost.
    ///
    /// # Errors
    /// `WouldBlock` when the socket is non-blocking and nothing is there, or when the read timeout is over.
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, no message is lost.
    pub fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.0.recv_from(buf)
    }

    /// Receives one message. What does not fit into `buf` is lost. 0 is an empty message, or the end after a
    /// [`shutdown`](Self::shutdown).
    ///
    /// # Errors
    /// As [`recv_from`](Self::recv_from).
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, no message is lost.
    pub fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.recv(buf)
    }

    /// Sends `buf` as one message to the socket at `path`.
    ///
    /// # Errors
    /// As [`connect`](Self::connect), and as [`send`](Self::send).
    ///
    /// # Cancellation
    /// Blocks here: while the receiver's queue is full (see the [module](super)), or this socket's send buffer. Killed
    /// here, nothing was sent.
    pub fn send_to<P: AsRef<Path>>(&self, buf: &[u8], path: P) -> io::Result<usize> {
        self.send_to_addr(buf, &SocketAddr::from_pathname(path)?)
    }

    /// Sends `buf` as one message to a socket by its address, which may be an abstract one.
    ///
    /// # Errors
    /// As [`send_to`](Self::send_to).
    ///
    /// # Cancellation
    /// Blocks here: as `send_to`.
    pub fn send_to_addr(&self, buf: &[u8], socket_addr: &SocketAddr) -> io::Result<usize> {
        self.0.send_to_unix(buf, socket_addr)
    }

    /// Sends `buf` as one message to the peer.
    ///
    /// # Errors
    /// `NotConnected` when there is none; `ConnectionRefused` or `ConnectionReset` when it is gone; `EMSGSIZE` when the message
    /// is longer than the send buffer; `WouldBlock` when the socket is non-blocking and there is no room, or when the write
    /// timeout is over.
    ///
    /// # Cancellation
    /// Blocks here: while the receiver's queue, or this socket's send buffer, is full. Killed here, nothing was sent.
    pub fn send(&self, buf: &[u8]) -> io::Result<usize> {
        self.0.send(buf)
    }

    /// Ends receiving, sending, or both, for every clone of this socket, and wakes whoever waits in it.
    ///
    /// A receiver then gets `Ok(0)`, a sender `BrokenPipe`.
    ///
    /// # Errors
    /// What the kernel reports.
    ///
    /// # Examples
    /// ```
    /// use std::net::Shutdown;
    /// use vervet::os::unix::net::UnixDatagram;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let (ours, _theirs) = UnixDatagram::pair()?;
    /// ours.shutdown(Shutdown::Read)?;
    /// assert_eq!(ours.recv(&mut [0; 8])?, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.0.shutdown(how)
    }
}

fd_traits!(UnixDatagram(Socket));
wait_settings!(UnixDatagram: a "socket", "receiving call", "sending call");

impl fmt::Debug for UnixDatagram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let addrs = [("local", self.local_addr().ok()), ("peer", self.peer_addr().ok())];
        shown::show("UnixDatagram", &self.0, &addrs, f)
    }
}
