//! The scheduler: workers, queues, timers, the reactor, the offload pool.
//!
//! Uses `coroutine` and `sys`. Knows nothing of what greenlets compute or how callers wait: the layers above give it
//! control blocks to run and wake. `DESIGN.md`, in this folder, names the races and how each is closed.
//!
//! From outside: [`Builder`] starts the runtime with other settings than the default ones, [`metrics()`] and [`dump()`]
//! show what it does.

pub(crate) mod bindings;
pub(crate) mod control;
pub(crate) mod core;
pub(crate) mod exit;
pub(crate) mod locals;
pub(crate) mod offload;
pub(crate) mod parking;
pub(crate) mod reactor;
pub(crate) mod token;
pub(crate) mod wakers;
pub(crate) mod worker;

mod builder;
mod dump;
mod inbox;
mod metrics;
mod registry;
mod settings;
mod sleep;
mod timer;

use std::io;
use std::num::NonZeroU64;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError, mpsc};

use crossbeam_deque::Injector;
use crossbeam_utils::CachePadded;

use self::control::Control;
use self::exit::{Callback, Exit};
use self::metrics::Counters;
use self::offload::Pool;
use self::registry::Shard;
use self::settings::{Settings, Wishes};
use self::sleep::Idle;
use self::worker::{Fresh, Shared, Worker};
use crate::coroutine::{OverflowInfo, StackPool, overflow};
use crate::sys::clock;
use crate::sys::panic_count::PanicCount;

pub use self::builder::Builder;
pub use self::metrics::{Metrics, Parked, WorkerMetrics};
pub use self::settings::Reactor;
#[cfg(feature = "may")]
pub use self::settings::Scheduler;
#[cfg(not(feature = "may"))]
pub(crate) use self::settings::Scheduler;

/// Everything the workers share. There is one per process, for its whole life.
#[derive(Debug)]
pub(crate) struct Runtime {
    pub(crate) workers: Box<[CachePadded<Shared>]>,
    injector: Injector<Fresh>,
    idle: Idle,
    pub(crate) stacks: StackPool,
    pub(crate) offload: Pool,
    /// The registry shard of greenlets that other threads spawned.
    elsewhere: Shard,
    /// Of greenlets that other threads spawned, and of those on may. Written by many threads.
    pub(crate) counters_elsewhere: Counters,
    /// Where greenlets go that nobody has chosen a scheduler for.
    #[cfg(feature = "may")]
    pub(crate) scheduler: Scheduler,
    #[cfg(feature = "may")]
    pub(crate) stack_size: usize,
    next_worker: AtomicUsize,
}

static RUNTIME: OnceLock<&'static Runtime> = OnceLock::new();

/// The runtime, started with default settings if need be.
///
/// # Panics
/// If it cannot be started; the message is the error's.
pub(crate) fn get() -> &'static Runtime {
    match try_get() {
        Ok(runtime) => runtime,
        Err(error) => panic!("vervet cannot start: {error}"),
    }
}

/// The runtime, started with default settings if need be.
pub(crate) fn try_get() -> io::Result<&'static Runtime> {
    match RUNTIME.get() {
        Some(runtime) => Ok(runtime),
        None => start(&Wishes::default(), false),
    }
}

/// The runtime, if it runs.
pub(crate) fn running() -> Option<&'static Runtime> {
    RUNTIME.get().copied()
}

/// Starts the runtime. If it runs already: an error if `exclusive`, else that one.
fn start(wishes: &Wishes, exclusive: bool) -> io::Result<&'static Runtime> {
    static STARTING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(runtime) = RUNTIME.get() {
        return if exclusive {
            Err(io::Error::new(io::ErrorKind::AlreadyExists, "vervet's runtime has started already"))
        } else {
            Ok(runtime)
        };
    }
    let settings = Settings::settle(wishes, |name| std::env::var(name).ok())?;
    let queues: Vec<_> = (0..settings.workers).map(|_| crossbeam_deque::Worker::new_fifo()).collect();
    let shared: io::Result<Vec<_>> =
        queues.iter().map(|queue| worker::new_shared(queue).map(CachePadded::new)).collect();
    let stacks = StackPool::new(settings.stack_size, settings.workers)?;
    overflow::install(running_stack)?;
    let runtime: &'static Runtime = Box::leak(Box::new(Runtime {
        workers: shared?.into(),
        injector: Injector::new(),
        idle: Idle::new(),
        stacks,
        offload: Pool::new("vervet-offload", settings.offload_threads),
        elsewhere: Shard::new(),
        counters_elsewhere: Counters::new(),
        #[cfg(feature = "may")]
        scheduler: settings.scheduler,
        #[cfg(feature = "may")]
        stack_size: settings.stack_size,
        next_worker: AtomicUsize::new(0),
    }));
    // Threads wait until all of them exist: if one cannot be had, the others end and nothing has begun.
    let mut gates = Vec::new();
    for (index, queue) in queues.into_iter().enumerate() {
        let (open, gate) = mpsc::channel::<()>();
        gates.push(open);
        std::thread::Builder::new().name(format!("vervet-worker-{index}")).spawn(move || {
            if gate.recv().is_ok() {
                clock::be_punctual();
                // Without one of its own a stack overflow would kill the process all the same, only without a word.
                let _alternate = overflow::alternate_stack_for_this_thread();
                let panic_count = if settings.shared_panics { None } else { PanicCount::find() };
                if panic_count.is_none() {
                    log::debug!(
                        "worker {index}: std's panic count is not at hand, so its greenlets share it"
                    );
                }
                Worker::new(runtime, index as u32, queue, panic_count).run();
            }
        })?;
    }
    // Cannot be set yet: that happens here only, under the lock.
    let _ = RUNTIME.set(runtime);
    for gate in gates {
        // A thread that waits at its gate receives.
        let _ = gate.send(());
    }
    log::debug!("vervet runs on {} workers, stacks of {} bytes", settings.workers, settings.stack_size);
    Ok(runtime)
}

