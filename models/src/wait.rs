//! The sources under test.

#[path = "../../src/wait/signal.rs"]
pub(crate) mod signal;

pub(crate) mod context {
    pub(crate) const NEVER: u64 = u64::MAX;
}
