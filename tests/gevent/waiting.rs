//! Waiting for several things, and letting others run.

use std::sync::Arc;
use std::time::Duration;

use vervet::select::Waitable;
use vervet::sync::{AsyncResult, Event, Semaphore};
use vervet::{Greenlet, spawn_local};

use crate::common::*;
use crate::{Log, STEP, differs, list, same, steps};

/// a, b, c; they finish as b, c, a, each when its gate is opened.
fn three() -> ([Greenlet<&'static str>; 3], [Gate; 3]) {
    let gates = [Gate::new(), Gate::new(), Gate::new()];
    let mut next = gates.iter().cloned();
    let greenlets = ["a", "b", "c"].map(|name| {
        let gate = next.next().unwrap();
        vervet::spawn(move || {
            gate.pass();
            name
        })
    });
    (greenlets, gates)
}

/// Opens the gates in this order, each when those before it have let theirs pass.
fn open(order: &[usize], gates: [Gate; 3], greenlets: &[Greenlet<&'static str>; 3]) -> Greenlet<()> {
    let order = order.to_vec();
    let handles = greenlets.each_ref().map(Greenlet::handle);
    vervet::spawn(move || {
        for index in order {
            gates[index].open();
            handles[index].wait(None);
            // So that whoever waits for several has seen this one before the next.
            vervet::sleep(STEP);
        }
    })
}

const NAMES: [&str; 3] = ["a", "b", "c"];

/// `join_all` answers in the order of the greenlets, and `as_completed` in the order of their ends.
#[test]
fn joinall_order() {
    differs("joinall_order", "order=b,c,a", "order=a,b,c", || {
        let (greenlets, gates) = three();
        let opener = open(&[1, 2, 0], gates, &greenlets);
        let order = list(vervet::join_all(greenlets).into_iter().map(Result::unwrap));
        opener.join().unwrap();
        format!("order={order}")
    });
}

#[test]
fn joinall_timeout() {
    same("joinall_timeout", || {
        let (greenlets, gates) = three();
        let last = gates[0].clone();
        let opener = open(&[1, 2], gates, &greenlets);
        opener.join().unwrap();
        let waited = vervet::wait(greenlets.iter().map(|g| g as _), Some(STEP), None);
        let mut done: Vec<_> = waited.into_iter().map(|index| NAMES[index]).collect();
        done.sort_unstable();
        let ready = greenlets[0].is_finished();
        last.open();
        format!("done={} first_ready={ready}", list(done))
    });
}

#[test]
fn joinall_count() {
    same("joinall_count", || {
        let (greenlets, gates) = three();
        let opener = open(&[1, 2, 0], gates, &greenlets);
        let done = vervet::wait(greenlets.iter().map(|g| g as _), None, Some(1));
        opener.join().unwrap();
        format!("done={}", list(done.into_iter().map(|index| NAMES[index])))
    });
}

/// `try_join_all` kills the others, and waits for them.
#[test]
fn joinall_raise_error() {
    let (theirs, ours) = ("error=boom other_goes_on=true", "error=boom other_goes_on=false");
    differs("joinall_raise_error", theirs, ours, || {
        let other = sleeper();
        let handle = other.handle();
        let error = vervet::try_join_all([other, vervet::spawn(|| fail("boom"))]).unwrap_err();
        format!("error={} other_goes_on={}", text(error.into_panic()), !handle.is_finished())
    });
}

#[test]
fn iwait_order() {
    same("iwait_order", || {
        let (greenlets, gates) = three();
        let opener = open(&[1, 2, 0], gates, &greenlets);
        let order = list(vervet::as_completed(greenlets).map(|(_, result)| result.unwrap()));
        opener.join().unwrap();
        format!("order={order}")
    });
}

#[test]
fn iwait_count() {
    same("iwait_count", || {
        let (greenlets, gates) = three();
        let (first, last) = (greenlets[0].handle(), gates[0].clone());
        let opener = open(&[1, 2], gates, &greenlets);
        let done = list(vervet::as_completed(greenlets).take(2).map(|(_, result)| result.unwrap()));
        let ready = first.is_finished();
        opener.join().unwrap();
        last.open();
        over(&first);
        format!("done={done} first_ready={ready}")
    });
}

#[test]
fn killall_all() {
    same("killall_all", || {
        let log = Log::new();
        let ours = log.clone();
        let sleeping = sleeper().handle();
        let fresh = spawn_local(move || ours.add("ran")).handle();
        vervet::kill_all(&[sleeping.clone(), fresh.clone()], Some(HOUR));
        let ready = list([sleeping.is_finished(), fresh.is_finished()]);
        format!("ready={ready} fresh_ran={}", !log.is_empty())
    });
}

/// No exception: it answers whether all of them are over.
#[test]
fn killall_timeout() {
    same("killall_timeout", || {
        let gate = Gate::new();
        let theirs = gate.clone();
        let stubborn = vervet::spawn(move || {
            let _finally = OnDrop(|| theirs.pass());
            vervet::sleep(Duration::MAX);
        });
        parked(&stubborn.handle(), "sleep");
        let in_time = vervet::kill_all(&[stubborn.handle()], Some(STEP));
        gate.open();
        format!("in_time={in_time} in_the_end={}", stubborn.wait(None))
    });
}

#[test]
fn sleep_zero_interleaves() {
    same("sleep_zero_interleaves", || {
        let log = Log::new();
        let greenlets = ["a", "b"].map(|name| {
            let log = log.clone();
            spawn_local(move || {
                for n in [1, 2, 3] {
                    log.add(format!("{name}{n}"));
                    vervet::sleep(Duration::ZERO);
                }
            })
        });
        vervet::join_all(greenlets);
        format!("order={log}")
    });
}

#[test]
fn sleeps_overlap() {
    same("sleeps_overlap", || {
        let log = Log::new();
        let greenlets = [3, 1, 5].map(|n| {
            let log = log.clone();
            vervet::spawn(move || {
                steps(n);
                log.add(n);
            })
        });
        vervet::join_all(greenlets);
        format!("order={log}")
    });
}

#[test]
fn idle_comes_last() {
    same("idle_comes_last", || {
        let log = Log::new();
        let [busy, background] = [log.clone(), log.clone()];
        let background = spawn_local(move || {
            vervet::idle();
            background.add("idle");
        });
        let busy = spawn_local(move || {
            for n in [1, 2, 3] {
                busy.add(n);
                vervet::yield_now();
            }
        });
        vervet::join_all([background, busy]);
        format!("order={log}")
    });
}

// --- things of different kinds -------------------------------------------------------------------------------------

#[test]
fn wait_mixed() {
    same("wait_mixed", || {
        let (event, result) = (Arc::new(Event::new()), AsyncResult::new());
        let (semaphore, gate) = (Arc::new(Semaphore::new(0)), Gate::new());
        let greenlet = vervet::spawn({
            let gate = gate.clone();
            move || gate.pass()
        });
        let (waits, ends) = (vervet::current().unwrap(), greenlet.handle());
        let (set, promise, permits) = (Arc::clone(&event), result.clone(), Arc::clone(&semaphore));
        let one_by_one = vervet::spawn(move || {
            // From before the first until after the last: found ready in the order in which they became so.
            eventually("it waits", || is_parked(&waits, "select"));
            gate.open();
            over(&ends);
            for step in
                [&|| permits.add_permits(1), &|| set.set(), &|| promise.set(1).unwrap()] as [&dyn Fn(); 3]
            {
                vervet::sleep(STEP);
                step();
            }
        });
        let objects: [&dyn Waitable; 4] = [&*event, &result, &*semaphore, &greenlet];
        let order = vervet::wait(objects, None, None);
        one_by_one.join().unwrap();
        let names = ["event", "result", "semaphore", "greenlet"];
        let order = list(order.into_iter().map(|index| names[index]));
        format!("order={order} permits={}", semaphore.available_permits())
    });
}

#[test]
fn wait_mixed_count() {
    same("wait_mixed_count", || {
        let (event, result) = (Event::new(), AsyncResult::new());
        let promise = result.clone();
        let later = vervet::spawn_later(STEP, move || promise.set(1).unwrap());
        let ready = vervet::wait([&event as &dyn Waitable, &result], None, Some(1));
        later.join().unwrap();
        format!("ready={}", list(ready.into_iter().map(|index| ["event", "result"][index])))
    });
}

#[test]
fn wait_mixed_timeout() {
    same("wait_mixed_timeout", || {
        let (event, result) = (Event::new(), AsyncResult::<i32>::new());
        event.set();
        let ready = vervet::wait([&event as &dyn Waitable, &result], Some(STEP), None);
        format!("ready={}", list(ready.into_iter().map(|index| ["event", "result"][index])))
    });
}
