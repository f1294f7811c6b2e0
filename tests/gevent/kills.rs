//! Kills: before the first run, asleep, over, caught, of oneself.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use vervet::spawn_local;

use crate::common::*;
use crate::greenlets::{end_of, told};
use crate::{Log, differs, same, steps};

#[test]
fn kill_before_first_run() {
    same("kill_before_first_run", || {
        let log = Log::new();
        let [ran, linked] = [log.clone(), log.clone()];
        let child = spawn_local(move || ran.add("ran"));
        child.on_exit(move |_| linked.add("link"));
        child.kill();
        end_of(&child);
        format!("log={log} ready={}", child.is_finished())
    });
}

/// A kill is no success here: there is no value that could be handed out.
#[test]
fn kill_counts_as() {
    differs("kill_counts_as", "successful=true value=GreenletExit exception=none", "joined=killed", || {
        let child = sleeper();
        child.kill();
        format!("joined={}", told(child.join()))
    });
}

#[test]
fn kill_runs_finally() {
    same("kill_runs_finally", || {
        let log = Log::new();
        let ours = log.clone();
        let child = vervet::spawn(move || {
            let _finally = OnDrop(|| ours.add("finally"));
            vervet::sleep(Duration::MAX);
            ours.add("woke");
        });
        parked(&child.handle(), "sleep");
        child.kill();
        end_of(&child);
        format!("log={log}")
    });
}

#[test]
fn finally_may_block() {
    same("finally_may_block", || {
        let log = Log::new();
        let ours = log.clone();
        let child = vervet::spawn(move || {
            let _finally = OnDrop(|| {
                steps(1);
                ours.add("cleaned");
            });
            vervet::sleep(Duration::MAX);
        });
        parked(&child.handle(), "sleep");
        child.kill();
        end_of(&child);
        format!("log={log} ready={}", child.is_finished())
    });
}

#[test]
fn kill_of_a_dead_one() {
    same("kill_of_a_dead_one", || {
        let child = vervet::spawn(|| 42);
        end_of(&child);
        let raised = catch_unwind(AssertUnwindSafe(|| child.kill())).err().map_or("none", text);
        let value = child.join();
        format!("raised={raised} value={} successful={}", value.as_ref().unwrap(), value.is_ok())
    });
}

/// `kill` never waits here; `wait` does, and `kill_all` can do both.
#[test]
fn kill_waits() {
    let theirs = "dead_when_it_returns=true";
    differs("kill_waits", theirs, "dead_when_it_returns=false dead_after_wait=true", || {
        let child = spawn_local(|| vervet::sleep(Duration::MAX));
        parked(&child.handle(), "sleep");
        child.kill();
        let dead = child.is_finished();
        format!("dead_when_it_returns={dead} dead_after_wait={}", child.wait(None))
    });
}

#[test]
fn kill_without_waiting() {
    same("kill_without_waiting", || {
        let child = spawn_local(|| vervet::sleep(Duration::MAX));
        parked(&child.handle(), "sleep");
        child.kill();
        let at_once = child.is_finished();
        end_of(&child);
        format!("at_once={at_once} after_join={}", child.is_finished())
    });
}

/// Whoever catches the unwinding is unwound again at the next call that blocks.
#[test]
fn kill_swallowed() {
    differs("kill_swallowed", "log=caught,went_on", "log=caught", || {
        let log = Log::new();
        let ours = log.clone();
        let child = vervet::spawn(move || {
            let caught = catch_unwind(|| vervet::sleep(Duration::MAX));
            ours.add(if caught.is_err() { "caught" } else { "woke" });
            steps(1);
            ours.add("went_on");
        });
        parked(&child.handle(), "sleep");
        child.kill();
        end_of(&child);
        format!("log={log}")
    });
}

#[test]
fn kill_of_oneself() {
    same("kill_of_oneself", || {
        let log = Log::new();
        let ours = log.clone();
        let child = vervet::spawn(move || {
            vervet::current().unwrap().kill();
            ours.add("after_kill");
            vervet::yield_now();
            ours.add("after_sleep");
        });
        end_of(&child);
        format!("log={log}")
    });
}
