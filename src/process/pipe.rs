//! Our ends of a child's pipes.
//!
//! Uses `fs` (for `Stream`), `wait` and `sys`.

use std::fmt;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, IntoRawFd, OwnedFd, RawFd};
use std::process::Stdio;

use crate::fs::stream::Stream;
use crate::sys::file::Kind;
use crate::sys::rw;
use crate::wait::io::{Attempt, PollEvents, PollFd, until_any};
use crate::wait::{self, Reason};

/// The end of a pipe.
struct Pipe {
    // Dropped first: whoever waits for the fd must hear of it before the number can be used again.
    stream: Stream,
    fd: OwnedFd,
}

impl Pipe {
    fn new(fd: OwnedFd) -> Pipe {
        Pipe { stream: Stream::new(fd.as_raw_fd()), fd }
    }

    fn read(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        self.stream.read(self.fd.as_fd(), Kind::Pipe, bufs)
    }

    fn write(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        self.stream.write(self.fd.as_fd(), Kind::Pipe, bufs)
    }

    fn into_owned(self) -> OwnedFd {
        let Pipe { stream, fd } = self;
        drop(stream);
        fd
    }
}

/// What goes for all three.
macro_rules! pipe_end {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name(Pipe);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }

        impl AsFd for $name {
            fn as_fd(&self) -> BorrowedFd<'_> {
                self.0.fd.as_fd()
            }
        }

        impl AsRawFd for $name {
            fn as_raw_fd(&self) -> RawFd {
                self.0.fd.as_raw_fd()
            }
        }

        impl IntoRawFd for $name {
            fn into_raw_fd(self) -> RawFd {
                self.0.into_owned().into_raw_fd()
            }
        }

        impl From<$name> for OwnedFd {
            fn from(pipe: $name) -> OwnedFd {
                pipe.0.into_owned()
            }
        }

        impl From<OwnedFd> for $name {
            /// For an fd that is the right end of a pipe.
            fn from(fd: OwnedFd) -> $name {
                $name(Pipe::new(fd))
            }
        }

        impl From<$name> for Stdio {
            /// For another child, which finds the pipe as std would have made it.
            fn from(pipe: $name) -> Stdio {
                pipe.0.into_owned().into()
            }
        }
    };
}

pipe_end! {
    /// The pipe into a child's standard input; dropping it is the child's end of file.
    ///
    /// It is [`std::process::ChildStdin`], except that one `write` of more than the pipe has room for may write less than all.
    ///
    /// # Cancellation
    /// Blocks here: writing. Killed here, nothing of this `write` has been written.
    ChildStdin
}

pipe_end! {
    /// The pipe from a child's standard output.
    ///
    /// It is [`std::process::ChildStdout`].
    ///
    /// # Cancellation
    /// Blocks here: reading. Killed here, nothing has been read.
    ChildStdout
}

pipe_end! {
    /// The pipe from a child's standard error.
    ///
    /// It is [`std::process::ChildStderr`].
    ///
    /// # Cancellation
    /// Blocks here: reading. Killed here, nothing has been read.
    ChildStderr
}

impl Write for &ChildStdin {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(&[IoSlice::new(buf)])
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.write(bufs)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Write for ChildStdin {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        (&*self).write(buf)
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        (&*self).write_vectored(bufs)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for ChildStdout {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(&mut [IoSliceMut::new(buf)])
    }

    fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        self.0.read(bufs)
    }
}

impl Read for ChildStderr {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(&mut [IoSliceMut::new(buf)])
    }

    fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        self.0.read(bufs)
    }
}

/// Reads both to their ends, each as it comes, so that a child that fills one while we wait for the other is not stuck.
pub(super) fn read_both(
    mut stdout: ChildStdout,
    out: &mut Vec<u8>,
    mut stderr: ChildStderr,
    err: &mut Vec<u8>,
) -> io::Result<()> {
    let mut fds = [stdout.as_fd(), stderr.as_fd()].map(|fd| PollFd::from_borrowed_fd(fd, PollEvents::IN));
    let stdout_ended = until_any(&mut fds, Reason::Read, || {
        if drain(&stdout.0, out)? {
            return Ok(Attempt::Done(true));
        }
        match drain(&stderr.0, err)? {
            true => Ok(Attempt::Done(false)),
            false => Ok(Attempt::WouldBlock),
        }
    })?;
    match stdout_ended {
        true => stderr.read_to_end(err)?,
        false => stdout.read_to_end(out)?,
    };
    Ok(())
}

/// Reads what is there. Whether that was all that will ever be.
fn drain(pipe: &Pipe, into: &mut Vec<u8>) -> io::Result<bool> {
    match Ready(pipe).read_to_end(into) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
        Err(error) => Err(error),
    }
}

/// A pipe of which only what is there is read.
struct Ready<'a>(&'a Pipe);

impl Read for Ready<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        // A child that writes all the time must not keep the worker.
        wait::enter()?;
        match self.0.stream.try_read(self.0.fd.as_fd(), buf)? {
            Some(count) => Ok(count),
            // Without a way to try, the pipe was polled: it is ours alone, so this does not block.
            None => rw::read(self.0.fd.as_fd(), buf),
        }
    }
}
