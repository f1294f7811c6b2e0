//! How std shows a unix socket.
//!
//! Uses `net` and `io`.

use std::fmt;

use super::SocketAddr;
use crate::io::shown::FileDesc;
use crate::net::socket::Socket;

/// Writes `name`, the fd and the addresses that there are.
pub(super) fn show(
    name: &str,
    socket: &Socket,
    addrs: &[(&str, Option<SocketAddr>)],
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let mut out = f.debug_struct(name);
    out.field("fd", &FileDesc::new(socket.number()));
    for (field, addr) in addrs {
        if let Some(addr) = addr {
            out.field(field, addr);
        }
    }
    out.finish()
}
