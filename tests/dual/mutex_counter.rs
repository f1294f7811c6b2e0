// A mutex excludes, shows itself, and gives its value back.

use std::sync::{Arc, Mutex, TryLockError};
use std::thread;

static GLOBAL: Mutex<Vec<u32>> = Mutex::new(Vec::new());

fn main() {
    let counter = Arc::new(Mutex::new(0u64));
    let threads: Vec<_> = (0..10)
        .map(|_| {
            let counter = Arc::clone(&counter);
            thread::spawn(move || {
                for _ in 0..200 {
                    let mut guard = counter.lock().unwrap();
                    let seen = *guard;
                    if seen % 7 == 0 {
                        // Held across a switch.
                        thread::yield_now();
                    }
                    *guard = seen + 1;
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    println!("{:?}", counter);

    let guard = counter.lock().unwrap();
    println!("{counter:?} {guard:?} {guard}");
    match counter.try_lock() {
        Err(error @ TryLockError::WouldBlock) => println!("{error}; {error:?}"),
        other => println!("{other:?}"),
    }
    drop(guard);
    println!("{:?}", counter.try_lock().map(|guard| *guard).ok());

    GLOBAL.lock().unwrap().push(3);
    thread::scope(|scope| {
        scope.spawn(|| GLOBAL.lock().unwrap().push(4));
    });
    println!("{GLOBAL:?}");

    let mut own = Mutex::from(String::from("own"));
    own.get_mut().unwrap().push('!');
    println!("{:?} {:?}", Mutex::<u8>::default(), own.into_inner());
    let unsized_one: &Mutex<[u8]> = &Mutex::new([1, 2, 3]);
    unsized_one.lock().unwrap()[1] = 9;
    println!("{unsized_one:?}");
    let object: Box<Mutex<dyn std::fmt::Display + Send>> = Box::new(Mutex::new("as an object"));
    println!("{}", object.lock().unwrap());
}
