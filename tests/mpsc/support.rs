//! What the cases share: one type for both senders, peers of both sorts, and the list of kinds.

use std::sync::mpsc as std_mpsc;
use std::thread::{self, JoinHandle};

use vervet::Greenlet;
use vervet::sync::mpsc::{Receiver, SendError, Sender, SyncSender, channel, sync_channel};

use crate::common::*;

/// The bound of a channel; `None` has none.
pub(crate) type Bound = Option<usize>;

/// A sender of either type.
#[derive(Debug)]
pub(crate) enum Tx<T> {
    Unbounded(Sender<T>),
    Bounded(SyncSender<T>),
}

impl<T> Tx<T> {
    pub(crate) fn send(&self, message: T) -> Result<(), SendError<T>> {
        match self {
            Tx::Unbounded(sender) => sender.send(message),
            Tx::Bounded(sender) => sender.send(message),
        }
    }
}

impl<T> Clone for Tx<T> {
    fn clone(&self) -> Tx<T> {
        match self {
            Tx::Unbounded(sender) => Tx::Unbounded(sender.clone()),
            Tx::Bounded(sender) => Tx::Bounded(sender.clone()),
        }
    }
}

pub(crate) fn make<T>(bound: Bound) -> (Tx<T>, Receiver<T>) {
    match bound {
        None => {
            let (sender, receiver) = channel();
            (Tx::Unbounded(sender), receiver)
        }
        Some(bound) => {
            let (sender, receiver) = sync_channel(bound);
            (Tx::Bounded(sender), receiver)
        }
    }
}

/// Who is at the other end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sort {
    Greenlet,
    Thread,
}

pub(crate) enum Peer<T> {
    Greenlet(Greenlet<T>),
    Thread(JoinHandle<T>, rustix::thread::Pid),
}

impl Sort {
    pub(crate) fn start<T: Send + 'static>(self, body: impl FnOnce() -> T + Send + 'static) -> Peer<T> {
        match self {
            Sort::Greenlet => Peer::Greenlet(vervet::spawn(body)),
            Sort::Thread => {
                let (sender, id) = std_mpsc::channel();
                let thread = thread::spawn(move || {
                    sender.send(rustix::thread::gettid()).unwrap();
                    body()
                });
                Peer::Thread(thread, id.recv().unwrap())
            }
        }
    }
}

impl<T: Send + 'static> Peer<T> {
    /// Started, and by now waiting in a channel. `body` waits nowhere else before.
    #[track_caller]
    pub(crate) fn waits(self) -> Peer<T> {
        match &self {
            Peer::Greenlet(greenlet) => parked(&greenlet.handle(), "channel"),
            Peer::Thread(thread, id) => {
                let path = format!("/proc/self/task/{id}/stat");
                // "id (name) S ..." while it sleeps, which it does nowhere else.
                let sleeps = || std::fs::read_to_string(&path).is_ok_and(|stat| stat.contains(") S "));
                eventually("the thread sleeps", || {
                    assert!(!thread.is_finished(), "it does not wait");
                    sleeps()
                });
            }
        }
        self
    }

    #[track_caller]
    pub(crate) fn join(self) -> T {
        match self {
            Peer::Greenlet(greenlet) => greenlet.join().unwrap(),
            Peer::Thread(thread, _) => vervet::offload(|| thread.join()).unwrap(),
        }
    }
}

/// Makes a test of each case for each of the named channels: on an OS thread and in a greenlet, with peers of both sorts.
macro_rules! cases {
    ($list:ident: $($kind:ident $bound:expr),*; $cases:tt) => {
        mod $list { $( crate::support::cases!(@ $kind $bound; $cases); )* }
    };
    (@ $kind:ident $bound:expr; { $($case:ident)* }) => {
        mod $kind { $(
            #[test]
            fn $case() {
                crate::common::checked(|| crate::common::in_both(|| {
                    super::super::$case($bound, crate::support::Sort::Greenlet);
                    super::super::$case($bound, crate::support::Sort::Thread);
                }));
            }
        )* }
    };
}
pub(crate) use cases;

/// As `cases`, for all kinds of channels.
macro_rules! cases_of_all {
    ($($case:ident)*) => {
        crate::support::cases! { all: unbounded None, one Some(1), three Some(3), rendezvous Some(0); { $($case)* } }
    };
}
pub(crate) use cases_of_all;

/// As `cases`, for those in which a send may wait.
macro_rules! cases_of_bounded {
    ($($case:ident)*) => {
        crate::support::cases! { bounded: one Some(1), three Some(3), rendezvous Some(0); { $($case)* } }
    };
}
pub(crate) use cases_of_bounded;
