//! Channels as sources of `select!`.

use std::time::Duration;

use vervet::sync::mpsc::{Receiver, RecvError, TryRecvError, channel, sync_channel};

use crate::common::*;
use crate::{Kind, SHORT, Someone, cut_short};

/// A message, or that time was up.
fn receive<T>(rx: &Receiver<T>, limit: Duration) -> Option<Result<T, RecvError>> {
    vervet::select! {
        message = rx.recv() => Some(message),
        _ = after(limit) => None,
    }
}

#[test]
fn received_at_once_and_later() {
    checked(|| {
        in_both(|| {
            for kind in [Kind::Greenlet, Kind::Thread] {
                let (tx, rx) = channel();
                tx.send(1).unwrap();
                assert_eq!(receive(&rx, HOUR), Some(Ok(1)));
                assert_eq!(receive(&rx, SHORT), None);
                let sender = Someone::start(kind, move || tx.send(2).unwrap());
                assert_eq!(receive(&rx, HOUR), Some(Ok(2)));
                assert_eq!(receive(&rx, HOUR), Some(Err(RecvError)));
                sender.join();

                for bound in [0, 1, 3] {
                    let (tx, rx) = sync_channel(bound);
                    assert_eq!(receive(&rx, SHORT), None);
                    let sender = Someone::start(kind, move || (0..10).try_for_each(|n| tx.send(n)));
                    let received: Vec<_> =
                        std::iter::from_fn(|| receive(&rx, HOUR).and_then(Result::ok)).collect();
                    assert_eq!(received, (0..10).collect::<Vec<_>>());
                    assert!(sender.join().is_ok());
                }
            }
        });
    });
}

#[test]
fn sent_at_once_and_later() {
    checked(|| {
        in_both(|| {
            for bound in [0, 1, 3] {
                let (tx, rx) = sync_channel(bound);
                for number in 0..bound {
                    vervet::select! {
                        sent = tx.send(number) => sent.unwrap(),
                        _ = after(HOUR) => unreachable!(),
                    }
                }
                vervet::select! {
                    sent = tx.send(100) => unreachable!("{sent:?}"),
                    _ = after(SHORT) => {}
                }
                let sender = vervet::spawn(move || {
                    vervet::select! {
                        sent = tx.send(bound) => sent.unwrap(),
                        _ = after(HOUR) => unreachable!(),
                    }
                });
                parked(&sender.handle(), "select");
                assert_eq!(rx.iter().collect::<Vec<_>>(), (0..=bound).collect::<Vec<_>>());
                sender.join().unwrap();
            }
        });
    });
}

#[test]
fn the_end_of_the_receiver_gives_the_message_back() {
    checked(|| {
        for bound in [0, 1] {
            let (tx, rx) = sync_channel(bound);
            (0..bound).for_each(|_| tx.send("first").unwrap());
            let sender = vervet::spawn(move || {
                vervet::select! {
                    sent = tx.send("second") => sent.unwrap_err().0,
                    _ = after(HOUR) => unreachable!(),
                }
            });
            parked(&sender.handle(), "select");
            drop(rx);
            assert_eq!(sender.join().unwrap(), "second");
        }
    });
}

#[test]
fn losing_messages_are_dropped_once() {
    checked(|| {
        let drops = Drops::new();
        let (tx, rx) = sync_channel(0);
        for _ in 0..10 {
            vervet::select! {
                sent = tx.send(drops.value()) => unreachable!("{sent:?}"),
                _ = after(SHORT / 4) => {}
            }
        }
        assert_eq!(drops.count(), 10);
        assert!(matches!(rx.try_recv(), Err(TryRecvError::Empty)));
        let (tx, value) = (tx, drops.value());
        let killed = vervet::spawn(move || {
            vervet::select! {
                sent = tx.send(value) => unreachable!("{sent:?}"),
                _ = after(HOUR) => unreachable!(),
            }
        });
        parked(&killed.handle(), "select");
        killed.kill();
        assert!(killed.join().unwrap_err().is_killed());
        assert_eq!(drops.count(), 11);
        assert!(matches!(rx.recv(), Err(RecvError)));
    });
}

