//! Members: who is one, who is forgotten, joined, killed.

use super::*;

#[test]
fn members_are_forgotten_when_they_end() {
    checked(|| {
        in_both(|| {
            let group = Group::new();
            let gate = Gate::new();
            let members: Vec<_> = (0..10)
                .map(|n| {
                    let gate = gate.clone();
                    group.spawn(move || {
                        gate.pass();
                        n
                    })
                })
                .collect();
            assert_eq!((group.len(), group.greenlets().len()), (10, 10));
            assert!(members.iter().all(|member| group.contains(&member.handle())));
            gate.open();
            group.join();
            assert_eq!((group.len(), group.is_empty()), (0, true));
            assert!(members.iter().all(|member| member.is_finished() && !group.contains(&member.handle())));
            let results = vervet::join_all(members);
            assert!(results.into_iter().map(Result::unwrap).eq(0..10));
        });
    });
}

#[test]
fn who_has_joined_finds_the_books_balanced() {
    checked(|| {
        let before = vervet::runtime::metrics();
        for _ in 0..300 {
            let group = Group::new();
            for _ in 0..8 {
                group.spawn(vervet::yield_now);
            }
            group.join();
            let now = vervet::runtime::metrics();
            assert_eq!((now.live, now.stacks_in_use), (before.live, before.stacks_in_use));
        }
    });
}

#[test]
fn join_waits_for_those_who_come_meanwhile() {
    checked(|| {
        let group = Group::new();
        let gate = Gate::new();
        let (theirs, inner_gate) = (group.clone(), gate.clone());
        let outer = group.spawn(move || {
            inner_gate.pass();
            theirs.spawn(|| vervet::sleep(Duration::from_millis(5))).handle()
        });
        parked(&outer.handle(), "join");
        assert!(!group.join_timeout(Duration::from_millis(1)));
        assert!(!group.join_timeout(Duration::ZERO));
        gate.open();
        group.join();
        assert!(is_over(&outer.join().unwrap()));
        assert!(group.join_timeout(Duration::ZERO), "an empty one is joined at once");
    });
}

#[test]
fn several_join_at_once() {
    checked(|| {
        let (pool, members) = full(2);
        let joiners: Vec<_> = (0..5)
            .map(|_| {
                let pool = pool.clone();
                let joiner = vervet::spawn(move || pool.join());
                parked(&joiner.handle(), "join");
                joiner
            })
            .collect();
        let theirs = pool.clone();
        let thread = std::thread::spawn(move || theirs.join_timeout(LIMIT));
        members.into_iter().for_each(end);
        joiners.into_iter().for_each(|joiner| joiner.join().unwrap());
        assert!(thread.join().unwrap());
    });
}

#[test]
fn join_waits_for_the_links_of_its_members() {
    checked(|| {
        let group = Group::new();
        let gate = Gate::new();
        let linked = group.spawn(|| vervet::sleep(Duration::MAX));
        let inner = gate.clone();
        linked.on_exit(move |_| inner.pass());
        linked.kill();
        eventually("it is out of the group", || group.is_empty());
        // A link of the user's holds its stack.
        assert!(!group.join_timeout(Duration::from_millis(5)));
        gate.open();
        group.join();
        assert!(linked.wait(Some(Duration::ZERO)));
    });
}

#[test]
fn a_member_that_joins_from_its_own_link_does_not_wait_for_itself() {
    checked(|| {
        let group = Group::new();
        let member = group.spawn(|| vervet::sleep(Duration::MAX));
        let (theirs, notes) = (group.clone(), Notes::default());
        let ours = notes.clone();
        member.on_exit(move |_| {
            theirs.join();
            ours.add(1);
        });
        end(member);
        assert_eq!(notes.read(), [1]);
    });
}

#[test]
fn kill_ends_all_and_waits() {
    checked(|| {
        in_both(|| {
            let (pool, members) = full(20);
            let drops = Drops::new();
            let value = drops.value();
            let slow = Group::new();
            let slow_one = slow.spawn(move || {
                let _value = OnDrop(move || {
                    vervet::sleep(Duration::from_millis(5));
                    let _ = &value;
                });
                vervet::sleep(Duration::MAX);
            });
            parked(&slow_one.handle(), "sleep");
            pool.kill();
            assert!(pool.is_empty() && members.iter().all(Greenlet::is_finished));
            assert!(vervet::join_all(members).into_iter().all(|end| end.unwrap_err().is_killed()));
            slow.kill();
            assert_eq!(drops.count(), 1, "waits for destructors");
            // It is as good as new.
            assert_eq!(pool.spawn(|| 1).join().unwrap(), 1);
            pool.kill();
        });
    });
}

#[test]
fn kill_reaches_those_who_come_meanwhile() {
    checked(|| {
        let (pool, _members) = full(1);
        let waiters: Vec<_> = (0..5)
            .map(|_| {
                let pool = pool.clone();
                let waiter = vervet::spawn(move || pool.spawn(|| vervet::sleep(Duration::MAX)).join());
                parked(&waiter.handle(), "lock");
                waiter
            })
            .collect();
        pool.kill();
        for waiter in waiters {
            assert!(waiter.join().unwrap().unwrap_err().is_killed());
        }
        assert_eq!((pool.len(), pool.free_count()), (0, 1));
    });
}

