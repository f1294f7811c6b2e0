// Many readers or one writer; what poisons and what does not.

use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, RwLock, TryLockError};
use std::thread;

fn main() {
    panic::set_hook(Box::new(|_| {}));
    let lock = RwLock::new(vec![0]);
    println!("{lock:?}");

    // All readers are inside at the same time.
    let inside = Barrier::new(5);
    thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| {
                let guard = lock.read().unwrap();
                inside.wait();
                assert_eq!(guard.len(), 1);
            });
        }
    });
    println!("five at once");

    let reader = lock.read().unwrap();
    println!("{:?} {}", lock.try_read().is_ok(), matches!(lock.try_write(), Err(TryLockError::WouldBlock)));
    println!("{reader:?}");
    drop(reader);
    let writer = lock.write().unwrap();
    println!("{:?} {}", lock.try_read().is_err(), lock.try_write().is_err());
    println!("{lock:?} {writer:?}");
    drop(writer);

    // Writers exclude each other and all readers.
    let writing = AtomicUsize::new(0);
    thread::scope(|scope| {
        for number in 0..8 {
            let (lock, writing) = (&lock, &writing);
            scope.spawn(move || {
                for _ in 0..50 {
                    let mut guard = lock.write().unwrap();
                    assert_eq!(writing.fetch_add(1, Ordering::SeqCst), 0);
                    thread::yield_now();
                    guard[0] += number;
                    assert_eq!(writing.fetch_sub(1, Ordering::SeqCst), 1);
                }
            });
            scope.spawn(move || {
                for _ in 0..50 {
                    let _guard = lock.read().unwrap();
                    assert_eq!(writing.load(Ordering::SeqCst), 0);
                    thread::yield_now();
                }
            });
        }
    });
    println!("{:?}", lock.read().unwrap());

    thread::scope(|scope| {
        let _ = scope
            .spawn(|| {
                let _guard = lock.read().unwrap();
                panic!("a reader");
            })
            .join();
        println!("after a reader: {}", lock.is_poisoned());
        let _ = scope
            .spawn(|| {
                let _guard = lock.write().unwrap();
                panic!("a writer");
            })
            .join();
        println!("after a writer: {}", lock.is_poisoned());
    });
    println!("{lock:?}");
    println!("{}", lock.read().unwrap_err());
    println!("{}", lock.write().unwrap_err());
    println!("{:?}", lock.try_read().map(drop).map_err(|error| error.to_string()));
    lock.clear_poison();
    let mut lock = lock;
    lock.get_mut().unwrap().push(1);
    println!("{:?} {:?}", lock.into_inner(), RwLock::<u8>::from(3));
}
