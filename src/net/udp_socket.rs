//! `UdpSocket`.
//!
//! Uses the rest of `net`.

use std::fmt;
use std::io;

use super::addr::first_of;
use super::fd::fd_traits;
use super::socket::Socket;
use super::waits::wait_settings;
use super::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

/// A UDP socket.
///
/// As [`std::net::UdpSocket`]: share it among as many greenlets and threads as you like; each datagram goes to one of
/// those that receive.
///
/// # Cancellation
/// The receiving, peeking and sending calls block here: yes. A greenlet killed while it waits has received or sent nothing
/// in that call.
///
/// # Examples
/// ```
/// use vervet::net::UdpSocket;
///
/// # fn main() -> std::io::Result<()> {
/// let server = UdpSocket::bind("127.0.0.1:0")?;
/// let addr = server.local_addr()?;
/// let echo = vervet::spawn(move || -> std::io::Result<()> {
///     let mut buf = [0; 64];
///     let (count, from) = server.recv_from(&mut buf)?;
///     server.send_to(&buf[..count], from)?;
///     Ok(())
/// });
///
/// let client = UdpSocket::bind("127.0.0.1:0")?;
/// client.connect(addr)?;
/// client.send(b"ping")?;
/// let mut buf = [0; 64];
/// let count = client.recv(&mut buf)?;
/// assert_eq!(&buf[..count], b"ping");
/// echo.join().unwrap()?;
/// # Ok(())
/// # }
/// ```
pub struct UdpSocket(Socket);

impl UdpSocket {
    /// Takes the first of the given addresses that is free; port 0 lets the kernel choose one.
    ///
    /// # Errors
    /// Of the last address tried, when all fail (`AddrInUse`, ...); `InvalidInput` when there is no address; what
    /// resolving a name reports.
    ///
    /// # Cancellation
    /// Blocks here: only to resolve a name.
    pub fn bind<A: ToSocketAddrs>(addr: A) -> io::Result<UdpSocket> {
        first_of(addr, Socket::bind_udp).map(UdpSocket)
    }

