//! Where a greenlet comes from: parent, spawn site, name; and the one log record of a panic that nobody has asked for.

mod common;

use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::pin;
use std::sync::{Mutex, Once};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use common::*;
use vervet::{Builder, Greenlet, GreenletRef};

// --- lineage -------------------------------------------------------------------------------------------------------

#[test]
fn the_parent_is_who_spawned_it() {
    checked(|| {
        let by_a_thread = vervet::spawn(|| vervet::current().unwrap().parent());
        assert_eq!(by_a_thread.join().unwrap(), None);
        vervet::run(|| {
            let me = vervet::current();
            let parent = || vervet::current().unwrap().parent();
            assert_eq!(vervet::spawn(parent).join().unwrap(), me);
            assert_eq!(vervet::spawn_later(Duration::from_millis(1), parent).join().unwrap(), me);
            assert_eq!(Builder::new().spawn(parent).unwrap().join().unwrap(), me);
            assert_eq!(vervet::thread::spawn(parent).join().unwrap(), me);
            assert_eq!(vervet::scope(|s| s.spawn(parent).join().unwrap()), me);
            assert_eq!(vervet::thread::scope(|s| s.spawn(parent).join().unwrap()), me);
            let grandchild =
                vervet::spawn(move || vervet::spawn(move || parent().unwrap().parent()).join().unwrap());
            assert_eq!(grandchild.join().unwrap(), me);
            assert_eq!(
                vervet::offload(move || vervet::spawn(parent).join().unwrap()),
                None,
                "a thread of the pool"
            );
        });
    });
}

#[test]
fn a_parent_that_is_over_is_known_as_long_as_the_child_lives() {
    checked(|| {
        let gate = Gate::new();
        let theirs = gate.clone();
        let parent =
            Builder::new().name("mother").spawn(move || vervet::spawn(move || theirs.pass())).unwrap();
        let mother = parent.handle();
        let child = parent.join().unwrap();
        parked(&child.handle(), "join");
        assert_eq!(child.handle().parent().as_ref().and_then(GreenletRef::name), Some("mother"));
        assert_eq!(child.handle().parent().unwrap(), mother);
        gate.open();
        let handle = child.handle();
        child.join().unwrap();
        assert_eq!(handle.parent(), None, "both are over");
    });
}

#[test]
fn the_spawn_site_is_the_callers_line() {
    #[track_caller]
    fn here() -> &'static Location<'static> {
        Location::caller()
    }
    fn site() -> &'static Location<'static> {
        vervet::current().unwrap().spawn_site()
    }
    fn body() {
        let sites = [
            (here(), vervet::spawn(site).join().unwrap()),
            (here(), vervet::spawn_later(Duration::from_micros(1), site).join().unwrap()),
            (here(), Builder::new().spawn(site).unwrap().join().unwrap()),
            (here(), vervet::run(site)),
            (here(), vervet::scope(|s| s.spawn(site).join().unwrap())),
            (here(), vervet::thread::spawn(site).join().unwrap()),
            (here(), vervet::thread::Builder::new().spawn(site).unwrap().join().unwrap()),
            (here(), vervet::thread::scope(|s| s.spawn(site).join().unwrap())),
        ];
        for (expected, found) in sites {
            assert_eq!((found.file(), found.line()), (file!(), expected.line()));
        }
    }
    checked(|| in_both(body));
}

#[test]
fn a_local_greenlet_has_both() {
    checked(|| {
        vervet::run(|| {
            let line = line!() + 1;
            let greenlet = vervet::spawn_local(|| vervet::current().unwrap().parent());
            assert_eq!(greenlet.handle().spawn_site().line(), line);
            assert_eq!(greenlet.join().unwrap(), vervet::current());
        });
    });
}

#[test]
fn names_are_shown_everywhere() {
    checked(|| {
        let greenlet = Builder::new().name("heron").spawn(|| vervet::sleep(Duration::MAX)).unwrap();
        let handle = greenlet.handle();
        parked(&handle, "sleep");
        assert_eq!(handle.name(), Some("heron"));
        assert!(format!("{handle:?}").contains("heron") && format!("{greenlet:?}").contains("heron"));
        let line =
            dumped().lines().find(|line| line.contains("heron")).map(str::to_owned).expect("in the dump");
        assert!(line.contains(file!()), "{line}");
        greenlet.kill();
        over(&handle);
        assert_eq!((handle.name(), vervet::spawn(|| ()).handle().name()), (Some("heron"), None));
    });
}

