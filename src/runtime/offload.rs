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

use std::cell::Cell;
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

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

/// Where one thread waits for its next job.
struct Seat<J> {
    order: Mutex<Option<Order<J>>>,
    arrived: Condvar,
}

enum Order<J> {
    Run(J),
    Leave,
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

/// Sends them home who had these seats.
fn dismiss<J>(seats: Vec<Arc<Seat<J>>>) {
    seats.iter().for_each(|seat| seat.give(Order::Leave));
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
        let seat = Arc::new(Seat { order: Mutex::new(None), arrived: Condvar::new() });
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

impl<J> Seat<J> {
    fn lock(&self) -> MutexGuard<'_, Option<Order<J>>> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be called by whoever removed the seat from `idle`, once.
    fn give(&self, order: Order<J>) {
        *self.lock() = Some(order);
        self.arrived.notify_one();
    }

    fn wait(&self) -> Order<J> {
        let mut order = self.lock();
        loop {
            if let Some(order) = order.take() {
                return order;
            }
            order = self.arrived.wait(order).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn wait_timeout(&self, limit: Duration) -> Option<Order<J>> {
        let waited = self.arrived.wait_timeout_while(self.lock(), limit, |order| order.is_none());
        waited.unwrap_or_else(PoisonError::into_inner).0.take()
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::resume_unwind;
    use std::sync::Barrier;
    use std::sync::mpsc::{self, Receiver, Sender};
    use std::time::Instant;

    const PATIENCE: Duration = Duration::from_secs(30);

    fn with_keep_alive(name: &'static str, max_threads: usize, keep_alive: Duration) -> Pool {
        let pool = <Pool>::new(name, max_threads);
        pool.set_keep_alive(keep_alive);
        pool
    }

    /// Threads, idle ones, queued jobs, completed ones.
    fn numbers(stats: Stats) -> (usize, usize, usize, u64) {
        (stats.threads, stats.idle, stats.queued, stats.completed)
    }

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
        let pool = <Pool>::new("test", 8);
        assert_eq!(numbers(pool.stats()), (0, 0, 0, 0));
        let jobs: Vec<_> = (0..3).map(|_| occupy(&pool)).collect();
        assert_eq!(numbers(pool.stats()), (3, 0, 0, 0));
        drop(jobs);
        eventually(&pool, |stats| stats.idle == 3);
        let jobs: Vec<_> = (0..2).map(|_| occupy(&pool)).collect();
        assert_eq!(numbers(pool.stats()), (3, 1, 0, 3));
        drop(jobs);
        eventually(&pool, |stats| stats.completed == 5);
    }

    #[test]
    fn threads_are_named() {
        let pool = <Pool>::new("test", 1);
        let (send, names) = mpsc::channel();
        submit(&pool, move || send.send(thread::current().name().map(String::from)).unwrap());
        assert_eq!(receive(&names).as_deref(), Some("test-0"));
    }

    #[test]
    fn bound_holds_and_the_rest_queues() {
        let pool = <Pool>::new("test", 2);
        let jobs = [occupy(&pool), occupy(&pool)];
        for _ in 0..5 {
            submit(&pool, || {});
        }
        assert_eq!(numbers(pool.stats()), (2, 0, 5, 0));
        drop(jobs);
        eventually(&pool, |stats| numbers(stats) == (2, 2, 0, 7));
    }

    #[test]
    fn bound_of_zero_is_one() {
        let pool = <Pool>::new("test", 0);
        drop(occupy(&pool));
        assert_eq!(pool.stats().threads, 1);
    }

    #[test]
    fn single_thread_keeps_order() {
        let pool = <Pool>::new("test", 1);
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
        let pool = with_keep_alive("test", 4, Duration::from_millis(20));
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
        let pool = with_keep_alive("test", 2, Duration::from_micros(50));
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
        let pool = <Pool>::new("test", 1);
        submit(&pool, || resume_unwind(Box::new("plain")));
        submit(&pool, || resume_unwind(Box::new(Nasty)));
        let (send, names) = mpsc::channel();
        submit(&pool, move || send.send(thread::current().name().map(String::from)).unwrap());
        assert_eq!(receive(&names).as_deref(), Some("test-0"));
        eventually(&pool, |stats| numbers(stats) == (1, 1, 0, 3));
    }

    #[test]
    fn burst_gets_a_thread_each() {
        const JOBS: usize = 10;
        let pool = <Pool>::new("test", JOBS);
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
        let pool = with_keep_alive("test", 3, Duration::from_micros(200));
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
        let pool = <Pool>::new("test", 2);
        pool.shared.lock().refuse_threads = true;
        let (send, ran) = mpsc::channel();
        let (error, job) = pool.submit(Box::new(move || send.send(()).unwrap())).unwrap_err();
        let Refusal::NoThread(error) = error else { panic!("{error}") };
        assert_eq!(error.kind(), io::ErrorKind::OutOfMemory);
        assert_eq!(numbers(pool.stats()), (0, 0, 0, 0));
        pool.shared.lock().refuse_threads = false;
        assert!(pool.submit(job).is_ok());
        receive(&ran);
    }

    #[test]
    fn refused_thread_leaves_the_job_to_the_others() {
        let pool = <Pool>::new("test", 2);
        let first = occupy(&pool);
        pool.shared.lock().refuse_threads = true;
        let (send, ran) = mpsc::channel();
        submit(&pool, move || send.send(()).unwrap());
        assert_eq!(numbers(pool.stats()), (1, 0, 1, 0));
        drop(first);
        receive(&ran);
    }

    #[test]
    fn more_threads_that_are_refused_leave_the_jobs_to_the_others() {
        let pool = <Pool>::new("test", 1);
        let first = occupy(&pool);
        let (send, ran) = mpsc::channel();
        submit(&pool, move || send.send(()).unwrap());
        pool.shared.lock().refuse_threads = true;
        pool.set_max_threads(3);
        assert_eq!((numbers(pool.stats()), pool.stats().max_threads), ((1, 0, 1, 0), 3));
        drop(first);
        receive(&ran);
    }

    #[test]
    fn rest_is_told_each_time() {
        let (send, rests) = mpsc::channel();
        let pool = <Pool>::with_on_rest("test", 2, move || send.send(()).unwrap());
        for _ in 0..3 {
            let jobs = [occupy(&pool), occupy(&pool)];
            assert!(!pool.stats().at_rest);
            drop(jobs);
            receive(&rests);
        }
        eventually(&pool, |stats| stats.at_rest);
        let last = occupy(&pool);
        pool.close();
        assert!(pool.submit(Box::new(|| {})).is_err_and(|(error, _)| matches!(error, Refusal::Closed)));
        drop(last);
        receive(&rests);
        eventually(&pool, |stats| stats.at_rest && stats.threads == 0);
    }

    #[test]
    fn drop_runs_what_is_queued() {
        let pool = <Pool>::new("test", 1);
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
        let pool = with_keep_alive("test", 2, Duration::MAX);
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
