//! `on`: a greenlet for each signal that arrives.
//!
//! Uses `signal::signals` and `greenlet`.

use std::fmt;
use std::io;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::kind::Signal;
use super::signals::Signals;
use crate::greenlet::{Builder, Greenlet};

/// Runs `f` in a fresh greenlet each time that `signal` arrives.
///
/// Runs may overlap, as nobody waits for one before the next begins. Signals that arrive faster than they are received
/// become one; see the [module](crate::signal). A panic of `f` ends that one greenlet and is logged. All closures that were given for a
/// signal run, in no particular order.
///
/// # Errors
/// As [`Signals::new`], and as [`Builder::spawn`] for the greenlet that listens.
///
/// # Examples
/// ```
/// use vervet::signal::{self, SIGUSR1};
///
/// let (sender, runs) = vervet::sync::mpsc::channel();
/// let handle = signal::on(SIGUSR1, move || sender.send("reading the settings again").unwrap())?;
/// SIGUSR1.raise()?;
/// println!("{}", runs.recv().unwrap());
/// handle.cancel();
/// # std::io::Result::Ok(())
/// ```
#[track_caller]
pub fn on<F>(signal: Signal, f: F) -> io::Result<Handle>
where
    F: Fn() + Send + Sync + 'static,
{
    let site = Location::caller();
    let shared = Arc::new(Shared { signals: Signals::new(&[signal])?, active: Mutex::new(true) });
    let theirs = Arc::clone(&shared);
    let builder = Builder::new().name(format!("listens for {signal}"));
    let listener = builder.spawn(move || theirs.serve(signal, Arc::new(f), site))?;
    Ok(Handle { signal, shared, listener })
}

/// A closure that runs when a signal arrives; made by [`on`].
///
/// Dropping it leaves everything as it is, for as long as the process lives: as dropping a [`Greenlet`] does.
/// [`cancel`](Handle::cancel) ends it.
#[derive(Debug)]
pub struct Handle {
    signal: Signal,
    shared: Arc<Shared>,
    listener: Greenlet<()>,
}

impl Handle {
    /// The signal.
    #[must_use]
    pub fn signal(&self) -> Signal {
        self.signal
    }

    /// Ends it: no run begins any more when this returns. Those that have begun go on. Does not block.
    ///
    /// The standard effect of the signal does not come back: it is ignored, if nobody else listens for it.
    pub fn cancel(self) {
        *self.shared.active() = false;
        self.listener.kill();
        self.shared.signals.unregister();
    }
}

struct Shared {
    signals: Signals,
    /// Held while a run begins, so that none does after `cancel`.
    active: Mutex<bool>,
}

impl Shared {
    fn serve<F: Fn() + Send + Sync + 'static>(
        &self,
        signal: Signal,
        f: Arc<F>,
        site: &'static Location<'static>,
    ) {
        loop {
            match self.signals.recv() {
                Ok(_) => self.begin(signal, &f, site),
                Err(_) if !*self.active() => return,
                Err(error) => return log::error!("nobody listens for {signal} any more: {error}"),
            }
        }
    }

    fn begin<F: Fn() + Send + Sync + 'static>(
        &self,
        signal: Signal,
        f: &Arc<F>,
        site: &'static Location<'static>,
    ) {
        let active = self.active();
        if !*active {
            return;
        }
        let f = Arc::clone(f);
        let builder = Builder::new().name(format!("on {signal}"));
        // SAFETY: 'static, say the bounds.
        if let Err(error) = unsafe { builder.spawn_unchecked(move || f(), site) } {
            log::error!("{signal} is missed: {error}");
        }
    }

    fn active(&self) -> MutexGuard<'_, bool> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("signals", &self.signals).finish_non_exhaustive()
    }
}
