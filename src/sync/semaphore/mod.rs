//! `Semaphore`.
//!
//! Uses `sync::raw` and `wait`.

mod error;
mod permit;
mod select;

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::time::Duration;

pub use self::error::{AcquireError, AcquireTimeoutError, TryAcquireError};
pub use self::permit::{OwnedSemaphorePermit, SemaphorePermit};
pub use self::select::{SemaphoreAcquire, SemaphoreWait};

use super::raw::semaphore::{Answer, MAX_PERMITS, RawSemaphore, Want};
use super::see_through;
use crate::wait::{self, NEVER};

/// A number of permits: so many may go on, the others wait.
///
/// Not in std; as tokio's, with the blocking calls of this crate. A permit is a guard: dropped, it gives back what it stands for.
/// Nobody owns permits: they may be given back by another greenlet or thread than the one that took them, and be added by
/// anybody.
///
/// First come, first served: a permit that is given back is handed to the first in line. One who wants many at once waits in
/// the line like everybody else, and those behind him wait for him even if there is enough for them.
///
/// # Cancellation
/// A permit that is there is had without a look at pending kills and timeouts. Whoever is killed while he waits leaves
/// the line and has no permit; a permit that he had been handed he has.
///
/// # Examples
/// ```
/// use vervet::sync::Semaphore;
///
/// let seats = Semaphore::new(2);
/// vervet::scope(|s| {
///     for _ in 0..10 {
///         s.spawn(|| {
///             let _seat = seats.acquire().unwrap();
///             assert!(seats.available_permits() < 2);
///         });
///     }
/// });
/// assert_eq!(seats.available_permits(), 2);
/// ```
pub struct Semaphore {
    raw: RawSemaphore,
}

// No panic leaves it in between: it is one word, and a queue that no code of the user's touches.
impl UnwindSafe for Semaphore {}
impl RefUnwindSafe for Semaphore {}

impl Semaphore {
    /// As many permits as there may be at once.
    pub const MAX_PERMITS: usize = MAX_PERMITS;

    /// A semaphore with so many permits, which may be 0.
    ///
    /// # Panics
    /// If they are more than [`MAX_PERMITS`](Semaphore::MAX_PERMITS).
    #[must_use]
    pub const fn new(permits: usize) -> Semaphore {
        assert!(permits <= MAX_PERMITS, "a semaphore cannot have that many permits");
        Semaphore { raw: RawSemaphore::new(permits) }
    }

