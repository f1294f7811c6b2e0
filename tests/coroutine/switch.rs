//! greenlet's own behaviours: greenlet_cases.py has the same cases, greenlet_outcomes.txt what the real package has answered.

use std::any::Any;
use std::cell::{OnceCell, RefCell};
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

use vervet::coroutine::switch::{Exit, ParentError, Switch, SwitchError, getcurrent};
use vervet::coroutine::{self, Coroutine};

use crate::common::outcomes::{Case, compare, line, words};
use crate::common::{Drops, HOUR, OnDrop, checked, in_both, over, parked};

#[test]
fn as_greenlet_does() {
    checked(|| in_both(|| compare(include_str!("greenlet_outcomes.txt"), "greenlet 3", CASES)));
}

type Log = Rc<RefCell<Vec<String>>>;
/// One that is made later than those that switch to it.
type Later = Rc<OnceCell<Switch<i32>>>;

struct ValueError(&'static str);

fn raise(text: &'static str) -> ! {
    resume_unwind(value_error(text))
}

fn value_error(text: &'static str) -> Box<dyn Any + Send> {
    Box::new(ValueError(text))
}

/// The value, or the exception by its name and text.
fn seen<T: Display, V>(f: impl FnOnce() -> Result<T, SwitchError<V>>) -> String {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(Ok(value)) => value.to_string(),
        Ok(Err(SwitchError::Exited)) => "exited".to_owned(),
        Ok(Err(error)) => panic!("{error}"),
        Err(payload) => match payload.downcast::<ValueError>() {
            Ok(error) => format!("ValueError({})", error.0),
            Err(payload) => resume_unwind(payload),
        },
    }
}

/// `f`, or the text of the exception that comes out of it.
fn caught(f: impl FnOnce() -> String) -> String {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(value) => value,
        Err(payload) => match payload.downcast::<ValueError>() {
            Ok(error) => format!("caught {}", error.0),
            Err(payload) => resume_unwind(payload),
        },
    }
}

fn to<T: 'static>(switch: &Switch<T>, value: T) -> T {
    switch.switch(value).unwrap()
}

fn with_parent<T: 'static>(parent: &Switch<T>, body: impl FnOnce(T) -> T + 'static) -> Switch<T> {
    Switch::with_parent(body, parent).unwrap()
}

/// A body that hands its argument back to main and returns what it is then given.
fn echo() -> Switch<i32> {
    let main = getcurrent();
    Switch::new(move |v| to(&main, v))
}

fn identity() -> Switch<i32> {
    Switch::new(|v| v)
}

fn dead() -> Switch<i32> {
    let g = identity();
    to(&g, 0);
    g
}

fn on_leaving(log: &Log, text: &'static str) -> OnDrop<impl FnMut()> {
    let log = Rc::clone(log);
    OnDrop(move || log.borrow_mut().push(text.to_owned()))
}

fn note(log: &Log, text: impl Display) {
    log.borrow_mut().push(text.to_string());
}

fn written(log: &Log) -> String {
    words(&log.borrow())
}

