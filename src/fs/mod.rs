//! Files that block the greenlet, not the thread: `std::fs`'s names, signatures and behaviour.
//!
//! Replace `use std::fs` by `use vervet::fs` and the code stays as it is. What may have to wait for a disk runs on the thread pool of
//! [`offload`](crate::offload) while the calling greenlet waits, so a slow disk delays nobody else; [`File`] says what
//! is read without that detour. On an OS thread every call is std's. Whatever cannot block is re-exported from std.
//!
//! # Costs
//! A call that goes to the pool costs two thread switches, some ten microseconds, so many small writes deserve a
//! `BufWriter`. Reads of up to 128 KiB that the page cache can serve cost what they cost in std, on file systems that can tell
//! (ext4, xfs and btrfs can, tmpfs and /proc cannot). [`ReadDir`] fetches its entries by the hundred.
//!
//! # Cancellation
//! All of it blocks. A kill or a timeout cuts short what has not begun; a disk operation that has begun is seen through. See
//! [`File`].
//!
//! # Examples
//! ```
//! use std::io::{BufRead, BufReader};
//! use vervet::fs::{self, File};
//!
//! # fn main() -> std::io::Result<()> {
//! let path = std::env::temp_dir().join(format!("vervet-fs-{}", std::process::id()));
//! fs::write(&path, "first\nsecond\n")?;
//!
//! let reader = path.clone();
//! let lines = vervet::spawn(move || -> std::io::Result<Vec<String>> {
//!     BufReader::new(File::open(reader)?).lines().collect()
//! });
//! assert_eq!(lines.join().unwrap()?, ["first", "second"]);
//! fs::remove_file(&path)?;
//! # Ok(())
//! # }
//! ```

// Uses `wait`, `greenlet` (for `blocking`) and `sys`.

mod data;
mod dir;
mod file;
mod lock;
mod open;
mod paths;
pub(crate) mod stream;

pub use std::fs::{FileTimes, FileType, Metadata, Permissions};

pub use dir::{DirBuilder, DirEntry, ReadDir};
pub use file::File;
pub use lock::TryLockError;
pub use open::OpenOptions;
#[allow(deprecated, reason = "std has it, too")]
pub use paths::soft_link;
pub use paths::{
    canonicalize, copy, create_dir, create_dir_all, exists, hard_link, metadata, read, read_dir, read_link,
    read_to_string, remove_dir, remove_dir_all, remove_file, rename, set_permissions, symlink_metadata,
    write,
};
