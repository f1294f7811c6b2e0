//! Greenlets on may's scheduler beside those on vervet's. What both have in common is tested by running the other tests on
//! may, too (`ci/schedulers.sh`).
#![cfg(feature = "may")]

mod child;
mod common;

use std::hint::black_box;
use std::io::{self, ErrorKind, Read, Write};
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use child::{Watchdog, in_child, map_lines, wait_until};
use common::{Gate, HOUR, OnDrop, checked, fail, over, panicked, panics_seen, parked, sleeper};
use vervet::net::{TcpListener, TcpStream};
use vervet::{Builder, Greenlet, Scheduler, timeout};

fn builder() -> Builder {
    // SAFETY: no greenlet here keeps what belongs to a thread across a wait.
    unsafe { Builder::new().scheduler(Scheduler::May) }
}

fn spawn_on_may<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> Greenlet<T> {
    builder().spawn(f).unwrap()
}

/// Whatever `VERVET_SCHEDULER` says.
fn spawn_on_vervet<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> Greenlet<T> {
    // SAFETY: nothing is asked for this one.
    unsafe { Builder::new().scheduler(Scheduler::Vervet) }.spawn(f).unwrap()
}

/// As `common::checked`, with may started before: its fds stay.
fn beside_may(test: impl FnOnce()) {
    spawn_on_may(|| ()).join().unwrap();
    checked(test);
}

#[test]
fn both_schedulers_join_wake_and_kill_each_other() {
    beside_may(|| {
        for (inner, outer) in [(Scheduler::Vervet, Scheduler::May), (Scheduler::May, Scheduler::Vervet)] {
            // SAFETY: as in `builder`.
            let (inner, outer) =
                unsafe { (Builder::new().scheduler(inner), Builder::new().scheduler(outer)) };
            let outer = outer.spawn(move || {
                let sleeper = inner.clone().spawn(|| vervet::sleep(HOUR)).unwrap();
                parked(&sleeper.handle(), "sleep");
                sleeper.kill();
                let killed = sleeper.join().unwrap_err().is_killed();
                let joined = inner.clone().name("inner").spawn(|| {
                    vervet::sleep(Duration::from_millis(1));
                    vervet::current().unwrap().name().map(str::to_owned)
                });
                (killed, joined.unwrap().join().unwrap())
            });
            assert_eq!(outer.unwrap().join().unwrap(), (true, Some("inner".to_owned())));
        }
    });
}

#[test]
fn a_connection_between_both() {
    beside_may(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let server = spawn_on_may(move || {
            let mut stream = listener.accept().unwrap().0;
            io::copy(&mut &stream, &mut &stream).unwrap();
            stream.flush().unwrap();
        });
        let client = spawn_on_vervet(move || {
            let mut stream = TcpStream::connect(addr).unwrap();
            let mut buf = [0; 3];
            for round in 0..200_u8 {
                stream.write_all(&[round, 1, 2]).unwrap();
                stream.read_exact(&mut buf).unwrap();
                assert_eq!(buf, [round, 1, 2]);
            }
        });
        client.join().unwrap();
        server.join().unwrap();
    });
}

#[test]
fn a_dump_tells_who_is_on_may() {
    beside_may(|| {
        let greenlet = builder().name("guest").spawn(|| vervet::sleep(HOUR)).unwrap();
        parked(&greenlet.handle(), "sleep");
        let dump = common::dumped();
        let line = dump.lines().find(|line| line.contains("'guest'")).unwrap();
        assert!(line.ends_with(", on may"), "{line}");
        greenlet.kill();
        over(&greenlet.handle());
    });
}

#[test]
fn spawn_local_has_no_worker_to_stay_on() {
    beside_may(|| {
        let tried = spawn_on_may(|| catch_unwind(|| drop(vervet::spawn_local(|| ()))).is_err());
        assert!(tried.join().unwrap());
    });
}

