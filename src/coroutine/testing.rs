//! Tests that must die, or that measure their whole process: each runs again as a child of its own.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};

use crate::sys::memory::Guards;

/// Tells the child which test it is to run.
const CHILD: &str = "VERVET_TEST_CHILD";

/// What [`reached`] writes.
const REACHED: &str = "the child came this far";

/// Runs `body` in a child process, which must succeed. `test` is the full name of the calling test.
pub(super) fn in_child(test: &str, body: impl FnOnce()) {
    if let Some(output) = rerun(test, body) {
        assert!(output.status.success(), "{test}: {}\n{}", output.status, text(&output));
    }
}

/// Runs `body` in a child process, which must come to [`reached`] and then die by `signal`. Returns what the child
/// wrote to stderr, or `None` in the child itself.
pub(super) fn dies_by(signal: i32, test: &str, body: impl FnOnce()) -> Option<String> {
    let output = rerun(test, body)?;
    assert_eq!(output.status.signal(), Some(signal), "{test}: {}\n{}", output.status, text(&output));
    assert!(text(&output).contains(REACHED), "{}", text(&output));
    Some(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Says, in a child, that all that should work has worked.
#[expect(clippy::print_stderr, reason = "the parent reads it")]
pub(super) fn reached() {
    eprintln!("{REACHED}");
}

/// Whether the kernel has guard markers; says so if it has not.
#[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
pub(super) fn markers_or_skip(test: &str) -> bool {
    let have = Guards::detect() == Guards::Markers;
    if !have {
        eprintln!("{test}: skipped, this kernel has no MADV_GUARD_INSTALL");
    }
    have
}

/// Resident bytes of this process.
pub(super) fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * crate::sys::memory::page_size()
}

fn rerun(test: &str, body: impl FnOnce()) -> Option<Output> {
    if std::env::var_os(CHILD).is_some_and(|name| name == test) {
        body();
        return None;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD, test)
        .output()
        .unwrap();
    // A name that matches no test would succeed by running none.
    assert!(!text(&output).contains("running 0 tests"), "there is no test {test}");
    Some(output)
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
