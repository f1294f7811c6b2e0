//! fds that are closed, before and while somebody looks at them, and the next ones of their numbers.

use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::time::Duration;

use vervet::os::unix::net::UnixStream;
use vervet::select::{PollEvents, PollFd, poll, select};

use super::fds::{count_up, event};
use super::kernel::ours;
use crate::common::{HOUR, checked, in_both, is_parked, over, parked};
use crate::woken;

/// The number of an fd that was just closed. Tests run one at a time, so it stays free for a moment.
fn closed_number() -> RawFd {
    std::io::pipe().unwrap().0.as_raw_fd()
}

/// An fd of that number, which is free: whatever was open below is kept open.
fn with_number(number: RawFd, mut make: impl FnMut() -> OwnedFd) -> (OwnedFd, Vec<OwnedFd>) {
    let mut others = Vec::new();
    loop {
        let fd = make();
        if fd.as_raw_fd() == number {
            return (fd, others);
        }
        others.push(fd);
        assert!(others.len() < 1_000, "{number} is not free");
    }
}

#[test]
fn a_closed_number_is_invalid() {
    checked(|| {
        in_both(|| {
            let fds =
                [(closed_number(), PollEvents::IN), (RawFd::MAX, PollEvents::empty()), (-5, PollEvents::IN)];
            let none = PollEvents::empty();
            assert_eq!(ours(&fds, None), (2, vec![PollEvents::NVAL, PollEvents::NVAL, none]));
        });
    });
}

#[test]
fn select_refuses_a_closed_number() {
    checked(|| {
        in_both(|| {
            // SAFETY: handed to `select` alone, which says that nothing is open there.
            let fd = unsafe { BorrowedFd::borrow_raw(closed_number()) };
            for lists in [[&[fd][..], &[], &[]], [&[], &[fd], &[]], [&[], &[], &[fd]]] {
                let error = select(lists[0], lists[1], lists[2], None).unwrap_err();
                assert_eq!(error.raw_os_error(), Some(libc::EBADF));
            }
        });
    });
}

#[test]
fn closed_while_polled() {
    checked(|| {
        for events in
            [PollEvents::IN, PollEvents::PRI, PollEvents::empty(), PollEvents::IN | PollEvents::RDHUP]
        {
            let (stream, _other) = UnixStream::pair().unwrap();
            let fd = stream.as_raw_fd();
            let waits = vervet::spawn(move || ours(&[(fd, events), (-1, events)], None));
            parked(&waits.handle(), "select");
            drop(stream);
            assert_eq!(woken(waits), (1, vec![PollEvents::NVAL, PollEvents::empty()]));
        }
    });
}

#[test]
fn given_away_while_polled() {
    checked(|| {
        let (stream, _other) = UnixStream::pair().unwrap();
        let fd = stream.as_raw_fd();
        let waits = vervet::spawn(move || ours(&[(fd, PollEvents::IN), (-1, PollEvents::IN)], None));
        parked(&waits.handle(), "select");
        let _given_away: OwnedFd = stream.into();
        assert_eq!(woken(waits).1[0], PollEvents::NVAL);
    });
}

#[test]
fn closed_while_selected() {
    checked(|| {
        let (stream, _other) = UnixStream::pair().unwrap();
        let fd = stream.as_raw_fd();
        let waits = vervet::spawn(move || {
            // SAFETY: it is there when the wait begins, and that it goes is what the test is about.
            let fd = unsafe { BorrowedFd::borrow_raw(fd) };
            select(&[fd], &[], &[fd], None).unwrap_err().raw_os_error()
        });
        parked(&waits.handle(), "select");
        drop(stream);
        assert_eq!(woken(waits), Some(libc::EBADF));
    });
}

