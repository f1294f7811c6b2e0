// Connected datagram sockets: one peer only, peeks, and errors that come back.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process;

/// An address of this process alone, so that no one else takes a port that has become free.
fn home() -> Ipv4Addr {
    Ipv4Addr::from_bits(0x7f80_0000 | (process::id() & 0x7f_ffff))
}

fn main() {
    let a = UdpSocket::bind((home(), 0)).unwrap();
    let b = UdpSocket::bind((home(), 0)).unwrap();
    let stranger = UdpSocket::bind((home(), 0)).unwrap();
    let (addr_a, addr_b) = (a.local_addr().unwrap(), b.local_addr().unwrap());
    println!("no peer yet: {:?}", a.peer_addr().unwrap_err().kind());
    let error = a.send(b"nowhere").unwrap_err();
    println!("no destination: {:?} {error}", error.raw_os_error());

    a.connect(addr_b).unwrap();
    println!("peer: {}", a.peer_addr().unwrap() == addr_b);
    stranger.send_to(b"psst", addr_a).unwrap();
    b.send_to(b"hello", addr_a).unwrap();
    let mut buf = [0; 16];
    println!("peek: {} {buf:?}", a.peek(&mut buf[..3]).unwrap());
    println!("peek from: {:?}", a.peek_from(&mut buf).map(|(n, from)| (n, from == addr_b)).unwrap());
    println!("recv: {}", a.recv(&mut buf).unwrap());
    println!("{}", String::from_utf8_lossy(&buf[..5]));
    a.set_nonblocking(true).unwrap();
    println!("not the stranger's: {:?}", a.recv(&mut buf).unwrap_err().kind());
    a.set_nonblocking(false).unwrap();

    println!("sent: {}", a.send(b"answer").unwrap());
    println!("recv: {:?}", b.recv_from(&mut buf).map(|(n, from)| (n, from == addr_a)).unwrap());

    // Nobody there any more.
    drop(b);
    println!("sent: {}", a.send(b"anyone?").unwrap());
    let error = a.recv(&mut buf).unwrap_err();
    println!("{:?}: {error}", error.kind());
    println!("taken: {:?}", a.take_error().unwrap().map(|error| error.kind()));

    let none: &[SocketAddr] = &[];
    for result in [a.connect(none), a.send_to(b"x", none).map(drop), UdpSocket::bind(none).map(drop)] {
        let error = result.unwrap_err();
        println!("{:?}: {error}", error.kind());
    }
}
