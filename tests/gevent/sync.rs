//! Events, results, semaphores, `ReentrantMutex`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use vervet::sync::{AsyncResult, Event, ReentrantMutex, Semaphore};
use vervet::{spawn_later, spawn_local};

use crate::common::*;
use crate::{Log, STEP, differs, list, same, steps};

// --- events --------------------------------------------------------------------------------------------------------

#[test]
fn event_states() {
    same("event_states", || {
        let event = Event::new();
        let mut states = vec![event.is_set()];
        event.set();
        states.push(event.is_set());
        event.clear();
        states.push(event.is_set());
        format!("states={}", list(states))
    });
}

#[test]
fn event_set_and_cleared_at_once() {
    same("event_set_and_cleared_at_once", || {
        let event = Arc::new(Event::new());
        let theirs = Arc::clone(&event);
        let waiter = vervet::spawn(move || theirs.wait_timeout(HOUR));
        parked(&waiter.handle(), "signal");
        event.set();
        event.clear();
        format!("woken={} still_set={}", waiter.join().unwrap(), event.is_set())
    });
}

#[test]
fn event_wait_after_clear() {
    same("event_wait_after_clear", || {
        let event = Event::new();
        event.set();
        event.clear();
        format!("woken={}", event.wait_timeout(STEP))
    });
}

#[test]
fn event_wait_timeout() {
    same("event_wait_timeout", || {
        let event = Event::new();
        let late = event.wait_timeout(STEP);
        event.set();
        format!("unset={late} set={}", event.wait_timeout(STEP))
    });
}

#[test]
fn event_wakes_all() {
    same("event_wakes_all", || {
        let (log, event) = (Log::new(), Arc::new(Event::new()));
        let waiters = [1, 2, 3].map(|n| {
            let (log, event) = (log.clone(), Arc::clone(&event));
            let waiter = spawn_local(move || {
                event.wait();
                log.add(n);
            });
            parked(&waiter.handle(), "signal");
            waiter
        });
        event.set();
        vervet::join_all(waiters);
        format!("order={log}")
    });
}

// --- results -------------------------------------------------------------------------------------------------------

#[test]
fn result_many_getters() {
    same("result_many_getters", || {
        let result = AsyncResult::new();
        let getters = [(); 3].map(|()| {
            let result = result.clone();
            vervet::spawn(move || result.get().unwrap())
        });
        result.set(42).unwrap();
        let got = list(vervet::join_all(getters).into_iter().map(Result::unwrap));
        format!("got={got} later={}", result.get().unwrap())
    });
}

#[test]
fn result_error_to_all() {
    same("result_error_to_all", || {
        let result: AsyncResult<i32> = AsyncResult::new();
        let getters = [(); 2].map(|()| {
            let result = result.clone();
            vervet::spawn(move || result.get().unwrap_err().to_string())
        });
        result.set_error("boom").unwrap();
        let errors = list(vervet::join_all(getters).into_iter().map(Result::unwrap));
        format!("errors={errors} later={}", result.get().unwrap_err())
    });
}

/// Who gets the value must not depend on when he asks.
#[test]
fn result_set_twice() {
    differs("result_set_twice", "refused=false value=2", "refused=true value=1", || {
        let result = AsyncResult::new();
        result.set(1).unwrap();
        let refused = result.set(2) == Err(2);
        format!("refused={refused} value={}", result.get().unwrap())
    });
}

#[test]
fn result_get_timeout() {
    same("result_get_timeout", || {
        let result = AsyncResult::new();
        let late = result.get_timeout(STEP).is_err();
        result.set(1).unwrap();
        format!("timed_out={late} then={}", result.get_timeout(STEP).unwrap())
    });
}

#[test]
fn result_wait_timeout() {
    same("result_wait_timeout", || {
        let result = AsyncResult::new();
        result.wait_timeout(STEP);
        let before = result.is_ready();
        result.set(1).unwrap();
        result.wait_timeout(STEP);
        format!("before={before} after={}", result.is_ready())
    });
}

#[test]
fn result_without_waiting() {
    same("result_without_waiting", || {
        let result = AsyncResult::new();
        let early = result.try_get().map_or("none", |_| "value");
        result.set(1).unwrap();
        format!("early={early} then={}", result.try_get().unwrap().unwrap())
    });
}

#[test]
fn result_links() {
    same("result_links", || {
        let (log, result) = (Log::new(), AsyncResult::new());
        let [early, late] = [log.clone(), log.clone()];
        result.link(move |_| early.add("early"));
        result.set(1).unwrap();
        result.link(move |_| late.add("late"));
        format!("fired={log}")
    });
}

// --- semaphores ----------------------------------------------------------------------------------------------------

