//! Waiting for an fd, or for one of two, from an OS thread.

use std::io;
use std::os::fd::BorrowedFd;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use super::clock;

/// Blocks this OS thread until `fd` is readable (or writable), or until `deadline` in nanoseconds of the monotonic
/// clock (`u64::MAX`: for ever).
///
/// Returns whether the fd became ready; an error or a hang-up counts as ready, so that the caller's next attempt reports
/// it. Goes on when a signal interrupts the wait.
pub(crate) fn wait(fd: BorrowedFd<'_>, write: bool, deadline: u64) -> io::Result<bool> {
    wait_any(&mut [poll_fd(fd, write)], deadline)
}

/// As `wait`, until one of two fds is readable.
pub(crate) fn wait_either(fds: [BorrowedFd<'_>; 2], deadline: u64) -> io::Result<bool> {
    wait_any(&mut fds.map(|fd| poll_fd(fd, false)), deadline)
}

fn poll_fd(fd: BorrowedFd<'_>, write: bool) -> PollFd<'_> {
    let flags = if write { PollFlags::OUT } else { PollFlags::IN | PollFlags::RDHUP };
    PollFd::from_borrowed_fd(fd, flags)
}

fn wait_any(fds: &mut [PollFd<'_>], deadline: u64) -> io::Result<bool> {
    loop {
        let left = deadline.saturating_sub(clock::now());
        let timeout = (deadline != u64::MAX).then(|| clock::timespec(left));
        match poll(fds, timeout.as_ref()) {
            Ok(0) if left == 0 => return Ok(false),
            Ok(0) | Err(Errno::INTR) => {}
            Ok(_) => return Ok(true),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Whether nothing more can come in: the other end, or somebody here, has shut down reading.
pub(crate) fn is_shut(fd: BorrowedFd<'_>) -> bool {
    now(fd, PollFlags::RDHUP)
}

/// Whether `fd` is readable (or writable) at this moment; an error or a hang-up counts.
pub(crate) fn is_ready(fd: BorrowedFd<'_>, write: bool) -> bool {
    now(fd, if write { PollFlags::OUT } else { PollFlags::IN })
}

fn now(fd: BorrowedFd<'_>, flags: PollFlags) -> bool {
    // With nothing to wait for, a signal has nothing to interrupt; the other errors are the caller's next attempt to report.
    !matches!(poll(&mut [PollFd::from_borrowed_fd(fd, flags)], Some(&clock::timespec(0))), Ok(0))
}
