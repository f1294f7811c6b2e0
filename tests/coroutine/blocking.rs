//! Blocking in a coroutine parks the greenlet around it, which can be killed and timed out there.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{Read, Write};
use std::rc::Rc;
use std::time::Duration;

use vervet::coroutine::{self, Coroutine, Generator, State, Status};
use vervet::net::{TcpListener, TcpStream};
use vervet::sync::mpsc;

use crate::common::{Drops, Gate, HOUR, OnDrop, checked, in_both, over, parked};

#[test]
fn sleeping_inside_lets_the_neighbours_run() {
    checked(|| {
        vervet::run(|| {
            let seen = Rc::new(RefCell::new(Vec::new()));
            let (first, second) = (Rc::clone(&seen), Rc::clone(&seen));
            let gate = Gate::new();
            let (theirs, before) = (gate.clone(), coroutine::running());
            let sleeper = vervet::spawn_local(move || {
                let co: Coroutine<(), (), ()> = Coroutine::new(move |_, ()| {
                    let me = coroutine::running();
                    first.borrow_mut().push("waits");
                    theirs.pass();
                    first.borrow_mut().push("goes on");
                    assert_eq!(coroutine::running(), me);
                });
                co.resume(()).unwrap();
                assert_eq!(co.status(), Status::Dead);
            });
            parked(&sleeper.handle(), "join");
            let neighbour = vervet::spawn_local(move || {
                // Not in the other's coroutine, nor is the other's ours.
                assert_eq!(coroutine::running(), None);
                assert!(!coroutine::is_yieldable());
                second.borrow_mut().push("neighbour");
            });
            neighbour.join().unwrap();
            assert_eq!(coroutine::running(), before);
            gate.open();
            sleeper.join().unwrap();
            assert_eq!(*seen.borrow(), ["waits", "neighbour", "goes on"]);
        });
    });
}

#[test]
fn is_normal_while_its_greenlet_is_parked_in_it() {
    checked(|| {
        vervet::run(|| {
            let gate = Gate::new();
            let theirs = gate.clone();
            let co: Rc<Coroutine<u32, (), ()>> = Rc::new(Coroutine::new(move |_, _| theirs.pass()));
            let shared = Rc::clone(&co);
            let holder = vervet::spawn_local(move || {
                shared.resume(0).unwrap();
            });
            parked(&holder.handle(), "join");
            assert_eq!(co.status(), Status::Normal);
            let error = co.resume(5).unwrap_err();
            assert_eq!((error.status(), error.into_inner()), (Status::Normal, 5));
            assert!(co.close().is_err());
            gate.open();
            holder.join().unwrap();
            assert_eq!(co.status(), Status::Dead);
        });
    });
}

#[test]
fn reads_from_a_socket_inside() {
    checked(|| {
        in_both(|| {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let addr = listener.local_addr().unwrap();
            let writer = vervet::spawn(move || {
                let (mut peer, _) = listener.accept().unwrap();
                for line in ["one\n", "two\n", "three\n"] {
                    for byte in line.bytes() {
                        peer.write_all(&[byte]).unwrap();
                        vervet::yield_now();
                    }
                }
            });
            let mut stream = TcpStream::connect(addr).unwrap();
            let lines = Generator::new(move |yielder| {
                let (mut line, mut byte) = (String::new(), [0]);
                while stream.read(&mut byte).unwrap() > 0 {
                    match byte[0] {
                        b'\n' => yielder.suspend(std::mem::take(&mut line)),
                        other => line.push(char::from(other)),
                    }
                }
            });
            assert_eq!(lines.collect::<Vec<_>>(), ["one", "two", "three"]);
            writer.join().unwrap();
        });
    });
}

/// As many as there are workers and more, each with a coroutine inside a coroutine that waits.
#[test]
fn many_at_once() {
    checked(|| {
        let greenlets: Vec<_> = (0..200_u64)
            .map(|n| {
                vervet::spawn(move || {
                    let ticks = Generator::new(move |yielder| {
                        let inner = Generator::new(move |yielder| {
                            for i in 0..20 {
                                vervet::sleep(Duration::from_micros((n + i) % 7 * 30));
                                yielder.suspend(i);
                            }
                        });
                        for i in inner {
                            vervet::yield_now();
                            yielder.suspend(i + n);
                        }
                    });
                    ticks.inspect(|_| vervet::yield_now()).sum::<u64>()
                })
            })
            .collect();
        for (n, joined) in (0..).zip(vervet::join_all(greenlets)) {
            assert_eq!(joined.unwrap(), 190 + 20 * n);
        }
    });
}

