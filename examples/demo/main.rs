//! Ten thousand connections at once, in plain blocking code: on greenlets, then on OS threads.
//!
//! ```text
//! cargo run --release --example demo
//! cargo run --release --example demo -- --connections 2000 --seconds 3 --workers 1
//! ```
//!
//! [`handler.rs`](handler.rs) holds the program: an echo server and its clients. It is compiled twice, by
//! `greenlets.rs` against vervet and by `threads.rs` against std. Each side runs in a process of its own,
//! so that neither finds the other's memory or descriptors in its way; the numbers come back over stdout.
//!
//! Every connection has one 64-byte request under way at any time, the next one follows the reply: latency
//! here is mostly the wait for the other connections' turns on the CPUs that client and server share.
#![allow(clippy::print_stdout, clippy::print_stderr)] // an example talks to its user
#![allow(clippy::duplicate_mod)] // compiling one file twice is the point

mod greenlets;
mod limits;
mod meter;
mod outcome;
mod report;
mod side;
mod threads;

#[path = "../common/figures.rs"]
mod figures;
#[path = "../common/flags.rs"]
mod flags;

use std::fmt;
use std::num::{NonZeroU16, NonZeroUsize};
use std::process::ExitCode;
use std::str::FromStr;

const HELP: &str = "\
Echoes 64-byte messages over thousands of connections at once: on greenlets, then on OS threads.

  --connections N    connections, client and server end both in one process [10000]
  --seconds S        how long each side is measured [5]
  --workers N        worker threads for the greenlets [one per CPU]
";

/// What the command line asks for.
pub(crate) struct Options {
    pub(crate) connections: usize,
    pub(crate) seconds: u16,
    pub(crate) workers: Option<usize>,
}

/// Which build of the handler a child process runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Side {
    Greenlets,
    Threads,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Side::Greenlets => "greenlets",
            Side::Threads => "threads",
        })
    }
}

impl FromStr for Side {
    type Err = &'static str;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        match s {
            "greenlets" => Ok(Side::Greenlets),
            "threads" => Ok(Side::Threads),
            _ => Err("neither greenlets nor threads"),
        }
    }
}

fn main() -> ExitCode {
    env_logger::init();
    let mut options = Options { connections: 10_000, seconds: 5, workers: None };
    let mut side = None;
    let positive = |flag: flags::Flag<'_>| flag.value().map(NonZeroUsize::get);
    let read = flags::read(HELP, |name, flag| match name {
        "connections" => positive(flag).map(|n| options.connections = n),
        "seconds" => flag.value().map(|n: NonZeroU16| options.seconds = n.get()),
        "workers" => positive(flag).map(|n| options.workers = Some(n)),
        // For the children only, hence not in the help.
        "side" => flag.value().map(|v| side = Some(v)),
        _ => Err(flag.unknown()),
    });
    match (read, side) {
        (Err(code), _) => code,
        (Ok(()), Some(side)) => side::run(side, &options),
        (Ok(()), None) => report::run(&options),
    }
}
