// The two halves of a connection end in every order; what reads and writes answer then.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (client, listener.accept().unwrap().0)
}

fn show<T: std::fmt::Debug>(what: &str, result: io::Result<T>) {
    match result {
        Ok(value) => println!("{what}: {value:?}"),
        Err(error) => println!("{what}: {:?}: {error}", error.kind()),
    }
}

fn main() {
    let (mut client, mut server) = pair();
    show("write", client.write(b"last words"));
    show("shut writing", client.shutdown(Shutdown::Write));
    show("write after it", client.write(b"more"));
    show("shut writing again", client.shutdown(Shutdown::Write));
    let mut text = String::new();
    show("peer reads", server.read_to_string(&mut text));
    println!("{text}");
    show("peer answers", server.write(b"answer"));
    show("peer shuts both", server.shutdown(Shutdown::Both));
    text.clear();
    show("answer", client.read_to_string(&mut text));
    show("read at the end", client.read(&mut [0; 4]));
    show("read into nothing", client.read(&mut []));

    let (mut client, mut server) = pair();
    show("shut reading", client.shutdown(Shutdown::Read));
    show("read after it", client.read(&mut [0; 4]));
    show("write after it", client.write(b"x"));
    show("peer still reads", server.read(&mut [0; 4]));

    // A reader that waits is woken by another clone's shutdown.
    let (client, _server) = pair();
    let mut reading = client.try_clone().unwrap();
    let reader = thread::spawn(move || reading.read(&mut [0; 4]));
    thread::sleep(std::time::Duration::from_millis(20));
    show("shut while someone reads", client.shutdown(Shutdown::Read));
    show("woken", reader.join().unwrap());

    // Closed with data unread: the peer is told so.
    let (mut client, server) = pair();
    show("written, never read", client.write(b"unread"));
    server.peek(&mut [0]).unwrap();
    drop(server);
    show("read after a reset", client.read(&mut [0; 4]));
    show("read after that", client.read(&mut [0; 4]));
    show("write after a reset", client.write(b"x"));
}