const CASES: &[Case] = &[
    ("new_one_has_not_run", || {
        let log = Log::default();
        let theirs = Rc::clone(&log);
        let g = Switch::new(move |v: i32| {
            note(&theirs, v);
            v
        });
        line(&[&log.borrow().is_empty(), &g.is_active(), &g.is_dead()])
    }),
    ("first_switch_passes_argument", || to(&Switch::new(|v: i32| v + 1), 41).to_string()),
    ("switch_to_main_passes_value", || {
        let main = getcurrent();
        to(&Switch::new(move |v: i32| to(&main, v * 2)), 21).to_string()
    }),
    ("switch_back_returns_value", || {
        let main = getcurrent();
        let g = Switch::new(move |v: i32| to(&main, v) * 10);
        words(&[to(&g, 1), to(&g, 5)])
    }),
    ("active_and_dead", || {
        let g = echo();
        let new = line(&[&g.is_active(), &g.is_dead()]);
        to(&g, 0);
        let active = line(&[&g.is_active(), &g.is_dead()]);
        to(&g, 0);
        line(&[&new, &active, &g.is_active(), &g.is_dead()])
    }),
    ("ping_pong", || {
        let (main, log, pong) = (getcurrent(), Log::default(), Later::default());
        let (theirs, other) = (Rc::clone(&log), Rc::clone(&pong));
        let ping = Switch::new(move |mut v: i32| {
            while v < 6 {
                note(&theirs, format!("ping{v}"));
                v = to(other.get().unwrap(), v + 1);
            }
            to(&main, v)
        });
        let (theirs, other) = (Rc::clone(&log), ping.clone());
        let answers = move |mut v: i32| loop {
            note(&theirs, format!("pong{v}"));
            v = to(&other, v + 1);
        };
        assert!(pong.set(Switch::new(answers)).is_ok());
        let result = line(&[&to(&ping, 0), &written(&log)]);
        unravel(&ping);
        unravel(pong.get().unwrap());
        result
    }),
    ("parent_is_creator", || {
        let main = getcurrent();
        let g = Switch::new(|_: i32| i32::from(identity().parent() == Some(getcurrent())));
        let inner = to(&g, 0) == 1;
        line(&[&(g.parent() == Some(main)), &inner])
    }),
    ("return_goes_to_parent", || {
        let (log, child) = (Log::default(), Later::default());
        let (theirs, other) = (Rc::clone(&log), Rc::clone(&child));
        let p = Switch::new(move |v: i32| {
            note(&theirs, to(other.get().unwrap(), v + 1));
            100
        });
        assert!(child.set(with_parent(&p, |v| v + 1)).is_ok());
        line(&[&to(&p, 1), &written(&log)])
    }),
    ("return_goes_to_parent_not_to_switcher", || {
        let log = Log::default();
        let (theirs, g) = (Rc::clone(&log), Switch::new(|v: i32| v * 2));
        let s = Switch::new(move |v| {
            note(&theirs, "switcher starts");
            to(&g, v);
            note(&theirs, "switcher goes on");
            0
        });
        line(&[&to(&s, 4), &written(&log), &s.is_dead()])
    }),
    ("return_starts_parent_that_has_not_started", || {
        let p = Switch::new(|v: i32| v + 1);
        line(&[&to(&with_parent(&p, |v| v * 10), 4), &p.is_dead()])
    }),
    ("switch_to_dead_returns_value", || to(&dead(), 9).to_string()),
    ("switch_to_dead_goes_to_parent", || {
        let main = getcurrent();
        let p = Switch::new(move |mut v: String| {
            loop {
                v = to(&main, format!("parent got {v}"));
            }
        });
        to(&p, "0".to_owned());
        let g = with_parent(&p, |v| v);
        to(&g, "1".to_owned());
        line(&[&g.is_dead(), &to(&g, "2".to_owned())])
    }),
    ("switch_to_self_returns_at_once", || to(&Switch::new(|v: i32| to(&getcurrent(), v + 1)), 1).to_string()),
    ("main_switch_to_self_returns_at_once", || to(&getcurrent(), 5).to_string()),
    ("main_has_no_parent", || {
        let main = getcurrent::<i32>();
        line(&[&main.parent().is_none(), &main.is_active(), &main.is_dead()])
    }),
    ("getcurrent_inside", || {
        let g = Later::default();
        let theirs = Rc::downgrade(&g);
        let me = Switch::new(move |_| {
            let g = theirs.upgrade().unwrap();
            i32::from(getcurrent() == *g.get().unwrap() && g.get().unwrap().is_current())
        });
        assert!(g.set(me).is_ok());
        (to(g.get().unwrap(), 0) == 1).to_string()
    }),
    ("exception_goes_to_parent", || {
        let g = Switch::new(|_: i32| raise("boom"));
        line(&[&seen(|| g.switch(0)), &g.is_dead()])
    }),
    ("exception_goes_to_parent_not_to_switcher", || {
        let log = Log::default();
        let (theirs, g) = (Rc::clone(&log), Switch::new(|_: i32| raise("boom")));
        let s = Switch::new(move |v| {
            let _leaving = on_leaving(&theirs, "switcher left");
            note(&theirs, caught(|| to(&g, v).to_string()));
            0
        });
        log.borrow_mut().clear();
        line(&[&seen(|| s.switch(0)), &written(&log), &s.is_dead()])
    }),
    ("exception_climbs_through_parents", || {
        let (log, child) = (Log::default(), Later::default());
        let (theirs, other) = (Rc::clone(&log), Rc::clone(&child));
        let p = Switch::new(move |v: i32| {
            let _leaving = on_leaving(&theirs, "parent left");
            to(other.get().unwrap(), v)
        });
        assert!(child.set(with_parent(&p, |_| raise("boom"))).is_ok());
        let first = seen(|| p.switch(0));
        line(&[&first, &written(&log), &p.is_dead(), &child.get().unwrap().is_dead()])
    }),
    ("parent_may_catch", || {
        let child = Rc::new(OnceCell::<Switch<String>>::new());
        let other = Rc::clone(&child);
        let p = Switch::new(move |v: String| caught(|| to(other.get().unwrap(), v)));
        assert!(child.set(with_parent(&p, |_| raise("boom"))).is_ok());
        line(&[&to(&p, String::new()), &p.is_dead()])
    }),
    ("throw_raises_where_suspended", || {
        let main = getcurrent();
        let g = Switch::new(move |v: String| caught(|| to(&main, v)));
        to(&g, String::new());
        line(&[&g.throw(value_error("thrown")).unwrap(), &g.is_dead()])
    }),
    ("throw_uncaught_comes_back", || {
        let g = echo();
        to(&g, 0);
        line(&[&seen(|| g.throw(value_error("thrown"))), &g.is_dead()])
    }),
    ("throw_into_new_one", || {
        let log = Log::default();
        let theirs = Rc::clone(&log);
        let g = Switch::new(move |v: i32| {
            note(&theirs, v);
            v
        });
        let entries = log.borrow().len();
        line(&[&seen(|| g.throw(value_error("thrown"))), &g.is_dead(), &entries])
    }),
    ("throw_into_dead_one", || seen(|| dead().throw(value_error("thrown")))),
    ("kill_suspended", || {
        let (main, log) = (getcurrent(), Log::default());
        let theirs = Rc::clone(&log);
        let g = Switch::new(move |v: i32| {
            let _leaving = on_leaving(&theirs, "left");
            to(&main, v)
        });
        to(&g, 0);
        let first = seen(|| g.kill());
        line(&[&first, &g.is_dead(), &written(&log)])
    }),
    ("kill_new_one", || {
        let g = identity();
        line(&[&seen(|| g.kill()), &g.is_dead()])
    }),
    ("kill_dead_one", || seen(|| dead().kill())),
    ("kill_is_caught_and_survived", || {
        let main = getcurrent();
        let g = Switch::new(move |v: &str| {
            let thrown = catch_unwind(AssertUnwindSafe(|| to(&main, v)));
            assert!(thrown.unwrap_err().is::<Exit>());
            to(&main, "survived")
        });
        to(&g, "");
        let first = line(&[&g.kill().unwrap(), &g.is_dead()]);
        line(&[&first, &to(&g, "end"), &g.is_dead()])
    }),
    ("kill_from_sibling_goes_to_parent", || {
        let (log, a) = (Log::default(), echo());
        to(&a, 0);
        let (theirs, other) = (Rc::clone(&log), a.clone());
        let s = Switch::new(move |v: i32| {
            let _ = other.kill();
            note(&theirs, "never");
            v
        });
        let first = seen(|| s.switch(0));
        line(&[&first, &a.is_dead(), &s.is_dead(), &written(&log)])
    }),
    ("throw_from_child_into_parent", || {
        let child = Rc::new(OnceCell::<Switch<String>>::new());
        let other = Rc::downgrade(&child);
        let p = Switch::new(move |v: String| {
            let child = other.upgrade().unwrap();
            caught(|| to(child.get().unwrap(), v))
        });
        let up = p.clone();
        let throws = move |_| up.throw(value_error("up")).unwrap();
        assert!(child.set(with_parent(&p, throws)).is_ok());
        line(&[&to(&p, String::new()), &p.is_dead(), &child.get().unwrap().is_dead()])
    }),
    ("set_parent_changes_where_it_returns", || {
        let main = getcurrent();
        let o = Switch::new(move |mut v: String| {
            loop {
                v = to(&main, format!("other got {v}"));
            }
        });
        to(&o, String::new());
        let g = Switch::new(|v| v);
        g.set_parent(&o).unwrap();
        line(&[&to(&g, "3".to_owned()), &(g.parent() == Some(o))])
    }),
    ("set_parent_while_suspended", || {
        let main = getcurrent();
        let g = Switch::new(move |v: String| to(&main, v));
        to(&g, String::new());
        g.set_parent(&Switch::new(|v| format!("other got {v}"))).unwrap();
        to(&g, "8".to_owned())
    }),
    ("set_parent_cycle", || {
        let a = identity();
        let b = with_parent(&a, |v| v);
        line(&[&refused(a.set_parent(&b), ParentError::Cycle), &(a.parent() == Some(getcurrent()))])
    }),
    ("set_parent_self", || {
        let a = identity();
        refused(a.set_parent(&a), ParentError::Cycle).to_owned()
    }),
    ("set_parent_of_main", || refused(getcurrent().set_parent(&identity()), ParentError::Main).to_owned()),
    ("last_reference_gone_unwinds", || {
        let (main, log) = (getcurrent(), Log::default());
        let theirs = Rc::clone(&log);
        let g = Switch::new(move |v: i32| {
            let _leaving = on_leaving(&theirs, "left");
            to(&main, v)
        });
        to(&g, 0);
        drop(g);
        written(&log)
    }),
    ("last_reference_of_new_one_runs_nothing", || {
        let log = Log::default();
        let theirs = Rc::clone(&log);
        drop(Switch::new(move |v: i32| {
            note(&theirs, v);
            v
        }));
        written(&log)
    }),
    ("value_of_child_in_the_middle_of_three", || {
        let (log, b, c) = (Log::default(), Later::default(), Later::default());
        let body = |name: &'static str, next: &Later| {
            let (log, next) = (Rc::clone(&log), Rc::clone(next));
            move |v: i32| {
                note(&log, format!("{name}{v}"));
                to(next.get().unwrap(), v + 1)
            }
        };
        let a = Switch::new(body("a", &b));
        assert!(b.set(with_parent(&a, body("b", &c))).is_ok());
        let theirs = Rc::clone(&log);
        let last = with_parent(b.get().unwrap(), move |v| {
            note(&theirs, format!("c{v}"));
            v + 1
        });
        assert!(c.set(last).is_ok());
        let first = to(&a, 0);
        let all_dead = [a.is_dead(), b.get().unwrap().is_dead(), c.get().unwrap().is_dead()];
        line(&[&first, &written(&log), &words(&all_dead)])
    }),
];

