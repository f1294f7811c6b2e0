//! Greenlets: spawn, join, kill, link, locals, scope.
//!
//! Uses `wait` and, for making them, `runtime`.

mod blocking;
mod collect;
mod handle;
mod local;
mod offload;
mod scope;
mod scoped;
mod select;
mod spawn;
mod task;
mod timing;

pub(crate) use self::blocking::blocking;
pub use self::collect::{AsCompleted, as_completed, join_all, kill_all, try_join_all};
pub(crate) use self::handle::panic_text;
pub use self::handle::{Greenlet, GreenletRef, JoinError, current};
pub use self::local::{AccessError, LocalKey};
pub use self::offload::offload;
pub(crate) use self::offload::{Job, Lane, Refusal, inheriting, outlive};
pub(crate) use self::scope::Nursery;
pub use self::scope::{Scope, ScopedGreenlet, scope};
pub use self::scoped::ScopedValue;
pub use self::select::Ended;
pub(crate) use self::spawn::expect_spawned;
pub use self::spawn::{Builder, run, spawn, spawn_later, spawn_local};
pub use self::timing::{Elapsed, idle, shield, sleep, timeout, yield_now};
