//! `EventSource`: a timer, or an fd, that posts events by itself.
//!
//! Uses `event_engine::shared`, `select`, `sync` and `greenlet`.
//!
//! Each has a greenlet, which is one of the engine's `feeds`, and posts as anybody would. What is special about its events is the
//! `Ticket` they carry: it is there until the event has been handled, or dropped. A repeating source posts no event before the
//! ticket of the last one is gone.

use std::fmt;
use std::hash::Hash;
use std::io;
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::shared::Shared;
use crate::greenlet::{self, Builder, GreenletRef, expect_spawned};
use crate::select::Readiness;
use crate::sync::Event;

/// A timer of an engine, or an fd that it watches. Dropping it leaves the source as it is; clones mean the same one.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use vervet::event_engine::EventEngine;
///
/// let engine = EventEngine::new();
/// let late = engine.after(Duration::from_secs(3600), "alarm", ());
/// assert!(late.is_active());
/// late.cancel();
/// assert!(!late.is_active());
/// # engine.post("alarm", ()).unwrap();
/// ```
#[derive(Clone)]
pub struct EventSource(Arc<Origin>);

struct Origin {
    cancelled: AtomicBool,
    /// Set unless there is an event that has not been handled.
    handled: Event,
    greenlet: OnceLock<GreenletRef>,
}

/// With an event, until that has been handled.
pub(super) struct Ticket(Arc<Origin>);

/// One beat of a timer that repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tick {
    /// Which one it is: 1 for the first that is posted.
    pub number: u64,
    /// How many were skipped before it, because the last one had not been handled when their time came.
    pub missed: u64,
    /// When its time was.
    pub due: Instant,
}

impl EventSource {
    fn new() -> EventSource {
        let handled = Event::new();
        handled.set();
        EventSource(Arc::new(Origin {
            cancelled: AtomicBool::new(false),
            handled,
            greenlet: OnceLock::new(),
        }))
    }

    /// Ends it: from now on no event of it is handled, those included that have been posted already. One that is being handled is
    /// not cut short. The fd is closed, and the closure dropped, soon after this. Does not block.
    pub fn cancel(&self) {
        // Release: pairs with the Acquire of `Ticket::is_void`.
        self.0.cancelled.store(true, Ordering::Release);
        if let Some(greenlet) = self.0.greenlet.get() {
            greenlet.kill();
        }
    }

    /// Whether there may be events of it: it has not been cancelled, and has more to post, or has posted what is not handled yet.
    #[must_use]
    pub fn is_active(&self) -> bool {
        let over = || self.0.greenlet.get().is_some_and(GreenletRef::is_finished) && self.0.handled.is_set();
        !self.0.cancelled.load(Ordering::Acquire) && !over()
    }

    fn ticket(&self) -> Ticket {
        self.0.handled.clear();
        Ticket(Arc::clone(&self.0))
    }

    /// Waits until the event that was posted last has been handled.
    fn wait(&self) {
        self.0.handled.wait();
    }
}

impl Ticket {
    /// Whether the event is not to be handled any more.
    pub(super) fn is_void(&self) -> bool {
        self.0.cancelled.load(Ordering::Acquire)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.handled.set();
    }
}