fn refused(result: Result<(), ParentError>, why: ParentError) -> &'static str {
    assert_eq!(result, Err(why));
    "refused"
}

/// Ends one that hangs in a circle of references.
fn unravel(switch: &Switch<i32>) {
    if !switch.is_dead() {
        assert!(matches!(switch.kill(), Err(SwitchError::Exited)));
    }
}

#[test]
fn another_greenlet_is_elsewhere() {
    checked(|| {
        vervet::run(|| {
            let g = Rc::new(echo());
            to(&g, 0);
            let theirs = Rc::clone(&g);
            let other = vervet::spawn_local(move || {
                assert_eq!(theirs.switch(7), Err(SwitchError::Elsewhere(7)));
                let thrown = theirs.throw(value_error("back")).unwrap_err().into_inner().unwrap();
                assert!(thrown.is::<ValueError>());
                assert_eq!(theirs.set_parent(&getcurrent()), Err(ParentError::Elsewhere));
                assert!(!theirs.is_current() && getcurrent::<i32>().is_main());
            });
            other.join().unwrap();
            assert_eq!(to(&g, 8), 8);
        });
    });
}

#[test]
fn families_of_other_values_nest() {
    checked(|| {
        in_both(|| {
            let main = getcurrent::<i32>();
            let numbers = Switch::new(move |n: i32| {
                // In here, this code is the main one for texts.
                let texts = getcurrent::<String>();
                assert!(texts.is_main());
                let inner = {
                    let texts = texts.clone();
                    Switch::new(move |text: String| {
                        // And numbers are out of reach.
                        assert_eq!(main.switch(1), Err(SwitchError::Elsewhere(1)));
                        to(&texts, text + "!")
                    })
                };
                let text = to(&inner, n.to_string());
                assert_eq!(text, "5!");
                to(&inner, "end".to_owned()).len() as i32
            });
            assert_eq!(to(&numbers, 5), 3);
        });
    });
}

