//! `Poller`: a set of fds that stays from one wait to the next.
//!
//! Uses `wait::io`.

use std::iter::FusedIterator;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::time::Duration;
use std::{fmt, io};

use crate::wait::io::{self as fds, Limit, PollEvents, Set, Trigger};

/// A set of fds, each with a key and with what is waited for there. A wait costs as much as there is to report, however many fds there
/// are.
///
/// It is epoll(7) for greenlets: a wait parks the greenlet and no one else. What is reported is what [`poll`](super::poll()) would find,
/// again and again as long as it is there, unless another [`Trigger`] is chosen. Any number of greenlets and threads may
/// register and wait at the same time; each of those that wait at once may be told of the same event.
///
/// A poller is an fd itself, readable when it has something to report: so it can be an entry in another one, or in `poll`.
///
/// An fd leaves the set when it is closed, provided that it has no duplicate (by `try_clone`, or in a child process); else it has to be
/// [unregistered](Poller::unregister) first.
///
/// # Examples
/// ```
/// use std::io::{Read, Write};
/// use vervet::net::{TcpListener, TcpStream};
/// use vervet::select::{Events, PollEvents, Poller};
///
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let mut caller = TcpStream::connect(listener.local_addr()?)?;
/// let (mut called, _) = listener.accept()?;
///
/// let poller = Poller::new()?;
/// poller.register(&listener, 0, PollEvents::IN)?;
/// poller.register(&called, 1, PollEvents::IN)?;
///
/// caller.write_all(b"hello")?;
/// let mut events = Events::new();
/// poller.wait(&mut events, None)?;
/// for event in &events {
///     assert_eq!((event.key, event.found), (1, PollEvents::IN));
///     assert_eq!(called.read(&mut [0; 8])?, 5);
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Poller {
    set: Set,
}

impl Poller {
    /// An empty set.
    ///
    /// # Errors
    /// When no fd is left.
    pub fn new() -> io::Result<Poller> {
        Ok(Poller { set: Set::new()? })
    }

    /// Adds `fd`, to be reported with `key` as long as it has any of `events`; `ERR` and `HUP` are always reported.
    ///
    /// # Errors
    /// `AlreadyExists` if it is in the set; `PermissionDenied` if it is a file that is always ready, on which a wait makes no sense;
    /// what else the kernel reports, such as `ENOSPC` at its limit of watched fds.
    pub fn register(&self, fd: &impl AsFd, key: usize, events: PollEvents) -> io::Result<()> {
        self.register_with(fd, key, events, Trigger::Level)
    }

    /// As [`register`](Poller::register), to be reported as `trigger` says.
    ///
    /// # Errors
    /// As [`register`](Poller::register).
    pub fn register_with(
        &self,
        fd: &impl AsFd,
        key: usize,
        events: PollEvents,
        trigger: Trigger,
    ) -> io::Result<()> {
        self.set.kernel().add(fd.as_fd(), key as u64, (events, trigger))
    }

    /// Gives a registered fd another key, and other events to wait for.
    ///
    /// # Errors
    /// `NotFound` if it is not in the set.
    pub fn modify(&self, fd: &impl AsFd, key: usize, events: PollEvents) -> io::Result<()> {
        self.modify_with(fd, key, events, Trigger::Level)
    }

    /// As [`modify`](Poller::modify), to be reported as `trigger` says. What is there at this moment is reported, also if it was
    /// before; so an fd whose one shot is spent is armed again.
    ///
    /// # Errors
    /// As [`modify`](Poller::modify).
    pub fn modify_with(
        &self,
        fd: &impl AsFd,
        key: usize,
        events: PollEvents,
        trigger: Trigger,
    ) -> io::Result<()> {
        self.set.kernel().modify(fd.as_fd(), key as u64, (events, trigger))
    }

    /// Takes an fd out of the set.
    ///
    /// # Errors
    /// `NotFound` if it is not in it.
    pub fn unregister(&self, fd: &impl AsFd) -> io::Result<()> {
        self.set.kernel().remove(fd.as_fd())
    }

    /// Waits until there is something to report, or until `timeout` has passed (`None`: never). Fills `events`, as far as it has room,
    /// and answers how many there are: 0 after the timeout. What there was no room for comes the next time, and is not
    /// held back by what is reported again.
    ///
    /// # Errors
    /// `EBADF` if the poller's fd was closed by number meanwhile.
    ///
    /// # Cancellation
    /// Blocks here: yes. No event is lost: those that were not told are told to the next who waits.
    pub fn wait(&self, events: &mut Events, timeout: Option<Duration>) -> io::Result<usize> {
        let limit = match timeout {
            Some(Duration::ZERO) => Limit::Never,
            timeout => Limit::within(timeout),
        };
        self.set.wait(&mut events.0, limit)
    }
}

impl AsFd for Poller {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.set.as_fd()
    }
}

impl AsRawFd for Poller {
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

/// What a [`Poller`] has to tell of one fd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// The key that the fd was registered with.
    pub key: usize,
    /// What was found there.
    pub found: PollEvents,
}

/// What the last [`wait`](Poller::wait) of a [`Poller`] has found, and room for the next.
pub struct Events(fds::Events);

impl Events {
    /// With room for 1,024.
    #[must_use]
    pub fn new() -> Events {
        Events::with_capacity(1_024)
    }

    /// With room for so many, and for one at least.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Events {
        Events(fds::Events::with_capacity(capacity.max(1)))
    }

    /// For how many there is room.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.0.capacity()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets them.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// One after the other.
    pub fn iter(&self) -> EventsIter<'_> {
        EventsIter { events: self, next: 0 }
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl Default for Events {
    fn default() -> Events {
        Events::new()
    }
}

impl<'a> IntoIterator for &'a Events {
    type Item = Event;
    type IntoIter = EventsIter<'a>;

    fn into_iter(self) -> EventsIter<'a> {
        self.iter()
    }
}

/// Over [`Events`].
#[derive(Clone, Debug)]
#[must_use = "an iterator does nothing unless it is used"]
pub struct EventsIter<'a> {
    events: &'a Events,
    next: usize,
}

impl Iterator for EventsIter<'_> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        let (key, found) = self.events.0.get(self.next)?;
        self.next += 1;
        // The key was a `usize` when it came.
        Some(Event { key: key as usize, found })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.events.len() - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for EventsIter<'_> {}
impl FusedIterator for EventsIter<'_> {}
