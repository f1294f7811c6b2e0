//! `runtime::sleep`: workers that lie down, and whoever has work for them.

use std::sync::Arc;

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use crate::check;
use crate::runtime::inbox::{Inbox, Linked};
use crate::runtime::sleep::{Idle, Sleeper};
use crate::support::Bell;

use loom::sync::atomic::AtomicPtr;

struct Item(AtomicPtr<Item>);

// SAFETY: an item has one link, and each is pushed once.
unsafe impl Linked for Item {
    unsafe fn link(item: *mut Item) -> *const AtomicPtr<Item> {
        // SAFETY: valid, says the caller.
        unsafe { &raw const (*item).0 }
    }
}

/// Race "announce against push": two items are left for a worker that is about to sleep. It gets both, and is
/// interrupted no more often than it sleeps.
///
/// Fails if the fence in `announce` goes; if the fence in `rouse` goes; if the worker looks before it announces; if `rouse`
/// stores without comparing.
pub fn announce_against_push() {
    check(3, || {
        let shared = Arc::new((Inbox::new(), Sleeper::new(), Bell::new()));
        let pushers = [(), ()].map(|()| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (inbox, sleeper, bell) = &*shared;
                let item = Box::into_raw(Box::new(Item(AtomicPtr::new(std::ptr::null_mut()))));
                // SAFETY: just made, and the worker's from now on.
                unsafe { inbox.push(item) };
                let rouse = sleeper.rouse();
                if rouse {
                    bell.ring();
                }
                usize::from(rouse)
            })
        });
        let (inbox, sleeper, bell) = &*shared;
        let idle = Idle::new();
        let (mut taken, mut rests) = (0, 0);
        while taken < 2 {
            let before = taken;
            for item in inbox.take() {
                // SAFETY: made by a pusher, and ours alone now.
                drop(unsafe { Box::from_raw(item) });
                taken += 1;
            }
            if taken == before {
                rests += 1;
                let sleep = |nothing| {
                    if nothing {
                        bell.sleep()
                    }
                };
                idle.rest(0, sleeper, false, || inbox.is_empty(), sleep);
            }
        }
        let roused: usize = pushers.map(|pusher| pusher.join().unwrap()).iter().sum();
        assert!(roused <= rests);
    });
}

/// Fresh greenlets that anybody may take. No stronger than a queue has to be: what is pushed is published, no more.
struct Queue(AtomicUsize);

impl Queue {
    fn new(n: usize) -> Queue {
        Queue(AtomicUsize::new(n))
    }

    fn push(&self, n: usize) {
        self.0.fetch_add(n, Ordering::Release);
    }

    fn is_empty(&self) -> bool {
        self.0.load(Ordering::Acquire) == 0
    }

    /// Takes one, or half if it may be a batch.
    fn take(&self, batch: bool) -> usize {
        let mut n = self.0.load(Ordering::Acquire);
        while n > 0 {
            let some = if batch { n.div_ceil(2) } else { 1 };
            match self.0.compare_exchange(n, n - some, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return some,
                Err(seen) => n = seen,
            }
        }
        0
    }
}

/// Workers that each run one greenlet, which never ends: a worker that has one is of no more use to anybody. So if there
/// are as many greenlets as workers, and one of those sleeps on, that is a deadlock.
struct Crew {
    idle: Idle,
    injector: Queue,
    workers: Vec<(Sleeper, Bell, Queue)>,
    batch: bool,
}

impl Crew {
    fn new(workers: usize, injected: usize, batch: bool) -> Arc<Crew> {
        let worker = |_| (Sleeper::new(), Bell::new(), Queue::new(0));
        let workers = (0..workers).map(worker).collect();
        Arc::new(Crew { idle: Idle::new(), injector: Queue::new(injected), workers, batch })
    }

    /// As `Runtime::call`.
    fn call(&self, patient: bool) {
        if let Some(index) = self.idle.call(patient) {
            let (sleeper, bell, _) = &self.workers[index];
            if sleeper.rouse() {
                bell.ring();
            }
        }
    }

    /// As `Worker::anything_to_steal`.
    fn anything(&self, index: usize) -> bool {
        let mut others = self.workers.iter().enumerate().filter(|&(other, _)| other != index);
        !self.injector.is_empty() || others.any(|(_, (_, _, fresh))| !fresh.is_empty())
    }