#[test]
fn kill_unwinds_the_coroutine_then_the_greenlet() {
    checked(|| {
        let (tell, told) = mpsc::channel();
        let (inner, middle, outer) = (tell.clone(), tell.clone(), tell);
        let greenlet = vervet::spawn(move || {
            let _outer = OnDrop(move || outer.send("greenlet").unwrap());
            let co: Coroutine<(), (), ()> = Coroutine::new(move |_, ()| {
                let _middle = OnDrop(move || middle.send("outer").unwrap());
                let co: Coroutine<(), (), ()> = Coroutine::new(move |_, ()| {
                    let _inner = OnDrop(move || inner.send("inner").unwrap());
                    vervet::sleep(HOUR);
                });
                co.resume(()).unwrap();
            });
            co.resume(()).unwrap();
            unreachable!("it was killed");
        });
        parked(&greenlet.handle(), "sleep");
        greenlet.kill();
        over(&greenlet.handle());
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(told.iter().collect::<Vec<_>>(), ["inner", "outer", "greenlet"]);
    });
}

/// A suspended one is closed by the unwinding of the greenlet that owns it; its destructors may block.
#[test]
fn kill_closes_what_is_suspended() {
    checked(|| {
        let drops = Drops::new();
        let value = drops.value();
        let greenlet = vervet::spawn(move || {
            let co: Coroutine<(), (), ()> = Coroutine::new(move |yielder, ()| {
                let _value = value;
                let _blocks = OnDrop(|| vervet::sleep(Duration::from_millis(1)));
                yielder.suspend(());
            });
            co.resume(()).unwrap();
            vervet::sleep(HOUR);
        });
        parked(&greenlet.handle(), "sleep");
        greenlet.kill();
        over(&greenlet.handle());
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn timeout_cuts_it_short() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            let value = drops.value();
            let co: Coroutine<(), u32, ()> = Coroutine::new(move |yielder, ()| {
                let _value = value;
                yielder.suspend(1);
                vervet::sleep(HOUR);
            });
            assert_eq!(co.resume(()).unwrap(), State::Yielded(1));
            assert!(vervet::timeout(Duration::from_millis(2), || co.resume(())).is_err());
            assert_eq!(drops.count(), 1);
            assert_eq!(co.status(), Status::Dead);
            // And nothing of it is left: this one is whole.
            assert_eq!(vervet::timeout(HOUR, vervet::yield_now), Ok(()));
        });
    });
}

/// Begun by one greenlet, continued by another, closed by a third.
#[test]
fn handed_from_greenlet_to_greenlet() {
    checked(|| {
        vervet::run(|| {
            let drops = Drops::new();
            let value = drops.value();
            let co: Coroutine<u32, u32, ()> = Coroutine::new(move |yielder, mut n| {
                let _value = value;
                loop {
                    vervet::sleep(Duration::from_micros(100));
                    n = yielder.suspend(n + 1);
                }
            });
            let co = vervet::spawn_local(move || {
                assert_eq!(co.resume(1).unwrap(), State::Yielded(2));
                Handed(co)
            });
            let co = co.join().unwrap();
            let co = vervet::spawn_local(move || {
                assert_eq!(co.0.resume(5).unwrap(), State::Yielded(6));
                co
            });
            let co = co.join().unwrap();
            assert_eq!(drops.count(), 0);
            vervet::spawn_local(move || drop(co)).join().unwrap();
            assert_eq!(drops.count(), 1);
        });
    });
}

struct Handed(Coroutine<u32, u32, ()>);

/// A scheduler of one's own, in ten lines, among greenlets that do other things.
#[test]
fn round_robin_of_ones_own() {
    checked(|| {
        in_both(|| {
            let log = Rc::new(RefCell::new(Vec::new()));
            let mut ready: VecDeque<Generator<()>> = (0..3)
                .map(|n| {
                    let log = Rc::clone(&log);
                    Generator::new(move |yielder| {
                        for i in 0..=n {
                            log.borrow_mut().push((n, i));
                            vervet::yield_now();
                            yielder.suspend(());
                        }
                    })
                })
                .collect();
            while let Some(mut task) = ready.pop_front() {
                if task.next().is_some() {
                    ready.push_back(task);
                }
            }
            assert_eq!(*log.borrow(), [(0, 0), (1, 0), (2, 0), (1, 1), (2, 1), (2, 2)]);
        });
    });
}

#[test]
fn scope_inside_borrows_from_the_coroutine() {
    checked(|| {
        in_both(|| {
            let sums = Generator::new(|yielder| {
                for round in 1..4_u64 {
                    let parts = [round, 2 * round, 3 * round];
                    let sum = vervet::scope(|scope| {
                        let halves = parts.each_ref().map(|part| scope.spawn(move || part * 2));
                        halves.map(|half| half.join().unwrap()).iter().sum::<u64>()
                    });
                    yielder.suspend(sum);
                }
            });
            assert_eq!(sums.collect::<Vec<_>>(), [12, 24, 36]);
        });
    });
}
