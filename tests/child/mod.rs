//! What several test files need: children of their own, watchdogs, and looks at the process from outside.

#![allow(dead_code, reason = "each test binary uses its part")]

#[allow(
    clippy::duplicate_mod,
    reason = "a test may have both this and `common`; a second call changes nothing"
)]
#[path = "../common/scheduler.rs"]
mod scheduler;

use std::io::{self, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// Tells a child which test it is to run.
const CHILD: &str = "VERVET_TEST_CHILD";

/// What a child writes when all that should work has worked.
const REACHED: &str = "the child came this far";

/// Marks a line that must be seen though the test has passed.
const SKIPPED: &str = "skipped";

/// Runs `body` in a child process, which must succeed within `limit`. `test` is the calling test's full name, `env` what
/// the child's environment has besides ours.
pub(crate) fn in_child(test: &str, env: &[(&str, &str)], limit: Duration, body: impl FnOnce()) {
    if is_child(test) {
        let _watchdog = Watchdog::new(test, limit);
        return body();
    }
    let output = rerun(test, env);
    assert!(output.status.success(), "{test} {env:?}: {}\n{}", output.status, text(&output));
    relay(&output);
}

/// Runs `body` in a child process, which must come to [`reached`] and then die by `signal`. Answers its stderr, or
/// `None` in the child itself.
pub(crate) fn dies_by(signal: i32, test: &str, env: &[(&str, &str)], body: impl FnOnce()) -> Option<String> {
    if is_child(test) {
        let _watchdog = Watchdog::new(test, Duration::from_secs(30));
        body();
        return None;
    }
    let output = rerun(test, env);
    assert_eq!(output.status.signal(), Some(signal), "{test}: {}\n{}", output.status, text(&output));
    assert!(text(&output).contains(REACHED), "{}", text(&output));
    Some(String::from_utf8_lossy(&output.stderr).into_owned())
}

pub(crate) fn is_child(test: &str) -> bool {
    std::env::var(CHILD).is_ok_and(|name| name == test)
}

/// The command that runs `test`, and nothing else, in a process of its own.
pub(crate) fn child_command(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(CHILD, test);
    command
}

fn rerun(test: &str, env: &[(&str, &str)]) -> Output {
    // Children measure times and loads: not two of them at once.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let output = child_command(test).envs(env.iter().copied()).output().unwrap();
    // A name that matches no test would succeed by running none.
    assert!(!text(&output).contains("running 0 tests"), "there is no test {test}");
    output
}

/// Shows what the child had to say: always what it skipped, the rest with `--nocapture`.
#[expect(clippy::print_stderr, reason = "for whoever runs the test")]
fn relay(output: &Output) {
    for line in String::from_utf8_lossy(&output.stderr).lines() {
        if line.contains(SKIPPED) {
            let _ = writeln!(io::stderr(), "{line}");
        } else {
            eprintln!("{line}");
        }
    }
}

pub(crate) fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Writes one line for whoever runs the test.
#[expect(clippy::print_stderr, reason = "for whoever runs the test")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}

pub(crate) fn reached() {
    say(REACHED);
}

/// Says, visibly, why `test` was not run.
pub(crate) fn skip(test: &str, why: &str) {
    let _ = writeln!(io::stderr(), "{test}: {SKIPPED}, {why}");
}

/// Ends the process, with a dump, unless dropped in time.
pub(crate) struct Watchdog(Option<mpsc::Sender<()>>);

impl Watchdog {
    pub(crate) fn new(test: &str, limit: Duration) -> Watchdog {
        let (alive, over) = mpsc::channel();
        let test = test.to_owned();
        thread::spawn(move || {
            if over.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout) {
                say(&format!("{test}: not over after {limit:?}"));
                let mut dump = Vec::new();
                let _ = vervet::runtime::dump(&mut dump);
                let dump = String::from_utf8_lossy(&dump);
                let lines: Vec<_> = dump.lines().collect();
                say(&lines[..lines.len().min(100)].join("\n"));
                say(lines.last().unwrap_or(&""));
                say(&format!("{:#?}", vervet::runtime::metrics()));
                std::process::abort();
            }
        });
        Watchdog(Some(alive))
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.0.take();
    }
}

/// Waits, on an OS thread, until `condition` holds. The caller's watchdog limits it.
pub(crate) fn wait_until(condition: impl Fn() -> bool) {
    while !condition() {
        thread::sleep(Duration::from_millis(1));
    }
}

/// As `wait_until`, for a while only. Whether it came to hold.
pub(crate) fn comes_true(within: Duration, condition: impl Fn() -> bool) -> bool {
    let end = Instant::now() + within;
    while !condition() {
        if Instant::now() > end {
            return false;
        }
        thread::sleep(Duration::from_millis(1));
    }
    true
}

/// A line of /proc/self/status: its first number.
pub(crate) fn status(field: &str) -> usize {
    number_after(&std::fs::read_to_string("/proc/self/status").unwrap(), field).unwrap()
}

/// The number after `field:` in a file of such lines.
pub(crate) fn number_after(text: &str, field: &str) -> Option<usize> {
    let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Resident bytes of this process.
pub(crate) fn resident() -> usize {
    status("VmRSS") * 1024
}

pub(crate) fn available_memory() -> usize {
    number_after(&std::fs::read_to_string("/proc/meminfo").unwrap(), "MemAvailable").unwrap_or(0) * 1024
}

pub(crate) fn map_lines() -> usize {
    std::fs::read_to_string("/proc/self/maps").unwrap().lines().count()
}

pub(crate) fn open_fds() -> usize {
    // One of them is the listing itself.
    std::fs::read_dir("/proc/self/fd").unwrap().count() - 1
}

/// Whether the running kernel is at least this one.
pub(crate) fn kernel_is(major: u32, minor: u32) -> bool {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map_while(|n| n.parse().ok());
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (major, minor)
}

/// Raises the limit of open fds as far as it goes, to `wanted` at most. Answers what it is.
pub(crate) fn raise_fd_limit(wanted: u64) -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let current = current.unwrap_or(u64::MAX);
    if current >= wanted {
        return current;
    }
    let raised = wanted.min(maximum.unwrap_or(u64::MAX));
    setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum }).unwrap();
    raised
}

/// Marsaglia's xorshift64; the same seed gives the same numbers.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        // Spread, so that neighbouring seeds differ at once; zero would stay zero.
        Random((seed.wrapping_add(1)).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        (self.next() >> 11) % n
    }
}

/// The seed of a random test: `VERVET_TEST_SEED`, else one from the clock. To be shown when the test fails.
pub(crate) fn seed() -> u64 {
    let time = || std::time::UNIX_EPOCH.elapsed().map_or(1, |time| time.as_nanos() as u64);
    std::env::var("VERVET_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(time)
}

/// How long a stress test lasts: `VERVET_STRESS_SECONDS`, else `default`.
pub(crate) fn stress_time(default: Duration) -> Duration {
    let seconds = std::env::var("VERVET_STRESS_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    seconds.map_or(default, Duration::from_secs)
}

/// The value below which `percent` of the samples lie.
pub(crate) fn percentile(samples: &mut [Duration], percent: usize) -> Duration {
    samples.sort_unstable();
    samples[(samples.len() * percent / 100).min(samples.len() - 1)]
}
