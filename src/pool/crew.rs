//! `Crew`: the members of a `Group` or a `Pool`, the slots they hold, and who waits for one.
//!
//! Uses `greenlet` and `wait`.
//!
//! ```text
//!            acquire                seat                     the greenlet ends
//!  spawner ───────────▶ Slot ─────────────────▶ member ──────────────────────────▶ ending ──▶ forgotten
//!                        │ dropped                │ discard
//!                        ▼                        ▼
//!                   given back: to the first who waits, else free
//! ```
//!
//! # One slot each
//! `taken` counts the slots that somebody has: a `Slot` between `acquire` and `seat`, or a member afterwards. As long as
//! `taken` is below `size` nobody waits in line: whatever frees a slot gives it to the first whose wait goes on, in the same
//! locked step. So who finds one free may take it and overtakes nobody.
//!
//! # A member from its first instruction
//! Two enter a new greenlet into the list, whoever comes first: its spawner, who learns its number too late for a greenlet that runs
//! at once elsewhere; and the greenlet itself, before its closure. The link that takes it out is made by the spawner, after that.
//! So entering comes before leaving on both sides. An entry without a greenlet is one that was discarded: it stays until
//! the greenlet ends, so that a late second entering finds it.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::GreenletId;
use crate::greenlet::{self, GreenletRef};
use crate::wait::queue::{Place, WaitQueue};
use crate::wait::{self, Cancelled, Reason, cancel};

/// A table that has grown beyond this gives memory back when most of it is vacant.
const KEEP: usize = 64;

/// See the module's documentation.
pub(super) struct Crew(Mutex<State>);

struct State {
    /// How many slots there are to be; more may be taken after it was lowered.
    size: usize,
    taken: usize,
    /// `None`: discarded, and not over yet.
    members: HashMap<GreenletId, Option<GreenletRef>>,
    /// How many of those are some.
    len: usize,
    ending: Ending,
    /// `kill`s under way: whoever comes meanwhile is killed, too.
    kills: usize,
    line: WaitQueue,
    available: WaitQueue,
    joiners: WaitQueue,
}

/// Former members that are over, while their stacks may not be back yet.
#[derive(Default)]
struct Ending {
    list: Vec<GreenletRef>,
    prune_at: usize,
}

/// The right to one member. Given back when dropped.
#[must_use]
pub(super) struct Slot<'a>(&'a Arc<Crew>);

/// As long as it exists, whoever comes is killed.
struct Killing<'a>(&'a Crew);

/// The moment `d` from now; `None` is never.
pub(super) fn limit(d: Duration) -> Option<Instant> {
    Instant::now().checked_add(d)
}

fn is_released(greenlet: &GreenletRef) -> bool {
    greenlet.0.exit.is_released()
}

impl Crew {
    pub(super) fn new(size: usize) -> Arc<Crew> {
        Arc::new(Crew(Mutex::new(State {
            size,
            taken: 0,
            members: HashMap::new(),
            len: 0,
            ending: Ending::default(),
            kills: 0,
            line: WaitQueue::new(),
            available: WaitQueue::new(),
            joiners: WaitQueue::new(),
        })))
    }

