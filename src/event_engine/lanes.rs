//! `Lanes`: the events that wait, each behind those that are to be handled before it.
//!
//! Uses `queue` and `wait`.
//!
//! ```text
//!           admit, into a lane                      offer                    run, run_once
//!  post ───────────────────────▶ lane, idle so far ───────▶ queue of lanes ────────────────▶ Turn, in a greenlet
//!            │                                                  ▲                              │    ▲
//!            └─▶ lane, taken: its turn finds the event          └──── left, with events in it ─┤    └── one event
//!                                                                                              ▼        after the other
//!                                                                                        left empty: the lane is gone
//! ```
//!
//! What order is asked for decides which lane an event gets into: one for all, one for each key, one of its own. A lane exists
//! from its first event until it is left empty; it is in the queue, or somebody has its `Turn`, and never both. So the
//! events of a lane are handled one after the other; and to post one into a lane that is taken wakes nobody.
//!
//! # The locks
//! That of `Lanes` first, then that of a lane. An event is put into a lane, and an empty lane is given up, under both.
//! Neither is held across a wait, nor while code of the user's runs, but for comparing keys.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::Hash;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::source::Ticket;
use crate::queue::Queue;

/// In which order events are handled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// Each event is handled in a greenlet of its own, beside all others.
    #[default]
    Unordered,
    /// Events with the same key are handled one after the other, as they were posted; those with different keys beside each other.
    PerKey,
    /// All events are handled one after the other, as they were posted.
    Serial,
}

/// An event on its way.
pub(super) struct Envelope<K, E> {
    pub(super) key: K,
    pub(super) event: E,
    /// Of an event that a timer or an fd has brought about.
    pub(super) ticket: Option<Ticket>,
}

/// How far the engine's life has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Open,
    /// No more events come; those that wait are handled still.
    Closing,
    Stopped,
}

pub(super) struct Lane<K, E>(Mutex<Contents<K, E>>);

struct Contents<K, E> {
    home: Home<K>,
    pending: VecDeque<Envelope<K, E>>,
}

/// Where a lane is found by those who post.
enum Home<K> {
    /// Nowhere: it is for one event.
    None,
    Common,
    Key(K),
}

pub(super) struct Lanes<K, E> {
    order: Order,
    state: Mutex<State<K, E>>,
    /// Lanes whose turn nobody has. Closed as soon as there will be none any more.
    offered: Queue<Arc<Lane<K, E>>>,
}

struct State<K, E> {
    phase: Phase,
    common: Option<Arc<Lane<K, E>>>,
    by_key: HashMap<K, Arc<Lane<K, E>>>,
    /// How many lanes there are, those for one event included.
    lanes: usize,
}

impl<K, E> Lane<K, E> {
    fn new(home: Home<K>, first: Envelope<K, E>) -> Arc<Lane<K, E>> {
        Arc::new(Lane(Mutex::new(Contents { home, pending: VecDeque::from([first]) })))
    }

    /// How many events wait in it.
    pub(super) fn len(&self) -> usize {
        self.lock().pending.len()
    }

    pub(super) fn next(&self) -> Option<Envelope<K, E>> {
        self.lock().pending.pop_front()
    }

    fn lock(&self) -> MutexGuard<'_, Contents<K, E>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash + Clone, E> Lanes<K, E> {
    pub(super) fn new(order: Order) -> Lanes<K, E> {
        let state = State { phase: Phase::Open, common: None, by_key: HashMap::new(), lanes: 0 };
        Lanes { order, state: Mutex::new(state), offered: Queue::unbounded() }
    }

    /// Takes an event in; `counted` is called when that is certain, and before anybody can handle it.
    ///
    /// # Errors
    /// Gives it back if no more events are taken.
    pub(super) fn admit(
        &self,
        envelope: Envelope<K, E>,
        counted: impl FnOnce(),
    ) -> Result<(), Envelope<K, E>> {
        let mut state = self.lock();
        if state.phase != Phase::Open {
            return Err(envelope);
        }
        let taken = match self.order {
            Order::Unordered => None,
            Order::PerKey => state.by_key.get(&envelope.key),
            Order::Serial => state.common.as_ref(),
        };
        if let Some(lane) = taken {
            let mut contents = lane.lock();
            counted();
            contents.pending.push_back(envelope);
            return Ok(());
        }
        let lane = match self.order {
            Order::Unordered => Lane::new(Home::None, envelope),
            Order::PerKey => {
                let key = envelope.key.clone();
                let lane = Lane::new(Home::Key(key.clone()), envelope);
                state.by_key.insert(key, Arc::clone(&lane));
                lane
            }
            Order::Serial => Arc::clone(state.common.insert(Lane::new(Home::Common, envelope))),
        };
        state.lanes += 1;
        counted();
        drop(state);
        self.offer(lane);
        Ok(())
    }

    fn offer(&self, lane: Arc<Lane<K, E>>) {
        // Stopped meanwhile: then its events are not wanted any more.
        drop(self.offered.try_put(lane));
    }

    /// The lanes that are there to be taken, each for a turn.
    pub(super) fn offered(&self) -> &Queue<Arc<Lane<K, E>>> {
        &self.offered
    }

    /// After a turn.
    pub(super) fn leave(&self, lane: &Arc<Lane<K, E>>) {
        let mut state = self.lock();
        let contents = lane.lock();
        if state.phase == Phase::Stopped {
            return;
        }
        if !contents.pending.is_empty() {
            drop((contents, state));
            self.offer(Arc::clone(lane));
            return;
        }
        let gone = match &contents.home {
            Home::None => None,
            Home::Common => {
                state.common = None;
                None
            }
            Home::Key(key) => state.by_key.remove_entry(key),
        };
        state.lanes -= 1;
        let over = state.is_over();
        drop((contents, state));
        if over {
            self.offered.close();
        }
        drop(gone);
    }

    /// Takes no more events. `false`: it was so before.
    pub(super) fn close(&self) -> bool {
        let mut state = self.lock();
        if state.phase != Phase::Open {
            return false;
        }
        state.phase = Phase::Closing;
        let over = state.is_over();
        drop(state);
        if over {
            self.offered.close();
        }
        true
    }

    /// Takes no more events, and drops those that wait. `false`: it was so before.
    pub(super) fn stop(&self) -> bool {
        let mut state = self.lock();
        if mem::replace(&mut state.phase, Phase::Stopped) == Phase::Stopped {
            return false;
        }
        let (common, by_key) = (state.common.take(), mem::take(&mut state.by_key));
        drop(state);
        self.offered.close();
        // Whoever has a lane's turn finds it empty from now on. The events are dropped while nothing is locked.
        for lane in by_key.into_values().chain(common).chain(self.offered.try_iter()) {
            let pending = mem::take(&mut lane.lock().pending);
            drop(pending);
        }
        true
    }

    pub(super) fn phase(&self) -> Phase {
        self.lock().phase
    }

    pub(super) fn order(&self) -> Order {
        self.order
    }

    /// Keys are compared, hashed and cloned under it. If that panics, nothing has been changed yet.
    fn lock(&self) -> MutexGuard<'_, State<K, E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K, E> State<K, E> {
    /// Whether no event is there, and none will come.
    fn is_over(&self) -> bool {
        self.phase == Phase::Closing && self.lanes == 0
    }
}

impl<K, E> fmt::Debug for Lanes<K, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lanes").field("order", &self.order).finish_non_exhaustive()
    }
}
