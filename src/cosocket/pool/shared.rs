//! What is known of one pool: places, those who wait for one, idle connections.
//!
//! Uses `wait`.
//!
//! A *place* is the right to have one connection. Whoever has one is counted in `used`, from the moment it is given to him until
//! he gives it back, connected or not. Two things always hold in a pool with a backlog, once its rules are made:
//!
//! * Used and idle ones together are at most `size`: a place with an idle connection turns into the other, and a new
//!   connection is made only when none is idle.
//! * If anybody waits, no connection is idle, and every place is used. So a place that becomes free, and the connection that
//!   comes with it, belong to the first in the queue, and nobody can overtake him.
//!
//! A place is handed over by `Waker::wake`, which answers whether the waiter is still there; the connection is put into his
//! `Handover` before, and taken back if he is not. No connection is looked at, closed or dropped under the lock.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::janitor::{self, Janitor};
use super::pooled::Pooled;
use super::{Error, Keepalive};
use crate::wait::io::Watch;
use crate::wait::queue::{Place, WaitQueue};
use crate::wait::{self, NEVER, Reason};

/// How many connections a pool keeps if nobody says.
pub(super) const DEFAULT_SIZE: usize = 30;

#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) size: usize,
    /// How many may wait. `None`: any number of connections may be in use, and `size` is how many idle ones are kept.
    pub(super) backlog: Option<usize>,
    pub(super) max_idle: Option<Duration>,
    pub(super) max_lifetime: Option<Duration>,
}

/// A limit of zero is none.
pub(super) fn forever(limit: Option<Duration>) -> Option<Duration> {
    limit.filter(|limit| !limit.is_zero())
}

/// A connection, and what the pool knows of it.
pub(super) struct Entry<C> {
    pub(super) conn: C,
    pub(super) reused: u64,
    /// When it becomes too old for another use.
    pub(super) until: u64,
    /// For an idle one: since when, its number, when it is closed, and the janitor's waker at its fd.
    pub(super) since: u64,
    pub(super) number: u64,
    pub(super) expires: u64,
    pub(super) watch: Option<Watch>,
}

impl<C: Keepalive> Entry<C> {
    fn new(conn: C, max_lifetime: Option<Duration>) -> Entry<C> {
        let until = wait::deadline_in(max_lifetime);
        Entry { conn, reused: 0, until, since: 0, number: 0, expires: until, watch: None }
    }

    /// It begins to be idle.
    pub(super) fn rest(&mut self, max_idle: Option<Duration>) {
        self.since = wait::deadline_in(Some(Duration::ZERO));
        self.expires = wait::deadline_in(max_idle).min(self.until);
    }

    pub(super) fn is_usable(&mut self) -> bool {
        !wait::is_past(self.expires) && self.conn.is_alive()
    }

    pub(super) fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.conn.idle_fd()
    }

    pub(super) fn unwatch(&mut self) {
        self.watch = None;
    }
}

/// The connection that a waiter gets together with the place, if there is one.
struct Handover<C>(Mutex<Option<Entry<C>>>);

impl<C> Handover<C> {
    fn swap(&self, entry: Option<Entry<C>>) -> Option<Entry<C>> {
        std::mem::replace(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner), entry)
    }
}

pub(super) struct State<C> {
    /// `None` until somebody makes them: a connection may be there before the rules.
    rules: Option<Rules>,
    pub(super) used: usize,
    /// The janitor has a place, because it looks at an idle connection. It gives that back soon: whoever needs it waits, and
    /// is not counted as one too many.
    pub(super) examined: bool,
    waiters: WaitQueue<Arc<Handover<C>>>,
    /// By `since`.
    pub(super) idle: VecDeque<Entry<C>>,
    /// Counts the idle connections that ever were.
    pub(super) stored: u64,
    pub(super) janitor: Janitor,
    shut: bool,
}

pub(super) struct Counts {
    pub(super) used: usize,
    pub(super) idle: usize,
    pub(super) waiting: usize,
}

pub(in super::super) struct Shared<C>(Mutex<State<C>>);

