//! `AsyncResult`.

use std::io;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use vervet::sync::{Arc, AsyncError, AsyncResult, GetTimeoutError};

use crate::common::*;
use crate::{Kind, PAIRS, SHORT, Someone, cut_short, run_in};

#[test]
fn a_value_is_set_once_and_got_by_all() {
    checked(|| {
        in_both(|| {
            let result = AsyncResult::default();
            assert!(!result.is_ready() && result.try_get().is_none());
            assert_eq!(result.set("first"), Ok(()));
            assert_eq!(result.set("second"), Err("second"));
            let back = result.set_error("an error").unwrap_err();
            assert_eq!(back.to_string(), "an error");
            assert!(result.is_ready() && result.wait_timeout(Duration::ZERO));
            result.wait();
            for _ in 0..2 {
                assert_eq!(result.get().unwrap(), "first");
                assert_eq!(result.clone().try_get().unwrap().unwrap(), "first");
                assert_eq!(result.get_timeout(Duration::ZERO).unwrap(), "first");
                assert_eq!(result.with(|value| *value.unwrap()), "first");
            }
            assert_eq!(AsyncResult::from(3).into_inner().unwrap(), 3);
        });
    });
}

#[test]
fn an_error_is_got_by_all() {
    checked(|| {
        let result: AsyncResult<u32> = AsyncResult::new();
        result.set_error(io::Error::from(io::ErrorKind::NotFound)).unwrap();
        assert_eq!(result.set(1), Err(1));
        for error in [result.get().unwrap_err(), result.take().unwrap_err(), result.get().unwrap_err()] {
            assert_eq!(error.downcast_ref::<io::Error>().unwrap().kind(), io::ErrorKind::NotFound);
            assert!(error.downcast_ref::<std::fmt::Error>().is_none() && !error.is_taken());
            assert_eq!(error.to_string(), io::Error::from(io::ErrorKind::NotFound).to_string());
            assert!(std::error::Error::source(&error).unwrap().is::<io::Error>());
        }
        assert!(matches!(result.get_timeout(SHORT), Err(GetTimeoutError::Failed(_))));
        assert!(matches!(result.take_timeout(SHORT), Err(GetTimeoutError::Failed(_))));
    });
}

#[test]
fn the_value_is_taken_once() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            let result = AsyncResult::new();
            assert!(matches!(result.take_timeout(SHORT), Err(GetTimeoutError::TimedOut)));
            result.set(Arc::new(drops.value())).unwrap();
            drop(result.take().unwrap());
            assert_eq!(drops.count(), 1);
            let error: AsyncError = result.get().unwrap_err();
            assert!(error.is_taken() && error.get_ref().is_none());
            assert_eq!(error.to_string(), "the value has been taken");
            assert!(result.take().unwrap_err().is_taken());
            assert!(result.with(|value| value.unwrap_err().is_taken()));
            assert!(result.try_get().unwrap().unwrap_err().is_taken());
            assert!(result.is_ready(), "that stays so");
            assert!(result.set(Arc::new(drops.value())).is_err());
        });
    });
}

#[test]
fn one_of_many_takes_it() {
    checked(|| {
        for _ in 0..200 {
            let result = AsyncResult::new();
            let takers: Vec<_> = (0..8)
                .map(|_| {
                    let result: AsyncResult<Box<u32>> = result.clone();
                    vervet::spawn(move || result.take().is_ok())
                })
                .collect();
            result.set(Box::new(1)).unwrap();
            let took = takers.into_iter().filter_map(|taker| taker.join().ok()).filter(|&took| took).count();
            assert_eq!(took, 1);
        }
    });
}

#[test]
fn taking_waits_for_those_who_look() {
    checked(|| {
        for kind in [Kind::Greenlet, Kind::Thread] {
            let (result, gate) = (AsyncResult::from(String::from("seen")), Gate::new());
            let looks = vervet::spawn({
                let (result, gate) = (result.clone(), gate.clone());
                move || {
                    result.with(|text| {
                        gate.pass();
                        // Others may look meanwhile, this one too.
                        assert_eq!(result.get().unwrap(), "seen");
                        text.unwrap().len()
                    })
                }
            });
            parked(&looks.handle(), "join");
            assert!(matches!(result.take_timeout(SHORT), Err(GetTimeoutError::TimedOut)));
            let theirs = result.clone();
            cut_short("signal", move || drop(theirs.take()));
            let takes = Someone::start(kind, {
                let result = result.clone();
                move || result.take().unwrap()
            });
            takes.waits("signal");
            assert_eq!(result.get().unwrap(), "seen", "it is still there");
            gate.open();
            assert_eq!(looks.join().unwrap(), 4);
            assert_eq!(takes.join(), "seen");
        }
    });
}

