//! `poll`, `select` and `Poller`: greenlets that multiplex. What is ready is compared with what the kernel's own calls say.

#[path = "../common/mod.rs"]
mod common;

use common::{over, parked};
use vervet::Greenlet;

mod closed;
mod fds;
mod kernel;
mod poller;
mod select;
mod servers;
mod states;
mod table;
mod waits;

/// What happened was not for it: it waits on, and is killed.
#[track_caller]
fn waits_on<T: Send + 'static>(greenlet: Greenlet<T>) {
    parked(&greenlet.handle(), "select");
    greenlet.kill();
    over(&greenlet.handle());
    assert!(greenlet.join().is_err_and(|error| error.is_killed()));
}

/// It has seen something; what that is.
#[track_caller]
fn woken<T>(greenlet: Greenlet<T>) -> T {
    over(&greenlet.handle());
    greenlet.join().unwrap()
}
