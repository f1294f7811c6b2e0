//! Sending and receiving, in all the ways there are.

use std::sync::Arc;
use std::time::{Duration, Instant};

use vervet::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};

use crate::common::*;
use crate::support::*;

cases_of_all! {
    one_message
    recv_waits_for_a_send
    order_is_kept
    many_senders
    one_sender_shared
    ping_pong
    try_recv_answers_at_once
    recv_timeout_times_out
    recv_timeout_receives
    iterators
    messages_of_all_sizes
    a_channel_through_a_channel
    receiver_changes_hands
    a_long_queue
    closures
}

fn one_message(bound: Bound, sort: Sort) {
    let (tx, rx) = make(bound);
    let peer = sort.start(move || tx.send(1));
    assert_eq!(rx.recv(), Ok(1));
    assert_eq!(peer.join(), Ok(()));
}

fn recv_waits_for_a_send(bound: Bound, sort: Sort) {
    let (tx, rx) = make(bound);
    let peer = sort.start(move || (rx.recv(), rx.recv())).waiting("channel");
    tx.send("first").unwrap();
    tx.send("second").unwrap();
    assert_eq!(peer.join(), (Ok("first"), Ok("second")));
}

fn order_is_kept(bound: Bound, sort: Sort) {
    let (tx, rx) = make(bound);
    let peer = sort.start(move || (0..5_000).try_for_each(|n| tx.send(n)));
    assert!(rx.iter().eq(0..5_000));
    assert_eq!(peer.join(), Ok(()));
}

fn many_senders(bound: Bound, sort: Sort) {
    const SENDERS: usize = 6;
    const EACH: usize = 300;
    let (tx, rx) = make(bound);
    let send = |sender| {
        let tx = tx.clone();
        move || (0..EACH).try_for_each(|n| tx.send((sender, n)))
    };
    let peers: Vec<_> = (0..SENDERS).map(|sender| sort.start(send(sender))).collect();
    drop(tx);
    let mut next = [0; SENDERS];
    for (sender, n) in &rx {
        assert_eq!(n, next[sender], "of sender {sender}");
        next[sender] += 1;
    }
    assert_eq!(next, [EACH; SENDERS]);
    peers.into_iter().for_each(|peer| peer.join().unwrap());
}

fn one_sender_shared(bound: Bound, sort: Sort) {
    let (tx, rx) = make(bound);
    let tx = Arc::new(tx);
    let send = |n| {
        let tx = Arc::clone(&tx);
        move || tx.send(n)
    };
    let peers: Vec<_> = (0..4).map(|n| sort.start(send(n))).collect();
    let mut received: Vec<i32> = rx.iter().take(4).collect();
    received.sort_unstable();
    assert_eq!(received, [0, 1, 2, 3]);
    peers.into_iter().for_each(|peer| peer.join().unwrap());
}

fn ping_pong(bound: Bound, sort: Sort) {
    let (there, questions) = make(bound);
    let (back, answers) = make(bound);
    let peer = sort.start(move || questions.iter().try_for_each(|n: i32| back.send(n + 1)));
    for n in 0..500 {
        there.send(n).unwrap();
        assert_eq!(answers.recv(), Ok(n + 1));
    }
    drop(there);
    assert_eq!(peer.join(), Ok(()));
}

fn try_recv_answers_at_once(bound: Bound, sort: Sort) {
    let (tx, rx) = make(bound);
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(rx.try_iter().next(), None);
    let other = tx.clone();
    let peer = sort.start(move || other.send(1));
    let mut received = Err(TryRecvError::Empty);
    eventually("the message is there", || {
        received = rx.try_recv();
        received != Err(TryRecvError::Empty)
    });
    assert_eq!(received, Ok(1));
    assert_eq!(peer.join(), Ok(()));
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    drop(tx);
    assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
    assert_eq!(rx.try_iter().next(), None);
}

fn recv_timeout_times_out(bound: Bound, _: Sort) {
    let (tx, rx) = make::<i32>(bound);
    for wait in [Duration::ZERO, Duration::from_nanos(1), Duration::from_millis(3)] {
        let begin = Instant::now();
        assert_eq!(rx.recv_timeout(wait), Err(RecvTimeoutError::Timeout));
        assert!(begin.elapsed() >= wait);
    }
    drop(tx);
    for wait in [Duration::ZERO, HOUR, Duration::MAX] {
        assert_eq!(rx.recv_timeout(wait), Err(RecvTimeoutError::Disconnected));
    }
}

