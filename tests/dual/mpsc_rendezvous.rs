// A channel without room: sender and receiver meet.

use std::sync::Mutex;
use std::sync::mpsc::{self, TrySendError};
use std::thread;
use std::time::Duration;

fn main() {
    let (sender, receiver) = mpsc::sync_channel(0);
    println!("{:?} {:?}", sender.try_send(0), receiver.try_recv());
    println!("{:?}", receiver.recv_timeout(Duration::from_millis(20)));

    // When send returns, the other side has it.
    let log = Mutex::new(Vec::new());
    thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0..3 {
                log.lock().unwrap().push(format!("sending {n}"));
                sender.send(n).unwrap();
            }
            drop(sender);
        });
        for _ in 0..3 {
            thread::sleep(Duration::from_millis(30));
            log.lock().unwrap().push("receiving".into());
            let n = receiver.recv().unwrap();
            assert!(log.lock().unwrap().contains(&format!("sending {n}")));
        }
        println!("{:?}", receiver.recv());
    });
    let log = log.into_inner().unwrap();
    println!("{} {}", log.len(), log[0]);

    // A try succeeds only if someone waits.
    let (sender, receiver) = mpsc::sync_channel(0);
    let waiting = thread::spawn(move || receiver.recv());
    let mut refused = 0;
    loop {
        match sender.try_send("met") {
            Ok(()) => break,
            Err(TrySendError::Full(_)) => refused += 1,
            Err(TrySendError::Disconnected(_)) => panic!("still there"),
        }
        thread::sleep(Duration::from_micros(refused));
    }
    println!("{:?}", waiting.join().unwrap());
    println!("{:?}", sender.try_send("late"));
    println!("{:?}", sender.send("late"));

    // A sender that waits, and a receiver that goes.
    let (sender, receiver) = mpsc::sync_channel(0);
    let waiting = thread::spawn(move || sender.send(vec![1, 2]));
    thread::sleep(Duration::from_millis(20));
    drop(receiver);
    println!("{:?}", waiting.join().unwrap());

    // One that waits is taken from, without a wait.
    let (sender, receiver) = mpsc::sync_channel(0);
    let senders: Vec<_> = (0..3)
        .map(|n| {
            let sender = sender.clone();
            thread::spawn(move || sender.send(n))
        })
        .collect();
    drop(sender);
    let mut got: Vec<i32> = receiver.iter().collect();
    got.sort();
    println!("{got:?} {:?}", senders.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>());
}
