//! redis-protocol: its frames, to and from a redis-server that the tests start.

use std::io::{Read, Write};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use redis_protocol::resp2::decode::decode;
use redis_protocol::resp2::encode::encode;
use redis_protocol::resp2::types::{OwnedFrame as Frame, Resp2Frame};
use vervet::net::TcpStream;
use vervet::sync::{Mutex, mpsc};

use crate::common::{checked, eventually, over, parked};
use crate::program::Program;

struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

fn connect(port: u16) -> Connection {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    stream.set_nodelay(true).unwrap();
    Connection { stream, received: Vec::new() }
}

impl Connection {
    fn ask(&mut self, command: &str) -> Frame {
        self.stream.write_all(&packed(command)).unwrap();
        self.receive()
    }

    fn receive(&mut self) -> Frame {
        loop {
            if let Some((frame, length)) = decode(&self.received).unwrap() {
                self.received.drain(..length);
                return frame;
            }
            let mut block = [0; 4096];
            let n = self.stream.read(&mut block).unwrap();
            assert_ne!(n, 0, "the server has closed the connection");
            self.received.extend_from_slice(&block[..n]);
        }
    }
}

/// A command of words, as redis wants it.
fn packed(command: &str) -> Vec<u8> {
    let frame = Frame::Array(command.split(' ').map(bulk).collect());
    let mut bytes = vec![0; frame.encode_len(false)];
    encode(&mut bytes, &frame, false).unwrap();
    bytes
}

fn bulk(text: &str) -> Frame {
    Frame::BulkString(text.into())
}

fn ok() -> Frame {
    Frame::SimpleString("OK".into())
}

#[test]
fn a_pipeline_has_a_writer_and_a_reader() {
    const COMMANDS: usize = 5000;
    checked(|| {
        let Some(server) = Program::redis("redis::a_pipeline_has_a_writer_and_a_reader") else { return };
        let mut connection = connect(server.port);
        let mut stream = connection.stream.try_clone().unwrap();
        let writer = vervet::spawn(move || {
            let one = |i| [packed(&format!("SET key{i} value{i}")), packed(&format!("GET key{i}"))].concat();
            stream.write_all(&(0..COMMANDS).flat_map(one).collect::<Vec<_>>()).unwrap();
        });
        for i in 0..COMMANDS {
            assert_eq!(connection.receive(), ok());
            assert_eq!(connection.receive(), bulk(&format!("value{i}")));
        }
        writer.join().unwrap();
        assert_eq!(connection.ask("DBSIZE"), Frame::Integer(COMMANDS as i64));
        assert_eq!(connection.ask("GET nothing"), Frame::Null);
        assert!(matches!(connection.ask("NONSENSE"), Frame::Error(_)));

        // A value of more than the socket buffers hold, in both contexts.
        connection.ask("FLUSHALL");
        let port = server.port;
        let long = "x".repeat(8 << 20);
        assert_eq!(connection.ask(&format!("SET long {long}")), ok());
        assert_eq!(vervet::run(move || connect(port).ask("GET long")), bulk(&long));
        assert_eq!(connection.ask("GET long"), bulk(&long));
    });
}

#[test]
fn what_one_publishes_others_hear() {
    const MESSAGES: usize = 500;
    checked(|| {
        let Some(server) = Program::redis("redis::what_one_publishes_others_hear") else { return };
        let port = server.port;
        let (subscribed, ready) = mpsc::channel();
        let listeners = (0..10).map(|_| {
            let subscribed = subscribed.clone();
            vervet::spawn(move || {
                let mut connection = connect(port);
                let answer = connection.ask("SUBSCRIBE news");
                assert_eq!(answer, Frame::Array(vec![bulk("subscribe"), bulk("news"), Frame::Integer(1)]));
                subscribed.send(()).unwrap();
                for i in 0..MESSAGES {
                    let news = vec![bulk("message"), bulk("news"), bulk(&format!("item{i}"))];
                    assert_eq!(connection.receive(), Frame::Array(news));
                }
            })
        });
        let listeners: Vec<_> = listeners.collect();
        let publisher = vervet::spawn(move || {
            ready.iter().take(10).for_each(drop);
            let mut connection = connect(port);
            for i in 0..MESSAGES {
                assert_eq!(connection.ask(&format!("PUBLISH news item{i}")), Frame::Integer(10));
            }
        });
        vervet::join_all(listeners).into_iter().for_each(Result::unwrap);
        publisher.join().unwrap();
    });
}

