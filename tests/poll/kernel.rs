//! The real calls: libc's, on this OS thread.

use std::os::fd::RawFd;
use std::time::Duration;
use std::{io, ptr};

use vervet::select::{PollEvents, PollFd};

/// What a poll has answered: how many, and what at each.
pub(crate) type Answer = (usize, Vec<PollEvents>);

/// poll(2). `None`: without waiting.
pub(crate) fn poll(fds: &[(RawFd, PollEvents)], timeout: Option<Duration>) -> Answer {
    let entry =
        |&(fd, events): &(RawFd, PollEvents)| libc::pollfd { fd, events: events.bits() as i16, revents: 0 };
    let mut entries: Vec<_> = fds.iter().map(entry).collect();
    let timeout = timeout.map_or(0, |timeout| timeout.as_millis() as i32);
    // SAFETY: so many entries, to read and to write.
    let found = unsafe { libc::poll(entries.as_mut_ptr(), entries.len() as libc::nfds_t, timeout) };
    let found = usize::try_from(found).unwrap_or_else(|_| panic!("poll: {}", io::Error::last_os_error()));
    (found, entries.iter().map(|entry| PollEvents::from_bits(entry.revents as u16)).collect())
}

/// vervet's, in the same terms.
pub(crate) fn ours(fds: &[(RawFd, PollEvents)], timeout: Option<Duration>) -> Answer {
    let mut entries: Vec<_> = fds.iter().map(|&(fd, events)| PollFd::from_raw_fd(fd, events)).collect();
    let found = vervet::select::poll(&mut entries, timeout).unwrap();
    (found, entries.iter().map(PollFd::revents).collect())
}

/// select(2), without waiting: the positions of what is ready. For the numbers that it can take.
pub(crate) fn select(lists: [&[RawFd]; 3]) -> io::Result<[Vec<usize>; 3]> {
    // SAFETY: a set is an array of bits, and none is a valid one.
    let mut sets: [libc::fd_set; 3] = unsafe { std::mem::zeroed() };
    let mut last = -1;
    for (list, set) in lists.into_iter().zip(&mut sets) {
        for &fd in list {
            assert!((0..libc::FD_SETSIZE as RawFd).contains(&fd), "select cannot take {fd}");
            // SAFETY: within the set.
            unsafe { libc::FD_SET(fd, set) };
            last = last.max(fd);
        }
    }
    let [read, write, except] = &mut sets;
    let mut at_once = libc::timeval { tv_sec: 0, tv_usec: 0 };
    // SAFETY: three sets and a time, all ours.
    let found = unsafe { libc::select(last + 1, read, write, except, ptr::from_mut(&mut at_once)) };
    if found < 0 {
        return Err(io::Error::last_os_error());
    }
    let mut at = 0;
    Ok(lists.map(|list| {
        let set = &sets[at];
        at += 1;
        // SAFETY: within the set.
        (0..list.len()).filter(|&position| unsafe { libc::FD_ISSET(list[position], set) }).collect()
    }))
}
