//! Greenlets and OS threads, each unparking the other; who `current` says one is.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use vervet::thread;

use crate::common::*;

/// Where a thread runs.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Greenlet,
    Os,
}

const KINDS: [Kind; 2] = [Kind::Greenlet, Kind::Os];

/// Either kind, to be joined from an OS thread.
enum Running {
    Greenlet(vervet::Greenlet<()>),
    Os(std::thread::JoinHandle<()>),
}

impl Kind {
    fn start(self, f: impl FnOnce() + Send + 'static) -> Running {
        match self {
            Kind::Greenlet => Running::Greenlet(vervet::spawn(f)),
            Kind::Os => Running::Os(std::thread::spawn(f)),
        }
    }
}

impl Running {
    fn join(self) {
        match self {
            Running::Greenlet(greenlet) => greenlet.join().unwrap(),
            Running::Os(thread) => thread.join().unwrap(),
        }
    }
}

#[test]
fn each_kind_unparks_each() {
    const ROUNDS: usize = 1_000;
    checked(|| {
        for (one, other) in KINDS.iter().flat_map(|one| KINDS.map(|other| (*one, other))) {
            let turn = Arc::new(AtomicUsize::new(0));
            // Who the two are.
            let names: Arc<[Mutex<Option<thread::Thread>>; 2]> = Arc::default();
            let player = |me: usize| {
                let (turn, names) = (Arc::clone(&turn), Arc::clone(&names));
                move || {
                    *names[me].lock().unwrap() = Some(thread::current());
                    let mut partner = None;
                    eventually("the other is there", || {
                        partner = names[1 - me].lock().unwrap().clone();
                        partner.is_some()
                    });
                    let partner = partner.unwrap();
                    for round in 0..ROUNDS {
                        while turn.load(Relaxed) != 2 * round + me {
                            thread::park();
                        }
                        turn.store(2 * round + me + 1, Relaxed);
                        partner.unpark();
                    }
                }
            };
            let players = [one.start(player(0)), other.start(player(1))];
            players.into_iter().for_each(Running::join);
            assert_eq!(turn.load(Relaxed), 2 * ROUNDS, "{one:?} and {other:?}");
        }
    });
}

/// 64 greenlets and 8 OS threads unpark each other at random, 72 of them at a time. Each wants a number of unparks that
/// others count out to it: were one lost, it would wait for ever.
#[test]
fn no_token_is_lost_in_a_crowd() {
    struct Member {
        thread: Mutex<Option<thread::Thread>>,
        owed: AtomicUsize,
    }
    const CROWD: usize = 72;
    let turns = if cfg!(debug_assertions) { 2_000 } else { 10_000 };
    checked(|| {
        let members: Arc<Vec<Member>> = Arc::new(
            (0..CROWD).map(|_| Member { thread: Mutex::default(), owed: AtomicUsize::new(0) }).collect(),
        );
        let ready = Arc::new(AtomicUsize::new(0));
        let start = |me: usize| {
            let (members, ready) = (Arc::clone(&members), Arc::clone(&ready));
            let kind = if me.is_multiple_of(9) { Kind::Os } else { Kind::Greenlet };
            kind.start(move || {
                *members[me].thread.lock().unwrap() = Some(thread::current());
                ready.fetch_add(1, SeqCst);
                eventually("all are there", || ready.load(SeqCst) == CROWD);
                let threads: Vec<_> =
                    members.iter().map(|member| member.thread.lock().unwrap().clone().unwrap()).collect();
                for turn in 0..turns {
                    // Each turn is a permutation, so that everybody is unparked once.
                    let next = (me + 1 + turn % (CROWD - 1)) % CROWD;
                    members[next].owed.fetch_add(1, Relaxed);
                    threads[next].unpark();
                    while members[me].owed.load(Relaxed) <= turn {
                        match turn % 3 {
                            0 => thread::park_timeout(Duration::from_secs(3600)),
                            _ => thread::park(),
                        }
                    }
                }
            })
        };
        let crowd: Vec<_> = (0..CROWD).map(start).collect();
        crowd.into_iter().for_each(Running::join);
        assert!(members.iter().all(|member| member.owed.load(Relaxed) == turns));
    });
}

