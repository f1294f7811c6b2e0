//! The channel with a bound, which may be zero.
//!
//! Uses `wait` and `sys::sync`. Model-checked in `models/`.
//!
//! ```text
//!                      no room                  a receive makes room
//!  Producer ── send ─────────────▶ line of senders ──────────────────▶ buffer ── recv ──▶ Consumer
//!                 └──────────────────────────────────────────────────────▲
//! ```
//!
//! A sender that has to wait leaves its message in the line. Whoever makes room moves the first message of the line into the
//! buffer: senders get their turns in the order in which they came, and nobody overtakes them.
//!
//! With a bound of zero there is no room ever. A receive takes a message out of the line, or waits; a send to a receiver that
//! waits leaves its message in the buffer, for that receiver and no other.
//!
//! # Delivered or taken back, never both
//! A wait ends in one way: woken, or cut short. To hand over in either direction means to wake *first*, under the lock, and
//! only if that ended the wait (`Waker::wake` answers `true`) to move the message. A sender whose wait was cut
//! short finds its message in the line, under the lock, and takes it back; meanwhile its place is passed over. A receiver
//! whose wait was cut short is as good as none. So `timeout` and `kill` never leave it open whether a message was sent.
//!
//! Selections do the same in two steps: a sender's message is in the line while it watches, and a rendezvous with a receiver that
//! watches leaves the message in the buffer, for the end of that watch. A selection may send and receive here at once; it is no
//! partner for itself.
//!
//! There is room only if nobody whose wait goes on is in the line: a sender gets in line only when there is none, and
//! what makes room gives it to the first of those. So a send needs to look at the buffer alone.

use std::cell::Cell;
use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;
use std::sync::mpsc::{SendError, TryRecvError, TrySendError};

use super::flavor::Receive;
use crate::sys::sync::{Mutex, MutexGuard, PoisonError};
use crate::wait::{self, Announced, Cancelled, NEVER, Reason, WaitId, Waker, Wakers};

struct Channel<T>(Mutex<State<T>>);

struct State<T> {
    bound: usize,
    /// With a bound of zero: the messages for receivers that are about to take them.
    buffer: VecDeque<T>,
    /// Senders that wait, by their turns.
    line: VecDeque<Waiting<T>>,
    next_turn: u64,
    /// Those who wait to receive; whoever takes them out wakes them. More than one if greenlets of one worker share the receiver:
    /// then each looks, and waits again if another was first.
    receivers: Wakers,
    /// With a bound of zero: those who were woken by a message in the buffer, and have not looked yet.
    handed_to: Vec<WaitId>,
    producers: usize,
    receiver_gone: bool,
}

struct Waiting<T> {
    turn: u64,
    waker: Waker,
    /// Its wait has been cut short: it is about to leave the line by itself.
    over: bool,
    message: T,
}

/// A sending end; clones are counted.
pub(crate) struct Producer<T>(Arc<Channel<T>>);

/// The receiving end.
pub(crate) struct Consumer<T>(Arc<Channel<T>>);

pub(crate) fn channel<T>(bound: usize) -> (Producer<T>, Consumer<T>) {
    let state = State {
        bound,
        // All of it, as std does: a send allocates nothing.
        buffer: VecDeque::with_capacity(bound.max(1)),
        line: VecDeque::new(),
        next_turn: 0,
        receivers: Wakers::new(),
        handed_to: Vec::new(),
        producers: 1,
        receiver_gone: false,
    };
    let channel = Arc::new(Channel(Mutex::new(state)));
    (Producer(Arc::clone(&channel)), Consumer(channel))
}

