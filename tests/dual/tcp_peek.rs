// Peeking leaves the data where it is, and waits for it as reading does.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut server, _) = listener.accept().unwrap();

    let waiting = server.try_clone().unwrap();
    let peeker = thread::spawn(move || {
        let mut buf = [0; 16];
        let n = waiting.peek(&mut buf).unwrap();
        String::from_utf8_lossy(&buf[..n]).into_owned()
    });
    client.write_all(b"look").unwrap();
    println!("peeked: {}", peeker.join().unwrap());
    let mut buf = [0; 3];
    println!("again: {} {buf:?}", server.peek(&mut buf).unwrap());
    println!("into nothing: {}", server.peek(&mut []).unwrap());
    let mut buf = [0; 4];
    server.read_exact(&mut buf).unwrap();
    println!("read: {}", String::from_utf8_lossy(&buf));

    server.set_nonblocking(true).unwrap();
    println!("empty: {:?}", server.peek(&mut buf).unwrap_err().kind());
    server.set_nonblocking(false).unwrap();
    drop(client);
    println!("at the end: {} {}", server.peek(&mut buf).unwrap(), server.read(&mut buf).unwrap());
}
