//! Servers: their limit, their troubles, their end; over TCP, unix sockets, UDP and TLS; with real clients.

#[path = "../child/mod.rs"]
mod child;
#[path = "../common/mod.rs"]
mod common;
#[allow(dead_code, reason = "an example's other half")]
#[path = "../../examples/common/http.rs"]
mod http;

mod curl;
mod datagrams;
mod ending;
mod limit;
mod records;
#[cfg(feature = "tls")]
mod tls;
mod trouble;
mod unix;

use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use vervet::net::{SocketAddr, TcpListener, TcpStream};
use vervet::os::unix::net::UnixListener;
use vervet::server::{DatagramServer, Handler, Responder, ServerHandle, ServerRef, Shutdown, StreamServer};

/// How many there are at once, and how many there were at most.
#[derive(Default)]
pub(crate) struct Gauge {
    now: AtomicUsize,
    most: AtomicUsize,
}

/// Counts until it is dropped.
pub(crate) struct Present<'a>(&'a Gauge);

impl Gauge {
    pub(crate) fn enter(&self) -> Present<'_> {
        self.most.fetch_max(self.now.fetch_add(1, SeqCst) + 1, SeqCst);
        Present(self)
    }

    pub(crate) fn most(&self) -> usize {
        self.most.load(SeqCst)
    }
}

impl Drop for Present<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, SeqCst);
    }
}

/// Echoes until the client has finished.
pub(crate) fn echo(mut stream: TcpStream, _peer: SocketAddr) -> io::Result<()> {
    let mut buf = [0; 1024];
    loop {
        match stream.read(&mut buf)? {
            0 => return Ok(()),
            n => stream.write_all(&buf[..n])?,
        }
    }
}

/// Sends, and expects the same.
pub(crate) fn asks(stream: &mut (impl Read + Write), text: &str) {
    stream.write_all(text.as_bytes()).unwrap();
    let mut answer = vec![0; text.len()];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(answer, text.as_bytes());
}

#[test]
fn what_can_be_sent_and_shared() {
    fn both<T: Send + Sync + std::fmt::Debug>() {}
    both::<StreamServer>();
    both::<StreamServer<UnixListener>>();
    both::<StreamServer<TcpListener, Handler<TcpListener>>>();
    both::<DatagramServer>();
    both::<Responder>();
    both::<ServerHandle>();
    both::<ServerHandle<vervet::os::unix::net::SocketAddr>>();
    both::<ServerRef>();
    both::<Shutdown>();
    #[cfg(feature = "tls")]
    both::<vervet::server::TlsStream>();
}
