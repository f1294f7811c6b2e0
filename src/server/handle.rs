//! `ServerHandle`, `ServerRef`, `Shutdown`: a server that runs, from outside.
//!
//! Uses `server::roster`.

use std::fmt;
use std::io;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use super::roster::Roster;
use super::serving;
use crate::net::SocketAddr;

/// A server that runs. Dropping it detaches the server, which goes on.
///
/// It dereferences to [`ServerRef`], which has what there is to be done with it.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use vervet::server::StreamServer;
///
/// let server = StreamServer::bind("127.0.0.1:0")?.on_connection(|_stream, _peer| ()).start()?;
/// assert_ne!(server.local_addr().port(), 0);
/// assert_eq!(server.connections(), 0);
/// println!("{}", server.shutdown(Duration::from_secs(1)));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct ServerHandle<A = SocketAddr> {
    server: ServerRef,
    addr: A,
}

impl<A: Clone> ServerHandle<A> {
    pub(super) fn new(roster: Arc<Roster>, addr: A) -> ServerHandle<A> {
        ServerHandle { server: ServerRef::new(roster), addr }
    }

    /// The address it listens on, or listened on.
    #[must_use]
    pub fn local_addr(&self) -> A {
        self.addr.clone()
    }
}

impl<A> ServerHandle<A> {
    /// The same server, without its address.
    #[must_use]
    pub fn handle(&self) -> ServerRef {
        self.server.clone()
    }
}

impl<A> Deref for ServerHandle<A> {
    type Target = ServerRef;

    fn deref(&self) -> &ServerRef {
        &self.server
    }
}

impl<A: fmt::Debug> fmt::Debug for ServerHandle<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.server.show(f.debug_struct("ServerHandle").field("addr", &self.addr))
    }
}

/// A server that runs, whatever its kind: to look at it, to wait for it, or to end it. Cloning is cheap.
///
/// From [`ServerHandle`], or, in a handler, from [`current`](super::current).
#[derive(Clone)]
pub struct ServerRef(Arc<Roster>);

impl ServerRef {
    pub(super) fn new(roster: Arc<Roster>) -> ServerRef {
        ServerRef(roster)
    }

    /// Ends the server: accepts no more, gives the handlers up to `grace` to end by themselves, kills those who have not, and
    /// says how many were which.
    ///
    /// Returns as soon as all are gone; within `grace` and half a second in any case. Who was killed has these 0.4 seconds to
    /// unwind, and counts as stuck when that was not enough: a [`shield`](crate::shield), a destructor that waits, or code that
    /// never calls anything that blocks.
    ///
    /// Called in a handler, it does not wait for that handler, nor kill or count it; nor for the acceptor, called in the hook for
    /// errors. Called again, also meanwhile and from
    /// elsewhere, it waits for the same end and returns the same report; a shorter `grace` brings that end forward, a longer one
    /// changes nothing.
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, the server accepts no more, and its handlers go on; whoever else waits for its end sees to
    /// the rest, or a later call.
    ///
    /// # Examples
    /// ```
    /// use std::io::Read;
    /// use std::time::Duration;
    /// use vervet::net::TcpStream;
    /// use vervet::server::StreamServer;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let server =
    ///     StreamServer::bind("127.0.0.1:0")?.on_connection(|mut stream, _| stream.read(&mut [0])).start()?;
    /// let silent = TcpStream::connect(server.local_addr())?;
    /// while server.connections() == 0 {
    ///     vervet::yield_now();
    /// }
    /// let report = server.shutdown(Duration::from_millis(10));
    /// assert_eq!((report.drained, report.killed), (0, 1));
    /// assert!(TcpStream::connect(server.local_addr()).is_err());
    /// # drop(silent);
    /// # Ok(())
    /// # }
    /// ```
    pub fn shutdown(&self, grace: Duration) -> Shutdown {
        self.0.stop(None);
        self.0.limit_grace(grace, serving::role_at(&self.0));
        self.0.wait_for_end(false).unwrap_or_else(|_| self.0.report_so_far())
    }

    /// Waits until the server has ended: by a [`shutdown`](Self::shutdown) that is through, or by an error.
    ///
    /// # Errors
    /// The one that has ended it (see the [module](super)), every time. Its handlers go on then, until they end or until
    /// `shutdown`.
    ///
    /// # Cancellation
    /// Blocks here: yes. The server goes on.
    pub fn wait(&self) -> io::Result<()> {
        self.0.wait_for_end(true).map(drop)
    }

    /// Whether it accepts no more, because of a [`shutdown`](Self::shutdown) or an error.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.0.is_draining()
    }

    /// How many handlers there are now, those that shake hands included.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.0.serving()
    }

    /// How many connections were accepted so far, or datagrams received.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.0.accepted()
    }

    /// How many handlers have panicked so far.
    #[must_use]
    pub fn panicked(&self) -> u64 {
        self.0.panicked()
    }

    /// How many connections never came to their handler so far, because their handshake failed or took too long.
    #[must_use]
    pub fn failed_handshakes(&self) -> u64 {
        self.0.unready()
    }

    /// Its name, as in the names of its greenlets and in log records.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.name()
    }

    fn show(&self, out: &mut fmt::DebugStruct<'_, '_>) -> fmt::Result {
        out.field("name", &self.name())
            .field("connections", &self.connections())
            .field("accepted", &self.accepted())
            .field("draining", &self.is_draining())
            .finish()
    }
}

impl fmt::Debug for ServerRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.show(&mut f.debug_struct("ServerRef"))
    }
}

/// What became of the handlers that there were when a server was told to end.
///
/// Shown as a sentence: `3 drained, 2 killed`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "it says whom the shutdown has killed"]
pub struct Shutdown {
    /// They ended by themselves, within the grace.
    pub drained: usize,
    /// They were killed after it.
    pub killed: usize,
    /// Of those: were not gone when the shutdown returned.
    pub stuck: usize,
}

impl fmt::Display for Shutdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} drained, {} killed", self.drained, self.killed)?;
        match self.stuck {
            0 => Ok(()),
            stuck => write!(f, " ({stuck} of them not gone yet)"),
        }
    }
}
