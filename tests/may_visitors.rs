//! Visitors: coroutines that somebody else has started on may, and that use vervet's calls.

#![cfg(feature = "may")]

mod common;

use std::cell::Cell;
use std::io::{ErrorKind, Read, Write};
use std::mem::ManuallyDrop;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, FromRawFd};
use std::panic::{catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Once, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use common::*;
use may::coroutine::JoinHandle;
use vervet::net::{Shutdown, TcpListener, TcpStream};
use vervet::runtime::metrics;
use vervet::{Greenlet, Scheduler};

const LOCAL: &str = "127.0.0.1:0";
const MOMENT: Duration = Duration::from_millis(5);

/// `common::checked`, with may's workers and their fds on the books already. vervet's settings are may's then: may's own
/// stacks are too small for a panic.
fn checked(test: impl FnOnce()) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: it uses no thread-local.
        let builder = unsafe { vervet::Builder::new().scheduler(Scheduler::May) };
        builder.spawn(|| ()).unwrap().join().unwrap();
    });
    common::checked(test);
}

// --- three contexts ------------------------------------------------------------------------------------------------

#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    Visitor,
    Greenlet,
    Thread,
}
use Who::{Thread, Visitor};

const ALL: [Who; 3] = [Visitor, Who::Greenlet, Thread];

/// Something that was started, and how to wait for it.
struct Running<T>(Box<dyn FnOnce() -> thread::Result<T>>);

impl<T> Running<T> {
    #[track_caller]
    fn join(self) -> T {
        (self.0)().unwrap_or_else(|payload| resume_unwind(payload))
    }
}

fn start<T: Send + 'static>(who: Who, f: impl FnOnce() -> T + Send + 'static) -> Running<T> {
    match who {
        Visitor => {
            let handle = visitor(f);
            Running(Box::new(|| handle.join()))
        }
        Who::Greenlet => {
            let handle = greenlet(f);
            Running(Box::new(|| handle.join().map_err(vervet::JoinError::into_panic)))
        }
        Thread => {
            let handle = thread::spawn(f);
            Running(Box::new(|| handle.join()))
        }
    }
}

/// A coroutine of may's own.
fn visitor<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    may::go!(f)
}

/// A greenlet on vervet's own workers, whatever this run's greenlets are.
fn greenlet<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> Greenlet<T> {
    // SAFETY: nothing is asked for this one.
    unsafe { vervet::Builder::new().scheduler(Scheduler::Vervet) }.spawn(f).unwrap()
}

/// What a visitor answers; its panics are passed on.
#[track_caller]
fn visit<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    visitor(f).join().unwrap_or_else(|payload| resume_unwind(payload))
}

/// As may does it: the coroutine unwinds at its next wait, or in the one it is in.
fn cancel<T>(visitor: &JoinHandle<T>) {
    // SAFETY: what the coroutines here own bears to be dropped at any of their waits.
    unsafe { visitor.coroutine().cancel() };
}

#[track_caller]
fn cancelled<T: std::fmt::Debug>(visitor: JoinHandle<T>) {
    let payload = visitor.join().expect_err("it was cancelled");
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    assert!(text.is_none(), "panicked instead: {text:?}");
}

/// Both ends of a connection.
fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind(LOCAL).unwrap();
    let ours = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (ours, listener.accept().unwrap().0)
}

/// Waits until one more than `before` is parked, where `count` looks.
#[track_caller]
fn one_more(before: usize, count: impl Fn() -> usize) {
    eventually("one more is parked", || count() > before);
}

fn sleeping() -> usize {
    metrics().parked.sleep
}

fn reading() -> usize {
    metrics().parked.read
}

fn joining() -> usize {
    metrics().parked.join
}

// --- streams -------------------------------------------------------------------------------------------------------

/// More than the sockets buffer, so that writing waits, too.
const BULK: usize = 4 << 20;

fn pattern(n: usize) -> u8 {
    (n * 31 + n / 251) as u8
}

/// Takes one connection and sends back what comes until its end, a piece at a time.
fn echo_one(listener: &TcpListener) {
    let (mut stream, _) = listener.accept().unwrap();
    let mut buf = vec![0; 64 << 10];
    while let n @ 1.. = stream.read(&mut buf).unwrap() {
        stream.write_all(&buf[..n]).unwrap();
    }
}

