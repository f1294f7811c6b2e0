//! `poll` and `select`: which of many fds are ready, as the system calls of these names tell.
//!
//! Uses `wait::io`.

use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use crate::wait;
use crate::wait::io::{self as fds, PollEvents, PollFd};

/// Waits until one of `fds` has something that it is polled for, or until `timeout` has passed (`None`: never), and answers how many
/// have: 0 after the timeout. What was found is in each entry's [`revents`](PollFd::revents).
///
/// It is poll(2): level-triggered, with `ERR`, `HUP` and `NVAL` reported whether they are asked for or not, negative numbers passed
/// over, regular files always ready. In a greenlet it parks the greenlet and no one else; on an OS thread it is the system call. It
/// differs in this:
///
/// * A signal does not interrupt it.
/// * An fd of one of vervet's types that is closed or given away meanwhile is reported as `NVAL`. (The borrow in a [`PollFd`] prevents
///   that; a number does not.) That an fd is closed which vervet knows nothing of goes unnoticed, as it does by poll(2).
/// * It waits by epoll: where that refuses an fd, because it has too many or because it is an epoll instance with others in it, too
///   deep in each other, the call fails. Not if something is ready at once.
///
/// Each call costs as much as there are fds. For thousands of them, few of which are ready at a time, see
/// [`Poller`](super::Poller).
///
/// # Errors
/// `InvalidInput` for more fds than the process may have open. What the kernel reports where it cannot watch an fd.
///
/// # Cancellation
/// Blocks here: yes. Nothing is left behind at the fds.
///
/// # Examples
/// ```
/// use std::io::Write;
/// use std::time::Duration;
/// use vervet::os::unix::net::UnixStream;
/// use vervet::select::{PollEvents, PollFd, poll};
///
/// let (quiet, _other) = UnixStream::pair()?;
/// let (ours, mut theirs) = UnixStream::pair()?;
/// vervet::spawn(move || theirs.write_all(b"news"));
///
/// let mut fds = [PollFd::new(&quiet, PollEvents::IN), PollFd::new(&ours, PollEvents::IN)];
/// assert_eq!(poll(&mut fds, Some(Duration::from_secs(60)))?, 1);
/// assert!(fds[0].revents().is_empty());
/// assert!(fds[1].revents().contains(PollEvents::IN));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn poll(fds: &mut [PollFd<'_>], timeout: Option<Duration>) -> io::Result<usize> {
    fds::poll(fds, wait::deadline_in(timeout), |fd| !fd.revents().is_empty())
}

/// Which fds [`select`] has found ready: their positions in its lists, in ascending order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ready {
    /// A read would not block: there is data, or the end of it, or an error.
    pub read: Vec<usize>,
    /// A write would not block: there is room, or an error.
    pub write: Vec<usize>,
    /// There is something exceptional, such as urgent data.
    pub except: Vec<usize>,
}

impl Ready {
    /// Whether none is: the time was up.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.read.is_empty() && self.write.is_empty() && self.except.is_empty()
    }
}

/// Waits until one of the fds in `read` can be read from, or one of those in `write` written to, or there is something exceptional with
/// one of those in `except`, or until `timeout` has passed (`None`: never). Answers which, by their positions; none after the
/// timeout.
///
/// It is select(2) as Python's `select.select` has it, in what it waits for and in what it tells, but for any number of fds, of any
/// number: no `FD_SETSIZE`. A signal does not interrupt it. In a greenlet it parks the greenlet and no one else.
///
/// # Errors
/// `EBADF` if one of the fds is not open, or is closed meanwhile by a type of vervet's. Otherwise as [`poll`].
///
/// # Cancellation
/// Blocks here: yes. Nothing is left behind at the fds.
///
/// # Examples
/// ```
/// use std::io::Write;
/// use std::os::fd::AsFd;
/// use std::time::Duration;
/// use vervet::os::unix::net::UnixStream;
/// use vervet::select::select;
///
/// let (quiet, _other) = UnixStream::pair()?;
/// let (ours, mut theirs) = UnixStream::pair()?;
/// vervet::spawn(move || theirs.write_all(b"news"));
///
/// let ready = select(&[quiet.as_fd(), ours.as_fd()], &[], &[], Some(Duration::from_secs(60)))?;
/// assert_eq!(ready.read, [1]);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn select(
    read: &[BorrowedFd<'_>],
    write: &[BorrowedFd<'_>],
    except: &[BorrowedFd<'_>],
    timeout: Option<Duration>,
) -> io::Result<Ready> {
    let sets = [(read, PollEvents::READS), (write, PollEvents::WRITES), (except, PollEvents::PRI)];
    let mut entries: Vec<_> = sets
        .iter()
        .flat_map(|(set, events)| set.iter().map(|fd| PollFd::from_borrowed_fd(*fd, *events)))
        .collect();
    let bad = |entry: &PollFd<'_>| entry.revents().contains(PollEvents::NVAL);
    fds::poll(&mut entries, wait::deadline_in(timeout), |entry| is_selected(entry) || bad(entry))?;
    if entries.iter().any(bad) {
        return Err(fds::closed());
    }
    let (readers, others) = entries.split_at(read.len());
    let (writers, excepted) = others.split_at(write.len());
    Ok(Ready { read: selected(readers), write: selected(writers), except: selected(excepted) })
}

fn selected(entries: &[PollFd<'_>]) -> Vec<usize> {
    entries.iter().enumerate().filter(|(_, entry)| is_selected(entry)).map(|(at, _)| at).collect()
}

/// What select(2) takes for what was asked: a hang-up for something to read, an error for that and for a chance to write, and
/// neither for an exception.
fn is_selected(entry: &PollFd<'_>) -> bool {
    let counts = match entry.events() {
        PollEvents::READS => PollEvents::READS | PollEvents::HUP | PollEvents::ERR,
        PollEvents::WRITES => PollEvents::WRITES | PollEvents::ERR,
        asked => asked,
    };
    entry.revents().intersects(counts)
}
