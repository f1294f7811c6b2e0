//! The event engine: handlers, orders, timers, fds, and its end.

#[path = "../child/mod.rs"]
mod child;
#[path = "../common/mod.rs"]
mod common;

mod dispatch;
mod ends;
mod fds;
mod handlers;
mod kills;
mod million;
mod orders;
mod posting;
mod support;
mod timers;
mod traits;
