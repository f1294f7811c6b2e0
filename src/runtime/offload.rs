//! The threads on which blocking closures run, so that a worker never blocks.
//!
//! Uses nothing of the crate. Runs jobs and knows nothing of greenlets: who waits for a job is woken by the job itself.
//!
//! The pool starts a thread when a job arrives and no thread is idle, up to a bound; beyond it jobs queue, first in, first
//! out. An idle thread sleeps without ticking and leaves after [`KEEP_ALIVE`].
//!
//! Invariants, under `Shared::state`'s lock:
//!
//! * **Idle means empty.** A thread takes a seat in `idle` only when the queue is empty, and while a seat is taken a
//!   new job goes to a seat, not to the queue. So handing a job straight to a seat overtakes nobody.
//! * **One seat, one job.** `submit` removes a seat from `idle` before it puts a job there, in one locked step with seeing
//!   it: a thread that has been chosen is not idle for the next `submit`, even if it has yet to wake.
//! * **Queued means served.** While a job is queued, `threads` is not 0, and each thread looks at the queue before it
//!   becomes idle or leaves.
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

use std::collections::VecDeque;
use std::io;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How long a thread stays without a job.
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// What the pool runs. It reports its own panics; the pool only survives them.
pub(crate) type Job = Box<dyn FnOnce() + Send>;

/// A bounded pool of threads that comes and goes with its jobs.
///
/// Dropping it lets the threads finish what is queued and then leave; nobody waits for them.
pub(crate) struct Pool {
    shared: Arc<Shared>,
}

/// What a pool is doing at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stats {
    /// Threads there are, idle ones included.
    pub(crate) threads: usize,
    /// Threads without a job, nor one on its way to them.
    pub(crate) idle: usize,
    /// Jobs that wait for a thread.
    pub(crate) queued: usize,
    /// Jobs that returned or panicked.
    pub(crate) completed: u64,
}

struct Shared {
    /// Of its threads, with a number behind.
    name: &'static str,
    max_threads: usize,
    keep_alive: Duration,
    state: Mutex<State>,
}

struct State {
    queue: VecDeque<Job>,
    idle: Vec<Arc<Seat>>,
    threads: usize,
    /// Threads ever started; numbers their names.
    started: u64,
    completed: u64,
    /// The `Pool` was dropped.
    closed: bool,
    #[cfg(test)]
    refuse_threads: bool,
}

/// Where one thread waits for its next job.
struct Seat {
    order: Mutex<Option<Order>>,
    arrived: Condvar,
}

enum Order {
    Run(Job),
    Leave,
}

impl Pool {
    /// A pool without threads that will have `max_threads` of them at most, and may have one.
    pub(crate) fn new(name: &'static str, max_threads: usize) -> Self {
        Self::with_keep_alive(name, max_threads, KEEP_ALIVE)
    }

    fn with_keep_alive(name: &'static str, max_threads: usize, keep_alive: Duration) -> Self {
        let state = State {
            queue: VecDeque::new(),
            idle: Vec::new(),
            threads: 0,
            started: 0,
            completed: 0,
            closed: false,
            #[cfg(test)]
            refuse_threads: false,
        };
        let max_threads = max_threads.max(1);
        Pool { shared: Arc::new(Shared { name, max_threads, keep_alive, state: Mutex::new(state) }) }
    }

    /// Has `job` run on a thread of the pool, now or when one is free.
    ///
    /// # Errors
    /// Why the system gave no thread, together with the job, if there is no other thread that will run it.
    pub(crate) fn submit(&self, job: Job) -> Result<(), (io::Error, Job)> {
        let mut state = self.shared.lock();
        if let Some(seat) = state.idle.pop() {
            drop(state);
            seat.give(Order::Run(job));
            return Ok(());
        }
        let mut refused = None;
        if state.threads < self.shared.max_threads {
            // Under the lock: otherwise another `submit` could queue its job counting on this thread, and return before
            // this one fails. The new thread's first act is to take the lock, so it cannot miss the job below.
            match Shared::start_thread(&self.shared, &mut state) {
                Err(error) if state.threads == 0 => return Err((error, job)),
                outcome => refused = outcome.err(),
            }
        }
        state.queue.push_back(job);
        let threads = state.threads;
        drop(state);
        if let Some(error) = refused {
            log::debug!("{}: no thread besides the {threads} there are: {error}", self.shared.name);
        }
        Ok(())
    }

    /// What the pool is doing.
    pub(crate) fn stats(&self) -> Stats {
        let state = self.shared.lock();
        Stats {
            threads: state.threads,
            idle: state.idle.len(),
            queued: state.queue.len(),
            completed: state.completed,
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.closed = true;
        let idle = mem::take(&mut state.idle);
        state.threads -= idle.len();
        drop(state);
        for seat in idle {
            seat.give(Order::Leave);
        }
    }
}

impl Shared {
    /// The state is whole between any two statements that can unwind, so poison means nothing here.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start_thread(this: &Arc<Self>, state: &mut State) -> io::Result<()> {
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
        let seat = Arc::new(Seat { order: Mutex::new(None), arrived: Condvar::new() });
        let mut state = self.lock();
        loop {
            let job = match state.queue.pop_front() {
                Some(job) => {
                    drop(state);
                    job
                }
                None if state.closed => {
                    state.threads -= 1;
                    return;
                }
                None => {
                    state.idle.push(Arc::clone(&seat));
                    drop(state);
                    match self.wait_for_order(&seat) {
                        Order::Run(job) => job,
                        Order::Leave => return,
                    }
                }
            };
            run(job);
            state = self.lock();
            state.completed += 1;
        }
    }