#[test]
fn switches_out_of_a_coroutine_and_back_into_it() {
    checked(|| {
        in_both(|| {
            let main = getcurrent::<i32>();
            let g = Switch::new(move |n| {
                let co: Coroutine<i32, i32, i32> = Coroutine::new(move |yielder, n| {
                    let m = to(&main, n + 1);
                    let running = coroutine::running();
                    assert!(running.is_some());
                    yielder.suspend(m * 2)
                });
                let first = co.resume(n).unwrap().into_yielded().unwrap();
                assert_eq!(coroutine::running(), None);
                co.resume(first + 1).unwrap().into_returned().unwrap()
            });
            assert_eq!(to(&g, 1), 2);
            assert_eq!(coroutine::running(), None);
            assert_eq!(to(&g, 10), 21);
            assert!(g.is_dead());
        });
    });
}

#[test]
fn blocks_and_is_killed_there() {
    checked(|| {
        let drops = Drops::new();
        let (first, second, third) = (drops.value(), drops.value(), drops.value());
        let greenlet = vervet::spawn(move || {
            let _main = first;
            let g = Switch::new(move |(): ()| {
                let _parent = second;
                let child = Switch::new(move |()| {
                    let _child = third;
                    vervet::sleep(HOUR);
                });
                child.switch(()).unwrap();
            });
            g.switch(()).unwrap();
        });
        parked(&greenlet.handle(), "sleep");
        greenlet.kill();
        over(&greenlet.handle());
        assert!(greenlet.join().unwrap_err().is_killed());
        assert_eq!(drops.count(), 3);
    });
}

