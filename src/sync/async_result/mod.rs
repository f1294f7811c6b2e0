//! `AsyncResult`.
//!
//! Uses `sync::raw` and `wait`.

mod error;
mod select;

use std::error::Error;
use std::fmt;
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

pub use self::error::{AsyncError, GetTimeoutError};
pub use self::select::{AsyncResultGet, AsyncResultWait};

use super::raw::promise::{Link, RawPromise, Seen, Took};
use super::see_through;
use crate::wait::{self, NEVER, cancel};

/// What an `AsyncResult` is set to.
type Outcome<T> = Result<T, AsyncError>;

/// A place for one result, a value or an error: set once, and waited for by any number of greenlets, threads and tasks.
///
/// Not in std. Clones are handles of the same place. The first one to set it wins; whoever comes later has his value back. That
/// nobody is left who could set it is not noticed: those who wait for it then wait for ever, or until killed.
///
/// A handle is a `Future`, too, with the same outcome as [`get`](AsyncResult::get). As several may look at the value at once,
/// handles go to other threads if `T` is `Send` and `Sync`.
///
/// # Examples
/// ```
/// use vervet::sync::AsyncResult;
///
/// let answer = AsyncResult::new();
/// let readers: Vec<_> = (0..3)
///     .map(|_| {
///         let answer = answer.clone();
///         vervet::spawn(move || answer.get().unwrap())
///     })
///     .collect();
/// answer.set(42).unwrap();
/// for reader in readers {
///     assert_eq!(reader.join().unwrap(), 42);
/// }
/// // Too late.
/// assert_eq!(answer.set(43), Err(43));
/// ```
///
/// An error is for all who ask, too:
/// ```
/// use std::io;
/// use vervet::sync::AsyncResult;
///
/// let text: AsyncResult<String> = AsyncResult::new();
/// text.set_error(io::Error::from(io::ErrorKind::NotFound)).unwrap();
/// let error = text.get().unwrap_err();
/// assert_eq!(error.downcast_ref::<io::Error>().unwrap().kind(), io::ErrorKind::NotFound);
/// ```
pub struct AsyncResult<T> {
    promise: Arc<RawPromise<Outcome<T>>>,
    /// By which the task that awaits this handle is known there; 0: none.
    task: u64,
}

// A panic of the user's code (a link, a destructor) comes when the result is set and the lock is free.
impl<T> UnwindSafe for AsyncResult<T> {}
impl<T> RefUnwindSafe for AsyncResult<T> {}

impl<T> AsyncResult<T> {
    /// A place for a result.
    #[must_use]
    pub fn new() -> AsyncResult<T> {
        AsyncResult::of(Arc::new(RawPromise::new()))
    }

    fn of(promise: Arc<RawPromise<Outcome<T>>>) -> AsyncResult<T> {
        AsyncResult { promise, task: 0 }
    }

    /// Sets the value, wakes all who wait for it, and then runs the links, in the order in which they came, here.
    ///
    /// # Errors
    /// If it has been set before: gives the value back.
    ///
    /// # Cancellation
    /// Blocks here: no, but links may. No kill or timeout cuts them short.
    pub fn set(&self, value: T) -> Result<(), T> {
        self.settle(Ok(value)).or_else(|outcome| outcome.map_or(Ok(()), Err))
    }

    /// Sets an error in place of the value; otherwise as [`set`](AsyncResult::set).
    ///
    /// # Errors
    /// If it has been set before: gives the error back.
    ///
    /// # Cancellation
    /// As [`set`](AsyncResult::set).
    pub fn set_error(
        &self,
        error: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let error = AsyncError::new(error.into());
        match self.settle(Err(error)) {
            Ok(()) => Ok(()),
            Err(outcome) => match outcome.err().and_then(AsyncError::into_box) {
                Some(error) => Err(error),
                None => unreachable!("nobody else has seen it"),
            },
        }
    }

    fn settle(&self, outcome: Outcome<T>) -> Result<(), Outcome<T>> {
        let (look, links) = self.promise.set(outcome)?;
        for link in links {
            run(link, &look);
        }
        Ok(())
    }

