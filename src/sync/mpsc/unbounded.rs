//! The channel without a bound.
//!
//! Uses `wait` and `sys::sync`. Model-checked in `models/`.
//!
//! ```text
//!  Producer ── send, under the lock ──▶ newest block ─▶ full blocks ── a whole one, under the lock ──▶ Consumer's block
//! ```
//!
//! Messages lie in blocks, so that a long queue is never moved to a larger place while others wait for the lock, and its
//! memory goes when it has been read. The consumer takes a block at a time and then needs no lock. In a
//! conversation of short messages, producer and consumer swap the same two blocks for ever: no allocation.
//!
//! All that both sides look at is under one lock, and the consumer registers its waker under it after it has found nothing
//! there. So a message, or the end of the last producer, comes either before that look, or finds the waker.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;
use std::sync::mpsc::{SendError, TryRecvError};

use super::flavor::Receive;
use crate::sys::sync::{AtomicU32, Mutex, MutexGuard, Ordering, PoisonError};
use crate::wait::{self, Announced, Cancelled, Reason, WaitId, Waker, Wakers};

/// How large blocks grow.
const BLOCK_BYTES: usize = 8 << 10;
/// Messages that are in a block at least, however large they are.
const BLOCK_MESSAGES: usize = 8;

/// Grows to its full length as needed: most channels never hold more than a few messages.
type Block<T> = VecDeque<T>;

const fn block_length<T>() -> usize {
    let size = if size_of::<T>() == 0 { 1 } else { size_of::<T>() };
    let fit = BLOCK_BYTES / size;
    if fit < BLOCK_MESSAGES { BLOCK_MESSAGES } else { fit }
}

struct Channel<T> {
    state: Mutex<State<T>>,
    /// 1: the receiver has to look under the lock; 0: as long as it was not told of more by other means, it would find nothing
    /// there. Written under the lock. Relaxed: what is found is found under the lock, and so is, before a wait, that there
    /// is nothing; and a send that happened before a `try_recv` has stored its 1 before that loads.
    news: AtomicU32,
}

struct State<T> {
    /// Full blocks, the oldest first.
    full: VecDeque<Block<T>>,
    /// Where messages go in.
    newest: Block<T>,
    /// Those who wait to receive; whoever takes them out wakes them. More than one if greenlets of one worker share the receiver:
    /// then each looks, and waits again if another was first.
    receivers: Wakers,
    producers: usize,
    receiver_gone: bool,
}

/// A sending end; clones are counted.
pub(crate) struct Producer<T>(Arc<Channel<T>>);

/// The receiving end.
pub(crate) struct Consumer<T> {
    channel: Arc<Channel<T>>,
    /// The block it has taken; older than anything in the channel.
    taken: RefCell<Block<T>>,
}

pub(crate) fn channel<T>() -> (Producer<T>, Consumer<T>) {
    let state = State {
        full: VecDeque::new(),
        newest: Block::new(),
        receivers: Wakers::new(),
        producers: 1,
        receiver_gone: false,
    };
    let channel = Arc::new(Channel { state: Mutex::new(state), news: AtomicU32::new(0) });
    (Producer(Arc::clone(&channel)), Consumer { channel, taken: RefCell::default() })
}

impl<T> Channel<T> {
    /// No code of the user's runs under the lock, so it is whole even if it is poisoned.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    fn push(&mut self, message: T) {
        let length = const { block_length::<T>() };
        if self.newest.len() == length {
            let full = mem::replace(&mut self.newest, Block::with_capacity(length));
            self.full.push_back(full);
        }
        self.newest.push_back(message);
    }

    /// Replaces `taken`, which has been read to its end, by the oldest block.
    fn take_block(&mut self, taken: &mut Block<T>) {
        match self.full.pop_front() {
            Some(block) => *taken = block,
            // Not a new one: what has been read will be written to again.
            None => mem::swap(taken, &mut self.newest),
        }
    }

    fn is_empty(&self) -> bool {
        // Full blocks are older: there are none without a newest message.
        self.newest.is_empty() && self.full.is_empty()
    }
}

impl<T> Producer<T> {
    pub(crate) fn send(&self, message: T) -> Result<(), SendError<T>> {
        let mut state = self.0.lock();
        if state.receiver_gone {
            return Err(SendError(message));
        }
        state.push(message);
        self.0.news.store(1, Ordering::Relaxed);
        let mut receivers = mem::take(&mut state.receivers);
        drop(state);
        // Whether they still wait or not: the message lies where the next look will find it.
        receivers.wake_all();
        Ok(())
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
        if state.producers > 0 {
            return;
        }
        self.0.news.store(1, Ordering::Relaxed);
        let mut receivers = mem::take(&mut state.receivers);
        drop(state);
        receivers.wake_all();
    }
}

impl<T> Receive<T> for Consumer<T> {
    fn try_recv(&self) -> Result<T, TryRecvError> {
        let mut taken = self.taken.borrow_mut();
        if let Some(message) = taken.pop_front() {
            return Ok(message);
        }
        if self.channel.news.load(Ordering::Relaxed) == 0 {
            return Err(TryRecvError::Empty);
        }
        let mut state = self.channel.lock();
        state.take_block(&mut taken);
        let disconnected = state.producers == 0;
        if state.is_empty() && !disconnected {
            self.channel.news.store(0, Ordering::Relaxed);
        }
        drop(state);
        taken.pop_front().ok_or(if disconnected { TryRecvError::Disconnected } else { TryRecvError::Empty })
    }

    fn wait(&self, deadline: u64) -> Result<bool, Cancelled> {
        let register = |announced: &Announced<'_>| self.watch(announced.waker());
        wait::park(Reason::Channel, 0, deadline, register, |wait| self.channel.lock().receivers.remove(wait))
    }

    fn watch(&self, waker: Waker) -> bool {
        let mut state = self.channel.lock();
        let waits = state.is_empty() && state.producers > 0;
        if waits {
            state.receivers.push(waker);
        }
        waits
    }

    fn unwatch(&self, wait: WaitId) -> Option<T> {
        self.channel.lock().receivers.remove(wait);
        // What was sent lies where the next look will find it.
        None
    }
}

impl<T> Drop for Consumer<T> {
    fn drop(&mut self) {
        let mut state = self.channel.lock();
        state.receiver_gone = true;
        let (full, newest) = (mem::take(&mut state.full), mem::take(&mut state.newest));
        drop(state);
        // Here, as the destructors of messages may do anything; in the order in which they were sent.
        drop((self.taken.take(), full, newest));
    }
}
