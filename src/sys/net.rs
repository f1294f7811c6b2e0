//! Socket calls: data, accept, connect, and the settings that decide how long those may block.
//!
//! Each data call takes a [`Mode`]: `Blocking` leaves everything to the kernel (the socket's own flag and timeouts),
//! `Try` never blocks whatever the socket's settings are.

use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::net::sockopt::{self, Timeout};
use rustix::net::{RecvAncillaryBuffer, RecvFlags, SendAncillaryBuffer, SendFlags, SocketFlags, SocketType};

use super::address::Address;

/// How one data call may behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As the socket's own settings say.
    Blocking,
    /// `MSG_DONTWAIT`: `WouldBlock` instead of blocking.
    Try,
}

/// The most buffers one call takes; what a caller passes beyond them counts as not transferred.
pub(crate) const MAX_BUFFERS: usize = 1024;

/// Receives into `buf`; `peek` leaves the bytes in the socket.
pub(crate) fn recv(fd: BorrowedFd<'_>, buf: &mut [u8], mode: Mode, peek: bool) -> io::Result<usize> {
    let mut flags = recv_flags(mode);
    flags.set(RecvFlags::PEEK, peek);
    let (received, _) = rustix::net::recv(fd, buf, flags)?;
    Ok(received)
}

/// Receives into several buffers. Without any room to fill it answers 0 at once, as `readv` does.
pub(crate) fn recv_vectored(
    fd: BorrowedFd<'_>,
    bufs: &mut [IoSliceMut<'_>],
    mode: Mode,
) -> io::Result<usize> {
    let count = bufs.len().min(MAX_BUFFERS);
    let bufs = &mut bufs[..count];
    if bufs.iter().all(|buf| buf.is_empty()) {
        return Ok(0);
    }
    let message = rustix::net::recvmsg(fd, bufs, &mut RecvAncillaryBuffer::default(), recv_flags(mode))?;
    Ok(message.bytes)
}

/// Sends `buf`; a broken pipe is an error, never a signal.
pub(crate) fn send(fd: BorrowedFd<'_>, buf: &[u8], mode: Mode) -> io::Result<usize> {
    Ok(rustix::net::send(fd, buf, send_flags(mode))?)
}

/// Sends several buffers. With nothing to send it answers 0 at once, as `writev` does.
pub(crate) fn send_vectored(fd: BorrowedFd<'_>, bufs: &[IoSlice<'_>], mode: Mode) -> io::Result<usize> {
    let bufs = &bufs[..bufs.len().min(MAX_BUFFERS)];
    if bufs.iter().all(|buf| buf.is_empty()) {
        return Ok(0);
    }
    Ok(rustix::net::sendmsg(fd, bufs, &mut SendAncillaryBuffer::default(), send_flags(mode))?)
}

/// Receives one message into `buf` and answers who sent it; what does not fit is dropped. `peek` leaves it in the socket.
///
/// # Errors
/// `InvalidInput` when there is no sender of the right family.
pub(crate) fn recv_from<A: Address>(
    fd: BorrowedFd<'_>,
    buf: &mut [u8],
    mode: Mode,
    peek: bool,
) -> io::Result<(usize, A)> {
    let mut flags = recv_flags(mode);
    flags.set(RecvFlags::PEEK, peek);
    let (received, _, sender) = rustix::net::recvfrom(fd, buf, flags)?;
    Ok((received, A::from_raw(sender.as_ref())?))
}

/// Sends `buf` to `addr` as one message.
pub(crate) fn send_to<A: Address>(fd: BorrowedFd<'_>, buf: &[u8], addr: &A, mode: Mode) -> io::Result<usize> {
    Ok(rustix::net::sendto(fd, buf, send_flags(mode), &addr.to_raw()?)?)
}

/// Accepts a connection as a blocking, close-on-exec socket. Retries when a signal interrupts it.
///
/// # Errors
/// `WouldBlock` when the listener is non-blocking and nobody waits in it; `InvalidInput` when the peer's address is
/// of another family.
pub(crate) fn accept<A: Address>(fd: BorrowedFd<'_>) -> io::Result<(OwnedFd, A)> {
    let (stream, peer) = loop {
        match rustix::net::acceptfrom_with(fd, SocketFlags::CLOEXEC) {
            Err(Errno::INTR) => {}
            other => break other?,
        }
    };
    Ok((stream, A::from_raw(peer.as_ref())?))
}