#[test]
fn the_next_fd_of_the_number_is_heard_of() {
    checked(|| {
        let first = event(0);
        let number = first.as_raw_fd();
        let mut fd = first;
        for _ in 0..20 {
            let waits = vervet::spawn(move || {
                let found = poll(&mut [PollFd::new(&fd, PollEvents::IN)], Some(HOUR)).unwrap();
                (found, fd)
            });
            parked(&waits.handle(), "read");
            // SAFETY: the greenlet has it open.
            let writer = unsafe { BorrowedFd::borrow_raw(number) }.try_clone_to_owned().unwrap();
            count_up(&writer);
            let (found, old) = woken(waits);
            assert_eq!(found, 1);
            // Behind vervet's back.
            drop((old, writer));
            fd = with_number(number, || event(0)).0;
        }
    });
}

#[test]
fn a_stream_with_the_number_of_an_fd_that_was_polled() {
    checked(|| {
        let event = event(0);
        let number = event.as_raw_fd();
        let short = Some(Duration::from_millis(1));
        assert_eq!(vervet::run(move || ours(&[(number, PollEvents::IN)], short)).0, 0);
        drop(event);
        reads_from(number);
    });
}

#[test]
fn a_stream_with_the_number_of_an_fd_that_is_still_polled() {
    checked(|| {
        let event = event(0);
        let number = event.as_raw_fd();
        let late = vervet::spawn(move || ours(&[(number, PollEvents::IN)], None));
        parked(&late.handle(), "read");
        // As the kernel's poll, it does not hear of that.
        drop(event);
        reads_from(number);
        if is_parked(&late.handle(), "read") {
            late.kill();
        }
        over(&late.handle());
    });
}

/// A vervet stream of that number is read from, and written to while it waits.
fn reads_from(number: RawFd) {
    let mut others = Vec::new();
    // std's, of which vervet hears nothing before it is read from.
    let (stream, _kept) = with_number(number, || {
        let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
        others.push(OwnedFd::from(theirs));
        ours.into()
    });
    let mut stream = UnixStream::from(stream);
    let mut other = UnixStream::from(others.pop().unwrap());
    let reads = vervet::spawn(move || stream.read(&mut [0; 8]).unwrap());
    parked(&reads.handle(), "read");
    other.write_all(b"x").unwrap();
    assert_eq!(woken(reads), 1);
}

#[test]
fn two_look_at_a_number_that_changes_hands() {
    checked(|| {
        let old = event(0);
        let number = old.as_raw_fd();
        let first = vervet::spawn(move || ours(&[(number, PollEvents::IN)], None));
        parked(&first.handle(), "read");
        drop(old);
        let (new, _kept) = with_number(number, || event(0));
        let second = vervet::spawn(move || ours(&[(number, PollEvents::IN)], None));
        parked(&second.handle(), "read");
        count_up(&new);
        assert_eq!(woken(second).0, 1);
        first.kill();
        over(&first.handle());
    });
}

#[test]
fn readable_says_that_it_was_closed() {
    checked(|| {
        let (stream, _other) = UnixStream::pair().unwrap();
        let fd = stream.as_raw_fd();
        let waits = vervet::spawn(move || {
            // SAFETY: as above.
            let fd = unsafe { BorrowedFd::borrow_raw(fd) };
            vervet::select! { ready = readable(&fd) => ready.unwrap_err().raw_os_error() }
        });
        parked(&waits.handle(), "select");
        drop(stream);
        assert_eq!(woken(waits), Some(libc::EBADF));
    });
}

#[test]
fn a_poller_lets_closed_fds_go() {
    checked(|| {
        use vervet::select::{Events, Poller};
        let poller = Poller::new().unwrap();
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        poller.register(&ours, 7, PollEvents::IN).unwrap();
        theirs.write_all(b"x").unwrap();
        let mut events = Events::with_capacity(1);
        assert_eq!(poller.wait(&mut events, None).unwrap(), 1);
        drop(ours);
        assert_eq!(poller.wait(&mut events, Some(Duration::from_millis(1))).unwrap(), 0);
        assert_eq!(poller.unregister(&theirs.as_fd()).unwrap_err().kind(), std::io::ErrorKind::NotFound);
    });
}
