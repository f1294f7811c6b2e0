//! Channels: the same cases for each kind, from greenlets and OS threads, with peers of either sort.

#[path = "../child/mod.rs"]
mod child;
#[path = "../common/mod.rs"]
mod common;

mod bounded;
mod disconnect;
mod drops;
mod kill;
mod receive;
mod shared;
mod stress;
mod support;
mod traits;
