//! As [`std::os::linux`].

pub mod fs;
pub mod net;
pub use std::os::linux::raw;
