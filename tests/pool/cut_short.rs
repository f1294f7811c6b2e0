//! Killed and timed out, at each call that waits.

use super::*;

/// Kills it where it waits, and waits for its end.
fn killed_in<T>(greenlet: Greenlet<T>, reason: &str) {
    parked(&greenlet.handle(), reason);
    end(greenlet);
}

#[test]
fn killed_while_it_waits_for_a_slot() {
    checked(|| {
        let drops = Drops::new();
        let (pool, mut members) = full(1);
        let line: Vec<_> = (0..3)
            .map(|_| {
                let (pool, value) = (pool.clone(), drops.value());
                let one = vervet::spawn(move || pool.spawn(move || drop(value)).join().unwrap());
                parked(&one.handle(), "lock");
                one
            })
            .collect();
        let mut line = line.into_iter();
        end(line.next().unwrap());
        assert_eq!(drops.count(), 1, "the closure is dropped with it");
        end(members.remove(0));
        line.for_each(|one| one.join().unwrap());
        assert_eq!((drops.count(), pool.len(), pool.free_count()), (3, 0, 1));
    });
}

#[test]
fn timed_out_while_it_waits_for_a_slot() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            let (pool, members) = full(1);
            let value = drops.value();
            let cut = vervet::timeout(Duration::from_millis(5), || pool.spawn(move || drop(value)));
            assert!(cut.is_err());
            assert_eq!(drops.count(), 1);
            members.into_iter().for_each(end);
            assert_eq!(pool.free_count(), 1);
            assert_eq!(pool.spawn(|| 1).join().unwrap(), 1);
        });
    });
}

/// Slots that are handed over at the very moment at which those who wait give up are not lost.
#[test]
fn slots_survive_races_of_kills_and_ends() {
    checked(|| {
        vervet::run(|| {
            let pool = Pool::new(2);
            let crowd = Crowd::default();
            for round in 0..300_u64 {
                let waiters: Vec<_> = (0..6)
                    .map(|n| {
                        let (pool, crowd) = (pool.clone(), crowd.clone());
                        vervet::spawn(move || {
                            let work = move || {
                                let _here = crowd.enter();
                                vervet::sleep(Duration::from_micros((round + n) % 5 * 20));
                            };
                            if n % 2 == 0 {
                                pool.spawn(work).wait(None);
                            } else {
                                let _ = pool.spawn_timeout(Duration::from_micros(round % 7 * 15), work);
                            }
                        })
                    })
                    .collect();
                vervet::sleep(Duration::from_micros(round % 11 * 10));
                waiters.iter().step_by(3).for_each(Greenlet::kill);
                vervet::join_all(waiters);
                pool.join();
                assert_eq!((pool.len(), pool.free_count()), (0, 2), "round {round}");
            }
            assert_eq!(crowd.most(), 2);
        });
    });
}

#[test]
fn a_killed_greenlet_unwinds_at_each_call_that_may_wait() {
    checked(|| {
        fn sticky<R>(f: impl FnOnce(&Pool) -> R + Send + 'static) {
            let pool = Pool::new(2);
            let theirs = pool.clone();
            let greenlet = vervet::spawn(move || {
                vervet::current().unwrap().kill();
                f(&theirs);
                unreachable!("it went on");
            });
            over(&greenlet.handle());
            assert!(greenlet.join().unwrap_err().is_killed());
            assert_eq!((pool.len(), pool.free_count()), (0, 2));
        }
        sticky(|pool| pool.spawn(|| ()));
        sticky(|pool| pool.spawn_timeout(HOUR, || ()));
        sticky(|pool| pool.add(&vervet::current().unwrap()));
        sticky(|pool| pool.join());
        sticky(|pool| pool.join_timeout(HOUR));
        sticky(|pool| pool.kill());
        sticky(|pool| pool.wait_available());
        sticky(|pool| pool.map(0..3, |n| n));
        sticky(|pool| pool.apply(|| ()));
        sticky(|pool| pool.imap(0..3, |n| n).next());
        sticky(|pool| pool.imap_unordered(0..3, |n| n).next());
    });
}

#[test]
fn killed_while_it_joins_kills_or_waits_for_room() {
    checked(|| {
        let pool = Pool::new(1);
        let gate = Gate::new();
        let inner = gate.clone();
        let stubborn = pool.spawn(move || vervet::shield(|| inner.pass()));
        parked(&stubborn.handle(), "join");
        let start = |f: fn(Pool)| {
            let pool = pool.clone();
            vervet::spawn(move || f(pool))
        };
        killed_in(start(|pool| pool.join()), "join");
        killed_in(start(|pool| pool.wait_available()), "lock");
        killed_in(start(|pool| pool.kill()), "join");
        gate.open();
        pool.join();
        assert_eq!(pool.spawn(vervet::yield_now).join().ok(), Some(()), "that kill is over");
    });
}

