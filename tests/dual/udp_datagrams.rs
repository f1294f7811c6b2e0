// Datagrams keep their limits; what does not fit is lost.

use std::net::UdpSocket;
use std::thread;

fn main() {
    let a = UdpSocket::bind("127.0.0.1:0").unwrap();
    let b = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (addr_a, addr_b) = (a.local_addr().unwrap(), b.local_addr().unwrap());

    for text in [&b"one"[..], b"", b"a longer one"] {
        println!("sent: {}", a.send_to(text, addr_b).unwrap());
    }
    let mut buf = [0; 64];
    for _ in 0..3 {
        let (n, from) = b.recv_from(&mut buf).unwrap();
        println!("{:?} {}", String::from_utf8_lossy(&buf[..n]), from == addr_a);
    }

    // Longer than the buffer.
    a.send_to(b"cut off here", addr_b).unwrap();
    a.send_to(b"whole", addr_b).unwrap();
    let (n, _) = b.recv_from(&mut buf[..7]).unwrap();
    println!("{:?}", String::from_utf8_lossy(&buf[..n]));
    let (n, _) = b.recv_from(&mut buf).unwrap();
    println!("{:?}", String::from_utf8_lossy(&buf[..n]));
    a.send_to(b"into nothing", addr_b).unwrap();
    println!("{}", b.recv_from(&mut []).unwrap().0);

    // Longer than a datagram can be.
    let error = a.send_to(&vec![0; 70_000], addr_b).unwrap_err();
    println!("too long: {:?} {error}", error.raw_os_error());

    // A receiver that waits, and a clone that sends.
    let receiver = thread::spawn(move || {
        let mut buf = [0; 16];
        let (n, from) = b.recv_from(&mut buf).unwrap();
        b.send_to(&buf[..n], from).unwrap();
    });
    a.try_clone().unwrap().send_to(b"there and back", addr_b).unwrap();
    let (n, from) = a.recv_from(&mut buf).unwrap();
    println!("{:?} {}", String::from_utf8_lossy(&buf[..n]), from == addr_b);
    receiver.join().unwrap();

    let fd = std::os::fd::AsRawFd::as_raw_fd(&a);
    let shown = format!("{a:?}").replace(&addr_a.to_string(), "ADDR").replace(&format!("fd: {fd}"), "fd: FD");
    println!("{shown}");
}