impl<C> State<C> {
    fn size(&self) -> usize {
        self.rules.as_ref().map_or(DEFAULT_SIZE, |rules| rules.size)
    }

    fn backlog(&self) -> Option<usize> {
        self.rules.as_ref().and_then(|rules| rules.backlog)
    }

    fn has_room(&self) -> bool {
        self.backlog().is_none() || self.used < self.size()
    }

    fn is_full(&self) -> bool {
        self.backlog()
            .is_some_and(|backlog| self.waiters.len() >= backlog.saturating_add(self.examined.into()))
    }

    /// Whether nobody has a connection, and none is kept.
    pub(super) fn is_deserted(&self) -> bool {
        self.used == 0 && self.idle.is_empty()
    }
}

impl<C: Keepalive> Shared<C> {
    pub(super) fn new(rules: Option<Rules>) -> Arc<Shared<C>> {
        Arc::new(Shared(Mutex::new(State {
            rules,
            used: 0,
            examined: false,
            waiters: WaitQueue::new(),
            idle: VecDeque::new(),
            stored: 0,
            janitor: Janitor::Absent,
            shut: false,
        })))
    }

    /// A pool whose rules are made by the first who has any.
    pub(in super::super) fn undecided() -> Arc<Shared<C>> {
        Shared::new(None)
    }

    /// Makes the rules, if nobody has before.
    pub(in super::super) fn decide(&self, size: Option<usize>, backlog: Option<usize>) {
        let size = size.unwrap_or(DEFAULT_SIZE);
        let rules = Rules { size, backlog, max_idle: None, max_lifetime: None };
        self.lock().rules.get_or_insert(rules);
    }

    pub(super) fn max_idle(&self) -> Option<Duration> {
        self.lock().rules.as_ref().and_then(|rules| rules.max_idle)
    }

    pub(super) fn counts(&self) -> Counts {
        let state = self.lock();
        // What is looked at is idle for everybody else.
        let examined = usize::from(state.examined);
        Counts {
            used: state.used - examined,
            idle: state.idle.len() + examined,
            waiting: state.waiters.len(),
        }
    }

    pub(in super::super) fn get(
        self: &Arc<Self>,
        limit: Option<Duration>,
        connect: impl FnOnce() -> io::Result<C>,
    ) -> Result<Pooled<C>, Error> {
        let mut next = self.acquire(wait::deadline_in(limit))?;
        // From here on the place is given back, whatever happens.
        let place = Pooled::empty(self);
        while let Some(mut entry) = next {
            if entry.is_usable() {
                entry.reused += 1;
                return Ok(place.fill(entry));
            }
            drop(entry);
            next = self.take_idle(&mut self.lock());
        }
        let max_lifetime = self.lock().rules.as_ref().and_then(|rules| rules.max_lifetime);
        Ok(place.fill(Entry::new(connect()?, max_lifetime)))
    }

