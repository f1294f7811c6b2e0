//! Waiting for the first of several things.
//!
//! Uses `wait::park`. Model-checked in `models/`.
//!
//! One wait, and its waker left with each of the sources. Exactly one `Waker::wake` of a wait answers `true`, and that is what
//! keeps losing sources whole:
//!
//! * A source that gives something to *one* waiter (an item, a permit) hands it over only after `wake` has answered `true`. So
//!   at most one source of a selection has handed something over, and that source is the one chosen.
//! * A source that tells *all* its waiters (an event, the end of a greenlet, an fd that is ready) hands nothing over. Whether
//!   it has happened is looked up after the wait.
//!
//! After the wait the waker is taken out of every source again: what has lost keeps nothing of it.

use std::cell::{Cell, RefCell};

use super::{Announced, Cancelled, NEVER, Reason, Waker};
use crate::sys::{clock, random};

/// So many arms need no memory of their own for their order; `select!` has no more.
const FEW: usize = 24;

/// Something that [`select!`](crate::select!) and [`Select`](crate::select::Select) can wait for.
///
/// Sources come from the methods named `select_…` (such as [`Queue::select_get`](crate::queue::Queue::select_get)), and from
/// the functions of the module [`select`](mod@crate::select). Its methods are for vervet's own use, so it cannot be implemented elsewhere.
pub trait Source {
    /// What it yields when it is chosen.
    type Output;

    /// Takes what is there, without waiting.
    #[doc(hidden)]
    fn try_take(&mut self) -> Option<Self::Output>;

    /// Leaves `waker` to be woken when `try_take` may find something, or when something has been handed over. `false`: that is
    /// so already, and nothing was left. Must not block.
    #[doc(hidden)]
    fn watch(&mut self, waker: Waker) -> bool;

    /// Takes the waker out again, after the wait has ended in whatever way, and answers what has been handed over. Called once
    /// for each `watch` that answered `true`. Must not block.
    #[doc(hidden)]
    fn unwatch(&mut self) -> Option<Self::Output>;

    /// When `try_take` will find something in any case.
    #[doc(hidden)]
    fn due(&self) -> u64 {
        NEVER
    }
}

/// Something that [`wait`](crate::wait()) can wait for, together with others.
///
/// Its method is for vervet's own use, so it cannot be implemented elsewhere.
pub trait Waitable {
    /// A source that tells when there is something to be had here, and takes nothing of it.
    #[doc(hidden)]
    fn ready(&self) -> Box<dyn Source<Output = ()> + '_>;
}

/// A source that may be missing is never chosen then: `condition.then(|| source)`.
impl<S: Source> Source for Option<S> {
    type Output = S::Output;

    fn try_take(&mut self) -> Option<S::Output> {
        self.as_mut()?.try_take()
    }

    fn watch(&mut self, waker: Waker) -> bool {
        self.as_mut().is_none_or(|source| source.watch(waker))
    }

    fn unwatch(&mut self) -> Option<S::Output> {
        self.as_mut()?.unwatch()
    }

    fn due(&self) -> u64 {
        self.as_ref().map_or(NEVER, Source::due)
    }
}

impl<S: Source + ?Sized> Source for Box<S> {
    type Output = S::Output;

    fn try_take(&mut self) -> Option<S::Output> {
        (**self).try_take()
    }

    fn watch(&mut self, waker: Waker) -> bool {
        (**self).watch(waker)
    }

    fn unwatch(&mut self) -> Option<S::Output> {
        (**self).unwatch()
    }

    fn due(&self) -> u64 {
        (**self).due()
    }
}

/// A source together with what it yields, so that sources of different kinds fit into one list.
#[derive(Debug)]
pub struct Arm<S: Source> {
    source: S,
    taken: Option<S::Output>,
}

impl<S: Source> Arm<S> {
    /// An arm over `source`.
    pub fn new(source: S) -> Arm<S> {
        Arm { source, taken: None }
    }

    /// What the source has yielded, if it was chosen. The source itself is dropped.
    pub fn into_taken(self) -> Option<S::Output> {
        self.taken
    }
}

