// Clones are one connection: it lives until the last is gone, and its settings are shared.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, IntoRawFd, OwnedFd};
use std::process;
use std::thread;

/// An address of this process alone, so that no one else takes a port that has become free.
fn home() -> Ipv4Addr {
    Ipv4Addr::from_bits(0x7f80_0000 | (process::id() & 0x7f_ffff))
}

fn main() {
    let listener = TcpListener::bind((home(), 0)).unwrap();
    let first = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    let mut second = first.try_clone().unwrap();
    println!("two numbers: {}", first.as_raw_fd() != second.as_raw_fd());

    first.set_nodelay(true).unwrap();
    first.set_ttl(42).unwrap();
    println!("shared: {} {}", second.nodelay().unwrap(), second.ttl().unwrap());

    // One clone is dropped while the other waits for data.
    let reader = thread::spawn(move || {
        let mut text = String::new();
        second.read_to_string(&mut text).map(|n| (n, text))
    });
    thread::yield_now();
    drop(first);
    peer.write_all(b"still there").unwrap();
    drop(peer);
    println!("{:?}", reader.join().unwrap().unwrap());

    // As an fd and back.
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    let raw = stream.into_raw_fd();
    // SAFETY: the number was taken out of a stream just now.
    let stream = unsafe { TcpStream::from_raw_fd(raw) };
    let other = stream.as_fd().try_clone_to_owned().unwrap();
    let owned = OwnedFd::from(stream);
    println!("the same: {}", owned.as_raw_fd() == raw);
    let mut stream = TcpStream::from(owned);
    stream.write_all(b"by fd").unwrap();
    drop(stream);
    drop(TcpStream::from(other));
    let mut text = String::new();
    peer.read_to_string(&mut text).unwrap();
    println!("{text}");

    // Two that accept.
    let addr = listener.local_addr().unwrap();
    let clone = listener.try_clone().unwrap();
    let acceptors = [listener, clone].map(|one| thread::spawn(move || one.accept().is_ok()));
    let clients = [TcpStream::connect(addr), TcpStream::connect(addr)];
    println!("{:?} {:?}", acceptors.map(|one| one.join().unwrap()), clients.map(|one| one.is_ok()));
    println!("nobody left: {:?}", TcpStream::connect(addr).unwrap_err().kind());
}
