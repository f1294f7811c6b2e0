//! Kill: every blocking call, destructors, shields, races.

mod common;

use std::io::{IoSlice, IoSliceMut, Read, Write};
use std::net::{SocketAddr, TcpStream as StdStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use common::*;
use vervet::net::resolver::{self, Resolver};
use vervet::net::{TcpListener, TcpStream, ToSocketAddrs, connect_happy};
use vervet::{Exit, Greenlet};

/// Spawns `body`, waits until it is parked for `reason`, kills it from a thread and from a greenlet by turns; its destructors
/// must run before anybody learns of its end.
#[track_caller]
fn killed_in<T: Send + 'static>(reason: &str, mut body: impl FnMut() -> Box<dyn FnOnce() -> T + Send>) {
    for by_greenlet in [false, true] {
        let drops = Drops::new();
        let (value, body, panics) = (drops.value(), body(), panics_seen());
        let greenlet = vervet::spawn(move || {
            let _value = value;
            body();
        });
        let (sender, exits) = mpsc::channel();
        greenlet.on_exit(move |exit| sender.send(*exit).unwrap());
        let handle = greenlet.handle();
        parked(&handle, reason);
        assert!(!greenlet.is_finished());
        let kill_and_wait = move || {
            handle.kill();
            over(&handle);
        };
        if by_greenlet {
            vervet::run(kill_and_wait)
        } else {
            kill_and_wait()
        }
        assert_eq!(drops.count(), 1);
        assert_eq!(exits.try_recv(), Ok(Exit::Killed));
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(panics_seen(), panics, "the hook was called");
    }
}

/// A connection: vervet's end, and std's, which does not wait longer than a test may.
fn pair() -> (TcpStream, StdStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let theirs = StdStream::connect(listener.local_addr().unwrap()).unwrap();
    theirs.set_read_timeout(Some(LIMIT / 2)).unwrap();
    (listener.accept().unwrap().0, theirs)
}

fn sees_the_end(mut peer: StdStream) {
    let mut rest = Vec::new();
    peer.read_to_end(&mut rest).expect("the killed greenlet's end is closed");
}

/// An address whose backlog is full: to connect there means to wait. With what keeps it so.
fn full_backlog() -> (SocketAddr, impl Sized) {
    let listener = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let addr = listener.local_addr().unwrap().as_socket().unwrap();
    let mut fillers = Vec::new();
    while let Ok(filler) = StdStream::connect_timeout(&addr, Duration::from_millis(20)) {
        fillers.push(filler);
    }
    (addr, (listener, fillers))
}

// --- each blocking call --------------------------------------------------------------------------------------------

#[test]
fn in_sleep() {
    checked(|| {
        killed_in("sleep", || Box::new(|| vervet::sleep(Duration::MAX)));
        killed_in("sleep", || Box::new(|| vervet::sleep(HOUR)));
    });
}

#[test]
fn in_yield_now() {
    checked(|| {
        let (sender, started) = mpsc::channel();
        let greenlet = vervet::spawn(move || {
            loop {
                vervet::yield_now();
                let _ = sender.send(());
            }
        });
        started.recv().unwrap();
        greenlet.kill();
        over(&greenlet.handle());
        assert!(matches!(greenlet.join(), Err(error) if error.is_killed()));
    });
}

#[test]
fn in_idle() {
    checked(|| {
        let (sender, started) = mpsc::channel();
        let greenlet = vervet::spawn(move || {
            loop {
                vervet::idle();
                let _ = sender.send(());
            }
        });
        started.recv().unwrap();
        greenlet.kill();
        over(&greenlet.handle());
        assert!(matches!(greenlet.join(), Err(error) if error.is_killed()));
    });
}

#[test]
fn in_join_wait_and_join_timeout() {
    checked(|| {
        let gate = Gate::new();
        let target = |gate: &Gate| {
            let gate = gate.clone();
            vervet::spawn(move || gate.pass())
        };
        let mut joined = Vec::new();
        killed_in("join", || {
            let one = target(&gate);
            joined.push(one.handle());
            Box::new(move || one.join().is_ok())
        });
        killed_in("join", || {
            let one = target(&gate);
            joined.push(one.handle());
            Box::new(move || one.join_timeout(Duration::MAX).is_ok())
        });
        killed_in("join", || {
            let one = target(&gate);
            joined.push(one.handle());
            Box::new(move || one.wait(None))
        });
        killed_in("join", || {
            let one = target(&gate).handle();
            joined.push(one.clone());
            Box::new(move || one.wait(Some(HOUR)))
        });
        // Whom they waited for goes on.
        assert!(joined.iter().all(|one| !one.is_finished()));
        gate.open();
        joined.iter().for_each(over);
    });
}

