//! Who is being served, how many more may be, and how it all ends.
//!
//! Uses `greenlet` and `wait`. Knows nothing of sockets: both servers keep their books here.
//!
//! ```text
//!   Serving ── shutdown, or a fatal error ──▶ Draining ── the grace is over ──▶ Killing ── all gone, or ──▶ Over
//!                                                └──────── all gone ────────────────────── patience lost ────┘
//! ```
//!
//! Nobody is in charge of that: whoever waits for the end takes each step when it is due. So a shutdown keeps its time though
//! no worker ever gets round to anything, and goes on when one of those who wait for it is killed.
//!
//! A *seat* is a place among those who may be served at once. It is taken before `accept`, and given back if nobody was
//! there: otherwise an acceptor in vain would count as one being served, or one more might be. The books are kept under
//! one lock, never held across a wait; waiters are woken under it, so none of them comes between a check and its wait.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::io;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::handle::Shutdown;
use super::serving::Role;
use crate::greenlet::{self, GreenletRef};
use crate::wait::queue::{Place, WaitQueue};
use crate::wait::{self, Cancelled, NEVER, Reason};

/// How long those who were killed may take to unwind before they are reported as stuck.
const UNWINDING: Duration = Duration::from_millis(400);

pub(super) struct Roster {
    name: Box<str>,
    limit: usize,
    /// The counters only count; nothing is concluded from them.
    accepted: AtomicU64,
    panicked: AtomicU64,
    unready: AtomicU64,
    state: Mutex<State>,
}

struct State {
    phase: Phase,
    /// When the phase ends at the latest.
    until: u64,
    /// Seats taken, those of acceptors that are just looking included.
    seats: usize,
    /// Seats of somebody who is being served.
    serving: usize,
    /// Whom the end has to wait for. Not there yet: `None`.
    live: HashMap<u64, Option<GreenletRef>>,
    /// The number of the next one.
    next: u64,
    acceptors: Vec<GreenletRef>,
    /// Acceptors that have not closed their listener yet.
    doors: usize,
    /// Acceptors that wait for the end themselves.
    excused: Vec<GreenletRef>,
    /// How often somebody who was served has left.
    left: u64,
    drained: usize,
    killed: usize,
    fatal: Option<i32>,
    report: Option<Shutdown>,
    /// Acceptors that wait for a seat.
    for_seat: WaitQueue,
    /// Acceptors that wait until somebody leaves.
    for_leaving: WaitQueue,
    /// Those who wait for the end.
    for_end: WaitQueue,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Serving,
    Draining,
    Killing,
    Over,
}

