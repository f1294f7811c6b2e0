//! `WaitGroup`.
//!
//! Uses `sync::raw` and `wait`.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::raw::event::{Begun, RawEvent, Watch};
use super::see_through;
use crate::wait::select::{Source, Waitable};
use crate::wait::{self, NEVER, Waker};

/// A group that is waited for until all of it is done.
///
/// Not in std. There are two ways to count, which may be mixed:
///
/// * As crossbeam's: each clone counts until it is dropped.
/// * As Go's: [`add`](WaitGroup::add) counts, and [`done`](WaitGroup::done) counts down.
///
/// A handle that waits does not count while it does: neither for itself, nor for others that wait. When nothing counts any more,
/// all who wait go on, even if something is added before they have had a chance to look. Then the group can be used again.
///
/// # Examples
/// ```
/// use vervet::sync::WaitGroup;
/// use vervet::sync::atomic::{AtomicU32, Ordering};
///
/// static DONE: AtomicU32 = AtomicU32::new(0);
///
/// let group = WaitGroup::new();
/// for _ in 0..4 {
///     let group = group.clone();
///     vervet::spawn(move || {
///         DONE.fetch_add(1, Ordering::Relaxed);
///         drop(group);
///     });
/// }
/// group.wait();
/// assert_eq!(DONE.load(Ordering::Relaxed), 4);
/// ```
///
/// Counted as in Go:
/// ```
/// use vervet::sync::WaitGroup;
///
/// let group = WaitGroup::new();
/// vervet::scope(|s| {
///     group.add(4);
///     for _ in 0..4 {
///         s.spawn(|| group.done());
///     }
///     group.wait();
/// });
/// ```
pub struct WaitGroup {
    shared: Arc<Shared>,
    /// How many wait with this handle. Changes under the lock, which orders it.
    waits: AtomicUsize,
}

struct Shared {
    counts: Mutex<Counts>,
    /// Set while nothing counts. Changes under the lock, too.
    idle: RawEvent,
}

struct Counts {
    /// Handles that do not wait.
    handles: usize,
    /// What was added and is not done.
    added: usize,
}

/// A handle that does not count, as it waits.
#[derive(Debug)]
struct Aside<'a> {
    group: &'a WaitGroup,
    begun: Begun,
}

// No panic leaves it in between: they are counts, and no code of the user's runs under the lock.
impl UnwindSafe for WaitGroup {}
impl RefUnwindSafe for WaitGroup {}

impl WaitGroup {
    /// A new group, of this handle alone.
    #[must_use]
    pub fn new() -> WaitGroup {
        let counts = Mutex::new(Counts { handles: 1, added: 0 });
        WaitGroup::of(Arc::new(Shared { counts, idle: RawEvent::new() }))
    }

    fn of(shared: Arc<Shared>) -> WaitGroup {
        WaitGroup { shared, waits: AtomicUsize::new(0) }
    }

    /// Counts `n` more, to be [`done`](WaitGroup::done).
    ///
    /// # Panics
    /// If they are more than can be counted.
    pub fn add(&self, n: usize) {
        let added = self.change(|counts| counts.added.checked_add(n).map(|added| counts.added = added));
        added.expect("a wait group cannot count that many");
    }

    /// Counts one down that was [added](WaitGroup::add).
    ///
    /// # Panics
    /// If all that was added is done already.
    ///
    /// # Cancellation
    /// Blocks here: no.
    #[track_caller]
    pub fn done(&self) {
        let done = self.change(|counts| counts.added.checked_sub(1).map(|added| counts.added = added));
        done.expect("WaitGroup::done was called more often than was added");
    }

    /// Waits until nothing counts but handles that wait.
    ///
    /// # Cancellation
    /// Blocks here: yes. Cut short, the handle counts again.
    pub fn wait(&self) {
        self.wait_until(NEVER);
    }

    /// As [`wait`](WaitGroup::wait), for at most `d`. `false`: the time was up.
    ///
    /// # Cancellation
    /// Blocks here: yes. Cut short, the handle counts again.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use vervet::sync::WaitGroup;
    ///
    /// let group = WaitGroup::new();
    /// group.add(1);
    /// assert!(!group.wait_timeout(Duration::from_millis(2)));
    /// group.done();
    /// assert!(group.wait_timeout(Duration::ZERO));
    /// ```
    pub fn wait_timeout(&self, d: Duration) -> bool {
        self.wait_until(wait::deadline_in(Some(d)))
    }

