//! The runtime's settings, its numbers, its dump, the offload pool, and what happens when fds run out.

mod child;

use std::io::{ErrorKind, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use child::{child_command, in_child, is_child, text, wait_until};
use vervet::net::resolver::{self, Resolver};
use vervet::net::{TcpListener, TcpStream, ToSocketAddrs};
use vervet::runtime::{Builder, Reactor, dump, metrics};

const LIMIT: Duration = Duration::from_secs(30);
const FOREVER: Duration = Duration::MAX;

#[test]
fn bad_settings_are_errors_that_name_them() {
    in_child("bad_settings_are_errors_that_name_them", &[], LIMIT, || {
        for (builder, kind, name) in [
            (Builder::new().workers(0), ErrorKind::InvalidInput, "workers"),
            (Builder::new().workers(1 << 20), ErrorKind::InvalidInput, "workers"),
            (Builder::new().stack_size(0), ErrorKind::InvalidInput, "stack_size"),
            (Builder::new().stack_size(usize::MAX), ErrorKind::InvalidInput, "stack"),
            (Builder::new().offload_threads(0), ErrorKind::InvalidInput, "offload_threads"),
            (Builder::new().reactor(Reactor::Uring), ErrorKind::Unsupported, "reactor"),
        ] {
            let error = builder.clone().start().expect_err(name);
            assert_eq!(error.kind(), kind, "{builder:?}: {error}");
            assert!(error.to_string().contains(name), "{builder:?}: {error}");
        }
        // None of them has started anything.
        assert_eq!(metrics().workers.len(), 0);
        Builder::new().workers(3).reactor(Reactor::Epoll).start().unwrap();
        assert_eq!(metrics().workers.len(), 3);
        let error = Builder::new().workers(2).start().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        assert_eq!(metrics().workers.len(), 3);
    });
}

#[test]
fn started_by_first_use_is_started() {
    in_child("started_by_first_use_is_started", &[("VERVET_WORKERS", "2")], LIMIT, || {
        assert_eq!(metrics(), vervet::runtime::Metrics::default());
        let mut text = Vec::new();
        dump(&mut text).unwrap();
        assert!(String::from_utf8(text).unwrap().contains("not started"));
        vervet::spawn(|| ()).join().unwrap();
        assert_eq!(metrics().workers.len(), 2);
        assert_eq!(Builder::new().start().unwrap_err().kind(), ErrorKind::AlreadyExists);
    });
}

/// Settings of the environment that cannot be: the builder's error and `spawn`'s panic both name them.
#[test]
fn bad_environment_is_named() {
    const TEST: &str = "bad_environment_is_named";
    if is_child(TEST) {
        let error = Builder::new().start().unwrap_err();
        child::say(&format!("error: {error}"));
        assert_eq!(vervet::Builder::new().spawn(|| ()).unwrap_err().to_string(), error.to_string());
        drop(vervet::spawn(|| ()));
        return;
    }
    for (name, value) in [
        ("VERVET_WORKERS", "abc"),
        ("VERVET_WORKERS", "0"),
        ("VERVET_WORKERS", "-1"),
        ("VERVET_WORKERS", ""),
        ("VERVET_STACK_SIZE", "256k"),
        ("VERVET_STACK_SIZE", "0"),
        ("VERVET_REACTOR", "kqueue"),
        ("VERVET_REACTOR", "uring"),
    ] {
        let output = child_command(TEST).env(name, value).output().unwrap();
        let text = text(&output);
        assert!(!output.status.success(), "{name}={value:?}: {text}");
        assert!(text.contains(&format!("error: {name}: ")), "{name}={value:?}: {text}");
        assert!(text.contains(&format!("failed to spawn a greenlet: {name}: ")), "{name}={value:?}: {text}");
    }
}

#[test]
fn settings_of_the_environment_hold() {
    let env = [("VERVET_WORKERS", " 3 "), ("VERVET_STACK_SIZE", "65536"), ("VERVET_REACTOR", "epoll")];
    in_child("settings_of_the_environment_hold", &env, LIMIT, || {
        vervet::spawn(|| ()).join().unwrap();
        assert_eq!(metrics().workers.len(), 3);
    });
}

/// Greenlets that wait for something of each kind, and how many of each there must be.
#[test]
fn metrics_count_what_waits() {
    in_child("metrics_count_what_waits", &[("VERVET_WORKERS", "2")], LIMIT, || {
        let mut waiting = Vec::new();
        let mut park = |n, f: fn()| {
            let greenlets: Vec<_> = (0..n).map(|_| vervet::spawn(f)).collect();
            waiting.extend(greenlets.iter().map(|greenlet| greenlet.handle()));
            greenlets
        };
        let sleepers = park(7, || vervet::sleep(FOREVER));
        drop(park(4, || {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            drop(listener.accept());
        }));
        drop(park(3, || {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let mut stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            while stream.write(&[0; 1 << 16]).is_ok() {}
        }));
        drop(park(2, || vervet::offload(|| thread::sleep(Duration::from_millis(300)))));
        // Its child sleeps, too.
        drop(park(1, || {
            vervet::scope(|scope| {
                let _ = scope.spawn(|| vervet::sleep(FOREVER));
            });
        }));
        for sleeper in sleepers.into_iter().take(5) {
            let joiner = vervet::spawn(move || drop(sleeper.join()));
            waiting.push(joiner.handle());
        }
        let parked = || {
            let parked = metrics().parked;
            (
                parked.sleep,
                parked.read,
                parked.write,
                parked.offload,
                [parked.join, parked.scope, parked.other],
            )
        };
        // A job waits in the queue until its new thread has come up.
        wait_until(|| parked() == (8, 4, 3, 2, [5, 1, 0]) && metrics().offload_queued == 0);
        let now = metrics();
        assert_eq!((now.live, now.parked.total(), now.ready), (23, 23, 0), "{now:#?}");
        assert_eq!((now.spawned, now.stacks_in_use), (23, 23));
        assert_eq!(now.workers.iter().map(|worker| worker.live).sum::<usize>(), 23);
        assert_eq!(now.workers.iter().map(|worker| worker.parked.total()).sum::<usize>(), 23);
        assert!(now.stack_bytes >= 23 * 256 * 1024 && now.switches >= 23, "{now:#?}");
        assert_eq!((now.offload_threads, now.offload_queued), (2, 0));
        assert!(vervet::kill_all(&waiting, None));
        let end = metrics();
        assert_eq!((end.live, end.parked.total(), end.ready, end.stacks_in_use), (0, 0, 0, 0), "{end:#?}");
        assert_eq!(end.spawned, 23);
    });
}

#[test]
fn dump_tells_what_each_greenlet_waits_for() {
    in_child("dump_tells_what_each_greenlet_waits_for", &[("VERVET_WORKERS", "2")], LIMIT, || {
        let named = |name: &str, f: fn()| vervet::Builder::new().name(name).spawn(f).unwrap();
        let sleeper = named("dormouse", || vervet::sleep(FOREVER));
        let id = sleeper.handle().id();
        let joined = sleeper.handle();
        let joiner = vervet::spawn(move || drop(sleeper.join()));
        let acceptor = named("doorman", || {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            drop(listener.accept());
        });
        let later = vervet::spawn_later(Duration::from_secs(3600), || ());
        wait_until(|| metrics().parked.total() == 4);
        let looker = named("looker", || {
            let mut text = Vec::new();
            dump(&mut text).unwrap();
            // To a writer behind a pointer, too.
            let mut again: Box<dyn Write> = Box::new(Vec::new());
            dump(&mut *again).unwrap();
            child::say(&String::from_utf8(text).unwrap());
        });
        looker.join().unwrap();
        thread::sleep(Duration::from_millis(20));
        let mut text = Vec::new();
        dump(&mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let line = |part: &str| {
            let mut lines = text.lines().filter(|line| line.contains(part));
            let line = lines.next().unwrap_or_else(|| panic!("no {part} in:\n{text}"));
            assert_eq!(lines.next(), None, "{part} twice in:\n{text}");
            line
        };
        let dormouse = line("'dormouse'");
        assert!(dormouse.contains(&format!("greenlet {id} ")), "{dormouse}");
        assert!(dormouse.contains("tests/runtime.rs:"), "{dormouse}");
        assert!(dormouse.contains("parked in sleep for "), "{dormouse}");
        assert!(dormouse.contains("ms"), "{dormouse}");
        let waits = line("in join");
        assert!(waits.contains("'unnamed'") && waits.contains(&format!("of greenlet {id}")), "{waits}");
        assert!(line("'doorman'").contains("in read of fd "), "{text}");
        assert!(line("delayed").contains("'unnamed'"), "{text}");
        assert!(line("4 greenlets on 2 workers").starts_with('4'));
        let rest = [joined, joiner.handle(), acceptor.handle(), later.handle()];
        assert!(vervet::kill_all(&rest, None));
        let mut text = Vec::new();
        dump(&mut text).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), "0 greenlets on 2 workers\n");
    });
}

