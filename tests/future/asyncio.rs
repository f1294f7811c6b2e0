//! asyncio's own behaviours: asyncio_cases.py has the same cases, asyncio_outcomes.txt what the real asyncio has answered. What is
//! made of tasks there is the example `gather`'s.

use std::error::Error;
use std::fmt::Display;
use std::future::{Future, IntoFuture};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::{FutureExt, select_all};
use futures::stream::{FuturesUnordered, StreamExt};
use vervet::Elapsed;
use vervet::sync::{Event, mpsc};

use crate::common::outcomes::{Case, compare, words};
use crate::common::*;
use crate::gather::{gather, gather_exceptions, gather_or_cancel};
use crate::tasks::{Cancelled, Outcome, Task, create_task, run, shield, wait_for};

const SHORT: Duration = Duration::from_millis(20);

#[test]
fn as_asyncio_does() {
    compare(include_str!("asyncio_outcomes.txt"), "asyncio of CPython 3", CASES);
}

/// Runs a case, as Python's does: with an outcome that is not asyncio's but `ours`. Answers asyncio's.
fn differs(ours: &str, theirs: &str, case: impl FnOnce() -> String) -> String {
    assert_ne!(ours, theirs);
    assert_eq!(case(), ours);
    theirs.to_owned()
}

fn case(body: impl Future<Output = String> + Send + 'static) -> String {
    let mut outcome = String::new();
    checked(|| outcome = run(body));
    outcome
}

type Raised = Box<dyn Error + Send + Sync>;

fn name(error: &Raised) -> String {
    if error.is::<Cancelled>() {
        "CancelledError".to_owned()
    } else if error.is::<Elapsed>() {
        "TimeoutError".to_owned()
    } else {
        format!("ValueError({error})")
    }
}

/// What comes instead of a value.
fn raised<T>(outcome: Outcome<T>) -> String {
    outcome.map_or_else(|error| name(&error), |_| "None".to_owned())
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn add(&self, entry: impl Display) {
        self.0.lock().unwrap().push(entry.to_string());
    }

    fn words(&self) -> String {
        words(&self.0.lock().unwrap())
    }

    fn sorted(&self) -> String {
        self.0.lock().unwrap().sort();
        self.words()
    }
}

/// Tasks that end one after the other, in the order of their numbers.
#[derive(Clone)]
struct Line(Arc<[Event; 7]>, Log);

impl Line {
    fn new(log: &Log) -> Line {
        let events = [(); 7].map(|()| Event::new());
        events[0].set();
        Line(Arc::new(events), log.clone())
    }

    fn end<T: Send + 'static>(&self, number: usize, value: Result<T, &'static str>) -> Task<T> {
        let Line(events, log) = self.clone();
        create_task(async move {
            events[number].wait();
            log.add(number);
            events[number + 1].set();
            Ok(value?)
        })
    }
}

/// Tells that it has begun, and that it was cut short.
async fn sleeping(log: Log, entry: &'static str, begun: mpsc::Sender<()>) -> Outcome<()> {
    let _finally = OnDrop(move || log.add(entry));
    begun.send(())?;
    vervet::sleep(HOUR);
    Ok(())
}