/// Sends from one context, receives in another.
fn send_and_check(addr: SocketAddr, sender: Who) {
    let mut stream = TcpStream::connect(addr).unwrap();
    let mut other = stream.try_clone().unwrap();
    let sender = start(sender, move || {
        let data: Vec<u8> = (0..BULK).map(pattern).collect();
        other.write_all(&data).unwrap();
        other.shutdown(Shutdown::Write).unwrap();
    });
    let mut data = Vec::new();
    stream.read_to_end(&mut data).unwrap();
    assert!(data.len() == BULK && data.iter().enumerate().all(|(n, &byte)| byte == pattern(n)));
    sender.join();
}

#[test]
fn streams_between_every_two_contexts() {
    checked(|| {
        for server in ALL {
            for client in ALL {
                for sender in ALL {
                    let listener = TcpListener::bind(LOCAL).unwrap();
                    let addr = listener.local_addr().unwrap();
                    let server = start(server, move || echo_one(&listener));
                    start(client, move || send_and_check(addr, sender)).join();
                    server.join();
                }
            }
        }
    });
}

#[test]
fn accept_waits_for_connect_in_every_context() {
    checked(|| {
        for acceptor in ALL {
            for client in ALL {
                let listener = TcpListener::bind(LOCAL).unwrap();
                let addr = listener.local_addr().unwrap();
                let before = reading();
                let acceptor_of = start(acceptor, move || listener.accept().unwrap().1);
                if acceptor != Thread {
                    one_more(before, reading);
                }
                let ours =
                    start(client, move || TcpStream::connect(addr).unwrap().local_addr().unwrap()).join();
                assert_eq!(acceptor_of.join(), ours, "{acceptor:?} accepts, {client:?} connects");
            }
        }
    });
}

#[test]
fn one_listener_for_acceptors_of_every_context() {
    const EACH: usize = 4;
    checked(|| {
        let listener = Arc::new(TcpListener::bind(LOCAL).unwrap());
        let addr = listener.local_addr().unwrap();
        let acceptors: Vec<_> = (0..3 * EACH)
            .map(|n| {
                let listener = listener.clone();
                // Each accepts one, so all of them have to be woken.
                start(ALL[n % 3], move || listener.accept().unwrap().0.write_all(&[n as u8]).unwrap())
            })
            .collect();
        let clients: Vec<_> = (0..3 * EACH)
            .map(|n| {
                start(ALL[n / EACH], move || {
                    let mut served_by = [0];
                    TcpStream::connect(addr).unwrap().read_exact(&mut served_by).unwrap();
                    served_by[0]
                })
            })
            .collect();
        let mut served_by: Vec<u8> = clients.into_iter().map(Running::join).collect();
        served_by.sort_unstable();
        assert_eq!(served_by, Vec::from_iter(0..3 * EACH as u8));
        acceptors.into_iter().for_each(Running::join);
    });
}

#[test]
fn one_stream_for_readers_of_every_context() {
    checked(|| {
        let (ours, mut theirs) = pair();
        let ours = Arc::new(ours);
        let readers = ALL.map(|who| {
            let ours = ours.clone();
            start(who, move || {
                let mut total = 0;
                while let n @ 1.. = (&*ours).read(&mut [0; 64]).unwrap() {
                    total += n;
                }
                total
            })
        });
        for _ in 0..1000 {
            theirs.write_all(&[7; 64]).unwrap();
        }
        theirs.shutdown(Shutdown::Write).unwrap();
        assert_eq!(readers.map(Running::join).iter().sum::<usize>(), 64_000);
    });
}

#[test]
fn read_timeout_of_the_stream() {
    checked(|| {
        let (mut ours, _theirs) = pair();
        ours.set_read_timeout(Some(MOMENT)).unwrap();
        let (kind, took) = visit(move || {
            let start = Instant::now();
            (ours.read(&mut [0]).unwrap_err().kind(), start.elapsed())
        });
        assert_eq!(kind, ErrorKind::WouldBlock);
        assert!(took >= MOMENT);
    });
}

