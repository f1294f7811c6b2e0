//! Our client with our server.

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use vervet::sync::Event;

use crate::client::Client;
use crate::common::{LIMIT, checked, eventually, fail, in_both};
use crate::error::Error;
use crate::load::{self, Order};
use crate::protocol::LONGEST;
use crate::server::{self, Methods, bad_params};
use crate::value::Value;
use crate::{failed, is_lost, refused};

const LOCAL: &str = "127.0.0.1:0";

#[test]
fn ten_thousand_callers_share_a_connection() {
    checked(|| {
        let server = load::serve().unwrap();
        let client = Client::connect(server.local_addr()).unwrap();
        let times = load::run(&client, 30_000, 10_000, Order::Multiplexed).unwrap();
        assert_eq!(times.each.len(), 30_000);
        assert!(times.each.iter().all(|&took| took <= times.all));
        assert_eq!(server.accepted(), 1);
        assert!(client.writes() < 30_000, "{} writes", client.writes());
        drop(client);
        assert_eq!(server.shutdown(LIMIT).killed, 0);
    });
}

#[test]
fn in_turn_means_one_at_a_time() {
    checked(|| {
        let now = Arc::new(AtomicU64::new(0));
        let add = move |params: Vec<Value>| {
            assert_eq!(now.fetch_add(1, SeqCst), 0);
            vervet::yield_now();
            now.fetch_sub(1, SeqCst);
            match params.as_slice() {
                [Value::Int(a), Value::Int(b)] => Ok(Value::Int(a + b)),
                _ => Err(bad_params()),
            }
        };
        let server = server::start(LOCAL, Methods::default().with("add", add)).unwrap();
        let client = Client::connect(server.local_addr()).unwrap();
        assert_eq!(load::run(&client, 500, 50, Order::InTurn).unwrap().each.len(), 500);
        assert_eq!(client.writes(), 500);
        drop(client);
        let _ = server.shutdown(LIMIT);
    });
}

#[test]
fn a_slow_call_holds_nobody_up() {
    checked(|| {
        let event = Arc::new(Event::new());
        let (waits, sets) = (Arc::clone(&event), event);
        let methods = Methods::default()
            .with("wait", move |_| {
                waits.wait();
                Ok("waited".into())
            })
            .with("set", move |_| {
                sets.set();
                Ok("set".into())
            });
        let server = server::start(LOCAL, methods).unwrap();
        let client = Client::connect(server.local_addr()).unwrap();
        vervet::scope(|scope| {
            let waiting = [(); 3].map(|()| scope.spawn(|| client.call("wait", vec![]).unwrap()));
            // Answered first, though asked last, or else none would be.
            eventually("they are asked", || client.writes() > 0);
            assert_eq!(client.call("set", vec![]).unwrap(), "set".into());
            for waiting in waiting {
                assert_eq!(waiting.join().unwrap(), "waited".into());
            }
        });
        drop(client);
        let _ = server.shutdown(LIMIT);
    });
}

#[test]
fn what_the_server_cannot_do_it_says() {
    checked(|| {
        in_both(|| {
            let long = |_| Ok(Value::Str("x".repeat(LONGEST as usize)));
            let methods = Methods::default()
                .with("add", |params| match params.as_slice() {
                    [Value::Int(a), Value::Int(b)] => Ok(Value::Int(a + b)),
                    _ => Err(bad_params()),
                })
                .with("fail", |_| fail("on purpose"))
                .with("long", long);
            let server = server::start(LOCAL, methods).unwrap();
            let client = Client::connect(server.local_addr()).unwrap();
            let call = |method, params: &[i64]| {
                client.call_timeout(method, params.iter().map(|&n| n.into()).collect(), LIMIT)
            };
            assert_eq!(refused(call("subtract", &[1, 2])), "there is no method \"subtract\"".into());
            assert_eq!(refused(call("add", &[1])), "bad params".into());
            assert_eq!(refused(call("fail", &[])), "the method has not returned".into());
            assert_eq!(refused(call("long", &[])), "the result is too long".into());
            let long = vec![Value::Bin(vec![0; LONGEST as usize])];
            assert_eq!(failed(client.call("add", long)), ErrorKind::InvalidData);
            // The connection is none the worse for it.
            assert_eq!(call("add", &[1, 2]).unwrap(), 3.into());
            drop(client);
            let _ = server.shutdown(LIMIT);
            // It is not hushed up: the connection's handler passes it on in the end.
            assert_eq!((server.accepted(), server.panicked()), (1, 1));
        });
    });
}

#[test]
fn a_notification_is_not_answered() {
    checked(|| {
        let heard = Arc::new(AtomicU64::new(0));
        let (note, count) = (Arc::clone(&heard), Arc::clone(&heard));
        let methods = Methods::default()
            .with("note", move |_| {
                note.fetch_add(1, SeqCst);
                Err("nobody hears of this".into())
            })
            .with("count", move |_| Ok(Value::Int(count.load(SeqCst).into())));
        let server = server::start(LOCAL, methods).unwrap();
        let client = Client::connect(server.local_addr()).unwrap();
        for _ in 0..100 {
            client.notify("note", vec![]).unwrap();
        }
        client.notify("nonsense", vec![]).unwrap();
        eventually("all are heard", || heard.load(SeqCst) == 100);
        assert_eq!(client.call("count", vec![]).unwrap(), 100.into());
        // The last words are heard, too.
        client.notify("note", vec![]).unwrap();
        drop(client);
        eventually("all are heard", || heard.load(SeqCst) == 101);
        let _ = server.shutdown(LIMIT);
    });
}

#[test]
fn a_server_that_is_shut_down_loses_the_calls_in_flight() {
    checked(|| {
        let (begun, ended) = (Arc::new(Event::new()), Arc::new(Event::new()));
        let (theirs, hers) = (Arc::clone(&begun), Arc::clone(&ended));
        let sleep = move |_| {
            let _ended = crate::common::OnDrop(|| hers.set());
            theirs.set();
            vervet::sleep(Duration::MAX);
            Ok(Value::Nil)
        };
        let server = server::start(LOCAL, Methods::default().with("sleep", sleep)).unwrap();
        let client = Client::connect(server.local_addr()).unwrap();
        vervet::scope(|scope| {
            let call = scope.spawn(|| client.call("sleep", vec![]));
            begun.wait();
            assert_eq!(server.shutdown(Duration::ZERO).killed, 1);
            assert!(ended.is_set());
            // Its writer may still come to that, or be killed before.
            match call.join().unwrap().unwrap_err() {
                Error::Server(why) => assert_eq!(why, "the method has not returned".into()),
                Error::Io(error) => assert!(is_lost(error.kind()), "{error}"),
            }
        });
        let kind = failed(client.call("sleep", vec![]));
        assert!(is_lost(kind), "{kind}");
    });
}
