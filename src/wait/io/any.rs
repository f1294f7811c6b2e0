//! Waiting for any of several fds: the core of `poll`, `select`, and of whatever else looks at more than one.
//!
//! Uses `wait::select`, `wait::io`'s watches, and `sys::poll`.
//!
//! What is ready, only the kernel says: it is asked before the wait, and again after it. The reactor says when to ask, by edges, and
//! an edge is no more than that, so that others may take what it was about. What could go wrong in between:
//!
//! * **Edge between look and wait.** The sequence numbers are read before the look, and an fd whose number has changed ends the wait.
//! * **Edge that was there before.** Registering reports what holds at that moment, and so makes an edge of it.
//! * **Edge that is under way.** A worker has fetched it and not passed it on: then the look was later than what it tells of, and the
//!   wait ends once too often.
//! * **Nothing new in what holds already.** What is not asked for (urgent data beside a reader who wants none, a hang-up beside
//!   `select`'s exceptional set) may hold all the time, and makes no edge; what is asked for did not hold at the look, and comes
//!   with one. Each edge wakes all who wait for its direction, so that one who wants urgent data hears of it beside a reader. To
//!   register makes an edge of what holds, too: so the registration stays from look to look, or there would be no end of them.
//! * **Taken by another.** What somebody else has read by the time of the look is not found, and the wait goes on, as the kernel's does.
//! * **Closed between look and wait.** Registering fails, and the next look says `NVAL`.
//! * **Closed while we wait.** `closing` wakes us *before* the fd is closed, so the kernel may still say that it is not ready; it is the
//!   epoch of its number that tells, and `NVAL` is reported whatever the number stands for by then.
//! * **The same fd twice.** Two wakers of one wait, each taken out once.

use std::io;
use std::os::fd::AsRawFd;

use super::watch::{self, Watch};
use super::{Attempt, PollEvents, PollFd, poll_on_thread};
use crate::sys::poll::look;
use crate::wait::select::{Arm, Source, select_for};
use crate::wait::{NEVER, Reason, Waker, enter, in_greenlet, is_past};

/// Polls `fds` until one of them has something that `counts`, or until `deadline`. Answers how many have.
///
/// In a greenlet the wait parks the greenlet; on an OS thread it blocks the thread in the kernel's own poll.
///
/// # Errors
/// What the kernel reports: `EINVAL` for more fds than the process may open; what registering with the reactor reports.
///
/// # Cancellation
/// Unwinds when killed or timed out, before anything else or while it waits.
pub(crate) fn poll(
    fds: &mut [PollFd<'_>],
    deadline: u64,
    counts: impl Fn(&PollFd<'_>) -> bool,
) -> io::Result<usize> {
    enter()?;
    let counted = |fds: &[PollFd<'_>]| fds.iter().filter(|fd| counts(fd)).count();
    if !in_greenlet() || is_past(deadline) {
        let found = poll_on_thread(fds, deadline)?;
        let count = counted(fds);
        if count > 0 || found == 0 || is_past(deadline) {
            return Ok(count);
        }
        // Something that does not count, and would end each poll at once. The reactor reports nothing but changes.
    }
    let reason = match fds {
        [fd] if fd.as_raw_fd() < 0 => Reason::Select,
        [fd] if fd.events().intersects(PollEvents::OUT) => Reason::Write,
        [_] => Reason::Read,
        _ => Reason::Select,
    };
    let attempt = |fds: &mut [PollFd<'_>], watches: &[Option<Watch>]| {
        look(fds)?;
        for (fd, watch) in fds.iter_mut().zip(watches) {
            if watch.as_ref().is_some_and(Watch::is_closed) {
                fd.set_revents(PollEvents::NVAL);
            }
        }
        Ok(match counted(fds) {
            0 => Attempt::WouldBlock,
            count => Attempt::Done(count),
        })
    };
    Ok(park_until(fds, reason, deadline, attempt)?.unwrap_or(0))
}

/// As `until`, for an attempt on several fds, for as long as it takes.
pub(crate) fn until_any<T>(
    fds: &mut [PollFd<'_>],
    reason: Reason,
    mut attempt: impl FnMut() -> io::Result<Attempt<T>>,
) -> io::Result<T> {
    enter()?;
    if in_greenlet() {
        let done = park_until(fds, reason, NEVER, |_, _| attempt())?;
        return Ok(done.expect("there is no deadline"));
    }
    loop {
        if let Attempt::Done(value) | Attempt::Drained(value) = attempt()? {
            return Ok(value);
        }
        poll_on_thread(fds, NEVER)?;
    }
}

/// Repeats `attempt` until it is done, parked until something happens at one of `fds` in between; `None` if `deadline` came first.
fn park_until<'fd, T>(
    fds: &mut [PollFd<'fd>],
    reason: Reason,
    deadline: u64,
    attempt: impl FnMut(&mut [PollFd<'fd>], &[Option<Watch>]) -> io::Result<Attempt<T>>,
) -> io::Result<Option<T>> {
    let subject = fds.first().map_or(0, |fd| fd.as_raw_fd() as u64);
    let mut arm = Arm::new(AnyOf { fds, attempt, watches: Vec::new(), failed: None });
    select_for((reason, subject), &mut [&mut arm], deadline)?;
    arm.into_taken().transpose()
}

/// What `attempt` finds at some fds, as a source.
struct AnyOf<'a, 'fd, F> {
    fds: &'a mut [PollFd<'fd>],
    attempt: F,
    /// One for each, except where there is nothing to wait for.
    watches: Vec<Option<Watch>>,
    failed: Option<io::Error>,
}

impl<F> AnyOf<'_, '_, F> {
    fn look(&mut self) {
        if self.watches.len() == self.fds.len() {
            return self.watches.iter_mut().flatten().for_each(Watch::look);
        }
        let (fds, failed) = (&self.fds, &mut self.failed);
        self.watches.extend(fds.iter().map(|fd| {
            let number = fd.as_raw_fd();
            let watch = (number >= 0).then(|| Watch::new(number, fd.events()));
            // An error only if it comes to a wait.
            watch?.map_err(|error| *failed = Some(error)).ok()
        }));
    }
}

impl<'fd, F, T> Source for AnyOf<'_, 'fd, F>
where
    F: FnMut(&mut [PollFd<'fd>], &[Option<Watch>]) -> io::Result<Attempt<T>>,
{
    type Output = io::Result<T>;

    fn try_take(&mut self) -> Option<io::Result<T>> {
        self.look();
        match (self.attempt)(self.fds, &self.watches) {
            Ok(Attempt::Done(value) | Attempt::Drained(value)) => Some(Ok(value)),
            Ok(Attempt::WouldBlock) => self.failed.take().map(Err),
            Err(error) => Some(Err(error)),
        }
    }

    fn watch(&mut self, waker: Waker) -> bool {
        let began = watch::begin(&mut self.watches, &waker);
        began.unwrap_or_else(|error| {
            self.failed = Some(error);
            false
        })
    }

    fn unwatch(&mut self) -> Option<io::Result<T>> {
        watch::pause(&mut self.watches);
        None
    }
}
