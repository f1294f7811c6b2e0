//! Greenlets as futures: the waker that is kept, and what becomes of the greenlet.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use vervet::future::{KillOnDrop, Within, block_on, kill_on_drop};
use vervet::{Greenlet, GreenletRef};

use crate::common::someone::{Kind, run_in};
use crate::common::*;

/// Counts its wakes; and, by its value, its drop.
struct Task {
    wakes: AtomicUsize,
    _value: Counted,
}

impl Wake for Task {
    fn wake(self: Arc<Task>) {
        self.wakes.fetch_add(1, SeqCst);
    }
}

fn task(drops: &Drops) -> Arc<Task> {
    Arc::new(Task { wakes: AtomicUsize::new(0), _value: drops.value() })
}

/// Polls it for that task, and keeps no waker.
fn poll<T>(greenlet: &mut Greenlet<T>, task: &Arc<Task>) -> bool {
    let waker = Waker::from(Arc::clone(task));
    Pin::new(greenlet).poll(&mut Context::from_waker(&waker)).is_ready()
}

#[test]
fn an_executor_is_not_blocked() {
    checked(|| {
        let mut greenlet = sleeper();
        let drops = Drops::new();
        let task = task(&drops);
        assert!((0..3).all(|_| !poll(&mut greenlet, &task)));
        greenlet.kill();
        over(&greenlet.handle());
        eventually("the task is woken", || task.wakes.load(SeqCst) == 1);
        assert!(poll(&mut greenlet, &task));
    });
}

#[test]
fn the_waker_of_before_is_let_go() {
    checked(|| {
        let drops = Drops::new();
        let mut greenlet = sleeper();
        for polled in 0..3 {
            assert!(!poll(&mut greenlet, &task(&drops)));
            assert_eq!(drops.count(), polled);
        }
        greenlet.kill();
        over(&greenlet.handle());
        eventually("woken, and let go", || drops.count() == 3);
    });
}

#[test]
fn a_dropped_handle_lets_its_waker_go() {
    checked(|| {
        let drops = Drops::new();
        let mut greenlet = sleeper();
        let handle = greenlet.handle();
        assert!(!poll(&mut greenlet, &task(&drops)));
        drop(greenlet);
        assert_eq!(drops.count(), 1);
        assert!(!handle.is_finished());
        handle.kill();
        over(&handle);
    });
}

/// Wakers are dropped where they can come back to the greenlet: no lock is held.
#[test]
fn a_waker_that_comes_back_when_it_is_dropped() {
    struct Curious(GreenletRef, Arc<AtomicUsize>);
    impl Wake for Curious {
        fn wake(self: Arc<Curious>) {}
    }
    impl Drop for Curious {
        fn drop(&mut self) {
            self.0.wait(Some(Duration::ZERO));
            self.1.fetch_add(1, SeqCst);
        }
    }
    checked(|| {
        let drops = Arc::new(AtomicUsize::new(0));
        let mut greenlets = [sleeper(), sleeper()];
        for greenlet in &mut greenlets {
            for _ in 0..3 {
                let waker = Waker::from(Arc::new(Curious(greenlet.handle(), Arc::clone(&drops))));
                assert!(Pin::new(&mut *greenlet).poll(&mut Context::from_waker(&waker)).is_pending());
            }
        }
        assert_eq!(drops.load(SeqCst), 4);
        let [left, ended] = greenlets;
        let handle = left.handle();
        drop(left);
        assert_eq!(drops.load(SeqCst), 5);
        handle.kill();
        ended.kill();
        assert!(block_on(ended).unwrap_err().is_killed());
        over(&handle);
        assert_eq!(drops.load(SeqCst), 6);
    });
}