    /// As `Worker::steal`: a batch, of which all but one go to our own queue.
    fn steal(&self, index: usize) -> Option<()> {
        let mut taken = self.injector.take(self.batch);
        for (_, _, fresh) in &self.workers {
            if taken == 0 {
                taken = fresh.take(self.batch);
            }
        }
        if taken > 1 {
            self.workers[index].2.push(taken - 1);
        }
        (taken > 0).then_some(())
    }

    /// As `Worker::search`.
    fn search(&self, index: usize, called: bool) -> Option<()> {
        let more = || !self.workers[index].2.is_empty() || self.anything(index);
        let (found, more) = self.idle.search(called, || self.anything(index), || self.steal(index), more)?;
        if more {
            self.call(false);
        }
        Some(found)
    }

    /// As `Worker::run`, up to the first greenlet.
    fn work(&self, index: usize, mut called: bool, mut naps: usize) {
        let (sleeper, bell, _) = &self.workers[index];
        while self.search(index, called).is_none() {
            let nap = naps > 0;
            naps -= usize::from(nap);
            let sleep = |nothing: bool| match nothing {
                true if nap => thread::yield_now(),
                true => bell.sleep(),
                false => {}
            };
            called = self.idle.rest(index, sleeper, nap, || !self.anything(index), sleep);
        }
    }

    fn start(self: &Arc<Crew>, index: usize, naps: usize) -> thread::JoinHandle<()> {
        let crew = Arc::clone(self);
        thread::spawn(move || crew.work(index, false, naps))
    }
}

/// Race "last searcher gives up against spawn": two greenlets are spawned while two workers search, give up, lie down.
///
/// Fails if the fence in `call` goes; if the fence in `lie_down` goes; if a worker does not look again after lying down; if
/// `search` does not say that more is left; if the fence in `search` goes.
pub fn last_searcher_gives_up_against_spawn() {
    check(3, || {
        let crew = Crew::new(2, 0, false);
        let workers = [0, 1].map(|index| crew.start(index, 0));
        for _ in 0..2 {
            crew.injector.push(1);
            crew.call(false);
        }
        for worker in workers {
            worker.join().unwrap();
        }
    });
}

/// Race "nap against spawn": as above, by a spawner that leaves it to a napping worker, which naps once.
///
/// Fails if `get_up` leaves the nap counted; if a napping worker is not among the sleepers.
pub fn nap_against_spawn() {
    check(2, || {
        let crew = Crew::new(2, 0, false);
        let workers = [0, 1].map(|index| crew.start(index, 1 - index));
        for _ in 0..2 {
            crew.injector.push(1);
            crew.call(true);
        }
        for worker in workers {
            worker.join().unwrap();
        }
    });
}

/// Race "the rest of a batch": two searchers share three greenlets; one of them ends up with two, and must see to it that
/// the third worker, asleep, gets one.
///
/// Fails if `search` leaves the worker's own queue out when it says whether more is left.
pub fn rest_of_a_batch() {
    check(3, || {
        let crew = Crew::new(3, 3, true);
        let (sleeper, bell, _) = &crew.workers[2];
        let mut others = None;
        // Went to sleep before any of this began.
        let called = crew.idle.rest(
            2,
            sleeper,
            false,
            || true,
            |_| {
                others = Some([0, 1].map(|index| crew.start(index, 0)));
                bell.sleep();
            },
        );
        crew.work(2, called, 0);
        for worker in others.unwrap() {
            worker.join().unwrap();
        }
    });
}

/// A call and other news reach the same worker at once: it counts as searching exactly as often as it was called.
///
/// Fails if `get_up` answers `false` when it was called; if `call` counts before it has chosen, and finds nobody.
pub fn call_against_other_news() {
    check(3, || {
        let crew = Crew::new(1, 0, false);
        let worker = crew.start(0, 0);
        let news = {
            let crew = Arc::clone(&crew);
            thread::spawn(move || {
                let (sleeper, bell, _) = &crew.workers[0];
                if sleeper.rouse() {
                    bell.ring();
                }
            })
        };
        crew.injector.push(1);
        crew.call(false);
        worker.join().unwrap();
        news.join().unwrap();
        // A searcher left over in the books would make this call find nobody to interrupt.
        let called = crew.idle.rest(
            0,
            &crew.workers[0].0,
            false,
            || true,
            |_| assert_eq!(crew.idle.call(false), Some(0)),
        );
        assert!(called);
    });
}
