//! Generators: iteration, what is sent in, the end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use vervet::coroutine::{Builder, Generator, Yielder};

use crate::common::{Drops, checked, fail, in_both, text};

fn counting(n: u32) -> Generator<u32> {
    Generator::new(move |yielder| (0..n).for_each(|i| yielder.suspend(i)))
}

#[test]
fn iterates() {
    checked(|| {
        in_both(|| {
            assert_eq!(counting(5).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
            assert_eq!(counting(10).step_by(3).zip("abc".chars()).last(), Some((6, 'c')));
            assert_eq!(counting(0).next(), None);
        });
    });
}

#[test]
fn is_over_once_it_is_over() {
    checked(|| {
        in_both(|| {
            let mut generator = counting(1);
            assert_eq!(generator.next(), Some(0));
            for _ in 0..3 {
                assert_eq!(generator.next(), None);
            }
            let error = generator.send(()).unwrap_err();
            assert!(error.is_over());
        });
    });
}

#[test]
fn functions_that_it_calls_yield() {
    fn hanoi(yielder: &Yielder<(), (u8, u8)>, n: u32, from: u8, to: u8) {
        if n > 0 {
            let by = 6 - from - to;
            hanoi(yielder, n - 1, from, by);
            yielder.suspend((from, to));
            hanoi(yielder, n - 1, by, to);
        }
    }
    checked(|| {
        in_both(|| {
            let moves = Generator::new(|yielder| hanoi(yielder, 10, 1, 3));
            assert_eq!(moves.count(), 1023);
        });
    });
}

#[test]
fn sent_values_come_out_of_suspend() {
    checked(|| {
        in_both(|| {
            let mut echo = Generator::<String, Option<String>>::with_input(|yielder| {
                let mut reply = "ready".to_owned();
                while let Some(said) = yielder.suspend(reply) {
                    reply = said.to_uppercase();
                }
            });
            // As in Python: nothing waits for a value yet.
            let early = echo.send(Some("early".to_owned())).unwrap_err();
            assert!(!early.is_over());
            assert_eq!(early.into_inner().unwrap(), "early");
            assert_eq!(echo.next().unwrap(), "ready");
            assert_eq!(echo.send(Some("one".to_owned())).unwrap().unwrap(), "ONE");
            assert_eq!(echo.send(Some("two".to_owned())).unwrap().unwrap(), "TWO");
            // `next` sends the default.
            assert_eq!(echo.next(), None);
            assert_eq!(echo.send(Some("late".to_owned())).unwrap_err().into_inner().unwrap(), "late");
        });
    });
}

#[test]
fn returning_instead_of_yielding_takes_the_value() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            let mut generator = Generator::with_input(|yielder: &Yielder<Option<_>, u32>| {
                drop(yielder.suspend(1));
            });
            generator.next();
            assert_eq!(generator.send(Some(drops.value())).unwrap(), None);
            assert_eq!(drops.count(), 1);
        });
    });
}

#[test]
fn close_unwinds_and_ends_it() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            let value = drops.value();
            let mut generator = Generator::new(move |yielder| {
                let _value = value;
                for i in 0.. {
                    yielder.suspend(i);
                }
            });
            assert_eq!(generator.nth(3), Some(3));
            assert_eq!(drops.count(), 0);
            generator.close().unwrap();
            assert_eq!(drops.count(), 1);
            assert_eq!(generator.next(), None);
            generator.close().unwrap();
        });
    });
}

#[test]
fn panic_comes_out_of_next() {
    checked(|| {
        in_both(|| {
            let mut generator = Generator::new(|yielder| {
                yielder.suspend(1);
                fail("on purpose")
            });
            assert_eq!(generator.next(), Some(1));
            let caught = catch_unwind(AssertUnwindSafe(|| generator.next()));
            assert_eq!(text(caught.unwrap_err()), "on purpose");
            assert_eq!(generator.next(), None);
        });
    });
}

#[test]
fn holds_what_is_not_send() {
    checked(|| {
        in_both(|| {
            let shared = Rc::new(5);
            let theirs = Rc::clone(&shared);
            let mut generator = Generator::new(move |yielder| yielder.suspend(Rc::clone(&theirs)));
            assert_eq!(*generator.next().unwrap(), 5);
            drop(generator);
            assert_eq!(Rc::strong_count(&shared), 1);
        });
    });
}

#[test]
fn inside_generators() {
    checked(|| {
        in_both(|| {
            let squares = Generator::new(|yielder| counting(4).for_each(|i| yielder.suspend(i * i)));
            let pairs = Generator::new(move |yielder| squares.for_each(|i| yielder.suspend((i, i + 1))));
            assert_eq!(pairs.collect::<Vec<_>>(), [(0, 1), (1, 2), (4, 5), (9, 10)]);
        });
    });
}

/// Each is resumed by the one before: a chain of them, deep.
#[test]
fn a_thousand_deep() {
    checked(|| {
        in_both(|| {
            fn deep(n: u32) -> Generator<u32> {
                Generator::new(move |yielder| match n {
                    0 => yielder.suspend(0),
                    _ => deep(n - 1).for_each(|i| yielder.suspend(i + 1)),
                })
            }
            assert_eq!(deep(1000).next(), Some(1000));
            assert_eq!(deep(1000).count(), 1);
        });
    });
}

#[test]
fn name_and_stack_are_the_builders() {
    fn depth(n: usize) -> usize {
        let frame = std::hint::black_box([n; 1024]);
        if n == 0 { 0 } else { depth(n - 1) + frame[n % 1024] / n }
    }
    checked(|| {
        in_both(|| {
            // More than the default stack has room for.
            let builder = Builder::new().name("deep").stack_size(4 << 20);
            let mut generator: Generator<usize> =
                builder.generator(|yielder| yielder.suspend(depth(100))).unwrap();
            assert_eq!(generator.name(), Some("deep"));
            assert!(format!("{generator:?}").contains("deep"));
            assert_eq!(generator.next(), Some(100));
            let absurd = Builder::new().stack_size(usize::MAX).coroutine(|_: &Yielder<(), ()>, ()| ());
            assert_eq!(absurd.unwrap_err().kind(), std::io::ErrorKind::InvalidInput);
        });
    });
}
