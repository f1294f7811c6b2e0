//! `PoolFull`.
//!
//! Uses nothing of the crate.

use std::error::Error;
use std::fmt;

/// A [`Pool`](super::Pool) had no slot: what [`try_spawn`](super::Pool::try_spawn) and [`spawn_timeout`](super::Pool::spawn_timeout)
/// answer then. It has the closure that was not spawned.
///
/// # Examples
/// ```
/// use vervet::pool::Pool;
///
/// let pool = Pool::new(1);
/// let first = pool.spawn(|| vervet::sleep(std::time::Duration::MAX));
/// let full = pool.try_spawn(|| 6 * 7).unwrap_err();
/// assert_eq!(full.to_string(), "the pool is full");
/// assert_eq!(full.into_inner()(), 42);
/// # first.kill();
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PoolFull<F>(pub F);

impl<F> PoolFull<F> {
    /// What was to be spawned.
    #[must_use]
    pub fn into_inner(self) -> F {
        self.0
    }
}

impl<F> fmt::Debug for PoolFull<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PoolFull(..)")
    }
}

impl<F> fmt::Display for PoolFull<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the pool is full")
    }
}

impl<F> Error for PoolFull<F> {}