#[test]
fn a_selection_is_no_partner_for_itself() {
    checked(|| {
        in_both(|| {
            let (tx, rx) = sync_channel(0);
            for _ in 0..20 {
                vervet::select! {
                    sent = tx.send(1) => unreachable!("{sent:?}"),
                    message = rx.recv() => unreachable!("{message:?}"),
                    _ = after(SHORT / 4) => {}
                }
            }
            // But for others it is.
            let other = tx.clone();
            let sender = vervet::spawn(move || other.send(2));
            let got = vervet::select! {
                sent = tx.send(1) => unreachable!("{sent:?}"),
                message = rx.recv() => message.unwrap(),
            };
            assert_eq!(got, 2);
            assert!(sender.join().unwrap().is_ok());
        });
    });
}

#[test]
fn two_selections_meet() {
    checked(|| {
        in_both(|| {
            let (tx, rx) = sync_channel(0);
            let sender = vervet::spawn(move || {
                for number in 0..500 {
                    vervet::select! {
                        sent = tx.send(number) => sent.unwrap(),
                        _ = after(HOUR) => unreachable!(),
                    }
                }
            });
            for number in 0..500 {
                assert_eq!(receive(&rx, HOUR), Some(Ok(number)));
            }
            sender.join().unwrap();
        });
    });
}

#[test]
fn nothing_is_lost_to_the_other_side_of_a_selection() {
    checked(|| {
        for bound in [Some(0), Some(1), None] {
            let (first_tx, first) = sync_channel(bound.unwrap_or(64));
            let (second_tx, second) = sync_channel(bound.unwrap_or(64));
            let senders = [first_tx, second_tx].map(|tx| {
                vervet::spawn(move || {
                    for number in 0..2_000 {
                        if number % 3 == 0 {
                            // Most of these are taken back.
                            let mut sent = false;
                            while !sent {
                                sent = vervet::timeout(SHORT / 100, || tx.send(number).unwrap()).is_ok();
                            }
                        } else {
                            tx.send(number).unwrap();
                        }
                    }
                })
            });
            let mut received = [Vec::new(), Vec::new()];
            let mut open = [true, true];
            while open != [false, false] {
                vervet::select! {
                    message = open[0].then(|| first.select_recv()) => match message {
                        Ok(number) => received[0].push(number),
                        Err(_) => open[0] = false,
                    },
                    message = open[1].then(|| second.select_recv()) => match message {
                        Ok(number) => received[1].push(number),
                        Err(_) => open[1] = false,
                    },
                }
            }
            senders.into_iter().for_each(|sender| sender.join().unwrap());
            let all: Vec<_> = (0..2_000).collect();
            assert_eq!(received, [all.clone(), all], "{bound:?}");
        }
    });
}

#[test]
fn senders_that_are_killed_in_line_do_not_hold_a_selection_up() {
    checked(|| {
        let (tx, rx) = sync_channel(0);
        let senders: Vec<_> = (0..4)
            .map(|number| {
                let tx = tx.clone();
                let sender = vervet::spawn(move || tx.send(number));
                parked(&sender.handle(), "channel");
                sender
            })
            .collect();
        senders.iter().for_each(|sender| sender.kill());
        // They may not have run since: on their worker, this wait lets them.
        assert!(receive(&rx, SHORT).is_none());
        for sender in senders {
            assert!(sender.join().unwrap_err().is_killed());
        }
        drop(tx);
        assert_eq!(receive(&rx, HOUR), Some(Err(RecvError)));
    });
}

#[test]
fn cut_short_while_selecting() {
    checked(|| {
        // A receiver is not shared: each has its own.
        cut_short("select", || {
            let (tx, rx) = channel::<u32>();
            assert!(receive(&rx, HOUR).is_none());
            drop(tx);
        });
        cut_short("select", || {
            let (tx, rx) = sync_channel::<u32>(0);
            assert!(receive(&rx, HOUR).is_none());
            drop(tx);
        });
    });
}
