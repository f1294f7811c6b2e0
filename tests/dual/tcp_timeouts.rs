// Timeouts: which are refused, how they are kept, what they answer, and that clones share them.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process;
use std::thread;
use std::time::{Duration, Instant};

/// An address of this process alone, so that no one else takes a port that has become free.
fn home() -> Ipv4Addr {
    Ipv4Addr::from_bits(0x7f80_0000 | (process::id() & 0x7f_ffff))
}

fn main() {
    let listener = TcpListener::bind((home(), 0)).unwrap();
    let addr = listener.local_addr().unwrap();
    let mut stream = TcpStream::connect(addr).unwrap();
    let (mut peer, _) = listener.accept().unwrap();

    println!("at first: {:?} {:?}", stream.read_timeout().unwrap(), stream.write_timeout().unwrap());
    for set in [TcpStream::set_read_timeout, TcpStream::set_write_timeout] {
        let error = set(&stream, Some(Duration::ZERO)).unwrap_err();
        println!("zero: {:?}: {error}", error.kind());
        println!("tiny: {:?}", set(&stream, Some(Duration::from_nanos(1))).is_ok());
        println!("huge: {:?}", set(&stream, Some(Duration::MAX)).is_ok());
        println!("none: {:?}", set(&stream, None).is_ok());
    }
    println!("tiny, kept: {:?}", {
        stream.set_read_timeout(Some(Duration::from_nanos(1))).unwrap();
        stream.read_timeout().unwrap().is_some()
    });

    let wait = Duration::from_millis(40);
    stream.set_read_timeout(Some(wait)).unwrap();
    println!("kept: {:?}", stream.read_timeout().unwrap());
    let clone = stream.try_clone().unwrap();
    println!("the clone's: {:?}", clone.read_timeout().unwrap());

    let start = Instant::now();
    let error = stream.read(&mut [0; 8]).unwrap_err();
    println!("nothing came: {:?}: {error}", error.kind());
    let waited = start.elapsed();
    println!("in time: {}", waited >= wait && waited < Duration::from_secs(5));
    let error = clone.peek(&mut [0; 8]).unwrap_err();
    println!("peek: {:?}", error.kind());
    let error = stream.read_exact(&mut [0; 8]).unwrap_err();
    println!("read_exact: {:?}", error.kind());

    // What comes in time is read, and the timeout does not outlive it.
    let writer = thread::spawn(move || {
        peer.write_all(b"in time").unwrap();
        peer
    });
    let mut buf = [0; 7];
    stream.read_exact(&mut buf).unwrap();
    println!("{}", String::from_utf8_lossy(&buf));
    let peer = writer.join().unwrap();

    // Writing times out when the buffers are full.
    stream.set_write_timeout(Some(wait)).unwrap();
    let chunk = vec![7; 1 << 20];
    let error = loop {
        match stream.write(&chunk) {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    println!("full: {:?}", error.kind());
    drop(peer);

    // connect_timeout
    let error = TcpStream::connect_timeout(&addr, Duration::ZERO).map(drop);
    println!("connect within nothing: {:?}", error.map_err(|error| (error.kind(), error.to_string())));
    println!("connect: {:?}", TcpStream::connect_timeout(&addr, Duration::MAX).is_ok());
    drop(listener);
    let error = TcpStream::connect_timeout(&addr, Duration::from_secs(5)).unwrap_err();
    println!("nobody listens: {}", error.kind() == ErrorKind::ConnectionRefused);
}
