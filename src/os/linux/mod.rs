//! As [`std::os::linux`].

pub mod net;
