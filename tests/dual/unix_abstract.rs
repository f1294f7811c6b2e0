// Unix sockets whose names are in no file system.

use std::io::{self, Read, Write};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener, UnixStream};
use std::{process, thread};

fn main() -> io::Result<()> {
    let name = format!("dual-{}-abstract", process::id());
    let addr = SocketAddr::from_abstract_name(&name)?;
    println!("{:?} {}", addr.as_abstract_name().map(|own| own == name.as_bytes()), addr.is_unnamed());
    println!("{:?}", UnixStream::connect_addr(&addr).unwrap_err().kind());

    let listener = UnixListener::bind_addr(&addr)?;
    println!("{}", listener.local_addr()?.as_abstract_name() == Some(name.as_bytes()));
    println!("{:?}", UnixListener::bind_addr(&addr).unwrap_err().kind());
    let server = thread::spawn(move || -> io::Result<(bool, String)> {
        let (mut stream, from) = listener.accept()?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        Ok((from.is_unnamed(), text))
    });
    let mut stream = UnixStream::connect_addr(&addr)?;
    println!("{}", stream.peer_addr()?.as_abstract_name() == Some(name.as_bytes()));
    stream.write_all(b"without a file")?;
    drop(stream);
    println!("{:?}", server.join().unwrap()?);

    let receiver = UnixDatagram::bind_addr(&addr)?;
    let sender = UnixDatagram::unbound()?;
    println!("{}", sender.send_to_addr(b"datagram", &addr)?);
    let mut buf = [0; 4];
    let (n, from) = receiver.recv_from(&mut buf)?;
    println!("{:?} {}", String::from_utf8_lossy(&buf[..n]), from.is_unnamed());
    sender.connect_addr(&addr)?;
    println!("{}", sender.send(b"x")?);
    println!("{:?}", SocketAddr::from_abstract_name([b'x'; 200]).unwrap_err().kind());
    Ok(())
}
