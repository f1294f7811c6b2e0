//! `File`'s data: reading, writing, seeking.
//!
//! Uses `fs`, `wait`, `greenlet` (for `blocking`) and `sys`.
//!
//! A read from a disk is first tried with `RWF_NOWAIT`, which copies what the page cache has and never waits for the disk.
//! That takes no longer than the copy, so only small reads are tried: `INLINE` bytes keep a worker busy for some 20
//! microseconds. What the cache has not, what is larger, and every write goes to the pool.
//!
//! Reads from one description take turns at its position, in the kernel, by blocking. While a call is *busy* with the position on the
//! pool, others go there, too, and wait for it there.

use std::io::{self, IoSlice, IoSliceMut, Read, Seek, SeekFrom, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::file::File;
use crate::greenlet::blocking;
use crate::sys::file::{self, Kind};
use crate::sys::rw::Tried;
use crate::wait;

/// The most that is read in place.
const INLINE: usize = 128 << 10;

/// `read_to_end` reads this much at once, and can be cut short in between.
const CHUNK: u64 = 8 << 20;

/// Counts a call that holds the position.
struct Busy<'a>(&'a AtomicUsize);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Where a read comes from, which decides how it is done.
fn is_disk(kind: Kind) -> bool {
    matches!(kind, Kind::Cached | Kind::Disk)
}

impl File {
    fn busy(&self) -> Busy<'_> {
        self.shared.busy.fetch_add(1, Ordering::Relaxed);
        Busy(&self.shared.busy)
    }

    /// Runs a call that holds the position on the pool.
    fn at_position<T: Send>(&self, call: impl FnOnce() -> io::Result<T> + Send) -> io::Result<T> {
        let _busy = self.busy();
        blocking(call)?
    }

    /// Reads what is cached, if that is all that was asked for. `Err(done)`: after so many bytes it takes the pool.
    fn read_cached(
        &self,
        bufs: &mut [IoSliceMut<'_>],
        offset: Option<u64>,
    ) -> io::Result<Result<usize, usize>> {
        let wanted: usize = bufs.iter().map(|buf| buf.len()).sum();
        let in_turn = match offset {
            None => self.shared.busy.load(Ordering::Relaxed) == 0,
            // The kernel's range; what is beyond is an error that the plain call reports.
            Some(offset) => i64::try_from(offset).is_ok(),
        };
        if wanted > INLINE || !in_turn {
            return Ok(Err(0));
        }
        wait::enter()?;
        let fd = self.inner.as_fd();
        match file::try_read(fd, bufs, offset)? {
            // The end, or all of it.
            Tried::Done(count) if count == 0 || count == wanted => Ok(Ok(count)),
            Tried::Done(count) if bufs.len() > 1 => Ok(Ok(count)),
            // Either the end is near, or the rest is not in the cache.
            Tried::Done(count) => {
                let rest = &mut bufs[0][count..];
                let next = offset.map(|offset| offset + count as u64);
                match file::try_read(fd, &mut [IoSliceMut::new(rest)], next) {
                    Ok(Tried::Done(more)) => Ok(Ok(count + more)),
                    Ok(_) => Ok(Err(count)),
                    // It will be met again by the next call.
                    Err(_) => Ok(Ok(count)),
                }
            }
            Tried::WouldBlock => Ok(Err(0)),
            Tried::Unsupported => {
                self.set_kind(Kind::Disk);
                Ok(Err(0))
            }
        }
    }

    /// As `read_cached`, then the rest; the latter is not cut short once there is something.
    fn read_disk(&self, kind: Kind, buf: &mut [u8], offset: Option<u64>) -> io::Result<usize> {
        let mut done = 0;
        if kind == Kind::Cached {
            match self.read_cached(&mut [IoSliceMut::new(buf)], offset)? {
                Ok(count) => return Ok(count),
                Err(count) => done = count,
            }
        }
        let mut rest = || {
            let rest = &mut buf[done..];
            match offset {
                Some(offset) => blocking(|| self.inner.read_at(rest, offset + done as u64))?,
                None => self.at_position(|| (&self.inner).read(rest)),
            }
        };
        if done == 0 {
            return rest();
        }
        Ok(done + wait::cancel::shielded(rest).unwrap_or(0))
    }

    fn read_in_greenlet(&self, buf: &mut [u8]) -> io::Result<usize> {
        let kind = self.kind()?;
        if is_disk(kind) {
            return self.read_disk(kind, buf, None);
        }
        self.stream.read(self.inner.as_fd(), kind, &mut [IoSliceMut::new(buf)])
    }

    /// The rest of a file on a disk. What has been read is in `buf`, whatever happens.
    fn read_disk_to_end(&self, buf: &mut Vec<u8>) -> io::Result<usize> {
        let before = buf.len();
        let remaining = file::remaining(self.inner.as_fd()).unwrap_or(0);
        if remaining <= INLINE as u64 && self.kind()? == Kind::Cached {
            buf.try_reserve(remaining as usize)?;
            return Plain(self).read_to_end(buf);
        }
        loop {
            let count = self.at_position(|| {
                if buf.len() == before {
                    // The pages of a large buffer are no business of the worker's either.
                    buf.try_reserve(usize::try_from(remaining).unwrap_or(usize::MAX))?;
                }
                (&self.inner).take(CHUNK).read_to_end(buf)
            })?;
            if (count as u64) < CHUNK {
                return Ok(buf.len() - before);
            }
        }
    }
}

