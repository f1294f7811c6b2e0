// Unix datagram sockets: named, unnamed, connected; limits of datagrams; ends.

use std::fs;
use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;
use std::{env, process, thread};

fn main() -> io::Result<()> {
    let [one, two] = ["one", "two"].map(|name| {
        let path = env::temp_dir().join(format!("dual-{}-{name}", process::id()));
        let _ = fs::remove_file(&path);
        path
    });
    let a = UnixDatagram::bind(&one)?;
    let b = UnixDatagram::bind(&two)?;
    println!("{}", a.send_to(b"from a", &two)?);
    let mut buf = [0; 16];
    let (n, from) = b.recv_from(&mut buf)?;
    println!("{:?} {}", String::from_utf8_lossy(&buf[..n]), from.as_pathname() == Some(&*one));
    println!("{:?}", UnixDatagram::bind(&one).unwrap_err().kind());
    println!("{:?}", a.peer_addr().unwrap_err().kind());

    let nameless = UnixDatagram::unbound()?;
    println!("{:?}", nameless.send(b"nowhere").unwrap_err().kind());
    nameless.connect(&two)?;
    println!("{} {}", nameless.send(b"cut off")?, nameless.send(b"")?);
    println!("{:?}", b.recv(&mut buf[..3])?);
    let (n, from) = b.recv_from(&mut buf)?;
    println!("{n} {}", from.is_unnamed());

    b.set_nonblocking(true)?;
    println!("{:?}", b.recv(&mut buf).unwrap_err().kind());
    b.set_nonblocking(false)?;
    println!("{:?}", b.set_write_timeout(Some(Duration::ZERO)).unwrap_err().kind());
    b.set_read_timeout(Some(Duration::from_millis(40)))?;
    println!("{:?} {:?}", b.read_timeout()?, b.recv(&mut buf).unwrap_err().kind());

    // Both ends in threads.
    let (x, y) = UnixDatagram::pair()?;
    let echo = thread::spawn(move || -> io::Result<usize> {
        let mut buf = [0; 64];
        let mut all = 0;
        loop {
            let n = y.recv(&mut buf)?;
            if n == 0 {
                return Ok(all);
            }
            all += y.send(&buf[..n])?;
        }
    });
    for n in 1..=10 {
        x.send(&vec![n; n as usize])?;
        print!("{} ", x.recv(&mut buf)?);
    }
    println!();
    x.send(b"")?;
    println!("{}", echo.join().unwrap()?);
    x.try_clone()?.shutdown(Shutdown::Write)?;
    println!("{:?}", x.send(b"x").unwrap_err().kind());
    println!("{:?}", x.take_error()?.map(|error| error.kind()));

    drop(b);
    println!("{:?}", nameless.send(b"gone").unwrap_err().kind());
    fs::remove_file(one)?;
    fs::remove_file(two)
}
