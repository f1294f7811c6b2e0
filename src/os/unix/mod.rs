//! As [`std::os::unix`].

#[expect(deprecated, reason = "std has it")]
pub use std::os::unix::raw;
pub use std::os::unix::{ffi, io, thread};

pub mod fs;
pub mod net;
pub mod process;

/// As [`std::os::unix::prelude`].
pub mod prelude {
    pub use super::ffi::{OsStrExt, OsStringExt};
    pub use super::fs::{DirEntryExt, FileExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
    pub use super::io::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
    pub use super::process::{CommandExt, ExitStatusExt};
    pub use super::thread::JoinHandleExt;
}
