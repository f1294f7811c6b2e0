//! Waiting for the first of several things: items, permits, events, ends of greenlets, timers, fds.
//!
//! [`select!`](crate::select!) is for a handful of things that are known when the code is written, [`Select`] for a number that
//! is known only when it runs, [`wait`](crate::wait()) for all (or the first few) of many. For fds alone there are, as in the
//! kernel, [`poll`](poll()) and [`select`](select()) over a list, and [`Poller`] over a set that stays.
//!
//! | in `select!` | as a source | yields | when |
//! |---|---|---|---|
//! | `q.get()`, `q.peek()` | [`Queue::select_get`](crate::queue::Queue::select_get), … | as the call | there is an item, or the queue is closed |
//! | `q.put(v)` | [`Queue::select_put`](crate::queue::Queue::select_put), … | as the call | the item is in the queue, or it is closed |
//! | `rx.recv()` | [`Receiver::select_recv`](crate::sync::mpsc::Receiver::select_recv) | as the call | there is a message, or no sender |
//! | `sem.acquire()` | [`Semaphore::select_acquire`](crate::sync::Semaphore::select_acquire) | as the call | a permit is had, or it is closed |
//! | `event.wait()` | [`Event::select_wait`](crate::sync::Event::select_wait) | `()` | it is set |
//! | `result.get()` | [`AsyncResult::select_get`](crate::sync::AsyncResult::select_get) | as the call | it is set |
//! | `g.wait()` | [`Greenlet::select_wait`](crate::Greenlet::select_wait) | `()` | the greenlet is over |
//! | `after(d)` | [`after`] | `()` | `d` has passed |
//! | `readable(&fd)`, `writable(&fd)` | [`readable`], [`writable`] | `io::Result<()>` | a read or a write would not block |
//!
//! | over fds | takes | tells | costs |
//! |---|---|---|---|
//! | [`poll`](poll()) | a list of [`PollFd`]s | what was found, in each of them | as there are fds |
//! | [`select`](select()) | three lists: to read, to write, exceptions | the positions of those that are ready, as [`Ready`] | as there are fds |
//! | [`Poller`] | fds that were registered before, each with a key | [`Events`]: keys, and what was found | as there are events |
//!
//! An `Option` of a source is one that is never chosen while it is `None`: `condition.then(|| q.select_get())`.
//!
//! # What a selection leaves behind
//! Nothing but what it yields. Sources that lose give away no item and take no permit, and keep no trace of having been
//! waited for; an item that was to be put is dropped with its source. Each source that is ready at once has the same chance.
//! The costs of a selection grow with the number of sources; those of whoever makes one of them ready do not.

mod choose;
mod dynamic;
mod fd;
mod multiplex;
mod poller;
mod several;
mod timer;
#[macro_use]
mod macros;

pub use self::dynamic::Select;
pub use self::fd::{readable, writable};
pub use self::multiplex::{Ready, poll, select};
pub use self::poller::{Event, Events, EventsIter, Poller};
pub use self::several::wait;
pub use self::timer::{After, after, at};
pub use crate::wait::io::{PollEvents, PollFd, Readiness, Trigger};
pub use crate::wait::select::{Source, Waitable};

/// What [`select!`](crate::select!) expands to. Not for use otherwise.
#[doc(hidden)]
pub mod __private {
    use crate::wait::NEVER;
    pub use crate::wait::select::{Arm, Pollable};

    /// Waits for one of the arms.
    pub fn select(arms: &mut [&mut dyn Pollable]) -> usize {
        super::choose::choose(arms, NEVER).expect("there is no deadline")
    }

    /// What the chosen arm has yielded.
    pub fn had<T>(taken: Option<T>) -> T {
        taken.expect("the arm was chosen")
    }

    /// Which of the arms is ready now.
    pub fn try_select(arms: &mut [&mut dyn Pollable]) -> Option<usize> {
        super::choose::choose(arms, 0)
    }
}
