//! A short list of wakers. Most hold none or one, which costs no allocation.
//!
//! Uses `runtime::core`.

use super::core::{WaitId, Waker};

#[derive(Debug, Default)]
pub(crate) struct Wakers {
    first: Option<Waker>,
    /// Boxed, for the space of a control block that has none.
    #[expect(clippy::box_collection, reason = "a null pointer is smaller than an empty Vec")]
    rest: Option<Box<Vec<Waker>>>,
}

impl Wakers {
    pub(crate) const fn new() -> Wakers {
        Wakers { first: None, rest: None }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_none() && self.rest.as_ref().is_none_or(|rest| rest.is_empty())
    }

    pub(crate) fn push(&mut self, waker: Waker) {
        match self.first {
            None => self.first = Some(waker),
            Some(_) => self.rest.get_or_insert_default().push(waker),
        }
    }

    /// Takes out the waker of a wait that has ended otherwise.
    pub(crate) fn remove(&mut self, wait: WaitId) {
        if self.first.as_ref().is_some_and(|waker| waker.wait() == wait) {
            self.first = None;
        } else if let Some(rest) = &mut self.rest
            && let Some(at) = rest.iter().position(|waker| waker.wait() == wait)
        {
            rest.swap_remove(at);
        }
    }

    /// Takes out any one of them.
    pub(crate) fn pop(&mut self) -> Option<Waker> {
        self.first.take().or_else(|| self.rest.as_mut()?.pop())
    }

    /// Whether there is one that is not of that wait.
    pub(crate) fn has_others(&self, wait: WaitId) -> bool {
        let rest = self.rest.iter().flat_map(|rest| rest.iter());
        self.first.iter().chain(rest).any(|waker| waker.wait() != wait)
    }

    /// Wakes them all. Nothing here may be locked that a woken waiter's schedule needs; nothing is.
    pub(crate) fn wake_all(&mut self) {
        if let Some(waker) = self.first.take() {
            waker.wake();
        }
        for waker in self.rest.iter_mut().flat_map(|rest| rest.drain(..)) {
            waker.wake();
        }
    }
}
