//! Many greenlets at once: `join_all`, `try_join_all`, `as_completed`, `kill_all`.
//!
//! Uses `greenlet::handle` and `wait`.

use std::fmt;
use std::iter::FusedIterator;
use std::sync::Arc;
use std::time::Duration;

use super::handle::{Greenlet, GreenletRef, JoinError, wait_for};
use crate::wait::board::Board;
use crate::wait::{self, NEVER, Reason};

/// Joins them all; the results come in the order of the greenlets.
///
/// # Cancellation
/// Blocks here: yes. If the caller is killed meanwhile, greenlets not yet joined are detached.
///
/// # Examples
/// ```
/// let greenlets = (1..=3).map(|i| vervet::spawn(move || i * 2));
/// let results: Vec<_> = vervet::join_all(greenlets).into_iter().map(Result::unwrap).collect();
/// assert_eq!(results, [2, 4, 6]);
/// ```
pub fn join_all<T>(gs: impl IntoIterator<Item = Greenlet<T>>) -> Vec<Result<T, JoinError>> {
    // All exist before the first is joined, even where the iterator spawns them.
    let greenlets: Vec<_> = gs.into_iter().collect();
    greenlets.into_iter().map(Greenlet::join).collect()
}

/// Joins them all, unless one fails: then the others are killed and waited for.
///
/// # Errors
/// The failure that came first in time.
///
/// # Cancellation
/// Blocks here: yes. If the caller is killed meanwhile, greenlets not yet joined are detached.
///
/// # Examples
/// ```
/// use std::time::Duration;
///
/// let good = vervet::spawn(|| vervet::sleep(Duration::from_secs(60)));
/// let bad = vervet::spawn(|| -> () { std::panic::resume_unwind(Box::new("no luck")) });
/// assert!(vervet::try_join_all([good, bad]).unwrap_err().is_panic());
/// ```
pub fn try_join_all<T>(gs: impl IntoIterator<Item = Greenlet<T>>) -> Result<Vec<T>, JoinError> {
    let mut completed = AsCompleted::new(gs);
    let mut values: Vec<Option<T>> = completed.greenlets.iter().map(|_| None).collect();
    while let Some((index, result)) = completed.next() {
        match result {
            Ok(value) => values[index] = Some(value),
            Err(error) => {
                let rest: Vec<_> = completed.greenlets.iter().flatten().map(Greenlet::handle).collect();
                kill_all(&rest, None);
                return Err(error);
            }
        }
    }
    Ok(values.into_iter().flatten().collect())
}

/// Joins them as they end: an iterator of (position in `gs`, result).
///
/// Dropping it early detaches the rest.
///
/// # Cancellation
/// `next` blocks: yes. If the caller is killed there, greenlets not yet joined are detached with the iterator.
///
/// # Examples
/// ```
/// use std::time::Duration;
///
/// let greenlets = [30, 10, 20].map(|ms| vervet::spawn(move || vervet::sleep(Duration::from_millis(ms))));
/// let order: Vec<_> = vervet::as_completed(greenlets).map(|(index, _)| index).collect();
/// assert_eq!(order.len(), 3);
/// ```
pub fn as_completed<T>(gs: impl IntoIterator<Item = Greenlet<T>>) -> AsCompleted<T> {
    AsCompleted::new(gs)
}

/// Kills them all, then waits until all are over, for at most `wait` (`None`: for ever). Whether they are.
///
/// A `wait` of zero only kills.
///
/// # Cancellation
/// Blocks here: yes; all kills have been sent by then.
///
/// # Examples
/// ```
/// let greenlets = [(); 3].map(|()| vervet::spawn(|| vervet::sleep(std::time::Duration::MAX)));
/// let handles: Vec<_> = greenlets.iter().map(vervet::Greenlet::handle).collect();
/// assert!(vervet::kill_all(&handles, None));
/// ```
pub fn kill_all(gs: &[GreenletRef], wait: Option<Duration>) -> bool {
    gs.iter().for_each(GreenletRef::kill);
    let deadline = wait::deadline_in(wait);
    gs.iter().all(|greenlet| {
        if deadline != NEVER && wait.is_some_and(|wait| wait.is_zero()) {
            greenlet.0.exit.is_released()
        } else {
            wait_for(&greenlet.0, deadline).unwrap_or(false)
        }
    })
}

/// The iterator of [`as_completed`].
#[must_use = "iterators do nothing unless advanced"]
pub struct AsCompleted<T> {
    greenlets: Vec<Option<Greenlet<T>>>,
    left: usize,
    /// Which have ended; their `on_exit` callbacks write here.
    ended: Arc<Board>,
}

impl<T> AsCompleted<T> {
    fn new(gs: impl IntoIterator<Item = Greenlet<T>>) -> AsCompleted<T> {
        let greenlets: Vec<_> = gs.into_iter().map(Some).collect();
        let ended = Arc::new(Board::default());
        for (index, greenlet) in greenlets.iter().flatten().enumerate() {
            let ended = Arc::clone(&ended);
            greenlet.on_exit(move |_| ended.post(index));
        }
        AsCompleted { left: greenlets.len(), greenlets, ended }
    }
}

impl<T> Iterator for AsCompleted<T> {
    type Item = (usize, Result<T, JoinError>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        let index = self.ended.next(Reason::Join, NEVER).ok().flatten()?;
        self.left -= 1;
        // Each callback runs once, so each index comes once.
        let greenlet = self.greenlets[index].take()?;
        Some((index, greenlet.join()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T> ExactSizeIterator for AsCompleted<T> {}
impl<T> FusedIterator for AsCompleted<T> {}

impl<T> fmt::Debug for AsCompleted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsCompleted").field("left", &self.left).finish()
    }
}
