//! Counters: written by their worker for the price of a load and a store, read by anybody.
//!
//! Uses `runtime::control`.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::Runtime;
use super::control::{REASONS, Reason};
use super::offload;
use crate::coroutine::StackStats;

/// A number that one thread, or many, count up.
#[derive(Debug)]
pub(crate) struct Counter(AtomicUsize);

impl Counter {
    pub(crate) const fn new() -> Counter {
        Counter(AtomicUsize::new(0))
    }

    /// For a counter that only its own worker writes.
    #[inline]
    pub(crate) fn add(&self, n: usize) {
        self.0.store(self.get().wrapping_add(n), Ordering::Relaxed);
    }

    /// For a counter that only its own worker writes.
    #[inline]
    pub(crate) fn sub(&self, n: usize) {
        self.0.store(self.get().wrapping_sub(n), Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn add_shared(&self, n: usize) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn sub_shared(&self, n: usize) {
        self.0.fetch_sub(n, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// One worker's counters, or those of what belongs to no worker.
#[derive(Debug)]
pub(crate) struct Counters {
    /// Live greenlets that this worker tied to itself, written by it alone…
    pub(crate) settled: Counter,
    /// …and those that others have left for it, as long as it has not taken them up.
    pub(crate) assigned: Counter,
    pub(crate) spawned: Counter,
    pub(crate) finished: Counter,
    /// Greenlets that have a stack.
    pub(crate) on_stack: Counter,
    /// Of stacks that are not from our pool.
    pub(crate) stack_bytes: Counter,
    pub(crate) switches: Counter,
    /// Fresh greenlets it has taken from its own deque: tells a thief whether the one it sees is still the same.
    pub(crate) fresh_taken: Counter,
    pub(crate) steals: Counter,
    /// How often its sleep was interrupted by another thread.
    pub(crate) wakeups: Counter,
    pub(crate) parked: [Counter; REASONS.len()],
}

impl Counters {
    pub(crate) fn new() -> Counters {
        Counters {
            settled: Counter::new(),
            assigned: Counter::new(),
            spawned: Counter::new(),
            finished: Counter::new(),
            on_stack: Counter::new(),
            stack_bytes: Counter::new(),
            switches: Counter::new(),
            fresh_taken: Counter::new(),
            steals: Counter::new(),
            wakeups: Counter::new(),
            parked: [const { Counter::new() }; REASONS.len()],
        }
    }

    /// Live greenlets that are tied to this worker.
    pub(crate) fn live(&self) -> usize {
        self.settled.get() + self.assigned.get()
    }
}

/// The state of the runtime at one moment, from `runtime::metrics`.
///
/// The numbers are read one after the other while workers go on, so sums may be off by what happened in between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metrics {
    /// Greenlets that were spawned and are not over.
    pub live: usize,
    /// Greenlets ever spawned.
    pub spawned: usize,
    /// Times a worker resumed a greenlet.
    pub switches: usize,
    /// Times an idle worker took fresh greenlets from another worker or from the common queue.
    pub steals: usize,
    /// Greenlets that wait, by what they wait for.
    pub parked: Parked,
    /// Greenlets that could run, or do.
    pub ready: usize,
    /// Times a sleeping worker was woken by another thread.
    pub wakeups: usize,
    /// Bytes of address space reserved for stacks. What is resident is what greenlets have touched.
    pub stack_bytes: usize,
    /// Stacks that greenlets are running on or parked on.
    pub stacks_in_use: usize,
    /// Stacks kept warm for the next greenlets.
    pub stacks_pooled: usize,
    /// Threads of the offload pool.
    pub offload_threads: usize,
    /// Jobs that wait for a thread of the offload pool.
    pub offload_queued: usize,
    /// Each worker's share.
    pub workers: Vec<WorkerMetrics>,
}

/// Waiting greenlets, by what they wait for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parked {
    /// In `sleep`, or waiting for the moment that `spawn_later` was given.
    pub sleep: usize,
    /// In `join`, `wait` and their kin.
    pub join: usize,
    /// For an fd to become readable; accepting counts here.
    pub read: usize,
    /// For an fd to become writable; connecting counts here.
    pub write: usize,
    /// For the offload pool.
    pub offload: usize,
    /// At the end of a `scope`.
    pub scope: usize,
    /// For a lock, a barrier, a value that another greenlet is making.
    pub lock: usize,
    /// For a condition variable, or to be unparked.
    pub signal: usize,
    /// For a message, or for room for one.
    pub channel: usize,
    /// For a child process to end.
    pub child: usize,
    /// For the first of several things, or for several of many.
    pub select: usize,
    /// For anything else.
    pub other: usize,
}

impl Parked {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> usize {
        let mut parked = *self;
        REASONS.into_iter().map(|reason| *parked.field(reason)).sum()
    }

    fn field(&mut self, reason: Reason) -> &mut usize {
        match reason {
            Reason::Sleep => &mut self.sleep,
            Reason::Join => &mut self.join,
            Reason::Read => &mut self.read,
            Reason::Write => &mut self.write,
            Reason::Offload => &mut self.offload,
            Reason::Scope => &mut self.scope,
            Reason::Lock => &mut self.lock,
            Reason::Signal => &mut self.signal,
            Reason::Channel => &mut self.channel,
            Reason::Child => &mut self.child,
            Reason::Select => &mut self.select,
            Reason::Other => &mut self.other,
        }
    }
}

/// One worker's share of `Metrics`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkerMetrics {
    /// Live greenlets tied to this worker.
    pub live: usize,
    /// Times it resumed a greenlet.
    pub switches: usize,
    /// Times it took fresh greenlets from elsewhere.
    pub steals: usize,
    /// Times another thread interrupted its sleep.
    pub wakeups: usize,
    /// Its greenlets that wait, by what they wait for.
    pub parked: Parked,
}

pub(crate) fn collect(runtime: &Runtime) -> Metrics {
    let StackStats { reserved_bytes, warm, .. } = runtime.stacks.stats();
    let offload::Stats { threads, queued, .. } = runtime.offload.stats();
    let elsewhere = &runtime.counters_elsewhere;
    let mut all = Metrics {
        spawned: elsewhere.spawned.get(),
        switches: elsewhere.switches.get(),
        stacks_in_use: elsewhere.on_stack.get(),
        stack_bytes: reserved_bytes + elsewhere.stack_bytes.get(),
        stacks_pooled: warm,
        offload_threads: threads,
        offload_queued: queued,
        ..Metrics::default()
    };
    for reason in REASONS {
        *all.parked.field(reason) = elsewhere.parked[reason as usize].get();
    }
    let mut finished = elsewhere.finished.get();
    for worker in &runtime.workers {
        let counters = &worker.counters;
        let mut parked = Parked::default();
        for reason in REASONS {
            // Wrapping: one that was put off may be counted in by one worker and out by another.
            let n = counters.parked[reason as usize].get();
            *parked.field(reason) = n;
            let sum = all.parked.field(reason);
            *sum = sum.wrapping_add(n);
        }
        finished += counters.finished.get();
        // Wrapping: a greenlet that moved was counted in by one worker and out by another.
        all.stacks_in_use = all.stacks_in_use.wrapping_add(counters.on_stack.get());
        all.spawned += counters.spawned.get();
        all.switches += counters.switches.get();
        all.steals += counters.steals.get();
        all.wakeups += counters.wakeups.get();
        all.workers.push(WorkerMetrics {
            live: counters.live(),
            switches: counters.switches.get(),
            steals: counters.steals.get(),
            wakeups: counters.wakeups.get(),
            parked,
        });
    }
    for reason in REASONS {
        for parked in all.workers.iter_mut().map(|worker| &mut worker.parked).chain([&mut all.parked]) {
            let n = parked.field(reason);
            // "Less than none": see above, or a moment between two reads.
            *n = if *n > isize::MAX as usize { 0 } else { *n };
        }
    }
    all.live = all.spawned.saturating_sub(finished);
    all.ready = all.live.saturating_sub(all.parked.total());
    all
}
