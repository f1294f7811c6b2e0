//! Servers that the tests start as processes, and start again.

use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use crate::child;

/// A server of one's own. Gone with its test.
pub(crate) struct Program {
    process: Child,
    make: Box<dyn Fn(u16) -> Command>,
    pub(crate) port: u16,
}

impl Drop for Program {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Program {
    /// Starts what `make` makes for a port; `None` where `name` cannot be started, which is said. Where everything has to be tested
    /// it must.
    pub(crate) fn start(test: &str, name: &str, make: impl Fn(u16) -> Command + 'static) -> Option<Program> {
        if let Err(error) = Command::new(name).arg("-v").output() {
            let why = format!("{name} cannot be started: {error}");
            assert!(std::env::var("CI").as_deref() != Ok("true"), "{why}");
            child::skip(test, &why);
            return None;
        }
        // Somebody else may take the port that was free a moment ago.
        let make: Box<dyn Fn(u16) -> Command> = Box::new(make);
        let started = (0..10).find_map(|_| {
            let port = free_port();
            spawn(&make, port).map(|process| (port, process))
        });
        let (port, process) = started.unwrap_or_else(|| panic!("no port for {name}"));
        Some(Program { process, make, port })
    }

    /// Ends it as a power cut would.
    pub(crate) fn stop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Starts it again after `stop`, where it was.
    pub(crate) fn restart(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(10);
        self.process = loop {
            match spawn(&self.make, self.port) {
                Some(process) => break process,
                None => assert!(Instant::now() < deadline, "it does not start again"),
            }
        };
    }
}

/// `None` if it ends at once.
fn spawn(make: &dyn Fn(u16) -> Command, port: u16) -> Option<Child> {
    let mut command = make(port);
    let mut process =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // What it has to say must not hold it up.
    let (out, err) = (process.stdout.take().unwrap(), process.stderr.take().unwrap());
    for stream in [Box::new(out) as Box<dyn Read + Send>, Box::new(err)] {
        std::thread::spawn(move || BufReader::new(stream).lines().map_while(Result::ok).for_each(drop));
    }
    loop {
        if process.try_wait().unwrap().is_some() {
            return None;
        }
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Some(process);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// Sends `requests` from 200 greenlets, each again until it is answered, and starts the server again in the middle, if there is one to
/// start. Before that none may fail, and none of those sent to the new one. Answers how many failed, and how often the connection
/// that was used most was used again.
pub(crate) fn load(
    requests: usize,
    mut restart: Option<&mut Program>,
    request: impl Fn(usize) -> Result<u64, Failed> + Copy + Send + Sync + 'static,
) -> (usize, u64) {
    let counts = Arc::new(Counts::default());
    let workers: Vec<_> = (0..200)
        .map(|_| {
            let counts = Arc::clone(&counts);
            vervet::spawn(move || counts.work(requests, request))
        })
        .collect();
    while workers.iter().any(|worker| !worker.is_finished()) {
        if counts.done.load(SeqCst) > requests / 3
            && let Some(server) = restart.take()
        {
            counts.restarting.store(true, SeqCst);
            server.stop();
            server.restart();
            counts.restarted.store(true, SeqCst);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    vervet::join_all(workers).into_iter().for_each(Result::unwrap);
    assert!(restart.is_none() && counts.done.load(SeqCst) == requests);
    (counts.failed.load(SeqCst), counts.reused.load(SeqCst))
}

#[derive(Default)]
struct Counts {
    next: AtomicUsize,
    done: AtomicUsize,
    failed: AtomicUsize,
    reused: AtomicU64,
    restarting: AtomicBool,
    restarted: AtomicBool,
}

impl Counts {
    fn work(&self, requests: usize, request: impl Fn(usize) -> Result<u64, Failed>) {
        loop {
            let number = self.next.fetch_add(1, SeqCst);
            if number >= requests {
                return;
            }
            loop {
                let after = self.restarted.load(SeqCst);
                match request(number) {
                    Ok(reused) => {
                        self.reused.fetch_max(reused, SeqCst);
                        break;
                    }
                    Err(failed) => {
                        assert!(self.restarting.load(SeqCst) && !after, "{failed:?}, and the server is up");
                        match failed {
                            Failed::Connecting => vervet::sleep(Duration::from_millis(1)),
                            Failed::InFlight => drop(self.failed.fetch_add(1, SeqCst)),
                        }
                    }
                }
            }
            self.done.fetch_add(1, SeqCst);
        }
    }
}

/// How a request can fail.
#[derive(Debug)]
pub(crate) enum Failed {
    /// It was never sent.
    Connecting,
    InFlight,
}