#[test]
fn shutdown_wakes_reader() {
    checked(|| {
        for who in ALL {
            let (ours, _theirs) = pair();
            let ours = Arc::new(ours);
            let (reader, before) = (ours.clone(), reading());
            let reader = visitor(move || (&*reader).read(&mut [0]).unwrap());
            one_more(before, reading);
            start(who, move || ours.shutdown(Shutdown::Both).unwrap()).join();
            assert_eq!(reader.join().unwrap(), 0);
        }
    });
}

#[test]
fn close_wakes_reader() {
    checked(|| {
        for who in ALL {
            let (ours, _theirs) = pair();
            // SAFETY: open, and closed by `ours` alone; what this test is about is that it is closed too early.
            let alias = ManuallyDrop::new(unsafe { TcpStream::from_raw_fd(ours.as_raw_fd()) });
            let before = reading();
            let reader = visitor(move || (&*alias).read(&mut [0]).map_err(|error| error.raw_os_error()));
            one_more(before, reading);
            start(who, move || drop(ours)).join();
            let result = reader.join().unwrap();
            assert!(matches!(result, Err(Some(_))), "{result:?}");
        }
    });
}

// --- time, cancellation of ours, others' ends ----------------------------------------------------------------------

#[test]
fn sleep_takes_its_time() {
    checked(|| {
        let took = visit(|| {
            let start = Instant::now();
            vervet::sleep(MOMENT);
            vervet::sleep(Duration::ZERO);
            vervet::yield_now();
            vervet::idle();
            start.elapsed()
        });
        assert!(took >= MOMENT && took < HOUR, "{took:?}");
    });
}

#[test]
fn timeout_cuts_each_wait_short() {
    checked(|| {
        visit(|| {
            let drops = Drops::new();
            let value = drops.value();
            let slow = vervet::timeout(MOMENT, || {
                let _value = value;
                vervet::sleep(HOUR);
            });
            assert_eq!((slow.unwrap_err().after(), drops.count()), (MOMENT, 1));

            let (mut ours, _theirs) = pair();
            assert!(vervet::timeout(MOMENT, || ours.read(&mut [0])).is_err());
            let listener = TcpListener::bind(LOCAL).unwrap();
            assert!(vervet::timeout(MOMENT, || listener.accept()).is_err());
            let sleeper = greenlet(|| vervet::sleep(HOUR));
            assert!(vervet::timeout(MOMENT, || sleeper.wait(None)).is_err());
            assert!(!sleeper.is_finished());
            sleeper.kill();
            assert!(sleeper.join().unwrap_err().is_killed());

            assert_eq!(vervet::timeout(HOUR, || 7), Ok(7));
            vervet::sleep(MOMENT);
        });
    });
}

#[test]
fn timeouts_nest() {
    checked(|| {
        visit(|| {
            let inner_first =
                vervet::timeout(HOUR, || vervet::timeout(MOMENT, || vervet::sleep(HOUR)).is_err());
            assert_eq!(inner_first, Ok(true));
            let outer_first = vervet::timeout(MOMENT, || {
                let _ = vervet::timeout(HOUR, || vervet::sleep(HOUR));
                unreachable!("the outer one passes through");
            });
            assert!(outer_first.is_err());
        });
    });
}

#[test]
fn shield_keeps_timeouts_out() {
    checked(|| {
        visit(|| {
            let start = Instant::now();
            let result = vervet::timeout(MOMENT, || {
                vervet::shield(|| vervet::sleep(4 * MOMENT));
                let shielded = start.elapsed();
                assert!(shielded >= 4 * MOMENT, "{shielded:?}");
                vervet::sleep(HOUR);
            });
            assert!(result.is_err());
        });
    });
}

#[test]
fn offload_goes_to_another_thread() {
    checked(|| {
        visit(|| {
            let elsewhere = vervet::offload(|| (thread::current().name().map(str::to_owned), 42));
            assert_eq!(elsewhere.1, 42);
            assert!(elsewhere.0.is_some_and(|name| name.contains("offload")));
            let panic = catch_unwind(|| vervet::offload(|| -> u32 { fail("on purpose") }));
            assert_eq!(text(panic.unwrap_err()), "on purpose");
        });
    });
}

