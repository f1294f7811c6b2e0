//! A worker: one OS thread, its queues, and the loop that runs greenlets.
//!
//! Uses everything else in `runtime`. The races it takes part in are named in DESIGN.md.
//!
//! `Worker` is the thread's own half, `Shared` the half that everybody may touch. Nothing of `Worker` is borrowed while
//! a greenlet runs: greenlets reach it through their control block, in short steps that call nothing foreign.
//!
//! | module | has |
//! |---|---|
//! | this one | both halves, the loop, how the layers above reach the worker they run on |
//! | `queues` | what runs next, and what is stolen for that |
//! | `life` | a greenlet's first run, later runs, end |
//! | `rest` | I/O, timers, loads, sleep |

mod life;
mod queues;
mod rest;

#[cfg(feature = "may")]
pub(crate) use self::life::end;

use std::cell::{Cell, UnsafeCell};
use std::collections::VecDeque;
use std::ptr::{self, NonNull};
use std::sync::Mutex;

use crossbeam_deque::Stealer;

use super::Runtime;
use super::control::{Control, ControlRef, HOMELESS, Phase};
use super::core::Core;
use super::inbox::Inbox;
use super::metrics::Counters;
use super::registry::Shard;
use super::sleep::Sleeper;
use super::timer::Wheel;
use crate::coroutine::{LocalStacks, Suspend};
use crate::runtime;
use crate::sys::clock;
use crate::sys::epoll::{Epoll, Events};
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
                self.poll();
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

    /// A new greenlet's number. Each worker takes them in blocks, so that no shared counter is on the way.
    pub(crate) fn new_id(&self) -> u64 {
        if self.next_id.get() == self.last_id.get() {
            let first = runtime::take_ids(1024);
            self.next_id.set(first);
            self.last_id.set(first + 1024);
        }
        let id = self.next_id.get();
        self.next_id.set(id + 1);
        id
    }
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
        _ if fresh => runtime::inject(Fresh(control)),
        _ => runtime::get().worker(home).deliver(control),
    }
}

/// Leaves an unstarted greenlet with a worker that is to wait until it is due.
pub(crate) fn schedule_later(control: ControlRef, due: u64) {
    control.set_phase(Phase::Delayed);
    control.delay_until.set(due);
    let control = control.into_raw();
    match here() {
        Some(worker) => worker.delay(control, due),
        None => runtime::get().any_worker().deliver(control),
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
