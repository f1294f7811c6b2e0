//! `spawn_on_greenlet` and its kin.
//!
//! Uses `greenlet`, for spawning.

use std::future::Future;

use super::block_on;
use crate::greenlet::{Greenlet, spawn, spawn_local};

/// Starts a greenlet that waits for what `future` yields, as [`spawn`] does with a closure that calls [`block_on()`].
///
/// Nothing is polled before it returns. The handle is joined, awaited, killed or dropped as any other: dropped, it detaches the
/// greenlet, as `tokio::spawn`'s does its task.
///
/// # Panics
/// As [`spawn`].
///
/// # Cancellation
/// Blocks here: no. Whoever kills the greenlet has the future dropped there, in the middle or before its first poll.
///
/// # Examples
/// ```
/// use vervet::future::spawn_on_greenlet;
///
/// let inner = spawn_on_greenlet(async { 6 });
/// let outer = spawn_on_greenlet(async { inner.await.unwrap() * 7 });
/// assert_eq!(outer.join().unwrap(), 42);
/// ```
#[track_caller]
pub fn spawn_on_greenlet<F>(future: F) -> Greenlet<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    spawn(move || block_on(future))
}

/// As [`spawn_on_greenlet`], for a future that cannot be sent to another thread: the greenlet stays on this worker.
///
/// # Panics
/// As [`spawn_local`]: also outside a greenlet.
///
/// # Cancellation
/// As [`spawn_on_greenlet`].
///
/// # Examples
/// ```
/// use std::rc::Rc;
/// use vervet::future::spawn_local_on_greenlet;
///
/// vervet::run(|| {
///     let here = Rc::new(1);
///     let there = Rc::clone(&here);
///     assert_eq!(spawn_local_on_greenlet(async move { *there }).join().unwrap(), 1);
/// });
/// ```
#[track_caller]
pub fn spawn_local_on_greenlet<F>(future: F) -> Greenlet<F::Output>
where
    F: Future<Output: 'static> + 'static,
{
    spawn_local(move || block_on(future))
}
