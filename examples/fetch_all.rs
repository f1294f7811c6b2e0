//! Fetches a page from each of several slow sites at once, with a bar for each when a terminal looks on. It brings the sites
//! along: small web servers on this machine, one of which is down.
//!
//! ```text
//! cargo run --release --example fetch_all -- --sites 12
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)] // an example talks to its user

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use vervet::pool::Pool;

#[path = "common/flags.rs"]
mod flags;
#[path = "common/web.rs"]
mod web;

const HELP: &str = "  --sites N      how many [12]
  --at-once N    how many are fetched from at once [100]
";

fn main() -> ExitCode {
    let (mut sites, mut at_once) = (12, 100_usize);
    let read = flags::read(HELP, |name, flag| match name {
        "sites" => flag.value().map(|n| sites = n),
        "at-once" => flag.value().map(|n| at_once = n),
        _ => Err(flag.unknown()),
    });
    let started = read.and_then(|()| vervet::runtime::Builder::new().start().map_err(flags::refuse));
    let ended = started.and_then(|()| run(sites, at_once).map_err(flags::fail));
    ended.err().unwrap_or(ExitCode::SUCCESS)
}

/// Opens the sites; the last one is down.
fn open(sites: u64) -> io::Result<Vec<SocketAddr>> {
    let pause = |n| Duration::from_millis(4 + n * 5 % 13);
    let text = |path: &str| (path == "/").then(|| "All work and no play. ".repeat(2_500));
    let mut addrs = (1..sites).map(|n| web::serve(pause(n), text)).collect::<io::Result<Vec<_>>>()?;
    addrs.push(vervet::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?);
    Ok(addrs)
}

fn run(sites: u64, at_once: usize) -> io::Result<()> {
    let sites = open(sites)?;
    let bars = MultiProgress::new(); // on stderr, and silent where that is no terminal
    let began = Instant::now();
    let pages = Pool::new(at_once.max(1)).map(&sites, |&site| fetch(site, &bars));
    let all = began.elapsed();

    let mut sum = Duration::ZERO;
    for (site, page) in sites.iter().zip(pages) {
        match page.expect("no fetch panics") {
            Ok((status, bytes, time)) => {
                println!("http://{site}/  {status}  {bytes:>6} bytes  {:>5} ms", time.as_millis());
                sum += time;
            }
            Err(e) => println!("http://{site}/  {e}"),
        }
    }
    println!("\nall of them in {} ms, one by one it would have been {} ms", all.as_millis(), sum.as_millis());
    Ok(())
}

fn fetch(site: SocketAddr, bars: &MultiProgress) -> io::Result<(u16, usize, Duration)> {
    let style = ProgressStyle::with_template("{prefix} {bar:40.green} {percent:>3}%");
    let bar = bars.add(ProgressBar::new(1).with_style(style.map_err(io::Error::other)?));
    bar.set_prefix(format!("{site:<15}"));
    let began = Instant::now();
    let (status, text) = web::get(site, "/", |whole, part| {
        bar.set_length(whole as u64);
        bar.set_position(part as u64);
    })?;
    bar.finish();
    Ok((status, text.len(), began.elapsed()))
}
