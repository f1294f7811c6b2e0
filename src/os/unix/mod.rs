//! As [`std::os::unix`].

pub use std::os::unix::ffi;
pub use std::os::unix::io;

pub mod fs;
pub mod net;
pub mod process;
