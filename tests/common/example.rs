//! Runs an example as its user would: a process with flags, whose output and exit code are looked at.
//!
//! `cargo test` builds the examples beside the tests. Run alone, a test finds what the last `cargo build --examples` left.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// No example here takes longer, on the slowest machine and in the slowest build.
const DEADLINE: Duration = Duration::from_secs(60);

/// A running example. However the test ends, the process does too.
pub(crate) struct Example {
    name: &'static str,
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
    deadline: Instant,
}

pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Drop for Example {
    fn drop(&mut self) {
        // Both fail where the process has ended and been waited for, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn start(name: &'static str, args: &[&str]) -> Example {
    start_as(name, Command::new(binary(name)).args(args))
}

pub(crate) fn start_as(name: &'static str, command: &mut Command) -> Example {
    command.env_remove("RUST_LOG").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|e| panic!("cannot start {name}: {e}"));
    let stdout = lines(child.stdout.take().expect("piped"));
    let stderr = lines(child.stderr.take().expect("piped"));
    Example { name, child, stdout, stderr, deadline: Instant::now() + DEADLINE }
}

/// `target/<profile>/deps/this_test` has its examples in `target/<profile>/examples`.
pub(crate) fn binary(name: &str) -> PathBuf {
    let test = env::current_exe().expect("this test has a path");
    let profile = test.parent().and_then(|deps| deps.parent()).expect("in target/<profile>/deps");
    let path = profile.join("examples").join(name);
    assert!(path.exists(), "no {}: run `cargo test` or `cargo build --examples`", path.display());
    path
}

/// The lines of a stream as they come; the end of the stream disconnects the channel.
fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

impl Example {
    pub(crate) fn line(&self) -> String {
        self.stdout.recv_timeout(self.left()).unwrap_or_else(|e| panic!("{}: no line: {e}", self.name))
    }

    /// Ctrl-C.
    pub(crate) fn interrupt(&self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("it runs");
    }

    pub(crate) fn end(mut self) -> Ended {
        let (stdout, stderr) = (self.rest(&self.stdout), self.rest(&self.stderr));
        // With both streams at their end, so is the process.
        let status = self.child.wait().expect("a child to wait for");
        Ended { status, stdout, stderr }
    }

    fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    fn rest(&self, stream: &Receiver<String>) -> String {
        let mut text = String::new();
        loop {
            match stream.recv_timeout(self.left()) {
                Ok(line) => text += &format!("{line}\n"),
                Err(mpsc::RecvTimeoutError::Disconnected) => return text,
                Err(mpsc::RecvTimeoutError::Timeout) => panic!("{} hangs; so far: {text}", self.name),
            }
        }
    }
}

impl Ended {
    #[track_caller]
    pub(crate) fn succeeded(self) -> String {
        assert!(self.status.success(), "{}\n{}{}", self.status, self.stdout, self.stderr);
        self.stdout
    }

    /// One line on stderr that names `what`, and that exit code.
    #[track_caller]
    pub(crate) fn refused(self, code: i32, what: &str) {
        let Ended { status, stdout, stderr } = self;
        assert_eq!(status.code(), Some(code), "{status}\n{stdout}{stderr}");
        assert_eq!(stderr.lines().count(), 1, "more than a line, or less: {stderr:?}");
        assert!(stderr.contains(what), "{stderr:?} does not say {what:?}");
    }
}
