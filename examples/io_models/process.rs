//! A server in a process of its own: this program again.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;
use std::{env, thread};

use crate::cpu;
use crate::drive::{self, Load};
use crate::flags;
use crate::models::{MODELS, Model};
use crate::outcome::Outcome;

/// Clients that may wait to be accepted: all of them, as long as the kernel allows that many (`net.core.somaxconn`).
const BACKLOG: i32 = u16::MAX as i32;

/// The child: says where it serves, and then, for each line that comes in, how much CPU time it has taken so far. Ends with
/// its parent.
pub(crate) fn serve(name: &str) -> io::Result<()> {
    let model = MODELS.iter().find(|model| model.name == name);
    let model = model.ok_or_else(|| io::Error::other(format!("there is no model {name:?}")))?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    rustix::net::listen(&listener, BACKLOG)?;
    println!("{}", listener.local_addr()?);
    thread::spawn(move || {
        if let Err(error) = (model.serve)(listener) {
            let _ = flags::fail(format_args!("{}: {error}", model.name));
            #[expect(clippy::exit, reason = "nobody is to wait for it any more")]
            std::process::exit(1);
        }
    });
    for line in io::stdin().lines() {
        line?;
        println!("{}", cpu::used().as_nanos());
    }
    Ok(())
}

/// Starts a server, and drives the load over it.
pub(crate) fn measure(model: &'static Model, load: &Load) -> io::Result<Outcome> {
    let mut server = Server::start(model)?;
    let before = server.cpu_time()?;
    let driven = drive::drive(server.addr, load)?;
    let cpu = server.cpu_time()? - before;
    Ok(Outcome { name: model.name, lines: model.lines(), cpu, driven })
}

struct Server {
    process: Child,
    addr: SocketAddr,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Server {
    fn start(model: &Model) -> io::Result<Server> {
        let mut command = Command::new(env::current_exe()?);
        command.args(["--serve", model.name]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn()?;
        let ask = process.stdin.take().expect("piped, as asked");
        let mut answers = BufReader::new(process.stdout.take().expect("piped, as asked"));
        let addr = line(&mut answers)?.parse().map_err(io::Error::other)?;
        Ok(Server { process, addr, ask, answers })
    }

    fn cpu_time(&mut self) -> io::Result<Duration> {
        writeln!(self.ask)?;
        line(&mut self.answers)?.parse().map(Duration::from_nanos).map_err(io::Error::other)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail where it has ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn line(answers: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    answers.read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}
