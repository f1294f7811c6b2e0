//! `block_on`.
//!
//! Uses `wait`.
//!
//! Each call has an alarm of its own, which its wakers share. So a waker that outlives its call rings where nobody listens, and a
//! call inside of another one's poll does not hear the other's. Races, all of them settled by the alarm's lock:
//!
//! * "Woken before the wait": the alarm has rung, and the wait is not begun.
//! * "Woken while polled": the same, as the alarm is shut off before each poll and at no other time.
//! * "Woken while given up": the sleeper's waker is out of the alarm, or is of a wait that has ended, and wakes nobody.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake};

use crate::wait::cancel::see_through;
use crate::wait::{self, Announced, Cancelled, NEVER, Reason, Waker};

/// Waits for what `future` yields: polls it here, and parks the greenlet (blocks the OS thread, where there is none) while there is
/// nothing to poll for.
///
/// The future need not be `Send` or `'static`. Calls may be nested, and the future may block in its poll. One that wakes itself
/// at each poll lets other greenlets run in between.
///
/// # Panics
/// Passes a panic of the future on.
///
/// # Cancellation
/// Blocks here: yes, also if the future would be ready at once. If killed meanwhile, the future is dropped, in this greenlet; its
/// destructors may block. What a wake has made ready is not lost before it was polled: a kill comes between polls, not instead of one.
/// `block_on(&mut future)` keeps the future. Where nothing can unwind, the future is seen through.
///
/// # Examples
/// ```
/// use vervet::future::block_on;
///
/// let (sender, receiver) = futures::channel::oneshot::channel();
/// vervet::spawn(move || sender.send("from a greenlet"));
/// assert_eq!(block_on(receiver), Ok("from a greenlet"));
/// ```
///
/// With a limit of time, and the future kept:
/// ```
/// use std::time::Duration;
/// use vervet::future::block_on;
///
/// let (sender, mut receiver) = futures::channel::oneshot::channel();
/// let early = vervet::timeout(Duration::from_millis(1), || block_on(&mut receiver));
/// assert!(early.is_err());
/// sender.send(1).unwrap();
/// assert_eq!(block_on(receiver), Ok(1));
/// ```
pub fn block_on<F: Future>(future: F) -> F::Output {
    // Where a cut cannot unwind there is nothing to return.
    let _ = wait::enter();
    let mut future = pin!(future);
    let alarm = Arc::new(Alarm::default());
    let waker = Arc::clone(&alarm).into();
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        see_through(|| alarm.wait());
    }
}

/// Where wakers tell that the future is to be polled.
#[derive(Debug, Default)]
struct Alarm(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    rung: bool,
    sleeper: Option<Waker>,
}

impl Alarm {
    /// Waits until the alarm has rung since the last call, and shuts it off.
    ///
    /// # Cancellation
    /// Unwinds when killed or timed out; the alarm stays as it is. Where nothing can unwind, answers `Cancelled`.
    fn wait(&self) -> Result<(), Cancelled> {
        if self.lock().rung {
            // Woken in its own poll: the way of a future to let others run.
            wait::yield_now(false)?;
        } else {
            let register = |announced: &Announced<'_>| {
                let mut state = self.lock();
                state.sleeper = (!state.rung).then(|| announced.waker());
                state.sleeper.is_some()
            };
            wait::park(Reason::Signal, 0, NEVER, register, |_| self.lock().sleeper = None)?;
        }
        self.lock().rung = false;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Alarm>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Alarm>) {
        let mut state = self.lock();
        state.rung = true;
        let sleeper = state.sleeper.take();
        drop(state);
        if let Some(sleeper) = sleeper {
            sleeper.wake();
        }
    }
}
