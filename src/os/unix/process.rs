//! As [`std::os::unix::process`].

use std::ffi::OsStr;
use std::io;

use crate::process::Command;

pub use std::os::unix::process::{ExitStatusExt, parent_id};

/// What only Unix knows of a [`Command`].
///
/// It is [`std::os::unix::process::CommandExt`], which std keeps to its own type.
///
/// # Examples
/// ```
/// use vervet::os::unix::process::CommandExt;
/// use vervet::process::Command;
///
/// # fn main() -> std::io::Result<()> {
/// let output = Command::new("sh").arg0("another name").args(["-c", "echo $0"]).output()?;
/// assert_eq!(output.stdout, b"another name\n");
/// # Ok(())
/// # }
/// ```
pub trait CommandExt: sealed::Sealed {
    /// Has the child become this user.
    fn uid(&mut self, id: u32) -> &mut Command;

    /// Has the child become this group.
    fn gid(&mut self, id: u32) -> &mut Command;

    /// Runs `f` in the child, before the program is loaded. An error of it is one of starting the child.
    ///
    /// # Safety
    /// The child is a copy of a process with many threads, of which only the calling one goes on: `f` may do no more than a
    /// signal handler may. Above all it must not allocate or lock; and nothing of vervet's, nor a panic, is to be had there.
    unsafe fn pre_exec<F>(&mut self, f: F) -> &mut Command
    where
        F: FnMut() -> io::Result<()> + Send + Sync + 'static;

    /// As [`pre_exec`](CommandExt::pre_exec), from when it was not known to be unsafe.
    #[deprecated(note = "should be unsafe, use `pre_exec` instead")]
    fn before_exec<F>(&mut self, f: F) -> &mut Command
    where
        F: FnMut() -> io::Result<()> + Send + Sync + 'static,
    {
        // SAFETY: none; that is why it is deprecated.
        unsafe { self.pre_exec(f) }
    }

    /// Replaces this process by the program. Returns only if that fails. Nothing is dropped, no greenlet comes to its end.
    fn exec(&mut self) -> io::Error;

    /// What the child finds as its own name.
    fn arg0<S>(&mut self, arg: S) -> &mut Command
    where
        S: AsRef<OsStr>;

    /// Puts the child into this process group; 0 for one of its own.
    fn process_group(&mut self, pgroup: i32) -> &mut Command;
}

impl CommandExt for Command {
    fn uid(&mut self, id: u32) -> &mut Command {
        std::os::unix::process::CommandExt::uid(&mut self.inner, id);
        self
    }

    fn gid(&mut self, id: u32) -> &mut Command {
        std::os::unix::process::CommandExt::gid(&mut self.inner, id);
        self
    }

    unsafe fn pre_exec<F>(&mut self, f: F) -> &mut Command
    where
        F: FnMut() -> io::Result<()> + Send + Sync + 'static,
    {
        // SAFETY: our caller promises what std asks for.
        unsafe { std::os::unix::process::CommandExt::pre_exec(&mut self.inner, f) };
        self.runs_closure = true;
        self
    }

    fn exec(&mut self) -> io::Error {
        std::os::unix::process::CommandExt::exec(&mut self.inner)
    }

    fn arg0<S>(&mut self, arg: S) -> &mut Command
    where
        S: AsRef<OsStr>,
    {
        std::os::unix::process::CommandExt::arg0(&mut self.inner, arg);
        self
    }

    fn process_group(&mut self, pgroup: i32) -> &mut Command {
        std::os::unix::process::CommandExt::process_group(&mut self.inner, pgroup);
        self
    }
}

/// Only for vervet's own type, so that methods can be added as std adds them.
mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::process::Command {}
}
