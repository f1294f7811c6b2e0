//! Coroutines, generators and switches: what Lua and greenlet do, and what greenlets around them do.

#[path = "../child/mod.rs"]
mod child;
#[path = "../common/mod.rs"]
mod common;

mod blocking;
mod drops;
mod generator;
mod lua;
mod overflow;
mod places;
mod switch;
