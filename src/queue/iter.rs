//! The iterators of all types of queues. Each takes what it yields.
//!
//! Uses nothing of the crate; `handle!` has what they do.

/// Gets until the queue is closed and empty: what `iter` makes.
///
/// # Cancellation
/// `next` blocks: yes, as `get`.
#[derive(Debug)]
pub struct Iter<'a, Q>(pub(super) &'a Q);

/// Gets what is there: what `try_iter` makes.
#[derive(Debug)]
pub struct TryIter<'a, Q>(pub(super) &'a Q);

/// Gets until the queue is closed and empty: what `into_iter` makes of a handle.
///
/// # Cancellation
/// `next` blocks: yes, as `get`.
#[derive(Debug)]
pub struct IntoIter<Q>(pub(super) Q);