fn recv_timeout_receives(bound: Bound, sort: Sort) {
    let (tx, rx) = make(bound);
    let waits = [HOUR, Duration::from_secs(u64::MAX), Duration::MAX];
    let peer = sort.start(move || waits.map(|wait| rx.recv_timeout(wait))).waiting("channel");
    for n in 0..3 {
        tx.send(n).unwrap();
    }
    assert_eq!(peer.join(), [Ok(0), Ok(1), Ok(2)]);

    // What is there is received in no time at all.
    let (tx, rx) = make(bound);
    let peer = sort.start(move || tx.send(7));
    let peer = if bound == Some(0) { peer.waiting("channel") } else { peer };
    let mut received = Err(RecvTimeoutError::Timeout);
    eventually("a message was sent", || {
        received = rx.recv_timeout(Duration::ZERO);
        received != Err(RecvTimeoutError::Timeout)
    });
    assert_eq!(received, Ok(7));
    assert_eq!(peer.join(), Ok(()));
}

fn iterators(bound: Bound, sort: Sort) {
    let start = || {
        let (tx, rx) = make(bound);
        (sort.start(move || (1..=4).try_for_each(|n| tx.send(n))), rx)
    };
    let (peer, rx) = start();
    // Leaving a loop leaves the rest.
    assert_eq!(rx.iter().find(|&n| n == 2), Some(2));
    let mut sum = 0;
    for n in &rx {
        sum += n;
    }
    assert_eq!(sum, 7);
    assert_eq!((rx.iter().next(), rx.try_iter().next()), (None, None));
    assert_eq!(peer.join(), Ok(()));

    let (peer, rx) = start();
    assert_eq!(rx.into_iter().collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(peer.join(), Ok(()));

    let (peer, rx) = start();
    let mut received = Vec::new();
    eventually("all four were there", || {
        received.extend(rx.try_iter());
        received.len() == 4
    });
    assert_eq!(received, [1, 2, 3, 4]);
    assert_eq!(peer.join(), Ok(()));
}

fn messages_of_all_sizes(bound: Bound, sort: Sort) {
    fn pass<T>(bound: Bound, sort: Sort, message: impl Fn(u16) -> T + Send + 'static + Copy)
    where
        T: Send + PartialEq + std::fmt::Debug + 'static,
    {
        let (tx, rx) = make(bound);
        let peer = sort.start(move || (0..40).try_for_each(|n| tx.send(message(n))));
        for n in 0..40 {
            assert_eq!(rx.recv(), Ok(message(n)));
        }
        assert!(rx.recv().is_err());
        assert_eq!(peer.join(), Ok(()));
    }
    pass(bound, sort, |_| ());
    pass(bound, sort, |n| n as u8);
    pass(bound, sort, |n| [n; 2_000]);
    pass(bound, sort, |n| n.to_string());
}

fn a_channel_through_a_channel(bound: Bound, sort: Sort) {
    let (tx, rx) = make::<(Tx<i32>, Receiver<i32>)>(bound);
    let peer = sort.start(move || {
        let (answer, inner) = rx.recv().unwrap();
        answer.send(inner.iter().sum())
    });
    let (answer, answers) = make(bound);
    let (numbers, inner) = make(bound);
    tx.send((answer, inner)).unwrap();
    (1..=10).for_each(|n| numbers.send(n).unwrap());
    drop(numbers);
    assert_eq!(answers.recv(), Ok(55));
    assert_eq!(peer.join(), Ok(()));
}

fn receiver_changes_hands(bound: Bound, sort: Sort) {
    let (tx, mut rx) = make(bound);
    let peer = sort.start(move || (0..60).try_for_each(|n| tx.send(n)));
    let mut received = Vec::new();
    for turn in 0..6 {
        let own = [Sort::Greenlet, Sort::Thread][turn % 2];
        let reader = own.start(move || (rx.iter().take(10).collect::<Vec<_>>(), rx));
        let (ten, back) = reader.join();
        received.extend(ten);
        rx = back;
    }
    assert!(received.into_iter().eq(0..60));
    assert!(rx.recv().is_err());
    assert_eq!(peer.join(), Ok(()));
}

fn a_long_queue(bound: Bound, sort: Sort) {
    const MESSAGES: usize = 20_000;
    let (tx, rx) = make(bound);
    let peer = sort.start(move || (0..MESSAGES).try_for_each(|n| tx.send(n)));
    if bound.is_none() {
        // All of them are in the channel before the first is received.
        assert_eq!(peer.join(), Ok(()));
        assert!(rx.iter().eq(0..MESSAGES));
    } else {
        assert!(rx.iter().eq(0..MESSAGES));
        assert_eq!(peer.join(), Ok(()));
    }
}

fn closures(bound: Bound, sort: Sort) {
    let (tx, rx) = make::<Box<dyn FnOnce() -> i32 + Send>>(bound);
    let peer = sort.start(move || rx.iter().map(|job| job()).sum::<i32>());
    for n in 0..10 {
        tx.send(Box::new(move || n * n)).unwrap();
    }
    drop(tx);
    assert_eq!(peer.join(), 285);
}
