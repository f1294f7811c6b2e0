//! `Poller`: fds that stay registered.

use std::io::{ErrorKind, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use vervet::select::{Event, Events, PollEvents, PollFd, Poller, Trigger, poll};

use super::fds::{count_up, event};
use crate::common::{HOUR, checked, in_both, over, parked};
use crate::woken;

const AT_ONCE: Option<Duration> = Some(Duration::ZERO);
const SHORT: Duration = Duration::from_millis(20);
const MANY: usize = 10_000;

fn keys(events: &Events) -> Vec<usize> {
    events.iter().map(|event| event.key).collect()
}

/// What there is at once.
fn found(poller: &Poller) -> Vec<Event> {
    let mut events = Events::new();
    let count = poller.wait(&mut events, AT_ONCE).unwrap();
    assert_eq!(count, events.len());
    events.iter().collect()
}

#[test]
fn what_is_left_is_told_again() {
    checked(|| {
        in_both(|| {
            let poller = Poller::new().unwrap();
            let (mut ours, mut theirs) = UnixStream::pair().unwrap();
            poller.register(&ours, 3, PollEvents::IN | PollEvents::RDHUP).unwrap();
            assert_eq!(found(&poller), []);
            theirs.write_all(b"xy").unwrap();
            let readable = Event { key: 3, found: PollEvents::IN };
            assert_eq!(found(&poller), [readable]);
            assert_eq!(found(&poller), [readable]);
            ours.read_exact(&mut [0; 2]).unwrap();
            assert_eq!(found(&poller), []);
            drop(theirs);
            let hung_up = PollEvents::IN | PollEvents::HUP | PollEvents::RDHUP;
            assert_eq!(found(&poller), [Event { key: 3, found: hung_up }]);
        });
    });
}

#[test]
fn an_edge_is_told_once() {
    checked(|| {
        let poller = Poller::new().unwrap();
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        poller.register_with(&ours, 0, PollEvents::IN, Trigger::Edge).unwrap();
        for _ in 0..3 {
            theirs.write_all(b"x").unwrap();
            assert_eq!(found(&poller).len(), 1);
            assert_eq!(found(&poller), []);
        }
        // What is there counts as new.
        poller.modify_with(&ours, 1, PollEvents::IN, Trigger::Edge).unwrap();
        assert_eq!(found(&poller), [Event { key: 1, found: PollEvents::IN }]);
        assert_eq!(found(&poller), []);
    });
}

#[test]
fn one_shot_and_armed_again() {
    checked(|| {
        let poller = Poller::new().unwrap();
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        poller.register_with(&ours, 0, PollEvents::IN, Trigger::OneShot).unwrap();
        theirs.write_all(b"x").unwrap();
        assert_eq!(found(&poller).len(), 1);
        theirs.write_all(b"x").unwrap();
        assert_eq!(found(&poller), []);
        poller.modify_with(&ours, 0, PollEvents::IN, Trigger::OneShot).unwrap();
        assert_eq!(found(&poller).len(), 1);
        assert_eq!(found(&poller), []);
    });
}

#[test]
fn modified_and_unregistered() {
    checked(|| {
        let poller = Poller::new().unwrap();
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        poller.register(&ours, 1, PollEvents::OUT).unwrap();
        assert_eq!(found(&poller), [Event { key: 1, found: PollEvents::OUT }]);
        poller.modify(&ours, 2, PollEvents::IN).unwrap();
        assert_eq!(found(&poller), []);
        theirs.write_all(b"x").unwrap();
        assert_eq!(found(&poller), [Event { key: 2, found: PollEvents::IN }]);
        poller.unregister(&ours).unwrap();
        assert_eq!(found(&poller), []);
    });
}

#[test]
fn what_cannot_be_done() {
    checked(|| {
        let poller = Poller::new().unwrap();
        let (ours, _theirs) = UnixStream::pair().unwrap();
        let kind = |result: std::io::Result<()>| result.unwrap_err().kind();
        assert_eq!(kind(poller.modify(&ours, 0, PollEvents::IN)), ErrorKind::NotFound);
        assert_eq!(kind(poller.unregister(&ours)), ErrorKind::NotFound);
        poller.register(&ours, 0, PollEvents::IN).unwrap();
        assert_eq!(kind(poller.register(&ours, 0, PollEvents::IN)), ErrorKind::AlreadyExists);
        let file = std::fs::File::open("/proc/self/exe").unwrap();
        assert_eq!(kind(poller.register(&file, 0, PollEvents::IN)), ErrorKind::PermissionDenied);
    });
}

#[test]
fn what_has_no_room_comes_later() {
    checked(|| {
        let poller = Poller::new().unwrap();
        let fds: Vec<_> = (0..10).map(|_| event(0)).collect();
        for (key, fd) in fds.iter().enumerate() {
            poller.register(fd, key, PollEvents::IN).unwrap();
            count_up(fd);
        }
        let mut events = Events::with_capacity(4);
        let mut seen = Vec::new();
        // In turn, although all of them stay ready.
        for _ in 0..5 {
            assert_eq!(poller.wait(&mut events, None).unwrap(), 4);
            seen.extend(keys(&events));
        }
        assert!((0..10).all(|key| seen.iter().filter(|seen| **seen == key).count() == 2), "{seen:?}");
        events.clear();
        assert!(events.is_empty());
        assert_eq!(Events::with_capacity(0).capacity(), 1);
    });
}

#[test]
fn one_of_ten_thousand() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    checked(|| {
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
        let many = maximum.map_or(MANY, |most| MANY.min(most as usize - 200));
        let poller = Arc::new(Poller::new().unwrap());
        let fds: Vec<_> = (0..many).map(|_| event(0)).collect();
        for (key, fd) in fds.iter().enumerate() {
            poller.register(fd, key, PollEvents::IN).unwrap();
        }
        let waits = {
            let poller = Arc::clone(&poller);
            vervet::spawn(move || {
                let mut events = Events::new();
                let mut seen = Vec::new();
                while seen.len() < 100 {
                    poller.wait(&mut events, None).unwrap();
                    seen.extend(keys(&events));
                }
                seen
            })
        };
        parked(&waits.handle(), "read");
        let chosen: Vec<_> = (0..100).map(|turn| (turn * 7_919) % many).collect();
        for &key in &chosen {
            count_up(&fds[key]);
            // It is told as often as somebody asks, until it is unregistered.
            crate::common::eventually("it was told", || {
                poller.unregister(&fds[key]).is_ok() || waits.is_finished()
            });
        }
        for &key in &chosen {
            let _ = poller.register(&fds[key], key, PollEvents::IN);
        }
        let seen = woken(waits);
        assert!(seen.iter().all(|key| chosen.contains(key)), "{seen:?}");
    });
}

