//! Counts down for each client, from what it asks for. Ctrl-C lets no more in, and gives those who are there some seconds: whoever
//! counts comes to an end by himself, whoever has not said anything by then is cut off.
//!
//! ```text
//! cargo run --release --example graceful_server -- 127.0.0.1:7003 5
//! nc 127.0.0.1 7003
//! ```
#![allow(clippy::print_stdout)] // an example talks to its user

use std::env;
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::time::{Duration, Instant};

use vervet::net::{SocketAddr, TcpStream};
use vervet::server::{self, StreamServer};
use vervet::signal::{SIGINT, SIGTERM, Signals};

const TICK: Duration = Duration::from_millis(100);

fn main() -> io::Result<()> {
    let mut args = env::args().skip(1);
    let addr = args.next().unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let seconds = args.next().map_or(Ok(5.0), |seconds| seconds.parse()).map_err(io::Error::other)?;
    let grace = Duration::try_from_secs_f64(seconds).map_err(io::Error::other)?;
    let stop = Signals::new(&[SIGINT, SIGTERM])?;
    let server = StreamServer::bind(addr)?.on_connection(count_down).start()?;
    println!("counting down on {}; Ctrl-C gives clients {grace:?}", server.local_addr());

    let signal = stop.recv()?;
    println!("\n{signal}: nobody comes in any more, {} are still here", server.connections());
    let start = Instant::now();
    let report = server.shutdown(grace);
    println!("{report}, after {:.1?}; {} clients in all. Bye!", start.elapsed(), server.accepted());
    Ok(())
}

fn count_down(stream: TcpStream, peer: SocketAddr) -> io::Result<()> {
    writeln!(&stream, "count from?")?;
    let mut text = String::new();
    BufReader::new(&stream).read_line(&mut text)?;
    let from: u32 = text.trim().parse().map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
    println!("{peer} counts from {from}");
    for n in (1..=from).rev() {
        if server::is_draining() {
            println!("{peer} stops at {n}");
            return writeln!(&stream, "we are closing, sorry: stopped at {n}");
        }
        writeln!(&stream, "{n}")?;
        vervet::sleep(TICK);
    }
    println!("{peer} has lifted off");
    writeln!(&stream, "lift-off!")
}
