//! Socket calls: data, accept, connect, and the settings that decide how long those may block.
//!
//! Each data call takes a [`Mode`]: `Blocking` leaves everything to the kernel (the socket's own flag and timeouts),
//! `Try` never blocks whatever the socket's settings are.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::SocketAddr;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::net::sockopt::{self, Timeout};
use rustix::net::{RecvAncillaryBuffer, RecvFlags, SendAncillaryBuffer, SendFlags, SocketFlags};

/// How one data call may behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As the socket's own settings say.
    Blocking,
    /// `MSG_DONTWAIT`: `WouldBlock` instead of blocking.
    Try,
}

/// The most buffers one call takes; what a caller passes beyond them counts as not transferred.
const MAX_BUFFERS: usize = 1024;

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

/// Accepts a connection as a blocking, close-on-exec socket. Retries when a signal interrupts it.
///
/// # Errors
/// `WouldBlock` when the listener is non-blocking and nobody waits in it; `InvalidInput` when the peer's address is
/// no internet address.
pub(crate) fn accept(fd: BorrowedFd<'_>) -> io::Result<(OwnedFd, SocketAddr)> {
    let (stream, peer) = loop {
        match rustix::net::acceptfrom_with(fd, SocketFlags::CLOEXEC) {
            Err(Errno::INTR) => {}
            other => break other?,
        }
    };
    match peer.map(SocketAddr::try_from) {
        Some(Ok(peer)) => Ok((stream, peer)),
        _ => Err(io::ErrorKind::InvalidInput.into()),
    }
}

/// Connects, as blocking as the socket is. Retries when a signal interrupts it.
///
/// On a non-blocking socket it may be called again and again: while the handshake goes on it answers `false`,
/// afterwards `true` or the handshake's error.
pub(crate) fn connect(fd: BorrowedFd<'_>, addr: &SocketAddr) -> io::Result<bool> {
    loop {
        match rustix::net::connect(fd, addr) {
            // `ISCONN` is what a retry after a signal sees when the handshake ended in between.
            Ok(()) | Err(Errno::ISCONN) => return Ok(true),
            Err(Errno::INPROGRESS | Errno::ALREADY) => return Ok(false),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
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

/// Whether `fd` is a plain TCP socket, in which a short count proves an empty or a full buffer.
pub(crate) fn is_tcp(fd: BorrowedFd<'_>) -> bool {
    matches!(sockopt::socket_protocol(fd), Ok(Some(protocol)) if protocol == rustix::net::ipproto::TCP)
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
