//! `sslhandshake`, against a rustls server.

use std::io::{ErrorKind, Read, Write};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ClientConfig, HandshakeKind, RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use vervet::cosocket::{self, ConnectOptions, Error, Pattern, TcpSocket};

use crate::common::{checked, in_both, over, parked};
use crate::{SHORT, Server};

const LONG: Duration = Duration::from_secs(60);

/// A server's settings, and those of clients that trust it.
fn both() -> (Arc<ServerConfig>, Arc<ClientConfig>) {
    let identity = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(identity.signing_key.serialize_der());
    let cert = identity.cert.der().clone();
    let server = ServerConfig::builder().with_no_client_auth();
    let server = server.with_single_cert(vec![cert.clone()], key.into()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(cert).unwrap();
    let client = ClientConfig::builder();
    (Arc::new(server), Arc::new(client.with_root_certificates(roots).with_no_client_auth()))
}

/// Serves one connection after the other: answers each line with that line, until the client has had enough.
fn serve(server: Server, config: Arc<ServerConfig>, connections: usize) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        for _ in 0..connections {
            let conn = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(conn, server.accept());
            let mut byte = [0];
            while let Ok(1) = stream.read(&mut byte) {
                if stream.write_all(&byte).is_err() {
                    break;
                }
            }
        }
    })
}

fn echo(sock: &mut TcpSocket, text: &str) {
    sock.send_slices(&[text, "\n"]).unwrap();
    assert_eq!(sock.receive(Pattern::Line).unwrap(), text.as_bytes());
}

#[test]
fn sessions_and_connections_are_used_again() {
    checked(|| {
        let (server_config, config) = both();
        let server = Server::new();
        let addr = server.addr;
        let options = move || ConnectOptions::new().pool(format!("tls {addr}"));
        let serving = serve(server, server_config, 2);
        let work = move || {
            let mut sock = cosocket::connect(addr, options()).unwrap();
            assert_eq!(sock.sslhandshake(&config, "localhost").unwrap(), HandshakeKind::Full);
            for round in 0..5 {
                assert_eq!(sock.getreusedtimes(), round);
                echo(&mut sock, "in private");
                sock.setkeepalive(LONG, None).unwrap();
                sock.connect(addr, options()).unwrap();
                // Of no effect on one that has been through it.
                sock.sslhandshake(&config, "localhost").unwrap();
            }
            sock.close().unwrap();
            // A new connection, and the short way.
            sock.connect(addr, options()).unwrap();
            assert_eq!(sock.getreusedtimes(), 0);
            assert_eq!(sock.sslhandshake(&config, "localhost").unwrap(), HandshakeKind::Resumed);
            echo(&mut sock, "again");
            sock.setkeepalive(LONG, None).unwrap();
            sock.connect(addr, options()).unwrap();
            // Not for somebody else.
            let refused = sock.sslhandshake(&config, "example.org").unwrap_err();
            assert!(matches!(refused, Error::Dubious), "{refused}");
            assert!(sock.close().unwrap_err().is_closed());
        };
        vervet::run(work);
        serving.join().unwrap();
    });
}

#[test]
fn patterns_limits_and_ends_are_as_without() {
    checked(|| {
        in_both(|| {
            let (server_config, config) = both();
            let server = Server::new();
            let mut sock = server.connect();
            let (go, wait) = std::sync::mpsc::channel();
            let peer = std::thread::spawn(move || {
                let conn = ServerConnection::new(server_config).unwrap();
                let mut stream = StreamOwned::new(conn, server.accept());
                stream.write_all(b"head\r\n\r\nbody").unwrap();
                wait.recv().unwrap();
                stream.write_all(&vec![b'x'; 1 << 20]).unwrap();
                stream.conn.send_close_notify();
                stream.flush().unwrap();
                let mut all = Vec::new();
                stream.read_to_end(&mut all).unwrap();
                all
            });
            sock.sslhandshake(&config, "localhost").unwrap();
            assert_eq!(sock.receiveuntil("\r\n\r\n").receive().unwrap(), b"head");
            assert_eq!(sock.receive(2).unwrap(), b"bo");
            assert!(matches!(sock.setkeepalive(LONG, None), Err(Error::Dubious)));
            sock.settimeouts(LONG, LONG, SHORT);
            let error = sock.receive(3).unwrap_err();
            assert!(error.is_timeout());
            assert_eq!(error.partial(), b"dy");
            assert!(vervet::timeout(SHORT, || sock.receive(1).is_ok()).is_err());
            go.send(()).unwrap();
            sock.settimeout(None);
            assert!(sock.receive_all().unwrap() == vec![b'x'; 1 << 20]);
            let sent = vec![b'y'; 3 << 20];
            assert_eq!(sock.send(&sent).unwrap(), sent.len());
            sock.close().unwrap();
            assert!(peer.join().unwrap() == sent);
        });
    });
}

