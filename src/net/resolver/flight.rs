//! `Resolver`: one look-up for all who ask at the same time.
//!
//! Uses `greenlet` (for its threads), `wait` and the rest of `resolver`.
//!
//! A *flight* is one look-up under way, and those who wait for it. Who asks for a name boards the flight of that name, or has one
//! begin; it runs on a thread of the resolver's and belongs to none of them, so that nobody's end is its end. Only a flight
//! which has not begun, and for which nobody waits any more, is called off.
//!
//! Under the resolver's lock: a flight is in the table until it is called off or its answer is there; boarding, and the look
//! whether anybody is on board, both happen there. So nobody boards a flight that is called off.

use std::any::Any;
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::builder::{Builder, Lookup};
use super::cache::{Answer, Cache, Failure};
use crate::greenlet::{Lane, panic_text};
use crate::wait::queue::{Place, WaitQueue};
use crate::wait::{self, Cancelled, NEVER, Reason};

/// Looks up names. Cloning it is cheap; the clones share look-ups, cache and threads.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use vervet::net::resolver::Resolver;
///
/// let resolver = Resolver::builder().cache(Duration::from_secs(30), 100).build();
/// assert!(resolver.lookup("localhost")?.iter().all(|ip| ip.is_loopback()));
/// assert_eq!(resolver.cached(), 1);
/// # std::io::Result::Ok(())
/// ```
#[derive(Clone)]
pub struct Resolver {
    shared: Arc<Shared>,
}

struct Shared {
    lookup: Lookup,
    lane: Lane,
    state: Mutex<State>,
}

struct State {
    flights: HashMap<Box<str>, Arc<Flight>>,
    cache: Cache,
}

struct Flight {
    /// Goes up under the resolver's lock only. Relaxed: that lock orders what matters, and a look-up too many is no harm.
    on_board: AtomicUsize,
    board: Mutex<Board>,
}

struct Board {
    answer: Option<Answer>,
    waiters: WaitQueue,
}

/// A place on a flight.
struct Seat<'a>(&'a Flight);

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.0.on_board.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Resolver {
    /// The system's resolver, without a cache, as it is the default one.
    #[must_use]
    pub fn new() -> Resolver {
        Resolver::builder().build()
    }

    /// Settings for another one.
    pub fn builder() -> Builder {
        Builder::new()
    }

    pub(super) fn with(settings: Builder) -> Resolver {
        let cache = Cache::new(settings.max_entries, settings.ttl, settings.failure_ttl);
        let lane = Lane::new("vervet-resolver", settings.max_concurrent);
        let state = Mutex::new(State { flights: HashMap::new(), cache });
        Resolver { shared: Arc::new(Shared { lookup: settings.lookup, lane, state }) }
    }

    /// The addresses of `host`; if that is an address itself, that one, without a look-up.
    ///
    /// The order is the resolver's: the system puts the address first that it would rather be connected to. Upper and lower case
    /// are the same name.
    ///
    /// # Errors
    /// What the look-up reports; one that has failed has failed for all who waited for it.
    ///
    /// # Cancellation
    /// Blocks here: yes, unless `host` is an address or the answer is in the cache. Killed here, nothing is lost; the look-up goes
    /// on, for others.
    pub fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        match host.parse() {
            Ok(ip) => Ok(vec![ip]),
            Err(_) => Ok(self.query(host)?.iter().map(SocketAddr::ip).collect()),
        }
    }

    /// How many answers the cache holds, those included whose time is over.
    #[must_use]
    pub fn cached(&self) -> usize {
        self.shared.lock().cache.len()
    }

    /// Forgets all answers. Look-ups under way go on, and their answers are kept.
    pub fn clear_cache(&self) {
        self.shared.lock().cache.clear();
    }

    /// The addresses of a name, all with the port 0.
    pub(super) fn query(&self, host: &str) -> io::Result<Arc<[SocketAddr]>> {
        wait::enter()?;
        let key: Box<str> = host.to_ascii_lowercase().into();
        let (flight, fresh) = match self.shared.board(&key) {
            Ok(boarded) => boarded,
            Err(answer) => return answer.map_err(|failure| failure.to_error()),
        };
        let seat = Seat(&flight);
        if fresh {
            self.start(host.to_owned(), key, Arc::clone(&flight));
        }
        let answer = flight.wait()?;
        drop(seat);
        answer.map_err(|failure| failure.to_error())
    }

    fn start(&self, host: String, key: Box<str>, flight: Arc<Flight>) {
        let shared = Arc::clone(&self.shared);
        if let Err((error, job)) = self.shared.lane.submit(Box::new(move || shared.fly(&host, &key, &flight)))
        {
            // Not one thread to be had: late is better than never.
            log::warn!("a name is looked up where it was asked for, for lack of a thread: {error}");
            job();
        }
    }
}

