//! TLS: `StreamServer::tls`, the handshake, and `TlsStream`.
//!
//! Uses the rest of `server`, `sync`, `greenlet` and rustls.
//!
//! rustls knows nothing of sockets: it turns bytes into bytes, in a *session* that one at a time can use. So that a greenlet can read
//! while another one writes, the session is not locked while either waits for the socket:
//!
//! ```text
//!   read ──▶ inbox, locked as long as somebody reads ──┐
//!                                                      ├──▶ session, locked for a moment
//!  write ──▶ outbox, locked as long as somebody writes ┘
//! ```
//!
//! What has left the session and not reached the socket, or the other way round, lies in the boxes: whoever is cut short there
//! loses nothing, and the next one goes on with it. Locks are taken from left to right.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{self, Arc, PoisonError};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection};

use super::listener::Listener;
use super::stream::StreamServer;
use crate::greenlet::{shield, timeout};
use crate::net::TcpStream;
use crate::os::unix::net::UnixStream;
use crate::sync::{Mutex, MutexGuard};

/// What a client has for the handshake, unless told otherwise.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// What a client has to make room for the last word to it.
const FAREWELL: Duration = Duration::from_millis(100);
/// A record, as long as it can be.
const RECORD: usize = 16 << 10;

/// A [`Listener`] whose connections speak TLS; made by [`StreamServer::tls`].
pub struct Tls<L> {
    listener: L,
    config: Arc<ServerConfig>,
    patience: Duration,
}

impl<L: fmt::Debug> fmt::Debug for Tls<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("listener", &self.listener)
            .field("handshake_timeout", &self.patience)
            .finish_non_exhaustive()
    }
}

/// What TLS is spoken over: [`TcpStream`] and [`UnixStream`].
///
/// Its methods are for vervet's own use, so it cannot be implemented elsewhere.
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    #[doc(hidden)]
    fn receive(&self, buf: &mut [u8]) -> io::Result<usize>;

    #[doc(hidden)]
    fn transmit(&self, buf: &[u8]) -> io::Result<usize>;
}

impl Transport for TcpStream {
    fn receive(&self, buf: &mut [u8]) -> io::Result<usize> {
        (&*self).read(buf)
    }

    fn transmit(&self, buf: &[u8]) -> io::Result<usize> {
        (&*self).write(buf)
    }
}

impl Transport for UnixStream {
    fn receive(&self, buf: &mut [u8]) -> io::Result<usize> {
        (&*self).read(buf)
    }

    fn transmit(&self, buf: &[u8]) -> io::Result<usize> {
        (&*self).write(buf)
    }
}

/// What makes a connection ready.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Reception {
    config: Arc<ServerConfig>,
    patience: Duration,
}

impl<L: Listener> StreamServer<L>
where
    L: Listener<Accepted = <L as Listener>::Stream>,
    L::Accepted: Transport,
{
    /// Speaks TLS, as `config` says: handlers get a [`TlsStream`] whose handshake is done. Available with the feature `tls`.
    ///
    /// The handshake takes place in the connection's own greenlet, counts for the limit, and has ten seconds, or what
    /// [`handshake_timeout`](Self::handshake_timeout) says. One that fails is logged (debug) and counted
    /// ([`failed_handshakes`](super::ServerRef::failed_handshakes)), and its connection closed; no handler hears of it.
    pub fn tls(self, config: Arc<ServerConfig>) -> StreamServer<Tls<L>> {
        self.map(|listener| Tls { listener, config, patience: HANDSHAKE }, ())
    }
}

impl<L, H> StreamServer<Tls<L>, H> {
    /// How long a client may take for its handshake, from being accepted to the end; by default ten seconds.
    pub fn handshake_timeout(mut self, d: Duration) -> Self {
        self.listener_mut().patience = d;
        self
    }
}