    /// Whether it has been set. That stays so.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.promise.is_ready()
    }

    /// Waits until it is set.
    ///
    /// # Cancellation
    /// Blocks here: yes; nothing is left behind.
    pub fn wait(&self) {
        self.wait_until(NEVER);
    }

    /// Waits until it is set, for at most `d`. Whether it is.
    ///
    /// # Cancellation
    /// Blocks here: yes; nothing is left behind.
    pub fn wait_timeout(&self, d: Duration) -> bool {
        self.wait_until(wait::deadline_in(Some(d)))
    }

    fn wait_until(&self, deadline: u64) -> bool {
        // Where nothing can unwind, it waits regardless.
        let _ = wait::enter();
        see_through(|| self.promise.wait(deadline))
    }

    /// Waits for the result and answers a clone of it.
    ///
    /// # Errors
    /// The error that was set in place of a value; or that the value has been [taken](AsyncResult::take). Cut short where
    /// nothing can unwind: that it was.
    ///
    /// # Cancellation
    /// Blocks here: yes; nothing is left behind.
    pub fn get(&self) -> Result<T, AsyncError>
    where
        T: Clone,
    {
        self.get_until(NEVER).unwrap_or_else(|| unreachable!("there is no deadline"))
    }

    /// As [`get`](AsyncResult::get), for at most `d`.
    ///
    /// # Errors
    /// Not set by then → `TimedOut`; what [`get`](AsyncResult::get) would have answered → `Failed`.
    ///
    /// # Cancellation
    /// Blocks here: yes; nothing is left behind.
    pub fn get_timeout(&self, d: Duration) -> Result<T, GetTimeoutError>
    where
        T: Clone,
    {
        let got = self.get_until(wait::deadline_in(Some(d))).ok_or(GetTimeoutError::TimedOut)?;
        got.map_err(GetTimeoutError::Failed)
    }

    /// As [`get`](AsyncResult::get), of what is there; `None` if it has not been set.
    ///
    /// # Cancellation
    /// Blocks here: no.
    pub fn try_get(&self) -> Option<Result<T, AsyncError>>
    where
        T: Clone,
    {
        found(self.promise.look())
    }

    fn get_until(&self, deadline: u64) -> Option<Outcome<T>>
    where
        T: Clone,
    {
        let waited = wait::enter().and_then(|()| self.promise.wait(deadline));
        if waited.is_err() {
            return Some(Err(AsyncError::cut_short()));
        }
        self.try_get()
    }

    /// Waits for the result and takes it away, which needs no `Clone`. Who asks for the value later is told that it was taken. An
    /// error stays.
    ///
    /// Waits also for those who are just looking at the value: a [`with`](AsyncResult::with) or a link that calls this waits for
    /// itself, for ever.
    ///
    /// # Errors
    /// As [`get`](AsyncResult::get).
    ///
    /// # Cancellation
    /// Blocks here: yes. Cut short, it has taken nothing.
    ///
    /// # Examples
    /// ```
    /// use vervet::sync::AsyncResult;
    ///
    /// #[derive(Debug)]
    /// struct NotClone;
    ///
    /// let result = AsyncResult::new();
    /// assert!(result.set(NotClone).is_ok());
    /// assert!(result.take().is_ok());
    /// assert!(result.take().unwrap_err().is_taken());
    /// ```
    pub fn take(&self) -> Result<T, AsyncError> {
        self.take_until(NEVER).unwrap_or_else(|| unreachable!("there is no deadline"))
    }

    /// As [`take`](AsyncResult::take), for at most `d`.
    ///
    /// # Errors
    /// As [`get_timeout`](AsyncResult::get_timeout).
    ///
    /// # Cancellation
    /// Blocks here: yes. Cut short, it has taken nothing.
    pub fn take_timeout(&self, d: Duration) -> Result<T, GetTimeoutError> {
        let took = self.take_until(wait::deadline_in(Some(d))).ok_or(GetTimeoutError::TimedOut)?;
        took.map_err(GetTimeoutError::Failed)
    }

    /// As [`take`](AsyncResult::take), with the handle.
    ///
    /// # Errors
    /// As [`get`](AsyncResult::get).
    ///
    /// # Cancellation
    /// Blocks here: yes. Cut short, it has taken nothing.
    pub fn into_inner(self) -> Result<T, AsyncError> {
        self.take()
    }

    fn take_until(&self, deadline: u64) -> Option<Outcome<T>> {
        let waited = wait::enter().and_then(|()| self.promise.wait(deadline));
        if waited.is_err() {
            return Some(Err(AsyncError::cut_short()));
        }
        if let Seen::Value(look) = self.promise.look()
            && let Err(error) = &*look
        {
            return Some(Err(error.clone()));
        }
        match self.promise.take(deadline) {
            Ok(Took::Value(outcome)) => Some(outcome),
            Ok(Took::Taken) => Some(Err(AsyncError::taken())),
            Ok(Took::Nothing) => None,
            Err(_) => Some(Err(AsyncError::cut_short())),
        }
    }

    /// Waits for the result and lets `f` look at it, without a copy.
    ///
    /// # Cancellation
    /// Blocks here: yes, as [`get`](AsyncResult::get); `f` is not called then.
    ///
    /// # Examples
    /// ```
    /// use vervet::sync::AsyncResult;
    ///
    /// let text = AsyncResult::new();
    /// text.set(String::from("hello")).unwrap();
    /// assert_eq!(text.with(|text| text.unwrap().len()), 5);
    /// ```
    pub fn with<R>(&self, f: impl FnOnce(Result<&T, &AsyncError>) -> R) -> R {
        let waited = wait::enter().and_then(|()| self.promise.wait(NEVER));
        if waited.is_err() {
            return f(Err(&AsyncError::cut_short()));
        }
        match self.promise.look() {
            Seen::Value(look) => f(look.as_ref()),
            Seen::Taken | Seen::Nothing => f(Err(&AsyncError::taken())),
        }
    }

    /// Calls `f` with the result when it is set, in the greenlet or thread that sets it; or at once, here, if that has been.
    ///
    /// `f` may block, which delays the one who sets; no kill or timeout cuts it short. Its panic is logged, no more. Of a
    /// value that was taken before, it is told so.
    ///
    /// # Examples
    /// ```
    /// use vervet::sync::{AsyncResult, mpsc};
    ///
    /// let (tx, rx) = mpsc::channel();
    /// let result = AsyncResult::new();
    /// result.link(move |result| tx.send(*result.as_ref().unwrap()).unwrap());
    /// result.set(1).unwrap();
    /// assert_eq!(rx.recv(), Ok(1));
    /// ```
    pub fn link(&self, f: impl FnOnce(&Result<T, AsyncError>) + Send + 'static) {
        let Err((seen, link)) = self.promise.link(Box::new(f)) else { return };
        match seen {
            Seen::Value(look) => run(link, &look),
            Seen::Taken | Seen::Nothing => run(link, &Err(AsyncError::taken())),
        }
    }
}

