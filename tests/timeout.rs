//! `timeout`: alone, nested, with shields and kills, around every kind of blocking call, in greenlets and on threads.

mod common;

use std::cell::Cell;
use std::error::Error;
use std::io::{ErrorKind, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use common::*;
use vervet::net::{TcpListener, TcpStream};
use vervet::{Elapsed, Greenlet, timeout};

const SHORT: Duration = Duration::from_millis(3);

fn forever() {
    vervet::sleep(Duration::MAX);
}

fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let ours = std::net::TcpStream::connect(addr).unwrap();
    (std::os::fd::OwnedFd::from(ours).into(), listener.accept().unwrap().0)
}

// --- alone ---------------------------------------------------------------------------------------------------------

#[test]
fn cuts_what_takes_too_long() {
    checked(|| {
        in_both(|| {
            let start = Instant::now();
            let elapsed = timeout(SHORT, forever).unwrap_err();
            assert!(start.elapsed() >= SHORT);
            assert!(start.elapsed() < LIMIT / 2);
            assert_eq!(elapsed.after(), SHORT);
        });
    });
}

#[test]
fn returns_the_value_of_what_does_not() {
    checked(|| {
        in_both(|| {
            let value = timeout(HOUR, || {
                vervet::sleep(Duration::from_micros(10));
                vec![1]
            });
            assert_eq!(value.unwrap(), [1]);
            // The next blocking call is nobody's any more.
            vervet::sleep(Duration::from_micros(10));
        });
    });
}

#[test]
fn zero_cuts_the_first_blocking_call() {
    checked(|| {
        in_both(|| {
            assert!(timeout(Duration::ZERO, || vervet::sleep(Duration::from_micros(1))).is_err());
            assert!(timeout(Duration::ZERO, vervet::yield_now).is_err());
            assert!(timeout(Duration::ZERO, || vervet::sleep(Duration::ZERO)).is_err());
            assert_eq!(timeout(Duration::ZERO, || 1), Ok(1));
        });
    });
}

#[test]
fn one_beyond_the_clock_never_comes() {
    checked(|| {
        in_both(|| {
            for d in [Duration::MAX, Duration::from_secs(u64::MAX / 1_000_000_000), HOUR] {
                assert_eq!(timeout(d, || vervet::sleep(Duration::from_micros(10))), Ok(()));
            }
        });
    });
}

#[test]
fn code_that_does_not_block_returns_though_it_is_late() {
    checked(|| {
        in_both(|| {
            let late = timeout(Duration::from_micros(1), || {
                let start = Instant::now();
                while start.elapsed() < Duration::from_micros(100) {
                    std::hint::spin_loop();
                }
                1
            });
            assert_eq!(late, Ok(1));
            vervet::yield_now();
        });
    });
}

#[test]
fn sticks_within_its_scope_and_not_beyond() {
    checked(|| {
        in_both(|| {
            let cuts = AtomicUsize::new(0);
            let result = timeout(SHORT, || {
                for _ in 0..5 {
                    if catch_unwind(forever).is_err() {
                        cuts.fetch_add(1, SeqCst);
                    }
                }
                if catch_unwind(vervet::yield_now).is_err() {
                    cuts.fetch_add(1, SeqCst);
                }
                "returned in spite of it"
            });
            assert_eq!((result, cuts.load(SeqCst)), (Ok("returned in spite of it"), 6));
            vervet::sleep(Duration::from_micros(10));
            vervet::yield_now();
        });
    });
}

#[test]
fn a_panic_passes_through() {
    checked(|| {
        in_both(|| {
            let payload =
                catch_unwind(|| timeout(HOUR, || timeout(HOUR, || fail("on purpose")))).unwrap_err();
            assert_eq!(text(payload), "on purpose");
            vervet::yield_now();
            assert!(timeout(SHORT, forever).is_err());
        });
    });
}

