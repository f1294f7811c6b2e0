//! A pool by itself, with jobs that are told when to end.

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
