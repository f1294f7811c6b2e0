//! Greenlets, timers and fds as sources.

use std::io::Write as _;
use std::time::Duration;

use vervet::os::unix::net::UnixStream;
use vervet::select::{Select, after};

use crate::common::{HOUR, checked, in_both, parked};

const SOON: Duration = Duration::from_millis(10);

#[test]
fn the_first_is_chosen() {
    in_both(|| {
        let quick = vervet::spawn(|| 1);
        let slow = vervet::spawn(|| vervet::sleep(HOUR));
        let chosen = vervet::select! {
            _ = slow.wait() => 0,
            _ = quick.wait() => quick.join().unwrap(),
            _ = after(HOUR) => 2,
        };
        assert_eq!(chosen, 1);
        slow.kill();
        slow.wait(None);
    });
}

#[test]
fn default_when_nothing_is_ready() {
    in_both(|| {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let look = || {
            vervet::select! {
                ready = readable(&ours) => ready.is_ok(),
                default => false,
            }
        };
        assert!(!look());
        theirs.write_all(b"x").unwrap();
        assert!(look());
    });
}

#[test]
fn fd_wakes_the_selection() {
    in_both(|| {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let writer = vervet::spawn(move || {
            vervet::sleep(SOON);
            theirs.write_all(b"x").unwrap();
            theirs
        });
        vervet::select! {
            ready = readable(&ours) => ready.unwrap(),
            _ = after(HOUR) => unreachable!(),
        }
        vervet::select! {
            ready = writable(&ours) => ready.unwrap(),
            _ = after(HOUR) => unreachable!(),
        }
        drop(writer.join().unwrap());
    });
}

#[test]
fn the_earlier_timer_is_chosen() {
    in_both(|| {
        let chosen = vervet::select! {
            _ = after(HOUR) => "late",
            _ = after(SOON) => "early",
            _ = after(2 * SOON) => "later",
        };
        assert_eq!(chosen, "early");
    });
}

#[test]
fn control_flow_leaves_from_within() {
    fn first(limit: Duration) -> Option<u32> {
        for turn in 0.. {
            vervet::select! {
                _ = after(limit) => {
                    if turn < 3 { continue } else { break }
                }
                _ = after(HOUR) => return None,
            }
        }
        Some(3)
    }
    checked(|| assert_eq!(first(Duration::from_millis(1)), Some(3)));
}

#[test]
fn missing_sources_are_never_chosen() {
    in_both(|| {
        let none: Option<vervet::select::After> = None;
        vervet::select! {
            _ = none => unreachable!(),
            _ = after(SOON) => {}
        }
    });
}

#[test]
fn a_kill_leaves_nothing_behind() {
    checked(|| {
        let slow = vervet::spawn(|| vervet::sleep(HOUR));
        let handle = slow.handle();
        let waits = vervet::spawn(move || {
            let (ours, _theirs) = UnixStream::pair().unwrap();
            vervet::select! {
                _ = handle.wait() => {}
                ready = readable(&ours) => ready.unwrap(),
                _ = after(HOUR) => {}
            }
        });
        parked(&waits.handle(), "select");
        waits.kill();
        assert!(waits.join().unwrap_err().is_killed());
        slow.kill();
        slow.wait(None);
    });
}

#[test]
fn each_of_those_ready_has_its_chance() {
    checked(|| {
        let mut chosen = [0; 3];
        for _ in 0..3_000 {
            let mut select = Select::new();
            for n in 0..3 {
                select.on(after(Duration::ZERO), move |()| n);
            }
            chosen[select.wait()] += 1;
        }
        // 1,000 each; 26 is the standard deviation.
        assert!(chosen.iter().all(|&n| n > 800), "{chosen:?}");
    });
}

#[test]
fn selection_is_given_back_when_the_time_is_up() {
    in_both(|| {
        let mut select = Select::new();
        assert!(select.is_empty());
        assert_eq!(select.on(after(3 * SOON), |()| 1), 0);
        let select = select.try_wait().unwrap_err();
        let select = select.wait_timeout(Duration::from_millis(1)).unwrap_err();
        assert_eq!(select.len(), 1);
        assert_eq!(select.wait(), 1);
    });
}

#[test]
fn wait_tells_the_order() {
    in_both(|| {
        let greenlets: Vec<_> =
            [30, 10, 20].map(|ms| vervet::spawn(move || vervet::sleep(Duration::from_millis(ms)))).into();
        let objects = || greenlets.iter().map(|greenlet| greenlet as &dyn vervet::select::Waitable);
        assert_eq!(vervet::wait(objects(), Some(Duration::ZERO), None), []);
        assert_eq!(vervet::wait(objects(), None, Some(2)), [1, 2]);
        let mut all = vervet::wait(objects(), None, None);
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2]);
    });
}
