//! Waiting for an fd.
//!
//! Uses `wait::park`, the reactor and `sys::poll`.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::time::Instant;

use super::context;
use super::select::Source;
use super::{Reason, Waker, cancel};
use crate::runtime;
use crate::runtime::reactor::{self, Enqueued, Slot};
use crate::sys::{clock, errno, poll};

/// What a caller waits for on an fd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interest {
    Read,
    Write,
    /// The end of a process, by its pidfd.
    Exit,
}

impl Interest {
    fn direction(self) -> usize {
        match self {
            Interest::Read | Interest::Exit => reactor::READ,
            Interest::Write => reactor::WRITE,
        }
    }

    fn reason(self) -> Reason {
        match self {
            Interest::Read => Reason::Read,
            Interest::Write => Reason::Write,
            Interest::Exit => Reason::Child,
        }
    }
}

/// How one non-blocking attempt ended.
#[derive(Debug)]
pub(crate) enum Attempt<T> {
    /// Done; the fd may well be ready for more.
    Done(T),
    /// Done, and the kernel's buffer is known to be empty (read) or full (write): the next call on this fd and
    /// direction may wait for the next edge before it tries. Only for sockets in which a short count proves this.
    Drained(T),
    /// The call would have blocked.
    WouldBlock,
}

/// What to do when an attempt would block; asked once per call, only then.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    /// The user made the fd non-blocking: report `WouldBlock` to him.
    Never,
    /// Wait until this moment, then report `WouldBlock` as the kernel does for `SO_RCVTIMEO`; `None` waits for ever.
    Until(Option<Instant>),
}

/// Repeats `attempt` (which must never block) until it is done, waiting for `fd` in between.
///
/// In a greenlet the wait parks the greenlet; on an OS thread it blocks the thread in `poll`.
///
/// # Errors
/// What `attempt` and `limit` report; `WouldBlock` (from EAGAIN) when the limit is reached; `EBADF` when the fd was closed
/// meanwhile (`closing`); what registering with the reactor reports.
///
/// # Cancellation
/// Unwinds when killed or timed out, before an attempt or while it waits; a finished attempt's result is never lost.
pub(crate) fn until<T>(
    fd: BorrowedFd<'_>,
    interest: Interest,
    mut limit: impl FnMut() -> io::Result<Limit>,
    mut attempt: impl FnMut() -> io::Result<Attempt<T>>,
) -> io::Result<T> {
    super::enter()?;
    let slot = match context::served() {
        Some((_, worker)) => Some((reactor::slot(fd.as_raw_fd())?, worker)),
        None => None,
    };
    let epoch = slot.map_or(0, |(slot, _)| slot.epoch());
    let mut deadline = None;
    loop {
        let mut sequence = 0;
        let mut outcome = None;
        if let Some((slot, worker)) = slot {
            sequence = slot.sequence(interest.direction());
            if slot.is_drained(interest.direction(), sequence, worker) {
                if deadline.is_none()
                    && let Limit::Until(at) = limit()?
                {
                    deadline = Some(super::deadline_at(at));
                }
                // A user who polls by himself gets the kernel's answer each time.
                outcome = deadline.map(|_| Attempt::WouldBlock);
            }
        }
        let outcome = match outcome {
            Some(outcome) => outcome,
            None => attempt()?,
        };
        match outcome {
            Attempt::Done(value) => return Ok(value),
            Attempt::Drained(value) => {
                if let Some((slot, _)) = slot {
                    slot.set_drained(interest.direction(), sequence);
                }
                return Ok(value);
            }
            Attempt::WouldBlock => {}
        }
        let deadline = match deadline {
            Some(deadline) => deadline,
            None => match limit()? {
                Limit::Never => return Err(errno::would_block()),
                Limit::Until(at) => *deadline.insert(super::deadline_at(at)),
            },
        };
        let ready = match slot {
            Some((slot, _)) => wait_in_greenlet(fd, slot, interest, (sequence, epoch), deadline)?,
            None => wait_on_thread(fd, interest, deadline)?,
        };
        if !ready {
            return Err(errno::would_block());
        }
    }
}

