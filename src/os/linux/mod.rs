//! As [`std::os::linux`].

pub mod fs;
pub mod net;