#[test]
fn wakes_in_every_combination() {
    checked(|| {
        for (setter, getter) in PAIRS {
            let result = AsyncResult::new();
            let getters = [(); 3].map(|()| {
                let result = result.clone();
                let one = Someone::start(getter, move || result.get_timeout(HOUR).unwrap());
                one.waits("signal");
                one
            });
            let theirs = result.clone();
            run_in(setter, move || theirs.set(7).unwrap());
            assert_eq!(getters.map(Someone::join), [7, 7, 7], "{setter:?} {getter:?}");
        }
    });
}

#[test]
fn time_runs_out() {
    checked(|| {
        in_both(|| {
            let result: AsyncResult<()> = AsyncResult::new();
            assert!(!result.wait_timeout(SHORT) && !result.wait_timeout(Duration::ZERO));
            let error = result.get_timeout(SHORT).unwrap_err();
            assert!(matches!(error, GetTimeoutError::TimedOut));
            assert_eq!(error.to_string(), "timed out waiting for a result");
        });
    });
}

#[test]
fn cut_short_leaves_nothing_behind() {
    checked(|| {
        let result: AsyncResult<u32> = AsyncResult::new();
        type Wait = fn(&AsyncResult<u32>);
        let waits: [Wait; 6] = [
            |result| result.wait(),
            |result| assert!(result.get().is_err()),
            |result| assert!(result.get_timeout(HOUR).is_err()),
            |result| assert!(result.take().is_err()),
            |result| result.with(|_| unreachable!()),
            |result| assert!(result.wait_timeout(HOUR)),
        ];
        for wait in waits {
            let theirs = result.clone();
            cut_short("signal", move || wait(&theirs));
        }
        let theirs = result.clone();
        cut_short("select", move || {
            vervet::select! {
                value = theirs.get() => unreachable!("{value:?}"),
                _ = theirs.wait() => unreachable!(),
            }
        });
        result.set(1).unwrap();
        assert_eq!(result.take().unwrap(), 1, "nobody is left who looks at it");
    });
}

#[test]
fn links_are_called_in_order_and_at_once_when_it_is_late() {
    checked(|| {
        in_both(|| {
            let calls = Arc::new(Mutex::new(Vec::new()));
            let result = AsyncResult::new();
            for number in 0..3 {
                let calls = Arc::clone(&calls);
                result.link(move |value| calls.lock().unwrap().push((number, *value.as_ref().unwrap())));
            }
            assert!(calls.lock().unwrap().is_empty());
            result.set('x').unwrap();
            let late = Arc::clone(&calls);
            result.link(move |value| late.lock().unwrap().push((3, *value.as_ref().unwrap())));
            assert_eq!(*calls.lock().unwrap(), [(0, 'x'), (1, 'x'), (2, 'x'), (3, 'x')]);

            let failed: AsyncResult<()> = AsyncResult::new();
            let late = Arc::new(AtomicUsize::new(0));
            for _ in 0..2 {
                let late = Arc::clone(&late);
                failed.link(move |value| {
                    late.fetch_add(usize::from(value.is_err()), SeqCst);
                });
                let _ = failed.set_error("an error");
            }
            assert_eq!(late.load(SeqCst), 2);
            result.take().unwrap();
            result.link(|value| assert!(value.as_ref().unwrap_err().is_taken()));
        });
    });
}

#[test]
fn a_link_that_panics_is_alone_with_that() {
    checked(|| {
        let (result, calls) = (AsyncResult::new(), Arc::new(AtomicUsize::new(0)));
        let link = |fails: bool| {
            let calls = Arc::clone(&calls);
            move |_: &Result<u32, AsyncError>| {
                calls.fetch_add(1, SeqCst);
                if fails {
                    fail("on purpose");
                }
            }
        };
        result.link(link(true));
        result.link(link(false));
        result.set(1).unwrap();
        result.link(link(true));
        assert_eq!(calls.load(SeqCst), 3);
        assert_eq!(result.take().unwrap(), 1);
    });
}

#[test]
fn a_kill_does_not_cut_links_short() {
    checked(|| {
        let (result, gate, done) = (AsyncResult::new(), Gate::new(), Arc::new(AtomicUsize::new(0)));
        for _ in 0..2 {
            let (gate, done) = (gate.clone(), Arc::clone(&done));
            result.link(move |_| {
                gate.pass();
                done.fetch_add(1, SeqCst);
            });
        }
        let setter = vervet::spawn(move || {
            result.set(1).unwrap();
            vervet::yield_now();
        });
        parked(&setter.handle(), "join");
        setter.kill();
        gate.open();
        assert!(setter.join().unwrap_err().is_killed());
        assert_eq!(done.load(SeqCst), 2);
    });
}

