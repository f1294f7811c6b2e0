//! Greenlets: spawn, join, links, states.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Once, OnceLock};

use vervet::{Exit, Greenlet, JoinError, spawn_later, spawn_local};

use crate::common::*;
use crate::{Log, STEP, differs, same, steps};

/// How a greenlet ended, told as in the outcomes.
pub(crate) fn told<T>(result: Result<T, JoinError>) -> String {
    match result {
        Ok(_) => "value".to_owned(),
        Err(JoinError::Killed) => "killed".to_owned(),
        Err(JoinError::Panicked(payload)) => text(payload).to_owned(),
    }
}

/// Waits for the end of a greenlet, for as long as it takes.
pub(crate) fn end_of<T>(greenlet: &Greenlet<T>) -> bool {
    greenlet.wait(None)
}

// --- spawned -------------------------------------------------------------------------------------------------------

#[test]
fn spawn_is_queued() {
    // Local: another worker might run it at once.
    same("spawn_is_queued", || {
        let log = Log::new();
        let ours = log.clone();
        let child = spawn_local(move || ours.add("child"));
        log.add("spawner");
        child.join().unwrap();
        format!("order={log}")
    });
}

#[test]
fn spawn_later_order() {
    same("spawn_later_order", || {
        let log = Log::new();
        let later = [(5, "a"), (1, "b"), (3, "c")].map(|(n, name)| {
            let log = log.clone();
            spawn_later(STEP * n, move || log.add(name))
        });
        vervet::join_all(later);
        format!("order={log}")
    });
}

#[test]
fn spawn_later_killed_before() {
    same("spawn_later_killed_before", || {
        let log = Log::new();
        let ours = log.clone();
        let later = spawn_later(STEP, move || ours.add("ran"));
        later.kill();
        steps(3);
        format!("ran={} ready={}", !log.is_empty(), later.is_finished())
    });
}

#[test]
fn current() {
    same("current", || {
        let child = vervet::spawn(vervet::current);
        let handle = child.handle();
        format!("same={}", child.join().unwrap() == Some(handle))
    });
}

#[test]
fn parent() {
    same("parent", || {
        let child = vervet::spawn(|| ());
        end_of(&child);
        format!("is_the_spawner={}", child.handle().parent() == vervet::current())
    });
}

// --- joined --------------------------------------------------------------------------------------------------------

#[test]
fn join_never_raises() {
    same("join_never_raises", || {
        let child = vervet::spawn(|| fail("boom"));
        let raised = catch_unwind(AssertUnwindSafe(|| child.wait(None))).err().map_or("none", text);
        format!("raised={raised} ready={}", child.is_finished())
    });
}

/// As an error, not as a panic that goes on: that is what `run` and `scope` do.
#[test]
fn get_raises() {
    same("get_raises", || format!("error={}", told(vervet::spawn(|| fail("boom")).join())));
}

#[test]
fn get_with_timeout() {
    same("get_with_timeout", || {
        let gate = Gate::new();
        let theirs = gate.clone();
        let child = vervet::spawn(move || {
            theirs.pass();
            7
        });
        let late = child.join_timeout(STEP);
        gate.open();
        let timed_out = late.is_err();
        let value = late.unwrap_or_else(Greenlet::join).unwrap();
        format!("timed_out={timed_out} then={value}")
    });
}

#[test]
fn join_with_timeout() {
    same("join_with_timeout", || {
        let gate = Gate::new();
        let theirs = gate.clone();
        let child = vervet::spawn(move || theirs.pass());
        let early = child.wait(Some(STEP));
        gate.open();
        end_of(&child);
        format!("after_timeout={early} after_join={}", child.is_finished())
    });
}

#[test]
fn state_finished() {
    same("state_finished", || {
        let gate = Gate::new();
        let theirs = gate.clone();
        let child = vervet::spawn(move || {
            theirs.pass();
            5
        });
        let before = child.is_finished();
        gate.open();
        end_of(&child);
        let ready = child.is_finished();
        let result = child.join();
        format!("before={before} ready={ready} successful={} value={}", result.is_ok(), result.unwrap())
    });
}

#[test]
fn state_failed() {
    same("state_failed", || {
        let child: Greenlet<i32> = vervet::spawn(|| fail("boom"));
        end_of(&child);
        let ready = child.is_finished();
        let result = child.join();
        let value = result.as_ref().map_or_else(|_| "none".to_owned(), i32::to_string);
        format!("ready={ready} successful={} value={value} error={}", result.is_ok(), told(result))
    });
}

#[test]
fn truth() {
    same("truth", || {
        let gate = Gate::new();
        let theirs = gate.clone();
        let child = vervet::spawn(move || theirs.pass());
        let spawned = !child.is_finished();
        parked(&child.handle(), "join");
        let waiting = !child.is_finished();
        gate.open();
        end_of(&child);
        format!("spawned_waiting_finished={spawned},{waiting},{}", !child.is_finished())
    });
}

// --- linked --------------------------------------------------------------------------------------------------------