/// Parks the running greenlet until `fd` may be ready; `false` if `deadline` came first.
fn wait_in_greenlet(
    fd: BorrowedFd<'_>,
    slot: &'static Slot,
    interest: Interest,
    (sequence, epoch): (u32, u32),
    deadline: u64,
) -> io::Result<bool> {
    let direction = interest.direction();
    let runtime = runtime::get();
    let worker = context::served().map_or(0, |(_, worker)| worker);
    let mut refused = Ok(Enqueued::Yes);
    let woken = super::park(
        interest.reason(),
        fd.as_raw_fd() as u64,
        deadline,
        |announced| {
            refused = slot.enqueue(fd, direction, sequence, announced.waker(), (runtime, worker));
            matches!(refused, Ok(Enqueued::Yes))
        },
        |wait| slot.forget(direction, wait),
    )?;
    if refused? == Enqueued::AlwaysReady {
        // The kernel said would-block and cannot say when to come back: others first, then try again.
        super::yield_now(false)?;
    }
    if slot.epoch() != epoch {
        return Err(errno::closed());
    }
    Ok(woken)
}

/// As `until`, for an attempt that reads from two fds at once, for as long as it takes.
pub(crate) fn until_either<T>(
    fds: [BorrowedFd<'_>; 2],
    mut attempt: impl FnMut() -> io::Result<Attempt<T>>,
) -> io::Result<T> {
    super::enter()?;
    loop {
        let mut slots = None;
        if super::in_greenlet() {
            let both = [reactor::slot(fds[0].as_raw_fd())?, reactor::slot(fds[1].as_raw_fd())?];
            slots = Some(both.map(|slot| (slot, slot.sequence(reactor::READ))));
        }
        match attempt()? {
            Attempt::Done(value) | Attempt::Drained(value) => return Ok(value),
            Attempt::WouldBlock => {}
        }
        match slots {
            Some(slots) => wait_for_either(fds, slots)?,
            None => {
                let outer = context::with(|context| {
                    cancel::deadline(context.cancellation(), cancel::unwinding(context))
                });
                if !poll::wait_either(fds, outer)? {
                    super::checkpoint()?;
                }
            }
        }
    }
}

/// Parks the running greenlet until one of two fds may be readable.
fn wait_for_either(fds: [BorrowedFd<'_>; 2], slots: [(&'static Slot, u32); 2]) -> io::Result<()> {
    let runtime = runtime::get();
    let worker = context::served().map_or(0, |(_, worker)| worker);
    let mut refused = Ok(());
    let mut waits = None;
    let mut always_ready = false;
    super::park(
        Reason::Read,
        fds[0].as_raw_fd() as u64,
        super::NEVER,
        |announced| {
            waits = Some(announced.id());
            for (fd, (slot, sequence)) in fds.into_iter().zip(slots) {
                let waker = announced.waker();
                match slot.enqueue(fd, reactor::READ, sequence, waker, (runtime, worker)) {
                    Ok(Enqueued::Yes) => continue,
                    Ok(Enqueued::Changed) => {}
                    Ok(Enqueued::AlwaysReady) => always_ready = true,
                    Err(error) => refused = Err(error),
                }
                // The other slot may have our waker already, so the wait has to be ended, not called off.
                announced.waker().wake();
            }
            true
        },
        |wait| slots.iter().for_each(|(slot, _)| slot.forget(reactor::READ, wait)),
    )?;
    // One of them has woken us; the other would keep the waker until its next event.
    if let Some(wait) = waits {
        slots.iter().for_each(|(slot, _)| slot.forget(reactor::READ, wait));
    }
    refused?;
    if always_ready {
        super::yield_now(false)?;
    }
    Ok(())
}

/// Whether `fd` is readable at this moment; an end and an error count.
pub(crate) fn is_readable(fd: BorrowedFd<'_>) -> bool {
    poll::is_ready(fd, false)
}

/// A waker left with an fd. To be ended with the wait, whichever way that ends.
#[derive(Debug)]
pub(crate) struct Watch {
    fd: RawFd,
    direction: usize,
    waker: Waker,
}

