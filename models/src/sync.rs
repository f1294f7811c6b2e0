//! The sources under test.
#![allow(dead_code, reason = "models use what they need")]

pub(crate) mod mpsc;
#[path = "../../src/sync/raw/mod.rs"]
pub(crate) mod raw;