impl Runtime {
    pub(crate) fn worker(&self, index: u32) -> &Shared {
        &self.workers[index as usize]
    }

    /// A worker for what belongs to none; each in turn.
    fn any_worker(&self) -> &Shared {
        self.worker(self.any_index())
    }

    pub(crate) fn any_index(&self) -> u32 {
        (self.next_worker.fetch_add(1, Ordering::Relaxed) % self.workers.len()) as u32
    }

    fn shard(&self, index: u32) -> &Shard {
        self.workers.get(index as usize).map_or(&self.elsewhere, |worker| &worker.registry)
    }

    fn shards(&self) -> impl Iterator<Item = &Shard> {
        self.workers.iter().map(|worker| &worker.registry).chain([&self.elsewhere])
    }

    /// Interrupts an idle worker, if there is one to interrupt.
    fn call(&self, patient: bool) {
        if let Some(index) = self.idle.call(patient) {
            self.worker(index as u32).rouse();
        }
    }

    /// Lists a new greenlet; the caller then schedules it.
    ///
    /// # Safety
    /// `control` was made for the shard of `worker`, or the common one, and stays alive until it has run.
    pub(crate) unsafe fn admit(&self, control: &Control, worker: Option<&Worker>) {
        // SAFETY: new, hence unlisted; alive, says the caller.
        unsafe { self.shard(control.shard).enter(control) };
        match worker {
            Some(worker) => worker.shared.counters.spawned.add(1),
            None => self.counters_elsewhere.spawned.add_shared(1),
        }
    }

    /// Strikes a greenlet off the list.
    ///
    /// # Safety
    /// `admit` has listed it.
    pub(crate) unsafe fn strike_off(&self, control: &Control) {
        // SAFETY: listed in the shard it was made for.
        unsafe { self.shard(control.shard).leave(control) };
    }

    /// The shard for greenlets that no worker spawned.
    pub(crate) fn shard_elsewhere(&self) -> u32 {
        self.workers.len() as u32
    }
}

/// Numbers nobody else gets.
fn take_ids(n: u64) -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(n, Ordering::Relaxed)
}

/// A number for a greenlet that no worker spawned, or for an OS thread.
pub(crate) fn new_id() -> NonZeroU64 {
    NonZeroU64::new(take_ids(1)).expect("numbers begin at 1, and do not come to an end")
}

/// Queues an unstarted greenlet for whichever worker comes first.
fn inject(fresh: Fresh) {
    let runtime = get();
    runtime.injector.push(fresh);
    runtime.call(false);
}

/// Runs foreign code whose panic is nobody's business; even the payload may panic when it is dropped. Whether it did not.
pub(crate) fn contain(f: impl FnOnce()) -> bool {
    let Err(payload) = catch_unwind(AssertUnwindSafe(f)) else { return true };
    if let Err(hopeless) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(hopeless);
    }
    false
}

/// Runs one `on_exit` callback. Its panic is its own.
pub(crate) fn call_back(callback: Callback, exit: Exit, control: &Control) {
    if !contain(|| callback(&exit)) {
        log::error!("an on_exit callback of greenlet {} panicked", control.id);
    }
}

/// Tells those who wait for a greenlet that it is over. Among them may be foreign code, the waker of a task: its panic is its own.
pub(crate) fn release(control: &Control) {
    if !contain(|| control.exit.release()) {
        log::error!("the waker of a task that awaits greenlet {} panicked", control.id);
    }
}

/// For the overflow handler: the greenlet that runs on this thread. Async-signal-safe: a thread-local without lazy
/// initialisation, and plain loads.
fn running_stack(address: usize) -> Option<OverflowInfo> {
    let control = worker::current()?;
    let guard = control.own.guard.get();
    (guard.start..guard.end)
        .contains(&address)
        .then(|| OverflowInfo::new(control.name.as_deref(), control.id.0, guard.usable))
}

/// Writes every live greenlet to `out`, one line each: id, name, where it was spawned, its state, and what it
/// waits for and since when (to about a millisecond).
///
/// Meant for the moment when a program hangs. Does not block on greenlets, only on `out`. Before the runtime has
/// started it writes that.
///
/// # Errors
/// What `out` reports.
///
/// # Examples
/// ```
/// let sleeper = vervet::Builder::new().name("dormouse").spawn(|| vervet::sleep(std::time::Duration::from_secs(60)))?;
/// let mut text = Vec::new();
/// vervet::runtime::dump(&mut text)?;
/// assert!(String::from_utf8_lossy(&text).contains("dormouse"));
/// sleeper.kill();
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn dump<W: io::Write + ?Sized>(mut out: &mut W) -> io::Result<()> {
    match running() {
        Some(runtime) => dump::write(runtime, &mut out),
        None => writeln!(out, "vervet's runtime has not started"),
    }
}

/// What the runtime has done and holds now. All zero before it has started.
///
/// # Examples
/// ```
/// vervet::spawn(|| ()).join().unwrap();
/// assert!(vervet::runtime::metrics().spawned >= 1);
/// ```
#[must_use]
pub fn metrics() -> Metrics {
    running().map(metrics::collect).unwrap_or_default()
}
