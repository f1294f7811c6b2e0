//! vervet's scheduler beside may's: `cargo bench --features may --bench scheduler`.
//!
//! The same functions run as greenlets on the one and on the other. For sockets may's coroutines come along twice more,
//! started by may's own `go!`: as visitors, with vervet's sockets, and with may's.

#[path = "support/lap.rs"]
mod lap;
#[path = "support/rig.rs"]
mod rig;
#[path = "support/sockets.rs"]
mod sockets;
mod support;

use std::hint::black_box;
use std::io;
use std::net::TcpListener;
use std::os::fd::{FromRawFd, IntoRawFd, OwnedFd};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use lap::Lap;
use rig::{Rig, serve_one};
use rustix::time::ClockId;
use sockets::MESSAGE;
use support::Contest;
use vervet::{Greenlet, Scheduler};

const WORKER_COUNTS: [usize; 2] = [1, 2];
const SCHEDULERS: [(&str, Scheduler); 2] = [("vervet", Scheduler::Vervet), ("may", Scheduler::May)];
/// How many are alive at once where the cost is that of a crowd.
const CROWD: usize = 1_000;
/// How many take turns.
const YIELDERS: usize = 100;
/// How many wait, each for the next one's end.
const CHAIN: usize = 100;
/// How many connections are busy.
const CONNECTIONS: usize = 50;

fn main() -> ExitCode {
    rig::main(|| {
        support::main(&WORKER_COUNTS, |criterion, contest| {
            start_may();
            compare(criterion, contest, "spawn", 1, spawn_one_by_one);
            compare(criterion, contest, &format!("spawn_{CROWD}"), CROWD, spawn_crowds);
            compare(criterion, contest, &format!("yield_{YIELDERS}"), YIELDERS, yields);
            compare(criterion, contest, "wake", CHAIN, wake_chains);
            compare(criterion, contest, "wake_by_thread", 1, wake_by_thread);
            echo(criterion, contest);
        })
    })
}

/// Has may started by vervet, for all cases: with as many workers, the same stacks, and no pinning to cores.
fn start_may() {
    run(Scheduler::May, || ());
    let ours = vervet::runtime::metrics().workers.len();
    assert_eq!(may::config().get_workers(), ours, "may's workers are as many as vervet's");
}

fn start<T: Send + 'static>(scheduler: Scheduler, f: impl FnOnce() -> T + Send + 'static) -> Greenlet<T> {
    // SAFETY: nothing that this bench starts holds anything of its thread's across a wait.
    let builder = unsafe { vervet::Builder::new().scheduler(scheduler) };
    builder.spawn(f).expect("there is room for it")
}

fn run<T: Send + 'static>(scheduler: Scheduler, f: impl FnOnce() -> T + Send + 'static) -> T {
    start(scheduler, f).join().expect("it returns")
}

/// Measures the same on both schedulers, timed from inside. One iteration is that many elements.
fn compare(
    criterion: &mut Criterion,
    contest: &Contest,
    case: &str,
    elements: usize,
    measure: fn(Scheduler, u64) -> Duration,
) {
    let mut group = criterion.benchmark_group(format!("scheduler/{case}"));
    group.throughput(Throughput::Elements(elements as u64));
    for (who, scheduler) in SCHEDULERS {
        group.bench_function(contest.case(who), |bencher| {
            bencher.iter_custom(|times| run(scheduler, move || measure(scheduler, times)));
        });
    }
    group.finish();
}

fn spawn_one_by_one(scheduler: Scheduler, times: u64) -> Duration {
    let begin = Instant::now();
    for i in 0..times {
        black_box(start(scheduler, move || black_box(i)).join().expect("it returns"));
    }
    begin.elapsed()
}

/// A crowd is started, then joined.
fn spawn_crowds(scheduler: Scheduler, times: u64) -> Duration {
    let begin = Instant::now();
    for _ in 0..times {
        let crowd: Vec<_> = (0..CROWD).map(|i| start(scheduler, move || black_box(i))).collect();
        for greenlet in crowd {
            black_box(greenlet.join().expect("it returns"));
        }
    }
    begin.elapsed()
}

/// One round is a yield of each.
fn yields(scheduler: Scheduler, rounds: u64) -> Duration {
    let lap = Arc::new(Lap::new(YIELDERS));
    let yielders: Vec<_> = (0..YIELDERS)
        .map(|_| {
            let lap = Arc::clone(&lap);
            start(scheduler, move || {
                lap.enter();
                while !lap.has_begun() {
                    vervet::yield_now();
                }
                let mut yields = 0;
                while !lap.is_over() {
                    vervet::yield_now();
                    yields += 1;
                    if yields == rounds {
                        lap.finish();
                    }
                }
                lap.count(yields);
            })
        })
        .collect();
    for yielder in yielders {
        yielder.join().expect("yielding does not fail");
    }
    lap.time_for(YIELDERS as u64 * rounds)
}

fn wake_chains(scheduler: Scheduler, chains: u64) -> Duration {
    (0..chains).map(|_| wake_chain(scheduler)).sum()
}