#[test]
fn joined_after_it_was_polled() {
    checked(|| {
        for kind in [Kind::Greenlet, Kind::Thread] {
            let drops = Drops::new();
            let task = task(&drops);
            let gate = Gate::new();
            let theirs = gate.clone();
            let mut greenlet = vervet::spawn(move || {
                theirs.pass();
                7
            });
            assert!(!poll(&mut greenlet, &task));
            gate.open();
            assert_eq!(run_in(kind, move || greenlet.join().unwrap()), 7);
            eventually("the task is told, too", || task.wakes.load(SeqCst) == 1);
        }
    });
}

#[test]
#[should_panic(expected = "polled again")]
fn polled_after_its_end() {
    let mut greenlet = vervet::spawn(|| ());
    block_on(&mut greenlet).unwrap();
    let _ = block_on(greenlet);
}

#[test]
fn dropped_futures_detach_or_kill() {
    checked(|| {
        in_both(|| {
            let (left, killed) = (sleeper(), sleeper());
            let handles = (left.handle(), killed.handle());
            let mut pair = Box::pin(async {
                let killed = kill_on_drop(killed);
                let _ = left.await;
                let _ = killed.await;
            });
            let mut context = Context::from_waker(Waker::noop());
            assert!(pair.as_mut().poll(&mut context).is_pending());
            drop(pair);
            over(&handles.1);
            assert!(!handles.0.is_finished());
            handles.0.kill();
            over(&handles.0);
        });
    });
}

#[test]
fn kill_on_drop_gives_the_result_and_lets_go() {
    checked(|| {
        in_both(|| {
            let mut tied = kill_on_drop(vervet::spawn(|| 1));
            assert!(tied.handle().is_some());
            assert_eq!(block_on(&mut tied).unwrap(), 1);
            assert!(tied.handle().is_none() && tied.into_inner().is_none());

            let gate = Gate::new();
            let theirs = gate.clone();
            let tied: KillOnDrop<_> = vervet::spawn(move || theirs.pass()).into();
            let greenlet = tied.into_inner().unwrap();
            gate.open();
            greenlet.join().unwrap();

            let panicked: Result<(), _> = block_on(kill_on_drop(vervet::spawn(|| fail("on purpose"))));
            assert_eq!(text(panicked.unwrap_err().into_panic()), "on purpose");
        });
    });
}

#[test]
fn auto_traits() {
    fn send<T: Send>() {}
    fn sync<T: Sync>() {}
    fn unpin<T: Unpin>() {}
    fn debug<T: std::fmt::Debug>() {}
    type Pending = std::future::Pending<()>;
    type Around = fn(&mut dyn FnMut());
    send::<KillOnDrop<i32>>();
    sync::<KillOnDrop<std::cell::Cell<i32>>>();
    unpin::<KillOnDrop<std::marker::PhantomPinned>>();
    debug::<KillOnDrop<i32>>();
    send::<Within<Around, Pending>>();
    sync::<Within<Around, Pending>>();
    unpin::<Within<Around, Pending>>();
    debug::<Within<Around, Pending>>();
}

#[test]
fn a_waker_that_panics_harms_nobody() {
    struct Nasty;
    impl Wake for Nasty {
        fn wake(self: Arc<Nasty>) {
            fail("from the waker");
        }
    }
    checked(|| {
        let mut greenlets: Vec<_> = (0..16).map(|_| sleeper()).collect();
        let waker = Waker::from(Arc::new(Nasty));
        for greenlet in &mut greenlets {
            assert!(Pin::new(greenlet).poll(&mut Context::from_waker(&waker)).is_pending());
        }
        greenlets.iter().for_each(|greenlet| greenlet.kill());
        for greenlet in greenlets {
            over(&greenlet.handle());
            assert!(block_on(greenlet).unwrap_err().is_killed());
        }
        // All workers are there still.
        let neighbours: Vec<_> = (0..64).map(|n| vervet::spawn(move || n)).collect();
        assert!(neighbours.into_iter().map(|neighbour| neighbour.join().unwrap()).eq(0..64));
    });
}
