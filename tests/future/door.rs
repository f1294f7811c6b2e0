//! A future made by hand.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Ready once it is open. It notes who was to be woken, and how often it was looked at.
#[derive(Clone, Default)]
pub(crate) struct Door(Arc<Mutex<State>>);

#[derive(Default)]
pub(crate) struct State {
    pub(crate) open: bool,
    pub(crate) polls: usize,
    pub(crate) wakers: Vec<Waker>,
}

impl Door {
    pub(crate) fn new() -> Door {
        Door::default()
    }

    /// Opens it, and tells all who have looked.
    pub(crate) fn open(&self) {
        let mut state = self.state();
        state.open = true;
        let wakers = state.wakers.clone();
        drop(state);
        wakers.iter().for_each(Waker::wake_by_ref);
    }

    pub(crate) fn waker(&self) -> Option<Waker> {
        self.state().wakers.last().cloned()
    }

    pub(crate) fn polls(&self) -> usize {
        self.state().polls
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Future for Door {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.state();
        state.polls += 1;
        state.wakers.push(context.waker().clone());
        if state.open { Poll::Ready(()) } else { Poll::Pending }
    }
}
