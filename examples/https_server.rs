//! A web server over TLS: rustls, unmodified, on the stream of a greenlet. Its certificate is made at start, and signed by itself.
//!
//! ```text
//! cargo run --release --example https_server -- --addr 127.0.0.1:8443
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)] // an example talks to its user

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use vervet::net::{TcpListener, TcpStream};

#[path = "common/flags.rs"]
mod flags;
#[path = "common/http.rs"]
mod http;

const HELP: &str = "  --addr ADDR   where to listen [127.0.0.1:8443]; port 0 picks a free one
  --cert FILE   where to write the certificate, for clients that check it [nowhere]
  --seconds N   when to end [never]
";
const PATIENCE: Duration = Duration::from_secs(30); // with a client

fn main() -> ExitCode {
    let (mut addr, mut cert, mut time) = ("127.0.0.1:8443".to_owned(), None, Duration::MAX);
    let read = flags::read(HELP, |name, flag| match name {
        "addr" => flag.value().map(|v| addr = v),
        "cert" => flag.value().map(|v: String| cert = Some(v)),
        "seconds" => flag.value().map(|n| time = Duration::from_secs(n)),
        _ => Err(flag.unknown()),
    });
    let started = read.and_then(|()| vervet::runtime::Builder::new().start().map_err(flags::refuse));
    let ended =
        started.and_then(|()| run(&addr, cert, time).map_err(|e| flags::fail(format_args!("{addr}: {e}"))));
    ended.err().unwrap_or(ExitCode::SUCCESS)
}

fn run(addr: &str, cert: Option<String>, time: Duration) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(addr)?;
    let identity = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    if let Some(path) = cert {
        vervet::fs::write(path, identity.cert.pem())?;
    }
    let key = PrivatePkcs8KeyDer::from(identity.signing_key.serialize_der());
    let chain = vec![identity.cert.der().clone()];
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key.into())?;
    let url = format!("https://{}", listener.local_addr()?);
    println!("serving {url}\ntry: curl -k {url}/");
    drop(vervet::spawn(move || accept(&listener, &Arc::new(config))));
    vervet::sleep(time);
    Ok(())
}

fn accept(listener: &TcpListener, config: &Arc<ServerConfig>) {
    for stream in listener.incoming() {
        let tls = ServerConnection::new(Arc::clone(config));
        match (stream, tls) {
            (Ok(stream), Ok(tls)) => drop(vervet::spawn(|| serve(StreamOwned::new(tls, stream)))),
            _ => vervet::sleep(Duration::from_millis(10)), // out of descriptors, most likely
        }
    }
}

fn serve(stream: StreamOwned<ServerConnection, TcpStream>) {
    let mut client = http::Connection::new(stream);
    // The first read shakes hands.
    while let Ok(Ok(true)) = vervet::timeout(PATIENCE, || client.answer(page)) {}
    let mut stream = client.into_stream();
    stream.conn.send_close_notify();
    let _ = vervet::timeout(PATIENCE, || stream.conn.write_tls(&mut stream.sock)); // the client may have gone
}

fn page(path: &str) -> Option<String> {
    (path == "/").then(|| "hello, in private\n".to_owned())
}
