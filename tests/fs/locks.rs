//! Locks on files.

use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::Scratch;
use crate::common::*;

/// std has them from Rust 1.89 on; these are its words.
#[test]
fn locks_exclude_each_other() {
    use vervet::fs::{File, TryLockError};
    checked(|| {
        in_both(|| {
            let scratch = Scratch::new();
            let path = scratch.path("file");
            let one = File::create(&path).unwrap();
            let two = File::open(&path).unwrap();
            one.lock().unwrap();
            let busy = two.try_lock().unwrap_err();
            assert_eq!(format!("{busy:?}"), "\"WouldBlock\"");
            assert_eq!(busy.to_string(), "lock acquisition failed because the operation would block");
            assert_eq!(io::Error::from(busy).kind(), ErrorKind::WouldBlock);
            let broken = TryLockError::Error(ErrorKind::NotFound.into());
            assert_eq!(broken.to_string(), "lock acquisition failed due to I/O error");
            assert_eq!(io::Error::from(broken).kind(), ErrorKind::NotFound);
            assert!(matches!(two.try_lock_shared(), Err(TryLockError::WouldBlock)));
            // Taken again by its owner, and turned into a shared one.
            one.lock().unwrap();
            one.lock_shared().unwrap();
            two.lock_shared().unwrap();
            assert!(matches!(one.try_lock(), Err(TryLockError::WouldBlock)));
            two.unlock().unwrap();
            let clone = one.try_clone().unwrap();
            one.try_lock().unwrap();
            drop(one);
            assert!(two.try_lock().is_err());
            drop(clone);
            two.try_lock().unwrap();
            two.unlock().unwrap();
        });
    });
}

#[test]
fn lock_is_handed_between_greenlets_and_threads() {
    checked(|| {
        let scratch = Scratch::new();
        let path = scratch.path("counter");
        std::fs::write(&path, "0").unwrap();
        let add = |path: &Path| {
            let mut file = vervet::fs::File::options().read(true).write(true).open(path).unwrap();
            for _ in 0..5 {
                file.lock().unwrap();
                let mut text = String::new();
                file.rewind().unwrap();
                file.read_to_string(&mut text).unwrap();
                file.rewind().unwrap();
                write!(file, "{}", text.parse::<u32>().unwrap() + 1).unwrap();
                file.unlock().unwrap();
            }
        };
        let adders: Vec<_> = (0..8)
            .map(|_| {
                let path = path.clone();
                vervet::spawn(move || add(&path))
            })
            .collect();
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| add(&path));
            }
        });
        adders.into_iter().for_each(|adder| adder.join().unwrap());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "50");
    });
}

#[test]
fn timeout_in_lock_takes_nothing() {
    checked(|| {
        in_both(|| {
            let scratch = Scratch::new();
            let path = scratch.path("file");
            let holder = vervet::fs::File::create(&path).unwrap();
            holder.lock().unwrap();
            let waiter = vervet::fs::File::open(&path).unwrap();
            let waited = vervet::timeout(Duration::from_millis(10), || waiter.lock());
            assert!(waited.is_err());
            holder.unlock().unwrap();
            holder.try_lock().unwrap();
        });
    });
}
