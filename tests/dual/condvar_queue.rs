// Condition variables: a bounded queue, timeouts, waking one and all.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

#[derive(Default)]
struct Queue {
    items: Mutex<VecDeque<u32>>,
    changed: Condvar,
}

impl Queue {
    fn put(&self, item: u32) {
        let mut items =
            self.changed.wait_while(self.items.lock().unwrap(), |items| items.len() == 3).unwrap();
        items.push_back(item);
        self.changed.notify_all();
    }

    fn take(&self) -> u32 {
        let mut items = self.items.lock().unwrap();
        loop {
            if let Some(item) = items.pop_front() {
                self.changed.notify_all();
                return item;
            }
            items = self.changed.wait(items).unwrap();
        }
    }
}

fn main() {
    let queue = Arc::new(Queue::default());
    let producers: Vec<_> = (0..4)
        .map(|producer| {
            let queue = Arc::clone(&queue);
            thread::spawn(move || (0..100).for_each(|n| queue.put(producer * 100 + n)))
        })
        .collect();
    let consumers: Vec<_> = (0..2)
        .map(|_| {
            let queue = Arc::clone(&queue);
            thread::spawn(move || (0..200).map(|_| queue.take()).sum::<u32>())
        })
        .collect();
    for producer in producers {
        producer.join().unwrap();
    }
    println!("{}", consumers.into_iter().map(|consumer| consumer.join().unwrap()).sum::<u32>());

    let (mutex, condvar) = (Mutex::new(false), Condvar::new());
    println!("{condvar:?}");
    condvar.notify_one();
    condvar.notify_all();
    let start = Instant::now();
    let (guard, result) = condvar
        .wait_timeout_while(mutex.lock().unwrap(), Duration::from_millis(40), |ready| !*ready)
        .unwrap();
    println!("{} {} {result:?}", *guard, result.timed_out());
    drop(guard);
    println!("{}", start.elapsed() >= Duration::from_millis(40));
    let (guard, result) = condvar.wait_timeout(mutex.lock().unwrap(), Duration::ZERO).unwrap();
    println!("{}", result.timed_out());
    let (guard, result) = condvar.wait_timeout_while(guard, Duration::ZERO, |_| false).unwrap();
    println!("{}", result.timed_out());
    drop(guard);

    // The one that is woken says so; then all others.
    let turns = Mutex::new((0, 0));
    let (go, ready) = (Condvar::new(), Condvar::new());
    thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| {
                let mut turn = turns.lock().unwrap();
                turn.0 += 1;
                ready.notify_all();
                turn = go.wait_while(turn, |turn| turn.1 == 0).unwrap();
                turn.1 -= 1;
                turn.0 -= 1;
                ready.notify_all();
            });
        }
        let mut turn = ready.wait_while(turns.lock().unwrap(), |turn| turn.0 < 5).unwrap();
        turn.1 = 1;
        go.notify_one();
        turn = ready.wait_while(turn, |turn| turn.0 > 4).unwrap();
        println!("woken one: {turn:?}");
        turn.1 = 4;
        go.notify_all();
        turn = ready.wait_while(turn, |turn| turn.0 > 0).unwrap();
        println!("woken all: {turn:?}");
    });

    let long = thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            let guard = mutex.lock().unwrap();
            condvar.wait_timeout_while(guard, Duration::MAX, |ready| !*ready).unwrap().1.timed_out()
        });
        *mutex.lock().unwrap() = true;
        condvar.notify_all();
        waiter.join().unwrap()
    });
    println!("timed out after an eternity: {long}");
}
