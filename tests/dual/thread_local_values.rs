// Each thread has its own value of a thread-local, and drops it at its end.

use std::cell::{Cell, RefCell};
use std::sync::mpsc;
use std::thread;

struct Noisy(&'static str, mpsc::Sender<String>);

impl Drop for Noisy {
    fn drop(&mut self) {
        let number = NUMBER.try_with(Cell::get).map_err(|error| error.to_string());
        self.1.send(format!("{} dropped, NUMBER {number:?}", self.0)).unwrap();
    }
}

std::thread_local! {
    static NUMBER: Cell<u32> = const { Cell::new(1) };
    static LIST: RefCell<Vec<u32>> = RefCell::new(vec![7]);
    pub(crate) static NOISY: RefCell<Option<Noisy>> = const { RefCell::new(None) };
    static ITSELF: Looking = const { Looking };
}

struct Looking;

impl Drop for Looking {
    fn drop(&mut self) {
        let error = ITSELF.try_with(|_| ()).unwrap_err();
        println!("{error}; {error:?}");
    }
}

fn main() {
    NUMBER.set(5);
    LIST.with_borrow_mut(|list| list.push(8));
    let other = thread::spawn(|| {
        let first = (NUMBER.get(), LIST.take());
        NUMBER.set(100);
        LIST.set(vec![1, 2]);
        thread::yield_now();
        (first, NUMBER.replace(3), NUMBER.take(), LIST.replace(vec![]), LIST.with_borrow(Vec::len))
    });
    println!("{:?}", other.join().unwrap());
    println!("{} {:?}", NUMBER.get(), LIST.with(|list| list.borrow().clone()));

    // Interleaved threads do not see each other's.
    let (hand, turn) = mpsc::channel();
    let counting: Vec<_> = (0..4)
        .map(|start| {
            let hand = hand.clone();
            thread::spawn(move || {
                NUMBER.set(start * 100);
                for _ in 0..10 {
                    thread::yield_now();
                    NUMBER.set(NUMBER.get() + 1);
                }
                hand.send(()).unwrap();
                NUMBER.get()
            })
        })
        .collect();
    drop(hand);
    println!("{}", turn.iter().count());
    println!("{:?}", counting.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>());

    // Dropped at the end of the thread, in which others still live.
    let (said, hear) = mpsc::channel();
    thread::spawn(move || {
        NUMBER.set(77);
        NOISY.set(Some(Noisy("first", said.clone())));
        drop(NOISY.replace(Some(Noisy("second", said))));
    })
    .join()
    .unwrap();
    for line in hear {
        println!("{line}");
    }
    thread::spawn(|| ITSELF.with(|_| println!("used"))).join().unwrap();
}
