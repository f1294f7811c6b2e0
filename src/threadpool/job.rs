//! A closure and the result that waits for it, as the threads see them.
//!
//! Uses `greenlet` and `sync`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::error::{JobPanicked, ShutDown};
use crate::greenlet::{self, Refusal, inheriting, outlive};
use crate::sync::AsyncResult;

/// To be called once: with `Ok` to be run, or with why it will not be.
pub(super) struct Job(Box<dyn FnOnce(Result<(), Refusal>) + Send>);

impl greenlet::Job for Job {
    fn run(self) {
        (self.0)(Ok(()));
    }
}

impl Job {
    /// It will never run.
    pub(super) fn refuse(self, refusal: Refusal) {
        outlive(|| (self.0)(Err(refusal)));
    }
}

/// A result that only one takes, by value: the lock makes it fit for threads though its value is not `Sync`.
pub(super) type Sealed<T> = AsyncResult<Mutex<T>>;

/// When dropped, jobs that have its flag and have not begun need not any more.
pub(super) struct Abandon(Arc<AtomicBool>);

impl Abandon {
    pub(super) fn new() -> Abandon {
        Abandon(Arc::default())
    }

    pub(super) fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}

impl Drop for Abandon {
    fn drop(&mut self) {
        // Relaxed: a hint, which may come too late.
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A job that sets `result`. Once `abandoned`, it does nothing.
pub(super) fn new<F, T>(f: F, result: AsyncResult<T>, abandoned: Option<Arc<AtomicBool>>) -> Job
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + Sync + 'static,
{
    let f = inheriting(f);
    Job(Box::new(move |start| {
        if abandoned.is_some_and(|abandoned| abandoned.load(Ordering::Relaxed)) {
            return;
        }
        // Late is as good as never for one that somebody else has set: what comes back is dropped.
        match start {
            // AssertUnwindSafe: whoever asks for the result learns of the panic.
            Ok(()) => match catch_unwind(AssertUnwindSafe(f)) {
                Ok(value) => drop(result.set(value)),
                Err(payload) => drop(result.set_error(JobPanicked::new(payload))),
            },
            Err(refusal) => {
                // First: whoever has the result finds what it held gone.
                drop(f);
                drop(match refusal {
                    Refusal::Closed => result.set_error(ShutDown),
                    Refusal::NoThread(error) => result.set_error(error),
                });
            }
        }
    }))
}
