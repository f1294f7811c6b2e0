//! The example `on_may`: coroutines of may's, greenlets and OS threads serve the same listener, under `wrk`.

#![cfg(feature = "may")]

mod child;
#[path = "common/example.rs"]
mod example;

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use child::{Watchdog, say, skip};
use example::{Example, binary, start, start_as};

const LIMIT: Duration = Duration::from_secs(60);
/// How long the example waits for a client.
const PATIENCE: Duration = Duration::from_secs(2);

/// The example, and where it listens.
fn serve(args: &[&str]) -> (Example, String) {
    let mut command = Command::new(binary("on_may"));
    // Its greenlets are to be vervet's own, whatever this run's are.
    command.args(["--addr", "127.0.0.1:0"]).args(args).env_remove("VERVET_SCHEDULER");
    let server = start_as("on_may", &mut command);
    let line = server.line();
    let addr = line.strip_prefix("serving http://").unwrap_or_else(|| panic!("{line:?}"));
    (server, addr.to_owned())
}

fn connect(addr: &str) -> TcpStream {
    let stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream
}

/// Sends a request and receives the reply: status line and body.
fn ask(stream: &mut TcpStream, request: &str) -> (String, String) {
    stream.write_all(request.as_bytes()).unwrap();
    receive(stream).unwrap()
}

fn receive(stream: &mut TcpStream) -> io::Result<(String, String)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).map_err(io::Error::other)?;
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).expect("a length");
    let mut body = vec![0; length.parse().expect("a number")];
    stream.read_exact(&mut body)?;
    Ok((head.lines().next().unwrap().to_owned(), String::from_utf8(body).map_err(io::Error::other)?))
}

fn get(stream: &mut TcpStream, path: &str) -> (String, String) {
    ask(stream, &format!("GET {path} HTTP/1.1\r\nHost: here\r\n\r\n"))
}

fn ok(body: &str) -> (String, String) {
    ("HTTP/1.1 200 OK".to_owned(), body.to_owned())
}

/// How many requests coroutines, greenlets and threads have answered.
fn answered(addr: &str) -> [usize; 3] {
    let (status, page) = get(&mut connect(addr), "/stats");
    assert_eq!(status, "HTTP/1.1 200 OK");
    let list =
        page.trim_end().strip_prefix("coroutines, greenlets, threads: [").and_then(|l| l.strip_suffix(']'));
    let counts = list.unwrap_or_else(|| panic!("{page:?}")).split(", ").map(|n| n.parse().unwrap());
    counts.collect::<Vec<_>>().try_into().unwrap()
}

/// The end of the stream, or a reset where the server had not read everything.
#[track_caller]
fn cut_off(stream: &mut TcpStream) {
    match stream.read(&mut [0; 16]) {
        Ok(0) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        other => panic!("not cut off: {other:?}"),
    }
}

#[test]
fn wrk_finds_no_fault_with_three_contexts_at_once() {
    const TEST: &str = "wrk_finds_no_fault_with_three_contexts_at_once";
    if let Err(error) = Command::new("wrk").arg("-v").output() {
        let why = format!("wrk cannot be started: {error}");
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{why}");
        return skip(TEST, &why);
    }
    let _watchdog = Watchdog::new(TEST, LIMIT);
    let (_server, addr) = serve(&[]);
    let mut wrk = Command::new("wrk");
    wrk.args(["-c", "50", "-d", "2s", "-t", "1"]).arg(format!("http://{addr}/"));
    let load = wrk.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();

    // Meanwhile, from a client that wrk does not know: one connection for each context.
    let before = Instant::now();
    let mut slow = [(); 3].map(|()| connect(&addr));
    let mut fast = [(); 3].map(|()| connect(&addr));
    for stream in &mut slow {
        stream.write_all(b"GET / HTT").unwrap();
    }
    while before.elapsed() < PATIENCE / 2 {
        for stream in &mut fast {
            assert_eq!(get(stream, "/"), ok("hello\n"));
        }
    }
    for mut stream in slow {
        cut_off(&mut stream);
        assert!(before.elapsed() >= PATIENCE, "cut off after {:?}", before.elapsed());
    }

    let output = load.wait_with_output().unwrap();
    let report = child::text(&output);
    assert!(output.status.success(), "{report}");
    // wrk prints these lines only if there is something to report.
    assert!(!report.contains("Socket errors") && !report.contains("Non-2xx"), "{report}");
    let total = report.lines().find_map(|line| line.trim().split_once(" requests in ")?.0.parse().ok());
    let total: usize = total.unwrap_or_else(|| panic!("{report}"));
    let counts = answered(&addr);
    say(&format!("{total} requests, answered by coroutines, greenlets, threads: {counts:?}"));
    assert!(total > 0, "{report}");
    assert!(counts.iter().all(|&count| count > 0), "{counts:?}");
    // wrk does not count what was under way at its end.
    assert!(counts.iter().sum::<usize>() >= total, "{counts:?}, but wrk has seen {total}");
}

#[test]
fn each_context_answers_refuses_and_cuts_off() {
    let _watchdog = Watchdog::new("each_context_answers_refuses_and_cuts_off", LIMIT);
    let (_server, addr) = serve(&[]);
    // Connections go to the three by turns, each acceptor counting for itself: enough of them for every turn to come.
    for round in 0.. {
        let mut stream = connect(&addr);
        assert_eq!(get(&mut stream, "/"), ok("hello\n"));
        assert_eq!(get(&mut stream, "/nowhere").0, "HTTP/1.1 404 Not Found");
        // Two requests in one packet.
        let one = "GET / HTTP/1.1\r\n\r\n";
        assert_eq!(ask(&mut stream, &one.repeat(2)), ok("hello\n"));
        assert_eq!(receive(&mut stream).unwrap(), ok("hello\n"));
        let counts = answered(&addr);
        for bad in ["POST / HTTP/1.1\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/0.9\r\n\r\n", &"x".repeat(9000)] {
            let mut stream = connect(&addr);
            assert_eq!(ask(&mut stream, bad).0, "HTTP/1.1 400 Bad Request", "to {bad:?}");
            cut_off(&mut stream);
        }
        if counts.iter().all(|&count| count > 0) {
            break;
        }
        assert!(round < 100, "some context never came to its turn: {counts:?}");
    }
    let since = Instant::now();
    for mut idle in [(); 6].map(|()| connect(&addr)) {
        cut_off(&mut idle);
        assert!(since.elapsed() >= PATIENCE, "cut off after {:?}", since.elapsed());
    }
}

#[test]
fn ends_by_itself_when_told_to() {
    let (server, addr) = serve(&["--seconds", "1"]);
    assert_eq!(get(&mut connect(&addr), "/"), ok("hello\n"));
    let rest = server.end().succeeded();
    assert!(rest.contains("curl") && rest.contains("wrk"), "{rest}");
}

#[test]
fn flags_are_explained_and_checked() {
    let help = start("on_may", &["--help"]).end().succeeded();
    assert!(help.contains("--addr") && help.contains("--seconds"), "{help}");
    start("on_may", &["--colour", "green"]).end().refused(2, "--colour");
    start("on_may", &["--seconds", "many"]).end().refused(2, "--seconds");
    let (_server, taken) = serve(&[]);
    start("on_may", &["--addr", &taken]).end().refused(1, "in use");
}
