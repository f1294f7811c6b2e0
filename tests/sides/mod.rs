//! Behaviour that must be std's: one body, run on std's types and on vervet's, in every context; and what only vervet has, a
//! call that is cut short.
//!
//! The test file has two modules, `of_std` and `of_vervet`, that name the same things; and `mod common`.
#![allow(dead_code, reason = "each test binary uses its own part of it")]

use std::os::unix::thread::JoinHandleExt;
use std::panic::resume_unwind;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use crate::common::{Drops, Gate, HOUR, dumped, eventually, over, parked};

/// As much as a call may have to wait for nothing.
pub(crate) const SHORT: Option<Duration> = Some(Duration::from_millis(20));

const LIMIT: Duration = Duration::from_secs(60);

/// Tests whose body must hold for std's types and for vervet's.
macro_rules! like_std {
    ($($(#[$attr:meta])* fn $name:ident() $body:block)*) => {$(
        #[test]
        $(#[$attr])*
        fn $name() {
            #[allow(unused_imports)]
            mod with_std {
                use crate::{*, of_std::*};
                pub(super) fn body() $body
            }
            #[allow(unused_imports)]
            mod with_vervet {
                use crate::{*, of_vervet::*};
                pub(super) fn body() $body
            }
            crate::sides::on_thread(with_std::body);
            crate::sides::on_thread(with_vervet::body);
            crate::sides::in_greenlet(with_vervet::body);
        }
    )*};
}
pub(crate) use like_std;

/// Runs `body` on a thread of its own, and fails if it does not finish.
pub(crate) fn on_thread(body: fn()) {
    let (done, finished) = mpsc::channel::<()>();
    let runner = thread::spawn(move || {
        let _done = done;
        body();
    });
    match finished.recv_timeout(LIMIT) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("stuck"),
        _ => runner.join().unwrap_or_else(|payload| resume_unwind(payload)),
    }
}

/// Runs `body` in a greenlet, and fails if it does not finish.
pub(crate) fn in_greenlet(body: fn()) {
    let greenlet = vervet::spawn(body);
    assert!(greenlet.wait(Some(LIMIT)), "stuck in a greenlet\n{}", dumped());
    greenlet.join().unwrap_or_else(|error| resume_unwind(error.into_panic()));
}

/// A blocking call, with all it needs.
pub(crate) type Call = Box<dyn FnOnce() + Send>;

/// Cuts short, in each way there is, calls that would wait for ever for `reason`. `call` makes one after the other.
#[track_caller]
pub(crate) fn cut_short(reason: &str, mut call: impl FnMut() -> Call) {
    // Killed while it waits; its destructors have run by then.
    let (drops, blocked) = (Drops::new(), call());
    let value = drops.value();
    let greenlet = vervet::spawn(move || {
        let _value = value;
        blocked();
    });
    parked(&greenlet.handle(), reason);
    greenlet.kill();
    over(&greenlet.handle());
    assert_eq!(drops.count(), 1);
    assert!(greenlet.join().unwrap_err().is_killed());

    // Out of time, in a greenlet and on an OS thread.
    let blocked = call();
    assert!(vervet::run(move || vervet::timeout(Duration::from_millis(5), blocked).is_err()));
    assert!(vervet::timeout(Duration::from_millis(5), call()).is_err());
    // A time that is not up leaves the call alone.
    let blocked = call();
    let greenlet = vervet::spawn(move || vervet::timeout(HOUR, blocked).is_err());
    parked(&greenlet.handle(), reason);
    greenlet.kill();
    assert!(greenlet.join().unwrap_err().is_killed());
}

/// Kills a greenlet before it makes a call that need not wait.
#[track_caller]
pub(crate) fn cut_short_at_once<T: Send + Sync + 'static>(
    on: &Arc<T>,
    call: impl FnOnce(&T) + Send + 'static,
) {
    let (gate, on) = (Gate::new(), Arc::clone(on));
    let greenlet = vervet::spawn({
        let gate = gate.clone();
        move || {
            vervet::shield(|| gate.pass());
            call(&on);
        }
    });
    parked(&greenlet.handle(), "join");
    greenlet.kill();
    gate.open();
    over(&greenlet.handle());
    assert!(greenlet.join().unwrap_err().is_killed());
}

/// Runs `call` on an OS thread of its own and has a signal arrive there until it returns.
pub(crate) fn interrupted<T: Send + 'static>(call: impl FnOnce() -> T + Send + 'static) -> T {
    with_signals(call, |_| true)
}

/// As [`interrupted`], but stops with the signals and does `end` when `enough` of them were sent.
pub(crate) fn undisturbed<T: Send + 'static>(
    call: impl FnOnce() -> T + Send + 'static,
    end: impl FnOnce(),
) -> T {
    let mut end = Some(end);
    with_signals(call, move |sent| {
        if sent == 20
            && let Some(end) = end.take()
        {
            end();
        }
        sent < 20
    })
}

fn with_signals<T: Send + 'static>(
    call: impl FnOnce() -> T + Send + 'static,
    mut more: impl FnMut(u32) -> bool,
) -> T {
    extern "C" fn nothing(_: libc::c_int) {}
    // SAFETY: a zeroed `sigaction` has no flags (no `SA_RESTART`) and an empty mask; the handler does nothing at all.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = nothing as *const () as usize;
        assert_eq!(libc::sigaction(libc::SIGUSR2, &action, std::ptr::null_mut()), 0);
    }
    let runner = thread::spawn(call);
    let mut sent = 0;
    eventually("the call returns", || {
        if !runner.is_finished() && more(sent) {
            // SAFETY: the thread is not joined yet, so its id is valid.
            unsafe { libc::pthread_kill(runner.as_pthread_t(), libc::SIGUSR2) };
            sent += 1;
        }
        runner.is_finished()
    });
    runner.join().unwrap_or_else(|payload| resume_unwind(payload))
}
