//! Our server, whose client does not keep to the protocol.

use std::net::Shutdown;
use std::sync::Arc;

use vervet::sync::Event;

use crate::common::{LIMIT, checked};
use crate::server::{self, Methods};
use crate::{Peer, bytes, load, request, response};

/// Whatever it is: it is the last thing on its connection, and what was asked before is answered.
#[test]
fn what_is_no_request_ends_its_connection_only() {
    checked(|| {
        let server = load::serve().unwrap();
        let mut other = Peer::of_server(&server);
        let endless = [&[0xdb, 0xff, 0xff, 0xff, 0xff], &[b'x'; (1 << 20) - 5][..]].concat();
        let last = [b"GET / HTTP/1.1\r\n\r\n".to_vec(), bytes(response(1, 2)), vec![0xc1], endless];
        for nonsense in last {
            let mut peer = Peer::of_server(&server);
            peer.send(&[bytes(request(5, "add", vec![1.into(), 2.into()])), nonsense].concat());
            assert_eq!(peer.hear(), Some(response(5, 3)));
            assert_eq!(peer.hear(), None);
        }
        other.say(request(6, "add", vec![1.into(), 2.into()]));
        assert_eq!(other.hear(), Some(response(6, 3)));
        drop(other);
        assert_eq!(server.shutdown(LIMIT).killed, 0);
    });
}

#[test]
fn a_request_may_come_byte_by_byte() {
    checked(|| {
        let server = load::serve().unwrap();
        let mut peer = Peer::of_server(&server);
        for byte in bytes(request(1, "add", vec![1.into(), 70_000.into()])) {
            peer.send(&[byte]);
        }
        assert_eq!(peer.hear(), Some(response(1, 70_001)));
        drop(peer);
        let _ = server.shutdown(LIMIT);
    });
}

#[test]
fn who_has_said_all_is_still_answered() {
    checked(|| {
        let event = Arc::new(Event::new());
        let waits = Arc::clone(&event);
        let methods = Methods::default().with("wait", move |mut params| {
            waits.wait();
            Ok(params.remove(0))
        });
        let server = server::start("127.0.0.1:0", methods).unwrap();
        let mut peer = Peer::of_server(&server);
        for id in 0..10 {
            peer.say(request(id, "wait", vec![i64::from(id).into()]));
        }
        peer.stream.shutdown(Shutdown::Write).unwrap();
        event.set();
        let mut ids = Vec::new();
        while let Some(answer) = peer.hear() {
            ids.push(answer);
        }
        assert_eq!(ids.len(), 10);
        assert!((0..10).all(|id| ids.contains(&response(id, i64::from(id)))), "{ids:?}");
        let _ = server.shutdown(LIMIT);
    });
}

#[test]
fn who_goes_without_hearing_leaves_nothing_behind() {
    checked(|| {
        let server = load::serve().unwrap();
        for _ in 0..20 {
            let mut peer = Peer::of_server(&server);
            let many = (0..1000).flat_map(|id| bytes(request(id, "add", vec![1.into(), 2.into()])));
            peer.send(&many.collect::<Vec<_>>());
        }
        let report = server.shutdown(LIMIT);
        assert_eq!((report.killed, server.panicked()), (0, 0));
    });
}
