//! A server under test, and the load generator that is connected to it: this program again, in a process of its own.

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::sockets::{self, MESSAGE};

/// Set: be the load generator, with so many connections to that address.
const LOAD: &str = "VERVET_BENCH_LOAD";

/// What a bench with a `Rig` has as its `main`: generates load, if that is what this process is for; otherwise `measure`s.
pub(crate) fn main(measure: impl FnOnce() -> ExitCode) -> ExitCode {
    let Ok(order) = env::var(LOAD) else { return measure() };
    generate_load(&order).expect("the server answers");
    ExitCode::SUCCESS
}

fn generate_load(order: &str) -> io::Result<()> {
    let (connections, addr) = order.split_once(' ').ok_or_else(|| io::Error::other("no address"))?;
    let addr: SocketAddr = addr.parse().map_err(io::Error::other)?;
    sockets::obey(addr, connections.parse().map_err(io::Error::other)?)
}

/// Serves one connection. What blocking code looks like: the same for greenlets, coroutines and threads.
pub(crate) fn serve_one(mut stream: impl Read + Write) -> io::Result<()> {
    let mut buffer = [0; MESSAGE];
    loop {
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            count => stream.write_all(&buffer[..count])?,
        }
    }
}

/// A server and the load generator that is connected to it.
pub(crate) struct Rig {
    server: JoinHandle<io::Result<()>>,
    load: Child,
    times: BufReader<ChildStdout>,
}

impl Rig {
    /// `serve` is called on a thread; it serves that many connections, until the last one has been closed.
    pub(crate) fn start(
        serve: impl FnOnce(TcpListener) -> io::Result<()> + Send + 'static,
        connections: usize,
    ) -> io::Result<Rig> {
        let (listener, addr) = sockets::listen()?;
        let server = thread::spawn(move || serve(listener));
        let mut load = Command::new(env::current_exe()?)
            .env(LOAD, format!("{connections} {addr}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let times = load.stdout.take().expect("piped, as asked");
        Ok(Rig { server, load, times: BufReader::new(times) })
    }

    /// How long that many requests took.
    pub(crate) fn measure(&mut self, requests: u64) -> io::Result<Duration> {
        writeln!(self.load.stdin.as_mut().expect("piped, as asked"), "{requests}")?;
        let mut nanos = String::new();
        self.times.read_line(&mut nanos)?;
        nanos.trim().parse().map(Duration::from_nanos).map_err(io::Error::other)
    }

    pub(crate) fn stop(mut self) -> io::Result<()> {
        // It ends with its stdin, which `wait` closes, and with it its connections, and so the server.
        let status = self.load.wait()?;
        self.server.join().map_err(|_| io::Error::other("the server panicked"))??;
        if status.success() { Ok(()) } else { Err(io::Error::other(format!("load generator: {status}"))) }
    }
}
