//! Runs every example as its user would, and looks at what it prints, answers and refuses.

#[path = "common/example.rs"]
mod example;
#[path = "examples/servers.rs"]
mod servers;

use std::net::TcpListener;
use std::process::Command;

use example::{binary, start, start_as};

const ALL: [&str; 6] =
    ["demo", "echo_server", "echo_client", "http_server", "https_server", "websocket_chat"];

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
    for name in ALL {
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
