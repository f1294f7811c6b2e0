//! `Peer`: whom to connect to.
//!
//! Uses `net` and `os::unix::net`.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use crate::net::ToSocketAddrs;
use crate::os::unix::net;

/// Whom to connect to: `host:port`, an address, or `unix:/path/to/socket`.
///
/// # Examples
/// ```
/// use vervet::cosocket::Peer;
///
/// assert_eq!(Peer::from(("localhost", 6379)), Peer::from("localhost:6379"));
/// assert_eq!(Peer::from("unix:/run/redis.sock"), Peer::from(std::path::Path::new("/run/redis.sock")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Peer(Kind);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Inet(String),
    Unix(PathBuf),
}

/// Whom it stands for. To find that out may take its time.
pub(super) enum Resolved {
    Inet(Vec<SocketAddr>),
    Unix(net::SocketAddr),
}

impl Peer {
    pub(super) fn resolve(&self) -> io::Result<Resolved> {
        match &self.0 {
            Kind::Inet(name) => Ok(Resolved::Inet(name.to_socket_addrs()?.collect())),
            Kind::Unix(path) => net::SocketAddr::from_pathname(path).map(Resolved::Unix),
        }
    }
}

/// The name of its pool, unless another one is given.
impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Inet(name) => f.write_str(name),
            Kind::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

impl From<&str> for Peer {
    fn from(name: &str) -> Peer {
        Peer(match name.strip_prefix("unix:") {
            Some(path) => Kind::Unix(path.into()),
            None => Kind::Inet(name.to_owned()),
        })
    }
}

impl From<String> for Peer {
    fn from(name: String) -> Peer {
        Peer::from(&*name)
    }
}

impl From<&String> for Peer {
    fn from(name: &String) -> Peer {
        Peer::from(&**name)
    }
}

impl From<&Peer> for Peer {
    fn from(peer: &Peer) -> Peer {
        peer.clone()
    }
}

impl From<SocketAddr> for Peer {
    fn from(addr: SocketAddr) -> Peer {
        Peer(Kind::Inet(addr.to_string()))
    }
}

impl From<&SocketAddr> for Peer {
    fn from(addr: &SocketAddr) -> Peer {
        Peer::from(*addr)
    }
}

impl From<(&str, u16)> for Peer {
    fn from((host, port): (&str, u16)) -> Peer {
        match host.parse::<Ipv6Addr>() {
            Ok(ip) => Peer::from((ip, port)),
            Err(_) => Peer(Kind::Inet(format!("{host}:{port}"))),
        }
    }
}

impl From<(String, u16)> for Peer {
    fn from((host, port): (String, u16)) -> Peer {
        Peer::from((&*host, port))
    }
}

impl From<(IpAddr, u16)> for Peer {
    fn from(addr: (IpAddr, u16)) -> Peer {
        Peer::from(SocketAddr::from(addr))
    }
}

impl From<(Ipv4Addr, u16)> for Peer {
    fn from(addr: (Ipv4Addr, u16)) -> Peer {
        Peer::from(SocketAddr::from(addr))
    }
}

impl From<(Ipv6Addr, u16)> for Peer {
    fn from(addr: (Ipv6Addr, u16)) -> Peer {
        Peer::from(SocketAddr::from(addr))
    }
}

/// A unix socket.
impl From<&Path> for Peer {
    fn from(path: &Path) -> Peer {
        Peer::from(path.to_owned())
    }
}

/// A unix socket.
impl From<PathBuf> for Peer {
    fn from(path: PathBuf) -> Peer {
        Peer(Kind::Unix(path))
    }
}

/// A unix socket.
impl From<&PathBuf> for Peer {
    fn from(path: &PathBuf) -> Peer {
        Peer::from(path.clone())
    }
}