#[test]
fn joins_greenlets_of_both_schedulers() {
    checked(|| {
        visit(|| {
            for scheduler in [Scheduler::Vervet, Scheduler::May] {
                // SAFETY: these use no thread-local.
                let builder = || unsafe { vervet::Builder::new().scheduler(scheduler) };
                let values = (0..10).map(|n| {
                    builder().spawn(move || {
                        vervet::sleep(MOMENT / (n + 1));
                        n
                    })
                });
                let joined = vervet::join_all(values.map(Result::unwrap)).into_iter().map(Result::unwrap);
                assert!(joined.eq(0..10));
                let failed = builder().spawn(|| -> () { fail("on purpose") }).unwrap();
                assert_eq!(text(failed.join().unwrap_err().into_panic()), "on purpose");
                let killed = builder().spawn(|| vervet::sleep(HOUR)).unwrap();
                assert!(!killed.wait(Some(MOMENT)));
                killed.kill();
                assert!(killed.join().unwrap_err().is_killed());
            }
        });
    });
}

#[test]
fn scope_in_a_visitor() {
    checked(|| {
        let sum = visit(|| {
            let numbers = [1, 2, 3];
            vervet::scope(|scope| {
                let parts = [0, 1, 2].map(|n| {
                    scope.spawn({
                        let numbers = &numbers;
                        move || {
                            vervet::sleep(MOMENT);
                            numbers[n]
                        }
                    })
                });
                parts.into_iter().map(|part| part.join().unwrap()).sum::<i32>()
            })
        });
        assert_eq!(sum, 6);
    });
}

#[test]
fn is_no_greenlet() {
    checked(|| {
        let (before, after, parent) = visit(|| {
            let before = vervet::current().is_none();
            vervet::sleep(MOMENT);
            (before, vervet::current().is_none(), vervet::spawn(|| vervet::current().unwrap().parent()))
        });
        assert!(before && after);
        assert!(parent.join().unwrap().is_none(), "a visitor is nobody's parent");
    });
}

#[test]
fn spawn_local_needs_a_worker() {
    checked(|| {
        assert!(visit(|| catch_unwind(|| drop(vervet::spawn_local(|| ()))).is_err()));
    });
}

// --- greenlet locals -----------------------------------------------------------------------------------------------

vervet::greenlet_local! {
    static NUMBER: Cell<usize> = Cell::new(0);
    static OWNED: Cell<Option<Counted>> = Cell::new(None);
}

#[test]
fn each_visitor_has_locals_of_its_own() {
    checked(|| {
        let drops = Drops::new();
        let visitors: Vec<_> = (1..=50)
            .map(|n| {
                let value = drops.value();
                visitor(move || {
                    OWNED.set(Some(value));
                    let fresh = NUMBER.replace(n);
                    for _ in 0..3 {
                        vervet::sleep(MOMENT / 5);
                        assert_eq!(NUMBER.get(), n, "after a wait");
                    }
                    fresh
                })
            })
            .collect();
        assert!(visitors.into_iter().all(|visitor| visitor.join().unwrap() == 0), "left by another");
        eventually("their values are dropped at their ends", || drops.count() == 50);
        assert_eq!(NUMBER.get(), 0, "this thread's own");
    });
}

#[test]
fn locals_are_dropped_when_cancelled_or_panicking() {
    checked(|| {
        let drops = Drops::new();
        let (value, before) = (drops.value(), sleeping());
        let waiting = visitor(move || {
            OWNED.set(Some(value));
            vervet::sleep(HOUR);
        });
        one_more(before, sleeping);
        cancel(&waiting);
        cancelled(waiting);
        let value = drops.value();
        let failing = visitor(move || {
            OWNED.set(Some(value));
            vervet::yield_now();
            fail("on purpose")
        });
        assert_eq!(text(failing.join().unwrap_err()), "on purpose");
        eventually("both are dropped", || drops.count() == 2);
    });
}

// --- cancelled by may ----------------------------------------------------------------------------------------------

