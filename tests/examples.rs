//! Runs every example as its user would, and looks at what it prints, answers and refuses.

#[path = "child/mod.rs"]
mod child;
#[path = "examples/engines.rs"]
mod engines;
#[path = "common/example.rs"]
mod example;
#[path = "examples/gather.rs"]
mod gather;
#[path = "examples/io_models.rs"]
mod io_models;
#[path = "examples/poll.rs"]
mod poll;
#[path = "common/program.rs"]
mod program;
#[path = "examples/redis_pool.rs"]
mod redis_pool;
#[path = "examples/rpc.rs"]
mod rpc;
#[path = "examples/servers.rs"]
mod servers;

use std::net::TcpListener;
use std::process::Command;

use example::{binary, start, start_as};

const ALL: [&str; 7] =
    ["demo", "echo_server", "echo_client", "http_server", "https_server", "websocket_chat", "generators"];

#[test]
fn demo_compares_both_sides() {
    let table = start("demo", &["--connections", "200", "--seconds", "1"]).end().succeeded();
    let row = |name: &str| {
        let row = table.lines().find(|line| line.contains(name));
        let row = row.unwrap_or_else(|| panic!("no {name:?} in\n{table}"));
        row.split('│').map(|cell| cell.trim().to_owned()).filter(|cell| !cell.is_empty()).collect::<Vec<_>>()
    };
    assert_eq!(row("│    greenlets │"), ["greenlets", "threads"]);
    assert_eq!(row("│ connections"), ["connections", "200", "200"], "in\n{table}");
    for name in ["requests per second", "p50", "p99 ", "p99.9", "memory per", "OS threads", "set-up time"] {
        let row = row(name);
        assert_eq!(row.len(), 3, "{row:?}");
        assert!(row[1..].iter().all(|cell| cell != "0" && !cell.starts_with("0.00 ")), "{row:?}");
    }
    assert!(!table.contains("broke off"), "in\n{table}");
}

#[test]
fn demo_opens_what_the_descriptors_allow() {
    let script = "ulimit -n 300; exec \"$0\" --connections 5000 --seconds 1";
    let table =
        start_as("demo", Command::new("sh").args(["-c", script]).arg(binary("demo"))).end().succeeded();
    for side in ["greenlets", "threads"] {
        let note = format!("{side}: got 100 of 5,000 connections (the hard limit on open files is 300)");
        assert!(table.contains(&note), "no {note:?} in\n{table}");
    }
}

#[test]
fn echo_client_verifies_echo_server() {
    let server = start("echo_server", &["--addr", "127.0.0.1:0", "--workers", "2"]);
    let line = server.line();
    let addr = line.strip_prefix("listening on ").unwrap_or_else(|| panic!("{line:?}"));
    for size in ["1", "64", "65535"] {
        let args = ["--addr", addr, "--connections", "20", "--requests", "50", "--size", size];
        let summary = start("echo_client", &args).end().succeeded();
        let verified = format!("20 connections, 1000 requests of {size} bytes, all verified");
        assert!(summary.contains(&verified), "{summary}");
        for figure in ["requests/s", "p50", "p99"] {
            assert!(summary.contains(figure), "no {figure} in {summary}");
        }
    }
}

#[test]
fn producer_and_consumer_come_to_the_same_sum() {
    for depth in ["0", "10"] {
        let ended = start("generators", &["--items", "10000", "--depth", depth]).end();
        if Command::new("python3").arg("--version").output().is_err() {
            ended.refused(1, "python3 does not run here");
            continue;
        }
        let text = ended.succeeded();
        assert_eq!(text.matches("the sum is 49995000").count(), 2, "{text}");
    }
}

#[test]
fn echo_client_without_a_server() {
    // Bound and not let go, so that nobody else gets the port; not listening, so that it refuses.
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
    let any: std::net::SocketAddr = "127.0.0.1:0".parse().expect("an address");
    socket.bind(&any.into()).expect("a free port");
    let addr = socket.local_addr().ok().and_then(|addr| addr.as_socket()).expect("an address").to_string();
    start("echo_client", &["--addr", &addr]).end().refused(1, "refused");
}

#[test]
fn echo_server_on_a_taken_port() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = taken.local_addr().expect("an address").to_string();
    let ended = start("echo_server", &["--addr", &addr]).end();
    assert!(ended.stderr.contains(&addr), "{}", ended.stderr);
    ended.refused(1, "in use");
}

#[test]
fn help_names_the_flags() {
    for name in ALL {
        let help = start(name, &["--help"]).end().succeeded();
        assert!(help.contains("--"), "{name}: {help}");
    }
}

#[test]
fn unknown_flags_are_refused() {
    for name in ALL {
        start(name, &["--colour", "green"]).end().refused(2, "--colour");
        start(name, &["stray"]).end().refused(2, "stray");
    }
}

#[test]
fn bad_values_are_refused() {
    for (name, flag) in [
        ("demo", "--workers"),
        ("demo", "--connections"),
        ("demo", "--seconds"),
        ("echo_server", "--workers"),
        ("echo_client", "--size"),
        ("http_server", "--seconds"),
        ("https_server", "--seconds"),
    ] {
        start(name, &[flag, "many"]).end().refused(2, flag);
        start(name, &[flag]).end().refused(2, flag);
    }
    for name in ["demo", "echo_server"] {
        start(name, &["--workers", "0"]).end().refused(2, "--workers");
    }
}

