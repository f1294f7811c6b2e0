//! `TcpSocket`.
//!
//! Uses `greenlet`, and the rest of `cosocket`.

use std::fmt;
use std::io::{self, IoSlice, Read, Write};
use std::time::Duration;

use super::error::{Error, ReceiveError, SendError};
use super::link::Link;
use super::options::{ConnectOptions, Pattern, Timeouts};
use super::peer::Peer;
use super::pool::Pooled;
use super::registry;
use super::until::ReceiveUntil;
use crate::greenlet;

/// A stream socket that is connected, used, and put back for the next one: OpenResty's `ngx.socket.tcp`.
///
/// It connects to TCP and unix sockets. Dropping it closes its connection, [`setkeepalive`](Self::setkeepalive) keeps that for
/// the next [`connect`](Self::connect) to the same peer, from whichever greenlet or thread. A socket belongs to one of them at a time.
///
/// # Cancellation
/// All calls that wait block here: yes. A kill, or a [`timeout`](crate::timeout()) around the call, loses nothing that was received:
/// the next receiving call finds it. A socket that is dropped by that closes its connection, whose place in the pool is free
/// then; one that survives keeps it, and does not put it back as long as a question is without its answer.
///
/// # Examples
/// ```
/// use std::io::{BufRead, BufReader, Write};
/// use std::time::Duration;
/// use vervet::cosocket::{ConnectOptions, Pattern, TcpSocket};
/// use vervet::net::TcpListener;
///
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let addr = listener.local_addr()?;
/// vervet::spawn(move || -> std::io::Result<()> {
///     for stream in listener.incoming() {
///         let stream = stream?;
///         vervet::spawn(move || {
///             BufReader::new(&stream).lines().try_for_each(|line| writeln!(&stream, "+{}", line?))
///         });
///     }
///     Ok(())
/// });
///
/// let mut sock = TcpSocket::new();
/// sock.settimeouts(Duration::from_secs(1), Duration::from_secs(1), Duration::from_secs(5));
/// for round in 0..3 {
///     sock.connect(addr, ConnectOptions::new())?;
///     assert_eq!(sock.getreusedtimes(), round);
///     sock.send("PING\r\n")?;
///     assert_eq!(sock.receive(Pattern::Line)?, b"+PING");
///     sock.setkeepalive(Duration::from_secs(60), 20)?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct TcpSocket {
    timeouts: Timeouts,
    conn: Option<Pooled<Link>>,
}

/// A new socket, connected: OpenResty's `ngx.socket.connect`.
///
/// # Errors
/// As [`TcpSocket::connect`].
///
/// # Cancellation
/// Blocks here: as `TcpSocket::connect`.
pub fn connect(peer: impl Into<Peer>, options: ConnectOptions) -> Result<TcpSocket, Error> {
    let mut socket = TcpSocket::new();
    socket.connect(peer, options)?;
    Ok(socket)
}

impl TcpSocket {
    /// A socket without a connection. Its timeouts are OpenResty's: a minute each.
    pub fn new() -> TcpSocket {
        TcpSocket::default()
    }

    /// Limits each wait to `limit`; `None` lets it last for ever.
    pub fn settimeout(&mut self, limit: impl Into<Option<Duration>>) {
        let limit = limit.into();
        self.timeouts = Timeouts { connect: limit, send: limit, read: limit };
    }

    /// Limits how long [`connect`](Self::connect) may take, the queue of the pool and the resolver included; how long a sending call
    /// may wait for room; and how long a receiving call may wait for something to come in. `None`: for ever.
    pub fn settimeouts(
        &mut self,
        connect: impl Into<Option<Duration>>,
        send: impl Into<Option<Duration>>,
        read: impl Into<Option<Duration>>,
    ) {
        self.timeouts = Timeouts { connect: connect.into(), send: send.into(), read: read.into() };
    }

