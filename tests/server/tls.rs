//! With rustls: handshakes in time, too late, and of those who do not speak it; both directions at once; the last word.

use std::io::{ErrorKind, Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use log::Level;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, StreamOwned};
use vervet::net::TcpStream;
use vervet::os::unix::net::UnixStream;
use vervet::server::{ServerHandle, StreamServer, TlsStream};

use crate::common::{Gate, HOUR, LIMIT, checked, eventually, in_both};
use crate::{asks, curl, records};

/// A server's settings, and those of clients that trust it; its certificate as text, for others.
fn both() -> (Arc<ServerConfig>, Arc<ClientConfig>, String) {
    let identity =
        rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(identity.signing_key.serialize_der());
    let cert: CertificateDer<'static> = identity.cert.der().clone();
    let server = ServerConfig::builder().with_no_client_auth();
    let server = server.with_single_cert(vec![cert.clone()], key.into()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(cert).unwrap();
    let client = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    (Arc::new(server), Arc::new(client), identity.cert.pem())
}

fn client<S: Read + Write>(config: &Arc<ClientConfig>, stream: S) -> StreamOwned<ClientConnection, S> {
    let name = ServerName::try_from("localhost").unwrap();
    StreamOwned::new(ClientConnection::new(Arc::clone(config), name).unwrap(), stream)
}

fn connect(config: &Arc<ClientConfig>, server: &ServerHandle) -> StreamOwned<ClientConnection, TcpStream> {
    client(config, TcpStream::connect(server.local_addr()).unwrap())
}

fn echo(mut stream: TlsStream) {
    let mut buf = [0; 1024];
    while let Ok(n @ 1..) = stream.read(&mut buf) {
        stream.write_all(&buf[..n]).unwrap();
    }
}

fn echoing(config: Arc<ServerConfig>) -> ServerHandle {
    let server = StreamServer::bind("127.0.0.1:0").unwrap().tls(config);
    server.on_connection(|stream, _| echo(stream)).start().unwrap()
}

#[test]
fn clients_are_served_and_told_of_the_end() {
    checked(|| {
        in_both(|| {
            let (config, trust, _) = both();
            let server = StreamServer::bind("127.0.0.1:0")
                .unwrap()
                .max_connections(3)
                .tls(config)
                .on_connection(|mut stream, peer| {
                    assert_eq!(stream.get_ref().peer_addr().unwrap(), peer);
                    let name = stream.with_session(|session| session.server_name().map(str::to_owned));
                    assert_eq!(name.as_deref(), Some("localhost"));
                    let mut buf = [0; 8];
                    stream.read_exact(&mut buf).unwrap();
                    stream.write_all(&buf).unwrap();
                })
                .start()
                .unwrap();
            let clients = (0..20).map(|n| {
                let mut stream = connect(&trust, &server);
                vervet::spawn(move || {
                    asks(&mut stream, &format!("client{n:02}"));
                    // `close_notify`: without it, this would be `UnexpectedEof`.
                    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
                })
            });
            vervet::join_all(clients.collect::<Vec<_>>()).into_iter().for_each(Result::unwrap);
            assert_eq!((server.accepted(), server.failed_handshakes()), (20, 0));
            assert_eq!((server.shutdown(LIMIT).killed, server.panicked()), (0, 0));
        });
    });
}

#[test]
fn curl_is_answered() {
    checked(|| {
        let (config, _, pem) = both();
        let path = std::env::temp_dir().join(format!("vervet-server-{}.pem", std::process::id()));
        std::fs::write(&path, pem).unwrap();
        let server = StreamServer::bind("127.0.0.1:0").unwrap().tls(config);
        let server = server.on_connection(|stream, _| curl::serve(stream)).start().unwrap();
        let trust = ["--cacert", path.to_str().unwrap()];
        curl::browse("tls::curl_is_answered", &server, "https", &trust);
        std::fs::remove_file(&path).unwrap();
        assert_eq!((server.shutdown(LIMIT).killed, server.failed_handshakes()), (0, 0));
    });
}

#[test]
fn one_who_says_nothing_is_dropped_at_the_deadline() {
    const DEADLINE: Duration = Duration::from_millis(100);
    checked(|| {
        records::keep();
        let (config, trust, _) = both();
        let server = StreamServer::bind("127.0.0.1:0")
            .unwrap()
            .max_connections(1)
            .tls(config)
            .handshake_timeout(DEADLINE)
            .on_connection(|stream, _| echo(stream))
            .start()
            .unwrap();
        let start = Instant::now();
        let mut silent = TcpStream::connect(server.local_addr()).unwrap();
        let name = silent.local_addr().unwrap().to_string();
        eventually("it has the only seat", || server.connections() == 1);
        // One who knows how waits for the seat.
        let mut good = connect(&trust, &server);
        asks(&mut good, "at last");
        assert!(start.elapsed() >= DEADLINE, "{:?}", start.elapsed());
        assert_eq!(silent.read(&mut [0]).unwrap(), 0, "closed");
        assert_eq!((server.accepted(), server.failed_handshakes()), (2, 1));
        let said = records::with(&name);
        assert!(said.len() == 1 && said[0].0 == Level::Debug && said[0].1.contains("timed out"), "{said:?}");
        // The deadline is the handshake's alone.
        vervet::sleep(2 * DEADLINE);
        asks(&mut good, "and on");
        drop(good);
        assert_eq!(server.shutdown(LIMIT).killed, 0);
    });
}

#[test]
fn those_who_do_not_speak_it() {
    checked(|| {
        records::keep();
        let (config, trust, _) = both();
        let server = echoing(config);
        let mut plain = TcpStream::connect(server.local_addr()).unwrap();
        plain.write_all(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n").unwrap();
        let mut alert = Vec::new();
        plain.read_to_end(&mut alert).unwrap();
        assert_eq!(alert.first(), Some(&21), "an alert: {alert:?}");
        drop(TcpStream::connect(server.local_addr()).unwrap());
        let wary =
            ClientConfig::builder().with_root_certificates(RootCertStore::empty()).with_no_client_auth();
        connect(&Arc::new(wary), &server).write_all(b"?").unwrap_err();
        eventually("all three have failed", || server.failed_handshakes() == 3);
        let said = records::with(&plain.local_addr().unwrap().to_string());
        assert!(said.len() == 1 && said[0].0 == Level::Debug, "{said:?}");
        asks(&mut connect(&trust, &server), "the others are served");
        let report = server.shutdown(LIMIT);
        assert_eq!((report.killed, server.panicked(), server.accepted()), (0, 0, 4));
    });
}

/// One greenlet reads while another writes: more than all buffers hold, in both directions.
#[test]
fn both_directions_at_once() {
    const MUCH: usize = 8 << 20;
    checked(|| {
        let (config, trust, _) = both();
        let server = StreamServer::bind("127.0.0.1:0")
            .unwrap()
            .tls(config)
            .on_connection(|stream, _| {
                let sum = vervet::scope(|scope| {
                    let reads = scope.spawn(|| {
                        let mut received = vec![0; MUCH];
                        (&stream).read_exact(&mut received).unwrap();
                        received.iter().map(|&b| u64::from(b)).sum::<u64>()
                    });
                    // The client reads nothing of this before it has written all.
                    (&stream).write_all(&vec![7; MUCH]).unwrap();
                    reads.join().unwrap()
                });
                (&stream).write_all(&sum.to_be_bytes()).unwrap();
                stream.finish().unwrap();
                assert_eq!((&stream).read(&mut [0]).unwrap(), 0);
            })
            .start()
            .unwrap();
        let mut stream = connect(&trust, &server);
        let sent: Vec<u8> = (0..MUCH).map(|i| (i % 251) as u8).collect();
        stream.write_all(&sent).unwrap();
        let mut received = Vec::new();
        let mut buf = vec![0; MUCH];
        stream.read_exact(&mut buf).unwrap();
        assert!(buf.iter().all(|&b| b == 7));
        stream.read_to_end(&mut received).unwrap();
        assert_eq!(received, sent.iter().map(|&b| u64::from(b)).sum::<u64>().to_be_bytes());
        stream.conn.send_close_notify();
        stream.flush().unwrap();
        drop(stream);
        assert_eq!((server.shutdown(LIMIT).killed, server.panicked()), (0, 0));
    });
}

/// What a read or a write was cut short in is neither lost nor doubled.
#[test]
fn cut_short_and_taken_up_again() {
    const SHORT: Duration = Duration::from_millis(10);
    const MUCH: usize = 4 << 20;
    checked(|| {
        let (config, trust, _) = both();
        let gate = Gate::new();
        let theirs = gate.clone();
        let server = StreamServer::bind("127.0.0.1:0")
            .unwrap()
            .tls(config)
            .on_connection(move |mut stream, _| {
                assert!(vervet::timeout(SHORT, || stream.read(&mut [0; 8])).is_err());
                stream.get_ref().set_read_timeout(Some(SHORT)).unwrap();
                let early = stream.read(&mut [0; 8]).unwrap_err();
                assert_eq!(early.kind(), ErrorKind::WouldBlock);
                stream.get_ref().set_read_timeout(None).unwrap();
                theirs.pass();
                // A counter in the bytes tells if one is missing, or twice there.
                let block: Vec<u8> = (0..MUCH).map(|i| (i % 251) as u8).collect();
                let mut sent = 0;
                while vervet::timeout(SHORT, || stream.write_all(&block[sent..][..1000])).is_ok() {
                    sent += 1000;
                }
                // What was before it had been sent, so this had been taken: it goes out with the next.
                sent += 1000;
                stream.get_ref().set_write_timeout(Some(SHORT)).unwrap();
                let mut cut = 0;
                while sent < MUCH {
                    match stream.write(&block[sent..MUCH.min(sent + 1000)]) {
                        Ok(count) => sent += count,
                        Err(error) => {
                            assert_eq!(error.kind(), ErrorKind::WouldBlock);
                            cut += 1;
                        }
                    }
                }
                assert!(cut > 0, "the client was too quick");
                stream.get_ref().set_write_timeout(None).unwrap();
                stream.flush().unwrap();
            })
            .start()
            .unwrap();
        let mut stream = connect(&trust, &server);
        stream.flush().unwrap();
        vervet::sleep(5 * SHORT);
        gate.open();
        eventually("its handler waits for room", || vervet::runtime::metrics().parked.write == 1);
        vervet::sleep(10 * SHORT);
        let mut received = Vec::new();
        stream.read_to_end(&mut received).unwrap();
        let right = received.iter().enumerate().take_while(|&(i, &b)| usize::from(b) == i % 251).count();
        assert_eq!((right, received.len()), (MUCH, MUCH));
        drop(stream);
        assert_eq!((server.shutdown(LIMIT).killed, server.panicked()), (0, 0));
    });
}

#[test]
fn the_killed_do_not_say_that_it_was_all() {
    checked(|| {
        let (config, trust, _) = both();
        let server = echoing(config);
        let mut stream = connect(&trust, &server);
        asks(&mut stream, "hello");
        let report = server.shutdown(Duration::ZERO);
        assert_eq!((report.killed, report.stuck), (1, 0));
        assert_eq!(stream.read(&mut [0]).unwrap_err().kind(), ErrorKind::UnexpectedEof);
    });
}

/// A client that does not make room for the last word does not keep its handler.
#[test]
fn the_last_word_waits_for_nobody() {
    checked(|| {
        let (config, trust, _) = both();
        let server = StreamServer::bind("127.0.0.1:0")
            .unwrap()
            .tls(config)
            .on_connection(|mut stream, _| {
                let full = vervet::timeout(Duration::from_millis(50), || {
                    loop {
                        stream.write_all(&[0; 64 << 10]).unwrap();
                    }
                });
                assert!(full.is_err());
            })
            .start()
            .unwrap();
        let mut deaf = connect(&trust, &server);
        deaf.flush().unwrap();
        eventually("it is served", || server.connections() == 1);
        let start = Instant::now();
        eventually("its handler ends", || server.connections() == 0);
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        assert_eq!((server.shutdown(HOUR).killed, server.panicked()), (0, 0));
    });
}

#[test]
fn over_unix_sockets() {
    checked(|| {
        let (config, trust, _) = both();
        let path = std::env::temp_dir().join(format!("vervet-tls-{}", std::process::id()));
        let server = StreamServer::bind_unix(&path)
            .unwrap()
            .tls(config)
            .on_connection(|mut stream, _| {
                let mut buf = [0; 5];
                stream.read_exact(&mut buf)?;
                stream.write_all(&buf)
            })
            .start()
            .unwrap();
        asks(&mut client(&trust, UnixStream::connect(&path).unwrap()), "green");
        assert_eq!(server.shutdown(LIMIT).killed, 0);
        std::fs::remove_file(&path).unwrap();
    });
}
