//! `read` and `write`, for fds that have nothing better; and how to make a pipe.

use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::fs::FileType;
use rustix::io::{Errno, ReadWriteFlags};
use rustix::pipe::PipeFlags;

/// As many bytes as a pipe takes at once or not at all; and if it takes any, it takes these.
pub(crate) const PIPE_BUF: usize = rustix::pipe::PIPE_BUF;

/// "Where the file stands", as `preadv2` wants it.
pub(super) const HERE: u64 = u64::MAX;

/// What a call that must not block has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tried {
    Done(usize),
    WouldBlock,
    /// This kind of file, on this kernel, has no such call.
    Unsupported,
}

/// The process's standard input, which may be closed: then every call with it answers `EBADF`.
pub(crate) fn stdin() -> BorrowedFd<'static> {
    // SAFETY: 0 is not -1. Nobody owns it who would close it at his end; code that closes it all the same, or that puts
    // another file in its place, does so to the process's standard input, which is what 0 stands for.
    unsafe { BorrowedFd::borrow_raw(0) }
}

/// Reads, as blocking as the file is.
pub(crate) fn read(fd: BorrowedFd<'_>, buf: &mut [u8]) -> io::Result<usize> {
    Ok(rustix::io::read(fd, buf)?)
}

/// Reads into several buffers, as blocking as the file is.
pub(crate) fn read_vectored(fd: BorrowedFd<'_>, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
    Ok(rustix::io::readv(fd, bufs)?)
}

/// Writes, as blocking as the file is.
pub(crate) fn write(fd: BorrowedFd<'_>, buf: &[u8]) -> io::Result<usize> {
    Ok(rustix::io::write(fd, buf)?)
}

/// Writes several buffers, as blocking as the file is.
pub(crate) fn write_vectored(fd: BorrowedFd<'_>, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
    Ok(rustix::io::writev(fd, bufs)?)
}

/// Reads what is there, whatever the file's `O_NONBLOCK` says.
pub(crate) fn try_read(fd: BorrowedFd<'_>, bufs: &mut [IoSliceMut<'_>]) -> io::Result<Tried> {
    tried(rustix::io::preadv2(fd, bufs, HERE, ReadWriteFlags::NOWAIT))
}

/// Writes what there is room for, whatever the file's `O_NONBLOCK` says.
pub(crate) fn try_write(fd: BorrowedFd<'_>, bufs: &[IoSlice<'_>]) -> io::Result<Tried> {
    tried(rustix::io::pwritev2(fd, bufs, HERE, ReadWriteFlags::NOWAIT))
}

fn tried(result: rustix::io::Result<usize>) -> io::Result<Tried> {
    match result {
        Ok(count) => Ok(Tried::Done(count)),
        Err(Errno::AGAIN) => Ok(Tried::WouldBlock),
        Err(Errno::OPNOTSUPP) => Ok(Tried::Unsupported),
        Err(error) => Err(error.into()),
    }
}

/// Whether the file is on a disk: always "ready", and slow all the same.
pub(crate) fn is_on_disk(fd: BorrowedFd<'_>) -> bool {
    let kind = rustix::fs::fstat(fd).map(|stat| FileType::from_raw_mode(stat.st_mode));
    matches!(kind, Ok(FileType::RegularFile | FileType::Directory | FileType::BlockDevice))
}

/// A new pipe: what is written to the second comes out of the first. Both are blocking and close-on-exec.
pub(crate) fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(rustix::pipe::pipe_with(PipeFlags::CLOEXEC)?)
}
