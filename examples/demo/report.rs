//! The parent process: runs both sides, one after the other, and sets their numbers side by side.

use std::io;
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::thread;

use crate::figures::{bytes, duration, thousands};
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
