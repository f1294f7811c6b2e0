//! Forwards connections to another address: what comes in at one end goes out at the other, both ways. Ctrl-C ends it.
//!
//! ```text
//! cargo run --release --example port_forwarder -- 127.0.0.1:8000 example.com:80
//! curl -H 'Host: example.com' http://127.0.0.1:8000/
//! ```
#![allow(clippy::print_stdout)] // an example talks to its user

use std::env;
use std::io;
use std::time::{Duration, Instant};

use vervet::net::{Shutdown, SocketAddr, TcpStream};
use vervet::server::StreamServer;
use vervet::signal::{SIGINT, SIGTERM, Signals};

fn main() -> io::Result<()> {
    let mut args = env::args().skip(1);
    let addr = args.next().unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let target = args.next().unwrap_or_else(|| "example.com:80".to_owned());
    let ctrl_c = Signals::new(&[SIGINT, SIGTERM])?;
    let to = target.clone();
    let server = StreamServer::bind(addr)?.on_connection(move |client, peer| forward(&client, peer, &to));
    let server = server.start()?;

    println!("forwarding {} to {target}", server.local_addr());
    ctrl_c.recv()?;
    println!("\n{} connections forwarded, {}", server.accepted(), server.shutdown(Duration::from_secs(1)));
    Ok(())
}

fn forward(client: &TcpStream, peer: SocketAddr, target: &str) {
    let start = Instant::now();
    let server = match TcpStream::connect(target) {
        Ok(server) => server,
        Err(error) => return println!("{peer} --X {target}: {error}"),
    };
    println!("{peer} --> {target}");
    let (there, back) = vervet::scope(|scope| {
        let back = scope.spawn(|| pump(&server, client));
        (pump(client, &server), back.join().unwrap_or(0))
    });
    println!("{peer} <-> {target}: {there} bytes there, {back} back, {:.1?}", start.elapsed());
}

/// What one end says goes to the other, its last word too. How many bytes that were.
fn pump(mut from: &TcpStream, mut to: &TcpStream) -> u64 {
    let (mut buf, mut sent) = (vec![0; 16 << 10], 0);
    while let Ok(n @ 1..) = io::Read::read(&mut from, &mut buf) {
        if io::Write::write_all(&mut to, &buf[..n]).is_err() {
            let _ = from.shutdown(Shutdown::Read); // nobody is there to hear more
            break;
        }
        sent += n as u64;
    }
    let _ = to.shutdown(Shutdown::Write); // it may have left already
    sent
}