impl<T> Channel<T> {
    /// No code of the user's runs under the lock, so it is whole even if it is poisoned.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    /// Puts a message into the buffer, if it may be there. Answers whom to wake.
    fn push(&mut self, message: T) -> Result<Wakers, TrySendError<T>> {
        if self.receiver_gone {
            return Err(TrySendError::Disconnected(message));
        }
        if self.buffer.len() < self.bound {
            self.buffer.push_back(message);
            return Ok(mem::take(&mut self.receivers));
        }
        while self.bound == 0
            && let Some(receiver) = self.receivers.pop()
        {
            if receiver.wake() {
                self.buffer.push_back(message);
                self.handed_to.push(receiver.wait());
                return Ok(Wakers::new());
            }
        }
        Err(TrySendError::Full(message))
    }

    fn pop(&mut self) -> Result<T, TryRecvError> {
        match self.buffer.pop_front() {
            Some(message) => {
                if self.bound > 0
                    && let Some(next) = self.first_in_line()
                {
                    self.buffer.push_back(next);
                }
                Ok(message)
            }
            None => self.first_in_line().ok_or(match self.producers {
                0 => TryRecvError::Disconnected,
                _ => TryRecvError::Empty,
            }),
        }
    }

    /// Has a message in the buffer for the receiver, if there is one. To say that the line is not empty would not do: if the waits
    /// of all who are in it have been cut short, a receiver that looks again and again keeps them from leaving.
    fn serve(&mut self) -> bool {
        if self.buffer.is_empty()
            && let Some(message) = self.first_in_line()
        {
            self.buffer.push_back(message);
        }
        !self.buffer.is_empty()
    }

    /// Whether a message was handed over to that wait. To be asked once.
    fn forget_hand_over(&mut self, wait: WaitId) -> bool {
        let at = self.handed_to.iter().position(|&other| other == wait);
        at.map(|at| self.handed_to.swap_remove(at)).is_some()
    }

    /// Ends the wait of the first sender in line, and takes over its message.
    fn first_in_line(&mut self) -> Option<T> {
        let first = self.line.iter_mut().position(|waiting| {
            waiting.over = waiting.over || !waiting.waker.wake();
            !waiting.over
        })?;
        self.line.remove(first).map(|waiting| waiting.message)
    }

    /// Puts a sender in line; if it has been there before, to the place that its turn gives it.
    fn line_up(&mut self, turn: Option<u64>, waker: Waker, message: T) -> u64 {
        let turn = turn.unwrap_or_else(|| {
            self.next_turn += 1;
            self.next_turn
        });
        let place = self.line.partition_point(|waiting| waiting.turn < turn);
        self.line.insert(place, Waiting { turn, waker, over: false, message });
        turn
    }

    /// Takes a sender out of the line. `None`: its message was taken over.
    fn step_out(&mut self, turn: u64) -> Option<T> {
        let place = self.line.binary_search_by_key(&turn, |waiting| waiting.turn).ok()?;
        self.line.remove(place).map(|waiting| waiting.message)
    }
}

