//! `Command`: std's, with children that block the greenlet.
//!
//! Uses `process` and `greenlet` (for `blocking`).

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::Path;
use std::process::{CommandArgs, CommandEnvs, ExitStatus, Output, Stdio};

use super::child::Child;
use crate::greenlet::blocking;
use crate::wait;

/// A process to be started.
///
/// It is [`std::process::Command`]; what only Unix has comes with
/// [`vervet::os::unix::process::CommandExt`](crate::os::unix::process::CommandExt).
///
/// # Where the process is started
/// A greenlet has it started on the thread pool of [`offload`](crate::offload), because until the new program has been loaded
/// its parent's thread waits: about half a millisecond for a small one, against which the detour is nothing. A command with a `pre_exec` closure is started on the greenlet's own thread instead: the
/// closure may expect that thread's locals, and what it asks of the kernel may be bound to the thread that is the parent
/// (`PR_SET_PDEATHSIG`), which must not be one that leaves the pool one day.
///
/// # Examples
/// ```
/// use vervet::process::Command;
///
/// # fn main() -> std::io::Result<()> {
/// let output = Command::new("sh").args(["-c", "echo $WORD"]).env("WORD", "green").output()?;
/// assert!(output.status.success());
/// assert_eq!(output.stdout, b"green\n");
/// # Ok(())
/// # }
/// ```
pub struct Command {
    pub(crate) inner: std::process::Command,
    /// There is a closure to be run in the child.
    pub(crate) runs_closure: bool,
    /// Which of stdin, stdout and stderr were set.
    set: [bool; 3],
}

impl Command {
    /// For the program of this name or path, with the defaults of [`std::process::Command::new`].
    pub fn new<S: AsRef<OsStr>>(program: S) -> Command {
        Command { inner: std::process::Command::new(program), runs_closure: false, set: [false; 3] }
    }

    /// Adds an argument.
    pub fn arg<S: AsRef<OsStr>>(&mut self, arg: S) -> &mut Command {
        self.inner.arg(arg);
        self
    }

    /// Adds arguments.
    pub fn args<I, S>(&mut self, args: I) -> &mut Command
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.inner.args(args);
        self
    }

    /// Sets an environment variable.
    pub fn env<K, V>(&mut self, key: K, val: V) -> &mut Command
    where
        K: AsRef<OsStr>,
        V: AsRef<OsStr>,
    {
        self.inner.env(key, val);
        self
    }

    /// Sets environment variables.
    pub fn envs<I, K, V>(&mut self, vars: I) -> &mut Command
    where
        I: IntoIterator<Item = (K, V)>,
        K: AsRef<OsStr>,
        V: AsRef<OsStr>,
    {
        self.inner.envs(vars);
        self
    }

    /// Takes a variable out of the child's environment.
    pub fn env_remove<K: AsRef<OsStr>>(&mut self, key: K) -> &mut Command {
        self.inner.env_remove(key);
        self
    }

    /// Takes everything out of the child's environment, also what was set here.
    pub fn env_clear(&mut self) -> &mut Command {
        self.inner.env_clear();
        self
    }

    /// Sets the child's working directory.
    pub fn current_dir<P: AsRef<Path>>(&mut self, dir: P) -> &mut Command {
        self.inner.current_dir(dir);
        self
    }

    /// What the child's standard input is: inherited unless set, nothing for [`output`](Command::output).
    pub fn stdin<T: Into<Stdio>>(&mut self, cfg: T) -> &mut Command {
        self.inner.stdin(cfg);
        self.set[0] = true;
        self
    }

    /// What the child's standard output is: inherited unless set, a pipe for [`output`](Command::output).
    pub fn stdout<T: Into<Stdio>>(&mut self, cfg: T) -> &mut Command {
        self.inner.stdout(cfg);
        self.set[1] = true;
        self
    }

    /// What the child's standard error is: inherited unless set, a pipe for [`output`](Command::output).
    pub fn stderr<T: Into<Stdio>>(&mut self, cfg: T) -> &mut Command {
        self.inner.stderr(cfg);
        self.set[2] = true;
        self
    }

    /// Starts the process; as [`std::process::Command::spawn`].
    ///
    /// # Errors
    /// `NotFound`, `PermissionDenied` and what else starting reports; `InvalidInput` for a NUL byte in an argument.
    ///
    /// # Cancellation
    /// Blocks here: until the new program has been loaded. Killed before that has begun, there is no process; killed
    /// later, the call returns normally, and the next blocking call unwinds.
    pub fn spawn(&mut self) -> io::Result<Child> {
        let child = match self.runs_closure {
            true => {
                wait::enter()?;
                self.inner.spawn()?
            }
            false => blocking(|| self.inner.spawn())??,
        };
        Ok(Child::new(child))
    }

    /// Starts the process, waits for its end and collects what it writes; as [`std::process::Command::output`].
    ///
    /// # Errors
    /// As [`spawn`](Command::spawn) and [`Child::wait_with_output`].
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, our ends of the pipes are closed and the child goes on; see [`Child`].
    pub fn output(&mut self) -> io::Result<Output> {
        let [stdin, stdout, stderr] = self.set;
        let defaults = |command: &mut std::process::Command, input: fn() -> Stdio, output: fn() -> Stdio| {
            if !stdin {
                command.stdin(input());
            }
            if !stdout {
                command.stdout(output());
            }
            if !stderr {
                command.stderr(output());
            }
        };
        defaults(&mut self.inner, Stdio::null, Stdio::piped);
        struct Restore<'a, F: Fn(&mut Command)>(&'a mut Command, F);
        impl<F: Fn(&mut Command)> Drop for Restore<'_, F> {
            fn drop(&mut self) {
                (self.1)(self.0);
            }
        }
        // The defaults of `spawn`, also if that unwinds.
        let restore = Restore(self, |command| defaults(&mut command.inner, Stdio::inherit, Stdio::inherit));
        let child = restore.0.spawn();
        drop(restore);
        child?.wait_with_output()
    }

    /// Starts the process and waits for its end; as [`std::process::Command::status`].
    ///
    /// # Errors
    /// As [`spawn`](Command::spawn) and [`Child::wait`].
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, the child goes on; see [`Child`].
    pub fn status(&mut self) -> io::Result<ExitStatus> {
        self.spawn()?.wait()
    }

    /// The program, as given to `new`.
    #[must_use]
    pub fn get_program(&self) -> &OsStr {
        self.inner.get_program()
    }

    /// The arguments, without the program.
    pub fn get_args(&self) -> CommandArgs<'_> {
        self.inner.get_args()
    }

    /// The environment variables that were set, or removed (`None`).
    pub fn get_envs(&self) -> CommandEnvs<'_> {
        self.inner.get_envs()
    }

    /// The working directory, if one was set.
    #[must_use]
    pub fn get_current_dir(&self) -> Option<&Path> {
        self.inner.get_current_dir()
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