#[test]
fn offload_runs_as_many_at_once_as_it_may() {
    const THREADS: usize = 8;
    const JOBS: usize = 200;
    const JOB: Duration = Duration::from_millis(10);
    in_child("offload_runs_as_many_at_once_as_it_may", &[("VERVET_WORKERS", "2")], LIMIT, || {
        Builder::new().offload_threads(THREADS).start().unwrap();
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let job = |i| {
            let (now, most) = (now.clone(), most.clone());
            vervet::spawn(move || {
                vervet::offload(move || {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    thread::sleep(JOB);
                    now.fetch_sub(1, Ordering::SeqCst);
                    i
                })
            })
        };
        let start = Instant::now();
        let jobs: Vec<_> = (0..JOBS).map(job).collect();
        wait_until(|| metrics().offload_queued > 0);
        let threads = metrics().offload_threads;
        for (i, job) in jobs.into_iter().enumerate() {
            assert_eq!(job.join().unwrap(), i);
        }
        assert_eq!(most.load(Ordering::SeqCst), THREADS);
        assert!(threads <= THREADS, "{threads} threads");
        assert!(start.elapsed() >= JOB * (JOBS / THREADS) as u32);
        assert_eq!(metrics().offload_queued, 0);
    });
}

#[test]
fn offload_passes_panics_on_and_goes_on() {
    in_child("offload_passes_panics_on_and_goes_on", &[("VERVET_WORKERS", "1")], LIMIT, || {
        Builder::new().offload_threads(1).start().unwrap();
        let unlucky = vervet::spawn(|| vervet::offload(|| std::panic::resume_unwind(Box::new("no luck"))));
        let payload = unlucky.join().unwrap_err().into_panic();
        assert_eq!(*payload.downcast::<&str>().unwrap(), "no luck");
        // The pool's one thread has survived it.
        assert_eq!(vervet::spawn(|| vervet::offload(|| 1)).join().unwrap(), 1);
        // An OS thread does it itself.
        let this = thread::current().id();
        assert_eq!(vervet::offload(move || thread::current().id()), this);
        // Unless a timeout is to cut it short.
        let over = Instant::now();
        let cut = vervet::timeout(Duration::from_millis(10), || vervet::offload(|| thread::sleep(LIMIT)));
        assert!(cut.is_err() && over.elapsed() < LIMIT);
    });
}

