//! `dump`: every live greenlet and what it waits for, so that a program that hangs explains itself.
//!
//! Uses `runtime::registry`.

use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use super::Runtime;
use super::control::{Control, Phase, Reason};
use super::settings::Scheduler;
use crate::sys::clock;

pub(crate) fn write(runtime: &Runtime, out: &mut dyn io::Write) -> io::Result<()> {
    let now = clock::now();
    let mut total = 0;
    // A shard at a time into memory: whatever `out` does, it does not hold up spawning.
    let mut text = String::new();
    for shard in runtime.shards() {
        shard.each(|control| {
            total += 1;
            describe(control, now, &mut text);
            true
        });
        out.write_all(text.as_bytes())?;
        text.clear();
    }
    writeln!(out, "{total} greenlets on {} workers", runtime.workers.len())
}

fn describe(control: &Control, now: u64, text: &mut String) {
    let name = control.name.as_deref().unwrap_or("unnamed");
    let phase = match control.phase() {
        Phase::Delayed => "delayed",
        Phase::Fresh => "fresh",
        Phase::Ready => "ready",
        Phase::Running => "running",
        Phase::Parked => "parked",
    };
    // Writing to a String cannot fail.
    let _ = write!(text, "greenlet {} '{name}' spawned at {}: {phase}", control.id, control.site);
    if control.phase() == Phase::Parked {
        let (reason, subject, since) = control.waits_for();
        let _ = match reason {
            Reason::Read | Reason::Write => write!(text, " in {} of fd {subject}", reason.name()),
            Reason::Join => write!(text, " in join of greenlet #{subject}"),
            Reason::Scope => write!(text, " in scope of greenlet #{subject}"),
            _ => write!(text, " in {}", reason.name()),
        };
        let _ = write!(text, " for {:?}", round(now.saturating_sub(since)));
    }
    if control.scheduler == Scheduler::May {
        text.push_str(", on may");
    } else if control.home() != super::control::HOMELESS {
        let _ = write!(text, ", worker {}", control.home());
    }
    if control.core().park.is_killed() {
        text.push_str(", killed");
    }
    text.push('\n');
}

/// The clock behind it is read once per poll, so anything finer than a millisecond would be made up.
fn round(nanos: u64) -> Duration {
    Duration::from_millis(nanos / 1_000_000)
}
