//! Reading and writing what waits for a peer and not for a disk: pipes, FIFOs, terminals.
//!
//! Uses `wait`, `greenlet` (for `blocking`) and `sys`.
//!
//! The fd's `O_NONBLOCK` stays the user's, so each attempt has to be non-blocking by itself. `RWF_NOWAIT` is, for
//! anonymous pipes and sockets. FIFOs do not take it, nor do pipes before Linux 6.4: those get a *twin*, the same pipe opened once more, with a
//! description of its own on which `O_NONBLOCK` is nobody's business. It ends together with the fd. What is left
//! (terminals, other devices) is polled, and read on the thread pool once there is something.

use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::greenlet::blocking;
use crate::sys::file::{self, Kind};
use crate::sys::net as flags;
use crate::sys::rw::{self, PIPE_BUF, Tried};
use crate::wait;
use crate::wait::io::{Attempt, Interest, Limit, until};

/// What goes along with an fd that is waited for. To be dropped before the fd is.
#[derive(Debug)]
pub(crate) struct Stream {
    number: RawFd,
    /// The reactor may know the number. Relaxed: whoever drops this has seen every call on it end.
    waited: AtomicBool,
    /// For reading and for writing.
    twins: [OnceLock<Option<Twin>>; 2],
}

#[derive(Debug)]
struct Twin(OwnedFd);

impl Drop for Twin {
    fn drop(&mut self) {
        wait::io::closing(self.0.as_raw_fd(), false);
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if *self.waited.get_mut() {
            wait::io::closing(self.number, true);
        }
    }
}

/// How an attempt without a twin ended.
enum Outcome {
    Done(usize),
    /// There is something, but it takes a call that might block.
    Ready,
}

impl Stream {
    /// For an fd of this number.
    pub(crate) fn new(number: RawFd) -> Stream {
        Stream { number, waited: AtomicBool::new(false), twins: [OnceLock::new(), OnceLock::new()] }
    }

    /// To be called before somebody waits for the fd.
    pub(crate) fn will_wait(&self) {
        self.waited.store(true, Ordering::Relaxed);
    }

    /// As `readv`, but it is the greenlet that waits. `fd` is the one this was made for.
    ///
    /// # Cancellation
    /// Nothing has been read.
    pub(crate) fn read(
        &self,
        fd: BorrowedFd<'_>,
        kind: Kind,
        bufs: &mut [IoSliceMut<'_>],
    ) -> io::Result<usize> {
        if wait::may_block_thread() {
            return rw::read_vectored(fd, bufs);
        }
        let outcome = self.wait(fd, kind, Interest::Read, |fd, twin| match twin {
            true => nonblocking(rw::read_vectored(fd, bufs)),
            false => file::try_read(fd, bufs, None),
        })?;
        match outcome {
            Outcome::Done(count) => Ok(count),
            Outcome::Ready => blocking(|| rw::read_vectored(fd, bufs))?,
        }
    }

    /// As `writev`, but it is the greenlet that waits, and only until something has been written.
    pub(crate) fn write(&self, fd: BorrowedFd<'_>, kind: Kind, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        if wait::may_block_thread() {
            return rw::write_vectored(fd, bufs);
        }
        let outcome = self.wait(fd, kind, Interest::Write, |fd, twin| match twin {
            true => nonblocking(rw::write_vectored(fd, bufs)),
            false => file::try_write(fd, bufs),
        })?;
        match outcome {
            Outcome::Done(count) => Ok(count),
            Outcome::Ready => {
                let first = bufs.iter().find(|buf| !buf.is_empty()).map_or(&[][..], |buf| buf);
                let few = &first[..first.len().min(PIPE_BUF)];
                blocking(|| rw::write_vectored(fd, &[IoSlice::new(few)]))?
            }
        }
    }

    /// One attempt to read without waiting, for a caller that waits for several fds; `WouldBlock` is its answer then.
    /// `None`: there is something, for a call that may block.
    pub(crate) fn try_read(&self, fd: BorrowedFd<'_>, buf: &mut [u8]) -> io::Result<Option<usize>> {
        self.will_wait();
        let mut bufs = [IoSliceMut::new(buf)];
        let attempt = self.attempt(fd, Kind::Pipe, Interest::Read, &mut |fd, twin| match twin {
            true => nonblocking(rw::read_vectored(fd, &mut bufs)),
            false => file::try_read(fd, &mut bufs, None),
        })?;
        match attempt {
            Attempt::Done(Outcome::Done(count)) | Attempt::Drained(Outcome::Done(count)) => Ok(Some(count)),
            Attempt::Done(Outcome::Ready) | Attempt::Drained(Outcome::Ready) => Ok(None),
            Attempt::WouldBlock => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    fn wait(
        &self,
        fd: BorrowedFd<'_>,
        kind: Kind,
        interest: Interest,
        mut call: impl FnMut(BorrowedFd<'_>, bool) -> io::Result<Tried>,
    ) -> io::Result<Outcome> {
        self.will_wait();
        let limit = || match flags::is_nonblocking(fd)? {
            true => Ok(Limit::Never),
            false => Ok(Limit::Until(None)),
        };
        until(fd, interest, limit, || self.attempt(fd, kind, interest, &mut call))
    }

    /// Tries without waiting, in the best way there is. `call` is told whether its fd is a twin, and does not block.
    fn attempt(
        &self,
        fd: BorrowedFd<'_>,
        kind: Kind,
        interest: Interest,
        call: &mut dyn FnMut(BorrowedFd<'_>, bool) -> io::Result<Tried>,
    ) -> io::Result<Attempt<Outcome>> {
        let write = interest == Interest::Write;
        let twin = &self.twins[usize::from(write)];
        let mut tried = match twin.get() {
            Some(Some(twin)) => call(twin.0.as_fd(), true)?,
            Some(None) => Tried::Unsupported,
            None => call(fd, false)?,
        };
        if tried == Tried::Unsupported && kind == Kind::Pipe {
            // It may not be to be had: no /proc, no permission any more.
            let twin = twin.get_or_init(|| file::reopen_nonblocking(fd, write).ok().map(Twin));
            if let Some(twin) = twin {
                tried = call(twin.0.as_fd(), true)?;
            }
        }
        Ok(match tried {
            Tried::Done(count) => Attempt::Done(Outcome::Done(count)),
            Tried::WouldBlock => Attempt::WouldBlock,
            Tried::Unsupported if file::is_ready(fd, write)? => Attempt::Done(Outcome::Ready),
            Tried::Unsupported => Attempt::WouldBlock,
        })
    }
}

/// The result of a call on a twin.
fn nonblocking(result: io::Result<usize>) -> io::Result<Tried> {
    match result {
        Ok(count) => Ok(Tried::Done(count)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Tried::WouldBlock),
        Err(error) => Err(error),
    }
}