#[test]
fn again_and_again_in_one_frame() {
    checked(|| {
        in_both(|| {
            for i in 0..200 {
                let cut = timeout(Duration::from_micros(i), forever);
                assert_eq!(cut.unwrap_err().after(), Duration::from_micros(i));
            }
        });
    });
}

#[test]
fn elapsed_is_an_error_like_others() {
    checked(|| {
        let elapsed = timeout(Duration::from_millis(2), forever).unwrap_err();
        assert_eq!(elapsed.to_string(), "timed out after 2ms");
        let boxed: Box<dyn Error + Send + Sync> = elapsed.into();
        assert!(boxed.is::<Elapsed>());
        let io = std::io::Error::from(elapsed);
        assert_eq!(io.kind(), ErrorKind::TimedOut);
        assert_eq!(io.to_string(), "timed out after 2ms");
        assert!(io.get_ref().is_some_and(|inner| inner.is::<Elapsed>()));
        let through = || -> std::io::Result<()> { Ok(timeout(Duration::ZERO, forever)?) };
        assert_eq!(through().unwrap_err().kind(), ErrorKind::TimedOut);
    });
}

#[test]
fn ten_thousand_greenlets_each_with_its_own() {
    checked(|| {
        let greenlets: Vec<_> = (0..10_000u64)
            .map(|i| {
                vervet::spawn(move || {
                    let start = Instant::now();
                    let d = Duration::from_micros(i);
                    let cut = timeout(d, forever).is_err_and(|elapsed| elapsed.after() == d);
                    let not = timeout(HOUR, || vervet::sleep(Duration::from_micros(i % 100))).is_ok();
                    cut && not && start.elapsed() >= d
                })
            })
            .collect();
        assert!(vervet::join_all(greenlets).into_iter().all(Result::unwrap));
    });
}

#[test]
fn neighbours_are_not_touched() {
    checked(|| {
        vervet::run(|| {
            let neighbour = vervet::spawn_local(|| vervet::sleep(4 * SHORT));
            let other = vervet::spawn_local(|| timeout(HOUR, || vervet::sleep(4 * SHORT)));
            assert!(timeout(SHORT, forever).is_err());
            neighbour.join().unwrap();
            other.join().unwrap().unwrap();
        });
    });
}

// --- nested --------------------------------------------------------------------------------------------------------

#[test]
fn the_inner_one_is_shorter() {
    checked(|| {
        in_both(|| {
            let outer = timeout(HOUR, || {
                let inner = timeout(SHORT, forever);
                vervet::yield_now();
                inner.unwrap_err().after()
            });
            assert_eq!(outer, Ok(SHORT));
        });
    });
}

#[test]
fn the_outer_one_is_shorter_and_not_swallowed() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            let outer = timeout(SHORT, || {
                let _value = drops.value();
                let inner = timeout(HOUR, || {
                    let _value = drops.value();
                    let _ = timeout(2 * HOUR, forever);
                });
                unreachable!("the inner one returned {inner:?}");
            });
            assert_eq!((outer.unwrap_err().after(), drops.count()), (SHORT, 2));
            vervet::yield_now();
        });
    });
}

#[test]
fn both_at_the_same_time_are_the_outer_ones() {
    checked(|| {
        in_both(|| {
            for d in [Duration::ZERO, Duration::from_micros(200), SHORT] {
                let outer = timeout(d, || {
                    let inner = timeout(d, forever);
                    // The inner one began later: it may be first only by that much, and then the outer one is due, too.
                    vervet::sleep(Duration::from_millis(1));
                    inner.is_err()
                });
                assert!(outer.is_err());
            }
        });
    });
}

#[test]
fn a_deep_nest_ends_at_the_one_that_is_due() {
    fn nest(depth: u32, due: u32) -> Option<u32> {
        if depth == 30 {
            forever();
        }
        let d = if depth == due { SHORT } else { HOUR };
        match timeout(d, || nest(depth + 1, due)) {
            Ok(inner) => inner,
            Err(_) => Some(depth),
        }
    }
    checked(|| {
        in_both(|| {
            for due in [0, 1, 15, 29] {
                assert_eq!(nest(0, due), Some(due));
            }
        });
    });
}