#[test]
fn kill_timeout_gives_up_on_what_does_not_end() {
    checked(|| {
        in_both(|| {
            let pool = Pool::new(2);
            let gate = Gate::new();
            let inner = gate.clone();
            let stubborn = pool.spawn(move || vervet::shield(|| inner.pass()));
            parked(&stubborn.handle(), "join");
            assert!(!pool.kill_timeout(Duration::from_millis(5)));
            assert!(!pool.kill_timeout(Duration::ZERO));
            // That kill is over: who comes now lives.
            assert_eq!(pool.spawn(vervet::yield_now).join().ok(), Some(()));
            gate.open();
            assert!(pool.kill_timeout(LIMIT));
            assert!(pool.kill_timeout(Duration::ZERO), "an empty one");
        });
    });
}

#[test]
fn a_member_that_kills_its_pool_goes_first() {
    checked(|| {
        let (pool, members) = full(3);
        pool.resize(4);
        let theirs = pool.clone();
        let killer = pool.spawn(move || {
            theirs.kill();
            unreachable!("was killed itself");
        });
        over(&killer.handle());
        assert!(killer.join().unwrap_err().is_killed());
        assert!(vervet::join_all(members).into_iter().all(|end| end.unwrap_err().is_killed()));
        assert_eq!(pool.spawn(vervet::yield_now).join().ok(), Some(()), "that kill is over");
    });
}

#[test]
fn dropping_the_last_handle_ends_nobody() {
    checked(|| {
        let gate = Gate::new();
        let pool = Pool::new(1);
        let greenlet = gated(&pool, &gate, 4);
        drop(pool);
        gate.open();
        assert_eq!(greenlet.join().unwrap(), 4);
    });
}

#[test]
fn add_makes_members_of_others() {
    checked(|| {
        in_both(|| {
            let pool = Pool::new(2);
            let stranger = sleeper();
            assert!(!pool.contains(&stranger.handle()));
            assert!(pool.add(&stranger.handle()));
            assert!(!pool.add(&stranger.handle()), "is one already");
            assert_eq!((pool.len(), pool.free_count()), (1, 1));
            let gone = vervet::spawn(|| ());
            over(&gone.handle());
            assert!(!pool.add(&gone.handle()), "is over");
            assert_eq!((pool.len(), pool.free_count()), (1, 1));
            pool.kill();
            assert!(stranger.is_finished());
            assert_eq!((pool.len(), pool.free_count()), (0, 2));

            let group = Group::new();
            let stranger = sleeper();
            assert!(group.add(&stranger.handle()) && !group.add(&stranger.handle()));
            assert!(!group.add(&gone.handle()));
            group.kill();
            assert!(stranger.is_finished());
        });
    });
}

#[test]
fn add_waits_for_a_slot() {
    checked(|| {
        let (pool, mut members) = full(1);
        let stranger = sleeper();
        let (theirs, handle) = (pool.clone(), stranger.handle());
        let adder = vervet::spawn(move || theirs.add(&handle));
        parked(&adder.handle(), "lock");
        end(members.remove(0));
        assert!(adder.join().unwrap());
        assert!(pool.contains(&stranger.handle()) && pool.is_full());
        end(stranger);
        assert_eq!(pool.free_count(), 1);
    });
}

#[test]
fn discard_gives_the_slot_back_once() {
    checked(|| {
        let (pool, mut members) = full(1);
        let member = members.remove(0);
        assert!(pool.discard(&member.handle()));
        assert!(!pool.discard(&member.handle()), "no longer one");
        assert_eq!((pool.len(), pool.free_count(), pool.contains(&member.handle())), (0, 1, false));
        // And again, with the link from before still there.
        assert!(pool.add(&member.handle()));
        assert_eq!((pool.len(), pool.free_count()), (1, 0));
        assert!(pool.discard(&member.handle()));
        pool.kill();
        assert!(!member.is_finished(), "a kill does not reach it");
        end(member);
        assert_eq!((pool.len(), pool.free_count()), (0, 1));
    });
}

#[test]
fn discarded_before_its_first_run_it_stays_out() {
    checked(|| {
        vervet::run(|| {
            let group = Group::new();
            for _ in 0..200 {
                let theirs = group.clone();
                let greenlet = group.spawn(move || theirs.is_member());
                let was_out = group.discard(&greenlet.handle()) && !greenlet.is_finished();
                let inside = greenlet.join().unwrap();
                assert!(!was_out || workers() > 1 || !inside, "it came back by itself");
                assert_eq!(group.len(), 0);
            }
        });
    });
}

#[test]
fn a_member_is_one_from_its_first_instruction() {
    checked(|| {
        let pool = Pool::new(3);
        for _ in 0..3_000 {
            let theirs = pool.clone();
            let greenlet =
                pool.spawn(move || theirs.is_member() && theirs.contains(&vervet::current().unwrap()));
            assert!(greenlet.join().unwrap());
        }
        assert!(!pool.is_member(), "an OS thread is in no pool");
        assert!(!vervet::run(move || pool.is_member()), "nor is any greenlet");
    });
}