    /// Waits for a permit.
    ///
    /// # Errors
    /// If the semaphore is closed, or gets closed meanwhile.
    ///
    /// # Cancellation
    /// Blocks here: yes, unless there is a permit and nobody in line. Cut short where nothing can unwind, it answers as if the
    /// semaphore were closed.
    #[inline]
    pub fn acquire(&self) -> Result<SemaphorePermit<'_>, AcquireError> {
        self.acquire_many(1)
    }

    /// Waits for so many permits, and takes all of them at once. With 0 it does not wait.
    ///
    /// # Errors
    /// As [`acquire`](Semaphore::acquire).
    ///
    /// # Cancellation
    /// Blocks here: as [`acquire`](Semaphore::acquire). Cut short, it has taken none.
    #[inline]
    pub fn acquire_many(&self, n: usize) -> Result<SemaphorePermit<'_>, AcquireError> {
        self.take(n, NEVER).map_err(|_| AcquireError(()))?;
        Ok(SemaphorePermit::new(self, n))
    }

    /// Takes a permit if there is one and nobody is in line.
    ///
    /// # Errors
    /// No permit, or not for the caller → `NoPermits`; closed → `Closed`.
    ///
    /// # Cancellation
    /// Blocks here: no.
    ///
    /// # Examples
    /// ```
    /// use vervet::sync::{Semaphore, TryAcquireError};
    ///
    /// let one = Semaphore::new(1);
    /// let permit = one.try_acquire().unwrap();
    /// assert_eq!(one.try_acquire().unwrap_err(), TryAcquireError::NoPermits);
    /// drop(permit);
    /// assert!(one.try_acquire().is_ok());
    /// ```
    #[inline]
    pub fn try_acquire(&self) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        self.try_acquire_many(1)
    }

    /// Takes so many permits if they are there and nobody is in line.
    ///
    /// # Errors
    /// As [`try_acquire`](Semaphore::try_acquire).
    ///
    /// # Cancellation
    /// Blocks here: no.
    #[inline]
    pub fn try_acquire_many(&self, n: usize) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        self.try_take(n)?;
        Ok(SemaphorePermit::new(self, n))
    }

    /// As [`acquire`](Semaphore::acquire), for at most `d`.
    ///
    /// # Errors
    /// None came in time → `TimedOut`; closed, or closed meanwhile → `Closed`.
    ///
    /// # Cancellation
    /// Blocks here: as [`acquire`](Semaphore::acquire).
    pub fn acquire_timeout(&self, d: Duration) -> Result<SemaphorePermit<'_>, AcquireTimeoutError> {
        self.acquire_many_timeout(1, d)
    }

    /// As [`acquire_many`](Semaphore::acquire_many), for at most `d`.
    ///
    /// # Errors
    /// As [`acquire_timeout`](Semaphore::acquire_timeout).
    ///
    /// # Cancellation
    /// Blocks here: as [`acquire`](Semaphore::acquire).
    pub fn acquire_many_timeout(
        &self,
        n: usize,
        d: Duration,
    ) -> Result<SemaphorePermit<'_>, AcquireTimeoutError> {
        self.take(n, wait::deadline_in(Some(d)))?;
        Ok(SemaphorePermit::new(self, n))
    }

    /// As [`acquire`](Semaphore::acquire); the permit keeps the semaphore, and can go anywhere.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Cancellation
    /// As there.
    ///
    /// # Examples
    /// ```
    /// use vervet::sync::{Arc, Semaphore};
    ///
    /// let limit = Arc::new(Semaphore::new(3));
    /// let jobs: Vec<_> = (0..10)
    ///     .map(|n| {
    ///         // Here, so that no more than three are spawned at a time.
    ///         let permit = limit.acquire_owned().unwrap();
    ///         vervet::spawn(move || {
    ///             let _permit = permit;
    ///             n * n
    ///         })
    ///     })
    ///     .collect();
    /// assert_eq!(jobs.into_iter().map(|job| job.join().unwrap()).sum::<u32>(), 285);
    /// ```
    pub fn acquire_owned(self: &Arc<Self>) -> Result<OwnedSemaphorePermit, AcquireError> {
        self.acquire_many_owned(1)
    }

    /// As [`acquire_many`](Semaphore::acquire_many); the permit keeps the semaphore, and can go anywhere.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Cancellation
    /// As there.
    pub fn acquire_many_owned(self: &Arc<Self>, n: usize) -> Result<OwnedSemaphorePermit, AcquireError> {
        self.take(n, NEVER).map_err(|_| AcquireError(()))?;
        Ok(OwnedSemaphorePermit::new(Arc::clone(self), n))
    }

    /// As [`try_acquire`](Semaphore::try_acquire); the permit keeps the semaphore, and can go anywhere.
    ///
    /// # Errors
    /// As there.
    pub fn try_acquire_owned(self: &Arc<Self>) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        self.try_acquire_many_owned(1)
    }

    /// As [`try_acquire_many`](Semaphore::try_acquire_many); the permit keeps the semaphore, and can go anywhere.
    ///
    /// # Errors
    /// As there.
    pub fn try_acquire_many_owned(
        self: &Arc<Self>,
        n: usize,
    ) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        self.try_take(n)?;
        Ok(OwnedSemaphorePermit::new(Arc::clone(self), n))
    }

    /// As [`acquire_timeout`](Semaphore::acquire_timeout); the permit keeps the semaphore, and can go anywhere.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Cancellation
    /// As there.
    pub fn acquire_owned_timeout(
        self: &Arc<Self>,
        d: Duration,
    ) -> Result<OwnedSemaphorePermit, AcquireTimeoutError> {
        self.acquire_many_owned_timeout(1, d)
    }

    /// As [`acquire_many_timeout`](Semaphore::acquire_many_timeout); the permit keeps the semaphore, and can go anywhere.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Cancellation
    /// As there.
    pub fn acquire_many_owned_timeout(
        self: &Arc<Self>,
        n: usize,
        d: Duration,
    ) -> Result<OwnedSemaphorePermit, AcquireTimeoutError> {
        self.take(n, wait::deadline_in(Some(d)))?;
        Ok(OwnedSemaphorePermit::new(Arc::clone(self), n))
    }

    /// Waits until a permit could be had, or the semaphore is closed, and takes nothing: by the time the caller tries, the permit
    /// may be somebody else's. Who waits here stands in line like those who want a permit.
    ///
    /// # Cancellation
    /// Blocks here: yes.
    pub fn wait(&self) {
        self.wait_until(NEVER);
    }

    /// As [`wait`](Semaphore::wait), for at most `d`. `false`: the time was up.
    ///
    /// # Cancellation
    /// Blocks here: yes.
    pub fn wait_timeout(&self, d: Duration) -> bool {
        self.wait_until(wait::deadline_in(Some(d)))
    }

    /// Adds new permits, for those in line first. Works on a closed semaphore, too, where it wakes nobody.
    ///
    /// # Panics
    /// If there were more than [`MAX_PERMITS`](Semaphore::MAX_PERMITS) then.
    ///
    /// # Cancellation
    /// Blocks here: no.
    pub fn add_permits(&self, n: usize) {
        let too_many = n > MAX_PERMITS - self.raw.permits().min(MAX_PERMITS);
        assert!(!too_many, "a semaphore cannot have that many permits");
        self.raw.release(n);
    }

    /// Takes up to `n` permits out of circulation, without waiting for those that are held. Answers how many.
    pub fn forget_permits(&self, n: usize) -> usize {
        self.raw.forget(n)
    }

    /// How many permits nobody holds. Some of them may be waited for by somebody who needs more.
    #[must_use]
    pub fn available_permits(&self) -> usize {
        self.raw.permits()
    }

    /// Closes the semaphore for good: all who wait for permits, and all who come later, get an error. Permits that are held stay
    /// good.
    ///
    /// # Cancellation
    /// Blocks here: no.
    pub fn close(&self) {
        self.raw.close();
    }

    /// Whether it is closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.raw.is_closed()
    }

    #[inline]
    fn take(&self, n: usize, deadline: u64) -> Result<(), AcquireTimeoutError> {
        if self.raw.try_acquire(Want::Permits(n)) == Answer::Granted {
            return Ok(());
        }
        self.take_in_turn(n, deadline)
    }

    #[cold]
    fn take_in_turn(&self, n: usize, deadline: u64) -> Result<(), AcquireTimeoutError> {
        match self.raw.acquire(Want::Permits(n), deadline) {
            Ok(Answer::Granted) => Ok(()),
            Ok(Answer::TooFew) => Err(AcquireTimeoutError::TimedOut),
            // To a loop that goes on until it is closed, "timed out" would be a reason to try again, at once and for ever.
            Ok(Answer::Closed) | Err(_) => Err(AcquireTimeoutError::Closed),
        }
    }

    #[inline]
    fn try_take(&self, n: usize) -> Result<(), TryAcquireError> {
        match self.raw.try_acquire(Want::Permits(n)) {
            Answer::Granted => Ok(()),
            Answer::Closed => Err(TryAcquireError::Closed),
            Answer::TooFew => {
                // Who holds the permits may be waiting for this worker.
                wait::give_way();
                Err(TryAcquireError::NoPermits)
            }
        }
    }

    fn wait_until(&self, deadline: u64) -> bool {
        // Where nothing can unwind, it waits regardless.
        let _ = wait::enter();
        see_through(|| self.raw.acquire(Want::News, deadline)) != Answer::TooFew
    }
}

impl Default for Semaphore {
    /// Without permits.
    fn default() -> Semaphore {
        Semaphore::new(0)
    }
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Semaphore")
            .field("permits", &self.available_permits())
            .field("closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}
