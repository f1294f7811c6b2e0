//! Greenlets: spawn, join, and all that their handles can do.

#[path = "../common/mod.rs"]
mod common;

mod drops;
mod ends;
mod handles;
mod many;
mod spawning;
mod stacks;
