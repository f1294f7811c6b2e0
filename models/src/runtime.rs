//! The sources under test.
#![allow(dead_code, reason = "models use what they need")]

#[path = "../../src/runtime/core.rs"]
pub(crate) mod core;
#[path = "../../src/runtime/exit.rs"]
pub(crate) mod exit;
#[path = "../../src/runtime/inbox.rs"]
pub(crate) mod inbox;
#[path = "../../src/runtime/parking.rs"]
pub(crate) mod parking;
#[path = "../../src/runtime/sleep.rs"]
pub(crate) mod sleep;
#[path = "../../src/runtime/token.rs"]
pub(crate) mod token;
#[path = "../../src/runtime/wakers.rs"]
pub(crate) mod wakers;
