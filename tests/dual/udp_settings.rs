// Flags and timeouts of datagram sockets.

use std::net::{Ipv4Addr, UdpSocket};
use std::time::{Duration, Instant};

fn main() -> std::io::Result<()> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    println!("broadcast: {}", socket.broadcast()?);
    let error = socket.send_to(b"all", "255.255.255.255:9").unwrap_err();
    println!("{:?}: {error}", error.kind());
    socket.set_broadcast(true)?;
    println!("broadcast: {}", socket.try_clone()?.broadcast()?);

    println!("loop: {}", socket.multicast_loop_v4()?);
    socket.set_multicast_loop_v4(false)?;
    socket.set_multicast_ttl_v4(9)?;
    println!("loop: {}, ttl {}", socket.multicast_loop_v4()?, socket.multicast_ttl_v4()?);
    socket.set_ttl(77)?;
    println!("ttl: {}", socket.ttl()?);
    let group = Ipv4Addr::new(224, 0, 0, 123);
    let error = socket.leave_multicast_v4(&group, &Ipv4Addr::LOCALHOST).unwrap_err();
    println!("never joined: {:?}: {error}", error.kind());
    let error = socket.join_multicast_v4(&Ipv4Addr::LOCALHOST, &Ipv4Addr::UNSPECIFIED).unwrap_err();
    println!("no group: {:?}: {error}", error.kind());

    println!("{:?} {:?}", socket.read_timeout()?, socket.write_timeout()?);
    for set in [UdpSocket::set_read_timeout, UdpSocket::set_write_timeout] {
        let error = set(&socket, Some(Duration::ZERO)).unwrap_err();
        println!("zero: {:?}: {error}", error.kind());
        set(&socket, Some(Duration::from_millis(40)))?;
    }
    println!("{:?} {:?}", socket.read_timeout()?, socket.write_timeout()?);
    for receive in [UdpSocket::recv, UdpSocket::peek] {
        let start = Instant::now();
        let error = receive(&socket, &mut [0; 4]).unwrap_err();
        println!("{:?}: {error}: {}", error.kind(), start.elapsed() >= Duration::from_millis(40));
    }
    println!("{:?}", socket.recv_from(&mut [0; 4]).unwrap_err().kind());
    println!("{:?}", socket.peek_from(&mut [0; 4]).unwrap_err().kind());
    socket.set_read_timeout(None)?;
    socket.set_nonblocking(true)?;
    println!("{:?}", socket.recv_from(&mut [0; 4]).unwrap_err().kind());
    println!("{:?}", socket.take_error()?.map(|error| error.kind()));
    Ok(())
}
