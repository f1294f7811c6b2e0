//! A stopwatch for many runners, some of whom start and end earlier than others.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Times what many do together: from when the last one has entered until the first one says that it is over. Starting
/// and ending them stays outside.
pub(crate) struct Lap {
    to_enter: AtomicUsize,
    begin: OnceLock<Instant>,
    end: OnceLock<Instant>,
    over: AtomicBool,
    done: AtomicU64,
}

impl Lap {
    pub(crate) fn new(runners: usize) -> Lap {
        Lap {
            to_enter: AtomicUsize::new(runners),
            begin: OnceLock::new(),
            end: OnceLock::new(),
            over: AtomicBool::new(false),
            done: AtomicU64::new(0),
        }
    }

    pub(crate) fn enter(&self) {
        if self.to_enter.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.begin.get_or_init(Instant::now);
        }
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.to_enter.load(Ordering::Relaxed) == 0
    }

    pub(crate) fn finish(&self) {
        self.end.get_or_init(Instant::now);
        self.over.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// How much one has done in that time.
    pub(crate) fn count(&self, done: u64) {
        self.done.fetch_add(done, Ordering::Relaxed);
    }

    /// How long it took, once it is over.
    pub(crate) fn time(&self) -> Duration {
        match (self.begin.get(), self.end.get()) {
            (Some(&begin), Some(&end)) => end - begin,
            _ => unreachable!("asked while the lap is on"),
        }
    }

    /// How long `due` would have taken, at the pace of what was done. A scheduler that is fair does just that much; one
    /// that is not is neither blamed nor praised for it here.
    pub(crate) fn time_for(&self, due: u64) -> Duration {
        self.time().mul_f64(due as f64 / self.done.load(Ordering::Relaxed) as f64)
    }
}
