//! `Imap`: results as they are wanted, of items as there is room for them.
//!
//! Uses `pool::crew`, `greenlet` and `wait`.
//!
//! ```text
//!                 credit          slot of the pool
//!  user's iterator ───▶ feeder ───────────────────▶ members ──▶ ready ──▶ next()
//!                         ▲                                                 │
//!                         └──────────────── credit ◀────────────────────────┘
//! ```
//!
//! A greenlet of its own, the feeder, advances the user's iterator, and waits for a credit before each step: there are as
//! many credits as results may wait, and one comes back with each result that is read. So what is ahead of the reader is bounded,
//! whatever the iterator has to give.
//!
//! In order, a member is `ready` from its start, and the reader waits for the first; otherwise a member becomes `ready`
//! at its end.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::iter::FusedIterator;
use std::mem;
use std::panic::{Location, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::crew::Crew;
use crate::GreenletId;
use crate::greenlet::{Builder, Greenlet, GreenletRef, JoinError, expect_spawned};
use crate::wait::{self, Announced, Cancelled, NEVER, Reason, Waker, cancel};

/// The iterator of [`Pool::imap`](super::Pool::imap) and its kin: the results, one by one.
///
/// Nothing happens before the first [`next`](Iterator::next). From then on items are taken from the iterator behind it and run,
/// whether somebody waits for their results or not, until [as many as are allowed](Imap::buffer) have not been read.
///
/// Dropping it stops that: what is not over is killed, and nobody waits for it.
///
/// # Panics
/// `next` passes on a panic of the iterator behind it, after the results of all items before.
///
/// # Cancellation
/// `next` blocks: yes. Nothing is lost: the next call has the result that this one waited for.
#[must_use = "iterators do nothing unless advanced"]
pub struct Imap<T> {
    feed: Arc<Feed<T>>,
    stage: Stage<T>,
    /// The member whose result comes next. Here while `next` waits for it, so that a wait cut short does not lose it.
    current: Option<Greenlet<T>>,
}

type Start<T> = Box<dyn FnOnce(Arc<Feed<T>>) -> GreenletRef + Send>;

enum Stage<T> {
    New(Start<T>),
    Fed(GreenletRef),
    Over,
}

/// In which order the results come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Items,
    Ends,
}

/// Where feeder, members and reader meet.
struct Feed<T> {
    order: Order,
    state: Mutex<State<T>>,
}

struct State<T> {
    /// Whose results may be read, or waited for.
    ready: VecDeque<Greenlet<T>>,
    /// The others.
    running: HashMap<GreenletId, Greenlet<T>>,
    /// Items taken, or about to be, whose results have not been read.
    unread: usize,
    bound: usize,
    end: Option<End>,
    /// The reader is gone.
    stopped: bool,
    feeder: Option<Waker>,
    reader: Option<Waker>,
}

/// Why there will be no more items.
enum End {
    Exhausted,
    Panicked(Box<dyn std::any::Any + Send>),
    /// Somebody has killed the feeder.
    Killed,
}

/// What the feeder has to do.
struct Feeder<I, F, T> {
    items: Option<I>,
    f: Arc<F>,
    crew: Arc<Crew>,
    feed: Arc<Feed<T>>,
    site: &'static Location<'static>,
}

pub(super) fn imap<I, F, T>(
    crew: &Arc<Crew>,
    order: Order,
    bound: usize,
    items: I,
    f: F,
    site: &'static Location<'static>,
) -> Imap<T>
where
    I: IntoIterator<IntoIter: Send + 'static, Item: Send + 'static>,
    F: Fn(I::Item) -> T + Send + Sync + 'static,
    T: Send + 'static,
{
    let state = State {
        ready: VecDeque::new(),
        running: HashMap::new(),
        unread: 0,
        bound,
        end: None,
        stopped: false,
        feeder: None,
        reader: None,
    };
    let (items, crew) = (Some(items.into_iter()), Arc::clone(crew));
    let start = move |feed| {
        let feeder = Feeder { items, f: Arc::new(f), crew, feed, site };
        start(Builder::new().name("imap"), move || feeder.run(), site).handle()
    };
    Imap {
        feed: Arc::new(Feed { order, state: Mutex::new(state) }),
        stage: Stage::New(Box::new(start)),
        current: None,
    }
}

