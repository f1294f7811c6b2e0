//! A pool's slots: who gets one, who has to wait, and how they come back.

use super::*;

#[test]
fn spawn_waits_while_the_pool_is_full() {
    checked(|| {
        in_both(|| {
            let (pool, mut members) = full(3);
            let theirs = pool.clone();
            let spawner = vervet::spawn(move || theirs.spawn(|| 7).join().unwrap());
            parked(&spawner.handle(), "lock");
            assert_eq!((pool.len(), pool.free_count()), (3, 0));
            end(members.remove(1));
            assert_eq!(spawner.join().unwrap(), 7);
            members.into_iter().for_each(end);
            pool.join();
            assert_eq!((pool.len(), pool.free_count(), pool.is_empty()), (0, 3, true));
        });
    });
}

#[test]
fn never_more_than_its_size_at_once() {
    checked(|| {
        let pool = Pool::new(5);
        let crowd = Crowd::default();
        let spawners: Vec<_> = (0..4)
            .map(|n| {
                let (pool, crowd) = (pool.clone(), crowd.clone());
                let work = move || {
                    for i in 0..200_u64 {
                        let crowd = crowd.clone();
                        pool.spawn(move || {
                            let _here = crowd.enter();
                            vervet::sleep(Duration::from_micros(i % 3 * 50));
                        });
                    }
                };
                match n {
                    0 => Err(std::thread::spawn(work)),
                    _ => Ok(vervet::spawn(work)),
                }
            })
            .collect();
        for spawner in spawners {
            match spawner {
                Ok(greenlet) => greenlet.join().unwrap(),
                Err(thread) => thread.join().unwrap(),
            }
        }
        pool.join();
        assert_eq!(crowd.most(), 5);
        assert_eq!(pool.free_count(), 5);
    });
}

#[test]
fn those_who_wait_are_served_in_their_order() {
    checked(|| {
        let (pool, mut members) = full(1);
        let notes = Notes::default();
        let waiters: Vec<_> = (0..20)
            .map(|n| {
                let (pool, notes) = (pool.clone(), notes.clone());
                let waiter = vervet::spawn(move || pool.spawn(move || notes.add(n)).join().unwrap());
                parked(&waiter.handle(), "lock");
                waiter
            })
            .collect();
        assert!(pool.try_spawn(|| ()).is_err(), "nobody overtakes them");
        end(members.remove(0));
        waiters.into_iter().for_each(|waiter| waiter.join().unwrap());
        assert_eq!(notes.read(), (0..20).collect::<Vec<_>>());
    });
}

#[test]
fn try_spawn_gives_the_closure_back() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            let (pool, members) = full(1);
            let value = drops.value();
            let refused = pool
                .try_spawn(move || {
                    drop(value);
                    5
                })
                .unwrap_err()
                .into_inner();
            assert_eq!(drops.count(), 0);
            members.into_iter().for_each(end);
            assert_eq!(pool.try_spawn(refused).unwrap().join().unwrap(), 5);
            assert_eq!(drops.count(), 1);
        });
    });
}

#[test]
fn spawn_timeout_gives_the_closure_back_or_gets_a_slot() {
    checked(|| {
        in_both(|| {
            let (pool, mut members) = full(2);
            let start = std::time::Instant::now();
            let refused = pool.spawn_timeout(Duration::from_millis(20), || 5).unwrap_err().into_inner();
            assert!(start.elapsed() >= Duration::from_millis(20));
            let refused = pool.spawn_timeout(Duration::ZERO, refused).unwrap_err().into_inner();
            let last = members.pop().unwrap();
            let killer = vervet::spawn(move || end(last));
            assert_eq!(pool.spawn_timeout(Duration::MAX, refused).unwrap().join().unwrap(), 5);
            killer.join().unwrap();
            // And where there is room, without a wait.
            assert_eq!(pool.spawn_timeout(Duration::ZERO, || 6).unwrap().join().unwrap(), 6);
            members.into_iter().for_each(end);
        });
    });
}

#[test]
fn a_slot_comes_back_however_its_member_ends() {
    checked(|| {
        in_both(|| {
            let pool = Pool::new(1);
            pool.spawn(|| 1).join().unwrap();
            assert_eq!(pool.free_count(), 1, "returned");
            pool.spawn(|| fail("on purpose")).join().unwrap_err();
            assert_eq!(pool.free_count(), 1, "panicked");
            end(member(&pool));
            assert_eq!(pool.free_count(), 1, "killed");
            let drops = Drops::new();
            let value = drops.value();
            let unborn = vervet::run(move || {
                let unborn = vervet::pool::Pool::new(1);
                let greenlet = unborn.spawn(move || drop(value));
                greenlet.kill();
                over(&greenlet.handle());
                (unborn.free_count(), greenlet.join().is_err())
            });
            assert_eq!(unborn.0, 1, "killed before its first run, or at it");
            assert_eq!(drops.count(), 1);
        });
    });
}

#[test]
fn killed_before_the_first_run_gives_the_slot_to_the_next() {
    checked(|| {
        vervet::run(|| {
            // A delayed start is the one way to be sure that it has not begun.
            let pool = Pool::new(1);
            let unborn = vervet::spawn_later(HOUR, || ());
            assert!(pool.add(&unborn.handle()));
            assert!(pool.is_full());
            let theirs = pool.clone();
            let waiter = vervet::spawn(move || theirs.spawn(|| 3).join().unwrap());
            parked(&waiter.handle(), "lock");
            unborn.kill();
            assert_eq!(waiter.join().unwrap(), 3);
            assert!(unborn.join().unwrap_err().is_killed());
        });
    });
}

