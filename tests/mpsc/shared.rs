//! A receiver is not `Sync`; but greenlets of one worker can share it all the same.

use std::rc::Rc;
use std::time::Duration;

use vervet::sync::mpsc::{Receiver, RecvTimeoutError, channel, sync_channel};

use crate::common::{HOUR, checked, parked};

/// Four wait for a message: by themselves, for a time that is up, in a selection, by themselves.
fn three_of_four_are_served(rx: Receiver<u32>, mut send: impl FnMut(u32) + Send + 'static) {
    let rx = Rc::new(rx);
    let sum = vervet::spawn_local(move || {
        let plain = || {
            let rx = Rc::clone(&rx);
            vervet::spawn_local(move || rx.recv().unwrap())
        };
        let first = plain();
        let impatient = vervet::spawn_local({
            let rx = Rc::clone(&rx);
            move || rx.recv_timeout(Duration::from_millis(5))
        });
        let selecting = vervet::spawn_local({
            let rx = Rc::clone(&rx);
            move || {
                vervet::select! {
                    message = rx.recv() => message.unwrap(),
                    _ = after(HOUR) => unreachable!(),
                }
            }
        });
        let last = plain();
        for (waiting, reason) in [(&first, "channel"), (&selecting, "select"), (&last, "channel")] {
            parked(&waiting.handle(), reason);
        }
        assert_eq!(impatient.join().unwrap(), Err(RecvTimeoutError::Timeout));
        let sender = vervet::spawn(move || [1, 10, 100].into_iter().for_each(&mut send));
        let got = vervet::join_all([first, selecting, last]);
        sender.join().unwrap();
        got.into_iter().map(Result::unwrap).sum::<u32>()
    });
    assert_eq!(sum.join().unwrap(), 111);
}

#[test]
fn receivers_of_one_worker_wait_beside_each_other() {
    checked(|| {
        vervet::run(|| {
            for _ in 0..50 {
                let (tx, rx) = channel();
                three_of_four_are_served(rx, move |message| tx.send(message).unwrap());
                for bound in [0, 1, 3] {
                    let (tx, rx) = sync_channel(bound);
                    three_of_four_are_served(rx, move |message| tx.send(message).unwrap());
                }
            }
        });
    });
}
