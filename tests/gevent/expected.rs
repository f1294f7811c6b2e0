//! The outcomes that gevent had, and how a test is held against them.

use std::process::Command;

use crate::common::checked;

/// Lines of `case: outcome`; a line that begins with `#` is a comment, the first of which names the versions.
const OUTCOMES: &str = include_str!("outcomes.txt");

/// All places where outcomes are asked for.
const TESTS: &[&str] = &[
    include_str!("greenlets.rs"),
    include_str!("kills.rs"),
    include_str!("locals.rs"),
    include_str!("pools.rs"),
    include_str!("queues.rs"),
    include_str!("servers.rs"),
    include_str!("sockets.rs"),
    include_str!("sync.rs"),
    include_str!("timeouts.rs"),
    include_str!("waiting.rs"),
];

/// Runs `body` in a greenlet: its outcome is gevent's.
#[track_caller]
pub(crate) fn same(case: &str, body: impl FnOnce() -> String + Send + 'static) {
    checked(|| assert_eq!(vervet::run(body), gevent(case), "{case}"));
}

/// Runs `body` in a greenlet: its outcome is not gevent's but `ours`, and gevent's is `theirs`.
#[track_caller]
pub(crate) fn differs(case: &str, theirs: &str, ours: &str, body: impl FnOnce() -> String + Send + 'static) {
    assert_eq!(gevent(case), theirs, "{case}: of gevent");
    assert_ne!(ours, theirs, "{case}");
    checked(|| assert_eq!(vervet::run(body), ours, "{case}"));
}

fn cases() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = OUTCOMES.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_once(": ").unwrap_or_else(|| panic!("not `case: outcome`: {line}")))
}

#[track_caller]
fn gevent(case: &str) -> &'static str {
    let found = cases().find(|(name, _)| *name == case);
    found.unwrap_or_else(|| panic!("outcomes.txt has no line for {case}")).1
}

#[test]
fn each_outcome_has_one_test() {
    let code: String = TESTS.iter().flat_map(|file| file.split_whitespace()).collect();
    let tests_of = |case: &str| {
        ["same", "differs"].iter().map(|how| code.matches(&format!("{how}(\"{case}\",")).count()).sum()
    };
    let wrong: Vec<_> =
        cases().map(|(case, _)| (case, tests_of(case))).filter(|(_, n): &(_, usize)| *n != 1).collect();
    assert!(wrong.is_empty(), "tests per outcome: {wrong:?}");
    let used = code.matches("same(\"").count() + code.matches("differs(\"").count();
    assert_eq!(used, cases().count(), "tests and outcomes");
}

#[test]
fn the_versions_are_noted() {
    let first = OUTCOMES.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("# gevent ") && first.contains("greenlet ") && first.contains("Python "),
        "{first}"
    );
}

/// `VERVET_GEVENT_PYTHON=path/to/python3`, one that has gevent: asks it again.
#[test]
fn gevent_says_the_same_again() {
    let Some(python) = std::env::var_os("VERVET_GEVENT_PYTHON") else { return };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/gevent/outcomes.py");
    let output = Command::new(python).args([script, "--print"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let again = String::from_utf8(output.stdout).unwrap();
    // Another version may have other outcomes; then the tests are to be looked at, and the file written anew.
    assert_eq!(again.lines().skip(1).collect::<Vec<_>>(), OUTCOMES.lines().skip(1).collect::<Vec<_>>());
}
