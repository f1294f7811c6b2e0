//! The sources under test: `queue`'s core, and what it stands on.
#![allow(dead_code, unused_imports, reason = "models use what they need")]

#[path = "../../src/queue/core.rs"]
pub(crate) mod core;
#[path = "../../src/queue/end.rs"]
pub(crate) mod end;
#[path = "../../src/queue/error.rs"]
pub(crate) mod error;
#[path = "../../src/queue/line.rs"]
pub(crate) mod line;
#[path = "../../src/queue/ring.rs"]
pub(crate) mod ring;
#[path = "../../src/queue/state.rs"]
pub(crate) mod state;
#[path = "../../src/queue/store.rs"]
pub(crate) mod store;

/// What they are given in place of the library's.
pub(crate) mod parts {
    use std::mem::MaybeUninit;
    use std::ops::Deref;

    pub(crate) use std::sync::PoisonError;

    use loom::cell::UnsafeCell;
    pub(crate) use loom::sync::atomic::{AtomicUsize, Ordering};
    pub(crate) use loom::sync::{Mutex, MutexGuard};

    pub(crate) struct CachePadded<T>(T);

    impl<T> CachePadded<T> {
        pub(crate) fn new(value: T) -> CachePadded<T> {
            CachePadded(value)
        }
    }

    impl<T> Deref for CachePadded<T> {
        type Target = T;

        fn deref(&self) -> &T {
            &self.0
        }
    }

    /// loom reports a use of it that is not ordered with another.
    #[derive(Debug)]
    pub(crate) struct Room<T>(UnsafeCell<MaybeUninit<T>>);

    impl<T> Room<T> {
        pub(crate) fn empty() -> Room<T> {
            Room(UnsafeCell::new(MaybeUninit::uninit()))
        }

        /// # Safety
        /// As the library's.
        pub(crate) unsafe fn fill(&self, value: T) {
            // SAFETY: loom has checked that nobody else is at it.
            self.0.with_mut(|place| unsafe { (*place).write(value) });
        }

        /// # Safety
        /// As the library's.
        pub(crate) unsafe fn empty_out(&self) -> T {
            // SAFETY: as above; that there is a value, says the caller.
            self.0.with_mut(|place| unsafe { (*place).assume_init_read() })
        }

        /// # Safety
        /// As the library's.
        pub(crate) unsafe fn look(&self) -> &T {
            // SAFETY: as above.
            self.0.with(|place| unsafe { (*place).assume_init_ref() })
        }
    }

    pub(crate) fn wait_a_moment(_spins: &mut u32) {
        loom::thread::yield_now();
    }
}
