//! What `poll` is asked, and what it answers: the kernel's `pollfd`, with names.
//!
//! Uses nothing of the crate.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{BitAnd, BitOr, BitOrAssign, Not};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

/// What is waited for on an fd, or was found there: the flags of poll(2), with its names and values.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct PollEvents(u16);

impl PollEvents {
    /// A read would not block: there is data, its end, or a connection to accept.
    pub const IN: PollEvents = PollEvents(libc::POLLIN as u16);
    /// There is something exceptional: urgent data on a TCP socket, a change in a file of `/sys`.
    pub const PRI: PollEvents = PollEvents(libc::POLLPRI as u16);
    /// A write would not block.
    pub const OUT: PollEvents = PollEvents(libc::POLLOUT as u16);
    /// Found only: an error is pending, or nobody reads from this pipe any more. Not to be asked for: it is always reported.
    pub const ERR: PollEvents = PollEvents(libc::POLLERR as u16);
    /// Found only: the other end has hung up; there may still be data to read. Not to be asked for.
    pub const HUP: PollEvents = PollEvents(libc::POLLHUP as u16);
    /// Found only: no such fd is open. Not to be asked for.
    pub const NVAL: PollEvents = PollEvents(libc::POLLNVAL as u16);
    /// On Linux as `IN`.
    pub const RDNORM: PollEvents = PollEvents(libc::POLLRDNORM as u16);
    /// Data of a priority band can be read; hardly anything on Linux has that.
    pub const RDBAND: PollEvents = PollEvents(libc::POLLRDBAND as u16);
    /// On Linux as `OUT`.
    pub const WRNORM: PollEvents = PollEvents(libc::POLLWRNORM as u16);
    /// Data of a priority band can be written.
    pub const WRBAND: PollEvents = PollEvents(libc::POLLWRBAND as u16);
    /// The other end of a stream has shut down writing, or has hung up.
    pub const RDHUP: PollEvents = PollEvents(libc::POLLRDHUP as u16);

    /// All that a read would take.
    pub(crate) const READS: PollEvents =
        PollEvents(PollEvents::IN.0 | PollEvents::RDNORM.0 | PollEvents::RDBAND.0);
    /// All that there is room for a write for.
    pub(crate) const WRITES: PollEvents =
        PollEvents(PollEvents::OUT.0 | PollEvents::WRNORM.0 | PollEvents::WRBAND.0);

    const NAMES: [(PollEvents, &'static str); 11] = [
        (PollEvents::IN, "IN"),
        (PollEvents::PRI, "PRI"),
        (PollEvents::OUT, "OUT"),
        (PollEvents::ERR, "ERR"),
        (PollEvents::HUP, "HUP"),
        (PollEvents::NVAL, "NVAL"),
        (PollEvents::RDNORM, "RDNORM"),
        (PollEvents::RDBAND, "RDBAND"),
        (PollEvents::WRNORM, "WRNORM"),
        (PollEvents::WRBAND, "WRBAND"),
        (PollEvents::RDHUP, "RDHUP"),
    ];

    /// No flag. Asked for, it waits for `ERR`, `HUP` and `NVAL` alone.
    #[must_use]
    pub const fn empty() -> PollEvents {
        PollEvents(0)
    }

    /// The flags of a number as poll(2) has them.
    #[must_use]
    pub const fn from_bits(bits: u16) -> PollEvents {
        PollEvents(bits)
    }

    /// As poll(2) has them.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of `other` are here.
    #[must_use]
    pub const fn contains(self, other: PollEvents) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any of `other` is here.
    #[must_use]
    pub const fn intersects(self, other: PollEvents) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether a read would tell something: there is data, or the end of it, or an error.
    #[must_use]
    pub const fn is_readable(self) -> bool {
        self.intersects(PollEvents(PollEvents::IN.0 | PollEvents::HUP.0 | PollEvents::ERR.0))
    }

    /// Whether a write would tell something: there is room, or an error.
    #[must_use]
    pub const fn is_writable(self) -> bool {
        self.intersects(PollEvents(PollEvents::OUT.0 | PollEvents::ERR.0))
    }
}

impl BitOr for PollEvents {
    type Output = PollEvents;