#[test]
fn deadlines() {
    checked(|| {
        in_both(|| {
            let poller = Poller::new().unwrap();
            let quiet = event(0);
            poller.register(&quiet, 0, PollEvents::IN).unwrap();
            let mut events = Events::new();
            let begun = Instant::now();
            assert_eq!(poller.wait(&mut events, Some(SHORT)).unwrap(), 0);
            assert!(begun.elapsed() >= SHORT);
            assert!(events.is_empty());
            assert!(vervet::timeout(SHORT, || poller.wait(&mut events, Some(Duration::MAX))).is_err());
            count_up(&quiet);
            assert_eq!(poller.wait(&mut events, Some(Duration::MAX)).unwrap(), 1);
        });
    });
}

#[test]
fn killed_while_it_waits() {
    checked(|| {
        let poller = Arc::new(Poller::new().unwrap());
        let fd = event(0);
        poller.register(&fd, 0, PollEvents::IN).unwrap();
        let waiter = || {
            let poller = Arc::clone(&poller);
            let waits = vervet::spawn(move || poller.wait(&mut Events::new(), None).unwrap());
            parked(&waits.handle(), "read");
            waits
        };
        let (killed, other) = (waiter(), waiter());
        killed.kill();
        over(&killed.handle());
        count_up(&fd);
        assert_eq!(woken(other), 1);
        assert_eq!(found(&poller).len(), 1, "nothing was lost");
    });
}

#[test]
fn all_who_wait_hear_of_what_stays() {
    checked(|| {
        let poller = Arc::new(Poller::new().unwrap());
        let waiting: Vec<_> = (0..10)
            .map(|_| {
                let poller = Arc::clone(&poller);
                vervet::spawn(move || {
                    let mut events = Events::new();
                    poller.wait(&mut events, None).unwrap();
                    keys(&events)
                })
            })
            .collect();
        waiting.iter().for_each(|greenlet| parked(&greenlet.handle(), "read"));
        // Registered while they wait, and ready already.
        let fd = event(0);
        count_up(&fd);
        poller.register(&fd, 9, PollEvents::IN).unwrap();
        for greenlet in waiting {
            assert_eq!(woken(greenlet), [9]);
        }
    });
}

#[test]
fn a_poller_in_a_poller_and_in_a_poll() {
    checked(|| {
        in_both(|| {
            let (inner, outer) = (Poller::new().unwrap(), Poller::new().unwrap());
            let fd = Arc::new(event(0));
            inner.register(&*fd, 1, PollEvents::IN).unwrap();
            outer.register(&inner, 2, PollEvents::IN).unwrap();
            let later = |fd: &Arc<OwnedFd>| {
                let fd = Arc::clone(fd);
                vervet::spawn(move || {
                    vervet::sleep(SHORT);
                    count_up(&fd);
                })
            };
            let counts = later(&fd);
            let mut events = Events::new();
            outer.wait(&mut events, Some(HOUR)).unwrap();
            assert_eq!(keys(&events), [2]);
            assert_eq!(found(&inner).len(), 1);
            counts.join().unwrap();
            rustix::io::read(&*fd, &mut [0; 8]).unwrap();
            assert_eq!(found(&outer), []);

            let counts = later(&fd);
            let mut fds = [PollFd::new(&outer, PollEvents::IN), PollFd::new(&inner, PollEvents::IN)];
            assert!(poll(&mut fds, Some(HOUR)).unwrap() > 0);
            counts.join().unwrap();
            vervet::select! { ready = readable(&outer) => ready.unwrap() }
        });
    });
}

#[test]
fn what_was_found_can_be_seen() {
    checked(|| {
        let poller = Poller::new().unwrap();
        let fd = event(0);
        count_up(&fd);
        poller.register(&fd, usize::MAX, PollEvents::IN).unwrap();
        let mut events = Events::default();
        poller.wait(&mut events, None).unwrap();
        assert_eq!(format!("{events:?}"), format!("[Event {{ key: {}, found: IN }}]", usize::MAX));
        assert_eq!(events.iter().len(), 1);
    });
}
