//! Trades on its own account: market ticks come from one socket, two strategies look at each of them, and their orders go to an
//! exchange over another, which answers with fills. Feed and exchange are greenlets of the same program, at the far ends
//! of real connections. The market goes by the seed, and so does what is earned.
//!
//! ```text
//! cargo run --release --example quant_engine -- --ticks 100000 --seed 7
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)] // an example talks to its user

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::process::ExitCode;

use vervet::event_engine::{EventEngine, Order};
use vervet::net::TcpStream;
use vervet::sync::Arc;

use crate::events::{Event, Key};

mod book;
mod desk;
mod events;
mod exchange;
mod feed;
#[path = "../common/flags.rs"]
mod flags;
mod strategy;
mod wire;

const HELP: &str = "  --ticks N    how many prices the market has [20000]
  --seed N     another market for each [1]
";
const ROOM: usize = 1024; // events that may wait; beyond that, the feed does

fn main() -> ExitCode {
    let (mut ticks, mut seed) = (20_000, 1);
    let read = flags::read(HELP, |name, flag| match name {
        "ticks" => flag.value().map(|n| ticks = n),
        "seed" => flag.value().map(|n| seed = n),
        _ => Err(flag.unknown()),
    });
    let started = read.and_then(|()| vervet::runtime::Builder::new().start().map_err(flags::refuse));
    let traded = started.and_then(|()| trade(ticks, seed).map_err(flags::fail));
    traded.err().unwrap_or(ExitCode::SUCCESS)
}

fn trade(ticks: u64, seed: u64) -> Result<(), Box<dyn Error>> {
    let (market, feed) = feed::serve(ticks, seed)?;
    let (floor, exchange) = exchange::serve()?;
    let (feed_line, orders) = (TcpStream::connect(feed)?, TcpStream::connect(exchange)?);
    orders.set_nodelay(true)?;
    // Prices of a symbol one after the other, different symbols beside each other.
    let engine = EventEngine::builder().order(Order::PerKey).capacity(ROOM).name("quant").build();
    let desk = Arc::new(desk::Desk::new(orders.try_clone()?));
    for symbol in 0..wire::SYMBOLS.len() {
        events::trade_on(&engine, &desk, symbol);
    }
    events::keep_books(&engine, &desk);

    let (prices, fills) = (engine.handle(), engine.handle());
    vervet::spawn(move || {
        for tick in BufReader::new(feed_line).lines().map_while(Result::ok).filter_map(|l| wire::tick(&l)) {
            prices.post(Key::Market(tick.symbol), Event::Tick(tick)).expect("nobody has stopped it");
        }
        (0..wire::SYMBOLS.len()).for_each(|symbol| drop(prices.post(Key::Market(symbol), Event::End)));
    });
    vervet::spawn(move || {
        for fill in BufReader::new(orders).lines().map_while(Result::ok).filter_map(|l| wire::trade(&l)) {
            fills.post(Key::Fills, Event::Fill(fill)).expect("nobody has stopped it");
        }
        fills.post(Key::Fills, Event::End).expect("nobody has stopped it");
    });
    engine.run();
    let last = market.join()??;
    println!("{}", desk.summary());
    println!("exchange: {}", floor.join()??.marked(&last));
    Ok(())
}
