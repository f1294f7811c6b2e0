//! MessagePack-RPC: requests with a number, answers with the number of their request, notifications with none.

use std::io::{self, BufRead, ErrorKind, Read};

use crate::value::{Value, invalid};

/// A message that takes more bytes is refused.
pub(crate) const LONGEST: u64 = 1 << 20;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Message {
    Request { id: u32, method: String, params: Vec<Value> },
    Response { id: u32, result: Result<Value, Value> },
    Notification { method: String, params: Vec<Value> },
}

impl Message {
    /// The next one, of which parts may still be on their way; `None` where the stream ends instead.
    pub(crate) fn read(from: &mut impl BufRead) -> io::Result<Option<Message>> {
        if from.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let mut from = from.take(LONGEST);
        match Value::read(&mut from) {
            Ok(value) => Message::try_from(value).map(Some),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof && from.limit() == 0 => {
                Err(invalid("a message that is too long"))
            }
            Err(error) => Err(error),
        }
    }

    /// Appends its bytes, all of them or none.
    pub(crate) fn write(self, to: &mut Vec<u8>) -> io::Result<()> {
        let before = to.len();
        let mut written = Value::from(self).write(to);
        if written.is_ok() && (to.len() - before) as u64 > LONGEST {
            written = Err(invalid("a message that is too long"));
        }
        if written.is_err() {
            to.truncate(before);
        }
        written
    }
}

impl From<Message> for Value {
    fn from(message: Message) -> Value {
        Value::Array(match message {
            Message::Request { id, method, params } => {
                vec![Value::Int(0), Value::Int(id.into()), Value::Str(method), Value::Array(params)]
            }
            Message::Response { id, result } => {
                let (error, result) = match result {
                    Ok(result) => (Value::Nil, result),
                    Err(error) => (error, Value::Nil),
                };
                vec![Value::Int(1), Value::Int(id.into()), error, result]
            }
            Message::Notification { method, params } => {
                vec![Value::Int(2), Value::Str(method), Value::Array(params)]
            }
        })
    }
}

impl TryFrom<Value> for Message {
    type Error = io::Error;

    fn try_from(value: Value) -> io::Result<Message> {
        let Value::Array(parts) = value else { return Err(invalid("a message that is no array")) };
        let id = |id: i128| u32::try_from(id).map_err(invalid);
        Ok(match <[Value; 4]>::try_from(parts) {
            Ok([Value::Int(0), Value::Int(n), Value::Str(method), Value::Array(params)]) => {
                Message::Request { id: id(n)?, method, params }
            }
            Ok([Value::Int(1), Value::Int(n), Value::Nil, result]) => {
                Message::Response { id: id(n)?, result: Ok(result) }
            }
            Ok([Value::Int(1), Value::Int(n), error, Value::Nil]) => {
                Message::Response { id: id(n)?, result: Err(error) }
            }
            Ok(_) => return Err(invalid("neither request nor answer")),
            Err(parts) => match <[Value; 3]>::try_from(parts) {
                Ok([Value::Int(2), Value::Str(method), Value::Array(params)]) => {
                    Message::Notification { method, params }
                }
                _ => return Err(invalid("neither request, answer nor notification")),
            },
        })
    }
}
