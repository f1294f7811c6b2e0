//! The errors vervet itself has to name, with the kernel's numbers.

use std::io;

use rustix::io::Errno;

/// `EAGAIN`: what std reports for a would-block and for `SO_RCVTIMEO`.
pub(crate) fn would_block() -> io::Error {
    Errno::AGAIN.into()
}

/// `EINVAL`: what the kernel reports for an `accept` on a listener that was shut down.
pub(crate) fn invalid() -> io::Error {
    Errno::INVAL.into()
}

/// `EBADF`: the fd was closed while somebody waited on it.
pub(crate) fn closed() -> io::Error {
    Errno::BADF.into()
}

/// Whether it is `EBADF`: no such fd is open, or not for this.
pub(crate) fn is_closed(error: &io::Error) -> bool {
    Errno::from_io_error(error) == Some(Errno::BADF)
}

/// Whether no fd is left, for the process (`EMFILE`) or in the system (`ENFILE`).
pub(crate) fn is_out_of_fds(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::MFILE | Errno::NFILE))
}

/// Whether the fd is none, or not of the kind or in the state that the call is for, and will not become so: `EBADF`,
/// `ENOTSOCK`, `EINVAL`.
pub(crate) fn is_unfit(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::BADF | Errno::NOTSOCK | Errno::INVAL))
}

/// `ECANCELED`: the greenlet was killed where nothing can unwind.
pub(crate) fn cancelled() -> io::Error {
    Errno::CANCELED.into()
}

/// `ETIMEDOUT`: a `timeout` ran out where nothing can unwind.
pub(crate) fn timed_out() -> io::Error {
    Errno::TIMEDOUT.into()
}