/// A killed caller leaves at once; the job that has not begun is dropped, unrun.
#[test]
fn offload_of_a_killed_greenlet_is_given_up() {
    in_child("offload_of_a_killed_greenlet_is_given_up", &[("VERVET_WORKERS", "1")], LIMIT, || {
        Builder::new().offload_threads(1).start().unwrap();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let blocker = vervet::spawn(|| vervet::offload(move || wait.recv()));
        wait_until(|| metrics().parked.offload == 1);
        let never = vervet::spawn(|| vervet::offload(|| panic!("begun after its caller was killed")));
        wait_until(|| metrics().parked.offload == 2);
        never.kill();
        assert!(never.join().unwrap_err().is_killed());
        go.send(()).unwrap();
        blocker.join().unwrap().unwrap();
        assert_eq!(vervet::spawn(|| vervet::offload(|| 2)).join().unwrap(), 2);
    });
}

#[test]
fn name_resolution_does_not_block_the_worker() {
    in_child("name_resolution_does_not_block_the_worker", &[("VERVET_WORKERS", "1")], LIMIT, || {
        Builder::new().offload_threads(1).start().unwrap();
        // The pool's only thread is taken, and names have threads of their own. A slow name waits: and nobody else does.
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let blocker = vervet::spawn(|| vervet::offload(move || wait.recv()));
        wait_until(|| metrics().parked.offload == 1);
        let (answer, slow) = std::sync::mpsc::channel::<std::net::IpAddr>();
        let slow = std::sync::Mutex::new(slow);
        let system = resolver::set_default(
            Resolver::builder().lookup_with(move |_| Ok(vec![slow.lock().unwrap().recv().unwrap()])).build(),
        );
        let name =
            vervet::spawn(|| "slow.example:1".to_socket_addrs().map(|addrs| addrs.collect::<Vec<_>>()));
        wait_until(|| metrics().parked.offload == 2);
        let literal = vervet::spawn(|| "127.0.0.1:80".to_socket_addrs().unwrap().next());
        assert_eq!(literal.join().unwrap(), Some(([127, 0, 0, 1], 80).into()));
        assert!(!name.is_finished());
        resolver::set_default(system);
        let addrs = vervet::spawn(|| "localhost:0".to_socket_addrs().map(|addrs| addrs.collect::<Vec<_>>()));
        let addrs = addrs.join().unwrap().unwrap();
        assert!(!addrs.is_empty() && addrs.iter().all(|addr| addr.ip().is_loopback()), "{addrs:?}");
        answer.send([192, 0, 2, 1].into()).unwrap();
        assert_eq!(name.join().unwrap().unwrap(), [([192, 0, 2, 1], 1).into()]);
        go.send(()).unwrap();
        blocker.join().unwrap().unwrap();
        let wrong = vervet::spawn(|| "no port".to_socket_addrs().map(drop)).join().unwrap();
        assert_eq!(wrong.unwrap_err().kind(), ErrorKind::InvalidInput);
    });
}