impl Roster {
    pub(super) fn new(name: &str, limit: usize) -> Arc<Roster> {
        let state = State {
            phase: Phase::Serving,
            until: NEVER,
            seats: 0,
            serving: 0,
            live: HashMap::new(),
            next: 0,
            acceptors: Vec::new(),
            doors: 0,
            excused: Vec::new(),
            left: 0,
            drained: 0,
            killed: 0,
            fatal: None,
            report: None,
            for_seat: WaitQueue::new(),
            for_leaving: WaitQueue::new(),
            for_end: WaitQueue::new(),
        };
        Arc::new(Roster {
            name: name.into(),
            limit,
            accepted: AtomicU64::new(0),
            panicked: AtomicU64::new(0),
            unready: AtomicU64::new(0),
            state: Mutex::new(state),
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn accepted(&self) -> u64 {
        self.accepted.load(Relaxed)
    }

    pub(super) fn panicked(&self) -> u64 {
        self.panicked.load(Relaxed)
    }

    pub(super) fn unready(&self) -> u64 {
        self.unready.load(Relaxed)
    }

    pub(super) fn count_panic(&self) {
        self.panicked.fetch_add(1, Relaxed);
    }

    pub(super) fn count_unready(&self) {
        self.unready.fetch_add(1, Relaxed);
    }

    pub(super) fn serving(&self) -> usize {
        self.state().serving
    }

    pub(super) fn is_draining(&self) -> bool {
        self.state().phase != Phase::Serving
    }

    /// A seat, if one is free.
    pub(super) fn seat(self: &Arc<Self>) -> Option<Seat> {
        let mut state = self.state();
        if !state.has_seat(self.limit) {
            return None;
        }
        state.seats += 1;
        Some(Seat { roster: Arc::clone(self), number: None })
    }

    /// Waits until there may be a free seat, or none is wanted any more.
    pub(super) fn wait_for_seat(&self) -> Result<(), Cancelled> {
        let waits = |state: &State| !state.has_seat(self.limit) && state.phase == Phase::Serving;
        self.park(Reason::Lock, NEVER, |state| &mut state.for_seat, waits).map(drop)
    }

    /// How often somebody has left so far.
    pub(super) fn left(&self) -> u64 {
        self.state().left
    }

    /// Waits for `pause`, or until somebody has left since `left` was asked.
    pub(super) fn wait_for_leaving(&self, left: u64, pause: Duration) -> Result<(), Cancelled> {
        let waits = |state: &State| state.left == left && state.phase == Phase::Serving;
        let until = wait::deadline_in(Some(pause));
        self.park(Reason::Sleep, until, |state| &mut state.for_leaving, waits).map(drop)
    }

    /// Waits for `pause`, or until nothing is to be accepted any more.
    pub(super) fn rest(&self, pause: Duration) -> Result<(), Cancelled> {
        let waits = |state: &State| state.phase == Phase::Serving;
        let until = wait::deadline_in(Some(pause));
        self.park(Reason::Sleep, until, |state| &mut state.for_leaving, waits).map(drop)
    }

    /// For an acceptor that is about to be spawned.
    pub(super) fn door(self: &Arc<Self>) -> Door {
        self.state().doors += 1;
        Door(Arc::clone(self))
    }

    /// The acceptor that has been spawned.
    pub(super) fn add_acceptor(&self, acceptor: GreenletRef) {
        let mut state = self.state();
        if state.phase == Phase::Serving {
            state.acceptors.push(acceptor);
        } else {
            drop(state);
            acceptor.kill();
        }
    }

    /// Ends accepting for good, because of an error if there is one.
    pub(super) fn stop(&self, fatal: Option<i32>) {
        let mut state = self.state();
        if state.phase != Phase::Serving {
            return;
        }
        state.phase = Phase::Draining;
        state.fatal = fatal;
        let acceptors = mem::take(&mut state.acceptors);
        state.for_seat.wake_all();
        state.for_leaving.wake_all();
        state.for_end.wake_all();
        drop(state);
        // The one that calls is on its way out, and a kill would cut short what it still has to do.
        let own = greenlet::current();
        acceptors.iter().filter(|acceptor| Some(*acceptor) != own.as_ref()).for_each(GreenletRef::kill);
    }

    /// Sees to it that the grace ends in `grace`, if not earlier. The caller, if he is one of us, is neither waited for nor
    /// killed.
    pub(super) fn limit_grace(&self, grace: Duration, caller: Option<Role>) {
        let mut state = self.state();
        match caller {
            Some(Role::Handler(number)) => drop(state.live.remove(&number)),
            Some(Role::Acceptor) => {
                let own = greenlet::current().filter(|own| !state.excused.contains(own));
                state.excused.extend(own);
            }
            None => {}
        }
        if state.phase == Phase::Draining {
            state.until = state.until.min(wait::deadline_in(Some(grace)));
        }
        state.for_end.wake_all();
    }

    /// Waits for the end, and takes the steps towards it. `Err`: a fatal error was it, and is the first to be told if
    /// `or_fatal` is set.
    pub(super) fn wait_for_end(&self, or_fatal: bool) -> Result<Shutdown, io::Error> {
        loop {
            let mut state = self.state();
            if let Some(code) = state.fatal.filter(|_| or_fatal) {
                return Err(io::Error::from_raw_os_error(code));
            }
            let kill = state.advance();
            if let Some(report) = state.report {
                return Ok(report);
            }
            let (phase, until) = (state.phase, state.until);
            drop(state);
            kill.iter().for_each(GreenletRef::kill);
            let waits = |state: &State| {
                !state.is_empty() && state.phase == phase && state.until == until && state.report.is_none()
            };
            self.park(Reason::Join, until, |state| &mut state.for_end, waits)?;
        }
    }

    /// What there is to report, though it is not over.
    pub(super) fn report_so_far(&self) -> Shutdown {
        self.state().report()
    }

    /// Parks in one of the queues, as long as `waits`. Whether it was woken, or need not wait, before `until`.
    fn park(
        &self,
        reason: Reason,
        until: u64,
        queue: fn(&mut State) -> &mut WaitQueue,
        waits: impl Fn(&State) -> bool,
    ) -> Result<bool, Cancelled> {
        let place = Cell::new(Place::default());
        wait::park(
            reason,
            0,
            until,
            |announced| {
                let mut state = self.state();
                let waits = waits(&state);
                if waits {
                    place.set(queue(&mut state).push(announced.waker(), ()));
                }
                waits
            },
            |_| {
                let mut state = self.state();
                queue(&mut state).remove(place.get());
            },
        )
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn has_seat(&self, limit: usize) -> bool {
        self.seats < limit
    }

    /// Whether nobody is left for whom the end would have to wait.
    fn is_empty(&self) -> bool {
        self.phase != Phase::Serving && self.doors <= self.excused.len() && self.live.is_empty()
    }

    /// The step that is due, if one is. Answers who is to be killed.
    fn advance(&mut self) -> Vec<GreenletRef> {
        let mut kill = Vec::new();
        let due = self.until != NEVER && wait::is_past(self.until);
        match self.phase {
            Phase::Serving | Phase::Over => return kill,
            _ if self.is_empty() => self.end(),
            Phase::Draining if due => {
                self.phase = Phase::Killing;
                self.until = wait::deadline_in(Some(UNWINDING));
                self.killed = self.live.len();
                kill = self.live.values().flatten().cloned().collect();
            }
            Phase::Killing if due => self.end(),
            Phase::Draining | Phase::Killing => return kill,
        }
        self.for_end.wake_all();
        kill
    }

    fn end(&mut self) {
        self.phase = Phase::Over;
        self.report = Some(self.report());
    }

    fn report(&self) -> Shutdown {
        let stuck = if self.killed == 0 { 0 } else { self.live.len() };
        self.report.unwrap_or(Shutdown { drained: self.drained, killed: self.killed, stuck })
    }
}

impl fmt::Debug for Roster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (phase, serving) = {
            let state = self.state();
            (state.phase, state.serving)
        };
        f.debug_struct("Roster")
            .field("name", &self.name)
            .field("limit", &self.limit)
            .field("phase", &phase)
            .field("serving", &serving)
            .finish_non_exhaustive()
    }
}

/// Counts an acceptor until it is dropped: after its listener.
pub(super) struct Door(Arc<Roster>);

impl Door {
    pub(super) fn roster(&self) -> &Arc<Roster> {
        &self.0
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.doors -= 1;
        if state.is_empty() {
            state.for_end.wake_all();
        }
    }
}

/// A place among those who may be served at once; free again when this is dropped: after the connection.
#[must_use = "the seat is free as soon as this is dropped"]
pub(super) struct Seat {
    roster: Arc<Roster>,
    /// Of whoever is being served here.
    number: Option<u64>,
}

impl Seat {
    /// Somebody has come. Answers his number.
    pub(super) fn take(&mut self) -> u64 {
        let mut state = self.roster.state();
        let number = state.next;
        state.next += 1;
        state.serving += 1;
        state.live.insert(number, None);
        drop(state);
        self.number = Some(number);
        self.roster.accepted.fetch_add(1, Relaxed);
        number
    }
}

impl Roster {
    /// The greenlet that serves that one.
    pub(super) fn introduce(&self, number: u64, greenlet: GreenletRef) {
        let mut state = self.state();
        let late = matches!(state.phase, Phase::Killing | Phase::Over);
        let Some(entry) = state.live.get_mut(&number) else { return };
        if late {
            drop(state);
            greenlet.kill();
        } else {
            *entry = Some(greenlet);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut state = self.roster.state();
        state.seats -= 1;
        if let Some(number) = self.number {
            state.serving -= 1;
            state.left += 1;
            let counted = state.live.remove(&number).is_some();
            if counted && state.phase == Phase::Draining {
                state.drained += 1;
            }
            state.for_leaving.wake_all();
            if state.is_empty() {
                state.for_end.wake_all();
            }
        }
        state.for_seat.wake_one();
    }
}