/// Has an item of a map sleep, and counts those that are dropped.
fn mapping(pool: &Pool, drops: &Drops) -> Greenlet<()> {
    let (pool, items) = (pool.clone(), (0..6).map(|_| drops.value()).collect::<Vec<_>>());
    vervet::spawn(move || {
        pool.map(items, |_value| vervet::sleep(Duration::MAX));
    })
}

#[test]
fn killed_in_a_map_its_items_are_over() {
    checked(|| {
        let drops = Drops::new();
        let pool = Pool::new(3);
        killed_in(mapping(&pool, &drops), "lock");
        assert_eq!((drops.count(), pool.len(), pool.free_count()), (6, 0, 3), "while it waited for a slot");

        let pool = Pool::new(9);
        killed_in(mapping(&pool, &drops), "join");
        assert_eq!((drops.count(), pool.len(), pool.free_count()), (12, 0, 9), "while it waited for results");
    });
}

#[test]
fn a_map_that_times_out_ends_its_items() {
    checked(|| {
        in_both(|| {
            for size in [2, 9] {
                let pool = Pool::new(size);
                let mut counts = [0; 5];
                let cut = vervet::timeout(Duration::from_millis(5), || {
                    pool.map(&mut counts, |count| {
                        *count += 1;
                        vervet::sleep(Duration::MAX);
                    })
                });
                assert!(cut.is_err());
                // Nobody writes there any more. How many did depends on when their turns came.
                assert!(counts.iter().sum::<i32>() <= size as i32);
                assert_eq!((pool.len(), pool.free_count()), (0, size));
            }
        });
    });
}

#[test]
fn killed_in_an_apply_its_call_is_over() {
    checked(|| {
        let drops = Drops::new();
        let (pool, value) = (Pool::new(1), drops.value());
        let theirs = pool.clone();
        let caller = vervet::spawn(move || {
            let _ = theirs.apply(move || {
                let _value = value;
                vervet::sleep(Duration::MAX);
            });
        });
        killed_in(caller, "join");
        assert_eq!((drops.count(), pool.free_count()), (1, 1));
    });
}

#[test]
fn next_cut_short_loses_nothing() {
    checked(|| {
        in_both(|| {
            for ordered in [true, false] {
                let gate = Gate::new();
                let theirs = gate.clone();
                let pool = Pool::new(2);
                let f = move |n: u32| {
                    theirs.pass();
                    n
                };
                let mut imap = if ordered { pool.imap(0..4, f) } else { pool.imap_unordered(0..4, f) };
                for _ in 0..3 {
                    assert!(vervet::timeout(Duration::from_millis(2), || imap.next()).is_err());
                }
                gate.open();
                let mut all: Vec<u32> = imap.map(Result::unwrap).collect();
                if !ordered {
                    all.sort_unstable();
                }
                assert_eq!(all, [0, 1, 2, 3]);
                pool.join();
            }
        });
    });
}

#[test]
fn killed_in_next_it_ends_feeder_and_items() {
    checked(|| {
        let drops = Drops::new();
        let pool = Pool::new(2);
        let (theirs, value) = (pool.clone(), drops.value());
        let reader = vervet::spawn(move || {
            let items = (0..).inspect(move |_| {
                let _ = &value;
            });
            theirs.imap(items, |_: u64| vervet::sleep(Duration::MAX)).for_each(drop);
        });
        killed_in(reader, "join");
        pool.join();
        eventually("the iterator is dropped", || drops.count() == 1);
        assert_eq!(pool.free_count(), 2);
    });
}

#[test]
fn a_destructor_may_use_a_pool_while_its_greenlet_is_killed() {
    checked(|| {
        let (pool, notes) = (Pool::new(1), Notes::default());
        let (theirs, ours) = (pool.clone(), notes.clone());
        let greenlet = vervet::spawn(move || {
            let _guard = OnDrop(move || {
                ours.add(theirs.spawn(|| 3).join().unwrap());
                ours.add(theirs.map(0..4, |n| n).len());
                ours.add(theirs.imap(0..9, |n| n).count());
                theirs.join();
            });
            vervet::sleep(Duration::MAX);
        });
        parked(&greenlet.handle(), "sleep");
        end(greenlet);
        assert_eq!(notes.read(), [3, 4, 9]);
    });
}
