//! `sync::mpsc`: senders, the receiver, the end of either, and waits that are cut short.

use std::sync::mpsc::{RecvTimeoutError, SendError, TryRecvError, TrySendError};

use crate::check_both;
use crate::sync::mpsc::flavor::Receive;
use crate::sync::mpsc::{bounded, unbounded};
use crate::wait::{self, NEVER, SOON};

/// What is received until all senders are gone.
fn receive_all(rx: &impl Receive<u32>) -> Vec<u32> {
    std::iter::from_fn(|| rx.recv(NEVER).ok()).collect()
}

// --- without a bound -----------------------------------------------------------------------------------------------

/// A message comes while the receiver looks, and gets ready to wait: it does not sleep through it.
///
/// Fails if `send` does not wake, or does not tell of news; if the receiver registers without looking at the messages again.
pub fn message_against_registration() {
    check_both(3, |head_start| {
        wait::set(head_start, 0);
        let (tx, rx) = unbounded::channel();
        let receiver = wait::spawn(move || rx.recv(NEVER));
        assert_eq!(tx.send(1), Ok(()));
        assert_eq!(receiver.join(), Ok(1));
        drop(tx);
    });
}

/// Two senders send and go while the receiver receives: it gets both messages, and is told of the end.
///
/// Fails if the last sender does not wake, or does not tell of news; if the receiver registers without looking at the senders
/// again; if it takes the news for read though that was the end.
pub fn all_is_received_then_the_end() {
    check_both(2, |head_start| {
        wait::set(head_start, 0);
        let (tx, rx) = unbounded::channel();
        let receiver = wait::spawn(move || receive_all(&rx));
        let other = tx.clone();
        let sender = wait::spawn(move || other.send(1).is_ok());
        assert!(tx.send(2).is_ok());
        drop(tx);
        assert!(sender.join());
        let mut received = receiver.join();
        received.sort_unstable();
        assert_eq!(received, [1, 2]);
    });
}

/// The receiver's wait times out, or it is killed, while a message is sent: the message is received now or later.
///
/// Fails if a send keeps its message for a receiver that waits, and lets go of it if that could not be woken.
pub fn cut_short_receive_loses_nothing() {
    check_both(3, |head_start| {
        wait::set(head_start, 0);
        let (tx, rx) = unbounded::channel();
        let receiver = wait::spawn(move || {
            let first = rx.recv(SOON);
            let second = if first == Err(RecvTimeoutError::Timeout) { rx.recv(NEVER) } else { first };
            (second, rx)
        });
        let sender = wait::spawn(move || (tx.send(1), tx));
        receiver.kill();
        let ((sent, tx), (received, rx)) = (sender.join(), receiver.join());
        assert_eq!(sent, Ok(()));
        // "Disconnected" is what a killed one hears: the sender is still there.
        let later = rx.try_recv();
        assert!(matches!(
            (received, later),
            (Ok(1), Err(TryRecvError::Empty)) | (Err(RecvTimeoutError::Disconnected), Ok(1))
        ));
        drop(tx);
    });
}

/// The receiver goes while a message is sent: it comes back, or goes with the receiver.
///
/// Fails if the receiver's end is recorded in a second step after the messages are taken out.
pub fn message_goes_with_the_receiver_or_comes_back() {
    check_both(3, |head_start| {
        wait::set(head_start, 0);
        let (tx, rx) = unbounded::channel();
        let message = std::sync::Arc::new(());
        let sent = std::sync::Arc::clone(&message);
        let sender = wait::spawn(move || (tx.send(sent).is_ok(), tx));
        drop(rx);
        let (_, tx) = sender.join();
        // Neither is it in the channel any more, while the sender still has that.
        assert_eq!(std::sync::Arc::strong_count(&message), 1);
        drop(tx);
    });
}

// --- with a bound --------------------------------------------------------------------------------------------------

/// A receive makes room, or takes from the line, once: the sender goes on, though nothing else is received.
///
/// Fails if a receive that makes room does not look at the line; if it moves a message without waking its sender.
pub fn room_is_given_away_at_once() {
    for bound in [1, 0] {
        check_both(3, move |head_start| {
            wait::set(head_start, 0);
            let (tx, rx) = bounded::channel(bound);
            (0..bound).for_each(|_| assert!(tx.try_send(0).is_ok()));
            let sender = wait::spawn(move || (tx.send(1), tx));
            let receiver = wait::spawn(move || (rx.recv(NEVER), rx));
            let ((received, rx), (sent, tx)) = (receiver.join(), sender.join());
            assert_eq!((sent, received), (Ok(()), Ok(1 - bound as u32)));
            drop((rx, tx));
        });
    }
}

