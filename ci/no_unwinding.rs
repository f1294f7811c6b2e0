//! What kill, timeout and shield do in a program whose panics abort; built and run by ci/abort.sh.
//!
//! Any unwinding would abort the process, so reaching the end proves that there was none.

use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use vervet::coroutine::switch::{Switch, getcurrent};
use vervet::coroutine::{CloseError, Coroutine, Generator, Status};
use vervet::net::{TcpListener, TcpStream};
use vervet::sync::mpsc::{self, RecvError, RecvTimeoutError, SendError};
use vervet::sync::{Arc, Condvar, Mutex};

const ECANCELED: i32 = 125;
const ETIMEDOUT: i32 = 110;
const LONG: Duration = Duration::from_secs(600);
const SHORT: Duration = Duration::from_millis(20);

fn number<T>(result: io::Result<T>) -> Option<i32> {
    result.err().and_then(|error| error.raw_os_error())
}

/// Two ends of a connection on which nothing is ever sent.
fn silent_connection() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (near, listener.accept().unwrap().0)
}

/// Lets a new greenlet come to its first blocking call.
fn until_parked(parked: impl Fn(&vervet::runtime::Metrics) -> bool) {
    while !parked(&vervet::runtime::metrics()) {
        vervet::sleep(Duration::from_millis(1));
    }
}

fn killed_in_read() {
    let (mut near, _far) = silent_connection();
    let reader = vervet::spawn(move || {
        let first = number(near.read(&mut [0]));
        // A kill is sticky: whatever blocks, or could, is cut short again.
        let second = number(near.read(&mut [0]));
        let third = number(near.write(&[0]));
        let start = Instant::now();
        vervet::sleep(LONG);
        vervet::yield_now();
        assert!(start.elapsed() < LONG / 2);
        (first, second, third)
    });
    until_parked(|metrics| metrics.parked.read == 1);
    reader.kill();
    // The closure has returned, so there is a result.
    let expected = (Some(ECANCELED), Some(ECANCELED), Some(ECANCELED));
    assert_eq!(reader.join().unwrap(), expected);
}

fn killed_in_accept() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let acceptor = vervet::spawn(move || number(listener.accept()));
    until_parked(|metrics| metrics.parked.read == 1);
    acceptor.kill();
    assert_eq!(acceptor.join().unwrap(), Some(ECANCELED));
}

/// As if the other side were gone, although it is not.
fn killed_in_a_channel() {
    let (tx, rx) = mpsc::channel::<i32>();
    let receiver = vervet::spawn(move || (rx.recv(), rx.recv_timeout(LONG), rx.iter().next()));
    until_parked(|metrics| metrics.parked.channel == 1);
    receiver.kill();
    let expected = (Err(RecvError), Err(RecvTimeoutError::Disconnected), None);
    assert_eq!(receiver.join().unwrap(), expected);
    drop(tx);

    let (tx, rx) = mpsc::sync_channel(0);
    let sender = vervet::spawn(move || (tx.send(1), tx.send(2)));
    until_parked(|metrics| metrics.parked.channel == 1);
    sender.kill();
    assert_eq!(sender.join().unwrap(), (Err(SendError(1)), Err(SendError(2))));
    assert_eq!(rx.recv(), Err(RecvError));
}

fn killed_before_its_first_run() {
    let never = vervet::spawn_later(LONG, || panic!("ran"));
    never.kill();
    assert!(never.join().unwrap_err().is_killed());
}

fn killed_in_a_shield() {
    let shielded = vervet::spawn(|| {
        let start = Instant::now();
        vervet::shield(|| vervet::sleep(SHORT));
        let inside = start.elapsed();
        vervet::sleep(LONG);
        (inside, start.elapsed())
    });
    until_parked(|metrics| metrics.parked.sleep == 1 || shielded.is_finished());
    shielded.kill();
    let (inside, all) = shielded.join().unwrap();
    assert!(inside >= SHORT);
    assert!(all < LONG / 2);
}

