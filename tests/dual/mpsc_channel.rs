// Unbounded channels: order, ends, errors, iterators.

use std::sync::mpsc::{self, RecvTimeoutError, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

fn main() {
    let (sender, receiver) = mpsc::channel();
    println!("{sender:?} {receiver:?}");
    println!("{:?}", receiver.try_recv());
    let producers: Vec<_> = (0..5)
        .map(|producer| {
            let sender = sender.clone();
            thread::spawn(move || (0..100).for_each(|n| sender.send((producer, n)).unwrap()))
        })
        .collect();
    drop(sender);
    let mut last = [None; 5];
    for (producer, n) in &receiver {
        assert!(last[producer] < Some(n), "in the order of sending");
        last[producer] = Some(n);
    }
    producers.into_iter().for_each(|producer| producer.join().unwrap());
    println!("{last:?}");
    let error = receiver.recv().unwrap_err();
    println!("{error}; {error:?}");
    let error = receiver.try_recv().unwrap_err();
    println!("{error}; {error:?}");
    let error = receiver.recv_timeout(Duration::MAX).unwrap_err();
    println!("{error}; {error:?}");

    let (sender, receiver) = mpsc::channel();
    let start = Instant::now();
    let error = receiver.recv_timeout(Duration::from_millis(40)).unwrap_err();
    println!("{error}; {}", start.elapsed() >= Duration::from_millis(40));
    println!("{}", receiver.recv_timeout(Duration::ZERO) == Err(RecvTimeoutError::Timeout));
    sender.send(1).unwrap();
    sender.send(2).unwrap();
    println!("{:?} {:?}", receiver.recv_timeout(Duration::ZERO), receiver.try_iter().collect::<Vec<_>>());

    // Waiting ends when the last sender goes.
    let waiting = thread::spawn(move || receiver.recv());
    thread::yield_now();
    drop(sender);
    println!("{:?}", waiting.join().unwrap());

    // Nobody receives.
    let (sender, receiver) = mpsc::channel();
    sender.send("dropped with the receiver").unwrap();
    drop(receiver);
    let error = sender.send("comes back").unwrap_err();
    println!("{error}; {error:?}; {}", error.0);

    // What was sent before the end is still received.
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || (0..4).for_each(|n| sender.send(n).unwrap())).join().unwrap();
    println!("{:?} {:?}", receiver.recv(), receiver.iter().next());
    println!("{:?}", receiver.try_recv().map_err(|error| error == TryRecvError::Empty));
    println!("{:?}", receiver.into_iter().collect::<Vec<_>>());

    // One shared by threads, and a channel through a channel.
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for n in 0..4 {
            let sender = &sender;
            scope.spawn(move || sender.send(n).unwrap());
        }
    });
    drop(sender);
    println!("{}", receiver.iter().sum::<i32>());
    let (outer, receive_outer) = mpsc::channel::<mpsc::Sender<u8>>();
    let other = thread::spawn(move || receive_outer.recv().unwrap().send(9).unwrap());
    let (inner, receive_inner) = mpsc::channel();
    outer.send(inner).unwrap();
    println!("{:?}", receive_inner.recv());
    other.join().unwrap();
}
