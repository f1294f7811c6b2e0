//! What a thread can do: park, tell who it is, start others; and child processes.

use std::cell::Cell;
use std::collections::HashSet;
use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use vervet::process::{Child, Command, Stdio};
use vervet::thread::{self, Thread as Handle};

use crate::cancelled::cancelled_in;
use crate::common::{Counted, Drops, Gate, HOUR, eventually};
use crate::*;

fn signalled() -> usize {
    metrics().parked.signal
}

fn with_children() -> usize {
    metrics().parked.child
}

/// Something that parks, and its handle; it is parked already, where that can be seen.
fn parking(who: Who) -> (Running<()>, Handle) {
    let (handle, before) = (mpsc::channel(), signalled());
    let parking = start(who, move || {
        handle.0.send(thread::current()).unwrap();
        thread::park();
    });
    if who != Thread {
        one_more(before, signalled);
    }
    (parking, handle.1.recv().unwrap())
}

#[test]
fn unpark_wakes_in_every_context() {
    checked(|| {
        for parks in ALL {
            for unparks in ALL {
                let (parking, handle) = parking(parks);
                start(unparks, move || handle.unpark()).join();
                parking.join();
            }
        }
    });
}

#[test]
fn a_visitors_token() {
    checked(|| {
        visit(|| {
            let start = Instant::now();
            thread::park_timeout(MOMENT);
            assert!(start.elapsed() >= MOMENT, "there was none");
            for _ in 0..3 {
                thread::current().unpark();
            }
            thread::park();
            vervet::sleep(MOMENT / 5);
            let start = Instant::now();
            thread::park_timeout(MOMENT);
            assert!(start.elapsed() >= MOMENT, "there was one only");
        });
        // Not left to the next coroutine.
        let (parking, handle) = parking(Visitor);
        handle.unpark();
        parking.join();
        handle.unpark();
        let (parking, other) = self::parking(Visitor);
        assert_ne!(handle.id(), other.id());
        other.unpark();
        parking.join();
    });
}

#[test]
fn cancelled_in_park() {
    checked(|| {
        cancelled_in(signalled, thread::park);
        cancelled_in(signalled, || thread::park_timeout(HOUR));
    });
}

#[test]
fn each_visitor_has_a_number_of_its_own() {
    const MANY: usize = 100;
    checked(|| {
        let gate = Gate::new();
        let before = joining();
        let all: Vec<_> = (0..MANY)
            .map(|n| {
                let gate = gate.clone();
                start(ALL[n % 3], move || {
                    let id = thread::current().id();
                    gate.pass();
                    for _ in 0..3 {
                        vervet::sleep(MOMENT / 5);
                        assert_eq!(thread::current().id(), id, "after a wait");
                    }
                    id
                })
            })
            .collect();
        let counted = (0..MANY).filter(|n| ALL[n % 3] != Thread).count();
        eventually("they are all there", || joining() >= before + counted);
        gate.open();
        let ids: HashSet<_> = all.into_iter().map(Running::join).collect();
        assert_eq!(ids.len(), MANY);
        assert!(!ids.contains(&thread::current().id()));
    });
}

#[test]
fn a_visitors_name_is_what_may_calls_it() {
    checked(|| {
        assert_eq!(visit(|| thread::current().name().map(str::to_owned)), None);
        // SAFETY: it uses no thread-local.
        let guest = unsafe {
            may::coroutine::Builder::new()
                .name("guest".to_owned())
                .spawn(|| (thread::current(), thread::current().name().map(str::to_owned)))
        };
        let (handle, name) = guest.unwrap().join().unwrap();
        assert_eq!(name.as_deref(), Some("guest"));
        // The handle outlives it.
        assert_eq!(handle.name(), Some("guest"));
        handle.unpark();
    });
}

#[test]
fn threads_of_a_visitor() {
    checked(|| {
        visit(|| {
            let here = thread::current().id();
            let other = thread::spawn(move || {
                thread::sleep(Duration::from_millis(1));
                thread::current().id()
            });
            let id = other.thread().id();
            assert_eq!(other.join().unwrap(), id);
            assert_ne!(id, here);
            let mut sums = [0; 3];
            thread::scope(|scope| {
                for (n, sum) in sums.iter_mut().enumerate() {
                    scope.spawn(move || {
                        thread::yield_now();
                        *sum = n + 1;
                    });
                }
            });
            assert_eq!(sums, [1, 2, 3]);
        });
    });
}

vervet::thread_local! {
    static NUMBER: Cell<usize> = const { Cell::new(0) };
    static OWNED: Cell<Option<Counted>> = const { Cell::new(None) };
}

#[test]
fn thread_locals_are_the_visitors() {
    checked(|| {
        let drops = Drops::new();
        let visitors: Vec<_> = (1..=20)
            .map(|n| {
                let value = drops.value();
                visitor(move || {
                    OWNED.set(Some(value));
                    let fresh = NUMBER.replace(n);
                    thread::sleep(MOMENT / 5);
                    (fresh, NUMBER.get() == n)
                })
            })
            .collect();
        assert!(visitors.into_iter().all(|visitor| visitor.join().unwrap() == (0, true)));
        eventually("their values are dropped at their ends", || drops.count() == 20);
    });
}

// --- child processes -----------------------------------------------------------------------------------------------

fn cat() -> Child {
    Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

#[test]
fn a_visitors_child() {
    checked(|| {
        visit(|| {
            let output = Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"]).output().unwrap();
            assert_eq!((&output.stdout[..], &output.stderr[..]), (&b"out\n"[..], &b"err\n"[..]));
            assert_eq!(output.status.code(), Some(3));

            let mut cat = cat();
            let mut stdin = cat.stdin.take().unwrap();
            stdin.write_all(b"text").unwrap();
            drop(stdin);
            let mut text = String::new();
            cat.stdout.take().unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "text");
            assert!(cat.wait().unwrap().success());
        });
    });
}

#[test]
fn cancelled_while_a_child_runs() {
    checked(|| {
        let mut running = cat();
        // `wait` would close it, and the child end.
        let stdin = running.stdin.take();
        let before = with_children();
        let waiting = visitor(move || {
            assert!(catch_unwind(AssertUnwindSafe(|| running.wait())).is_err());
            running
        });
        one_more(before, with_children);
        cancel(&waiting);
        let mut child = waiting.join().unwrap();
        assert_eq!(child.try_wait().unwrap(), None, "it goes on");
        drop(stdin);
        assert!(child.wait().unwrap().success());
    });
}
