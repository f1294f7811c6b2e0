//! Pools of threads on which blocking code runs: the runtime's own, so that a worker never blocks, and those of the layers above.
//!
//! Uses nothing of the crate but `runtime::contain`. Runs jobs and knows nothing of greenlets: who waits for a job is woken by the job itself.
//!
//! A pool starts a thread when a job arrives and no thread is idle, up to a bound; beyond it jobs queue, first in, first
//! out. An idle thread sleeps without ticking and leaves after its keep-alive.
//!
//! Invariants, under `Shared::state`'s lock:
//!
//! * **Idle means empty.** A thread takes a seat in `idle` only when the queue is empty, and while a seat is taken a
//!   new job goes to a seat, not to the queue. So handing a job straight to a seat overtakes nobody.
//! * **One seat, one job.** `submit` removes a seat from `idle` before it puts a job there, in one locked step with seeing
//!   it: a thread that has been chosen is not idle for the next `submit`, even if it has yet to wake.
//! * **Queued means served.** While a job is queued, `threads` is not 0, and each thread looks at the queue before it
//!   becomes idle or leaves. One that leaves although there are jobs does so because there are more threads than the bound,
//!   which is 1 at least; the others are busy, and look later.
//!
//! The races:
//!
//! * **Chosen while leaving.** A thread whose keep-alive is over leaves only if it finds its own seat still in `idle`. If it
//!   does not, a `submit` has chosen it and the job is on its way: it waits on, this time without a limit.
//! * **Lost wake.** The job is put in the seat and looked for there under the seat's lock, and `Condvar::wait` gives that
//!   lock up only when it listens: the thread sees either the job or the notification.
//!
//! The last seat taken is the first to get a job: that thread's caches are warm, and the others can come to their
//! keep-alive's end under a load that needs few threads.

mod seat;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use self::seat::{Order, Seat, dismiss};

/// How long a thread stays without a job, where nobody says otherwise.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// What a pool runs.
pub(crate) trait Job: Send + 'static {
    /// Does what there is to do. It reports its own panics; the pool only survives them.
    fn run(self);
}

impl Job for Box<dyn FnOnce() + Send> {
    fn run(self) {
        self();
    }
}

/// Why a job was not taken.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The pool takes no more.
    Closed,
    /// The system gave no thread, and there is no other that could run it.
    NoThread(io::Error),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Closed => f.write_str("the pool is closed"),
            Refusal::NoThread(error) => error.fmt(f),
        }
    }
}

/// A bounded pool of threads that comes and goes with its jobs.
///
/// Dropping it lets the threads finish what is queued and then leave; nobody waits for them.
pub(crate) struct Pool<J: Job = Box<dyn FnOnce() + Send>> {
    shared: Arc<Shared<J>>,
}

/// What a pool is doing at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stats {
    /// Threads there may be.
    pub(crate) max_threads: usize,
    /// Threads there are, idle ones included.
    pub(crate) threads: usize,
    /// Threads without a job, nor one on its way to them.
    pub(crate) idle: usize,
    /// Jobs that wait for a thread.
    pub(crate) queued: usize,
    /// Jobs that returned or panicked.
    pub(crate) completed: u64,
    /// Nothing is queued, and nobody is busy; if the pool is closed, nobody is left.
    pub(crate) at_rest: bool,
}

impl Stats {
    /// Threads that run a job, or are about to.
    pub(crate) fn busy(&self) -> usize {
        self.threads - self.idle
    }
}

struct Shared<J> {
    /// Of its threads, with a number behind.
    name: &'static str,
    state: Mutex<State<J>>,
    /// Called, outside of the lock, whenever the pool has come to rest.
    on_rest: Option<Box<dyn Fn() + Send + Sync>>,
}

struct State<J> {
    max_threads: usize,
    keep_alive: Duration,
    queue: VecDeque<J>,
    idle: Vec<Arc<Seat<J>>>,
    threads: usize,
    /// Threads ever started; numbers their names.
    started: u64,
    completed: u64,
    /// No more jobs.
    closed: bool,
    #[cfg(test)]
    refuse_threads: bool,
}

