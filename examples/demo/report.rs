//! The parent process: runs both sides, one after the other, and sets their numbers side by side.

use std::io;
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use crate::outcome::Outcome;
use crate::{Options, Side};

pub(crate) fn run(options: &Options) -> ExitCode {
    let cpus = thread::available_parallelism().map_or(1, usize::from);
    println!(
        "64-byte echo over {} connections at once, {} s a side, {cpus} CPUs, one process per side",
        thousands(options.connections as u64),
        options.seconds,
    );
    let mut outcomes = Vec::new();
    let mut whole = true;
    for side in [Side::Greenlets, Side::Threads] {
        match run_side(side, options) {
            Ok((Some(outcome), _)) => outcomes.push((side, outcome)),
            // Wrong settings: the child has said which, and the other side would not tell more.
            Ok((None, status)) if status.code() == Some(2) => return ExitCode::from(2),
            Ok((None, status)) => {
                // With an exit code, it has said why itself.
                if status.code().is_none() {
                    eprintln!("{side}: ended without numbers, {status}");
                }
                whole = false;
            }
            Err(e) => {
                eprintln!("{side}: {e}");
                whole = false;
            }
        }
    }
    if !outcomes.is_empty() {
        print!("{}", table(&outcomes));
    }
    if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs one side in a process of its own. Its stderr, with the progress on it, is ours.
fn run_side(side: Side, options: &Options) -> io::Result<(Option<Outcome>, ExitStatus)> {
    let mut child = Command::new(std::env::current_exe()?);
    child.arg("--side").arg(side.to_string());
    child.arg("--connections").arg(options.connections.to_string());
    child.arg("--seconds").arg(options.seconds.to_string());
    if let Some(workers) = options.workers {
        child.arg("--workers").arg(workers.to_string());
    }
    let output = child.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    let outcome = Outcome::find(&String::from_utf8_lossy(&output.stdout));
    Ok((outcome.filter(|_| output.status.success()), output.status))
}

/// A row's name and how its cell is made.
type Row = (&'static str, fn(&Outcome) -> String);

const ROWS: [Row; 8] = [
    ("connections", |o| thousands(o.connections)),
    ("requests per second", |o| thousands(o.requests_per_second)),
    ("latency p50", |o| duration(o.p50)),
    ("latency p99", |o| duration(o.p99)),
    ("latency p99.9", |o| duration(o.p999)),
    ("memory per connection *", |o| bytes(o.bytes_per_connection)),
    ("OS threads", |o| thousands(o.os_threads)),
    ("set-up time", |o| duration(o.set_up)),
];

fn table(outcomes: &[(Side, Outcome)]) -> String {
    let rule = |left, cross, right| {
        let cells = vec!["─".repeat(14); outcomes.len()];
        format!("{left}{}{cross}{}{right}\n", "─".repeat(26), cells.join(cross))
    };
    let row = |name: &str, cells: Vec<String>| {
        let cells: String = cells.iter().map(|cell| format!(" {cell:>12} │")).collect();
        format!("│ {name:<24} │{cells}\n")
    };
    let mut text = String::from("\n");
    text += &rule("┌", "┬", "┐");
    text += &row("", outcomes.iter().map(|(side, _)| side.to_string()).collect());
    text += &rule("├", "┼", "┤");
    for (name, cell) in ROWS {
        text += &row(name, outcomes.iter().map(|(_, outcome)| cell(outcome)).collect());
    }
    text += &rule("└", "┴", "┘");
    text +=
        "* resident memory of both ends; the kernel's share (socket buffers, thread stacks) is not in it\n";
    for (side, outcome) in outcomes {
        for note in &outcome.notes {
            text += &format!("{side}: {note}\n");
        }
    }
    text
}

/// `1234567` as `1,234,567`.
pub(crate) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Three digits and the unit that suits them.
fn duration(d: Duration) -> String {
    let micros = d.as_nanos() as f64 / 1e3;
    match micros {
        m if m < 1e3 => three_digits(m, "µs"),
        m if m < 1e6 => three_digits(m / 1e3, "ms"),
        m => three_digits(m / 1e6, "s"),
    }
}

fn bytes(n: u64) -> String {
    match n as f64 / 1024.0 {
        kib if kib < 1024.0 => three_digits(kib, "KiB"),
        kib => three_digits(kib / 1024.0, "MiB"),
    }
}

fn three_digits(x: f64, unit: &str) -> String {
    let decimals = if x < 9.995 {
        2
    } else if x < 99.95 {
        1
    } else {
        0
    };
    format!("{x:.decimals$} {unit}")
}