    /// No code of the user's runs under the lock, so it is whole even if it is poisoned.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a slot, until `limit` (`None`: for ever), in which case the answer is `None`.
    ///
    /// # Cancellation
    /// Unwinds when killed or timed out, with no slot taken; where nothing can unwind it waits regardless.
    pub(super) fn acquire(self: &Arc<Self>, limit: Option<Instant>) -> Option<Slot<'_>> {
        let deadline = wait::deadline_at(limit);
        let got = cancel::see_through(|| {
            wait::enter()?;
            self.line_up(deadline)
        });
        got.then(|| Slot(self))
    }

    /// A slot, if one is free.
    pub(super) fn try_acquire(self: &Arc<Self>) -> Option<Slot<'_>> {
        self.lock().take().then(|| Slot(self))
    }

    fn line_up(&self, deadline: u64) -> Result<bool, Cancelled> {
        let place = Cell::new(None);
        wait::park(
            Reason::Lock,
            0,
            deadline,
            |announced| {
                let mut state = self.lock();
                if state.take() {
                    return false;
                }
                let waker = announced.waker();
                // Who has to line up again in the middle of a wait had come before all others.
                let behind = place.get().is_none();
                let line = &mut state.line;
                place.set(Some(if behind { line.push(waker, ()) } else { line.push_front(waker, ()) }));
                true
            },
            |_| {
                if let Some(place) = place.get() {
                    self.lock().line.remove(place);
                }
            },
        )
    }

    /// Waits until a slot is free, and does not take it. Whether that was so by `limit`.
    pub(super) fn wait_available(&self, limit: Option<Instant>) -> Result<bool, Cancelled> {
        wait::enter()?;
        self.wait_until(Reason::Lock, limit, |state| state.taken < state.size, |state| &mut state.available)
    }

    /// Waits until no slot is taken, and those who had them have given back their stacks. Whether that was so by `limit`.
    pub(super) fn join(&self, limit: Option<Instant>) -> Result<bool, Cancelled> {
        wait::enter()?;
        let empty = |state: &State| state.taken == 0;
        if !self.wait_until(Reason::Join, limit, empty, |state| &mut state.joiners)? {
            return Ok(false);
        }
        let me = greenlet::current();
        let ending = self.lock().ending.remaining();
        let left = || limit.map(|limit| limit.saturating_duration_since(Instant::now()));
        Ok(ending.iter().all(|greenlet| me.as_ref() == Some(greenlet) || greenlet.wait(left())))
    }

    fn wait_until(
        &self,
        reason: Reason,
        limit: Option<Instant>,
        holds: impl Fn(&State) -> bool,
        queue: fn(&mut State) -> &mut WaitQueue,
    ) -> Result<bool, Cancelled> {
        let place = Cell::new(Place::default());
        wait::park(
            reason,
            0,
            wait::deadline_at(limit),
            |announced| {
                let mut state = self.lock();
                let waits = !holds(&state);
                if waits {
                    place.set(queue(&mut state).push(announced.waker(), ()));
                }
                waits
            },
            |_| {
                queue(&mut self.lock()).remove(place.get());
            },
        )
    }

    /// Kills the members, and whoever becomes one until all are over. Whether they are, by `limit`.
    pub(super) fn kill(&self, limit: Option<Instant>) -> Result<bool, Cancelled> {
        wait::enter()?;
        let _killing = Killing::begin(self);
        self.join(limit)
    }

    /// The closure of a new member, which knows that it is one from its first instruction. Whoever spawns it then seats it.
    pub(super) fn body<F, T>(self: &Arc<Self>, f: F) -> impl FnOnce() -> T + Send + use<F, T>
    where
        F: FnOnce() -> T + Send,
    {
        let crew = Arc::clone(self);
        move || {
            if let Some(me) = greenlet::current() {
                crew.lock().enter(me);
            }
            // So that a closure that is killed later does not keep the crew.
            drop(crew);
            f()
        }
    }

    /// Has the member taken out when it is over.
    fn link(self: &Arc<Self>, greenlet: &GreenletRef) {
        let (crew, id) = (Arc::clone(self), greenlet.id());
        if let Err((exit, leave)) = greenlet.0.exit.on_exit(Box::new(move |_| crew.leave(id))) {
            leave(&exit);
        }
    }

    /// The greenlet is over.
    fn leave(&self, id: GreenletId) {
        let mut state = self.lock();
        let Some(entry) = state.members.remove(&id) else { return };
        let roomy = state.members.capacity();
        if roomy > KEEP && state.members.len() < roomy / 8 {
            let needed = 2 * state.members.len();
            state.members.shrink_to(needed);
        }
        if let Some(greenlet) = entry {
            state.ending.push(greenlet);
            state.len -= 1;
            state.give_back();
        }
    }

    /// Makes a member of a greenlet that runs already; `false`: it is one, or is over.
    pub(super) fn adopt(self: &Arc<Self>, slot: Slot<'_>, greenlet: &GreenletRef) -> bool {
        let mut state = self.lock();
        let known = match state.members.get_mut(&greenlet.id()) {
            Some(Some(_)) => {
                drop(state);
                return false;
            }
            Some(entry) => {
                *entry = Some(greenlet.clone());
                state.len += 1;
                state.kill_if_due(greenlet);
                true
            }
            None => {
                state.enter(greenlet.clone());
                false
            }
        };
        drop(state);
        mem::forget(slot);
        if !known {
            self.link(greenlet);
        }
        !greenlet.is_finished()
    }

    /// Takes a member out before it is over. Whether it was one.
    pub(super) fn discard(&self, greenlet: &GreenletRef) -> bool {
        let mut state = self.lock();
        let was = state.members.get_mut(&greenlet.id()).and_then(Option::take).is_some();
        if was {
            state.len -= 1;
            state.give_back();
        }
        was
    }

    pub(super) fn contains(&self, greenlet: &GreenletRef) -> bool {
        self.lock().members.get(&greenlet.id()).is_some_and(Option::is_some)
    }

    /// Whether the running code is a member.
    pub(super) fn is_member(&self) -> bool {
        greenlet::current().is_some_and(|me| self.contains(&me))
    }

    pub(super) fn members(&self) -> Vec<GreenletRef> {
        self.lock().members.values().flatten().cloned().collect()
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len
    }

    pub(super) fn size(&self) -> usize {
        self.lock().size
    }

    pub(super) fn free(&self) -> usize {
        let state = self.lock();
        state.size.saturating_sub(state.taken)
    }

    pub(super) fn resize(&self, size: usize) {
        let mut state = self.lock();
        state.size = size;
        state.hand_out();
    }
}