#[test]
fn in_the_wait_for_oneself() {
    checked(|| killed_in("join", || Box::new(|| vervet::current().unwrap().wait(None))));
}

#[test]
fn in_join_all_try_join_all_and_as_completed() {
    checked(|| {
        let mut handles = Vec::new();
        let mut three = || {
            let three = [(); 3].map(|()| sleeper());
            handles.extend(three.iter().map(Greenlet::handle));
            three
        };
        killed_in("join", || {
            let three = three();
            Box::new(move || drop(vervet::join_all(three)))
        });
        killed_in("join", || {
            let three = three();
            Box::new(move || drop(vervet::try_join_all(three)))
        });
        killed_in("join", || {
            let three = three();
            Box::new(move || drop(vervet::as_completed(three).next()))
        });
        // Detached, not killed.
        assert!(handles.iter().all(|one| !one.is_finished()));
        assert!(vervet::kill_all(&handles, Some(LIMIT / 2)));
    });
}

#[test]
fn in_kill_all() {
    checked(|| {
        let gate = Gate::new();
        killed_in("join", || {
            let gate = gate.clone();
            let stubborn = vervet::spawn(move || vervet::shield(|| gate.pass()));
            parked(&stubborn.handle(), "join");
            Box::new(move || vervet::kill_all(&[stubborn.handle()], None))
        });
        gate.open();
    });
}

#[test]
fn in_run() {
    checked(|| {
        let gate = Gate::new();
        killed_in("join", || {
            let gate = gate.clone();
            Box::new(move || vervet::run(move || gate.pass()))
        });
        gate.open();
    });
}

#[test]
fn in_read_peek_and_read_vectored() {
    checked(|| {
        let mut peers = Vec::new();
        killed_in("read", || {
            let (mut stream, peer) = pair();
            peers.push(peer);
            Box::new(move || stream.read(&mut [0; 9]))
        });
        killed_in("read", || {
            let (stream, peer) = pair();
            peers.push(peer);
            Box::new(move || stream.peek(&mut [0; 9]))
        });
        killed_in("read", || {
            let (mut stream, peer) = pair();
            peers.push(peer);
            Box::new(move || {
                let (mut a, mut b) = ([0; 9], [0; 9]);
                stream.read_vectored(&mut [IoSliceMut::new(&mut a), IoSliceMut::new(&mut b)])
            })
        });
        killed_in("read", || {
            let (mut stream, peer) = pair();
            stream.set_read_timeout(Some(HOUR)).unwrap();
            peers.push(peer);
            Box::new(move || stream.read_exact(&mut [0; 9]).is_ok())
        });
        peers.into_iter().for_each(sees_the_end);
    });
}

#[test]
fn in_write_and_write_vectored() {
    checked(|| {
        let mut peers = Vec::new();
        killed_in("write", || {
            let (mut stream, peer) = pair();
            peers.push(peer);
            Box::new(move || while stream.write(&[7; 1 << 16]).is_ok() {})
        });
        killed_in("write", || {
            let (mut stream, peer) = pair();
            peers.push(peer);
            Box::new(move || {
                let block = [7; 1 << 15];
                while stream.write_vectored(&[IoSlice::new(&block), IoSlice::new(&block)]).is_ok() {}
            })
        });
        killed_in("write", || {
            let (mut stream, peer) = pair();
            peers.push(peer);
            Box::new(move || stream.write_all(&vec![7; 64 << 20]).is_ok())
        });
        peers.into_iter().for_each(sees_the_end);
    });
}

#[test]
fn in_connect() {
    checked(|| {
        let (addr, _full) = full_backlog();
        killed_in("write", || Box::new(move || TcpStream::connect(addr).is_ok()));
        killed_in("write", || Box::new(move || TcpStream::connect_timeout(&addr, HOUR).is_ok()));
    });
}