thread_local! {
    /// What the pool that this thread belongs to shares with it.
    static OURS: Cell<*const ()> = const { Cell::new(std::ptr::null()) };
}

impl<J: Job> Pool<J> {
    /// A pool without threads that will have `max_threads` of them at most, and may have one.
    pub(crate) fn new(name: &'static str, max_threads: usize) -> Self {
        Pool::start(name, max_threads, None)
    }

    /// As `new`; whenever nothing is queued and running any more, one of its threads calls `on_rest`.
    pub(crate) fn with_on_rest<F>(name: &'static str, max_threads: usize, on_rest: F) -> Self
    where
        F: Fn() + Send + Sync + 'static,
    {
        Pool::start(name, max_threads, Some(Box::new(on_rest)))
    }

    fn start(name: &'static str, max_threads: usize, on_rest: Option<Box<dyn Fn() + Send + Sync>>) -> Self {
        let state = State {
            max_threads: max_threads.max(1),
            keep_alive: KEEP_ALIVE,
            queue: VecDeque::new(),
            idle: Vec::new(),
            threads: 0,
            started: 0,
            completed: 0,
            closed: false,
            #[cfg(test)]
            refuse_threads: false,
        };
        Pool { shared: Arc::new(Shared { name, state: Mutex::new(state), on_rest }) }
    }

    /// Has `job` run on a thread of the pool, now or when one is free.
    ///
    /// # Errors
    /// Why it will not run, together with the job.
    pub(crate) fn submit(&self, job: J) -> Result<(), (Refusal, J)> {
        let mut state = self.shared.lock();
        if state.closed {
            return Err((Refusal::Closed, job));
        }
        if let Some(seat) = state.idle.pop() {
            drop(state);
            seat.give(Order::Run(job));
            return Ok(());
        }
        let mut refused = None;
        if state.threads < state.max_threads {
            // Under the lock: otherwise another `submit` could queue its job counting on this thread, and return before
            // this one fails. The new thread's first act is to take the lock, so it cannot miss the job below.
            match Shared::start_thread(&self.shared, &mut state) {
                Err(error) if state.threads == 0 => return Err((Refusal::NoThread(error), job)),
                outcome => refused = outcome.err(),
            }
        }
        state.queue.push_back(job);
        let threads = state.threads;
        drop(state);
        if let Some(error) = refused {
            self.shared.note(threads, &error);
        }
        Ok(())
    }

    /// What the pool is doing.
    pub(crate) fn stats(&self) -> Stats {
        let state = self.shared.lock();
        Stats {
            max_threads: state.max_threads,
            threads: state.threads,
            idle: state.idle.len(),
            queued: state.queue.len(),
            completed: state.completed,
            at_rest: state.at_rest(),
        }
    }

    /// Whether the running code is on a thread of this pool.
    pub(crate) fn is_ours(&self) -> bool {
        OURS.get() == Arc::as_ptr(&self.shared).cast()
    }

    /// Lets threads leave that have had no job for so long; goes for those that become idle from now on.
    pub(crate) fn set_keep_alive(&self, keep_alive: Duration) {
        self.shared.lock().keep_alive = keep_alive;
    }

    /// Lets there be so many threads, and one at least: too many leave when they have no job, new ones start for what is queued.
    pub(crate) fn set_max_threads(&self, max_threads: usize) {
        let mut state = self.shared.lock();
        state.max_threads = max_threads.max(1);
        let surplus = state.threads.saturating_sub(state.max_threads).min(state.idle.len());
        // Those who are idle for longest.
        let leaving: Vec<_> = state.idle.drain(..surplus).collect();
        state.threads -= surplus;
        let room = state.max_threads.saturating_sub(state.threads);
        let wanted = room.min(state.queue.len());
        let refused = (0..wanted).find_map(|_| Shared::start_thread(&self.shared, &mut state).err());
        let threads = state.threads;
        drop(state);
        dismiss(leaving);
        if let Some(error) = refused {
            self.shared.note(threads, &error);
        }
    }

    /// Takes no more jobs. Those that are queued are run, then the threads leave.
    pub(crate) fn close(&self) {
        let mut state = self.shared.lock();
        state.closed = true;
        let idle = mem::take(&mut state.idle);
        state.threads -= idle.len();
        drop(state);
        dismiss(idle);
    }

    /// Takes back what is queued.
    pub(crate) fn clear(&self) -> VecDeque<J> {
        mem::take(&mut self.shared.lock().queue)
    }
}

impl<J: Job> Drop for Pool<J> {
    fn drop(&mut self) {
        self.close();
    }
}

impl<J> State<J> {
    fn at_rest(&self) -> bool {
        let busy = self.threads > self.idle.len();
        self.queue.is_empty() && !busy && !(self.closed && self.threads > 0)
    }
}

impl<J: Job> Shared<J> {
    /// The state is whole between any two statements that can unwind, so poison means nothing here.
    fn lock(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, threads: usize, error: &io::Error) {
        log::debug!("{}: no thread besides the {threads} there are: {error}", self.name);
    }

