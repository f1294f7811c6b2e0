//! `sync::raw::promise`: set, got, linked, taken, polled.

use std::sync::Arc;
use std::task;

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use crate::check_both;
use crate::sync::raw::promise::{RawPromise, Seen, Took};
use crate::wait::{self, NEVER};

type Promise = Arc<RawPromise<u32>>;

/// As the library does it.
fn set(promise: &Promise, value: u32) -> bool {
    let set = promise.set(value);
    set.is_ok_and(|(look, links)| {
        links.into_iter().for_each(|link| link(&look));
        true
    })
}

fn link(promise: &Promise, calls: &Arc<AtomicUsize>) {
    let calls = Arc::clone(calls);
    let call = move |value: &u32| {
        calls.fetch_add(*value as usize, Ordering::Relaxed);
    };
    if let Err((Seen::Value(look), link)) = promise.link(Box::new(call)) {
        link(&look);
    }
}

fn seen(promise: &Promise) -> Option<u32> {
    match promise.look() {
        Seen::Value(look) => Some(*look),
        Seen::Taken => Some(0),
        Seen::Nothing => None,
    }
}

/// Two set it and two wait: one value is set, and both get it.
///
/// Fails if the event is set before the value is there; if the second value replaces the first.
pub fn set_against_get() {
    check_both(2, |head_start| {
        wait::set(head_start, 0);
        let promise: Promise = Arc::new(RawPromise::new());
        let getter = {
            let promise = Arc::clone(&promise);
            thread::spawn(move || {
                assert_eq!(promise.wait(NEVER), Ok(true));
                seen(&promise)
            })
        };
        let setter = {
            let promise = Arc::clone(&promise);
            thread::spawn(move || set(&promise, 1))
        };
        let second = set(&promise, 2);
        let first = setter.join().unwrap();
        assert!(first != second);
        let value = if first { 1 } else { 2 };
        assert_eq!(getter.join().unwrap(), Some(value));
        assert_eq!(seen(&promise), Some(value));
    });
}

/// A getter is killed just when it is set: the other one gets the value.
///
/// Fails if `set` wakes one.
pub fn set_against_kill() {
    check_both(2, |head_start| {
        wait::set(head_start, 0);
        let promise: Promise = Arc::new(RawPromise::new());
        let [victim, other] = [(); 2].map(|()| {
            let promise = Arc::clone(&promise);
            wait::spawn(move || promise.wait(NEVER).is_ok().then(|| seen(&promise)).flatten())
        });
        let setter = {
            let promise = Arc::clone(&promise);
            thread::spawn(move || set(&promise, 1))
        };
        victim.kill();
        assert!(setter.join().unwrap());
        assert_eq!(other.join(), Some(1));
        assert!(matches!(victim.join(), None | Some(1)));
    });
}

/// Links come while it is set: each is called once.
///
/// Fails if a link looks at the value in a step before it registers.
pub fn set_against_link() {
    check_both(3, |head_start| {
        wait::set(head_start, 0);
        let promise: Promise = Arc::new(RawPromise::new());
        let calls = Arc::new(AtomicUsize::new(0));
        let linkers = [(); 2].map(|()| {
            let (promise, calls) = (Arc::clone(&promise), Arc::clone(&calls));
            thread::spawn(move || link(&promise, &calls))
        });
        assert!(set(&promise, 1));
        for linker in linkers {
            linker.join().unwrap();
        }
        assert_eq!(calls.load(Ordering::Relaxed), 2);
    });
}

/// One takes the value while another looks at it: he waits for that, and has it.
///
/// Fails if the last look does not tell; if a taker clears `unseen` in a step after he has found somebody looking.
pub fn take_against_look() {
    check_both(3, |head_start| {
        wait::set(head_start, 0);
        let promise: Promise = Arc::new(RawPromise::new());
        let looker = {
            let promise = Arc::clone(&promise);
            thread::spawn(move || seen(&promise))
        };
        let setter = {
            let promise = Arc::clone(&promise);
            // The setter looks, too, until its links are called.
            thread::spawn(move || set(&promise, 1))
        };
        assert!(matches!(promise.take(NEVER), Ok(Took::Value(1))));
        assert!(setter.join().unwrap());
        assert!(matches!(looker.join().unwrap(), None | Some(0 | 1)));
        assert!(matches!(promise.take(NEVER), Ok(Took::Taken)));
    });
}

/// Wakes are counted.
struct Bell(std::sync::atomic::AtomicUsize);

impl task::Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// It is polled while it is set: the task sees the value, or is woken.
///
/// Fails if a poll looks at the value in a step before it registers.
pub fn set_against_poll() {
    check_both(3, |head_start| {
        wait::set(head_start, 0);
        let promise: Promise = Arc::new(RawPromise::new());
        let bell = Arc::new(Bell(std::sync::atomic::AtomicUsize::new(0)));
        let poller = {
            let (promise, task) = (Arc::clone(&promise), task::Waker::from(Arc::clone(&bell)));
            thread::spawn(move || matches!(promise.poll(&mut 0, &task), Seen::Value(_)))
        };
        assert!(set(&promise, 1));
        let ready = poller.join().unwrap();
        assert_eq!(bell.0.load(Ordering::Relaxed), usize::from(!ready));
    });
}
