//! The child process: one side, measured.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use rustix::process::{Signal, set_parent_process_death_signal};

use crate::figures::thousands;
use crate::limits::{self, Limit};
use crate::meter::{Meter, Plan};
use crate::outcome::Outcome;
use crate::{Options, Side, flags, greenlets, threads};

/// How often the progress line and the look at memory and threads are renewed.
const TICK: Duration = Duration::from_millis(100);

/// Runs `side` and prints its outcome for the parent.
pub(crate) fn run(side: Side, options: &Options) -> ExitCode {
    // A parent that is interrupted takes its thousands of threads with it.
    if let Err(e) = set_parent_process_death_signal(Some(Signal::KILL)) {
        log::debug!("death signal: {e}");
    }
    if side == Side::Greenlets
        && let Err(e) = greenlets::start(options.workers)
    {
        return flags::refuse(e);
    }
    match measure(side, options) {
        Ok(outcome) => {
            println!("{}", outcome.to_line());
            ExitCode::SUCCESS
        }
        Err(e) => flags::fail(format_args!("{side}: {e}")),
    }
}

/// One of the two builds of the handler, with its connections open.
enum Fleet {
    Greenlets(greenlets::Fleet),
    Threads(threads::Fleet),
}

/// Calls the same method on either.
macro_rules! either {
    ($fleet:expr, $bound:ident => $body:expr) => {
        match $fleet {
            Fleet::Greenlets($bound) => $body,
            Fleet::Threads($bound) => $body,
        }
    };
}

fn measure(side: Side, options: &Options) -> io::Result<Outcome> {
    let wanted = options.connections;
    let mut limit = limits::descriptors()?;
    if side == Side::Threads {
        let threads = limits::threads();
        limit = if threads.connections < limit.connections { threads } else { limit };
    }
    let meter = Arc::new(Meter::new()?);
    let progress = Progress::new(side, wanted.min(limit.connections));

    let (memory_before, _) = limits::memory_and_threads();
    let begin = Instant::now();
    let mut fleet = open(side, wanted.min(limit.connections), &meter, &progress)?;
    let set_up = begin.elapsed();
    let connections = either!(&fleet, f => f.len());
    let refused = either!(&fleet, f => f.refused.as_ref().map(io::Error::to_string));
    if connections == 0 {
        return Err(io::Error::other(format!("no connection at all: {}", refused.unwrap_or(limit.reason))));
    }

    let plan = meter.plan(connections, Duration::from_secs(options.seconds.into()));
    either!(&mut fleet, f => f.go())?;
    let (memory, os_threads) = watch(&meter, plan, &progress);
    progress.closing();
    either!(fleet, f => f.join())?;
    progress.done();

    let [p50, p99, p999] = meter.latency([500, 990, 999])?;
    Ok(Outcome {
        connections: connections as u64,
        requests_per_second: meter.requests() / u64::from(options.seconds),
        p50,
        p99,
        p999,
        bytes_per_connection: memory.saturating_sub(memory_before) / connections as u64,
        os_threads,
        set_up,
        notes: notes(wanted, connections, refused, limit, &meter),
    })
}

fn open(side: Side, wanted: usize, meter: &Arc<Meter>, progress: &Progress) -> io::Result<Fleet> {
    match side {
        Side::Greenlets => greenlets::open(wanted, meter, |n| progress.opened(n)).map(Fleet::Greenlets),
        Side::Threads => threads::open(wanted, meter, |n| progress.opened(n)).map(Fleet::Threads),
    }
}

/// Lets the planned time pass, and says how much memory and how many threads there were at most.
fn watch(meter: &Meter, plan: Plan, progress: &Progress) -> (u64, u64) {
    let mut peak = (0, 0);
    loop {
        let now = Instant::now();
        let (memory, threads) = limits::memory_and_threads();
        peak = (memory.max(peak.0), threads.max(peak.1));
        if now >= plan.end {
            return peak;
        }
        progress.running(now.saturating_duration_since(plan.begin), plan.end - plan.begin, meter.requests());
        thread::sleep(TICK.min(plan.end - now));
    }
}

/// What the numbers do not say.
fn notes(wanted: usize, got: usize, refused: Option<String>, limit: Limit, meter: &Meter) -> Vec<String> {
    let mut notes = Vec::new();
    if got < wanted {
        let reason = refused.unwrap_or(limit.reason);
        let (got, wanted) = (thousands(got as u64), thousands(wanted as u64));
        notes.push(format!("got {got} of {wanted} connections ({reason})"));
    }
    if let Some((broken, why)) = meter.failure() {
        notes.push(format!("{} connections broke off ({why})", thousands(broken as u64)));
    }
    notes
}

/// The live line on stderr; indicatif shows nothing where stderr is no terminal.
struct Progress(ProgressBar);

impl Progress {
    fn new(side: Side, connections: usize) -> Self {
        let template = "{prefix:>10} {bar:30} {msg}";
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(connections as u64).with_style(style).with_prefix(side.to_string());
        Self(bar)
    }

    fn opened(&self, connections: usize) {
        self.0.set_position(connections as u64);
        self.0.set_message(format!("{} connections", thousands(connections as u64)));
    }

    fn running(&self, elapsed: Duration, length: Duration, requests: u64) {
        if elapsed.is_zero() {
            return self.0.set_message("warming up");
        }
        let rate = requests as f64 / elapsed.as_secs_f64();
        self.0.set_length(length.as_millis() as u64);
        self.0.set_position(elapsed.as_millis() as u64);
        self.0.set_message(format!("{} requests/s", thousands(rate as u64)));
    }

    fn closing(&self) {
        self.0.set_message("closing");
    }

    fn done(&self) {
        self.0.finish_and_clear();
    }
}
