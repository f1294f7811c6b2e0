//! One acceptor's connections end up spread over all workers.

mod child;

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

use child::{in_child, raise_fd_limit, say, wait_until};
use vervet::net::{TcpListener, TcpStream};

const WORKERS: usize = 4;
const CONNECTIONS: usize = 2_000;
const CLIENTS: usize = 10;
const BURST: usize = 10;
/// The busiest worker holds at most this many times what the least busy one holds.
const SPREAD: f64 = 1.5;
const LIMIT: Duration = Duration::from_secs(60);

/// Connections by the thread that handles them.
type Handled = Arc<Mutex<HashMap<ThreadId, usize>>>;

struct Server {
    addr: SocketAddr,
    handled: Handled,
}

impl Server {
    /// One acceptor; each connection gets a byte, and then a greenlet that waits for its end.
    fn start() -> Server {
        vervet::runtime::Builder::new().workers(WORKERS).start().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let handled = Handled::default();
        let by_thread = handled.clone();
        drop(vervet::spawn(move || {
            for stream in listener.incoming() {
                let (stream, by_thread) = (stream.unwrap(), by_thread.clone());
                drop(vervet::spawn(move || handle(stream, &by_thread)));
            }
        }));
        Server { addr, handled }
    }

    fn connect(&self) -> std::net::TcpStream {
        std::net::TcpStream::connect(self.addr).unwrap()
    }

    fn total(&self) -> usize {
        self.handled.lock().unwrap().values().sum()
    }

    /// Waits until so many connections are handled, and looks who handles them.
    fn assert_spread(&self, what: &str, connections: usize) {
        wait_until(|| self.total() == connections);
        let mut handled: Vec<_> = self.handled.lock().unwrap().values().copied().collect();
        handled.sort_unstable();
        let mut live: Vec<_> = vervet::runtime::metrics().workers.iter().map(|worker| worker.live).collect();
        live.sort_unstable();
        say(&format!("{what}: connections {handled:?}, greenlets {live:?}"));
        for counts in [handled, live] {
            assert_eq!(counts.len(), WORKERS, "{what}: {counts:?}");
            assert!(counts.iter().sum::<usize>() >= connections, "{what}: {counts:?}");
            let (least, most) = (counts[0], counts[WORKERS - 1]);
            assert!(most as f64 <= SPREAD * least as f64, "{what}: {counts:?}");
        }
    }
}

fn handle(mut stream: TcpStream, by_thread: &Mutex<HashMap<ThreadId, usize>>) {
    stream.write_all(&[1]).unwrap();
    *by_thread.lock().unwrap().entry(thread::current().id()).or_default() += 1;
    let _ = stream.read(&mut [0]);
    *by_thread.lock().unwrap().get_mut(&thread::current().id()).unwrap() -= 1;
}

fn in_server(test: &str, body: impl FnOnce(&Server)) {
    in_child(test, &[], LIMIT, || {
        assert!(raise_fd_limit(2 * CONNECTIONS as u64 + 100) >= 2 * CONNECTIONS as u64 + 100);
        body(&Server::start());
    });
}

/// In bursts that together fit into the listener's queue of 128: a connection beyond it is tried again after a second.
fn connect_all_at_once(server: &Server, connections: usize) -> Vec<std::net::TcpStream> {
    let burst = |count| {
        let mut streams: Vec<_> = (0..count).map(|_| server.connect()).collect();
        streams.iter_mut().for_each(|stream| stream.read_exact(&mut [0]).unwrap());
        streams
    };
    thread::scope(|scope| {
        let bursts = connections / CLIENTS / BURST;
        let client = |_| scope.spawn(move || (0..bursts).flat_map(|_| burst(BURST)).collect::<Vec<_>>());
        let clients: Vec<_> = (0..CLIENTS).map(client).collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    })
}

#[test]
fn connections_at_once_are_spread() {
    in_server("connections_at_once_are_spread", |server| {
        let streams = connect_all_at_once(server, CONNECTIONS);
        server.assert_spread("at once", CONNECTIONS);
        drop(streams);
        wait_until(|| server.total() == 0);
    });
}

#[test]
fn connections_one_by_one_are_spread() {
    in_server("connections_one_by_one_are_spread", |server| {
        let connect = |_| {
            let mut stream = server.connect();
            stream.read_exact(&mut [0]).unwrap();
            stream
        };
        let streams: Vec<_> = (0..CONNECTIONS).map(connect).collect();
        server.assert_spread("one by one", CONNECTIONS);
        drop(streams);
    });
}

#[test]
fn connections_with_pauses_are_spread() {
    in_server("connections_with_pauses_are_spread", |server| {
        let connect = |_| {
            // Long enough for idle workers to go to sleep for good.
            thread::sleep(Duration::from_millis(4));
            server.connect()
        };
        let streams: Vec<_> = (0..500).map(connect).collect();
        server.assert_spread("with pauses", 500);
        drop(streams);
    });
}

/// Those that are left when most connections have gone are made up for by those that come.
#[test]
fn new_connections_go_where_old_ones_have_left() {
    in_server("new_connections_go_where_old_ones_have_left", |server| {
        let busy = connect_all_at_once(server, CONNECTIONS);
        wait_until(|| server.total() == CONNECTIONS);
        drop(busy);
        wait_until(|| server.total() == 0);
        let few: Vec<_> = (0..400)
            .map(|_| {
                let mut stream = server.connect();
                stream.read_exact(&mut [0]).unwrap();
                stream
            })
            .collect();
        server.assert_spread("after a crowd has left", 400);
        drop(few);
    });
}
