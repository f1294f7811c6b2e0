//! `pipe`, `PipeReader` and `PipeWriter`.
//!
//! Uses the rest of `io`, and `net` for its macro.

use std::fmt;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::process::Stdio;

use super::endpoint::Endpoint;
use super::shown::FileDesc;
use crate::net::fd::fd_traits;

/// Makes a pipe: what is written to the second comes out of the first.
///
/// As [`std::io::pipe`]. Both ends are close-on-exec; given to a child as its [`Stdio`], they stay open there.
///
/// # Errors
/// `EMFILE` or `ENFILE` when no fds are left.
///
/// # Examples
/// ```
/// use std::io::{Read, Write};
///
/// # fn main() -> std::io::Result<()> {
/// let (mut reader, mut writer) = vervet::io::pipe()?;
/// let writing = vervet::spawn(move || writer.write_all(b"through the pipe"));
/// let mut text = String::new();
/// reader.read_to_string(&mut text)?;
/// assert_eq!(text, "through the pipe");
/// writing.join().unwrap()?;
/// # Ok(())
/// # }
/// ```
pub fn pipe() -> io::Result<(PipeReader, PipeWriter)> {
    let (reader, writer) = Endpoint::pipe()?;
    Ok((PipeReader(reader), PipeWriter(writer)))
}

/// The end of a pipe that is read.
///
/// As [`std::io::PipeReader`]: read through `&PipeReader` from as many greenlets and threads at once as you like. A read
/// returns 0 when every [`PipeWriter`] is gone, those of children included.
///
/// # Cancellation
/// `read` and `read_vectored` block here: yes. A greenlet killed while it waits has read nothing in that call.
///
/// # Examples
/// ```
/// use std::io::Read;
/// use std::process::Command;
///
/// # fn main() -> std::io::Result<()> {
/// let (mut reader, writer) = vervet::io::pipe()?;
/// let mut child = Command::new("echo").arg("hello").stdout(writer).spawn()?;
/// let mut text = String::new();
/// reader.read_to_string(&mut text)?;
/// assert_eq!(text, "hello\n");
/// child.wait()?;
/// # Ok(())
/// # }
/// ```
pub struct PipeReader(Endpoint);

/// The end of a pipe that is written.
///
/// As [`std::io::PipeWriter`]: write through `&PipeWriter` from as many greenlets and threads at once as you like. What is no
/// longer than 4096 bytes (`PIPE_BUF`) goes in one piece.
///
/// In a greenlet, a longer `write` returns how much there was room for; std's waits until all of it is written. `write_all`
/// makes no difference between them.
///
/// # Cancellation
/// `write` and `write_vectored` block here: yes. A greenlet killed while it waits has written nothing in that call.
///
/// # Examples
/// ```
/// use std::io::{ErrorKind, Write};
///
/// # fn main() -> std::io::Result<()> {
/// let (reader, mut writer) = vervet::io::pipe()?;
/// writer.write_all(b"nobody will read this")?;
/// drop(reader);
/// assert_eq!(writer.write(b"x").unwrap_err().kind(), ErrorKind::BrokenPipe);
/// # Ok(())
/// # }
/// ```
pub struct PipeWriter(Endpoint);

impl PipeReader {
    /// A second handle to the same end: each byte is read once, by one of the two.
    ///
    /// # Errors
    /// `EMFILE` or `ENFILE` when no fd is left.
    pub fn try_clone(&self) -> io::Result<PipeReader> {
        self.0.try_clone().map(PipeReader)
    }
}

impl PipeWriter {
    /// A second handle to the same end. Readers see the end of the pipe when all of them are gone.
    ///
    /// # Errors
    /// `EMFILE` or `ENFILE` when no fd is left.
    pub fn try_clone(&self) -> io::Result<PipeWriter> {
        self.0.try_clone().map(PipeWriter)
    }
}

impl Read for PipeReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }

    fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        self.0.read_vectored(bufs)
    }
}

impl Read for &PipeReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }

    fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        self.0.read_vectored(bufs)
    }
}

impl Write for PipeWriter {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.write_vectored(bufs)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Write for &PipeWriter {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.write_vectored(bufs)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fd_traits!(PipeReader(Endpoint));
fd_traits!(PipeWriter(Endpoint));

impl From<PipeReader> for Stdio {
    /// For a child that reads there, as blocking as the user made it.
    fn from(pipe: PipeReader) -> Stdio {
        pipe.0.into_owned().into()
    }
}

impl From<PipeWriter> for Stdio {
    /// For a child that writes there, as blocking as the user made it.
    fn from(pipe: PipeWriter) -> Stdio {
        pipe.0.into_owned().into()
    }
}

impl fmt::Debug for PipeReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PipeReader").field(&FileDesc::new(self.0.number())).finish()
    }
}

impl fmt::Debug for PipeWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PipeWriter").field(&FileDesc::new(self.0.number())).finish()
    }
}
