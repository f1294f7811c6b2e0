//! An echo server and its clients: plain blocking code that knows neither greenlets nor threads.
//!
//! Compiled twice. `rt` is what differs: `rt::net` is `vervet::net` or `std::net`, and `rt::spawn` and
//! `rt::sleep` are a greenlet's or a thread's.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use super::rt::net::{Shutdown, TcpListener, TcpStream};
use super::rt::{self, Task};
use crate::meter::Meter;

/// Connections under way at one time while the fleet is opened: fewer than a listener's backlog, past which
/// the kernel drops connection requests and the client repeats them a second later.
const UNDER_WAY: usize = 64;

/// Clients per listener: a client's address is one of 28,000 ports, and each listener has its own set.
const PER_LISTENER: usize = 20_000;

/// A connection under way that has not arrived after this never will.
const PATIENCE: Duration = Duration::from_secs(20);

/// The server's end of a new connection and the task that serves it, or why there is none.
type Arrival = io::Result<(Arc<TcpStream>, Task)>;

/// Takes connections in until `full`, and gives each a task of its own.
fn accept(listener: &TcpListener, full: &AtomicBool, arrivals: &mpsc::Sender<Arrival>) {
    loop {
        let accepted = listener.accept();
        if full.load(Ordering::Relaxed) {
            return;
        }
        let stop = accepted.is_err();
        let arrival = accepted.and_then(|(stream, _)| {
            let stream = Arc::new(stream);
            let mine = Arc::clone(&stream);
            let task = rt::spawn(move || {
                if let Err(e) = echo(&mine) {
                    log::debug!("server: {e}");
                }
            })?;
            Ok((stream, task))
        });
        if arrivals.send(arrival).is_err() || stop {
            return;
        }
    }
}

/// The server's part in a connection: sends back whatever comes, until the client has finished.
fn echo(mut stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut message = [0; 64];
    loop {
        match stream.read(&mut message)? {
            0 => return Ok(()),
            n => stream.write_all(&message[..n])?,
        }
    }
}

/// The client's part: sends a message, awaits its echo, and again, until time is up.
fn ping(mut stream: TcpStream, id: usize, meter: &Meter) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut message = [0; 64];
    // The server says "go" once all the connections are open. End of file: this one was not taken in.
    if stream.read(&mut message[..1])? == 0 {
        return Ok(());
    }
    rt::sleep(meter.until_start());
    loop {
        let sent = Instant::now();
        if meter.is_over(sent) {
            return stream.shutdown(Shutdown::Write);
        }
        stream.write_all(&message)?;
        stream.read_exact(&mut message)?;
        meter.record(id, sent, Instant::now());
    }
}

/// Connects, or reports in the server's stead that there will be no connection.
fn client(addr: SocketAddr, id: usize, arrivals: mpsc::Sender<Arrival>, meter: &Meter) {
    let stream = match TcpStream::connect(addr) {
        Ok(stream) => stream,
        // Fails when nobody waits for arrivals any more, and then nobody wants to know.
        Err(e) => return drop(arrivals.send(Err(e))),
    };
    drop(arrivals);
    if let Err(e) = ping(stream, id, meter) {
        meter.failed(&e);
    }
}

/// Open connections whose clients wait for the word to begin.
pub(crate) struct Fleet {
    clients: Vec<Task>,
    servers: Vec<Task>,
    streams: Vec<Arc<TcpStream>>,
    /// Why there are not as many as was asked for.
    pub(crate) refused: Option<io::Error>,
}

/// Opens `wanted` connections, or as many as the system lets it; `progress` is told how many there are.
pub(crate) fn open(wanted: usize, meter: &Arc<Meter>, progress: impl Fn(usize)) -> io::Result<Fleet> {
    let (sender, arrivals) = mpsc::channel();
    let full = Arc::new(AtomicBool::new(false));
    let mut doors = Vec::new();
    for _ in 0..wanted.div_ceil(PER_LISTENER) {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let addr = listener.local_addr()?;
        let (full, sender) = (Arc::clone(&full), sender.clone());
        doors.push((addr, rt::spawn(move || accept(&listener, &full, &sender))?));
    }

    let mut fleet = Fleet { clients: Vec::new(), servers: Vec::new(), streams: Vec::new(), refused: None };
    let mut under_way = 0;
    for id in 0..wanted {
        let (addr, sender, meter) = (doors[id / PER_LISTENER].0, sender.clone(), Arc::clone(meter));
        match rt::spawn(move || client(addr, id, sender, &meter)) {
            Ok(task) => fleet.clients.push(task),
            Err(e) => fleet.refused = Some(e),
        }
        if fleet.refused.is_some() {
            break;
        }
        under_way += 1;
        if under_way == UNDER_WAY {
            fleet.take_in(&arrivals)?;
            under_way -= 1;
            progress(fleet.len());
        }
    }
    for _ in 0..under_way {
        fleet.take_in(&arrivals)?;
    }
    progress(fleet.len());

    full.store(true, Ordering::Relaxed);
    for (addr, acceptor) in doors {
        // One more connection, for the acceptor to look up. Refused: it has left already.
        drop(TcpStream::connect(addr));
        join(acceptor)?;
    }
    Ok(fleet)
}

impl Fleet {
    /// Connections that are open.
    pub(crate) fn len(&self) -> usize {
        self.servers.len()
    }

    fn take_in(&mut self, arrivals: &mpsc::Receiver<Arrival>) -> io::Result<()> {
        match arrivals.recv_timeout(PATIENCE) {
            Ok(Ok((stream, server))) => {
                self.streams.push(stream);
                self.servers.push(server);
            }
            Ok(Err(e)) => self.refused = Some(e),
            Err(_) => return Err(io::Error::new(io::ErrorKind::TimedOut, "a connection never arrived")),
        }
        Ok(())
    }

    /// Lets the clients begin.
    pub(crate) fn go(&mut self) -> io::Result<()> {
        // From here on each stream belongs to its server task alone, and closes when that ends.
        self.streams.drain(..).try_for_each(|stream| (&*stream).write_all(&[1]))
    }

    /// Waits for every client to finish, and for every server to notice.
    pub(crate) fn join(self) -> io::Result<()> {
        self.clients.into_iter().chain(self.servers).try_for_each(join)
    }
}

fn join(task: Task) -> io::Result<()> {
    task.join().map_err(|_| io::Error::other("a task of the demo panicked"))
}