/// Connects, as blocking as the socket is. Retries when a signal interrupts it.
///
/// On a non-blocking socket it may be called again and again: while the handshake goes on it answers `false`,
/// afterwards `true` or the handshake's error.
pub(crate) fn connect<A: Address>(fd: BorrowedFd<'_>, addr: &A) -> io::Result<bool> {
    let addr = addr.to_raw()?;
    loop {
        match rustix::net::connect(fd, &addr) {
            // `ISCONN` is what a retry after a signal sees when the handshake ended in between.
            Ok(()) | Err(Errno::ISCONN) => return Ok(true),
            Err(Errno::INPROGRESS | Errno::ALREADY) => return Ok(false),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Connects, as blocking as the socket is, and reports whatever the kernel says.
///
/// # Errors
/// `WouldBlock` for a non-blocking unix socket when the listener's backlog is full; `Interrupted` by a signal.
pub(crate) fn connect_once<A: Address>(fd: BorrowedFd<'_>, addr: &A) -> io::Result<()> {
    Ok(rustix::net::connect(fd, &addr.to_raw()?)?)
}

/// Gives the socket an address.
pub(crate) fn bind<A: Address>(fd: BorrowedFd<'_>, addr: &A) -> io::Result<()> {
    Ok(rustix::net::bind(fd, &addr.to_raw()?)?)
}

/// The socket's own address.
///
/// # Errors
/// `InvalidInput` when it is of another family.
pub(crate) fn local_addr<A: Address>(fd: BorrowedFd<'_>) -> io::Result<A> {
    A::from_raw(Some(&rustix::net::getsockname(fd)?))
}

/// The other end's address.
///
/// # Errors
/// `InvalidInput` when it is of another family.
pub(crate) fn peer_addr<A: Address>(fd: BorrowedFd<'_>) -> io::Result<A> {
    A::from_raw(rustix::net::getpeername(fd)?.as_ref())
}

/// Whether `O_NONBLOCK` is set on the description.
pub(crate) fn is_nonblocking(fd: BorrowedFd<'_>) -> io::Result<bool> {
    Ok(rustix::fs::fcntl_getfl(fd)?.contains(OFlags::NONBLOCK))
}

/// Sets or clears `O_NONBLOCK` on the description.
pub(crate) fn set_nonblocking(fd: BorrowedFd<'_>, nonblocking: bool) -> io::Result<()> {
    Ok(rustix::io::ioctl_fionbio(fd, nonblocking)?)
}

/// `SO_RCVTIMEO`, or `SO_SNDTIMEO` for `write`, as the kernel rounded it.
pub(crate) fn timeout(fd: BorrowedFd<'_>, write: bool) -> io::Result<Option<Duration>> {
    Ok(sockopt::socket_timeout(fd, which(write))?)
}

/// Sets `SO_RCVTIMEO`, or `SO_SNDTIMEO` for `write`. Less than a microsecond counts as one.
///
/// # Errors
/// `InvalidInput` for a zero timeout.
pub(crate) fn set_timeout(fd: BorrowedFd<'_>, write: bool, timeout: Option<Duration>) -> io::Result<()> {
    Ok(sockopt::set_socket_timeout(fd, which(write), timeout)?)
}

/// What kind of socket it is, as far as waiting for it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A plain TCP socket, in which a short count proves an empty or a full buffer.
    Tcp,
    /// Another socket with connections. Its counts prove nothing: a unix stream stops where the sender changes.
    Stream,
    /// One that moves messages.
    Datagram,
}

/// Finds out; what is no socket at all counts as a stream.
pub(crate) fn kind(fd: BorrowedFd<'_>) -> Kind {
    if matches!(sockopt::socket_protocol(fd), Ok(Some(protocol)) if protocol == rustix::net::ipproto::TCP) {
        return Kind::Tcp;
    }
    match sockopt::socket_type(fd) {
        Ok(SocketType::DGRAM) => Kind::Datagram,
        _ => Kind::Stream,
    }
}

fn which(write: bool) -> Timeout {
    if write { Timeout::Send } else { Timeout::Recv }
}

fn recv_flags(mode: Mode) -> RecvFlags {
    match mode {
        Mode::Blocking => RecvFlags::empty(),
        Mode::Try => RecvFlags::DONTWAIT,
    }
}

fn send_flags(mode: Mode) -> SendFlags {
    match mode {
        Mode::Blocking => SendFlags::NOSIGNAL,
        Mode::Try => SendFlags::NOSIGNAL | SendFlags::DONTWAIT,
    }
}
