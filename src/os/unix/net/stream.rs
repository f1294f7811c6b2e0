//! `UnixStream`.
//!
//! Uses `net`.

use std::fmt;
use std::io;
use std::net::Shutdown;
use std::path::Path;

use super::{SocketAddr, shown};
use crate::net::fd::{fd_traits, stream_traits};
use crate::net::socket::Socket;
use crate::net::waits::wait_settings;

/// A connection between two sockets of this machine.
///
/// As [`std::os::unix::net::UnixStream`]: read and write through `&UnixStream` from as many greenlets and threads at once
/// as you like; dropping it closes the connection.
///
/// # Cancellation
/// `read`, `write` and their vectored forms block here: yes. A greenlet killed while it waits has transferred nothing in
/// that call.
///
/// # Examples
/// ```
/// use std::io::{Read, Write};
/// use vervet::os::unix::net::UnixStream;
///
/// # fn main() -> std::io::Result<()> {
/// let (mut ours, mut theirs) = UnixStream::pair()?;
/// let echo = vervet::spawn(move || -> std::io::Result<()> {
///     let mut buf = [0; 4];
///     theirs.read_exact(&mut buf)?;
///     theirs.write_all(&buf)
/// });
/// ours.write_all(b"ping")?;
/// let mut text = String::new();
/// ours.read_to_string(&mut text)?;
/// assert_eq!(text, "ping");
/// echo.join().unwrap()?;
/// # Ok(())
/// # }
/// ```
pub struct UnixStream(pub(crate) Socket);

impl UnixStream {
    /// Connects to the socket at `path`.
    ///
    /// # Errors
    /// `NotFound` when there is none, `ConnectionRefused` when nobody listens on it; `InvalidInput` for a path that is too
    /// long or contains a zero byte. On an OS thread, `Interrupted` by a signal.
    ///
    /// # Cancellation
    /// Blocks here: while the listener's backlog is full (see the [module](super)). Killed here, nothing was connected.
    ///
    /// # Examples
    /// ```
    /// use vervet::os::unix::net::{UnixListener, UnixStream};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # let path = std::env::temp_dir().join(format!("vervet-doc-stream-{}", std::process::id()));
    /// let listener = UnixListener::bind(&path)?;
    /// let stream = UnixStream::connect(&path)?;
    /// assert_eq!(stream.peer_addr()?.as_pathname(), Some(&*path));
    /// # drop(listener);
    /// std::fs::remove_file(&path)
    /// # }
    /// ```
    pub fn connect<P: AsRef<Path>>(path: P) -> io::Result<UnixStream> {
        UnixStream::connect_addr(&SocketAddr::from_pathname(path)?)
    }

    /// Connects to a socket by its address, which may be an abstract one.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    ///
    /// # Cancellation
    /// Blocks here: as `connect`.
    pub fn connect_addr(socket_addr: &SocketAddr) -> io::Result<UnixStream> {
        Socket::connect_unix(socket_addr).map(UnixStream)
    }

    /// Makes two sockets without a name that are connected to each other.
    ///
    /// # Errors
    /// `EMFILE` or `ENFILE` when no fds are left.
    pub fn pair() -> io::Result<(UnixStream, UnixStream)> {
        let (one, other) = Socket::unix_stream_pair()?;
        Ok((UnixStream(one), UnixStream(other)))
    }

    /// For the layers above, whose use of the fd changes nothing.
    pub(crate) fn socket(&self) -> &Socket {
        &self.0
    }

    /// A second handle to the same connection, sharing its timeouts and its non-blocking flag.
    ///
    /// # Errors
    /// `EMFILE` or `ENFILE` when no fd is left.
    pub fn try_clone(&self) -> io::Result<UnixStream> {
        self.0.try_clone().map(UnixStream)
    }

    /// This end's address.
    ///
    /// # Errors
    /// `InvalidInput` when the fd it was made from is no unix socket.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// The other end's address.
    ///
    /// # Errors
    /// `NotConnected` when there is none.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }

    /// Ends reading, writing, or both, for every clone of this stream, and wakes whoever waits in it.
    ///
    /// A reader then gets `Ok(0)`, a writer `BrokenPipe`.
    ///
    /// # Errors
    /// `NotConnected` when there is no connection.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.0.shutdown(how)
    }
}

fd_traits!(UnixStream(Socket));
stream_traits!(UnixStream);
wait_settings!(UnixStream: a "stream", "read", "write",
    ///
    /// # Examples
    /// ```
    /// use std::io::{ErrorKind, Read};
    /// use std::time::Duration;
    /// use vervet::os::unix::net::UnixStream;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let (mut ours, _theirs) = UnixStream::pair()?;
    /// ours.set_read_timeout(Some(Duration::from_millis(10)))?;
    /// assert_eq!(ours.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::WouldBlock);
    /// # Ok(())
    /// # }
    /// ```
);

impl fmt::Debug for UnixStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let addrs = [("local", self.local_addr().ok()), ("peer", self.peer_addr().ok())];
        shown::show("UnixStream", &self.0, &addrs, f)
    }
}
