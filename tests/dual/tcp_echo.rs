// Several clients at once talk to one server that has a thread for each of them.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

fn serve(mut stream: TcpStream) -> io::Result<u64> {
    let mut echo = stream.try_clone()?;
    io::copy(&mut stream, &mut echo)
}

fn talk(addr: std::net::SocketAddr, number: usize) -> io::Result<String> {
    let mut stream = TcpStream::connect(addr)?;
    let mut answers = BufReader::new(stream.try_clone()?);
    let mut text = String::new();
    for round in 0..3 {
        writeln!(stream, "client {number}, round {round}")?;
        answers.read_line(&mut text)?;
    }
    stream.shutdown(Shutdown::Write)?;
    answers.read_to_string(&mut text)?;
    Ok(text)
}

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let addr = listener.local_addr()?;
    let server = thread::spawn(move || -> io::Result<u64> {
        let mut connections = Vec::new();
        for _ in 0..8 {
            let (stream, peer) = listener.accept()?;
            assert_eq!(peer.ip(), addr.ip());
            connections.push(thread::spawn(move || serve(stream)));
        }
        connections.into_iter().map(|connection| connection.join().unwrap()).sum()
    });
    let clients: Vec<_> = (0..8).map(|number| thread::spawn(move || talk(addr, number))).collect();
    for client in clients {
        print!("{}", client.join().unwrap()?);
    }
    println!("{} bytes echoed", server.join().unwrap()?);
    Ok(())
}
