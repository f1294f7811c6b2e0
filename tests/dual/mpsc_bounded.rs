// Bounded channels: senders wait for room.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, TrySendError};
use std::thread;
use std::time::Duration;

fn main() {
    let (sender, receiver) = mpsc::sync_channel(2);
    println!("{sender:?}");
    println!("{:?} {:?}", sender.send(1), sender.try_send(2));
    let error = sender.try_send(3).unwrap_err();
    println!("{error}; {error:?}");
    println!("{:?}", receiver.recv());
    println!("{:?}", sender.try_send(4));

    // The sender is never more than the bound ahead.
    let ahead = Arc::new(AtomicUsize::new(0));
    let sending = {
        let (sender, ahead) = (sender.clone(), Arc::clone(&ahead));
        thread::spawn(move || {
            for n in 10..60 {
                sender.send(n).unwrap();
                ahead.fetch_add(1, Ordering::SeqCst);
            }
        })
    };
    let mut received = Vec::new();
    for n in 0..52 {
        received.push(receiver.recv().unwrap());
        assert!(ahead.load(Ordering::SeqCst) <= n + 3);
    }
    sending.join().unwrap();
    println!("{received:?}");
    println!("{:?}", receiver.recv_timeout(Duration::from_millis(20)));

    // A sender that waits learns that nobody will receive.
    sender.send(1).unwrap();
    sender.send(2).unwrap();
    let waiting = {
        let sender = sender.clone();
        thread::spawn(move || sender.send(3))
    };
    thread::yield_now();
    drop(receiver);
    println!("{:?}", waiting.join().unwrap());
    let error = sender.try_send(4).unwrap_err();
    println!("{error}; {:?}", error == TrySendError::Disconnected(4));

    // Many wait for one place.
    let (sender, receiver) = mpsc::sync_channel(1);
    let senders: Vec<_> = (0..10)
        .map(|n| {
            let sender = sender.clone();
            thread::spawn(move || sender.send(n).unwrap())
        })
        .collect();
    drop(sender);
    let mut all: Vec<_> = receiver.iter().collect();
    all.sort();
    println!("{all:?}");
    senders.into_iter().for_each(|sender| sender.join().unwrap());
}