/// Spawned here, at the user's call to look at.
fn start<F, T>(builder: Builder, f: F, site: &'static Location<'static>) -> Greenlet<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    // SAFETY: 'static, say the bounds.
    expect_spawned(unsafe { builder.spawn_unchecked(f, site) })
}

impl<T> Imap<T> {
    /// Lets `n` items be ahead of the results that were read: running, or finished and waiting to be read. Without this call
    /// it is the size of the pool, and 64 for a group.
    ///
    /// In order, one slow item can hold up so many behind it; a larger buffer lets others go on meanwhile.
    ///
    /// # Panics
    /// If `n` is 0.
    ///
    /// # Examples
    /// ```
    /// let pool = vervet::pool::Pool::new(2);
    /// let mut squares = pool.imap(0.., |n: u64| n * n).buffer(16);
    /// assert_eq!(squares.nth(100).unwrap().unwrap(), 10_000);
    /// ```
    pub fn buffer(self, n: usize) -> Imap<T> {
        assert!(n > 0, "with a buffer of 0 no item would ever be taken");
        let mut state = self.feed.lock();
        state.bound = n;
        let feeder = state.feeder.take();
        drop(state);
        if let Some(feeder) = feeder {
            feeder.wake();
        }
        self
    }
}

impl<T> Iterator for Imap<T> {
    type Item = Result<T, JoinError>;

    fn next(&mut self) -> Option<Self::Item> {
        match mem::replace(&mut self.stage, Stage::Over) {
            Stage::New(start) => self.stage = Stage::Fed(start(Arc::clone(&self.feed))),
            stage => self.stage = stage,
        }
        // Where a cut cannot unwind, there is no more to be had.
        wait::enter().ok()?;
        if self.current.is_none() {
            self.current = self.feed.next().ok()?;
        }
        let Some(current) = &self.current else { return self.end() };
        if !current.wait(None) {
            return None;
        }
        let result = self.current.take()?.join();
        self.feed.read_one();
        Some(result)
    }
}

impl<T> FusedIterator for Imap<T> {}

impl<T> Imap<T> {
    fn end(&mut self) -> Option<Result<T, JoinError>> {
        self.stage = Stage::Over;
        let end = self.feed.lock().end.replace(End::Exhausted);
        match end {
            Some(End::Panicked(payload)) => resume_unwind(payload),
            Some(End::Killed) => Some(Err(JoinError::Killed)),
            Some(End::Exhausted) | None => None,
        }
    }
}

impl<T> Drop for Imap<T> {
    fn drop(&mut self) {
        if let Stage::Fed(feeder) = &self.stage {
            feeder.kill();
        }
        let mut state = self.feed.lock();
        state.stopped = true;
        let ready = mem::take(&mut state.ready);
        let running = mem::take(&mut state.running);
        drop(state);
        ready.iter().chain(running.values()).chain(&self.current).for_each(Greenlet::kill);
    }
}

impl<I, F, T> Feeder<I, F, T>
where
    I: Iterator<Item: Send + 'static>,
    F: Fn(I::Item) -> T + Send + Sync + 'static,
    T: Send + 'static,
{
    fn run(mut self) {
        // A panic goes on at the reader's.
        let end = match cancel::catch_panic(|| self.feed_all()) {
            Ok(()) => End::Exhausted,
            Err(payload) => End::Panicked(payload),
        };
        self.feed.finish(end);
    }

    fn feed_all(&mut self) {
        while self.feed.await_credit() {
            let Some(item) = self.items.as_mut().and_then(I::next) else { break };
            let slot = self.crew.acquire(None).expect("waits without a limit");
            let f = Arc::clone(&self.f);
            let greenlet = start(Builder::new(), self.crew.body(move || f(item)), self.site);
            slot.seat(&greenlet.handle());
            self.feed.add(greenlet);
        }
        // Before the reader learns of the end: its destructor may have something to say, too.
        self.items = None;
    }
}

