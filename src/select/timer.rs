//! Time as a source.
//!
//! Uses `wait`.

use std::time::{Duration, Instant};

use crate::wait::select::Source;
use crate::wait::{self, Waker};

/// Chosen when its time has come: what [`after`] and [`at`] make.
#[derive(Clone, Debug)]
pub struct After {
    due: u64,
}

/// A source that yields once `d` has passed, counted from this call. A `d` beyond the clock's range never does.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use vervet::queue::Queue;
///
/// let orders = Queue::<u32>::unbounded();
/// vervet::select! {
///     order = orders.get() => unreachable!("{order:?}"),
///     _ = after(Duration::from_millis(5)) => {}
/// }
/// ```
#[must_use = "a source does nothing unless it is selected"]
pub fn after(d: Duration) -> After {
    After { due: wait::deadline_in(Some(d)) }
}

/// A source that yields at `moment`, or at once if that has been.
#[must_use = "a source does nothing unless it is selected"]
pub fn at(moment: Instant) -> After {
    After { due: wait::deadline_at(Some(moment)) }
}

impl Source for After {
    type Output = ();

    fn try_take(&mut self) -> Option<()> {
        wait::is_past(self.due).then_some(())
    }

    fn watch(&mut self, _: Waker) -> bool {
        // The wait ends by itself at `due`.
        true
    }

    fn unwatch(&mut self) -> Option<()> {
        None
    }

    fn due(&self) -> u64 {
        self.due
    }
}
