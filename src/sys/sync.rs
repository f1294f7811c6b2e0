//! The atomics and locks of the modules that are model-checked: std's here, loom's in `models/`.

pub(crate) use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};
pub(crate) use std::sync::{Mutex, MutexGuard, PoisonError};

/// A constructor: `const` here; in `models/` not, as loom's atomics cannot be made at compile time.
macro_rules! constructor {
    ($visible:vis fn $name:ident($($arg:ident: $ty:ty),*) -> $result:ty $body:block) => {
        $visible const fn $name($($arg: $ty),*) -> $result $body
    };
}
pub(crate) use constructor;