// --- the record of a panic ------------------------------------------------------------------------------------------

static RECORDS: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Keep;

impl log::Log for Keep {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }
    fn log(&self, record: &log::Record<'_>) {
        let text = format!("{} {}", record.level(), record.args());
        let nasty = text.contains("break the logger");
        RECORDS.lock().unwrap().push(text);
        // Loggers may do what others do.
        vervet::sleep(Duration::from_micros(10));
        if nasty {
            fail("on purpose, in the logger");
        }
    }
    fn flush(&self) {}
}

/// Runs `f` and answers the records with `name` that were written.
fn records(name: &str, f: impl FnOnce()) -> Vec<String> {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Keep).unwrap();
        log::set_max_level(log::LevelFilter::Info);
    });
    let before = RECORDS.lock().unwrap().len();
    f();
    let records = RECORDS.lock().unwrap();
    records[before..].iter().filter(|record| record.contains(name)).cloned().collect()
}

/// One that panics at once.
fn panics(name: &str) -> Greenlet<()> {
    Builder::new().name(name).spawn(|| fail("on purpose")).unwrap()
}

/// One that panics at once, and has.
fn has_panicked(name: &str) -> Greenlet<()> {
    let greenlet = panics(name);
    over(&greenlet.handle());
    greenlet
}

#[test]
fn detached_before_the_panic() {
    checked(|| {
        let found = records("otter", || {
            let gate = Gate::new();
            let theirs = gate.clone();
            let greenlet = Builder::new().name("otter").spawn(move || {
                theirs.pass();
                fail("on purpose")
            });
            let handle = greenlet.map(|greenlet: Greenlet<()>| greenlet.handle()).unwrap();
            gate.open();
            over(&handle);
        });
        let [record] = &found[..] else { panic!("{found:?}") };
        assert!(record.starts_with("ERROR") && record.contains("on purpose"), "{record}");
        assert!(record.contains(file!()), "{record}");
    });
}

#[test]
fn dropped_after_the_panic() {
    checked(|| {
        let found = records("badger", || {
            let greenlet = has_panicked("badger");
            assert!(
                greenlet.is_finished() && RECORDS.lock().unwrap().iter().all(|text| !text.contains("badger"))
            );
            let line = greenlet.handle().spawn_site().to_string();
            let id = greenlet.handle().id().to_string();
            drop(greenlet);
            let records = RECORDS.lock().unwrap();
            let record = records.iter().find(|text| text.contains("badger")).expect("written by the drop");
            assert!(record.contains(&line) && record.contains(&id), "{record}");
        });
        assert_eq!(found.len(), 1, "{found:?}");
    });
}

#[test]
fn dropped_while_it_panics() {
    checked(|| {
        let found = records("marten", || {
            let all: Vec<_> = (0..500)
                .map(|_| {
                    let greenlet = panics("marten");
                    let handle = greenlet.handle();
                    drop(greenlet);
                    handle
                })
                .collect();
            all.iter().for_each(|greenlet| over(greenlet));
        });
        assert_eq!(found.len(), 500, "each once, whoever comes last");
    });
}

#[test]
fn whoever_takes_the_result_has_it() {
    checked(|| {
        let found = records("stoat", || {
            assert!(panics("stoat").join().unwrap_err().is_panic());
            assert!(has_panicked("stoat").join().unwrap_err().is_panic());
            assert!(panics("stoat").join_timeout(LIMIT).unwrap().unwrap_err().is_panic());
            let mut awaited = pin!(has_panicked("stoat"));
            let polled = awaited.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(matches!(polled, Poll::Ready(Err(error)) if error.is_panic()));
            assert!(vervet::join_all((0..3).map(|_| panics("stoat"))).iter().all(Result::is_err));
            assert_eq!(vervet::as_completed((0..3).map(|_| panics("stoat"))).count(), 3);
            assert!(vervet::try_join_all([panics("stoat")]).is_err());
        });
        assert_eq!(found, [""; 0]);
    });
}

#[test]
fn whoever_only_watches_its_end_has_not_taken_the_result() {
    checked(|| {
        let found = records("weasel", || {
            let greenlet = has_panicked("weasel");
            assert!(greenlet.wait(None) && greenlet.is_finished());
            greenlet.on_exit(|exit| assert_eq!(*exit, vervet::Exit::Panicked));
        });
        assert_eq!(found.len(), 1, "{found:?}");
    });
}