/// Takes a permit for good, and tells.
fn taker(n: u32, semaphore: &Arc<Semaphore>, log: &Log) -> vervet::Greenlet<()> {
    let (semaphore, log) = (Arc::clone(semaphore), log.clone());
    let taker = vervet::spawn(move || {
        semaphore.acquire().unwrap().forget();
        log.add(n);
    });
    parked(&taker.handle(), "lock");
    taker
}

#[test]
fn semaphore_fifo() {
    same("semaphore_fifo", || {
        let (log, semaphore) = (Log::new(), Arc::new(Semaphore::new(0)));
        let takers = [1, 2, 3].map(|n| taker(n, &semaphore, &log));
        for taker in &takers {
            semaphore.add_permits(1);
            over(&taker.handle());
        }
        format!("order={log}")
    });
}

#[test]
fn semaphore_limits() {
    same("semaphore_limits", || {
        let semaphore = Semaphore::new(2);
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        vervet::scope(|s| {
            for _ in 0..5 {
                s.spawn(|| {
                    let _permit = semaphore.acquire().unwrap();
                    most.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
                    steps(1);
                    now.fetch_sub(1, SeqCst);
                });
            }
        });
        format!("most_at_once={}", most.into_inner())
    });
}

#[test]
fn semaphore_without_waiting() {
    same("semaphore_without_waiting", || {
        let semaphore = Semaphore::new(1);
        let tries = [semaphore.try_acquire(), semaphore.try_acquire()];
        format!("got={}", list(tries.iter().map(Result::is_ok)))
    });
}

#[test]
fn semaphore_timeout() {
    same("semaphore_timeout", || {
        let semaphore = Semaphore::new(1);
        let first = semaphore.acquire_timeout(STEP);
        let second = semaphore.acquire_timeout(STEP);
        let mut got = vec![first.is_ok(), second.is_ok()];
        drop(first);
        got.push(semaphore.acquire_timeout(STEP).is_ok());
        format!("got={}", list(got))
    });
}

#[test]
fn semaphore_released_above_its_start() {
    same("semaphore_released_above_its_start", || {
        let semaphore = Semaphore::new(1);
        semaphore.add_permits(2);
        format!("permits={}", semaphore.available_permits())
    });
}

#[test]
fn semaphore_wait_takes_nothing() {
    same("semaphore_wait_takes_nothing", || {
        let semaphore = Arc::new(Semaphore::new(0));
        let theirs = Arc::clone(&semaphore);
        spawn_later(STEP, move || theirs.add_permits(1));
        semaphore.wait();
        format!("permits={}", semaphore.available_permits())
    });
}

/// A permit that is given back belongs to the first who waits, from that moment.
#[test]
fn semaphore_taken_past_a_waiter() {
    let (theirs, ours) = ("overtaken=true waiter_served=false", "overtaken=false waiter_served=true");
    differs("semaphore_taken_past_a_waiter", theirs, ours, || {
        let (log, semaphore) = (Log::new(), Arc::new(Semaphore::new(0)));
        let waiter = taker(1, &semaphore, &log);
        semaphore.add_permits(1);
        let overtaken = semaphore.try_acquire().is_ok();
        over(&waiter.handle());
        format!("overtaken={overtaken} waiter_served={}", !log.is_empty())
    });
}

#[test]
fn semaphore_waiter_killed() {
    same("semaphore_waiter_killed", || {
        let (log, semaphore) = (Log::new(), Arc::new(Semaphore::new(0)));
        let [first, second] = [1, 2].map(|n| taker(n, &semaphore, &log));
        semaphore.add_permits(1);
        first.kill();
        over(&first.handle());
        eventually("somebody has it", || !log.is_empty());
        let outcome = format!("permit_used={} permits={}", !log.is_empty(), semaphore.available_permits());
        second.kill();
        over(&second.handle());
        outcome
    });
}

// --- reentrant locks -----------------------------------------------------------------------------------------------

#[test]
fn rlock_is_reentrant() {
    same("rlock_is_reentrant", || {
        let (log, lock) = (Log::new(), ReentrantMutex::new(()));
        vervet::scope(|s| {
            let outer = lock.lock();
            let inner = lock.lock();
            let other = s.spawn(|| {
                let _guard = lock.lock();
                log.add("other");
            });
            parked(&other.handle(), "lock");
            log.add("inner_ends");
            drop(inner);
            steps(1);
            log.add("outer_ends");
            drop(outer);
        });
        format!("order={log}")
    });
}

#[test]
fn rlock_of_another() {
    same("rlock_of_another", || {
        let lock = ReentrantMutex::new(());
        let tried = || vervet::scope(|s| s.spawn(|| lock.try_lock().is_some()).join().unwrap());
        let guard = lock.lock();
        let held = tried();
        drop(guard);
        format!("while_held={held} afterwards={}", tried())
    });
}
