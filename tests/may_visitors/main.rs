//! Visitors: coroutines that somebody else has started on may, and that use vervet's calls.

#![cfg(feature = "may")]

#[path = "../common/mod.rs"]
mod common;

mod cancelled;
mod locals;
mod streams;
mod sync;
mod threads;
mod waits;

use std::panic::resume_unwind;
use std::sync::Once;
use std::thread;
use std::time::Duration;

use common::eventually;
use may::coroutine::JoinHandle;
use vervet::net::{TcpListener, TcpStream};
use vervet::runtime::metrics;
use vervet::{Greenlet, Scheduler};

pub(crate) const LOCAL: &str = "127.0.0.1:0";
pub(crate) const MOMENT: Duration = Duration::from_millis(5);

/// `common::checked`, with may's workers and their fds on the books already. vervet's settings are may's then: may's own
/// stacks are too small for a panic.
pub(crate) fn checked(test: impl FnOnce()) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: it uses no thread-local.
        let builder = unsafe { vervet::Builder::new().scheduler(Scheduler::May) };
        builder.spawn(|| ()).unwrap().join().unwrap();
    });
    common::checked(test);
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Who {
    Visitor,
    Greenlet,
    Thread,
}
pub(crate) use Who::{Thread, Visitor};

pub(crate) const ALL: [Who; 3] = [Visitor, Who::Greenlet, Thread];

/// Something that was started, and how to wait for it.
pub(crate) struct Running<T>(Box<dyn FnOnce() -> thread::Result<T>>);

impl<T> Running<T> {
    #[track_caller]
    pub(crate) fn join(self) -> T {
        (self.0)().unwrap_or_else(|payload| resume_unwind(payload))
    }
}

pub(crate) fn start<T: Send + 'static>(who: Who, f: impl FnOnce() -> T + Send + 'static) -> Running<T> {
    match who {
        Visitor => {
            let handle = visitor(f);
            Running(Box::new(|| handle.join()))
        }
        Who::Greenlet => {
            let handle = greenlet(f);
            Running(Box::new(|| handle.join().map_err(vervet::JoinError::into_panic)))
        }
        Thread => {
            let handle = thread::spawn(f);
            Running(Box::new(|| handle.join()))
        }
    }
}

/// A coroutine of may's own.
pub(crate) fn visitor<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    may::go!(f)
}

/// A greenlet on vervet's own workers, whatever this run's greenlets are.
pub(crate) fn greenlet<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> Greenlet<T> {
    // SAFETY: nothing is asked for this one.
    unsafe { vervet::Builder::new().scheduler(Scheduler::Vervet) }.spawn(f).unwrap()
}

/// What a visitor answers; its panics are passed on.
#[track_caller]
pub(crate) fn visit<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    visitor(f).join().unwrap_or_else(|payload| resume_unwind(payload))
}

/// As may does it: the coroutine unwinds at its next wait, or in the one it is in.
pub(crate) fn cancel<T>(visitor: &JoinHandle<T>) {
    // SAFETY: what the coroutines here own bears to be dropped at any of their waits.
    unsafe { visitor.coroutine().cancel() };
}

#[track_caller]
pub(crate) fn cancelled<T: std::fmt::Debug>(visitor: JoinHandle<T>) {
    let payload = visitor.join().expect_err("it was cancelled");
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    assert!(text.is_none(), "panicked instead: {text:?}");
}

/// Both ends of a connection.
pub(crate) fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind(LOCAL).unwrap();
    let ours = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (ours, listener.accept().unwrap().0)
}

/// Waits until one more than `before` is parked, where `count` looks.
#[track_caller]
pub(crate) fn one_more(before: usize, count: impl Fn() -> usize) {
    eventually("one more is parked", || count() > before);
}

pub(crate) fn sleeping() -> usize {
    metrics().parked.sleep
}

pub(crate) fn reading() -> usize {
    metrics().parked.read
}

pub(crate) fn joining() -> usize {
    metrics().parked.join
}