#[test]
fn in_accept_and_incoming() {
    checked(|| {
        let mut addrs = Vec::new();
        let mut listen = || {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            addrs.push(listener.local_addr().unwrap());
            listener
        };
        killed_in("read", || {
            let listener = listen();
            Box::new(move || listener.accept().is_ok())
        });
        killed_in("read", || {
            let listener = listen();
            Box::new(move || listener.incoming().next().is_some())
        });
        for addr in addrs {
            assert_eq!(StdStream::connect(addr).unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused);
        }
    });
}

#[test]
fn one_of_many_readers_of_one_fd() {
    checked(|| {
        let (stream, mut peer) = pair();
        let stream = Arc::new(stream);
        let readers: Vec<_> = (0..3)
            .map(|_| {
                let stream = Arc::clone(&stream);
                vervet::spawn(move || (&*stream).read(&mut [0]).unwrap())
            })
            .collect();
        readers.iter().for_each(|reader| parked(&reader.handle(), "read"));
        readers[1].kill();
        over(&readers[1].handle());
        peer.write_all(b"ab").unwrap();
        let results = vervet::join_all(readers);
        assert!(matches!(results[..], [Ok(1), Err(_), Ok(1)]), "{results:?}");
    });
}

#[test]
fn in_offload() {
    checked(|| {
        let drops = Drops::new();
        let (mut ends, mut begun) = (Vec::new(), Vec::new());
        killed_in("offload", || {
            let (end, ended) = mpsc::channel::<()>();
            let (begin, beginning) = mpsc::channel();
            let value = drops.value();
            ends.push(end);
            begun.push(beginning);
            Box::new(move || {
                vervet::offload(move || {
                    begin.send(()).unwrap();
                    let _ = ended.recv();
                    value
                })
            })
        });
        // Begun before the kill or not at all.
        let begun = begun.into_iter().filter(|begun| begun.recv().is_ok()).count();
        assert!(drops.count() <= 2 - begun);
        drop(ends);
        // What nobody waits for any more is dropped by the thread that made it.
        eventually("the results are dropped", || drops.count() == 2);
    });
}

#[test]
fn in_offload_before_its_turn() {
    checked(|| {
        // All threads of the pool are taken.
        let (end, ended) = mpsc::channel::<()>();
        let (ended, begun) = (Arc::new(Mutex::new(ended)), Arc::new(AtomicUsize::new(0)));
        let taken: Vec<_> = (0..64)
            .map(|_| {
                let (ended, begun) = (Arc::clone(&ended), Arc::clone(&begun));
                vervet::spawn(move || {
                    vervet::offload(move || {
                        begun.fetch_add(1, SeqCst);
                        let _ = ended.lock().map(|ended| ended.recv());
                    });
                })
            })
            .collect();
        eventually("the pool is full", || begun.load(SeqCst) == 64);
        let ran = Arc::new(AtomicUsize::new(0));
        let drops = Drops::new();
        killed_in("offload", || {
            let (ran, value) = (Arc::clone(&ran), drops.value());
            Box::new(move || {
                vervet::offload(move || {
                    let _value = value;
                    ran.fetch_add(1, SeqCst)
                })
            })
        });
        drop(end);
        vervet::join_all(taken);
        eventually("the closures are dropped", || drops.count() == 2);
        assert_eq!(ran.load(SeqCst), 0);
    });
}

#[test]
fn in_name_resolution() {
    checked(|| {
        let (end, ended) = mpsc::channel::<()>();
        let ended = Mutex::new(ended);
        let slow = Resolver::builder().lookup_with(move |_| {
            let _ = ended.lock().map(|ended| ended.recv());
            Ok(Vec::new())
        });
        let before = resolver::set_default(slow.build());
        killed_in("offload", || Box::new(|| "localhost:0".to_socket_addrs().is_ok()));
        killed_in("offload", || Box::new(|| TcpStream::connect(("localhost", 1)).is_ok()));
        killed_in("offload", || Box::new(|| TcpListener::bind("localhost:0").is_ok()));
        killed_in("offload", || Box::new(|| connect_happy(("localhost", 1)).is_ok()));
        drop(end);
        resolver::set_default(before);
    });
}

