//! The functions on paths.
//!
//! Uses `fs` and `greenlet` (for `blocking`).

use std::fs::{Metadata, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::dir::{DirBuilder, ReadDir};
use super::file::File;
use super::open::{OpenOptions, is_fifo};
use crate::greenlet::blocking;
use crate::wait;

/// Does with std's functions what can be done on the pool in one go; `None` if a FIFO is involved, whose other end to wait
/// for is no job for the pool.
fn unless_fifo<T: Send>(paths: &[&Path], f: impl FnOnce() -> io::Result<T> + Send) -> io::Result<Option<T>> {
    let in_place = wait::may_block_thread();
    blocking(|| match !in_place && paths.iter().any(|path| is_fifo(path)) {
        true => Ok(None),
        false => f().map(Some),
    })?
}

/// The whole contents of a file; as [`std::fs::read`].
///
/// # Errors
/// As [`File::open`], and what reading reports.
///
/// # Cancellation
/// Blocks here: yes; see [`File`].
pub fn read<P: AsRef<Path>>(path: P) -> io::Result<Vec<u8>> {
    let path = path.as_ref();
    if let Some(bytes) = unless_fifo(&[path], || std::fs::read(path))? {
        return Ok(bytes);
    }
    let mut bytes = Vec::new();
    File::open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The whole contents of a file, which must be UTF-8; as [`std::fs::read_to_string`].
///
/// # Errors
/// As [`read`]; `InvalidData` if it is not UTF-8.
///
/// # Cancellation
/// Blocks here: yes; see [`File`].
pub fn read_to_string<P: AsRef<Path>>(path: P) -> io::Result<String> {
    let path = path.as_ref();
    if let Some(text) = unless_fifo(&[path], || std::fs::read_to_string(path))? {
        return Ok(text);
    }
    let mut text = String::new();
    File::open(path)?.read_to_string(&mut text)?;
    Ok(text)
}

/// Makes a file of these contents, or replaces what it contained; as [`std::fs::write`].
///
/// # Errors
/// As [`File::create`], and what writing reports.
///
/// # Cancellation
/// Blocks here: yes; see [`File`].
pub fn write<P: AsRef<Path>, C: AsRef<[u8]>>(path: P, contents: C) -> io::Result<()> {
    let (path, contents) = (path.as_ref(), contents.as_ref());
    match unless_fifo(&[path], || std::fs::write(path, contents))? {
        Some(()) => Ok(()),
        None => File::create(path)?.write_all(contents),
    }
}

/// Copies a file's contents and permissions, and answers how many bytes those are; as [`std::fs::copy`].
///
/// # Errors
/// `InvalidInput` if `from` is no regular file; what opening, reading and writing report.
///
/// # Cancellation
/// Blocks here: yes. A copy that has begun is seen through; see [`File`].
pub fn copy<P: AsRef<Path>, Q: AsRef<Path>>(from: P, to: Q) -> io::Result<u64> {
    let (from, to) = (from.as_ref(), to.as_ref());
    if let Some(copied) = unless_fifo(&[from, to], || std::fs::copy(from, to))? {
        return Ok(copied);
    }
    let mut reader = File::open(from)?;
    let metadata = reader.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the source path is neither a regular file nor a symlink to a regular file",
        ));
    }
    let mode = metadata.permissions().mode();
    let mut writer = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(to)?;
    io::copy(&mut reader, &mut writer)
}

/// What the file system knows of a file, following links; as [`std::fs::metadata`].
///
/// # Errors
/// What the kernel reports.
///
/// # Cancellation
/// Blocks here: yes; see [`File`].
pub fn metadata<P: AsRef<Path>>(path: P) -> io::Result<Metadata> {
    let path = path.as_ref();
    blocking(|| std::fs::metadata(path))?
}

/// What the file system knows of a file, or of a link itself; as [`std::fs::symlink_metadata`].
///
/// # Errors
/// What the kernel reports.
///
/// # Cancellation
/// Blocks here: yes; see [`File`].
pub fn symlink_metadata<P: AsRef<Path>>(path: P) -> io::Result<Metadata> {
    let path = path.as_ref();
    blocking(|| std::fs::symlink_metadata(path))?
}

/// Whether there is such a file; as [`std::fs::exists`].
///
/// # Errors
/// When that cannot be found out.
///
/// # Cancellation
/// Blocks here: yes; see [`File`].
pub fn exists<P: AsRef<Path>>(path: P) -> io::Result<bool> {
    let path = path.as_ref();
    blocking(|| std::fs::exists(path))?
}

