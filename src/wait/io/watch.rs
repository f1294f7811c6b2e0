//! A waker left with an fd; readiness of an fd as a source.
//!
//! Uses the reactor, `wait::select` and `sys::poll`.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::slice;

use super::{Interest, PollEvents, PollFd, context};
use crate::runtime;
use crate::runtime::reactor::{self, Enqueued, READ, Slot, WRITE, Who};
use crate::sys::{errno, poll};
use crate::wait::Waker;
use crate::wait::select::Source;

/// An fd that is looked at, and the waker that is left there in between. Dropped, it leaves nothing there.
#[derive(Debug)]
pub(crate) struct Watch {
    fd: RawFd,
    slot: &'static Slot,
    epoch: u32,
    /// The sequence numbers at the last look, of the directions that matter.
    seen: [Option<u32>; 2],
    waker: Option<Waker>,
    who: Who,
}

impl Watch {
    /// Leaves `waker` to be woken when `fd` becomes readable, or is closed. `None`: it is readable already.
    ///
    /// # Errors
    /// What registering with the reactor reports; `Unsupported` for an fd that is ready whatever happens.
    pub(crate) fn readable(fd: BorrowedFd<'_>, waker: Waker) -> io::Result<Option<Watch>> {
        let mut watch = Watch::new(fd.as_raw_fd(), PollEvents::IN)?;
        // After the number was read: an edge that comes from now on changes it.
        if is_readable(fd) {
            return Ok(None);
        }
        match watch.enqueue(waker)? {
            Enqueued::Yes => Ok(Some(watch)),
            Enqueued::Changed => Ok(None),
            Enqueued::AlwaysReady => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// For those events, looked at for the first time.
    pub(super) fn new(fd: RawFd, events: PollEvents) -> io::Result<Watch> {
        let slot = reactor::slot(fd)?;
        let writes = events.intersects(PollEvents::WRITES);
        // All else is told to readers: an end, an error, urgent data. Hang-ups and errors, which need not be asked for, are told to
        // writers, too.
        let reads = !writes || !(events & !PollEvents::WRITES).is_empty();
        let mut seen = [None; 2];
        seen[READ] = reads.then_some(0);
        seen[WRITE] = writes.then_some(0);
        let mut watch = Watch { fd, slot, epoch: slot.epoch(), seen, waker: None, who: Who::Looker };
        watch.look();
        Ok(watch)
    }

    /// To be called before the fd is looked at: what happens from now on ends the next wait.
    pub(super) fn look(&mut self) {
        for (direction, seen) in self.seen.iter_mut().enumerate() {
            if let Some(seen) = seen {
                *seen = self.slot.sequence(direction);
            }
        }
    }

    /// Whether the fd was closed, or given away, since the first look.
    pub(super) fn is_closed(&self) -> bool {
        self.slot.epoch() != self.epoch
    }

    /// Leaves `waker`, unless something has happened since the last look, or the reactor does not take the fd.
    fn enqueue(&mut self, waker: Waker) -> io::Result<Enqueued> {
        let runtime = runtime::try_get()?;
        let worker = context::served().map_or_else(|| runtime.any_index(), |(_, worker)| worker);
        // SAFETY: whatever the number stands for, it is handed to no call but epoll_ctl, which answers EBADF if that is nothing.
        let fd = unsafe { BorrowedFd::borrow_raw(self.fd) };
        let enqueued = self.slot.enqueue(fd, self.seen, waker.clone(), (runtime, worker), self.who)?;
        if enqueued == Enqueued::Yes {
            self.waker = Some(waker);
            self.who = Who::Holder;
        }
        Ok(enqueued)
    }

    /// Takes the waker out again, until the next look.
    fn pause(&mut self) {
        if let Some(waker) = self.waker.take() {
            self.slot.forget(waker.wait());
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.pause();
        if self.who == Who::Holder
            && let Some(runtime) = runtime::running()
        {
            self.slot.release(self.fd, runtime);
        }
    }
}

/// Whether `fd` is readable at this moment; an end and an error count.
pub(crate) fn is_readable(fd: BorrowedFd<'_>) -> bool {
    poll::is_ready(fd, false)
}

/// Leaves the waker with all of them; `false`: something has happened at one since the last look, and it was left with none.
///
/// # Errors
/// What registering with the reactor reports; then, too, it was left with none.
pub(super) fn begin(watches: &mut [Option<Watch>], waker: &Waker) -> io::Result<bool> {
    for at in 0..watches.len() {
        let Some(watch) = &mut watches[at] else { continue };
        let refused = match watch.enqueue(waker.clone()) {
            Ok(Enqueued::Yes) => continue,
            // Nothing ever happens there: what it was not at the last look it will not be.
            Ok(Enqueued::AlwaysReady) => continue,
            Ok(Enqueued::Changed) => Ok(false),
            // Race "closed between look and wait": the next look tells what became of it.
            Err(error) if errno::is_closed(&error) => Ok(false),
            Err(error) => Err(error),
        };
        pause(&mut watches[..at]);
        return refused;
    }
    Ok(true)
}

/// Takes the waker out of all of them, until the next look.
pub(super) fn pause(watches: &mut [Option<Watch>]) {
    watches.iter_mut().flatten().for_each(Watch::pause);
}

/// Readiness of an fd, as one of several things to wait for: see [`readable`](crate::select::readable).
#[derive(Debug)]
pub struct Readiness<'a> {
    fd: PollFd<'a>,
    watch: Option<Watch>,
    failed: Option<io::Error>,
}

impl<'a> Readiness<'a> {
    pub(crate) fn new(fd: BorrowedFd<'a>, interest: Interest) -> Readiness<'a> {
        let events = if interest == Interest::Write { PollEvents::OUT } else { PollEvents::IN };
        Readiness { fd: PollFd::from_borrowed_fd(fd, events), watch: None, failed: None }
    }

    fn look(&mut self) -> io::Result<bool> {
        match &mut self.watch {
            Some(watch) if watch.is_closed() => return Err(errno::closed()),
            Some(watch) => watch.look(),
            none => *none = Some(Watch::new(self.fd.as_raw_fd(), self.fd.events())?),
        }
        Ok(poll::look(slice::from_mut(&mut self.fd))? > 0)
    }
}

impl Source for Readiness<'_> {
    type Output = io::Result<()>;

    fn try_take(&mut self) -> Option<io::Result<()>> {
        if let Some(error) = self.failed.take() {
            return Some(Err(error));
        }
        match self.look() {
            Ok(false) => None,
            Ok(true) => Some(Ok(())),
            Err(error) => Some(Err(error)),
        }
    }

    fn watch(&mut self, waker: Waker) -> bool {
        let began = begin(slice::from_mut(&mut self.watch), &waker);
        began.unwrap_or_else(|error| {
            self.failed = Some(error);
            false
        })
    }

    fn unwatch(&mut self) -> Option<io::Result<()>> {
        pause(slice::from_mut(&mut self.watch));
        None
    }
}
