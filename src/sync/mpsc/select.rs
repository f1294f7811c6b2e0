//! Messages, as one of several things to wait for.
//!
//! Uses `wait::select`, and both kinds of channel.

use std::fmt;
use std::sync::mpsc::{RecvError, SendError, TryRecvError, TrySendError};

use super::flavor::Receive;
use super::receiver::{Flavor, Receiver};
use super::sender::SyncSender;
use crate::wait::select::Source;
use crate::wait::{WaitId, Waker};

/// Yields a message, or that nobody is left to send one: what [`Receiver::select_recv`] makes.
#[derive(Debug)]
pub struct ReceiverRecv<'a, T> {
    rx: &'a Receiver<T>,
    wait: Option<WaitId>,
}

/// Yields when its message has been sent, or has nobody to be sent to: what [`SyncSender::select_send`] makes.
pub struct SyncSenderSend<'a, T> {
    tx: &'a SyncSender<T>,
    /// `None`: in the line, or sent.
    message: Option<T>,
    turn: Option<u64>,
}

impl<T> Receiver<T> {
    /// A source for [`select!`](crate::select!), where it is written `rx.recv()`: yields what [`recv`](Receiver::recv) would
    /// return. A selection that loses here has received nothing; with a bound of 0, nobody has sent to it.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use vervet::sync::mpsc::channel;
    ///
    /// let (tx, rx) = channel();
    /// let (stop, stopped) = channel::<()>();
    /// vervet::spawn(move || {
    ///     tx.send(1).unwrap();
    ///     vervet::sleep(Duration::from_millis(2));
    ///     drop(stop);
    /// });
    /// let mut sum = 0;
    /// loop {
    ///     vervet::select! {
    ///         number = rx.recv() => match number {
    ///             Ok(number) => sum += number,
    ///             Err(_) => break,
    ///         },
    ///         _ = stopped.recv() => break,
    ///     }
    /// }
    /// assert!(sum <= 1);
    /// ```
    #[must_use = "a source does nothing unless it is selected"]
    pub fn select_recv(&self) -> ReceiverRecv<'_, T> {
        ReceiverRecv { rx: self, wait: None }
    }
}

impl<T> SyncSender<T> {
    /// A source for [`select!`](crate::select!), where it is written `tx.send(message)`: yields what [`send`](SyncSender::send) would
    /// return. If the selection loses here the message was not sent, and is dropped with the source.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use vervet::sync::mpsc::sync_channel;
    ///
    /// let (tx, rx) = sync_channel(1);
    /// for message in 0..2 {
    ///     vervet::select! {
    ///         sent = tx.send(message) => assert!(sent.is_ok() && message == 0),
    ///         _ = after(Duration::from_millis(2)) => assert_eq!(message, 1),
    ///     }
    /// }
    /// drop(tx);
    /// assert_eq!(rx.iter().collect::<Vec<_>>(), [0]);
    /// ```
    #[must_use = "a source does nothing unless it is selected"]
    pub fn select_send(&self, message: T) -> SyncSenderSend<'_, T> {
        SyncSenderSend { tx: self, message: Some(message), turn: None }
    }
}

impl<T> Source for ReceiverRecv<'_, T> {
    type Output = Result<T, RecvError>;

    fn try_take(&mut self) -> Option<Self::Output> {
        let received = match &self.rx.inner {
            Flavor::Unbounded(consumer) => consumer.try_recv(),
            Flavor::Bounded(consumer) => consumer.try_recv(),
        };
        match received {
            Ok(message) => Some(Ok(message)),
            Err(TryRecvError::Disconnected) => Some(Err(RecvError)),
            Err(TryRecvError::Empty) => None,
        }
    }

    fn watch(&mut self, waker: Waker) -> bool {
        self.wait = Some(waker.wait());
        match &self.rx.inner {
            Flavor::Unbounded(consumer) => consumer.watch(waker),
            Flavor::Bounded(consumer) => consumer.watch(waker),
        }
    }

    fn unwatch(&mut self) -> Option<Self::Output> {
        let wait = self.wait.take()?;
        let handed_over = match &self.rx.inner {
            Flavor::Unbounded(consumer) => consumer.unwatch(wait),
            Flavor::Bounded(consumer) => consumer.unwatch(wait),
        };
        handed_over.map(Ok)
    }
}

impl<T> Source for SyncSenderSend<'_, T> {
    type Output = Result<(), SendError<T>>;

    fn try_take(&mut self) -> Option<Self::Output> {
        match self.tx.inner.try_send(self.message.take()?) {
            Ok(()) => Some(Ok(())),
            Err(TrySendError::Disconnected(message)) => Some(Err(SendError(message))),
            Err(TrySendError::Full(message)) => {
                self.message = Some(message);
                None
            }
        }
    }

    fn watch(&mut self, waker: Waker) -> bool {
        let Some(message) = self.message.take() else { return false };
        let watched = self.tx.inner.watch(waker, &mut self.turn, message);
        self.message = watched.err();
        self.message.is_none()
    }

    fn unwatch(&mut self) -> Option<Self::Output> {
        self.message = self.tx.inner.unwatch(self.turn?);
        // Still in line, and woken: by the end of the receiver, of which the next attempt will tell.
        if self.message.is_some() { None } else { Some(Ok(())) }
    }
}

impl<T> fmt::Debug for SyncSenderSend<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncSenderSend").finish_non_exhaustive()
    }
}