    /// Waits in `idle` until chosen, or until the keep-alive is over; in either case the seat is no longer in `idle`
    /// and, if the answer is `Leave`, the thread is no longer counted.
    fn wait_for_order(&self, seat: &Arc<Seat>) -> Order {
        if let Some(order) = seat.wait_timeout(self.keep_alive) {
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

impl Seat {
    fn lock(&self) -> MutexGuard<'_, Option<Order>> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be called by whoever removed the seat from `idle`, once.
    fn give(&self, order: Order) {
        *self.lock() = Some(order);
        self.arrived.notify_one();
    }

    fn wait(&self) -> Order {
        let mut order = self.lock();
        loop {
            if let Some(order) = order.take() {
                return order;
            }
            order = self.arrived.wait(order).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn wait_timeout(&self, limit: Duration) -> Option<Order> {
        let waited = self.arrived.wait_timeout_while(self.lock(), limit, |order| order.is_none());
        waited.unwrap_or_else(PoisonError::into_inner).0.take()
    }
}

/// Runs a job and outlives its panic, and the panic of the payload's destructor.
fn run(job: Job) {
    let Err(payload) = catch_unwind(AssertUnwindSafe(job)) else { return };
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        // A destructor that panicked with something to destroy: no third chance.
        mem::forget(again);
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::resume_unwind;
    use std::sync::Barrier;
    use std::sync::mpsc::{self, Receiver, Sender};
    use std::time::Instant;

    const PATIENCE: Duration = Duration::from_secs(30);

    fn submit(pool: &Pool, job: impl FnOnce() + Send + 'static) {
        assert!(pool.submit(Box::new(job)).is_ok());
    }

    /// Submits a job that runs until the sender is used or dropped; returns once it runs.
    fn occupy(pool: &Pool) -> Sender<()> {
        let (finish, finished) = mpsc::channel();
        let (start, started) = mpsc::channel();
        submit(pool, move || {
            start.send(()).unwrap();
            let _ = finished.recv();
        });
        receive(&started);
        finish
    }

    fn receive<T>(from: &Receiver<T>) -> T {
        from.recv_timeout(PATIENCE).expect("the job runs")
    }

    /// The pool has no events of its own for what its threads do between jobs.
    fn eventually(pool: &Pool, wanted: impl Fn(Stats) -> bool) {
        let begin = Instant::now();
        while !wanted(pool.stats()) {
            assert!(begin.elapsed() < PATIENCE, "{:?}", pool.stats());
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn grows_with_demand_and_reuses_idle_threads() {
        let pool = Pool::new("test", 8);
        assert_eq!(pool.stats(), Stats { threads: 0, idle: 0, queued: 0, completed: 0 });
        let jobs: Vec<_> = (0..3).map(|_| occupy(&pool)).collect();
        assert_eq!(pool.stats(), Stats { threads: 3, idle: 0, queued: 0, completed: 0 });
        drop(jobs);
        eventually(&pool, |stats| stats.idle == 3);
        let jobs: Vec<_> = (0..2).map(|_| occupy(&pool)).collect();
        assert_eq!(pool.stats(), Stats { threads: 3, idle: 1, queued: 0, completed: 3 });
        drop(jobs);
        eventually(&pool, |stats| stats.completed == 5);
    }

    #[test]
    fn threads_are_named() {
        let pool = Pool::new("test", 1);
        let (send, names) = mpsc::channel();
        submit(&pool, move || send.send(thread::current().name().map(String::from)).unwrap());
        assert_eq!(receive(&names).as_deref(), Some("test-0"));
    }

    #[test]
    fn bound_holds_and_the_rest_queues() {
        let pool = Pool::new("test", 2);
        let jobs = [occupy(&pool), occupy(&pool)];
        for _ in 0..5 {
            submit(&pool, || {});
        }
        assert_eq!(pool.stats(), Stats { threads: 2, idle: 0, queued: 5, completed: 0 });
        drop(jobs);
        eventually(&pool, |stats| stats == Stats { threads: 2, idle: 2, queued: 0, completed: 7 });
    }

    #[test]
    fn bound_of_zero_is_one() {
        let pool = Pool::new("test", 0);
        drop(occupy(&pool));
        assert_eq!(pool.stats().threads, 1);
    }

    #[test]
    fn single_thread_keeps_order() {
        let pool = Pool::new("test", 1);
        let first = occupy(&pool);
        let (send, order) = mpsc::channel();
        for i in 0..100 {
            let send = send.clone();
            submit(&pool, move || send.send(i).unwrap());
        }
        drop(first);
        for i in 0..100 {
            assert_eq!(receive(&order), i);
        }
    }

    #[test]
    fn idle_threads_leave() {
        let pool = Pool::with_keep_alive("test", 4, Duration::from_millis(20));
        for _ in 0..3 {
            let barrier = Arc::new(Barrier::new(4));
            for _ in 0..4 {
                let barrier = Arc::clone(&barrier);
                submit(&pool, move || _ = barrier.wait());
            }
            eventually(&pool, |stats| stats.threads == 0);
            assert_eq!((pool.stats().idle, pool.stats().queued), (0, 0));
        }
        assert_eq!(pool.stats().completed, 12);
    }

    #[test]
    fn job_meets_leaving_thread() {
        let pool = Pool::with_keep_alive("test", 2, Duration::from_micros(50));
        let (send, done) = mpsc::channel();
        for i in 0..2000 {
            let send = send.clone();
            submit(&pool, move || send.send(i).unwrap());
            assert_eq!(receive(&done), i);
            // Aims at the end of the keep-alive, from both sides.
            thread::sleep(Duration::from_micros(i % 100));
        }
    }

    #[test]
    fn panic_does_not_cost_the_thread() {
        struct Nasty;
        impl Drop for Nasty {
            fn drop(&mut self) {
                resume_unwind(Box::new("from the payload's destructor"));
            }
        }
        let pool = Pool::new("test", 1);
        submit(&pool, || resume_unwind(Box::new("plain")));
        submit(&pool, || resume_unwind(Box::new(Nasty)));
        let (send, names) = mpsc::channel();
        submit(&pool, move || send.send(thread::current().name().map(String::from)).unwrap());
        assert_eq!(receive(&names).as_deref(), Some("test-0"));
        eventually(&pool, |stats| stats == Stats { threads: 1, idle: 1, queued: 0, completed: 3 });
    }

    #[test]
    fn burst_gets_a_thread_each() {
        const JOBS: usize = 10;
        let pool = Pool::new("test", JOBS);
        drop(occupy(&pool));
        eventually(&pool, |stats| stats.idle == 1);
        for round in 1..=20 {
            // Each waits for all: one job too few running, and none ends.
            let barrier = Arc::new(Barrier::new(JOBS + 1));
            for _ in 0..JOBS {
                let barrier = Arc::clone(&barrier);
                submit(&pool, move || _ = barrier.wait());
            }
            assert_eq!(pool.stats().threads, JOBS);
            barrier.wait();
            eventually(&pool, |stats| stats.completed == (1 + round * JOBS) as u64);
        }
    }

    #[test]
    fn submitters_race() {
        const EACH: u64 = 500;
        let pool = Pool::with_keep_alive("test", 3, Duration::from_micros(200));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..EACH {
                        submit(&pool, || {});
                    }
                });
            }
        });
        eventually(&pool, |stats| stats.completed == 4 * EACH);
        eventually(&pool, |stats| stats.threads == 0);
    }

    #[test]
    fn refused_thread_hands_the_job_back() {
        let pool = Pool::new("test", 2);
        pool.shared.lock().refuse_threads = true;
        let (send, ran) = mpsc::channel();
        let (error, job) = pool.submit(Box::new(move || send.send(()).unwrap())).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::OutOfMemory);
        assert_eq!(pool.stats(), Stats { threads: 0, idle: 0, queued: 0, completed: 0 });
        pool.shared.lock().refuse_threads = false;
        assert!(pool.submit(job).is_ok());
        receive(&ran);
    }

    #[test]
    fn refused_thread_leaves_the_job_to_the_others() {
        let pool = Pool::new("test", 2);
        let first = occupy(&pool);
        pool.shared.lock().refuse_threads = true;
        let (send, ran) = mpsc::channel();
        submit(&pool, move || send.send(()).unwrap());
        assert_eq!(pool.stats(), Stats { threads: 1, idle: 0, queued: 1, completed: 0 });
        drop(first);
        receive(&ran);
    }

    #[test]
    fn drop_runs_what_is_queued() {
        let pool = Pool::new("test", 1);
        let first = occupy(&pool);
        let (send, ran) = mpsc::channel();
        submit(&pool, move || send.send(()).unwrap());
        let shared = Arc::downgrade(&pool.shared);
        drop(pool);
        drop(first);
        receive(&ran);
        let begin = Instant::now();
        while shared.strong_count() > 0 {
            assert!(begin.elapsed() < PATIENCE, "the thread leaves");
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn drop_sends_idle_threads_home() {
        let pool = Pool::with_keep_alive("test", 2, Duration::MAX);
        drop([occupy(&pool), occupy(&pool)]);
        eventually(&pool, |stats| stats.idle == 2);
        let shared = Arc::downgrade(&pool.shared);
        drop(pool);
        let begin = Instant::now();
        while shared.strong_count() > 0 {
            assert!(begin.elapsed() < PATIENCE, "the threads leave");
            thread::sleep(Duration::from_millis(1));
        }
    }
}