/// A file with nothing but `read`, for std's loops around it.
struct Plain<'a>(&'a File);

impl Read for Plain<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read_in_greenlet(buf)
    }
}

impl Read for &File {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if wait::may_block_thread() {
            return (&self.inner).read(buf);
        }
        self.read_in_greenlet(buf)
    }

    fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        if wait::may_block_thread() {
            return (&self.inner).read_vectored(bufs);
        }
        let kind = self.kind()?;
        if !is_disk(kind) {
            return self.stream.read(self.inner.as_fd(), kind, bufs);
        }
        if kind == Kind::Cached
            && let Ok(count) = self.read_cached(bufs, None)?
        {
            return Ok(count);
        }
        self.at_position(|| (&self.inner).read_vectored(bufs))
    }

    fn read_to_end(&mut self, buf: &mut Vec<u8>) -> io::Result<usize> {
        if wait::may_block_thread() {
            return (&self.inner).read_to_end(buf);
        }
        match is_disk(self.kind()?) {
            true => self.read_disk_to_end(buf),
            false => Plain(self).read_to_end(buf),
        }
    }

    fn read_to_string(&mut self, buf: &mut String) -> io::Result<usize> {
        if wait::may_block_thread() {
            return (&self.inner).read_to_string(buf);
        }
        let mut bytes = Vec::new();
        let read = self.read_to_end(&mut bytes);
        // To look through a large text takes as long as to read it.
        let text = match bytes.len() > INLINE {
            true => blocking(|| String::from_utf8(bytes))?,
            false => String::from_utf8(bytes),
        };
        match (read, text) {
            (Err(error), Err(_)) => Err(error),
            (Ok(_), Err(_)) => {
                Err(io::Error::new(io::ErrorKind::InvalidData, "stream did not contain valid UTF-8"))
            }
            (read, Ok(text)) if buf.is_empty() => {
                *buf = text;
                read
            }
            (read, Ok(text)) => {
                buf.push_str(&text);
                read
            }
        }
    }
}

impl Write for &File {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        if wait::may_block_thread() {
            return (&self.inner).write(buf);
        }
        let kind = self.kind()?;
        match is_disk(kind) {
            true => self.at_position(|| (&self.inner).write(buf)),
            false => self.stream.write(self.inner.as_fd(), kind, &[IoSlice::new(buf)]),
        }
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        if wait::may_block_thread() {
            return (&self.inner).write_vectored(bufs);
        }
        let kind = self.kind()?;
        match is_disk(kind) {
            true => self.at_position(|| (&self.inner).write_vectored(bufs)),
            false => self.stream.write(self.inner.as_fd(), kind, bufs),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for &File {
    fn seek(&mut self, pos: SeekFrom) -> io::Result<u64> {
        // To find the end a network file system may ask its server.
        if matches!(pos, SeekFrom::End(_)) || self.shared.busy.load(Ordering::Relaxed) > 0 {
            return self.at_position(|| (&self.inner).seek(pos));
        }
        (&self.inner).seek(pos)
    }
}

impl Read for File {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        (&*self).read(buf)
    }

    fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        (&*self).read_vectored(bufs)
    }

    fn read_to_end(&mut self, buf: &mut Vec<u8>) -> io::Result<usize> {
        (&*self).read_to_end(buf)
    }

    fn read_to_string(&mut self, buf: &mut String) -> io::Result<usize> {
        (&*self).read_to_string(buf)
    }
}

impl Write for File {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        (&*self).write(buf)
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        (&*self).write_vectored(bufs)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self).flush()
    }
}

impl Seek for File {
    fn seek(&mut self, pos: SeekFrom) -> io::Result<u64> {
        (&*self).seek(pos)
    }
}

impl FileExt for File {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        if wait::may_block_thread() {
            return self.inner.read_at(buf, offset);
        }
        self.read_disk(self.kind()?, buf, Some(offset))
    }

    fn write_at(&self, buf: &[u8], offset: u64) -> io::Result<usize> {
        blocking(|| self.inner.write_at(buf, offset))?
    }
}
