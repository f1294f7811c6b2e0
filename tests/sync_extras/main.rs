//! What `sync` has beyond std: alone, between greenlets and OS threads, closed, killed, selected, under load.

#[path = "../child/mod.rs"]
mod child;
#[path = "../common/mod.rs"]
mod common;

mod async_result;
mod event;
mod messages;
mod reentrant_mutex;
mod semaphore;
mod stress;
mod traits;
mod wait_group;

use std::sync::mpsc;
use std::time::Duration;

pub(crate) use common::someone::{Kind, PAIRS, Someone, run_in};
use common::*;

pub(crate) const SHORT: Duration = Duration::from_millis(2);

/// `body` parks for `reason`; it is killed there, and once more cut short by a timeout, in a greenlet and on a thread.
#[track_caller]
pub(crate) fn cut_short(reason: &str, body: impl Fn() + Clone + Send + 'static) {
    let (drops, panics) = (Drops::new(), panics_seen());
    let (value, blocks) = (drops.value(), body.clone());
    let killed = vervet::spawn(move || {
        let _value = value;
        blocks();
    });
    parked(&killed.handle(), reason);
    killed.kill();
    over(&killed.handle());
    assert_eq!(drops.count(), 1);
    assert!(killed.join().unwrap_err().is_killed());
    assert_eq!(panics_seen(), panics, "the hook was called");

    for kind in [Kind::Greenlet, Kind::Thread] {
        let body = body.clone();
        assert!(Someone::start(kind, move || vervet::timeout(SHORT, body)).join().is_err());
    }
}

/// Starts `n` that wait for `reason`, each in line before the next one is started; `body` gets its number, and says it when
/// it goes on. Answers in which order they did, after `release`.
#[track_caller]
pub(crate) fn order(
    n: usize,
    reason: &str,
    body: impl Fn(usize, &dyn Fn()) + Clone + Send + 'static,
    release: impl FnOnce(),
) -> Vec<usize> {
    let (said, heard) = mpsc::channel();
    let all: Vec<_> = (0..n)
        .map(|number| {
            let (body, said) = (body.clone(), said.clone());
            // Of both kinds, in turn.
            let kind = if number % 2 == 0 { Kind::Greenlet } else { Kind::Thread };
            let one = Someone::start(kind, move || body(number, &|| said.send(number).unwrap()));
            one.waits(reason);
            one
        })
        .collect();
    release();
    all.into_iter().for_each(Someone::join);
    heard.try_iter().collect()
}
