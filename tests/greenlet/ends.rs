//! Waiting for the end, callbacks at it, and what is logged.

use std::sync::{Mutex, Once, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use vervet::{Builder, Exit};

use crate::common::*;

#[test]
fn join_timeout_gives_the_handle_back() {
    checked(|| {
        in_both(|| {
            let gate = Gate::new();
            let theirs = gate.clone();
            let greenlet = vervet::spawn(move || {
                theirs.pass();
                1
            });
            let start = Instant::now();
            let greenlet = greenlet.join_timeout(Duration::from_millis(10)).unwrap_err();
            assert!(start.elapsed() >= Duration::from_millis(10));
            let greenlet = greenlet.join_timeout(Duration::ZERO).unwrap_err();
            gate.open();
            assert_eq!(greenlet.join_timeout(Duration::MAX).unwrap().unwrap(), 1);
        });
    });
}

#[test]
fn join_timeout_of_a_panic_and_of_a_finished_one() {
    checked(|| {
        in_both(|| {
            let greenlet = vervet::spawn(|| -> () { fail("on purpose") });
            let result = greenlet.join_timeout(LIMIT).unwrap();
            assert_eq!(text(result.unwrap_err().into_panic()), "on purpose");
            let greenlet = vervet::spawn(|| 1);
            over(&greenlet.handle());
            assert_eq!(greenlet.join_timeout(Duration::ZERO).unwrap().unwrap(), 1);
        });
    });
}

#[test]
fn wait_tells_whether_it_is_over() {
    checked(|| {
        in_both(|| {
            let gate = Gate::new();
            let theirs = gate.clone();
            let greenlet = vervet::spawn(move || theirs.pass());
            assert!(!greenlet.wait(Some(Duration::from_millis(2))));
            assert!(!greenlet.handle().wait(Some(Duration::ZERO)));
            assert!(!greenlet.is_finished() && !greenlet.handle().is_finished());
            gate.open();
            assert!(greenlet.wait(None) && greenlet.handle().wait(None));
            assert!(greenlet.wait(Some(Duration::ZERO)));
            assert!(greenlet.is_finished() && greenlet.handle().is_finished());
            greenlet.join().unwrap();
        });
    });
}

#[test]
fn many_wait_for_one() {
    checked(|| {
        let gate = Gate::new();
        let theirs = gate.clone();
        let one = vervet::spawn(move || theirs.pass());
        let handle = one.handle();
        let waiting: Vec<_> = (0..100)
            .map(|i| {
                let handle = handle.clone();
                let limit = if i % 2 == 0 { None } else { Some(LIMIT) };
                vervet::spawn(move || handle.wait(limit))
            })
            .collect();
        let impatient: Vec<_> = (0..100)
            .map(|_| {
                let handle = handle.clone();
                vervet::spawn(move || handle.wait(Some(Duration::from_micros(100))))
            })
            .collect();
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let handle = handle.clone();
                thread::spawn(move || handle.wait(None))
            })
            .collect();
        assert!(vervet::join_all(impatient).into_iter().all(|over| !over.unwrap()));
        gate.open();
        assert!(vervet::join_all(waiting).into_iter().all(Result::unwrap));
        assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
        one.join().unwrap();
    });
}

#[test]
fn on_exit_before_and_after_the_end() {
    checked(|| {
        in_both(|| {
            let ends: [(fn(), Exit); 3] = [
                (|| (), Exit::Finished),
                (|| fail("on purpose"), Exit::Panicked),
                (|| vervet::sleep(Duration::MAX), Exit::Killed),
            ];
            for (body, expected) in ends {
                let gate = Gate::new();
                let (sender, exits) = mpsc::channel();
                let theirs = gate.clone();
                let greenlet = vervet::spawn(move || {
                    theirs.pass();
                    body();
                });
                for i in 0..3 {
                    let sender = sender.clone();
                    greenlet.on_exit(move |exit| sender.send((i, *exit)).unwrap());
                }
                assert!(exits.try_recv().is_err());
                gate.open();
                if expected == Exit::Killed {
                    greenlet.kill();
                }
                over(&greenlet.handle());
                // In order, and all before anybody learns of the end.
                assert_eq!(
                    exits.try_iter().collect::<Vec<_>>(),
                    [(0, expected), (1, expected), (2, expected)]
                );
                greenlet.on_exit(move |exit| sender.send((9, *exit)).unwrap());
                assert_eq!(exits.try_recv(), Ok((9, expected)));
                assert_eq!(greenlet.join().is_ok(), expected == Exit::Finished);
            }
        });
    });
}