#[test]
fn the_inner_value_is_kept_when_the_outer_one_is_late() {
    checked(|| {
        in_both(|| {
            let result = timeout(SHORT, || {
                let inner = timeout(HOUR, || vervet::shield(|| vervet::sleep(2 * SHORT)));
                // Not yet cut: nothing has blocked since.
                inner.is_ok()
            });
            assert_eq!(result, Ok(true));
        });
    });
}

#[test]
fn a_catch_in_between_only_puts_it_off() {
    checked(|| {
        in_both(|| {
            let result = timeout(SHORT, || {
                let caught = catch_unwind(|| timeout(HOUR, forever));
                assert!(caught.is_err());
                // The payload is not what keeps it alive.
                drop(caught);
                timeout(HOUR, forever).is_err()
            });
            assert!(result.is_err());
            let caught = catch_unwind(AssertUnwindSafe(|| timeout(SHORT, || catch_unwind(forever).is_err())));
            assert!(matches!(caught, Ok(Ok(true))));
        });
    });
}

#[test]
fn a_stale_payload_raised_again_is_nobodys() {
    checked(|| {
        in_both(|| {
            let mut kept = None;
            let _ = timeout(SHORT, || kept = catch_unwind(forever).err());
            let payload = kept.unwrap();
            // The same place on the stack, another timeout.
            let passed =
                catch_unwind(AssertUnwindSafe(|| timeout(HOUR, || std::panic::resume_unwind(payload))));
            assert!(passed.is_err());
            vervet::yield_now();
        });
    });
}

// --- shield --------------------------------------------------------------------------------------------------------

#[test]
fn a_shield_inside_holds_it_up() {
    checked(|| {
        in_both(|| {
            let after = AtomicUsize::new(0);
            let result = timeout(SHORT, || {
                vervet::shield(|| {
                    vervet::sleep(2 * SHORT);
                    vervet::yield_now();
                    after.store(1, SeqCst);
                });
                vervet::sleep(Duration::from_micros(1));
                after.store(2, SeqCst);
            });
            assert_eq!((result.is_err(), after.load(SeqCst)), (true, 1));
        });
    });
}

#[test]
fn one_inside_a_shield_works() {
    checked(|| {
        in_both(|| {
            let inside =
                vervet::shield(|| timeout(SHORT, || vervet::shield(|| timeout(SHORT, forever).is_err())));
            assert_eq!(inside, Ok(true));
            // Also with one around the shield that is due: it waits, the inner one does not.
            let result = timeout(Duration::ZERO, || {
                vervet::shield(|| {
                    assert!(timeout(SHORT, forever).is_err());
                    vervet::yield_now();
                });
                "no blocking call after the shield"
            });
            assert!(result.is_ok());
        });
    });
}

#[test]
fn one_inside_a_shield_cuts_a_killed_greenlet_too() {
    checked(|| {
        let greenlet = vervet::spawn(|| {
            vervet::current().unwrap().kill();
            vervet::shield(|| timeout(SHORT, forever).is_err())
        });
        assert!(greenlet.join().unwrap());
    });
}

// --- around blocking calls -----------------------------------------------------------------------------------------

#[test]
fn around_join_and_wait() {
    checked(|| {
        in_both(|| {
            let slow = sleeper();
            let handle = slow.handle();
            assert!(timeout(SHORT, || handle.wait(None)).is_err());
            assert!(timeout(SHORT, || handle.wait(Some(HOUR))).is_err());
            // The shorter limit is the call's own.
            assert_eq!(timeout(HOUR, || handle.wait(Some(SHORT))), Ok(false));
            assert!(timeout(SHORT, || slow.join()).is_err());
            assert!(!handle.is_finished());
            handle.kill();
            assert_eq!(timeout(HOUR, || handle.wait(None)), Ok(true));
        });
    });
}

