//! A worker: one OS thread, its queues, and the loop that runs greenlets.
//!
//! Uses everything else in `runtime`. The races it takes part in are named in DESIGN.md.
//!
//! `Worker` is the thread's own half, `Shared` the half that everybody may touch. Nothing of `Worker` is borrowed while
//! a greenlet runs: greenlets reach it through their control block, in short steps that call nothing foreign.

use std::cell::{Cell, UnsafeCell};
use std::collections::VecDeque;
use std::ptr::{self, NonNull};
use std::sync::{Mutex, PoisonError};

use crossbeam_deque::{Steal, Stealer};

use super::Runtime;
use super::control::{Control, ControlRef, HOMELESS, Phase, Reason};
use super::core::Core;
use super::exit::Exit;
use super::inbox::Inbox;
use super::metrics::Counters;
use super::parking::{Cause, Notified, Ticket};
use super::reactor;
use super::registry::Shard;
use super::sleep::Sleeper;
use super::timer::Wheel;
use crate::coroutine::{Fiber, Guard, LocalStacks, Suspend, Suspender, Switch};
use crate::sys::clock;
use crate::sys::epoll::{self, Epoll, Events};
use crate::sys::panic_count::PanicCount;

/// Greenlets run between two looks at I/O, timers and the inbox (invariant 4), at most.
const SWITCHES_PER_POLL: u32 = 61;
/// And the time between two such looks, as far as greenlets let go.
const NANOS_PER_POLL: u64 = 1_000_000;
/// After a search without success a worker naps before it looks again: this long at first, twice as long each time…
const SHORTEST_NAP: u64 = 50_000;
/// …for this many times. Then it sleeps until it is called.
const NAPS: u32 = 6;
/// A spawner calls a napping worker only when this many fresh greenlets wait.
const NAP_BACKLOG: usize = 4;
/// How many unneeded stacks a worker trims at a time, a microsecond each, between two polls and before it sleeps.
const SWEEP_IN_PASSING: usize = 16;
const SWEEP_AT_REST: usize = 256;
/// A worker holds "clearly more" greenlets than another beyond a quarter more and this many.
const SLACK: usize = 8;

/// A greenlet that has not run yet, in a queue it can be stolen from. Carries the scheduler's reference.
#[derive(Debug)]
pub(crate) struct Fresh(NonNull<Control>);

// SAFETY: a control block may be handed from thread to thread; see `control`.
unsafe impl Send for Fresh {}

/// A greenlet that can run, once those are gone that were fresh when it got ready: both queues together are one line.
#[derive(Debug)]
struct Ready {
    control: NonNull<Control>,
    after: usize,
}

/// What a thief sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loot {
    Nothing,
    /// Single greenlets only, not seen before.
    Alone,
    Plenty,
}

/// What other threads see of a worker.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) inbox: Inbox<Control>,
    pub(crate) sleeper: Sleeper,
    pub(crate) epoll: Epoll,
    pub(crate) wheel: Mutex<Wheel>,
    stealer: Stealer<Fresh>,
    pub(crate) registry: Shard,
    pub(crate) counters: Counters,
}

impl Shared {
    /// Leaves a greenlet for this worker and interrupts its sleep.
    fn deliver(&self, control: NonNull<Control>) {
        // SAFETY: the pointer carries the scheduler's reference, and whoever calls this is the one to queue it.
        unsafe { self.inbox.push(control.as_ptr()) };
        self.rouse();
    }

    pub(crate) fn rouse(&self) {
        if self.sleeper.rouse() {
            self.counters.wakeups.add_shared(1);
            self.epoll.wake();
        }
    }
}

thread_local! {
    /// The greenlet that runs on this OS thread. A thread-like greenlet finds itself in its own copy.
    static CURRENT: Cell<*const Control> = const { Cell::new(ptr::null()) };
    /// The worker this OS thread is, outside greenlets.
    static WORKER: Cell<*const Worker> = const { Cell::new(ptr::null()) };
}

