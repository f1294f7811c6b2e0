// Sleeping: long enough, in the right order, together.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

fn main() {
    let start = Instant::now();
    thread::sleep(Duration::ZERO);
    thread::sleep(Duration::from_millis(30));
    println!("long enough: {}", start.elapsed() >= Duration::from_millis(30));

    let (hand, hear) = mpsc::channel();
    for number in [4, 1, 3, 2, 0] {
        let hand = hand.clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(number * 60));
            hand.send(number).unwrap();
        });
    }
    drop(hand);
    println!("{:?}", hear.into_iter().collect::<Vec<_>>());

    let start = Instant::now();
    let sleepers: Vec<_> =
        (0..50).map(|_| thread::spawn(|| thread::sleep(Duration::from_millis(50)))).collect();
    for sleeper in sleepers {
        sleeper.join().unwrap();
    }
    println!("together: {}", start.elapsed() < Duration::from_millis(50 * 50));

    // No overflow; it is still asleep when the program ends.
    let forever = thread::spawn(|| thread::sleep(Duration::MAX));
    thread::yield_now();
    println!("{}", forever.is_finished());
}
