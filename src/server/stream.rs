//! `StreamServer`.
//!
//! Uses the rest of `server`, `net`, `os::unix::net` and `greenlet`.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::accept::{Entrance, Hook, Taken, take_all};
use super::handle::ServerHandle;
use super::listener::{BACKLOG, Listener};
use super::roster::Roster;
use super::serving;
use crate::greenlet::Builder;
use crate::net::{TcpListener, ToSocketAddrs};
use crate::os::unix::net::UnixListener;

/// Accepts connections, and runs a handler in a greenlet for each.
///
/// Made by [`bind`](Self::bind), [`bind_unix`](Self::bind_unix), or from a listener; then come the settings, then
/// [`on_connection`](Self::on_connection) (settings may follow, too), and [`start`](Self::start) or
/// [`serve_forever`](Self::serve_forever). The [module](super) tells what happens when things go wrong.
///
/// # One queue, or several
///
/// By default one greenlet accepts, and the handlers are spread over all workers, as all greenlets are. That is fair: a connection
/// waits only while there is no room. With [`reuse_port`](Self::reuse_port) there are several listeners with a queue each, among
/// which the kernel shares connections out by a hash of their addresses, blindly: one queue may be long while others are empty. That
/// is for several processes on one port, and may be for many cores on which one greenlet cannot accept all that come. On two
/// processors, 64 clients that did nothing but connect, exchange a byte and leave were served as quickly by 1 listener as by 2
/// or 4.
///
/// # Examples
/// ```no_run
/// use std::io::Write;
/// use vervet::server::StreamServer;
///
/// // Says hello on port 7777 until the process ends.
/// StreamServer::bind("127.0.0.1:7777")?
///     .max_connections(10_000)
///     .on_connection(|mut stream, peer| writeln!(stream, "hello, {peer}"))
///     .serve_forever()?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use = "nothing is accepted before `start` or `serve_forever`"]
pub struct StreamServer<L = TcpListener, H = ()> {
    listener: L,
    handler: H,
    limit: usize,
    backlog: Option<u32>,
    shards: usize,
    name: Box<str>,
    hook: Option<Hook>,
}

/// The handler of a [`StreamServer`] that has one.
pub struct Handler<L: Listener>(Serve<L>);

type Serve<L> = Arc<dyn Fn(<L as Listener>::Stream, <L as Listener>::Addr) + Send + Sync>;

impl StreamServer {
    /// Listens on the first of the given addresses that is free; port 0 lets the kernel choose one.
    ///
    /// Clients can connect from here on; they wait until the server is started.
    ///
    /// # Errors
    /// As [`TcpListener::bind`]: `AddrInUse` when the port is taken.
    pub fn bind<A: ToSocketAddrs>(addr: A) -> io::Result<StreamServer> {
        let listener = TcpListener::bind(addr)?;
        listener.set_backlog(BACKLOG)?;
        Ok(StreamServer::new(listener))
    }
}

impl StreamServer<UnixListener> {
    /// Makes a socket file at `path` and listens on it. The file stays after the server's end.
    ///
    /// # Errors
    /// As [`UnixListener::bind`]: `AddrInUse` when there is a file already.
    ///
    /// # Examples
    /// ```
    /// use std::io::{Read, Write};
    /// use std::time::Duration;
    /// use vervet::os::unix::net::UnixStream;
    /// use vervet::server::StreamServer;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # let path = std::env::temp_dir().join(format!("vervet-doc-server-{}", std::process::id()));
    /// let server = StreamServer::bind_unix(&path)?
    ///     .on_connection(|mut stream, _| stream.write_all(b"hi"))
    ///     .start()?;
    /// let mut text = String::new();
    /// UnixStream::connect(&path)?.read_to_string(&mut text)?;
    /// assert_eq!(text, "hi");
    /// let _ = server.shutdown(Duration::ZERO);
    /// std::fs::remove_file(&path)
    /// # }
    /// ```
    pub fn bind_unix<P: AsRef<Path>>(path: P) -> io::Result<StreamServer<UnixListener>> {
        UnixListener::bind(path).map(StreamServer::new)
    }
}

impl<L: Listener> StreamServer<L> {
    /// Accepts from a listener that is there already. What waits there is served, too.
    pub fn new(listener: L) -> StreamServer<L> {
        StreamServer {
            listener,
            handler: (),
            limit: usize::MAX,
            backlog: None,
            shards: 1,
            name: "server".into(),
            hook: None,
        }
    }

    /// What is to be done with a connection, given its stream and the peer's address. It is run in a greenlet of its own.
    ///
    /// The stream is the handler's: the connection is closed when the handler drops it, at its return, panic or kill at the
    /// latest. Who passes the stream on, or a clone of it, keeps the connection open beyond the handler's end; it does not
    /// count for the limit any more then, and no shutdown waits for it or ends it.
    ///
    /// What it returns is dropped, so that a handler may end on `?`. One that wants its errors seen logs them.
    pub fn on_connection<F, R>(self, f: F) -> StreamServer<L, Handler<L>>
    where
        F: Fn(L::Stream, L::Addr) -> R + Send + Sync + 'static,
    {
        let handler = Handler(Arc::new(move |stream, peer| drop(f(stream, peer))));
        self.map(|listener| listener, handler)
    }
}

impl<L, H> StreamServer<L, H> {
    /// As many handlers at once, and no more; without this call there is no limit.
    ///
    /// # Panics
    /// For 0, which would serve nobody.
    pub fn max_connections(mut self, n: usize) -> Self {
        assert!(n > 0, "a server with a limit of 0 connections serves nobody");
        self.limit = n;
        self
    }

