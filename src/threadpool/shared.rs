//! The threads of a `ThreadPool`, and the queue of their jobs.
//!
//! Uses `wait`. Knows nothing of results.
//!
//! Invariants, under the lock:
//!
//! * **Queued means served.** Whoever adds a job finds a thread that is awake and has none, or wakes an idle one, or starts one, or
//!   else all are busy; and each looks at the queue before it becomes idle or ends. One that ends although there are jobs, because there are too many
//!   threads, wakes another in its place. That other one is there, as the bound is 1 at least.
//! * **Idle means listed.** A thread is in `idle` while it waits, and leaves the list with the wake or with the end of its patience,
//!   so a job is never left to a thread that is about to go.
//!
//! The thread that became idle last is the first to get a job: its caches are warm, and the others come to the end of their
//! patience when few are needed.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::job::{Job, Refusal};
use crate::wait::queue::{Place, WaitQueue};
use crate::wait::{self, Cancelled, Reason};

/// How long a thread stays without a job.
const PATIENCE: Duration = Duration::from_secs(10);

thread_local! {
    /// The pool that this thread belongs to.
    static POOL: Cell<*const Shared> = const { Cell::new(std::ptr::null()) };
}

/// See the module's documentation.
pub(super) struct Shared(Mutex<State>);

struct State {
    max: usize,
    patience: Duration,
    queue: VecDeque<Job>,
    threads: usize,
    /// Threads that run a job.
    busy: usize,
    /// Threads that wait, or have been woken and have not come to look yet.
    resting: usize,
    idle: WaitQueue,
    /// No more jobs.
    closed: bool,
    /// Threads ever started; numbers their names.
    started: u64,
    joiners: WaitQueue,
    #[cfg(test)]
    refuse_threads: bool,
}

/// What a pool is doing at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stats {
    pub(super) max: usize,
    pub(super) threads: usize,
    pub(super) busy: usize,
    pub(super) queued: usize,
}

impl Shared {
    pub(super) fn new(max: usize) -> Arc<Shared> {
        Arc::new(Shared(Mutex::new(State {
            max,
            patience: PATIENCE,
            queue: VecDeque::new(),
            threads: 0,
            busy: 0,
            resting: 0,
            idle: WaitQueue::new(),
            closed: false,
            started: 0,
            joiners: WaitQueue::new(),
            #[cfg(test)]
            refuse_threads: false,
        })))
    }

    /// No code of the user's runs under the lock, so it is whole even if it is poisoned.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has `job` run on a thread of the pool, now or when one is free; or tells it why not.
    pub(super) fn submit(self: &Arc<Self>, job: Job) {
        let mut state = self.lock();
        if state.closed {
            drop(state);
            return refuse(job, Refusal::ShutDown);
        }
        // Under the lock: otherwise another `submit` could count on a thread that then cannot be started.
        match state.find_thread(self) {
            Err(error) if state.threads == 0 => {
                drop(state);
                return refuse(job, Refusal::NoThread(error));
            }
            Err(error) => log::debug!("no thread besides the {} there are: {error}", state.threads),
            Ok(()) => {}
        }
        // The thread that was found takes the lock first of all, so it cannot miss the job.
        state.queue.push_back(job);
    }

    /// Whether the running code is on a thread of this pool.
    pub(super) fn is_ours(&self) -> bool {
        std::ptr::eq(POOL.get(), self)
    }

    pub(super) fn stats(&self) -> Stats {
        let state = self.lock();
        Stats { max: state.max, threads: state.threads, busy: state.busy, queued: state.queue.len() }
    }

    pub(super) fn set_idle_timeout(&self, d: Duration) {
        self.lock().patience = d;
    }

    pub(super) fn resize(self: &Arc<Self>, max: usize) {
        let mut state = self.lock();
        state.max = max;
        // Those who are too many look, and go.
        for _ in max..state.threads {
            state.idle.wake_one();
        }
        let mut waiting = mem::take(&mut state.queue);
        // One by one, as if they came now.
        while let Some(job) = waiting.pop_front() {
            let found = state.threads >= max || state.find_thread(self).is_ok();
            state.queue.push_back(job);
            if !found {
                break;
            }
        }
        state.queue.append(&mut waiting);
    }

