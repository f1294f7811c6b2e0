// When what threads hold is dropped: captures, locals, results, panics' payloads.

use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, Sender};
use std::thread;

struct Noisy(&'static str, Sender<String>);

impl Drop for Noisy {
    fn drop(&mut self) {
        let _ = self.1.send(format!("{} dropped, panicking {}", self.0, thread::panicking()));
    }
}

fn case(what: &str, run: impl FnOnce(Sender<String>)) {
    let (said, hear) = mpsc::channel();
    run(said);
    println!("{what}: {:?}", hear.iter().collect::<Vec<_>>());
}

fn main() {
    panic::set_hook(Box::new(|_| {}));
    case("captured, result joined", |said| {
        let captured = Noisy("captured", said.clone());
        let handle = thread::spawn(move || {
            let _local = Noisy("local", said.clone());
            let _captured = captured;
            Noisy("result", said)
        });
        let result = handle.join().unwrap();
        result.1.send("joined".into()).unwrap();
    });
    case("result not joined", |said| {
        let ended = said.clone();
        drop(thread::spawn(move || {
            let _local = Noisy("local", ended.clone());
            Noisy("result", ended)
        }));
        // Waits for the thread: its senders are gone when it has ended.
        drop(said);
    });
    case("panicked", |said| {
        let handle = thread::spawn(move || {
            let _first = Noisy("first", said.clone());
            let _second = Noisy("second", said.clone());
            panic::panic_any(Noisy("payload", said));
        });
        let payload = handle.join().unwrap_err();
        drop(payload);
    });
    case("caught inside", |said| {
        thread::spawn(move || {
            let caught = panic::catch_unwind(AssertUnwindSafe(|| {
                let _guard = Noisy("guard", said.clone());
                panic!("inside");
            }));
            said.send(format!("caught {}, panicking {}", caught.is_err(), thread::panicking())).unwrap();
        })
        .join()
        .unwrap();
    });
    case("blocks while it unwinds", |said| {
        struct Waits(Sender<String>);
        impl Drop for Waits {
            fn drop(&mut self) {
                let answer = thread::spawn(|| thread::panicking()).join().unwrap();
                self.0.send(format!("another is panicking: {answer}")).unwrap();
            }
        }
        let handle = thread::spawn(move || {
            let _waits = Waits(said);
            panic!("on its way");
        });
        println!("{}", handle.join().is_err());
    });
    case("scoped", |said| {
        thread::scope(|scope| {
            let outer = &said;
            scope.spawn(move || Noisy("result", outer.clone()));
        });
        said.send("after the scope".into()).unwrap();
    });
}
