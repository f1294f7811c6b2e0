// What threads give back: values, panics, names.

use std::hint::black_box;
use std::panic;
use std::thread::{self, Builder};

struct Payload(u8);

fn main() {
    panic::set_hook(Box::new(|_| println!("the hook runs")));
    println!("{}", thread::spawn(|| 6 * 7).join().unwrap());
    let text = String::from("moved in and out");
    println!("{}", thread::spawn(move || text).join().unwrap());

    let error = thread::spawn(|| -> u8 { panic!("literal") }).join().unwrap_err();
    println!("{:?}", error.downcast_ref::<&str>());
    let error = thread::spawn(|| -> u8 { panic!("number {}", black_box(7)) }).join().unwrap_err();
    println!("{:?}", error.downcast_ref::<String>());
    let error = thread::spawn(|| -> u8 { panic::panic_any(Payload(3)) }).join().unwrap_err();
    println!("{:?}", error.downcast_ref::<Payload>().map(|payload| payload.0));
    let error = thread::spawn(|| panic::resume_unwind(Box::new(4u8))).join().unwrap_err();
    println!("silent: {:?}", error.downcast_ref::<u8>());

    let named = Builder::new().name("worker 1".into()).stack_size(256 * 1024).spawn(|| {
        let own = thread::current();
        own.name().map(str::to_owned)
    });
    let named = named.unwrap();
    println!("{:?}", named.thread().name());
    println!("{:?}", named.join().unwrap());
    println!("{:?}", thread::spawn(|| thread::current().name().map(str::to_owned)).join().unwrap());
    let nul = panic::catch_unwind(|| Builder::new().name("nul\0inside".into()).spawn(|| ()));
    println!("{:?}", nul.is_err());

    let handle = thread::spawn(|| thread::park());
    println!("finished: {}", handle.is_finished());
    handle.thread().unpark();
    while !handle.is_finished() {
        thread::yield_now();
    }
    println!("finished: {}, {:?}", handle.is_finished(), handle.join());

    // A thread that joins others that join others.
    fn tree(depth: u32) -> u32 {
        if depth == 0 {
            return 1;
        }
        let halves = [thread::spawn(move || tree(depth - 1)), thread::spawn(move || tree(depth - 1))];
        halves.into_iter().map(|half| half.join().unwrap()).sum()
    }
    println!("{}", tree(5));
    println!("{}", thread::available_parallelism().is_ok());
    println!("{:?}", thread::panicking());
}
