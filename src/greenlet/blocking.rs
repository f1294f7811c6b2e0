//! `blocking`: a borrowed piece of blocking code on the thread pool, for the shims.
//!
//! Uses `wait` and the runtime's pool.
//!
//! As `offload`, but the closure may borrow from its caller, so that data goes straight into the user's buffer. What is
//! lent lies on the caller's stack. The caller is allowed to leave in two cases only:
//!
//! * **Done**: the closure has returned, and its thread will touch nothing but the packet from then on.
//! * **Withdrawn**: the closure had not begun, and never will.
//!
//! So a cancellation finds a job either in the queue, and withdraws it: nothing has happened. Or it finds it running, and
//! waits: then the call ends as if the cancellation had come a moment later, and the caller's next blocking call raises it.
//! In neither case is a result lost.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::runtime;
use crate::wait::{self, Cancelled, NEVER, Reason, Waker, cancel};

/// Runs a blocking `f` on the thread pool, in place where the OS thread may block, and answers what it answers.
///
/// # Errors
/// `Cancelled`, where no unwinding may start, if `f` has not begun.
///
/// # Panics
/// Passes a panic of `f` on.
///
/// # Cancellation
/// Unwinds only if `f` has not begun; see the module.
pub(crate) fn blocking<F, T>(f: F) -> Result<T, Cancelled>
where
    F: FnOnce() -> T + Send,
    T: Send,
{
    if wait::may_block_thread() {
        wait::checkpoint()?;
        return Ok(f());
    }
    wait::enter()?;
    let mut lent = Lent { f: Some(f), result: None };
    let packet = Arc::new(Packet { state: Mutex::new(State { stage: Stage::Queued, caller: None }) });
    let job = Job { packet: Arc::clone(&packet), lent: (&raw mut lent).cast(), run: Lent::<F, T>::run };
    // From here on `lent` is the job's, until `packet` says that it is ours again.
    let settled = Settled(&packet);
    if let Err((error, job)) = runtime::get().offload.submit(Box::new(move || job.run())) {
        // Not one thread to be had: late is better than never.
        log::warn!("a blocking call runs on a worker, for lack of a thread: {error}");
        job();
    }
    // AssertUnwindSafe: what is caught is a cancellation, and goes on if the job is withdrawn.
    let waited = catch_unwind(AssertUnwindSafe(|| packet.wait()));
    if !matches!(waited, Ok(Ok(_))) {
        if packet.withdraw() {
            drop(settled);
            return Err(waited.unwrap_or_else(|payload| resume_unwind(payload)).unwrap_err());
        }
        if waited.is_err() {
            cancel::put_off();
        }
        let _ = cancel::shielded(|| packet.wait());
    }
    drop(settled);
    match lent.result {
        Some(Ok(value)) => Ok(value),
        Some(Err(payload)) => resume_unwind(payload),
        None => unreachable!("woken without a result"),
    }
}

/// What the job borrows: on the stack of the caller.
struct Lent<F, T> {
    f: Option<F>,
    result: Option<thread::Result<T>>,
}

impl<F: FnOnce() -> T, T> Lent<F, T> {
    /// # Safety
    /// `this` points to a `Lent` of this type that nobody else looks at meanwhile.
    unsafe fn run(this: *mut ()) {
        // SAFETY: says the caller.
        let this = unsafe { &mut *this.cast::<Self>() };
        if let Some(f) = this.f.take() {
            // AssertUnwindSafe: the panic goes to the caller.
            this.result = Some(catch_unwind(AssertUnwindSafe(f)));
        }
    }
}

/// What the pool gets: it owns nothing of the caller's.
struct Job {
    packet: Arc<Packet>,
    lent: *mut (),
    run: unsafe fn(*mut ()),
}

// SAFETY: `lent` is used by one thread at a time, as `packet` says; the closure and the result behind it are `Send`.
unsafe impl Send for Job {}

impl Job {
    fn run(self) {
        if self.packet.begin() {
            // SAFETY: `lent` is of the type that `run` was made for. The packet was `Queued`, so the caller is still in
            // `blocking`, and stays there without touching `lent` until the packet is `Done`.
            unsafe { (self.run)(self.lent) };
            self.packet.finish();
        }
    }
}

