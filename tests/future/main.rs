//! Futures in greenlets, and greenlets as futures.

#[path = "../common/mod.rs"]
mod common;

mod asyncio;
mod awaited;
mod cancel;
mod combinators;
mod door;
#[path = "../../examples/gather/gather.rs"]
mod gather;
mod places;
#[path = "../../examples/gather/tasks.rs"]
mod tasks;
mod wakes;
mod with_tokio;
mod within;