/// The greenlet this code runs in.
#[inline]
pub(crate) fn current<'a>() -> Option<&'a Control> {
    // SAFETY: set around each resume to a control block that stays alive while it runs; the lifetime is bounded by the
    // callers, which all are code of that greenlet.
    CURRENT.try_with(|current| unsafe { current.get().as_ref() }).ok().flatten()
}

/// The worker this code runs on, inside a greenlet or in the loop itself.
#[inline]
pub(crate) fn here<'a>() -> Option<&'a Worker> {
    match current() {
        // SAFETY: a running greenlet's worker is the one that runs it, which never goes away.
        Some(control) => unsafe { control.own.worker.get().as_ref() },
        // SAFETY: set for the life of the worker's thread.
        None => WORKER.try_with(|worker| unsafe { worker.get().as_ref() }).ok().flatten(),
    }
}

/// The thread's own half of a worker.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) runtime: &'static Runtime,
    pub(crate) index: u32,
    pub(crate) shared: &'static Shared,
    /// Started greenlets that can run, and unstarted ones that are tied to this worker.
    ready: UnsafeCell<VecDeque<Ready>>,
    /// Unstarted greenlets that anybody may steal.
    fresh: crossbeam_deque::Worker<Fresh>,
    /// Greenlets that asked to run when nothing else does.
    idle: UnsafeCell<Vec<NonNull<Control>>>,
    pub(crate) stacks: UnsafeCell<LocalStacks>,
    events: UnsafeCell<Events>,
    /// Nanoseconds, as of the last poll.
    pub(crate) now: Cell<u64>,
    poll_at: Cell<u64>,
    switches_left: Cell<u32>,
    /// The value of `switches_left` at which to look at the time again, and when that was done last.
    check_at: Cell<u32>,
    checked: Cell<u64>,
    /// How many greenlets were ever pushed to `fresh`, by us or in a batch that we stole.
    fresh_pushed: Cell<usize>,
    ticks_per_poll: Cell<u64>,
    epoch: (u64, u64),
    /// Naps since something was last found.
    naps: Cell<u32>,
    /// For each other worker, one more than its `fresh_taken` when a single fresh greenlet was last seen there.
    seen_alone: UnsafeCell<Vec<usize>>,
    /// Holding this many live greenlets, it is time to look whether others hold clearly fewer.
    crowded_at: Cell<usize>,
    random: Cell<u32>,
    /// std's count of the panics under way on this thread: between two runs, each greenlet's own lies in its control block.
    /// `None`: not found, and shared by all greenlets of this worker.
    panic_count: Option<PanicCount>,
    /// Only where the count is shared. `thread::panicking` was true when the running greenlet was resumed: some greenlet of
    /// this worker, maybe this one, has parked in the middle of a panic, and it is true for all of them.
    pub(crate) ambient_panic: Cell<bool>,
    next_id: Cell<u64>,
    last_id: Cell<u64>,
}

/// What `Runtime::start` makes for each worker, in two steps.
pub(crate) fn new_shared(fresh: &crossbeam_deque::Worker<Fresh>) -> std::io::Result<Shared> {
    Ok(Shared {
        inbox: Inbox::new(),
        sleeper: Sleeper::new(),
        epoll: Epoll::new()?,
        wheel: Mutex::new(Wheel::new(clock::now())),
        stealer: fresh.stealer(),
        registry: Shard::new(),
        counters: Counters::new(),
    })
}

impl Worker {
    pub(crate) fn new(
        runtime: &'static Runtime,
        index: u32,
        fresh: crossbeam_deque::Worker<Fresh>,
        panic_count: Option<PanicCount>,
    ) -> Worker {
        Worker {
            runtime,
            index,
            shared: runtime.worker(index),
            ready: UnsafeCell::new(VecDeque::with_capacity(256)),
            fresh,
            idle: UnsafeCell::new(Vec::new()),
            stacks: UnsafeCell::new(LocalStacks::new(&runtime.stacks)),
            events: UnsafeCell::new(Events::with_capacity(512)),
            now: Cell::new(clock::now()),
            poll_at: Cell::new(0),
            switches_left: Cell::new(0),
            check_at: Cell::new(0),
            checked: Cell::new(0),
            fresh_pushed: Cell::new(0),
            // Until it is measured: right for a counter of 1 GHz, early for a faster one, which is the harmless side.
            ticks_per_poll: Cell::new(NANOS_PER_POLL),
            epoch: (clock::now(), clock::ticks()),
            naps: Cell::new(NAPS),
            seen_alone: UnsafeCell::new(vec![0; runtime.workers.len()]),
            crowded_at: Cell::new(SLACK),
            random: Cell::new(0x9E37_79B9 ^ (index + 1)),
            panic_count,
            ambient_panic: Cell::new(false),
            next_id: Cell::new(0),
            last_id: Cell::new(0),
        }
    }

