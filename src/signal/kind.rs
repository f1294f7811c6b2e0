//! `Signal`: which one.
//!
//! Uses signal-hook, for names and numbers.

use std::ffi::c_int;
use std::fmt;
use std::io;

use signal_hook::consts;
use signal_hook::low_level;

/// The kind of a signal, by its number.
///
/// The usual ones are constants of this module: [`SIGINT`], [`SIGTERM`] .. Others are made from their number, as
/// real-time signals have to be.
///
/// # Examples
/// ```
/// use vervet::signal::{SIGHUP, Signal};
///
/// assert_eq!(SIGHUP.to_string(), "SIGHUP");
/// assert_eq!(Signal::from(SIGHUP.as_raw()), SIGHUP);
/// assert_eq!(Signal::from(40).name(), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Signal(c_int);

impl Signal {
    /// Its number.
    #[must_use]
    pub fn as_raw(self) -> c_int {
        self.0
    }

    /// Its name, `"SIGINT"` for instance; `None` for one without.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        low_level::signal_name(self.0)
    }

    /// Sends the signal to the running OS thread, as C's `raise`. It has arrived when this returns, unless it is blocked.
    ///
    /// # Errors
    /// `InvalidInput` if there is no such signal.
    pub fn raise(self) -> io::Result<()> {
        low_level::raise(self.0)
    }

    /// Does what the signal would have done if nobody had ever listened for it: ends the process (whoever waits for it sees
    /// that it died of this signal), stops it, or nothing.
    ///
    /// A program that has cleaned up after [`SIGINT`] ends itself in this way, so that its shell knows.
    ///
    /// # Errors
    /// `InvalidInput` if it is not known what this one does.
    ///
    /// # Examples
    /// ```no_run
    /// use vervet::signal;
    ///
    /// let first = signal::shutdown_signal()?;
    /// // The next one is not so patient.
    /// let _again = signal::on(first, move || drop(first.act_by_default()))?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn act_by_default(self) -> io::Result<()> {
        low_level::emulate_default_handler(self.0)
    }

    /// # Errors
    /// `InvalidInput`, with the name, for those that must not be listened for.
    pub(super) fn allowed(self) -> io::Result<Signal> {
        if consts::FORBIDDEN.contains(&self.0) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{self} cannot be listened for"),
            ));
        }
        Ok(self)
    }
}

impl From<c_int> for Signal {
    fn from(number: c_int) -> Signal {
        Signal(number)
    }
}

impl From<Signal> for c_int {
    fn from(signal: Signal) -> c_int {
        signal.0
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "signal {}", self.0),
        }
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => f.debug_tuple("Signal").field(&self.0).finish(),
        }
    }
}

macro_rules! named {
    ($($name:ident $what:literal)*) => {$(
        #[doc = $what]
        pub const $name: Signal = Signal(consts::$name);
    )*};
}

named! {
    SIGABRT "`abort` was called."
    SIGALRM "A timer of `alarm` or `setitimer` is over."
    SIGBUS "Memory that is mapped from a file which is shorter now, and similar."
    SIGCHLD "A child process has ended, stopped or gone on. vervet itself waits for children in another way."
    SIGCONT "The process, which was stopped, goes on."
    SIGFPE "A fault in arithmetic. Cannot be listened for."
    SIGHUP "The terminal is gone; for a server, by custom, read the settings again."
    SIGILL "A fault: no such instruction. Cannot be listened for."
    SIGINT "Ctrl-C."
    SIGIO "An fd is ready, for programs that have asked for that."
    SIGKILL "The end. Cannot be listened for."
    SIGPIPE "A write to a pipe or socket that nobody reads any more. Rust programs ignore it from the start."
    SIGPROF "The timer of a profiler."
    SIGQUIT "Ctrl-\\."
    SIGSEGV "A fault: no such memory. Cannot be listened for."
    SIGSTOP "Stop. Cannot be listened for."
    SIGSYS "No such system call."
    SIGTERM "The polite request to end, as by `kill` without more."
    SIGTRAP "A breakpoint."
    SIGTSTP "Ctrl-Z."
    SIGTTIN "A read from the terminal, in the background."
    SIGTTOU "A write to the terminal, in the background."
    SIGURG "Urgent data at a socket."
    SIGUSR1 "Means what the program wants."
    SIGUSR2 "Means what the program wants."
    SIGVTALRM "A timer of `setitimer` that counts the process's own time is over."
    SIGWINCH "The terminal has another size."
    SIGXCPU "The process has used more CPU time than it may."
    SIGXFSZ "A file has grown larger than the process may make it."
}
