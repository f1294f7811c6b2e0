//! The sources under test.
#![allow(dead_code, reason = "models use what they need")]

#[path = "../../src/sync/raw/mod.rs"]
pub(crate) mod raw;
