// Errors on the way to a connection: kinds, messages, numbers.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process;

/// An address of this process alone, so that no one else takes a port that has become free.
fn home() -> Ipv4Addr {
    Ipv4Addr::from_bits(0x7f80_0000 | (process::id() & 0x7f_ffff))
}

fn show<T>(what: &str, result: io::Result<T>) {
    match result {
        Ok(_) => println!("{what}: fine"),
        Err(error) => println!("{what}: {:?} {:?} {error}", error.kind(), error.raw_os_error()),
    }
}

fn main() {
    let none: &[SocketAddr] = &[];
    show("connect to nothing", TcpStream::connect(none));
    show("bind to nothing", TcpListener::bind(none));
    show("no port", TcpStream::connect("127.0.0.1"));
    show("bad port", TcpStream::connect("127.0.0.1:port"));
    show("big port", TcpStream::connect("127.0.0.1:65536"));
    show("not ours", TcpListener::bind("192.0.2.1:0"));

    let taken = TcpListener::bind((home(), 0)).unwrap();
    let addr = taken.local_addr().unwrap();
    show("taken", TcpListener::bind(addr));
    drop(taken);
    show("free again", TcpListener::bind(addr));
    show("nobody listens", TcpStream::connect(addr));
    show("nobody listens at either", TcpStream::connect(&[addr, addr][..]));

    // The first that works is taken, the last error is told.
    let listener = TcpListener::bind((home(), 0)).unwrap();
    let there = listener.local_addr().unwrap();
    show("the second is there", TcpStream::connect(&[addr, there][..]));
    show("the first is there", TcpStream::connect(&[there, addr][..]));
    let outside: SocketAddr = "192.0.2.1:0".parse().unwrap();
    show("the second can be bound", TcpListener::bind(&[outside, addr][..]));
    show("none can be bound", TcpListener::bind(&[there, outside][..]));

    let stream = TcpStream::connect(there).unwrap();
    show("ttl", stream.set_ttl(0));
    println!("{}", stream.peer_addr().unwrap() == there);
}
