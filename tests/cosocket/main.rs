//! Cosockets: against peers of the test's own, and against a redis-server and an nginx.

#[path = "../child/mod.rs"]
mod child;
#[path = "../common/mod.rs"]
mod common;
#[path = "../common/program.rs"]
mod program;

mod backlog;
mod keepalive;
mod kill;
mod load;
mod nginx;
mod pool;
mod receive;
mod redis;
mod send;
#[cfg(feature = "tls")]
mod tls;
mod udp;
mod unix;
mod until;

use std::io::{ErrorKind, Read};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use common::{LIMIT, eventually};
use vervet::cosocket::{
    self, ConnectOptions, Error, KeepalivePool, Pattern, Peer, PoolBuilder, Pooled, ReceiveError,
    ReceiveUntil, SendError, TcpSocket, UdpSocket,
};

/// Short enough to be waited for.
const SHORT: Duration = Duration::from_millis(10);

/// A server whose connections the test holds in its hand.
struct Server {
    listener: TcpListener,
    addr: SocketAddr,
}

impl Server {
    fn new() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        Server { listener, addr }
    }

    /// The other end of the next connection. It waits no longer than a test may take.
    fn accept(&self) -> TcpStream {
        let stream = self.listener.accept().unwrap().0;
        stream.set_read_timeout(Some(LIMIT / 2)).unwrap();
        stream.set_nodelay(true).unwrap();
        stream
    }

    fn connect(&self) -> TcpSocket {
        cosocket::connect(self.addr, ConnectOptions::new()).unwrap()
    }

    /// Both ends.
    fn pair(&self) -> (TcpSocket, TcpStream) {
        let sock = self.connect();
        (sock, self.accept())
    }
}

/// Waits for the end of a connection.
#[track_caller]
fn ends(peer: &mut TcpStream) {
    peer.set_nonblocking(true).unwrap();
    // Not by blocking: that would hold up the worker, and whoever is to end the connection.
    eventually("the end", || match peer.read(&mut [0]) {
        Ok(0) => true,
        Err(error) if error.kind() == ErrorKind::WouldBlock => false,
        Err(error) if error.kind() == ErrorKind::ConnectionReset => true,
        other => panic!("no end: {other:?}"),
    });
}

/// Whether the connection is open, and nothing has come in.
fn is_open(peer: &TcpStream) -> bool {
    peer.set_nonblocking(true).unwrap();
    let peeked = peer.peek(&mut [0]);
    peer.set_nonblocking(false).unwrap();
    matches!(peeked, Err(error) if error.kind() == ErrorKind::WouldBlock)
}

#[test]
fn auto_traits() {
    fn send<T: Send>() {}
    fn sync<T: Sync>() {}
    fn fails<T: std::error::Error + Send + Sync + 'static>() {}
    send::<TcpSocket>();
    send::<UdpSocket>();
    send::<ReceiveUntil<'_>>();
    send::<Pooled<vervet::net::TcpStream>>();
    send::<KeepalivePool<vervet::net::TcpStream>>();
    send::<PoolBuilder<vervet::net::TcpStream>>();
    sync::<TcpSocket>();
    sync::<UdpSocket>();
    sync::<KeepalivePool<vervet::net::TcpStream>>();
    sync::<(Peer, ConnectOptions, Pattern)>();
    fails::<Error>();
    fails::<ReceiveError>();
    fails::<SendError>();
}

#[test]
fn errors_have_the_words_and_kinds_they_should() {
    let shown = [
        (Error::Timeout, "timeout", ErrorKind::TimedOut),
        (Error::Closed, "closed", ErrorKind::NotConnected),
        (Error::Dubious, "connection in dubious state", ErrorKind::InvalidData),
        (Error::TooManyWaiting, "too many waiting connect operations", ErrorKind::ResourceBusy),
    ];
    for (error, words, kind) in shown {
        assert_eq!(error.to_string(), words);
        let io = std::io::Error::from(error);
        assert_eq!((io.kind(), io.to_string()), (kind, words.to_owned()));
    }
    let mut sock = TcpSocket::new();
    assert_eq!(std::io::Error::from(sock.receive(1).unwrap_err()).kind(), ErrorKind::UnexpectedEof);
    assert_eq!(std::io::Error::from(sock.send("x").unwrap_err()).kind(), ErrorKind::BrokenPipe);
}

#[test]
fn peers_are_what_they_are_called() {
    let shown = |peer: Peer| peer.to_string();
    assert_eq!(shown("localhost:80".into()), "localhost:80");
    assert_eq!(shown(("localhost", 80).into()), "localhost:80");
    assert_eq!(shown(("::1", 80).into()), "[::1]:80");
    assert_eq!(shown(SocketAddr::from(([127, 0, 0, 1], 80)).into()), "127.0.0.1:80");
    assert_eq!(shown("unix:/run/x".into()), "unix:/run/x");
    assert_eq!(shown(std::path::Path::new("/run/x").into()), "unix:/run/x");
}