/// Starts a visitor that waits in `wait`, where `count` sees it, and cancels it there. Its destructors run, and wait.
#[track_caller]
fn cancelled_in(count: impl Fn() -> usize, wait: impl FnOnce() + Send + 'static) {
    let bystander = visitor(|| vervet::sleep(4 * MOMENT));
    let (drops, before) = (Drops::new(), count());
    let value = drops.value();
    let waited = Arc::new(AtomicUsize::new(0));
    let waits = waited.clone();
    let visitor = visitor(move || {
        let _value = value;
        let _guard = OnDrop(move || {
            let start = Instant::now();
            vervet::sleep(MOMENT);
            assert!(start.elapsed() >= MOMENT);
            assert_eq!(vervet::timeout(HOUR, || greenlet(|| 7).join().unwrap()), Ok(7));
            assert!(vervet::timeout(MOMENT, || vervet::sleep(HOUR)).is_err());
            let (mut ours, mut theirs) = pair();
            ours.write_all(b"bye").unwrap();
            theirs.read_exact(&mut [0; 3]).unwrap();
            waits.fetch_add(1, SeqCst);
        });
        wait();
        unreachable!("it was cancelled");
    });
    one_more(before, count);
    cancel(&visitor);
    cancelled(visitor);
    assert_eq!((drops.count(), waited.load(SeqCst)), (1, 1));
    bystander.join().unwrap();
}

#[test]
fn cancelled_in_sleep() {
    checked(|| {
        cancelled_in(sleeping, || vervet::sleep(Duration::MAX));
        cancelled_in(sleeping, || vervet::sleep(HOUR));
        cancelled_in(sleeping, || vervet::timeout(HOUR, || vervet::sleep(Duration::MAX)).unwrap());
    });
}

#[test]
fn cancelled_in_read_and_accept() {
    checked(|| {
        let (mut ours, mut theirs) = pair();
        let mut same = ours.try_clone().unwrap();
        cancelled_in(reading, move || drop(ours.read(&mut [0])));
        // The stream is as good as before.
        theirs.write_all(b"on").unwrap();
        visit(move || same.read_exact(&mut [0; 2]).unwrap());

        let listener = Arc::new(TcpListener::bind(LOCAL).unwrap());
        let same = listener.clone();
        cancelled_in(reading, move || drop(same.accept()));
        let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        listener.accept().unwrap();
    });
}

#[test]
fn cancelled_in_join() {
    checked(|| {
        let sleeper = sleeper();
        let joined = sleeper.handle();
        cancelled_in(joining, move || _ = joined.wait(None));
        assert!(!sleeper.is_finished(), "whom it waited for goes on");
        sleeper.kill();
        over(&sleeper.handle());
    });
}

#[test]
fn cancelled_in_offload() {
    checked(|| {
        let (release, released) = mpsc::channel::<()>();
        let (ended, end) = mpsc::channel();
        let begun = Arc::new(AtomicUsize::new(0));
        let begins = begun.clone();
        // A job that has not begun would be dropped.
        let count = || metrics().parked.offload.min(begun.load(SeqCst));
        cancelled_in(count, move || {
            vervet::offload(move || {
                begins.store(1, SeqCst);
                let _ = released.recv();
                ended.send(()).unwrap();
            });
        });
        drop(release);
        end.recv().unwrap();
    });
}

#[test]
fn cancelled_before_its_first_wait() {
    checked(|| {
        let (go, gone) = mpsc::channel::<()>();
        let visitor = visitor(move || {
            // Blocks may's worker: nothing else is to run on it meanwhile.
            gone.recv().unwrap();
            vervet::sleep(HOUR);
        });
        cancel(&visitor);
        go.send(()).unwrap();
        cancelled(visitor);
    });
}

#[test]
fn cancelled_is_sticky() {
    checked(|| {
        let before = sleeping();
        let visitor = visitor(move || {
            for _ in 0..3 {
                assert!(catch_unwind(|| vervet::sleep(HOUR)).is_err());
            }
            assert!(catch_unwind(|| greenlet(|| ()).join()).is_err());
            assert!(catch_unwind(vervet::yield_now).is_err());
            let start = Instant::now();
            vervet::shield(|| vervet::sleep(MOMENT));
            start.elapsed()
        });
        one_more(before, sleeping);
        cancel(&visitor);
        // It has caught everything, and ended in its own way.
        let shielded = visitor.join().unwrap();
        assert!(shielded >= MOMENT, "{shielded:?}");
    });
}

