//! The examples of the event engine: a game, and a trading desk.

use std::process::Command;

use crate::example::{binary, start, start_as};

/// Their greenlets are to be vervet's own, whatever this run's are.
fn run(name: &'static str, args: &[&str]) -> String {
    start_as(name, Command::new(binary(name)).args(args).env_remove("VERVET_SCHEDULER")).end().succeeded()
}

/// The line that begins like that.
#[track_caller]
fn line<'a>(told: &'a str, begin: &str) -> &'a str {
    told.lines().find(|line| line.starts_with(begin)).unwrap_or_else(|| panic!("no {begin:?} in\n{told}"))
}

/// The number before a word.
#[track_caller]
fn before(told: &str, word: &str) -> u64 {
    let words: Vec<&str> = told.split([' ', ',', '\n']).filter(|word| !word.is_empty()).collect();
    let at =
        words.iter().position(|&other| other == word).unwrap_or_else(|| panic!("no {word:?} in\n{told}"));
    words[at - 1].parse().unwrap_or_else(|_| panic!("no number before {word:?} in\n{told}"))
}

#[test]
fn game_loop_draws_and_steps_at_its_rate() {
    let began = std::time::Instant::now();
    let told = run("game_loop", &["--fps", "100", "--seconds", "0.5", "--players", "2"]);
    assert!(began.elapsed().as_millis() >= 500, "{told}");
    // What was not drawn in time was made up for.
    let (drawn, missed) = (before(&told, "frames"), before(&told, "missed"));
    assert_eq!(before(&told, "steps"), 50, "{told}");
    assert!(drawn >= 1 && drawn + missed >= 50, "{told}");
    // Where there were hardly any frames, nobody had time to play.
    assert!(before(&told, "inputs") > 0 || drawn < 10, "{told}");
    let track = |line: &&str| line.len() == 60 && line.chars().all(|c| c == '.' || c == '@');
    assert_eq!(told.lines().filter(track).filter(|line| line.matches('@').count() == 1).count(), 2, "{told}");
    // From frame to frame: one less than there are frames, each in one of the bars.
    assert!(told.contains("a frame takes 10.00 ms"), "{told}");
    let bars = told
        .lines()
        .filter_map(|line| line.trim_end_matches('#').split_once(" ms ").filter(|_| line.ends_with('#')));
    let counted: u64 = bars.map(|(_, count)| count.trim().parse::<u64>().expect("a count")).sum();
    assert_eq!(counted, drawn - 1, "{told}");
    assert!(line(&told, "late by p50 ").contains("p99"), "{told}");
}

#[test]
fn quant_engine_earns_what_the_exchange_says() {
    let mut seen = Vec::new();
    for seed in ["1", "2", "1"] {
        let told = run("quant_engine", &["--ticks", "8000", "--seed", seed]);
        assert_eq!(before(&told, "ticks"), 8_000, "{told}");
        let orders = before(&told, "orders");
        assert!(orders > 10, "{told}");
        // Two books, kept in two ways at two ends of a connection.
        let ours = line(&told, "engine: ").strip_prefix("engine: ");
        let theirs = line(&told, "exchange: ").strip_prefix("exchange: ");
        assert_eq!(ours, theirs, "{told}");
        assert_eq!(before(&told, "fills"), orders, "{told}");
        assert!(line(&told, "tick to order: p50 ").contains(" us, p99 "), "{told}");
        seen.push(ours.map(str::to_owned));
    }
    assert_eq!(seen[0], seen[2], "the same market");
    assert_ne!(seen[0], seen[1], "another market");
}

#[test]
fn quant_engine_without_a_market_does_nothing() {
    let told = run("quant_engine", &["--ticks", "0"]);
    assert!(told.starts_with("0 ticks, 0 orders\nengine: 0 fills, position [0, 0, 0], P&L 0.00\n"), "{told}");
}

#[test]
fn engines_refuse_what_they_do_not_know() {
    for (name, flag) in [("game_loop", "--fps"), ("quant_engine", "--ticks")] {
        assert!(start(name, &["--help"]).end().succeeded().contains(flag));
        start(name, &["--colour", "green"]).end().refused(2, "--colour");
        start(name, &[flag, "many"]).end().refused(2, flag);
        let mut command = Command::new(binary(name));
        start_as(name, command.env("VERVET_WORKERS", "abc")).end().refused(2, "VERVET_WORKERS");
    }
}
