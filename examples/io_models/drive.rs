//! The load: clients that connect, ask, check the answer, think, and ask again.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use vervet::net::TcpStream;

use crate::figures::{duration, thousands};

pub(crate) struct Load {
    pub(crate) connections: u32,
    pub(crate) requests: u32,
    pub(crate) pause: Duration,
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Load { connections, requests, pause } = self;
        let (connections, requests) = (thousands((*connections).into()), thousands((*requests).into()));
        write!(
            f,
            "{connections} clients, {requests} requests each, {} of thought before each",
            duration(*pause)
        )
    }
}

/// What the clients have seen.
pub(crate) struct Driven {
    pub(crate) time: Duration,
    /// In nanoseconds, of each request: from when it was sent until its answer was complete.
    pub(crate) latency: Histogram<u64>,
}

/// Makes all requests, from a greenlet for each client.
pub(crate) fn drive(addr: SocketAddr, load: &Load) -> io::Result<Driven> {
    let mut latency = Histogram::new(3).map_err(io::Error::other)?;
    let began = Instant::now();
    vervet::scope(|scope| {
        let clients: Vec<_> =
            (0..load.connections).map(|id| scope.spawn(move || client(addr, id, load))).collect();
        for client in clients {
            for took in client.join().expect("no client panics")? {
                latency.record(took.as_nanos() as u64).map_err(io::Error::other)?;
            }
        }
        Ok(Driven { time: began.elapsed(), latency })
    })
}

fn client(addr: SocketAddr, id: u32, load: &Load) -> io::Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(addr)?;
    stream.set_nodelay(true)?;
    let ask = |n| {
        vervet::sleep(load.pause);
        // Nobody else's, so that an answer to another is noticed.
        let question = format!("client {id} asks for the {n}. time: is anybody there?\n");
        let mut answer = vec![0; question.len()];
        let sent = Instant::now();
        stream.write_all(question.as_bytes())?;
        stream.read_exact(&mut answer)?;
        let took = sent.elapsed();
        match answer == question.to_uppercase().as_bytes() {
            true => Ok(took),
            false => Err(io::Error::other("the answer is another one")),
        }
    };
    (0..load.requests).map(ask).collect()
}
