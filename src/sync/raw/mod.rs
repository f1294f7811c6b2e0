//! The protocols of the locks, without the data they guard, without poison, and without unwinding: a wait that is cut short
//! answers `Cancelled`, having left everything as if it had never begun.
//!
//! Uses `wait` and `sys`. Model-checked in `models/`.

pub(super) mod condvar;
pub(super) mod mutex;
pub(super) mod once;
pub(super) mod rwlock;
