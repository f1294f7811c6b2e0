//! `offload`: blocking code off the workers.
//!
//! Uses `wait` and the runtime's pool.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::runtime;
use crate::runtime::bindings::Bindings;
/// Threads of one's own for what blocks, where the common pool must not be taken up.
pub(crate) use crate::runtime::offload::{Job, Pool as Lane, Refusal, outlive};
use crate::wait::{self, NEVER, Reason, Waker, cancel, context};

/// Where the pool's thread and the caller meet.
struct Packet<T> {
    /// The caller is gone: a job that has not begun should not.
    abandoned: AtomicBool,
    state: Mutex<State<T>>,
}

struct State<T> {
    result: Option<thread::Result<T>>,
    caller: Option<Waker>,
}

/// Runs a blocking `f` on a thread pool and waits for its result: for disk I/O, name look-ups, C libraries, long
/// computations. The other greenlets of this worker go on meanwhile.
///
/// The pool grows and shrinks by itself, up to [`Builder::offload_threads`](crate::runtime::Builder::offload_threads); beyond
/// that jobs wait in a queue. On an OS thread `f` simply runs in place, except inside a [`timeout`](crate::timeout).
///
/// # Panics
/// Passes a panic of `f` on.
///
/// # Cancellation
/// Blocks here: yes. If the caller is killed meanwhile, `f` is dropped if it has not begun; otherwise it runs to
/// its end and its result is dropped there.
///
/// # Examples
/// ```
/// let text = vervet::offload(|| std::fs::read_to_string("/proc/self/comm"));
/// assert!(!text.unwrap().is_empty());
/// ```
pub fn offload<F, T>(f: F) -> T
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    if wait::may_block_thread() {
        return f();
    }
    // Where a cut cannot unwind there is no `T` to return, so `f` is seen through.
    let _ = wait::enter();
    let packet = Arc::new(Packet {
        abandoned: AtomicBool::new(false),
        state: Mutex::new(State { result: None, caller: None }),
    });
    let theirs = Arc::clone(&packet);
    let f = inheriting(f);
    if let Err((error, job)) = runtime::get().offload.submit(Box::new(move || theirs.run(f))) {
        // Not one thread to be had: late is better than never.
        log::warn!("offload runs on a worker, for lack of a thread: {error}");
        job();
    }
    struct Abandon<'a>(&'a AtomicBool);
    impl Drop for Abandon<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let _abandon = Abandon(&packet.abandoned);
    if packet.wait().is_err() {
        let _ = cancel::shielded(|| packet.wait());
    }
    let result = packet.lock().result.take();
    match result {
        Some(Ok(value)) => value,
        Some(Err(payload)) => resume_unwind(payload),
        None => unreachable!("woken without a result"),
    }
}

/// `f` with the scoped values of the caller, wherever it runs.
pub(crate) fn inheriting<T>(f: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let inherited = context::bindings(Bindings::copy);
    move || context::bindings(|cell| inherited.cover(cell, f))
}

impl<T> Packet<T> {
    fn run(&self, f: impl FnOnce() -> T) {
        if self.abandoned.load(Ordering::Relaxed) {
            return;
        }
        // AssertUnwindSafe: the panic goes to the caller.
        let result = catch_unwind(AssertUnwindSafe(f));
        let mut state = self.lock();
        state.result = Some(result);
        let caller = state.caller.take();
        drop(state);
        if let Some(caller) = caller {
            caller.wake();
        }
    }

    fn wait(&self) -> Result<bool, wait::Cancelled> {
        let register = |announced: &wait::Announced<'_>| {
            let mut state = self.lock();
            let waits = state.result.is_none();
            state.caller = waits.then(|| announced.waker());
            waits
        };
        wait::park(Reason::Offload, 0, NEVER, register, |_| self.lock().caller = None)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
