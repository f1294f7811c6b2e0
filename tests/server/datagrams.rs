//! `DatagramServer`.

use std::sync::Arc;
use std::time::Duration;

use vervet::net::UdpSocket;
use vervet::server::{self, DatagramServer};

use crate::common::{Gate, HOUR, LIMIT, checked, eventually, in_both};
use crate::{Gauge, records};

fn client() -> UdpSocket {
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.set_read_timeout(Some(LIMIT / 2)).unwrap();
    client
}

fn answer(client: &UdpSocket) -> Vec<u8> {
    let mut buf = vec![0; 64 << 10];
    let length = client.recv(&mut buf).unwrap();
    buf.truncate(length);
    buf
}

#[test]
fn datagrams_are_answered() {
    checked(|| {
        in_both(|| {
            let server = DatagramServer::bind("127.0.0.1:0")
                .unwrap()
                .on_datagram(|data, peer, responder| {
                    assert_eq!(responder.peer(), peer);
                    responder.reply(&data.to_ascii_uppercase())
                })
                .start()
                .unwrap();
            let client = client();
            // As long as a datagram can be, and as short.
            for data in [&b"green"[..], b"", &[b'x'; 65_507]] {
                client.send_to(data, server.local_addr()).unwrap();
                assert!(answer(&client) == data.to_ascii_uppercase(), "{} bytes", data.len());
            }
            eventually("all are done", || server.connections() == 0);
            assert_eq!((server.accepted(), server.shutdown(LIMIT).killed), (3, 0));
            // Somebody else may have it for a moment.
            eventually("the port is free again", || UdpSocket::bind(server.local_addr()).is_ok());
        });
    });
}

#[test]
fn as_many_in_flight_as_allowed() {
    checked(|| {
        let (gauge, gate) = (Arc::new(Gauge::default()), Gate::new());
        let (present, theirs) = (Arc::clone(&gauge), gate.clone());
        let server = DatagramServer::bind("127.0.0.1:0")
            .unwrap()
            .max_in_flight(3)
            .on_datagram(move |data, peer, socket| {
                let _present = present.enter();
                theirs.pass();
                socket.send_to(data, peer)
            })
            .start()
            .unwrap();
        let client = client();
        for n in 0..20 {
            client.send_to(&[n], server.local_addr()).unwrap();
        }
        eventually("it is full", || gauge.most() == 3);
        assert_eq!((server.connections(), server.accepted()), (3, 3));
        gate.open();
        let mut answers: Vec<_> = (0..20).map(|_| answer(&client)[0]).collect();
        answers.sort_unstable();
        assert!(answers.into_iter().eq(0..20));
        assert_eq!((gauge.most(), server.accepted()), (3, 20));
        assert_eq!(server.shutdown(LIMIT).killed, 0);
    });
}

#[test]
fn a_panic_ends_its_datagram_only() {
    checked(|| {
        records::keep();
        let server = DatagramServer::bind("127.0.0.1:0")
            .unwrap()
            .name("udp")
            .on_datagram(|data, _, responder| {
                assert!(data != b"trip", "on purpose");
                responder.reply(data)
            })
            .start()
            .unwrap();
        let client = client();
        let addr = client.local_addr().unwrap();
        for word in ["trip", "walk"] {
            client.send_to(word.as_bytes(), server.local_addr()).unwrap();
        }
        assert_eq!(answer(&client), b"walk");
        eventually("the other is over", || server.panicked() == 1);
        assert_eq!(server.shutdown(LIMIT).killed, 0);
        let said = records::with(&addr.to_string());
        assert!(said.len() == 1 && said[0].1.starts_with("udp: the handler of"), "{said:?}");
    });
}

#[test]
fn handlers_are_killed_after_the_grace() {
    checked(|| {
        let server = DatagramServer::bind("127.0.0.1:0")
            .unwrap()
            .on_datagram(|data, _, _| {
                while data == b"stay" || !server::is_draining() {
                    vervet::sleep(Duration::from_millis(1));
                }
            })
            .start()
            .unwrap();
        let client = client();
        for word in ["stay", "go", "go"] {
            client.send_to(word.as_bytes(), server.local_addr()).unwrap();
        }
        eventually("all are in", || server.connections() == 3);
        let report = server.shutdown(Duration::from_millis(100));
        assert_eq!((report.drained, report.killed, report.stuck), (2, 1, 0));
        server.wait().unwrap();
    });
}

#[test]
fn a_datagram_ends_its_server() {
    checked(|| {
        let server = DatagramServer::bind("127.0.0.1:0")
            .unwrap()
            .on_datagram(|_, _, _| server::current().map(|server| server.shutdown(HOUR)));
        let addr = server.local_addr().unwrap();
        client().send_to(b"quit", addr).unwrap();
        server.serve_forever().unwrap();
    });
}

#[test]
#[should_panic(expected = "a server with a limit of 0 datagrams serves nobody")]
fn no_room_at_all() {
    let _ = DatagramServer::bind("127.0.0.1:0").unwrap().max_in_flight(0);
}