#[test]
fn current_is_the_greenlet_however_it_was_started() {
    checked(|| {
        let (sender, receiver) = mpsc::channel();
        let greenlet = vervet::Builder::new()
            .name("plain")
            .spawn(move || {
                sender.send(thread::current()).unwrap();
                thread::park();
                thread::current().id()
            })
            .unwrap();
        let me = receiver.recv().unwrap();
        assert_eq!(me.name(), Some("plain"));
        // The same number as everywhere else.
        assert_eq!(
            format!("{:?}", me.id()).replace("ThreadId", "GreenletId"),
            format!("{:?}", greenlet.handle().id())
        );
        me.unpark();
        assert_eq!(greenlet.join().unwrap(), me.id());
        let ids = vervet::run(|| {
            let local = vervet::spawn_local(|| thread::current().id()).join().unwrap();
            let scoped = vervet::scope(|s| s.spawn(|| thread::current().id()).join().unwrap());
            [thread::current().id(), local, scoped, vervet::offload(|| thread::current().id())]
        });
        assert_eq!(HashSet::from(ids).len(), 4);
    });
}

#[test]
fn current_is_the_os_thread_outside_of_greenlets() {
    checked(|| {
        assert_eq!(thread::current().name(), std::thread::current().name());
        let builder = std::thread::Builder::new().name("std's".to_owned());
        let theirs = builder
            .spawn(|| {
                let me = thread::current();
                assert_eq!(me.name(), Some("std's"));
                // As often as one asks.
                assert_eq!(thread::current().id(), me.id());
                thread::sleep(Duration::from_micros(10));
                me
            })
            .unwrap()
            .join()
            .unwrap();
        // Known beyond its end.
        assert_eq!(theirs.name(), Some("std's"));
        theirs.unpark();
        let ids: HashSet<_> = (0..20)
            .flat_map(|_| {
                [
                    std::thread::spawn(|| thread::current().id()).join().unwrap(),
                    thread::spawn(|| thread::current().id()).join().unwrap(),
                ]
            })
            .chain([theirs.id(), thread::current().id()])
            .collect();
        assert_eq!(ids.len(), 42);
    });
}

#[test]
fn stds_token_is_another_one() {
    checked(|| {
        std::thread::current().unpark();
        let start = Instant::now();
        thread::park_timeout(Duration::from_millis(5));
        assert!(start.elapsed() >= Duration::from_millis(5));
        std::thread::park();
        thread::current().unpark();
        let start = Instant::now();
        std::thread::park_timeout(Duration::from_millis(5));
        assert!(start.elapsed() > Duration::ZERO);
        thread::park();
    });
}

#[test]
fn to_the_very_end_a_thread_is_who_it_was() {
    struct Last(mpsc::Sender<thread::ThreadId>);
    impl Drop for Last {
        fn drop(&mut self) {
            self.0.send(thread::current().id()).unwrap();
            thread::current().unpark();
            thread::sleep(Duration::from_micros(10));
        }
    }
    std::thread_local!(static STDS: std::cell::OnceCell<Last> = const { std::cell::OnceCell::new() });
    vervet::thread_local!(static OURS: std::cell::OnceCell<Last> = const { std::cell::OnceCell::new() });
    checked(|| {
        let (sender, ids) = mpsc::channel();
        let os = std::thread::spawn(move || {
            // Made first, it goes last: what vervet keeps for the thread is gone by then.
            STDS.with(|last| last.set(Last(sender.clone())).ok().unwrap());
            let id = thread::current().id();
            OURS.with(|last| last.set(Last(sender)).ok().unwrap());
            id
        });
        let id = os.join().unwrap();
        assert_eq!(ids.iter().collect::<Vec<_>>(), [id, id]);
        let (sender, ids) = mpsc::channel();
        let greenlet = thread::spawn(|| OURS.with(|last| last.set(Last(sender)).ok().unwrap()));
        let id = greenlet.thread().id();
        greenlet.join().unwrap();
        assert_eq!(ids.iter().collect::<Vec<_>>(), [id]);
    });
}

#[test]
fn a_parked_greenlet_does_not_block_its_worker() {
    checked(|| {
        vervet::run(|| {
            let woken = Arc::new(AtomicBool::new(false));
            let seen = Arc::clone(&woken);
            let parked = vervet::spawn_local(move || {
                thread::park();
                seen.store(true, SeqCst);
            });
            super::common::parked(&parked.handle(), "signal");
            assert!(!woken.load(SeqCst));
            parked.kill();
            assert!(parked.join().unwrap_err().is_killed());
        });
    });
}
