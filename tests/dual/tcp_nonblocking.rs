// The user's non-blocking mode is obeyed, and shared by clones.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut server, _) = listener.accept().unwrap();

    let mut clone = client.try_clone().unwrap();
    clone.set_nonblocking(true).unwrap();
    let error = client.read(&mut [0; 4]).unwrap_err();
    println!("empty: {:?}: {error}", error.kind());

    let mut sent = 0;
    let error = loop {
        match client.write(&[b'x'; 65536]) {
            Ok(n) => sent += n,
            Err(error) => break error,
        }
    };
    println!("full: {:?}: {error}", error.kind());

    // Blocking again: the rest is written as soon as the peer reads.
    client.set_nonblocking(false).unwrap();
    let writer = thread::spawn(move || {
        clone.write_all(b"the end").unwrap();
        drop((clone, client));
    });
    let mut all = Vec::new();
    server.read_to_end(&mut all).unwrap();
    writer.join().unwrap();
    println!("all there: {} {}", all.len() == sent + 7, String::from_utf8_lossy(&all[sent..]));
    println!("taken error: {:?}", server.take_error().unwrap().map(|error| error.kind()));

    listener.set_nonblocking(true).unwrap();
    let refused = listener.accept().map(drop).map_err(|error| error.kind());
    println!("{}", refused == Err(ErrorKind::WouldBlock));
}
