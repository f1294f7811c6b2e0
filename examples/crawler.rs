//! Crawls a web site, a few pages at a time, and reports what it has found. It brings the site along: some hundred pages that
//! link to each other in circles, and now and then to one that is not there. `RUST_LOG=debug` shows each request.
//!
//! ```text
//! cargo run --release --example crawler -- --at-once 8
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)] // an example talks to its user

use std::collections::{BTreeSet, HashSet};
use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use vervet::pool::Pool;
use vervet::sync::mpsc;

#[path = "common/flags.rs"]
mod flags;
#[path = "common/web.rs"]
mod web;

const HELP: &str = "  --at-once N   how many pages are fetched at once [8]\n";
const PAGES: u32 = 120; // on the site

fn main() -> ExitCode {
    env_logger::init();
    let mut at_once = 8_usize;
    let read = flags::read(HELP, |name, flag| match name {
        "at-once" => flag.value().map(|n| at_once = n),
        _ => Err(flag.unknown()),
    });
    let started = read.and_then(|()| vervet::runtime::Builder::new().start().map_err(flags::refuse));
    let ended = started.and_then(|()| run(at_once.max(1)).map_err(flags::fail));
    ended.err().unwrap_or(ExitCode::SUCCESS)
}

/// Page n links to 2n, 3n + 1 and back to n / 2; every 25th to a page that was taken down.
fn page(path: &str) -> Option<String> {
    let n = if path == "/" { 1_u32 } else { path.strip_prefix("/page/")?.parse().ok()? };
    let gone = (n % 25 == 0).then(|| format!("/old/{n}"));
    let links = [2 * n, 3 * n + 1, n / 2].map(|n| format!("/page/{}", n % PAGES));
    let list = links.into_iter().chain(gone).map(|link| format!("<li><a href=\"{link}\">more</a></li>\n"));
    Some(format!("<h1>Page {n}</h1>\n<ul>\n{}</ul>\n", list.collect::<String>()))
}

fn run(at_once: usize) -> io::Result<()> {
    let site = web::serve(Duration::from_millis(5), page)?;
    println!("crawling http://{site}/, {at_once} pages at once");
    let began = Instant::now();
    let (found, frontier) = mpsc::channel();
    let (mut known, mut broken) = (HashSet::from(["/".to_owned()]), BTreeSet::new());
    let (mut done, mut bytes) = (0, 0);
    found.send(("/".to_owned(), String::new())).map_err(io::Error::other)?;
    // The frontier waits for links, while we wait for the pages on which they are.
    for page in Pool::new(at_once).imap_unordered(frontier, move |link| fetch(site, link)) {
        let (path, from, status, text) = page.expect("no fetch panics")?;
        bytes += text.len();
        if status != 200 {
            broken.insert(format!("{path} is {status}, and {from} links to it"));
        }
        for link in text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            if known.insert(link.to_owned()) {
                found.send((link.to_owned(), path.clone())).map_err(io::Error::other)?;
            }
        }
        done += 1;
        if done == known.len() {
            break;
        }
    }
    println!("{} pages, {bytes} bytes, {} ms", known.len(), began.elapsed().as_millis());
    broken.iter().for_each(|link| println!("broken: {link}"));
    Ok(())
}

fn fetch(site: SocketAddr, (path, from): (String, String)) -> io::Result<(String, String, u16, String)> {
    log::debug!("GET {path}");
    web::get(site, &path, |_, _| ()).map(|(status, text)| (path, from, status, text))
}
