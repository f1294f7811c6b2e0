//! Locks and other meeting points that block the greenlet, not the thread: `std::sync`'s names, signatures and behaviour.
//!
//! Replace `use std::sync` by `use vervet::sync` and the code stays as it is. Each type works in greenlets and on OS threads, and
//! between them in every combination: a lock can be held by a greenlet and waited for by a thread. Whatever cannot block
//! (`Arc`, [`atomic`], the error types) is re-exported from std, so `?` and conversions go on working.
//!
//! # Differences from std
//! * A guard may be held across any blocking call of this crate. Others that want the lock meanwhile wait as for anything else,
//!   and their workers run somebody else.
//! * Poison is decided by greenlet. A panic in a greenlet that holds a guard poisons, as in std. A kill or a
//!   [`timeout`](crate::timeout) that unwinds it does not; neither does the panic of a neighbour on the same worker.
//! * Waiters are served in order, so nobody starves. A [`Mutex`] may be taken by somebody who comes at the right moment, but is
//!   handed to a waiter that has waited for a millisecond. An [`RwLock`] is handed over always: first come, first served, those
//!   readers together that stand next to each other.
//! * What std leaves open stays open: to lock again what one holds already never returns (but can be killed).
//!
//! # Cancellation
//! A lock that is free, or a value that is there, is had without a look at pending kills and timeouts: that is what makes
//! it cheap. As soon as one of these calls has to wait, it is a cancellation point, as are [`Barrier::wait`] and the waits of
//! [`Condvar`] always. Whoever is cut short leaves the queue, and what had been meant for him (a lock, a notification) goes to
//! the next in line. With `panic = "abort"`, and for a `timeout` that was entered while unwinding, there is no error to
//! answer with: these calls then wait to the end.
//!
//! # Beyond std
//! What gevent, tokio and others have, in the same style: `x`, `try_x`, `x_timeout`, between greenlets and OS threads in every
//! combination. Waiters are served in order, and what one who is killed had been meant to get goes to the next. None of these
//! knows poison.
//!
//! | | |
//! |---|---|
//! | [`Semaphore`] | so many may go on, the others wait; permits are guards |
//! | [`Event`] | a flag that is waited for, and may be taken back |
//! | [`AsyncResult`] | a value or an error: set once, waited for by many, linked to callbacks, awaited by tasks |
//! | [`ReentrantMutex`] | a lock that its holder may lock again |
//! | [`WaitGroup`] | until all of a group are done |
//!
//! All but [`ReentrantMutex`] can be waited for together with other things: see [`select!`](crate::select!), and
//! [`wait`](crate::wait()) for several of many.
//!
//! # Examples
//! ```
//! use vervet::sync::{Arc, Condvar, Mutex};
//!
//! let pair = Arc::new((Mutex::new(false), Condvar::new()));
//! let theirs = Arc::clone(&pair);
//! vervet::spawn(move || {
//!     let (ready, changed) = &*theirs;
//!     *ready.lock().unwrap() = true;
//!     changed.notify_one();
//! });
//!
//! let (ready, changed) = &*pair;
//! let guard = changed.wait_while(ready.lock().unwrap(), |ready| !*ready).unwrap();
//! assert!(*guard);
//! ```

// Uses `wait`, and `sys` for the clock.

mod async_result;
mod barrier;
mod condvar;
mod event;
mod lazy_lock;
pub mod mpsc;
mod mutex;
mod once;
mod once_lock;
mod poison;
mod raw;
mod reentrant_mutex;
mod rwlock;
mod semaphore;
mod wait_group;

pub use std::sync::{Arc, LockResult, PoisonError, TryLockError, TryLockResult, Weak, atomic};

pub use async_result::{AsyncError, AsyncResult, AsyncResultGet, AsyncResultWait, GetTimeoutError};
pub use barrier::{Barrier, BarrierWaitResult};
pub use condvar::{Condvar, WaitTimeoutResult};
pub use event::{Event, EventWait};
pub use lazy_lock::LazyLock;
pub use mutex::{Mutex, MutexGuard};
#[expect(deprecated, reason = "std has it still")]
pub use once::ONCE_INIT;
pub use once::{Once, OnceState};
pub use once_lock::OnceLock;
pub use reentrant_mutex::{ReentrantMutex, ReentrantMutexGuard};
pub use rwlock::{RwLock, RwLockReadGuard, RwLockWriteGuard};
pub use semaphore::{
    AcquireError, AcquireTimeoutError, OwnedSemaphorePermit, Semaphore, SemaphoreAcquire, SemaphorePermit,
    SemaphoreWait, TryAcquireError,
};
pub use wait_group::{WaitGroup, WaitGroupWait};

use crate::wait::cancel::see_through;