#[test]
fn in_the_end_of_a_scope() {
    checked(|| {
        killed_in("scope", || Box::new(|| vervet::scope(|s| drop(s.spawn(|| vervet::sleep(Duration::MAX))))));
        killed_in("join", || {
            Box::new(|| vervet::scope(|s| s.spawn(|| vervet::sleep(Duration::MAX)).join().is_ok()))
        });
    });
}

#[test]
fn in_a_timeout() {
    checked(|| {
        killed_in("sleep", || Box::new(|| vervet::timeout(HOUR, || vervet::sleep(Duration::MAX))));
        killed_in("read", || {
            let (mut stream, _) = pair();
            let (mut other, peer) = pair();
            Box::new(move || {
                // The first ends at once, as its peer is gone.
                let _ = vervet::timeout(HOUR, || stream.read(&mut [0]));
                let _peer = peer;
                vervet::timeout(HOUR, || vervet::timeout(Duration::MAX, || other.read(&mut [0]).is_ok()))
            })
        });
    });
}

// --- sticky --------------------------------------------------------------------------------------------------------

#[test]
fn each_later_blocking_call_is_cut_short_too() {
    checked(|| {
        let (mut stream, _peer) = pair();
        let other = sleeper();
        let handle = other.handle();
        let greenlet = vervet::spawn(move || {
            let cut = |f: &mut dyn FnMut()| usize::from(catch_unwind(AssertUnwindSafe(f)).is_err());
            let done = vervet::spawn(|| ());
            let mut cuts = cut(&mut || vervet::sleep(Duration::MAX));
            cuts += cut(&mut || vervet::sleep(Duration::MAX));
            cuts += cut(&mut || vervet::sleep(Duration::ZERO));
            cuts += cut(&mut vervet::yield_now);
            cuts += cut(&mut vervet::idle);
            cuts += cut(&mut || assert!(other.wait(None)));
            cuts += cut(&mut || assert!(other.wait(Some(Duration::ZERO))));
            cuts += cut(&mut || assert!(vervet::shield(|| done.wait(None)) && done.wait(None)));
            cuts += cut(&mut || drop(stream.read(&mut [0])));
            cuts += cut(&mut || drop(stream.write(&[0])));
            cuts += cut(&mut || vervet::offload(|| ()));
            cuts += cut(&mut || vervet::timeout(HOUR, || vervet::sleep(HOUR)).unwrap());
            cuts += cut(&mut || vervet::scope(|s| drop(s.spawn(|| vervet::sleep(HOUR)))));
            // What does not block is not.
            cuts += 100 * cut(&mut || drop(vervet::spawn(|| ())));
            cuts += 100 * cut(&mut || assert!(!vervet::current().unwrap().is_finished()));
            cuts += 100 * cut(&mut || vervet::shield(|| vervet::sleep(Duration::from_micros(1))));
            cuts
        });
        parked(&greenlet.handle(), "sleep");
        greenlet.kill();
        // Having caught them all, it has finished.
        let panics = panics_seen();
        assert_eq!(greenlet.join().unwrap(), 13);
        assert_eq!(panics_seen(), panics, "one of them was a panic");
        handle.kill();
    });
}

#[test]
fn a_greenlet_that_swallows_it_for_ever_dies_when_it_stops() {
    checked(|| {
        let caught = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&caught);
        let greenlet = vervet::spawn(move || {
            while theirs.load(SeqCst) < 1000 {
                if catch_unwind(|| vervet::sleep(Duration::MAX)).is_err() {
                    theirs.fetch_add(1, SeqCst);
                }
            }
            vervet::sleep(Duration::MAX);
        });
        parked(&greenlet.handle(), "sleep");
        greenlet.kill();
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(caught.load(SeqCst), 1000);
    });
}

#[test]
fn twice_and_after_the_end() {
    checked(|| {
        let greenlet = sleeper();
        greenlet.kill();
        greenlet.kill();
        over(&greenlet.handle());
        greenlet.kill();
        greenlet.handle().kill();
        assert!(greenlet.join().unwrap_err().is_killed());
        let greenlet = vervet::spawn(|| 1);
        over(&greenlet.handle());
        greenlet.kill();
        assert_eq!(greenlet.join().unwrap(), 1);
    });
}

