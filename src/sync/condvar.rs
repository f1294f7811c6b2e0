//! `Condvar` and `WaitTimeoutResult`.
//!
//! Uses `sync::raw`, `sync::mutex`, `sync::poison` and `wait`.

use std::cell::Cell;
use std::fmt;
use std::time::{Duration, Instant};

use super::mutex::Suspended;
use super::raw::condvar::RawCondvar;
use super::{LockResult, MutexGuard, poison};
use crate::wait::{self, NEVER, cancel};

/// Waits for something to change that a [`Mutex`](super::Mutex) guards.
///
/// As [`std::sync::Condvar`], to be used between greenlets, OS threads, or both. As there, a wait may end for no reason: ask for
/// the condition again, or use [`wait_while`](Condvar::wait_while). Those who wait longest are notified first.
///
/// # Examples
/// ```
/// use vervet::sync::{Condvar, Mutex};
///
/// static JOBS: Mutex<Vec<u32>> = Mutex::new(Vec::new());
/// static MORE: Condvar = Condvar::new();
///
/// let worker = vervet::spawn(|| {
///     let mut jobs = MORE.wait_while(JOBS.lock().unwrap(), |jobs| jobs.is_empty()).unwrap();
///     jobs.pop()
/// });
/// JOBS.lock().unwrap().push(7);
/// MORE.notify_one();
/// assert_eq!(worker.join().unwrap(), Some(7));
/// ```
pub struct Condvar {
    raw: RawCondvar,
}

/// Whether a wait with a limit ended because of the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// Whether the time was up.
    #[must_use]
    pub fn timed_out(&self) -> bool {
        self.0
    }
}

impl Condvar {
    /// A condition variable for which nobody waits.
    #[must_use]
    #[inline]
    pub const fn new() -> Condvar {
        Condvar { raw: RawCondvar::new() }
    }

    /// Lets go of the lock, waits for a notification, and takes the lock again.
    ///
    /// # Errors
    /// If the mutex is poisoned by then, with the guard inside the error.
    ///
    /// # Cancellation
    /// Blocks here: yes. Cut short before it was notified, the caller does not get the lock back: its guard is gone, and the
    /// mutex is free, and not poisoned. A notification is never lost: one that comes too late for the caller goes to the next
    /// one. Once notified, the wait for the lock is not cut short: a kill or timeout that is due by then comes at the next
    /// blocking call.
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        poison::map(self.wait_until(guard, NEVER), |(guard, _)| guard)
    }

    /// Waits as long as `condition` holds.
    ///
    /// # Errors
    /// As [`wait`](Condvar::wait).
    ///
    /// # Cancellation
    /// Blocks here: as [`wait`](Condvar::wait), unless the condition does not hold.
    pub fn wait_while<'a, T, F>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: F,
    ) -> LockResult<MutexGuard<'a, T>>
    where
        F: FnMut(&mut T) -> bool,
    {
        while condition(&mut *guard) {
            guard = self.wait(guard)?;
        }
        Ok(guard)
    }

    /// As [`wait_timeout`](Condvar::wait_timeout), in milliseconds; answers `false` if the time was up.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Cancellation
    /// As there.
    #[deprecated(since = "0.1.0", note = "std has replaced it by `wait_timeout`")]
    pub fn wait_timeout_ms<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        ms: u32,
    ) -> LockResult<(MutexGuard<'a, T>, bool)> {
        let waited = self.wait_timeout(guard, Duration::from_millis(u64::from(ms)));
        poison::map(waited, |(guard, result)| (guard, !result.timed_out()))
    }

    /// As [`wait`](Condvar::wait), for at most `dur`; to take the lock again may take longer.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Cancellation
    /// As there; once `dur` is over the wait for the lock is not cut short either.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use vervet::sync::{Condvar, Mutex};
    ///
    /// let (mutex, never) = (Mutex::new(()), Condvar::new());
    /// let (_guard, result) = never.wait_timeout(mutex.lock().unwrap(), Duration::from_millis(2)).unwrap();
    /// assert!(result.timed_out());
    /// ```
    pub fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        dur: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        self.wait_until(guard, wait::deadline_in(Some(dur)))
    }

    /// Waits as long as `condition` holds, for at most `dur`. Answers that the time was up only if the condition still holds.
    ///
    /// # Errors
    /// As [`wait`](Condvar::wait).
    ///
    /// # Cancellation
    /// Blocks here: as [`wait_timeout`](Condvar::wait_timeout), unless the condition does not hold.
    pub fn wait_timeout_while<'a, T, F>(
        &self,
        mut guard: MutexGuard<'a, T>,
        dur: Duration,
        mut condition: F,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)>
    where
        F: FnMut(&mut T) -> bool,
    {
        let start = Instant::now();
        while condition(&mut *guard) {
            let Some(left) = dur.checked_sub(start.elapsed()) else {
                return Ok((guard, WaitTimeoutResult(true)));
            };
            guard = self.wait_timeout(guard, left)?.0;
        }
        Ok((guard, WaitTimeoutResult(false)))
    }

    /// Ends the wait of the one that waits longest, if there is one.
    ///
    /// # Cancellation
    /// Blocks here: no.
    pub fn notify_one(&self) {
        self.raw.notify_one();
    }

    /// Ends the waits of all that wait now.
    ///
    /// # Cancellation
    /// Blocks here: no.
    pub fn notify_all(&self) {
        self.raw.notify_all();
    }

    fn wait_until<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        deadline: u64,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        // One of the two: the guard, which an unwinding drops as any other; or what is left of it, which has nothing to drop.
        let guard = Cell::new(Some(guard));
        let suspended: Cell<Option<Suspended<'a, T>>> = Cell::new(None);
        let wait = || self.raw.wait(deadline, || suspended.set(guard.take().map(MutexGuard::suspend)));
        let mut notified = wait();
        let suspended = suspended.take().or_else(|| {
            // Cut short at the door, where nothing can unwind: then it waits regardless.
            notified = cancel::shielded(wait);
            suspended.take()
        });
        let Some(suspended) = suspended else { unreachable!("the wait ended before it began") };
        // Cut short further on: as if woken for no reason, so that the caller looks at his condition.
        let timed_out = WaitTimeoutResult(matches!(notified, Ok(false)));
        // Shielded: the guard, and the notification that may have come with it, are the caller's to deal with.
        let locked = cancel::shielded(|| suspended.resume());
        poison::map(locked, |guard| (guard, timed_out))
    }
}

impl Default for Condvar {
    fn default() -> Condvar {
        Condvar::new()
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condvar").finish_non_exhaustive()
    }
}
