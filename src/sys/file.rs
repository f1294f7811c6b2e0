//! File calls beside std's: attempts that never wait for a disk or for a peer, what kind of file an fd is, locks.

use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{AtFlags, FileType, FlockOperation, Mode, OFlags, StatxFlags};
use rustix::io::{Errno, ReadWriteFlags};
use rustix::pipe::{PipeFlags, SpliceFlags};
use rustix::time::Timespec;

use super::rw::{HERE, Tried};

/// What a file is, as far as waiting for it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Its calls wait for a disk at most, and what is cached can be read at once.
    Cached,
    /// Its calls wait for a disk at most; there is no telling which.
    Disk,
    /// A pipe: its calls wait for the other end.
    Pipe,
    /// A terminal, a socket, another device: its calls may wait for anything, and can be polled.
    Device,
}

/// Asks the inode, never a server or a disk.
pub(crate) fn kind(fd: BorrowedFd<'_>) -> io::Result<Kind> {
    // `AT_STATX_DONT_SYNC`: a network file system answers from what it knows.
    let dont_sync = AtFlags::from_bits_retain(0x4000);
    let stat = rustix::fs::statx(fd, c"", AtFlags::EMPTY_PATH | dont_sync, StatxFlags::TYPE)?;
    Ok(match FileType::from_raw_mode(stat.stx_mode.into()) {
        FileType::Fifo => Kind::Pipe,
        FileType::CharacterDevice | FileType::Socket => Kind::Device,
        // A direct read goes to the disk even when it must not wait for anything else.
        _ if rustix::fs::fcntl_getfl(fd)?.contains(OFlags::DIRECT) => Kind::Disk,
        _ => Kind::Cached,
    })
}

/// How far behind the position the file's end is; from the inode.
pub(crate) fn remaining(fd: BorrowedFd<'_>) -> Option<u64> {
    let dont_sync = AtFlags::from_bits_retain(0x4000);
    let stat = rustix::fs::statx(fd, c"", AtFlags::EMPTY_PATH | dont_sync, StatxFlags::SIZE).ok()?;
    let position = rustix::fs::tell(fd).ok()?;
    Some(stat.stx_size.saturating_sub(position))
}

/// Reads what is there without waiting, at `offset` (which is in the kernel's range) or at the file's position.
pub(crate) fn try_read(
    fd: BorrowedFd<'_>,
    bufs: &mut [IoSliceMut<'_>],
    offset: Option<u64>,
) -> io::Result<Tried> {
    tried(rustix::io::preadv2(fd, bufs, offset.unwrap_or(HERE), ReadWriteFlags::NOWAIT))
}

/// Writes, at the file's position, what there is room for without waiting.
pub(crate) fn try_write(fd: BorrowedFd<'_>, bufs: &[IoSlice<'_>]) -> io::Result<Tried> {
    tried(rustix::io::pwritev2(fd, bufs, HERE, ReadWriteFlags::NOWAIT))
}

fn tried(result: Result<usize, Errno>) -> io::Result<Tried> {
    match result {
        Ok(count) => Ok(Tried::Done(count)),
        Err(Errno::AGAIN) => Ok(Tried::WouldBlock),
        // A sandbox may forbid the call, an old kernel not know it, a file not take it.
        Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::PERM | Errno::INVAL) => Ok(Tried::Unsupported),
        Err(error) => Err(error.into()),
    }
}

/// Whether `fd` is readable (or writable), or at its end, at this moment.
pub(crate) fn is_ready(fd: BorrowedFd<'_>, write: bool) -> io::Result<bool> {
    let flags = if write { PollFlags::OUT } else { PollFlags::IN };
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    loop {
        match poll(&mut [PollFd::from_borrowed_fd(fd, flags)], Some(&now)) {
            Err(Errno::INTR) => {}
            other => return Ok(other? > 0),
        }
    }
}

/// Opens the file behind `fd` once more, for reading or for writing, as a description of its own that does not block.
pub(crate) fn reopen_nonblocking(fd: BorrowedFd<'_>, write: bool) -> io::Result<OwnedFd> {
    let access = if write { OFlags::WRONLY } else { OFlags::RDONLY };
    let path = format!("/proc/self/fd/{}", fd.as_raw_fd());
    Ok(rustix::fs::open(path, access | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY, Mode::empty())?)
}

/// `O_NONBLOCK`, for `open`.
pub(crate) const NONBLOCK: i32 = OFlags::NONBLOCK.bits() as i32;

