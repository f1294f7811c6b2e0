//! `Signals`: one after the other; and the calls that wait for one.
//!
//! Uses `signal::inbox` and, to be selected, `wait`.

use std::fmt;
use std::io;
use std::time::{Duration, Instant};

use super::inbox::Inbox;
use super::kind::{SIGINT, SIGTERM, Signal};
use crate::wait::Waker;
use crate::wait::io::Readiness;
use crate::wait::select::Source;

/// Listens for signals from when it is made until it is dropped, and gives them out one by one.
///
/// Several greenlets and threads may receive from one; each signal goes to one of them. Several `Signals` each get all
/// signals. If signals of different kinds have arrived, the one that stands first in the list comes first, not the one that
/// arrived first; see the [module](crate::signal) for more about signals.
///
/// # Examples
/// ```
/// use vervet::signal::{SIGHUP, SIGUSR1, Signals};
///
/// let signals = Signals::new(&[SIGHUP, SIGUSR1])?;
/// SIGUSR1.raise()?;
/// SIGUSR1.raise()?;
/// assert_eq!(signals.recv()?, SIGUSR1);
/// assert_eq!(signals.try_recv()?, None, "they have become one");
/// # std::io::Result::Ok(())
/// ```
#[must_use = "it listens as long as it lives"]
pub struct Signals {
    inbox: Inbox,
}

impl Signals {
    /// Listens for `signals`. One that is named twice counts once.
    ///
    /// # Errors
    /// `InvalidInput`, which names the signal, for one that does not exist or cannot be listened for, and for an empty list;
    /// `EMFILE` or `ENFILE` when no fds are left: it needs one, and one for each signal.
    pub fn new(signals: &[Signal]) -> io::Result<Signals> {
        Inbox::new(signals).map(|inbox| Signals { inbox })
    }

    /// Waits for the next signal.
    ///
    /// # Errors
    /// Where nothing can unwind (`panic = "abort"`), that the wait was cut short; what the kernel reports.
    ///
    /// # Cancellation
    /// Blocks here: yes. Killed here, nothing is lost: a signal that arrives then is there for the next call.
    pub fn recv(&self) -> io::Result<Signal> {
        match self.inbox.take_until(None)? {
            Some(signal) => Ok(signal),
            None => unreachable!("for ever is over"),
        }
    }

    /// As [`recv`](Signals::recv), for at most `d`. `None`: none has arrived.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Cancellation
    /// Blocks here: yes; nothing is lost.
    pub fn recv_timeout(&self, d: Duration) -> io::Result<Option<Signal>> {
        self.inbox.take_until(Instant::now().checked_add(d))
    }

    /// A signal that has arrived. Does not block.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn try_recv(&self) -> io::Result<Option<Signal>> {
        self.inbox.try_take()
    }

    /// [`recv`](Signals::recv) as a source for [`select!`](crate::select!), which writes it `signals.recv()`. One that loses leaves the
    /// signal where it is.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use vervet::signal::{SIGUSR1, Signals};
    ///
    /// let signals = Signals::new(&[SIGUSR1])?;
    /// SIGUSR1.raise()?;
    /// vervet::select! {
    ///     signal = signals.recv() => assert_eq!(signal?, SIGUSR1),
    ///     _ = after(Duration::from_secs(60)) => panic!("nobody has sent one"),
    /// }
    /// # std::io::Result::Ok(())
    /// ```
    pub fn select_recv(&self) -> Recv<'_> {
        Recv { signals: self, readiness: self.inbox.readiness() }
    }

    /// One signal after the other; ends when [`recv`](Signals::recv) fails.
    ///
    /// # Cancellation
    /// Each step blocks as `recv` does.
    ///
    /// # Examples
    /// ```
    /// use vervet::signal::{SIGHUP, SIGUSR2, Signals};
    ///
    /// let signals = Signals::new(&[SIGHUP, SIGUSR2])?;
    /// SIGUSR2.raise()?;
    /// for signal in &signals {
    ///     println!("{signal}");
    ///     if signal == SIGUSR2 {
    ///         break;
    ///     }
    /// }
    /// # std::io::Result::Ok(())
    /// ```
    pub fn iter(&self) -> Iter<'_> {
        Iter { signals: self }
    }

    pub(super) fn unregister(&self) {
        self.inbox.unregister();
    }
}

