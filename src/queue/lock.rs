//! The lock around a queue's state: std's here, loom's in `models/`.
//!
//! Uses nothing of the crate. Held for a few steps, and never across a wait.

pub(crate) use std::sync::{Mutex, MutexGuard, PoisonError};