#[test]
fn before_the_first_run() {
    checked(|| {
        vervet::run(|| {
            let ran = Arc::new(AtomicUsize::new(0));
            let (drops, callbacks) = (Drops::new(), Arc::new(AtomicUsize::new(0)));
            let mut killed = 0;
            for _ in 0..1000 {
                let (theirs, value, exits) = (Arc::clone(&ran), drops.value(), Arc::clone(&callbacks));
                let greenlet = vervet::spawn(move || {
                    let _value = value;
                    theirs.fetch_add(1, SeqCst);
                });
                greenlet.kill();
                greenlet.on_exit(move |exit| {
                    exits.fetch_add(usize::from(*exit == Exit::Killed), SeqCst);
                });
                // With several workers another one may have been faster.
                killed += usize::from(greenlet.join().is_err());
            }
            assert_eq!((ran.load(SeqCst) + killed, drops.count()), (1000, 1000));
            assert_eq!(callbacks.load(SeqCst), killed);
            assert!(killed == 1000 || workers() > 1);
        });
    });
}

#[test]
fn oneself() {
    checked(|| {
        let (sender, seen) = mpsc::channel();
        let greenlet = vervet::spawn(move || {
            vervet::current().unwrap().kill();
            sender.send("still here").unwrap();
            drop(vervet::spawn(|| ()));
            vervet::yield_now();
            sender.send("never").unwrap();
        });
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(seen.try_iter().collect::<Vec<_>>(), ["still here"]);
        // Without another blocking call it just finishes.
        assert_eq!(vervet::spawn(|| vervet::current().unwrap().kill()).join().ok(), Some(()));
    });
}

#[test]
fn each_other() {
    checked(|| {
        for _ in 0..200 {
            let (sender, receiver) = mpsc::channel::<vervet::GreenletRef>();
            let first = vervet::spawn(move || {
                vervet::yield_now();
                let other = receiver.recv().unwrap();
                other.kill();
                other.wait(None);
                vervet::sleep(Duration::MAX);
            });
            let handle = first.handle();
            let second = vervet::spawn(move || {
                handle.kill();
                handle.wait(None);
                vervet::sleep(Duration::MAX);
            });
            // Unless it is dead already.
            let _ = sender.send(second.handle());
            first.kill();
            second.kill();
            over(&first.handle());
            over(&second.handle());
        }
    });
}

// --- destructors ---------------------------------------------------------------------------------------------------

#[test]
fn destructors_that_block_run_to_their_end() {
    checked(|| {
        let (stream, mut peer) = pair();
        let (sender, seen) = mpsc::channel();
        let greenlet = vervet::spawn(move || {
            let (mut stream, first, second) = (stream, sender.clone(), sender);
            let _last = OnDrop(move || {
                stream.write_all(&vec![7; 8 << 20]).unwrap();
                first.send("written").unwrap();
            });
            let _first = OnDrop(move || {
                vervet::sleep(Duration::from_millis(1));
                vervet::yield_now();
                vervet::spawn(|| vervet::sleep(Duration::from_millis(1))).join().unwrap();
                vervet::offload(|| ());
                vervet::scope(|s| drop(s.spawn(vervet::yield_now)));
                second.send("slept").unwrap();
            });
            vervet::sleep(Duration::MAX);
        });
        parked(&greenlet.handle(), "sleep");
        greenlet.kill();
        parked(&greenlet.handle(), "write");
        // Killing once more changes nothing.
        greenlet.kill();
        let mut all = Vec::new();
        assert_eq!(peer.read_to_end(&mut all).unwrap(), 8 << 20);
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(seen.try_iter().collect::<Vec<_>>(), ["slept", "written"]);
    });
}

#[test]
fn a_panic_in_a_destructor_that_catches_it_does_no_harm() {
    checked(|| {
        let greenlet = vervet::spawn(|| {
            let _guard = OnDrop(|| {
                assert!(catch_unwind(|| panic!("on purpose")).is_err());
                vervet::sleep(Duration::from_millis(1));
                assert!(catch_unwind(|| panic!("on purpose")).is_err());
            });
            vervet::sleep(Duration::MAX);
        });
        parked(&greenlet.handle(), "sleep");
        greenlet.kill();
        assert!(greenlet.join().unwrap_err().is_killed());
    });
}

