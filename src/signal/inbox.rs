//! `Inbox`: where handlers note what has arrived, and where it is waited for.
//!
//! Uses `wait` and signal-hook.
//!
//! ```text
//!  handler, on whichever thread:   seen[signal] := true,  then a byte into the pipe
//!  receiver:                       a byte out of the pipe, then takes one `seen`; if there is none, the next byte
//! ```
//!
//! Before a `seen` is set there, a byte follows it; and a receiver takes one `seen` at most for its byte. So there are never
//! fewer bytes (in the pipe, or just taken out by a receiver on its way to look) than there are signals to be taken, and
//! nobody sleeps while there is one. There may be more: a signal that came twice has two bytes, and one of them finds nothing.
//! Bytes that do not fit into a full pipe are not missed, as a full pipe holds more of them than there are kinds of signals.
//!
//! Nothing here runs in a handler but what signal-hook brings: it stores to an atomic, and sends to a socket.

use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use signal_hook::{SigId, flag, low_level};

use super::kind::Signal;
use crate::wait::io::{Attempt, Interest, Limit, Readiness, closing, until};

#[derive(Debug)]
pub(super) struct Inbox {
    /// In the order of which they were asked for.
    seen: Vec<(Signal, Arc<AtomicBool>)>,
    /// Non-blocking. Its other ends are the handlers'.
    pipe: UnixStream,
    registered: Mutex<Vec<SigId>>,
}

impl Inbox {
    /// # Errors
    /// `InvalidInput` for no signals at all, and for one that does not exist or must not be listened for; `EMFILE` or `ENFILE`
    /// when no fds are left.
    pub(super) fn new(signals: &[Signal]) -> io::Result<Inbox> {
        if signals.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no signal to listen for"));
        }
        for signal in signals {
            signal.allowed()?;
        }
        let (pipe, sender) = UnixStream::pair()?;
        pipe.set_nonblocking(true)?;
        let mut inbox = Inbox { seen: Vec::new(), pipe, registered: Mutex::default() };
        for &signal in signals {
            if inbox.listens_for(signal) {
                continue;
            }
            let seen = Arc::new(AtomicBool::new(false));
            // Kept one by one: if the next step fails, the drop takes back what was done.
            inbox.keep(signal, flag::register(signal.as_raw(), Arc::clone(&seen)))?;
            inbox.keep(signal, low_level::pipe::register(signal.as_raw(), sender.try_clone()?))?;
            inbox.seen.push((signal, seen));
        }
        Ok(inbox)
    }

    fn keep(&mut self, signal: Signal, registered: io::Result<SigId>) -> io::Result<()> {
        let id = registered.map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput => {
                io::Error::new(error.kind(), format!("{signal} cannot be listened for: {error}"))
            }
            _ => error,
        })?;
        self.registered.get_mut().unwrap_or_else(PoisonError::into_inner).push(id);
        Ok(())
    }

    fn listens_for(&self, signal: Signal) -> bool {
        self.signals().any(|ours| ours == signal)
    }

    pub(super) fn signals(&self) -> impl Iterator<Item = Signal> {
        self.seen.iter().map(|(signal, _)| *signal)
    }

    /// Waits for a signal and takes it. `None`: there was none until `deadline`.
    ///
    /// # Errors
    /// Where nothing can unwind, that the wait was cut short.
    ///
    /// # Cancellation
    /// Unwinds when killed or timed out while it waits; a signal that has been taken is answered.
    pub(super) fn take_until(&self, deadline: Option<Instant>) -> io::Result<Option<Signal>> {
        let taken = until(
            self.pipe.as_fd(),
            Interest::Read,
            || Ok(Limit::Until(deadline)),
            || Ok(self.try_take()?.map_or(Attempt::WouldBlock, Attempt::Done)),
        );
        match taken {
            Ok(signal) => Ok(Some(signal)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Takes a signal that has arrived.
    pub(super) fn try_take(&self) -> io::Result<Option<Signal>> {
        loop {
            match (&self.pipe).read(&mut [0]) {
                Ok(0) => {
                    let error = io::Error::new(io::ErrorKind::UnexpectedEof, "listens no longer");
                    return self.take_seen().map(Some).ok_or(error);
                }
                Ok(_) => {
                    let taken = self.take_seen();
                    if taken.is_some() {
                        return Ok(taken);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn take_seen(&self) -> Option<Signal> {
        // SeqCst: pairs with the store of signal-hook's handler, which is followed by the byte that has brought us here.
        self.seen.iter().find(|(_, seen)| seen.swap(false, Ordering::SeqCst)).map(|(signal, _)| *signal)
    }

    /// A source that tells when it is worth while to try again.
    pub(super) fn readiness(&self) -> Readiness<'_> {
        Readiness::new(self.pipe.as_fd(), Interest::Read)
    }

    /// Listens no longer.
    pub(super) fn unregister(&self) {
        let registered = std::mem::take(&mut *self.registered.lock().unwrap_or_else(PoisonError::into_inner));
        for id in registered {
            low_level::unregister(id);
        }
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.unregister();
        closing(self.pipe.as_raw_fd(), false);
    }
}