    /// Takes an idle connection to `peer` out of the pool, or makes one. A connection that this socket has is closed before.
    ///
    /// The pool is named after the peer, unless `options` have another name for it. All greenlets and threads of the process share
    /// it. Give connections of another kind a name of their own: those with TLS, those that are logged in.
    ///
    /// # Errors
    /// [`Error::Timeout`]; [`Error::TooManyWaiting`] if the pool has a [backlog](ConnectOptions::backlog), which is full;
    /// otherwise what the kernel and the resolver report. `InvalidInput` for a peer that is no `host:port`, and a pool of no connections.
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, the place in the queue or in the pool goes to the next one, and the half-made connection is closed.
    pub fn connect(&mut self, peer: impl Into<Peer>, options: ConnectOptions) -> Result<(), Error> {
        self.conn = None;
        let peer = peer.into();
        let pool = match &options.pool {
            Some(name) => registry::pool(name),
            None => registry::pool(&peer.to_string()),
        };
        if options.pool_size == Some(0) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a pool of no connections").into());
        }
        if options.pool_size.is_some() || options.backlog.is_some() {
            pool.decide(options.pool_size, options.backlog);
        }
        let connect = || pool.get(None, || Link::connect(&peer));
        let connected = match self.timeouts.connect {
            None => connect(),
            Some(limit) => greenlet::timeout(limit, connect).unwrap_or(Err(Error::Timeout)),
        };
        self.conn = Some(connected?);
        Ok(())
    }

    /// Sends all of `data`. Answers how much that was.
    ///
    /// # Errors
    /// [`Error::Closed`] without a connection; [`Error::Timeout`] if there was no room for too long; what the kernel reports.
    /// Nothing more can be sent after an error, but what the other side has sent can be received.
    ///
    /// # Cancellation
    /// Blocks here: while there is no room. Killed here, a part may have been sent; then nothing more can be.
    pub fn send(&mut self, data: impl AsRef<[u8]>) -> Result<usize, SendError> {
        self.send_parts(&mut [IoSlice::new(data.as_ref())])
    }

    /// As [`send`](Self::send), of several pieces at once, one behind the other.
    ///
    /// # Errors
    /// As `send`.
    ///
    /// # Cancellation
    /// Blocks here: as `send`.
    pub fn send_slices(&mut self, parts: &[impl AsRef<[u8]>]) -> Result<usize, SendError> {
        let mut parts: Vec<_> = parts.iter().map(|part| IoSlice::new(part.as_ref())).collect();
        self.send_parts(&mut parts)
    }

    fn send_parts(&mut self, parts: &mut [IoSlice<'_>]) -> Result<usize, SendError> {
        let limit = self.timeouts.send;
        let link = self.link().map_err(|error| SendError::new(error, 0))?;
        link.limit_writes(limit).map_err(|error| SendError::new(error, 0))?;
        let sent = link.send(parts);
        self.settle();
        sent
    }

    /// Receives so many bytes, a line, or all until the other side ends the connection: see [`Pattern`].
    ///
    /// # Errors
    /// With what was received of it: [`Error::Timeout`] if nothing came in for too long, after which the connection can be used on;
    /// [`Error::Closed`] if there is no connection, or no more of it; what the kernel reports, which ends the connection.
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, nothing that was received is lost.
    ///
    /// # Examples
    /// ```
    /// use std::io::Write;
    /// use std::time::Duration;
    /// use vervet::cosocket::{self, ConnectOptions, Pattern};
    ///
    /// let listener = vervet::net::TcpListener::bind("127.0.0.1:0")?;
    /// let mut sock = cosocket::connect(listener.local_addr()?, ConnectOptions::new())?;
    /// let (mut peer, _) = listener.accept()?;
    /// peer.write_all(b"HTTP/1.1 200 OK\r\nhello")?;
    ///
    /// assert_eq!(sock.receive(Pattern::Line)?, b"HTTP/1.1 200 OK");
    /// assert_eq!(sock.receive(4)?, b"hell");
    /// sock.settimeout(Duration::from_millis(1));
    /// let error = sock.receive(5).unwrap_err();
    /// assert!(error.is_timeout());
    /// assert_eq!(error.partial(), b"o");
    /// drop(peer);
    /// assert_eq!(sock.receive(Pattern::All)?, b"");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn receive(&mut self, pattern: impl Into<Pattern>) -> Result<Vec<u8>, ReceiveError> {
        match pattern.into() {
            Pattern::Bytes(count) => self.take(|bytes| (bytes.len() >= count).then_some(count)),
            Pattern::Line => self.receive_line(),
            Pattern::All => self.receive_all(),
        }
    }

    /// Receives a line. Neither its end nor any carriage return is part of it.
    ///
    /// # Errors
    /// As [`receive`](Self::receive).
    ///
    /// # Cancellation
    /// Blocks here: as `receive`.
    pub fn receive_line(&mut self) -> Result<Vec<u8>, ReceiveError> {
        let mut seen = 0;
        let mut line = self.take(|bytes| {
            let end = bytes[seen..].iter().position(|&byte| byte == b'\n').map(|at| seen + at + 1);
            seen = bytes.len();
            end
        })?;
        line.pop();
        line.retain(|&byte| byte != b'\r');
        Ok(line)
    }

    /// Receives all that the other side sends until it ends the connection.
    ///
    /// # Errors
    /// As [`receive`](Self::receive); the end is none.
    ///
    /// # Cancellation
    /// Blocks here: as `receive`.
    pub fn receive_all(&mut self) -> Result<Vec<u8>, ReceiveError> {
        if self.link().is_ok_and(|link| link.read_ended) {
            return Err(ReceiveError::new(Error::Closed, Vec::new()));
        }
        let all = self.take(|_| None);
        match all.map_err(ReceiveError::into_parts) {
            Err((Error::Closed, all)) if self.conn.is_some() => Ok(all),
            Err((error, partial)) => Err(ReceiveError::new(error, partial)),
            Ok(all) => Ok(all),
        }
    }

    /// Receives what there is, at most `max` bytes; waits if there is nothing.
    ///
    /// # Errors
    /// As [`receive`](Self::receive); `InvalidInput` for a `max` of 0.
    ///
    /// # Cancellation
    /// Blocks here: until something comes in.
    pub fn receiveany(&mut self, max: usize) -> Result<Vec<u8>, ReceiveError> {
        if max == 0 {
            return Err(ReceiveError::new(io::Error::from(io::ErrorKind::InvalidInput), Vec::new()));
        }
        self.take(|bytes| (!bytes.is_empty()).then_some(bytes.len().min(max)))
    }

    /// A reader of what comes before the next `pattern`. It receives nothing yet.
    pub fn receiveuntil(&mut self, pattern: impl AsRef<[u8]>) -> ReceiveUntil<'_> {
        ReceiveUntil::new(self, pattern.as_ref())
    }

    /// Receives until `enough` says how many bytes make up the whole, and takes them.
    fn take(&mut self, enough: impl FnMut(&[u8]) -> Option<usize>) -> Result<Vec<u8>, ReceiveError> {
        let link = self.reading().map_err(|error| ReceiveError::new(error, Vec::new()))?;
        match link.collect(enough) {
            Ok(count) => {
                link.answered();
                Ok(link.buffer.take(count))
            }
            Err(error) => {
                let partial = link.buffer.take(link.buffer.len());
                if !partial.is_empty() {
                    link.torn();
                }
                self.settle();
                Err(ReceiveError::new(error, partial))
            }
        }
    }

    /// The connection, with the limit for receiving set.
    pub(super) fn reading(&mut self) -> Result<&mut Link, Error> {
        let limit = self.timeouts.read;
        let link = self.link()?;
        link.limit_reads(limit)?;
        Ok(link)
    }

    pub(super) fn link(&mut self) -> Result<&mut Link, Error> {
        self.conn.as_deref_mut().ok_or(Error::Closed)
    }

    /// Closes a connection that is good for nothing any more.
    pub(super) fn settle(&mut self) {
        if self.conn.as_ref().is_some_and(|link| link.read_ended && link.write_ended) {
            self.conn = None;
        }
    }

    /// Puts the connection into its pool, where it stays idle for `max_idle` at most (`None` and zero: as long as it lives). The socket is
    /// without a connection then.
    ///
    /// `pool_size` is for a pool that has no size yet: how many idle connections it keeps, 30 by default. When it is full, the one
    /// that has been idle for longest makes room.
    ///
    /// # Errors
    /// [`Error::Closed`] without a connection, or without one that could be used again. [`Error::Dubious`] if something was received
    /// that has not been read, or if the last receiving call was cut short after a question, or in the middle of an answer:
    /// the next one would get it. The socket still has the connection then.
    pub fn setkeepalive(
        &mut self,
        max_idle: impl Into<Option<Duration>>,
        pool_size: impl Into<Option<usize>>,
    ) -> Result<(), Error> {
        let link = self.link()?;
        link.refusal()?;
        link.reset();
        if let Some(conn) = self.conn.take() {
            conn.shared().decide(pool_size.into(), None);
            conn.put_back(max_idle.into().filter(|limit| !limit.is_zero()));
        }
        Ok(())
    }

    /// How often this connection has been used before: 0 if it did not come from the pool, or if there is none.
    pub fn getreusedtimes(&self) -> u64 {
        self.conn.as_ref().map_or(0, Pooled::reused)
    }

    /// Closes the connection. With TLS, the other side is told, unless there is no room for that.
    ///
    /// # Errors
    /// [`Error::Closed`] if there is none.
    pub fn close(&mut self) -> Result<(), Error> {
        #[cfg_attr(not(feature = "tls"), expect(unused_mut, reason = "without TLS there is nothing to say"))]
        let mut conn = self.conn.take().ok_or(Error::Closed)?;
        #[cfg(feature = "tls")]
        {
            let link = &mut *conn;
            if !link.write_ended
                && link.limit_writes(Some(Duration::ZERO)).is_ok()
                && let Some(tls) = &mut link.tls
            {
                tls.finish(&link.socket);
            }
        }
        drop(conn);
        Ok(())
    }
}

