//! Asking the kernel which of some fds are ready, at once or from an OS thread that may be blocked.

mod entry;

use std::io;
use std::os::fd::BorrowedFd;
use std::ptr;

pub use self::entry::{PollEvents, PollFd};
use super::clock;

/// Blocks this OS thread until one of `fds` has what it is polled for, or until `deadline` in nanoseconds of the monotonic clock
/// (`u64::MAX`: for ever). Answers how many have.
///
/// Goes on when a signal interrupts the wait. An error or a hang-up counts, whether it was asked for or not.
pub(crate) fn wait(fds: &mut [PollFd<'_>], deadline: u64) -> io::Result<usize> {
    loop {
        let left = if deadline == u64::MAX { u64::MAX } else { deadline.saturating_sub(clock::now()) };
        match call(fds, left) {
            Ok(0) if left == 0 => return Ok(0),
            Ok(0) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            ended => return ended,
        }
    }
}

/// How many of `fds` have what they are polled for at this moment.
pub(crate) fn look(fds: &mut [PollFd<'_>]) -> io::Result<usize> {
    // A signal that is pending interrupts even what does not wait.
    wait(fds, 0)
}

/// For at most `nanos` (`u64::MAX`: for ever). Not libc's function, which may be a hooked one.
fn call(fds: &mut [PollFd<'_>], nanos: u64) -> io::Result<usize> {
    let mut timeout = libc::timespec {
        tv_sec: (nanos / 1_000_000_000) as libc::time_t,
        tv_nsec: (nanos % 1_000_000_000) as libc::c_long,
    };
    let timeout = if nanos == u64::MAX { ptr::null_mut() } else { &raw mut timeout };
    // SAFETY: `PollFd` has the layout of a `pollfd`, of which there are so many to read and write; the time is ours, and the
    // kernel may change it; no signal mask is given.
    let found = unsafe {
        libc::syscall(
            libc::SYS_ppoll,
            fds.as_mut_ptr(),
            fds.len(),
            timeout,
            ptr::null::<libc::sigset_t>(),
            0_usize,
        )
    };
    usize::try_from(found).map_err(|_| io::Error::last_os_error())
}

/// Whether nothing more can come in: the other end, or somebody here, has shut down reading.
pub(crate) fn is_shut(fd: BorrowedFd<'_>) -> bool {
    is(fd, PollEvents::RDHUP)
}

/// Whether `fd` is readable (or writable) at this moment; an error or a hang-up counts.
pub(crate) fn is_ready(fd: BorrowedFd<'_>, write: bool) -> bool {
    is(fd, if write { PollEvents::OUT } else { PollEvents::IN })
}

fn is(fd: BorrowedFd<'_>, events: PollEvents) -> bool {
    // Errors are the caller's next attempt to report.
    !matches!(look(&mut [PollFd::from_borrowed_fd(fd, events)]), Ok(0))
}
