// Locks on files, between handles, and waited for.

use std::fs::{self, File, TryLockError};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{env, process, thread};

fn show(what: &str, result: Result<(), TryLockError>) {
    match result {
        Ok(()) => println!("{what}: locked"),
        Err(TryLockError::WouldBlock) => println!("{what}: taken"),
        Err(TryLockError::Error(error)) => println!("{what}: {error}"),
    }
}

fn main() -> io::Result<()> {
    let path = env::temp_dir().join(format!("dual-{}-locks", process::id()));
    let first = File::create(&path)?;
    let second = File::open(&path)?;

    first.lock()?;
    show("second", second.try_lock());
    show("second, shared", second.try_lock_shared());
    let error = second.try_lock().unwrap_err();
    println!("{error}; {error:?}");
    println!("{:?}", io::Error::from(error).kind());
    first.unlock()?;
    show("second", second.try_lock());
    second.unlock()?;

    first.lock_shared()?;
    show("second, shared", second.try_lock_shared());
    second.unlock()?;
    show("second", second.try_lock());

    // Waited for.
    let held = Arc::new(AtomicBool::new(true));
    let waiting = {
        let held = Arc::clone(&held);
        thread::spawn(move || -> io::Result<bool> {
            second.lock()?;
            Ok(held.load(Ordering::SeqCst))
        })
    };
    thread::sleep(std::time::Duration::from_millis(30));
    held.store(false, Ordering::SeqCst);
    first.unlock()?;
    println!("still held when it was taken: {}", waiting.join().unwrap()?);

    // A clone is the same lock; the last handle's end gives it back.
    let clone = first.try_clone()?;
    first.lock()?;
    show("the clone", clone.try_lock());
    drop(first);
    let other = File::open(&path)?;
    show("while the clone lives", other.try_lock());
    drop(clone);
    show("afterwards", other.try_lock());
    fs::remove_file(path)
}