#[test]
fn around_many_greenlets() {
    checked(|| {
        in_both(|| {
            let slow = || [(); 3].map(|()| sleeper());
            let three = slow();
            let handles: Vec<_> = three.iter().map(Greenlet::handle).collect();
            assert!(timeout(SHORT, || vervet::join_all(three)).is_err());
            let three = slow();
            let more: Vec<_> = three.iter().map(Greenlet::handle).collect();
            let mut completed = vervet::as_completed(three);
            assert!(timeout(SHORT, || completed.next().is_some()).is_err());
            // Nothing is lost by that.
            more[1].kill();
            assert!(matches!(completed.next(), Some((1, Err(_)))));
            assert!(vervet::kill_all(&handles, Some(LIMIT / 2)) && vervet::kill_all(&more, Some(LIMIT / 2)));
        });
    });
}

#[test]
fn around_read_and_the_bytes_come_later() {
    checked(|| {
        in_both(|| {
            let (mut ours, mut theirs) = pair();
            let mut buf = [0; 4];
            for _ in 0..3 {
                assert!(timeout(SHORT, || ours.read(&mut buf)).is_err());
                assert!(timeout(SHORT, || ours.peek(&mut buf)).is_err());
            }
            theirs.write_all(b"late").unwrap();
            timeout(HOUR, || ours.read_exact(&mut buf)).unwrap().unwrap();
            assert_eq!(&buf, b"late");
            // The socket's own limit is the shorter one.
            ours.set_read_timeout(Some(SHORT)).unwrap();
            let result = timeout(HOUR, || ours.read(&mut buf));
            assert_eq!(result.unwrap().unwrap_err().kind(), ErrorKind::WouldBlock);
            ours.set_read_timeout(Some(HOUR)).unwrap();
            assert!(timeout(SHORT, || ours.read(&mut buf)).is_err());
        });
    });
}

#[test]
fn around_write() {
    checked(|| {
        in_both(|| {
            let (mut ours, mut theirs) = pair();
            let sent = Cell::new(0);
            let result = timeout(4 * SHORT, || {
                loop {
                    sent.set(sent.get() + ours.write(&[7; 1 << 16]).unwrap() as u64);
                }
            });
            assert!(Result::<(), _>::is_err(&result));
            drop(ours);
            // Whatever a finished call has reported is there.
            assert_eq!(std::io::copy(&mut theirs, &mut std::io::sink()).unwrap(), sent.get());
        });
    });
}

#[test]
fn around_accept_and_connect() {
    checked(|| {
        in_both(|| {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let addr = listener.local_addr().unwrap();
            assert!(timeout(SHORT, || listener.accept()).is_err());
            assert!(timeout(SHORT, || listener.incoming().next()).is_err());
            let stream = timeout(HOUR, || TcpStream::connect(addr)).unwrap().unwrap();
            let (_, peer) = timeout(HOUR, || listener.accept()).unwrap().unwrap();
            assert_eq!(peer, stream.local_addr().unwrap());
            // Fills the backlog; then there is no more coming through.
            let mut waiting = Vec::new();
            let full = loop {
                match timeout(10 * SHORT, || TcpStream::connect(addr)) {
                    Ok(stream) => waiting.push(stream.unwrap()),
                    Err(elapsed) => break elapsed,
                }
                assert!(waiting.len() < 2000);
            };
            assert_eq!(full.after(), 10 * SHORT);
        });
    });
}

#[test]
fn around_offload() {
    checked(|| {
        in_both(|| {
            let (end, ended) = mpsc::channel::<()>();
            let drops = Drops::new();
            let value = drops.value();
            let result = timeout(SHORT, || {
                vervet::offload(move || {
                    let _ = ended.recv();
                    value
                })
            });
            assert!(result.is_err());
            drop(end);
            eventually("the result is dropped", || drops.count() == 1);
            assert_eq!(timeout(HOUR, || vervet::offload(|| 1)), Ok(1));
        });
    });
}