    fn bitor(self, other: PollEvents) -> PollEvents {
        PollEvents(self.0 | other.0)
    }
}

impl BitOrAssign for PollEvents {
    fn bitor_assign(&mut self, other: PollEvents) {
        self.0 |= other.0;
    }
}

impl BitAnd for PollEvents {
    type Output = PollEvents;

    fn bitand(self, other: PollEvents) -> PollEvents {
        PollEvents(self.0 & other.0)
    }
}

impl Not for PollEvents {
    type Output = PollEvents;

    fn not(self) -> PollEvents {
        PollEvents(!self.0)
    }
}

/// `IN | HUP`; what has no name as a number.
impl fmt::Debug for PollEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        let mut first = true;
        let mut between = |f: &mut fmt::Formatter<'_>| {
            let between = if first { "" } else { " | " };
            first = false;
            f.write_str(between)
        };
        for (flag, name) in PollEvents::NAMES {
            if self.contains(flag) {
                between(f)?;
                f.write_str(name)?;
                rest &= !flag.0;
            }
        }
        if rest != 0 || self.is_empty() {
            between(f)?;
            write!(f, "{rest:#x}")?;
        }
        Ok(())
    }
}

/// An fd in the list of [`poll`](crate::select::poll()): what is waited for there, and what was found.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct PollFd<'fd> {
    entry: libc::pollfd,
    fd: PhantomData<BorrowedFd<'fd>>,
}

impl<'fd> PollFd<'fd> {
    /// `fd`, and what to wait for there.
    pub fn new(fd: &'fd impl AsFd, events: PollEvents) -> PollFd<'fd> {
        PollFd::from_borrowed_fd(fd.as_fd(), events)
    }

    /// As [`new`](PollFd::new).
    #[must_use]
    pub fn from_borrowed_fd(fd: BorrowedFd<'fd>, events: PollEvents) -> PollFd<'fd> {
        PollFd::from_raw_fd(fd.as_raw_fd(), events)
    }

    /// An fd by its number, whatever that stands for. An entry with a negative number is passed over; one with a number that is
    /// not open is answered with `NVAL`.
    #[must_use]
    pub fn from_raw_fd(fd: RawFd, events: PollEvents) -> PollFd<'fd> {
        PollFd { entry: libc::pollfd { fd, events: events.0 as i16, revents: 0 }, fd: PhantomData }
    }

    /// What is waited for.
    #[must_use]
    pub fn events(&self) -> PollEvents {
        PollEvents(self.entry.events as u16)
    }

    /// Waits for something else the next time.
    pub fn set_events(&mut self, events: PollEvents) {
        self.entry.events = events.0 as i16;
    }

    /// What the last `poll` has found.
    #[must_use]
    pub fn revents(&self) -> PollEvents {
        PollEvents(self.entry.revents as u16)
    }

    pub(crate) fn set_revents(&mut self, found: PollEvents) {
        self.entry.revents = found.0 as i16;
    }
}

impl AsRawFd for PollFd<'_> {
    fn as_raw_fd(&self) -> RawFd {
        self.entry.fd
    }
}

impl fmt::Debug for PollFd<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PollFd")
            .field("fd", &self.entry.fd)
            .field("events", &self.events())
            .field("revents", &self.revents())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_have_their_names() {
        assert_eq!(format!("{:?}", PollEvents::IN | PollEvents::HUP), "IN | HUP");
        assert_eq!(format!("{:?}", PollEvents::from_bits(0x8004)), "OUT | 0x8000");
        assert_eq!(format!("{:?}", PollEvents::empty()), "0x0");
    }
}