#[test]
fn kills_and_results_are_not_logged() {
    checked(|| {
        let found = records("ferret", || {
            let builder = || Builder::new().name("ferret");
            drop(builder().spawn(|| 1).unwrap());
            let finished = builder().spawn(|| 1).unwrap();
            over(&finished.handle());
            drop(finished);
            for detached in [false, true] {
                let greenlet = builder().spawn(|| vervet::sleep(Duration::MAX)).unwrap();
                let handle = greenlet.handle();
                let kept = (!detached).then_some(greenlet);
                handle.kill();
                over(&handle);
                drop(kept);
            }
        });
        assert_eq!(found, [""; 0]);
    });
}

#[test]
fn a_joiner_that_is_killed_leaves_it_to_the_log() {
    checked(|| {
        let found = records("mink", || {
            let gate = Gate::new();
            let theirs = gate.clone();
            let mink = Builder::new().name("mink").spawn(move || {
                theirs.pass();
                fail("on purpose")
            });
            let mink: Greenlet<()> = mink.unwrap();
            let handle = mink.handle();
            let joiner = vervet::spawn(move || mink.join());
            parked(&joiner.handle(), "join");
            joiner.kill();
            over(&joiner.handle());
            gate.open();
            over(&handle);
        });
        assert_eq!(found.len(), 1, "{found:?}");
    });
}

#[test]
fn a_scope_reports_its_own() {
    fn body() {
        let found = records("unnamed", || {
            let early = catch_unwind(|| vervet::scope(|s| drop(s.spawn(|| fail("on purpose")))));
            assert!(early.is_err());
            let late = catch_unwind(|| {
                vervet::scope(|s| {
                    let child = s.spawn(|| -> () { fail("on purpose") });
                    over(&child.handle());
                });
            });
            assert!(late.is_err());
            let threads = catch_unwind(|| vervet::thread::scope(|s| drop(s.spawn(|| fail("on purpose")))));
            assert!(threads.is_err());
            vervet::scope(|s| assert!(s.spawn(|| -> () { fail("on purpose") }).join().is_err()));
        });
        assert_eq!(found, [""; 0]);
    }
    // The scopes' own panics are caught here; in a greenlet of the test's that `in_both` joins.
    checked(|| in_both(body));
}

#[test]
fn a_thread_of_the_shim_is_logged_as_well() {
    checked(|| {
        let found = records("polecat", || {
            let builder = vervet::thread::Builder::new().name("polecat".into());
            let handle = builder.spawn(|| fail("on purpose")).unwrap();
            eventually("it is over", || handle.is_finished());
            drop(handle);
        });
        assert_eq!(found.len(), 1, "{found:?}");
    });
}

#[test]
fn payloads_of_all_kinds() {
    checked(|| {
        let found = records("vole", || {
            let builder = || Builder::new().name("vole");
            let texts: [fn(); 3] = [
                || std::panic::panic_any(String::from("on purpose: a string")),
                || std::panic::resume_unwind(Box::new(7)),
                || {
                    std::panic::resume_unwind(Box::new(OnDrop(|| {
                        fail("on purpose, in the payload's destructor")
                    })))
                },
            ];
            for panics in texts {
                let greenlet = builder().spawn(panics).unwrap();
                over(&greenlet.handle());
            }
        });
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].ends_with("panicked: on purpose: a string"), "{found:?}");
        assert!(
            found[1].ends_with("panicked: no text") && found[2].ends_with("panicked: no text"),
            "{found:?}"
        );
    });
}

#[test]
fn a_logger_that_panics_hurts_nobody() {
    fn body() {
        let found = records("shrew", || {
            let shrew = || Builder::new().name("shrew").spawn(|| -> () { fail("break the logger") }).unwrap();
            let late = shrew();
            over(&late.handle());
            drop(late);
            let early = shrew().handle();
            over(&early);
            // Even while unwinding.
            let unwound = catch_unwind(AssertUnwindSafe(|| {
                let late = shrew();
                over(&late.handle());
                fail("on purpose")
            }));
            assert_eq!(text(unwound.unwrap_err()), "on purpose");
        });
        assert_eq!(found.len(), 3, "{found:?}");
    }
    checked(|| in_both(body));
}

#[test]
fn a_killed_owner_still_writes_the_record() {
    checked(|| {
        let found = records("civet", || {
            let owner = vervet::spawn(|| {
                let _civet = has_panicked("civet");
                vervet::sleep(Duration::MAX);
            });
            parked(&owner.handle(), "sleep");
            owner.kill();
            assert!(owner.join().unwrap_err().is_killed());
        });
        assert_eq!(found.len(), 1, "{found:?}");
    });
}
