//! `imap` and `imap_unordered`: results one by one.

use std::iter;

use super::*;

#[test]
fn imap_answers_in_the_order_of_the_items() {
    checked(|| {
        in_both(|| {
            let pool = Pool::new(4);
            let crowd = Crowd::default();
            let theirs = crowd.clone();
            let results = pool.imap(0..60_u64, move |n| {
                let _here = theirs.enter();
                vervet::sleep(Duration::from_micros(n * 7 % 5 * 50));
                n
            });
            assert!(results.map(Result::unwrap).eq(0..60));
            assert!((2..=4).contains(&crowd.most()), "{crowd:?}");
            assert!(pool.imap(iter::empty::<u8>(), |n| n).next().is_none());
            pool.join();
        });
    });
}

#[test]
fn imap_unordered_answers_as_they_come() {
    checked(|| {
        in_both(|| {
            let gates: Vec<Gate> = (0..3).map(|_| Gate::new()).collect();
            let theirs = gates.clone();
            let pool = Pool::new(3);
            let mut results = pool.imap_unordered(0..3, move |n: usize| {
                theirs[n].pass();
                n
            });
            for n in [2, 0, 1] {
                // The reader waits before there is anything to read, except for the first of them.
                let gate = gates[n].clone();
                let opener = vervet::spawn(move || gate.open());
                assert_eq!(results.next().unwrap().unwrap(), n);
                opener.join().unwrap();
            }
            assert!(results.next().is_none() && results.next().is_none());
            pool.join();
        });
    });
}

#[test]
fn all_come_once_out_of_order() {
    checked(|| {
        let pool = Pool::new(9);
        let mut seen: Vec<u32> = pool
            .imap_unordered(0..2_000_u32, |n| {
                if n % 3 == 0 {
                    vervet::yield_now();
                }
                n
            })
            .map(Result::unwrap)
            .collect();
        seen.sort_unstable();
        assert!(seen.into_iter().eq(0..2_000));
        pool.join();
    });
}

#[test]
fn one_items_failure_stands_in_its_place() {
    checked(|| {
        in_both(|| {
            let f = |n: i32| {
                match n {
                    1 => fail("on purpose"),
                    2 => vervet::current().unwrap().kill(),
                    _ => {}
                }
                vervet::yield_now();
                n
            };
            let pool = Pool::new(2);
            assert_eq!(told(pool.imap(0..5, f)), ["0", "on purpose", "killed", "3", "4"]);
            let mut told = told(pool.imap_unordered(0..5, f));
            told.sort_unstable();
            assert_eq!(told, ["0", "3", "4", "killed", "on purpose"]);
            assert_eq!(crate::told(Group::new().imap(0..5, f)), ["0", "on purpose", "killed", "3", "4"]);
            let mut told = crate::told(Group::new().imap_unordered(0..5, f));
            told.sort_unstable();
            assert_eq!(told, ["0", "3", "4", "killed", "on purpose"]);
            pool.join();
        });
    });
}

/// Counts how far an endless iterator has been advanced.
fn endless(taken: &Arc<AtomicUsize>) -> impl Iterator<Item = usize> + Send + use<> {
    let taken = Arc::clone(taken);
    iter::repeat_with(move || taken.fetch_add(1, SeqCst))
}

#[test]
fn nothing_is_taken_before_it_is_wanted() {
    checked(|| {
        in_both(|| {
            let taken = Arc::new(AtomicUsize::new(0));
            let pool = Pool::new(3);
            let before = vervet::runtime::metrics().spawned;
            let imap = pool.imap(endless(&taken), |n| n);
            assert_eq!((taken.load(SeqCst), pool.len()), (0, 0));
            assert_eq!(vervet::runtime::metrics().spawned, before);
            drop(imap);
            assert_eq!(taken.load(SeqCst), 0);
        });
    });
}

