// Who a thread is: ids, names, handles.

use std::collections::HashSet;
use std::mem::size_of;
use std::thread::{self, Builder, ThreadId};

fn main() {
    let own = thread::current().id();
    println!("the same: {}", own == thread::current().id());
    println!("{}", format!("{own:?}").starts_with("ThreadId("));
    println!("{}", size_of::<Option<ThreadId>>() == size_of::<ThreadId>());

    let handles: Vec<_> = (0..20).map(|_| thread::spawn(|| thread::current().id())).collect();
    let of_handles: Vec<_> = handles.iter().map(|handle| handle.thread().id()).collect();
    let of_threads: Vec<_> = handles.into_iter().map(|handle| handle.join().unwrap()).collect();
    println!("{}", of_handles == of_threads);
    let all: HashSet<_> = of_threads.into_iter().chain([own]).collect();
    println!("{}", all.len());

    // It stays the same across waits.
    let kept = thread::spawn(|| {
        let before = thread::current().id();
        thread::sleep(std::time::Duration::from_millis(1));
        thread::yield_now();
        before == thread::current().id()
    });
    println!("{}", kept.join().unwrap());

    let thread = Builder::new().name("it".into()).spawn(thread::current).unwrap().join().unwrap();
    let clone = thread.clone();
    println!("{:?} {}", clone.name(), clone.id() == thread.id());
    let shown = format!("{thread:?}").replace(&format!("{:?}", thread.id()), "ID");
    println!("{shown}");
    let handle = thread::spawn(|| ());
    println!("{:?}", format!("{handle:?}"));
    handle.join().unwrap();
    thread::scope(|scope| {
        println!("{:?}", format!("{:?}", scope.spawn(|| ())));
        println!("{}", scope.spawn(|| thread::current().id()).join().unwrap() != own);
    });
    println!("{:?}", thread::spawn(|| thread::current().name().is_none()).join().unwrap());
}