    /// Waits for a place. The caller has it from then on, and an idle connection to fill it with, if there is one.
    fn acquire(&self, deadline: u64) -> Result<Option<Entry<C>>, Error> {
        wait::enter().map_err(io::Error::from)?;
        let handover = {
            let mut state = self.lock();
            if state.has_room() {
                state.used += 1;
                return Ok(self.take_idle(&mut state));
            }
            Arc::new(Handover(Mutex::new(None)))
        };
        let mut refused = false;
        let mut found_room = false;
        let mut entry = None;
        let place: Cell<Option<Place>> = Cell::new(None);
        let register = |announced: &wait::Announced<'_>| {
            let mut state = self.lock();
            found_room = state.has_room();
            if found_room {
                state.used += 1;
                entry = self.take_idle(&mut state);
                return false;
            }
            match place.get() {
                // A look in between does not cost the place in the queue.
                Some(place) => state.waiters.push_back_to(place, announced.waker(), Arc::clone(&handover)),
                None if state.is_full() => refused = true,
                None => place.set(Some(state.waiters.push(announced.waker(), Arc::clone(&handover)))),
            }
            !refused
        };
        let forget = |_| {
            if let Some(place) = place.get() {
                self.lock().waiters.remove(place);
            }
        };
        let woken = wait::park(Reason::Lock, 0, deadline, register, forget).map_err(io::Error::from)?;
        match woken {
            _ if refused => Err(Error::TooManyWaiting),
            true if found_room => Ok(entry),
            true => Ok(handover.swap(None)),
            false => Err(Error::Timeout),
        }
    }

    /// The idle connection that was used last, for somebody who has a place.
    fn take_idle(&self, state: &mut State<C>) -> Option<Entry<C>> {
        let mut entry = state.idle.pop_back()?;
        entry.unwatch();
        Some(entry)
    }

    /// Gives a place back, perhaps with a connection that is alive: to the first who waits, or to the pool.
    pub(super) fn release(self: &Arc<Self>, mut entry: Option<Entry<C>>, was_examined: bool) {
        loop {
            let mut state = self.lock();
            if was_examined {
                state.examined = false;
            }
            if state.shut {
                // The connection is closed behind this, without the lock.
                return self.free(state, None);
            }
            // More than may be: made before there were rules.
            let surplus = state.backlog().is_some() && state.used > state.size();
            let next = if surplus { None } else { state.waiters.pop() };
            let Some((waker, handover)) = next else { return self.free(state, entry) };
            drop(state);
            handover.swap(entry.take());
            if waker.wake() {
                return;
            }
            // He has given up, so nobody looks into his handover any more.
            entry = handover.swap(None);
        }
    }

    /// There is a place less in use, and perhaps an idle connection more.
    fn free(self: &Arc<Self>, mut state: MutexGuard<'_, State<C>>, entry: Option<Entry<C>>) {
        state.used -= 1;
        let news = entry.is_some_and(|entry| store(&mut state, entry));
        let mut dead = None;
        if state.idle.len() + state.backlog().map_or(0, |_| state.used) > state.size() {
            dead = state.idle.pop_front();
            dead.iter_mut().for_each(Entry::unwatch);
        }
        let order = janitor::order(&state, news);
        drop(state);
        order.carry_out(self);
        drop(dead);
    }

    /// Takes out an idle connection by its number, with a place of its own, to look at it.
    pub(super) fn examine(self: &Arc<Self>, number: u64) -> Option<Pooled<C>> {
        let mut state = self.lock();
        let at = state.idle.iter().position(|entry| entry.number == number)?;
        let mut entry = state.idle.remove(at)?;
        entry.unwatch();
        state.used += 1;
        state.examined = true;
        drop(state);
        Some(Pooled::examined(self, entry))
    }

    /// Closes the idle connections.
    pub(super) fn clear(self: &Arc<Self>) {
        let mut state = self.lock();
        let mut idle = std::mem::take(&mut state.idle);
        idle.iter_mut().for_each(Entry::unwatch);
        let order = janitor::order(&state, true);
        drop(state);
        order.carry_out(self);
        drop(idle);
    }

    /// Nothing is kept any more.
    pub(super) fn shut(self: &Arc<Self>) {
        self.lock().shut = true;
        self.clear();
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State<C>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds an idle connection. Whether the janitor has to look at the pool anew.
fn store<C: Keepalive>(state: &mut State<C>, mut entry: Entry<C>) -> bool {
    state.stored += 1;
    entry.number = state.stored;
    let news = match &state.janitor {
        Janitor::Parked { waker, until } => {
            let watched = entry.fd().map(|fd| Watch::readable(fd, waker.clone()));
            let is_readable = matches!(watched, Some(Ok(None)));
            let too_late = entry.expires < *until;
            // What cannot be watched is looked at before it is used, all the same.
            entry.watch = watched.and_then(Result::ok).flatten();
            is_readable || too_late
        }
        Janitor::Absent | Janitor::Busy => false,
    };
    // At the end, unless it was only looked at.
    let at = state.idle.partition_point(|other| other.since <= entry.since);
    state.idle.insert(at, entry);
    news
}

/// The deadline for the next look at what is idle.
pub(super) fn next_expiry<C>(state: &State<C>) -> u64 {
    state.idle.iter().map(|entry| entry.expires).min().unwrap_or(NEVER)
}
