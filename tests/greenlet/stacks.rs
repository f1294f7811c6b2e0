//! Stacks: sizes, depth, and none to be had.

use std::hint::black_box;
use std::io::ErrorKind;
use std::panic::catch_unwind;
use std::process::Command;

use vervet::{Builder, Greenlet};

use crate::common::*;

#[inline(never)]
fn dig(depth: usize) -> usize {
    let mut frame = [depth as u8; 1024];
    black_box(&mut frame);
    match depth {
        0 => usize::from(frame[0]),
        _ => dig(depth - 1) + 1 + usize::from(black_box(&frame)[7] != depth as u8),
    }
}

#[test]
fn deep_recursion_within_the_stack() {
    checked(|| {
        // 256 KiB, of which some two thirds are used.
        let greenlets = (0..200).map(|_| {
            vervet::spawn(|| {
                vervet::yield_now();
                dig(160)
            })
        });
        assert!(vervet::join_all(greenlets).into_iter().all(|depth| depth.unwrap() == 160));
    });
}

#[test]
fn stack_sizes_from_tiny_to_large() {
    #[inline(never)]
    fn large_frame() -> u8 {
        let mut frame = [1_u8; 900 * 1024];
        black_box(&mut frame);
        frame[black_box(0)] + frame[black_box(900 * 1024 - 1)]
    }
    checked(|| {
        in_both(|| {
            for size in [0, 1, 4096, 20_000] {
                let greenlet = Builder::new().stack_size(size).spawn(|| {
                    vervet::yield_now();
                    dig(4)
                });
                assert_eq!(greenlet.unwrap().join().unwrap(), 4);
            }
            assert_eq!(Builder::new().stack_size(1 << 20).spawn(large_frame).unwrap().join().unwrap(), 2);
            let huge = Builder::new().stack_size(64 << 20).spawn(|| dig(40_000));
            assert_eq!(huge.unwrap().join().unwrap(), 40_000);
        });
    });
}

#[test]
fn custom_stacks_killed_before_they_run_come_back() {
    checked(|| {
        let greenlets = (0..100).map(|i| {
            let greenlet = Builder::new().stack_size((i + 1) << 14).spawn(|| vervet::sleep(HOUR)).unwrap();
            greenlet.kill();
            greenlet
        });
        assert!(vervet::join_all(greenlets).into_iter().all(|result| result.is_err()));
    });
}

#[test]
fn absurd_stack_sizes_are_errors() {
    checked(|| {
        in_both(|| {
            let drops = Drops::new();
            for size in [usize::MAX, 1 << 46] {
                let value = drops.value();
                let error = Builder::new().stack_size(size).spawn(move || drop(value)).unwrap_err();
                assert!(matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::OutOfMemory));
                assert!(error.to_string().contains(&size.to_string()), "{error}");
            }
            assert_eq!(drops.count(), 2);
        });
    });
}

#[test]
fn builder_can_be_cloned_and_has_defaults() {
    checked(|| {
        let builder = Builder::new().name("twin").stack_size(64 << 10);
        for builder in [builder.clone(), builder] {
            let name = builder.spawn(|| vervet::current().unwrap().name().map(str::to_owned)).unwrap().join();
            assert_eq!(name.unwrap().as_deref(), Some("twin"));
        }
        assert_eq!(Builder::default().spawn(|| 1).unwrap().join().unwrap(), 1);
    });
}

const CHILD: &str = "VERVET_TEST_WITHOUT_MEMORY";

#[test]
fn out_of_stack_memory_is_an_error_and_passes() {
    if std::env::var_os(CHILD).is_none() {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "stacks::out_of_stack_memory_is_an_error_and_passes", "--nocapture"]);
        // Stacks take what there is to the last page: malloc gets its share before.
        child.env("MALLOC_ARENA_MAX", "1").env("MALLOC_TOP_PAD_", (64 << 20).to_string());
        let output = child.env(CHILD, "1").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
        return;
    }
    checked(|| {
        let gate = Gate::new();
        let (mut ask, answer) = conversation();
        let running = vervet::spawn(answer);
        lower_address_space(1 << 30);

        let spawn = |gate: Gate| Builder::new().spawn(move || gate.pass());
        let mut greenlets = Vec::with_capacity(1 << 16);
        let error = loop {
            match spawn(gate.clone()) {
                Ok(greenlet) => greenlets.push(greenlet),
                Err(error) => break error,
            }
            assert!(greenlets.len() < 1 << 16, "the limit has no effect");
        };
        assert_eq!(error.kind(), ErrorKind::OutOfMemory);
        assert!(error.to_string().contains("stack"), "{error}");
        assert!(greenlets.len() > 100, "only {} fit", greenlets.len());
        let one = catch_unwind(|| drop(vervet::spawn(|| ()))).unwrap_err();
        assert!(one.downcast::<String>().unwrap().contains("failed to spawn"));

        // Those that run go on.
        assert_eq!(ask(), 4);
        assert!(!running.is_finished());
        // After some have ended, there is room again, apart from what the workers keep ready for themselves.
        let half = greenlets.split_off(greenlets.len() / 2);
        let handles: Vec<_> = half.iter().map(Greenlet::handle).collect();
        assert!(vervet::kill_all(&handles, Some(LIMIT / 2)));
        let again: Vec<_> = (0..half.len() / 4).map(|_| spawn(gate.clone()).unwrap()).collect();
        gate.open();
        assert!(
            vervet::join_all(greenlets.into_iter().chain(again)).into_iter().all(|result| result.is_ok())
        );
        running.kill();
        over(&running.handle());
    });
}

/// Both ends of a conversation with a greenlet: the first asks and returns the answer, the second answers for ever.
fn conversation() -> (impl FnMut() -> u8, impl FnOnce() + Send + 'static) {
    use std::io::{Read, Write};
    let listener = vervet::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut ours = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut theirs, _) = listener.accept().unwrap();
    let ask = move || {
        let mut byte = [3];
        ours.write_all(&byte).unwrap();
        ours.read_exact(&mut byte).unwrap();
        byte[0]
    };
    let answer = move || {
        let mut byte = [0];
        while theirs.read_exact(&mut byte).is_ok() {
            theirs.write_all(&[byte[0] + 1]).unwrap();
        }
    };
    (ask, answer)
}

/// Leaves this process `room` bytes of address space beyond what it has.
fn lower_address_space(room: u64) {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:")).unwrap();
    let size: u64 = size.trim().trim_end_matches(" kB").parse().unwrap();
    let limit = Some(size * 1024 + room);
    setrlimit(Resource::As, Rlimit { current: limit, maximum: limit }).unwrap();
}
