//! What a worker runs next: its queues, and other workers'.
//!
//! Uses `runtime::worker`.

use std::ptr::NonNull;

use crossbeam_deque::Steal;

use super::{Control, Fresh, Loot, NAP_BACKLOG, Ready, Shared, Worker};
use crate::runtime::control::{HOMELESS, Phase, Reason};
use crate::sys::clock;

impl Worker {
    pub(super) fn next(&self) -> Option<NonNull<Control>> {
        // SAFETY: this thread's own queue, borrowed until the end of this block.
        if let Some(next) = unsafe { &mut *self.ready.get() }.front()
            && self.fresh_gone() >= next.after
        {
            return self.pop_ready();
        }
        if let Some(control) = self.pop_fresh() {
            return Some(control);
        }
        if !self.shared.inbox.is_empty() {
            self.drain_inbox();
            return self.pop_ready().or_else(|| self.pop_fresh());
        }
        // Only if thieves were at `fresh` between the two looks.
        self.pop_ready()
    }

    fn pop_ready(&self) -> Option<NonNull<Control>> {
        // SAFETY: this thread's own queue, borrowed for this one call.
        unsafe { &mut *self.ready.get() }.pop_front().map(|ready| ready.control)
    }

    /// How many of the fresh greenlets ever pushed here have been taken, by us or by thieves; the oldest go first.
    pub(super) fn fresh_gone(&self) -> usize {
        self.fresh_pushed.get().saturating_sub(self.fresh.len())
    }

    /// Something else than `add_fresh` has put greenlets into `fresh`, of which `gone` were taken before.
    pub(super) fn recount_fresh(&self, gone: usize) {
        self.fresh_pushed.set(gone + self.fresh.len());
    }

    pub(super) fn add_fresh(&self, control: NonNull<Control>) {
        self.fresh.push(Fresh(control));
        self.fresh_pushed.set(self.fresh_pushed.get() + 1);
    }

    pub(super) fn pop_fresh(&self) -> Option<NonNull<Control>> {
        let Fresh(control) = self.fresh.pop()?;
        self.shared.counters.fresh_taken.add(1);
        Some(control)
    }

    /// Looks at the injector and the other workers' fresh greenlets; `called` if it already counts as searching.
    pub(super) fn search(&self, called: bool) -> Option<NonNull<Control>> {
        let worthwhile = || self.look() == Loot::Plenty;
        // The rest of a batch lies in our own queue: nobody else will tell the others of it. And a single one elsewhere
        // may have been left to us by its spawner: somebody has to stay and see whether it ripens.
        let more = || !self.fresh.is_empty() || self.look() != Loot::Nothing;
        let (found, more) = self.runtime.idle.search(called, worthwhile, || self.steal(), more)?;
        self.naps.set(0);
        self.shared.counters.steals.add(1);
        if more {
            self.call_for_help(false);
        }
        Some(found.0)
    }

    /// What there is to steal.
    pub(super) fn look(&self) -> Loot {
        if !self.runtime.injector.is_empty() {
            return Loot::Plenty;
        }
        let mut loot = Loot::Nothing;
        for (index, other) in self.runtime.workers.iter().enumerate() {
            if index != self.index as usize && !other.stealer.is_empty() {
                if self.is_ripe(index, other) {
                    return Loot::Plenty;
                }
                loot = Loot::Alone;
            }
        }
        loot
    }

    /// Whether to rob this worker. A single fresh greenlet is most often one whose parent is about to wait for it: it
    /// runs sooner, and joins cheaper, where it is. So it is left alone until it was seen twice, a nap apart.
    fn is_ripe(&self, index: usize, other: &Shared) -> bool {
        if other.stealer.len() > 1 {
            return true;
        }
        // SAFETY: this thread's own list, borrowed for this one call.
        let seen = unsafe { &*self.seen_alone.get() };
        seen[index] == other.counters.fresh_taken.get() + 1
    }

    /// Remembers, before a nap, which single greenlets there are.
    pub(super) fn remember_single(&self) {
        // SAFETY: this thread's own list, borrowed for this one call.
        let seen = unsafe { &mut *self.seen_alone.get() };
        for (seen, other) in seen.iter_mut().zip(&self.runtime.workers) {
            *seen = other.counters.fresh_taken.get() + 1;
        }
    }

