//! Lua's own behaviours: lua_cases.lua has the same cases, lua_outcomes.txt what a real Lua has answered.

use std::any::Any;
use std::cell::{Cell, OnceCell, RefCell};
use std::fmt::{Debug, Display};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

use vervet::coroutine::{self, CloseError, Coroutine, State, Status, Yielder};

use crate::common::outcomes::{Case, compare, line, words};
use crate::common::{OnDrop, checked, in_both};

type Co<In, Out> = Coroutine<In, Out, Out>;
/// One that can reach itself.
type Shared<In, Out> = Rc<OnceCell<Co<In, Out>>>;

#[test]
fn as_lua_does() {
    checked(|| in_both(|| compare(include_str!("lua_outcomes.txt"), "Lua 5.4", CASES)));
}

/// Lua's `error(text, 0)`.
fn error(text: impl Into<String>) -> ! {
    resume_unwind(Box::new(text.into()))
}

fn message(payload: Box<dyn Any + Send>) -> String {
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => (*payload.downcast::<&str>().expect("a text")).to_owned(),
    }
}

/// Lua's `resume`: `true` and the value, or `false` and the error.
fn resume<In: 'static, Out: Display + 'static>(co: &Co<In, Out>, value: In) -> String {
    match catch_unwind(AssertUnwindSafe(|| co.resume(value))) {
        Ok(Ok(state)) => line(&[&true, &state.into_inner()]),
        Ok(Err(error)) => line(&[&false, &error]),
        Err(payload) => line(&[&false, &message(payload)]),
    }
}

/// The value alone.
fn value<In: Debug + 'static, Out: 'static>(co: &Co<In, Out>, value: In) -> Out {
    co.resume(value).unwrap().into_inner()
}

/// Lua's `close`, if it does not raise.
fn close<In: 'static, Out: 'static>(co: &Co<In, Out>) -> String {
    co.close().is_ok().to_string()
}

/// Lua's `pcall(close, co)`.
fn pcall_close<In: 'static, Out: 'static>(co: &Co<In, Out>) -> String {
    match co.close() {
        Ok(()) => "true true".to_owned(),
        Err(error @ CloseError::Active(_)) => line(&[&false, &error]),
        Err(error) => panic!("{error}"),
    }
}

/// Lua's `pcall(f, value)` of a wrapped one.
fn pcall<Out: Display>(f: impl Fn() -> State<Out, Out>) -> String {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(state) => line(&[&true, &state.into_inner()]),
        Err(payload) => line(&[&false, &message(payload)]),
    }
}

/// A coroutine whose body is handed itself.
fn knowing_itself<In: 'static, Out: 'static>(
    body: impl FnOnce(&Shared<In, Out>, &Yielder<In, Out>, In) -> Out + 'static,
) -> Shared<In, Out> {
    let shared = Rc::new(OnceCell::new());
    let weak = Rc::downgrade(&shared);
    let co = Co::new(move |yielder: &Yielder<In, Out>, first| {
        body(&weak.upgrade().expect("the test has it"), yielder, first)
    });
    assert!(shared.set(co).is_ok());
    shared
}

fn me<In, Out>(shared: &Shared<In, Out>) -> &Co<In, Out> {
    shared.get().expect("it is set")
}

/// A value with a destructor: appends to the log.
fn lamp(log: &Rc<RefCell<Vec<String>>>, name: impl Display) -> OnDrop<impl FnMut()> {
    let (log, name) = (Rc::clone(log), name.to_string());
    OnDrop(move || log.borrow_mut().push(name.clone()))
}

fn log() -> Rc<RefCell<Vec<String>>> {
    Rc::default()
}

fn written(log: &Rc<RefCell<Vec<String>>>) -> String {
    log.borrow().join(" ")
}

/// Ends at once.
fn ending() -> Co<(), String> {
    Co::new(|_, ()| String::new())
}

/// Suspended, after its one yield.
fn suspended() -> Co<(), String> {
    let co = Co::new(|yielder, ()| {
        yielder.suspend(String::new());
        String::new()
    });
    value(&co, ());
    co
}

fn dead() -> Co<(), String> {
    let co = ending();
    value(&co, ());
    co
}

fn failing() -> Co<(), String> {
    Co::new(|_, ()| error("boom"))
}

/// What an inner coroutine sees of the outer one that has resumed it.
fn of_normal(look: fn(&Co<(), String>) -> String) -> String {
    let outer = knowing_itself(move |outer, _, ()| {
        let outer = Rc::clone(outer);
        let inner: Co<(), String> = Co::new(move |_, ()| look(me(&outer)));
        value(&inner, ())
    });
    value(me(&outer), ())
}

