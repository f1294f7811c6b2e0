//! A program of asyncio's, in Rust: `run`, `gather`, `wait_for`, exceptions and cancellations, by async functions whose tasks are
//! greenlets, so that they may block as well.
//!
//! ```text
//! cargo run --release --example gather -- --sites 5 --nap 30
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)] // an example talks to its user

use std::process::ExitCode;
use std::time::{Duration, Instant};

use gather::{gather, gather_exceptions, gather_or_cancel};
use tasks::{Cancelled, Outcome, create_task, run, shield, wait_for};

#[path = "../common/flags.rs"]
mod flags;
mod gather;
mod tasks;

const HELP: &str = "\
Asks several sites at once, as a program of asyncio's would.

  --sites N    how many [5]
  --nap MS     how long the slowest takes to answer, in milliseconds [30]
";

/// The first site is the slowest. Number 2 is down.
async fn fetch(site: u32, nap: Duration) -> Outcome<String> {
    // An async function would have to await its sleep.
    vervet::sleep(nap / (site + 1));
    if site == 2 { Err(format!("site {site} is down").into()) } else { Ok(format!("page {site}")) }
}

async fn ask_all(sites: u32, nap: Duration) -> Outcome<()> {
    let tasks = |sites: std::ops::Range<u32>| sites.map(move |site| create_task(fetch(site, nap)));
    let began = Instant::now();
    let pages = gather(tasks(0..sites.min(2))).await?;
    println!("gathered: {} in {} ms", pages.join(", "), began.elapsed().as_millis());

    let failed = gather(tasks(0..sites)).await;
    println!("with an exception: {}", failed.map_or_else(|e| e.to_string(), |pages| pages.join(", ")));

    for (site, page) in gather_exceptions(tasks(0..sites)).await.into_iter().enumerate() {
        println!("return_exceptions: {site}: {}", page.unwrap_or_else(|e| format!("({e})")));
    }

    let began = Instant::now();
    let endless = (0..3).map(|_| create_task(fetch(0, Duration::MAX))).chain(tasks(2..3));
    let failed = gather_or_cancel(endless).await.expect_err("site 2 is down");
    println!("the others cancelled: {failed}, after {} ms", began.elapsed().as_millis());

    let late = wait_for(fetch(0, Duration::MAX), nap).await.expect_err("it takes too long");
    println!("wait_for: {late}");

    let kept = create_task(fetch(0, nap));
    let cancelled = create_task(fetch(0, Duration::MAX));
    cancelled.cancel();
    let error = cancelled.await.expect_err("it was cancelled");
    println!("cancelled: {}, and shielded: {}", error.is::<Cancelled>(), shield(kept).await?);
    Ok(())
}

fn main() -> ExitCode {
    let (mut sites, mut nap) = (5, 30);
    let read = flags::read(HELP, |name, flag| match name {
        "sites" => flag.value().map(|n| sites = n),
        "nap" => flag.value().map(|n| nap = n),
        _ => Err(flag.unknown()),
    });
    let started = read.and_then(|()| vervet::runtime::Builder::new().start().map_err(flags::refuse));
    let ran = started.and_then(|()| run(ask_all(sites, Duration::from_millis(nap))).map_err(flags::fail));
    ran.err().unwrap_or(ExitCode::SUCCESS)
}