#[test]
fn a_panic_while_killed_is_a_panic() {
    checked(|| {
        let greenlet = vervet::spawn(|| {
            let _ = catch_unwind(|| vervet::sleep(Duration::MAX));
            fail("on purpose")
        });
        parked(&greenlet.handle(), "sleep");
        greenlet.kill();
        let error = greenlet.join().map(|(): ()| ()).unwrap_err();
        assert_eq!(text(error.into_panic()), "on purpose");
    });
}

#[test]
fn a_destructor_that_catches_may_spawn_killable_greenlets() {
    checked(|| {
        let greenlet = vervet::spawn(|| {
            let _guard = OnDrop(|| {
                let child = vervet::spawn(|| vervet::sleep(Duration::MAX));
                child.kill();
                assert!(child.join().unwrap_err().is_killed());
            });
            vervet::sleep(Duration::MAX);
        });
        parked(&greenlet.handle(), "sleep");
        greenlet.kill();
        assert!(greenlet.join().unwrap_err().is_killed());
    });
}

#[test]
fn locals_and_callbacks_after_a_kill_may_block() {
    struct Slow;
    impl Drop for Slow {
        fn drop(&mut self) {
            vervet::sleep(Duration::from_millis(1));
            DROPPED.fetch_add(1, SeqCst);
        }
    }
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    vervet::greenlet_local!(static SLOW: Slow = Slow);
    checked(|| {
        let greenlet = vervet::spawn(|| {
            SLOW.with(|_| ());
            vervet::sleep(Duration::MAX);
        });
        parked(&greenlet.handle(), "sleep");
        greenlet.kill();
        greenlet.kill();
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(DROPPED.load(SeqCst), 1);
    });
}

// --- shield --------------------------------------------------------------------------------------------------------

#[test]
fn a_shield_holds_it_up() {
    checked(|| {
        let gate = Gate::new();
        let (theirs, (sender, seen)) = (gate.clone(), mpsc::channel());
        let greenlet = vervet::spawn(move || {
            let answer = vervet::shield(|| {
                vervet::shield(vervet::yield_now);
                theirs.pass();
                vervet::sleep(Duration::from_micros(10));
                sender.send("shielded").unwrap();
                1
            });
            sender.send("until the next blocking call").unwrap();
            vervet::yield_now();
            sender.send("never").unwrap();
            answer
        });
        parked(&greenlet.handle(), "join");
        greenlet.kill();
        assert!(!greenlet.wait(Some(Duration::from_millis(5))));
        gate.open();
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(seen.try_iter().collect::<Vec<_>>(), ["shielded", "until the next blocking call"]);
    });
}

#[test]
fn a_shield_entered_after_the_kill_works_and_a_panic_leaves_it() {
    checked(|| {
        let greenlet = vervet::spawn(|| {
            vervet::current().unwrap().kill();
            vervet::shield(|| vervet::sleep(Duration::from_millis(1)));
            assert!(catch_unwind(|| vervet::shield(|| fail("on purpose"))).is_err());
            let cut = catch_unwind(|| vervet::sleep(Duration::MAX)).is_err();
            vervet::shield(vervet::yield_now);
            cut
        });
        assert!(greenlet.join().unwrap());
    });
}

// --- races ---------------------------------------------------------------------------------------------------------

#[test]
fn against_the_wake_of_a_join() {
    checked(|| {
        in_both(|| {
            let mut outcomes = [0; 2];
            for round in 0..2000 {
                let target = vervet::spawn(vervet::yield_now);
                let waiter = vervet::spawn(move || target.join().is_ok());
                let handle = waiter.handle();
                let killer = vervet::spawn(move || {
                    for _ in 0..round % 4 {
                        vervet::yield_now();
                    }
                    handle.kill();
                });
                match waiter.join() {
                    Ok(joined) => outcomes[usize::from(joined)] += 1,
                    Err(error) => assert!(error.is_killed()),
                }
                killer.join().unwrap();
            }
            assert_eq!(outcomes[0], 0);
        });
    });
}