/// Each waits for the end of the next; when all do, the last one ends, and the wakes run back along the chain. Per link: a
/// wake, a switch and an end.
fn wake_chain(scheduler: Scheduler) -> Duration {
    let mut next = start(scheduler, || {
        // The other links, and whoever waits for the first one.
        while vervet::runtime::metrics().parked.join < CHAIN {
            vervet::yield_now();
        }
        Instant::now()
    });
    for _ in 1..CHAIN {
        next = start(scheduler, move || next.join().expect("the next one returns"));
    }
    next.join().expect("the first one returns").elapsed()
}

/// Waits again and again for an OS thread, which waits for work: there and back.
fn wake_by_thread(_: Scheduler, times: u64) -> Duration {
    let begin = Instant::now();
    for i in 0..times {
        black_box(vervet::offload(move || black_box(i)));
    }
    begin.elapsed()
}

/// One iteration is one request and its answer, `MESSAGE` bytes each.
fn echo(criterion: &mut Criterion, contest: &Contest) {
    let servers = [
        ("vervet", Server::Greenlets(Scheduler::Vervet)),
        ("may", Server::Greenlets(Scheduler::May)),
        ("may_visitor", Server::Visitors),
        ("may_own", Server::MaysOwn),
    ];
    let mut used = Vec::new();
    let mut group = criterion.benchmark_group(format!("scheduler/echo_{MESSAGE}b_{CONNECTIONS}"));
    group.throughput(Throughput::Elements(1));
    for (who, server) in servers {
        // Started when the case is known to be wanted, and kept for all its samples.
        let mut rig = None;
        let mut cpu = CpuTime::default();
        group.bench_function(contest.case(who), |bencher| {
            let rig = rig.get_or_insert_with(|| {
                let serve = move |listener| server.serve(listener);
                let mut rig = Rig::start(serve, CONNECTIONS).expect("server and load generator start");
                // One of each connection: after that, all have been accepted.
                rig.measure(CONNECTIONS as u64).expect("every request is answered");
                rig
            });
            bencher.iter_custom(|requests| {
                cpu.of(requests, || rig.measure(requests).expect("every request is answered"))
            });
        });
        if let Some(rig) = rig {
            rig.stop().expect("server and load generator end without an error");
            used.push((who, cpu));
        }
    }
    group.finish();
    print_cpu_time(&used);
}

#[derive(Clone, Copy)]
enum Server {
    /// vervet's sockets in greenlets on that scheduler.
    Greenlets(Scheduler),
    /// vervet's sockets in coroutines that may has started.
    Visitors,
    /// may's sockets in may's coroutines.
    MaysOwn,
}

impl Server {
    fn serve(self, listener: TcpListener) -> io::Result<()> {
        let ours = |listener| vervet::net::TcpListener::from(OwnedFd::from(listener));
        match self {
            Server::Greenlets(scheduler) => run(scheduler, move || greenlets(scheduler, &ours(listener))),
            Server::Visitors => ended(may::go!(move || visitors(&ours(listener)))),
            Server::MaysOwn => ended(may::go!(move || mays_own(listener))),
        }
    }
}

fn greenlets(scheduler: Scheduler, listener: &vervet::net::TcpListener) -> io::Result<()> {
    let mut served = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        served.push(start(scheduler, move || serve_one(stream)));
    }
    for connection in served {
        connection.join().map_err(|error| io::Error::other(error.to_string()))??;
    }
    Ok(())
}

fn visitors(listener: &vervet::net::TcpListener) -> io::Result<()> {
    let mut served = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        served.push(may::go!(move || serve_one(stream)));
    }
    served.into_iter().try_for_each(ended)
}

fn mays_own(listener: TcpListener) -> io::Result<()> {
    // SAFETY: an open fd, and nobody else's.
    let listener = unsafe { may::net::TcpListener::from_raw_fd(listener.into_raw_fd()) };
    let mut served = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        served.push(may::go!(move || serve_one(stream)));
    }
    served.into_iter().try_for_each(ended)
}

/// Waits for one of may's coroutines.
fn ended(coroutine: may::coroutine::JoinHandle<io::Result<()>>) -> io::Result<()> {
    coroutine.join().map_err(|_| io::Error::other("a coroutine panicked"))?
}

/// What the server's process has spent, all its workers together, while the load generator had it work.
#[derive(Default)]
struct CpuTime {
    spent: Duration,
    requests: u64,
}

impl CpuTime {
    fn of<T>(&mut self, requests: u64, f: impl FnOnce() -> T) -> T {
        let before = CpuTime::now();
        let result = f();
        self.spent += CpuTime::now().saturating_sub(before);
        self.requests += requests;
        result
    }

    fn now() -> Duration {
        let now = rustix::time::clock_gettime(ClockId::ProcessCPUTime);
        Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
    }

    fn micros_per_request(&self) -> f64 {
        self.spent.as_secs_f64() * 1e6 / self.requests as f64
    }
}

#[expect(clippy::print_stdout, reason = "a bench reports there")]
fn print_cpu_time(used: &[(&str, CpuTime)]) {
    if used.is_empty() {
        return; // The case was not asked for.
    }
    println!("CPU time of the server per request, microseconds");
    for (who, cpu) in used {
        println!("{who:>12}{:>10.2}", cpu.micros_per_request());
    }
    println!();
}
