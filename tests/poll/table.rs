//! Each state with each thing to wait for, as poll(2) has it.

use std::os::fd::RawFd;
use std::time::Duration;

use vervet::select::PollEvents;

use super::kernel::{self, Answer, ours};
use super::states::{CHANGING, LASTING, PATIENCE};
use crate::common::{checked, in_both, parked};
use crate::{waits_on, woken};

/// Passed over; with it in the list, all waits are "select".
const NONE: (RawFd, PollEvents) = (-1, PollEvents::IN);
const ALL: [PollEvents; 5] =
    [PollEvents::IN, PollEvents::OUT, PollEvents::PRI, PollEvents::RDHUP, PollEvents::empty()];

/// What is asked for: each by itself, and some together.
fn masks() -> Vec<PollEvents> {
    let mut masks = ALL.to_vec();
    masks.extend([
        PollEvents::IN | PollEvents::OUT,
        PollEvents::IN | PollEvents::PRI,
        PollEvents::IN | PollEvents::RDHUP,
        PollEvents::OUT | PollEvents::PRI,
        PollEvents::OUT | PollEvents::RDHUP,
        PollEvents::RDNORM,
        PollEvents::WRNORM,
        PollEvents::RDBAND | PollEvents::WRBAND,
        PollEvents::IN | PollEvents::OUT | PollEvents::PRI | PollEvents::RDHUP,
    ]);
    masks
}

#[test]
fn what_is_there_at_once() {
    checked(|| {
        in_both(|| {
            for (name, make) in LASTING {
                let state = make();
                for events in masks() {
                    let fds = [(state.fd, events)];
                    let kernel = kernel::poll(&fds, None);
                    assert_eq!(ours(&fds, Some(Duration::ZERO)), kernel, "{name}, asked for {events:?}");
                    if kernel.0 > 0 {
                        assert_eq!(ours(&fds, Some(PATIENCE)), kernel, "{name}, asked for {events:?}");
                    }
                }
            }
        });
    });
}

#[test]
fn what_is_not_there_is_waited_for_in_vain() {
    checked(|| {
        vervet::run(|| {
            for (name, make) in LASTING {
                let state = make();
                let nothing = |events: &PollEvents| kernel::poll(&[(state.fd, *events)], None).0 == 0;
                for events in masks().into_iter().filter(nothing) {
                    // Twice the same, and one that is no fd.
                    let fds = [(state.fd, events), NONE, (state.fd, events)];
                    let found = ours(&fds, Some(Duration::from_millis(1)));
                    assert_eq!(found, (0, vec![PollEvents::empty(); 3]), "{name}, asked for {events:?}");
                }
            }
        });
    });
}

#[test]
fn all_of_them_in_one_list() {
    checked(|| {
        in_both(|| {
            let states: Vec<_> = LASTING.iter().map(|(_, make)| make()).collect();
            let mut fds = Vec::new();
            for events in masks() {
                fds.push(NONE);
                fds.extend(states.iter().map(|state| (state.fd, events)));
            }
            assert_eq!(ours(&fds, Some(PATIENCE)), kernel::poll(&fds, None));
        });
    });
}

#[test]
fn what_comes_while_it_waits() {
    checked(|| {
        for ((name, make), settled) in CHANGING {
            for events in masks() {
                let mut state = make();
                // Twice the same, asked for together and one by one.
                let fds = vec![(state.fd, events), NONE, (state.fd, PollEvents::empty()), (state.fd, events)];
                if kernel::poll(&fds, None).0 > 0 {
                    continue;
                }
                let polled = fds.clone();
                let waits = vervet::spawn(move || ours(&polled, None));
                parked(&waits.handle(), "select");
                state.change();
                kernel::poll(&[(state.fd, *settled)], Some(PATIENCE));
                let kernel: Answer = kernel::poll(&fds, None);
                if kernel.0 > 0 {
                    // Woken by what may have been the first of several steps; none is taken back.
                    let (count, found) = woken(waits);
                    let all_there = found.iter().zip(&kernel.1).all(|(early, late)| late.contains(*early));
                    assert!(count > 0 && all_there, "{found:?} of {kernel:?}: {name}, asked for {events:?}");
                    assert_eq!(ours(&fds, Some(PATIENCE)), kernel, "{name}, asked for {events:?}");
                } else {
                    waits_on(waits);
                }
            }
        }
    });
}