#[test]
fn accept_without_fds_is_an_error_and_works_again() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    in_child("accept_without_fds_is_an_error_and_works_again", &[("VERVET_WORKERS", "2")], LIMIT, || {
        vervet::spawn(|| ()).join().unwrap();
        let listener = Arc::new(TcpListener::bind("127.0.0.1:0").unwrap());
        let addr = listener.local_addr().unwrap();
        let accept = || {
            let listener = listener.clone();
            vervet::spawn(move || listener.accept())
        };
        // One parks first, so that the listener is known to the reactor.
        let parked = accept();
        wait_until(|| metrics().parked.read == 1);
        let clients = [(); 3].map(|()| std::net::TcpStream::connect(addr).unwrap());
        let (mut first, _) = parked.join().unwrap().unwrap();

        let highest = std::fs::File::open("/dev/null").unwrap();
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        let limit = |current| setrlimit(Resource::Nofile, Rlimit { current, maximum }).unwrap();
        limit(Some(std::os::fd::AsRawFd::as_raw_fd(&highest) as u64));
        for _ in 0..3 {
            let error = accept().join().unwrap().unwrap_err();
            assert_eq!(error.raw_os_error(), Some(libc::EMFILE), "{error}");
        }
        let error = vervet::spawn(move || TcpStream::connect(addr)).join().unwrap().unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EMFILE), "{error}");
        limit(current);

        // Nothing was lost: those who waited are accepted, and streams that were open work.
        for mut client in &clients[1..] {
            let (mut stream, _) = accept().join().unwrap().unwrap();
            let echo = vervet::spawn(move || {
                let mut buf = [0; 4];
                stream.read_exact(&mut buf).unwrap();
                stream.write_all(&buf).unwrap();
            });
            let mut answer = [0; 4];
            client.write_all(b"ping").unwrap();
            client.read_exact(&mut answer).unwrap();
            assert_eq!(&answer, b"ping");
            echo.join().unwrap();
        }
        drop(clients);
        assert_eq!(vervet::spawn(move || first.read(&mut [0; 4]).unwrap()).join().unwrap(), 0);
        assert!(accept().join_timeout(Duration::from_millis(20)).is_err(), "nobody is left to accept");
    });
}

#[test]
fn stack_of_an_impossible_size_is_an_error() {
    in_child("stack_of_an_impossible_size_is_an_error", &[], LIMIT, || {
        let kept = Arc::new(());
        let theirs = kept.clone();
        let spawned = vervet::Builder::new().stack_size(usize::MAX).spawn(move || drop(theirs));
        assert!(matches!(spawned.unwrap_err().kind(), ErrorKind::InvalidInput | ErrorKind::OutOfMemory));
        assert_eq!(Arc::strong_count(&kept), 1, "the closure is dropped");
        assert_eq!(metrics().live, 0);
        vervet::spawn(|| ()).join().unwrap();
    });
}
