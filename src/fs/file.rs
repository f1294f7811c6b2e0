//! `File`: what it holds, what can be asked of it and set, and the ways in and out. Its data calls are in `data`.
//!
//! Uses `fs`, `wait`, `greenlet` (for `blocking`) and `sys`.

use std::fmt;
use std::fs::{FileTimes, Metadata, Permissions};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::SystemTime;

use super::open::OpenOptions;
use super::stream::Stream;
use crate::greenlet::blocking;
use crate::sys::file::{self, Kind};

/// An open file.
///
/// It is [`std::fs::File`] for greenlets. What may wait for a disk runs on the thread pool of [`offload`](crate::offload)
/// while the greenlet waits; data that the kernel has cached is read in place, without that detour. A FIFO, a terminal or
/// another device that is opened as a file parks the greenlet until it is ready, and takes up no thread of the pool. On an OS
/// thread everything happens in place, as in std.
///
/// # Differences from std
/// * One `write` to a pipe or a terminal may write less than std's would, which blocks until all is written. `write_all` is
///   the same.
/// * `Read`, `Write` and `Seek` are implemented for `File` and `&File`. std has them for `Arc<File>`, too, which only std
///   can: use `&*arc`.
/// * Dropping the file closes it in place, which hardly ever has to wait. [`sync_all`](File::sync_all) tells whether
///   everything was written.
///
/// # Cancellation
/// Blocks here: each method that touches the file. A kill or a timeout cuts such a call short only as long as it has not
/// begun (while it waits for a thread, for a lock, for data in a FIFO): then nothing has happened. A disk operation
/// that has begun is seen through, since the kernel does not give up either, and the call returns normally; the cancellation takes effect at the
/// next blocking call. So no data is read and lost, and the file's position is where the last call that returned has left it.
///
/// # Examples
/// ```
/// use std::io::{Read, Seek, Write};
/// use vervet::fs::File;
///
/// # fn main() -> std::io::Result<()> {
/// let path = std::env::temp_dir().join(format!("vervet-file-{}", std::process::id()));
/// let mut file = File::options().read(true).write(true).create(true).open(&path)?;
/// file.write_all(b"leaves")?;
/// file.rewind()?;
/// let mut text = String::new();
/// file.read_to_string(&mut text)?;
/// assert_eq!(text, "leaves");
/// vervet::fs::remove_file(&path)?;
/// # Ok(())
/// # }
/// ```
pub struct File {
    // Dropped first: whoever waits for the fd must hear of it before the number can be used again.
    pub(super) stream: Stream,
    pub(super) inner: std::fs::File,
    pub(super) shared: Arc<Shared>,
}

/// What is known of the description, in all its clones.
#[derive(Debug)]
pub(super) struct Shared {
    /// A `Kind`, or `UNKNOWN`. Relaxed: whoever does not know finds out, with the same result.
    kind: AtomicU8,
    /// Calls under way on the pool that hold the description's position; another one would block its thread. Relaxed: a
    /// matter of speed, not of correctness.
    pub(super) busy: AtomicUsize,
}

const UNKNOWN: u8 = 0;
const KINDS: [Kind; 4] = [Kind::Cached, Kind::Disk, Kind::Pipe, Kind::Device];

impl File {
    /// Opens a file for reading, as [`std::fs::File::open`].
    ///
    /// # Errors
    /// As [`OpenOptions::open`].
    ///
    /// # Cancellation
    /// Blocks here: yes; see [`OpenOptions::open`].
    pub fn open<P: AsRef<Path>>(path: P) -> io::Result<File> {
        OpenOptions::new().read(true).open(path)
    }

    /// Opens a file for writing, made if need be, cut to nothing if not; as [`std::fs::File::create`].
    ///
    /// # Errors
    /// As [`OpenOptions::open`].
    ///
    /// # Cancellation
    /// Blocks here: yes; see [`OpenOptions::open`].
    pub fn create<P: AsRef<Path>>(path: P) -> io::Result<File> {
        OpenOptions::new().write(true).create(true).truncate(true).open(path)
    }

