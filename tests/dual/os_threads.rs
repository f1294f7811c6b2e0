// Locks, channels and tokens go between these threads and threads that are none of theirs. `::std::thread` is the operating
// system's on both sides; to join one of those blocks a worker, so it is done when the thread has nothing left to wait for.

use ::std::thread as os;
use std::sync::mpsc::{channel, sync_channel};
use std::sync::{Arc, Barrier, Condvar, Mutex, OnceLock, RwLock};
use std::thread;

fn main() {
    let counter = Arc::new(Mutex::new(0));
    let table = Arc::new(RwLock::new(0));
    let work = |n: usize, counter: Arc<Mutex<usize>>, table: Arc<RwLock<usize>>| {
        for _ in 0..200 {
            *counter.lock().unwrap() += n;
            *table.write().unwrap() += n;
            assert!(*table.read().unwrap() >= n);
        }
    };
    let own: Vec<_> = (0..4)
        .map(|_| {
            let (counter, table) = (counter.clone(), table.clone());
            thread::spawn(move || work(1, counter, table))
        })
        .collect();
    let others: Vec<_> = (0..4)
        .map(|_| {
            let (counter, table) = (counter.clone(), table.clone());
            os::spawn(move || work(100, counter, table))
        })
        .collect();
    own.into_iter().for_each(|one| one.join().unwrap());
    others.into_iter().for_each(|one| one.join().unwrap());
    println!("{counter:?} {table:?}");

    // In turns, by a condition.
    let turn = Arc::new((Mutex::new(0), Condvar::new()));
    let take_turns = |mine: usize, turn: &(Mutex<usize>, Condvar)| {
        for _ in 0..100 {
            let mut now = turn.1.wait_while(turn.0.lock().unwrap(), |now| *now % 2 != mine).unwrap();
            *now += 1;
            turn.1.notify_all();
        }
    };
    let (a, b) = (turn.clone(), turn.clone());
    let (a, b) = (thread::spawn(move || take_turns(0, &a)), os::spawn(move || take_turns(1, &b)));
    a.join().unwrap();
    b.join().unwrap();
    println!("{:?}", turn.0);

    // Channels in both directions, buffered and not.
    for bound in [None, Some(0), Some(1)] {
        let (answer, answers) = channel();
        let sum = match bound {
            None => {
                let (send, receive) = channel::<u32>();
                let other = os::spawn(move || receive.iter().for_each(|n| answer.send(n * 2).unwrap()));
                let here = thread::spawn(move || (0..100).for_each(|n| send.send(n).unwrap()));
                let sum: u32 = answers.iter().sum();
                (here.join().unwrap(), other.join().unwrap(), sum).2
            }
            Some(bound) => {
                let (send, receive) = sync_channel::<u32>(bound);
                let here = thread::spawn(move || receive.iter().for_each(|n| answer.send(n * 3).unwrap()));
                let other = os::spawn(move || (0..100).for_each(|n| send.send(n).unwrap()));
                let sum: u32 = answers.iter().sum();
                (here.join().unwrap(), other.join().unwrap(), sum).2
            }
        };
        println!("{bound:?}: {sum}");
    }

    // Meeting, waiting for a value, joining and unparking across.
    let (barrier, cell) = (Arc::new(Barrier::new(2)), Arc::new(OnceLock::new()));
    let other = {
        let (barrier, cell) = (barrier.clone(), cell.clone());
        os::spawn(move || {
            barrier.wait();
            cell.set("set by an OS thread").unwrap();
        })
    };
    let here = {
        let cell = cell.clone();
        thread::spawn(move || cell.wait().len())
    };
    barrier.wait();
    println!("{} {:?}", here.join().unwrap(), cell.get());
    other.join().unwrap();

    let parked = thread::spawn(|| {
        thread::park();
        "unparked by an OS thread"
    });
    let handle = parked.thread().clone();
    os::spawn(move || handle.unpark()).join().unwrap();
    let (tell, told) = channel();
    let joining = os::spawn(move || tell.send(parked.join().unwrap()).unwrap());
    println!("{}", told.recv().unwrap());
    joining.join().unwrap();

    // Held by one, waited for by the other, given back by the first.
    let guard = counter.lock().unwrap();
    let waiter = {
        let counter = counter.clone();
        os::spawn(move || *counter.lock().unwrap())
    };
    thread::yield_now();
    drop(guard);
    println!("{}", waiter.join().unwrap());
}