#[test]
fn link_after_finish() {
    same("link_after_finish", || {
        let log = Log::new();
        let ours = log.clone();
        let child = vervet::spawn(|| 5);
        end_of(&child);
        child.on_exit(move |_| ours.add("linked"));
        format!("log={log}")
    });
}

/// Called on the spot if there is nothing to wait for: there is no hub that could call it later.
#[test]
fn rawlink_after_finish() {
    differs("rawlink_after_finish", "at_once=false in_the_end=true", "at_once=true in_the_end=true", || {
        let log = Log::new();
        let ours = log.clone();
        let child = vervet::spawn(|| 5);
        end_of(&child);
        child.on_exit(move |_| ours.add("linked"));
        let at_once = !log.is_empty();
        format!("at_once={at_once} in_the_end={}", !log.is_empty())
    });
}

#[test]
fn links_in_order() {
    same("links_in_order", || {
        let (log, gate) = (Log::new(), Gate::new());
        let theirs = gate.clone();
        let child = vervet::spawn(move || theirs.pass());
        for n in [1, 2, 3] {
            let log = log.clone();
            child.on_exit(move |_| log.add(n));
        }
        gate.open();
        end_of(&child);
        format!("order={log}")
    });
}

#[test]
fn links_by_outcome() {
    same("links_by_outcome", || {
        let log = Log::new();
        for (name, body) in [("good", (|| ()) as fn()), ("bad", || fail("boom"))] {
            let ours = log.clone();
            let child = vervet::spawn(body);
            child.on_exit(move |exit| match exit {
                Exit::Finished => ours.add(format!("value:{name}")),
                Exit::Panicked => ours.add(format!("exception:{name}")),
                Exit::Killed => ours.add(format!("killed:{name}")),
            });
            end_of(&child);
        }
        format!("log={log}")
    });
}

#[test]
fn link_that_fails() {
    same("link_that_fails", || {
        let (log, gate) = (Log::new(), Gate::new());
        let [theirs, ours] = [gate.clone(), gate.clone()];
        let child = vervet::spawn(move || theirs.pass());
        let second = log.clone();
        child.on_exit(|_| fail("boom"));
        child.on_exit(move |_| second.add("second"));
        ours.open();
        end_of(&child);
        format!("log={log}")
    });
}

// --- enclosed ------------------------------------------------------------------------------------------------------

#[test]
fn context_manager_joins() {
    same("context_manager_joins", || {
        let (log, gate) = (Log::new(), Gate::new());
        vervet::scope(|s| {
            s.spawn(|| {
                gate.pass();
                log.add("child");
            });
            log.add("body");
            gate.open();
        });
        format!("log={log}")
    });
}

/// A scope whose body panics lets its greenlets finish, as std's lets its threads. Only a kill of the body kills them.
#[test]
fn context_manager_body_fails() {
    differs("context_manager_body_fails", "log=ended:ValueError,passed_on", "log=finished,passed_on", || {
        let log = Log::new();
        let passed_on = catch_unwind(AssertUnwindSafe(|| {
            vervet::scope(|s| {
                let child = s.spawn(|| {
                    steps(3);
                    log.add("finished");
                });
                parked(&child.handle(), "sleep");
                fail("boom");
            })
        }));
        log.add(if passed_on.is_err() { "passed_on" } else { "lost" });
        format!("log={log}")
    });
}

// --- errors that nobody catches ------------------------------------------------------------------------------------

/// Counts what is logged as an error.
struct Reports(AtomicUsize);

impl log::Log for Reports {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.level() == log::Level::Error
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) && record.args().to_string().contains("panicked") {
            self.0.fetch_add(1, SeqCst);
        }
    }

    fn flush(&self) {}
}

/// How many greenlets were reported while `body` ran.
fn reports(body: impl FnOnce()) -> usize {
    static REPORTS: OnceLock<Reports> = OnceLock::new();
    static ONCE: Once = Once::new();
    let reports = REPORTS.get_or_init(|| Reports(AtomicUsize::new(0)));
    ONCE.call_once(|| {
        log::set_logger(reports).unwrap();
        log::set_max_level(log::LevelFilter::Error);
    });
    let before = reports.0.load(SeqCst);
    body();
    reports.0.load(SeqCst) - before
}

#[test]
fn uncaught_is_reported_once() {
    same("uncaught_is_reported_once", || {
        let reports = reports(|| {
            let child = vervet::spawn(|| fail("boom"));
            let handle = child.handle();
            drop(child);
            handle.wait(None);
        });
        format!("reports={reports}")
    });
}

/// An error that somebody gets is nobody else's business.
#[test]
fn uncaught_but_asked_for() {
    differs("uncaught_but_asked_for", "reports=1", "reports=0", || {
        let reports = reports(|| assert!(vervet::spawn(|| fail("boom")).join().is_err()));
        format!("reports={reports}")
    });
}

#[test]
fn kill_is_not_reported() {
    same("kill_is_not_reported", || {
        let panics = panics_seen();
        let reports = reports(|| {
            let child = sleeper();
            let handle = child.handle();
            drop(child);
            handle.kill();
            handle.wait(None);
        });
        format!("silent={}", reports == 0 && panics_seen() == panics)
    });
}
