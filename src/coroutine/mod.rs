//! Coroutines: functions that stop in the middle, hand a value out, and go on later with a value handed in.
//!
//! They are what greenlets are made of, without the scheduler: nothing runs by itself, whoever holds a coroutine resumes it.
//! Each has a stack of its own, so a body may stop inside of any function it calls.
//!
//! | type | from | control goes |
//! |---|---|---|
//! | [`Coroutine`] | Lua | to whoever resumed it, and back: `resume` and [`suspend`](Yielder::suspend) |
//! | [`Generator`] | Python | the same, as an iterator |
//! | [`switch::Switch`] | the Python package greenlet | from any to any: `switch` |
//!
//! ```
//! use vervet::coroutine::{Coroutine, State, Status};
//!
//! let sums = Coroutine::new(|yielder, mut n: u32| {
//!     let mut sum = 0;
//!     while n > 0 {
//!         sum += n;
//!         n = yielder.suspend(sum);
//!     }
//!     "over"
//! });
//! assert_eq!(sums.resume(3).unwrap(), State::Yielded(3));
//! assert_eq!(sums.resume(4).unwrap(), State::Yielded(7));
//! assert_eq!(sums.resume(0).unwrap(), State::Returned("over"));
//! assert_eq!(sums.status(), Status::Dead);
//! assert_eq!(sums.resume(1).unwrap_err().into_inner(), 1);
//! ```
//!
//! # Beside greenlets
//!
//! A coroutine is part of the greenlet, or OS thread, that resumes it. A blocking call of this crate inside one parks that
//! greenlet, whose worker runs others meanwhile; afterwards it goes on where it was, on the coroutine's stack. A kill or a
//! [`timeout`](crate::timeout()) unwinds the coroutine, comes out of `resume`, and unwinds the greenlet. A coroutine may be
//! resumed by one greenlet now and by another one of the same worker later.
//!
//! None of the types here is `Send`: there may be `Rc`s and other such values on a suspended stack, which stays on its OS
//! thread.
//!
//! # Where a coroutine cannot be suspended
//!
//! What belongs to the running greenlet or thread cannot be taken out of it: in a closure that was passed to
//! [`timeout`](crate::timeout()), to [`shield`](crate::shield()), or to the `with` of a
//! [`greenlet_local!`](crate::greenlet_local!) or a [`ScopedValue`](crate::ScopedValue); and in a destructor that runs because the
//! coroutine unwinds. [`Yielder::suspend`] panics there; [`Yielder::try_suspend`] answers with an error; [`is_yieldable`] tells. The
//! other way round is fine: `timeout(d, || coroutine.resume(v))`.
//!
//! A value of std's `thread_local!` is out of our sight: do not suspend inside its `with`, if the coroutine might outlive it in
//! another `thread_local!` of the same thread.
//!
//! # Unwinding
//!
//! A panic inside comes out of the call that has resumed the coroutine, which is dead then. Dropping a suspended one, or closing
//! it, unwinds its stack, so that each destructor runs once; the panic hook is not called. It is no panic to vervet's locks,
//! which are not poisoned; std's take it for one. With `panic = "abort"` nothing can unwind: a stack that is dropped in the
//! middle stays where it is for good, and what lies on it is leaked.
//!
//! # Stacks
//!
//! 256 KiB each, committed as they are touched, taken from a pool of their own and given back when the coroutine ends;
//! [`Builder`] has other sizes. They do not need, or start, the runtime. One that overflows ends the process with a line that
//! names the coroutine.

mod asymmetric;
mod body;
mod builder;
mod chain;
mod custom;
mod depot;
mod fiber;
mod generator;
mod head;
mod local;
pub(crate) mod overflow;
mod pool;
mod slab;
mod stack;
mod state;
mod store;
pub mod switch;
#[cfg(test)]
mod testing;
mod yielder;

pub use self::asymmetric::Coroutine;
pub use self::builder::Builder;
pub use self::chain::{is_yieldable, running};
pub use self::generator::{Generator, SendError};
pub use self::head::CoroutineId;
pub use self::state::{CloseError, ResumeError, State, Status, SuspendError};
pub use self::yielder::Yielder;

#[cfg(feature = "may")]
pub(crate) use self::chain::take as take_chain;
pub(crate) use self::chain::{hold, is_closing};
pub(crate) use self::fiber::{Fiber, Guard, Suspend, Suspender, Switch};
pub(crate) use self::local::LocalStacks;
pub(crate) use self::overflow::OverflowInfo;
pub(crate) use self::pool::{StackPool, StackStats};
pub(crate) use self::stack::Stack;
