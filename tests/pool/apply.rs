//! `apply`: one call, in a member.

use super::*;

#[test]
fn apply_runs_in_a_member_and_may_borrow() {
    checked(|| {
        let pool = Pool::new(1);
        let words = ["green".to_owned(), "monkey".to_owned()];
        let inside = || (pool.is_member(), pool.len(), words.len());
        assert_eq!(pool.apply(inside).unwrap(), (true, 1, 2));
        assert_eq!(Group::new().apply(|| words.concat()).unwrap(), "greenmonkey");
        assert_eq!(pool.free_count(), 1);
    });
}

#[test]
fn apply_tells_how_it_failed() {
    checked(|| {
        in_both(|| {
            let pool = Pool::new(1);
            assert_eq!(text(pool.apply(|| fail("on purpose")).unwrap_err().into_panic()), "on purpose");
            let suicide = pool.apply(|| {
                vervet::current().unwrap().kill();
                vervet::yield_now();
            });
            assert!(suicide.unwrap_err().is_killed());
        });
    });
}

#[test]
fn apply_from_within_runs_in_place() {
    checked(|| {
        let pool = Pool::new(1);
        let depth = pool.apply(|| {
            let outer = vervet::current();
            let middle = pool.apply(|| {
                assert_eq!(vervet::current(), outer, "in place");
                pool.apply(|| vervet::current() == outer).unwrap()
            });
            assert_eq!(text(pool.apply(|| fail("on purpose")).unwrap_err().into_panic()), "on purpose");
            (middle.unwrap(), pool.len())
        });
        assert_eq!(depth.unwrap(), (true, 1));
    });
}

#[test]
fn a_kill_goes_through_an_apply_in_place() {
    checked(|| {
        let pool = Pool::new(1);
        let inner = pool.clone();
        let member = pool.spawn(move || {
            let _ = inner.apply(|| vervet::sleep(Duration::MAX));
            unreachable!("it caught the kill");
        });
        parked(&member.handle(), "sleep");
        end(member);

        let inner = pool.clone();
        let member = pool.spawn(move || {
            vervet::timeout(Duration::from_millis(5), || inner.apply(|| vervet::sleep(Duration::MAX)))
                .is_err()
        });
        assert!(member.join().unwrap(), "and so does a timeout");
    });
}

#[test]
fn a_members_child_is_no_member() {
    checked(|| {
        let pool = Pool::new(2);
        let other = pool
            .apply(|| {
                let theirs = pool.clone();
                vervet::spawn(move || (theirs.is_member(), theirs.apply(|| theirs.len()))).join().unwrap()
            })
            .unwrap();
        assert_eq!((other.0, other.1.unwrap()), (false, 2));
    });
}
