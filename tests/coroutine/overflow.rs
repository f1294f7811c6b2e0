//! An overflow inside a coroutine is told with the coroutine's name.

use std::hint::black_box;

use vervet::coroutine::switch::Switch;
use vervet::coroutine::{Builder, Coroutine, Generator, Yielder};

use crate::child::{dies_by, reached};

const ABORT: i32 = 6;

#[expect(unconditional_recursion, reason = "the way to overflow a stack")]
fn recurse(depth: usize) -> usize {
    let frame = black_box([depth; 64]);
    recurse(depth + 1) + frame[depth % 64]
}

fn line(stderr: &str) -> &str {
    let mut lines = stderr.lines().filter(|line| line.starts_with("vervet: "));
    let line = lines.next().unwrap_or_else(|| panic!("no line in: {stderr}"));
    assert_eq!(lines.next(), None);
    line
}

#[test]
fn coroutine_on_a_thread_is_named() {
    let stderr = dies_by(ABORT, "overflow::coroutine_on_a_thread_is_named", &[], || {
        let builder = Builder::new().name("deep").stack_size(128 * 1024);
        let co = builder.coroutine(|yielder: &Yielder<(), ()>, ()| {
            yielder.suspend(());
            reached();
            recurse(0)
        });
        let co = co.unwrap();
        co.resume(()).unwrap();
        let _ = co.resume(());
    });
    if let Some(stderr) = stderr {
        let line = line(&stderr);
        assert!(line.starts_with("vervet: coroutine 'deep' (#"), "{line}");
        assert!(line.ends_with(") has overflowed its stack of 131072 bytes"), "{line}");
    }
}

/// After the greenlet has parked inside of it, and others have run.
#[test]
fn generator_in_a_greenlet_is_told() {
    let stderr = dies_by(ABORT, "overflow::generator_in_a_greenlet_is_told", &[], || {
        vervet::run(|| {
            let mut generator = Generator::new(|yielder| {
                vervet::sleep(std::time::Duration::from_millis(1));
                reached();
                yielder.suspend(recurse(0));
            });
            generator.next();
        });
    });
    if let Some(stderr) = stderr {
        let rest = line(&stderr).strip_prefix("vervet: coroutine #").expect(&stderr);
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        assert_eq!(rest, " has overflowed its stack of 262144 bytes");
    }
}

#[test]
fn switch_is_told() {
    let stderr = dies_by(ABORT, "overflow::switch_is_told", &[], || {
        let switch = Switch::new(|n: usize| {
            reached();
            recurse(n)
        });
        let _ = switch.switch(0);
    });
    if let Some(stderr) = stderr {
        assert!(line(&stderr).starts_with("vervet: switch #"), "{stderr}");
    }
}

/// It is the greenlet that overflows, although a coroutine of it waits.
#[test]
fn greenlet_with_a_suspended_coroutine_is_told() {
    let stderr = dies_by(ABORT, "overflow::greenlet_with_a_suspended_coroutine_is_told", &[], || {
        let greenlet = vervet::Builder::new().name("outside").spawn(|| {
            let co: Coroutine<(), (), ()> = Coroutine::new(|yielder, ()| yielder.suspend(()));
            co.resume(()).unwrap();
            reached();
            recurse(0)
        });
        let _ = greenlet.unwrap().join();
    });
    if let Some(stderr) = stderr {
        assert!(line(&stderr).starts_with("vervet: greenlet 'outside' (#"), "{stderr}");
    }
}
