//! Files of outcomes, made by the original, and the comparison with what we do.

use std::collections::BTreeMap;
use std::fmt::Display;

/// A case: its name, and what it has seen.
pub(crate) type Case = (&'static str, fn() -> String);

/// Runs every case, and compares with the file: its first line names who made it, each other one is `name: outcome`.
#[track_caller]
pub(crate) fn compare(file: &str, maker: &str, cases: &[Case]) {
    let (first, rest) = file.split_once('\n').expect("there is a first line");
    assert!(first.starts_with(maker), "{first}");
    let mut expected: BTreeMap<_, _> =
        rest.lines().map(|line| line.split_once(": ").expect("a name and an outcome")).collect();
    let mut wrong = Vec::new();
    for (name, case) in cases {
        let want = expected.remove(name).unwrap_or_else(|| panic!("{maker} was not asked for {name}"));
        let got = case();
        if got != want {
            wrong.push(format!("{name}: {maker} has {want:?}, we have {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(expected.is_empty(), "not tried here: {:?}", expected.keys());
}

/// Shows several values as one line.
pub(crate) fn line(parts: &[&dyn Display]) -> String {
    parts.iter().map(ToString::to_string).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A list of them.
pub(crate) fn words<T: Display>(parts: &[T]) -> String {
    parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
