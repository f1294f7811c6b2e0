//! httparse: the example `http_server`, under wrk and by hand.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use httparse::{EMPTY_HEADER, Response, Status};

use crate::child::{self, raise_fd_limit, say, stress_time};
use crate::common::{LIMIT, checked};
use crate::program::installed;
use crate::serve;

/// Receives one reply, whatever it comes through: its status and its body.
pub(crate) fn receive(stream: &mut impl Read) -> (u16, String) {
    let mut received = Vec::new();
    loop {
        let mut headers = [EMPTY_HEADER; 16];
        let mut response = Response::new(&mut headers);
        if let Status::Complete(length) = response.parse(&received).unwrap() {
            let status = response.code.unwrap();
            let body = headers.iter().find(|header| header.name == "Content-Length").unwrap().value;
            let body: usize = std::str::from_utf8(body).unwrap().parse().unwrap();
            assert_eq!(received.len(), length, "read too far");
            received.resize(length + body, 0);
            stream.read_exact(&mut received[length..]).unwrap();
            return (status, String::from_utf8(received.split_off(length)).unwrap());
        }
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        received.push(byte[0]);
    }
}

/// Asks for a page, and receives it.
pub(crate) fn get(stream: &mut (impl Read + Write), path: &str) -> (u16, String) {
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: here\r\n\r\n").as_bytes()).unwrap();
    receive(stream)
}

fn http_server() -> (crate::Example, String) {
    serve("http_server", &[], "serving http://")
}

fn connect(addr: &str) -> TcpStream {
    let stream = TcpStream::connect(addr).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream
}

/// The end of the stream, or a reset where the server had not read everything.
#[track_caller]
fn over(stream: &mut TcpStream) {
    match stream.read(&mut [0; 16]) {
        Ok(0) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        other => panic!("not over: {other:?}"),
    }
}

#[test]
fn wrk_with_500_connections_finds_no_fault() {
    checked(|| {
        const TEST: &str = "http::wrk_with_500_connections_finds_no_fault";
        if !installed(TEST, "wrk") {
            return;
        }
        let time = stress_time(Duration::from_secs(2)).min(LIMIT / 2);
        assert!(raise_fd_limit(2048) >= 2048, "the limit on open files is too low for 500 connections");
        let (_server, addr) = http_server();
        let mut wrk = Command::new("wrk");
        wrk.args(["-t", "1", "-c", "500", "-d"]).arg(format!("{}s", time.as_secs()));
        let output = wrk.arg(format!("http://{addr}/")).output().unwrap();
        let report = child::text(&output);
        assert!(output.status.success(), "{report}");
        // wrk prints these lines only if there is something to report.
        assert!(!report.contains("Socket errors") && !report.contains("Non-2xx"), "{report}");
        let total = report.lines().find_map(|line| line.trim().split_once(" requests in ")?.0.parse().ok());
        let total: usize = total.unwrap_or_else(|| panic!("{report}"));
        say(&format!("{total} requests"));
        assert!(total > 500, "{report}");

        let (status, stats) = get(&mut connect(&addr), "/stats");
        let numbers: Vec<usize> = stats.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        // wrk does not count what was under way at its end; before it begins, it tries one connection more.
        assert!(
            status == 200 && numbers[0] > 500 && numbers[1] > total,
            "{stats:?}, but wrk has seen {total}"
        );
    });
}

#[test]
fn connections_are_kept_as_long_as_both_want() {
    checked(|| {
        let (_server, addr) = http_server();
        let hello = (200, "hello\n".to_owned());
        let mut stream = connect(&addr);
        assert_eq!(get(&mut stream, "/"), hello);
        assert_eq!(get(&mut stream, "/nowhere").0, 404);
        // Two requests in one packet, then one in many.
        stream.write_all("GET / HTTP/1.1\r\nHost: here\r\n\r\n".repeat(2).as_bytes()).unwrap();
        assert_eq!([receive(&mut stream), receive(&mut stream)], [hello.clone(), hello.clone()]);
        for byte in b"GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n" {
            stream.write_all(&[*byte]).unwrap();
        }
        assert_eq!(receive(&mut stream), hello);
        for last in ["GET / HTTP/1.1\r\nconnection: Close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"] {
            let mut stream = connect(&addr);
            stream.write_all(last.as_bytes()).unwrap();
            assert_eq!(receive(&mut stream), hello);
            over(&mut stream);
        }
    });
}

#[test]
fn what_is_not_understood_is_refused() {
    checked(|| {
        let (_server, addr) = http_server();
        for bad in [
            "POST / HTTP/1.1\r\n\r\n",
            // The body of which would be the next request.
            "GET / HTTP/1.1\r\nContent-Length: 27\r\n\r\nGET /nowhere HTTP/1.1\r\n\r\n\r\n",
            "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "GET /\r\n\r\n",
            "GET / HTTP/0.9\r\n\r\n",
            "GET / HTTP/1.1\r\nno colon\r\n\r\n",
            &"x".repeat(9000),
        ] {
            let mut stream = connect(&addr);
            stream.write_all(bad.as_bytes()).unwrap();
            assert_eq!(receive(&mut stream).0, 400, "to {bad:?}");
            over(&mut stream);
        }
        assert_eq!(get(&mut connect(&addr), "/").0, 200);
    });
}

/// From greenlets: each request takes a second there, and so do all of them.
#[test]
fn slow_pages_hold_nobody_up() {
    const SLOW: Duration = Duration::from_secs(1);
    checked(|| {
        let (_server, addr) = http_server();
        let since = Instant::now();
        let clients = (0..50).map(|_| {
            let addr = addr.clone();
            vervet::spawn(move || get(&mut vervet::net::TcpStream::connect(addr).unwrap(), "/slow"))
        });
        let clients: Vec<_> = clients.collect();
        assert_eq!(get(&mut connect(&addr), "/").0, 200);
        for client in clients {
            assert_eq!(client.join().unwrap(), (200, "done\n".to_owned()));
        }
        let took = since.elapsed();
        assert!(took >= SLOW && took < 10 * SLOW, "{took:?}");
    });
}
