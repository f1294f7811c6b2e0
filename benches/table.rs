//! Prints what the benches have measured as a Markdown table: `cargo bench --bench table`.
//!
//! Reads what criterion left behind in the target directory.

#![expect(clippy::print_stdout, reason = "this is what it is for")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs, io, thread};

/// The order of the columns. The first is the one the others are compared with.
const RIVALS: [&str; 5] = ["vervet", "tokio", "std", "crossbeam", "epoll"];
/// The same for the cases with that beginning, which get a table of their own.
const SCHEDULERS: [&str; 4] = ["vervet", "may", "may_visitor", "may_own"];
const OF_SCHEDULERS: &str = "scheduler/";
/// And for those.
const SWITCHES: [&str; 2] = ["vervet", "corosensei"];
const OF_SWITCHES: &str = "coroutine/";
/// And for those: all calls at once, and one after another.
const ORDERS: [&str; 2] = ["vervet", "in_turn"];
const OF_ORDERS: &str = "rpc/";
/// What one and the same coroutine of may's does through vervet's sockets, and through may's.
const VISITOR: &str = SCHEDULERS[2];
const OWN: &str = SCHEDULERS[3];

/// A case's name, the number that the name ends with, and the number of workers: sorted as a reader would.
type Row = (String, u64, u64);
/// Nanoseconds per element.
type Cells = BTreeMap<String, f64>;
type Table = BTreeMap<Row, Cells>;

fn main() -> io::Result<()> {
    let results = results();
    let mut table = Table::new();
    collect(&results, &mut table)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", results.display())))?;
    let (schedulers, rivals): (Table, Table) =
        table.into_iter().partition(|((case, ..), _)| case.starts_with(OF_SCHEDULERS));
    let (switches, rivals): (Table, Table) =
        rivals.into_iter().partition(|((case, ..), _)| case.starts_with(OF_SWITCHES));
    let (orders, rivals): (Table, Table) =
        rivals.into_iter().partition(|((case, ..), _)| case.starts_with(OF_ORDERS));
    println!("{}\n", machine());
    print(&rivals, &RIVALS);
    print(&switches, &SWITCHES);
    print(&orders, &ORDERS);
    print(&schedulers, &SCHEDULERS);
    println!("Median time for one; in brackets, as a multiple of {}'s.", RIVALS[0]);
    print_shim_cost(&schedulers);
    Ok(())
}

/// Nothing, if there are no rows.
fn print(table: &Table, columns: &[&str]) {
    if table.is_empty() {
        return;
    }
    println!("| case | workers | {} |", columns.join(" | "));
    println!("|---|---|{}", "---|".repeat(columns.len()));
    for (row @ (.., workers), cells) in table {
        let cells: Vec<_> = columns.iter().map(|column| cell(column, columns[0], cells)).collect();
        println!("| {} | {workers} | {} |", name(row), cells.join(" | "));
    }
    println!();
}

/// How a blocking call of vervet's compares with may's own, both in may's coroutines.
fn print_shim_cost(table: &Table) {
    for (row @ (.., workers), cells) in table {
        if let (Some(visitor), Some(own)) = (cells.get(VISITOR), cells.get(OWN)) {
            let times = visitor / own;
            println!(
                "{} (workers: {workers}): {VISITOR} takes {times:.2} times as long as {OWN}.",
                name(row)
            );
        }
    }
}

fn name((case, size, _): &Row) -> String {
    if *size > 0 { format!("{case}_{size}") } else { case.clone() }
}

/// Where criterion writes: beside the directory of this program's profile.
fn results() -> PathBuf {
    env::var_os("CRITERION_HOME").map_or_else(
        || {
            let exe = env::current_exe().unwrap_or_default();
            exe.ancestors().nth(3).unwrap_or(Path::new("target")).join("criterion")
        },
        PathBuf::from,
    )
}

/// Each case has a directory `new` with the two files.
fn collect(dir: &Path, table: &mut Table) -> io::Result<()> {
    if dir.file_name().is_some_and(|name| name == "new") {
        let case = fs::read_to_string(dir.join("benchmark.json"))?;
        let estimates = fs::read_to_string(dir.join("estimates.json"))?;
        if let Some((row, rival, nanos)) = read(&case, &estimates) {
            table.entry(row).or_default().insert(rival, nanos);
        }
        return Ok(());
    }
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, table)?;
        }
    }
    Ok(())
}

fn read(case: &str, estimates: &str) -> Option<(Row, String, f64)> {
    let median: f64 = value(value(estimates, "median")?, "point_estimate")?.parse().ok()?;
    let elements = value(case, "Elements").and_then(|count| count.parse().ok()).unwrap_or(1.0);
    let name = value(case, "group_id")?;
    let numbered = name.rsplit_once('_').and_then(|(stem, number)| Some((stem, number.parse().ok()?)));
    let (stem, size) = numbered.unwrap_or((name, 0));
    let row = (stem.to_owned(), size, value(case, "value_str")?.parse().ok()?);
    Some((row, value(case, "function_id")?.to_owned(), median / elements))
}

/// What follows `"key":` in `json`. Enough for these files, whose strings need no escapes: a text without its quotes, a
/// number, or the rest from an inner object's brace on.
fn value<'a>(json: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = json.split_once(&format!("\"{key}\":"))?;
    let rest = rest.trim_start();
    if rest.starts_with('{') {
        return Some(rest);
    }
    let value = rest.split([',', '}']).next()?.trim();
    Some(value.trim_matches('"'))
}

fn cell(who: &str, base: &str, cells: &Cells) -> String {
    let Some(&nanos) = cells.get(who) else { return "-".to_owned() };
    match cells.get(base) {
        Some(ours) if who != base => format!("{} ({:.2}x)", time(nanos), nanos / ours),
        _ => time(nanos),
    }
}

/// Three digits are more than such a measurement is good for.
fn time(nanos: f64) -> String {
    let (value, unit) = match nanos {
        n if n < 1e3 => (n, "ns"),
        n if n < 1e6 => (n / 1e3, "us"),
        n => (n / 1e6, "ms"),
    };
    let decimals = match value {
        v if v < 10.0 => 2,
        v if v < 100.0 => 1,
        _ => 0,
    };
    format!("{value:.decimals$} {unit}")
}

fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or("unknown CPU", |(_, model)| model.trim());
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let cpus = thread::available_parallelism().map_or(1, |cpus| cpus.get());
    format!("{model}, {cpus} CPUs, Linux {}.", kernel.trim())
}
