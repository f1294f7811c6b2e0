//! How names become addresses.
//!
//! Wherever this crate takes an address ([`ToSocketAddrs`](super::ToSocketAddrs)) a name is as good, and the default [`Resolver`] looks
//! it up: the system's own (`getaddrinfo`, with `/etc/hosts`, `nsswitch.conf` and all), on threads of its own, so that neither a
//! worker nor file I/O ever waits for a slow name server. Whoever asks for a name that is being looked up waits for the same
//! answer. Addresses in figures are never looked up.
//!
//! [`Resolver::builder`] makes others: with a cache, with more threads, with a look-up function of the program's own.
//! [`set_default`] puts one in the place of the system's.
//!
//! # Examples
//! ```
//! use vervet::net::resolver;
//!
//! let addrs = resolver::lookup("localhost")?;
//! assert!(addrs.iter().all(|ip| ip.is_loopback()));
//! # std::io::Result::Ok(())
//! ```

// Uses `greenlet` (for its threads) and `wait`.

mod builder;
mod cache;
mod flight;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{PoisonError, RwLock};

pub use builder::Builder;
pub use flight::Resolver;

/// `None`: nobody has asked for it yet.
static DEFAULT: RwLock<Option<Resolver>> = RwLock::new(None);

/// The addresses of `host`, by the default resolver; see [`Resolver::lookup`].
///
/// # Errors
/// As there.
///
/// # Cancellation
/// Blocks here: yes, unless `host` is an address or the answer is in the cache. Killed here, nothing is lost; the look-up goes on,
/// for others.
pub fn lookup(host: &str) -> io::Result<Vec<IpAddr>> {
    get_default().lookup(host)
}

/// The resolver that looks up names for the rest of this crate.
#[must_use]
pub fn get_default() -> Resolver {
    if let Some(resolver) = &*DEFAULT.read().unwrap_or_else(PoisonError::into_inner) {
        return resolver.clone();
    }
    DEFAULT.write().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(Resolver::new).clone()
}

/// Has `resolver` look up names for the rest of this crate from now on, and answers the one that did until now. Look-ups under way
/// are not affected.
///
/// # Examples
/// ```
/// use std::net::Ipv4Addr;
/// use std::time::Duration;
/// use vervet::net::resolver::{self, Resolver};
/// use vervet::net::ToSocketAddrs;
///
/// // What the system says, kept for a minute; and one name that it does not know.
/// let system = resolver::get_default();
/// let ours = Resolver::builder()
///     .lookup_with(move |host| match host {
///         "database.internal" => Ok(vec![Ipv4Addr::new(192, 0, 2, 7).into()]),
///         _ => system.lookup(host),
///     })
///     .cache(Duration::from_secs(60), 1_000)
///     .build();
/// resolver::set_default(ours);
///
/// let mut addrs = "database.internal:5432".to_socket_addrs()?;
/// assert_eq!(addrs.next(), Some(([192, 0, 2, 7], 5432).into()));
/// # std::io::Result::Ok(())
/// ```
pub fn set_default(resolver: Resolver) -> Resolver {
    let mut default = DEFAULT.write().unwrap_or_else(PoisonError::into_inner);
    default.replace(resolver).unwrap_or_default()
}

/// The addresses of `host`, which is none itself, with `port`.
pub(super) fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let mut addrs = get_default().query(host)?.to_vec();
    addrs.iter_mut().for_each(|addr| addr.set_port(port));
    Ok(addrs)
}
