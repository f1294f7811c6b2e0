//! As [`std::os::linux::fs`].

pub use std::os::linux::fs::MetadataExt;