/// A greenlet that waits in the middle of its panic, and may go on on another thread.
#[test]
fn a_panic_moves_with_its_greenlet() {
    beside_may(|| {
        for _ in 0..50 {
            let gate = Gate::new();
            let stuck: Vec<_> = (0..4)
                .map(|_| {
                    let gate = gate.clone();
                    spawn_on_may(move || {
                        let _guard = OnDrop(move || {
                            gate.pass();
                            vervet::sleep(Duration::from_micros(50));
                            assert!(thread::panicking());
                        });
                        fail("on purpose")
                    })
                })
                .collect();
            stuck.iter().for_each(|stuck| parked(&stuck.handle(), "join"));
            // Neighbours see nothing of it, can panic themselves, and are reached by kills and timeouts.
            let neighbours: Vec<_> = (0..8)
                .map(|_| {
                    spawn_on_may(|| {
                        vervet::sleep(Duration::from_micros(20));
                        assert!(!thread::panicking());
                        assert!(catch_unwind(|| fail("on purpose")).is_err());
                        assert!(timeout(Duration::from_micros(100), || vervet::sleep(HOUR)).is_err());
                        vervet::yield_now();
                        assert!(!thread::panicking());
                    })
                })
                .collect();
            vervet::join_all(neighbours).into_iter().for_each(Result::unwrap);
            let victim = spawn_on_may(|| vervet::sleep(HOUR));
            parked(&victim.handle(), "sleep");
            victim.kill();
            assert!(victim.join().unwrap_err().is_killed());
            gate.open();
            stuck.into_iter().for_each(panicked);
        }
        assert!(!thread::panicking());
    });
}

/// Those that only yield leave I/O and timers their turn.
#[test]
fn yielding_starves_nobody() {
    beside_may(|| {
        let stop = Arc::new(AtomicBool::new(false));
        let yielders: Vec<_> = (0..8)
            .map(|_| {
                let stop = Arc::clone(&stop);
                spawn_on_may(move || {
                    while !stop.load(Ordering::Relaxed) {
                        vervet::yield_now();
                    }
                })
            })
            .collect();
        let sleeps = spawn_on_may(|| (0..50).for_each(|_| vervet::sleep(Duration::from_millis(1))));
        assert!(sleeps.wait(Some(Duration::from_secs(10))), "sleeps of 50 ms in all");
        stop.store(true, Ordering::Relaxed);
        vervet::join_all(yielders).into_iter().for_each(Result::unwrap);
    });
}

/// Uses about that many bytes of the stack.
#[inline(never)]
fn deep(bytes: usize) -> usize {
    let frame = black_box([1_u8; 1024]);
    if bytes < 2048 { usize::from(frame[bytes % 1024]) } else { deep(bytes - 1024) + usize::from(frame[7]) }
}

#[test]
fn stack_sizes_are_bytes() {
    beside_may(|| {
        for bytes in [64 << 10, 256 << 10, 4 << 20] {
            let greenlet = builder().stack_size(bytes).spawn(move || deep(bytes / 2)).unwrap();
            assert!(greenlet.join().unwrap() > 0, "{bytes}");
        }
        // The default.
        assert!(spawn_on_may(|| deep(150 << 10)).join().unwrap() > 0);
    });
}

#[test]
fn a_stack_that_cannot_be_had_is_an_error_and_no_panic() {
    beside_may(|| {
        let panics = panics_seen();
        for bytes in [1 << 46, usize::MAX - 5] {
            let drops = common::Drops::new();
            let value = drops.value();
            let error = builder().stack_size(bytes).spawn(move || drop(value)).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::OutOfMemory | ErrorKind::InvalidInput), "{error}");
            assert_eq!(drops.count(), 1);
        }
        assert_eq!(panics_seen(), panics);
    });
}