#[test]
fn a_thousand_share_twenty_connections() {
    const EACH: usize = 5;
    checked(|| {
        let Some(server) = Program::redis("redis::a_thousand_share_twenty_connections") else { return };
        let pool: Vec<_> = (0..20).map(|_| Mutex::new(connect(server.port))).collect();
        let pool = Arc::new(pool);
        let greenlets = (0..1000).map(|i| {
            let pool = Arc::clone(&pool);
            vervet::spawn(move || {
                let mut counted = Vec::new();
                for round in 0..EACH {
                    // Held from the question to the answer.
                    let mut connection = pool[(i + round) % pool.len()].lock().unwrap();
                    assert_eq!(connection.ask(&format!("SET key{i} value{round}")), ok());
                    assert_eq!(connection.ask(&format!("GET key{i}")), bulk(&format!("value{round}")));
                    match connection.ask("INCR counter") {
                        Frame::Integer(n) => counted.push(n),
                        other => panic!("{other:?}"),
                    }
                }
                counted
            })
        });
        let greenlets: Vec<_> = greenlets.collect();
        let mut counted: Vec<_> = vervet::join_all(greenlets).into_iter().flat_map(Result::unwrap).collect();
        counted.sort_unstable();
        assert_eq!(counted, (1..=1000 * EACH as i64).collect::<Vec<_>>());
    });
}

#[test]
fn a_kill_closes_the_connection_and_releases_the_lock() {
    checked(|| {
        let Some(server) = Program::redis("redis::a_kill_closes_the_connection_and_releases_the_lock") else {
            return;
        };
        let port = server.port;
        let mut observer = connect(server.port);
        let alone = clients(&mut observer);
        let slot = Arc::new(Mutex::new(None));
        let (at_work, theirs) = (Arc::clone(&slot), Arc::clone(&slot));
        let greenlet = vervet::spawn(move || {
            let mut slot = at_work.lock().unwrap();
            *slot = Some("taken");
            // Its own, and no answer ever.
            connect(port).ask("BLPOP nothing 0")
        });
        eventually("it waits for an answer", || blocked(&mut observer) == 1);
        let waiter = vervet::spawn(move || *theirs.lock().unwrap());
        parked(&waiter.handle(), "lock");
        assert_eq!(clients(&mut observer), alone + 1);
        greenlet.kill();
        over(&greenlet.handle());
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(waiter.join().unwrap(), Some("taken"), "released, and not poisoned");
        eventually("the server sees it go", || clients(&mut observer) == alone);
        assert_eq!(blocked(&mut observer), 0);

        // A time limit ends it as well, and so does the one that redis knows.
        assert!(vervet::timeout(Duration::from_millis(20), || connect(port).ask("BLPOP nothing 0")).is_err());
        eventually("the server sees that one go, too", || clients(&mut observer) == alone);
        assert_eq!(observer.ask("BLPOP nothing 0.01"), Frame::Null);
    });
}

fn clients(observer: &mut Connection) -> usize {
    info(observer, "connected_clients:")
}

fn blocked(observer: &mut Connection) -> usize {
    info(observer, "blocked_clients:")
}

/// A number that the server knows of itself.
fn info(observer: &mut Connection, field: &str) -> usize {
    let Frame::BulkString(text) = observer.ask("INFO clients") else { panic!("no text") };
    let text = String::from_utf8(text).unwrap();
    text.lines().find_map(|line| line.strip_prefix(field)?.parse().ok()).unwrap()
}
