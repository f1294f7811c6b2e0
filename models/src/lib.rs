//! The library's lock-free protocols under loom: the very source files, with loom's atomics and locks in place of std's.
//!
//! Each model is a small program that plays one of the races which the sources name. loom runs it through every
//! interleaving, and every stale value that the memory model allows a load to see, up to a number of preemptions. A model
//! holds if no run fails an assertion, races on a cell, or deadlocks: *a lost wake is a deadlock here*.
//!
//! Each model says what it fails on: the change to the protocol with which it was seen to fail.
//!
//! ```text
//! runtime, wait, sync, queues   the sources under test, by path
//! sys                   what they are given for atomics, locks, futexes, the clock
//! support               a waiter, a bell
//! parking token inbox sleep signal exit   the models; tests/models.rs runs them
//! queue mutex rwlock condvar once         and those of the locks
//! semaphore event promise                 and what is beyond std
//! channel                                 and those of the channels
//! mpmc                                    and those of the queues
//! ```

mod queues;
mod runtime;
mod support;
mod sync;
mod sys;
mod wait;

pub mod channel;
pub mod condvar;
pub mod event;
pub mod exit;
pub mod inbox;
pub mod mpmc;
pub mod mutex;
pub mod once;
pub mod parking;
pub mod promise;
pub mod queue;
pub mod rwlock;
pub mod select;
pub mod semaphore;
pub mod signal;
pub mod sleep;
pub mod token;

/// Runs `model` through its interleavings with at most `preemptions` per run; more or fewer if `LOOM_MAX_PREEMPTIONS`
/// says so.
fn check(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = builder.preemption_bound.or(Some(preemptions));
    builder.check(model);
}

/// As `check`, twice: the second time the owner lets the others go ahead where it calls `HeadStart::give`.
///
/// loom looks for other orders around the *last* access to an atomic only. A waker that loads and then exchanges hides an
/// earlier load of the owner behind its own, and loom never tries what happens if all of it came before.
fn check_both(preemptions: usize, model: impl Fn(HeadStart) + Clone + Send + Sync + 'static) {
    for head_start in [HeadStart(false), HeadStart(true)] {
        let model = model.clone();
        check(preemptions, move || model(head_start));
    }
}

#[derive(Clone, Copy, Debug)]
struct HeadStart(bool);

impl HeadStart {
    fn give(self) {
        if self.0 {
            loom::thread::yield_now();
        }
    }
}