impl State {
    fn take(&mut self) -> bool {
        let free = self.taken < self.size;
        self.taken += usize::from(free);
        free
    }

    fn give_back(&mut self) {
        self.taken -= 1;
        self.hand_out();
        if self.taken == 0 {
            self.joiners.wake_all();
        }
    }

    /// Gives free slots to those who wait.
    fn hand_out(&mut self) {
        // One whose wait has ended otherwise is passed over.
        while self.taken < self.size && self.line.wake_one() {
            self.taken += 1;
        }
        if self.taken < self.size {
            self.available.wake_all();
        }
    }

    fn enter(&mut self, greenlet: GreenletRef) {
        if !self.members.contains_key(&greenlet.id()) {
            self.kill_if_due(&greenlet);
            self.len += 1;
            self.members.insert(greenlet.id(), Some(greenlet));
        }
    }

    fn kill_if_due(&self, greenlet: &GreenletRef) {
        if self.kills > 0 {
            greenlet.kill();
        }
    }
}

impl Ending {
    fn push(&mut self, greenlet: GreenletRef) {
        if self.list.len() >= self.prune_at {
            self.list.retain(|greenlet| !is_released(greenlet));
            self.prune_at = (2 * self.list.len()).max(16);
            self.list.shrink_to(self.prune_at);
        }
        self.list.push(greenlet);
    }

    fn remaining(&mut self) -> Vec<GreenletRef> {
        self.list.retain(|greenlet| !is_released(greenlet));
        self.list.clone()
    }
}

impl Slot<'_> {
    /// Gives the slot to a new member, whose closure is a `body`.
    pub(super) fn seat(self, greenlet: &GreenletRef) {
        self.0.lock().enter(greenlet.clone());
        let Slot(crew) = self;
        mem::forget(self);
        crew.link(greenlet);
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.0.lock().give_back();
    }
}

impl<'a> Killing<'a> {
    fn begin(crew: &'a Crew) -> Killing<'a> {
        let mut state = crew.lock();
        state.kills += 1;
        state.members.values().flatten().for_each(GreenletRef::kill);
        Killing(crew)
    }
}

impl Drop for Killing<'_> {
    fn drop(&mut self) {
        self.0.lock().kills -= 1;
    }
}

impl fmt::Debug for Crew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Crew").field("size", &state.size).field("taken", &state.taken).finish_non_exhaustive()
    }
}