impl<T> Producer<T> {
    pub(crate) fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        let mut state = self.0.lock();
        let mut receivers = state.push(message)?;
        drop(state);
        // Whether they still wait or not: the message lies where the next look will find it.
        receivers.wake_all();
        Ok(())
    }

    /// Where a cancellation cannot unwind, it gives the message back as if nobody were there to receive it.
    pub(crate) fn send(&self, message: T) -> Result<(), SendError<T>> {
        if wait::checkpoint().is_err() {
            return Err(SendError(message));
        }
        match self.try_send(message) {
            Ok(()) => {
                wait::give_way();
                Ok(())
            }
            Err(TrySendError::Disconnected(message)) => Err(SendError(message)),
            Err(TrySendError::Full(message)) => self.send_in_turn(message),
        }
    }

    /// Puts a selection's message in line, in its turn if it has been there before. It comes back if there is room for it now, or
    /// a receiver, or no receiver any more.
    pub(crate) fn watch(&self, waker: Waker, turn: &mut Option<u64>, message: T) -> Result<(), T> {
        let mut state = self.0.lock();
        // One whose wait is over is still there; the next attempt to send takes it out.
        let partner = state.receivers.has_others(waker.wait());
        if state.receiver_gone || state.buffer.len() < state.bound || (state.bound == 0 && partner) {
            return Err(message);
        }
        *turn = Some(state.line_up(*turn, waker, message));
        Ok(())
    }

    /// Takes a selection's message out of the line. `None`: it was taken over.
    pub(crate) fn unwatch(&self, turn: u64) -> Option<T> {
        self.0.lock().step_out(turn)
    }

    fn send_in_turn(&self, message: T) -> Result<(), SendError<T>> {
        // The message is here, or in the line, or delivered. Here it is dropped if the wait ends by unwinding.
        let here = Cell::new(Some(message));
        let turn = Cell::new(None);
        let step_out = || turn.get().and_then(|turn| self.0.lock().step_out(turn));
        let register = |announced: &Announced<'_>| {
            let Some(message) = here.take() else { return false };
            let mut state = self.0.lock();
            let mut receivers = match state.push(message) {
                Ok(receivers) => receivers,
                Err(TrySendError::Disconnected(message)) => {
                    here.set(Some(message));
                    return false;
                }
                Err(TrySendError::Full(message)) => {
                    turn.set(Some(state.line_up(turn.get(), announced.waker(), message)));
                    return true;
                }
            };
            drop(state);
            receivers.wake_all();
            false
        };
        // Whether it was cut short shows in where the message is.
        let _ = wait::park(Reason::Channel, 0, NEVER, register, |_| here.set(step_out()));
        // Woken, and still in line: it was not a receive that woke us, but the end of the receiver.
        match here.take().or_else(step_out) {
            Some(message) => Err(SendError(message)),
            None => Ok(()),
        }
    }
}

impl<T> Clone for Producer<T> {
    fn clone(&self) -> Producer<T> {
        self.0.lock().producers += 1;
        Producer(Arc::clone(&self.0))
    }
}

impl<T> Drop for Producer<T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.producers -= 1;
        let mut receivers =
            if state.producers == 0 { mem::take(&mut state.receivers) } else { Wakers::new() };
        drop(state);
        receivers.wake_all();
    }
}

impl<T> Receive<T> for Consumer<T> {
    fn try_recv(&self) -> Result<T, TryRecvError> {
        self.0.lock().pop()
    }

    fn wait(&self, deadline: u64) -> Result<bool, Cancelled> {
        let wait = Cell::new(None);
        let register = |announced: &Announced<'_>| {
            let mut state = self.0.lock();
            let waits = !state.serve() && state.producers > 0;
            if waits {
                state.receivers.push(announced.waker());
                wait.set((state.bound == 0).then(|| announced.id()));
            }
            waits
        };
        let forget = |wait| self.0.lock().receivers.remove(wait);
        let woken = wait::park(Reason::Channel, 0, deadline, register, forget)?;
        if let Some(wait) = wait.get() {
            self.0.lock().forget_hand_over(wait);
        }
        Ok(woken)
    }

    fn watch(&self, waker: Waker) -> bool {
        let mut state = self.0.lock();
        let other = |waiting: &Waiting<T>| !waiting.over && waiting.waker.wait() != waker.wait();
        // Nothing is taken from a sender yet: the selection may still be somebody else's.
        let waits = state.buffer.is_empty() && state.producers > 0 && !state.line.iter().any(other);
        if waits {
            state.receivers.push(waker);
        }
        waits
    }

    fn unwatch(&self, wait: WaitId) -> Option<T> {
        let mut state = self.0.lock();
        state.receivers.remove(wait);
        // With a bound, what was sent lies where the next look will find it.
        if state.forget_hand_over(wait) { state.buffer.pop_front() } else { None }
    }
}

impl<T> Drop for Consumer<T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.receiver_gone = true;
        let buffer = mem::take(&mut state.buffer);
        // They find their messages in the line.
        let senders: Vec<Waker> = state.line.iter().map(|waiting| waiting.waker.clone()).collect();
        drop(state);
        for sender in senders {
            sender.wake();
        }
        // Here, as the destructors of messages may do anything.
        drop(buffer);
    }
}
