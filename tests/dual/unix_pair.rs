// Two connected Unix sockets: streams between threads, shutdowns, timeouts, vectors.

use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::Duration;

fn main() -> io::Result<()> {
    let (mut a, mut b) = UnixStream::pair()?;
    println!("{:?} {:?}", a.local_addr()?, b.peer_addr()?);
    let fd = std::os::fd::AsRawFd::as_raw_fd(&a);
    println!("{}", format!("{a:?}").replace(&format!("fd: {fd}"), "fd: FD"));

    let echo = thread::spawn(move || -> io::Result<u64> {
        let mut out = b.try_clone()?;
        let n = io::copy(&mut b, &mut out)?;
        out.shutdown(Shutdown::Write)?;
        Ok(n)
    });
    let mut out = a.try_clone()?;
    let writer = thread::spawn(move || {
        for n in 0..1000u32 {
            out.write_all(&n.to_le_bytes()).unwrap();
        }
        out.shutdown(Shutdown::Write).unwrap();
    });
    let mut all = Vec::new();
    a.read_to_end(&mut all)?;
    writer.join().unwrap();
    println!("echoed: {} {}", echo.join().unwrap()?, all.chunks(4).map(|n| n[0] as u64).sum::<u64>());

    let (mut a, mut b) = UnixStream::pair()?;
    println!("{}", a.write_vectored(&[IoSlice::new(b"ab"), IoSlice::new(b"cde")])?);
    let (mut x, mut y) = ([0; 1], [0; 9]);
    println!("{}", b.read_vectored(&mut [IoSliceMut::new(&mut x), IoSliceMut::new(&mut y)])?);
    println!("{x:?} {y:?}");

    let error = a.set_read_timeout(Some(Duration::ZERO)).unwrap_err();
    println!("{:?}: {error}", error.kind());
    a.set_read_timeout(Some(Duration::from_millis(40)))?;
    println!("{:?} {:?}", a.read_timeout()?, a.write_timeout()?);
    println!("{:?}", a.read(&mut [0; 4]).unwrap_err().kind());
    a.set_nonblocking(true)?;
    println!("{:?}", a.read(&mut [0; 4]).unwrap_err().kind());
    let full = loop {
        if let Err(error) = a.write(&[0; 65536]) {
            break error;
        }
    };
    println!("full: {:?}", full.kind());
    println!("{:?}", a.take_error()?.map(|error| error.kind()));
    drop(b);
    let error = a.write(b"x").unwrap_err();
    println!("{:?}: {error}", error.kind());
    Ok(())
}
