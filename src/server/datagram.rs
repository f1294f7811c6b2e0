//! `DatagramServer`.
//!
//! Uses the rest of `server`, `net` and `greenlet`.

use std::fmt;
use std::io;
use std::ops::Deref;
use std::sync::Arc;

use super::accept::{Entrance, Hook, Taken, take_all};
use super::handle::ServerHandle;
use super::roster::Roster;
use super::serving;
use crate::greenlet::Builder;
use crate::net::{SocketAddr, ToSocketAddrs, UdpSocket};

/// The longest datagram there is fits.
const LONGEST: usize = 64 << 10;
/// Handlers at once, unless told otherwise.
const IN_FLIGHT: usize = 1024;

/// Receives datagrams, and runs a handler in a greenlet for each.
///
/// As many at once as [`max_in_flight`](Self::max_in_flight) says; further datagrams wait in the kernel's buffer, and are lost when
/// that is full, as datagrams are. Datagrams of one peer are handled at the same time, too, so answers may leave in another order.
/// Errors and the end are as for a [`StreamServer`](super::StreamServer), the socket being closed when the last handler is done with it.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use vervet::net::UdpSocket;
/// use vervet::server::DatagramServer;
///
/// # fn main() -> std::io::Result<()> {
/// let server = DatagramServer::bind("127.0.0.1:0")?
///     .on_datagram(|data, _peer, responder| responder.reply(&data.to_ascii_uppercase()))
///     .start()?;
///
/// let client = UdpSocket::bind("127.0.0.1:0")?;
/// client.send_to(b"green", server.local_addr())?;
/// let mut buf = [0; 64];
/// let n = client.recv(&mut buf)?;
/// assert_eq!(&buf[..n], b"GREEN");
/// assert_eq!(server.shutdown(Duration::from_secs(1)).killed, 0);
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is received before `start` or `serve_forever`"]
pub struct DatagramServer<H = ()> {
    socket: UdpSocket,
    handler: H,
    limit: usize,
    name: Box<str>,
    hook: Option<Hook>,
}

/// The handler of a [`DatagramServer`] that has one.
pub struct DatagramHandler(Serve);

type Serve = Arc<dyn Fn(&[u8], SocketAddr, &Responder) + Send + Sync>;

impl DatagramServer {
    /// Takes the first of the given addresses that is free; port 0 lets the kernel choose one.
    ///
    /// # Errors
    /// As [`UdpSocket::bind`]: `AddrInUse` when the port is taken.
    pub fn bind<A: ToSocketAddrs>(addr: A) -> io::Result<DatagramServer> {
        UdpSocket::bind(addr).map(DatagramServer::new)
    }

    /// Receives from a socket that is there already.
    pub fn new(socket: UdpSocket) -> DatagramServer {
        DatagramServer { socket, handler: (), limit: IN_FLIGHT, name: "server".into(), hook: None }
    }

    /// What is to be done with a datagram, given its bytes, the address it came from, and a way to answer. It is run in a greenlet of
    /// its own. What it returns is dropped.
    pub fn on_datagram<F, R>(self, f: F) -> DatagramServer<DatagramHandler>
    where
        F: Fn(&[u8], SocketAddr, &Responder) -> R + Send + Sync + 'static,
    {
        let DatagramServer { socket, handler: (), limit, name, hook } = self;
        let handler: Serve = Arc::new(move |data, peer, responder| drop(f(data, peer, responder)));
        DatagramServer { socket, handler: DatagramHandler(handler), limit, name, hook }
    }
}

impl<H> DatagramServer<H> {
    /// As many handlers at once, and no more; by default 1,024.
    ///
    /// # Panics
    /// For 0.
    pub fn max_in_flight(mut self, n: usize) -> Self {
        assert!(n > 0, "a server with a limit of 0 datagrams serves nobody");
        self.limit = n;
        self
    }

    /// Its name; see [`StreamServer::name`](super::StreamServer::name).
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into().into_boxed_str();
        self
    }

    /// Called with each error of receiving; see [`StreamServer::on_error`](super::StreamServer::on_error).
    pub fn on_error(mut self, f: impl Fn(&io::Error) + Send + Sync + 'static) -> Self {
        self.hook = Some(Hook(Arc::new(f)));
        self
    }

    /// The address it receives at.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }
}

impl DatagramServer<DatagramHandler> {
    /// Begins to receive, in the background.
    ///
    /// # Errors
    /// What spawning a greenlet reports.
    pub fn start(self) -> io::Result<ServerHandle> {
        let DatagramHandler(handler) = self.handler;
        let addr = self.socket.local_addr()?;
        let roster = Roster::new(&self.name, self.limit);
        let entrance = Entrance { socket: Arc::new(self.socket), door: roster.door() };
        let hook = self.hook;
        let receive = move || {
            let mut buf = vec![0; LONGEST];
            take_all(entrance, hook, |socket, roster| receive(socket, roster, &mut buf, &handler));
        };
        let receiver = Builder::new().name(format!("{} receiver", self.name)).spawn(receive)?;
        roster.add_acceptor(receiver.handle());
        Ok(ServerHandle::new(roster, addr))
    }

    /// Receives until the server is ended; see [`StreamServer::serve_forever`](super::StreamServer::serve_forever).
    ///
    /// # Errors
    /// As [`start`](Self::start), and the error that has ended it.
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, the server is shut down without a grace.
    pub fn serve_forever(self) -> io::Result<()> {
        self.start()?.serve()
    }
}

fn receive(
    socket: &Arc<UdpSocket>,
    roster: &Arc<Roster>,
    buf: &mut [u8],
    handler: &Serve,
) -> io::Result<Taken> {
    let Some(seat) = roster.seat() else { return Ok(Taken::Full) };
    let (length, peer) = socket.recv_from(buf)?;
    let (data, handler) = (buf[..length].to_vec(), Arc::clone(handler));
    let responder = Responder { socket: Arc::clone(socket), peer };
    serving::start(roster, seat, peer, move || handler(&data, peer, &responder))?;
    Ok(Taken::Served)
}

impl From<UdpSocket> for DatagramServer {
    fn from(socket: UdpSocket) -> DatagramServer {
        DatagramServer::new(socket)
    }
}

impl<H> fmt::Debug for DatagramServer<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatagramServer")
            .field("name", &self.name)
            .field("socket", &self.socket)
            .field("max_in_flight", &self.limit)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for DatagramHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatagramHandler(..)")
    }
}

/// The way back to where a datagram came from: the server's socket, from which answers come as the peer expects them.
///
/// It dereferences to that [`UdpSocket`], for whoever has something to say to others. Cloned, it keeps the socket open.
#[derive(Clone, Debug)]
pub struct Responder {
    socket: Arc<UdpSocket>,
    peer: SocketAddr,
}

impl Responder {
    /// Sends `data` back to where the datagram came from.
    ///
    /// # Errors
    /// As [`UdpSocket::send_to`].
    ///
    /// # Cancellation
    /// Blocks here: while the socket's send buffer is full. Killed here, nothing was sent.
    pub fn reply(&self, data: &[u8]) -> io::Result<usize> {
        self.socket.send_to(data, self.peer)
    }

    /// Where the datagram came from.
    #[must_use]
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }
}

impl Deref for Responder {
    type Target = UdpSocket;

    fn deref(&self) -> &UdpSocket {
        &self.socket
    }
}
