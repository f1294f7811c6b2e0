//! The receiving end: `Receiver` and its iterators.
//!
//! Uses `mpsc::unbounded`, `mpsc::bounded` and `wait`.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::mpsc::{RecvError, RecvTimeoutError, TryRecvError};
use std::time::Duration;

use super::flavor::Receive;
use super::{bounded, unbounded};
use crate::wait;

/// The receiving half of a [`channel`](super::channel) or a [`sync_channel`](super::sync_channel); there is one.
///
/// As `std::sync::mpsc::Receiver`: it can be sent to another thread or greenlet, and not shared. When it is dropped, so is
/// what was sent and not received, and senders get their messages back.
///
/// # Examples
/// ```
/// use vervet::sync::mpsc::channel;
///
/// let (tx, rx) = channel();
/// let worker = vervet::spawn(move || rx.iter().map(|n: u32| n * n).collect::<Vec<_>>());
/// for n in 1..=3 {
///     tx.send(n).unwrap();
/// }
/// drop(tx);
/// assert_eq!(worker.join().unwrap(), [1, 4, 9]);
/// ```
pub struct Receiver<T> {
    pub(super) inner: Flavor<T>,
}

/// One of the two; makes the receiver `!Sync`, as std's.
pub(super) enum Flavor<T> {
    Unbounded(unbounded::Consumer<T>),
    Bounded(bounded::Consumer<T>),
}

/// Receives until there is nobody left to send; made by [`Receiver::iter`].
///
/// # Cancellation
/// `next` blocks: yes, as [`Receiver::recv`].
#[derive(Debug)]
pub struct Iter<'a, T> {
    rx: &'a Receiver<T>,
}

/// Receives what is there; made by [`Receiver::try_iter`].
#[derive(Debug)]
pub struct TryIter<'a, T> {
    rx: &'a Receiver<T>,
}

/// Receives until there is nobody left to send; made from a [`Receiver`] by `into_iter`.
///
/// # Cancellation
/// `next` blocks: yes, as [`Receiver::recv`].
#[derive(Debug)]
pub struct IntoIter<T> {
    rx: Receiver<T>,
}

impl<T> Receiver<T> {
    pub(super) fn unbounded(consumer: unbounded::Consumer<T>) -> Receiver<T> {
        Receiver { inner: Flavor::Unbounded(consumer) }
    }

    pub(super) fn bounded(consumer: bounded::Consumer<T>) -> Receiver<T> {
        Receiver { inner: Flavor::Bounded(consumer) }
    }

    /// Takes a message if there is one; with a bound of 0, from a sender that waits.
    ///
    /// As `std::sync::mpsc::Receiver::try_recv`.
    ///
    /// # Errors
    /// Nothing there → `Empty`; nothing there, and all senders are gone → `Disconnected`.
    ///
    /// # Cancellation
    /// Blocks here: no.
    ///
    /// # Examples
    /// ```
    /// use vervet::sync::mpsc::{TryRecvError, channel};
    ///
    /// let (tx, rx) = channel();
    /// assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    /// tx.send(1).unwrap();
    /// drop(tx);
    /// assert_eq!(rx.try_recv(), Ok(1));
    /// assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
    /// ```
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        wait::give_way();
        match &self.inner {
            Flavor::Unbounded(consumer) => consumer.try_recv(),
            Flavor::Bounded(consumer) => consumer.try_recv(),
        }
    }

    /// Waits for a message.
    ///
    /// As `std::sync::mpsc::Receiver::recv`.
    ///
    /// # Errors
    /// Nothing there, and all senders are gone, or go meanwhile → `RecvError`.
    ///
    /// # Cancellation
    /// Blocks here: yes. If the receiver is killed here, no message is lost: the next receive gets it, or a
    /// sender has it back.
    ///
    /// # Examples
    /// ```
    /// use vervet::sync::mpsc::channel;
    ///
    /// let (tx, rx) = channel();
    /// vervet::spawn(move || tx.send(1).unwrap());
    /// assert!(rx.recv().is_ok());
    /// assert!(rx.recv().is_err());
    /// ```
    pub fn recv(&self) -> Result<T, RecvError> {
        self.recv_until(wait::NEVER).map_err(|_| RecvError)
    }

    /// Waits for a message, for so long at most.
    ///
    /// As `std::sync::mpsc::Receiver::recv_timeout`. A message that is there is received even if the time is zero; a time too long
    /// for the clock never ends.
    ///
    /// # Errors
    /// Nothing came in time → `Timeout`; nothing there, and all senders are gone, or go meanwhile → `Disconnected`.
    ///
    /// # Cancellation
    /// Blocks here: yes; as [`recv`](Receiver::recv).
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use vervet::sync::mpsc::{RecvTimeoutError, channel};
    ///
    /// let (tx, rx) = channel::<i32>();
    /// assert_eq!(rx.recv_timeout(Duration::from_millis(5)), Err(RecvTimeoutError::Timeout));
    /// drop(tx);
    /// assert_eq!(rx.recv_timeout(Duration::MAX), Err(RecvTimeoutError::Disconnected));
    /// ```
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        self.recv_until(wait::deadline_in(Some(timeout)))
    }

    /// Iterates over the messages, waiting for each, until all senders are gone.
    ///
    /// As `std::sync::mpsc::Receiver::iter`.
    ///
    /// # Examples
    /// ```
    /// use vervet::sync::mpsc::sync_channel;
    ///
    /// let (tx, rx) = sync_channel(0);
    /// vervet::spawn(move || (1..=3).try_for_each(|n| tx.send(n)));
    /// assert_eq!(rx.iter().collect::<Vec<_>>(), [1, 2, 3]);
    /// ```
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { rx: self }
    }

    /// Iterates over the messages that are there, without waiting for more.
    ///
    /// As `std::sync::mpsc::Receiver::try_iter`.
    ///
    /// # Examples
    /// ```
    /// use vervet::sync::mpsc::channel;
    ///
    /// let (tx, rx) = channel();
    /// tx.send(1).unwrap();
    /// tx.send(2).unwrap();
    /// assert_eq!(rx.try_iter().collect::<Vec<_>>(), [1, 2]);
    /// ```
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter { rx: self }
    }

    fn recv_until(&self, deadline: u64) -> Result<T, RecvTimeoutError> {
        match &self.inner {
            Flavor::Unbounded(consumer) => consumer.recv(deadline),
            Flavor::Bounded(consumer) => consumer.recv(deadline),
        }
    }
}

impl<T> Iterator for Iter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.rx.recv().ok()
    }
}

impl<T> Iterator for TryIter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.rx.try_recv().ok()
    }
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.rx.recv().ok()
    }
}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter { rx: self }
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}

// As std's: no panic leaves a channel in between, and messages are out of reach until they are received.
impl<T> UnwindSafe for Receiver<T> {}
impl<T> RefUnwindSafe for Receiver<T> {}
// As std's: messages are on the heap.
impl<T> Unpin for Receiver<T> {}