/// may panics beyond some 32,000 stacks at the default limit of mappings; here that is an error, in time.
#[test]
fn too_many_stacks_are_refused() {
    const WANTED: usize = 50_000;
    in_child("too_many_stacks_are_refused", &[("VERVET_WORKERS", "2")], Duration::from_secs(100), || {
        let other = sleeper();
        let (mut started, mut refused) = (Vec::new(), Vec::new());
        for _ in 0..WANTED {
            match builder().spawn(|| vervet::sleep(HOUR)) {
                Ok(greenlet) => started.push(greenlet),
                Err(error) => refused.push(error),
            }
        }
        let limit: usize =
            std::fs::read_to_string("/proc/sys/vm/max_map_count").unwrap().trim().parse().unwrap();
        if limit > 3 * WANTED {
            return child::skip("too_many_stacks_are_refused", "vm.max_map_count is far above the default");
        }
        assert!(started.len() > limit / 4, "{} of {limit}", started.len());
        assert!(!refused.is_empty() && map_lines() < limit);
        for error in &refused {
            assert_eq!(error.kind(), ErrorKind::OutOfMemory);
            assert!(error.to_string().contains("vm.max_map_count"), "{error}");
        }
        // Everything else goes on: greenlets of ours, threads, memory, and those on may.
        assert!(!other.is_finished());
        vervet::join_all((0..1000).map(|_| spawn_on_vervet(|| ()))).into_iter().for_each(Result::unwrap);
        thread::spawn(|| drop(black_box(vec![1_u8; 64 << 20]))).join().unwrap();
        for greenlet in started.drain(..2_000) {
            greenlet.kill();
            assert!(greenlet.join().unwrap_err().is_killed());
        }
        assert_eq!(spawn_on_may(|| 7).join().unwrap(), 7);
    });
}

/// A full address space is an error for those who come too late, and no panic of may's.
#[test]
fn a_full_address_space_is_an_error() {
    in_child("a_full_address_space_is_an_error", &[("VERVET_WORKERS", "1")], Duration::from_secs(60), || {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        static PANICS: AtomicUsize = AtomicUsize::new(0);
        std::panic::set_hook(Box::new(|_| {
            PANICS.fetch_add(1, Ordering::Relaxed);
        }));
        spawn_on_may(|| ()).join().unwrap();
        let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
        let used = pages.split(' ').next().unwrap().parse::<u64>().unwrap() * 4096;
        let maximum = getrlimit(Resource::As).maximum;
        setrlimit(Resource::As, Rlimit { current: Some(used + (1 << 30)), maximum }).unwrap();
        let mut started = Vec::new();
        let error = loop {
            match builder().spawn(|| vervet::sleep(HOUR)) {
                Ok(greenlet) => started.push(greenlet),
                Err(error) => break error,
            }
            assert!(started.len() < 20_000);
        };
        assert_eq!(error.kind(), ErrorKind::OutOfMemory, "{error}");
        assert!(started.len() > 1_000 && PANICS.load(Ordering::Relaxed) == 0);
        assert!(vervet::kill_all(&started.iter().map(Greenlet::handle).collect::<Vec<_>>(), None));
        assert_eq!(spawn_on_may(|| 7).join().unwrap(), 7);
    });
}

fn threads_named(begin: &str) -> usize {
    let names = std::fs::read_dir("/proc/self/task").unwrap().flatten().map(|task| task.path().join("comm"));
    names.filter(|path| std::fs::read_to_string(path).is_ok_and(|name| name.starts_with(begin))).count()
}

#[test]
fn may_gets_our_number_of_workers_and_is_not_pinned() {
    let test = "may_gets_our_number_of_workers_and_is_not_pinned";
    in_child(test, &[("VERVET_WORKERS", "3")], Duration::from_secs(30), || {
        vervet::runtime::Builder::new().start().unwrap();
        let before = std::fs::read_dir("/proc/self/task").unwrap().count();
        spawn_on_may(|| ()).join().unwrap();
        // And the thread for its timers.
        assert_eq!(std::fs::read_dir("/proc/self/task").unwrap().count(), before + 3 + 1);
        assert_eq!(threads_named("vervet-worker"), 3);
        let allowed = |path: &str| {
            let status = std::fs::read_to_string(path).unwrap();
            status.lines().find(|line| line.starts_with("Cpus_allowed:")).unwrap().to_owned()
        };
        for task in std::fs::read_dir("/proc/self/task").unwrap() {
            let status = task.unwrap().path().join("status");
            assert_eq!(allowed(status.to_str().unwrap()), allowed("/proc/self/status"));
        }
    });
}

