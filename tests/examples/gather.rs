//! The example after asyncio.

use std::process::Command;

use crate::example::{binary, start_as};

fn run(args: &[&str]) -> String {
    // Its greenlets are to be vervet's own, whatever this run's are.
    start_as("gather", Command::new(binary("gather")).args(args).env_remove("VERVET_SCHEDULER"))
        .end()
        .succeeded()
}

#[test]
fn gather_tells_values_exceptions_and_cancellations() {
    let told = run(&["--sites", "4", "--nap", "10"]);
    for line in [
        "gathered: page 0, page 1 in ",
        "with an exception: site 2 is down\n",
        "return_exceptions: 1: page 1\n",
        "return_exceptions: 2: (site 2 is down)\n",
        "return_exceptions: 3: page 3\n",
        "the others cancelled: site 2 is down, after ",
        "wait_for: ",
        "cancelled: true, and shielded: page 0\n",
    ] {
        assert!(told.contains(line), "no {line:?} in {told}");
    }
    assert_eq!(told.matches("return_exceptions").count(), 4, "{told}");
}

#[test]
fn gather_without_an_exception() {
    let told = run(&["--sites", "2", "--nap", "1"]);
    assert!(told.contains("with an exception: page 0, page 1\n"), "{told}");
}
