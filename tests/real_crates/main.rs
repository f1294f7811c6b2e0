//! Crates that know nothing of vervet, on its streams: they take anything that reads and writes.
//!
//! The examples built from them run as their users would run them. The load of the web server lasts two seconds by default;
//! a full run:
//!
//! ```text
//! VERVET_STRESS_SECONDS=10 cargo test --test real_crates -- --nocapture
//! ```

#[path = "../child/mod.rs"]
mod child;
#[path = "../common/mod.rs"]
mod common;
#[path = "../common/example.rs"]
mod example;
#[path = "../common/program.rs"]
mod program;

mod http;
mod https;
mod redis;
mod websocket;

use std::process::Command;

use common::checked;
use example::{Example, binary, start_as};

/// An example that serves, and where: what follows `before` in its first line.
fn serve(name: &'static str, args: &[&str], before: &str) -> (Example, String) {
    let mut command = Command::new(binary(name));
    // Its greenlets are to be vervet's own, whatever this run's are.
    command.args(["--addr", "127.0.0.1:0"]).args(args).env_remove("VERVET_SCHEDULER");
    let server = start_as(name, &mut command);
    let line = server.line();
    let rest = line.strip_prefix(before).unwrap_or_else(|| panic!("{line:?}"));
    let addr = rest.split_once('/').map_or(rest, |(addr, _)| addr);
    (server, addr.to_owned())
}

#[test]
fn examples_name_the_address_that_is_taken() {
    checked(|| {
        let (_server, taken) = serve("http_server", &[], "serving http://");
        for name in ["http_server", "https_server", "websocket_chat"] {
            let mut command = Command::new(binary(name));
            let command = command.args(["--addr", &taken]).env_remove("VERVET_SCHEDULER");
            let ended = start_as(name, command).end();
            assert!(ended.stderr.contains(&taken), "{}", ended.stderr);
            ended.refused(1, "in use");
        }
    });
}

#[test]
fn examples_end_when_told_to() {
    checked(|| {
        for name in ["http_server", "https_server"] {
            let mut command = Command::new(binary(name));
            let command =
                command.args(["--addr", "127.0.0.1:0", "--seconds", "0"]).env_remove("VERVET_SCHEDULER");
            let said = start_as(name, command).end().succeeded();
            assert!(said.contains("try: curl"), "{said}");
        }
    });
}