#[test]
fn an_end_without_a_word_is_an_error() {
    checked(|| {
        in_both(|| {
            let (server_config, config) = both();
            let server = Server::new();
            let mut sock = server.connect();
            let peer = std::thread::spawn(move || {
                let conn = ServerConnection::new(server_config).unwrap();
                let mut stream = StreamOwned::new(conn, server.accept());
                stream.write_all(b"half").unwrap();
            });
            sock.sslhandshake(&config, "localhost").unwrap();
            peer.join().unwrap();
            let error = sock.receive(Pattern::All).unwrap_err();
            assert_eq!(error.partial(), b"half");
            assert!(
                matches!(error.error(), Error::Io(io) if io.kind() == ErrorKind::UnexpectedEof),
                "{error}"
            );
        });
    });
}

#[test]
fn handshakes_fail() {
    checked(|| {
        in_both(|| {
            let (server_config, config) = both();
            let kind = |error| std::io::Error::from(error).kind();
            assert!(TcpSocket::new().sslhandshake(&config, "localhost").unwrap_err().is_closed());
            let server = Server::new();
            // No name; a name that the certificate does not have.
            let mut sock = server.connect();
            let refused = sock.sslhandshake(&config, "no name").unwrap_err();
            assert_eq!(kind(refused), ErrorKind::InvalidInput);
            let addr = server.addr;
            let serving = serve(server, server_config, 1);
            let refused = sock.sslhandshake(&config, "example.org").unwrap_err();
            assert_eq!(kind(refused), ErrorKind::InvalidData);
            assert!(sock.close().unwrap_err().is_closed());
            serving.join().unwrap();
            assert!(sock.connect(addr, ConnectOptions::new()).is_err());

            // One that says nothing, one that talks first, one that goes.
            let server = Server::new();
            let (mut sock, _silent) = server.pair();
            sock.settimeouts(SHORT, None, None);
            assert!(sock.sslhandshake(&config, "localhost").unwrap_err().is_timeout());
            let (mut sock, mut peer) = server.pair();
            peer.write_all(b"220 ready\r\n250 injected\r\n").unwrap();
            assert_eq!(sock.receive_line().unwrap(), b"220 ready");
            assert!(matches!(sock.sslhandshake(&config, "localhost"), Err(Error::Dubious)));
            let (mut sock, peer) = server.pair();
            drop(peer);
            let gone = kind(sock.sslhandshake(&config, "localhost").unwrap_err());
            assert!(matches!(gone, ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset), "{gone}");
        });
    });
}

#[test]
fn killed_in_the_handshake() {
    checked(|| {
        let (_, config) = both();
        let server = Server::new();
        let addr = server.addr;
        let options = || ConnectOptions::new().pool_size(1).backlog(0);
        let greenlet = vervet::spawn(move || {
            let mut sock = cosocket::connect(addr, options()).unwrap();
            sock.sslhandshake(&config, "localhost").map(drop)
        });
        parked(&greenlet.handle(), "read");
        greenlet.kill();
        over(&greenlet.handle());
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(cosocket::connect(addr, options()).unwrap().getreusedtimes(), 0);
    });
}

/// A server that ends an idle connection says so first; tickets that come late are no reason to drop one.
#[test]
fn idle_connections_die_and_live() {
    checked(|| {
        let (server_config, config) = both();
        let server = Server::new();
        let addr = server.addr;
        let mut sock = server.connect();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let peer = std::thread::spawn(move || {
            let conn = ServerConnection::new(server_config).unwrap();
            let mut stream = StreamOwned::new(conn, server.accept());
            // The handshake, with the tickets; nothing is read or written before the other side has put the connection away.
            while stream.conn.is_handshaking() {
                stream.conn.complete_io(&mut stream.sock).unwrap();
            }
            stream.flush().unwrap();
            wait.recv().unwrap();
            stream.conn.send_close_notify();
            stream.flush().unwrap();
            stream.sock.read_to_end(&mut Vec::new()).unwrap();
            server
        });
        sock.sslhandshake(&config, "localhost").unwrap();
        sock.setkeepalive(LONG, None).unwrap();
        for round in 1..5 {
            sock.connect(addr, ConnectOptions::new()).unwrap();
            assert_eq!(sock.getreusedtimes(), round);
            sock.setkeepalive(LONG, None).unwrap();
        }
        go.send(()).unwrap();
        let server = peer.join().unwrap();
        assert_eq!(server.pair().0.getreusedtimes(), 0);
    });
}
