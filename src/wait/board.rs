//! A board for numbers: of those who have something to tell, in the order in which they came, for one reader.
//!
//! Uses `wait::park`.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Announced, Cancelled, Reason, Waker};

#[derive(Debug, Default)]
pub(crate) struct Board(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    news: VecDeque<usize>,
    reader: Option<Waker>,
}

impl Board {
    pub(crate) fn post(&self, number: usize) {
        let mut state = self.lock();
        state.news.push_back(number);
        let reader = state.reader.take();
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// Waits for the next number; `None` if `deadline` came first.
    ///
    /// # Cancellation
    /// Unwinds when killed or timed out, if it has to wait; nothing is lost. Where nothing can unwind, answers `Cancelled`.
    pub(crate) fn next(&self, reason: Reason, deadline: u64) -> Result<Option<usize>, Cancelled> {
        loop {
            if let Some(number) = self.lock().news.pop_front() {
                return Ok(Some(number));
            }
            let register = |announced: &Announced<'_>| {
                let mut state = self.lock();
                let waits = state.news.is_empty();
                state.reader = waits.then(|| announced.waker());
                waits
            };
            if !super::park(reason, 0, deadline, register, |_| self.lock().reader = None)? {
                return Ok(None);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
