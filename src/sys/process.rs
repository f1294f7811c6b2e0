//! Child processes: an fd that tells of one's end.

use std::io;
use std::os::fd::OwnedFd;

use rustix::process::{Pid, PidfdFlags};

/// A pidfd of process `id`: readable once that process is over. Close-on-exec.
///
/// # Errors
/// Where the kernel has none, or a sandbox forbids it; `ESRCH` if there is no such process; no fds left.
pub(crate) fn pidfd(id: u32) -> io::Result<OwnedFd> {
    let pid = i32::try_from(id).ok().and_then(Pid::from_raw).ok_or(rustix::io::Errno::SRCH)?;
    Ok(rustix::process::pidfd_open(pid, PidfdFlags::empty())?)
}
