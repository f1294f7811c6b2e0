//! What a worker does between greenlets: I/O, timers, loads, sleep.
//!
//! Uses `runtime::worker`.

use std::sync::PoisonError;

use super::{
    Control, Loot, NANOS_PER_POLL, NAPS, Ready, Runtime, SHORTEST_NAP, SLACK, SWEEP_AT_REST,
    SWEEP_IN_PASSING, SWITCHES_PER_POLL, Wheel, Worker,
};
use crate::runtime::core::Core;
use crate::runtime::parking::{Cause, Notified, Ticket};
use crate::runtime::reactor;
use crate::sys::clock;
use crate::sys::epoll::{self, Events};

/// Sets a timer in the wheel of worker number `index`.
fn set_timer(wheel: &mut Wheel, control: &Control, index: u32, ticket: Ticket, due: u64) {
    control.timer_ticket.set(Some(ticket));
    control.timer_worker.set(index);
    // SAFETY: the node is not armed (one wait at a time), lies in a control block that does not move, and its
    // owner takes it out before it ends.
    unsafe { wheel.insert(control.timer_node(), due) };
}

impl Runtime {
    /// Sets a timer from a thread that is no worker: worker number `index` will wake its owner.
    #[cfg(feature = "may")]
    pub(crate) fn arm_timer(&self, control: &Control, index: u32, ticket: Ticket, due: u64) {
        let worker = self.worker(index);
        let mut wheel = worker.wheel.lock().unwrap_or_else(PoisonError::into_inner);
        let first = wheel.next_expiry().is_none_or(|next| due < next);
        set_timer(&mut wheel, control, index, ticket, due);
        drop(wheel);
        if first {
            // Race "timer against sleep": a worker announces its sleep before it looks at its wheel, under the same lock.
            // Either it sees this timer there, or we see its announcement here.
            worker.rouse();
        }
    }

    /// Takes a timer out again, wherever it was set. It is not firing any more after this.
    pub(crate) fn cancel_timer(&self, control: &Control) {
        let worker = self.worker(control.timer_worker.get());
        let mut wheel = worker.wheel.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: set by `arm_timer`, under the same lock.
        unsafe { wheel.cancel(control.timer_node()) };
    }
}

impl Worker {
    /// Looks at I/O, timers and the inbox, without waiting, and at what else is due now and then.
    pub(super) fn poll(&self) {
        // SAFETY: this thread's own buffer; nothing below borrows it again.
        let events = unsafe { &mut *self.events.get() };
        events.clear();
        if !self.shared.epoll.is_empty() {
            self.shared.epoll.wait(events, 0);
        }
        self.catch_up(events);
        self.take_from_injector();
        self.runtime.stacks.sweep(self.now.get(), SWEEP_IN_PASSING);
    }

    /// Passes on what epoll has reported, then everything else that has come up by now.
    fn catch_up(&self, events: &Events) {
        for event in events.iter().filter_map(epoll::decode) {
            reactor::dispatch(event);
        }
        let now = clock::now();
        self.now.set(now);
        self.expire_timers(now);
        if !self.shared.inbox.is_empty() {
            self.drain_inbox();
        }
        self.compare_loads();
        self.schedule_poll(now);
    }

    /// Whether the running greenlet has kept its worker from I/O and timers for too long.
    #[inline]
    pub(crate) fn is_overdue(&self) -> bool {
        clock::ticks() >= self.poll_at.get()
    }

    fn schedule_poll(&self, now: u64) {
        let ticks = clock::ticks();
        let (first_now, first_ticks) = self.epoch;
        let elapsed = now - first_now;
        // Once enough time has passed to measure the counter's rate well.
        if elapsed > 20 * NANOS_PER_POLL {
            let rate = (ticks.wrapping_sub(first_ticks) as f64) / elapsed as f64;
            self.ticks_per_poll.set((rate * NANOS_PER_POLL as f64) as u64);
        }
        self.poll_at.set(ticks.saturating_add(self.ticks_per_poll.get()));
        self.switches_left.set(SWITCHES_PER_POLL);
        self.check_at.set(SWITCHES_PER_POLL - 1);
        self.checked.set(ticks);
    }

