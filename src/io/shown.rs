//! How std shows an fd.
//!
//! Uses nothing.

use std::os::fd::RawFd;

/// An fd, as std shows it: in its two layers.
#[derive(Debug)]
#[expect(dead_code, reason = "shown by `Debug`")]
pub(crate) struct FileDesc(OwnedFd);

#[derive(Debug)]
#[expect(dead_code, reason = "shown by `Debug`")]
struct OwnedFd {
    fd: RawFd,
}

impl FileDesc {
    pub(crate) fn new(fd: RawFd) -> FileDesc {
        FileDesc(OwnedFd { fd })
    }
}
