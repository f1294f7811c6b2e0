//! One epoll instance and the eventfd that interrupts it.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::event::{EventfdFlags, epoll, eventfd};
use rustix::io::Errno;

/// A reported event: what was registered, and whether it concerns readers, writers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    pub(crate) data: u64,
    pub(crate) read: bool,
    pub(crate) write: bool,
    /// A hang-up, an error or urgent data: no further edge may follow.
    pub(crate) odd: bool,
}

/// Room for the events of one `epoll_wait`.
pub(crate) type Events = Vec<epoll::Event>;

/// An epoll instance with an eventfd in it.
#[derive(Debug)]
pub(crate) struct Epoll {
    epoll: OwnedFd,
    wake: OwnedFd,
    /// How many fds are in, the eventfd apart.
    registered: AtomicUsize,
}

/// What became of an fd that was to be put in.
enum Put {
    New,
    There,
    Refused,
}

/// The registration that stands for the eventfd.
const WAKE: u64 = u64::MAX;

/// Whatever can be waited for on an fd, each time that it comes up.
const BOTH_WAYS: epoll::EventFlags = epoll::EventFlags::IN
    .union(epoll::EventFlags::OUT)
    .union(epoll::EventFlags::RDHUP)
    .union(epoll::EventFlags::PRI)
    .union(epoll::EventFlags::ET);

impl Epoll {
    pub(crate) fn new() -> io::Result<Epoll> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        // Edge-triggered: every write is a new edge, so the counter is never read back. That saves a call per
        // wake, and 2^64 writes do not fit into the life of a machine.
        let flags = epoll::EventFlags::IN | epoll::EventFlags::ET;
        epoll::add(&epoll, &wake, epoll::EventData::new_u64(WAKE), flags)?;
        Ok(Epoll { epoll, wake, registered: AtomicUsize::new(0) })
    }

    /// Registers `fd` for both directions, edge-triggered, with `data` as its mark. `Ok(false)`: this kind of file
    /// cannot be polled (it is always ready).
    pub(crate) fn add(&self, fd: BorrowedFd<'_>, data: u64) -> io::Result<bool> {
        match self.put(fd, data)? {
            Put::Refused => return Ok(false),
            Put::New => {}
            // Still registered from an earlier owner of this number and description: take it over.
            Put::There => epoll::modify(&self.epoll, fd, epoll::EventData::new_u64(data), BOTH_WAYS)?,
        }
        self.registered.fetch_add(1, Ordering::Relaxed);
        Ok(true)
    }

    /// Sees to it that `fd`, which was added, is still in, and adds it again if not: it may have been closed meanwhile, and the
    /// number be another file's.
    pub(crate) fn renew(&self, fd: BorrowedFd<'_>, data: u64) -> io::Result<bool> {
        Ok(!matches!(self.put(fd, data)?, Put::Refused))
    }

    fn put(&self, fd: BorrowedFd<'_>, data: u64) -> io::Result<Put> {
        match epoll::add(&self.epoll, fd, epoll::EventData::new_u64(data), BOTH_WAYS) {
            Ok(()) => Ok(Put::New),
            Err(Errno::EXIST) => Ok(Put::There),
            Err(Errno::PERM) => Ok(Put::Refused),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes `fd` out again; that it was not in is no error.
    pub(crate) fn remove(&self, fd: RawFd) {
        // SAFETY: the number is only handed to epoll_ctl within this call, which answers EBADF or ENOENT if it names
        // nothing that is registered; callers own the fd and close it only afterwards.
        let fd = unsafe { BorrowedFd::borrow_raw(fd) };
        let _ = epoll::delete(&self.epoll, fd);
        self.removed();
    }

    /// An fd that was added is about to be closed, and so goes by itself.
    pub(crate) fn removed(&self) {
        self.registered.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether there is nothing that could become ready.
    pub(crate) fn is_empty(&self) -> bool {
        self.registered.load(Ordering::Relaxed) == 0
    }

    /// Fills `events` with what is ready, waiting at most `nanos` (`u64::MAX`: for ever). An interrupted wait
    /// reports nothing.
    pub(crate) fn wait(&self, events: &mut Events, nanos: u64) {
        events.clear();
        let timeout = (nanos != u64::MAX).then(|| super::clock::timespec(nanos));
        // EINTR is the only error left once the instance exists; the caller comes back anyway.
        let _ = epoll::wait(&self.epoll, rustix::buffer::spare_capacity(events), timeout.as_ref());
    }

    /// Ends the wait of whoever is in `wait`, now or the next time.
    pub(crate) fn wake(&self) {
        // EAGAIN would mean a counter at its top: then the edge is there already.
        let _ = rustix::io::write(self.wake.as_fd(), &1_u64.to_ne_bytes());
    }
}

/// Reads an event that `Epoll::wait` reported; `None` is the eventfd's.
pub(crate) fn decode(event: &epoll::Event) -> Option<Event> {
    let data = event.data.u64();
    let flags = event.flags;
    let broken = flags.intersects(epoll::EventFlags::HUP | epoll::EventFlags::ERR);
    let odd = broken || flags.intersects(epoll::EventFlags::RDHUP | epoll::EventFlags::PRI);
    let read = odd || flags.contains(epoll::EventFlags::IN);
    let write = broken || flags.contains(epoll::EventFlags::OUT);
    (data != WAKE).then_some(Event { data, read, write, odd })
}
