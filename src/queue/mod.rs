//! Queues for many who put and many who get, which block the greenlet, not the thread.
//!
//! | type | gives out first |
//! |---|---|
//! | [`Queue`] | the oldest item |
//! | [`PriorityQueue`] | the smallest item |
//! | [`LifoQueue`] | the newest item |
//! | [`JoinableQueue`] | the oldest item; it knows when all have been dealt with |
//! | [`Channel`] | nothing it holds: each put meets a get |
//!
//! All but the last have a bound, or none: `bounded(n)`, `unbounded()`. Handles are cloned, and each can put and get. Greenlets and OS
//! threads may wait at either side, in any mixture.
//!
//! # Order
//! Those who wait get their turns in the order in which they came, on either side, and nobody who comes later overtakes them:
//! an item that comes while somebody waits is handed to the first, room that is made goes to the first. Except `peek`,
//! which takes nothing and has no turn.
//!
//! # The end
//! [`close`](Queue::close) ends putting. From then on a put fails and hands its item back, also one that waits for its turn; a get
//! gets what is left, and then fails; an iteration ends. Nothing but `close` does that. When the last handle goes,
//! items that are left are dropped.
//!
//! # Cancellation
//! A kill or a [`timeout`](crate::timeout) cuts a wait short, and neither loses an item nor doubles one: whoever
//! is cut short has not taken anything, and a put that is cut short has not delivered, so that its item is dropped (but
//! [`put_timeout`](Queue::put_timeout) hands it back). Each call that may wait looks for a kill before anything else. Where a cancellation
//! cannot unwind (with `panic = "abort"`, or in a `timeout` that was entered by a destructor during an unwinding), a call
//! that is cut short answers as if the queue were closed.
//!
//! # Manners
//! Nothing preempts a greenlet, so puts and gets, also those that do not wait, let others of their worker run if none could for a
//! millisecond; where an item takes a few nanoseconds, only every so many of them look at the clock. As with all that may switch: do not call it with a lock of std's held that another greenlet wants.
//!
//! # Examples
//! ```
//! use vervet::queue::Queue;
//!
//! let queue = Queue::bounded(4);
//! let producers: Vec<_> = (0..3)
//!     .map(|id| {
//!         let queue = queue.clone();
//!         vervet::spawn(move || (0..10).try_for_each(|n| queue.put(10 * id + n)))
//!     })
//!     .collect();
//! let consumer = {
//!     let queue = queue.clone();
//!     vervet::spawn(move || queue.into_iter().sum::<i32>())
//! };
//! for producer in producers {
//!     producer.join().unwrap().unwrap();
//! }
//! queue.close();
//! assert_eq!(consumer.join().unwrap(), (0..30).sum());
//! ```

// Uses `wait`.

mod core;
mod end;
mod error;
mod handle;
mod heap;
mod iter;
mod line;
mod parts;
mod ring;
mod select;
mod state;
mod store;
mod types;

pub use self::error::{GetError, GetTimeoutError, PutError, PutTimeoutError, TryGetError, TryPutError};
pub use self::iter::{IntoIter, Iter, TryIter};
pub use self::select::{SelectGet, SelectPeek, SelectPut};
pub use self::types::{Channel, JoinableQueue, LifoQueue, PriorityQueue, Queue};
