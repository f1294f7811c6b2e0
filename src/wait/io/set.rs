//! A set of fds in the kernel, waited for as a whole.
//!
//! Uses `wait::io::until` and `sys::epoll_set`.
//!
//! An epoll instance is an fd that is readable while it has something to report. So whoever waits for its events waits for one fd,
//! whatever number of them it holds.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use super::{Attempt, Events, Interest, Limit, closing, until};
use crate::sys::epoll_set::EpollSet;

#[derive(Debug)]
pub(crate) struct Set(EpollSet);

impl Set {
    pub(crate) fn new() -> io::Result<Set> {
        EpollSet::new().map(Set)
    }

    /// What is in the set.
    pub(crate) fn kernel(&self) -> &EpollSet {
        &self.0
    }

    /// Waits until there is something to report, or until the limit. How much there is.
    pub(crate) fn wait(&self, events: &mut Events, limit: Limit) -> io::Result<usize> {
        let taken = until(
            self.0.as_fd(),
            Interest::Read,
            || Ok(limit),
            || match self.0.take(events)? {
                0 => Ok(Attempt::WouldBlock),
                count => Ok(Attempt::Done(count)),
            },
        );
        match taken {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
            taken => taken,
        }
    }
}

impl AsFd for Set {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl Drop for Set {
    fn drop(&mut self) {
        closing(self.0.as_fd().as_raw_fd(), false);
    }
}
