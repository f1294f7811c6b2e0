//! Many greenlets as one: a [`Group`] keeps track of them, a [`Pool`] bounds how many there are at once.
//!
//! ```
//! use std::time::Duration;
//! use vervet::pool::Pool;
//!
//! let pool = Pool::new(10);
//! for n in 0..100 {
//!     // Waits while ten of them run.
//!     pool.spawn(move || vervet::sleep(Duration::from_micros(n)));
//! }
//! pool.join();
//! assert_eq!(pool.len(), 0);
//! ```
//!
//! # Which call
//!
//! | | waits for | results | items |
//! |---|---|---|---|
//! | [`spawn`](Pool::spawn) | a slot | of one, through its [`Greenlet`](crate::Greenlet) | |
//! | [`apply`](Pool::apply) | the result | of one | |
//! | [`map`](Pool::map) | all results | in order, all at once | may borrow, and be borrowed |
//! | [`imap`](Pool::imap) | the next result | in order, one by one | may be endless |
//! | [`imap_unordered`](Pool::imap_unordered) | any result | as they come, one by one | may be endless |
//!
//! A panic in one of many items is that item's result; the others go on.
//!
//! Group and pool are handles: clones mean the same members. To drop the last one ends nobody; [`kill`](Pool::kill) does, and
//! [`scope`](crate::scope) is for greenlets that must not outlive a block.
//!
//! # A pool from within
//!
//! A member that spawns into its own pool waits for a slot while it holds one. If all members do that, they wait for each other
//! for ever (until killed). So call [`apply`](Pool::apply), which runs in place in a member; or ask
//! [`is_member`](Pool::is_member); or have a pool for each level. `map` and `imap` wait in the same way. A member that joins its
//! own pool waits for itself.

// Uses `greenlet` and `wait`.

mod bounded;
mod crew;
mod error;
mod group;
mod imap;
mod map;
mod members;

pub use self::bounded::Pool;
pub use self::error::PoolFull;
pub use self::group::Group;
pub use self::imap::Imap;
