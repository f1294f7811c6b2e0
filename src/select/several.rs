//! `wait`: until several things of different kinds are ready.
//!
//! Uses `wait::several`.

use std::time::Duration;

use crate::wait::select::Waitable;
use crate::wait::several::Several;
use crate::wait::{self as waiting};

/// Waits until `count` of the objects (`None`: all of them) are ready, or until `timeout` has passed, and answers which, by
/// their positions, in the order in which they were found ready.
///
/// A greenlet is ready when it is over, an event while it is set, a result when it has one, a semaphore while it has permits, a
/// queue while it has items or when it is closed. Nothing is taken: to join, get or acquire is up to the caller, and
/// where others do so at the same time it may have to wait.
///
/// The costs grow with the number of objects, not with its square.
///
/// # Cancellation
/// Blocks here: yes; nothing is lost.
///
/// # Examples
/// ```
/// use std::time::Duration;
///
/// let quick = vervet::spawn(|| "done");
/// let never = vervet::spawn(|| vervet::sleep(Duration::MAX));
/// let ready = vervet::wait([&never as _, &quick as _], Some(Duration::from_secs(60)), Some(1));
/// assert_eq!(ready, [1]);
/// assert_eq!(quick.join().unwrap(), "done");
/// # never.kill();
/// ```
pub fn wait<'a>(
    objects: impl IntoIterator<Item = &'a dyn Waitable>,
    timeout: Option<Duration>,
    count: Option<usize>,
) -> Vec<usize> {
    let deadline = waiting::deadline_in(timeout);
    let mut several = Several::new(objects.into_iter().map(Waitable::ready));
    let count = count.unwrap_or(usize::MAX).min(several.left());
    let mut ready = Vec::with_capacity(count);
    while ready.len() < count {
        match several.next(deadline) {
            Ok(Some(number)) => ready.push(number),
            // Where a cancellation cannot unwind, what was found so far.
            Ok(None) | Err(_) => break,
        }
    }
    ready
}
