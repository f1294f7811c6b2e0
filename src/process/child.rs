//! `Child`: waiting for a process.
//!
//! Uses `fs` (for its back-off), `wait`, `greenlet` (for `blocking`) and `sys`.
//!
//! A pidfd becomes readable when its process ends. It is asked for when somebody waits, and given back afterwards: a child
//! that nobody has waited for cannot lose its id to another process. No signal is involved, and nobody's child is looked at but ours.

use std::fmt;
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::process::{ExitStatus, Output};

use super::pipe::{ChildStderr, ChildStdin, ChildStdout, read_both};
use crate::sys::process;
use crate::wait::backoff::Backoff;
use crate::wait::io::{Attempt, Interest, Limit, until};
use crate::wait::{self, Reason};

/// A child process that runs, or has run.
///
/// It is [`std::process::Child`]: dropping it neither ends the child nor waits for it. So a greenlet that is killed
/// while it waits leaves the child running, with the pipes to it closed; to end it, too, is up to a guard that calls
/// [`kill`](Child::kill).
///
/// # Examples
/// ```
/// use std::io::{Read, Write};
/// use vervet::process::{Command, Stdio};
///
/// # fn main() -> std::io::Result<()> {
/// let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
/// child.stdin.take().unwrap().write_all(b"through the cat")?;
/// let mut text = String::new();
/// child.stdout.take().unwrap().read_to_string(&mut text)?;
/// assert_eq!(text, "through the cat");
/// assert!(child.wait()?.success());
/// # Ok(())
/// # }
/// ```
pub struct Child {
    inner: std::process::Child,
    /// The pipe into the child's standard input, if it was asked for. `wait` closes it.
    pub stdin: Option<ChildStdin>,
    /// The pipe from the child's standard output, if it was asked for.
    pub stdout: Option<ChildStdout>,
    /// The pipe from the child's standard error, if it was asked for.
    pub stderr: Option<ChildStderr>,
}

/// A pidfd that the reactor may know.
struct Pidfd(OwnedFd);

impl Drop for Pidfd {
    fn drop(&mut self) {
        wait::io::closing(self.0.as_raw_fd(), false);
    }
}

impl Child {
    pub(super) fn new(mut inner: std::process::Child) -> Child {
        let stdin = inner.stdin.take().map(|pipe| OwnedFd::from(pipe).into());
        let stdout = inner.stdout.take().map(|pipe| OwnedFd::from(pipe).into());
        let stderr = inner.stderr.take().map(|pipe| OwnedFd::from(pipe).into());
        Child { inner, stdin, stdout, stderr }
    }

    /// Ends the child by `SIGKILL`; it is still to be waited for. As [`std::process::Child::kill`].
    ///
    /// # Errors
    /// What the kernel reports. That the child is over already is no error.
    pub fn kill(&mut self) -> io::Result<()> {
        self.inner.kill()
    }

    /// The process id. It is the child's until that has been waited for.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.inner.id()
    }

    /// Closes the pipe into the child and waits for its end; as [`std::process::Child::wait`].
    ///
    /// # Errors
    /// What the kernel reports; `ECHILD` if somebody else has waited for the child.
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, the child goes on, and can be waited for again.
    pub fn wait(&mut self) -> io::Result<ExitStatus> {
        drop(self.stdin.take());
        if wait::may_block_thread() {
            return self.inner.wait();
        }
        wait::enter()?;
        // First: whether it is ours at all. From here on its id is not given to another process.
        if let Some(status) = self.inner.try_wait()? {
            return Ok(status);
        }
        let Ok(pidfd) = process::pidfd(self.id()).map(Pidfd) else {
            return self.look_for_end();
        };
        let limit = || Ok(Limit::Until(None));
        until(pidfd.0.as_fd(), Interest::Exit, limit, || match self.inner.try_wait()? {
            Some(status) => Ok(Attempt::Done(status)),
            None => Ok(Attempt::WouldBlock),
        })
    }

    /// Waits where there are no pidfds, or no fds left: a blocking wait would take up a thread of the pool for each child.
    fn look_for_end(&mut self) -> io::Result<ExitStatus> {
        let mut backoff = Backoff::coarse();
        loop {
            if let Some(status) = self.inner.try_wait()? {
                return Ok(status);
            }
            backoff.pause(Reason::Child, u64::from(self.id()))?;
        }
    }

    /// How the child has ended, if it has; as [`std::process::Child::try_wait`].
    ///
    /// # Errors
    /// As [`wait`](Child::wait).
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        self.inner.try_wait()
    }

    /// Closes the pipe into the child, reads what comes from it, both pipes at once, and waits for its end; as
    /// [`std::process::Child::wait_with_output`].
    ///
    /// # Errors
    /// What reading and waiting report.
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, what was read is lost, our ends of the pipes are closed, and the child goes on: it will
    /// find them broken when it writes.
    ///
    /// # Examples
    /// ```
    /// use vervet::process::{Command, Stdio};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let child = Command::new("echo").arg("done").stdout(Stdio::piped()).spawn()?;
    /// let output = child.wait_with_output()?;
    /// assert_eq!(output.stdout, b"done\n");
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait_with_output(mut self) -> io::Result<Output> {
        drop(self.stdin.take());
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        match (self.stdout.take(), self.stderr.take()) {
            (Some(out), Some(err)) => read_both(out, &mut stdout, err, &mut stderr)?,
            (out, err) => {
                if let Some(mut pipe) = out {
                    pipe.read_to_end(&mut stdout)?;
                }
                if let Some(mut pipe) = err {
                    pipe.read_to_end(&mut stderr)?;
                }
            }
        }
        Ok(Output { status: self.wait()?, stdout, stderr })
    }
}

impl fmt::Debug for Child {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Child")
            .field("stdin", &self.stdin)
            .field("stdout", &self.stdout)
            .field("stderr", &self.stderr)
            .finish_non_exhaustive()
    }
}
