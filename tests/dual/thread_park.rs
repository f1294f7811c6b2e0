// The token of park and unpark: one, kept until it is used.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

fn main() {
    // Given before: park returns at once. Two are one.
    thread::current().unpark();
    thread::current().unpark();
    thread::park();
    println!("the token was there");
    let start = Instant::now();
    thread::park_timeout(Duration::from_millis(40));
    println!("only one: {}", start.elapsed() >= Duration::from_millis(40));
    thread::park_timeout(Duration::ZERO);
    println!("no time");

    // Neither spawning nor joining eats it.
    thread::current().unpark();
    thread::spawn(|| ()).join().unwrap();
    thread::scope(|scope| scope.spawn(|| ()).join().unwrap());
    let start = Instant::now();
    thread::park_timeout(Duration::from_secs(20));
    println!("still there: {}", start.elapsed() < Duration::from_secs(20));

    // Woken by another thread, which gives what it has first.
    let ready = Arc::new(AtomicBool::new(false));
    let sleeper = {
        let ready = Arc::clone(&ready);
        thread::spawn(move || {
            while !ready.load(Ordering::Acquire) {
                thread::park();
            }
            "woken"
        })
    };
    ready.store(true, Ordering::Release);
    sleeper.thread().unpark();
    println!("{}", sleeper.join().unwrap());

    // Ping-pong.
    let turns = Arc::new(AtomicUsize::new(0));
    let main = thread::current();
    let other = {
        let turns = Arc::clone(&turns);
        thread::spawn(move || {
            for turn in 0..500 {
                while turns.load(Ordering::Acquire) != 2 * turn + 1 {
                    thread::park();
                }
                turns.store(2 * turn + 2, Ordering::Release);
                main.unpark();
            }
        })
    };
    for turn in 0..500 {
        turns.store(2 * turn + 1, Ordering::Release);
        other.thread().unpark();
        while turns.load(Ordering::Acquire) != 2 * turn + 2 {
            thread::park();
        }
    }
    other.join().unwrap();
    println!("{}", turns.load(Ordering::Relaxed));

    // A token for one that has ended is no harm.
    let ended = thread::spawn(|| thread::current()).join().unwrap();
    ended.unpark();
    println!("{:?}", ended.name());
}
