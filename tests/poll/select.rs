//! `select`, as select(2) has it.

use std::io::Write as _;
use std::os::fd::{AsFd, BorrowedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use vervet::select::{Ready, select};

use super::kernel;
use super::states::{CHANGING, LASTING, PATIENCE};
use crate::common::someone::{Kind, Someone};
use crate::common::{HOUR, checked, in_both, parked};
use crate::{waits_on, woken};

const AT_ONCE: Option<Duration> = Some(Duration::ZERO);

/// vervet's, with numbers.
fn ours(lists: [&[RawFd]; 3], timeout: Option<Duration>) -> [Vec<usize>; 3] {
    // SAFETY: the states that they come from are still there.
    let lists =
        lists.map(|list| list.iter().map(|fd| unsafe { BorrowedFd::borrow_raw(*fd) }).collect::<Vec<_>>());
    let Ready { read, write, except } = select(&lists[0], &lists[1], &lists[2], timeout).unwrap();
    [read, write, except]
}

/// The fd in one of the lists, in two, in all.
fn choices(fd: &RawFd) -> [[&[RawFd]; 3]; 6] {
    let (none, one): (&[RawFd], _) = (&[], std::slice::from_ref(fd));
    [
        [one, none, none],
        [none, one, none],
        [none, none, one],
        [one, one, none],
        [one, none, one],
        [one, one, one],
    ]
}

#[test]
fn what_is_there_at_once() {
    checked(|| {
        in_both(|| {
            for (name, make) in LASTING {
                let state = make();
                for lists in choices(&state.fd) {
                    let kernel = kernel::select(lists).unwrap();
                    assert_eq!(ours(lists, AT_ONCE), kernel, "{name} in {lists:?}");
                    let nothing = kernel.iter().all(Vec::is_empty);
                    let timeout = if nothing { Duration::from_millis(1) } else { PATIENCE };
                    assert_eq!(ours(lists, Some(timeout)), kernel, "{name} in {lists:?}");
                }
            }
        });
    });
}

#[test]
fn all_of_them_in_all_lists() {
    checked(|| {
        in_both(|| {
            let states: Vec<_> = LASTING.iter().map(|(_, make)| make()).collect();
            let fds: Vec<_> = states.iter().map(|state| state.fd).collect();
            let lists = [&fds[..], &fds[5..], &fds[10..]];
            assert_eq!(ours(lists, Some(PATIENCE)), kernel::select(lists).unwrap());
        });
    });
}

#[test]
fn what_comes_while_it_waits() {
    checked(|| {
        for ((name, make), settled) in CHANGING {
            for which in 0..choices(&0).len() {
                let mut state = make();
                let fd = state.fd;
                let lists = choices(&fd)[which];
                if kernel::select(lists).unwrap() != [const { Vec::new() }; 3] {
                    continue;
                }
                let waits = vervet::spawn(move || {
                    // Those with one fd alone are shown as a read or a write; one more, of which nothing comes.
                    let (quiet, _other) = UnixStream::pair().unwrap();
                    let fd = fd;
                    let lists = choices(&fd)[which];
                    let mut except = lists[2].to_vec();
                    except.push(std::os::fd::AsRawFd::as_raw_fd(&quiet));
                    ours([lists[0], lists[1], &except], None)
                });
                parked(&waits.handle(), "select");
                state.change();
                kernel::poll(&[(fd, *settled)], Some(PATIENCE));
                let kernel = kernel::select(lists).unwrap();
                if kernel != [const { Vec::new() }; 3] {
                    // As in the table of `poll`.
                    let mut pairs = woken(waits).into_iter().zip(&kernel);
                    assert!(
                        pairs.all(|(early, late)| early.iter().all(|at| late.contains(at))),
                        "{name} in {lists:?}"
                    );
                    assert_eq!(ours(lists, Some(PATIENCE)), kernel, "{name} in {lists:?}");
                } else {
                    // A hang-up is no exception, for instance.
                    waits_on(waits);
                }
            }
        }
    });
}

#[test]
fn a_hang_up_is_no_exception_to_a_thread_either() {
    checked(|| {
        let (ours, theirs) = UnixStream::pair().unwrap();
        drop(theirs);
        let (other, mut others) = UnixStream::pair().unwrap();
        let waits = Someone::start(Kind::Thread, move || {
            select(&[other.as_fd()], &[], &[ours.as_fd()], Some(HOUR)).unwrap()
        });
        waits.waits("select");
        others.write_all(b"x").unwrap();
        assert_eq!(waits.join(), Ready { read: vec![0], ..Ready::default() });
    });
}

#[test]
fn nothing_in_time() {
    checked(|| {
        in_both(|| {
            let (ours, _theirs) = UnixStream::pair().unwrap();
            let ready =
                select(&[ours.as_fd()], &[], &[ours.as_fd()], Some(Duration::from_millis(5))).unwrap();
            assert!(ready.is_empty());
            assert_eq!(ready, Ready::default());
            assert!(select(&[], &[], &[], Some(Duration::from_millis(5))).unwrap().is_empty());
        });
    });
}
