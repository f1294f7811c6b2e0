//! A game at a fixed frame rate: a timer brings frames, a UDP socket brings what the players do, and one engine handles both, one
//! event after the other. Each frame is a step of the game's logic and a picture; a frame that comes too late makes
//! up for the steps that were missed, and draws once. At the end: how long the frames were.
//!
//! ```text
//! cargo run --release --example game_loop -- --fps 60 --seconds 5 --players 3
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)] // an example talks to its user

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use vervet::event_engine::{EventEngine, Order};
use vervet::net::UdpSocket;
use vervet::pool::Group;
use vervet::sync::{Arc, Mutex};

use crate::game::{Event, Game, Key};

#[path = "../common/flags.rs"]
mod flags;
mod frames;
mod game;
mod player;
mod world;

const HELP: &str = "  --fps N        frames per second [60]
  --seconds S    how long the game lasts [5]
  --players N    who play, each over a socket of its own [3]
";

fn main() -> ExitCode {
    let (mut fps, mut seconds, mut players) = (60.0_f64, 5.0_f64, 3_u8);
    let read = flags::read(HELP, |name, flag| match name {
        "fps" => flag.value().map(|n: f64| fps = n.clamp(1.0, 1_000.0)),
        "seconds" => flag.value().map(|s: f64| seconds = s.clamp(0.0, 3_600.0)),
        "players" => flag.value().map(|n: u8| players = n.max(1)),
        _ => Err(flag.unknown()),
    });
    let started = read.and_then(|()| vervet::runtime::Builder::new().start().map_err(flags::refuse));
    let steps = (fps * seconds).ceil().max(1.0) as u64;
    let played =
        started.and_then(|()| play(Duration::from_secs_f64(1.0 / fps), steps, players).map_err(flags::fail));
    played.err().unwrap_or(ExitCode::SUCCESS)
}

fn play(period: Duration, steps: u64, players: u8) -> io::Result<()> {
    let engine = EventEngine::with_order(Order::Serial);
    let game = Arc::new(Mutex::new(Game::new(period, steps, players)));
    let (theirs, handle) = (Arc::clone(&game), engine.handle());
    engine.register_all(move |_, event| {
        if theirs.lock().expect("nobody panics").goes_on(event) {
            return;
        }
        handle.stop();
    });

    let socket = UdpSocket::bind("127.0.0.1:0")?;
    let addr = socket.local_addr()?;
    let receive = |socket: &UdpSocket, ready: io::Result<()>| ready.and_then(|()| player::receive(socket));
    engine.on_readable(socket, Key::Input, move |socket, ready| Event::Input(receive(socket, ready)));
    engine.every(period, Key::Frame, Event::Frame);
    let table = Group::new();
    (0..players).for_each(|player| drop(table.spawn(move || player::play(addr, player))));
    engine.run();
    table.kill();
    println!("{}", game.lock().expect("nobody panics"));
    Ok(())
}
