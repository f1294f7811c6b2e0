//! `runtime::exit` (with `core` and `wakers`): a greenlet ends, others want to hear of it.

use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize as StdUsize, Ordering as StdOrdering};
use std::task::Wake;

use loom::thread;

use crate::runtime::core::{Core, CoreRef, Vtable, WaitId, Waker};
use crate::runtime::exit::{Exit, ExitCell};
use crate::runtime::parking::Cause;
use crate::support::{Plain, Turns};
use crate::{check, check_both};

/// A greenlet as far as others care about its end.
struct Ending {
    exit: ExitCell,
    /// Written before the end.
    result: Plain,
    /// Written between the end and the release.
    books: Plain,
}

impl Ending {
    fn new() -> Arc<Ending> {
        Arc::new(Ending { exit: ExitCell::new(), result: Plain::new(), books: Plain::new() })
    }

    /// As `worker::end` and `Worker::finish`, on a thread of its own.
    fn start(self: &Arc<Ending>) -> thread::JoinHandle<()> {
        let ending = Arc::clone(self);
        thread::spawn(move || {
            ending.result.write();
            let (_, callbacks) = ending.exit.end(Exit::Panicked);
            for callback in callbacks {
                callback(&Exit::Panicked);
            }
            ending.books.write();
            ending.exit.release();
        })
    }
}

/// A waiter with the counted references of the real ones.
#[repr(C)]
struct Joiner {
    core: Core,
    turns: Turns,
    freed: Arc<StdUsize>,
    /// Written through each reference before it goes.
    touched: [Plain; 2],
}

static JOINER: Vtable = Vtable { schedule: give_turn, free: free_joiner };

unsafe fn give_turn(core: NonNull<Core>) {
    // SAFETY: the vtable is used for joiners only, and the core is the first field.
    unsafe { core.cast::<Joiner>().as_ref() }.turns.give();
}

unsafe fn free_joiner(core: NonNull<Core>) {
    // SAFETY: as above; made from a box in `new_joiner`, and the last reference is gone.
    let joiner = unsafe { Box::from_raw(core.cast::<Joiner>().as_ptr()) };
    for place in &joiner.touched {
        place.write();
    }
    joiner.freed.fetch_add(1, StdOrdering::Relaxed);
}

fn new_joiner() -> (CoreRef, Arc<StdUsize>) {
    let freed = Arc::new(StdUsize::new(0));
    let joiner = Joiner {
        core: Core::new(&JOINER, 1),
        turns: Turns::new(),
        freed: Arc::clone(&freed),
        touched: [Plain::new(), Plain::new()],
    };
    let joiner = NonNull::from(Box::leak(Box::new(joiner)));
    // SAFETY: a fresh joiner, and its one reference.
    (unsafe { CoreRef::from_raw(joiner.cast()) }, freed)
}

fn joiner_of(core: &CoreRef) -> &Joiner {
    // SAFETY: made by `new_joiner`; lives as long as the reference.
    unsafe { core.as_ptr().cast::<Joiner>().as_ref() }
}

/// Two callbacks are registered while the greenlet ends: each runs exactly once, whoever runs it, and sees the result.
///
/// Fails if `end` looks for callbacks before it records the end; if `on_exit` raises its flag after it has let go of the
/// lock, or looks for the end before it raises it.
pub fn callback_runs_exactly_once() {
    check(3, || {
        let (ending, runs) = (Ending::new(), Arc::new(StdUsize::new(0)));
        let greenlet = ending.start();
        for _ in 0..2 {
            let (seen, runs) = (Arc::clone(&ending), Arc::clone(&runs));
            let callback = Box::new(move |exit: &Exit| {
                assert_eq!(*exit, Exit::Panicked);
                assert_eq!(seen.result.read(), 1);
                runs.fetch_add(1, StdOrdering::Relaxed);
            });
            if let Err((exit, callback)) = ending.exit.on_exit(callback) {
                callback(&exit);
            }
        }
        greenlet.join().unwrap();
        assert_eq!(runs.load(StdOrdering::Relaxed), 2);
    });
}

/// Whoever sees the end sees the result; whoever sees the release finds the books balanced.
///
/// Fails if `get`, `is_released`, the step in `end` or the one in `release` is `Relaxed`.
pub fn end_publishes() {
    check(3, || {
        let ending = Ending::new();
        let greenlet = ending.start();
        if ending.exit.get().is_some() {
            assert_eq!(ending.result.read(), 1);
        }
        if ending.exit.is_released() {
            assert_eq!(ending.books.read(), 1);
            assert_eq!(ending.exit.get(), Some(Exit::Panicked));
        }
        greenlet.join().unwrap();
    });
}

