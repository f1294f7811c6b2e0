//! `wait::queue`: those who wait, under a lock.

use std::cell::Cell;
use std::sync::Arc;

use loom::sync::Mutex;
use loom::thread;

use crate::wait::queue::{Place, WaitQueue};
use crate::wait::{self, Cancelled, NEVER, Reason};
use crate::{HeadStart, check_both};

/// A semaphore.
struct Permits {
    queue: WaitQueue,
    left: usize,
}

type Shared = Arc<Mutex<Permits>>;

fn acquire(permits: &Shared) -> Result<bool, Cancelled> {
    let place = Cell::new(Place::default());
    wait::park(
        Reason::Other,
        0,
        NEVER,
        |announced| {
            let mut permits = permits.lock().unwrap();
            let free = permits.left > 0;
            match free {
                true => permits.left -= 1,
                false => place.set(permits.queue.push(announced.waker(), ())),
            }
            !free
        },
        |_| {
            permits.lock().unwrap().queue.remove(place.get());
        },
    )
}

fn release(permits: &Shared) {
    let mut permits = permits.lock().unwrap();
    if !permits.queue.wake_one() {
        permits.left += 1;
    }
}

/// Two wait for a permit, one of them is killed, and there is one: if the killed one does not get it, the other one does.
fn one_is_killed(head_start: HeadStart) {
    wait::set(head_start, 0);
    let permits: Shared = Arc::new(Mutex::new(Permits { queue: WaitQueue::new(), left: 0 }));
    let giver = {
        let (permits, victim) = (Arc::clone(&permits), wait::me());
        thread::spawn(move || {
            victim.kill();
            release(&permits);
        })
    };
    let other = {
        let permits = Arc::clone(&permits);
        thread::spawn(move || acquire(&permits))
    };
    if acquire(&permits).is_ok() {
        release(&permits);
    }
    giver.join().unwrap();
    assert_eq!(other.join().unwrap(), Ok(true));
    let permits = permits.lock().unwrap();
    assert!(permits.queue.is_empty());
    assert_eq!(permits.left, 0);
}

/// See `one_is_killed`.
///
/// Fails if `wake_one` does not look whether the wake came in time; if `remove` takes out another one, or nobody.
pub fn wake_against_kill() {
    check_both(2, one_is_killed);
}
