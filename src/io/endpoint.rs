//! An fd that can be read or written, and that is all: a pipe's end, a terminal, whatever stdin is.
//!
//! Uses `wait`, `greenlet` (for `offload`) and `sys`.
//!
//! Such a file has no `MSG_DONTWAIT`, and its `O_NONBLOCK` is the user's: others share it, a child at the other end of a
//! `dup`, the shell on the same terminal. To poll first does not make the call safe either, because another reader may
//! come in between. Where the OS thread may block, these calls are the plain system calls, as in `net`. Elsewhere there are
//! three ways:
//!
//! * *Try.* `preadv2` and `pwritev2` with `RWF_NOWAIT` never block. Pipes have that from Linux 6.4 on, sockets always.
//! * *Poll, then elsewhere.* Terminals do not have it, nor named pipes, older kernels, and pipes that somebody has spliced
//!   into. There the greenlet waits until the file is ready, and the call is then made on the offload pool: as a rule it
//!   returns at once, and if another reader was quicker it blocks a thread of the pool and no worker.
//! * *Elsewhere.* A file on a disk is always ready, and slow: its calls go to the pool at once.
//!
//! A call that has been given to the pool is seen through, since what it has read would otherwise be lost: kills and
//! timeouts wait for it.

use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use crate::greenlet::{offload, shield};
use crate::sys::rw::{self, PIPE_BUF, Tried};
use crate::sys::{net as calls, poll};
use crate::wait;
use crate::wait::io::{Attempt, Interest, Limit, until};

/// The most that one call on the pool moves.
const MOST: usize = 64 << 10;

/// An open file.
#[derive(Debug)]
pub(crate) struct Endpoint {
    // Dropped first: whoever waits for the fd must hear of it before the number can be used again.
    handle: Handle,
    fd: OwnedFd,
    on_disk: bool,
}

#[derive(Debug)]
struct Handle(RawFd);

impl Drop for Handle {
    fn drop(&mut self) {
        // Who else has the description open, nobody can tell.
        wait::io::closing(self.0, true);
    }
}

impl Endpoint {
    fn new(fd: OwnedFd, on_disk: bool) -> Endpoint {
        Endpoint { handle: Handle(fd.as_raw_fd()), fd, on_disk }
    }

    /// A file that comes from outside.
    pub(crate) fn adopt(fd: OwnedFd) -> Endpoint {
        let on_disk = rw::is_on_disk(fd.as_fd());
        Endpoint::new(fd, on_disk)
    }

    /// The reading and the writing end of a new pipe.
    pub(crate) fn pipe() -> io::Result<(Endpoint, Endpoint)> {
        let (reader, writer) = rw::pipe()?;
        Ok((Endpoint::new(reader, false), Endpoint::new(writer, false)))
    }

    pub(crate) fn try_clone(&self) -> io::Result<Endpoint> {
        Ok(Endpoint::new(self.fd.try_clone()?, self.on_disk))
    }

    pub(crate) fn read(&self, buf: &mut [u8]) -> io::Result<usize> {
        if wait::may_block_thread() {
            return rw::read(self.fd(), buf);
        }
        self.receive(&mut [IoSliceMut::new(buf)])
    }

    pub(crate) fn read_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        if wait::may_block_thread() {
            return rw::read_vectored(self.fd(), bufs);
        }
        self.receive(bufs)
    }

    pub(crate) fn write(&self, buf: &[u8]) -> io::Result<usize> {
        if wait::may_block_thread() {
            return rw::write(self.fd(), buf);
        }
        self.transmit(&[IoSlice::new(buf)])
    }

    pub(crate) fn write_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        if wait::may_block_thread() {
            return rw::write_vectored(self.fd(), bufs);
        }
        self.transmit(bufs)
    }

    fn receive(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        match self.until(Interest::Read, || rw::try_read(self.fd(), bufs))? {
            Some(count) => Ok(count),
            None => self.receive_elsewhere(bufs),
        }
    }

    fn transmit(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        match self.until(Interest::Write, || rw::try_write(self.fd(), bufs))? {
            Some(count) => Ok(count),
            None => self.transmit_elsewhere(bufs),
        }
    }

    /// Tries until it is done; `None`: it has to be done elsewhere, and now is the time.
    fn until(
        &self,
        interest: Interest,
        mut attempt: impl FnMut() -> io::Result<Tried>,
    ) -> io::Result<Option<usize>> {
        if self.on_disk {
            wait::enter()?;
            return Ok(None);
        }
        let limit = || self.limit(interest);
        until(self.fd(), interest, limit, || match attempt()? {
            Tried::Done(count) => Ok(Attempt::Done(Some(count))),
            Tried::Unsupported if poll::is_ready(self.fd(), interest == Interest::Write) => {
                Ok(Attempt::Done(None))
            }
            Tried::WouldBlock | Tried::Unsupported => Ok(Attempt::WouldBlock),
        })
    }

    /// How long the user lets a call block that would block now. Only the kernel knows.
    fn limit(&self, interest: Interest) -> io::Result<Limit> {
        if calls::is_nonblocking(self.fd())? {
            return Ok(Limit::Never);
        }
        // A socket may have come in disguise, and its timeouts with it. The others have none.
        let timeout = calls::timeout(self.fd(), interest == Interest::Write).unwrap_or(None);
        Ok(Limit::within(timeout))
    }

    fn receive_elsewhere(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        let room = bufs.iter().map(|buf| buf.len()).sum::<usize>().min(MOST);
        let fd = self.fd.try_clone()?;
        let (count, data) = elsewhere(move || {
            let mut data = vec![0; room];
            (retried(|| rw::read(fd.as_fd(), &mut data)), data)
        });
        let count = count?;
        let mut data = &data[..count];
        for buf in bufs {
            let (now, later) = data.split_at(data.len().min(buf.len()));
            buf[..now.len()].copy_from_slice(now);
            data = later;
        }
        Ok(count)
    }

    fn transmit_elsewhere(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        // A file that is ready takes this much without blocking.
        let most = if self.on_disk { MOST } else { PIPE_BUF };
        let data: Vec<u8> = bufs.iter().flat_map(|buf| buf.iter().copied()).take(most).collect();
        let fd = self.fd.try_clone()?;
        elsewhere(move || retried(|| rw::write(fd.as_fd(), &data)))
    }

    /// The number, to be shown, not used.
    pub(crate) fn number(&self) -> RawFd {
        self.handle.0
    }

    /// The fd, for code outside. Nothing is known of it here that could change there.
    pub(crate) fn escaping_fd(&self) -> BorrowedFd<'_> {
        self.fd()
    }

    /// The fd, for good.
    pub(crate) fn into_owned(self) -> OwnedFd {
        let Endpoint { handle, fd, on_disk: _ } = self;
        drop(handle);
        fd
    }

    fn fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// Runs `f` on the pool, and sees it through.
fn elsewhere<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    shield(|| offload(f))
}

/// A signal that comes to a thread of the pool is not meant for the caller.
fn retried<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}
