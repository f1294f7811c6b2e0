//! Each message is dropped exactly once, by whoever has it last.

use vervet::sync::mpsc::SendError;

use crate::common::*;
use crate::support::*;

cases_of_all! {
    received_messages
    messages_left_in_the_channel
    messages_that_come_back
    some_received_some_left
    destructors_that_use_the_channel
    destructors_that_panic
}

/// As many as can be sent without waiting.
fn fit(bound: Bound) -> usize {
    bound.unwrap_or(3_000)
}

fn received_messages(bound: Bound, sort: Sort) {
    let drops = Drops::new();
    let (tx, rx) = make(bound);
    let messages: Vec<_> = (0..100).map(|_| drops.value()).collect();
    let peer = sort.start(move || messages.into_iter().for_each(|message| tx.send(message).unwrap()));
    let received: Vec<_> = rx.iter().collect();
    peer.join();
    assert_eq!((received.len(), drops.count()), (100, 0));
    drop(rx);
    drop(received);
    assert_eq!(drops.count(), 100);
}

fn messages_left_in_the_channel(bound: Bound, _: Sort) {
    let drops = Drops::new();
    let (tx, rx) = make(bound);
    (0..fit(bound)).for_each(|_| tx.send(drops.value()).unwrap());
    assert_eq!(drops.count(), 0);
    // With the receiver, not with the last sender.
    drop(rx);
    assert_eq!(drops.count(), fit(bound));
    drop(tx);
    assert_eq!(drops.count(), fit(bound));

    let (tx, rx) = make(bound);
    (0..fit(bound)).for_each(|_| tx.send(drops.value()).unwrap());
    drop(tx);
    assert_eq!(drops.count(), fit(bound));
    drop(rx);
    assert_eq!(drops.count(), 2 * fit(bound));
}

fn messages_that_come_back(bound: Bound, _: Sort) {
    let drops = Drops::new();
    let (tx, rx) = make(bound);
    drop(rx);
    let SendError(message) = tx.send(drops.value()).unwrap_err();
    assert_eq!(drops.count(), 0);
    drop(message);
    assert_eq!(drops.count(), 1);
}

fn some_received_some_left(bound: Bound, sort: Sort) {
    let drops = Drops::new();
    let (tx, rx) = make(bound);
    let messages: Vec<_> = (0..3_000).map(|_| drops.value()).collect();
    let peer = sort.start(move || {
        // Ends with the first that comes back; the rest was never sent.
        messages.into_iter().try_for_each(|message| tx.send(message)).is_err()
    });
    let received: Vec<_> = rx.iter().take(5).collect();
    drop(rx);
    let refused = peer.join();
    assert!(refused || bound.is_none());
    assert_eq!(drops.count(), 3_000 - 5);
    drop(received);
    assert_eq!(drops.count(), 3_000);
}

fn destructors_that_use_the_channel(bound: Bound, _: Sort) {
    struct Echo {
        _counted: Counted,
        /// What it sends when it is dropped, and where.
        last_words: Option<(Tx<Echo>, Counted)>,
    }
    impl Drop for Echo {
        fn drop(&mut self) {
            if let Some((tx, counted)) = self.last_words.take() {
                let echo = Echo { _counted: counted, last_words: None };
                assert!(tx.send(echo).is_err(), "the receiver is going");
            }
        }
    }
    let drops = Drops::new();
    let (tx, rx) = make(bound);
    for _ in 0..fit(bound) {
        let last_words = Some((tx.clone(), drops.value()));
        tx.send(Echo { _counted: drops.value(), last_words }).map_err(drop).unwrap();
    }
    drop(rx);
    assert_eq!(drops.count(), 2 * fit(bound));
}

fn destructors_that_panic(bound: Bound, _: Sort) {
    struct Bomb {
        _counted: Counted,
        goes_off: bool,
    }
    impl Drop for Bomb {
        fn drop(&mut self) {
            if self.goes_off {
                fail("on purpose");
            }
        }
    }
    let drops = Drops::new();
    let (tx, rx) = make(bound);
    (0..fit(bound))
        .for_each(|n| tx.send(Bomb { _counted: drops.value(), goes_off: n == 1 }).map_err(drop).unwrap());
    let caught = std::panic::catch_unwind(|| drop(rx));
    assert_eq!(caught.is_err(), fit(bound) > 1);
    // The others are dropped all the same, and the channel is as closed as ever.
    assert_eq!(drops.count(), fit(bound));
    assert!(tx.send(Bomb { _counted: drops.value(), goes_off: false }).is_err());
}