#[test]
fn who_has_joined_a_member_finds_its_slot_free() {
    checked(|| {
        let pool = Pool::new(1);
        for n in 0..2_000 {
            let greenlet = pool.try_spawn(move || n).unwrap();
            assert_eq!(greenlet.join().unwrap(), n);
        }
    });
}

#[test]
fn resize_up_lets_those_in_who_wait() {
    checked(|| {
        let (pool, mut members) = full(1);
        let waiters: Vec<_> = (0..3)
            .map(|_| {
                let pool = pool.clone();
                let waiter = vervet::spawn(move || member(&pool));
                parked(&waiter.handle(), "lock");
                waiter
            })
            .collect();
        pool.resize(3);
        eventually("two more are in", || pool.len() == 3);
        assert_eq!((pool.size(), pool.free_count()), (3, 0));
        pool.resize(5);
        members.extend(waiters.into_iter().map(|waiter| waiter.join().unwrap()));
        assert_eq!((pool.len(), pool.free_count()), (4, 1));
        members.into_iter().for_each(end);
    });
}

#[test]
fn resize_down_takes_effect_as_members_end() {
    checked(|| {
        let (pool, mut members) = full(4);
        pool.resize(2);
        assert_eq!((pool.size(), pool.len(), pool.free_count(), pool.is_full()), (2, 4, 0, true));
        for left in [3, 2] {
            end(members.remove(0));
            assert_eq!((pool.len(), pool.free_count()), (left, 0));
            assert!(pool.try_spawn(|| ()).is_err(), "with {left} of 2");
        }
        end(members.remove(0));
        assert_eq!(pool.free_count(), 1);
        assert_eq!(pool.spawn(|| 1).join().unwrap(), 1);
        members.into_iter().for_each(end);
    });
}

#[test]
fn wait_available_takes_nothing() {
    checked(|| {
        in_both(|| {
            let (pool, mut members) = full(1);
            assert!(!pool.wait_available_timeout(Duration::ZERO));
            assert!(!pool.wait_available_timeout(Duration::from_millis(5)));
            let waiters: Vec<_> = (0..3)
                .map(|_| {
                    let pool = pool.clone();
                    let waiter = vervet::spawn(move || pool.wait_available());
                    parked(&waiter.handle(), "lock");
                    waiter
                })
                .collect();
            end(members.remove(0));
            waiters.into_iter().for_each(|waiter| waiter.join().unwrap());
            assert!(pool.wait_available_timeout(Duration::ZERO));
            assert_eq!(pool.free_count(), 1);
        });
    });
}

#[test]
fn a_full_pool_waits_for_itself_from_within() {
    checked(|| {
        let pool = Pool::new(1);
        let theirs = pool.clone();
        let outer = pool.spawn(move || {
            assert!(theirs.is_member());
            theirs.spawn(|| ()).join().unwrap();
        });
        parked(&outer.handle(), "lock");
        // As documented; and as documented, a kill ends it.
        end(outer);
        assert_eq!((pool.len(), pool.free_count()), (0, 1));
    });
}

#[test]
fn a_failed_spawn_gives_the_slot_back() {
    checked(|| {
        let pool = Pool::new(1);
        let drops = Drops::new();
        for _ in 0..3 {
            let value = drops.value();
            let builder = vervet::Builder::new().stack_size(usize::MAX);
            assert!(pool.spawn_with(builder, move || drop(value)).is_err());
            assert_eq!((pool.len(), pool.free_count()), (0, 1));
        }
        assert_eq!(drops.count(), 3);
    });
}

#[test]
fn spawned_with_a_name_at_its_callers_site() {
    checked(|| {
        let pool = Pool::new(1);
        let (greenlet, line) =
            (pool.spawn_with(vervet::Builder::new().name("worker"), || ()).unwrap(), line!());
        assert_eq!(greenlet.handle().name(), Some("worker"));
        let site = greenlet.handle().spawn_site();
        assert!(site.file().ends_with("slots.rs") && site.line() == line, "{site}");
        greenlet.join().unwrap();
        let (greenlet, line) = (pool.spawn(|| ()), line!());
        assert_eq!(greenlet.handle().spawn_site().line(), line);
        greenlet.join().unwrap();
    });
}

#[test]
fn members_may_race_each_other_out() {
    checked(|| {
        let pool = Pool::new(7);
        let done = Arc::new(AtomicUsize::new(0));
        vervet::run({
            let (pool, done) = (pool.clone(), Arc::clone(&done));
            move || {
                for n in 0..20_000 {
                    let done = Arc::clone(&done);
                    let greenlet = pool.spawn(move || done.fetch_add(1, SeqCst));
                    if n % 16 == 0 {
                        greenlet.kill();
                    }
                }
                pool.join();
            }
        });
        assert!((20_000 - 20_000 / 16..=20_000).contains(&done.load(SeqCst)));
        assert_eq!((pool.len(), pool.free_count()), (0, 7));
    });
}
