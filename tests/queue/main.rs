//! Queues: the same cases for each kind, from greenlets and OS threads, with peers of either sort.

#[path = "../child/mod.rs"]
mod child;
#[path = "../common/mod.rs"]
mod common;

mod bounded;
mod close;
mod drops;
mod flow;
mod joinable;
mod kill;
mod million;
mod order;
mod peek;
mod select;
mod stress;
mod support;
mod traits;