/// Two senders compete for room for one, then for none: the receiver gets both messages, and is told of the end.
///
/// Fails if a receive moves a message without waking its sender; if `send` does not wake; if the last sender does not; if
/// either side registers without looking again.
pub fn room_is_passed_on() {
    for bound in [1, 0] {
        check_both(2, move |head_start| {
            wait::set(head_start, 0);
            let (tx, rx) = bounded::channel(bound);
            let other = tx.clone();
            let sender = wait::spawn(move || other.send(1));
            let receiver = wait::spawn(move || receive_all(&rx));
            let own = wait::spawn(move || tx.send(2));
            assert_eq!((sender.join(), own.join()), (Ok(()), Ok(())));
            let mut received = receiver.join();
            received.sort_unstable();
            assert_eq!(received, [1, 2]);
        });
    }
}

/// A sender that waits is killed while the receiver makes room: it has sent if and only if the message is received.
///
/// Fails if a message is moved out of the line though its sender was not woken; if the sender does not take it back; if a
/// receiver that finds only such senders tries again at once.
pub fn killed_send_is_received_or_taken_back() {
    for bound in [1, 0] {
        check_both(3, move |head_start| {
            wait::set(head_start, 0);
            let (tx, rx) = bounded::channel(bound);
            (0..bound).for_each(|_| assert!(tx.try_send(0).is_ok()));
            let sender = wait::spawn(move || (tx.send(1), wait::cut_short()));
            let receiver = wait::spawn(move || receive_all(&rx));
            sender.kill();
            let (sent, cut_short) = sender.join();
            let received = receiver.join();
            assert_eq!(received.contains(&1), sent.is_ok());
            assert_eq!(received.len(), bound + usize::from(sent.is_ok()));
            assert!(!(cut_short && sent.is_ok()));
        });
    }
}

/// One of two senders in line is killed: the other's turn comes all the same.
///
/// Fails if a receive gives up when the first in line was not to be woken.
pub fn line_goes_on_without_the_killed() {
    check_both(2, |head_start| {
        wait::set(head_start, 0);
        let (tx, rx) = bounded::channel(0);
        let other = tx.clone();
        let first = wait::spawn(move || other.send(1));
        let second = wait::spawn(move || tx.send(2));
        let receiver = wait::spawn(move || receive_all(&rx));
        first.kill();
        let received = receiver.join();
        assert_eq!(received.contains(&1), first.join().is_ok());
        assert!(received.contains(&2) && second.join().is_ok());
    });
}

/// The receiver of a rendezvous times out, or is killed, while a message is sent: sent if and only if it is received.
///
/// Fails if a send hands its message to a receiver that it has not woken.
pub fn rendezvous_takes_place_or_not() {
    check_both(3, |head_start| {
        wait::set(head_start, 0);
        let (tx, rx) = bounded::channel(0);
        let receiver = wait::spawn(move || (rx.recv(SOON), rx));
        let sender = wait::spawn(move || (tx.try_send(1), tx));
        receiver.kill();
        let ((sent, tx), (received, rx)) = (sender.join(), receiver.join());
        match sent {
            Ok(()) => assert_eq!(received, Ok(1)),
            Err(error) => {
                assert_eq!(error, TrySendError::Full(1));
                assert!(received.is_err());
            }
        }
        assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
        drop(tx);
    });
}

/// The receiver goes while a sender waits: the message comes back, unless it was received or has got into the buffer.
///
/// Fails if the receiver wakes nobody when it goes; if a sender gets in line without looking whether it is gone; if a woken
/// sender does not look whether its message is still there.
pub fn waiting_sender_hears_of_the_end() {
    for bound in [1, 0] {
        check_both(3, move |head_start| {
            wait::set(head_start, 0);
            let (tx, rx) = bounded::channel(bound);
            (0..bound).for_each(|_| assert!(tx.try_send(0).is_ok()));
            let sender = wait::spawn(move || tx.send(1));
            let receiver = wait::spawn(move || {
                let received = rx.try_recv();
                drop(rx);
                received
            });
            let (sent, received) = (sender.join(), receiver.join());
            if sent == Ok(()) {
                assert!(bound == 1 || received == Ok(1));
            } else {
                assert_eq!(sent, Err(SendError(1)));
                assert_ne!(received, Ok(1));
            }
        });
    }
}

/// A sender that leaves the line to look around, and lines up again, meets the receiver in between, before and after.
///
/// Fails if it leaves without its message; if it lines up without looking for room, or for a receiver.
pub fn sender_that_looks_again_is_not_lost() {
    for bound in [1, 0] {
        check_both(2, move |head_start| {
            wait::set(head_start, 0);
            let (tx, rx) = bounded::channel(bound);
            (0..bound).for_each(|_| assert!(tx.try_send(0).is_ok()));
            let sender = wait::spawn(move || {
                wait::look_again(1);
                tx.send(1)
            });
            let receiver = wait::spawn(move || {
                wait::look_again(1);
                receive_all(&rx)
            });
            assert_eq!(sender.join(), Ok(()));
            assert_eq!(receiver.join().len(), bound + 1);
        });
    }
}
