// Messages are dropped once, by whoever has them last.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

static ALIVE: AtomicUsize = AtomicUsize::new(0);

struct Message(&'static str);

impl Message {
    fn new(text: &'static str) -> Message {
        ALIVE.fetch_add(1, Ordering::SeqCst);
        Message(text)
    }
}

impl Drop for Message {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::SeqCst);
        println!("dropped: {}", self.0);
    }
}

fn main() {
    let (sender, receiver) = mpsc::channel();
    sender.send(Message::new("first")).unwrap();
    sender.send(Message::new("second")).unwrap();
    sender.send(Message::new("third")).unwrap();
    println!("received: {}", receiver.recv().unwrap().0);
    println!("the receiver goes");
    drop(receiver);
    println!("alive: {}", ALIVE.load(Ordering::SeqCst));
    let error = sender.send(Message::new("refused")).unwrap_err();
    println!("in the error: {}", error.0.0);
    drop(error);

    let (sender, receiver) = mpsc::sync_channel(3);
    sender.send(Message::new("kept")).unwrap();
    sender.send(Message::new("kept, too")).unwrap();
    drop(sender);
    println!("the sender has gone; alive: {}", ALIVE.load(Ordering::SeqCst));
    for message in receiver {
        println!("received: {}", message.0);
    }

    let (sender, receiver) = mpsc::sync_channel(0);
    let waiting = thread::spawn(move || sender.send(Message::new("never met")).is_err());
    thread::sleep(std::time::Duration::from_millis(20));
    drop(receiver);
    println!("{}", waiting.join().unwrap());
    println!("alive: {}", ALIVE.load(Ordering::SeqCst));
}
