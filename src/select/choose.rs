//! The engine, for calls without room for an error.
//!
//! Uses `wait::select`.

use crate::wait::cancel::see_through;
use crate::wait::select::{Pollable, select};

/// As the engine's; where a cancellation cannot unwind there is no error to give, so it waits to the end.
pub(super) fn choose(arms: &mut [&mut dyn Pollable], deadline: u64) -> Option<usize> {
    see_through(|| select(arms, deadline))
}
