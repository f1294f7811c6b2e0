// A writer becomes a reader without letting another writer in between.

use std::sync::{Arc, RwLock, RwLockWriteGuard};
use std::thread;

fn main() {
    let lock = Arc::new(RwLock::new(0));
    let mut writer = lock.write().unwrap();
    let others: Vec<_> = (0..4)
        .map(|_| {
            let lock = Arc::clone(&lock);
            thread::spawn(move || *lock.write().unwrap() += 1)
        })
        .collect();
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let lock = Arc::clone(&lock);
            thread::spawn(move || *lock.read().unwrap() >= 10)
        })
        .collect();
    thread::yield_now();
    *writer = 10;
    let reader = RwLockWriteGuard::downgrade(writer);
    println!("still mine: {}", *reader);
    println!("no writer: {}", lock.try_write().is_err());
    drop(reader);
    for other in others {
        other.join().unwrap();
    }
    println!("{}", readers.into_iter().all(|reader| reader.join().unwrap()));
    println!("{}", lock.read().unwrap());

    let writer = lock.write().unwrap();
    let first = RwLockWriteGuard::downgrade(writer);
    let second = lock.try_read().unwrap();
    println!("two readers: {} {}", *first, *second);
    drop((first, second));
    println!("{}", lock.try_write().is_ok());
}
