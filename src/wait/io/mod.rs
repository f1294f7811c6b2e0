//! Waiting for an fd.
//!
//! Uses `wait::park`, the reactor and `sys::poll`.

mod any;
mod set;
mod watch;

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::time::{Duration, Instant};

pub(crate) use self::any::{poll, until_any};
pub(crate) use self::set::Set;
pub use self::watch::Readiness;
pub(crate) use self::watch::{Watch, is_readable};
use super::context;
use super::{Reason, cancel};
use crate::runtime;
use crate::runtime::reactor::{self, Enqueued, Slot, Who};
pub(crate) use crate::sys::epoll_set::Events;
pub use crate::sys::epoll_set::Trigger;
pub(crate) use crate::sys::errno::closed;
pub use crate::sys::poll::{PollEvents, PollFd};
use crate::sys::{clock, errno};

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

    /// What to poll for, from an OS thread.
    fn events(self) -> PollEvents {
        match self {
            Interest::Read | Interest::Exit => PollEvents::IN | PollEvents::RDHUP,
            Interest::Write => PollEvents::OUT,
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

impl Limit {
    /// So long from now; for ever, if there is no limit or it is beyond what the clock can tell.
    pub(crate) fn within(timeout: Option<Duration>) -> Limit {
        Limit::Until(timeout.and_then(|timeout| Instant::now().checked_add(timeout)))
    }
}

/// Repeats `attempt` (which must never block) until it is done, waiting for `fd` in between. The owner of `fd` must call `closing`
/// before he closes it.
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
    let epoch = slot.map_or(0, |(slot, _)| {
        slot.keep(fd);
        slot.epoch()
    });
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
    let mut wanted = [None; 2];
    wanted[interest.direction()] = Some(sequence);
    let runtime = runtime::get();
    let worker = context::served().map_or(0, |(_, worker)| worker);
    let mut refused = Ok(Enqueued::Yes);
    let woken = super::park(
        interest.reason(),
        fd.as_raw_fd() as u64,
        deadline,
        |announced| {
            refused = slot.enqueue(fd, wanted, announced.waker(), (runtime, worker), Who::Owner);
            matches!(refused, Ok(Enqueued::Yes))
        },
        |wait| slot.forget(wait),
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

/// Blocks the OS thread until `fd` may be ready, at most until `deadline` or the `timeout` around us.
fn wait_on_thread(fd: BorrowedFd<'_>, interest: Interest, deadline: u64) -> io::Result<bool> {
    Ok(poll_on_thread(&mut [PollFd::from_borrowed_fd(fd, interest.events())], deadline)? > 0)
}

/// Polls as the kernel does, and is cut short by a `timeout` around us.
fn poll_on_thread(fds: &mut [PollFd<'_>], deadline: u64) -> io::Result<usize> {
    loop {
        let outer =
            context::with(|context| cancel::deadline(context.cancellation(), cancel::unwinding(context)));
        let found = crate::sys::poll::wait(fds, deadline.min(outer))?;
        if found > 0 {
            return Ok(found);
        }
        super::checkpoint()?;
        if deadline <= clock::now() {
            return Ok(0);
        }
    }
}

/// To be called before an fd that `until` may have seen is closed or given away: wakes whoever waits on it with
/// `EBADF`, forgets what is known about it, and keeps old events from reaching a new owner of the number.
/// `duplicated` says that the description may live on under another number.
pub(crate) fn closing(fd: RawFd, duplicated: bool) {
    if let Some(runtime) = runtime::running() {
        reactor::close(fd, duplicated, runtime);
    }
}