#[test]
fn held_by_a_timeout() {
    checked(|| {
        in_both(|| {
            let main = getcurrent::<i32>();
            let g = Switch::new(move |n| {
                let held = vervet::timeout(HOUR, || main.switch(n)).unwrap();
                assert_eq!(held, Err(SwitchError::Held(n)));
                to(&main, n + 1)
            });
            assert_eq!(vervet::timeout(HOUR, || to(&g, 1)), Ok(2));
            assert_eq!(to(&g, 3), 3);
        });
    });
}

#[test]
fn destructor_of_a_dropped_one_cannot_switch() {
    checked(|| {
        in_both(|| {
            let (main, log) = (getcurrent::<i32>(), Log::default());
            let theirs = Rc::clone(&log);
            let g = Switch::new(move |n| {
                let elsewhere = main.clone();
                let _tries = OnDrop(move || note(&theirs, elsewhere.switch(9).unwrap_err()));
                to(&main, n)
            });
            to(&g, 0);
            drop(g);
            assert_eq!(written(&log), SwitchError::Elsewhere(9).to_string());
        });
    });
}

#[test]
fn panic_of_a_dropped_one_comes_out_of_the_drop() {
    checked(|| {
        in_both(|| {
            let main = getcurrent::<i32>();
            let g = Switch::new(move |n| {
                let exit = catch_unwind(AssertUnwindSafe(|| to(&main, n)));
                assert!(exit.unwrap_err().is::<Exit>());
                raise("late")
            });
            to(&g, 0);
            let caught = catch_unwind(AssertUnwindSafe(|| drop(g)));
            assert_eq!(caught.unwrap_err().downcast::<ValueError>().unwrap().0, "late");
        });
    });
}

/// One that is known as a parent alone, and by nobody while it hands over a value: it is unwound with that value on its stack.
#[test]
fn what_one_hands_over_with_its_last_breath_arrives() {
    checked(|| {
        in_both(|| {
            let main = getcurrent::<String>();
            let child: Rc<OnceCell<Switch<String>>> = Rc::default();
            let log = Log::default();
            let parent = {
                let (main, child, log) = (main.clone(), Rc::clone(&child), Rc::clone(&log));
                Switch::new(move |_| {
                    let noted = OnDrop(|| log.borrow_mut().push("unwound".to_owned()));
                    let from_child = to(&main, "parked".to_owned());
                    child.get().unwrap().set_parent(&main).unwrap();
                    let never = to(&main, format!("{from_child}, and more"));
                    drop(noted);
                    never
                })
            };
            assert_eq!(to(&parent, String::new()), "parked");
            let made = Switch::with_parent(|_| "a child's".to_owned(), &parent).unwrap();
            child.set(made.clone()).unwrap();
            drop(parent);
            assert!(log.borrow().is_empty(), "the child keeps it");
            assert_eq!(to(&made, String::new()), "a child's, and more");
            assert_eq!(*log.borrow(), ["unwound"]);
        });
    });
}
