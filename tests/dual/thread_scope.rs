// Scoped threads borrow, and the scope waits for all of them.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Builder, Scope};

fn text(payload: Box<dyn std::any::Any + Send>) -> String {
    let str = payload.downcast_ref::<&str>().map(|text| text.to_string());
    str.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
}

fn nested<'scope>(scope: &'scope Scope<'scope, '_>, count: &'scope AtomicUsize, depth: usize) {
    if depth > 0 {
        scope.spawn(move || nested(scope, count, depth - 1));
        scope.spawn(move || nested(scope, count, depth - 1));
    }
    count.fetch_add(1, Ordering::Relaxed);
}

fn main() {
    panic::set_hook(Box::new(|_| {}));
    let words = vec!["one", "two", "three"];
    let mut lengths = vec![0; words.len()];
    let total = thread::scope(|scope| {
        for (word, length) in words.iter().zip(&mut lengths) {
            scope.spawn(move || *length = word.len());
        }
        let total = scope.spawn(|| words.iter().map(|word| word.len()).sum::<usize>());
        total.join().unwrap()
    });
    println!("{words:?} {lengths:?} {total}");

    let count = AtomicUsize::new(0);
    thread::scope(|scope| nested(scope, &count, 5));
    println!("nested: {}", count.into_inner());

    let mut buffer = vec![1, 2, 3, 4];
    thread::scope(|scope| {
        let (left, right) = buffer.split_at_mut(2);
        scope.spawn(|| left.iter_mut().for_each(|n| *n *= 10));
        scope.spawn(|| right.iter_mut().for_each(|n| *n *= 100));
    });
    println!("{buffer:?}");

    let named = thread::scope(|scope| {
        let builder = Builder::new().name("scoped".into());
        let handle = builder.spawn_scoped(scope, || thread::current().name().map(str::to_owned)).unwrap();
        assert_eq!(handle.thread().name(), Some("scoped"));
        handle.join().unwrap()
    });
    println!("{named:?}");

    // A panic that is joined is the joiner's.
    let joined = thread::scope(|scope| scope.spawn(|| panic!("joined")).join().unwrap_err());
    println!("{}", text(joined));

    // One that is not is the scope's, after all have ended.
    let ended = AtomicUsize::new(0);
    let result = panic::catch_unwind(AssertUnwindSafe(|| {
        thread::scope(|scope| {
            scope.spawn(|| panic!("not joined"));
            scope.spawn(|| {
                thread::yield_now();
                ended.fetch_add(1, Ordering::Relaxed);
            });
        })
    }));
    println!("{}; ended: {}", text(result.unwrap_err()), ended.load(Ordering::Relaxed));

    // The closure's own panic comes first, after all have ended, too.
    let result = panic::catch_unwind(AssertUnwindSafe(|| {
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::yield_now();
                ended.fetch_add(1, Ordering::Relaxed);
            });
            panic!("the closure's");
        })
    }));
    println!("{}; ended: {}", text(result.unwrap_err()), ended.load(Ordering::Relaxed));
}