/// The absolute path without links and dots; as [`std::fs::canonicalize`].
///
/// # Errors
/// What the kernel reports; `NotFound` if there is no such file.
///
/// # Cancellation
/// Blocks here: yes; see [`File`].
pub fn canonicalize<P: AsRef<Path>>(path: P) -> io::Result<PathBuf> {
    let path = path.as_ref();
    blocking(|| std::fs::canonicalize(path))?
}

/// What a symbolic link points to; as [`std::fs::read_link`].
///
/// # Errors
/// `InvalidInput` if it is none; what else the kernel reports.
///
/// # Cancellation
/// Blocks here: yes; see [`File`].
pub fn read_link<P: AsRef<Path>>(path: P) -> io::Result<PathBuf> {
    let path = path.as_ref();
    blocking(|| std::fs::read_link(path))?
}

/// A second name for a file; as [`std::fs::hard_link`].
///
/// # Errors
/// What the kernel reports.
///
/// # Cancellation
/// Blocks here: yes; see [`File`].
pub fn hard_link<P: AsRef<Path>, Q: AsRef<Path>>(original: P, link: Q) -> io::Result<()> {
    let (original, link) = (original.as_ref(), link.as_ref());
    blocking(|| std::fs::hard_link(original, link))?
}

/// A symbolic link; as [`std::fs::soft_link`].
///
/// # Errors
/// What the kernel reports.
///
/// # Cancellation
/// Blocks here: yes; see [`File`].
#[deprecated(note = "replaced with vervet::os::unix::fs::symlink")]
pub fn soft_link<P: AsRef<Path>, Q: AsRef<Path>>(original: P, link: Q) -> io::Result<()> {
    let (original, link) = (original.as_ref(), link.as_ref());
    blocking(|| std::os::unix::fs::symlink(original, link))?
}

/// Gives a file another name, replacing what has it; as [`std::fs::rename`].
///
/// # Errors
/// What the kernel reports.
///
/// # Cancellation
/// Blocks here: yes; see [`File`].
pub fn rename<P: AsRef<Path>, Q: AsRef<Path>>(from: P, to: Q) -> io::Result<()> {
    let (from, to) = (from.as_ref(), to.as_ref());
    blocking(|| std::fs::rename(from, to))?
}

/// Removes a file; as [`std::fs::remove_file`].
///
/// # Errors
/// What the kernel reports.
///
/// # Cancellation
/// Blocks here: yes; see [`File`].
pub fn remove_file<P: AsRef<Path>>(path: P) -> io::Result<()> {
    let path = path.as_ref();
    blocking(|| std::fs::remove_file(path))?
}

/// Makes a directory whose parent is there; as [`std::fs::create_dir`].
///
/// # Errors
/// As [`DirBuilder::create`].
///
/// # Cancellation
/// Blocks here: yes; see [`File`].
pub fn create_dir<P: AsRef<Path>>(path: P) -> io::Result<()> {
    DirBuilder::new().create(path)
}

/// Makes a directory, and its parents if need be; as [`std::fs::create_dir_all`].
///
/// # Errors
/// As [`DirBuilder::create`].
///
/// # Cancellation
/// Blocks here: yes; see [`File`].
pub fn create_dir_all<P: AsRef<Path>>(path: P) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(path)
}

/// Removes an empty directory; as [`std::fs::remove_dir`].
///
/// # Errors
/// What the kernel reports; `DirectoryNotEmpty`.
///
/// # Cancellation
/// Blocks here: yes; see [`File`].
pub fn remove_dir<P: AsRef<Path>>(path: P) -> io::Result<()> {
    let path = path.as_ref();
    blocking(|| std::fs::remove_dir(path))?
}

/// Removes a directory and everything in it; as [`std::fs::remove_dir_all`].
///
/// # Errors
/// What the kernel reports.
///
/// # Cancellation
/// Blocks here: yes. A removal that has begun is seen through; see [`File`].
pub fn remove_dir_all<P: AsRef<Path>>(path: P) -> io::Result<()> {
    let path = path.as_ref();
    blocking(|| std::fs::remove_dir_all(path))?
}

/// The entries of a directory; as [`std::fs::read_dir`].
///
/// # Errors
/// What the kernel reports; `NotADirectory`.
///
/// # Cancellation
/// Blocks here: yes; see [`File`].
pub fn read_dir<P: AsRef<Path>>(path: P) -> io::Result<ReadDir> {
    let path = path.as_ref();
    Ok(ReadDir::new(blocking(|| std::fs::read_dir(path))??))
}

/// Changes a file's permissions; as [`std::fs::set_permissions`].
///
/// # Errors
/// What the kernel reports.
///
/// # Cancellation
/// Blocks here: yes; see [`File`].
pub fn set_permissions<P: AsRef<Path>>(path: P, perm: Permissions) -> io::Result<()> {
    let path = path.as_ref();
    blocking(|| std::fs::set_permissions(path, perm))?
}