impl Watch {
    /// Leaves `waker` to be woken when `fd` becomes readable, or is closed. `None`: it is readable already.
    ///
    /// # Errors
    /// What registering with the reactor reports; `Unsupported` for an fd that is ready whatever happens.
    pub(crate) fn readable(fd: BorrowedFd<'_>, waker: Waker) -> io::Result<Option<Watch>> {
        match Watch::enqueue(fd, Interest::Read, waker)? {
            Ok(watch) => Ok(Some(watch)),
            Err(Enqueued::AlwaysReady) => Err(io::ErrorKind::Unsupported.into()),
            Err(Enqueued::Changed | Enqueued::Yes) => Ok(None),
        }
    }

    /// Leaves `waker`, unless the fd is ready already, or why ever else the reactor does not take it.
    fn enqueue(fd: BorrowedFd<'_>, interest: Interest, waker: Waker) -> io::Result<Result<Watch, Enqueued>> {
        let slot = reactor::slot(fd.as_raw_fd())?;
        let direction = interest.direction();
        let sequence = slot.sequence(direction);
        // After the number was read: an edge that comes from now on changes it.
        if poll::is_ready(fd, interest == Interest::Write) {
            return Ok(Err(Enqueued::Changed));
        }
        let runtime = runtime::try_get()?;
        let worker = context::served().map_or_else(|| runtime.any_index(), |(_, worker)| worker);
        let enqueued = slot.enqueue(fd, direction, sequence, waker.clone(), (runtime, worker))?;
        Ok(match enqueued {
            Enqueued::Yes => Ok(Watch { fd: fd.as_raw_fd(), direction, waker }),
            Enqueued::Changed | Enqueued::AlwaysReady => Err(enqueued),
        })
    }

    /// Takes the waker out again.
    pub(crate) fn end(self) {
        if let Ok(slot) = reactor::slot(self.fd) {
            slot.forget(self.direction, self.waker.wait());
        }
    }
}

/// Readiness of an fd, as one of several things to wait for: see [`readable`](crate::select::readable).
#[derive(Debug)]
pub struct Readiness<'a> {
    fd: BorrowedFd<'a>,
    interest: Interest,
    epoch: Option<u32>,
    watch: Option<Watch>,
    failed: Option<io::Error>,
}

impl<'a> Readiness<'a> {
    pub(crate) fn new(fd: BorrowedFd<'a>, interest: Interest) -> Readiness<'a> {
        Readiness { fd, interest, epoch: None, watch: None, failed: None }
    }
}

impl Source for Readiness<'_> {
    type Output = io::Result<()>;

    fn try_take(&mut self) -> Option<io::Result<()>> {
        if let Some(error) = self.failed.take() {
            return Some(Err(error));
        }
        match reactor::slot(self.fd.as_raw_fd()) {
            Err(error) => return Some(Err(error)),
            Ok(slot) if *self.epoch.get_or_insert(slot.epoch()) != slot.epoch() => {
                return Some(Err(errno::closed()));
            }
            Ok(_) => {}
        }
        poll::is_ready(self.fd, self.interest == Interest::Write).then_some(Ok(()))
    }

    fn watch(&mut self, waker: Waker) -> bool {
        match Watch::enqueue(self.fd, self.interest, waker) {
            Ok(watch) => self.watch = watch.ok(),
            Err(error) => self.failed = Some(error),
        }
        self.watch.is_some()
    }

    fn unwatch(&mut self) -> Option<io::Result<()>> {
        if let Some(watch) = self.watch.take() {
            watch.end();
        }
        None
    }
}

/// Blocks the OS thread until `fd` may be ready, at most until `deadline` or the `timeout` around us.
fn wait_on_thread(fd: BorrowedFd<'_>, interest: Interest, deadline: u64) -> io::Result<bool> {
    let outer = context::with(|context| cancel::deadline(context.cancellation(), cancel::unwinding(context)));
    let until = deadline.min(outer);
    let ready = poll::wait(fd, interest == Interest::Write, until)?;
    if !ready {
        super::checkpoint()?;
    }
    Ok(ready || clock::now() < deadline)
}

/// To be called before an fd that `until` may have seen is closed or given away: wakes whoever waits on it with
/// `EBADF`, forgets what is known about it, and keeps old events from reaching a new owner of the number.
/// `duplicated` says that the description may live on under another number.
pub(crate) fn closing(fd: RawFd, duplicated: bool) {
    if let Some(runtime) = runtime::running() {
        reactor::close(fd, duplicated, runtime);
    }
}
