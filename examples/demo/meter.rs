//! What the clients measure, both sides alike.

use std::io;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

/// Shares the recording between so many locks that clients rarely meet at one.
const STRIPES: usize = 8;

/// Clients start when all of them have been told, for else the first ones' traffic would hold up the telling:
/// so much time for each client, and a little for all.
const TELL_EACH: Duration = Duration::from_micros(100);
const TELL_ALL: Duration = Duration::from_millis(100);

/// Traffic before the measured time, for caches to fill and for turns to settle.
const WARM_UP: Duration = Duration::from_millis(500);

/// Counts round trips in a window of time and remembers how long they took.
///
/// The locks are std's on both sides: they are held for some nanoseconds and never across a blocking call.
pub(crate) struct Meter {
    plan: OnceLock<Plan>,
    stripes: [Mutex<Stripe>; STRIPES],
    failure: Mutex<Option<(usize, String)>>,
}

#[derive(Clone, Copy)]
pub(crate) struct Plan {
    /// When the clients begin.
    pub(crate) start: Instant,
    /// The measured time.
    pub(crate) begin: Instant,
    pub(crate) end: Instant,
}

struct Stripe {
    requests: u64,
    nanos: Histogram<u32>,
}

impl Meter {
    pub(crate) fn new() -> io::Result<Self> {
        // From a microsecond to a minute, three digits: 80 KB a stripe. What is longer counts as a minute.
        let nanos = Histogram::new_with_bounds(1_000, 60_000_000_000, 3).map_err(io::Error::other)?;
        let stripes = std::array::from_fn(|_| Mutex::new(Stripe { requests: 0, nanos: nanos.clone() }));
        Ok(Self { plan: OnceLock::new(), stripes, failure: Mutex::new(None) })
    }

    /// Fixes when `clients` clients, about to be told, shall begin and end.
    pub(crate) fn plan(&self, clients: usize, length: Duration) -> Plan {
        *self.plan.get_or_init(|| {
            let start = Instant::now() + TELL_ALL + TELL_EACH * clients as u32;
            let begin = start + WARM_UP;
            Plan { start, begin, end: begin + length }
        })
    }

    /// How long a client has to wait for the others to be told.
    pub(crate) fn until_start(&self) -> Duration {
        self.plan.get().map_or(Duration::ZERO, |plan| plan.start.saturating_duration_since(Instant::now()))
    }

    pub(crate) fn is_over(&self, now: Instant) -> bool {
        self.plan.get().is_some_and(|plan| now >= plan.end)
    }

    /// A round trip. It counts if it was done in the measured time; how long it took is of interest if it
    /// began in it, for else those still waiting at the end, the slow ones, would be left out.
    pub(crate) fn record(&self, client: usize, sent: Instant, received: Instant) {
        let Some(&Plan { begin, end, .. }) = self.plan.get() else { return };
        let mut stripe = lock(&self.stripes[client % STRIPES]);
        if (begin..end).contains(&received) {
            stripe.requests += 1;
        }
        if (begin..end).contains(&sent) {
            stripe.nanos.saturating_record((received - sent).as_nanos() as u64);
        }
    }

    /// A connection broke off. The first one's reason is kept.
    pub(crate) fn failed(&self, why: &io::Error) {
        lock(&self.failure).get_or_insert_with(|| (0, why.to_string())).0 += 1;
    }

    pub(crate) fn requests(&self) -> u64 {
        self.stripes.iter().map(|stripe| lock(stripe).requests).sum()
    }

    /// How long so many of a thousand round trips took at most, for each of `per_mille`.
    pub(crate) fn latency<const N: usize>(&self, per_mille: [u32; N]) -> io::Result<[Duration; N]> {
        let mut all = lock(&self.stripes[0]).nanos.clone();
        for stripe in &self.stripes[1..] {
            all.add(&lock(stripe).nanos).map_err(io::Error::other)?;
        }
        Ok(per_mille.map(|q| Duration::from_nanos(all.value_at_quantile(f64::from(q) / 1000.0))))
    }

    /// How many connections broke off, and the first one's reason.
    pub(crate) fn failure(&self) -> Option<(usize, String)> {
        lock(&self.failure).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
