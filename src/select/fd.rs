//! Fds as sources.
//!
//! Uses `wait::io`.

use std::os::fd::AsFd;

use crate::wait::io::{Interest, Readiness};

/// A source that yields when a read from `fd` would not block: there is data, or the end of it, or an error to report. It reads
/// nothing. A listener is readable when a connection waits to be accepted.
///
/// Yields an error if `fd` is closed meanwhile, or cannot be waited for.
///
/// # Examples
/// ```
/// use std::io::Write;
/// use vervet::os::unix::net::UnixStream;
///
/// let (ours, mut theirs) = UnixStream::pair()?;
/// theirs.write_all(b"news")?;
/// vervet::select! {
///     ready = readable(&ours) => ready?,
///     _ = after(std::time::Duration::from_secs(60)) => unreachable!(),
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use = "a source does nothing unless it is selected"]
pub fn readable(fd: &impl AsFd) -> Readiness<'_> {
    Readiness::new(fd.as_fd(), Interest::Read)
}

/// A source that yields when a write to `fd` would not block: there is room, or an error to report. It writes nothing.
///
/// Yields an error if `fd` is closed meanwhile, or cannot be waited for.
#[must_use = "a source does nothing unless it is selected"]
pub fn writable(fd: &impl AsFd) -> Readiness<'_> {
    Readiness::new(fd.as_fd(), Interest::Write)
}