/// Several of them, all of which have begun.
fn sleepers(log: &Log, entries: &[&'static str]) -> Vec<Task<()>> {
    let (begun, all) = mpsc::channel();
    let tasks =
        entries.iter().map(|entry| create_task(sleeping(log.clone(), entry, begun.clone()))).collect();
    entries.iter().for_each(|_| all.recv().unwrap());
    tasks
}

fn sleeper(log: &Log, entry: &'static str) -> Task<()> {
    sleepers(log, &[entry]).pop().unwrap()
}

const CASES: &[Case] = &[
    ("run_returns_the_value", || case(async { format!("value={}", 42) })),
    ("run_raises", || {
        let outcome: Outcome<()> = run(async { Err("boom".into()) });
        format!("raised={}", raised(outcome))
    }),
    // What is spawned belongs to nobody: who wants its end uses a scope, a pool, or `kill_on_drop`.
    ("run_with_a_task_left", || {
        differs("left=", "left=cancelled", || {
            let mut seen = String::new();
            checked(|| {
                let log = Log::default();
                let theirs = log.clone();
                let left = run(async move { sleeper(&theirs, "cancelled") });
                seen = format!("left={}", log.words());
                left.cancel();
                assert!(run(left.into_future()).is_err());
            });
            seen
        })
    }),
    ("gather_keeps_the_order", || {
        case(async {
            let log = Log::default();
            let line = Line::new(&log);
            let results = gather([line.end(2, Ok("a")), line.end(0, Ok("b")), line.end(1, Ok("c"))]).await;
            format!("ended={} results={}", log.words(), words(&results.unwrap()))
        })
    }),
    ("gather_of_nothing", || case(async { format!("results={}", words(&gather::<i32>([]).await.unwrap())) })),
    ("gather_nested", || {
        case(async {
            let line = Line::new(&Log::default());
            let inner = |a: (usize, i32), b: (usize, i32)| {
                create_task(gather([line.end(a.0, Ok(a.1)), line.end(b.0, Ok(b.1))]))
            };
            let results = gather([inner((3, 1), (1, 2)), inner((2, 3), (0, 4))]).await.unwrap();
            format!("results={}", words(&results.concat()))
        })
    }),
    ("gather_raises_what_came_first", || {
        case(async {
            let line = Line::new(&Log::default());
            // Number 2 is not due before somebody ends number 1.
            let late = line.end::<()>(2, Err("late"));
            let left = late.0.handle();
            let error = raised(gather([late, line.end(0, Err("early"))]).await);
            line.end(1, Ok(())).await.unwrap();
            over(&left);
            format!("raised={error}")
        })
    }),
    ("gather_leaves_the_others_alone", || {
        case(async {
            let log = Log::default();
            let line = Line::new(&log);
            let (gate, ended) = (Arc::new(Event::new()), Arc::new(Event::new()));
            let other = create_task({
                let (log, gate, ended) = (log.clone(), Arc::clone(&gate), Arc::clone(&ended));
                async move {
                    gate.wait();
                    log.add("other");
                    ended.set();
                    Ok(())
                }
            });
            let error = raised(gather([other, line.end(0, Err("boom"))]).await);
            log.add(error);
            gate.set();
            ended.wait();
            format!("log={}", log.words())
        })
    }),
    ("gather_return_exceptions", || {
        case(async {
            let line = Line::new(&Log::default());
            let tasks = [line.end(2, Ok(1)), line.end(0, Err("boom")), line.end(1, Ok(3))];
            let results = gather_exceptions(tasks).await;
            let shown = |result: Outcome<i32>| result.map_or_else(|e| name(&e), |value| value.to_string());
            format!("results={}", words(&results.into_iter().map(shown).collect::<Vec<_>>()))
        })
    }),
    ("gather_cancelled", || {
        case(async {
            let log = Log::default();
            let children = sleepers(&log, &["a", "b"]);
            let handles: Vec<_> = children.iter().map(|child| child.0.handle()).collect();
            let task = create_task(gather(children));
            parked(&task.0.handle(), "signal");
            task.cancel();
            let error = raised(task.await);
            // Cancelled is not over yet: a kill does not wait.
            handles.iter().for_each(over);
            format!("raised={error} cancelled={}", log.sorted())
        })
    }),
    ("gather_with_a_cancelled_child", || {
        case(async {
            let child = sleeper(&Log::default(), "child");
            child.cancel();
            format!("raised={}", raised(gather([child]).await))
        })
    }),
    ("gather_return_exceptions_with_a_cancelled_child", || {
        case(async {
            let child = sleeper(&Log::default(), "child");
            child.cancel();
            let results: Vec<_> = gather_exceptions([child]).await.into_iter().map(raised).collect();
            format!("results={}", words(&results))
        })
    }),
    ("task_group_cancels_the_others", || {
        case(async {
            let log = Log::default();
            let mut tasks = sleepers(&log, &["a", "b"]);
            tasks.insert(1, create_task(async { Err("boom".into()) }));
            let error = raised(gather_or_cancel(tasks).await);
            format!("raised={error} cancelled={}", log.sorted())
        })
    }),
    ("wait_for_in_time", || {
        case(async {
            let quick = async {
                vervet::yield_now();
                Ok(1)
            };
            format!("value={}", wait_for(quick, HOUR).await.unwrap())
        })
    }),
    ("wait_for_too_long", || {
        case(async {
            let log = Log::default();
            let (begun, _all) = mpsc::channel();
            let error = raised(wait_for(sleeping(log.clone(), "cancelled", begun), SHORT).await);
            log.add(error);
            format!("log={}", log.words())
        })
    }),
    ("timeouts_nested", || {
        case(async {
            let log = Log::default();
            let outer = vervet::timeout(SHORT, || {
                if vervet::timeout(HOUR, || vervet::sleep(HOUR)).is_err() {
                    log.add("inner");
                }
                log.add("between");
            });
            if outer.is_err() {
                log.add("outer");
            }
            format!("log={}", log.words())
        })
    }),
    ("cancel_runs_finally", || {
        case(async {
            let log = Log::default();
            let task = sleeper(&log, "finally");
            task.cancel();
            let outcome = task.await;
            let cancelled = outcome.as_ref().is_err_and(|error| error.is::<Cancelled>());
            log.add(raised(outcome));
            format!("log={} cancelled={}", log.words(), if cancelled { "True" } else { "False" })
        })
    }),
    ("cancel_when_done", || {
        case(async {
            let task = create_task(async { Ok(1) });
            over(&task.0.handle());
            task.cancel();
            format!("value={}", task.await.unwrap())
        })
    }),
    // No task can refuse: each later call that blocks is cut short again.
    ("cancel_swallowed", || {
        differs("raised=CancelledError log=caught", "raised=None log=caught went_on", || {
            case(async {
                let log = Log::default();
                let (begun, all) = mpsc::channel();
                let theirs = log.clone();
                let task = create_task(async move {
                    begun.send(())?;
                    let caught = catch_unwind(AssertUnwindSafe(|| vervet::sleep(HOUR)));
                    theirs.add(if caught.is_err() { "caught" } else { "woke" });
                    vervet::yield_now();
                    theirs.add("went_on");
                    Ok(())
                });
                all.recv().unwrap();
                parked(&task.0.handle(), "sleep");
                task.cancel();
                let error = raised(task.await);
                format!("raised={error} log={}", log.words())
            })
        })
    }),
    ("cancel_goes_on_to_what_is_awaited", || {
        case(async {
            let log = Log::default();
            let inner = sleeper(&log, "inner");
            let ended = inner.0.handle();
            let task = create_task(inner.into_future());
            parked(&task.0.handle(), "signal");
            task.cancel();
            log.add(raised(task.await));
            over(&ended);
            format!("log={}", log.sorted())
        })
    }),
    ("shield_stops_a_cancel", || {
        case(async {
            let log = Log::default();
            let gate = Arc::new(Event::new());
            let (theirs, held) = (log.clone(), Arc::clone(&gate));
            let inner = create_task(async move {
                held.wait();
                theirs.add("inner");
                Ok(())
            });
            let protected = inner.0.handle();
            let task = create_task(shield(inner));
            parked(&task.0.handle(), "signal");
            task.cancel();
            log.add(raised(task.await));
            gate.set();
            over(&protected);
            format!("log={}", log.words())
        })
    }),
    ("first_completed", || {
        case(async {
            let line = Line::new(&Log::default());
            let mut tasks = sleepers(&Log::default(), &["a", "b"]);
            let seven = line.end(0, Ok(7));
            let tasks: Vec<_> = std::iter::once(seven.into_future())
                .chain(
                    tasks.drain(..).map(|task| task.into_future().map(|outcome| outcome.map(|()| 0)).boxed()),
                )
                .collect();
            let (done, _, pending) = select_all(tasks).await;
            format!("done={} pending={}", done.unwrap(), pending.len())
        })
    }),
    ("as_completed", || {
        case(async {
            let line = Line::new(&Log::default());
            // In between there are numbers that this function ends.
            let tasks = [line.end(2, Ok("a")), line.end(4, Ok("b")), line.end(0, Ok("c"))];
            let mut ended: FuturesUnordered<_> = tasks.into_iter().map(Task::into_future).collect();
            let mut order = Vec::new();
            for number in [1, 3, 5] {
                order.push(ended.next().await.unwrap().unwrap());
                line.end(number, Ok(())).await.unwrap();
            }
            format!("order={}", words(&order))
        })
    }),
    ("to_thread", || {
        case(async {
            let here = std::thread::current().id();
            let there = vervet::offload(|| std::thread::current().id());
            format!("elsewhere={}", if here == there { "False" } else { "True" })
        })
    }),
];