#[test]
fn cancelled_in_a_shield() {
    checked(|| {
        let (before, drops) = (sleeping(), Drops::new());
        let value = drops.value();
        let visitor = visitor(move || {
            let start = Instant::now();
            vervet::shield(|| vervet::sleep(6 * MOMENT));
            assert!(start.elapsed() >= 6 * MOMENT);
            drop(value);
            vervet::sleep(HOUR);
        });
        one_more(before, sleeping);
        cancel(&visitor);
        cancelled(visitor);
        assert_eq!(drops.count(), 1, "what is behind the shield was done");
    });
}

#[test]
fn cancel_and_wake_at_once_lose_nothing() {
    const ROUNDS: usize = 300;
    checked(|| {
        let delivered = Arc::new(AtomicUsize::new(0));
        for round in 0..ROUNDS {
            let (ours, mut theirs) = pair();
            let ours = Arc::new(ours);
            let readers = [(); 2].map(|()| {
                let (ours, delivered) = (ours.clone(), delivered.clone());
                visitor(move || {
                    if (&*ours).read(&mut [0]).unwrap() == 1 {
                        delivered.fetch_add(1, SeqCst);
                    }
                })
            });
            if round % 3 > 0 {
                vervet::sleep(Duration::from_micros(10 * (round % 30) as u64));
            }
            let killer = {
                let coroutine = readers[round % 2].coroutine().clone();
                thread::spawn(move || {
                    // SAFETY: as in `cancel`.
                    unsafe { coroutine.cancel() }
                })
            };
            theirs.write_all(b"12").unwrap();
            killer.join().unwrap();
            let [a, b] = readers.map(|reader| reader.join().is_ok());
            // One is left alone, and gets its byte; the other has it, or has left it.
            assert!(if round % 2 == 0 { b } else { a });
            let read = delivered.swap(0, SeqCst);
            assert_eq!(read, usize::from(a) + usize::from(b));
            let mut rest = Vec::new();
            drop(theirs);
            (&*ours).read_to_end(&mut rest).unwrap();
            assert_eq!(read + rest.len(), 2, "a byte was lost");
        }
    });
}

#[test]
fn panic_in_a_visitor_is_its_own() {
    checked(|| {
        let gate = Gate::new();
        let stuck: Vec<_> = (0..4)
            .map(|_| {
                let gate = gate.clone();
                visitor(move || {
                    let _guard = OnDrop(move || {
                        assert!(thread::panicking());
                        gate.pass();
                        assert!(thread::panicking(), "after a wait");
                    });
                    fail("on purpose")
                })
            })
            .collect();
        eventually("all wait in their destructors", || joining() >= 4);
        let calm: Vec<_> = (0..20)
            .map(|_| {
                visitor(|| {
                    vervet::sleep(MOMENT);
                    thread::panicking()
                })
            })
            .collect();
        assert!(calm.into_iter().all(|visitor| !visitor.join().unwrap()), "a neighbour's panic is seen");
        gate.open();
        for visitor in stuck {
            assert_eq!(text(visitor.join().unwrap_err()), "on purpose");
        }
    });
}

// --- many ----------------------------------------------------------------------------------------------------------

#[test]
fn two_thousand_come_and_go() {
    const MANY: usize = 2000;
    checked(|| {
        let (gate, ended) = (Gate::new(), Arc::new(AtomicUsize::new(0)));
        let before = joining();
        let visitors: Vec<_> = (0..MANY)
            .map(|n| {
                let (gate, ended) = (gate.clone(), ended.clone());
                visitor(move || {
                    gate.pass();
                    vervet::sleep(Duration::from_micros(n as u64 % 997));
                    ended.fetch_add(1, SeqCst);
                })
            })
            .collect();
        eventually("all of them wait", || joining() >= before + MANY);
        gate.open();
        visitors.into_iter().for_each(|visitor| visitor.join().unwrap());
        assert_eq!(ended.load(SeqCst), MANY);
    });
}