impl<L> Listener for Tls<L>
where
    L: Listener<Accepted = <L as Listener>::Stream>,
    L::Accepted: Transport,
{
    type Stream = TlsStream<L::Accepted>;
    type Addr = L::Addr;
    type Accepted = L::Accepted;
    type Reception = Reception;

    fn address(&self) -> io::Result<L::Addr> {
        self.listener.address()
    }

    fn accept_if<T>(
        &self,
        admit: impl FnMut() -> Option<T>,
    ) -> io::Result<Option<(L::Accepted, L::Addr, T)>> {
        self.listener.accept_if(admit)
    }

    fn shards(self, count: usize, backlog: Option<u32>) -> io::Result<Vec<Tls<L>>> {
        let Tls { listener, config, patience } = self;
        let tls = |listener| Tls { listener, config: Arc::clone(&config), patience };
        Ok(listener.shards(count, backlog)?.into_iter().map(tls).collect())
    }

    fn reception(&self) -> Reception {
        Reception { config: Arc::clone(&self.config), patience: self.patience }
    }

    fn receive(socket: L::Accepted, reception: &Reception) -> Result<TlsStream<L::Accepted>, String> {
        let config = Arc::clone(&reception.config);
        let session = ServerConnection::new(config).map_err(|error| format!("no TLS session: {error}"))?;
        let stream = TlsStream::new(session, socket);
        match timeout(reception.patience, || stream.shake_hands()) {
            Ok(Ok(())) => Ok(stream),
            Ok(Err(error)) => Err(format!("the handshake failed: {error}")),
            Err(elapsed) => Err(format!("the handshake {elapsed}")),
        }
    }
}

/// A connection that speaks TLS, from the server's point of view. Available with the feature `tls`.
///
/// Reads and writes like the stream inside, also through `&TlsStream`, and from several greenlets at once: one may read while
/// another writes.
///
/// When it is dropped, the peer is told that this was the end (`close_notify`); not when that happens in a panic or a kill, so
/// that the peer can tell what was cut off from what was complete.
///
/// # Errors
/// Those of the stream inside, its timeouts included: nothing is lost, and a later call goes on. `InvalidData` when the peer
/// breaks the rules; `UnexpectedEof` when it goes without saying so. What a write had taken when the stream failed is reported
/// as written; the next call has the error.
///
/// # Cancellation
/// `read`, `write`, `flush` and [`finish`](Self::finish) block here: yes. Cut short in a read, nothing is lost. Cut short in a
/// write, there is no telling whether it had taken its bytes; if it had, they are sent by the next call, whole.
///
/// # Examples
/// ```no_run
/// use std::io::{self, Read, Write};
/// use std::sync::Arc;
/// use vervet::server::{StreamServer, TlsStream};
///
/// fn echo(mut stream: TlsStream) -> io::Result<()> {
///     let mut buf = [0; 1024];
///     loop {
///         match stream.read(&mut buf)? {
///             0 => return Ok(()),
///             n => stream.write_all(&buf[..n])?,
///         }
///     }
/// }
///
/// fn serve(config: rustls::ServerConfig) -> io::Result<()> {
///     StreamServer::bind("127.0.0.1:4433")?
///         .tls(Arc::new(config))
///         .on_connection(|stream, _peer| echo(stream))
///         .serve_forever()
/// }
/// ```
pub struct TlsStream<S: Transport = TcpStream> {
    socket: S,
    /// Std's: nobody waits while he holds it.
    session: sync::Mutex<ServerConnection>,
    inbox: Mutex<Inbox>,
    outbox: Mutex<Outbox>,
    /// The peer knows that nothing more will come.
    finished: AtomicBool,
}

/// What has come from the socket, and the part that the session has not taken yet.
#[derive(Default)]
struct Inbox {
    bytes: Vec<u8>,
    fresh: Range<usize>,
}

/// What has come from the session, and how much of it is in the socket.
#[derive(Default)]
struct Outbox {
    bytes: Vec<u8>,
    sent: usize,
}

impl<S: Transport> TlsStream<S> {
    fn new(session: ServerConnection, socket: S) -> TlsStream<S> {
        TlsStream {
            socket,
            session: sync::Mutex::new(session),
            inbox: Mutex::default(),
            outbox: Mutex::default(),
            finished: AtomicBool::new(false),
        }
    }

    /// The stream inside: for its addresses, options and timeouts. What is read or written there directly breaks the session.
    #[must_use]
    pub fn get_ref(&self) -> &S {
        &self.socket
    }

    /// Shows rustls's side of the connection to `f`: the server name that was asked for, the protocol agreed on, the client's
    /// certificates. `f` must not use the stream.
    pub fn with_session<R>(&self, f: impl FnOnce(&ServerConnection) -> R) -> R {
        f(&self.session())
    }

