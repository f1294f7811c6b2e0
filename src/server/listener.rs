//! `Listener`: what a `StreamServer` accepts from.
//!
//! Uses `net` and `os::unix::net`.

use std::fmt;
use std::io;

use crate::net::{SocketAddr, TcpListener, TcpStream};
use crate::os::unix::net::{SocketAddr as UnixAddr, UnixListener, UnixStream};

/// Connections that may wait to be accepted: as many as the system allows.
pub(super) const BACKLOG: u32 = u32::MAX;

/// What a [`StreamServer`](super::StreamServer) accepts from: a [`TcpListener`], a [`UnixListener`], or one of them behind TLS.
///
/// Its methods are for vervet's own use, so it cannot be implemented elsewhere.
pub trait Listener: fmt::Debug + Send + Sized + 'static {
    /// What a handler is given of a connection.
    type Stream: 'static;
    /// The address of a peer, and of the listener.
    type Addr: fmt::Debug + Clone + Send + Sync + 'static;
    /// A connection that was accepted, and is not ready for the handler yet.
    #[doc(hidden)]
    type Accepted: Send + 'static;
    /// What making it ready needs.
    #[doc(hidden)]
    type Reception: Clone + Send + Sync + 'static;

    #[doc(hidden)]
    fn address(&self) -> io::Result<Self::Addr>;

    /// The next connection, and what `admit` has answered for it; `Ok(None)` if that was `None`.
    #[doc(hidden)]
    #[expect(clippy::type_complexity, reason = "three things that belong together nowhere else")]
    fn accept_if<T>(
        &self,
        admit: impl FnMut() -> Option<T>,
    ) -> io::Result<Option<(Self::Accepted, Self::Addr, T)>>;

    /// As many listeners on the same address, this one among them, with queues of that length; without one, this one's
    /// stays as it is.
    #[doc(hidden)]
    fn shards(self, count: usize, backlog: Option<u32>) -> io::Result<Vec<Self>>;

    #[doc(hidden)]
    fn reception(&self) -> Self::Reception;

    /// Makes a connection ready, in its own greenlet. `Err`: the text says why it cannot be.
    #[doc(hidden)]
    fn receive(accepted: Self::Accepted, reception: &Self::Reception) -> Result<Self::Stream, String>;
}

impl TcpListener {
    pub(super) fn set_backlog(&self, backlog: u32) -> io::Result<()> {
        self.0.set_backlog(backlog)
    }
}

impl Listener for TcpListener {
    type Stream = TcpStream;
    type Addr = SocketAddr;
    type Accepted = TcpStream;
    type Reception = ();

    fn address(&self) -> io::Result<SocketAddr> {
        self.local_addr()
    }

    fn accept_if<T>(
        &self,
        admit: impl FnMut() -> Option<T>,
    ) -> io::Result<Option<(TcpStream, SocketAddr, T)>> {
        let accepted = self.0.accept_if(admit)?;
        Ok(accepted.map(|(socket, peer, admitted)| (TcpStream(socket), peer, admitted)))
    }

    fn shards(self, count: usize, backlog: Option<u32>) -> io::Result<Vec<TcpListener>> {
        if let Some(backlog) = backlog {
            self.set_backlog(backlog)?;
        }
        let backlog = backlog.unwrap_or(BACKLOG);
        let others: io::Result<Vec<_>> =
            (1..count).map(|_| self.0.listen_beside(backlog).map(TcpListener)).collect();
        let mut all = others?;
        all.push(self);
        Ok(all)
    }

    fn reception(&self) {}

    fn receive(accepted: TcpStream, (): &()) -> Result<TcpStream, String> {
        Ok(accepted)
    }
}

impl Listener for UnixListener {
    type Stream = UnixStream;
    type Addr = UnixAddr;
    type Accepted = UnixStream;
    type Reception = ();

    fn address(&self) -> io::Result<UnixAddr> {
        self.local_addr()
    }

    fn accept_if<T>(
        &self,
        admit: impl FnMut() -> Option<T>,
    ) -> io::Result<Option<(UnixStream, UnixAddr, T)>> {
        let accepted = self.0.accept_if(admit)?;
        Ok(accepted.map(|(socket, peer, admitted)| (UnixStream(socket), peer, admitted)))
    }

    fn shards(self, count: usize, backlog: Option<u32>) -> io::Result<Vec<UnixListener>> {
        if count > 1 {
            let why = "unix sockets cannot share an address among several listeners";
            return Err(io::Error::new(io::ErrorKind::Unsupported, why));
        }
        if let Some(backlog) = backlog {
            self.0.set_backlog(backlog)?;
        }
        Ok(vec![self])
    }

    fn reception(&self) {}

    fn receive(accepted: UnixStream, (): &()) -> Result<UnixStream, String> {
        Ok(accepted)
    }
}
