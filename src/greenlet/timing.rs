//! `sleep`, `yield_now`, `idle`, `timeout`, `shield`.
//!
//! Uses `wait`.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::sys::clock;
use crate::wait::{self, Reason, cancel};

/// Waits for at least `d`. Never early; usually less than a tenth of a millisecond late. A zero `d` only lets others run.
///
/// # Cancellation
/// Blocks here: yes; nothing is lost.
pub fn sleep(d: Duration) {
    if d.is_zero() {
        return yield_now();
    }
    // Cut short without unwinding, it just returns: there is no error to give.
    let _ = wait::park(Reason::Sleep, 0, wait::deadline_in(Some(d)), |_| true, |_| ());
}

/// Lets the other greenlets of this worker run first. I/O and timers are looked after even while greenlets do nothing but
/// this. On an OS thread: `std::thread::yield_now`.
///
/// # Cancellation
/// Blocks here: yes; nothing is lost.
pub fn yield_now() {
    let _ = wait::yield_now(false);
}

/// Waits until no other greenlet of this worker is ready and no I/O or timer is due: for background work.
///
/// # Cancellation
/// Blocks here: yes, for as long as the worker is busy. A kill takes effect once it is not.
pub fn idle() {
    let _ = wait::yield_now(true);
}

/// The time of a [`timeout`] was up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed {
    pub(crate) after: Duration,
}

impl Elapsed {
    /// The time that was allowed.
    #[must_use]
    pub fn after(&self) -> Duration {
        self.after
    }
}

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "timed out after {:?}", self.after)
    }
}

impl Error for Elapsed {}

impl From<Elapsed> for std::io::Error {
    fn from(elapsed: Elapsed) -> std::io::Error {
        std::io::Error::new(std::io::ErrorKind::TimedOut, elapsed)
    }
}

/// Runs `f`; once `d` has passed, its present blocking call, or its next one, is cut short by unwinding out of `f`.
///
/// Each `timeout` reports only its own time: when an outer one runs out, the unwinding passes through the inner
/// ones. Destructors of `f` run, and may block. `f` that returns in spite of the deadline, because nothing in it blocks
/// any more, returns its value. A zero `d` cuts the first blocking call; a `d` beyond the clock's range never comes.
/// Works on OS threads, too, for vervet's own blocking calls.
///
/// # Errors
/// [`Elapsed`] if `f` was cut short. Where panics abort instead of unwinding, and in a `timeout` that is entered while the
/// greenlet or thread is unwinding already (in a destructor), blocking calls in `f` answer `ETIMEDOUT` instead, those
/// without an error to give end early, and `Elapsed` is returned after `f` has returned.
///
/// # Examples
/// ```
/// use std::time::Duration;
///
/// let slow = vervet::timeout(Duration::from_millis(5), || vervet::sleep(Duration::from_secs(60)));
/// assert!(slow.is_err());
/// assert_eq!(vervet::timeout(Duration::from_secs(60), || 1), Ok(1));
/// ```
pub fn timeout<F, T>(d: Duration, f: F) -> Result<T, Elapsed>
where
    F: FnOnce() -> T,
{
    cancel::with_deadline(clock::nanos(d), f).ok_or(Elapsed { after: d })
}

/// Runs `f` so that a kill, and every [`timeout`] around the shield, waits until it is over: it then takes effect at the
/// next blocking call. Timeouts inside `f` work.
///
/// # Examples
/// ```
/// let worker = vervet::spawn(|| {
///     vervet::shield(|| vervet::sleep(std::time::Duration::from_millis(5)));
///     vervet::sleep(std::time::Duration::from_secs(60));
/// });
/// worker.kill();
/// assert!(worker.join().unwrap_err().is_killed());
/// ```
pub fn shield<F, T>(f: F) -> T
where
    F: FnOnce() -> T,
{
    cancel::shielded(f)
}