#[cfg(feature = "tls")]
impl TcpSocket {
    /// Makes the connection a TLS connection to `server_name`, within the time that a [`connect`](Self::connect) may take. Answers
    /// how the handshake went.
    ///
    /// Sessions are kept in `config`: handshakes with the same one and the same name take the short way (`HandshakeKind::Resumed`) where
    /// the server allows it. A connection out of the pool that has been through this with the same two is left as it is.
    ///
    /// # Errors
    /// [`Error::Closed`] without a connection; [`Error::Dubious`] if something was received already, or for a connection out of the
    /// pool that has been made for another name or with another `config`; [`Error::Timeout`]; `InvalidInput` for a name that is none;
    /// otherwise what the TLS engine and the kernel report. All of them but the first and the name end the connection.
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, the connection is of no use any more.
    pub fn sslhandshake(
        &mut self,
        config: &std::sync::Arc<rustls::ClientConfig>,
        server_name: &str,
    ) -> Result<rustls::HandshakeKind, Error> {
        let name = rustls::pki_types::ServerName::try_from(server_name.to_owned())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let limit = self.timeouts.connect;
        let link = self.link()?;
        if let Some(tls) = &link.tls
            && tls.is_for(config, &name)
        {
            return Ok(tls.kind());
        }
        let done = if link.tls.is_some() || !link.buffer.is_empty() {
            Err(Error::Dubious)
        } else {
            link.secure(limit, std::sync::Arc::clone(config), name)
        };
        if done.is_err() {
            self.conn = None;
        }
        done
    }
}