/// Whether `fd` can only be read from.
pub(crate) fn is_read_only(fd: BorrowedFd<'_>) -> io::Result<bool> {
    Ok(rustix::fs::fcntl_getfl(fd)? & OFlags::RWMODE == OFlags::RDONLY)
}

/// Whether `error` says that nobody reads from a FIFO that was to be opened for writing.
pub(crate) fn is_no_reader(error: &io::Error) -> bool {
    Errno::from_io_error(error) == Some(Errno::NXIO)
}

/// Looks for the other end of a FIFO without disturbing what is in it.
#[derive(Debug)]
pub(crate) struct WriterProbe {
    /// Where a copy of the first byte goes.
    _scratch: OwnedFd,
    copies: OwnedFd,
}

impl WriterProbe {
    pub(crate) fn new() -> io::Result<WriterProbe> {
        let (scratch, copies) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        Ok(WriterProbe { _scratch: scratch, copies })
    }

    /// Whether somebody has opened `fifo` for writing since it was opened here. To be asked until it says so, no longer.
    pub(crate) fn has_writer(&self, fifo: BorrowedFd<'_>) -> io::Result<bool> {
        // Data, or a writer that has left already.
        if is_ready(fifo, false)? {
            return Ok(true);
        }
        // Copies what is there, and tells "nothing yet" (a writer might come up with something) from "nobody".
        match rustix::pipe::tee(fifo, &self.copies, 1, SpliceFlags::NONBLOCK) {
            Ok(copied) => Ok(copied > 0),
            Err(Errno::AGAIN) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }
}

/// A change of the advisory lock that belongs to the description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lock {
    Exclusive,
    Shared,
}

/// `flock`, blocking.
pub(crate) fn lock(fd: BorrowedFd<'_>, lock: Lock) -> io::Result<()> {
    let operation = match lock {
        Lock::Exclusive => FlockOperation::LockExclusive,
        Lock::Shared => FlockOperation::LockShared,
    };
    Ok(rustix::fs::flock(fd, operation)?)
}

/// `flock` that does not wait: `false` if somebody else has it.
pub(crate) fn try_lock(fd: BorrowedFd<'_>, lock: Lock) -> io::Result<bool> {
    let operation = match lock {
        Lock::Exclusive => FlockOperation::NonBlockingLockExclusive,
        Lock::Shared => FlockOperation::NonBlockingLockShared,
    };
    match rustix::fs::flock(fd, operation) {
        Ok(()) => Ok(true),
        Err(Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Gives the lock up.
pub(crate) fn unlock(fd: BorrowedFd<'_>) -> io::Result<()> {
    Ok(rustix::fs::flock(fd, FlockOperation::Unlock)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::io::{Read, Write};
    use std::os::fd::AsFd;

    #[test]
    fn kinds() {
        let kind_of = |path: &str| kind(File::open(path).unwrap().as_fd()).unwrap();
        assert_eq!(kind_of("/dev/null"), Kind::Device);
        assert_eq!(kind_of("/proc/self/exe"), Kind::Cached);
        assert_eq!(kind_of("/"), Kind::Cached);
        let (reader, _writer) = io::pipe().unwrap();
        assert_eq!(kind(reader.as_fd()).unwrap(), Kind::Pipe);
    }

    #[test]
    fn a_reopened_pipe_is_the_same_pipe() {
        let (reader, mut writer) = io::pipe().unwrap();
        let mut twin = File::from(reopen_nonblocking(reader.as_fd(), false).unwrap());
        let mut buf = [0; 3];
        assert_eq!(twin.read(&mut buf).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        assert!(!is_ready(reader.as_fd(), false).unwrap());
        writer.write_all(b"abc").unwrap();
        assert!(is_ready(reader.as_fd(), false).unwrap());
        assert_eq!(twin.read(&mut buf).unwrap(), 3);
        assert!(!crate::sys::net::is_nonblocking(reader.as_fd()).unwrap());
        assert!(is_read_only(reader.as_fd()).unwrap());
        drop(writer);
        assert_eq!(twin.read(&mut buf).unwrap(), 0);
    }

    #[test]
    fn the_probe_disturbs_nothing() {
        let (mut reader, mut writer) = io::pipe().unwrap();
        let probe = WriterProbe::new().unwrap();
        assert!(probe.has_writer(reader.as_fd()).unwrap());
        writer.write_all(b"abc").unwrap();
        assert!(probe.has_writer(reader.as_fd()).unwrap());
        drop(writer);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "abc");
    }
}
