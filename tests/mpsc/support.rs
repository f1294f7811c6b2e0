//! What the cases share: one type for both senders, peers of both sorts, and the list of kinds.

use vervet::sync::mpsc::{Receiver, SendError, Sender, SyncSender, TryRecvError, channel, sync_channel};

use crate::common::eventually;

/// Who is at the other end.
pub(crate) use crate::common::someone::Kind as Sort;

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

/// All that comes before the last sender has gone, by calls that do not wait.
pub(crate) fn tried_to_the_end<T>(receiver: &Receiver<T>) -> Vec<T> {
    let mut received = Vec::new();
    eventually("all was received", || {
        received.extend(receiver.try_iter());
        // It may have come since.
        receiver.try_recv().map(|message| received.push(message)) == Err(TryRecvError::Disconnected)
    });
    received
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
