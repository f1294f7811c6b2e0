// A program whose main panics ends with code 101, after unwinding.

use std::thread;

struct Last;

impl Drop for Last {
    fn drop(&mut self) {
        println!("dropped on the way out: {}", thread::panicking());
        println!("and waits: {}", thread::spawn(|| 5).join().unwrap());
    }
}

fn main() {
    let _last = Last;
    println!("still fine");
    let result: Result<(), _> = thread::spawn(|| panic!("in a thread")).join();
    println!("joined");
    result.map_err(|_| "it panicked").unwrap();
}
