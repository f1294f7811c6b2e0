//! Sends each datagram back to where it came from. Ctrl-C ends it.
//!
//! ```text
//! cargo run --release --example udp_echo -- 127.0.0.1:7002
//! nc -u 127.0.0.1 7002
//! ```
#![allow(clippy::print_stdout)] // an example talks to its user

use std::env;
use std::io;
use std::time::Duration;

use vervet::server::DatagramServer;
use vervet::signal::{SIGINT, SIGTERM, Signals};

fn main() -> io::Result<()> {
    let addr = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let ctrl_c = Signals::new(&[SIGINT, SIGTERM])?;
    let server = DatagramServer::bind(addr)?
        .on_datagram(|data, peer, responder| -> io::Result<()> {
            println!(
                "{peer}: {} bytes, {:?}",
                data.len(),
                String::from_utf8_lossy(&data[..data.len().min(40)])
            );
            responder.reply(data)?;
            Ok(())
        })
        .start()?;

    let addr = server.local_addr();
    println!("echoing datagrams on {addr}");
    println!("try: nc -u {} {}", addr.ip(), addr.port());
    ctrl_c.recv()?;

    let _ = server.shutdown(Duration::from_secs(1));
    println!("\n{} datagrams echoed", server.accepted());
    Ok(())
}