impl fmt::Debug for Signals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.inbox.signals()).finish()
    }
}

impl<'a> IntoIterator for &'a Signals {
    type Item = Signal;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// The next signal, as one of several things to wait for; see [`Signals::select_recv`].
#[derive(Debug)]
#[must_use = "a source does nothing unless it is selected"]
pub struct Recv<'a> {
    signals: &'a Signals,
    readiness: Readiness<'a>,
}

impl Source for Recv<'_> {
    type Output = io::Result<Signal>;

    fn try_take(&mut self) -> Option<io::Result<Signal>> {
        match (self.signals.try_recv().transpose(), self.readiness.try_take()) {
            (None, Some(Err(error))) => Some(Err(error)),
            // Readable: then the wait will not begin, and this is called again.
            (taken, _) => taken,
        }
    }

    fn watch(&mut self, waker: Waker) -> bool {
        self.readiness.watch(waker)
    }

    fn unwatch(&mut self) -> Option<io::Result<Signal>> {
        // It tells all who wait, and hands nothing over.
        let _ = self.readiness.unwatch();
        None
    }
}

/// One signal after the other; see [`Signals::iter`].
#[derive(Debug)]
#[must_use = "iterators are lazy"]
pub struct Iter<'a> {
    signals: &'a Signals,
}

impl Iterator for Iter<'_> {
    type Item = Signal;

    fn next(&mut self) -> Option<Signal> {
        self.signals.recv().ok()
    }
}

/// Waits until one of `signals` arrives, and answers which.
///
/// Whoever waits at the same time for the same signal gets it as well. A signal that arrives before the call has its
/// standard effect, or that of an earlier listener; one that arrives after the return is lost. Where that matters, make a
/// [`Signals`] in time.
///
/// # Errors
/// As [`Signals::new`] and [`Signals::recv`].
///
/// # Cancellation
/// Blocks here: yes. Killed here, it listens no longer.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use vervet::signal::{self, SIGALRM, SIGUSR1};
///
/// # let listening = signal::Signals::new(&[SIGUSR1])?;
/// let waiting = vervet::spawn(|| signal::wait(&[SIGALRM, SIGUSR1]));
/// while !waiting.wait(Some(Duration::from_millis(1))) {
///     SIGUSR1.raise()?;
/// }
/// assert_eq!(waiting.join().unwrap()?, SIGUSR1);
/// # std::io::Result::Ok(())
/// ```
pub fn wait(signals: &[Signal]) -> io::Result<Signal> {
    Signals::new(signals)?.recv()
}

/// As [`wait`](wait()), for at most `d`. `None`: none has arrived.
///
/// # Errors
/// As there.
///
/// # Cancellation
/// Blocks here: yes. Killed here, it listens no longer.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use vervet::signal::{self, SIGHUP};
///
/// assert_eq!(signal::wait_timeout(&[SIGHUP], Duration::from_millis(1))?, None);
/// # std::io::Result::Ok(())
/// ```
pub fn wait_timeout(signals: &[Signal], d: Duration) -> io::Result<Option<Signal>> {
    Signals::new(signals)?.recv_timeout(d)
}

/// Waits until the process is asked to end: by Ctrl-C ([`SIGINT`]), or by [`SIGTERM`]. Answers which of them it was.
///
/// From the first call on, neither of them ends the process by itself any more: the second Ctrl-C is ignored, unless
/// somebody listens for it, as [`Signal::act_by_default`] shows.
///
/// # Errors
/// As [`wait`](wait()).
///
/// # Cancellation
/// Blocks here: yes. Killed here, it listens no longer.
///
/// # Examples
/// ```no_run
/// let signal = vervet::signal::shutdown_signal()?;
/// println!("{signal}: shutting down");
/// # std::io::Result::Ok(())
/// ```
pub fn shutdown_signal() -> io::Result<Signal> {
    wait(&[SIGINT, SIGTERM])
}
