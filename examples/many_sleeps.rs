//! The same naps twice: one after the other, and all at once.
//!
//! ```text
//! cargo run --release --example many_sleeps -- --naps 200 --longest 20
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)] // an example talks to its user

use std::process::ExitCode;
use std::time::{Duration, Instant};

use vervet::thread::sleep;

#[allow(dead_code)] // nothing can fail here but the settings
#[path = "common/flags.rs"]
mod flags;

const HELP: &str = "  --naps N       how many [200]
  --longest MS   the longest takes so long, the shortest a millisecond [20]
";

fn main() -> ExitCode {
    let (mut naps, mut longest) = (200_u64, 20_u64);
    let read = flags::read(HELP, |name, flag| match name {
        "naps" => flag.value().map(|n| naps = n),
        "longest" => flag.value().map(|ms| longest = ms),
        _ => Err(flag.unknown()),
    });
    let started = read.and_then(|()| vervet::runtime::Builder::new().start().map_err(flags::refuse));
    match started {
        Ok(()) => {
            vervet::run(move || compare(naps, longest.max(1)));
            ExitCode::SUCCESS
        }
        Err(code) => code,
    }
}

fn compare(naps: u64, longest: u64) {
    // Of all lengths, in no particular order.
    let nap = move |n: u64| {
        sleep(Duration::from_millis(1 + n * 7 % longest));
        n
    };

    let began = Instant::now();
    let order: Vec<u64> = (0..naps).map(nap).collect();
    let in_turn = began.elapsed();
    println!("{naps} naps in turn  {}  first up: {}", bar(in_turn, in_turn), first(&order));

    let began = Instant::now();
    let sleepers: Vec<_> = (0..naps).map(|n| vervet::spawn(move || nap(n))).collect();
    let order: Vec<u64> = vervet::as_completed(sleepers).map(|(n, _)| n as u64).collect();
    let at_once = began.elapsed();
    println!("{naps} naps at once  {}  first up: {}", bar(at_once, in_turn), first(&order));

    let times = in_turn.as_secs_f64() / at_once.as_secs_f64().max(1e-6);
    println!(
        "\nOf the second kind there can be a hundred thousand: {times:.0} times as fast, with as many threads."
    );
}

/// A time, and how long it is beside another.
fn bar(time: Duration, whole: Duration) -> String {
    let cells = (40.0 * time.as_secs_f64() / whole.as_secs_f64().max(1e-9)).ceil().clamp(1.0, 40.0);
    format!("{:>8.1} ms {:<40}", time.as_secs_f64() * 1e3, "█".repeat(cells as usize))
}

/// Who was awake first.
fn first(order: &[u64]) -> String {
    let numbers: Vec<String> = order.iter().take(5).map(u64::to_string).collect();
    numbers.join(" ")
}
