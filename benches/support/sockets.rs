//! Many connections in one epoll, and the smallest loops around it: the load generator that drives every server,
//! and the echo server that nobody can be expected to beat.

use std::io::{self, BufRead, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use rustix::event::epoll;
use rustix::io::Errno;

/// The size of a request, and of its answer.
pub(crate) const MESSAGE: usize = 64;

/// Events taken at once.
const EVENTS: usize = 512;

/// Connections that may wait to be accepted: all of them, since one that is refused is tried again only a second later.
const BACKLOG: i32 = 1_024;

/// A listener on a port of its own.
pub(crate) fn listen() -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    rustix::net::listen(&listener, BACKLOG)?;
    let addr = listener.local_addr()?;
    Ok((listener, addr))
}

/// One end of each connection, all non-blocking.
struct Sockets {
    epoll: rustix::fd::OwnedFd,
    events: Vec<epoll::Event>,
    streams: Vec<TcpStream>,
}

impl Sockets {
    fn new() -> io::Result<Sockets> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        Ok(Sockets { epoll, events: Vec::with_capacity(EVENTS), streams: Vec::new() })
    }

    fn add(&mut self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let index = epoll::EventData::new_u64(self.streams.len() as u64);
        epoll::add(&self.epoll, &stream, index, epoll::EventFlags::IN)?;
        self.streams.push(stream);
        Ok(())
    }

    /// Waits, then calls `ready` for each stream that can be read.
    fn turn(&mut self, mut ready: impl FnMut(usize, &TcpStream) -> io::Result<()>) -> io::Result<()> {
        self.events.clear();
        match epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut self.events), None) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        for event in &self.events {
            let index = event.data.u64() as usize;
            ready(index, &self.streams[index])?;
        }
        Ok(())
    }
}

/// The bytes that are there, up to the buffer's size; `None`: none, in spite of the event.
fn receive(stream: &TcpStream, buffer: &mut [u8]) -> io::Result<Option<usize>> {
    match rustix::io::read(stream, buffer) {
        Ok(count) => Ok(Some(count)),
        Err(Errno::AGAIN | Errno::INTR) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A message always fits: a connection never has more than one under way.
fn send(stream: &TcpStream, message: &[u8]) -> io::Result<()> {
    match rustix::io::write(stream, message)? {
        count if count == message.len() => Ok(()),
        count => Err(io::Error::other(format!("only {count} of {} bytes could be sent", message.len()))),
    }
}

/// The server to be measured against: one thread, one epoll, one buffer. Ends when a connection does: they all end
/// together.
#[allow(dead_code, reason = "not every bench measures against it")]
pub(crate) fn serve(listener: &TcpListener, connections: usize) -> io::Result<()> {
    let mut sockets = Sockets::new()?;
    for _ in 0..connections {
        sockets.add(listener.accept()?.0)?;
    }
    let mut buffer = [0; MESSAGE];
    let mut open = true;
    while open {
        sockets.turn(|_, stream| {
            match receive(stream, &mut buffer)? {
                Some(0) => open = false,
                Some(count) => send(stream, &buffer[..count])?,
                None => {}
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// The load generator's main loop: for each number of requests that comes in on stdin, makes them, and writes to stdout
/// how many nanoseconds that took. Ends with stdin.
pub(crate) fn obey(addr: SocketAddr, connections: usize) -> io::Result<()> {
    let mut load = Load::connect(addr, connections)?;
    let mut stdout = io::stdout();
    for line in io::stdin().lock().lines() {
        let requests = line?.parse().map_err(io::Error::other)?;
        writeln!(stdout, "{}", load.make(requests)?.as_nanos())?;
    }
    Ok(())
}

/// Connections that each send a message, wait for its echo, and send the next.
struct Load {
    sockets: Sockets,
    /// Bytes of its present echo that each connection has received.
    received: Vec<usize>,
}

impl Load {
    fn connect(addr: SocketAddr, connections: usize) -> io::Result<Load> {
        let mut sockets = Sockets::new()?;
        for _ in 0..connections {
            sockets.add(TcpStream::connect(addr)?)?;
        }
        Ok(Load { sockets, received: vec![0; connections] })
    }

    fn make(&mut self, requests: u64) -> io::Result<Duration> {
        let Load { sockets, received } = self;
        let message = [b'v'; MESSAGE];
        let mut buffer = [0; MESSAGE];
        let start = Instant::now();
        let mut sent = 0;
        for stream in sockets.streams.iter().take(requests.try_into().unwrap_or(usize::MAX)) {
            send(stream, &message)?;
            sent += 1;
        }
        let mut answered = 0;
        while answered < requests {
            sockets.turn(|index, stream| {
                match receive(stream, &mut buffer)? {
                    Some(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                    Some(count) => received[index] += count,
                    None => return Ok(()),
                }
                if received[index] < MESSAGE {
                    return Ok(());
                }
                received[index] = 0;
                answered += 1;
                if sent < requests {
                    sent += 1;
                    send(stream, &message)?;
                }
                Ok(())
            })?;
        }
        let time = start.elapsed();
        if buffer == message { Ok(time) } else { Err(io::Error::other("the echo differs")) }
    }
}