#[test]
fn on_exit_runs_on_the_greenlet_and_may_block() {
    checked(|| {
        let greenlet = sleeper();
        let id = greenlet.handle().id();
        let (sender, seen) = mpsc::channel();
        greenlet.on_exit(move |_| {
            vervet::sleep(Duration::from_millis(1));
            vervet::spawn(vervet::yield_now).join().unwrap();
            assert!(vervet::timeout(Duration::from_millis(1), || vervet::sleep(HOUR)).is_err());
            sender.send(vervet::current().map(|me| me.id())).unwrap();
        });
        greenlet.kill();
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(seen.try_recv(), Ok(Some(id)));
    });
}

#[test]
fn a_panic_in_a_callback_is_contained() {
    checked(|| {
        in_both(|| {
            let gate = Gate::new();
            let theirs = gate.clone();
            let (sender, seen) = mpsc::channel();
            let greenlet = vervet::spawn(move || {
                theirs.pass();
                1
            });
            greenlet.on_exit(|_| fail("on purpose"));
            greenlet.on_exit(move |exit| sender.send(*exit).unwrap());
            gate.open();
            over(&greenlet.handle());
            assert_eq!(seen.try_recv(), Ok(Exit::Finished));
            greenlet.on_exit(|_| fail("on purpose"));
            assert_eq!(greenlet.join().unwrap(), 1);
        });
    });
}

#[test]
fn a_late_callback_is_not_cut_short_by_a_kill_of_the_one_who_adds_it() {
    checked(|| {
        let gate = Gate::new();
        let (theirs, log) = (gate.clone(), Log::since_now());
        let done = vervet::spawn(|| ());
        over(&done.handle());
        let (sender, ended) = mpsc::channel();
        let greenlet = vervet::spawn(move || {
            done.on_exit(move |_| {
                theirs.pass();
                sender.send(()).unwrap();
            });
            vervet::yield_now();
            fail("the kill comes after the callback");
        });
        parked(&greenlet.handle(), "join");
        greenlet.kill();
        assert!(!greenlet.wait(Some(Duration::from_millis(5))));
        gate.open();
        assert!(greenlet.join().unwrap_err().is_killed());
        ended.try_recv().unwrap();
        assert!(log.none_with("callback"));
    });
}

/// What was logged since it was made.
struct Log(usize);

static RECORDS: Mutex<Vec<String>> = Mutex::new(Vec::new());

impl Log {
    fn since_now() -> Log {
        struct Keep;
        impl log::Log for Keep {
            fn enabled(&self, _: &log::Metadata<'_>) -> bool {
                true
            }
            fn log(&self, record: &log::Record<'_>) {
                RECORDS.lock().unwrap().push(format!("{} {}", record.level(), record.args()));
            }
            fn flush(&self) {}
        }
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            log::set_logger(&Keep).unwrap();
            log::set_max_level(log::LevelFilter::Info);
        });
        Log(RECORDS.lock().unwrap().len())
    }

    fn with(&self, text: &str) -> Option<String> {
        RECORDS.lock().unwrap()[self.0..].iter().find(|record| record.contains(text)).cloned()
    }

    fn none_with(&self, text: &str) -> bool {
        self.with(text).is_none()
    }
}

#[test]
fn a_detached_panic_is_logged() {
    checked(|| {
        let log = Log::since_now();
        let gate = Gate::new();
        let theirs = gate.clone();
        let greenlet = Builder::new()
            .name("weasel")
            .spawn(move || {
                theirs.pass();
                fail("on purpose, unseen");
            })
            .unwrap();
        let handle = greenlet.handle();
        drop(greenlet);
        gate.open();
        over(&handle);
        let record = log.with("weasel").expect("a record");
        assert!(record.starts_with("ERROR") && record.contains("on purpose, unseen"), "{record}");
        assert!(record.contains(&handle.id().to_string()) && record.contains(file!()), "{record}");
    });
}

#[test]
fn a_joined_panic_and_a_detached_kill_are_not_logged() {
    checked(|| {
        let log = Log::since_now();
        let greenlet = Builder::new().name("stoat").spawn(|| -> () { fail("on purpose") }).unwrap();
        assert!(greenlet.join().is_err());
        let greenlet = Builder::new().name("stoat").spawn(|| vervet::sleep(Duration::MAX)).unwrap();
        let handle = greenlet.handle();
        drop(greenlet);
        handle.kill();
        over(&handle);
        assert!(log.none_with("stoat"));
    });
}
