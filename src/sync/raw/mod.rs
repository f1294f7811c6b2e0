//! The protocols of the locks, without the data they guard, without poison, and without unwinding: a wait that is cut short
//! answers `Cancelled`, having left everything as if it had never begun.
//!
//! Uses `wait` and `sys`. Model-checked in `models/`.

pub(crate) mod condvar;
pub(crate) mod event;
pub(crate) mod mutex;
pub(crate) mod once;
pub(crate) mod promise;
pub(crate) mod rwlock;
pub(crate) mod semaphore;
