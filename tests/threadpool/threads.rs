//! The threads: when they start, how many there are, when they end.

use super::*;

#[test]
fn threads_start_with_the_work_and_are_used_again() {
    checked(|| {
        in_both(|| {
            let pool = ThreadPool::new(8);
            assert_eq!((pool.size(), pool.max()), (0, 8));
            let jobs: Vec<_> = (0..3).map(|_| occupy(&pool)).collect();
            assert_eq!((pool.size(), pool.busy()), (3, 3));
            jobs.into_iter().for_each(Occupied::end);
            pool.join();
            for n in 0..50 {
                assert_eq!(pool.apply(move || n).unwrap(), n);
                pool.join();
            }
            assert_eq!((pool.size(), pool.busy()), (3, 0));
        });
    });
}

#[test]
fn never_more_than_its_bound() {
    checked(|| {
        let pool = ThreadPool::new(2);
        let jobs = [occupy(&pool), occupy(&pool)];
        let queued: Vec<_> = (0..5).map(|n| pool.submit(move || n)).collect();
        assert_eq!((pool.size(), pool.busy(), pool.queued()), (2, 2, 5));
        jobs.into_iter().for_each(Occupied::end);
        assert!(queued.iter().map(|result| outcome(result).unwrap()).eq(0..5));
        assert_eq!(pool.size(), 2);
    });
}

#[test]
fn a_single_thread_keeps_the_order() {
    checked(|| {
        let pool = ThreadPool::new(1);
        let first = occupy(&pool);
        let (send, order) = mpsc::channel();
        for n in 0..100 {
            let send = send.clone();
            pool.submit(move || send.send(n).unwrap());
        }
        drop(send);
        first.end();
        assert!(order.into_iter().eq(0..100));
    });
}

#[test]
fn threads_without_work_end() {
    checked(|| {
        for _ in 0..3 {
            let pool = ThreadPool::new(4).idle_timeout(Duration::from_millis(10));
            let jobs: Vec<_> = (0..4).map(|_| occupy(&pool)).collect();
            assert_eq!(pool.size(), 4);
            jobs.into_iter().for_each(Occupied::end);
            eventually("all have ended", || pool.size() == 0);
            assert_eq!(pool.apply(|| 1).unwrap(), 1, "and others start");
        }
    });
}

#[test]
fn a_job_meets_a_thread_that_is_about_to_end() {
    checked(|| {
        let pool = ThreadPool::new(2).idle_timeout(Duration::from_micros(50));
        for n in 0..3_000_u64 {
            let result = pool.submit(move || n);
            assert_eq!(outcome(&result).unwrap(), n);
            // Aims at the end of its patience, from both sides.
            thread::sleep(Duration::from_micros(n % 100));
        }
    });
}

#[test]
fn a_burst_gets_a_thread_each() {
    const JOBS: usize = 8;
    checked(|| {
        let pool = ThreadPool::new(JOBS);
        for _ in 0..20 {
            let barrier = Arc::new(std::sync::Barrier::new(JOBS));
            let results: Vec<_> = (0..JOBS)
                .map(|_| {
                    let barrier = Arc::clone(&barrier);
                    // Each waits for all: one too few running, and none ends.
                    pool.submit(move || barrier.wait().is_leader())
                })
                .collect();
            results.iter().for_each(|result| assert!(outcome(result).is_ok()));
        }
        assert_eq!(pool.size(), JOBS);
    });
}

#[test]
fn resized_up_it_starts_threads_for_what_waits() {
    checked(|| {
        let pool = ThreadPool::new(1);
        let first = occupy(&pool);
        let barrier = Arc::new(std::sync::Barrier::new(3));
        let others: Vec<_> = (0..3)
            .map(|_| {
                let barrier = Arc::clone(&barrier);
                pool.submit(move || barrier.wait().is_leader())
            })
            .collect();
        assert_eq!((pool.size(), pool.queued()), (1, 3));
        pool.resize(4);
        others.iter().for_each(|result| assert!(outcome(result).is_ok()));
        assert_eq!((pool.size(), pool.max()), (4, 4));
        first.end();
    });
}

#[test]
fn resized_down_threads_end_with_their_jobs() {
    checked(|| {
        let pool = ThreadPool::new(4);
        let mut jobs: Vec<_> = (0..3).map(|_| occupy(&pool)).collect();
        jobs.push(occupy(&pool));
        jobs.pop().unwrap().end();
        pool.resize(2);
        eventually("the idle one has ended", || pool.size() == 3);
        assert_eq!((pool.busy(), pool.max()), (3, 2));
        let waiting = pool.submit(|| 5);
        jobs.pop().unwrap().end();
        eventually("the next one, too, though there is work", || pool.size() == 2);
        assert!(!waiting.is_ready());
        jobs.pop().unwrap().end();
        assert_eq!(outcome(&waiting).unwrap(), 5);
        jobs.into_iter().for_each(Occupied::end);
    });
}

