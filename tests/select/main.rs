//! `select!`, `Select` and `wait`: the first of several things.

#[path = "../common/mod.rs"]
mod common;

mod basics;
mod sources;
