//! What only some systems have, at std's paths.

pub use std::os::fd;

pub mod linux;

/// As [`std::os::unix`].
pub mod unix {
    pub mod fs;
    pub mod process;
    pub use std::os::unix::io;
}