const CASES: &[Case] = &[
    ("create_does_not_run", || {
        let ran = Rc::new(Cell::new(false));
        let theirs = Rc::clone(&ran);
        let _co: Co<(), ()> = Co::new(move |_, ()| theirs.set(true));
        ran.get().to_string()
    }),
    ("first_resume_passes_argument", || resume(&Co::new(|_, a: i32| a + 1), 41)),
    ("resume_returns_yielded", || resume(&Co::new(|yielder, ()| yielder_returns(yielder, 7)), ())),
    ("yield_returns_resumed", || {
        let co = Co::new(|yielder, _: i32| yielder.suspend(1) * 10);
        value(&co, 0);
        resume(&co, 5)
    }),
    ("values_travel_both_ways", || {
        let co: Co<i32, i32> = Co::new(|yielder, mut x| {
            loop {
                x = yielder.suspend(x * 2);
            }
        });
        words(&(1..=5).map(|i| value(&co, i)).collect::<Vec<_>>())
    }),
    ("return_value_comes_last", || {
        let co = Co::new(|yielder, ()| {
            yielder.suspend(1);
            yielder.suspend(2);
            3
        });
        line(&[&value(&co, ()), &value(&co, ()), &value(&co, ()), &co.status()])
    }),
    ("yield_inside_called_function", || {
        fn deep(yielder: &Yielder<i32, String>, n: i32) -> i32 {
            if n == 0 { yielder.suspend("deep".to_owned()) } else { deep(yielder, n - 1) + 1 }
        }
        let co = Co::new(|yielder, _| deep(yielder, 50).to_string());
        line(&[&value(&co, 0), &value(&co, 0)])
    }),
    ("yield_inside_loop", || {
        let co = Co::new(|yielder, ()| {
            (1..=3).for_each(|i| yielder.suspend(i.to_string()));
            "-".to_owned()
        });
        words(&(0..4).map(|_| resume(&co, ()).replace(' ', "")).collect::<Vec<_>>())
    }),
    ("two_run_independently", || {
        let counter = |mut from| -> Co<(), i32> {
            Co::new(move |yielder, ()| {
                loop {
                    yielder.suspend(from);
                    from += 1;
                }
            })
        };
        let (a, b) = (counter(10), counter(20));
        words(&(0..3).flat_map(|_| [value(&a, ()), value(&b, ())]).collect::<Vec<_>>())
    }),
    ("nested_yield_goes_to_inner_resumer", || {
        let outer = Co::new(|yielder, ()| {
            let inner = Co::new(|yielder, ()| yielder_returns(yielder, "inner".to_owned()));
            yielder.suspend(format!("outer saw {}", value(&inner, ())));
            String::new()
        });
        resume(&outer, ())
    }),
    ("coroutine_made_inside_outlives_maker", || {
        let made: Shared<i32, i32> = Shared::default();
        let theirs = Rc::clone(&made);
        let maker: Co<(), ()> = Co::new(move |_, ()| {
            let co = Co::new(|yielder, x| yielder.suspend(x));
            value(&co, 1);
            assert!(theirs.set(co).is_ok());
        });
        value(&maker, ());
        line(&[&maker.status(), &me(&made).status(), &resume(me(&made), 2)])
    }),
    ("resume_dead", || resume(&dead(), ())),
    ("resume_dead_again", || {
        let co = dead();
        resume(&co, ());
        resume(&co, ())
    }),
    ("resume_self", || {
        let co = knowing_itself(|co, _, ()| resume(me(co), ()));
        value(me(&co), ())
    }),
    ("resume_self_then_go_on", || {
        let co = knowing_itself(|co, yielder, ()| {
            resume(me(co), ());
            yielder_returns(yielder, "still here".to_owned())
        });
        resume(me(&co), ())
    }),
    ("resume_normal", || of_normal(|outer| resume(outer, ()))),
    ("resume_normal_message", || of_normal(|outer| outer.resume(()).unwrap_err().to_string())),
    ("status_new", || ending().status().to_string()),
    ("status_suspended", || suspended().status().to_string()),
    ("status_running", || {
        let co = knowing_itself(|co, _, ()| me(co).status().to_string());
        value(me(&co), ())
    }),
    ("status_normal", || of_normal(|outer| outer.status().to_string())),
    ("status_of_inner_while_outer_runs", || {
        value(&Co::new(|_: &Yielder<(), String>, ()| suspended().status().to_string()), ())
    }),
    ("status_running_again_after_inner_yields", || {
        let co = knowing_itself(|co, _, ()| {
            let _inner = suspended();
            me(co).status().to_string()
        });
        value(me(&co), ())
    }),
    ("status_dead_after_return", || dead().status().to_string()),
    ("status_dead_after_error", || {
        let co = failing();
        resume(&co, ());
        co.status().to_string()
    }),
    ("isyieldable_outside", || coroutine::is_yieldable().to_string()),
    ("isyieldable_inside", || {
        value(&Co::new(|_: &Yielder<(), String>, ()| coroutine::is_yieldable().to_string()), ())
    }),
    ("isyieldable_of_suspended", || suspended().is_yieldable().to_string()),
    ("isyieldable_of_new", || ending().is_yieldable().to_string()),
    ("isyieldable_of_dead", || dead().is_yieldable().to_string()),
    ("isyieldable_of_normal", || of_normal(|outer| outer.is_yieldable().to_string())),
    ("running_outside_is_main", || coroutine::running().is_none().to_string()),
    ("running_inside_is_itself", || {
        let co = knowing_itself(|co, _, ()| {
            let running = coroutine::running();
            line(&[&(running == Some(me(co).id())), &running.is_none()])
        });
        value(me(&co), ())
    }),
    ("running_is_innermost", || {
        let outer = knowing_itself(|outer, _, ()| {
            let inner =
                knowing_itself(|inner, _, ()| (coroutine::running() == Some(me(inner).id())).to_string());
            line(&[&value(me(&inner), ()), &(coroutine::running() == Some(me(outer).id()))])
        });
        value(me(&outer), ())
    }),
    ("wrap_returns_values", || {
        let f = Co::wrap(|yielder, ()| {
            yielder.suspend(1);
            2
        });
        words(&[f(()).into_inner(), f(()).into_inner()])
    }),
    ("wrap_passes_arguments", || {
        let f = Co::wrap(|yielder, a: i32| a + yielder.suspend(a));
        words(&[f(3).into_inner(), f(4).into_inner()])
    }),
    ("wrap_dead_raises", || {
        let f = Co::wrap(|_, ()| String::new());
        f(());
        pcall(|| f(()))
    }),
    ("wrap_passes_error_on", || {
        let f = Co::<(), String>::wrap(|_, ()| error("boom"));
        pcall(|| f(()))
    }),
    ("wrap_dead_after_error", || {
        let f = Co::<(), String>::wrap(|_, ()| error("boom"));
        pcall(|| f(()));
        pcall(|| f(()))
    }),
    ("error_comes_out_of_resume", || resume(&failing(), ())),
    ("error_after_yield", || {
        let co: Co<(), i32> = Co::new(|yielder, ()| {
            yielder.suspend(1);
            error("late")
        });
        line(&[&resume(&co, ()), &resume(&co, ())])
    }),
    ("error_then_resume", || {
        let co = failing();
        resume(&co, ());
        resume(&co, ())
    }),
    ("error_passes_through_two", || {
        let outer: Co<(), String> = Co::new(|_, ()| {
            let inner: Co<(), String> = Co::new(|_, ()| error("inner"));
            let caught = catch_unwind(AssertUnwindSafe(|| inner.resume(())));
            error(format!("{} via outer", message(caught.unwrap_err())))
        });
        resume(&outer, ())
    }),
    ("error_caught_inside_goes_on", || {
        let co = Co::new(|yielder: &Yielder<(), String>, ()| {
            let caught = catch_unwind(|| error("boom"));
            yielder.suspend(message(caught.unwrap_err()));
            "on".to_owned()
        });
        words(&[value(&co, ()), value(&co, ())])
    }),
    ("yield_across_pcall", || {
        let co = Co::new(|yielder: &Yielder<i32, String>, _| {
            let value = catch_unwind(AssertUnwindSafe(|| yielder.suspend("1".to_owned())));
            line(&[&value.is_ok(), &value.unwrap()])
        });
        line(&[&value(&co, 0), &resume(&co, 2)])
    }),
    ("error_in_inner_leaves_outer_running", || {
        let outer = knowing_itself(|outer, _, ()| {
            let inner = failing();
            resume(&inner, ());
            line(&[&me(outer).status(), &inner.status()])
        });
        value(me(&outer), ())
    }),
    ("destructors_have_run_after_error_and_close", || {
        let log = log();
        let theirs = Rc::clone(&log);
        let co: Co<(), String> = Co::new(move |_, ()| {
            let _lamp = lamp(&theirs, "off");
            error("boom")
        });
        resume(&co, ());
        co.close().unwrap();
        written(&log)
    }),
    ("close_new", || {
        let co = ending();
        line(&[&close(&co), &co.status()])
    }),
    ("close_suspended", || {
        let co = suspended();
        line(&[&close(&co), &co.status()])
    }),
    ("close_dead", || close(&dead())),
    ("close_twice", || {
        let co = suspended();
        co.close().unwrap();
        close(&co)
    }),
    ("close_then_resume", || {
        let co = suspended();
        co.close().unwrap();
        resume(&co, ())
    }),
    ("close_runs_destructors_inside_out", || {
        let log = log();
        let theirs = Rc::clone(&log);
        let co: Co<(), ()> = Co::new(move |yielder, ()| {
            let _first = lamp(&theirs, "first");
            let _second = lamp(&theirs, "second");
            yielder.suspend(());
        });
        value(&co, ());
        line(&[&close(&co), &written(&log)])
    }),
    ("close_runs_destructors_of_callers", || {
        fn deep(yielder: &Yielder<(), ()>, log: &Rc<RefCell<Vec<String>>>, n: i32) {
            let _lamp = lamp(log, n);
            if n == 0 { yielder.suspend(()) } else { deep(yielder, log, n - 1) }
        }
        let log = log();
        let theirs = Rc::clone(&log);
        let co: Co<(), ()> = Co::new(move |yielder, ()| deep(yielder, &theirs, 3));
        value(&co, ());
        co.close().unwrap();
        written(&log)
    }),
    ("close_new_runs_nothing", || {
        let log = log();
        let theirs = Rc::clone(&log);
        let co: Co<(), ()> = Co::new(move |_, ()| drop(lamp(&theirs, "off")));
        co.close().unwrap();
        let entries = log.borrow().len();
        entries.to_string()
    }),
    ("close_running", || {
        let co = knowing_itself(|co, _, ()| pcall_close(me(co)));
        value(me(&co), ())
    }),
    ("close_normal", || of_normal(pcall_close)),
    ("close_does_not_go_on", || {
        let reached = Rc::new(Cell::new(false));
        let theirs = Rc::clone(&reached);
        let co: Co<(), ()> = Co::new(move |yielder, ()| {
            yielder.suspend(());
            theirs.set(true);
        });
        value(&co, ());
        co.close().unwrap();
        reached.get().to_string()
    }),
    ("destructor_sees_status", || {
        let seen = Rc::new(Cell::new(Status::Dead));
        let theirs = Rc::clone(&seen);
        let co: Shared<(), ()> = knowing_itself(move |co, yielder, ()| {
            let co = Rc::downgrade(co);
            let _look = OnDrop(move || theirs.set(me(&co.upgrade().unwrap()).status()));
            yielder.suspend(());
        });
        value(me(&co), ());
        me(&co).close().unwrap();
        seen.get().to_string()
    }),
    ("producer_consumer", || {
        let producer = Coroutine::new(|yielder, ()| {
            (1..=5).for_each(|i| yielder.suspend(format!("line {i}")));
        });
        let filter = Coroutine::new(move |yielder, ()| {
            let mut n = 1;
            while let Ok(State::Yielded(line)) = producer.resume(()) {
                yielder.suspend(format!("{n}:{line}"));
                n += 1;
            }
        });
        let lines = std::iter::from_fn(|| filter.resume(()).unwrap().into_yielded());
        lines.collect::<Vec<_>>().join(",")
    }),
    ("permutations", || {
        fn generate(yielder: &Yielder<(), String>, a: &mut [char], n: usize) {
            if n <= 1 {
                return yielder.suspend(a.iter().collect());
            }
            for i in 0..n {
                a.swap(n - 1, i);
                generate(yielder, a, n - 1);
                a.swap(n - 1, i);
            }
        }
        let next = Coroutine::wrap(|yielder, ()| generate(yielder, &mut ['a', 'b', 'c'], 3));
        words(&std::iter::from_fn(|| next(()).into_yielded()).collect::<Vec<_>>())
    }),
    ("sieve", || {
        type Numbers = Coroutine<(), i32, ()>;
        let filter = |p: i32, numbers: Numbers| -> Numbers {
            Coroutine::new(move |yielder, ()| {
                while let Some(n) = numbers.resume(()).unwrap().into_yielded() {
                    if n % p != 0 {
                        yielder.suspend(n);
                    }
                }
            })
        };
        let mut numbers: Numbers = Coroutine::new(|yielder, ()| {
            for n in 2.. {
                yielder.suspend(n);
            }
        });
        let mut primes = Vec::new();
        for _ in 0..10 {
            let p = numbers.resume(()).unwrap().into_yielded().unwrap();
            primes.push(p);
            numbers = filter(p, numbers);
        }
        words(&primes)
    }),
];

/// Yields `value`, and returns another that nobody asks for.
fn yielder_returns<Out: Default>(yielder: &Yielder<(), Out>, value: Out) -> Out {
    yielder.suspend(value);
    Out::default()
}
