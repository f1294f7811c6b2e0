//! `sync::raw::semaphore`: permits handed over, to those killed while they wait, and to selections.

use std::cell::Cell;
use std::sync::Arc;

use loom::thread;

use crate::support::Plain;
use crate::sync::raw::semaphore::{Answer, RawSemaphore, Want, Watch};
use crate::wait::{self, NEVER, Reason, SOON};
use crate::{HeadStart, check_both};

const ONE: Want = Want::Permits(1);
const TWO: Want = Want::Permits(2);

struct Guarded {
    semaphore: RawSemaphore,
    value: Plain,
}

impl Guarded {
    fn new(permits: usize) -> Arc<Guarded> {
        Arc::new(Guarded { semaphore: RawSemaphore::new(permits), value: Plain::new() })
    }

    fn acquire(&self, want: Want, deadline: u64) -> Option<Answer> {
        match self.semaphore.try_acquire(want) {
            Answer::TooFew => self.semaphore.acquire(want, deadline).ok(),
            answer => Some(answer),
        }
    }

    /// With one permit in all: has the value alone.
    fn use_once(&self) {
        assert_eq!(self.acquire(ONE, NEVER), Some(Answer::Granted));
        self.value.write();
        self.semaphore.release(1);
    }
}

/// Three use the value: each has it alone, sees what the one before has written, and nobody waits for ever.
///
/// Fails if `release` does not look for waiters; if it is `Relaxed`; if whoever serves does not acquire; if a waiter raises
/// `QUEUED` without looking whether there is a permit by then.
pub fn one_at_a_time() {
    check_both(2, |head_start| {
        wait::set(head_start, 0);
        let guarded = Guarded::new(1);
        let others = [(); 2].map(|()| {
            let guarded = Arc::clone(&guarded);
            thread::spawn(move || guarded.use_once())
        });
        guarded.use_once();
        for other in others {
            other.join().unwrap();
        }
        assert_eq!(guarded.value.read(), 3);
        assert_eq!(guarded.semaphore.try_acquire(ONE), Answer::Granted);
    });
}

/// Two wait for a permit; one of them is killed, or his time is up, just when it is given: it is his or the other's.
///
/// Fails if a permit is taken before the waking and not given back when that comes too late; if nobody else is served then.
pub fn hand_over_against_another_end() {
    for deadline in [NEVER, SOON] {
        check_both(2, move |head_start| {
            wait::set(head_start, 0);
            let guarded = Guarded::new(0);
            let ours = Arc::clone(&guarded);
            let victim = wait::spawn(move || ours.acquire(ONE, deadline) == Some(Answer::Granted));
            let theirs = Arc::clone(&guarded);
            let other = thread::spawn(move || theirs.use_once());
            if deadline == NEVER {
                victim.kill();
            }
            guarded.semaphore.release(1);
            if victim.join() {
                guarded.semaphore.release(1);
            }
            other.join().unwrap();
            assert_eq!(guarded.semaphore.permits(), 1);
            assert_eq!(guarded.semaphore.try_acquire(ONE), Answer::Granted, "nobody is in line");
        });
    }
}

/// One waits behind somebody who wants more than there is, and is killed: there is enough for the one behind.
///
/// Fails if a waiter that leaves serves nobody.
pub fn who_leaves_makes_way() {
    check_both(3, |head_start| {
        wait::set(head_start, 0);
        let guarded = Guarded::new(1);
        let ours = Arc::clone(&guarded);
        let victim = wait::spawn(move || ours.acquire(TWO, NEVER));
        let theirs = Arc::clone(&guarded);
        let other = thread::spawn(move || theirs.use_once());
        victim.kill();
        other.join().unwrap();
        assert_eq!(victim.join(), None);
        assert_eq!(guarded.semaphore.try_acquire(ONE), Answer::Granted);
    });
}

/// It is closed while a permit is given: who waits has the permit, or is refused and it stays.
///
/// Fails if a waiter takes it for refused because it is closed by now; if `close` does not wake.
pub fn served_or_refused() {
    check_both(2, |head_start| {
        wait::set(head_start, 0);
        let guarded = Guarded::new(0);
        let waiters = [(); 2].map(|()| {
            let guarded = Arc::clone(&guarded);
            thread::spawn(move || guarded.acquire(ONE, NEVER) == Some(Answer::Granted))
        });
        guarded.semaphore.release(1);
        guarded.semaphore.close();
        let served = waiters.map(|waiter| waiter.join().unwrap()).iter().filter(|&&served| served).count();
        assert_eq!(guarded.semaphore.permits(), 1 - served);
    });
}

/// As the library's selection does it, over one permit of each. Answers whose it got; `None` if it was killed.
fn select(semaphores: [&RawSemaphore; 2]) -> Option<usize> {
    loop {
        if let Some(at) = semaphores.iter().position(|it| it.try_acquire(ONE) == Answer::Granted) {
            return Some(at);
        }
        let watches: [Cell<Option<Watch>>; 2] = Default::default();
        let unwatch = || {
            let served = |at: usize| watches[at].take().is_some_and(|watch| semaphores[at].unwatch(watch));
            let (first, second) = (served(0), served(1));
            assert!(!(first && second), "by one wait");
            if first { Some(0) } else { second.then_some(1) }
        };
        let waited = wait::park(
            Reason::Other,
            0,
            NEVER,
            |announced| {
                for (semaphore, watch) in semaphores.iter().zip(&watches) {
                    watch.set(semaphore.watch(announced.waker(), ONE));
                    if watch.get().is_none() {
                        announced.waker().wake();
                        break;
                    }
                }
                true
            },
            |_| assert_eq!(unwatch(), None),
        );
        waited.ok()?;
        if let Some(at) = unwatch() {
            return Some(at);
        }
    }
}

fn one_of_two(head_start: HeadStart, killed: bool) {
    wait::set(head_start, 0);
    let both = [Guarded::new(0), Guarded::new(0)];
    let theirs = both.clone();
    let chooser = wait::spawn(move || select([&theirs[0].semaphore, &theirs[1].semaphore]));
    let other = {
        let second = Arc::clone(&both[1]);
        thread::spawn(move || second.semaphore.release(1))
    };
    if killed {
        chooser.kill();
    }
    both[0].semaphore.release(1);
    other.join().unwrap();
    let chosen = chooser.join();
    assert!(killed || chosen.is_some());
    for (at, one) in both.iter().enumerate() {
        assert_eq!(one.semaphore.permits(), usize::from(chosen != Some(at)), "chosen: {chosen:?}");
        assert_eq!(one.semaphore.try_acquire(Want::Permits(one.semaphore.permits())), Answer::Granted);
    }
}

/// A selection over two that both get a permit takes one of them, and the other one stays.
///
/// Fails if a selection is remembered as served though its wait had ended.
pub fn selection_takes_one() {
    check_both(2, |head_start| one_of_two(head_start, false));
}

/// As before, and it is killed meanwhile: it takes one or none.
///
/// Fails as before; if who is taken out is not remembered as served though that has ended his wait.
pub fn killed_selection_takes_one_or_none() {
    check_both(2, |head_start| one_of_two(head_start, true));
}
