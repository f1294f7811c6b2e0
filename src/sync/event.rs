//! `Event`.
//!
//! Uses `sync::raw` and `wait`.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

use super::raw::event::{Begun, RawEvent, Watch};
use super::see_through;
use crate::wait::select::{Source, Waitable};
use crate::wait::{self, NEVER, Waker};

/// A flag that greenlets and threads wait for.
///
/// Not in std. Once [`set`](Event::set), it stays so, and nobody waits any more, until somebody calls [`clear`](Event::clear). Whoever
/// waits at the moment of `set` goes on, even if the event is cleared before he has had a chance to look.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use vervet::sync::Event;
///
/// static READY: Event = Event::new();
///
/// let waiters: Vec<_> = (0..3).map(|_| vervet::spawn(|| READY.wait())).collect();
/// assert!(!READY.wait_timeout(Duration::from_millis(2)));
/// READY.set();
/// for waiter in waiters {
///     waiter.join().unwrap();
/// }
/// assert!(READY.is_set());
/// ```
pub struct Event {
    raw: RawEvent,
}

// No panic leaves it in between: it is a flag, and a queue that no code of the user's touches.
impl UnwindSafe for Event {}
impl RefUnwindSafe for Event {}

impl Event {
    /// An event that is not set.
    #[must_use]
    pub const fn new() -> Event {
        Event { raw: RawEvent::new() }
    }

    /// Sets the event: all who wait go on, in the order in which they came, and nobody waits from now on. What the caller did
    /// before is visible to them. To set it once more changes nothing.
    ///
    /// # Cancellation
    /// Blocks here: no.
    pub fn set(&self) {
        self.raw.set();
    }

    /// Takes it back: those who come from now on wait for the next [`set`](Event::set).
    ///
    /// # Cancellation
    /// Blocks here: no.
    ///
    /// # Examples
    /// ```
    /// use vervet::sync::Event;
    ///
    /// let event = Event::new();
    /// event.set();
    /// event.wait();
    /// event.clear();
    /// assert!(!event.is_set());
    /// ```
    pub fn clear(&self) {
        self.raw.clear();
    }

    /// As [`clear`](Event::clear), under another name.
    pub fn reset(&self) {
        self.clear();
    }

    /// Whether it is set.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.raw.is_set()
    }

    /// Waits until the event is set.
    ///
    /// # Cancellation
    /// Blocks here: yes; a pending kill or timeout takes effect even if the event is set. Nothing is left behind.
    pub fn wait(&self) {
        self.wait_until(NEVER);
    }

    /// Waits until the event is set, for at most `d`. Whether it was set meanwhile: if so, that may have been taken back by now.
    ///
    /// # Cancellation
    /// Blocks here: yes; as [`wait`](Event::wait).
    pub fn wait_timeout(&self, d: Duration) -> bool {
        self.wait_until(wait::deadline_in(Some(d)))
    }

    /// A source for [`select!`](crate::select!), where it is written `event.wait()`: yields `()` when [`wait`](Event::wait) would
    /// return.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use vervet::sync::{Arc, Event};
    ///
    /// let stop = Arc::new(Event::new());
    /// let theirs = Arc::clone(&stop);
    /// let ticks = vervet::spawn(move || {
    ///     for tick in 0.. {
    ///         vervet::select! {
    ///             _ = theirs.wait() => return tick,
    ///             _ = after(Duration::from_millis(1)) => {}
    ///         }
    ///     }
    ///     unreachable!()
    /// });
    /// vervet::sleep(Duration::from_millis(10));
    /// stop.set();
    /// assert!(ticks.join().unwrap() < 10_000);
    /// ```
    #[must_use = "a source does nothing unless it is selected"]
    pub fn select_wait(&self) -> EventWait<'_> {
        EventWait { event: self, begun: None, watch: None }
    }

    fn wait_until(&self, deadline: u64) -> bool {
        // Where nothing can unwind, it waits regardless.
        let _ = wait::enter();
        see_through(|| self.raw.wait(deadline))
    }
}

/// Yields when the event is set: what [`Event::select_wait`] makes.
#[derive(Debug)]
pub struct EventWait<'a> {
    event: &'a Event,
    begun: Option<Begun>,
    watch: Option<Watch>,
}

impl Source for EventWait<'_> {
    type Output = ();

    fn try_take(&mut self) -> Option<()> {
        self.event.raw.was_set(self.begun).then_some(())
    }

    fn watch(&mut self, waker: Waker) -> bool {
        self.watch = self.event.raw.watch(waker, &mut self.begun);
        self.watch.is_some()
    }

    fn unwatch(&mut self) -> Option<()> {
        let released = self.watch.take().is_some_and(|watch| self.event.raw.unwatch(watch));
        released.then_some(())
    }
}

impl Waitable for Event {
    fn ready(&self) -> Box<dyn Source<Output = ()> + '_> {
        Box::new(self.select_wait())
    }
}

impl Default for Event {
    fn default() -> Event {
        Event::new()
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event").field("set", &self.is_set()).finish_non_exhaustive()
    }
}
