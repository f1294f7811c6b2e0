//! Messages that come in parts, are none, or never end.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, repeat};

use crate::child::{Random, seed};
use crate::protocol::{LONGEST, Message};
use crate::value::Value;
use crate::{bytes, request, response};

fn some() -> Vec<Message> {
    let bin = Value::Bin((0..=255).collect());
    let map =
        Value::Map(vec![(Value::Nil, Value::Array(vec![Value::Ext(-1, vec![1, 2, 3]), 70_000.into()]))]);
    vec![
        request(1, "add", vec![1.into(), (-2).into()]),
        response(u32::MAX, "x".repeat(70_000).as_str()),
        Message::Response { id: 7, result: Err(map) },
        Message::Notification { method: String::new(), params: vec![bin, Value::Float(f64::MAX)] },
    ]
}

#[track_caller]
fn invalid(bytes: &[u8]) {
    let read = Message::read(&mut &*bytes);
    assert_eq!(read.unwrap_err().kind(), ErrorKind::InvalidData, "{bytes:02x?}");
}

#[test]
fn they_may_come_byte_by_byte() {
    let all: Vec<u8> = some().into_iter().flat_map(bytes).collect();
    let mut trickle = BufReader::with_capacity(1, all.as_slice());
    for message in some() {
        assert_eq!(Message::read(&mut trickle).unwrap(), Some(message));
    }
    assert_eq!(Message::read(&mut trickle).unwrap(), None);
}

#[test]
fn the_end_in_the_middle_of_one_is_an_error() {
    for message in some() {
        let bytes = bytes(message);
        for length in (1..bytes.len()).filter(|n| n % 97 == 0 || *n < 300 || bytes.len() - n < 300) {
            let error = Message::read(&mut &bytes[..length]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UnexpectedEof, "{length} of {} bytes", bytes.len());
        }
    }
}

#[test]
fn what_is_none_is_refused() {
    let of = |parts: Vec<Value>| {
        let mut bytes = Vec::new();
        Value::Array(parts).write(&mut bytes).unwrap();
        bytes
    };
    let (int, nil, name, none) = (Value::from, Value::Nil, Value::from("add"), Value::Array(vec![]));
    invalid(&[0xc1]); // begins no value
    invalid(&[0x07]);
    invalid(&of(vec![]));
    invalid(&of(vec![int(0), int(1), name.clone()]));
    invalid(&of(vec![int(2), name.clone()]));
    invalid(&of(vec![int(3), int(1), name.clone(), none.clone()]));
    invalid(&of(vec![int(0), int(-1), name.clone(), none.clone()]));
    invalid(&of(vec![int(0), int(1 << 32), name.clone(), none.clone()]));
    invalid(&of(vec![int(0), int(1), int(2), none.clone()]));
    invalid(&of(vec![int(0), int(1), name.clone(), nil.clone()]));
    invalid(&of(vec![int(1), int(1), name.clone(), name.clone()]));
    invalid(&of(vec![int(2), name.clone(), nil.clone()]));
    invalid(&of(vec![int(0), int(1), name, none, nil]));
    invalid(&[0x94, 0x00, 0x01, 0xa1, 0xff, 0x90]); // a name that is no text
}

/// What goes through, counted.
struct Counted<R>(R, u64);

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.0.read(buf)?;
        self.1 += n as u64;
        Ok(n)
    }
}

#[test]
fn who_sends_without_end_is_cut_off() {
    let endless: [&[u8]; 5] = [
        &[0xdb, 0xff, 0xff, 0xff, 0xff], // text of four gigabytes
        &[0xc6, 0xff, 0xff, 0xff, 0xff],
        &[0xc9, 0xff, 0xff, 0xff, 0xff, 0x05],
        &[0xdd, 0xff, 0xff, 0xff, 0xff], // so many values
        &[0xdf, 0xff, 0xff, 0xff, 0xff],
    ];
    for beginning in endless {
        let mut stream = BufReader::new(Counted(beginning.chain(repeat(b'x')), 0));
        let error = Message::read(&mut stream).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData, "{beginning:02x?}");
        let unread = stream.fill_buf().unwrap().len() as u64;
        assert!(stream.get_ref().1 - unread <= LONGEST, "{beginning:02x?}");
    }
}

/// On a stack of the usual size.
#[test]
fn nesting_is_limited() {
    vervet::run(|| {
        for bracket in [0x91, 0x81] {
            invalid(&vec![bracket; 100_000]);
        }
    });
    let nest = |depth| (0..depth).fold(Value::Nil, |inner, _| Value::Array(vec![inner]));
    let message = request(1, "deep", vec![nest(60)]);
    assert_eq!(Message::read(&mut bytes(message.clone()).as_slice()).unwrap(), Some(message));
    invalid(&bytes(request(1, "deep", vec![nest(62)])));
}

#[test]
fn what_is_too_long_is_not_written() {
    let text = "x".repeat(LONGEST as usize);
    let mut written = b"before".to_vec();
    let error = request(1, "echo", vec![text.as_str().into()]).write(&mut written).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert_eq!(written, b"before");
    // The longest that goes.
    let overhead = bytes(request(1, "echo", vec![text[..70_000].into()])).len() - 70_000;
    let message = request(1, "echo", vec![text[overhead..].into()]);
    assert_eq!(bytes(message.clone()).len() as u64, LONGEST);
    assert_eq!(Message::read(&mut bytes(message.clone()).as_slice()).unwrap(), Some(message));
}

fn any(random: &mut Random, depth: u32) -> Value {
    let length = random.below(40) as usize;
    let text = |random: &mut Random| (0..length).map(|_| random.next() as u8).collect::<Vec<_>>();
    match random.below(if depth == 0 { 7 } else { 9 }) {
        0 => Value::Nil,
        1 => Value::Bool(random.below(2) == 0),
        2 => Value::Int(i128::from(random.next() as i64 >> random.below(64))),
        3 => Value::Float(random.next() as f64),
        4 => Value::Str(String::from_utf8_lossy(&text(random)).into_owned()),
        5 => Value::Bin(text(random)),
        6 => Value::Ext(random.next() as i8, text(random)),
        7 => Value::Array((0..length % 5).map(|_| any(random, depth - 1)).collect()),
        _ => Value::Map((0..length % 5).map(|_| (any(random, 0), any(random, depth - 1))).collect()),
    }
}

/// Whatever is written can be read; whatever is read is a message or an error.
#[test]
fn any_value_and_any_bytes() {
    let seed = seed();
    let mut random = Random::new(seed);
    for round in 0..2_000 {
        let params = (0..random.below(4)).map(|_| any(&mut random, 3)).collect();
        let message = request(random.next() as u32, "any", params);
        let mut bytes = bytes(message.clone());
        assert_eq!(Message::read(&mut bytes.as_slice()).unwrap(), Some(message), "seed {seed}, {round}");
        for _ in 0..3 {
            let place = random.below(bytes.len() as u64) as usize;
            bytes[place] = random.next() as u8;
            if let Err(error) = Message::read(&mut bytes.as_slice()) {
                let kinds = [ErrorKind::InvalidData, ErrorKind::UnexpectedEof];
                assert!(kinds.contains(&error.kind()), "seed {seed}, {round}: {error}");
            }
        }
    }
}