    /// Makes a file that must not be there yet, for reading and writing; as [`std::fs::File::create_new`].
    ///
    /// # Errors
    /// `AlreadyExists`; otherwise as [`OpenOptions::open`].
    ///
    /// # Cancellation
    /// Blocks here: yes; see [`OpenOptions::open`].
    pub fn create_new<P: AsRef<Path>>(path: P) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).create_new(true).open(path)
    }

    /// As [`OpenOptions::new`].
    #[must_use]
    pub fn options() -> OpenOptions {
        OpenOptions::new()
    }

    /// Has data and metadata written to the disk; as [`std::fs::File::sync_all`].
    ///
    /// # Errors
    /// What the kernel reports, also of writes before.
    ///
    /// # Cancellation
    /// Blocks here: yes; see [`File`].
    pub fn sync_all(&self) -> io::Result<()> {
        blocking(|| self.inner.sync_all())?
    }

    /// Has data written to the disk, and what is needed to find it; as [`std::fs::File::sync_data`].
    ///
    /// # Errors
    /// What the kernel reports, also of writes before.
    ///
    /// # Cancellation
    /// Blocks here: yes; see [`File`].
    pub fn sync_data(&self) -> io::Result<()> {
        blocking(|| self.inner.sync_data())?
    }

    /// Cuts the file, or extends it with zeros; as [`std::fs::File::set_len`].
    ///
    /// # Errors
    /// What the kernel reports; `InvalidInput` for a size beyond its range, and for a file that is not open for writing.
    ///
    /// # Cancellation
    /// Blocks here: yes; see [`File`].
    pub fn set_len(&self, size: u64) -> io::Result<()> {
        blocking(|| self.inner.set_len(size))?
    }

    /// What the file system knows of the file; as [`std::fs::File::metadata`].
    ///
    /// # Errors
    /// What the kernel reports.
    ///
    /// # Cancellation
    /// Blocks here: yes; see [`File`].
    pub fn metadata(&self) -> io::Result<Metadata> {
        blocking(|| self.inner.metadata())?
    }

    /// A second handle to the same description: position and locks are shared. As [`std::fs::File::try_clone`].
    ///
    /// # Errors
    /// When the process has no fds left.
    pub fn try_clone(&self) -> io::Result<File> {
        let inner = self.inner.try_clone()?;
        Ok(File { stream: Stream::new(inner.as_raw_fd()), inner, shared: Arc::clone(&self.shared) })
    }

    /// Changes the permissions; as [`std::fs::File::set_permissions`].
    ///
    /// # Errors
    /// What the kernel reports.
    ///
    /// # Cancellation
    /// Blocks here: yes; see [`File`].
    pub fn set_permissions(&self, perm: Permissions) -> io::Result<()> {
        blocking(|| self.inner.set_permissions(perm))?
    }

    /// Changes the timestamps; as [`std::fs::File::set_times`].
    ///
    /// # Errors
    /// What the kernel reports.
    ///
    /// # Cancellation
    /// Blocks here: yes; see [`File`].
    pub fn set_times(&self, times: FileTimes) -> io::Result<()> {
        blocking(|| self.inner.set_times(times))?
    }

    /// Changes the time of the last modification; as [`std::fs::File::set_modified`].
    ///
    /// # Errors
    /// What the kernel reports.
    ///
    /// # Cancellation
    /// Blocks here: yes; see [`File`].
    pub fn set_modified(&self, time: SystemTime) -> io::Result<()> {
        self.set_times(FileTimes::new().set_modified(time))
    }

    /// A file of a kind that may be known already.
    pub(super) fn new(inner: std::fs::File, kind: Option<Kind>) -> File {
        let kind = kind.map_or(UNKNOWN, number);
        let shared = Arc::new(Shared { kind: AtomicU8::new(kind), busy: AtomicUsize::new(0) });
        File { stream: Stream::new(inner.as_raw_fd()), inner, shared }
    }

    pub(super) fn kind(&self) -> io::Result<Kind> {
        match self.shared.kind.load(Ordering::Relaxed) {
            UNKNOWN => {
                let kind = file::kind(self.inner.as_fd())?;
                self.set_kind(kind);
                Ok(kind)
            }
            known => Ok(KINDS[usize::from(known) - 1]),
        }
    }

    pub(super) fn set_kind(&self, kind: Kind) {
        self.shared.kind.store(number(kind), Ordering::Relaxed);
    }

    fn into_std(self) -> std::fs::File {
        let File { stream, inner, shared: _ } = self;
        drop(stream);
        inner
    }
}

fn number(kind: Kind) -> u8 {
    KINDS.iter().position(|&other| other == kind).map_or(UNKNOWN, |at| at as u8 + 1)
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl AsFd for File {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.inner.as_fd()
    }
}

impl AsRawFd for File {
    fn as_raw_fd(&self) -> RawFd {
        self.inner.as_raw_fd()
    }
}

impl IntoRawFd for File {
    fn into_raw_fd(self) -> RawFd {
        self.into_std().into_raw_fd()
    }
}

impl FromRawFd for File {
    unsafe fn from_raw_fd(fd: RawFd) -> File {
        // SAFETY: `OwnedFd::from_raw_fd` wants what our caller promises in turn: an open fd that is nobody else's, and
        // needs nothing but `close` at its end.
        File::from(unsafe { OwnedFd::from_raw_fd(fd) })
    }
}

impl From<OwnedFd> for File {
    fn from(fd: OwnedFd) -> File {
        File::new(fd.into(), None)
    }
}

impl From<File> for OwnedFd {
    fn from(file: File) -> OwnedFd {
        file.into_std().into()
    }
}

impl From<File> for Stdio {
    fn from(file: File) -> Stdio {
        file.into_std().into()
    }
}

impl From<std::fs::File> for File {
    /// A file that std has opened.
    fn from(file: std::fs::File) -> File {
        File::new(file, None)
    }
}

impl From<File> for std::fs::File {
    /// The file, for code that knows only std's.
    fn from(file: File) -> std::fs::File {
        file.into_std()
    }
}
