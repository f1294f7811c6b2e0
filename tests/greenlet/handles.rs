//! What a handle tells, and awaiting it.

use std::collections::HashSet;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use vervet::{Builder, GreenletRef};

use crate::common::*;

#[test]
fn handle_tells_who_it_is() {
    checked(|| {
        let here = line!();
        let greenlet = Builder::new().name("tamarin").spawn(|| vervet::current().unwrap()).unwrap();
        let handle = greenlet.handle();
        assert_eq!(handle.name(), Some("tamarin"));
        assert_eq!((handle.spawn_site().file(), handle.spawn_site().line()), (file!(), here + 1));
        assert!(handle.parent().is_none());
        assert!(format!("{greenlet:?}").contains("tamarin"));
        let me = greenlet.join().unwrap();
        assert_eq!(me, handle);
        assert_eq!(me.id(), handle.id());
        assert_eq!(HashSet::from([me, handle.clone(), handle]).len(), 1);
        let other = vervet::spawn(|| ());
        assert_eq!((other.handle().name(), other.handle().spawn_site().line()), (None, line!() - 1));
        other.join().unwrap();
    });
}

#[test]
fn spawn_sites_are_the_callers() {
    checked(|| {
        vervet::run(|| {
            let sites = [
                (vervet::spawn(|| ()).handle(), line!()),
                (vervet::spawn_later(Duration::ZERO, || ()).handle(), line!()),
                (vervet::spawn_local(|| ()).handle(), line!()),
                (vervet::scope(|s| s.spawn(|| ()).handle()), line!()),
            ];
            for (handle, line) in sites {
                assert_eq!(handle.spawn_site().line(), line);
                over(&handle);
            }
        });
    });
}

#[test]
fn ids_are_never_used_twice() {
    checked(|| {
        let ids =
            |n: usize| vervet::join_all((0..n).map(|_| vervet::spawn(|| vervet::current().unwrap().id())));
        let outside = ids(3000);
        let inside = vervet::run(move || ids(3000));
        let all: HashSet<_> = outside.into_iter().chain(inside).map(Result::unwrap).collect();
        assert_eq!(all.len(), 6000);
    });
}

#[test]
fn parent_is_the_spawner() {
    checked(|| {
        let parent = vervet::spawn(|| {
            let me = vervet::current().unwrap();
            let child = vervet::spawn(move || vervet::current().unwrap().parent().unwrap() == me);
            assert_eq!(child.handle().parent(), vervet::current());
            child.join().unwrap()
        });
        assert!(parent.join().unwrap());
    });
}

#[test]
fn parent_that_ended_first_is_forgotten() {
    checked(|| {
        let gate = Gate::new();
        let theirs = gate.clone();
        let child = vervet::run(move || vervet::spawn(move || theirs.pass()));
        assert!(child.handle().parent().is_some_and(|parent| parent.is_finished()));
        gate.open();
        let handle = child.handle();
        child.join().unwrap();
        assert!(handle.parent().is_none());
    });
}

#[test]
fn a_long_line_of_ancestors_is_dropped_within_any_stack() {
    // Each waits for its child, so every parent is alive when its child ends.
    fn nest(depth: usize) -> GreenletRef {
        match depth {
            0 => vervet::current().unwrap(),
            _ => vervet::spawn(move || nest(depth - 1)).join().unwrap(),
        }
    }
    checked(|| {
        let youngest = nest(10_000);
        assert!(youngest.is_finished());
        vervet::run(move || drop(youngest));
    });
}

#[test]
fn current_is_none_on_a_thread() {
    checked(|| {
        assert!(vervet::current().is_none());
        vervet::run(|| assert!(vervet::current().is_some()));
        assert!(vervet::offload(vervet::current).is_none());
        assert!(vervet::run(|| vervet::offload(vervet::current)).is_none());
    });
}

#[test]
fn handle_kept_long_after() {
    checked(|| {
        let handles: Vec<GreenletRef> = (0..100)
            .map(|i| {
                let greenlet = Builder::new().name(format!("g{i}")).spawn(move || i).unwrap();
                let handle = greenlet.handle();
                greenlet.join().unwrap();
                handle
            })
            .collect();
        vervet::join_all((0..1000).map(|_| vervet::spawn(|| ())));
        for (i, handle) in handles.into_iter().enumerate() {
            assert_eq!(handle.name(), Some(format!("g{i}").as_str()));
            handle.kill();
            assert!(handle.is_finished() && handle.wait(None) && handle.clone() == handle);
            assert!(format!("{handle:?}").contains("Finished"));
        }
    });
}

/// Wakes a thread, and counts.
struct Unpark(thread::Thread, AtomicUsize);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.1.fetch_add(1, SeqCst);
        self.0.unpark();
    }
}

pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current(), AtomicUsize::new(0))));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

#[test]
fn awaited_by_a_hand_written_executor() {
    checked(|| {
        for _ in 0..200 {
            assert_eq!(block_on(vervet::spawn(|| 1)).unwrap(), 1);
        }
        let slow = vervet::spawn(|| vervet::sleep(Duration::from_millis(2)));
        block_on(slow).unwrap();
        let error = block_on(vervet::spawn(|| -> () { fail("on purpose") })).unwrap_err();
        assert_eq!(text(error.into_panic()), "on purpose");
        let killed = sleeper();
        killed.kill();
        assert!(block_on(killed).unwrap_err().is_killed());
    });
}

#[test]
fn awaited_by_tokio() {
    checked(|| {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
        let sum = runtime.block_on(async {
            let tasks: Vec<_> = (0..100)
                .map(|i| {
                    tokio::spawn(async move {
                        vervet::spawn(move || {
                            vervet::sleep(Duration::from_micros(100));
                            i
                        })
                        .await
                        .unwrap()
                    })
                })
                .collect();
            let mut sum = 0;
            for task in tasks {
                sum += task.await.unwrap();
            }
            let late = vervet::spawn(|| vervet::sleep(HOUR));
            let detached = late.handle();
            assert!(tokio::time::timeout(Duration::from_millis(5), late).await.is_err());
            assert!(!detached.is_finished());
            detached.kill();
            sum
        });
        assert_eq!(sum, 99 * 100 / 2);
    });
}

#[test]
fn the_last_waker_it_was_polled_with_is_woken() {
    checked(|| {
        let gate = Gate::new();
        let theirs = gate.clone();
        let mut greenlet = vervet::spawn(move || theirs.pass());
        let counters = [(); 2].map(|()| Arc::new(Unpark(thread::current(), AtomicUsize::new(0))));
        for counter in &counters {
            let waker = Waker::from(Arc::clone(counter));
            assert!(Pin::new(&mut greenlet).poll(&mut Context::from_waker(&waker)).is_pending());
        }
        gate.open();
        over(&greenlet.handle());
        eventually("the second one is woken", || counters[1].1.load(SeqCst) == 1);
        assert_eq!(counters[0].1.load(SeqCst), 0);
        block_on(greenlet).unwrap();
    });
}
