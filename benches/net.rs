//! What a small request costs: `cargo bench --bench net`.
//!
//! The servers under test run in this process. The load comes from another one, which is the same for all of them:
//! this program again, as one thread with one epoll.

#[path = "support/sockets.rs"]
mod sockets;
mod support;

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use criterion::{Criterion, Throughput};
use sockets::MESSAGE;
use support::Contest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const WORKER_COUNTS: [usize; 2] = [1, 2];
const CONNECTIONS: [usize; 3] = [1, 50, 500];
/// A thread for each connection is sensible up to here.
const THREADS: usize = 50;
/// The stack of such a thread.
const THREAD_STACK: usize = 64 * 1024;

/// Set: be the load generator, with so many connections to that address.
const LOAD: &str = "VERVET_BENCH_LOAD";

fn main() -> ExitCode {
    if let Ok(order) = env::var(LOAD) {
        generate_load(&order).expect("the server answers");
        return ExitCode::SUCCESS;
    }
    support::main(&WORKER_COUNTS, |criterion, contest| {
        for connections in CONNECTIONS {
            echo(criterion, contest, connections);
        }
    })
}

/// One iteration is one request and its answer, `MESSAGE` bytes each.
fn echo(criterion: &mut Criterion, contest: &Contest, connections: usize) {
    let mut group = criterion.benchmark_group(format!("net/echo_{MESSAGE}b_{connections}"));
    group.throughput(Throughput::Elements(1));
    for server in [Server::Vervet, Server::Tokio, Server::Epoll, Server::Std] {
        if server == Server::Std && connections > THREADS {
            continue;
        }
        // Started when the case is known to be wanted, and kept for all its samples.
        let mut rig = None;
        group.bench_function(contest.case(server.name()), |bencher| {
            let rig = rig.get_or_insert_with(|| {
                Rig::start(server, contest, connections).expect("server and load generator start")
            });
            bencher.iter_custom(|requests| rig.measure(requests).expect("every request is answered"));
        });
        if let Some(rig) = rig {
            rig.stop().expect("server and load generator end without an error");
        }
    }
    group.finish();
}

#[derive(Clone, Copy, PartialEq)]
enum Server {
    Vervet,
    Tokio,
    Epoll,
    Std,
}

impl Server {
    fn name(self) -> &'static str {
        match self {
            Server::Vervet => "vervet",
            Server::Tokio => "tokio",
            Server::Epoll => "epoll",
            Server::Std => "std",
        }
    }

    /// Serves that many connections on a thread's behalf, until the last one has been closed.
    fn serve(
        self,
        listener: TcpListener,
        connections: usize,
        tokio: &tokio::runtime::Handle,
    ) -> io::Result<()> {
        match self {
            Server::Vervet => vervet::run(move || vervet_server(OwnedFd::from(listener).into(), connections)),
            Server::Tokio => {
                let server = tokio.spawn(tokio_server(listener, connections));
                tokio.block_on(server).map_err(io::Error::other)?
            }
            Server::Epoll => sockets::serve(&listener, connections),
            Server::Std => std_server(&listener, connections),
        }
    }
}

/// What blocking code looks like: the same for greenlets and for threads.
fn serve_one(mut stream: impl Read + Write) -> io::Result<()> {
    let mut buffer = [0; MESSAGE];
    loop {
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            count => stream.write_all(&buffer[..count])?,
        }
    }
}

fn vervet_server(listener: vervet::net::TcpListener, connections: usize) -> io::Result<()> {
    let mut served = Vec::with_capacity(connections);
    for _ in 0..connections {
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        served.push(vervet::spawn(move || serve_one(stream)));
    }
    for connection in served {
        connection.join().map_err(|error| io::Error::other(error.to_string()))??;
    }
    Ok(())
}

async fn tokio_server(listener: TcpListener, connections: usize) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let mut served = Vec::with_capacity(connections);
    for _ in 0..connections {
        let (mut stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        served.push(tokio::spawn(async move {
            let mut buffer = [0; MESSAGE];
            loop {
                match stream.read(&mut buffer).await? {
                    0 => return Ok::<(), io::Error>(()),
                    count => stream.write_all(&buffer[..count]).await?,
                }
            }
        }));
    }
    for connection in served {
        connection.await.map_err(io::Error::other)??;
    }
    Ok(())
}

fn std_server(listener: &TcpListener, connections: usize) -> io::Result<()> {
    let mut served = Vec::with_capacity(connections);
    for _ in 0..connections {
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        served.push(thread::Builder::new().stack_size(THREAD_STACK).spawn(move || serve_one(stream))?);
    }
    for connection in served {
        connection.join().map_err(|_| io::Error::other("a thread panicked"))??;
    }
    Ok(())
}

/// A server and the load generator that is connected to it.
struct Rig {
    server: JoinHandle<io::Result<()>>,
    load: Child,
    times: BufReader<ChildStdout>,
}

impl Rig {
    fn start(server: Server, contest: &Contest, connections: usize) -> io::Result<Rig> {
        let (listener, addr) = sockets::listen()?;
        let tokio = contest.tokio().handle().clone();
        let server = thread::spawn(move || server.serve(listener, connections, &tokio));
        let mut load = Command::new(env::current_exe()?)
            .env(LOAD, format!("{connections} {addr}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let times = load.stdout.take().expect("piped, as asked");
        Ok(Rig { server, load, times: BufReader::new(times) })
    }

    fn measure(&mut self, requests: u64) -> io::Result<Duration> {
        writeln!(self.load.stdin.as_mut().expect("piped, as asked"), "{requests}")?;
        let mut nanos = String::new();
        self.times.read_line(&mut nanos)?;
        nanos.trim().parse().map(Duration::from_nanos).map_err(io::Error::other)
    }

    fn stop(mut self) -> io::Result<()> {
        // It ends with its stdin, which `wait` closes, and with it its connections, and so the server.
        let status = self.load.wait()?;
        self.server.join().map_err(|_| io::Error::other("the server panicked"))??;
        if status.success() { Ok(()) } else { Err(io::Error::other(format!("load generator: {status}"))) }
    }
}

fn generate_load(order: &str) -> io::Result<()> {
    let (connections, addr) = order.split_once(' ').ok_or_else(|| io::Error::other("no address"))?;
    let addr: SocketAddr = addr.parse().map_err(io::Error::other)?;
    sockets::obey(addr, connections.parse().map_err(io::Error::other)?)
}
