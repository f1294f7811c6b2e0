//! Threads that are greenlets: `std::thread`'s names, signatures and behaviour.
//!
//! Replace `use std::thread` by `use vervet::thread` and the code stays as it is: [`spawn()`] starts a greenlet, [`sleep`]
//! parks one, [`thread_local!`](crate::thread_local) values belong to one. Each call works on OS threads that vervet has
//! not started, too. There it blocks that thread, [`current()`] tells who that thread is, and it can be unparked from
//! everywhere: [`Thread`] and [`ThreadId`] mean a greenlet or an OS thread. What does not block and does not depend on the
//! thread is re-exported from std.
//!
//! # Differences from std
//! * A thread can be killed, through its [`GreenletRef`](crate::GreenletRef). Whoever joins it gets an `Err` with
//!   [`JoinError::Killed`](crate::JoinError::Killed) in it, see [`JoinHandle::join`]. It did not panic: a [`scope()`] does
//!   not mind.
//! * The message of a panic names the OS thread, since std knows no other: `thread 'vervet-worker-0' panicked at ..`. The
//!   name given to [`Builder::name`] is shown by [`runtime::dump`](crate::runtime::dump), and by the message of a stack
//!   overflow.
//! * [`panicking`] is std's, which does not tell a kill or a [`timeout`](crate::timeout) that unwinds a thread from a panic.
//! * `std::thread::current` and `std::thread::park` speak of the worker, not of the greenlet. The token of [`park`] is
//!   another one than std's, also on an OS thread: [`Thread::unpark`] ends [`park`], not `std::thread::park`.
//! * A stack has 256 KiB unless the [`Builder`] or [`runtime::Builder`](crate::runtime::Builder) says otherwise.
//!   `RUST_MIN_STACK` is not looked at.
//! * A thread that never blocks is not interrupted in favour of others: call [`yield_now`].
//! * The destructor of a thread-local, or of a result that nobody takes, may panic. That ends there, where std aborts the
//!   process.
//!
//! Left out: `std::os::unix::thread::JoinHandleExt`, as there is no `pthread_t` to give.
//!
//! # Examples
//! ```
//! use std::time::Duration;
//! use vervet::thread;
//!
//! let numbers = vec![1, 2, 3];
//! let sum = thread::scope(|s| {
//!     let halves = numbers.chunks(2).map(|part| s.spawn(|| part.iter().sum::<i32>()));
//!     halves.collect::<Vec<_>>().into_iter().map(|half| half.join().unwrap()).sum::<i32>()
//! });
//! assert_eq!(sum, 6);
//!
//! let sleeper = thread::spawn(|| {
//!     thread::park();
//!     thread::sleep(Duration::from_millis(1));
//!     thread::current().id()
//! });
//! sleeper.thread().unpark();
//! let id = sleeper.thread().id();
//! assert_eq!(sleeper.join().unwrap(), id);
//! ```

// Uses `greenlet` and `wait`.

mod current;
mod local;
mod scope;
mod spawn;

pub use std::thread::{Result, available_parallelism, panicking};

pub use crate::greenlet::{AccessError, LocalKey, sleep, yield_now};

pub use current::{Thread, ThreadId, current, park, park_timeout};
#[expect(deprecated, reason = "std's are, too")]
pub use current::{park_timeout_ms, sleep_ms};
pub use scope::{Scope, ScopedJoinHandle, scope};
pub use spawn::{Builder, JoinHandle, spawn};