#[test]
fn bad_environment_is_refused() {
    // Coroutines need no runtime.
    for name in ALL.into_iter().filter(|&name| name != "generators") {
        let mut command = Command::new(binary(name));
        start_as(name, command.env("VERVET_WORKERS", "abc")).end().refused(2, "VERVET_WORKERS");
    }
}

/// None of them has said that its greenlets may change threads.
#[test]
fn a_scheduler_that_is_not_allowed_is_refused() {
    for name in ["demo", "echo_server", "echo_client"] {
        let mut command = Command::new(binary(name));
        let ended = start_as(name, command.env("VERVET_SCHEDULER", "may")).end();
        // The one with the feature, the other without.
        let why = ["`runtime::Builder::allow_may`", "feature `may`"];
        assert!(why.into_iter().any(|why| ended.stderr.contains(why)), "{}", ended.stderr);
        ended.refused(2, "VERVET_SCHEDULER");
    }
}

#[test]
fn many_sleeps_takes_as_long_as_the_longest() {
    let told = start("many_sleeps", &["--naps", "60", "--longest", "10"]).end().succeeded();
    let time = |kind: &str| -> f64 {
        let line = told.lines().find(|line| line.starts_with(kind)).unwrap_or_else(|| panic!("{told}"));
        let words: Vec<&str> = line.split_whitespace().collect();
        words[words.iter().position(|&word| word == "ms").expect("a time") - 1].parse().expect("a number")
    };
    let (in_turn, at_once) = (time("60 naps in turn"), time("60 naps at once"));
    assert!(in_turn >= 300.0 && at_once >= 10.0 && at_once < in_turn / 2.0, "{told}");
    assert!(told.contains("first up: 0 1 2 3 4"), "{told}");
}

#[test]
fn fetch_all_is_as_slow_as_the_slowest() {
    let told = start("fetch_all", &["--sites", "9"]).end().succeeded();
    assert_eq!(told.matches("  200   55000 bytes  ").count(), 8, "{told}");
    assert_eq!(told.matches("refused").count(), 1, "{told}");
    let last = told.lines().last().expect("a summary");
    let ms: Vec<u64> = last.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    assert!(ms.len() == 2 && ms[0] > 0 && ms[0] < ms[1] / 2, "{told}");
}

#[test]
fn crawler_finds_each_page_once_and_what_is_broken() {
    for at_once in ["1", "8"] {
        let told = start("crawler", &["--at-once", at_once]).end().succeeded();
        assert!(told.contains(&format!(", {at_once} pages at once")), "{told}");
        let broken: Vec<&str> = told.lines().filter(|line| line.starts_with("broken: ")).collect();
        let wanted =
            ["0", "100", "25", "50"].map(|n| format!("broken: /old/{n} is 404, and /page/{n} links to it"));
        assert_eq!(broken, wanted, "{told}");
        assert!(told.lines().any(|line| line.starts_with("105 pages, ")), "{told}");
    }
}

#[test]
fn producer_consumer_cooks_what_was_ordered() {
    let told =
        start("producer_consumer", &["--waiters", "2", "--cooks", "3", "--orders", "8"]).end().succeeded();
    assert!(told.contains("\n16 dishes in "), "{told}");
    let count = |word: &str| told.split_whitespace().filter(|&other| other == word).count();
    assert_eq!(["soup", "salad", "curry", "flan"].map(count), [4, 4, 4, 4], "{told}");
    let cooks = told.lines().filter(|line| line.starts_with("cook ") && !line.contains(" made  0")).count();
    assert_eq!(cooks, 3, "{told}");
}

#[test]
fn examples_of_the_toolbox_refuse_what_they_do_not_know() {
    const THEY: [&str; 8] = [
        "many_sleeps",
        "fetch_all",
        "crawler",
        "producer_consumer",
        "gather",
        "rpc",
        "io_models",
        "redis_pool",
    ];
    for name in THEY {
        assert!(start(name, &["--help"]).end().succeeded().contains("--"));
        start(name, &["--colour", "green"]).end().refused(2, "--colour");
        start(name, &["stray"]).end().refused(2, "stray");
        let mut command = Command::new(binary(name));
        start_as(name, command.env("VERVET_WORKERS", "abc")).end().refused(2, "VERVET_WORKERS");
    }
    start("many_sleeps", &["--naps", "many"]).end().refused(2, "--naps");
    start("fetch_all", &["--sites", "many"]).end().refused(2, "--sites");
    start("rpc", &["--calls", "many"]).end().refused(2, "--calls");
    start("io_models", &["--connections", "0"]).end().refused(2, "--connections");
    start("redis_pool", &["--requests", "many"]).end().refused(2, "--requests");
    start("crawler", &["--at-once", "many"]).end().refused(2, "--at-once");
    start("producer_consumer", &["--cooks", "many"]).end().refused(2, "--cooks");
}
