//! An epoll instance as its user has it: fds with keys, and what is reported of them.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::{fmt, io};

use rustix::event::epoll;
use rustix::io::Errno;

use super::clock;
use super::poll::PollEvents;

/// How often something that is there is reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// As long as it is there. An fd of which something is left unread is reported again the next time.
    #[default]
    Level,
    /// When it comes. What is left unread is not reported again, so read until a read would block.
    Edge,
    /// Once; then nothing more of this fd, until it is modified.
    OneShot,
}

/// Room for what is reported, and what was reported last.
pub(crate) struct Events(Vec<epoll::Event>);

// SAFETY: numbers. What looks like a pointer in rustix's type is a key that was put in as a `u64`, and is read as one.
unsafe impl Send for Events {}
// SAFETY: as above.
unsafe impl Sync for Events {}

impl Events {
    pub(crate) fn with_capacity(capacity: usize) -> Events {
        Events(Vec::with_capacity(capacity))
    }

    pub(crate) fn capacity(&self) -> usize {
        self.0.capacity()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The key, and what was found.
    pub(crate) fn get(&self, at: usize) -> Option<(u64, PollEvents)> {
        let event = self.0.get(at)?;
        let (flags, data) = (event.flags, event.data);
        Some((data.u64(), PollEvents::from_bits(flags.bits() as u16)))
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries((0..self.len()).map_while(|at| self.get(at))).finish()
    }
}

/// What is waited for on an fd, and how often it is reported.
pub(crate) type What = (PollEvents, Trigger);

#[derive(Debug)]
pub(crate) struct EpollSet(OwnedFd);

impl EpollSet {
    pub(crate) fn new() -> io::Result<EpollSet> {
        Ok(EpollSet(epoll::create(epoll::CreateFlags::CLOEXEC)?))
    }

    pub(crate) fn add(&self, fd: BorrowedFd<'_>, key: u64, what: What) -> io::Result<()> {
        Ok(epoll::add(&self.0, fd, epoll::EventData::new_u64(key), flags(what))?)
    }

    pub(crate) fn modify(&self, fd: BorrowedFd<'_>, key: u64, what: What) -> io::Result<()> {
        Ok(epoll::modify(&self.0, fd, epoll::EventData::new_u64(key), flags(what))?)
    }

    pub(crate) fn remove(&self, fd: BorrowedFd<'_>) -> io::Result<()> {
        Ok(epoll::delete(&self.0, fd)?)
    }

    /// Takes what there is to report, as much as there is room for. How much that is.
    pub(crate) fn take(&self, events: &mut Events) -> io::Result<usize> {
        events.clear();
        loop {
            let room = rustix::buffer::spare_capacity(&mut events.0);
            match epoll::wait(&self.0, room, Some(&clock::timespec(0))) {
                Err(Errno::INTR) => {}
                taken => return Ok(taken?),
            }
        }
    }
}

impl AsFd for EpollSet {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

fn flags((events, trigger): What) -> epoll::EventFlags {
    // The same values in both.
    let events = epoll::EventFlags::from_bits_retain(u32::from(events.bits()));
    match trigger {
        Trigger::Level => events,
        Trigger::Edge => events | epoll::EventFlags::ET,
        Trigger::OneShot => events | epoll::EventFlags::ONESHOT,
    }
}
