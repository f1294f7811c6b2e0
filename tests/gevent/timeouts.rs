//! Timeouts.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use vervet::timeout;

use crate::common::*;
use crate::{Log, STEP, differs, same, steps};

#[test]
fn timeout_cuts_a_sleep() {
    same("timeout_cuts_a_sleep", || {
        let log = Log::new();
        let outcome = timeout(STEP, || {
            let _finally = OnDrop(|| log.add("finally"));
            vervet::sleep(Duration::MAX);
            log.add("woke");
        });
        if outcome.is_err() {
            log.add("timeout");
        }
        format!("log={log}")
    });
}

#[test]
fn timeout_in_time() {
    same("timeout_in_time", || {
        // Of the time, half a second is more than enough even on a busy machine.
        let value = timeout(STEP * 20, || {
            steps(1);
            1
        });
        let later = catch_unwind(|| steps(21)).is_err();
        format!("value={} fired_later={later}", value.unwrap())
    });
}

#[test]
fn timeout_inner_first() {
    same("timeout_inner_first", || {
        let log = Log::new();
        let _ = timeout(HOUR, || {
            let _ = timeout(STEP, || {
                vervet::sleep(Duration::MAX);
                log.add("woke");
            });
            log.add("between");
            steps(1);
            log.add("outer_body_ends");
        });
        format!("log={log}")
    });
}

#[test]
fn timeout_outer_first() {
    same("timeout_outer_first", || {
        let log = Log::new();
        let _ = timeout(STEP, || {
            let _ = timeout(HOUR, || {
                vervet::sleep(Duration::MAX);
                log.add("woke");
            });
            log.add("between");
        });
        log.add("after");
        format!("log={log}")
    });
}

/// Nobody has to compare: each `timeout` answers only for itself.
#[test]
fn timeout_tells_whose() {
    same("timeout_tells_whose", || {
        let mut inner_fired = false;
        let outer = timeout(STEP, || inner_fired = timeout(HOUR, || vervet::sleep(Duration::MAX)).is_err());
        let fired = match (outer, inner_fired) {
            (Err(_), false) => "outer",
            (Ok(()), true) => "inner",
            _ => "both or neither",
        };
        format!("fired={fired}")
    });
}

#[test]
fn with_timeout_value() {
    same("with_timeout_value", || {
        let late = timeout(STEP, || {
            vervet::sleep(Duration::MAX);
            "own"
        });
        let early = timeout(STEP, || "own");
        format!("late={} early={}", late.unwrap_or("instead"), early.unwrap_or("instead"))
    });
}

#[test]
fn timeout_with_an_error_of_ones_own() {
    same("timeout_with_an_error_of_ones_own", || {
        let outcome = timeout(STEP, || vervet::sleep(Duration::MAX)).map_err(|_| "slow");
        format!("error={}", outcome.unwrap_err())
    });
}

#[test]
fn timeout_needs_a_switch() {
    same("timeout_needs_a_switch", || {
        let outcome = timeout(STEP, || {
            let end = Instant::now() + 2 * STEP;
            while Instant::now() < end {
                std::hint::spin_loop();
            }
        });
        format!("fired={}", outcome.is_err())
    });
}

#[test]
fn timeout_of_zero() {
    same("timeout_of_zero", || {
        let log = Log::new();
        let outcome = timeout(Duration::ZERO, || {
            log.add("body");
            vervet::sleep(Duration::MAX);
            log.add("woke");
        });
        if outcome.is_err() {
            log.add("timeout");
        }
        format!("log={log}")
    });
}

#[test]
fn timeout_of_none() {
    same("timeout_of_none", || {
        let value = timeout(Duration::MAX, || {
            steps(1);
            1
        });
        format!("value={}", value.unwrap())
    });
}

/// Whoever catches the unwinding is unwound again at the next call that blocks.
#[test]
fn timeout_swallowed() {
    differs("timeout_swallowed", "log=caught,went_on", "log=caught,timeout", || {
        let log = Log::new();
        let outcome = timeout(STEP, || {
            let caught = catch_unwind(AssertUnwindSafe(|| vervet::sleep(Duration::MAX)));
            log.add(if caught.is_err() { "caught" } else { "woke" });
            steps(1);
            log.add("went_on");
        });
        if outcome.is_err() {
            log.add("timeout");
        }
        format!("log={log}")
    });
}
