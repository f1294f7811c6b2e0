//! The threads of a `ThreadPool`, and those who wait until they rest.
//!
//! Uses `greenlet` and `wait`. Knows nothing of results.

use std::cell::Cell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::job::Job;
use crate::greenlet::{Lane, Refusal};
use crate::wait::queue::{Place, WaitQueue};
use crate::wait::{self, Cancelled, Reason};

/// See the module's documentation. Dropped, it lets the threads finish what is queued.
pub(super) struct Shared {
    pub(super) lane: Lane<Job>,
    joiners: Arc<Joiners>,
}

struct Joiners(Mutex<WaitQueue>);

impl Joiners {
    /// No code of the user's runs under the lock, so it is whole even if it is poisoned.
    fn lock(&self) -> MutexGuard<'_, WaitQueue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    pub(super) fn new(max: usize) -> Shared {
        let joiners = Arc::new(Joiners(Mutex::new(WaitQueue::new())));
        let theirs = Arc::clone(&joiners);
        let lane = Lane::with_on_rest("vervet-pool", max, move || {
            theirs.lock().wake_all();
        });
        Shared { lane, joiners }
    }

    /// Has `job` run on a thread of the pool, now or when one is free; or tells it why not.
    pub(super) fn submit(&self, job: Job) {
        if let Err((refusal, job)) = self.lane.submit(job) {
            job.refuse(refusal);
        }
    }

    /// Drops what is in the queue. How many there were.
    pub(super) fn clear(&self) -> usize {
        let jobs = self.lane.clear();
        let count = jobs.len();
        jobs.into_iter().for_each(|job| job.refuse(Refusal::Closed));
        count
    }

    /// Waits until there is nothing to do, and after `close` nobody who could do it.
    pub(super) fn join(&self, deadline: u64) -> Result<bool, Cancelled> {
        wait::enter()?;
        let place = Cell::new(Place::default());
        wait::park(
            Reason::Join,
            0,
            deadline,
            |announced| {
                // First in line, then a look: who rests from then on finds us there.
                let here = self.joiners.lock().push(announced.waker(), ());
                let waits = !self.lane.stats().at_rest;
                if waits {
                    place.set(here);
                } else {
                    self.joiners.lock().remove(here);
                }
                waits
            },
            |_| {
                self.joiners.lock().remove(place.get());
            },
        )
    }
}