    /// Tells the peer that nothing more will come (`close_notify`). Reading goes on. Dropping the stream does this, too, but
    /// has no errors to give.
    ///
    /// # Errors
    /// Those of the stream inside.
    ///
    /// # Cancellation
    /// Blocks here: while the peer does not read.
    pub fn finish(&self) -> io::Result<()> {
        if !self.finished.swap(true, Relaxed) {
            self.session().send_close_notify();
        }
        self.send(&mut self.outbox())
    }

    fn shake_hands(&self) -> io::Result<()> {
        let mut inbox = self.inbox();
        loop {
            self.send(&mut self.outbox())?;
            if !self.session().is_handshaking() {
                return Ok(());
            }
            if inbox.fresh.is_empty() && self.fetch(&mut inbox)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            self.digest(&mut inbox)?;
        }
    }

    fn read_from(&self, buf: &mut [u8]) -> io::Result<usize> {
        let mut inbox = self.inbox();
        loop {
            match self.session().reader().read(buf) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                outcome => return outcome,
            }
            if inbox.fresh.is_empty() {
                self.fetch(&mut inbox)?;
            }
            self.digest(&mut inbox)?;
        }
    }

    /// Waits for bytes from the socket. 0 is the end.
    fn fetch(&self, inbox: &mut Inbox) -> io::Result<usize> {
        inbox.bytes.resize(RECORD, 0);
        let count = self.socket.receive(&mut inbox.bytes)?;
        inbox.fresh = 0..count;
        Ok(count)
    }

    /// Has the session take from the inbox; nothing in there means the end.
    fn digest(&self, inbox: &mut Inbox) -> io::Result<()> {
        let mut session = self.session();
        let taken = session.read_tls(&mut &inbox.bytes[inbox.fresh.clone()])?;
        inbox.fresh.start += taken;
        let broken = session.process_new_packets().err();
        drop(session);
        let Some(error) = broken else { return Ok(()) };
        // The peer is told, if that is possible without delay.
        if let Ok(mut outbox) = self.outbox.try_lock() {
            let _ = timeout(FAREWELL, || self.send(&mut outbox));
        }
        Err(io::Error::new(ErrorKind::InvalidData, error))
    }

    fn write_to(&self, buf: &[u8]) -> io::Result<usize> {
        let mut outbox = self.outbox();
        // Of one who was cut short.
        self.send(&mut outbox)?;
        let taken = self.session().writer().write(&buf[..buf.len().min(RECORD)])?;
        // It is taken, whatever becomes of it: the next call tells.
        let _ = self.send(&mut outbox);
        Ok(taken)
    }

    /// Sends all that the session has to say.
    fn send(&self, outbox: &mut Outbox) -> io::Result<()> {
        loop {
            while outbox.sent < outbox.bytes.len() {
                match self.socket.transmit(&outbox.bytes[outbox.sent..])? {
                    0 => return Err(ErrorKind::WriteZero.into()),
                    count => outbox.sent += count,
                }
            }
            outbox.bytes.clear();
            outbox.sent = 0;
            let mut session = self.session();
            if !session.wants_write() {
                return Ok(());
            }
            session.write_tls(&mut outbox.bytes)?;
        }
    }

    fn session(&self) -> sync::MutexGuard<'_, ServerConnection> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn outbox(&self) -> MutexGuard<'_, Outbox> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Transport> Drop for TlsStream<S> {
    fn drop(&mut self) {
        let silent = *self.finished.get_mut() || std::thread::panicking() || self.session().is_handshaking();
        if !silent {
            // A kill that comes now finds a handler that had said all it wanted to say. The peer may be gone.
            let _ = shield(|| timeout(FAREWELL, || self.finish()));
        }
    }
}

impl<S: Transport> Read for &TlsStream<S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() { Ok(0) } else { self.read_from(buf) }
    }
}

impl<S: Transport> Write for &TlsStream<S> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        if buf.is_empty() { Ok(0) } else { self.write_to(buf) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send(&mut self.outbox())
    }
}

impl<S: Transport> Read for TlsStream<S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        (&*self).read(buf)
    }
}

impl<S: Transport> Write for TlsStream<S> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        (&*self).write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self).flush()
    }
}

impl<S: Transport> fmt::Debug for TlsStream<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsStream").field("socket", &self.socket).finish_non_exhaustive()
    }
}