    /// The thread's main function.
    pub(crate) fn run(&self) -> ! {
        WORKER.with(|worker| worker.set(self));
        loop {
            if self.poll_is_due() {
                self.poll(0);
            }
            if let Some(control) = self.next() {
                self.resume(control);
            } else if let Some(control) = self.search(false) {
                self.resume(control);
            } else if !self.wake_idle_greenlets() {
                self.rest();
            }
        }
    }

    /// Whether 61 switches or a millisecond have gone by since the last poll.
    ///
    /// To read the counter costs as much as half a switch. So as long as greenlets let go quickly, only every eighth switch
    /// does; once one has not, every one.
    #[inline]
    fn poll_is_due(&self) -> bool {
        let left = self.switches_left.get();
        if left == 0 {
            return true;
        }
        if left > self.check_at.get() {
            return false;
        }
        let ticks = clock::ticks();
        let quick = ticks.wrapping_sub(self.checked.replace(ticks)) < self.ticks_per_poll.get() / 64;
        self.check_at.set(if quick { left.saturating_sub(8) } else { left - 1 });
        ticks >= self.poll_at.get()
    }

    // --- what to run -----------------------------------------------------------------------------------------------

    fn next(&self) -> Option<NonNull<Control>> {
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
    fn fresh_gone(&self) -> usize {
        self.fresh_pushed.get().saturating_sub(self.fresh.len())
    }

    /// Something else than `add_fresh` has put greenlets into `fresh`, of which `gone` were taken before.
    fn recount_fresh(&self, gone: usize) {
        self.fresh_pushed.set(gone + self.fresh.len());
    }

    fn add_fresh(&self, control: NonNull<Control>) {
        self.fresh.push(Fresh(control));
        self.fresh_pushed.set(self.fresh_pushed.get() + 1);
    }

    fn pop_fresh(&self) -> Option<NonNull<Control>> {
        let Fresh(control) = self.fresh.pop()?;
        self.shared.counters.fresh_taken.add(1);
        Some(control)
    }

    /// Looks at the injector and the other workers' fresh greenlets; `called` if it already counts as searching.
    fn search(&self, called: bool) -> Option<NonNull<Control>> {
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
    fn look(&self) -> Loot {
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
    fn remember_single(&self) {
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
    fn call_for_help(&self, patient: bool) {
        if self.runtime.workers.len() > 1 {
            self.runtime.call(patient);
        }
    }

    // --- queues, used from greenlets too ---------------------------------------------------------------------------

    fn push_ready(&self, control: NonNull<Control>) {
        // SAFETY: only this thread touches the queue, and nobody holds a borrow across this call.
        unsafe { &mut *self.ready.get() }.push_back(Ready { control, after: self.fresh_pushed.get() });
    }

    fn push_fresh(&self, control: NonNull<Control>) {
        self.add_fresh(control);
        let patient = self.fresh.len() < NAP_BACKLOG;
        self.call_for_help(patient);
    }

    fn drain_inbox(&self) {
        for control in self.shared.inbox.take() {
            // SAFETY: the inbox holds valid control blocks.
            let control = unsafe { NonNull::new_unchecked(control) };
            self.accept(control);
        }
        self.offer();
    }

    /// Fresh greenlets came in without a call to anybody. This worker is about to run one greenlet, for who knows how
    /// long; if more than that is there, the others should know of it.
    fn offer(&self) {
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
    fn delay(&self, control: NonNull<Control>, due: u64) {
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

    // --- running ---------------------------------------------------------------------------------------------------

    fn resume(&self, control: NonNull<Control>) {
        // SAFETY: whatever comes out of a queue carries the scheduler's reference.
        let block = unsafe { control.as_ref() };
        if block.own.worker.get().is_null() && !self.start(control) {
            return;
        }
        self.switches_left.set(self.switches_left.get().saturating_sub(1));
        self.shared.counters.switches.add(1);
        self.restore_panics(block);
        block.own.worker.set(self);
        block.set_phase(Phase::Running);
        CURRENT.with(|current| current.set(control.as_ptr()));
        // SAFETY: we have the greenlet, so its fiber is ours; it is there since `start`.
        let switch = unsafe { (*block.own.fiber.get()).as_mut().unwrap_unchecked() }.resume();
        CURRENT.with(|current| current.set(ptr::null()));
        // Before anybody else can get hold of the greenlet.
        if let Some(count) = &self.panic_count
            && count.get() != 0
        {
            block.own.panics.set(count.swap(0));
        }
        match switch {
            Switch::Suspended(Suspend::Park) => {
                // Race "wake before the switch": only now may a notifier make it run. After a successful commit the
                // greenlet is no longer ours.
                if !block.core().park.commit() {
                    block.set_phase(Phase::Ready);
                    self.push_ready(control);
                }
            }
            Switch::Suspended(Suspend::Yield) => {
                block.set_phase(Phase::Ready);
                self.push_ready(control);
            }
            Switch::Suspended(Suspend::Idle) => {
                block.set_phase(Phase::Ready);
                // SAFETY: this thread's own list, borrowed for this one call.
                unsafe { &mut *self.idle.get() }.push(control);
            }
            Switch::Done => self.finish(control),
        }
    }

    /// The greenlet is about to run: `thread::panicking` has to speak of its panics, or else it has to know that it does not.
    #[inline]
    fn restore_panics(&self, block: &Control) {
        let Some(count) = &self.panic_count else {
            return self.ambient_panic.set(std::thread::panicking());
        };
        if block.own.panics.get() != 0 {
            count.swap(block.own.panics.take());
        }
    }

    /// Gives a greenlet its stack and ties it to this worker; `false`: it went to a worker that holds clearly fewer.
    fn start(&self, control: NonNull<Control>) -> bool {
        // SAFETY: as in `resume`.
        let block = unsafe { control.as_ref() };
        if block.home() == HOMELESS {
            if self.shared.counters.live() >= self.crowded_at.get()
                && let Some(other) = self.lighter_worker()
            {
                block.settle(other as u32);
                block.own.assigned.set(true);
                let other = self.runtime.worker(other as u32);
                // Counted before it arrives, so that a burst is not sent to one worker for looking empty.
                other.counters.assigned.add_shared(1);
                other.deliver(control);
                return false;
            }
            block.settle(self.index);
        } else if block.own.assigned.get() {
            self.shared.counters.assigned.sub_shared(1);
        }
        self.shared.counters.settled.add(1);
        if block.own.put_off.get() {
            self.cancel_timer(block);
            // Counted in by the worker that had it then; the sum is right.
            self.shared.counters.parked[Reason::Sleep as usize].sub(1);
        }
        let stack = match block.own.stack.take() {
            Some(stack) => stack,
            // SAFETY: this thread's own cache, borrowed for this one call. The greenlet holds a reservation.
            None => unsafe { &mut *self.stacks.get() }.take(&self.runtime.stacks),
        };
        self.shared.counters.on_stack.add(1);
        let pointer = Fresh(control);
        block.own.guard.set(Guard::of(&stack));
        let fiber = Fiber::new(stack, move |suspender| live(&pointer, suspender));
        // SAFETY: we have the greenlet; nobody else looks at its fiber.
        unsafe { *block.own.fiber.get() = Some(fiber) };
        true
    }

    /// A worker that holds clearly fewer live greenlets than this one.
    fn lighter_worker(&self) -> Option<usize> {
        let lives = self.runtime.workers.iter().map(|worker| worker.counters.live());
        let (index, least) = lives.enumerate().min_by_key(|&(_, live)| live)?;
        let limit = least + least / 4 + SLACK;
        self.crowded_at.set(limit);
        (self.shared.counters.live() >= limit).then_some(index)
    }

    /// Takes back what a finished greenlet had and tells whoever waits for it.
    fn finish(&self, control: NonNull<Control>) {
        // SAFETY: as in `resume`; this takes over the scheduler's reference.
        let block = unsafe { ControlRef::from_raw(control) };
        // SAFETY: we have the greenlet.
        let fiber = unsafe { (*block.own.fiber.get()).take() };
        if let Some(stack) = fiber.map(Fiber::into_stack) {
            // SAFETY: this thread's own cache, borrowed for these two calls.
            let stacks = unsafe { &mut *self.stacks.get() };
            stacks.give(&self.runtime.stacks, stack);
            if block.own.default_stack {
                stacks.refund(&self.runtime.stacks);
            }
            self.shared.counters.on_stack.sub(1);
        }
        // SAFETY: listed there since it was spawned.
        unsafe { self.runtime.shard(block.shard).leave(&block) };
        self.shared.counters.settled.sub(1);
        self.shared.counters.finished.add(1);
        // SAFETY: we have the greenlet.
        unsafe { block.forget_dead_parent() };
        block.exit.release();
    }

    // --- I/O, timers, sleep ----------------------------------------------------------------------------------------

    /// Looks at I/O for at most `nanos`, then at the timers and the inbox.
    fn poll(&self, nanos: u64) {
        // SAFETY: this thread's own buffer; nothing below borrows it again.
        let events = unsafe { &mut *self.events.get() };
        if nanos > 0 || !self.shared.epoll.is_empty() {
            self.shared.epoll.wait(events, nanos);
            for event in events.iter().filter_map(epoll::decode) {
                reactor::dispatch(event);
            }
        }
        let now = clock::now();
        self.now.set(now);
        self.expire_timers(now);
        if !self.shared.inbox.is_empty() {
            self.drain_inbox();
        }
        self.compare_loads();
        self.take_from_injector();
        self.runtime.stacks.sweep(now, SWEEP_IN_PASSING);
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
                unsafe { schedule(control.whole().cast()) };
            }
        });
    }

    /// Sets the timer of a greenlet of this worker.
    pub(crate) fn arm_timer(&self, control: &Control, ticket: Ticket, due: u64) {
        let mut wheel = self.shared.wheel.lock().unwrap_or_else(PoisonError::into_inner);
        control.timer_ticket.set(Some(ticket));
        control.timer_worker.set(self.index);
        // SAFETY: the node is not armed (one wait at a time), lies in a control block that does not move, and its
        // greenlet takes it out before it ends.
        unsafe { wheel.insert(control.timer_node(), due) };
    }

    /// Takes the timer out again, wherever it was set.
    pub(crate) fn cancel_timer(&self, control: &Control) {
        let shared = self.runtime.worker(control.timer_worker.get());
        let mut wheel = shared.wheel.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: set by `arm_timer`, under the same lock.
        unsafe { wheel.cancel(control.timer_node()) };
    }

    /// Nothing else is ready: lets the greenlets run that wait for that, if I/O and timers have nothing either.
    fn wake_idle_greenlets(&self) -> bool {
        // SAFETY: this thread's own list, borrowed for this one call.
        if unsafe { &*self.idle.get() }.is_empty() {
            return false;
        }
        self.poll(0);
        // SAFETY: this thread's own queues, borrowed for these calls.
        let (idle, ready) = unsafe { (&mut *self.idle.get(), &mut *self.ready.get()) };
        if ready.is_empty() && self.fresh.is_empty() {
            ready.extend(idle.drain(..).map(|control| Ready { control, after: 0 }));
        }
        true
    }

    /// Sleeps until there is something to do.
    fn rest(&self) {
        let alone = self.look() == Loot::Alone;
        if alone {
            self.remember_single();
        }
        // As long as there is a single one somewhere, this worker stays to see whether it ripens.
        let nap = alone || (self.naps.get() < NAPS && self.runtime.workers.len() > 1);
        let nothing = || {
            self.shared.inbox.is_empty()
                && match self.look() {
                    Loot::Nothing => true,
                    Loot::Alone => nap,
                    Loot::Plenty => false,
                }
        };
        // SAFETY: this thread's own buffer; nothing below borrows it again.
        let events = unsafe { &mut *self.events.get() };
        let sleep =
            |nothing| self.shared.epoll.wait(events, if nothing { self.time_to_sleep(nap) } else { 0 });
        let called = self.runtime.idle.rest(self.index as usize, &self.shared.sleeper, nap, nothing, sleep);
        self.naps.set((self.naps.get() + 1).min(NAPS));
        for event in events.iter().filter_map(epoll::decode) {
            reactor::dispatch(event);
        }
        let now = clock::now();
        self.now.set(now);
        self.expire_timers(now);
        self.drain_inbox();
        self.compare_loads();
        self.schedule_poll(now);
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

    /// A new greenlet's number. Each worker takes them in blocks, so that no shared counter is on the way.
    pub(crate) fn new_id(&self) -> u64 {
        if self.next_id.get() == self.last_id.get() {
            let first = super::take_ids(1024);
            self.next_id.set(first);
            self.last_id.set(first + 1024);
        }
        let id = self.next_id.get();
        self.next_id.set(id + 1);
        id
    }
}

/// The whole life of a greenlet, on its own stack.
fn live(control: &Fresh, suspender: Suspender) {
    // SAFETY: the worker that resumed us holds the scheduler's reference until we are done.
    let control = unsafe { control.0.as_ref() };
    control.own.suspender.set(Some(suspender));
    // SAFETY: on the greenlet's own stack, once.
    let exit = unsafe { control.run() };
    end(control, exit);
}

/// What comes after the closure: locals go, callbacks hear of it. All may block; a kill does not reach them.
fn end(control: &Control, exit: Exit) {
    control.own.cancel.frames.set(ptr::null());
    control.own.cancel.shields.set(1);
    control.own.cancel.unwinding.set(false);
    super::drop_locals(control);
    let (abandoned, callbacks) = control.exit.end(exit);
    if abandoned {
        // SAFETY: on the greenlet's own stack, after its run.
        unsafe { control.discard() };
    }
    for callback in callbacks {
        super::call_back(callback, exit, control);
    }
    // Those that the callbacks have made.
    super::drop_locals(control);
}

/// Makes a greenlet run that a notification found asleep, or that is new: the `schedule` of a control block's vtable.
///
/// # Safety
/// `core` heads a live control block; the caller is the one to queue it, and passes on the scheduler's reference.
pub(crate) unsafe fn schedule(core: NonNull<Core>) {
    let control: NonNull<Control> = core.cast();
    // SAFETY: live, says the caller.
    let block = unsafe { control.as_ref() };
    let home = block.home();
    let fresh = home == HOMELESS;
    block.set_phase(if fresh { Phase::Fresh } else { Phase::Ready });
    match here() {
        Some(worker) if fresh => worker.push_fresh(control),
        Some(worker) if home == worker.index => worker.push_ready(control),
        _ if fresh => super::inject(Fresh(control)),
        _ => super::get().worker(home).deliver(control),
    }
}

/// Leaves an unstarted greenlet with a worker that is to wait until it is due.
pub(crate) fn schedule_later(control: ControlRef, due: u64) {
    control.set_phase(Phase::Delayed);
    control.delay_until.set(due);
    let control = control.into_raw();
    match here() {
        Some(worker) => worker.delay(control, due),
        None => super::get().any_worker().deliver(control),
    }
}

/// The worker of the running greenlet, for the layers above.
#[inline]
pub(crate) fn of(control: &Control) -> &Worker {
    // SAFETY: the caller is code of this running greenlet, so the worker is the one it runs on, which never goes away.
    unsafe { &*control.own.worker.get() }
}

/// Suspends the running greenlet.
#[inline]
pub(crate) fn suspend(control: &Control, why: Suspend) {
    if let Some(suspender) = control.own.suspender.get() {
        // SAFETY: `control` is the running greenlet's, so we are on its stack.
        unsafe { suspender.suspend(why) };
    }
}
