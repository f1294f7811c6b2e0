//! Panics where std's panic count cannot be found, so that the greenlets of a worker share it: nothing aborts, nothing is lost,
//! and cancellations come in the end.

mod common;

use std::panic::catch_unwind;
use std::sync::Once;
use std::thread;
use std::time::Duration;

use common::*;
use vervet::sync::{Mutex, RwLock};
use vervet::{Greenlet, timeout};

fn shared(test: fn()) {
    static START: Once = Once::new();
    START.call_once(|| vervet::runtime::Builder::new().shared_panics().start().unwrap());
    checked(|| vervet::run(test));
}

/// A greenlet of this worker that panics and stays in a destructor until the gate opens.
fn stuck_in_a_panic(gate: &Gate) -> Greenlet<()> {
    common::stuck_in_a_panic(gate, true)
}

#[test]
fn neighbours_go_on() {
    shared(|| {
        let gate = Gate::new();
        let stuck = stuck_in_a_panic(&gate);
        let neighbours = (0..100).map(|i| {
            vervet::spawn_local(move || {
                vervet::sleep(Duration::from_micros(i % 20));
                assert_eq!(vervet::offload(move || i), i);
                assert!(catch_unwind(|| fail("on purpose")).is_err());
                assert_eq!(timeout(HOUR, || vervet::scope(|s| s.spawn(|| i).join().unwrap())), Ok(i));
            })
        });
        assert!(vervet::join_all(neighbours).into_iter().all(|result| result.is_ok()));
        gate.open();
        panicked(stuck);
        assert!(!thread::panicking());
    });
}

#[test]
fn locks_are_not_poisoned_by_a_neighbour() {
    shared(|| {
        let (mutex, lock) = (Mutex::new(()), RwLock::new(()));
        let gate = Gate::new();
        let before = (mutex.lock().unwrap(), lock.write().unwrap());
        let stuck = stuck_in_a_panic(&gate);
        drop(before);
        drop((mutex.lock().unwrap(), lock.write().unwrap()));
        gate.open();
        panicked(stuck);
        assert!(!mutex.is_poisoned() && !lock.is_poisoned());
        // One's own panic still does it.
        let own = catch_unwind(|| {
            let _guard = mutex.lock().unwrap();
            fail("on purpose")
        });
        assert!(own.is_err());
        assert!(mutex.is_poisoned());
    });
}

#[test]
fn kills_and_timeouts_of_neighbours_come_in_the_end() {
    shared(|| {
        let gate = Gate::new();
        let stuck = stuck_in_a_panic(&gate);
        let killed = vervet::spawn_local(|| vervet::sleep(Duration::MAX));
        let timed =
            vervet::spawn_local(|| timeout(Duration::from_millis(2), || vervet::sleep(HOUR)).is_err());
        parked(&killed.handle(), "sleep");
        parked(&timed.handle(), "sleep");
        killed.kill();
        vervet::sleep(Duration::from_millis(5));
        assert!(!killed.is_finished() && !timed.is_finished());
        gate.open();
        panicked(stuck);
        assert!(killed.join().unwrap_err().is_killed());
        assert!(timed.join().unwrap());
    });
}

#[test]
fn several_are_stuck_and_end_in_any_order() {
    shared(|| {
        end_in_any_order(stuck_in_a_panic);
    });
}

#[test]
fn a_timeout_inside_a_destructor() {
    shared(|| {
        let result = timeout(Duration::from_millis(1), || {
            let _guard =
                OnDrop(|| assert!(timeout(Duration::from_millis(1), || vervet::sleep(HOUR)).is_err()));
            vervet::sleep(HOUR);
        });
        assert!(result.is_err());
    });
}
