//! One server in five ways: it answers in upper case, and has more than one client. The same load comes over each of them.
//!
//! ```text
//! cargo run --release --example io_models -- --connections 100 --requests 80
//! ```
//!
//! [`blocking.rs`](blocking.rs), [`threads.rs`](threads.rs), [`polling.rs`](polling.rs), [`epoll.rs`](epoll.rs) and
//! [`vervet.rs`](vervet.rs) are the servers. Each runs in a process of its own, so that its CPU time is its own; the clients are
//! greenlets of this one.
#![allow(clippy::print_stdout, clippy::print_stderr)] // an example talks to its user

mod blocking;
mod chart;
mod client;
mod drive;
mod epoll;
#[path = "vervet.rs"]
mod greenlets;
mod models;
mod outcome;
mod polling;
mod process;
mod shout;
mod threads;

#[path = "../common/cpu.rs"]
mod cpu;
#[path = "../common/figures.rs"]
mod figures;
#[path = "../common/flags.rs"]
mod flags;

use std::num::{NonZeroU16, NonZeroU32};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, fs, io};

use drive::Load;
use models::MODELS;
use outcome::Outcome;

const HELP: &str = "\
Drives the same load over five servers that answer in upper case, and compares them.

  --connections N    clients, all at once [100]
  --requests N       requests of each client, on one connection [80]
  --pause MICROS     how long a client thinks before each request [200]
  --svg PATH         where to draw what came out [beside this program]
";

fn main() -> ExitCode {
    env_logger::init();
    let mut load = Load { connections: 100, requests: 80, pause: Duration::from_micros(200) };
    let (mut svg, mut served) = (None, None::<String>);
    let read = flags::read(HELP, |name, flag| match name {
        "connections" => flag.value().map(|n: NonZeroU16| load.connections = n.get().into()),
        "requests" => flag.value().map(|n: NonZeroU32| load.requests = n.get()),
        "pause" => flag.value().map(|micros| load.pause = Duration::from_micros(micros)),
        "svg" => flag.value().map(|path: PathBuf| svg = Some(path)),
        // For the children only, hence not in the help.
        "serve" => flag.value().map(|model| served = Some(model)),
        _ => Err(flag.unknown()),
    });
    let started = read.and_then(|()| vervet::runtime::Builder::new().start().map_err(flags::refuse));
    let ended = started.and_then(|()| match served {
        Some(model) => process::serve(&model).map_err(flags::fail),
        None => compare(&load, svg).map_err(flags::fail),
    });
    ended.err().unwrap_or(ExitCode::SUCCESS)
}

fn compare(load: &Load, svg: Option<PathBuf>) -> io::Result<()> {
    println!("{load}\n\n{}", Outcome::heading());
    let mut outcomes = Vec::new();
    for model in &MODELS {
        let outcome = process::measure(model, load)?;
        println!("{}", outcome.row());
        outcomes.push(outcome);
    }
    println!(
        "\n\"blocking\" has one client at a time: all the others' first requests wait until it is their turn."
    );
    let svg = svg.map_or_else(|| env::current_exe().map(|exe| exe.with_extension("svg")), Ok)?;
    fs::write(&svg, chart::draw(load, &outcomes))?;
    println!("chart: {}", svg.display());
    Ok(())
}