/// An [`Arm`], whatever it yields.
pub trait Pollable {
    #[doc(hidden)]
    fn try_take(&mut self) -> bool;
    #[doc(hidden)]
    fn watch(&mut self, waker: Waker) -> bool;
    #[doc(hidden)]
    fn unwatch(&mut self) -> bool;
    #[doc(hidden)]
    fn due(&self) -> u64;
}

impl<S: Source> Pollable for Arm<S> {
    fn try_take(&mut self) -> bool {
        self.taken = self.source.try_take();
        self.taken.is_some()
    }

    fn watch(&mut self, waker: Waker) -> bool {
        self.source.watch(waker)
    }

    fn unwatch(&mut self) -> bool {
        self.taken = self.source.unwatch();
        self.taken.is_some()
    }

    fn due(&self) -> u64 {
        self.source.due()
    }
}

/// Waits until one of the arms has yielded something, and answers which; `None` if `deadline` came first. Whoever is ready at
/// once has the same chance as all others that are.
///
/// A `deadline` of 0 means not to wait at all.
///
/// # Cancellation
/// Unwinds when killed or timed out, with nothing taken. Where nothing can unwind, answers `Cancelled`.
pub(crate) fn select(arms: &mut [&mut dyn Pollable], deadline: u64) -> Result<Option<usize>, Cancelled> {
    select_for((Reason::Select, 0), arms, deadline)
}

/// As `select`, shown to others as a wait for that reason and subject.
pub(crate) fn select_for(
    why: (Reason, u64),
    arms: &mut [&mut dyn Pollable],
    deadline: u64,
) -> Result<Option<usize>, Cancelled> {
    super::enter()?;
    let (mut few, mut many);
    let order = if arms.len() <= FEW {
        few = [0; FEW];
        &mut few[..arms.len()]
    } else {
        many = vec![0; arms.len()];
        &mut many[..]
    };
    shuffle(order);
    loop {
        if let Some(&chosen) = order.iter().find(|&&at| arms[at].try_take()) {
            return Ok(Some(chosen));
        }
        if deadline <= clock::now() {
            return Ok(None);
        }
        if let Some(chosen) = wait(why, arms, order, deadline)? {
            return Ok(Some(chosen));
        }
    }
}

/// One wait. Answers the arm to which something was handed over.
fn wait(
    (reason, subject): (Reason, u64),
    arms: &mut [&mut dyn Pollable],
    order: &[usize],
    deadline: u64,
) -> Result<Option<usize>, Cancelled> {
    let until = arms.iter().map(|arm| arm.due()).fold(deadline, u64::min);
    let arms = RefCell::new(arms);
    // The first so many in `order` have the waker.
    let watched = Cell::new(0);
    let register = |announced: &Announced<'_>| {
        let mut arms = arms.borrow_mut();
        for &at in order {
            if !arms[at].watch(announced.waker()) {
                // The wait has to be ended, not called off: the arms before this one may have used the waker already.
                announced.waker().wake();
                break;
            }
            watched.set(watched.get() + 1);
        }
        true
    };
    let unwatch = || {
        let mut arms = arms.borrow_mut();
        let mut chosen = None;
        for &at in &order[..watched.take()] {
            // At most one: whatever hands over has ended the wait by that.
            if arms[at].unwatch() {
                chosen = Some(at);
            }
        }
        chosen
    };
    super::park(reason, subject, until, register, |_| {
        // The wait did not end by a wake, so nothing was handed over.
        unwatch();
    })?;
    Ok(unwatch())
}

/// Fills in the numbers from 0 on, in an order that is as likely as any other.
fn shuffle(order: &mut [usize]) {
    for at in 0..order.len() {
        let earlier = random::below(at + 1);
        order[at] = order[earlier];
        order[earlier] = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_order_is_as_likely() {
        let mut seen = [0u32; 27];
        for _ in 0..6_000 {
            let mut order = [0; 3];
            shuffle(&mut order);
            seen[order[0] * 9 + order[1] * 3 + order[2]] += 1;
        }
        let seen: Vec<u32> = seen.into_iter().filter(|&n| n > 0).collect();
        assert_eq!(seen.len(), 6);
        // 1,000 each; 29 is the standard deviation.
        assert!(seen.iter().all(|&n| (750..1_250).contains(&n)), "{seen:?}");
    }
}
