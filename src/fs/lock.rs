//! Advisory file locks.
//!
//! Uses `fs`, `wait` and `sys`.
//!
//! A lock may be held for as long as its holder likes, who may even be a greenlet that needs the pool to give it up. So nobody
//! waits for one on the pool: a greenlet tries, and tries again later. The kernel has no event for "unlocked"; an `unlock` in this process
//! does not know who waits either.

use std::error::Error;
use std::fmt;
use std::io;
use std::os::fd::{AsFd, AsRawFd};

use super::file::File;
use crate::sys::file::{self, Lock};
use crate::wait::backoff::Backoff;
use crate::wait::{self, Reason};

/// Why [`File::try_lock`] or [`File::try_lock_shared`] got no lock.
///
/// `std::fs::TryLockError`, which Rust has from 1.89 on.
pub enum TryLockError {
    /// The system reports an error, other than that somebody else has the lock.
    Error(io::Error),
    /// Somebody else has the lock.
    WouldBlock,
}

impl File {
    /// Waits for the exclusive lock on this file, as `std::fs::File::lock`.
    ///
    /// It is `flock`'s: it belongs to the description, which [`try_clone`](File::try_clone) shares, and binds only those who ask
    /// for it. A greenlet that has to wait looks again after a millisecond, then less often, at least 15 times a second: who
    /// comes first need not be served first. Signals do not interrupt it.
    ///
    /// # Errors
    /// What the kernel reports; on an OS thread `Interrupted` when a signal comes.
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, the lock is not taken.
    ///
    /// # Examples
    /// ```
    /// use vervet::fs::{File, TryLockError};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let path = std::env::temp_dir().join(format!("vervet-lock-{}", std::process::id()));
    /// let (ours, theirs) = (File::create(&path)?, File::create(&path)?);
    /// ours.lock()?;
    /// assert!(matches!(theirs.try_lock_shared(), Err(TryLockError::WouldBlock)));
    /// ours.unlock()?;
    /// theirs.lock_shared()?;
    /// vervet::fs::remove_file(&path)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn lock(&self) -> io::Result<()> {
        self.acquire(Lock::Exclusive)
    }

    /// Waits for a shared lock on this file, as `std::fs::File::lock_shared`. See [`lock`](File::lock).
    ///
    /// # Errors
    /// As [`lock`](File::lock).
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, the lock is not taken.
    pub fn lock_shared(&self) -> io::Result<()> {
        self.acquire(Lock::Shared)
    }

    /// Takes the exclusive lock if nobody else has one, as `std::fs::File::try_lock`.
    ///
    /// # Errors
    /// `WouldBlock` if somebody has one; otherwise what the kernel reports.
    pub fn try_lock(&self) -> Result<(), TryLockError> {
        self.try_acquire(Lock::Exclusive)
    }

    /// Takes a shared lock if nobody else has the exclusive one, as `std::fs::File::try_lock_shared`.
    ///
    /// # Errors
    /// `WouldBlock` if somebody has it; otherwise what the kernel reports.
    pub fn try_lock_shared(&self) -> Result<(), TryLockError> {
        self.try_acquire(Lock::Shared)
    }

    /// Gives up what lock this file has, as `std::fs::File::unlock`.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn unlock(&self) -> io::Result<()> {
        file::unlock(self.inner.as_fd())
    }

    fn acquire(&self, lock: Lock) -> io::Result<()> {
        let fd = self.inner.as_fd();
        if wait::may_block_thread() {
            return file::lock(fd, lock);
        }
        wait::enter()?;
        let mut backoff = Backoff::coarse();
        while !file::try_lock(fd, lock)? {
            backoff.pause(Reason::Lock, fd.as_raw_fd() as u64)?;
        }
        Ok(())
    }

    fn try_acquire(&self, lock: Lock) -> Result<(), TryLockError> {
        match file::try_lock(self.inner.as_fd(), lock) {
            Ok(true) => Ok(()),
            Ok(false) => Err(TryLockError::WouldBlock),
            Err(error) => Err(TryLockError::Error(error)),
        }
    }
}

impl Error for TryLockError {}

impl fmt::Debug for TryLockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TryLockError::Error(error) => error.fmt(f),
            TryLockError::WouldBlock => "WouldBlock".fmt(f),
        }
    }
}

impl fmt::Display for TryLockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self {
            TryLockError::Error(_) => "due to I/O error",
            TryLockError::WouldBlock => "because the operation would block",
        };
        write!(f, "lock acquisition failed {why}")
    }
}

impl From<TryLockError> for io::Error {
    fn from(error: TryLockError) -> io::Error {
        match error {
            TryLockError::Error(error) => error,
            TryLockError::WouldBlock => io::ErrorKind::WouldBlock.into(),
        }
    }
}
