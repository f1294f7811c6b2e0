//! Remote calls, as the example measures them.

use std::process::Command;

use crate::example::{binary, start_as};
use crate::servers::run;

#[test]
fn rpc_answers_all_calls_in_either_order() {
    let told = run("rpc", &["--calls", "1500"]).end().succeeded();
    assert!(told.starts_with("1,500 calls"), "{told}");
    let rows: Vec<Vec<&str>> = told
        .lines()
        .skip(3)
        .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
        .collect();
    let who: Vec<_> = rows.iter().map(|row| (row[0], row[1])).collect();
    let wanted = ["1", "100", "10,000"].map(|n| [(n, "multiplexed"), (n, "in turn")]);
    assert_eq!(who, wanted.as_flattened(), "{told}");
    for row in &rows {
        let [calls, p50, p99, p999, batch] = row[2..] else { panic!("{row:?}") };
        assert!(calls.replace(',', "").parse::<u64>().unwrap() > 0, "{row:?}");
        assert!([p50, p99, p999].iter().all(|time| !time.starts_with("0.00 ")), "{row:?}");
        let batch: f64 = batch.parse().unwrap();
        // One at a time is one in a write; many at once may be more.
        let alone = row[0] == "1" || row[1] == "in turn";
        assert!(batch == 1.0 || batch > 1.0 && !alone, "{row:?}");
    }
}

#[test]
fn rpc_takes_the_number_of_calls_from_the_environment() {
    let env = |calls| {
        let mut command = Command::new(binary("rpc"));
        command.env("NUM_CALLS", calls).env_remove("VERVET_SCHEDULER");
        start_as("rpc", &mut command).end()
    };
    assert!(env("120").succeeded().starts_with("120 calls"));
    env("many").refused(2, "NUM_CALLS");
}
