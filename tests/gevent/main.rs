//! vervet beside gevent: the same small programs, and the outcomes that gevent itself had (`outcomes.txt`, written by
//! `outcomes.py`). Where vervet differs, the test states both outcomes.

#[path = "../common/mod.rs"]
mod common;

mod expected;
mod greenlets;
mod kills;
mod locals;
mod page;
mod pools;
mod queues;
mod servers;
mod sockets;
mod sync;
mod timeouts;
mod waiting;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use expected::{differs, same};

/// The measure of time in the cases.
pub(crate) const STEP: Duration = Duration::from_millis(25);

pub(crate) fn steps(n: u32) {
    vervet::sleep(STEP * n);
}

/// What happened, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(crate) fn new() -> Log {
        Log::default()
    }

    pub(crate) fn add(&self, entry: impl fmt::Display) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entry.to_string());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&list(self.0.lock().unwrap_or_else(PoisonError::into_inner).iter()))
    }
}

/// Written as the outcomes have it.
pub(crate) fn list(values: impl IntoIterator<Item = impl fmt::Display>) -> String {
    let values: Vec<_> = values.into_iter().map(|value| value.to_string()).collect();
    if values.is_empty() { "-".to_owned() } else { values.join(",") }
}
