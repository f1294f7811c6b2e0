//! Servers: a greenlet for each connection, or for each datagram, as many at once as there is room for, and an orderly end.
//!
//! A handler is plain blocking code. [`StreamServer`] accepts connections, TCP or unix, with TLS or without, and runs it in a
//! greenlet for each; [`DatagramServer`] does so for each datagram.
//!
//! ```
//! use std::io::{BufRead, BufReader, Write};
//! use std::time::Duration;
//! use vervet::net::TcpStream;
//! use vervet::server::StreamServer;
//!
//! # fn main() -> std::io::Result<()> {
//! let server = StreamServer::bind("127.0.0.1:0")?
//!     .max_connections(1_000)
//!     .on_connection(|stream, _peer| -> std::io::Result<()> {
//!         for line in BufReader::new(&stream).lines() {
//!             writeln!(&stream, "{}", line?.to_uppercase())?;
//!         }
//!         Ok(())
//!     })
//!     .start()?;
//!
//! let client = TcpStream::connect(server.local_addr())?;
//! writeln!(&client, "green")?;
//! let mut answer = String::new();
//! BufReader::new(&client).read_line(&mut answer)?;
//! assert_eq!(answer, "GREEN\n");
//!
//! drop(client);
//! let report = server.shutdown(Duration::from_secs(5));
//! assert_eq!(report.killed, 0);
//! # Ok(())
//! # }
//! ```
//!
//! # The limit
//!
//! With `max_connections(n)`, a server that has `n` handlers stops accepting until one of them ends. Nobody is refused meanwhile:
//! connections wait in the kernel's queue, as long as that is ([`StreamServer::backlog`]). TLS handshakes count, so silent
//! clients cannot pile up before the limit either.
//!
//! # Trouble
//!
//! | what happens | what becomes of it |
//! |---|---|
//! | the port is taken | `bind` answers `AddrInUse` |
//! | a handler panics | its connection is closed; logged once as an error, with the peer; the others and the server go on |
//! | a handler is given a client that never reads | it waits in `write`, alone; a write timeout, or a shutdown, ends it |
//! | a client gives up before it is accepted | the next one is accepted |
//! | no fd is left | see below |
//! | `accept` fails otherwise | tried again after 10 ms, 20 ms, ... 1 s, and from 10 ms again after a success |
//! | the listener is none (`EBADF`, `EINVAL`, `ENOTSOCK`) | the server ends, and `wait` and `serve_forever` say why; handlers go on |
//! | a handshake fails or takes too long | the connection is closed, and counted |
//!
//! Failures are logged as warnings, at most one a second, and shown to the hook `on_error`, all of them.
//!
//! When no fd is left (`EMFILE`, `ENFILE`), connections wait where they are, in the kernel's queue, and the server tries again as
//! soon as one of its handlers ends, or after the pauses above, in case that others give fds back. It does not do what some do, keep
//! an fd in reserve, accept with it, and close the connection at once: a client that has to wait is better off than one that is
//! thrown out.
//!
//! # The end
//!
//! [`shutdown`](ServerRef::shutdown) closes the listener at once, waits for the handlers until the grace is over, kills those who
//! are left, and reports how many were which. Handlers that talk to a client for long ask [`is_draining`] when they come to a place
//! where they could stop. The fate of the kernel's queue is that of the listener: clients that were not accepted yet are
//! reset.
//!
//! A dropped handle ends nothing: the server is detached, as a greenlet is.

// Uses `net`, `os::unix::net`, `greenlet` and `wait`; with the feature `tls`, rustls.

mod accept;
mod datagram;
mod handle;
mod listener;
mod roster;
mod serving;
mod stream;
#[cfg(feature = "tls")]
mod tls;

pub use datagram::{DatagramHandler, DatagramServer, Responder};
pub use handle::{ServerHandle, ServerRef, Shutdown};
pub use listener::Listener;
pub use serving::{current, is_draining};
pub use stream::{Handler, StreamServer};
#[cfg(feature = "tls")]
pub use tls::{Tls, TlsStream, Transport};
