//! Groups and pools of greenlets, and what maps over them.

#[path = "../common/mod.rs"]
mod common;

mod apply;
mod cut_short;
mod group;
mod imap;
mod map;
mod slots;

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::*;
use vervet::pool::{Group, Imap, Pool};
use vervet::{Greenlet, GreenletRef, JoinError};

/// A member that sleeps until it is killed.
fn member(pool: &Pool) -> Greenlet<()> {
    let greenlet = pool.spawn(|| vervet::sleep(Duration::MAX));
    parked(&greenlet.handle(), "sleep");
    greenlet
}

/// A member that waits for the gate, and then answers with its number.
fn gated(pool: &Pool, gate: &Gate, number: usize) -> Greenlet<usize> {
    let gate = gate.clone();
    let greenlet = pool.spawn(move || {
        gate.pass();
        number
    });
    parked(&greenlet.handle(), "join");
    greenlet
}

/// A pool of that many, all of which sleep.
fn full(size: usize) -> (Pool, Vec<Greenlet<()>>) {
    let pool = Pool::new(size);
    let members = (0..size).map(|_| member(&pool)).collect();
    assert!(pool.is_full());
    (pool, members)
}

/// Ends it and waits until it is over.
fn end<T>(greenlet: Greenlet<T>) {
    greenlet.kill();
    over(&greenlet.handle());
}

/// Counts how many run at once, and the most there were.
#[derive(Clone, Debug, Default)]
struct Crowd(Arc<(AtomicUsize, AtomicUsize)>);

impl Crowd {
    fn enter(&self) -> OnDrop<impl FnMut() + use<>> {
        let crowd = Arc::clone(&self.0);
        crowd.1.fetch_max(crowd.0.fetch_add(1, SeqCst) + 1, SeqCst);
        OnDrop(move || {
            crowd.0.fetch_sub(1, SeqCst);
        })
    }

    fn most(&self) -> usize {
        self.0.1.load(SeqCst)
    }
}

/// What several write down, in the order in which they do.
#[derive(Clone, Debug, Default)]
struct Notes(Arc<Mutex<Vec<usize>>>);

impl Notes {
    fn add(&self, number: usize) {
        self.0.lock().unwrap().push(number);
    }

    fn read(&self) -> Vec<usize> {
        self.0.lock().unwrap().clone()
    }
}

#[test]
fn handles_go_between_threads() {
    fn shared<T: Clone + Send + Sync + std::fmt::Debug + Unpin + 'static>() {}
    fn sent<T: Send + std::fmt::Debug + Unpin>() {}
    shared::<Pool>();
    shared::<Group>();
    sent::<Imap<std::cell::Cell<u8>>>();
}

#[test]
fn debug_tells_what_a_user_asks() {
    checked(|| {
        let (pool, members) = full(2);
        assert_eq!(format!("{pool:?}"), "Pool { size: 2, len: 2, .. }");
        members.into_iter().for_each(end);
        assert_eq!(format!("{:?}", Group::default()), "Group { len: 0, .. }");
        let imap = pool.imap_unordered(0..3, |n| n);
        assert_eq!(format!("{imap:?}"), "Imap { order: Ends, buffer: 2, unread: 0, .. }");
    });
}

#[test]
fn bad_input_is_refused_by_name() {
    let refusal = |f: fn()| {
        checked(|| ());
        let payload = std::panic::catch_unwind(f).unwrap_err();
        text(payload)
    };
    assert_eq!(refusal(|| drop(Pool::new(0))), "a pool of size 0 would never run anything");
    assert_eq!(refusal(|| Pool::new(1).resize(0)), "a pool of size 0 would never run anything");
    let unbuffered = || drop(Pool::new(1).imap(0..1, |n| n).buffer(0));
    assert_eq!(refusal(unbuffered), "with a buffer of 0 no item would ever be taken");
}

/// Each as it is, or its panic's text, or "killed".
fn told<T: ToString>(results: impl IntoIterator<Item = Result<T, JoinError>>) -> Vec<String> {
    let tell = |result: Result<T, JoinError>| match result {
        Ok(value) => value.to_string(),
        Err(JoinError::Killed) => "killed".to_owned(),
        Err(JoinError::Panicked(payload)) => text(payload).to_owned(),
    };
    results.into_iter().map(tell).collect()
}

fn is_over(greenlet: &GreenletRef) -> bool {
    greenlet.is_finished()
}
