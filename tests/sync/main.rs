//! Locks and other meeting points: alone, between greenlets and OS threads, poisoned, killed, beside std's.

#[path = "../common/mod.rs"]
mod common;

mod barrier;
mod condvar;
mod cut_short;
mod like_std;
mod mutex;
mod once;
mod poison;
mod rwlock;

pub(crate) use common::someone::{Kind, PAIRS, Someone, run_in};
