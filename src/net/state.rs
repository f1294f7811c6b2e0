//! What is known about one open file description: how long the user lets its calls block.
//!
//! Uses `wait` (for its vocabulary) and `sys`.
//!
//! `O_NONBLOCK`, `SO_RCVTIMEO` and `SO_SNDTIMEO` live in the kernel and stay the user's. They matter only when a call
//! would block, and asking for them there costs two system calls. So they are kept here too, shared by everything
//! that `try_clone` made from one socket, as long as nobody else can change them:
//!
//! * *owned*: made here, or accepted; the fd's number never left. The copy is exact, because only our setters write.
//! * *escaped*: the number was seen outside (`as_raw_fd`, `as_fd`), or came from there. The kernel is asked each time.
//!
//! A listener needs `O_NONBLOCK` itself, because `accept` has no `MSG_DONTWAIT`. From the first `accept` that must not
//! block on, the flag is *forced*: the kernel's is on, and `nonblocking` alone says what the user wants.
//!
//! # Ordering
//! All flags are `Relaxed`. Settings change under `settings`; `escaped` is stored before anyone outside can hold the
//! fd, `duplicated` before the clone exists, `shut` before the kernel knows, so whatever orders the change before a call orders the flag before it too.
//! `loaded` is the exception: its release store publishes the settings to the acquire load in `limit`.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use crate::sys;
use crate::sys::net::Kind;
use crate::wait::io::{Interest, Limit};

/// Where a socket came from, which decides what may be assumed about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Made here: blocking, without timeouts.
    Created,
    /// Accepted from a listener that may have handed its timeouts down.
    Accepted,
    /// Came from outside, with any settings, and may still be known there.
    Adopted,
}

#[derive(Debug)]
pub(crate) struct State {
    /// Written to while a setting changes in the kernel and here, so that both end up the same; read while one must not.
    settings: RwLock<()>,
    /// The settings below are the kernel's.
    loaded: AtomicBool,
    nonblocking: AtomicBool,
    /// `SO_RCVTIMEO` in nanoseconds; 0 is none.
    read_timeout: AtomicU64,
    /// `SO_SNDTIMEO` in nanoseconds; 0 is none.
    write_timeout: AtomicU64,
    /// The kernel's `O_NONBLOCK` is ours.
    forced: AtomicBool,
    escaped: AtomicBool,
    duplicated: AtomicBool,
    /// `shutdown` was called here.
    shut: AtomicBool,
    /// As far as we know from where it came.
    kind: Kind,
}

impl State {
    pub(crate) fn new(origin: Origin, kind: Kind) -> State {
        State {
            settings: RwLock::new(()),
            loaded: AtomicBool::new(origin == Origin::Created),
            nonblocking: AtomicBool::new(false),
            read_timeout: AtomicU64::new(0),
            write_timeout: AtomicU64::new(0),
            forced: AtomicBool::new(false),
            escaped: AtomicBool::new(origin == Origin::Adopted),
            duplicated: AtomicBool::new(false),
            shut: AtomicBool::new(false),
            kind,
        }
    }

    /// From now on code outside may change the settings, or what the socket is.
    pub(crate) fn escape(&self) {
        if !self.has_escaped() {
            self.escaped.store(true, Relaxed);
        }
    }

    pub(crate) fn has_escaped(&self) -> bool {
        self.escaped.load(Relaxed)
    }

    /// From now on the description has a second fd.
    pub(crate) fn duplicate(&self) {
        self.duplicated.store(true, Relaxed);
    }

