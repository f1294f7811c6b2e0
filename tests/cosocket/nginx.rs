//! Against an nginx.

use std::io::ErrorKind;
use std::process::Command;
use std::time::Duration;

use vervet::cosocket::{self, ConnectOptions, Error, Peer, TcpSocket};

use crate::common::checked;
use crate::load::{Failed, load};
use crate::program::Program;
use crate::unix::{TempPath, path};

const CONNECTIONS: usize = 20;
const REQUESTS: usize = 10_000;

/// What it needs to know. It answers with what it is asked, and closes no connection that is used.
fn config(port: u16, dir: &std::path::Path) -> String {
    let dir = dir.display();
    let temps = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {dir}/{name};"))
        .concat();
    format!(
        "daemon off; master_process off; pid {dir}/pid; error_log stderr crit; events {{ worker_connections 512; }}
        http {{
            access_log off; keepalive_requests 1000000; keepalive_timeout 60s; {temps}
            server {{
                listen 127.0.0.1:{port} backlog=511;
                listen unix:{dir}/socket;
                location / {{ return 200 \"$arg_q\"; }}
                location /close {{ keepalive_timeout 0; return 200 \"bye\"; }}
            }}
        }}"
    )
}

fn start(test: &str) -> Option<(Program, TempPath)> {
    let dir = path("nginx");
    std::fs::create_dir(&*dir).unwrap();
    let place = dir.to_owned();
    let server = Program::start(test, "nginx", move |port| {
        let file = place.join("conf");
        std::fs::write(&file, config(port, &place)).unwrap();
        // A socket of one that was killed would be in the way.
        let _ = std::fs::remove_file(place.join("socket"));
        let mut command = Command::new("nginx");
        command.arg("-p").arg(&place).arg("-e").arg("stderr").arg("-c").arg(file);
        command
    })?;
    Some((server, dir))
}

/// The body of the answer to a GET, and the head.
fn get(sock: &mut TcpSocket, path: &str) -> Result<(String, String), Error> {
    sock.send_slices(&["GET ", path, " HTTP/1.1\r\nHost: localhost\r\n\r\n"])?;
    let head = String::from_utf8(sock.receiveuntil("\r\n\r\n").receive()?).unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
    let body = sock.receive(length.parse::<usize>().unwrap())?;
    Ok((String::from_utf8(body).unwrap(), head))
}

fn request(peer: impl Into<Peer>, number: usize) -> Result<u64, Failed> {
    let options = ConnectOptions::new().pool_size(CONNECTIONS).backlog(1000);
    let mut sock = match cosocket::connect(peer, options) {
        Ok(sock) => sock,
        Err(Error::Io(error))
            if matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset) =>
        {
            return Err(Failed::Connecting);
        }
        Err(error) => panic!("{error}"),
    };
    let reused = sock.getreusedtimes();
    match get(&mut sock, &format!("/?q=request{number}")) {
        Ok((body, _)) => assert_eq!(body, format!("request{number}")),
        Err(Error::Closed | Error::Io(_)) => return Err(Failed::InFlight),
        Err(error) => panic!("{error}"),
    }
    match sock.setkeepalive(Duration::from_secs(60), None) {
        Ok(()) | Err(Error::Closed) => Ok(reused),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn ten_thousand_requests_and_a_restart() {
    checked(|| {
        let Some((mut server, _dir)) = start("nginx::ten_thousand_requests_and_a_restart") else { return };
        let port = server.port;
        let (failed, most) =
            load(REQUESTS, Some(&mut server), move |number| request(("127.0.0.1", port), number));
        // A connection fails at most once. The server that is going away may take some more.
        assert!(failed <= 4 * CONNECTIONS, "{failed} failed");
        assert!(most > 50, "reused {most} times at most");
    });
}

#[test]
fn what_the_server_closes_is_not_used_again() {
    checked(|| {
        let Some((server, _dir)) = start("nginx::what_the_server_closes_is_not_used_again") else { return };
        let peer = Peer::from(("127.0.0.1", server.port));
        let mut sock = cosocket::connect(&peer, ConnectOptions::new()).unwrap();
        let (body, head) = get(&mut sock, "/?q=first").unwrap();
        assert!(body == "first" && head.contains("Connection: keep-alive"), "{head}");
        let (body, head) = get(&mut sock, "/close").unwrap();
        assert!(body == "bye" && head.contains("Connection: close"), "{head}");
        for _ in 0..50 {
            assert!(sock.receive_all().unwrap().is_empty(), "the end");
            assert!(sock.setkeepalive(None, None).unwrap_err().is_closed());
            sock.connect(&peer, ConnectOptions::new()).unwrap();
            assert_eq!(sock.getreusedtimes(), 0);
            assert_eq!(get(&mut sock, "/?q=next").unwrap().0, "next");
            get(&mut sock, "/close").unwrap();
        }
    });
}

#[test]
fn by_its_unix_socket() {
    checked(|| {
        let Some((_server, dir)) = start("nginx::by_its_unix_socket") else { return };
        let peer = Peer::from(dir.join("socket"));
        let greenlets: Vec<_> = (0..50)
            .map(|number| {
                let peer = peer.clone();
                vervet::spawn(move || (0..10).map(|_| request(&peer, number).unwrap()).max())
            })
            .collect();
        let most = vervet::join_all(greenlets).into_iter().filter_map(Result::unwrap).max();
        assert!(most.unwrap() >= 10, "{most:?}");
    });
}
