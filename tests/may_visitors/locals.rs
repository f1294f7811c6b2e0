//! Greenlet locals.

use std::cell::Cell;

use crate::common::{Counted, Drops, HOUR, eventually, fail, text};
use crate::*;

vervet::greenlet_local! {
    static NUMBER: Cell<usize> = Cell::new(0);
    static OWNED: Cell<Option<Counted>> = Cell::new(None);
}

#[test]
fn each_visitor_has_locals_of_its_own() {
    checked(|| {
        let drops = Drops::new();
        let visitors: Vec<_> = (1..=50)
            .map(|n| {
                let value = drops.value();
                visitor(move || {
                    OWNED.set(Some(value));
                    let fresh = NUMBER.replace(n);
                    for _ in 0..3 {
                        vervet::sleep(MOMENT / 5);
                        assert_eq!(NUMBER.get(), n, "after a wait");
                    }
                    fresh
                })
            })
            .collect();
        assert!(visitors.into_iter().all(|visitor| visitor.join().unwrap() == 0), "left by another");
        eventually("their values are dropped at their ends", || drops.count() == 50);
        assert_eq!(NUMBER.get(), 0, "this thread's own");
    });
}

#[test]
fn locals_are_dropped_when_cancelled_or_panicking() {
    checked(|| {
        let drops = Drops::new();
        let (value, before) = (drops.value(), sleeping());
        let waiting = visitor(move || {
            OWNED.set(Some(value));
            vervet::sleep(HOUR);
        });
        one_more(before, sleeping);
        cancel(&waiting);
        cancelled(waiting);
        let value = drops.value();
        let failing = visitor(move || {
            OWNED.set(Some(value));
            vervet::yield_now();
            fail("on purpose")
        });
        assert_eq!(text(failing.join().unwrap_err()), "on purpose");
        eventually("both are dropped", || drops.count() == 2);
    });
}
