//! The sources under test.

#[path = "../../../src/sync/mpsc/bounded.rs"]
pub(crate) mod bounded;
#[path = "../../../src/sync/mpsc/flavor.rs"]
pub(crate) mod flavor;
#[path = "../../../src/sync/mpsc/unbounded.rs"]
pub(crate) mod unbounded;