impl<K, E> Shared<K, E>
where
    K: Eq + Hash + Clone + Send + 'static,
    E: Send + 'static,
{
    /// Posts `event` once, after `delay`.
    #[track_caller]
    pub(super) fn once_after(self: &Arc<Self>, delay: Duration, key: K, event: E) -> EventSource {
        let source = EventSource::new();
        let (shared, theirs) = (Arc::clone(self), source.clone());
        // It has no stack until its time comes.
        let timer = greenlet::spawn_later(delay, move || drop(shared.post_from(theirs.ticket(), key, event)));
        let timer = timer.handle();
        self.feeds.add(&timer);
        self.adopt(source, timer)
    }

    /// Posts what `event` makes, each time that another `period` has passed.
    #[track_caller]
    pub(super) fn each(
        self: &Arc<Self>,
        period: Duration,
        key: K,
        mut event: impl FnMut(Tick) -> E + Send + 'static,
    ) -> EventSource {
        let start = Instant::now();
        self.feed("timer", move |shared, source| {
            let (mut number, mut beat) = (0, 0);
            loop {
                let now = next_beat(start, period, beat);
                let Some(due) = moment(start, period, now) else { return greenlet::sleep(Duration::MAX) };
                greenlet::sleep(due.saturating_duration_since(Instant::now()));
                number += 1;
                let tick = Tick { number, missed: now - beat - 1, due };
                beat = now;
                if shared.post_from(source.ticket(), key.clone(), event(tick)).is_err() {
                    return;
                }
                source.wait();
            }
        })
    }

    /// Posts what `event` makes whenever `fd` is ready, as `readiness` has it, and the last event has been handled.
    #[track_caller]
    pub(super) fn watch<F: AsFd + Send + 'static>(
        self: &Arc<Self>,
        fd: F,
        readiness: fn(&F) -> Readiness<'_>,
        key: K,
        mut event: impl FnMut(&F, io::Result<()>) -> E + Send + 'static,
    ) -> EventSource {
        self.feed("watch", move |shared, source| {
            loop {
                let ready = crate::select! { ready = readiness(&fd) => ready };
                let failed = ready.is_err();
                let event = event(&fd, ready);
                if shared.post_from(source.ticket(), key.clone(), event).is_err() || failed {
                    return;
                }
                source.wait();
            }
        })
    }

    /// A source whose greenlet runs `body`.
    #[track_caller]
    fn feed(
        self: &Arc<Self>,
        kind: &str,
        body: impl FnOnce(&Shared<K, E>, &EventSource) + Send + 'static,
    ) -> EventSource {
        let source = EventSource::new();
        let (shared, theirs) = (Arc::clone(self), source.clone());
        let builder = Builder::new().name(format!("{} {kind}", self.name));
        let spawned = self.feeds.spawn_with(builder, move || body(&shared, &theirs));
        self.adopt(source, expect_spawned(spawned).handle())
    }

    fn adopt(&self, source: EventSource, greenlet: GreenletRef) -> EventSource {
        let greenlet = source.0.greenlet.get_or_init(|| greenlet);
        if !self.is_open() {
            // Whoever has closed the engine may have come too early to find it.
            greenlet.kill();
        }
        source
    }
}

/// Which multiple of `period` since `start` is the next to come, after number `last`.
fn next_beat(start: Instant, period: Duration, last: u64) -> u64 {
    let passed = start.elapsed().as_nanos().checked_div(period.as_nanos()).unwrap_or(0);
    last.max(u64::try_from(passed).unwrap_or(u64::MAX)).saturating_add(1)
}

/// When the time of a beat is. `None`: beyond what the clock can tell.
fn moment(start: Instant, period: Duration, beat: u64) -> Option<Instant> {
    const SECOND: u128 = Duration::from_secs(1).as_nanos();
    let nanos = period.as_nanos().checked_mul(beat.into())?;
    start.checked_add(Duration::new((nanos / SECOND).try_into().ok()?, (nanos % SECOND) as u32))
}

impl fmt::Debug for EventSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventSource").field("active", &self.is_active()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beats_are_multiples_of_the_period() {
        let start = Instant::now() - Duration::from_millis(35);
        let period = Duration::from_millis(10);
        assert!(next_beat(start, period, 0) >= 4);
        assert_eq!(next_beat(start, Duration::from_secs(3600), 0), 1);
        assert_eq!(next_beat(start, Duration::from_secs(3600), 7), 8);
        assert_eq!(moment(start, period, 4), Some(start + Duration::from_millis(40)));
    }

    #[test]
    fn a_period_of_zero_has_beats_all_the_same() {
        let start = Instant::now();
        assert_eq!(next_beat(start, Duration::ZERO, 5), 6);
        assert_eq!(moment(start, Duration::ZERO, 6), Some(start));
    }

    #[test]
    fn what_the_clock_cannot_tell_never_comes() {
        assert_eq!(moment(Instant::now(), Duration::MAX, 1), None);
        assert_eq!(moment(Instant::now(), Duration::MAX, u64::MAX), None);
    }
}
