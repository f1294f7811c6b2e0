//! `KeepalivePool`: connections that are kept for the next one who needs one.
//!
//! Uses `wait`, `greenlet` and `net`. What is known of each pool, and who gets what, is in `shared`; `janitor` looks after the
//! idle ones.

mod janitor;
mod pooled;
mod shared;

use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::os::fd::BorrowedFd;

use std::sync::Arc;
use std::time::Duration;

pub use self::pooled::Pooled;
pub(super) use self::shared::Shared;
use self::shared::{Rules, forever};
use super::error::Error;
use crate::net::TcpStream;
use crate::net::socket::Socket;
use crate::os::unix::net::UnixStream;

/// A connection that a [`KeepalivePool`] can keep.
pub trait Keepalive: Send + 'static {
    /// Whether this connection, which nobody uses, can be used again. Asked before it is handed out, when it is put back, and
    /// while it is idle whenever [`idle_fd`](Self::idle_fd) becomes readable. What it answers `true` to must not be readable
    /// any more, or it is asked again and again.
    fn is_alive(&mut self) -> bool;

    /// What becomes readable when the other side ends an idle connection, or sends what nobody has asked for. Without it, the
    /// end of an idle connection is noticed when it is about to be used.
    fn idle_fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

/// Alive as long as nothing has come in.
impl Keepalive for TcpStream {
    fn is_alive(&mut self) -> bool {
        is_quiet(self.socket())
    }

    fn idle_fd(&self) -> Option<BorrowedFd<'_>> {
        Some(self.socket().fd())
    }
}

/// Alive as long as nothing has come in.
impl Keepalive for UnixStream {
    fn is_alive(&mut self) -> bool {
        is_quiet(self.socket())
    }

    fn idle_fd(&self) -> Option<BorrowedFd<'_>> {
        Some(self.socket().fd())
    }
}

/// Whether there is nothing to receive: no byte, no end, no error.
pub(super) fn is_quiet(socket: &Socket) -> bool {
    matches!(socket.try_recv(&mut [0], true), Ok(None))
}

/// Keeps connections that are not in use, and limits how many there are.
///
/// A connection is taken with [`get`](Self::get), which makes one if none is idle, and put back with [`Pooled::keep`]. One that
/// is only dropped is closed, and makes room: so an error, a panic or a kill in the middle of a conversation never leaves a
/// half-read connection to the next one.
///
/// At most `size` connections are open at a time, used and idle ones together. Whoever comes when all are in use waits, first
/// come first served. The one that was used last is handed out first, so that those that are not needed grow old; they are closed
/// when they do, or as soon as they [die](Keepalive::is_alive).
///
/// Clones are handles to the same pool. When the last one is gone, idle connections are closed, and those in use will be.
///
/// # Examples
/// ```
/// use std::io::{Read, Write};
/// use vervet::cosocket::KeepalivePool;
/// use vervet::net::{TcpListener, TcpStream};
///
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let addr = listener.local_addr()?;
/// vervet::spawn(move || {
///     for stream in listener.incoming().map_while(Result::ok) {
///         vervet::spawn(move || std::io::copy(&mut &stream, &mut &stream));
///     }
/// });
///
/// let pool = KeepalivePool::new(2);
/// for round in 0..3 {
///     let mut stream = pool.get(|| TcpStream::connect(addr))?;
///     assert_eq!(stream.reused(), round);
///     stream.write_all(b"ping")?;
///     stream.read_exact(&mut [0; 4])?;
///     stream.keep();
/// }
/// assert_eq!(pool.idle(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct KeepalivePool<C: Keepalive>(Arc<Handle<C>>);

/// Shuts the pool with its last clone; those who keep connections in use hold on to the rest.
struct Handle<C: Keepalive>(Arc<Shared<C>>);

impl<C: Keepalive> Drop for Handle<C> {
    fn drop(&mut self) {
        self.0.shut();
    }
}

impl<C: Keepalive> KeepalivePool<C> {
    /// A pool for at most `size` connections at a time. As many wait as there are, and idle ones are kept until they die.
    ///
    /// # Panics
    /// If `size` is 0.
    pub fn new(size: usize) -> KeepalivePool<C> {
        KeepalivePool::builder(size).build()
    }

