//! What a resolver can be told.
//!
//! Uses the rest of `resolver`.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::time::Duration;

use super::flight::Resolver;

/// How a name is looked up. The ports are 0.
pub(super) type Lookup = Box<dyn Fn(&str) -> io::Result<Vec<SocketAddr>> + Send + Sync>;

/// As many look-ups at once are kind to name servers, and enough to hide one that is slow.
const MAX_CONCURRENT: usize = 8;

/// Settings for a [`Resolver`]; from [`Resolver::builder`].
#[must_use = "nothing happens before `build`"]
pub struct Builder {
    pub(super) lookup: Lookup,
    pub(super) max_concurrent: usize,
    pub(super) max_entries: usize,
    pub(super) ttl: Duration,
    pub(super) failure_ttl: Duration,
}

impl Builder {
    /// The system's resolver, eight look-ups at once, no cache.
    pub(super) fn new() -> Builder {
        Builder {
            // A socket address and not an IP address: that of a local link says which link.
            lookup: Box::new(|host| (host, 0).to_socket_addrs().map(Iterator::collect)),
            max_concurrent: MAX_CONCURRENT,
            max_entries: 0,
            ttl: Duration::ZERO,
            failure_ttl: Duration::ZERO,
        }
    }

    /// Looks names up by `f` instead of asking the system. It runs on a thread of the resolver's, where it may block by whichever
    /// means; only if it asks the same resolver for the same name, it waits for itself. Its error goes to all who wait for the name; its panic becomes an error.
    pub fn lookup_with<F>(mut self, f: F) -> Builder
    where
        F: Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static,
    {
        self.lookup =
            Box::new(move |host| Ok(f(host)?.into_iter().map(|ip| SocketAddr::new(ip, 0)).collect()));
        self
    }

    /// Keeps answers for `ttl`, at most `max_entries` of them; when there are more, the one that would go first goes. The system's
    /// resolver does not tell how long its answers hold, so this bound is the only one: a minute is a good choice, hours
    /// are not. Without this call every look-up asks anew.
    pub fn cache(mut self, ttl: Duration, max_entries: usize) -> Builder {
        (self.ttl, self.max_entries) = (ttl, max_entries);
        self
    }

    /// Keeps failures, too, in the same cache, for `ttl`. Without this call a name that was not found is looked up again
    /// by the next who asks.
    pub fn cache_failures(mut self, ttl: Duration) -> Builder {
        self.failure_ttl = ttl;
        self
    }

    /// Looks up `n` names at once at most (8 otherwise), on as many threads, which start when needed and end when idle. Who asks for
    /// more waits for his turn; of one name there is never more than one look-up.
    ///
    /// # Panics
    /// If `n` is 0.
    pub fn max_concurrent(mut self, n: usize) -> Builder {
        assert!(n > 0, "a resolver that looks up 0 names at once never looks one up");
        self.max_concurrent = n;
        self
    }

    /// Makes the resolver. Its threads start with the first look-up.
    #[must_use]
    pub fn build(self) -> Resolver {
        Resolver::with(self)
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("max_concurrent", &self.max_concurrent)
            .field("max_entries", &self.max_entries)
            .field("ttl", &self.ttl)
            .field("failure_ttl", &self.failure_ttl)
            .finish_non_exhaustive()
    }
}