/// Reads some of an endless iterator; never more than `ahead` items are taken that have not been read.
fn reads_bounded(imap: Imap<usize>, taken: &AtomicUsize, ahead: usize) {
    let mut imap = imap;
    for read in 1..=500 {
        imap.next().unwrap().unwrap();
        assert!(load(taken) <= read + ahead, "{} taken, {read} read", load(taken));
        if read % 100 == 0 {
            // However long nobody reads.
            let all = || load(taken) == read + ahead;
            eventually("it has gone as far as it may", all);
            (0..50).for_each(|_| vervet::yield_now());
            assert!(all(), "{} taken, {read} read", load(taken));
        }
    }
}

fn load(count: &AtomicUsize) -> usize {
    count.load(SeqCst)
}

#[test]
fn an_endless_iterator_is_advanced_within_bounds() {
    checked(|| {
        in_both(|| {
            let pool = Pool::new(5);
            let group = Group::new();
            let run = |make: fn(&Pool, &Group, Arc<AtomicUsize>) -> Imap<usize>, ahead| {
                let taken = Arc::new(AtomicUsize::new(0));
                reads_bounded(make(&pool, &group, Arc::clone(&taken)), &taken, ahead);
            };
            run(|pool, _, taken| pool.imap(endless(&taken), |n| n), 5);
            run(|pool, _, taken| pool.imap_unordered(endless(&taken), |n| n), 5);
            run(|pool, _, taken| pool.imap(endless(&taken), |n| n).buffer(1), 1);
            run(|pool, _, taken| pool.imap_unordered(endless(&taken), |n| n).buffer(17), 17);
            run(|_, group, taken| group.imap(endless(&taken), |n| n), 64);
            run(|_, group, taken| group.imap_unordered(endless(&taken), |n| n).buffer(2), 2);
            pool.join();
            group.join();
        });
    });
}

#[test]
fn a_slow_first_item_holds_up_no_more_than_the_buffer() {
    checked(|| {
        let gate = Gate::new();
        let theirs = gate.clone();
        let finished = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&finished);
        let pool = Pool::new(2);
        let mut imap = pool
            .imap(0..1_000_usize, move |n| {
                if n == 0 {
                    theirs.pass();
                }
                counted.fetch_add(1, SeqCst);
                n
            })
            .buffer(10);
        assert!(vervet::timeout(Duration::from_millis(2), || imap.next()).is_err());
        eventually("the others have gone ahead", || finished.load(SeqCst) == 9);
        assert_eq!(pool.len(), 1);
        gate.open();
        assert!(imap.map(Result::unwrap).eq(0..1_000));
        pool.join();
    });
}

#[test]
fn an_iterator_that_waits_holds_no_slot() {
    checked(|| {
        in_both(|| {
            let (send, items) = vervet::sync::mpsc::channel();
            let pool = Pool::new(1);
            let mut imap = pool.imap(items, |n: u32| n + 1);
            send.send(1).unwrap();
            assert_eq!(imap.next().unwrap().unwrap(), 2);
            // The feeder is waiting for another item by now, or soon.
            assert_eq!(pool.spawn(|| 5).join().unwrap(), 5);
            send.send(7).unwrap();
            assert_eq!(imap.next().unwrap().unwrap(), 8);
            drop(send);
            assert!(imap.next().is_none());
            pool.join();
        });
    });
}

#[test]
fn dropping_it_ends_feeder_and_items() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            let (value, pool) = (drops.value(), Pool::new(3));
            let begun = Arc::new(AtomicUsize::new(0));
            let counted = Arc::clone(&begun);
            let items = (0_usize..).inspect(move |_| {
                let _ = &value;
            });
            let mut imap = pool.imap(items, move |n| {
                counted.fetch_add(1, SeqCst);
                if n > 0 {
                    vervet::sleep(Duration::MAX);
                }
                n
            });
            assert_eq!(imap.next().unwrap().unwrap(), 0);
            eventually("three of them sleep", || begun.load(SeqCst) == 4);
            drop(imap);
            pool.join();
            eventually("the iterator is dropped", || drops.count() == 1);
            assert_eq!((begun.load(SeqCst), pool.free_count()), (4, 3));
        });
    });
}