#[test]
fn around_spawned_greenlets_does_not_reach_them() {
    checked(|| {
        in_both(|| {
            let mut child = None;
            let result = timeout(SHORT, || {
                child = Some(vervet::spawn(|| {
                    vervet::sleep(3 * SHORT);
                    1
                }));
                forever();
            });
            assert!(result.is_err());
            assert_eq!(child.unwrap().join().unwrap(), 1);
        });
    });
}

// --- destructors ---------------------------------------------------------------------------------------------------

#[test]
fn destructors_may_block_on_the_way() {
    checked(|| {
        in_both(|| {
            let (sender, seen) = mpsc::channel();
            let (mut ours, mut theirs) = pair();
            let result = timeout(SHORT, || {
                let _guard = OnDrop(|| {
                    vervet::sleep(SHORT);
                    vervet::yield_now();
                    vervet::spawn(|| vervet::sleep(Duration::from_micros(10))).join().unwrap();
                    assert_eq!(vervet::offload(|| 1), 1);
                    ours.write_all(b"bye").unwrap();
                    sender.send(()).unwrap();
                });
                timeout(HOUR, forever)
            });
            assert!(result.is_err());
            seen.try_recv().unwrap();
            theirs.read_exact(&mut [0; 3]).unwrap();
            // And afterwards all is as before.
            assert!(timeout(SHORT, forever).is_err());
            assert!(catch_unwind(|| timeout(Duration::ZERO, vervet::yield_now).unwrap()).is_err());
        });
    });
}

#[test]
fn a_timeout_that_ends_in_a_destructor_while_another_waits() {
    checked(|| {
        in_both(|| {
            // The outer one becomes due while the inner one's destructor blocks: it comes at the next blocking call.
            let reached = AtomicUsize::new(0);
            let outer = timeout(3 * SHORT, || {
                let inner = timeout(SHORT, || {
                    let _guard = OnDrop(|| vervet::sleep(4 * SHORT));
                    forever();
                });
                reached.store(usize::from(inner.is_err()), SeqCst);
                vervet::yield_now();
                reached.store(2, SeqCst);
            });
            // 0 if this machine stood still for so long that the outer one came first.
            assert!(outer.is_err() && reached.load(SeqCst) <= 1);
        });
    });
}

#[test]
fn one_inside_a_destructor() {
    checked(|| {
        in_both(|| {
            let result = timeout(SHORT, || {
                let _guard = OnDrop(|| assert!(timeout(SHORT, forever).is_err()));
                forever();
            });
            assert!(result.is_err());
        });
    });
}

#[test]
fn inside_a_destructor_calls_answer_with_errors() {
    checked(|| {
        in_both(|| {
            let caught = catch_unwind(|| {
                let _guard = OnDrop(|| {
                    let (reader, _writer) = pair();
                    let mut seen = None;
                    let result = timeout(SHORT, || {
                        seen = Some((&reader).read(&mut [0]).map_err(|error| error.kind()));
                    });
                    assert!(result.is_err());
                    assert_eq!(seen, Some(Err(ErrorKind::TimedOut)));
                    // One that is not needed changes nothing.
                    assert_eq!(timeout(HOUR, || vervet::spawn(|| 1).join().unwrap()), Ok(1));
                    assert_eq!(timeout(Duration::ZERO, || 1), Ok(1));
                });
                fail("on purpose")
            });
            assert_eq!(text(caught.unwrap_err()), "on purpose");
        });
    });
}

