//! As [`std::os::unix::fs`].
//!
//! The traits are std's own, implemented for the types of [`vervet::fs`](crate::fs).

use std::io;
use std::os::fd::AsFd;
use std::path::Path;

use crate::greenlet::blocking;

pub use std::os::unix::fs::{
    DirBuilderExt, DirEntryExt, FileExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt,
};

/// Makes a symbolic link; as [`std::os::unix::fs::symlink`].
///
/// # Errors
/// What the kernel reports; `AlreadyExists`.
///
/// # Cancellation
/// Blocks here: yes; see [`File`](crate::fs::File).
///
/// # Examples
/// ```
/// # fn main() -> std::io::Result<()> {
/// let link = std::env::temp_dir().join(format!("vervet-link-{}", std::process::id()));
/// vervet::os::unix::fs::symlink("/dev/null", &link)?;
/// assert_eq!(vervet::fs::read_link(&link)?.to_str(), Some("/dev/null"));
/// vervet::fs::remove_file(&link)?;
/// # Ok(())
/// # }
/// ```
pub fn symlink<P: AsRef<Path>, Q: AsRef<Path>>(original: P, link: Q) -> io::Result<()> {
    let (original, link) = (original.as_ref(), link.as_ref());
    blocking(|| std::os::unix::fs::symlink(original, link))?
}

/// Changes owner and group of a file; as [`std::os::unix::fs::chown`].
///
/// # Errors
/// What the kernel reports.
///
/// # Cancellation
/// Blocks here: yes; see [`File`](crate::fs::File).
pub fn chown<P: AsRef<Path>>(dir: P, uid: Option<u32>, gid: Option<u32>) -> io::Result<()> {
    let dir = dir.as_ref();
    blocking(|| std::os::unix::fs::chown(dir, uid, gid))?
}

/// Changes owner and group of an open file; as [`std::os::unix::fs::fchown`].
///
/// # Errors
/// What the kernel reports.
///
/// # Cancellation
/// Blocks here: yes; see [`File`](crate::fs::File).
pub fn fchown<F: AsFd>(fd: F, uid: Option<u32>, gid: Option<u32>) -> io::Result<()> {
    let fd = fd.as_fd();
    blocking(|| std::os::unix::fs::fchown(fd, uid, gid))?
}

/// Changes owner and group of a file, or of a link itself; as [`std::os::unix::fs::lchown`].
///
/// # Errors
/// What the kernel reports.
///
/// # Cancellation
/// Blocks here: yes; see [`File`](crate::fs::File).
pub fn lchown<P: AsRef<Path>>(dir: P, uid: Option<u32>, gid: Option<u32>) -> io::Result<()> {
    let dir = dir.as_ref();
    blocking(|| std::os::unix::fs::lchown(dir, uid, gid))?
}

/// Changes the root directory of the process; as [`std::os::unix::fs::chroot`].
///
/// # Errors
/// What the kernel reports.
///
/// # Cancellation
/// Blocks here: yes; see [`File`](crate::fs::File).
pub fn chroot<P: AsRef<Path>>(dir: P) -> io::Result<()> {
    let dir = dir.as_ref();
    blocking(|| std::os::unix::fs::chroot(dir))?
}
