//! Processes that the greenlet waits for, not the thread: `std::process`'s names, signatures and behaviour.
//!
//! Replace `use std::process` by `use vervet::process` and the code stays as it is. Reading from a child, writing to it and waiting for its
//! end park the greenlet; on an OS thread they block that thread. Whatever cannot block is re-exported from std.
//!
//! Children are waited for one by one, through pidfds. No handler for SIGCHLD is installed, no child is reaped that was
//! not started here, and a `std::process::Command` beside works as ever. Where there are no pidfds (a sandbox, no fds left), a waiting greenlet
//! looks at its child again and again, at least 15 times a second.
//!
//! # Examples
//! Fifty at once, from one thread, take about as long as one:
//! ```
//! use vervet::process::Command;
//!
//! # fn main() -> std::io::Result<()> {
//! let children: Vec<_> =
//!     (0..50).map(|n| vervet::spawn(move || Command::new("echo").arg(n.to_string()).output())).collect();
//! for (n, child) in children.into_iter().enumerate() {
//!     assert_eq!(child.join().unwrap()?.stdout, format!("{n}\n").into_bytes());
//! }
//! # Ok(())
//! # }
//! ```

// Uses `fs` (for pipes), `wait`, `greenlet` (for `blocking`) and `sys`.

mod child;
mod command;
mod pipe;

pub use std::process::{
    CommandArgs, CommandEnvs, ExitCode, ExitStatus, Output, Stdio, Termination, abort, exit, id,
};

pub use child::Child;
pub use command::Command;
pub use pipe::{ChildStderr, ChildStdin, ChildStdout};
