//! A greenlet that overflows its stack ends the process with a line that names it; other faults are not ours.

mod child;

use std::hint::black_box;

use child::{dies_by, reached};

const ABORT: i32 = 6;
const SEGMENTATION_FAULT: i32 = 11;

#[expect(unconditional_recursion, reason = "the way to overflow a stack")]
fn recurse(depth: usize) -> usize {
    let frame = black_box([depth; 64]);
    recurse(depth + 1) + frame[depth % 64]
}

/// Parks once, so that the overflow comes after a resume.
fn overflow() {
    vervet::sleep(std::time::Duration::from_millis(1));
    reached();
    black_box(recurse(0));
}

/// vervet's line, and no other of its kind.
fn line(stderr: &str) -> &str {
    let mut lines = stderr.lines().filter(|line| line.starts_with("vervet: "));
    let line = lines.next().unwrap_or_else(|| panic!("no line in: {stderr}"));
    assert_eq!(lines.next(), None);
    line
}

/// The message without the greenlet's number, which is not fixed.
fn assert_unnamed(stderr: &str, bytes: usize) {
    let rest = line(stderr).strip_prefix("vervet: greenlet #").expect(stderr);
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    assert_eq!(rest, format!(" has overflowed its stack of {bytes} bytes"));
}

#[test]
fn named_greenlet_is_named() {
    let stderr = dies_by(ABORT, "named_greenlet_is_named", &[], || {
        let _ = vervet::Builder::new().name("deep").spawn(overflow).unwrap().join();
    });
    if let Some(stderr) = stderr {
        let line = line(&stderr);
        assert!(line.starts_with("vervet: greenlet 'deep' (#"), "{line}");
        assert!(line.ends_with(") has overflowed its stack of 262144 bytes"), "{line}");
    }
}

#[test]
fn unnamed_greenlet_shows_its_number() {
    let stderr = dies_by(ABORT, "unnamed_greenlet_shows_its_number", &[], || {
        let _ = vervet::spawn(overflow).join();
    });
    if let Some(stderr) = stderr {
        assert_unnamed(&stderr, 262_144);
    }
}

#[test]
fn custom_stack_size_is_told() {
    let stderr = dies_by(ABORT, "custom_stack_size_is_told", &[], || {
        let _ = vervet::Builder::new().name("small").stack_size(64 * 1024).spawn(overflow).unwrap().join();
    });
    if let Some(stderr) = stderr {
        let line = line(&stderr);
        assert!(line.starts_with("vervet: greenlet 'small' (#"), "{line}");
        assert!(line.ends_with(") has overflowed its stack of 65536 bytes"), "{line}");
    }
}

#[test]
fn default_size_of_the_environment_is_told() {
    let env = [("VERVET_STACK_SIZE", "131072")];
    let stderr = dies_by(ABORT, "default_size_of_the_environment_is_told", &env, || {
        let _ = vervet::spawn(overflow).join();
    });
    if let Some(stderr) = stderr {
        assert_unnamed(&stderr, 131_072);
    }
}

#[test]
fn scoped_greenlet_is_told() {
    let stderr = dies_by(ABORT, "scoped_greenlet_is_told", &[], || {
        vervet::scope(|scope| {
            let _ = scope.spawn(overflow);
        });
    });
    if let Some(stderr) = stderr {
        assert_unnamed(&stderr, 262_144);
    }
}

#[test]
fn local_greenlet_is_told() {
    let stderr = dies_by(ABORT, "local_greenlet_is_told", &[], || {
        vervet::run(|| {
            let _ = vervet::spawn_local(overflow).join();
        });
    });
    if let Some(stderr) = stderr {
        assert_unnamed(&stderr, 262_144);
    }
}

/// The second greenlet on the same stack, among many others that are parked.
#[test]
fn right_greenlet_of_many_is_named() {
    let stderr = dies_by(ABORT, "right_greenlet_of_many_is_named", &[], || {
        for _ in 0..100 {
            vervet::spawn(|| ()).join().unwrap();
        }
        for i in 0..100 {
            let park = || vervet::sleep(std::time::Duration::MAX);
            drop(vervet::Builder::new().name(format!("other {i}")).spawn(park).unwrap());
        }
        let _ = vervet::Builder::new().name("deep").spawn(overflow).unwrap().join();
    });
    if let Some(stderr) = stderr {
        assert!(line(&stderr).starts_with("vervet: greenlet 'deep' (#"), "{stderr}");
    }
}

/// An overflow in a destructor, while the greenlet unwinds because it was killed.
#[test]
fn overflow_while_unwinding_is_told() {
    struct Deep;
    impl Drop for Deep {
        fn drop(&mut self) {
            overflow();
        }
    }
    let stderr = dies_by(ABORT, "overflow_while_unwinding_is_told", &[], || {
        let killed = vervet::Builder::new().name("deep").spawn(|| {
            let _deep = Deep;
            vervet::sleep(std::time::Duration::MAX);
        });
        let killed = killed.unwrap();
        child::wait_until(|| vervet::runtime::metrics().parked.sleep == 1);
        killed.kill();
        killed.wait(None);
    });
    if let Some(stderr) = stderr {
        assert!(line(&stderr).starts_with("vervet: greenlet 'deep' (#"), "{stderr}");
    }
}

fn fault() {
    reached();
    // SAFETY: it is not; the process is meant to die of it.
    unsafe { black_box(16 as *mut u8).write_volatile(1) };
}

#[test]
fn fault_in_a_greenlet_is_no_overflow() {
    let test = "fault_in_a_greenlet_is_no_overflow";
    let stderr = dies_by(SEGMENTATION_FAULT, test, &[], || drop(vervet::spawn(fault).join()));
    if let Some(stderr) = stderr {
        assert!(!stderr.contains("vervet: "), "{stderr}");
    }
}

#[test]
fn fault_on_a_thread_is_no_overflow() {
    let stderr = dies_by(SEGMENTATION_FAULT, "fault_on_a_thread_is_no_overflow", &[], || {
        vervet::spawn(|| ()).join().unwrap();
        std::thread::spawn(fault).join().unwrap();
    });
    if let Some(stderr) = stderr {
        assert!(!stderr.contains("vervet: "), "{stderr}");
    }
}

#[test]
fn overflow_of_a_thread_is_left_to_std() {
    let stderr = dies_by(ABORT, "overflow_of_a_thread_is_left_to_std", &[], || {
        vervet::spawn(|| ()).join().unwrap();
        reached();
        let thread = std::thread::Builder::new().name("plain".into()).spawn(|| recurse(0));
        let _ = thread.unwrap().join();
    });
    if let Some(stderr) = stderr {
        assert!(stderr.contains("thread 'plain'") && !stderr.contains("vervet: "), "{stderr}");
    }
}
