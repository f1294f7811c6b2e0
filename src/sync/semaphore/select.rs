//! Permits, as one of several things to wait for.
//!
//! Uses `sync::raw` and `wait::select`.

use super::{AcquireError, Answer, Semaphore, SemaphorePermit, Want};
use crate::sync::raw::semaphore::Watch;
use crate::wait::Waker;
use crate::wait::select::{Source, Waitable};

/// Yields a permit, or that the semaphore is closed: what [`Semaphore::select_acquire`] makes.
#[derive(Debug)]
pub struct SemaphoreAcquire<'a> {
    semaphore: &'a Semaphore,
    permits: usize,
    watch: Option<Watch>,
}

/// Yields when there is a permit, or the semaphore is closed: what [`Semaphore::select_wait`] makes.
#[derive(Debug)]
pub struct SemaphoreWait<'a> {
    semaphore: &'a Semaphore,
    watch: Option<Watch>,
}

impl Semaphore {
    /// A source for [`select!`](crate::select!), where it is written `semaphore.acquire()`: yields what
    /// [`acquire`](Semaphore::acquire) would return. A selection that loses here has taken no permit.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use vervet::sync::Semaphore;
    ///
    /// let seats = Semaphore::new(1);
    /// let seat = seats.acquire().unwrap();
    /// vervet::select! {
    ///     seat = seats.acquire() => unreachable!("{seat:?}"),
    ///     _ = after(Duration::from_millis(2)) => drop(seat),
    /// }
    /// vervet::select! {
    ///     seat = seats.acquire() => assert_eq!(seat.unwrap().num_permits(), 1),
    ///     _ = after(Duration::from_secs(60)) => unreachable!(),
    /// }
    /// assert_eq!(seats.available_permits(), 1);
    /// ```
    #[must_use = "a source does nothing unless it is selected"]
    pub fn select_acquire(&self) -> SemaphoreAcquire<'_> {
        self.select_acquire_many(1)
    }

    /// A source for [`select!`](crate::select!): yields what [`acquire_many`](Semaphore::acquire_many) would return.
    #[must_use = "a source does nothing unless it is selected"]
    pub fn select_acquire_many(&self, n: usize) -> SemaphoreAcquire<'_> {
        SemaphoreAcquire { semaphore: self, permits: n, watch: None }
    }

    /// A source for [`select!`](crate::select!), where it is written `semaphore.wait()`: yields `()` when
    /// [`wait`](Semaphore::wait) would return.
    #[must_use = "a source does nothing unless it is selected"]
    pub fn select_wait(&self) -> SemaphoreWait<'_> {
        SemaphoreWait { semaphore: self, watch: None }
    }
}

impl<'a> Source for SemaphoreAcquire<'a> {
    type Output = Result<SemaphorePermit<'a>, AcquireError>;

    fn try_take(&mut self) -> Option<Self::Output> {
        match self.semaphore.raw.try_acquire(Want::Permits(self.permits)) {
            Answer::Granted => Some(Ok(SemaphorePermit::new(self.semaphore, self.permits))),
            Answer::Closed => Some(Err(AcquireError(()))),
            Answer::TooFew => None,
        }
    }

    fn watch(&mut self, waker: Waker) -> bool {
        self.watch = self.semaphore.raw.watch(waker, Want::Permits(self.permits));
        self.watch.is_some()
    }

    fn unwatch(&mut self) -> Option<Self::Output> {
        let served = self.watch.take().is_some_and(|watch| self.semaphore.raw.unwatch(watch));
        served.then(|| Ok(SemaphorePermit::new(self.semaphore, self.permits)))
    }
}

impl Source for SemaphoreWait<'_> {
    type Output = ();

    fn try_take(&mut self) -> Option<()> {
        (self.semaphore.raw.try_acquire(Want::News) != Answer::TooFew).then_some(())
    }

    fn watch(&mut self, waker: Waker) -> bool {
        self.watch = self.semaphore.raw.watch(waker, Want::News);
        self.watch.is_some()
    }

    fn unwatch(&mut self) -> Option<()> {
        let served = self.watch.take().is_some_and(|watch| self.semaphore.raw.unwatch(watch));
        served.then_some(())
    }
}

impl Waitable for Semaphore {
    fn ready(&self) -> Box<dyn Source<Output = ()> + '_> {
        Box::new(self.select_wait())
    }
}
