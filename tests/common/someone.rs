//! Who takes part: a greenlet or an OS thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering::SeqCst};
use std::thread;

use vervet::Greenlet;

use super::{eventually, over, parked};

/// In what something runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Greenlet,
    Thread,
}

/// Each with each.
pub(crate) const PAIRS: [(Kind, Kind); 4] = [
    (Kind::Greenlet, Kind::Greenlet),
    (Kind::Greenlet, Kind::Thread),
    (Kind::Thread, Kind::Greenlet),
    (Kind::Thread, Kind::Thread),
];

/// Something that runs, in a greenlet or on a thread.
pub(crate) enum Someone<T> {
    Greenlet(Greenlet<T>),
    Thread(thread::JoinHandle<T>, Arc<AtomicI32>),
}

impl Kind {
    pub(crate) fn start<T: Send + 'static>(self, body: impl FnOnce() -> T + Send + 'static) -> Someone<T> {
        Someone::start(self, body)
    }
}

impl<T: Send + 'static> Someone<T> {
    pub(crate) fn start(kind: Kind, body: impl FnOnce() -> T + Send + 'static) -> Someone<T> {
        match kind {
            Kind::Greenlet => Someone::Greenlet(vervet::spawn(body)),
            Kind::Thread => {
                let id = Arc::new(AtomicI32::new(0));
                let theirs = Arc::clone(&id);
                let thread = thread::spawn(move || {
                    theirs.store(rustix::thread::gettid().as_raw_nonzero().get(), SeqCst);
                    body()
                });
                Someone::Thread(thread, id)
            }
        }
    }

    /// Waits until it waits; a greenlet for `reason`.
    #[track_caller]
    pub(crate) fn waits(&self, reason: &str) {
        match self {
            Someone::Greenlet(greenlet) => parked(&greenlet.handle(), reason),
            Someone::Thread(thread, id) => eventually("the thread sleeps", || {
                assert!(!thread.is_finished(), "it does not wait");
                is_asleep(id.load(SeqCst))
            }),
        }
    }

    /// The same, by now waiting.
    #[track_caller]
    pub(crate) fn waiting(self, reason: &str) -> Someone<T> {
        self.waits(reason);
        self
    }

    #[track_caller]
    pub(crate) fn join(self) -> T {
        match self {
            Someone::Greenlet(greenlet) => {
                over(&greenlet.handle());
                greenlet.join().unwrap()
            }
            // Also in a greenlet, whose worker has others to run.
            Someone::Thread(thread, _) => vervet::offload(|| thread.join()).unwrap(),
        }
    }
}

/// Whether that thread of this process sleeps in the kernel.
fn is_asleep(id: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/self/task/{id}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('S'))
}

/// Runs `body` there, to its end.
pub(crate) fn run_in<T: Send + 'static>(kind: Kind, body: impl FnOnce() -> T + Send + 'static) -> T {
    Someone::start(kind, body).join()
}
