//! asyncio's `gather`, and its `TaskGroup`.

use std::future::IntoFuture;

use futures::future::{join_all, try_join_all};
use vervet::GreenletRef;

use crate::tasks::{Outcome, Task, shield};

/// Cancels tasks when it is dropped.
struct Tied(Vec<GreenletRef>);

impl Drop for Tied {
    fn drop(&mut self) {
        self.0.iter().for_each(GreenletRef::kill);
    }
}

impl Tied {
    fn to<T>(tasks: &[Task<T>]) -> Tied {
        Tied(tasks.iter().map(|task| task.0.handle()).collect())
    }

    fn untie(mut self) -> Vec<GreenletRef> {
        std::mem::take(&mut self.0)
    }
}

/// The values of all, in order; or the first exception, which leaves the others alone. A cancellation takes them along.
pub(crate) async fn gather<T>(tasks: impl IntoIterator<Item = Task<T>>) -> Outcome<Vec<T>> {
    let tasks: Vec<_> = tasks.into_iter().collect();
    let tied = Tied::to(&tasks);
    let values = try_join_all(tasks.into_iter().map(shield)).await;
    tied.untie();
    values
}

/// The same, but an exception cancels the others, and comes when they are over: a `TaskGroup`.
pub(crate) async fn gather_or_cancel<T>(tasks: impl IntoIterator<Item = Task<T>>) -> Outcome<Vec<T>> {
    let tasks: Vec<_> = tasks.into_iter().collect();
    let tied = Tied::to(&tasks);
    let values = try_join_all(tasks.into_iter().map(shield)).await;
    let cancelled = tied.untie();
    let ended = vervet::spawn(move || vervet::kill_all(&cancelled, None));
    ended.await.expect("it only waits");
    values
}

/// `gather(.., return_exceptions=True)`.
pub(crate) async fn gather_exceptions<T: Send + 'static>(
    tasks: impl IntoIterator<Item = Task<T>>,
) -> Vec<Outcome<T>> {
    join_all(tasks.into_iter().map(Task::into_future)).await
}
