//! A producer sends ten million numbers to a consumer, which adds them up; then Python's generators do the same. With `--depth N`
//! the consumer waits N calls deep: its own stack does not mind, `yield from` does.
//!
//! ```text
//! cargo run --release --example generators -- --items 10000000 --depth 0
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)] // an example talks to its user

use std::fmt::Display;
use std::process::{Command, ExitCode};

use vervet::coroutine::{Generator, Yielder};

#[path = "../common/cpu.rs"]
mod cpu;
#[path = "../common/flags.rs"]
mod flags;

const HELP: &str = "\
Times a producer and a consumer, here and in Python: in CPU time.

  --items N    how many numbers are sent [10000000]
  --depth N    how many calls deep the consumer waits for them [0]
";

const PYTHON: &str = include_str!("consumer.py");

fn consumer(yielder: &Yielder<u64, u64>, depth: u32) {
    if depth > 0 {
        consumer(yielder, depth - 1);
    }
    let mut total = 0;
    loop {
        total += yielder.suspend(total);
    }
}

fn producer(items: u64, consuming: &mut Generator<u64, u64>) -> Option<u64> {
    let mut total = None;
    for item in 0..items {
        total = consuming.send(item).expect("it waits for the next");
    }
    total
}

fn show(who: &str, items: u64, seconds: f64, total: impl Display) {
    let each = seconds * 1e9 / items as f64;
    println!("{who}: {items} sends in {seconds:.3} s, {each:.1} ns each; the sum is {total}");
}

fn main() -> ExitCode {
    let (mut items, mut depth) = (10_000_000_u64, 0_u32);
    let read = flags::read(HELP, |name, flag| match name {
        "items" => flag.value().map(|v| items = v),
        "depth" => flag.value().map(|v| depth = v),
        _ => Err(flag.unknown()),
    });
    if let Err(code) = read {
        return code;
    }
    let mut consuming = Generator::with_input(move |yielder| consumer(yielder, depth));
    consuming.next();
    let start = cpu::used();
    let total = producer(items, &mut consuming).unwrap_or(0);
    let ours = (cpu::used() - start).as_secs_f64();
    show("vervet", items, ours, total);
    let python =
        Command::new("python3").args(["-c", PYTHON, &items.to_string(), &depth.to_string()]).output();
    let Some(answer) = python.ok().filter(|output| output.status.success()) else {
        return flags::fail("python3 does not run here");
    };
    let answer = String::from_utf8_lossy(&answer.stdout);
    let (total, theirs) = answer.trim().split_once(' ').expect("Python prints two figures");
    let theirs: f64 = theirs.parse().expect("the second is in seconds");
    show("Python", items, theirs, total);
    println!("vervet is {:.1} times as fast", theirs / ours);
    ExitCode::SUCCESS
}
