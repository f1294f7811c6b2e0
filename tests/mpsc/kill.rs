//! Kills and timeouts: what is cut short has not happened, and nobody else waits for ever because of it.

use std::time::Duration;

use vervet::Greenlet;
use vervet::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};

use crate::common::*;
use crate::support::*;

cases_of_all! {
    receivers_are_killed
    receivers_time_out
    killed_before_a_receive
    senders_in_destructors_of_the_killed
}

cases_of_bounded! {
    senders_are_killed
    senders_time_out
    killed_in_the_middle_of_the_line
    killed_before_a_send
    many_killed_while_one_receives
}

type Receive = fn(&Receiver<i32>) -> Option<i32>;

/// All that wait for a message.
const RECEIVES: [Receive; 4] = [
    |rx| rx.recv().ok(),
    |rx| rx.recv_timeout(HOUR).ok(),
    |rx| rx.recv_timeout(Duration::MAX).ok(),
    |rx| rx.iter().next(),
];

/// Lends the receiver to a greenlet that may be killed.
fn lent<R: Send>(
    rx: Receiver<i32>,
    borrow: impl FnOnce(&std::sync::Mutex<Receiver<i32>>) -> R,
) -> Receiver<i32> {
    let shared = std::sync::Mutex::new(rx);
    borrow(&shared);
    shared.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn receivers_are_killed(bound: Bound, sort: Sort) {
    for receive in RECEIVES {
        // The receiver dies with its greenlet: senders hear of it.
        let (tx, rx) = make(bound);
        killed_in_a_channel(move || receive(&rx));
        assert!(tx.send(1).is_err());

        // Only the wait is cut short: the next receive gets what comes.
        let (tx, rx) = make(bound);
        let rx = lent(rx, |rx| {
            vervet::scope(|scope| {
                let greenlet = scope.spawn(|| receive(&rx.lock().unwrap()));
                parked(&greenlet.handle(), "channel");
                greenlet.kill();
                assert!(greenlet.join().unwrap_err().is_killed());
            });
        });
        let peer = sort.start(move || tx.send(2));
        assert_eq!(rx.recv(), Ok(2));
        assert_eq!(peer.join(), Ok(()));
    }
}

fn receivers_time_out(bound: Bound, sort: Sort) {
    for receive in RECEIVES {
        let (tx, rx) = make(bound);
        assert!(vervet::timeout(Duration::from_millis(2), || receive(&rx)).is_err());
        let peer = sort.start(move || tx.send(3));
        assert_eq!(rx.recv(), Ok(3));
        assert_eq!(peer.join(), Ok(()));
    }
}

fn killed_before_a_receive(bound: Bound, sort: Sort) {
    let (tx, rx) = make(bound);
    let peer = sort.start(move || tx.send(1));
    let peer = if bound == Some(0) { peer.waiting("channel") } else { peer };
    let rx = lent(rx, |rx| {
        vervet::scope(|scope| {
            let greenlet = scope.spawn(|| {
                let caught = std::panic::catch_unwind(|| vervet::sleep(Duration::MAX));
                assert!(caught.is_err());
                // Sticky: there is a message, or soon will be, and it is not taken.
                rx.lock().unwrap().recv()
            });
            parked(&greenlet.handle(), "sleep");
            greenlet.kill();
            assert!(greenlet.join().unwrap_err().is_killed());
        });
    });
    assert_eq!(rx.recv(), Ok(1));
    assert_eq!(peer.join(), Ok(()));
}

fn senders_in_destructors_of_the_killed(bound: Bound, sort: Sort) {
    let (tx, rx) = make(bound);
    let greenlet = vervet::spawn(move || {
        // Unwinding already, it may wait for room.
        let _guard = OnDrop(move || (0..5).for_each(|n| tx.send(n).unwrap()));
        vervet::sleep(Duration::MAX)
    });
    parked(&greenlet.handle(), "sleep");
    greenlet.kill();
    let peer = sort.start(move || rx.into_iter().collect::<Vec<_>>());
    assert_eq!(peer.join(), [0, 1, 2, 3, 4]);
    assert!(greenlet.join().unwrap_err().is_killed());
}

/// A channel that is full of numbers from 0 on.
fn full(bound: Bound) -> (SyncSender<Message>, Receiver<Message>, Drops) {
    let (tx, rx) = sync_channel(bound.unwrap());
    let drops = Drops::new();
    (0..bound.unwrap()).for_each(|n| tx.send((n, drops.value())).unwrap());
    (tx, rx, drops)
}

type Message = (usize, Counted);

fn sender_in_line(tx: &SyncSender<Message>, drops: &Drops, n: usize) -> Greenlet<bool> {
    let (tx, message) = (tx.clone(), (n, drops.value()));
    let greenlet = vervet::spawn(move || tx.send(message).is_ok());
    parked(&greenlet.handle(), "channel");
    greenlet
}

fn numbers(rx: &Receiver<Message>) -> Vec<usize> {
    rx.iter().map(|message| message.0).collect()
}

fn senders_are_killed(bound: Bound, _: Sort) {
    let (tx, rx, drops) = full(bound);
    let greenlet = sender_in_line(&tx, &drops, 99);
    assert_eq!(drops.count(), 0);
    greenlet.kill();
    assert!(greenlet.join().unwrap_err().is_killed());
    // Its message was taken back, and dropped.
    assert_eq!(drops.count(), 1);
    drop(tx);
    assert!(numbers(&rx).into_iter().eq(0..bound.unwrap()));
}

fn senders_time_out(bound: Bound, sort: Sort) {
    let (tx, rx, drops) = full(bound);
    let message = (99, drops.value());
    assert!(vervet::timeout(Duration::from_millis(2), || tx.send(message)).is_err());
    assert_eq!(drops.count(), 1);
    let peer = sort.start(move || numbers(&rx));
    let last = bound.unwrap();
    tx.send((last, drops.value())).unwrap();
    drop(tx);
    assert!(peer.join().into_iter().eq(0..=last));
}

fn killed_in_the_middle_of_the_line(bound: Bound, _: Sort) {
    let (tx, rx, drops) = full(bound);
    let fits = bound.unwrap();
    let senders: Vec<_> = (0..6).map(|n| sender_in_line(&tx, &drops, fits + n)).collect();
    drop(tx);
    for n in [0, 3, 5] {
        // Not waited for: also one whose wait is over and who has not left the line is passed over.
        senders[n].kill();
    }
    let expected: Vec<_> = (0..fits).chain([1, 2, 4].map(|n| fits + n)).collect();
    assert_eq!(numbers(&rx), expected);
    let sent: Vec<_> = vervet::join_all(senders).into_iter().map(|joined| joined.is_ok()).collect();
    assert_eq!(sent, [false, true, true, false, true, false]);
    assert_eq!(drops.count(), fits + 6);
}

fn killed_before_a_send(bound: Bound, _: Sort) {
    let (tx, rx) = sync_channel(bound.unwrap() + 1);
    let drops = Drops::new();
    let message = drops.value();
    let greenlet = vervet::spawn(move || {
        let caught = std::panic::catch_unwind(|| vervet::sleep(Duration::MAX));
        assert!(caught.is_err());
        // Sticky: there is room, and nothing is sent.
        tx.send(message).is_ok()
    });
    parked(&greenlet.handle(), "sleep");
    greenlet.kill();
    assert!(greenlet.join().unwrap_err().is_killed());
    assert_eq!(drops.count(), 1);
    assert!(rx.recv().is_err());
}

fn many_killed_while_one_receives(bound: Bound, sort: Sort) {
    const SENDERS: usize = 40;
    let (tx, rx) = sync_channel(bound.unwrap());
    let send = |n| {
        let tx = tx.clone();
        vervet::spawn(move || tx.send(n).unwrap())
    };
    let senders: Vec<_> = (0..SENDERS).map(send).collect();
    drop(tx);
    let peer = sort.start(move || rx.into_iter().collect::<Vec<_>>());
    senders.iter().step_by(2).for_each(Greenlet::kill);
    let mut received = peer.join();
    received.sort_unstable();
    let sent: Vec<_> = vervet::join_all(senders)
        .into_iter()
        .enumerate()
        .filter_map(|(n, joined)| joined.is_ok().then_some(n))
        .collect();
    // Who was killed too late for that, did send. Who was not killed, did in any case.
    assert!((1..SENDERS).step_by(2).all(|n| sent.contains(&n)));
    assert_eq!(received, sent);
}

#[test]
fn shielded_waits_are_not_cut_short() {
    checked(|| {
        let (tx, rx) = channel();
        let greenlet = vervet::spawn(move || {
            let received = vervet::shield(|| rx.recv());
            assert_eq!(received, Ok(1));
            vervet::sleep(Duration::MAX)
        });
        parked(&greenlet.handle(), "channel");
        greenlet.kill();
        assert!(is_parked(&greenlet.handle(), "channel"));
        tx.send(1).unwrap();
        assert!(greenlet.join().unwrap_err().is_killed());
    });
}

#[test]
fn recv_timeout_inside_and_outside_a_timeout() {
    checked(|| {
        in_both(|| {
            let (_tx, rx) = channel::<i32>();
            let short = Duration::from_millis(2);
            let inner = vervet::timeout(HOUR, || rx.recv_timeout(short));
            assert_eq!(inner.ok(), Some(Err(RecvTimeoutError::Timeout)));
            let outer = vervet::timeout(short, || rx.recv_timeout(HOUR));
            assert!(outer.is_err());
        });
    });
}
