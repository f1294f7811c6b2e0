//! Our client, whose server is late, out of order, out of its mind, or gone.

use std::io::ErrorKind;
use std::time::Duration;

use vervet::Greenlet;

use crate::client::Client;
use crate::common::{LIMIT, checked, parked};
use crate::error::Error;
use crate::outbox::Outbox;
use crate::protocol::Message;
use crate::value::Value;
use crate::{Peer, bytes, failed, is_lost, response};

type Called = Greenlet<Result<Value, Error>>;

/// So many callers, each asking for its own number, whose questions the peer has read; with their ids.
fn asked(client: &std::sync::Arc<Client>, peer: &mut Peer, count: i64) -> Vec<(Called, u32)> {
    let calls: Vec<Called> = (0..count)
        .map(|n| {
            let client = client.clone();
            vervet::spawn(move || client.call("echo", vec![n.into()]))
        })
        .collect();
    let mut ids = vec![0; calls.len()];
    for _ in 0..count {
        let (id, params) = peer.asked();
        let [Value::Int(n)] = params[..] else { panic!("{params:?}") };
        ids[n as usize] = id;
    }
    calls.into_iter().zip(ids).collect()
}

fn pair() -> (std::sync::Arc<Client>, Peer) {
    let (client, peer) = Peer::of_client();
    (client.into(), peer)
}

#[test]
fn answers_find_their_callers_in_any_order() {
    checked(|| {
        let (client, mut peer) = pair();
        let calls = asked(&client, &mut peer, 100);
        for step in 0..100 {
            let n = (step * 37 + 11) % 100;
            peer.answer(calls[n].1, Value::from(n as i64));
        }
        for (n, (call, _)) in calls.into_iter().enumerate() {
            assert_eq!(call.join().unwrap().unwrap(), Value::from(n as i64));
        }
    });
}

#[test]
fn an_answer_may_come_byte_by_byte() {
    checked(|| {
        let (client, mut peer) = pair();
        let (call, id) = asked(&client, &mut peer, 1).remove(0);
        let frame = bytes(response(id, "at last"));
        let (last, most) = frame.split_last().unwrap();
        for byte in most {
            peer.send(&[*byte]);
            assert!(!call.is_finished());
        }
        peer.send(&[*last]);
        assert_eq!(call.join().unwrap().unwrap(), "at last".into());
    });
}

#[test]
fn a_late_answer_is_nobodys() {
    checked(|| {
        let (client, mut peer) = pair();
        let result = client.call_timeout("echo", vec![1.into()], Duration::from_millis(20));
        assert_eq!(failed(result), ErrorKind::TimedOut);
        let (late, _) = peer.asked();
        let (call, id) = asked(&client, &mut peer, 1).remove(0);
        assert_ne!(late, id);
        // Nor is one to a question that was never asked, one given twice, or what the server says by itself.
        peer.answer(late, "late".into());
        peer.answer(id.wrapping_add(1000), "to whom?".into());
        peer.say(Message::Notification { method: "news".to_owned(), params: vec![] });
        peer.answer(id, "right".into());
        peer.answer(id, "again".into());
        assert_eq!(call.join().unwrap().unwrap(), "right".into());
        let (call, id) = asked(&client, &mut peer, 1).remove(0);
        peer.answer(id, "and on".into());
        assert_eq!(call.join().unwrap().unwrap(), "and on".into());
    });
}

#[test]
fn a_killed_caller_is_forgotten() {
    checked(|| {
        let (client, mut peer) = pair();
        let mut calls = asked(&client, &mut peer, 2);
        let (killed, late) = calls.remove(0);
        parked(&killed.handle(), "signal");
        killed.kill();
        assert!(killed.join().unwrap_err().is_killed());
        peer.answer(late, "late".into());
        let (call, id) = calls.remove(0);
        peer.answer(id, "right".into());
        assert_eq!(call.join().unwrap().unwrap(), "right".into());
    });
}

#[test]
fn a_server_that_closes_midway_fails_the_calls_that_wait() {
    checked(|| {
        let (client, mut peer) = pair();
        let mut calls = asked(&client, &mut peer, 100);
        for (n, (_, id)) in calls.iter().enumerate().filter(|(n, _)| n % 2 == 0) {
            peer.answer(*id, Value::from(n as i64));
        }
        let (_, id) = calls[1];
        let frame = bytes(response(id, "cut off"));
        peer.send(&frame[..frame.len() - 1]);
        drop(peer);
        for (n, (call, _)) in calls.drain(..).enumerate() {
            match (n % 2, call.join().unwrap()) {
                (0, result) => assert_eq!(result.unwrap(), Value::from(n as i64)),
                (_, result) => assert_eq!(failed(result), ErrorKind::UnexpectedEof),
            }
        }
        // Whoever comes later does not wait at all.
        assert_eq!(failed(client.call("echo", vec![])), ErrorKind::UnexpectedEof);
    });
}

#[test]
fn nonsense_from_the_server_ends_the_connection() {
    checked(|| {
        let (client, mut peer) = pair();
        let calls = asked(&client, &mut peer, 10);
        peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        for (call, _) in calls {
            assert_eq!(failed(call.join().unwrap()), ErrorKind::InvalidData);
        }
        assert_eq!(failed(client.call("echo", vec![])), ErrorKind::InvalidData);
        assert_eq!(peer.hear(), None);
    });
}

#[test]
fn a_server_that_does_not_read_holds_callers_up_and_not_for_ever() {
    checked(|| {
        let (client, peer) = pair();
        let long = Value::Bin(vec![0; 500_000]);
        let calls: Vec<Called> = (0..60)
            .map(|_| {
                let (client, long) = (client.clone(), long.clone());
                vervet::spawn(move || client.call_timeout("echo", vec![long], Duration::from_millis(50)))
            })
            .collect();
        for call in calls {
            assert_eq!(failed(call.join().unwrap()), ErrorKind::TimedOut);
        }
        drop(peer);
        let kind = failed(client.call_timeout("echo", vec![], LIMIT));
        assert!(is_lost(kind), "{kind}");
    });
}

#[test]
fn what_waits_for_the_writer_goes_in_one_write() {
    checked(|| {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = vervet::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let mut peer = Peer::new(listener.accept().unwrap().0);
        let outbox = Outbox::default();
        for n in 0..1000 {
            outbox.post(response(n, i64::from(n))).unwrap();
        }
        outbox.close();
        let closed = outbox.post(response(0, 0)).unwrap_err();
        assert_eq!(closed.kind(), ErrorKind::BrokenPipe);
        outbox.write_to(&stream);
        assert_eq!(outbox.writes(), 1);
        for n in 0..1000 {
            assert_eq!(peer.hear(), Some(response(n, i64::from(n))));
        }
        assert_eq!(peer.hear(), None);
    });
}
