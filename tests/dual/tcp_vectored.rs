// Vectored reads and writes fill and take all their buffers.

use std::io::{IoSlice, IoSliceMut, Read, Write};
use std::net::{TcpListener, TcpStream};

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut server, _) = listener.accept().unwrap();

    let parts = [IoSlice::new(b"one "), IoSlice::new(b""), IoSlice::new(b"two "), IoSlice::new(b"three")];
    println!("written: {}", client.write_vectored(&parts).unwrap());
    let (mut a, mut b, mut c) = ([0; 2], [0; 5], [0; 20]);
    let mut into = [IoSliceMut::new(&mut a), IoSliceMut::new(&mut b), IoSliceMut::new(&mut c)];
    println!("read: {}", server.read_vectored(&mut into).unwrap());
    println!("{a:?} {b:?} {c:?}");

    println!("nothing: {} {}", client.write_vectored(&[]).unwrap(), server.read_vectored(&mut []).unwrap());
    println!("by reference: {}", (&client).write_vectored(&[IoSlice::new(b"ref")]).unwrap());
    println!("{}", (&server).read_vectored(&mut [IoSliceMut::new(&mut c)]).unwrap());

    let many: Vec<_> = (0..1500u16).map(|n| [n as u8]).collect();
    let slices: Vec<_> = many.iter().map(|one| IoSlice::new(one)).collect();
    // More parts than the kernel takes at a time.
    println!("many: {}", client.write_vectored(&slices).unwrap());
    drop(client);
    let mut rest = Vec::new();
    println!("{:?}", server.read_to_end(&mut rest));
    println!("at the end: {}", server.read_vectored(&mut [IoSliceMut::new(&mut a)]).unwrap());
}
