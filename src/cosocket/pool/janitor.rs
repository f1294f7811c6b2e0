//! The janitor of a pool: a greenlet that waits for something to happen to an idle connection, or for its time to be up.
//!
//! Uses `greenlet` and `wait`.
//!
//! It is started for the first idle connection, and ends when the pool is deserted. While it is parked, whoever puts a connection
//! back leaves the janitor's waker at its fd, and whoever takes one removes it: neither has to wake the janitor. Only when it was
//! woken does it look at all of them.

use std::sync::Arc;

use super::Keepalive;
use super::shared::{Entry, Shared, State, next_expiry};
use crate::greenlet;
use crate::wait::io::{Watch, is_readable};
use crate::wait::{self, Announced, Reason, Waker};

pub(super) enum Janitor {
    Absent,
    /// On its way to look, or to park; it will see whatever has changed.
    Busy,
    Parked {
        waker: Waker,
        until: u64,
    },
}

/// What is to be done about the janitor, once the lock is free.
pub(super) enum Order {
    Nothing,
    Wake(Waker),
    Start,
}

/// After the pool has changed. `news`: there is something to see.
pub(super) fn order<C>(state: &State<C>, news: bool) -> Order {
    match &state.janitor {
        Janitor::Parked { waker, .. } if news || state.is_deserted() => Order::Wake(waker.clone()),
        Janitor::Absent if !state.idle.is_empty() => Order::Start,
        _ => Order::Nothing,
    }
}

impl Order {
    pub(super) fn carry_out<C: Keepalive>(self, shared: &Arc<Shared<C>>) {
        match self {
            Order::Nothing => {}
            Order::Wake(waker) => {
                waker.wake();
            }
            Order::Start => start(shared),
        }
    }
}

fn start<C: Keepalive>(shared: &Arc<Shared<C>>) {
    let mut state = shared.lock();
    if !matches!(state.janitor, Janitor::Absent) {
        return;
    }
    state.janitor = Janitor::Busy;
    drop(state);
    let duty = Duty { shared: Arc::clone(shared), ended: false };
    let spawned = greenlet::Builder::new().name("keepalive pool").spawn(move || duty.run());
    // Without memory for it (the duty has ended with the closure then), connections are looked at when they are used.
    if let Err(error) = spawned {
        log::warn!("idle connections are not looked after: {error}");
    }
}

/// Ends with the janitor, however that ends.
struct Duty<C: Keepalive> {
    shared: Arc<Shared<C>>,
    /// In good order: another janitor may be there by now.
    ended: bool,
}

impl<C: Keepalive> Drop for Duty<C> {
    fn drop(&mut self) {
        if !self.ended {
            self.unwatch(Janitor::Absent);
        }
    }
}

impl<C: Keepalive> Duty<C> {
    fn run(mut self) {
        loop {
            self.look();
            let (stored, until) = {
                let mut state = self.shared.lock();
                if state.is_deserted() {
                    // Here, where nobody can put anything in between.
                    state.janitor = Janitor::Absent;
                    self.ended = true;
                    return;
                }
                (state.stored, next_expiry(&state))
            };
            let register = |announced: &Announced<'_>| self.watch(announced, stored, until);
            let parked = wait::park(Reason::Select, 0, until, register, |_| self.unwatch(Janitor::Busy));
            self.unwatch(Janitor::Busy);
            if parked.is_err() {
                return;
            }
        }
    }

    /// Closes what has died or has become too old. The others are not disturbed: who looks for an idle connection finds them.
    fn look(&self) {
        let is_suspect =
            |entry: &&Entry<C>| wait::is_past(entry.expires) || entry.fd().is_some_and(is_readable);
        let suspects: Vec<u64> =
            self.shared.lock().idle.iter().filter(is_suspect).map(|entry| entry.number).collect();
        for number in suspects {
            let Some(mut one) = self.shared.examine(number) else { continue };
            match one.entry().is_usable() {
                true => one.undo(),
                false => drop(one),
            }
        }
    }

    /// Leaves the waker at every idle connection, unless there are new ones already.
    fn watch(&self, announced: &Announced<'_>, stored: u64, until: u64) -> bool {
        let mut state = self.shared.lock();
        if state.stored != stored || state.is_deserted() {
            return false;
        }
        let waker = announced.waker();
        let mut readable = false;
        for entry in &mut state.idle {
            let watched = entry.fd().map(|fd| Watch::readable(fd, waker.clone()));
            readable |= matches!(watched, Some(Ok(None)));
            entry.watch = watched.and_then(Result::ok).flatten();
        }
        if readable {
            // Others have the waker already, so the wait has to be ended, not called off.
            waker.wake();
        }
        state.janitor = Janitor::Parked { waker, until };
        true
    }

    fn unwatch(&self, next: Janitor) {
        let mut state = self.shared.lock();
        state.idle.iter_mut().for_each(Entry::unwatch);
        state.janitor = next;
    }
}
