//! OpenResty's cosockets: sockets whose connections are kept for the next one, and that receive by patterns.
//!
//! Who knows `ngx.socket.tcp` and `ngx.socket.udp` finds their methods here, under their names:
//!
//! | OpenResty | here |
//! |---|---|
//! | `sock:connect(host, port, opts)` | [`connect`](TcpSocket::connect)`((host, port), `[`ConnectOptions`]`)` |
//! | `sock:connect("unix:/path")` | the same, with `"unix:/path"` |
//! | `sock:sslhandshake(session, name)` | `sslhandshake(&config, name)`, feature `tls`; the sessions are in the `config` |
//! | `sock:send(data)` | [`send`](TcpSocket::send), [`send_slices`](TcpSocket::send_slices) |
//! | `sock:receive(n)`, `"*l"`, `"*a"` | [`receive`](TcpSocket::receive)`(n)`, `(`[`Pattern::Line`]`)`, `(`[`Pattern::All`]`)` |
//! | `sock:receiveany(max)` | [`receiveany`](TcpSocket::receiveany) |
//! | `sock:receiveuntil(pattern, opts)` | [`receiveuntil`](TcpSocket::receiveuntil), a [`ReceiveUntil`] |
//! | `sock:settimeout`, `settimeouts` | [`settimeout`](TcpSocket::settimeout), [`settimeouts`](TcpSocket::settimeouts), in `Duration`s |
//! | `sock:setkeepalive(timeout, size)` | [`setkeepalive`](TcpSocket::setkeepalive) |
//! | `sock:getreusedtimes()` | [`getreusedtimes`](TcpSocket::getreusedtimes) |
//! | `nil, err, partial` | [`Error`], [`SendError`], [`ReceiveError`], which has the partial data |
//!
//! The pools behind them are of one kind, [`KeepalivePool`], which keeps other connections as well.
//!
//! # Differences from OpenResty
//! * Pools belong to the process, not to a worker: any greenlet or thread may take what another one has put back.
//! * [`connect`](TcpSocket::connect)'s limit covers all of it: the queue, the resolver, every address.
//! * [`setkeepalive`](TcpSocket::setkeepalive) is stricter: after a question whose answer was waited for in vain, or was received in
//!   part, the connection is dubious, too.
//! * A socket out of the pool that has been through a TLS handshake is never taken for one to another name.
//! * A socket is used by one greenlet or thread at a time (`&mut self`).
//!
//! # Examples
//! A client of redis, in its shortest form, would be:
//! ```no_run
//! use std::time::Duration;
//! use vervet::cosocket::{self, ConnectOptions, Pattern};
//!
//! fn incr(key: &str) -> Result<String, Box<dyn std::error::Error>> {
//!     let mut sock = cosocket::connect("127.0.0.1:6379", ConnectOptions::new().pool_size(20).backlog(1000))?;
//!     sock.send_slices(&["INCR ", key, "\r\n"])?;
//!     let answer = sock.receive(Pattern::Line)?;
//!     sock.setkeepalive(Duration::from_secs(60), None)?;
//!     Ok(String::from_utf8(answer)?)
//! }
//! ```

// Uses `net`, `os`, `greenlet`, `wait`; rustls for the feature `tls`.

mod buffer;
mod error;
mod link;
mod matcher;
mod options;
mod peer;
mod pool;
mod registry;
mod tcp;
#[cfg(feature = "tls")]
mod tls;
mod udp;
mod until;

pub use error::{Error, ReceiveError, SendError};
pub use options::{ConnectOptions, Pattern};
pub use peer::Peer;
pub use pool::{Keepalive, KeepalivePool, PoolBuilder, Pooled};
pub use tcp::{TcpSocket, connect};
pub use udp::UdpSocket;
pub use until::ReceiveUntil;
