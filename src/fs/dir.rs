//! Directories: reading and making them.
//!
//! Uses `greenlet` (for `blocking`).

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fmt;
use std::fs::{FileType, Metadata};
use std::io;
use std::os::unix::fs::{DirBuilderExt, DirEntryExt};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};

use crate::greenlet::blocking;
use crate::wait;

/// How many entries one trip to the pool brings. The kernel hands out some hundreds at once anyway.
const BATCH: usize = 128;

/// The entries of a directory, from [`read_dir`](super::read_dir).
///
/// It is [`std::fs::ReadDir`], and reads on the thread pool, some entries ahead. What is added to the directory or removed from it
/// meanwhile may be seen or not, as in std.
///
/// # Cancellation
/// Blocks here: `next`, now and then. Killed here, no entry is lost: the next call brings it.
///
/// # Examples
/// ```
/// # fn main() -> std::io::Result<()> {
/// let names: Result<Vec<_>, _> =
///     vervet::fs::read_dir("/proc/self/task")?.map(|entry| entry.map(|entry| entry.file_name())).collect();
/// assert!(!names?.is_empty());
/// # Ok(())
/// # }
/// ```
pub struct ReadDir {
    inner: std::fs::ReadDir,
    /// Whole between any two calls: the assertion keeps std's auto traits, which errors would take away.
    ahead: AssertUnwindSafe<VecDeque<io::Result<DirEntry>>>,
    /// The directory has been read to its end.
    finished: bool,
}

impl ReadDir {
    pub(super) fn new(inner: std::fs::ReadDir) -> ReadDir {
        ReadDir { inner, ahead: AssertUnwindSafe(VecDeque::new()), finished: false }
    }

    fn read_ahead(&mut self, batch: usize) {
        while self.ahead.len() < batch {
            let Some(entry) = self.inner.next() else {
                self.finished = true;
                return;
            };
            let failed = entry.is_err();
            self.ahead.push_back(entry.map(DirEntry::new));
            if failed {
                return;
            }
        }
    }
}

impl Iterator for ReadDir {
    type Item = io::Result<DirEntry>;

    fn next(&mut self) -> Option<io::Result<DirEntry>> {
        if self.ahead.is_empty() && !self.finished {
            // On an OS thread nothing is gained by reading ahead.
            let batch = if wait::may_block_thread() { 1 } else { BATCH };
            if let Err(cancelled) = blocking(|| self.read_ahead(batch)) {
                return Some(Err(cancelled.into()));
            }
        }
        self.ahead.pop_front()
    }
}

impl fmt::Debug for ReadDir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// An entry of a directory, from [`ReadDir`].
///
/// It is [`std::fs::DirEntry`]; [`std::os::unix::fs::DirEntryExt`] is implemented for it.
pub struct DirEntry {
    inner: std::fs::DirEntry,
    /// What the directory says, which most file systems have it do.
    file_type: Option<FileType>,
}

impl DirEntry {
    fn new(inner: std::fs::DirEntry) -> DirEntry {
        let file_type = inner.file_type().ok();
        DirEntry { inner, file_type }
    }

    /// The directory's path with the name of this entry; as [`std::fs::DirEntry::path`].
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.inner.path()
    }

    /// What the file system knows of the entry, without following a link; as [`std::fs::DirEntry::metadata`].
    ///
    /// # Errors
    /// What the kernel reports; `NotFound` for an entry that is gone.
    ///
    /// # Cancellation
    /// Blocks here: yes; see [`File`](super::File).
    pub fn metadata(&self) -> io::Result<Metadata> {
        blocking(|| self.inner.metadata())?
    }

    /// What the entry is, without following a link, as of when it was read; as [`std::fs::DirEntry::file_type`].
    ///
    /// # Errors
    /// What the kernel reports, on file systems whose directories do not tell.
    ///
    /// # Cancellation
    /// Blocks here: on such file systems; see [`File`](super::File).
    pub fn file_type(&self) -> io::Result<FileType> {
        match self.file_type {
            Some(file_type) => Ok(file_type),
            None => blocking(|| self.inner.file_type())?,
        }
    }

    /// The entry's name, without the directory's path.
    #[must_use]
    pub fn file_name(&self) -> OsString {
        self.inner.file_name()
    }
}

impl DirEntryExt for DirEntry {
    fn ino(&self) -> u64 {
        self.inner.ino()
    }
}

impl fmt::Debug for DirEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// Makes directories, in various ways.
///
/// It is [`std::fs::DirBuilder`]; [`std::os::unix::fs::DirBuilderExt`] is implemented for it.
///
/// # Examples
/// ```
/// # fn main() -> std::io::Result<()> {
/// let top = std::env::temp_dir().join(format!("vervet-dirs-{}", std::process::id()));
/// vervet::fs::DirBuilder::new().recursive(true).create(top.join("a/b"))?;
/// assert!(vervet::fs::metadata(top.join("a/b"))?.is_dir());
/// vervet::fs::remove_dir_all(&top)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct DirBuilder {
    inner: std::fs::DirBuilder,
}

impl DirBuilder {
    /// For a directory of mode `0o777`, less the umask, whose parent is there.
    #[allow(clippy::new_without_default, reason = "std's has none")]
    #[must_use]
    pub fn new() -> DirBuilder {
        DirBuilder { inner: std::fs::DirBuilder::new() }
    }

    /// Whether parents are made, too, and a directory that is there already is fine.
    pub fn recursive(&mut self, recursive: bool) -> &mut DirBuilder {
        self.inner.recursive(recursive);
        self
    }

    /// Makes the directory; as [`std::fs::DirBuilder::create`].
    ///
    /// # Errors
    /// `AlreadyExists`, `NotFound` (the parent), and what else the kernel reports.
    ///
    /// # Cancellation
    /// Blocks here: yes; see [`File`](super::File).
    pub fn create<P: AsRef<Path>>(&self, path: P) -> io::Result<()> {
        let path = path.as_ref();
        blocking(|| self.inner.create(path))?
    }
}

impl DirBuilderExt for DirBuilder {
    fn mode(&mut self, mode: u32) -> &mut DirBuilder {
        self.inner.mode(mode);
        self
    }
}
