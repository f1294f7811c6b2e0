//! What only channels with a bound do: waiting for room, `try_send`, the rendezvous.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use vervet::sync::mpsc::{RecvTimeoutError, SendError, SyncSender, TryRecvError, TrySendError, sync_channel};

use crate::common::*;
use crate::support::*;

cases_of_bounded! {
    send_waits_for_room
    try_send_answers_at_once
    receiver_goes_while_senders_wait
    senders_get_their_turns_in_order
    try_recv_makes_room
    a_receive_lets_one_sender_go
    bound_holds
}

/// A channel that is full.
fn full(bound: Bound) -> (SyncSender<usize>, vervet::sync::mpsc::Receiver<usize>, usize) {
    let bound = bound.unwrap();
    let (tx, rx) = sync_channel(bound);
    (0..bound).for_each(|n| tx.send(n).unwrap());
    assert_eq!(tx.try_send(99), Err(TrySendError::Full(99)));
    (tx, rx, bound)
}

fn send_waits_for_room(bound: Bound, sort: Sort) {
    let (tx, rx, bound) = full(bound);
    let sent = Arc::new(AtomicBool::new(false));
    let peer = {
        let sent = Arc::clone(&sent);
        sort.start(move || {
            tx.send(bound).unwrap();
            sent.store(true, SeqCst);
        })
    };
    let peer = peer.waiting("channel");
    assert!(!sent.load(SeqCst));
    assert_eq!(rx.recv(), Ok(0));
    peer.join();
    assert!(rx.iter().eq(1..=bound));
}

fn try_send_answers_at_once(bound: Bound, _: Sort) {
    let (tx, rx, bound) = full(bound);
    assert_eq!(tx.try_send(7), Err(TrySendError::Full(7)));
    if bound > 0 {
        assert_eq!(rx.recv(), Ok(0));
        assert_eq!(tx.try_send(8), Ok(()));
        assert_eq!(tx.try_send(9), Err(TrySendError::Full(9)));
    }
    drop(rx);
    assert_eq!(tx.try_send(10), Err(TrySendError::Disconnected(10)));
}

fn receiver_goes_while_senders_wait(bound: Bound, sort: Sort) {
    let (tx, rx, bound) = full(bound);
    let start = |n| {
        let tx = tx.clone();
        sort.start(move || tx.send(n)).waiting("channel")
    };
    let peers: Vec<_> = (0..5).map(start).collect();
    // One of them is let in, and its message goes with the receiver.
    assert_eq!(rx.recv(), Ok(0));
    drop(rx);
    for (n, peer) in peers.into_iter().enumerate() {
        assert_eq!(peer.join(), if n == 0 { Ok(()) } else { Err(SendError(n)) }, "bound {bound}");
    }
}

fn senders_get_their_turns_in_order(bound: Bound, sort: Sort) {
    let (tx, rx, bound) = full(bound);
    let start = |n| {
        let tx = tx.clone();
        sort.start(move || tx.send(bound + n)).waiting("channel")
    };
    let peers: Vec<_> = (0..8).map(start).collect();
    // Nobody overtakes them.
    assert_eq!(tx.try_send(99), Err(TrySendError::Full(99)));
    drop(tx);
    assert!(rx.iter().eq(0..bound + 8));
    peers.into_iter().for_each(|peer| peer.join().unwrap());
}

fn try_recv_makes_room(bound: Bound, sort: Sort) {
    let (tx, rx, bound) = full(bound);
    let peer = sort.start(move || (0..3).try_for_each(|n| tx.send(bound + n))).waiting("channel");
    assert!(tried_to_the_end(&rx).into_iter().eq(0..bound + 3));
    assert_eq!(peer.join(), Ok(()));
}

fn a_receive_lets_one_sender_go(bound: Bound, sort: Sort) {
    let (tx, rx, _) = full(bound);
    let first = {
        let tx = tx.clone();
        sort.start(move || tx.send(99)).waiting("channel")
    };
    let second = sort.start(move || tx.send(99)).waiting("channel");
    assert!(rx.recv().is_ok());
    assert_eq!(first.join(), Ok(()));
    // It waits still, and again.
    let second = second.waiting("channel");
    assert!(rx.recv().is_ok());
    assert_eq!(second.join(), Ok(()));
}

fn bound_holds(bound: Bound, sort: Sort) {
    const MESSAGES: usize = 500;
    let (tx, rx) = sync_channel(bound.unwrap());
    // How many were sent is known after each send, so one more may be in the channel than is seen.
    let sent = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let peer = {
        let sent = Arc::clone(&sent);
        sort.start(move || {
            for n in 0..MESSAGES {
                tx.send(n).unwrap();
                sent.fetch_add(1, SeqCst);
            }
        })
    };
    for n in 0..MESSAGES {
        assert!(sent.load(SeqCst) <= n + bound.unwrap());
        assert_eq!(rx.recv(), Ok(n));
    }
    peer.join();
}

// --- rendezvous ----------------------------------------------------------------------------------------------------

mod rendezvous {
    use super::*;

    #[test]
    fn try_send_needs_a_waiting_receiver() {
        checked(|| {
            in_both(|| {
                for sort in [Sort::Greenlet, Sort::Thread] {
                    let (tx, rx) = sync_channel(0);
                    assert_eq!(tx.try_send(1), Err(TrySendError::Full(1)));
                    let peer = sort.start(move || (rx.recv(), rx)).waiting("channel");
                    assert_eq!(tx.try_send(2), Ok(()));
                    // That receiver has its message, whether it has noticed or not.
                    assert_eq!(tx.try_send(3), Err(TrySendError::Full(3)));
                    let (received, rx) = peer.join();
                    assert_eq!(received, Ok(2));
                    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
                }
            });
        });
    }

    #[test]
    fn receiver_that_gave_up_waits_no_more() {
        checked(|| {
            in_both(|| {
                let (tx, rx) = sync_channel(0);
                assert_eq!(rx.recv_timeout(Duration::from_millis(2)), Err(RecvTimeoutError::Timeout));
                assert_eq!(tx.try_send(1), Err(TrySendError::Full(1)));
                assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
            });
        });
    }

    #[test]
    fn room_for_more_than_there_is_memory_is_refused() {
        let text = std::panic::catch_unwind(|| sync_channel::<u64>(usize::MAX)).unwrap_err();
        assert_eq!(text.downcast_ref(), Some(&"capacity overflow"));
    }
}
