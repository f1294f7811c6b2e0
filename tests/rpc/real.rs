//! What a real MessagePack-RPC sends (`peer.py` has asked it).

use std::io::{BufRead, Cursor, Read};

use crate::common::checked;
use crate::protocol::Message;
use crate::value::Value;
use crate::{Peer, bytes, load, request, response};

/// The bytes that have that name.
fn frame(name: &str) -> Vec<u8> {
    let line =
        include_str!("frames.txt").lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let hex = line.unwrap_or_else(|| panic!("there is no {name}"));
    (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect()
}

fn notification() -> Message {
    Message::Notification { method: "note".to_owned(), params: vec!["hello".into()] }
}

fn of_all_kinds() -> Vec<Value> {
    let flags = Value::Array(vec![Value::Nil, Value::Bool(true), Value::Bool(false)]);
    let map = Value::Map(vec![("key".into(), Value::Float(1.5))]);
    vec!["häß".into(), Value::from(-1), Value::Int(1 << 63), flags, map]
}

fn error(id: u32, why: &str) -> Message {
    Message::Response { id, result: Err(why.into()) }
}

#[test]
fn its_messages_are_ours() {
    let messages = [
        ("request", request(0, "add", vec![1.into(), 2.into()])),
        ("request_of_all_kinds", request(1, "echo", of_all_kinds())),
        ("notification", notification()),
        ("response", response(1, 3)),
        ("response_nothing", response(2, Value::Nil)),
        ("response_error", error(3, "b'on purpose'")),
        ("response_no_method", error(4, "'subtract' method not found")),
    ];
    let mut all = Vec::new();
    for (name, message) in &messages {
        assert_eq!(bytes(message.clone()), frame(name), "{name}");
        all.extend(frame(name));
    }
    let mut all = all.as_slice();
    for (name, message) in messages {
        assert_eq!(Message::read(&mut all).unwrap(), Some(message), "{name}");
    }
    assert_eq!(Message::read(&mut all).unwrap(), None);
    // Of an age when there was no short form for this length: we read it, and write the short one.
    let long = request(2, "long", vec!["x".repeat(100).as_str().into()]);
    assert_eq!(Message::read(&mut frame("request_long").as_slice()).unwrap(), Some(long));
}

/// What a line's name says.
fn value(name: &str) -> Value {
    let (kind, what) = name.split_once(' ').unwrap();
    let length = what.parse().unwrap_or(0);
    match kind {
        "int" => Value::Int(what.parse().unwrap()),
        "str" => Value::Str("x".repeat(length)),
        "bin" => Value::Bin(vec![b'x'; length]),
        "array" => Value::Array(vec![Value::Nil; length]),
        "map" => Value::Map((0..length).map(|key| (Value::from(key as i64), Value::Bool(true))).collect()),
        "ext" => Value::Ext(5, vec![b'x'; length]),
        "float" | "single" => Value::Float(what.parse().unwrap()),
        other => panic!("{other}"),
    }
}

#[test]
fn its_values_are_ours_in_each_form() {
    let names = include_str!("frames.txt").lines().map(|line| line.split_once(": ").unwrap().0);
    let names: Vec<_> = names.filter(|name| name.contains(' ')).collect();
    assert_eq!(names.len(), 46);
    for name in names {
        let mut written = Vec::new();
        value(name).write(&mut written).unwrap();
        let frame = frame(name);
        let mut read = Cursor::new(&frame).take(frame.len() as u64);
        assert_eq!(Value::read(&mut read).unwrap(), value(name), "{name}");
        assert!(read.fill_buf().unwrap().is_empty(), "{name}");
        // We have one size of floating point numbers.
        assert!(written == frame || name.starts_with("single"), "{name}: {written:02x?}");
    }
}

/// Byte for byte.
#[test]
fn its_client_is_answered_as_its_server_does() {
    checked(|| {
        let server = load::serve().unwrap();
        let mut peer = Peer::of_server(&server);
        let mut asked = frame("request");
        asked[2] = 1; // what its server was asked
        peer.send(&asked);
        let mut answer = vec![0; frame("response").len()];
        peer.received.read_exact(&mut answer).unwrap();
        assert_eq!(answer, frame("response"));
        drop(peer);
        let _ = server.shutdown(crate::LIMIT);
    });
}