    /// A source for [`select!`](crate::select!), where it is written `group.wait()`: yields `()` when [`wait`](WaitGroup::wait)
    /// would return. The handle does not count while the selection waits.
    #[must_use = "a source does nothing unless it is selected"]
    pub fn select_wait(&self) -> WaitGroupWait<'_> {
        WaitGroupWait { group: self, begun: None, watching: None }
    }

    fn wait_until(&self, deadline: u64) -> bool {
        // Where nothing can unwind, it waits regardless.
        let _ = wait::enter();
        let aside = self.step_aside();
        see_through(|| self.shared.idle.wait_since(Some(aside.begun), deadline))
    }

    fn step_aside(&self) -> Aside<'_> {
        self.change(|counts| {
            let waits = self.waits.load(Ordering::Relaxed) + 1;
            self.waits.store(waits, Ordering::Relaxed);
            counts.handles -= usize::from(waits == 1);
            // Here, before that may release all who wait, this one included.
            Aside { group: self, begun: self.shared.idle.begin() }
        })
    }

    /// Changes the counts, and sets or clears the event if it is the first or the last that counts.
    fn change<R>(&self, change: impl FnOnce(&mut Counts) -> R) -> R {
        let mut counts = self.shared.counts();
        let before = counts.is_idle();
        let result = change(&mut counts);
        // Under the lock, so that the event goes the same way as the counts.
        match (before, counts.is_idle()) {
            (false, true) => self.shared.idle.set(),
            (true, false) => self.shared.idle.clear(),
            _ => {}
        }
        result
    }
}

impl Shared {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn is_idle(&self) -> bool {
        self.handles == 0 && self.added == 0
    }
}

impl Drop for Aside<'_> {
    fn drop(&mut self) {
        self.group.change(|counts| {
            let waits = self.group.waits.load(Ordering::Relaxed) - 1;
            self.group.waits.store(waits, Ordering::Relaxed);
            counts.handles += usize::from(waits == 0);
        });
    }
}

impl Clone for WaitGroup {
    fn clone(&self) -> WaitGroup {
        self.change(|counts| counts.handles += 1);
        WaitGroup::of(Arc::clone(&self.shared))
    }
}

impl Drop for WaitGroup {
    fn drop(&mut self) {
        self.change(|counts| counts.handles -= 1);
    }
}

impl Default for WaitGroup {
    fn default() -> WaitGroup {
        WaitGroup::new()
    }
}

impl fmt::Debug for WaitGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.shared.counts();
        f.debug_struct("WaitGroup")
            .field("handles", &counts.handles)
            .field("added", &counts.added)
            .finish_non_exhaustive()
    }
}

/// Yields when nothing counts: what [`WaitGroup::select_wait`] makes.
#[derive(Debug)]
pub struct WaitGroupWait<'a> {
    group: &'a WaitGroup,
    begun: Option<Begun>,
    /// While it waits, and does not count.
    watching: Option<(Watch, Aside<'a>)>,
}

impl Source for WaitGroupWait<'_> {
    type Output = ();

    fn try_take(&mut self) -> Option<()> {
        let aside = self.group.step_aside();
        self.group.shared.idle.was_set(self.begun.or(Some(aside.begun))).then_some(())
    }

    fn watch(&mut self, waker: Waker) -> bool {
        let aside = self.group.step_aside();
        self.begun.get_or_insert(aside.begun);
        self.watching = self.group.shared.idle.watch(waker, &mut self.begun).map(|watch| (watch, aside));
        self.watching.is_some()
    }

    fn unwatch(&mut self) -> Option<()> {
        let (watch, _aside) = self.watching.take()?;
        self.group.shared.idle.unwatch(watch).then_some(())
    }
}

impl Waitable for WaitGroup {
    fn ready(&self) -> Box<dyn Source<Output = ()> + '_> {
        Box::new(self.select_wait())
    }
}
