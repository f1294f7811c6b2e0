//! What a small request costs: `cargo bench --bench net`.
//!
//! The servers under test run in this process. The load comes from another one, which is the same for all of them:
//! this program again, as one thread with one epoll.

#[path = "support/rig.rs"]
mod rig;
#[path = "support/sockets.rs"]
mod sockets;
mod support;

use std::io;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::process::ExitCode;
use std::thread;

use criterion::{Criterion, Throughput};
use rig::{Rig, serve_one};
use sockets::MESSAGE;
use support::Contest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const WORKER_COUNTS: [usize; 2] = [1, 2];
const CONNECTIONS: [usize; 3] = [1, 50, 500];
/// A thread for each connection is sensible up to here.
const THREADS: usize = 50;
/// The stack of such a thread.
const THREAD_STACK: usize = 64 * 1024;

fn main() -> ExitCode {
    rig::main(|| {
        support::main(&WORKER_COUNTS, |criterion, contest| {
            for connections in CONNECTIONS {
                echo(criterion, contest, connections);
            }
        })
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
                let tokio = contest.tokio().handle().clone();
                let serve = move |listener| server.serve(listener, connections, &tokio);
                Rig::start(serve, connections).expect("server and load generator start")
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
