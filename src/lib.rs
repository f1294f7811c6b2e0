//! Green threads and std-shaped blocking I/O: plain blocking Rust, a hundred thousand calls at once.

mod coroutine;
mod greenlet;
pub mod net;
pub mod os;
pub mod runtime;
mod sys;
mod wait;

pub use greenlet::{
    AccessError, AsCompleted, Builder, Elapsed, Greenlet, GreenletRef, JoinError, LocalKey, Scope,
    ScopedGreenlet, as_completed, current, idle, join_all, kill_all, offload, run, scope, shield, sleep,
    spawn, spawn_later, spawn_local, timeout, try_join_all, yield_now,
};
pub use runtime::control::GreenletId;
pub use runtime::exit::Exit;