#[cfg(feature = "tls")]
impl Link {
    fn secure(
        &mut self,
        limit: Option<Duration>,
        config: std::sync::Arc<rustls::ClientConfig>,
        name: rustls::pki_types::ServerName<'static>,
    ) -> Result<rustls::HandshakeKind, Error> {
        use super::tls::Tls;

        self.limit_reads(None)?;
        self.limit_writes(None)?;
        // Cut short, it is neither this nor that.
        (self.read_ended, self.write_ended) = (true, true);
        let shake = || Tls::handshake(&self.socket, config, name);
        let tls = match limit {
            None => shake(),
            Some(limit) => greenlet::timeout(limit, shake).map_err(|_| Error::Timeout)?,
        };
        let tls = self.tls.insert(Box::new(tls?));
        (self.read_ended, self.write_ended) = (false, false);
        Ok(tls.kind())
    }
}

/// As [`receiveany`](TcpSocket::receiveany) receives.
impl Read for TcpSocket {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        match self.receiveany(buf.len()) {
            Ok(bytes) => {
                buf[..bytes.len()].copy_from_slice(&bytes);
                Ok(bytes.len())
            }
            Err(error) if error.is_closed() && self.conn.is_some() => Ok(0),
            Err(error) => Err(error.into()),
        }
    }
}

/// As [`send`](TcpSocket::send) sends: all of it.
impl Write for TcpSocket {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        Ok(self.send(buf)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Debug for TcpSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TcpSocket").field("connection", &self.conn).finish_non_exhaustive()
    }
}
