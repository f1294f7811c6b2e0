//! `kill_on_drop`.
//!
//! Uses `greenlet`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::greenlet::{Greenlet, GreenletRef, JoinError};

/// Ties a greenlet to whoever awaits it: if the result is dropped before it was ready, the greenlet is killed.
///
/// As futures are cancelled by dropping them, this is what makes a greenlet one that combinators can cancel: `select`, `abortable`,
/// tokio's `timeout` and `JoinHandle::abort`.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use vervet::future::{block_on, kill_on_drop};
///
/// let greenlet = vervet::spawn(|| vervet::sleep(Duration::MAX));
/// let handle = greenlet.handle();
/// let (task, abort) = futures::future::abortable(kill_on_drop(greenlet));
/// abort.abort();
/// assert!(block_on(task).is_err());
/// assert!(handle.wait(Some(Duration::from_secs(10))));
/// ```
pub fn kill_on_drop<T>(greenlet: Greenlet<T>) -> KillOnDrop<T> {
    KillOnDrop(Some(greenlet))
}

/// A greenlet that is killed when this is dropped, and a future of its result: what [`kill_on_drop()`] makes.
///
/// Dropping it does not wait for the greenlet's end; [`GreenletRef::wait`] does.
#[derive(Debug)]
#[must_use = "dropped at once, it kills the greenlet"]
pub struct KillOnDrop<T>(
    /// `None`: its result was given out, or it was let go.
    Option<Greenlet<T>>,
);

impl<T> KillOnDrop<T> {
    /// A reference to the greenlet; `None` once its result has been given out.
    #[must_use]
    pub fn handle(&self) -> Option<GreenletRef> {
        self.0.as_ref().map(Greenlet::handle)
    }

    /// Lets go of the greenlet without killing it; `None` once its result has been given out.
    #[must_use = "dropped, it detaches the greenlet"]
    pub fn into_inner(mut self) -> Option<Greenlet<T>> {
        self.0.take()
    }
}

impl<T> From<Greenlet<T>> for KillOnDrop<T> {
    fn from(greenlet: Greenlet<T>) -> KillOnDrop<T> {
        kill_on_drop(greenlet)
    }
}

impl<T> Future for KillOnDrop<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let greenlet = self.0.as_mut().expect("a finished greenlet was polled again");
        let polled = Pin::new(greenlet).poll(context);
        if polled.is_ready() {
            self.0 = None;
        }
        polled
    }
}

impl<T> Drop for KillOnDrop<T> {
    fn drop(&mut self) {
        if let Some(greenlet) = &self.0 {
            greenlet.kill();
        }
    }
}
