//! What becomes of a job: its result, its panic, its caller's end.

use super::*;

#[test]
fn submit_answers_at_once_and_the_result_later() {
    checked(|| {
        in_both(|| {
            let pool = ThreadPool::new(1);
            let first = occupy(&pool);
            let results: Vec<_> = (0..10).map(|n| pool.submit(move || n * n)).collect();
            assert!(results.iter().all(|result| !result.is_ready()));
            assert_eq!((pool.busy(), pool.queued()), (1, 10));
            first.end();
            let squares: Vec<i32> = results.iter().map(|result| outcome(result).unwrap()).collect();
            assert!(squares.into_iter().eq((0..10).map(|n| n * n)));
            pool.join();
            assert_eq!((pool.busy(), pool.queued()), (0, 0));
        });
    });
}

#[test]
fn a_panic_is_the_results_error() {
    checked(|| {
        in_both(|| {
            let pool = ThreadPool::new(1);
            let failed = pool.submit(|| -> u8 { fail("on purpose") });
            let error = outcome(&failed).unwrap_err();
            assert_eq!(error.to_string(), "the job panicked: on purpose");
            let panicked = error.downcast_ref::<JobPanicked>().unwrap();
            assert_eq!(panicked.text(), Some("on purpose"));
            assert_eq!(format!("{panicked:?}"), "JobPanicked(\"on purpose\")");
            assert_eq!(text(panicked.take_payload().unwrap()), "on purpose");
            assert!(panicked.take_payload().is_none());
            let wordless = pool.submit(|| -> u8 { std::panic::resume_unwind(Box::new(7)) });
            assert_eq!(outcome(&wordless).unwrap_err().to_string(), "the job panicked");
            // The thread has outlived both.
            assert_eq!(outcome(&pool.submit(|| 1)).unwrap(), 1);
            assert_eq!(pool.size(), 1);
        });
    });
}

#[test]
fn links_run_on_the_pools_thread() {
    checked(|| {
        let pool = ThreadPool::new(1);
        let first = occupy(&pool);
        let (send, names) = mpsc::channel();
        let linked = pool.submit(|| 4);
        let other = send.clone();
        linked.link(move |result| {
            let name = thread::current().name().unwrap_or_default().to_owned();
            send.send((*result.as_ref().unwrap(), name)).unwrap();
        });
        linked.link(|_| fail("on purpose"));
        linked.link(move |_| other.send((0, "last".to_owned())).unwrap());
        first.end();
        assert_eq!(names.recv().unwrap(), (4, "vervet-pool-0".to_owned()));
        assert_eq!(names.recv().unwrap(), (0, "last".to_owned()));
        assert_eq!(outcome(&pool.submit(|| 1)).unwrap(), 1, "a link's panic costs nothing");
    });
}

#[test]
fn submitted_from_greenlets_and_threads() {
    const EACH: usize = 300;
    checked(|| {
        let pool = ThreadPool::new(3);
        let sum = Arc::new(AtomicUsize::new(0));
        let work = |pool: &ThreadPool, sum: &Arc<AtomicUsize>| {
            let results: Vec<_> = (0..EACH)
                .map(|n| {
                    let sum = Arc::clone(sum);
                    pool.submit(move || sum.fetch_add(n, SeqCst))
                })
                .collect();
            assert!(results.iter().all(|result| outcome(result).is_ok()));
        };
        thread::scope(|threads| {
            threads.spawn(|| work(&pool, &sum));
            threads.spawn(|| work(&pool, &sum));
            vervet::scope(|greenlets| {
                greenlets.spawn(|| work(&pool, &sum));
                greenlets.spawn(|| work(&pool, &sum));
            });
        });
        assert_eq!(sum.load(SeqCst), 4 * EACH * (EACH - 1) / 2);
        assert!((1..=3).contains(&pool.size()));
    });
}

