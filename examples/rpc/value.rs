//! MessagePack's values, written and read with rmp.

use std::error::Error;
use std::io::{self, BufRead, ErrorKind, Read, Take};

use rmp::decode::NumValueReadError;
use rmp::{Marker, decode, encode};

/// Nesting beyond this is refused: each level takes stack.
const DEPTH: u32 = 64;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Nil,
    Bool(bool),
    /// From `i64::MIN` to `u64::MAX`.
    Int(i128),
    Float(f64),
    Str(String),
    Bin(Vec<u8>),
    Array(Vec<Value>),
    Map(Vec<(Value, Value)>),
    Ext(i8, Vec<u8>),
}

impl From<i64> for Value {
    fn from(n: i64) -> Value {
        Value::Int(n.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Str(text.to_owned())
    }
}

impl Value {
    /// Appends its bytes.
    pub(crate) fn write(&self, to: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Value::Nil => encode::write_nil(to)?,
            Value::Bool(value) => encode::write_bool(to, *value)?,
            Value::Int(n) => match i64::try_from(*n) {
                Ok(n) => drop(encode::write_sint(to, n)?),
                Err(_) => drop(encode::write_uint(to, u64::try_from(*n).map_err(invalid)?)?),
            },
            Value::Float(value) => encode::write_f64(to, *value)?,
            Value::Str(text) => encode::write_str(to, text)?,
            Value::Bin(bytes) => encode::write_bin(to, bytes)?,
            Value::Array(items) => {
                encode::write_array_len(to, length(items)?)?;
                items.iter().try_for_each(|item| item.write(to))?;
            }
            Value::Map(pairs) => {
                encode::write_map_len(to, length(pairs)?)?;
                pairs.iter().try_for_each(|(key, value)| key.write(to).and_then(|()| value.write(to)))?;
            }
            Value::Ext(kind, bytes) => {
                encode::write_ext_meta(to, length(bytes)?, *kind)?;
                to.extend_from_slice(bytes);
            }
        }
        Ok(())
    }

    /// Reads one, of as many bytes as `from` lets through at the most; waits for those that have not come yet.
    pub(crate) fn read(from: &mut Take<impl BufRead>) -> io::Result<Value> {
        read(from, DEPTH)
    }
}

fn read(from: &mut Take<impl BufRead>, depth: u32) -> io::Result<Value> {
    let depth = depth.checked_sub(1).ok_or_else(|| invalid("nested too deeply"))?;
    let first = *from.fill_buf()?.first().ok_or(ErrorKind::UnexpectedEof)?;
    Ok(match Marker::from_u8(first) {
        Marker::Null => decode::read_nil(from).map(|()| Value::Nil).map_err(failed)?,
        Marker::True | Marker::False => Value::Bool(decode::read_bool(from).map_err(failed)?),
        Marker::F32 => Value::Float(decode::read_f32(from).map_err(failed)?.into()),
        Marker::F64 => Value::Float(decode::read_f64(from).map_err(failed)?),
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
            let length = decode::read_str_len(from).map_err(failed)?;
            Value::Str(String::from_utf8(bytes(from, length)?).map_err(invalid)?)
        }
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => {
            let length = decode::read_bin_len(from).map_err(failed)?;
            Value::Bin(bytes(from, length)?)
        }
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => {
            let length = decode::read_array_len(from).map_err(failed)?;
            Value::Array((0..length).map(|_| read(from, depth)).collect::<io::Result<_>>()?)
        }
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => {
            let length = decode::read_map_len(from).map_err(failed)?;
            let mut pair = || Ok((read(from, depth)?, read(from, depth)?));
            Value::Map((0..length).map(|_| pair()).collect::<io::Result<_>>()?)
        }
        marker if is_ext(marker) => {
            let about = decode::read_ext_meta(from).map_err(failed)?;
            Value::Ext(about.typeid, bytes(from, about.size)?)
        }
        _ => Value::Int(decode::read_int(from).map_err(failed)?),
    })
}

fn is_ext(marker: Marker) -> bool {
    use Marker::{Ext8, Ext16, Ext32, FixExt1, FixExt2, FixExt4, FixExt8, FixExt16};
    matches!(marker, Ext8 | Ext16 | Ext32 | FixExt1 | FixExt2 | FixExt4 | FixExt8 | FixExt16)
}

/// So many, in memory that is taken as they come: who sends a length need not send what it announces.
fn bytes(from: &mut Take<impl BufRead>, length: u32) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match from.take(length.into()).read_to_end(&mut bytes)? {
        n if n == length as usize => Ok(bytes),
        _ => Err(ErrorKind::UnexpectedEof.into()),
    }
}

fn length<T>(items: &[T]) -> io::Result<u32> {
    items.len().try_into().map_err(invalid)
}

/// The stream's own error, or that these bytes are none of ours.
fn failed(error: impl Into<NumValueReadError>) -> io::Error {
    match error.into() {
        NumValueReadError::InvalidMarkerRead(error) | NumValueReadError::InvalidDataRead(error) => error,
        other => invalid(other),
    }
}

pub(crate) fn invalid(why: impl Into<Box<dyn Error + Send + Sync>>) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, why)
}
