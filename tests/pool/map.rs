//! `map`: all results, in order.

use super::*;

#[test]
fn map_answers_in_the_order_of_the_items() {
    checked(|| {
        in_both(|| {
            let pool = Pool::new(4);
            let crowd = Crowd::default();
            let results = pool.map(0..50_u64, |n| {
                let _here = crowd.enter();
                vervet::sleep(Duration::from_micros((50 - n) * 20));
                n * n
            });
            assert!(results.into_iter().map(Result::unwrap).eq((0..50).map(|n| n * n)));
            assert_eq!(crowd.most(), 4);
            assert!(pool.map(0..0, |n: u8| n).is_empty());
            assert_eq!(pool.free_count(), 4);
        });
    });
}

#[test]
fn a_group_maps_all_at_once() {
    checked(|| {
        let crowd = Crowd::default();
        let barrier = vervet::sync::Barrier::new(40);
        let results = Group::new().map(0..40, |n| {
            let _here = crowd.enter();
            barrier.wait();
            n
        });
        assert!(results.into_iter().map(Result::unwrap).eq(0..40));
        assert_eq!(crowd.most(), 40);
    });
}

#[test]
fn items_and_results_may_borrow() {
    checked(|| {
        in_both(|| {
            let mut words = vec!["green".to_owned(), "vervet".to_owned(), "monkey".to_owned()];
            let seen = Mutex::new(Vec::new());
            let pool = Pool::new(2);
            let firsts: Vec<&str> =
                pool.map(&words, |word| &word[..1]).into_iter().map(Result::unwrap).collect();
            assert_eq!(firsts, ["g", "v", "m"]);
            pool.map(&mut words, |word| {
                seen.lock().unwrap().push(word.len());
                word.push('!');
            });
            assert_eq!(words, ["green!", "vervet!", "monkey!"]);
            let mut seen = seen.into_inner().unwrap();
            seen.sort_unstable();
            assert_eq!(seen, [5, 6, 6]);
        });
    });
}

#[test]
fn one_items_failure_stands_in_its_place() {
    checked(|| {
        in_both(|| {
            let results = Pool::new(3).map(0..8, |n| {
                match n {
                    2 => fail("on purpose"),
                    5 => vervet::current().unwrap().kill(),
                    _ => {}
                }
                vervet::yield_now();
                n
            });
            assert_eq!(told(results), ["0", "1", "on purpose", "3", "4", "killed", "6", "7"]);
        });
    });
}

#[test]
fn the_iterators_panic_ends_what_was_begun() {
    checked(|| {
        in_both(|| {
            let pool = Pool::new(8);
            let drops = Drops::new();
            let caught = std::panic::catch_unwind(|| {
                let items = (0..9).inspect(|&n| {
                    if n == 5 {
                        fail("on purpose");
                    }
                });
                pool.map(items, |_| {
                    let _value = drops.value();
                    vervet::sleep(Duration::MAX);
                })
            });
            assert_eq!(text(caught.unwrap_err()), "on purpose");
            // Some may have been killed before their first instruction, but all are over.
            assert!(drops.count() <= 5);
            assert_eq!((pool.len(), pool.free_count()), (0, 8));
        });
    });
}

#[test]
fn a_member_may_map_over_the_slots_that_are_left() {
    checked(|| {
        let pool = Pool::new(2);
        let sum: u32 =
            pool.apply(|| pool.map(0..5_u32, |n| n).into_iter().map(Result::unwrap).sum()).unwrap();
        assert_eq!(sum, 10);
    });
}
