// The iterator of a listener, non-blocking accepts, and what a server sees of clients that are gone.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    listener.set_nonblocking(true).unwrap();
    println!("nobody: {:?}", listener.accept().unwrap_err().kind());
    println!("nobody: {:?}", listener.incoming().next().unwrap().unwrap_err().kind());
    listener.set_nonblocking(false).unwrap();

    let clients = thread::spawn(move || {
        for number in 0..5 {
            // Each waits for its answer, so that they come in order.
            let mut stream = TcpStream::connect(addr).unwrap();
            write!(stream, "{number}").unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            println!("{answer}");
        }
    });
    for stream in listener.incoming().take(5) {
        let mut stream = stream.unwrap();
        let mut number = [0];
        stream.read_exact(&mut number).unwrap();
        write!(stream, "hello {}", number[0] as char).unwrap();
    }
    clients.join().unwrap();

    // Gone before it was accepted: accepted nevertheless, and at its end.
    drop(TcpStream::connect(addr).unwrap());
    let (mut gone, _) = listener.accept().unwrap();
    println!("gone: {}", gone.read(&mut [0; 8]).unwrap());

    // A stream accepted from a non-blocking listener blocks.
    listener.set_nonblocking(true).unwrap();
    let mut client = TcpStream::connect(addr).unwrap();
    let (mut server, _) = listener.accept().unwrap();
    let reader = thread::spawn(move || {
        let mut text = String::new();
        server.read_to_string(&mut text).unwrap();
        text
    });
    client.write_all(b"later").unwrap();
    drop(client);
    println!("{}", reader.join().unwrap());
}
