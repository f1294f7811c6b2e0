// A panic poisons what was locked, and nothing else.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, TryLockError};
use std::thread;

struct LocksInDrop<'a>(&'a Mutex<u32>);

impl Drop for LocksInDrop<'_> {
    fn drop(&mut self) {
        // Taken and given back while panicking: no poison.
        *self.0.lock().unwrap() += 1;
    }
}

fn main() {
    panic::set_hook(Box::new(|_| {}));
    let mutex = Arc::new(Mutex::new(1));
    let other = Arc::clone(&mutex);
    let panicked = thread::spawn(move || {
        let mut guard = other.lock().unwrap();
        *guard = 2;
        panic!("with the lock held");
    });
    println!("{}", panicked.join().is_err());
    println!("{} {mutex:?}", mutex.is_poisoned());
    let error = mutex.lock().unwrap_err();
    println!("{error}; {error:?}; {}", **error.get_ref());
    drop(error);
    match mutex.try_lock() {
        Err(TryLockError::Poisoned(error)) => println!("{error} {}", **error.get_ref()),
        other => println!("{other:?}"),
    };
    mutex.clear_poison();
    println!("{} {:?}", mutex.is_poisoned(), mutex.lock().map(|guard| *guard).ok());

    let caught = panic::catch_unwind(AssertUnwindSafe(|| {
        let _guard = mutex.lock().unwrap();
        panic!("caught");
    }));
    println!("{} {}", caught.is_err(), mutex.is_poisoned());
    let poisoned = Arc::into_inner(mutex).unwrap();
    println!("{:?}", poisoned.into_inner().map_err(|error| error.into_inner()));

    let mutex = Mutex::new(0);
    let caught = panic::catch_unwind(AssertUnwindSafe(|| {
        let _drops = LocksInDrop(&mutex);
        panic!("not locked");
    }));
    println!("{} {} {mutex:?}", caught.is_err(), mutex.is_poisoned());

    // Caught while the guard is outside.
    let guard = mutex.lock().unwrap();
    let _ = panic::catch_unwind(|| panic!("elsewhere"));
    drop(guard);
    println!("{}", mutex.is_poisoned());

    // Those who wait learn of it, too.
    let mutex = Mutex::new(());
    thread::scope(|scope| {
        let guard = mutex.lock().unwrap();
        let waiter = scope.spawn(|| mutex.lock().is_err());
        let _ = scope.spawn(|| panic!("of no one's concern")).join();
        let _ = panic::catch_unwind(AssertUnwindSafe(move || {
            let _guard = guard;
            panic!("with a waiter");
        }));
        println!("{}", waiter.join().unwrap());
    });
}