/// A joiner registers while the greenlet is released: it is woken, or told that there is nothing to wait for.
///
/// Fails if `release` looks for waiters before it records the release; if `wait` looks for the release before it raises its
/// flag, raises it before it locks, or does not acquire in that step.
pub fn joiner_is_woken_or_told() {
    check_both(3, |head_start| {
        let ending = Ending::new();
        let greenlet = ending.start();
        let (joiner, freed) = new_joiner();
        let park = &joiner.core().park;
        let ticket = park.arm(true).unwrap();
        if ending.exit.wait(Waker::new(joiner.clone(), ticket)) {
            head_start.give();
            if park.commit() {
                joiner_of(&joiner).turns.sleep_until(1);
            }
            assert_eq!(park.cause(), Cause::Woken);
        } else {
            assert_eq!(park.disarm(ticket), None);
        }
        assert_eq!(ending.books.read(), 1);
        assert!(ending.exit.is_released());
        greenlet.join().unwrap();
        drop(joiner);
        assert_eq!(freed.load(StdOrdering::Relaxed), 1);
    });
}

/// As above, and the joiner's wait times out meanwhile; it takes its waker out again, and no other, and asks once more.
///
/// Fails if `forget` takes out another wait's waker; if `release` wakes only the first.
pub fn joiner_gives_up() {
    check_both(2, |head_start| {
        let ending = Ending::new();
        let (patient, _) = new_joiner();
        let patient_ticket = patient.core().park.arm(true).unwrap();
        assert!(ending.exit.wait(Waker::new(patient.clone(), patient_ticket)));
        let greenlet = ending.start();
        let (joiner, freed) = new_joiner();
        let park = &joiner.core().park;
        let first = park.arm(true).unwrap();
        let waiting = ending.exit.wait(Waker::new(joiner.clone(), first));
        let timer = {
            let joiner = joiner.clone();
            thread::spawn(move || {
                let found = joiner.core().park.notify(first, Cause::TimedOut);
                if found == crate::runtime::parking::Notified::Asleep {
                    joiner_of(&joiner).turns.give();
                }
            })
        };
        if waiting {
            head_start.give();
            if park.commit() {
                joiner_of(&joiner).turns.sleep_until(1);
            }
            ending.exit.forget(WaitId::new(joiner.as_ptr(), first));
        }
        let turns = joiner_of(&joiner).turns.given();
        let second = park.arm(true).unwrap();
        if ending.exit.wait(Waker::new(joiner.clone(), second)) {
            head_start.give();
            if park.commit() {
                joiner_of(&joiner).turns.sleep_until(turns + 1);
            }
            assert_eq!(park.cause(), Cause::Woken);
        }
        assert!(ending.exit.is_released());
        greenlet.join().unwrap();
        timer.join().unwrap();
        assert!(patient.core().park.is_notified());
        drop(joiner);
        assert_eq!(freed.load(StdOrdering::Relaxed), 1);
    });
}

struct Task(Turns);

impl Wake for Task {
    fn wake(self: Arc<Task>) {
        self.0.give();
    }
}

/// A task awaits the greenlet while it is released: it is woken, or told.
///
/// Fails if `wait_async` raises no flag; if `release` takes the task out before it records the release.
pub fn task_is_woken_or_told() {
    check(3, || {
        let ending = Ending::new();
        let greenlet = ending.start();
        let task = Arc::new(Task(Turns::new()));
        let waker = std::task::Waker::from(Arc::clone(&task));
        if ending.exit.wait_async(&waker) {
            task.0.sleep_until(1);
        }
        assert_eq!(ending.books.read(), 1);
        assert!(ending.exit.is_released());
        greenlet.join().unwrap();
    });
}

/// The owner lets go of the result while the greenlet ends: one of the two has to drop it, and sees it whole.
///
/// Fails if `end` looks for the owner before it records the end; if the step in `end` does not acquire; if the one in
/// `abandon` does not.
pub fn abandoned_result_is_dropped_once() {
    check(3, || {
        let ending = Ending::new();
        let greenlet = {
            let ending = Arc::clone(&ending);
            thread::spawn(move || {
                ending.result.write();
                let (abandoned, _) = ending.exit.end(Exit::Finished);
                if abandoned {
                    // The owner's last look, and then the drop.
                    ending.books.write();
                    ending.result.write();
                }
                abandoned
            })
        };
        ending.books.write();
        let mine = ending.exit.abandon();
        if mine {
            ending.result.write();
        }
        assert_ne!(greenlet.join().unwrap(), mine);
    });
}

/// Two references go at once: the object is freed once, after what was done through both.
///
/// Fails if the decrement is `Relaxed`; if the fence before the freeing goes; if the count is loaded and stored.
pub fn last_reference_frees() {
    check(3, || {
        let (joiner, freed) = new_joiner();
        let other = joiner.clone();
        let thread = thread::spawn(move || {
            joiner_of(&other).touched[0].write();
            drop(other);
        });
        joiner_of(&joiner).touched[1].write();
        drop(joiner);
        thread.join().unwrap();
        assert_eq!(freed.load(StdOrdering::Relaxed), 1);
    });
}
