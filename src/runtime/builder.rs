//! `runtime::Builder`.
//!
//! Uses `runtime::settings`.

use std::io;

use super::settings::{Reactor, Wishes};

/// Starts the runtime with settings of your own.
///
/// Without it the runtime starts by itself at the first `spawn`, with the settings of the environment
/// (`VERVET_WORKERS`, `VERVET_STACK_SIZE` in bytes, `VERVET_REACTOR`, `VERVET_SCHEDULER`) or their defaults. What is set here goes before the
/// environment.
///
/// # Examples
/// ```
/// use vervet::runtime::Builder;
///
/// Builder::new().workers(2).stack_size(128 * 1024).start()?;
/// assert_eq!(vervet::runtime::metrics().workers.len(), 2);
/// assert_eq!(Builder::new().start().unwrap_err().kind(), std::io::ErrorKind::AlreadyExists);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Builder {
    wishes: Wishes,
}

impl Builder {
    /// A builder that has no wishes yet.
    pub fn new() -> Builder {
        Builder::default()
    }

    /// How many OS threads run greenlets, 1 to 1024; by default as many as the machine has to offer.
    pub fn workers(mut self, n: usize) -> Builder {
        self.wishes.workers = Some(n);
        self
    }

    /// The default size of a greenlet's stack in bytes (256 KiB otherwise), rounded up to whole pages and at least
    /// 16 KiB. It is address space: memory is committed as the stack is touched.
    pub fn stack_size(mut self, bytes: usize) -> Builder {
        self.wishes.stack_size = Some(bytes);
        self
    }

    /// How I/O readiness is learned.
    pub fn reactor(mut self, reactor: Reactor) -> Builder {
        self.wishes.reactor = Some(reactor);
        self
    }

    /// How many threads `offload` may use at most (64 otherwise). They start when needed and end when idle; more jobs than
    /// threads wait in a queue.
    pub fn offload_threads(mut self, n: usize) -> Builder {
        self.wishes.offload_threads = Some(n);
        self
    }

    /// A builder for a program whose greenlets may run on may's scheduler, and at once the program's word for that: from now on
    /// `VERVET_SCHEDULER=may` in the environment sends the greenlets of all free functions there. To be called before
    /// vervet is used; `vervet`, and a variable that is not set, choose vervet's own scheduler as ever.
    ///
    /// In a program without this call that value of the variable is an error. Available with the feature `may`.
    ///
    /// # Safety
    /// What [`Builder::scheduler`](crate::Builder::scheduler) asks of one greenlet is asked of all those that are started without
    /// one.
    ///
    /// # Examples
    /// ```
    /// // SAFETY: nothing in this program keeps thread-locals across a wait.
    /// unsafe { vervet::runtime::Builder::allow_may() }.workers(2).start()?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[cfg(feature = "may")]
    pub unsafe fn allow_may() -> Builder {
        super::settings::allow_may();
        Builder::new()
    }

    /// For vervet's own tests: what happens where std's panic count cannot be found.
    #[doc(hidden)]
    pub fn shared_panics(mut self) -> Builder {
        self.wishes.shared_panics = true;
        self
    }

    /// Starts the runtime. Does not block.
    ///
    /// # Errors
    /// * `AlreadyExists`: it runs already, whoever started it.
    /// * `InvalidInput`: a setting, here or in the environment, makes no sense; the text names it.
    /// * `Unsupported`: the reactor asked for is not part of this version.
    /// * What the system says when threads or fds cannot be had.
    pub fn start(self) -> io::Result<()> {
        super::start(&self.wishes, true).map(drop)
    }
}
