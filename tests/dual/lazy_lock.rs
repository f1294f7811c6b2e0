// A lazy value is made once, by whoever needs it first.

use std::panic::{self, AssertUnwindSafe};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

static MADE: AtomicUsize = AtomicUsize::new(0);
static LAZY: LazyLock<Vec<u32>> = LazyLock::new(|| {
    MADE.fetch_add(1, Ordering::Relaxed);
    thread::yield_now();
    vec![1, 2, 3]
});

fn main() {
    panic::set_hook(Box::new(|_| {}));
    println!("{LAZY:?} {:?}", LazyLock::get(&LAZY));
    let sums: Vec<u32> = thread::scope(|scope| {
        let handles: Vec<_> = (0..8).map(|_| scope.spawn(|| LAZY.iter().sum())).collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).collect()
    });
    println!("{sums:?} {} {LAZY:?} {:?}", MADE.load(Ordering::Relaxed), LazyLock::get(&LAZY));

    let captured = String::from("captured");
    let mut lazy = LazyLock::new(|| captured + "!");
    println!("{:?}", LazyLock::get_mut(&mut lazy));
    LazyLock::force_mut(&mut lazy).push('?');
    lazy.push('.');
    println!("{} {}", *lazy, LazyLock::force(&lazy).len());
    println!("{:?}", LazyLock::<u8>::default());

    let poisoned: LazyLock<u8> = LazyLock::new(|| panic!("not made"));
    for _ in 0..2 {
        let error = panic::catch_unwind(AssertUnwindSafe(|| *poisoned)).unwrap_err();
        println!("{:?}", error.downcast_ref::<&str>());
    }
    println!("{poisoned:?}");
}