    /// How many connections may wait to be accepted, as they do while the limit is reached. By default as many as the system allows
    /// (`net.core.somaxconn`, mostly 4,096), or what a listener that was passed in has. Clients beyond that are not let in for now:
    /// TCP tries again by itself, after a second or more, and may give up in the end.
    pub fn backlog(mut self, n: u32) -> Self {
        self.backlog = Some(n);
        self
    }

    /// Listens on `shards` sockets with a queue and an acceptor each, among which the kernel shares connections out
    /// (`SO_REUSEPORT`).
    ///
    /// See [above](Self#one-queue-or-several) for when that is of use. Other processes of the same user can then listen on the
    /// port, too. Not with unix sockets: [`start`](Self::start) answers `Unsupported`.
    ///
    /// # Panics
    /// For 0.
    pub fn reuse_port(mut self, shards: usize) -> Self {
        assert!(shards > 0, "a server needs a listener");
        self.shards = shards;
        self
    }

    /// Its name, by default "server". Greenlets of handlers are called by it and their peer, as
    /// [`runtime::dump`](crate::runtime::dump) and log records show.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into().into_boxed_str();
        self
    }

    /// Called with each error of `accept`, and when there is no memory for a greenlet. It should be quick: nothing is accepted
    /// meanwhile. Its panic is logged.
    pub fn on_error(mut self, f: impl Fn(&io::Error) + Send + Sync + 'static) -> Self {
        self.hook = Some(Hook(Arc::new(f)));
        self
    }

    /// The same settings with other parts.
    pub(super) fn map<M, I>(self, listener: impl FnOnce(L) -> M, handler: I) -> StreamServer<M, I> {
        StreamServer {
            listener: listener(self.listener),
            handler,
            limit: self.limit,
            backlog: self.backlog,
            shards: self.shards,
            name: self.name,
            hook: self.hook,
        }
    }

    #[cfg(feature = "tls")]
    pub(super) fn listener_mut(&mut self) -> &mut L {
        &mut self.listener
    }
}

impl<L: Listener, H> StreamServer<L, H> {
    /// The address it listens on.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn local_addr(&self) -> io::Result<L::Addr> {
        self.listener.address()
    }
}

impl<L: Listener> StreamServer<L, Handler<L>> {
    /// Begins to accept, in the background.
    ///
    /// # Errors
    /// What setting up the listeners reports, or spawning a greenlet.
    pub fn start(self) -> io::Result<ServerHandle<L::Addr>> {
        let addr = self.listener.address()?;
        let listeners = self.listener.shards(self.shards, self.backlog)?;
        let roster = Roster::new(&self.name, self.limit);
        for socket in listeners {
            let entrance = Entrance { socket, door: roster.door() };
            let (hook, reception) = (self.hook.clone(), entrance.socket.reception());
            let handler = Arc::clone(&self.handler.0);
            let accept = move || {
                take_all(entrance, hook, |listener, roster| accept(listener, roster, &reception, &handler));
            };
            match Builder::new().name(format!("{} acceptor", self.name)).spawn(accept) {
                Ok(acceptor) => roster.add_acceptor(acceptor.handle()),
                Err(error) => {
                    roster.stop(None);
                    return Err(error);
                }
            }
        }
        Ok(ServerHandle::new(roster, addr))
    }

    /// Accepts until the server is ended, by [`shutdown`](super::ServerRef::shutdown) in a handler, or by an error.
    ///
    /// # Errors
    /// As [`start`](Self::start), and the error that has ended it. Handlers go on then.
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, the server is shut down without a grace.
    pub fn serve_forever(self) -> io::Result<()> {
        self.start()?.serve()
    }
}

impl<A> ServerHandle<A> {
    /// Waits for the end, which is also that of this wait.
    pub(super) fn serve(&self) -> io::Result<()> {
        struct Ends<'a, A>(&'a ServerHandle<A>);
        impl<A> Drop for Ends<'_, A> {
            fn drop(&mut self) {
                let _ = self.0.shutdown(Duration::ZERO);
            }
        }
        let ends = Ends(self);
        let ended = self.wait();
        if self.is_draining() {
            // By itself; handlers may go on.
            std::mem::forget(ends);
        }
        ended
    }
}

/// One attempt of an acceptor.
fn accept<L: Listener>(
    listener: &L,
    roster: &Arc<Roster>,
    reception: &L::Reception,
    handler: &Serve<L>,
) -> io::Result<Taken> {
    let Some((accepted, peer, seat)) = listener.accept_if(|| roster.seat())? else { return Ok(Taken::Full) };
    let (reception, handler, books) = (reception.clone(), Arc::clone(handler), Arc::clone(roster));
    let addr = peer.clone();
    serving::start(roster, seat, peer, move || match L::receive(accepted, &reception) {
        Ok(stream) => handler(stream, addr),
        Err(why) => {
            books.count_unready();
            log::debug!("{}: {addr:?}: {why}", books.name());
        }
    })?;
    Ok(Taken::Served)
}

impl<L: Listener> From<L> for StreamServer<L> {
    fn from(listener: L) -> StreamServer<L> {
        StreamServer::new(listener)
    }
}

impl<L: fmt::Debug, H> fmt::Debug for StreamServer<L, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = Some(self.limit).filter(|&limit| limit != usize::MAX);
        f.debug_struct("StreamServer")
            .field("name", &self.name)
            .field("listener", &self.listener)
            .field("max_connections", &limit)
            .field("shards", &self.shards)
            .finish_non_exhaustive()
    }
}

impl<L: Listener> fmt::Debug for Handler<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handler(..)")
    }
}
