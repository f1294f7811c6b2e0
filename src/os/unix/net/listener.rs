//! `UnixListener` and `Incoming`.
//!
//! Uses `net`.

use std::fmt;
use std::io;
use std::path::Path;

use super::{SocketAddr, UnixStream, shown};
use crate::net::fd::fd_traits;
use crate::net::socket::Socket;
use crate::net::waits::accept_settings;

/// A unix socket that waits for connections.
///
/// As [`std::os::unix::net::UnixListener`]: share it among as many accepting greenlets and threads as you like. Its file
/// stays when it is dropped.
///
/// # Examples
/// ```
/// use std::io::{Read, Write};
/// use vervet::os::unix::net::{UnixListener, UnixStream};
///
/// # fn main() -> std::io::Result<()> {
/// # let path = std::env::temp_dir().join(format!("vervet-doc-listener-{}", std::process::id()));
/// let listener = UnixListener::bind(&path)?;
/// let server = vervet::spawn(move || -> std::io::Result<()> {
///     for stream in listener.incoming().take(2) {
///         stream?.write_all(b"hi")?;
///     }
///     Ok(())
/// });
///
/// for _ in 0..2 {
///     let mut text = String::new();
///     UnixStream::connect(&path)?.read_to_string(&mut text)?;
///     assert_eq!(text, "hi");
/// }
/// server.join().unwrap()?;
/// std::fs::remove_file(&path)
/// # }
/// ```
pub struct UnixListener(pub(crate) Socket);

impl UnixListener {
    /// Makes a socket file at `path` and listens on it, with as many waiting connections as the system allows.
    ///
    /// # Errors
    /// `AddrInUse` when there is a file already; `InvalidInput` for a path that is too long or contains a zero byte;
    /// what the file system reports.
    pub fn bind<P: AsRef<Path>>(path: P) -> io::Result<UnixListener> {
        UnixListener::bind_addr(&SocketAddr::from_pathname(path)?)
    }

    /// Listens on an address, which may be an abstract one.
    ///
    /// # Errors
    /// As [`bind`](Self::bind).
    pub fn bind_addr(socket_addr: &SocketAddr) -> io::Result<UnixListener> {
        Socket::listen_unix(socket_addr).map(UnixListener)
    }

    /// Waits for a connection.
    ///
    /// # Errors
    /// `EMFILE` or `ENFILE` when no fd is left: the connection keeps waiting, and a later call takes it. `WouldBlock` when
    /// the listener is non-blocking and nobody waits. `InvalidInput` when code that has the fd shuts the listener down.
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, no connection is lost.
    pub fn accept(&self) -> io::Result<(UnixStream, SocketAddr)> {
        let (socket, peer) = self.0.accept()?;
        Ok((UnixStream(socket), peer))
    }

    /// A second handle to the same listener: both take connections from one queue.
    ///
    /// # Errors
    /// `EMFILE` or `ENFILE` when no fd is left.
    pub fn try_clone(&self) -> io::Result<UnixListener> {
        self.0.try_clone().map(UnixListener)
    }

    /// The address it listens on.
    ///
    /// # Errors
    /// `InvalidInput` when the fd it was made from is no unix socket.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// The connections as they come: [`accept`](Self::accept) again and again, without end.
    pub fn incoming(&self) -> Incoming<'_> {
        Incoming { listener: self }
    }
}

fd_traits!(UnixListener(Socket));
accept_settings!(UnixListener);

impl fmt::Debug for UnixListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        shown::show("UnixListener", &self.0, &[("local", self.local_addr().ok())], f)
    }
}

impl<'a> IntoIterator for &'a UnixListener {
    type Item = io::Result<UnixStream>;
    type IntoIter = Incoming<'a>;

    fn into_iter(self) -> Incoming<'a> {
        self.incoming()
    }
}

/// Connections as they come, from [`UnixListener::incoming`]. It never ends: `next` is `accept`, errors included.
///
/// # Cancellation
/// `next` blocks here: yes, as [`UnixListener::accept`].
#[must_use = "nothing is accepted until the iterator is asked"]
#[derive(Debug)]
pub struct Incoming<'a> {
    listener: &'a UnixListener,
}

impl Iterator for Incoming<'_> {
    type Item = io::Result<UnixStream>;

    fn next(&mut self) -> Option<io::Result<UnixStream>> {
        Some(self.listener.accept().map(|(stream, _)| stream))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (usize::MAX, None)
    }
}
