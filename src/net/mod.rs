//! TCP and UDP sockets that block the greenlet, not the thread: `std::net`'s names, signatures and behaviour.
//!
//! Replace `use std::net` by `use vervet::net` and the code stays as it is. Each type works in a greenlet, where a call
//! that has to wait parks the greenlet, and on an OS thread, where it blocks that thread as std's does; both ends of a
//! connection may live in different contexts. Whatever cannot block is re-exported from std.
//!
//! # Differences from std
//! * [`ToSocketAddrs`] is a trait of its own, so that names are resolved without blocking other greenlets. It has std's
//!   implementations; types that implement only std's trait have to be asked for their addresses first.
//! * `write_vectored` to a closed peer never raises SIGPIPE, whatever the process does with that signal.
//! * A listener that is accepted on from a greenlet has `O_NONBLOCK` set in the kernel. `set_nonblocking` and what
//!   `accept` does are not affected by that, and `into_raw_fd` and `OwnedFd::from` give the fd back as the user made it.
//!   Only code that looks at the fd of a live listener (`as_raw_fd`) can tell.
//!
//! # Handing out the fd
//! `as_raw_fd` and `as_fd` work as in std: the socket's `O_NONBLOCK` flag and its timeouts are the user's, and changing
//! them through the fd has the same effect as through the methods. To keep that promise, a socket whose fd was handed
//! out once, or that was made from an fd, asks the kernel for them whenever it has to wait: one or two cheap system calls.
//!
//! # Examples
//! ```
//! use std::io::{Read, Write};
//! use std::thread;
//! use vervet::net::{TcpListener, TcpStream};
//!
//! # fn main() -> std::io::Result<()> {
//! let listener = TcpListener::bind("127.0.0.1:0")?;
//! let addr = listener.local_addr()?;
//!
//! let client = thread::spawn(move || -> std::io::Result<String> {
//!     let mut stream = TcpStream::connect(addr)?;
//!     let mut text = String::new();
//!     stream.read_to_string(&mut text)?;
//!     Ok(text)
//! });
//!
//! let (mut stream, _peer) = listener.accept()?;
//! stream.write_all(b"hello")?;
//! drop(stream);
//! assert_eq!(client.join().unwrap()?, "hello");
//! # Ok(())
//! # }
//! ```

// Uses `wait`, `greenlet` (for `offload`), `sys` and socket2.

mod addr;
mod connect;
pub(crate) mod fd;
mod happy;
pub mod resolver;
pub(crate) mod socket;
mod state;
mod tcp_listener;
mod tcp_stream;
mod transfer;
pub(crate) mod trouble;
mod udp_socket;
pub(crate) mod waits;

pub use std::net::{
    AddrParseError, IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, SocketAddrV4, SocketAddrV6,
};

pub use addr::ToSocketAddrs;
pub(crate) use addr::first_of;
pub use happy::{HappyEyeballs, connect_happy};
pub use tcp_listener::{Incoming, TcpListener};
pub use tcp_stream::TcpStream;
pub use udp_socket::UdpSocket;
