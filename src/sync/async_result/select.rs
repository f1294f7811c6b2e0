//! A result, as one of several things to wait for.
//!
//! Uses `sync::raw` and `wait::select`.

use super::{AsyncError, AsyncResult};
use crate::sync::raw::event::Watch;
use crate::wait::Waker;
use crate::wait::select::{Source, Waitable};

/// Yields when there is a result: what [`AsyncResult::select_wait`] makes.
#[derive(Debug)]
pub struct AsyncResultWait<'a, T> {
    result: &'a AsyncResult<T>,
    watch: Option<Watch>,
}

/// Yields the result: what [`AsyncResult::select_get`] makes.
#[derive(Debug)]
pub struct AsyncResultGet<'a, T>(AsyncResultWait<'a, T>);

impl<T> AsyncResult<T> {
    /// A source for [`select!`](crate::select!), where it is written `result.wait()`: yields `()` when it has been set.
    #[must_use = "a source does nothing unless it is selected"]
    pub fn select_wait(&self) -> AsyncResultWait<'_, T> {
        AsyncResultWait { result: self, watch: None }
    }

    /// A source for [`select!`](crate::select!), where it is written `result.get()`: yields what [`get`](AsyncResult::get) would
    /// return.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use vervet::sync::AsyncResult;
    ///
    /// let answer = AsyncResult::new();
    /// let theirs = answer.clone();
    /// vervet::spawn(move || theirs.set(42));
    /// vervet::select! {
    ///     answer = answer.get() => assert_eq!(answer.unwrap(), 42),
    ///     _ = after(Duration::from_secs(60)) => panic!("too slow"),
    /// }
    /// ```
    #[must_use = "a source does nothing unless it is selected"]
    pub fn select_get(&self) -> AsyncResultGet<'_, T>
    where
        T: Clone,
    {
        AsyncResultGet(self.select_wait())
    }
}

impl<T> Source for AsyncResultWait<'_, T> {
    type Output = ();

    fn try_take(&mut self) -> Option<()> {
        self.result.is_ready().then_some(())
    }

    fn watch(&mut self, waker: Waker) -> bool {
        self.watch = self.result.promise.ready().watch(waker, &mut None);
        self.watch.is_some()
    }

    fn unwatch(&mut self) -> Option<()> {
        if let Some(watch) = self.watch.take() {
            self.result.promise.ready().unwatch(watch);
        }
        // It stays ready: the next look will tell.
        None
    }
}

impl<T: Clone> Source for AsyncResultGet<'_, T> {
    type Output = Result<T, AsyncError>;

    fn try_take(&mut self) -> Option<Self::Output> {
        self.0.result.try_get()
    }

    fn watch(&mut self, waker: Waker) -> bool {
        self.0.watch(waker)
    }

    fn unwatch(&mut self) -> Option<Self::Output> {
        self.0.unwatch();
        None
    }
}

impl<T> Waitable for AsyncResult<T> {
    fn ready(&self) -> Box<dyn Source<Output = ()> + '_> {
        Box::new(self.select_wait())
    }
}
