//! How many system calls a busy echo server makes for a request, as `strace` counts them.

mod child;

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::thread;

use child::{child_command, is_child, say, skip};

const TEST: &str = "echo_takes_few_system_calls";
const CONNECTIONS: usize = 50;
const REQUESTS_EACH: usize = 400;
const MESSAGE: usize = 64;
/// One receives, one sends, and a share of a wait that serves several connections.
const CALLS_PER_REQUEST: f64 = 3.3;
/// Before the server's address, on its stdout.
const LISTENING: &str = "listening on ";

/// An echo server until stdin ends.
#[expect(clippy::print_stdout, reason = "the parent reads it")]
fn server() {
    let listener = vervet::net::TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{LISTENING}{}", listener.local_addr().unwrap());
    drop(vervet::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            drop(vervet::spawn(move || {
                let mut buf = [0; 4096];
                while let Ok(n @ 1..) = stream.read(&mut buf) {
                    stream.write_all(&buf[..n]).unwrap();
                }
            }));
        }
    }));
    io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

fn client(addr: SocketAddr) {
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.set_nodelay(true).unwrap();
    let (message, mut answer) = ([7; MESSAGE], [0; MESSAGE]);
    for _ in 0..REQUESTS_EACH {
        stream.write_all(&message).unwrap();
        stream.read_exact(&mut answer).unwrap();
    }
}

/// Why `strace` cannot be used here, if so.
fn strace_is_missing() -> Option<String> {
    match Command::new("strace").args(["-c", "-f", "-o", "/dev/null", "true"]).output() {
        Err(error) => Some(format!("strace cannot be started: {error}")),
        Ok(output) if !output.status.success() => {
            Some(format!("strace may not trace: {}", String::from_utf8_lossy(&output.stderr).trim()))
        }
        Ok(_) => None,
    }
}

/// Calls by name, from the table that `strace -c` writes.
fn parse(table: &str) -> BTreeMap<String, usize> {
    let rows = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let rows = rows.filter(|row| row.len() >= 5 && row[0].parse::<f64>().is_ok());
    rows.filter(|row| row[row.len() - 1] != "total")
        .map(|row| (row[row.len() - 1].to_owned(), row[3].parse().unwrap()))
        .collect()
}

#[test]
fn echo_takes_few_system_calls() {
    if is_child(TEST) {
        return server();
    }
    if let Some(why) = strace_is_missing() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{why}");
        return skip(TEST, &why);
    }
    let table = std::env::temp_dir().join(format!("vervet-strace-{}", std::process::id()));
    let target = child_command(TEST);
    let mut strace = Command::new("strace");
    strace.args(["-c", "-f", "-o"]).arg(&table).arg(target.get_program()).args(target.get_args());
    strace.envs(target.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut server = strace.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines().map(Result::unwrap);
    let address = lines.find_map(|line| line.split_once(LISTENING).map(|(_, addr)| addr.to_owned()));
    let addr: SocketAddr = address.unwrap().parse().unwrap();

    let clients: Vec<_> = (0..CONNECTIONS).map(|_| thread::spawn(move || client(addr))).collect();
    clients.into_iter().for_each(|client| client.join().unwrap());
    drop(server.stdin.take());
    lines.for_each(drop);
    assert!(server.wait().unwrap().success());

    let calls = parse(&std::fs::read_to_string(&table).unwrap());
    std::fs::remove_file(&table).unwrap();
    let requests = (CONNECTIONS * REQUESTS_EACH) as f64;
    for (name, count) in calls.iter().filter(|&(_, &count)| count as f64 > requests / 1000.0) {
        say(&format!("{name:20} {count:8} {:7.3} per request", *count as f64 / requests));
    }
    let per_request = calls.values().sum::<usize>() as f64 / requests;
    say(&format!("{per_request:.3} system calls per request, start and end of the process included"));
    assert!(calls.len() > 3, "no table: {calls:?}");
    assert!(per_request <= CALLS_PER_REQUEST, "{per_request:.3} system calls per request: {calls:?}");
}
