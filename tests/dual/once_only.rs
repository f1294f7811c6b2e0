// What runs once: Once and OnceLock, raced for, waited for, poisoned.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Once, OnceLock};
use std::thread;

static ONCE: Once = Once::new();
static CELL: OnceLock<String> = OnceLock::new();

fn main() {
    panic::set_hook(Box::new(|_| {}));
    let runs = AtomicUsize::new(0);
    println!("{} {ONCE:?}", ONCE.is_completed());
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                ONCE.call_once(|| {
                    thread::yield_now();
                    runs.fetch_add(1, Ordering::Relaxed);
                });
                assert_eq!(runs.load(Ordering::Relaxed), 1);
            });
        }
        scope.spawn(|| ONCE.wait());
    });
    println!("{} {}", ONCE.is_completed(), runs.load(Ordering::Relaxed));

    let once = Once::new();
    let result = panic::catch_unwind(AssertUnwindSafe(|| once.call_once(|| panic!("inside"))));
    println!("{} {}", result.is_err(), once.is_completed());
    let again = panic::catch_unwind(AssertUnwindSafe(|| once.call_once(|| println!("never runs"))));
    println!("{:?}", again.unwrap_err().downcast_ref::<&str>());
    once.call_once_force(|state| println!("poisoned before: {}", state.is_poisoned()));
    once.call_once_force(|_| println!("never runs"));
    once.wait_force();
    println!("{}", once.is_completed());

    let tried = AtomicUsize::new(0);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| CELL.wait().len());
        for _ in 0..8 {
            scope.spawn(|| {
                CELL.get_or_init(|| {
                    tried.fetch_add(1, Ordering::Relaxed);
                    thread::yield_now();
                    "made once".into()
                })
            });
        }
        println!("waited: {}", waiter.join().unwrap());
    });
    println!("{CELL:?} {}", tried.load(Ordering::Relaxed));
    println!("{:?}", CELL.set("too late".into()));

    let mut cell = OnceLock::new();
    println!("{cell:?} {:?}", cell.get());
    let failed = panic::catch_unwind(AssertUnwindSafe(|| cell.get_or_init(|| panic!("not made"))));
    println!("{} {:?}", failed.is_err(), cell.get());
    println!("{:?} {:?}", cell.set(5), cell.set(6));
    *cell.get_mut().unwrap() += 1;
    println!("{:?} {} {:?}", cell.clone(), cell == OnceLock::from(6), cell.take());
    println!("{:?}", cell.get());
    println!("{:?} {:?}", cell.set(7), cell.into_inner());
}
