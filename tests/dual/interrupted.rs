// Signals arrive while calls block that do not end by that: accept, connect, sleep, join, locks, channels, wait.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use ::std::thread as os;

const SIGUSR1: i32 = 10;
static SEEN: AtomicUsize = AtomicUsize::new(0);

extern "C" fn handler(_: i32) {
    SEEN.fetch_add(1, Ordering::Relaxed);
}

unsafe extern "C" {
    fn signal(number: i32, handler: extern "C" fn(i32)) -> usize;
    fn siginterrupt(number: i32, flag: i32) -> i32;
    fn getpid() -> i32;
    fn kill(pid: i32, number: i32) -> i32;
}

fn main() -> io::Result<()> {
    // SAFETY: the handler counts and does nothing else; without it blocking calls would be restarted by the kernel.
    unsafe {
        signal(SIGUSR1, handler);
        siginterrupt(SIGUSR1, 1);
    }
    let over = Arc::new(AtomicBool::new(false));
    let shooting = {
        let over = Arc::clone(&over);
        os::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                // SAFETY: a signal that is handled, to this process.
                unsafe { kill(getpid(), SIGUSR1) };
                os::sleep(Duration::from_millis(1));
            }
        })
    };

    let listener = TcpListener::bind("127.0.0.1:0")?;
    let addr = listener.local_addr()?;
    let client = thread::spawn(move || {
        thread::sleep(Duration::from_millis(30));
        TcpStream::connect(addr).is_ok()
    });
    println!("accepted: {}", listener.accept().is_ok());
    println!("connected: {}", client.join().unwrap());

    let start = Instant::now();
    thread::sleep(Duration::from_millis(30));
    println!("slept: {}", start.elapsed() >= Duration::from_millis(30));

    let mutex = Arc::new(Mutex::new(0));
    let (sender, receiver) = mpsc::channel();
    let guard = mutex.lock().unwrap();
    let waiter = {
        let mutex = Arc::clone(&mutex);
        thread::spawn(move || {
            *mutex.lock().unwrap() += 1;
            thread::sleep(Duration::from_millis(30));
            sender.send("sent").unwrap();
        })
    };
    thread::sleep(Duration::from_millis(30));
    drop(guard);
    println!("received: {:?}", receiver.recv());
    waiter.join().unwrap();
    println!("{mutex:?}");

    println!("{}", Command::new("sleep").arg("0.05").status()?);
    println!("{:?}", Command::new("sh").args(["-c", "sleep 0.05; exit 4"]).spawn()?.wait()?.code());
    over.store(true, Ordering::Relaxed);
    shooting.join().unwrap();
    println!("signals came: {}", SEEN.load(Ordering::Relaxed) > 10);
    Ok(())
}
