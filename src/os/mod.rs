//! What only some systems have, at std's paths.

pub use std::os::fd;
pub use std::os::raw;

pub mod linux;
pub mod unix;
