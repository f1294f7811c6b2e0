//! `UdpSocket`.
//!
//! Uses `net` and `os`.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::linux::net::SocketAddrExt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::error::Error;
use super::link::{SHORTEST, receive};
use super::options::A_MINUTE;
use super::peer::{Peer, Resolved};
use crate::net::socket::Socket;
use crate::os::unix::net;
use crate::wait;

/// How long a datagram [`UdpSocket::receive`] expects if nobody says.
const DEFAULT_MAX: usize = 8192;

/// A socket that exchanges datagrams with one peer: OpenResty's `ngx.socket.udp`.
///
/// It knows UDP and unix datagram sockets. For the latter it takes a name of its own, so that the peer can answer.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use vervet::cosocket::UdpSocket;
///
/// let server = vervet::net::UdpSocket::bind("127.0.0.1:0")?;
/// let addr = server.local_addr()?;
/// vervet::spawn(move || -> std::io::Result<usize> {
///     let mut buf = [0; 64];
///     let (count, from) = server.recv_from(&mut buf)?;
///     server.send_to(&buf[..count], from)
/// });
///
/// let mut sock = UdpSocket::new();
/// sock.settimeout(Duration::from_secs(5));
/// sock.setpeername(addr)?;
/// sock.send("ping")?;
/// assert_eq!(sock.receive(None)?, b"ping");
/// sock.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct UdpSocket {
    socket: Option<Socket>,
    limit: Option<Duration>,
    /// The socket has this limit.
    applied: Option<Duration>,
}

impl UdpSocket {
    /// A socket without a peer, whose calls wait for a minute at most.
    pub fn new() -> UdpSocket {
        UdpSocket { socket: None, limit: Some(A_MINUTE), applied: None }
    }

    /// Limits how long a call may wait; `None` lets it wait for ever.
    pub fn settimeout(&mut self, limit: impl Into<Option<Duration>>) {
        self.limit = limit.into();
    }

    /// Chooses whom to send to, and to receive from. A peer that this socket has had is forgotten.
    ///
    /// # Errors
    /// What the resolver and the kernel report; `InvalidInput` for a peer that is no `host:port`.
    ///
    /// # Cancellation
    /// Blocks here: only to resolve a name.
    pub fn setpeername(&mut self, peer: impl Into<Peer>) -> Result<(), Error> {
        self.socket = None;
        wait::checkpoint().map_err(io::Error::from)?;
        let socket = match peer.into().resolve()? {
            Resolved::Inet(addrs) => crate::net::first_of(&*addrs, towards)?,
            Resolved::Unix(addr) => {
                let socket = Socket::unix_datagram()?;
                socket.bind(&name_of_its_own()?)?;
                socket.associate(&addr)?;
                socket
            }
        };
        self.socket = Some(socket);
        self.applied = None;
        Ok(())
    }

    /// Sends one datagram. Answers its length.
    ///
    /// # Errors
    /// [`Error::Closed`] without a peer; [`Error::Timeout`] if there was no room for too long; what the kernel reports, also about an
    /// earlier datagram that nobody wanted (`ConnectionRefused`).
    ///
    /// # Cancellation
    /// Blocks here: while there is no room. Killed here, nothing was sent.
    pub fn send(&mut self, data: impl AsRef<[u8]>) -> Result<usize, Error> {
        let socket = self.ready()?;
        loop {
            match socket.send(data.as_ref()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                outcome => return outcome.map_err(Error::of),
            }
        }
    }

    /// Receives one datagram, of which at most `max` bytes are kept (`None`: 8192).
    ///
    /// # Errors
    /// As [`send`](Self::send).
    ///
    /// # Cancellation
    /// Blocks here: until a datagram is there. Killed here, none is lost.
    pub fn receive(&mut self, max: impl Into<Option<usize>>) -> Result<Vec<u8>, Error> {
        let socket = self.ready()?;
        let mut data = vec![0; max.into().unwrap_or(DEFAULT_MAX)];
        let count = receive(socket, &mut data).map_err(Error::of)?;
        data.truncate(count);
        Ok(data)
    }

    /// Closes the socket.
    ///
    /// # Errors
    /// [`Error::Closed`] if it has no peer.
    pub fn close(&mut self) -> Result<(), Error> {
        self.socket.take().map(drop).ok_or(Error::Closed)
    }

    fn ready(&mut self) -> Result<&Socket, Error> {
        let socket = self.socket.as_ref().ok_or(Error::Closed)?;
        let limit = self.limit.map(|limit| limit.max(SHORTEST));
        if self.applied != limit {
            socket.set_read_timeout(limit)?;
            socket.set_write_timeout(limit)?;
            self.applied = limit;
        }
        Ok(socket)
    }
}

impl Default for UdpSocket {
    fn default() -> UdpSocket {
        UdpSocket::new()
    }
}

impl fmt::Debug for UdpSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UdpSocket").field("socket", &self.socket).finish_non_exhaustive()
    }
}

fn towards(peer: &SocketAddr) -> io::Result<Socket> {
    let any: SocketAddr = match peer {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = Socket::bind_udp(&any)?;
    socket.associate(peer)?;
    Ok(socket)
}

/// In the abstract namespace, where names go with their sockets.
fn name_of_its_own() -> io::Result<net::SocketAddr> {
    // Relaxed: it only has to be another one each time.
    static NAMES: AtomicU64 = AtomicU64::new(0);
    let number = NAMES.fetch_add(1, Ordering::Relaxed);
    net::SocketAddr::from_abstract_name(format!("vervet-cosocket-{}-{number}", std::process::id()))
}
