//! `OpenOptions`, and how a FIFO is opened.
//!
//! Uses `fs`, `wait`, `greenlet` (for `blocking`) and `sys`.
//!
//! To open a FIFO means to wait until somebody opens its other end, perhaps for ever: no job for the pool, whose threads are few.
//! So it is opened without blocking, and looked at from time to time. For writing, the kernel refuses that until
//! there is a reader. For reading, it succeeds at once, which is what a writer waits for; the probe tells when one has come.

use std::fmt;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;
use std::time::Instant;

use super::file::File;
use crate::greenlet::blocking;
use crate::sys::file::{self, Kind, WriterProbe};
use crate::sys::net as flags;
use crate::wait;
use crate::wait::Reason;
use crate::wait::backoff::Backoff;
use crate::wait::io::{Attempt, Interest, Limit, until};

/// How a file is to be opened: [`std::fs::OpenOptions`], for [`File`]s that block the greenlet.
///
/// [`std::os::unix::fs::OpenOptionsExt`] is implemented for it.
///
/// # Examples
/// ```
/// use std::io::Write;
/// use vervet::fs::OpenOptions;
///
/// # fn main() -> std::io::Result<()> {
/// let path = std::env::temp_dir().join(format!("vervet-options-{}", std::process::id()));
/// for part in ["one", "two"] {
///     OpenOptions::new().append(true).create(true).open(&path)?.write_all(part.as_bytes())?;
/// }
/// assert_eq!(vervet::fs::read_to_string(&path)?, "onetwo");
/// vervet::fs::remove_file(&path)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct OpenOptions {
    inner: std::fs::OpenOptions,
    /// As set through `custom_flags`, for std does not tell.
    custom_flags: i32,
}

impl OpenOptions {
    /// Options that allow nothing yet.
    #[allow(clippy::new_without_default, reason = "std's has none")]
    #[must_use]
    pub fn new() -> OpenOptions {
        OpenOptions { inner: std::fs::OpenOptions::new(), custom_flags: 0 }
    }

    /// As [`std::fs::OpenOptions::read`].
    pub fn read(&mut self, read: bool) -> &mut OpenOptions {
        self.inner.read(read);
        self
    }

    /// As [`std::fs::OpenOptions::write`].
    pub fn write(&mut self, write: bool) -> &mut OpenOptions {
        self.inner.write(write);
        self
    }

    /// As [`std::fs::OpenOptions::append`].
    pub fn append(&mut self, append: bool) -> &mut OpenOptions {
        self.inner.append(append);
        self
    }

    /// As [`std::fs::OpenOptions::truncate`].
    pub fn truncate(&mut self, truncate: bool) -> &mut OpenOptions {
        self.inner.truncate(truncate);
        self
    }

    /// As [`std::fs::OpenOptions::create`].
    pub fn create(&mut self, create: bool) -> &mut OpenOptions {
        self.inner.create(create);
        self
    }

    /// As [`std::fs::OpenOptions::create_new`].
    pub fn create_new(&mut self, create_new: bool) -> &mut OpenOptions {
        self.inner.create_new(create_new);
        self
    }

    /// Opens `path`; as [`std::fs::OpenOptions::open`].
    ///
    /// A FIFO waits for its other end, as in std, without a thread. The kernel does not tell when that comes, so it is looked
    /// for: after a millisecond first, then less often, at least 15 times a second. A device whose `open` waits (a serial
    /// line without a carrier) takes up a thread of the pool meanwhile.
    ///
    /// # Errors
    /// `NotFound`, `PermissionDenied`, `AlreadyExists` and others that the kernel reports; `InvalidInput` for options that
    /// contradict each other and for a path with a NUL byte.
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed while it waits for a thread or for a FIFO's other end, nothing is left open; see also [`File`].
    pub fn open<P: AsRef<Path>>(&self, path: P) -> io::Result<File> {
        let path = path.as_ref();
        if wait::may_block_thread() {
            return Ok(File::new(self.inner.open(path)?, None));
        }
        let mut backoff = Backoff::coarse();
        loop {
            match blocking(|| self.open_now(path))?? {
                Opened::Ready(file, kind) => return Ok(File::new(file, kind)),
                Opened::Fifo(file) => return await_writer(File::new(file, Some(Kind::Pipe))),
                Opened::NoReader => backoff.pause(Reason::Other, 0)?,
            }
        }
    }

    /// Opens without waiting for a FIFO's other end.
    fn open_now(&self, path: &Path) -> io::Result<Opened> {
        let asked_not_to_wait = self.custom_flags & file::NONBLOCK != 0;
        if asked_not_to_wait || !is_fifo(path) {
            let file = self.inner.open(path)?;
            let kind = file::kind(file.as_fd()).ok();
            return Ok(Opened::Ready(file, kind));
        }
        let mut options = self.inner.clone();
        let file = match options.custom_flags(self.custom_flags | file::NONBLOCK).open(path) {
            Err(error) if file::is_no_reader(&error) => return Ok(Opened::NoReader),
            other => other?,
        };
        if file::kind(file.as_fd())? == Kind::Pipe && file::is_read_only(file.as_fd())? {
            return Ok(Opened::Fifo(file));
        }
        flags::set_nonblocking(file.as_fd(), false)?;
        let kind = file::kind(file.as_fd()).ok();
        Ok(Opened::Ready(file, kind))
    }
}

/// How far an `open` that does not wait has come.
enum Opened {
    Ready(std::fs::File, Option<Kind>),
    /// A FIFO's reading end, still non-blocking. There may be no writer.
    Fifo(std::fs::File),
    /// A FIFO that nobody reads from.
    NoReader,
}

pub(super) fn is_fifo(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_fifo())
}

/// Waits until somebody has opened a FIFO for writing.
fn await_writer(file: File) -> io::Result<File> {
    let probe = WriterProbe::new()?;
    let mut backoff = Backoff::coarse();
    file.stream.will_wait();
    loop {
        let fd = file.inner.as_fd();
        let pause = Instant::now().checked_add(backoff.next());
        // Data, and a writer that leaves again, make the fd ready. A writer that does neither shows at the next look.
        let found = until(
            fd,
            Interest::Read,
            || Ok(Limit::Until(pause)),
            || match probe.has_writer(fd)? {
                true => Ok(Attempt::Done(())),
                false => Ok(Attempt::WouldBlock),
            },
        );
        match found {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            found => {
                found?;
                flags::set_nonblocking(fd, false)?;
                return Ok(file);
            }
        }
    }
}

impl fmt::Debug for OpenOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl OpenOptionsExt for OpenOptions {
    fn mode(&mut self, mode: u32) -> &mut Self {
        self.inner.mode(mode);
        self
    }

    fn custom_flags(&mut self, flags: i32) -> &mut Self {
        self.custom_flags = flags;
        self.inner.custom_flags(flags);
        self
    }
}
