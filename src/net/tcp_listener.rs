//! `TcpListener` and `Incoming`.
//!
//! Uses the rest of `net`.

use std::fmt;
use std::io;
use std::iter::FusedIterator;

use super::addr::first_of;
use super::fd::fd_traits;
use super::socket::Socket;
use super::waits::accept_settings;
use super::{SocketAddr, TcpStream, ToSocketAddrs};

/// A TCP socket that waits for connections.
///
/// As [`std::net::TcpListener`]: share it among as many accepting greenlets and threads as you like. Accepted streams
/// are blocking and close-on-exec.
///
/// # Examples
/// ```
/// use std::io::{Read, Write};
/// use std::thread;
/// use vervet::net::{TcpListener, TcpStream};
///
/// # fn main() -> std::io::Result<()> {
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let addr = listener.local_addr()?;
/// let server = thread::spawn(move || -> std::io::Result<()> {
///     for stream in listener.incoming().take(2) {
///         stream?.write_all(b"hi")?;
///     }
///     Ok(())
/// });
///
/// for _ in 0..2 {
///     let mut text = String::new();
///     TcpStream::connect(addr)?.read_to_string(&mut text)?;
///     assert_eq!(text, "hi");
/// }
/// server.join().unwrap()?;
/// # Ok(())
/// # }
/// ```
pub struct TcpListener(pub(crate) Socket);

impl TcpListener {
    /// Listens on the first of the given addresses that is free; port 0 lets the kernel choose one.
    ///
    /// As std does, it sets `SO_REUSEADDR` and lets 128 connections wait.
    ///
    /// # Errors
    /// Of the last address tried, when all fail (`AddrInUse`, ...); `InvalidInput` when there is no address; what
    /// resolving a name reports.
    ///
    /// # Cancellation
    /// Blocks here: only to resolve a name.
    pub fn bind<A: ToSocketAddrs>(addr: A) -> io::Result<TcpListener> {
        first_of(addr, Socket::listen).map(TcpListener)
    }

    /// The address it listens on.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// A second handle to the same listener: both take connections from one queue.
    ///
    /// # Errors
    /// `EMFILE` or `ENFILE` when no fd is left.
    pub fn try_clone(&self) -> io::Result<TcpListener> {
        self.0.try_clone().map(TcpListener)
    }

    /// Waits for a connection.
    ///
    /// # Errors
    /// `EMFILE` or `ENFILE` when no fd is left: the connection keeps waiting, and a later call takes it.
    /// `ConnectionAborted` when the peer gave up first. `WouldBlock` when the listener is non-blocking and nobody waits.
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, no connection is lost.
    pub fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let (socket, peer) = self.0.accept()?;
        Ok((TcpStream(socket), peer))
    }

    /// The connections as they come: [`accept`](Self::accept) again and again, without end.
    pub fn incoming(&self) -> Incoming<'_> {
        Incoming { listener: self }
    }

    /// Sets `IP_TTL`, which accepted streams inherit.
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

    /// Sets `IPV6_V6ONLY`, which the kernel allows only before `bind`: too late here.
    ///
    /// # Errors
    /// `InvalidInput`, always, once the listener is bound.
    #[deprecated(note = "it can only be set before binding; use the `socket2` crate")]
    pub fn set_only_v6(&self, only_v6: bool) -> io::Result<()> {
        self.0.options().set_only_v6(only_v6)
    }

    /// Whether `IPV6_V6ONLY` is set.
    ///
    /// # Errors
    /// What the kernel reports, for instance for an IPv4 listener.
    #[deprecated(note = "it can only be set before binding; use the `socket2` crate")]
    pub fn only_v6(&self) -> io::Result<bool> {
        self.0.options().only_v6()
    }
}

fd_traits!(TcpListener(Socket));
accept_settings!(TcpListener);

impl fmt::Debug for TcpListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("TcpListener");
        if let Ok(addr) = self.local_addr() {
            out.field("addr", &addr);
        }
        out.field("fd", &self.0.number()).finish()
    }
}

/// Connections as they come, from [`TcpListener::incoming`]. It never ends: `next` is `accept`, errors included.
///
/// # Cancellation
/// `next` blocks here: yes, as [`TcpListener::accept`].
#[must_use = "nothing is accepted until the iterator is asked"]
#[derive(Debug)]
pub struct Incoming<'a> {
    listener: &'a TcpListener,
}

impl Iterator for Incoming<'_> {
    type Item = io::Result<TcpStream>;

    fn next(&mut self) -> Option<io::Result<TcpStream>> {
        Some(self.listener.accept().map(|(stream, _)| stream))
    }
}

impl FusedIterator for Incoming<'_> {}