#[test]
fn jobs_and_greenlets_wait_for_each_other() {
    checked(|| {
        let pool = ThreadPool::new(1);
        let (ask, asked) = vervet::sync::mpsc::sync_channel::<u32>(0);
        let (answer, answered) = vervet::sync::mpsc::sync_channel::<u32>(0);
        let job = pool.submit(move || {
            for question in asked {
                vervet::sleep(Duration::from_micros(50));
                answer.send(question + vervet::spawn(|| 1).join().unwrap()).unwrap();
            }
        });
        vervet::run(move || {
            for n in 0..20 {
                ask.send(n).unwrap();
                assert_eq!(answered.recv().unwrap(), n + 1);
            }
        });
        outcome(&job).unwrap();
    });
}

#[test]
fn other_greenlets_run_while_jobs_block() {
    checked(|| {
        vervet::run(|| {
            let pool = ThreadPool::new(2);
            let (a, b) = (occupy(&pool), occupy(&pool));
            for n in 0..200 {
                assert_eq!(vervet::spawn(move || n).join().unwrap(), n);
            }
            assert_eq!(pool.busy(), 2);
            a.end();
            b.end();
        });
    });
}

#[test]
fn apply_waits_and_runs_in_place_from_within() {
    checked(|| {
        in_both(|| {
            let pool = ThreadPool::new(1);
            let (outer, inner) = (pool.clone(), pool.clone());
            let nested = move || {
                let failed = inner.apply(|| -> u8 { fail("on purpose") });
                (thread::current().id(), inner.map(0..3, |n| n), failed)
            };
            let within = pool.apply(move || (thread::current().id(), outer.apply(nested).unwrap()));
            let (outside, (inside, mapped, failed)) = within.unwrap();
            assert_eq!(outside, inside);
            assert_ne!(outside, thread::current().id());
            assert!(mapped.into_iter().map(Result::unwrap).eq(0..3));
            assert!(failed.unwrap_err().downcast_ref::<JobPanicked>().is_some());
        });
    });
}

#[test]
fn apply_takes_what_is_neither_clone_nor_sync() {
    checked(|| {
        in_both(|| {
            let pool = ThreadPool::new(1);
            let cell = pool.apply(|| std::cell::Cell::new(5)).unwrap();
            assert_eq!(cell.get(), 5);
        });
    });
}

#[test]
fn from_within_another_pool_it_is_a_job_like_any() {
    checked(|| {
        let (a, b) = (ThreadPool::new(1), ThreadPool::new(1));
        let inner = b.clone();
        let ids = a.apply(move || (thread::current().id(), inner.apply(|| thread::current().id()).unwrap()));
        let (outer, inner) = ids.unwrap();
        assert_ne!(outer, inner);
        assert_eq!((a.size(), b.size()), (1, 1));
    });
}

#[test]
fn map_answers_in_order_with_failures_in_their_places() {
    checked(|| {
        in_both(|| {
            let pool = ThreadPool::new(3);
            let results = pool.map(0..20_u64, |n| {
                thread::sleep(Duration::from_micros((20 - n) * 50));
                if n == 7 { fail("on purpose") } else { n }
            });
            for (n, result) in (0..).zip(results) {
                match result {
                    Ok(value) => assert_eq!(value, n),
                    Err(error) => assert_eq!((n, &*error.to_string()), (7, "the job panicked: on purpose")),
                }
            }
            assert_eq!(pool.size(), 3);
            assert!(pool.map(std::iter::empty::<u8>(), |n| n).is_empty());
        });
    });
}

#[test]
fn killed_in_apply_before_its_turn_the_job_never_runs() {
    checked(|| {
        let drops = Drops::new();
        let pool = ThreadPool::new(1);
        let first = occupy(&pool);
        let ran = Arc::new(AtomicUsize::new(0));
        let caller = |value: Counted| {
            let (theirs, ran) = (pool.clone(), Arc::clone(&ran));
            let greenlet = vervet::spawn(move || {
                theirs.apply(move || {
                    let _value = value;
                    ran.fetch_add(1, SeqCst);
                })
            });
            eventually("the job is queued", || (pool.queued(), is_waiting()) == (1, true));
            greenlet
        };
        fn is_waiting() -> bool {
            vervet::runtime::metrics().parked.total() == 1
        }
        let killed = caller(drops.value());
        killed.kill();
        assert!(killed.join().unwrap_err().is_killed());
        first.end();
        pool.join();
        assert_eq!((drops.count(), ran.load(SeqCst)), (1, 0));
    });
}