#[test]
fn against_the_timer_of_a_sleep() {
    checked(|| {
        let greenlets: Vec<_> = (0..5000u64)
            .map(|i| vervet::spawn(move || vervet::sleep(Duration::from_micros(i % 500))))
            .collect();
        let handles: Vec<_> = greenlets.iter().map(Greenlet::handle).collect();
        let (some, others) = handles.split_at(handles.len() / 2);
        let others = others.to_vec();
        let killer = vervet::spawn(move || {
            for handle in &others {
                handle.kill();
                vervet::yield_now();
            }
        });
        some.iter().for_each(vervet::GreenletRef::kill);
        for result in vervet::join_all(greenlets) {
            assert!(result.err().is_none_or(|error| error.is_killed()));
        }
        killer.join().unwrap();
    });
}

#[test]
fn against_the_arrival_of_a_byte_which_is_read_or_stays() {
    checked(|| {
        let (stream, mut peer) = pair();
        let stream = Arc::new(stream);
        let mut read = 0;
        for round in 0..2000_u32 {
            let theirs = Arc::clone(&stream);
            let reader = vervet::spawn(move || (&*theirs).read(&mut [0]).unwrap());
            let handle = reader.handle();
            if round % 2 == 0 {
                let killer = vervet::spawn(move || handle.kill());
                peer.write_all(&[1]).unwrap();
                killer.join().unwrap();
            } else {
                peer.write_all(&[1]).unwrap();
                handle.kill();
            }
            match reader.join() {
                Ok(n) => read += n,
                Err(error) => {
                    assert!(error.is_killed());
                    (&*stream).read_exact(&mut [0]).unwrap();
                }
            }
        }
        assert!(read <= 2000);
        stream.set_nonblocking(true).unwrap();
        assert_eq!((&*stream).read(&mut [0]).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    });
}

#[test]
fn against_the_end_of_an_offload() {
    checked(|| {
        let drops = Drops::new();
        for _ in 0..1000 {
            let value = drops.value();
            let greenlet = vervet::spawn(move || {
                vervet::offload(move || value);
            });
            let handle = greenlet.handle();
            let killer = vervet::spawn(move || {
                vervet::yield_now();
                handle.kill();
            });
            assert!(greenlet.join().err().is_none_or(|error| error.is_killed()));
            killer.join().unwrap();
        }
        eventually("all results are dropped", || drops.count() == 1000);
    });
}

#[test]
fn against_the_end_of_the_greenlet_from_many_sides() {
    checked(|| {
        for _ in 0..500 {
            let greenlet = vervet::spawn(vervet::yield_now);
            let handles = [(); 3].map(|()| greenlet.handle());
            let killers = handles.map(|handle| vervet::spawn(move || handle.kill()));
            greenlet.kill();
            assert!(greenlet.join().err().is_none_or(|error| error.is_killed()));
            vervet::join_all(killers);
        }
    });
}

#[test]
fn ten_thousand_at_once_on_all_workers() {
    checked(|| {
        let drops = Drops::new();
        let greenlets: Vec<_> = (0..10_000)
            .map(|_| {
                let value = drops.value();
                vervet::spawn(move || {
                    let _value = value;
                    vervet::sleep(Duration::MAX);
                })
            })
            .collect();
        let handles: Vec<_> = greenlets.iter().map(Greenlet::handle).collect();
        thread::scope(|s| {
            for part in handles.chunks(2500) {
                s.spawn(move || assert!(vervet::kill_all(part, Some(LIMIT / 2))));
            }
        });
        assert_eq!(drops.count(), 10_000);
        assert!(
            vervet::join_all(greenlets)
                .into_iter()
                .all(|result| result.is_err_and(|error| error.is_killed()))
        );
    });
}

#[test]
fn the_panic_hook_stays_silent() {
    checked(|| {
        let before = panics_seen();
        let stop = Arc::new(AtomicBool::new(false));
        let greenlets: Vec<_> = (0..100)
            .map(|_| {
                let stop = Arc::clone(&stop);
                vervet::spawn(move || {
                    while !stop.load(SeqCst) {
                        let _ = vervet::timeout(Duration::from_micros(100), || vervet::sleep(HOUR));
                    }
                })
            })
            .collect();
        let handles: Vec<_> = greenlets.iter().map(Greenlet::handle).collect();
        handles[..50].iter().for_each(vervet::GreenletRef::kill);
        stop.store(true, SeqCst);
        handles.iter().for_each(over);
        assert_eq!(panics_seen(), before);
        assert!(catch_unwind(|| panic!("on purpose")).is_err());
        assert_eq!(panics_seen(), before + 1);
    });
}
