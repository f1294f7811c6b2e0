//! The sending ends: `Sender` and `SyncSender`.
//!
//! Uses `mpsc::unbounded`, `mpsc::bounded` and `wait`.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::mpsc::{SendError, TrySendError};

use super::{bounded, unbounded};
use crate::wait;

/// The sending half of a [`channel`](super::channel) without a bound.
///
/// As `std::sync::mpsc::Sender`: clone it for more senders, or share it. When the last one is dropped, the receiver gets what
/// was sent, and then an error.
///
/// # Examples
/// ```
/// use vervet::sync::mpsc::channel;
///
/// let (tx, rx) = channel();
/// let other = tx.clone();
/// vervet::spawn(move || other.send(1).unwrap());
/// vervet::spawn(move || tx.send(2).unwrap());
/// assert_eq!(rx.iter().sum::<i32>(), 3);
/// ```
pub struct Sender<T> {
    inner: unbounded::Producer<T>,
}

/// The sending half of a [`sync_channel`](super::sync_channel), which has a bound.
///
/// As `std::sync::mpsc::SyncSender`: clone it for more senders, or share it. When the last one is dropped, the receiver gets
/// what was sent, and then an error.
///
/// # Examples
/// ```
/// use vervet::sync::mpsc::sync_channel;
///
/// let (tx, rx) = sync_channel(2);
/// vervet::spawn(move || {
///     for n in 0..100 {
///         // Never more than two ahead of the receiver.
///         tx.send(n).unwrap();
///     }
/// });
/// assert!(rx.iter().eq(0..100));
/// ```
pub struct SyncSender<T> {
    pub(super) inner: bounded::Producer<T>,
}

impl<T> Sender<T> {
    pub(super) fn new(inner: unbounded::Producer<T>) -> Sender<T> {
        Sender { inner }
    }

    /// Sends a message, without ever waiting.
    ///
    /// As `std::sync::mpsc::Sender::send`. That a message was sent does not mean that it will be received.
    ///
    /// # Errors
    /// The receiver is gone → the message comes back in the error.
    ///
    /// # Cancellation
    /// Blocks here: no. So a killed greenlet can still send.
    ///
    /// # Examples
    /// ```
    /// use vervet::sync::mpsc::channel;
    ///
    /// let (tx, rx) = channel();
    /// tx.send(1).unwrap();
    /// drop(rx);
    /// assert_eq!(tx.send(2).unwrap_err().0, 2);
    /// ```
    pub fn send(&self, t: T) -> Result<(), SendError<T>> {
        wait::give_way();
        self.inner.send(t)
    }
}

impl<T> SyncSender<T> {
    pub(super) fn new(inner: bounded::Producer<T>) -> SyncSender<T> {
        SyncSender { inner }
    }

    /// Sends a message, and waits until there is room for it; with a bound of 0, until a receive has taken it.
    ///
    /// As `std::sync::mpsc::SyncSender::send`. Senders that wait get their turns in the order in which they came.
    ///
    /// # Errors
    /// The receiver is gone, or goes meanwhile → the message comes back in the error.
    ///
    /// # Cancellation
    /// Blocks here: yes. If the sender is killed here, or a [`timeout`](crate::timeout) runs out, the message has not been
    /// received and never will be: it is dropped.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use vervet::sync::mpsc::sync_channel;
    ///
    /// let (tx, rx) = sync_channel(0);
    /// // Nobody receives, so the message is taken back.
    /// assert!(vervet::timeout(Duration::from_millis(5), || tx.send(1)).is_err());
    ///
    /// let sender = vervet::spawn(move || tx.send(2));
    /// assert_eq!(rx.recv(), Ok(2));
    /// assert!(sender.join().unwrap().is_ok());
    /// ```
    pub fn send(&self, t: T) -> Result<(), SendError<T>> {
        self.inner.send(t)
    }

    /// Sends a message if there is room for it at once; with a bound of 0, if a receiver waits.
    ///
    /// As `std::sync::mpsc::SyncSender::try_send`.
    ///
    /// # Errors
    /// No room → `Full`; the receiver is gone → `Disconnected`. Both give the message back.
    ///
    /// # Cancellation
    /// Blocks here: no.
    ///
    /// # Examples
    /// ```
    /// use vervet::sync::mpsc::{TrySendError, sync_channel};
    ///
    /// let (tx, rx) = sync_channel(1);
    /// assert_eq!(tx.try_send(1), Ok(()));
    /// assert_eq!(tx.try_send(2), Err(TrySendError::Full(2)));
    /// drop(rx);
    /// assert_eq!(tx.try_send(3), Err(TrySendError::Disconnected(3)));
    /// ```
    pub fn try_send(&self, t: T) -> Result<(), TrySendError<T>> {
        wait::give_way();
        self.inner.try_send(t)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Sender<T> {
        Sender { inner: self.inner.clone() }
    }
}

impl<T> Clone for SyncSender<T> {
    fn clone(&self) -> SyncSender<T> {
        SyncSender { inner: self.inner.clone() }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for SyncSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncSender").finish_non_exhaustive()
    }
}

// As std's: no panic leaves a channel in between, and messages are out of reach until they are received.
impl<T> UnwindSafe for Sender<T> {}
impl<T> RefUnwindSafe for Sender<T> {}
impl<T> UnwindSafe for SyncSender<T> {}
impl<T> RefUnwindSafe for SyncSender<T> {}