    /// Every so often: what do the others hold by now? A limit of last time may be far too high, when many of theirs have
    /// ended since.
    fn compare_loads(&self) {
        if self.runtime.workers.len() == 1 {
            self.crowded_at.set(usize::MAX);
        } else if self.shared.counters.live() >= SLACK {
            self.lighter_worker();
        }
    }

    /// The injector's greenlets come after our own only if those ever end: so every so often some of them come along.
    fn take_from_injector(&self) {
        if self.runtime.injector.is_empty() {
            return;
        }
        let gone = self.fresh_gone();
        if self.runtime.injector.steal_batch(&self.fresh).is_success() {
            self.recount_fresh(gone);
            // A searcher may have missed them on their way from there to here.
            self.offer();
        }
    }

    fn expire_timers(&self, now: u64) {
        let mut wheel = self.shared.wheel.lock().unwrap_or_else(PoisonError::into_inner);
        wheel.expire(now, &mut |node| {
            // SAFETY: only control blocks put their timer node into a wheel, and stay alive while it is in; they are
            // not freed under us, because they take it out, or see it gone, under this lock first.
            let control = unsafe { Control::of_timer(node).as_ref() };
            if let Some(ticket) = control.timer_ticket.take()
                && control.core().park.notify(ticket, Cause::TimedOut) == Notified::Asleep
            {
                // SAFETY: `Asleep` makes us the one to queue it.
                unsafe { Core::schedule(control.whole().cast()) };
            }
        });
    }

    /// Sets the timer of a greenlet of this worker.
    pub(crate) fn arm_timer(&self, control: &Control, ticket: Ticket, due: u64) {
        let mut wheel = self.shared.wheel.lock().unwrap_or_else(PoisonError::into_inner);
        set_timer(&mut wheel, control, self.index, ticket, due);
    }

    /// Takes the timer out again, wherever it was set.
    pub(crate) fn cancel_timer(&self, control: &Control) {
        self.runtime.cancel_timer(control);
    }

    /// Nothing else is ready: lets the greenlets run that wait for that, if I/O and timers have nothing either.
    pub(super) fn wake_idle_greenlets(&self) -> bool {
        // SAFETY: this thread's own list, borrowed for this one call.
        if unsafe { &*self.idle.get() }.is_empty() {
            return false;
        }
        self.poll();
        // SAFETY: this thread's own queues, borrowed for these calls.
        let (idle, ready) = unsafe { (&mut *self.idle.get(), &mut *self.ready.get()) };
        if ready.is_empty() && self.fresh.is_empty() {
            ready.extend(idle.drain(..).map(|control| Ready { control, after: 0 }));
        }
        true
    }

    /// Sleeps until there is something to do.
    pub(super) fn rest(&self) {
        let alone = self.look() == Loot::Alone;
        // As long as there is a single one somewhere, this worker stays to see whether it ripens.
        let nap = alone || (self.naps.get() < NAPS && self.runtime.workers.len() > 1);
        let nothing = || {
            self.shared.inbox.is_empty()
                && match self.look() {
                    Loot::Nothing => true,
                    Loot::Alone => {
                        self.remember_single();
                        nap
                    }
                    Loot::Plenty => false,
                }
        };
        // SAFETY: this thread's own buffer; nothing below borrows it again.
        let events = unsafe { &mut *self.events.get() };
        let sleep =
            |nothing| self.shared.epoll.wait(events, if nothing { self.time_to_sleep(nap) } else { 0 });
        let called = self.runtime.idle.rest(self.index as usize, &self.shared.sleeper, nap, nothing, sleep);
        self.naps.set((self.naps.get() + 1).min(NAPS));
        self.catch_up(events);
        if called {
            self.naps.set(0);
            if let Some(control) = self.search(true) {
                self.add_fresh(control);
                self.offer();
            }
        }
    }

    fn time_to_sleep(&self, nap: bool) -> u64 {
        // There is time now. What is left to do ends the sleep at once.
        let sweep = self.runtime.stacks.sweep(clock::now(), SWEEP_AT_REST);
        let wheel = self.shared.wheel.lock().unwrap_or_else(PoisonError::into_inner);
        let next = wheel.next_expiry();
        drop(wheel);
        let until = match next.map_or(sweep, |next| next.min(sweep)) {
            u64::MAX => u64::MAX,
            until => until.saturating_sub(clock::now()),
        };
        if nap { until.min(SHORTEST_NAP << self.naps.get().min(NAPS - 1)) } else { until }
    }
}
