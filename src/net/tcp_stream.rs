//! `TcpStream`.
//!
//! Uses the rest of `net`.

use std::fmt;
use std::io;
use std::time::Duration;

use super::addr::first_of;
use super::fd::{fd_traits, stream_traits};
use super::socket::Socket;
use super::waits::wait_settings;
use super::{Shutdown, SocketAddr, ToSocketAddrs};

/// A TCP connection.
///
/// As [`std::net::TcpStream`]: read and write through `&TcpStream` from as many greenlets and threads at once as you
/// like; dropping it closes the connection.
///
/// # Cancellation
/// `read`, `write`, their vectored forms and [`peek`](Self::peek) block here: yes. A greenlet killed while it waits has
/// transferred nothing in that call.
///
/// # Examples
/// ```
/// use std::io::{Read, Write};
/// use vervet::net::{Shutdown, TcpListener, TcpStream};
///
/// # fn main() -> std::io::Result<()> {
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let mut ours = TcpStream::connect(listener.local_addr()?)?;
/// let (mut theirs, _) = listener.accept()?;
///
/// ours.write_all(b"ping")?;
/// ours.shutdown(Shutdown::Write)?;
/// let mut got = String::new();
/// theirs.read_to_string(&mut got)?;
/// assert_eq!(got, "ping");
/// # Ok(())
/// # }
/// ```
pub struct TcpStream(pub(crate) Socket);

impl TcpStream {
    /// Connects to the first of the given addresses that accepts.
    ///
    /// # Errors
    /// Of the last address tried, when all fail (`ConnectionRefused`, ...); `InvalidInput` when there is no address;
    /// what resolving a name reports.
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, the half-made connection is closed.
    ///
    /// # Examples
    /// ```
    /// use vervet::net::{TcpListener, TcpStream};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// let stream = TcpStream::connect(("127.0.0.1", listener.local_addr()?.port()))?;
    /// assert_eq!(stream.peer_addr()?, listener.local_addr()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn connect<A: ToSocketAddrs>(addr: A) -> io::Result<TcpStream> {
        first_of(addr, Socket::connect).map(TcpStream)
    }

    /// Connects to one address, or gives up after `timeout`.
    ///
    /// # Errors
    /// `TimedOut` when the time is over; `InvalidInput` for a zero `timeout`, unless the connection is there at once;
    /// otherwise as [`connect`](Self::connect).
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, the half-made connection is closed.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use vervet::net::{TcpListener, TcpStream};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// let stream = TcpStream::connect_timeout(&listener.local_addr()?, Duration::from_secs(1))?;
    /// assert_eq!(stream.peer_addr()?, listener.local_addr()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn connect_timeout(addr: &SocketAddr, timeout: Duration) -> io::Result<TcpStream> {
        Socket::connect_timeout(addr, timeout).map(TcpStream)
    }

    /// For the layers above, whose use of the fd changes nothing.
    pub(crate) fn socket(&self) -> &Socket {
        &self.0
    }

    /// The other end's address.
    ///
    /// # Errors
    /// `NotConnected` once the connection is gone.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }

    /// This end's address.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// Ends reading, writing, or both, for every clone of this stream, and wakes whoever waits in it.
    ///
    /// A reader then gets `Ok(0)`, a writer `BrokenPipe`.
    ///
    /// # Errors
    /// `NotConnected` when the connection is gone already.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.0.shutdown(how)
    }

    /// A second handle to the same connection, sharing its timeouts and its non-blocking flag.
    ///
    /// # Errors
    /// `EMFILE` or `ENFILE` when no fd is left.
    pub fn try_clone(&self) -> io::Result<TcpStream> {
        self.0.try_clone().map(TcpStream)
    }

    /// Reads without taking the bytes away: the next read sees them again.
    ///
    /// # Errors
    /// As `read`.
    ///
    /// # Cancellation
    /// Blocks here: yes, until a first byte is there.
    pub fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.peek(buf)
    }

    /// Sets `TCP_NODELAY`: small writes leave at once instead of being gathered.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.0.options().set_tcp_nodelay(nodelay)
    }

    /// Whether `TCP_NODELAY` is set.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn nodelay(&self) -> io::Result<bool> {
        self.0.options().tcp_nodelay()
    }

    /// Sets `IP_TTL`, the number of hops a packet may take.
    ///
    /// # Errors
    /// `InvalidInput` for a value the kernel does not allow.
    pub fn set_ttl(&self, ttl: u32) -> io::Result<()> {
        self.0.options().set_ttl_v4(ttl)
    }

    /// `IP_TTL`, the number of hops a packet may take.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn ttl(&self) -> io::Result<u32> {
        self.0.options().ttl_v4()
    }
}

fd_traits!(TcpStream(Socket));
stream_traits!(TcpStream);
wait_settings!(TcpStream: a "stream", "read", "write",
    ///
    /// # Examples
    /// ```
    /// use std::io::{ErrorKind, Read};
    /// use std::time::Duration;
    /// use vervet::net::{TcpListener, TcpStream};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// let mut stream = TcpStream::connect(listener.local_addr()?)?;
    /// stream.set_read_timeout(Some(Duration::from_millis(10)))?;
    /// let error = stream.read(&mut [0; 8]).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::WouldBlock);
    /// # Ok(())
    /// # }
    /// ```
);

impl fmt::Debug for TcpStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("TcpStream");
        if let Ok(addr) = self.local_addr() {
            out.field("addr", &addr);
        }
        if let Ok(peer) = self.peer_addr() {
            out.field("peer", &peer);
        }
        out.field("fd", &self.0.number()).finish()
    }
}

impl crate::os::linux::net::TcpStreamExt for TcpStream {
    fn set_quickack(&self, quickack: bool) -> io::Result<()> {
        self.0.options().set_tcp_quickack(quickack)
    }

    fn quickack(&self) -> io::Result<bool> {
        self.0.options().tcp_quickack()
    }
}