#[test]
fn killed_in_apply_and_map_while_they_run() {
    checked(|| {
        let drops = Drops::new();
        let pool = ThreadPool::new(2);
        let (release, wait) = mpsc::channel::<()>();
        let (value, theirs) = (drops.value(), pool.clone());
        let applied = vervet::spawn(move || {
            theirs.apply(move || {
                let _ = wait.recv();
                value
            })
        });
        let items: Vec<_> = (0..4).map(|_| (drops.value(), AsyncResult::<()>::new())).collect();
        let opened: Vec<_> = items.iter().map(|(_, open)| open.clone()).collect();
        let theirs = pool.clone();
        let mapped = vervet::spawn(move || {
            theirs.map(items, |(value, open)| {
                open.wait();
                value
            })
        });
        eventually("both are at it", || (pool.busy(), pool.queued()) == (2, 3));
        for greenlet in [applied.handle(), mapped.handle()] {
            greenlet.kill();
            over(&greenlet);
        }
        drop(release);
        opened.iter().for_each(|open| open.set(()).unwrap());
        pool.join();
        assert_eq!(drops.count(), 5, "nobody wants the results");
    });
}

#[test]
fn timed_out_while_it_waits_for_a_job() {
    checked(|| {
        in_both(|| {
            let pool = ThreadPool::new(1);
            let first = occupy(&pool);
            let second = pool.submit(|| 3);
            assert!(vervet::timeout(Duration::from_millis(3), || second.get()).is_err());
            assert!(vervet::timeout(Duration::from_millis(3), || pool.apply(|| 4)).is_err());
            assert!(vervet::timeout(Duration::from_millis(3), || pool.join()).is_err());
            first.end();
            assert_eq!(outcome(&second).unwrap(), 3);
            pool.join();
        });
    });
}

#[test]
fn a_result_that_somebody_else_has_set() {
    checked(|| {
        let drops = Drops::new();
        let pool = ThreadPool::new(1);
        let first = occupy(&pool);
        let value = Arc::new(drops.value());
        let given_up = pool.submit(move || Some(value));
        given_up.set(None).unwrap();
        first.end();
        pool.join();
        assert!(given_up.get().unwrap().is_none());
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn a_destructor_that_panics_does_not_cost_the_thread() {
    struct Nasty;
    impl Drop for Nasty {
        fn drop(&mut self) {
            fail("on purpose");
        }
    }
    checked(|| {
        let pool = ThreadPool::new(1);
        let first = occupy(&pool);
        // Dropped before it has a result, so that the payload is dropped there and not here.
        drop(pool.submit(|| std::panic::resume_unwind(Box::new(Nasty))));
        first.end();
        let lost = pool.submit(|| Arc::new(Nasty));
        lost.wait();
        std::mem::forget(lost.take());
        let given_up = pool.submit(|| Arc::new(Nasty));
        let _ = given_up.set_error("not wanted");
        std::mem::forget(given_up);
        assert_eq!(outcome(&pool.submit(|| 1)).unwrap(), 1);
        assert_eq!(pool.size(), 1);
    });
}

#[test]
fn jobs_have_the_scoped_values_of_who_has_submitted_them() {
    static VALUE: vervet::ScopedValue<u32> = vervet::ScopedValue::new();
    checked(|| {
        let pool = ThreadPool::new(2);
        let read = || VALUE.get();
        let (submitted, applied, mapped) = VALUE.with(7, || {
            let mapped = pool.map([(); 3], move |()| read());
            (pool.submit(read), pool.apply(read), mapped)
        });
        assert_eq!((outcome(&submitted).unwrap(), applied.unwrap()), (Some(7), Some(7)));
        assert!(mapped.into_iter().all(|value| value.unwrap() == Some(7)));
        // The thread keeps none of it.
        assert_eq!(outcome(&pool.submit(read)).unwrap(), None);
    });
}