    fn steal(&self) -> Option<Fresh> {
        let workers = &self.runtime.workers;
        let gone = self.fresh_gone();
        let found = |fresh| {
            self.recount_fresh(gone);
            Some(fresh)
        };
        loop {
            let mut retry = false;
            match self.runtime.injector.steal_batch_and_pop(&self.fresh) {
                Steal::Success(fresh) => return found(fresh),
                Steal::Retry => retry = true,
                Steal::Empty => {}
            }
            let start = self.random() as usize % workers.len();
            for index in (start..workers.len()).chain(0..start) {
                let other = &workers[index];
                if index == self.index as usize || other.stealer.is_empty() || !self.is_ripe(index, other) {
                    continue;
                }
                match other.stealer.steal_batch_and_pop(&self.fresh) {
                    Steal::Success(fresh) => return found(fresh),
                    Steal::Retry => retry = true,
                    Steal::Empty => {}
                }
            }
            if !retry {
                return None;
            }
            std::hint::spin_loop();
        }
    }

    fn random(&self) -> u32 {
        let mut x = self.random.get();
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        self.random.set(x);
        x
    }

    /// Work was added to `fresh`: interrupts an idle worker, unless one will look by itself.
    pub(super) fn call_for_help(&self, patient: bool) {
        if self.runtime.workers.len() > 1 {
            self.runtime.call(patient);
        }
    }

    pub(super) fn push_ready(&self, control: NonNull<Control>) {
        // SAFETY: only this thread touches the queue, and nobody holds a borrow across this call.
        unsafe { &mut *self.ready.get() }.push_back(Ready { control, after: self.fresh_pushed.get() });
    }

    pub(super) fn push_fresh(&self, control: NonNull<Control>) {
        self.add_fresh(control);
        let patient = self.fresh.len() < NAP_BACKLOG;
        self.call_for_help(patient);
    }

    pub(super) fn drain_inbox(&self) {
        for control in self.shared.inbox.take() {
            // SAFETY: the inbox holds valid control blocks.
            let control = unsafe { NonNull::new_unchecked(control) };
            self.accept(control);
        }
        self.offer();
    }

    /// Fresh greenlets came in without a call to anybody. This worker is about to run one greenlet, for who knows how
    /// long; if more than that is there, the others should know of it.
    pub(super) fn offer(&self) {
        // SAFETY: this thread's own queue, borrowed for this one call.
        let one_is_next = unsafe { &*self.ready.get() }.is_empty();
        let fresh = self.fresh.len();
        if fresh > usize::from(one_is_next) {
            self.call_for_help(fresh < NAP_BACKLOG);
        }
    }

    /// Queues a greenlet that was left for this worker.
    fn accept(&self, control: NonNull<Control>) {
        // SAFETY: it carries the scheduler's reference.
        let block = unsafe { control.as_ref() };
        let due = block.delay_until.get();
        if block.phase() == Phase::Delayed && due > clock::now() {
            self.delay(control, due);
        } else if block.home() == HOMELESS {
            block.set_phase(Phase::Fresh);
            self.add_fresh(control);
        } else {
            self.push_ready(control);
        }
    }

    /// Puts an unstarted greenlet to sleep until `due`; the timer or a kill queues it.
    pub(super) fn delay(&self, control: NonNull<Control>, due: u64) {
        // SAFETY: it carries the scheduler's reference.
        let block = unsafe { control.as_ref() };
        block.delay_until.set(0);
        let Some(ticket) = block.core().park.arm(true) else {
            // Killed already: it runs now, to drop its closure.
            block.set_phase(Phase::Fresh);
            return self.add_fresh(control);
        };
        block.own.put_off.set(true);
        self.shared.counters.parked[Reason::Sleep as usize].add(1);
        self.arm_timer(block, ticket, due);
        if !block.core().park.commit() {
            block.set_phase(Phase::Fresh);
            self.add_fresh(control);
        }
    }
}