#[test]
fn links_that_are_never_called_are_dropped() {
    checked(|| {
        let drops = Drops::new();
        let result: AsyncResult<u32> = AsyncResult::new();
        let value = drops.value();
        result.link(move |_| drop(value));
        let last = result.clone();
        drop(result);
        assert_eq!(drops.count(), 0);
        drop(last);
        assert_eq!(drops.count(), 1);
    });
}

/// Counts wakes.
struct Bell(AtomicUsize);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn polled_as_a_future() {
    checked(|| {
        let bells = [(); 2].map(|()| Arc::new(Bell(AtomicUsize::new(0))));
        let wakers = bells.each_ref().map(|bell| Waker::from(Arc::clone(bell)));
        let rung = || bells.each_ref().map(|bell| bell.0.load(SeqCst));
        let result = AsyncResult::new();
        let mut handles = [result.clone(), result.clone(), result.clone()];
        let poll = |handle: &mut AsyncResult<u32>, waker: &Waker| {
            Pin::new(handle).poll(&mut Context::from_waker(waker))
        };
        assert!(poll(&mut handles[0], &wakers[0]).is_pending());
        // The last one it was polled with is woken, once.
        assert!(poll(&mut handles[0], &wakers[1]).is_pending());
        assert!(poll(&mut handles[1], &wakers[1]).is_pending());
        assert!(poll(&mut handles[2], &wakers[0]).is_pending());
        let [mut first, second, third] = handles;
        drop(third);
        result.set(5).unwrap();
        assert_eq!(rung(), [0, 2], "who has gone is not woken");
        for _ in 0..2 {
            assert!(matches!(poll(&mut first, &wakers[0]), Poll::Ready(Ok(5))));
        }
        drop((first, second));
        drop(wakers);
        assert!(bells.iter().all(|bell| Arc::strong_count(bell) == 1), "no waker was kept");
    });
}

#[test]
fn awaited_by_tasks_of_tokio() {
    checked(|| {
        let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        let result: AsyncResult<String> = AsyncResult::new();
        let tasks: Vec<_> = (0..8).map(|_| tokio.spawn(result.clone())).collect();
        let setter = {
            let result = result.clone();
            vervet::spawn(move || result.set(String::from("from a greenlet")).unwrap())
        };
        for task in tasks {
            assert_eq!(tokio.block_on(task).unwrap().unwrap(), "from a greenlet");
        }
        setter.join().unwrap();

        // And the other way round.
        let result = AsyncResult::new();
        let getter = {
            let result = result.clone();
            vervet::spawn(move || result.get().unwrap())
        };
        parked(&getter.handle(), "signal");
        tokio.block_on(async { result.set("from a task").unwrap() });
        assert_eq!(getter.join().unwrap(), "from a task");
        drop(tokio);
    });
}

#[test]
fn one_setter_wins() {
    checked(|| {
        for _ in 0..200 {
            let result = AsyncResult::new();
            let setters: Vec<_> = (0..8)
                .map(|number| {
                    let result = result.clone();
                    vervet::spawn(move || match result.set(number) {
                        Ok(()) => Some(number),
                        Err(back) => {
                            assert_eq!(back, number);
                            assert!(result.is_ready());
                            None
                        }
                    })
                })
                .collect();
            let won: Vec<u32> = setters.into_iter().filter_map(|setter| setter.join().unwrap()).collect();
            assert_eq!(won, [result.get().unwrap()]);
        }
    });
}

#[test]
fn selected_and_waited_for() {
    checked(|| {
        in_both(|| {
            let (never, result) = (AsyncResult::<u32>::new(), AsyncResult::new());
            let setter = {
                let result = result.clone();
                vervet::spawn(move || result.set(9).unwrap())
            };
            let got = vervet::select! {
                value = never.get() => value.unwrap(),
                value = result.get() => value.unwrap(),
            };
            assert_eq!(got, 9);
            assert_eq!(vervet::wait([&never as _, &result as _], Some(SHORT), None), [1]);
            setter.join().unwrap();
        });
    });
}

#[test]
fn shown() {
    let result = AsyncResult::new();
    assert_eq!(format!("{result:?}"), "AsyncResult(<pending>)");
    result.set(1).unwrap();
    assert_eq!(format!("{result:?}"), "AsyncResult(Ok(1))");
    result.take().unwrap();
    assert_eq!(format!("{result:?}"), "AsyncResult(<taken>)");
    let failed: AsyncResult<u32> = AsyncResult::new();
    failed.set_error("no luck").unwrap();
    assert_eq!(format!("{failed:?}"), "AsyncResult(Err(AsyncError(\"no luck\")))");
}