impl<I, F, T> Drop for Feeder<I, F, T> {
    fn drop(&mut self) {
        // Unless that has been told already: it was killed, perhaps before its first instruction.
        self.feed.finish(End::Killed);
    }
}

impl<T> Feed<T> {
    /// No code of the user's runs under the lock, so it is whole even if it is poisoned.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a credit, when there is one. `false`: no more items are wanted.
    fn await_credit(&self) -> bool {
        let register = |announced: &Announced<'_>| {
            let mut state = self.lock();
            let waits = state.unread >= state.bound && !state.stopped;
            state.feeder = waits.then(|| announced.waker());
            waits
        };
        loop {
            let waited = wait::park(Reason::Channel, 0, NEVER, register, |_| self.lock().feeder = None);
            let mut state = self.lock();
            if waited.is_err() || state.stopped {
                return false;
            }
            // Only the feeder takes them; but the bound may have been lowered since.
            if state.unread < state.bound {
                state.unread += 1;
                return true;
            }
        }
    }

    fn add(self: &Arc<Self>, greenlet: Greenlet<T>)
    where
        T: Send + 'static,
    {
        let link = (self.order == Order::Ends).then(|| greenlet.handle());
        let mut state = self.lock();
        if state.stopped {
            drop(state);
            return greenlet.kill();
        }
        let Some(link) = link else {
            state.ready.push_back(greenlet);
            return state.wake_reader();
        };
        state.running.insert(link.id(), greenlet);
        drop(state);
        let (feed, id) = (Arc::clone(self), link.id());
        if let Err((exit, over)) = link.0.exit.on_exit(Box::new(move |_| feed.over(id))) {
            over(&exit);
        }
    }

    fn over(&self, id: GreenletId) {
        let mut state = self.lock();
        if let Some(greenlet) = state.running.remove(&id) {
            state.ready.push_back(greenlet);
            state.wake_reader();
        }
    }

    /// No more will be added. The first word counts.
    fn finish(&self, end: End) {
        let mut state = self.lock();
        let unheard = match state.end {
            None => state.end.replace(end),
            Some(_) => Some(end),
        };
        state.wake_reader();
        drop(state);
        // What somebody panicked with may do anything when dropped.
        drop(unheard);
    }

    /// The next one to be read, when there is one. `None`: there are no more.
    fn next(&self) -> Result<Option<Greenlet<T>>, Cancelled> {
        let register = |announced: &Announced<'_>| {
            let mut state = self.lock();
            let waits = state.ready.is_empty() && !state.is_over();
            state.reader = waits.then(|| announced.waker());
            waits
        };
        loop {
            wait::park(Reason::Channel, 0, NEVER, register, |_| self.lock().reader = None)?;
            let mut state = self.lock();
            if !state.ready.is_empty() || state.is_over() {
                return Ok(state.ready.pop_front());
            }
        }
    }

    /// A result has been read, and makes room for an item.
    fn read_one(&self) {
        let mut state = self.lock();
        state.unread -= 1;
        let feeder = if state.unread < state.bound { state.feeder.take() } else { None };
        drop(state);
        if let Some(feeder) = feeder {
            feeder.wake();
        }
    }
}

impl<T> State<T> {
    fn is_over(&self) -> bool {
        self.end.is_some() && self.running.is_empty()
    }

    fn wake_reader(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }
}

impl<T> fmt::Debug for Imap<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.feed.lock();
        f.debug_struct("Imap")
            .field("order", &self.feed.order)
            .field("buffer", &state.bound)
            .field("unread", &state.unread)
            .finish_non_exhaustive()
    }
}