    /// No more jobs; idle threads go, the others when the queue is empty.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.idle.wake_all();
        // Without threads, that was all there is to wait for.
        state.tell_joiners();
    }

    /// Drops what is in the queue. How many there were.
    pub(super) fn clear(&self) -> usize {
        let mut state = self.lock();
        let jobs = mem::take(&mut state.queue);
        state.tell_joiners();
        drop(state);
        let count = jobs.len();
        jobs.into_iter().for_each(|job| refuse(job, Refusal::ShutDown));
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
                let mut state = self.lock();
                let waits = !state.is_done();
                if waits {
                    place.set(state.joiners.push(announced.waker(), ()));
                }
                waits
            },
            |_| {
                self.lock().joiners.remove(place.get());
            },
        )
    }

    /// A thread's life.
    fn work(&self) {
        POOL.set(self);
        let mut patient = true;
        loop {
            let mut state = self.lock();
            let dispensable = state.threads > state.max;
            let job = if dispensable { None } else { state.queue.pop_front() };
            let Some(job) = job else {
                if dispensable || state.closed || !patient {
                    state.leave();
                    return;
                }
                let deadline = wait::deadline_in(Some(state.patience));
                drop(state);
                patient = self.idle(deadline);
                continue;
            };
            state.busy += 1;
            drop(state);
            run(job, Ok(()));
            patient = true;
            let mut state = self.lock();
            state.busy -= 1;
            state.tell_joiners();
        }
    }

    /// Waits until there is something to look at. `false`: there was nothing until `deadline`.
    fn idle(&self, deadline: u64) -> bool {
        let place = Cell::new(None);
        let waited = wait::park(
            Reason::Other,
            0,
            deadline,
            |announced| {
                let mut state = self.lock();
                let waits = state.queue.is_empty() && !state.closed && state.threads <= state.max;
                if waits {
                    // Once, also if it has to line up again.
                    state.resting += usize::from(place.get().is_none());
                    place.set(Some(state.idle.push_front(announced.waker(), ())));
                }
                waits
            },
            |_| {
                if let Some(place) = place.get() {
                    self.lock().idle.remove(place);
                }
            },
        );
        self.lock().resting -= usize::from(place.get().is_some());
        // Nobody kills a thread, and no timeout is around its life.
        waited.unwrap_or(true)
    }
}

impl State {
    /// Finds a thread for one more job, before that is queued: one that is awake, an idle one, a new one, or else any.
    fn find_thread(&mut self, shared: &Arc<Shared>) -> io::Result<()> {
        // Those have just ended a job, or are new, and will look at the queue.
        let awake = self.threads - self.busy - self.resting;
        if self.queue.len() < awake || self.idle.wake_one() || self.threads >= self.max {
            return Ok(());
        }
        #[cfg(test)]
        if self.refuse_threads {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        let shared = Arc::clone(shared);
        let name = format!("vervet-pool-{}", self.started);
        thread::Builder::new().name(name).spawn(move || shared.work())?;
        self.started += 1;
        self.threads += 1;
        Ok(())
    }

    /// The running thread ends.
    fn leave(&mut self) {
        self.threads -= 1;
        if !self.queue.is_empty() {
            self.idle.wake_one();
        }
        self.tell_joiners();
    }

    fn is_done(&self) -> bool {
        self.queue.is_empty() && self.busy == 0 && !(self.closed && self.threads > 0)
    }

    fn tell_joiners(&mut self) {
        if self.is_done() {
            self.joiners.wake_all();
        }
    }
}

fn refuse(job: Job, refusal: Refusal) {
    run(job, Err(refusal));
}

/// Calls a job and outlives what may panic around it: the destructors of its closure and of a result that nobody wants.
fn run(job: Job, start: Result<(), Refusal>) {
    let Err(payload) = catch_unwind(AssertUnwindSafe(|| job(start))) else { return };
    log::error!("a destructor of a job panicked");
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        // One that panicked with something to destroy: no third chance.
        mem::forget(again);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Instant;

    use super::*;

    const LONG: Duration = Duration::from_secs(30);

    /// A job that tells what it was called with.
    fn telling() -> (Job, mpsc::Receiver<Result<(), Refusal>>) {
        let (tell, told) = mpsc::channel();
        (Box::new(move |start| tell.send(start).unwrap()), told)
    }

    fn joined(shared: &Shared) {
        assert!(shared.join(wait::deadline_at(Instant::now().checked_add(LONG))).unwrap());
    }

    #[test]
    fn without_any_thread_a_job_is_refused_with_the_systems_error() {
        let shared = Shared::new(2);
        shared.lock().refuse_threads = true;
        let (job, told) = telling();
        shared.submit(job);
        match told.recv_timeout(LONG).unwrap() {
            Err(Refusal::NoThread(error)) => assert_eq!(error.kind(), io::ErrorKind::OutOfMemory),
            other => panic!("{other:?}"),
        }
        joined(&shared);
        shared.lock().refuse_threads = false;
        let (job, told) = telling();
        shared.submit(job);
        assert!(told.recv_timeout(LONG).unwrap().is_ok());
    }

    #[test]
    fn with_one_thread_alive_a_job_waits_for_it() {
        let shared = Shared::new(2);
        let (go, wait) = mpsc::channel::<()>();
        shared.submit(Box::new(move |_| assert!(wait.recv().is_err())));
        shared.lock().refuse_threads = true;
        let (job, told) = telling();
        shared.submit(job);
        shared.resize(3);
        let Stats { threads, queued, .. } = shared.stats();
        assert!(threads == 1 && queued >= 1, "{:?}", shared.stats());
        drop(go);
        assert!(told.recv_timeout(LONG).unwrap().is_ok());
        joined(&shared);
        shared.close();
        joined(&shared);
        assert_eq!(shared.stats().threads, 0);
    }
}