    fn start_thread(this: &Arc<Self>, state: &mut State<J>) -> io::Result<()> {
        #[cfg(test)]
        if state.refuse_threads {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        let shared = Arc::clone(this);
        let name = format!("{}-{}", this.name, state.started);
        thread::Builder::new().name(name).spawn(move || shared.run_jobs())?;
        state.started += 1;
        state.threads += 1;
        Ok(())
    }

    /// A pool thread's life.
    fn run_jobs(&self) {
        OURS.set(std::ptr::from_ref(self).cast());
        let seat = Seat::new();
        let mut completed = 0;
        while let Some(job) = self.next_job(&seat, completed) {
            outlive(|| job.run());
            completed = 1;
        }
    }

    /// Waits for it, after so many; `None`: the thread is to leave, and is no longer counted.
    fn next_job(&self, seat: &Arc<Seat<J>>, completed: u64) -> Option<J> {
        let mut state = self.lock();
        state.completed += completed;
        let dispensable = state.threads > state.max_threads;
        if !dispensable && let Some(job) = state.queue.pop_front() {
            return Some(job);
        }
        let leaves = dispensable || state.closed;
        if leaves {
            state.threads -= 1;
        } else {
            state.idle.push(Arc::clone(seat));
        }
        let (rests, keep_alive) = (state.at_rest(), state.keep_alive);
        drop(state);
        if rests && let Some(tell) = &self.on_rest {
            tell();
        }
        match if leaves { Order::Leave } else { self.wait_for_order(seat, keep_alive) } {
            Order::Run(job) => Some(job),
            Order::Leave => None,
        }
    }

    /// Waits in `idle` until chosen, or until the keep-alive is over; in either case the seat is no longer in `idle`
    /// and, if the answer is `Leave`, the thread is no longer counted.
    fn wait_for_order(&self, seat: &Arc<Seat<J>>, keep_alive: Duration) -> Order<J> {
        if let Some(order) = seat.wait_timeout(keep_alive) {
            return order;
        }
        let mut state = self.lock();
        let Some(index) = state.idle.iter().position(|other| Arc::ptr_eq(other, seat)) else {
            drop(state);
            return seat.wait();
        };
        state.idle.remove(index);
        state.threads -= 1;
        Order::Leave
    }
}

/// Runs `job` and outlives its panic.
pub(crate) fn outlive(job: impl FnOnce()) {
    if !super::contain(job) {
        // Its own panics it would have reported.
        log::error!("a destructor of a job panicked");
    }
}

impl<J: Job> fmt::Debug for Pool<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("stats", &self.stats()).finish_non_exhaustive()
    }
}
