//! Against a redis-server.

use std::io::{ErrorKind, Write as _};
use std::time::Duration;

use vervet::cosocket::{self, ConnectOptions, Error, Pattern, ReceiveError, SendError, TcpSocket};

use crate::common::{checked, eventually, parked};
use crate::load::{Failed, load};
use crate::program::Program;

const CONNECTIONS: usize = 20;
const REQUESTS: usize = 10_000;

/// A command of words, as redis wants it.
fn packed(words: &[&str]) -> String {
    let words: String = words.iter().map(|word| format!("${}\r\n{word}\r\n", word.len())).collect();
    format!("*{}\r\n{words}", words.matches('$').count())
}

/// A string, a number, or nothing.
fn answer(sock: &mut TcpSocket) -> Result<Option<String>, ReceiveError> {
    let line = String::from_utf8(sock.receive(Pattern::Line)?).unwrap();
    let (kind, rest) = line.split_at(1);
    match (kind, rest) {
        ("+" | ":", _) => Ok(Some(rest.to_owned())),
        ("$" | "*", "-1") => Ok(None),
        ("$", _) => {
            let length: usize = rest.parse().unwrap();
            let text = String::from_utf8(sock.receive(length)?).unwrap();
            assert_eq!(sock.receive(2)?, b"\r\n");
            Ok(Some(text))
        }
        _ => panic!("{line:?}"),
    }
}

fn ask(sock: &mut TcpSocket, words: &[&str]) -> Result<Option<String>, Error> {
    sock.send(packed(words))?;
    Ok(answer(sock)?)
}

/// A number that the server knows of itself.
fn info(port: u16, field: &str) -> usize {
    let options = ConnectOptions::new().pool(format!("info {port}"));
    let mut sock = cosocket::connect(("127.0.0.1", port), options).unwrap();
    let text = ask(&mut sock, &["INFO"]).unwrap().unwrap();
    text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':')?.parse().ok()).unwrap()
}

#[test]
fn every_kind_of_answer() {
    checked(|| {
        let Some(server) = Program::redis("redis::every_kind_of_answer") else { return };
        let mut sock = cosocket::connect(("127.0.0.1", server.port), ConnectOptions::new()).unwrap();
        let mut ask = |words: &[&str]| ask(&mut sock, words).unwrap();
        assert_eq!(ask(&["PING"]).unwrap(), "PONG");
        assert_eq!(ask(&["GET", "nothing"]), None);
        let long = "x".repeat(1 << 20);
        assert_eq!(ask(&["SET", "long", &long]).unwrap(), "OK");
        assert_eq!(ask(&["GET", "long"]).unwrap(), long);
        assert_eq!(ask(&["INCR", "n"]).unwrap(), "1");
    });
}

#[test]
fn ten_thousand_requests_over_twenty_connections() {
    checked(|| {
        let Some(server) = Program::redis("redis::ten_thousand_requests_over_twenty_connections") else {
            return;
        };
        let port = server.port;
        let request = move |number: usize| {
            let options = ConnectOptions::new().pool_size(CONNECTIONS).backlog(1000);
            let mut sock = cosocket::connect(("127.0.0.1", port), options).unwrap();
            let reused = sock.getreusedtimes();
            let token = format!("request {number}");
            assert_eq!(ask(&mut sock, &["ECHO", &token]).unwrap().unwrap(), token);
            sock.setkeepalive(Duration::from_secs(60), None).unwrap();
            Ok(reused)
        };
        let before = info(port, "total_connections_received");
        let (failed, most) = load(REQUESTS, None, request);
        assert_eq!(failed, 0);
        let made = info(port, "total_connections_received") - before - 1;
        assert!((1..=CONNECTIONS).contains(&made), "{made} connections");
        assert!(most >= (REQUESTS / CONNECTIONS / 2) as u64, "reused {most} times at most");
    });
}

/// The server goes away in the middle, and comes back: what was in flight fails, each once; nothing else does, and no answer goes to
/// another's question.
#[test]
fn the_server_is_restarted_in_between() {
    checked(|| {
        let test = "redis::the_server_is_restarted_in_between";
        let Some(mut server) = Program::redis(test) else { return };
        let port = server.port;
        // Two whose answer never comes.
        let waiting = [(); 2].map(|()| {
            let waiting = vervet::spawn(move || {
                let options = ConnectOptions::new().pool(format!("waiting {port}"));
                let mut sock = cosocket::connect(("127.0.0.1", port), options).unwrap();
                ask(&mut sock, &["BLPOP", "nothing", "0"])
            });
            parked(&waiting.handle(), "read");
            waiting
        });
        eventually("they are in flight", || info(port, "blocked_clients") == 2);

        let request = move |number: usize| {
            let options = ConnectOptions::new().pool_size(CONNECTIONS).backlog(1000);
            let mut sock = match cosocket::connect(("127.0.0.1", port), options) {
                Ok(sock) => sock,
                Err(Error::Io(error))
                    if matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset) =>
                {
                    return Err(Failed::Connecting);
                }
                Err(error) => panic!("{error}"),
            };
            let reused = sock.getreusedtimes();
            let token = format!("request {number}");
            match ask(&mut sock, &["ECHO", &token]) {
                Ok(echo) => assert_eq!(echo.unwrap(), token),
                Err(Error::Closed | Error::Io(_)) => return Err(Failed::InFlight),
                Err(error) => panic!("{error}"),
            }
            // It may die between the answer and this.
            match sock.setkeepalive(Duration::from_secs(60), None) {
                Ok(()) | Err(Error::Closed) => Ok(reused),
                Err(error) => panic!("{error}"),
            }
        };
        let (failed, most) = load(REQUESTS, Some(&mut server), request);
        // A connection fails at most once. The server that is going away may take some more.
        assert!(failed <= 4 * CONNECTIONS, "{failed} failed");
        assert!(most > 50, "reused {most} times at most");
        for waiting in waiting {
            let error = waiting.join().unwrap().unwrap_err();
            assert!(matches!(&error, Error::Closed | Error::Io(_)), "{error}");
        }
        // The new one has seen only new connections, and idle ones of the old one are gone.
        assert!(info(port, "total_connections_received") <= CONNECTIONS + 3);
    });
}

#[test]
fn errors_lead_to_one_of_ours() {
    // What `ask` relies on.
    let mut sock = TcpSocket::new();
    let sent: SendError = sock.send("x").unwrap_err();
    assert!(Error::from(sent).is_closed());
    assert!(write!(sock, "x").is_err());
    let received: ReceiveError = sock.receive(1).unwrap_err();
    assert!(Error::from(received).is_closed());
}
