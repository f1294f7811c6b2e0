//! asyncio's tasks. Each is a future on a greenlet of its own: it may await, and it may block.

use std::error::Error;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::panic::resume_unwind;
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use vervet::future::{block_on, kill_on_drop, spawn_on_greenlet};
use vervet::{Greenlet, JoinError};

/// A value, or an exception.
pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Dropped, it goes on. Awaited, it is cancelled together with whoever awaits it.
pub(crate) struct Task<T>(pub(crate) Greenlet<Outcome<T>>);

/// The exception that a cancelled task comes to.
#[derive(Debug)]
pub(crate) struct Cancelled;

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cancelled")
    }
}

impl Error for Cancelled {}

pub(crate) fn run<T: Send + 'static>(main: impl Future<Output = T> + Send + 'static) -> T {
    vervet::run(move || block_on(main))
}

pub(crate) fn create_task<T, C>(coroutine: C) -> Task<T>
where
    T: Send + 'static,
    C: Future<Output = Outcome<T>> + Send + 'static,
{
    Task(spawn_on_greenlet(coroutine))
}

impl<T> Task<T> {
    pub(crate) fn cancel(&self) {
        self.0.kill();
    }
}

impl<T: Send + 'static> IntoFuture for Task<T> {
    type Output = Outcome<T>;
    type IntoFuture = BoxFuture<'static, Outcome<T>>;

    fn into_future(self) -> BoxFuture<'static, Outcome<T>> {
        kill_on_drop(self.0).map(outcome).boxed()
    }
}

fn outcome<T>(joined: Result<Outcome<T>, JoinError>) -> Outcome<T> {
    match joined {
        Ok(outcome) => outcome,
        Err(JoinError::Killed) => Err(Cancelled.into()),
        Err(JoinError::Panicked(payload)) => resume_unwind(payload),
    }
}

/// Awaits a task that goes on when whoever awaits it is cancelled.
pub(crate) async fn shield<T>(task: Task<T>) -> Outcome<T> {
    outcome(task.0.await)
}

/// Cancels the coroutine if it takes longer, and is back when that is over.
pub(crate) async fn wait_for<T, C>(coroutine: C, limit: Duration) -> Outcome<T>
where
    T: Send + 'static,
    C: Future<Output = Outcome<T>> + Send + 'static,
{
    let timed = vervet::spawn(move || vervet::timeout(limit, || block_on(coroutine)));
    outcome(kill_on_drop(timed).await.map(|in_time| in_time.unwrap_or_else(|late| Err(late.into()))))
}
