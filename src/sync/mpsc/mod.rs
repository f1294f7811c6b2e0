//! Channels with one receiver that block the greenlet, not the thread: `std::sync::mpsc`'s names, signatures and behaviour.
//!
//! Uses `wait` and `sys::sync`.
//!
//! Replace `use std::sync::mpsc` by `use vervet::sync::mpsc` and the code stays as it is. [`channel`] has no bound: its
//! [`Sender`] never waits. [`sync_channel`] has one: its [`SyncSender`] waits for room, and with a bound of 0 for
//! a receiver. Senders and the [`Receiver`] work in greenlets and on OS threads, in any mixture: a wait in a greenlet lets
//! its worker's other greenlets run, a wait on an OS thread blocks that thread as std's does. The errors are std's own.
//!
//! # Differences from std
//! * Waiting senders get their turns in the order in which they came; std leaves open who is first.
//! * A wait can be cut short by a kill or a [`timeout`](crate::timeout); what that leaves behind is said under
//!   "Cancellation". In no case is a message lost or doubled, and a send that was cut short has not been received.
//! * Where a cancellation cannot unwind (with `panic = "abort"`, or in a `timeout` that was entered by a destructor during
//!   an unwinding), a call that is cut short answers as if the other side were gone: [`RecvError`],
//!   [`RecvTimeoutError::Disconnected`], or [`SendError`] with the message.
//! * Nothing preempts a greenlet, so each call here, also one that does not wait (`Sender::send`, `try_send`, `try_recv`),
//!   lets others of its worker run if none could for a millisecond. As with all that may switch: do not call it
//!   with a lock of std's held that another greenlet wants.
//!
//! # Examples
//! ```
//! use vervet::sync::mpsc;
//!
//! let (tx, rx) = mpsc::channel();
//! for id in 0..3 {
//!     let tx = tx.clone();
//!     vervet::spawn(move || tx.send(id * 10).unwrap());
//! }
//! // The loop below ends when the last sender is gone.
//! drop(tx);
//!
//! let mut received: Vec<_> = rx.iter().collect();
//! received.sort();
//! assert_eq!(received, [0, 10, 20]);
//! ```

mod bounded;
mod flavor;
mod receiver;
mod select;
mod sender;
mod unbounded;

pub use std::sync::mpsc::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};

pub use self::receiver::{IntoIter, Iter, Receiver, TryIter};
pub use self::select::{ReceiverRecv, SyncSenderSend};
pub use self::sender::{Sender, SyncSender};

/// Makes a channel without a bound: a send never waits.
///
/// As `std::sync::mpsc::channel`.
///
/// # Examples
/// ```
/// use vervet::sync::mpsc::channel;
///
/// let (tx, rx) = channel();
/// vervet::spawn(move || tx.send("from a greenlet").unwrap());
/// assert_eq!(rx.recv(), Ok("from a greenlet"));
/// assert!(rx.recv().is_err());
/// ```
#[must_use]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let (producer, consumer) = unbounded::channel();
    (Sender::new(producer), Receiver::unbounded(consumer))
}

/// Makes a channel that holds at most `bound` messages: a send waits until there is room.
///
/// As `std::sync::mpsc::sync_channel`. With a bound of 0, a "rendezvous", each send waits until a receive takes its message.
///
/// # Panics
/// If so many messages cannot be addressed; the room for them is set aside at once.
///
/// # Examples
/// ```
/// use vervet::sync::mpsc::sync_channel;
///
/// let (tx, rx) = sync_channel(1);
/// tx.send(1).unwrap();
/// assert!(tx.try_send(2).is_err());
///
/// let sender = vervet::spawn(move || tx.send(2));
/// assert_eq!((rx.recv(), rx.recv()), (Ok(1), Ok(2)));
/// sender.join().unwrap().unwrap();
/// ```
#[must_use]
pub fn sync_channel<T>(bound: usize) -> (SyncSender<T>, Receiver<T>) {
    let (producer, consumer) = bounded::channel(bound);
    (SyncSender::new(producer), Receiver::bounded(consumer))
}