/// A program of may's own that comes to vervet later: may's settings stay, and stacks are as large as ours should be.
#[test]
fn may_that_runs_already_keeps_its_settings() {
    let test = "may_that_runs_already_keeps_its_settings";
    in_child(test, &[("VERVET_WORKERS", "3")], Duration::from_secs(30), || {
        may::config().set_workers(1);
        let before = may::config().get_stack_size();
        // SAFETY: it uses no thread-local.
        unsafe { may::coroutine::spawn(|| ()) }.join().unwrap();
        for _ in 0..10 {
            assert!(spawn_on_may(|| deep(150 << 10)).join().unwrap() > 0);
        }
        assert_eq!(may::config().get_stack_size(), before);
        assert_eq!(may::config().get_workers(), 1);
        // The coroutines of others still get what they ask for.
        // SAFETY: it uses no thread-local.
        assert!(unsafe { may::coroutine::spawn(|| deep(10 << 10)) }.join().unwrap() > 0);
    });
}

/// may needs more stack to start than this greenlet has.
#[test]
fn the_first_greenlet_may_come_from_a_small_stack() {
    let test = "the_first_greenlet_may_come_from_a_small_stack";
    in_child(test, &[("VERVET_WORKERS", "1")], Duration::from_secs(30), || {
        // SAFETY: nothing is asked for this one.
        let small = unsafe { Builder::new().stack_size(32 << 10).scheduler(Scheduler::Vervet) };
        assert_eq!(small.spawn(|| spawn_on_may(|| 7).join().unwrap()).unwrap().join().unwrap(), 7);
    });
}

/// From a coroutine of somebody else's, on the only worker: nothing there may block that worker.
#[test]
fn the_first_greenlet_may_come_from_a_coroutine() {
    let test = "the_first_greenlet_may_come_from_a_coroutine";
    in_child(test, &[("VERVET_WORKERS", "1")], Duration::from_secs(30), || {
        may::config().set_workers(1);
        // SAFETY: it uses no thread-local.
        let coroutine = unsafe { may::coroutine::spawn(|| spawn_on_may(|| deep(150 << 10)).join().unwrap()) };
        assert!(coroutine.join().unwrap() > 0);
    });
}

/// Many come and go on both, wake each other across, and leave nothing.
#[test]
fn churn_on_both() {
    for workers in ["1", "2", "8"] {
        in_child("churn_on_both", &[("VERVET_WORKERS", workers)], Duration::from_secs(60), || {
            let _watchdog = Watchdog::new("churn_on_both", Duration::from_secs(50));
            let (done, results) = mpsc::channel();
            for i in 0..3_000_usize {
                let done = done.clone();
                let body = move || {
                    let inner = if i % 2 == 0 { spawn_on_vervet(move || i) } else { spawn_on_may(move || i) };
                    if i % 3 == 0 {
                        vervet::yield_now();
                    }
                    let slow = timeout(Duration::from_micros((i % 50) as u64), || vervet::sleep(HOUR));
                    assert!(slow.is_err());
                    done.send(inner.join().unwrap()).unwrap();
                };
                let greenlet = if i % 4 < 2 { spawn_on_vervet(body) } else { spawn_on_may(body) };
                if i % 10 == 0 {
                    greenlet.kill();
                }
            }
            drop(done);
            let arrived = results.into_iter().count();
            assert!((2_700..=3_000).contains(&arrived), "{arrived}");
            wait_until(|| vervet::runtime::metrics().live == 0);
            let metrics = vervet::runtime::metrics();
            assert_eq!((metrics.parked.total(), metrics.stacks_in_use), (0, 0));
        });
    }
}