    /// Receives one datagram and its sender's address. What does not fit into `buf` is lost.
    ///
    /// # Errors
    /// `WouldBlock` when the socket is non-blocking and nothing is there, or when the read timeout is over.
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, no datagram is lost.
    pub fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.0.recv_from(buf)
    }

    /// As [`recv_from`](Self::recv_from), but leaves the datagram in the socket, whole.
    ///
    /// # Errors
    /// As `recv_from`.
    ///
    /// # Cancellation
    /// Blocks here: yes, until a datagram is there.
    ///
    /// # Examples
    /// ```
    /// use vervet::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let socket = UdpSocket::bind("127.0.0.1:0")?;
    /// socket.send_to(b"to myself", socket.local_addr()?)?;
    /// let mut buf = [0; 64];
    /// assert_eq!(socket.peek_from(&mut buf)?.0, 9);
    /// assert_eq!(socket.recv_from(&mut buf)?, (9, socket.local_addr()?));
    /// # Ok(())
    /// # }
    /// ```
    pub fn peek_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.0.peek_from(buf)
    }

    /// Sends `buf` as one datagram to the first of the given addresses.
    ///
    /// # Errors
    /// `InvalidInput` when there is no address; what resolving a name reports; the kernel's, for instance for a datagram
    /// that is too long.
    ///
    /// # Cancellation
    /// Blocks here: to resolve a name, and while the socket's send buffer is full. Killed here, nothing was sent.
    pub fn send_to<A: ToSocketAddrs>(&self, buf: &[u8], addr: A) -> io::Result<usize> {
        match addr.to_socket_addrs()?.next() {
            Some(addr) => self.0.send_to(buf, &addr),
            None => Err(io::Error::new(io::ErrorKind::InvalidInput, "no addresses to send data to")),
        }
    }

    /// The address of the peer that [`connect`](Self::connect) has set.
    ///
    /// # Errors
    /// `NotConnected` when there is none.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }

    /// This socket's address.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// A second handle to the same socket, sharing its timeouts and its non-blocking flag.
    ///
    /// # Errors
    /// `EMFILE` or `ENFILE` when no fd is left.
    pub fn try_clone(&self) -> io::Result<UdpSocket> {
        self.0.try_clone().map(UdpSocket)
    }

    /// Sets `SO_BROADCAST`: datagrams to broadcast addresses are allowed.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn set_broadcast(&self, broadcast: bool) -> io::Result<()> {
        self.0.options().set_broadcast(broadcast)
    }

    /// Whether `SO_BROADCAST` is set.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn broadcast(&self) -> io::Result<bool> {
        self.0.options().broadcast()
    }

    /// Sets `IP_MULTICAST_LOOP`: one's own multicast datagrams come back to this host.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn set_multicast_loop_v4(&self, multicast_loop_v4: bool) -> io::Result<()> {
        self.0.options().set_multicast_loop_v4(multicast_loop_v4)
    }

    /// Whether `IP_MULTICAST_LOOP` is set.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn multicast_loop_v4(&self) -> io::Result<bool> {
        self.0.options().multicast_loop_v4()
    }

    /// Sets `IP_MULTICAST_TTL`, the number of hops a multicast datagram may take.
    ///
    /// # Errors
    /// `InvalidInput` for a value the kernel does not allow.
    pub fn set_multicast_ttl_v4(&self, multicast_ttl_v4: u32) -> io::Result<()> {
        self.0.options().set_multicast_ttl_v4(multicast_ttl_v4)
    }

    /// `IP_MULTICAST_TTL`, the number of hops a multicast datagram may take.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn multicast_ttl_v4(&self) -> io::Result<u32> {
        self.0.options().multicast_ttl_v4()
    }

    /// Sets `IPV6_MULTICAST_LOOP`: one's own multicast datagrams come back to this host.
    ///
    /// # Errors
    /// What the kernel reports, for instance for an IPv4 socket.
    pub fn set_multicast_loop_v6(&self, multicast_loop_v6: bool) -> io::Result<()> {
        self.0.options().set_multicast_loop_v6(multicast_loop_v6)
    }

    /// Whether `IPV6_MULTICAST_LOOP` is set.
    ///
    /// # Errors
    /// What the kernel reports, for instance for an IPv4 socket.
    pub fn multicast_loop_v6(&self) -> io::Result<bool> {
        self.0.options().multicast_loop_v6()
    }

    /// Sets `IP_TTL`, the number of hops a datagram may take.
    ///
    /// # Errors
    /// `InvalidInput` for a value the kernel does not allow.
    pub fn set_ttl(&self, ttl: u32) -> io::Result<()> {
        self.0.options().set_ttl_v4(ttl)
    }

    /// `IP_TTL`, the number of hops a datagram may take.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn ttl(&self) -> io::Result<u32> {
        self.0.options().ttl_v4()
    }

    /// Joins a multicast group on the interface with that address; `0.0.0.0` lets the system choose one.
    ///
    /// # Errors
    /// What the kernel reports, for instance for an address of no group.
    pub fn join_multicast_v4(&self, multiaddr: &Ipv4Addr, interface: &Ipv4Addr) -> io::Result<()> {
        self.0.options().join_multicast_v4(multiaddr, interface)
    }

    /// Joins a multicast group on the interface with that index; 0 is any.
    ///
    /// # Errors
    /// What the kernel reports, for instance for an address of no group.
    pub fn join_multicast_v6(&self, multiaddr: &Ipv6Addr, interface: u32) -> io::Result<()> {
        self.0.options().join_multicast_v6(multiaddr, interface)
    }

    /// Undoes [`join_multicast_v4`](Self::join_multicast_v4).
    ///
    /// # Errors
    /// What the kernel reports, for instance for a group that was not joined.
    pub fn leave_multicast_v4(&self, multiaddr: &Ipv4Addr, interface: &Ipv4Addr) -> io::Result<()> {
        self.0.options().leave_multicast_v4(multiaddr, interface)
    }

    /// Undoes [`join_multicast_v6`](Self::join_multicast_v6).
    ///
    /// # Errors
    /// What the kernel reports, for instance for a group that was not joined.
    pub fn leave_multicast_v6(&self, multiaddr: &Ipv6Addr, interface: u32) -> io::Result<()> {
        self.0.options().leave_multicast_v6(multiaddr, interface)
    }

    /// Fixes the peer: [`send`](Self::send) goes there, and nothing is received from anybody else. Of several addresses,
    /// the first that the kernel accepts.
    ///
    /// # Errors
    /// Of the last address tried; `InvalidInput` when there is no address; what resolving a name reports.
    ///
    /// # Cancellation
    /// Blocks here: only to resolve a name.
    pub fn connect<A: ToSocketAddrs>(&self, addr: A) -> io::Result<()> {
        first_of(addr, |addr| self.0.associate(addr))
    }

    /// Sends `buf` as one datagram to the peer.
    ///
    /// # Errors
    /// `NotConnected`, or `EDESTADDRREQ`, when there is no peer; `ConnectionRefused` when an earlier datagram came to
    /// a closed port.
    ///
    /// # Cancellation
    /// Blocks here: while the socket's send buffer is full. Killed here, nothing was sent.
    pub fn send(&self, buf: &[u8]) -> io::Result<usize> {
        self.0.send(buf)
    }

    /// Receives one datagram. What does not fit into `buf` is lost.
    ///
    /// # Errors
    /// `ConnectionRefused` when a datagram to the peer came to a closed port; otherwise as [`recv_from`](Self::recv_from).
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, no datagram is lost.
    pub fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.recv(buf)
    }

    /// As [`recv`](Self::recv), but leaves the datagram in the socket, whole.
    ///
    /// # Errors
    /// As `recv`.
    ///
    /// # Cancellation
    /// Blocks here: yes, until a datagram is there.
    pub fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.peek(buf)
    }
}

fd_traits!(UdpSocket(Socket));
wait_settings!(UdpSocket: a "socket", "receiving call", "sending call",
    ///
    /// # Examples
    /// ```
    /// use std::io::ErrorKind;
    /// use std::time::Duration;
    /// use vervet::net::UdpSocket;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let socket = UdpSocket::bind("127.0.0.1:0")?;
    /// socket.set_read_timeout(Some(Duration::from_millis(10)))?;
    /// let error = socket.recv_from(&mut [0; 8]).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::WouldBlock);
    /// # Ok(())
    /// # }
    /// ```
);

impl fmt::Debug for UdpSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("UdpSocket");
        if let Ok(addr) = self.local_addr() {
            out.field("addr", &addr);
        }
        out.field("fd", &self.0.number()).finish()
    }
}