#[test]
fn nested_ones_inside_a_destructor() {
    checked(|| {
        in_both(|| {
            let result = timeout(SHORT, || {
                let _guard = OnDrop(|| {
                    assert_eq!(timeout(HOUR, || timeout(SHORT, forever).is_err()), Ok(true));
                    let mut inner = None;
                    assert!(timeout(SHORT, || inner = Some(timeout(HOUR, forever).is_ok())).is_err());
                    assert_eq!(inner, Some(true), "the outer one's time was up");
                    // The one around the destructor has run out long ago, and does not cut this.
                    vervet::sleep(SHORT);
                    assert_eq!(timeout(HOUR, || vervet::sleep(SHORT)), Ok(()));
                    assert!(timeout(SHORT, || vervet::scope(|s| drop(s.spawn(forever)))).is_err());
                });
                forever();
            });
            assert!(result.is_err());
        });
    });
}

#[test]
fn a_kill_does_not_cut_one_inside_a_destructor() {
    checked(|| {
        let (sender, seen) = mpsc::channel();
        let greenlet = vervet::spawn(move || {
            let _guard = OnDrop(|| {
                sender.send(timeout(HOUR, || vervet::sleep(SHORT)).is_ok()).unwrap();
                sender.send(timeout(SHORT, forever).is_err()).unwrap();
            });
            forever();
        });
        parked(&greenlet.handle(), "sleep");
        greenlet.kill();
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(seen.try_iter().collect::<Vec<_>>(), [true, true]);
    });
}

// --- with kills ----------------------------------------------------------------------------------------------------

#[test]
fn a_kill_is_not_taken_for_a_timeout() {
    checked(|| {
        let reached = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&reached);
        let greenlet = vervet::spawn(move || {
            let _ = timeout(HOUR, || timeout(HOUR, forever));
            theirs.store(1, SeqCst);
        });
        parked(&greenlet.handle(), "sleep");
        greenlet.kill();
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(reached.load(SeqCst), 0);
    });
}

#[test]
fn a_kill_in_the_destructors_of_a_timeout() {
    checked(|| {
        let gate = Gate::new();
        let (theirs, (sender, seen)) = (gate.clone(), mpsc::channel());
        let greenlet = vervet::spawn(move || {
            let result = timeout(SHORT, || {
                let _guard = OnDrop(|| {
                    theirs.pass();
                    sender.send("destroyed").unwrap();
                });
                forever();
            });
            sender.send(if result.is_err() { "cut" } else { "not cut" }).unwrap();
            vervet::yield_now();
            sender.send("never").unwrap();
        });
        parked(&greenlet.handle(), "join");
        greenlet.kill();
        gate.open();
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(seen.try_iter().collect::<Vec<_>>(), ["destroyed", "cut"]);
    });
}

#[test]
fn kills_that_race_with_timeouts() {
    checked(|| {
        let greenlets: Vec<_> = (0..3000u64)
            .map(|i| vervet::spawn(move || timeout(Duration::from_micros(i % 700), forever).is_err()))
            .collect();
        let handles: Vec<_> = greenlets.iter().map(Greenlet::handle).collect();
        for handle in &handles {
            handle.kill();
        }
        for result in vervet::join_all(greenlets) {
            match result {
                Ok(cut) => assert!(cut),
                Err(error) => assert!(error.is_killed()),
            }
        }
    });
}

#[test]
fn wakes_that_race_with_timeouts_are_not_lost() {
    checked(|| {
        let (ours, mut theirs) = pair();
        let mut ours = ours;
        let reader = vervet::spawn(move || {
            let mut read = 0_u32;
            let mut buf = [0];
            while read < 2000 {
                match timeout(Duration::from_micros(5 + u64::from(read % 60)), || ours.read(&mut buf)) {
                    Ok(n) => {
                        assert_eq!((n.unwrap(), buf[0]), (1, read as u8));
                        read += 1;
                    }
                    Err(_) => vervet::yield_now(),
                }
            }
        });
        let writer = vervet::spawn(move || {
            for i in 0..2000_u32 {
                theirs.write_all(&[i as u8]).unwrap();
                if i % 3 == 0 {
                    vervet::sleep(Duration::from_micros(u64::from(i % 40)));
                }
            }
            theirs
        });
        let theirs = writer.join().unwrap();
        reader.join().unwrap();
        drop(theirs);
    });
}
