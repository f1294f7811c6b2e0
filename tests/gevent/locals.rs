//! What a greenlet has for itself, and what it inherits.

use std::cell::RefCell;

use vervet::{ScopedValue, greenlet_local};

use crate::common::*;
use crate::{Log, differs, same};

#[test]
fn locals_are_separate() {
    greenlet_local! {
        static X: RefCell<&'static str> = RefCell::new("unset");
    }
    same("locals_are_separate", || {
        X.set("outer");
        let inner = vervet::spawn(|| {
            let before = X.replace("inner");
            vervet::yield_now();
            format!("{before},{}", X.with_borrow(|x| *x))
        });
        format!("inner={} outer={}", inner.join().unwrap(), X.with_borrow(|x| *x))
    });
}

#[test]
fn locals_end_with_the_greenlet() {
    struct Value(Log);

    impl Drop for Value {
        fn drop(&mut self) {
            self.0.add("dropped");
        }
    }

    greenlet_local! {
        static X: RefCell<Option<Value>> = const { RefCell::new(None) };
    }
    same("locals_end_with_the_greenlet", || {
        let log = Log::new();
        let ours = log.clone();
        let child = vervet::spawn(move || {
            X.set(Some(Value(ours.clone())));
            vervet::yield_now();
            ours.add("end");
        });
        over(&child.handle());
        format!("log={log}")
    });
}

/// What is bound to a `ScopedValue` holds for the greenlets that are spawned meanwhile, too.
#[test]
fn context_of_a_new_greenlet() {
    static VAR: ScopedValue<&str> = ScopedValue::new();
    differs("context_of_a_new_greenlet", "child_sees=unset", "child_sees=outer", || {
        let child = VAR.with("outer", || vervet::spawn(|| VAR.get().unwrap_or("unset")));
        format!("child_sees={}", child.join().unwrap())
    });
}

#[test]
fn tree_locals_are_inherited() {
    static X: ScopedValue<&str> = ScopedValue::new();
    same("tree_locals_are_inherited", || {
        let root = vervet::spawn(|| X.with("tree", || vervet::spawn(|| X.get()).join().unwrap()));
        format!("child_sees={}", root.join().unwrap().unwrap_or("none"))
    });
}
