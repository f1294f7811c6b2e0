//! Unix sockets that block the greenlet, not the thread: [`std::os::unix::net`]'s names, signatures and behaviour.
//!
//! What [`crate::net`] says about contexts and about handing out the fd goes for these sockets, too.
//!
//! # Differences from std
//! * `write_vectored` to a closed peer never raises SIGPIPE, whatever the process does with that signal.
//! * A listener that is accepted on from a greenlet has `O_NONBLOCK` set in the kernel, as a
//!   [`TcpListener`](crate::net::TcpListener) has.
//! * Linux does not tell a greenlet when a full listener, or the full queue of a datagram socket that is not connected
//!   back, has room again. [`UnixStream::connect`] and [`UnixDatagram::send_to`] then try again, at first after a tenth of
//!   a millisecond, in the end every 25 milliseconds; so those who wait are not served in the order in which they came.
//!   On OS threads they wait in the kernel, as std's.
//! * The address of a peer that has bound itself to a path of the full 108 bytes, which std's
//!   [`SocketAddr::from_pathname`] refuses to make, appears as unnamed.
//!
//! Paths are looked up, and sockets made in the file system, by the calling thread, which may wait for the disk.
//!
//! # Examples
//! ```
//! use std::io::{Read, Write};
//! use vervet::os::linux::net::SocketAddrExt;
//! use vervet::os::unix::net::{SocketAddr, UnixListener, UnixStream};
//!
//! # fn main() -> std::io::Result<()> {
//! # let name = format!("vervet-doc-{}", std::process::id());
//! // An address in Linux's abstract namespace: no file, gone with its socket.
//! let addr = SocketAddr::from_abstract_name(name)?;
//! let listener = UnixListener::bind_addr(&addr)?;
//! let server = vervet::spawn(move || listener.accept()?.0.write_all(b"hello"));
//!
//! let mut text = String::new();
//! UnixStream::connect_addr(&addr)?.read_to_string(&mut text)?;
//! assert_eq!(text, "hello");
//! server.join().unwrap()?;
//! # Ok(())
//! # }
//! ```

// Uses `net` and std's addresses.

mod datagram;
mod listener;
mod shown;
mod stream;

pub use std::os::unix::net::SocketAddr;

pub use datagram::UnixDatagram;
pub use listener::{Incoming, UnixListener};
pub use stream::UnixStream;