/// Where the pool's thread and the caller meet.
struct Packet {
    state: Mutex<State>,
}

struct State {
    stage: Stage,
    caller: Option<Waker>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Queued,
    Running,
    Done,
    Withdrawn,
}

impl Packet {
    /// Whether the job is still wanted; then its caller waits from now on, whatever comes.
    fn begin(&self) -> bool {
        let mut state = self.lock();
        let wanted = state.stage == Stage::Queued;
        if wanted {
            state.stage = Stage::Running;
        }
        wanted
    }

    fn finish(&self) {
        let mut state = self.lock();
        state.stage = Stage::Done;
        let caller = state.caller.take();
        drop(state);
        if let Some(caller) = caller {
            caller.wake();
        }
    }

    /// Whether the job has not begun; then it never will.
    fn withdraw(&self) -> bool {
        let mut state = self.lock();
        let early = state.stage == Stage::Queued;
        if early {
            state.stage = Stage::Withdrawn;
        }
        early
    }

    fn wait(&self) -> Result<bool, Cancelled> {
        let register = |announced: &wait::Announced<'_>| {
            let mut state = self.lock();
            let waits = state.stage != Stage::Done;
            state.caller = waits.then(|| announced.waker());
            waits
        };
        wait::park(Reason::Offload, 0, NEVER, register, |_| self.lock().caller = None)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Holds the caller to its promise: it does not leave while the job may use its stack, not even by a panic in here.
struct Settled<'a>(&'a Packet);

impl Drop for Settled<'_> {
    fn drop(&mut self) {
        if !matches!(self.0.lock().stage, Stage::Done | Stage::Withdrawn) {
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    /// In a greenlet, with a result that borrows.
    fn in_greenlet(test: impl FnOnce() + Send + 'static) {
        crate::greenlet::spawn(test).join().unwrap();
    }

    #[test]
    fn borrows_and_answers() {
        in_greenlet(|| {
            let mut buf = [0; 4];
            let home = thread::current().id();
            let other = blocking(|| {
                buf.copy_from_slice(b"lent");
                thread::current().id()
            });
            assert_ne!(other.unwrap(), home);
            assert_eq!(&buf, b"lent");
        });
    }

    #[test]
    fn runs_in_place_on_a_thread() {
        let home = thread::current().id();
        assert_eq!(blocking(|| thread::current().id()).unwrap(), home);
    }

    #[test]
    fn passes_a_panic_on() {
        in_greenlet(|| {
            let result = catch_unwind(|| blocking(|| resume_unwind(Box::new("from the job"))).is_ok());
            assert_eq!(*result.unwrap_err().downcast::<&str>().unwrap(), "from the job");
        });
    }

    #[test]
    fn killed_while_it_runs_is_seen_through() {
        let (begin, begun) = mpsc::channel();
        let (finish, finished) = mpsc::channel::<()>();
        let (tell, told) = mpsc::channel();
        let greenlet = crate::greenlet::spawn(move || {
            let mut buf = [0; 4];
            let lent = &mut buf;
            let done = blocking(move || {
                begin.send(()).unwrap();
                let _ = finished.recv();
                lent.copy_from_slice(b"done");
                7
            });
            tell.send((done.unwrap(), buf)).unwrap();
            crate::greenlet::sleep(std::time::Duration::MAX);
        });
        begun.recv().unwrap();
        greenlet.kill();
        drop(finish);
        assert_eq!(told.recv().unwrap(), (7, *b"done"));
        assert!(greenlet.join().unwrap_err().is_killed());
    }

    #[test]
    fn withdrawn_jobs_do_not_begin() {
        let packet = Packet { state: Mutex::new(State { stage: Stage::Queued, caller: None }) };
        assert!(packet.withdraw());
        assert!(!packet.begin());
        let packet = Packet { state: Mutex::new(State { stage: Stage::Queued, caller: None }) };
        assert!(packet.begin());
        assert!(!packet.withdraw());
        packet.finish();
        assert!(!packet.withdraw());
    }
}
