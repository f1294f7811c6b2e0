//! The end of a greenlet, as one of several things to wait for.
//!
//! Uses `wait::select`.

use super::handle::{Greenlet, GreenletRef};
use crate::runtime::control::Control;
use crate::wait::select::{Source, Waitable};
use crate::wait::{WaitId, Waker};

/// Yields when the greenlet is over: what [`Greenlet::select_wait`] and [`GreenletRef::select_wait`] make.
#[derive(Debug)]
pub struct Ended<'a> {
    control: &'a Control,
    wait: Option<WaitId>,
}

impl<T> Greenlet<T> {
    /// A source for [`select!`](crate::select!), where it is written `greenlet.wait()`: yields `()` when the greenlet is over.
    /// [`join`](Greenlet::join) does not wait any more then.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    ///
    /// let work = vervet::spawn(|| 6 * 7);
    /// let answer = vervet::select! {
    ///     _ = work.wait() => work.join().unwrap(),
    ///     _ = after(Duration::from_secs(60)) => panic!("too slow"),
    /// };
    /// assert_eq!(answer, 42);
    /// ```
    #[must_use = "a source does nothing unless it is selected"]
    pub fn select_wait(&self) -> Ended<'_> {
        Ended { control: self.control(), wait: None }
    }
}

impl GreenletRef {
    /// A source for [`select!`](crate::select!), where it is written `greenlet.wait()`: yields `()` when the greenlet is over.
    #[must_use = "a source does nothing unless it is selected"]
    pub fn select_wait(&self) -> Ended<'_> {
        Ended { control: &self.0, wait: None }
    }
}

impl Source for Ended<'_> {
    type Output = ();

    fn try_take(&mut self) -> Option<()> {
        self.control.exit.is_released().then_some(())
    }

    fn watch(&mut self, waker: Waker) -> bool {
        self.wait = Some(waker.wait());
        self.control.exit.wait(waker)
    }

    fn unwatch(&mut self) -> Option<()> {
        if let Some(wait) = self.wait.take() {
            self.control.exit.forget(wait);
        }
        None
    }
}

impl<T> Waitable for Greenlet<T> {
    fn ready(&self) -> Box<dyn Source<Output = ()> + '_> {
        Box::new(self.select_wait())
    }
}

impl Waitable for GreenletRef {
    fn ready(&self) -> Box<dyn Source<Output = ()> + '_> {
        Box::new(self.select_wait())
    }
}
