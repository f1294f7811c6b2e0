//! How may is told our settings before it starts.
//!
//! Uses `runtime` and `sys::memory`.
//!
//! may has one configuration for the process and reads it when its first coroutine is spawned. A change of the stack size
//! after that would be worse than none: may keeps used stacks and takes them for stacks of whatever size is set now. may
//! does not tell whether it has started. So a first coroutine of our own looks at the stack it was given.
//!
//! All that happens on a thread of its own, because may needs some 100 KiB of stack to start, which a greenlet may not have left.

use std::io;
use std::sync::{Mutex, OnceLock, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use may::coroutine;

use crate::runtime::Runtime;
use crate::sys::memory;

/// Bytes of a word, in which may counts stacks.
pub(super) const WORD: usize = size_of::<usize>();
/// How long may has to run its first coroutine.
const PATIENCE: Duration = Duration::from_secs(2);

/// Makes may's settings ours, if it has not started yet: as many workers, the same default stack, no pinning to cores.
///
/// # Errors
/// What the system says when there is no thread to be had for it.
pub(super) fn pass_on(runtime: &'static Runtime) -> io::Result<()> {
    static PASSED_ON: OnceLock<()> = OnceLock::new();
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    if PASSED_ON.get().is_some() {
        return Ok(());
    }
    // In a coroutine: it was started by somebody else, with his settings.
    if !coroutine::is_coroutine() {
        let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        if PASSED_ON.get().is_none() {
            // Its panic would be may's, which then has not started; whoever spawns next meets it.
            let _ = thread::Builder::new().name("vervet-may".to_owned()).spawn(|| tell(runtime))?.join();
        }
    }
    let _ = PASSED_ON.set(());
    Ok(())
}

fn tell(runtime: &Runtime) {
    let config = may::config();
    let before = (config.get_stack_size(), config.get_worker_pin());
    // Reading it settles may's own default, if nothing was set.
    let workers = config.get_workers();
    config.set_workers(runtime.workers.len());
    config.set_worker_pin(false);
    config.set_stack_size(runtime.stack_size / WORD);
    if first_stack() < Some(runtime.stack_size) {
        config.set_workers(workers);
        config.set_worker_pin(before.1);
        config.set_stack_size(before.0);
        log::warn!(
            "may had started before vervet came to it: it keeps its own number of workers and pinning, and each \
             greenlet on it gets a fresh stack"
        );
    }
}

/// The size of the stack that may gives to a coroutine of the default size.
fn first_stack() -> Option<usize> {
    let (report, size) = mpsc::channel();
    let look = move || {
        let local = 0_u8;
        let _ = report.send(memory::mapping_around((&raw const local).addr()).map(|range| range.len()));
    };
    // SAFETY: it uses no thread-local, and little stack.
    let spawned = unsafe { coroutine::Builder::new().spawn(look) };
    spawned.ok().and_then(|_| size.recv_timeout(PATIENCE).ok().flatten())
}