#[test]
fn resized_again_and_again_under_load() {
    checked(|| {
        let pool = ThreadPool::new(1);
        let done = Arc::new(AtomicUsize::new(0));
        for n in 0..5_000 {
            let done = Arc::clone(&done);
            pool.submit(move || done.fetch_add(1, SeqCst));
            if n % 10 == 0 {
                pool.resize(1 + n / 10 % 5);
            }
        }
        assert!(pool.join_timeout(LIMIT / 2), "a job was left alone: {pool:?}");
        assert_eq!(done.load(SeqCst), 5_000);
    });
}

#[test]
fn join_waits_for_jobs_and_their_callbacks() {
    checked(|| {
        in_both(|| {
            let pool = ThreadPool::new(2);
            assert!(pool.join_timeout(Duration::ZERO), "there is nothing to do");
            let job = occupy(&pool);
            let called = Arc::new(AtomicUsize::new(0));
            let counted = Arc::clone(&called);
            job.result.link(move |_| {
                thread::sleep(Duration::from_millis(2));
                counted.fetch_add(1, SeqCst);
            });
            assert!(!pool.join_timeout(Duration::from_millis(2)));
            drop(job.finish);
            pool.join();
            assert_eq!((called.load(SeqCst), pool.busy()), (1, 0));
        });
    });
}

#[test]
fn shutdown_runs_what_is_queued_and_refuses_the_rest() {
    checked(|| {
        in_both(|| {
            let pool = ThreadPool::new(1);
            let first = occupy(&pool);
            let queued = pool.submit(|| 2);
            pool.shutdown();
            let drops = Drops::new();
            let value = drops.value();
            let refused = pool.submit(move || drop(value));
            let error = outcome(&refused).unwrap_err();
            assert!(error.downcast_ref::<ShutDown>().is_some());
            assert_eq!(error.to_string(), "the thread pool is shut down");
            assert_eq!(drops.count(), 1);
            assert!(pool.apply(|| 1).unwrap_err().downcast_ref::<ShutDown>().is_some());
            assert!(!pool.join_timeout(Duration::from_millis(1)));
            first.end();
            pool.join();
            assert_eq!((outcome(&queued).unwrap(), pool.size()), (2, 0));
            pool.shutdown();
            assert!(pool.join_timeout(Duration::ZERO), "twice is as good as once");
        });
    });
}

#[test]
fn shutdown_ends_idle_threads() {
    checked(|| {
        let pool = ThreadPool::new(3).idle_timeout(Duration::MAX);
        let jobs: Vec<_> = (0..3).map(|_| occupy(&pool)).collect();
        jobs.into_iter().for_each(Occupied::end);
        pool.shutdown();
        pool.join();
        assert_eq!(pool.size(), 0);
    });
}

#[test]
fn shutdown_now_drops_what_is_queued() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            let pool = ThreadPool::new(1);
            let first = occupy(&pool);
            let queued: Vec<_> = (0..5)
                .map(|_| {
                    let value = drops.value();
                    pool.submit(move || drop(value))
                })
                .collect();
            assert_eq!(pool.shutdown_now(), 5);
            assert_eq!(drops.count(), 5);
            for result in queued {
                assert!(outcome(&result).unwrap_err().downcast_ref::<ShutDown>().is_some());
            }
            first.end();
            pool.join();
            assert_eq!((pool.size(), pool.shutdown_now()), (0, 0));
        });
    });
}

#[test]
fn dropping_the_last_handle_lets_jobs_end() {
    checked(|| {
        let pool = ThreadPool::new(1).idle_timeout(Duration::MAX);
        let first = occupy(&pool);
        let gone = Drops::new();
        let value = gone.value();
        let queued = pool.submit(move || {
            thread_local!(static LAST: std::cell::RefCell<Option<Counted>> = const { std::cell::RefCell::new(None) });
            LAST.set(Some(value));
            6
        });
        drop(pool.clone());
        drop(pool);
        first.end();
        assert_eq!(outcome(&queued).unwrap(), 6);
        eventually("the thread has ended", || gone.count() == 1);
    });
}

#[test]
fn a_job_may_hold_the_last_handle() {
    checked(|| {
        let pool = ThreadPool::new(1);
        let inner = pool.clone();
        let (send, receive) = mpsc::channel::<()>();
        let result = pool.submit(move || {
            let _ = receive.recv();
            let second = inner.submit(|| 9);
            drop(inner);
            second
        });
        drop(pool);
        drop(send);
        let second = outcome(&result).unwrap();
        assert_eq!(outcome(&second).unwrap(), 9);
    });
}