impl Shared {
    /// A flight that has a seat for the caller, and whether it is still to be started; or the answer, if that is known.
    fn board(&self, key: &str) -> Result<(Arc<Flight>, bool), Answer> {
        let mut state = self.lock();
        if let Some(answer) = state.cache.get(key, Instant::now()) {
            return Err(answer);
        }
        if let Some(flight) = state.flights.get(key) {
            flight.on_board.fetch_add(1, Ordering::Relaxed);
            return Ok((Arc::clone(flight), false));
        }
        let flight = Arc::new(Flight {
            on_board: AtomicUsize::new(1),
            board: Mutex::new(Board { answer: None, waiters: WaitQueue::new() }),
        });
        state.flights.insert(key.into(), Arc::clone(&flight));
        Ok((flight, true))
    }

    /// The whole of one look-up, on a thread of the resolver's.
    fn fly(&self, host: &str, key: &str, flight: &Flight) {
        let mut state = self.lock();
        if flight.on_board.load(Ordering::Relaxed) == 0 {
            state.flights.remove(key);
            return;
        }
        drop(state);
        // AssertUnwindSafe: the panic becomes an error, and the function is its owner's to keep in order.
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.lookup)(host)));
        let (answer, payload) = match outcome {
            Ok(Ok(addrs)) => (Ok(addrs.into()), None),
            Ok(Err(error)) => (Err(Failure::new(error)), None),
            Err(payload) => (Err(Failure::new(panicked(host, &*payload))), Some(payload)),
        };
        let mut state = self.lock();
        state.flights.remove(key);
        state.cache.put(key, &answer, Instant::now());
        drop(state);
        flight.land(answer);
        // Last: its destructor may panic in turn, which ends here for all but the thread.
        drop(payload);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn panicked(host: &str, payload: &(dyn Any + Send)) -> io::Error {
    let text = panic_text(payload).unwrap_or("no text");
    io::Error::other(format!("the look-up of {host:?} panicked: {text}"))
}

impl Flight {
    fn land(&self, answer: Answer) {
        let mut board = self.lock();
        board.answer = Some(answer);
        let mut waiters = board.waiters.take();
        drop(board);
        waiters.wake_all();
    }

    fn wait(&self) -> Result<Answer, Cancelled> {
        let place = Cell::new(Place::default());
        let register = |announced: &wait::Announced<'_>| {
            let mut board = self.lock();
            let waits = board.answer.is_none();
            if waits {
                place.set(board.waiters.push(announced.waker(), ()));
            }
            waits
        };
        let forget = |_| {
            self.lock().waiters.remove(place.get());
        };
        loop {
            if let Some(answer) = &self.lock().answer {
                return Ok(answer.clone());
            }
            wait::park(Reason::Offload, 0, NEVER, register, forget)?;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Resolver {
    fn default() -> Resolver {
        Resolver::new()
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.shared.lock();
        f.debug_struct("Resolver")
            .field("under_way", &state.flights.len())
            .field("cached", &state.cache.len())
            .finish_non_exhaustive()
    }
}
