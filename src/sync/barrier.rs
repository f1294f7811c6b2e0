//! `Barrier` and `BarrierWaitResult`.
//!
//! Uses `wait`.

use std::cell::Cell;
use std::fmt;
use std::panic::RefUnwindSafe;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::see_through;
use crate::wait::queue::{Place, WaitQueue};
use crate::wait::{self, NEVER, Reason};

/// A place where several wait for each other, any number of times.
///
/// As [`std::sync::Barrier`], to be used between greenlets, OS threads, or both.
///
/// # Examples
/// ```
/// use vervet::sync::Barrier;
///
/// let barrier = Barrier::new(3);
/// let leaders = vervet::scope(|s| {
///     let waits: Vec<_> = (0..3).map(|_| s.spawn(|| barrier.wait().is_leader())).collect();
///     waits.into_iter().filter_map(|wait| wait.join().ok()).filter(|&leads| leads).count()
/// });
/// assert_eq!(leaders, 1);
/// ```
pub struct Barrier {
    /// How many wait for each other.
    n: usize,
    /// Those of the present round, one fewer than `n` at most.
    round: Mutex<Round>,
}

#[derive(Debug)]
struct Round {
    arrived: usize,
    queue: WaitQueue,
}

impl RefUnwindSafe for Barrier {}

/// What [`Barrier::wait`] answers: one of each round is the leader.
pub struct BarrierWaitResult(bool);

impl Barrier {
    /// A barrier for `n` at a time. With 0, as with 1, nobody waits.
    #[must_use]
    #[inline]
    pub const fn new(n: usize) -> Barrier {
        Barrier { n, round: Mutex::new(Round { arrived: 0, queue: WaitQueue::new() }) }
    }

    /// Waits until `n` wait here. The last one is the leader.
    ///
    /// # Cancellation
    /// Blocks here: yes. Cut short, it is as if the caller had not come: the others wait for one more.
    pub fn wait(&self) -> BarrierWaitResult {
        // Where nothing can unwind, it waits regardless.
        let _ = wait::enter();
        let place = Cell::new(Place::default());
        let mut others = None;
        see_through(|| {
            wait::park(
                Reason::Lock,
                0,
                NEVER,
                |announced| {
                    let mut round = self.round();
                    if round.arrived + 1 >= self.n {
                        round.arrived = 0;
                        others = Some(round.queue.take());
                        return false;
                    }
                    round.arrived += 1;
                    place.set(round.queue.push(announced.waker(), ()));
                    true
                },
                |_| {
                    let mut round = self.round();
                    // If it is not there, the round was complete before.
                    if round.queue.remove(place.get()) {
                        round.arrived -= 1;
                    }
                },
            )
        });
        let leads = others.is_some();
        if let Some(mut others) = others {
            others.wake_all();
        }
        BarrierWaitResult(leads)
    }

    fn round(&self) -> MutexGuard<'_, Round> {
        self.round.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BarrierWaitResult {
    /// Whether the caller is the one leader of its round.
    #[must_use]
    pub fn is_leader(&self) -> bool {
        self.0
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Barrier").finish_non_exhaustive()
    }
}

impl fmt::Debug for BarrierWaitResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BarrierWaitResult").field("is_leader", &self.is_leader()).finish()
    }
}
