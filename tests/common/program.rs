//! Servers that the tests start as processes, and start again.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
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
    /// Starts what `make` makes for a port; `None` where `name` is not [`installed`].
    pub(crate) fn start(test: &str, name: &str, make: impl Fn(u16) -> Command + 'static) -> Option<Program> {
        if !installed(test, name) {
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

    /// A redis-server that keeps nothing.
    pub(crate) fn redis(test: &str) -> Option<Program> {
        Program::start(test, "redis-server", |port| {
            let mut command = Command::new("redis-server");
            command.args(["--port", &port.to_string(), "--bind", "127.0.0.1"]);
            command.args(["--save", "", "--appendonly", "no"]).current_dir(std::env::temp_dir());
            command
        })
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

/// Whether that program can be started. Where everything has to be tested it must; elsewhere `test` says that it could not.
pub(crate) fn installed(test: &str, program: &str) -> bool {
    match Command::new(program).arg("--version").output() {
        Ok(_) => true,
        Err(error) => {
            let why = format!("{program} cannot be started: {error}");
            assert!(std::env::var("CI").as_deref() != Ok("true"), "{why}");
            child::skip(test, &why);
            false
        }
    }
}
