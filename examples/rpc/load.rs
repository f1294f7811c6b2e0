//! The same calls from any number of greenlets, and what they measure.

use std::io;
use std::time::{Duration, Instant};

use vervet::net::SocketAddr;
use vervet::server::ServerHandle;
use vervet::sync::{Barrier, Mutex};

use crate::client::Client;
use crate::error::Error;
use crate::server::{self, Methods, bad_params};
use crate::value::Value;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server with a method that adds.
pub(crate) fn serve() -> io::Result<ServerHandle> {
    let add = |params: Vec<Value>| match params.as_slice() {
        [Value::Int(a), Value::Int(b)] => Ok(Value::Int(a + b)),
        _ => Err(bad_params()),
    };
    server::start(SocketAddr::from(([127, 0, 0, 1], 0)), Methods::default().with("add", add))
}

/// Whether a call waits for the answer to the one before, whoever has made that.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Order {
    Multiplexed,
    InTurn,
}

/// How long all took together, and each: from when its greenlet wanted to call until it had the answer.
pub(crate) struct Times {
    pub(crate) all: Duration,
    pub(crate) each: Vec<Duration>,
}

/// Makes so many calls, from so many greenlets, each with its share. Every result is verified. The time begins when all greenlets are
/// there.
pub(crate) fn run(client: &Client, calls: u64, greenlets: u64, order: Order) -> Result<Times, Error> {
    let (turn, there) = (Mutex::new(()), Barrier::new(greenlets as usize + 1));
    let turn = (order == Order::InTurn).then_some(&turn);
    vervet::scope(|scope| {
        let share = |first| {
            let (there, numbers) = (&there, (first..calls).step_by(greenlets as usize));
            scope.spawn(move || {
                there.wait();
                numbers.map(|n| call(client, n, turn)).collect::<Vec<_>>()
            })
        };
        let shares: Vec<_> = (0..greenlets).map(share).collect();
        there.wait();
        let began = Instant::now();
        let shares = shares.into_iter().flat_map(|share| share.join().expect("it does not panic"));
        let each = shares.collect::<Result<_, _>>()?;
        Ok(Times { all: began.elapsed(), each })
    })
}

fn call(client: &Client, n: u64, turn: Option<&Mutex<()>>) -> Result<Duration, Error> {
    let wanted = Instant::now();
    let _turn = turn.map(|turn| turn.lock().expect("nobody panics in his turn"));
    let sum = client.call_timeout("add", vec![Value::Int(n.into()), Value::Int(1)], PATIENCE)?;
    let took = wanted.elapsed();
    match sum == Value::Int(i128::from(n) + 1) {
        true => Ok(took),
        false => Err(io::Error::other(format!("{n} and 1 are not {sum:?}")).into()),
    }
}
