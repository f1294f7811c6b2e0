//! A server that shouts back: each line that a client says, in capitals. Ctrl-C ends it.
//!
//! ```text
//! cargo run --release --example echo_upper_server -- 127.0.0.1:7000
//! nc 127.0.0.1 7000
//! ```
#![allow(clippy::print_stdout)] // an example talks to its user

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::time::Duration;

use vervet::net::{SocketAddr, TcpStream};
use vervet::server::StreamServer;
use vervet::signal::{SIGINT, SIGTERM, Signals};

fn main() -> io::Result<()> {
    let addr = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let ctrl_c = Signals::new(&[SIGINT, SIGTERM])?;
    let server = StreamServer::bind(addr)?.max_connections(1_000).on_connection(shout).start()?;

    let addr = server.local_addr();
    println!("shouting on {addr}");
    println!("try: nc {} {}", addr.ip(), addr.port());
    ctrl_c.recv()?;

    let report = server.shutdown(Duration::from_secs(1));
    println!("\n{} CLIENTS IN ALL, {} AT THE END", server.accepted(), report.drained + report.killed);
    Ok(())
}

fn shout(stream: TcpStream, peer: SocketAddr) -> io::Result<()> {
    println!("{peer} is here");
    let mut said = 0;
    for line in BufReader::new(&stream).lines() {
        writeln!(&stream, "{}", line?.to_uppercase())?;
        said += 1;
    }
    println!("{peer} has said {said} lines, and left");
    Ok(())
}