    /// Whether the description may live on after this fd's end.
    pub(crate) fn outlives_fd(&self) -> bool {
        self.duplicated.load(Relaxed) || self.has_escaped()
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// From now on reading or writing may be over.
    pub(crate) fn shut(&self) {
        self.shut.store(true, Relaxed);
    }

    /// Whether somebody may have called `shutdown`, here or outside.
    pub(crate) fn may_be_shut(&self) -> bool {
        self.shut.load(Relaxed) || self.has_escaped()
    }

    /// Whether a short count proves that the kernel's buffer is empty (read) or full (write). True for a TCP socket,
    /// unless code outside may have put a layer on it that hands out records (kernel TLS).
    pub(crate) fn short_count_drains(&self) -> bool {
        self.kind == Kind::Tcp && !self.has_escaped()
    }

    /// Whether the kernel's `O_NONBLOCK` is ours: then its `WouldBlock` means nothing to the user.
    pub(crate) fn is_forced(&self) -> bool {
        self.forced.load(Relaxed)
    }

    /// How long the user lets a call block that would block now.
    pub(crate) fn limit(&self, fd: BorrowedFd<'_>, interest: Interest) -> io::Result<Limit> {
        let write = interest == Interest::Write;
        let timeout = if self.has_escaped() {
            let nonblocking = match self.is_forced() {
                true => self.nonblocking.load(Relaxed),
                false => sys::net::is_nonblocking(fd)?,
            };
            if nonblocking {
                return Ok(Limit::Never);
            }
            sys::net::timeout(fd, write)?
        } else {
            if !self.loaded.load(Acquire) {
                self.load(fd)?;
            }
            if self.nonblocking.load(Relaxed) {
                return Ok(Limit::Never);
            }
            match self.timeout_cell(write).load(Relaxed) {
                0 => None,
                nanos => Some(Duration::from_nanos(nanos)),
            }
        };
        Ok(Limit::within(timeout))
    }

    fn load(&self, fd: BorrowedFd<'_>) -> io::Result<()> {
        let _changing = self.changing();
        if self.loaded.load(Relaxed) {
            return Ok(());
        }
        if !self.is_forced() {
            self.nonblocking.store(sys::net::is_nonblocking(fd)?, Relaxed);
        }
        for write in [false, true] {
            let timeout = sys::net::timeout(fd, write)?;
            self.timeout_cell(write).store(nanos(timeout), Relaxed);
        }
        self.loaded.store(true, Release);
        Ok(())
    }

    pub(crate) fn set_nonblocking(&self, fd: BorrowedFd<'_>, nonblocking: bool) -> io::Result<()> {
        let _changing = self.changing();
        if !self.is_forced() {
            sys::net::set_nonblocking(fd, nonblocking)?;
        }
        self.nonblocking.store(nonblocking, Relaxed);
        Ok(())
    }

    pub(crate) fn set_timeout(
        &self,
        fd: BorrowedFd<'_>,
        write: bool,
        timeout: Option<Duration>,
    ) -> io::Result<()> {
        if timeout == Some(Duration::ZERO) {
            return Err(zero_timeout());
        }
        let _changing = self.changing();
        sys::net::set_timeout(fd, write, timeout)?;
        self.timeout_cell(write).store(nanos(timeout), Relaxed);
        Ok(())
    }

    /// Makes sure that `accept` on `fd` cannot block, and that our own setters keep it so while the guard lives.
    pub(crate) fn force_nonblocking(&self, fd: BorrowedFd<'_>) -> io::Result<RwLockReadGuard<'_, ()>> {
        loop {
            let settled = self.settings.read().unwrap_or_else(PoisonError::into_inner);
            if self.is_forced() && (!self.has_escaped() || sys::net::is_nonblocking(fd)?) {
                return Ok(settled);
            }
            drop(settled);
            self.force(fd)?;
        }
    }

    fn force(&self, fd: BorrowedFd<'_>) -> io::Result<()> {
        let _changing = self.changing();
        let on = sys::net::is_nonblocking(fd)?;
        // Forced, and yet not on: somebody outside wants it blocking.
        if !self.is_forced() || !on {
            self.nonblocking.store(on, Relaxed);
        }
        // Before the system call: whoever meets the flag in the kernel must find out whose it is.
        self.forced.store(true, Relaxed);
        if on {
            return Ok(());
        }
        sys::net::set_nonblocking(fd, true).inspect_err(|_| self.forced.store(false, Relaxed))
    }

    /// Gives the description back as the user made it, and lets go of it for good: it is being handed to code outside.
    pub(crate) fn release(&self, fd: BorrowedFd<'_>) {
        let _changing = self.changing();
        self.escape();
        if self.is_forced() {
            // It cannot fail on an open socket, and `into_raw_fd` has no way to tell.
            let _ = sys::net::set_nonblocking(fd, self.nonblocking.load(Relaxed));
            self.forced.store(false, Relaxed);
        }
    }

    fn timeout_cell(&self, write: bool) -> &AtomicU64 {
        if write { &self.write_timeout } else { &self.read_timeout }
    }

    fn changing(&self) -> RwLockWriteGuard<'_, ()> {
        self.settings.write().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn zero_timeout() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "cannot set a 0 duration timeout")
}

fn nanos(timeout: Option<Duration>) -> u64 {
    timeout.map_or(0, |timeout| u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX))
}
