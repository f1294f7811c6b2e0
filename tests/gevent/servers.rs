//! Servers.

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use vervet::net::{TcpListener, TcpStream, UdpSocket};
use vervet::server::{self, DatagramServer, StreamServer};

use crate::common::*;
use crate::{Log, STEP, differs, list, same, steps};

const LOCAL: &str = "127.0.0.1:0";

fn connected(addr: SocketAddr) -> TcpStream {
    let client = TcpStream::connect(addr).unwrap();
    client.set_read_timeout(Some(LIMIT / 2)).unwrap();
    client
}

fn read_all(mut client: TcpStream) -> String {
    let mut all = String::new();
    client.read_to_string(&mut all).unwrap();
    if all.is_empty() { "empty".to_owned() } else { all }
}

#[test]
fn server_end_of_handler_closes() {
    same("server_end_of_handler_closes", || {
        let server = StreamServer::bind(LOCAL).unwrap();
        let server = server.on_connection(|mut stream, _| stream.write_all(b"bye")).start().unwrap();
        let got = read_all(connected(server.local_addr()));
        assert_eq!(server.shutdown(HOUR).killed, 0);
        format!("read_to_the_end={got}")
    });
}

#[test]
fn server_handler_fails() {
    same("server_handler_fails", || {
        let calls = AtomicUsize::new(0);
        let server = StreamServer::bind(LOCAL).unwrap();
        let server = server.on_connection(move |mut stream, _| {
            if calls.fetch_add(1, SeqCst) == 0 {
                fail("boom");
            }
            stream.write_all(b"served")
        });
        let server = server.start().unwrap();
        let got = [(); 2].map(|()| read_all(connected(server.local_addr())));
        assert_eq!(server.shutdown(HOUR).killed, 0);
        format!("clients={}", list(got))
    });
}

#[test]
fn server_limit() {
    same("server_limit", || {
        let (now, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
        let peak = Arc::clone(&most);
        let server = StreamServer::bind(LOCAL).unwrap().max_connections(2);
        let server = server.on_connection(move |mut stream, _| {
            peak.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
            steps(1);
            let written = stream.write_all(b"ok");
            now.fetch_sub(1, SeqCst);
            written
        });
        let server = server.start().unwrap();
        let addr = server.local_addr();
        let clients = [(); 5].map(|()| vervet::spawn(move || read_all(connected(addr))));
        let served = list(vervet::join_all(clients).into_iter().map(Result::unwrap));
        assert_eq!(server.shutdown(HOUR).killed, 0);
        format!("served={served} most_at_once={}", most.load(SeqCst))
    });
}

/// Tells how a handler ended.
struct Tells(Log, String);

impl Drop for Tells {
    fn drop(&mut self) {
        self.0.add(&self.1);
    }
}

#[test]
fn server_stop_drains_then_kills() {
    same("server_stop_drains_then_kills", || {
        let log = Log::new();
        let ours = log.clone();
        let server = StreamServer::bind(LOCAL).unwrap();
        let server = server.on_connection(move |mut stream, _| {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            let n = byte[0] - b'0';
            let mut tells = Tells(ours.clone(), format!("killed{n}"));
            if n > 2 {
                vervet::sleep(Duration::MAX);
            }
            eventually("the server is told to end", server::is_draining);
            tells.1 = format!("drained{n}");
        });
        let server = server.start().unwrap();
        let clients = [b'2', b'9'].map(|n| {
            let mut client = connected(server.local_addr());
            client.write_all(&[n]).unwrap();
            client
        });
        eventually("both are served", || server.connections() == 2);
        let report = server.shutdown(20 * STEP);
        assert_eq!((report.drained, report.killed), (1, 1));
        drop(clients);
        format!("log={log}")
    });
}

/// Handlers belong to their server, with a limit or without one: none outlives it.
#[test]
fn server_stop_without_a_pool() {
    differs("server_stop_without_a_pool", "log=stopped,finished", "log=killed,stopped", || {
        let log = Log::new();
        let ours = log.clone();
        let server = StreamServer::bind(LOCAL).unwrap();
        let server = server.on_connection(move |_stream, _| {
            let mut tells = Tells(ours.clone(), "killed".to_owned());
            vervet::sleep(HOUR);
            tells.1 = "finished".to_owned();
        });
        let server = server.start().unwrap();
        let client = connected(server.local_addr());
        eventually("it is served", || server.connections() == 1);
        assert_eq!(server.shutdown(STEP).killed, 1);
        log.add("stopped");
        drop(client);
        format!("log={log}")
    });
}

#[test]
fn server_stopped_refuses() {
    same("server_stopped_refuses", || {
        let server = StreamServer::bind(LOCAL).unwrap().on_connection(|_, _| ()).start().unwrap();
        assert_eq!(server.shutdown(HOUR).killed, 0);
        let error = TcpStream::connect(server.local_addr()).unwrap_err();
        format!(
            "connect={}",
            if error.kind() == ErrorKind::ConnectionRefused { "ECONNREFUSED" } else { "else" }
        )
    });
}

/// Told by `bind` already.
#[test]
fn server_on_a_taken_port() {
    same("server_on_a_taken_port", || {
        let taken = TcpListener::bind(LOCAL).unwrap();
        let error = StreamServer::bind(taken.local_addr().unwrap()).unwrap_err();
        format!("start={}", if error.kind() == ErrorKind::AddrInUse { "EADDRINUSE" } else { "else" })
    });
}

#[test]
fn datagram_server_answers() {
    same("datagram_server_answers", || {
        let server = DatagramServer::bind(LOCAL).unwrap();
        let server =
            server.on_datagram(|data, _, back| back.reply(&data.to_ascii_uppercase())).start().unwrap();
        let client = UdpSocket::bind(LOCAL).unwrap();
        client.set_read_timeout(Some(LIMIT / 2)).unwrap();
        client.send_to(b"ping", server.local_addr()).unwrap();
        let mut buf = [0; 64];
        let length = client.recv(&mut buf).unwrap();
        assert_eq!(server.shutdown(HOUR).killed, 0);
        format!("reply={}", String::from_utf8_lossy(&buf[..length]))
    });
}

#[test]
fn datagram_server_long_datagram() {
    differs("datagram_server_long_datagram", "sent=9000 received=8192", "sent=9000 received=9000", || {
        let (lengths, received) = vervet::sync::mpsc::channel();
        let server = DatagramServer::bind(LOCAL).unwrap();
        let server = server.on_datagram(move |data, _, _| lengths.send(data.len())).start().unwrap();
        let client = UdpSocket::bind(LOCAL).unwrap();
        let sent = client.send_to(&[b'x'; 9000], server.local_addr()).unwrap();
        let received = received.recv_timeout(LIMIT / 2).unwrap();
        assert_eq!(server.shutdown(HOUR).killed, 0);
        format!("sent={sent} received={received}")
    });
}
