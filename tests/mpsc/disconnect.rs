//! One side goes: before, during and after the other's calls.

use std::time::Duration;

use vervet::sync::mpsc::{RecvError, RecvTimeoutError, SendError, TryRecvError};

use crate::common::*;
use crate::support::*;

cases_of_all! {
    receiver_is_gone
    receiver_goes_while_others_send
    senders_are_gone
    last_sender_goes_while_the_receiver_waits
    clones_keep_the_channel_up
    what_was_sent_is_received_first
    senders_end_by_panics
    used_in_destructors
}

fn receiver_is_gone(bound: Bound, _: Sort) {
    let (tx, rx) = make(bound);
    drop(rx);
    assert_eq!(tx.send(1), Err(SendError(1)));
    assert_eq!(tx.clone().send(2), Err(SendError(2)));
}

fn receiver_goes_while_others_send(bound: Bound, sort: Sort) {
    let (tx, rx) = make(bound);
    let send = |sender: usize| {
        let tx = tx.clone();
        move || {
            let refused = (0..).find_map(|n| tx.send((sender, n)).err());
            refused.map(|SendError(message)| message.0)
        }
    };
    let peers: Vec<_> = (0..4).map(|sender| sort.start(send(sender))).collect();
    drop(tx);
    assert_eq!(rx.iter().take(50).count(), 50);
    drop(rx);
    for (sender, peer) in peers.into_iter().enumerate() {
        assert_eq!(peer.join(), Some(sender));
    }
}

fn senders_are_gone(bound: Bound, _: Sort) {
    let (tx, rx) = make::<i32>(bound);
    drop(tx.clone());
    drop(tx);
    for _ in 0..2 {
        assert_eq!(rx.recv(), Err(RecvError));
        assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
        assert_eq!(rx.recv_timeout(Duration::MAX), Err(RecvTimeoutError::Disconnected));
        assert_eq!(rx.iter().next(), None);
    }
}

fn last_sender_goes_while_the_receiver_waits(bound: Bound, sort: Sort) {
    let (tx, rx) = make::<i32>(bound);
    let peer = sort.start(move || rx.recv()).waiting("channel");
    drop(tx);
    assert_eq!(peer.join(), Err(RecvError));

    let (tx, rx) = make::<i32>(bound);
    let peer = sort.start(move || rx.recv_timeout(HOUR)).waiting("channel");
    drop(tx);
    assert_eq!(peer.join(), Err(RecvTimeoutError::Disconnected));

    let (tx, rx) = make::<i32>(bound);
    let peer = sort.start(move || rx.into_iter().count()).waiting("channel");
    drop(tx);
    assert_eq!(peer.join(), 0);
}

fn clones_keep_the_channel_up(bound: Bound, sort: Sort) {
    let (tx, rx) = make(bound);
    let clones = [tx.clone(), tx.clone()];
    let peer = sort.start(move || (rx.recv(), rx.recv())).waiting("channel");
    drop(tx);
    let [first, last] = clones;
    drop(first);
    last.send(1).unwrap();
    drop(last);
    assert_eq!(peer.join(), (Ok(1), Err(RecvError)));
}

fn what_was_sent_is_received_first(bound: Bound, sort: Sort) {
    let (tx, rx) = make(bound);
    let fits = bound.unwrap_or(5);
    (0..fits).for_each(|n| tx.send(n).unwrap());
    // One more that waits for room, where there is a bound.
    let peer = sort.start(move || tx.send(fits));
    let peer = if bound.is_some() { peer.waiting("channel") } else { peer };
    assert!(tried_to_the_end(&rx).into_iter().eq(0..=fits));
    assert_eq!(peer.join(), Ok(()));
}

fn senders_end_by_panics(bound: Bound, sort: Sort) {
    let (tx, rx) = make(bound);
    let peer = sort.start(move || {
        let caught = std::panic::catch_unwind(|| {
            // Moved in: dropped by the unwinding. A sender may be used across an unwind boundary, as std's.
            tx.send(1).unwrap();
            let _tx = tx;
            fail("on purpose")
        });
        text(caught.unwrap_err())
    });
    assert_eq!((rx.recv(), rx.recv()), (Ok(1), Err(RecvError)));
    assert_eq!(peer.join(), "on purpose");
}

fn used_in_destructors(bound: Bound, sort: Sort) {
    let (tx, rx) = make(bound);
    let (back, answers) = make(bound);
    let peer = sort.start(move || {
        let caught = std::panic::catch_unwind(|| {
            let _guard = OnDrop(|| back.send(rx.recv().unwrap() + 1).unwrap());
            fail("on purpose")
        });
        text(caught.unwrap_err())
    });
    let peer = peer.waiting("channel");
    tx.send(1).unwrap();
    assert_eq!(answers.recv(), Ok(2));
    assert_eq!(peer.join(), "on purpose");
}