    /// A pool with further rules.
    ///
    /// # Panics
    /// If `size` is 0.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use vervet::cosocket::KeepalivePool;
    /// use vervet::net::TcpStream;
    ///
    /// let pool: KeepalivePool<TcpStream> = KeepalivePool::builder(20)
    ///     .backlog(100)
    ///     .max_idle(Duration::from_secs(60))
    ///     .max_lifetime(Duration::from_secs(3600))
    ///     .build();
    /// assert_eq!((pool.idle(), pool.in_use(), pool.waiting()), (0, 0, 0));
    /// ```
    pub fn builder(size: usize) -> PoolBuilder<C> {
        assert!(size > 0, "a pool of no connections");
        let rules = Rules { size, backlog: Some(usize::MAX), max_idle: None, max_lifetime: None };
        PoolBuilder { rules, of: PhantomData }
    }

    /// Takes an idle connection, or makes one with `connect`; waits while as many as may be are in use.
    ///
    /// # Errors
    /// [`Error::TooManyWaiting`] when the pool has a [backlog](PoolBuilder::backlog) and that many wait already;
    /// [`Error::Io`] with what `connect` reports.
    ///
    /// # Cancellation
    /// Blocks here: while all are in use, and as long as `connect` does. Killed here, the place in the queue, or the place for
    /// the connection, goes to the next one.
    pub fn get(&self, connect: impl FnOnce() -> io::Result<C>) -> Result<Pooled<C>, Error> {
        self.0.0.get(None, connect)
    }

    /// As [`get`](Self::get), but waits at most for `limit` until there is a place; what `connect` takes is not counted.
    ///
    /// # Errors
    /// [`Error::Timeout`] when the time is over; otherwise as `get`.
    ///
    /// # Cancellation
    /// Blocks here: as `get`.
    pub fn get_timeout(
        &self,
        limit: Duration,
        connect: impl FnOnce() -> io::Result<C>,
    ) -> Result<Pooled<C>, Error> {
        self.0.0.get(Some(limit), connect)
    }

    /// How many connections are idle.
    pub fn idle(&self) -> usize {
        self.0.0.counts().idle
    }

    /// How many connections are in use, or being made.
    pub fn in_use(&self) -> usize {
        self.0.0.counts().used
    }

    /// How many wait for a connection.
    pub fn waiting(&self) -> usize {
        self.0.0.counts().waiting
    }

    /// Closes the idle connections.
    pub fn clear(&self) {
        self.0.0.clear();
    }
}

impl<C: Keepalive> Clone for KeepalivePool<C> {
    fn clone(&self) -> KeepalivePool<C> {
        KeepalivePool(Arc::clone(&self.0))
    }
}

impl<C: Keepalive> fmt::Debug for KeepalivePool<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.0.0.counts();
        let mut out = f.debug_struct("KeepalivePool");
        out.field("in_use", &counts.used).field("idle", &counts.idle).field("waiting", &counts.waiting);
        out.finish_non_exhaustive()
    }
}

/// The rules of a [`KeepalivePool`] to be; see [`KeepalivePool::builder`].
#[must_use = "a builder makes nothing until `build`"]
pub struct PoolBuilder<C> {
    rules: Rules,
    of: PhantomData<fn() -> C>,
}

impl<C: Keepalive> PoolBuilder<C> {
    /// How many may wait for a connection; `None` lets nobody wait: the pool then limits the idle connections alone, and any
    /// number may be in use.
    pub fn backlog(mut self, backlog: impl Into<Option<usize>>) -> PoolBuilder<C> {
        self.rules.backlog = backlog.into();
        self
    }

    /// How long a connection may be idle before it is closed; `None` and zero: for ever.
    pub fn max_idle(mut self, limit: impl Into<Option<Duration>>) -> PoolBuilder<C> {
        self.rules.max_idle = forever(limit.into());
        self
    }

    /// How old a connection may become: beyond that it is not handed out again. `None` and zero: as old as it likes.
    pub fn max_lifetime(mut self, limit: impl Into<Option<Duration>>) -> PoolBuilder<C> {
        self.rules.max_lifetime = forever(limit.into());
        self
    }

    /// The pool.
    pub fn build(self) -> KeepalivePool<C> {
        KeepalivePool(Arc::new(Handle(Shared::new(Some(self.rules)))))
    }
}

impl<C> fmt::Debug for PoolBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PoolBuilder").field(&self.rules).finish()
    }
}
