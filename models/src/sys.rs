//! What the sources get in place of the library's `sys`.

pub(crate) mod sync {
    pub(crate) use std::sync::PoisonError;

    pub(crate) use loom::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};
    pub(crate) use loom::sync::{Mutex, MutexGuard};

    macro_rules! constructor {
        ($visible:vis fn $name:ident($($arg:ident: $ty:ty),*) -> $result:ty $body:block) => {
            $visible fn $name($($arg: $ty),*) -> $result $body
        };
    }
    pub(crate) use constructor;
}

pub(crate) mod clock {
    use std::cell::Cell;

    loom::thread_local! {
        static NOW: Cell<u64> = Cell::new(0);
    }

    /// Each thread's time stands still until it sleeps.
    pub(crate) fn now() -> u64 {
        NOW.with(Cell::get)
    }

    pub(crate) fn advance(nanos: u64) {
        NOW.with(|now| now.set(now.get() + nanos));
    }
}

pub(crate) mod random {
    /// Leaves orders as they are: loom wants each run to be the same.
    pub(crate) fn below(n: usize) -> usize {
        n - 1
    }
}

pub(crate) mod futex {
    use super::clock;
    use super::sync::{AtomicU32, Ordering};
    use loom::sync::{Condvar, Mutex};

    loom::lazy_static! {
        /// The one bucket in which all waiters lie, and its lock.
        static ref BUCKET: Mutex<()> = Mutex::new(());
        static ref WAITERS: Condvar = Condvar::new();
    }

    /// As the kernel does it: the word is compared under the bucket's lock. A wait with a limit reaches it at once; that
    /// it ends earlier comes to the same as that others run before it begins.
    pub(crate) fn wait(word: &AtomicU32, expected: u32, nanos: u64) {
        if nanos != u64::MAX {
            loom::thread::yield_now();
            return clock::advance(nanos);
        }
        let bucket = BUCKET.lock().unwrap();
        if word.load(Ordering::Relaxed) == expected {
            drop(WAITERS.wait(bucket).unwrap());
        }
    }

    pub(crate) fn wake_one(_word: &AtomicU32) {
        let _bucket = BUCKET.lock().unwrap();
        WAITERS.notify_one();
    }
}
