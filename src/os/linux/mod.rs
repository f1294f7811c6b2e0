//! As [`std::os::linux`].

pub mod fs;
pub mod net;
#[expect(deprecated, reason = "std has it")]
pub use std::os::linux::raw;
