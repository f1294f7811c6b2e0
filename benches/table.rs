//! Prints what the benches have measured as a Markdown table: `cargo bench --bench table`.
//!
//! Reads what criterion left behind in the target directory.

#![expect(clippy::print_stdout, reason = "this is what it is for")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs, io, thread};

/// The order of the columns. The first is the one the others are compared with.
const RIVALS: [&str; 4] = ["vervet", "tokio", "std", "epoll"];

/// A case's name, the number that the name ends with, and the number of workers: sorted as a reader would.
type Row = (String, u64, u64);
/// Nanoseconds per element.
type Cells = BTreeMap<String, f64>;

fn main() -> io::Result<()> {
    let results = results();
    let mut table = BTreeMap::new();
    collect(&results, &mut table)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", results.display())))?;
    println!("{}\n", machine());
    println!("| case | workers | {} |", RIVALS.join(" | "));
    println!("|---|---|{}", "---|".repeat(RIVALS.len()));
    for ((case, size, workers), cells) in &table {
        let case = if *size > 0 { format!("{case}_{size}") } else { case.clone() };
        let cells = RIVALS.map(|rival| cell(rival, cells));
        println!("| {case} | {workers} | {} |", cells.join(" | "));
    }
    println!("\nMedian time for one; in brackets, as a multiple of {}'s.", RIVALS[0]);
    Ok(())
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
fn collect(dir: &Path, table: &mut BTreeMap<Row, Cells>) -> io::Result<()> {
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

fn cell(rival: &str, cells: &Cells) -> String {
    let Some(&nanos) = cells.get(rival) else { return "-".to_owned() };
    match cells.get(RIVALS[0]) {
        Some(ours) if rival != RIVALS[0] => format!("{} ({:.2}x)", time(nanos), nanos / ours),
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