/// Runs a link. Its panic is its own.
fn run<T>(link: Link<Outcome<T>>, outcome: &Outcome<T>) {
    // AssertUnwindSafe: the outcome is only lent.
    let ran = cancel::shielded(|| catch_unwind(AssertUnwindSafe(|| link(outcome))));
    if let Err(payload) = ran {
        log::error!("a link of an AsyncResult panicked");
        // Even the payload may panic when it is dropped.
        if let Err(hopeless) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            std::mem::forget(hopeless);
        }
    }
}

/// What a getter is told.
fn found<T: Clone>(seen: Seen<'_, Outcome<T>>) -> Option<Outcome<T>> {
    match seen {
        Seen::Nothing => None,
        Seen::Value(look) => Some(look.clone()),
        Seen::Taken => Some(Err(AsyncError::taken())),
    }
}

impl<T: Clone> Future for AsyncResult<T> {
    type Output = Result<T, AsyncError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let AsyncResult { promise, task } = self.get_mut();
        found(promise.poll(task, cx.waker())).map_or(Poll::Pending, Poll::Ready)
    }
}

// Nothing in a handle is pinned: the result lies elsewhere.
impl<T> Unpin for AsyncResult<T> {}

impl<T> Clone for AsyncResult<T> {
    fn clone(&self) -> AsyncResult<T> {
        AsyncResult::of(Arc::clone(&self.promise))
    }
}

impl<T> Drop for AsyncResult<T> {
    fn drop(&mut self) {
        if self.task != 0 {
            self.promise.forget(self.task);
        }
    }
}

impl<T> Default for AsyncResult<T> {
    fn default() -> AsyncResult<T> {
        AsyncResult::new()
    }
}

impl<T> From<T> for AsyncResult<T> {
    /// One that is set.
    fn from(value: T) -> AsyncResult<T> {
        let result = AsyncResult::new();
        // It is new: nobody has set it.
        let _ = result.settle(Ok(value));
        result
    }
}

impl<T: fmt::Debug> fmt::Debug for AsyncResult<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_tuple("AsyncResult");
        match self.promise.look() {
            Seen::Nothing => text.field(&format_args!("<pending>")),
            Seen::Value(look) => text.field(&*look),
            Seen::Taken => text.field(&format_args!("<taken>")),
        };
        text.finish()
    }
}