/// They have no error to answer with: they wait to the end.
fn killed_at_locks() {
    let pair = Arc::new((Mutex::new(0), Condvar::new()));
    let guard = pair.0.lock().unwrap();
    let theirs = Arc::clone(&pair);
    let waiter = vervet::spawn(move || {
        let guard = theirs.0.lock().unwrap();
        *theirs.1.wait_while(guard, |n| *n == 0).unwrap()
    });
    until_parked(|metrics| metrics.parked.lock == 1);
    waiter.kill();
    drop(guard);
    until_parked(|metrics| metrics.parked.signal == 1);
    *pair.0.lock().unwrap() = 1;
    pair.1.notify_one();
    assert_eq!(waiter.join().unwrap(), 1);
}

/// There is no error to answer with: the future is seen through.
fn killed_in_block_on() {
    let (tx, rx) = mpsc::channel();
    let awaited = vervet::spawn(move || rx.recv());
    let waiter = vervet::spawn(move || vervet::future::block_on(awaited).unwrap());
    until_parked(|metrics| metrics.parked.signal == 1 && metrics.parked.channel == 1);
    waiter.kill();
    tx.send(5).unwrap();
    assert_eq!(waiter.join().unwrap(), Ok(5));
}

fn timed_out() {
    let (mut near, _far) = silent_connection();
    let mut seen = None;
    let result = vervet::timeout(SHORT, || seen = number(near.read(&mut [0])));
    assert!(result.is_err());
    assert_eq!(seen, Some(ETIMEDOUT));

    // Only the outer one ran out, and only the outer one says so.
    let mut inner = None;
    let outer = vervet::timeout(SHORT, || inner = Some(vervet::timeout(LONG, || vervet::sleep(LONG))));
    assert!(outer.is_err());
    assert_eq!(inner, Some(Ok(())));

    // Nothing was cut short.
    assert_eq!(vervet::timeout(LONG, || vervet::sleep(SHORT)), Ok(()));
}

/// What was on its stack is leaked: here a share of `count`.
fn dropped_coroutine() {
    let count = Arc::new(());
    let theirs = Arc::clone(&count);
    let co = Coroutine::<(), (), ()>::new(move |yielder, ()| {
        let _theirs = theirs;
        yielder.suspend(());
        unreachable!("nobody resumes it");
    });
    co.resume(()).unwrap();
    assert_eq!(co.close(), Err(CloseError::NoUnwinding));
    assert_eq!(co.status(), Status::Dead);
    assert_eq!(co.close(), Ok(()));
    drop(co);
    assert_eq!(Arc::strong_count(&count), 2);

    // One that has not begun, or is over, leaves nothing behind.
    let theirs = Arc::clone(&count);
    let co = Coroutine::<(), (), ()>::new(move |_, ()| drop(theirs));
    co.close().unwrap();
    let theirs = Arc::clone(&count);
    let switch = Switch::new(move |n: usize| n + Arc::strong_count(&theirs));
    assert_eq!(switch.switch(4).unwrap(), 7);
    let main = getcurrent();
    let switch = Switch::new(move |n: usize| main.switch(n).unwrap());
    assert_eq!(switch.switch(1).unwrap(), 1);
    drop(switch);
    assert_eq!(Arc::strong_count(&count), 2);
}

fn killed_in_a_coroutine() {
    let (mut near, _far) = silent_connection();
    let reader = vervet::spawn(move || {
        let errors = Generator::new(move |yielder| {
            for _ in 0..2 {
                yielder.suspend(number(near.read(&mut [0])));
            }
        });
        errors.collect::<Vec<_>>()
    });
    until_parked(|metrics| metrics.parked.read == 1);
    reader.kill();
    assert_eq!(reader.join().unwrap(), [Some(ECANCELED); 2]);
}

fn all() {
    dropped_coroutine();
    killed_in_a_coroutine();
    killed_before_its_first_run();
    killed_in_read();
    killed_in_accept();
    killed_in_a_channel();
    killed_in_a_shield();
    killed_at_locks();
    killed_in_block_on();
    timed_out();
}

fn main() {
    assert!(cfg!(panic = "abort"), "this proves nothing in a program that unwinds");
    all();
    vervet::spawn(all).join().unwrap();
    println!("no unwinding: kill and timeout answered with errors");
}