#[test]
fn dropping_it_while_the_iterator_waits() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            let value = drops.value();
            let pool = Pool::new(3);
            let items = (0..).inspect(move |&n| {
                let _ = &value;
                if n == 1 {
                    vervet::sleep(Duration::MAX);
                }
            });
            let mut imap = pool.imap_unordered(items, |n: u32| n);
            assert_eq!(imap.next().unwrap().unwrap(), 0);
            eventually("the feeder sleeps", || vervet::runtime::metrics().parked.sleep == 1);
            drop(imap);
            eventually("the iterator is dropped", || drops.count() == 1);
        });
    });
}

#[test]
fn dropping_it_while_the_feeder_waits_for_a_slot() {
    checked(|| {
        let (pool, mut members) = full(2);
        end(members.pop().unwrap());
        let drops = Drops::new();
        let items: Vec<Counted> = (0..4).map(|_| drops.value()).collect();
        let mut imap = pool.imap(items, |_value| vervet::sleep(Duration::MAX));
        assert!(vervet::timeout(Duration::from_millis(2), || imap.next()).is_err());
        eventually("the feeder waits", || dumped().contains(": parked in lock "));
        drop(imap);
        eventually("all items are dropped", || drops.count() == 4);
        members.into_iter().for_each(end);
        pool.join();
        assert_eq!(pool.free_count(), 2);
    });
}

#[test]
fn the_iterators_panic_comes_out_of_next() {
    checked(|| {
        in_both(|| {
            let items = || {
                (0..9).inspect(|&n| {
                    if n == 3 {
                        fail("on purpose");
                    }
                })
            };
            let pool = Pool::new(8);
            for mut imap in [pool.imap(items(), |n| n), pool.imap_unordered(items(), |n| n)] {
                let mut before: Vec<i32> = imap.by_ref().take(3).map(Result::unwrap).collect();
                before.sort_unstable();
                assert_eq!(before, [0, 1, 2]);
                let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| imap.next()));
                assert_eq!(text(caught.unwrap_err()), "on purpose");
                assert!(imap.next().is_none() && imap.next().is_none());
            }
            pool.join();
        });
    });
}

#[test]
fn a_panic_nobody_reads_is_dropped() {
    checked(|| {
        let pool = Pool::new(1);
        let mut imap = pool.imap(
            (0..2).inspect(|&n| {
                if n == 1 {
                    fail("on purpose")
                }
            }),
            |n| n,
        );
        assert_eq!(imap.next().unwrap().unwrap(), 0);
        drop(imap);
        pool.join();
        assert_eq!(pool.free_count(), 1);
    });
}

#[test]
fn a_killed_feeder_is_told() {
    checked(|| {
        in_both(|| {
            let items = (0..9).inspect(|&n| {
                if n == 2 {
                    vervet::current().unwrap().kill();
                    vervet::yield_now();
                }
            });
            assert_eq!(told(Pool::new(8).imap(items, |n| n)), ["0", "1", "killed"]);
        });
    });
}

#[test]
fn the_feeder_has_a_name_and_the_callers_site() {
    checked(|| {
        let pool = Pool::new(1);
        let mut imap = pool.imap(0.., |n: u64| n);
        let line = line!() - 1;
        imap.next().unwrap().unwrap();
        let dumped = dumped();
        let feeder = dumped.lines().find(|line| line.contains("imap")).expect("the feeder is there");
        assert!(feeder.contains(&format!("imap.rs:{line}")), "{feeder}");
        drop(imap);
        pool.join();
    });
}

#[test]
fn results_of_items_may_be_left_unread() {
    checked(|| {
        let drops = Drops::new();
        let theirs = Arc::new(drops);
        let counting = Arc::clone(&theirs);
        let pool = Pool::new(4);
        let mut imap = pool.imap(0..4, move |_: u8| counting.value());
        drop(imap.next());
        pool.join();
        drop(imap);
        eventually("each was dropped once", || theirs.count() == 4);
    });
}
