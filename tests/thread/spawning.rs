//! `spawn`, `Builder`, `JoinHandle`, `Thread`, `ThreadId`.

use std::any::Any;
use std::collections::HashSet;
use std::io::ErrorKind;
use std::panic::{catch_unwind, panic_any, resume_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use crate::common::*;

/// Uses up some 200 bytes of stack for each level.
fn deep(levels: u32) -> u64 {
    let bytes = std::hint::black_box([levels as u8; 128]);
    if levels == 0 { 0 } else { u64::from(bytes[levels as usize % 128]) + deep(levels - 1) }
}

both! {
    fn a_result_comes_back() {
        let text = "moved in".to_owned();
        assert_eq!(thread::spawn(move || text.len()).join().unwrap(), 8);
        let spawned: Vec<_> = (0..50).map(|i| thread::spawn(move || i * i)).collect();
        let squares: thread::Result<Vec<i32>> = spawned.into_iter().map(thread::JoinHandle::join).collect();
        assert_eq!(squares.unwrap().iter().sum::<i32>(), 40425);
    }

    fn a_panic_comes_back_as_it_was() {
        #[derive(Debug, PartialEq)]
        struct Own(u32);
        let joined = |f: fn()| -> Box<dyn Any + Send> { thread::spawn(f).join().unwrap_err() };
        assert_eq!(joined(|| panic!("on purpose")).downcast_ref(), Some(&"on purpose"));
        let formatted = joined(|| panic!("on purpose, {}", std::hint::black_box(2)));
        assert_eq!(formatted.downcast_ref(), Some(&"on purpose, 2".to_owned()));
        assert_eq!(*joined(|| resume_unwind(Box::new(Own(3)))).downcast::<Own>().unwrap(), Own(3));
    }

    fn a_dropped_handle_detaches() {
        let (sender, receiver) = mpsc::channel();
        let (go, wait) = mpsc::channel::<()>();
        drop(thread::spawn(move || {
            // Not blocking for long: this wait is std's.
            while wait.try_recv() == Err(mpsc::TryRecvError::Empty) {
                thread::sleep(Duration::from_micros(50));
            }
            sender.send(thread::current().id()).unwrap();
        }));
        go.send(()).unwrap();
        eventually("it goes on", || receiver.try_recv().is_ok());
    }

    fn is_finished_when_it_is() {
        let go = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&go);
        let handle = thread::spawn(move || {
            while !seen.load(SeqCst) {
                thread::park();
            }
        });
        assert!(!handle.is_finished());
        go.store(true, SeqCst);
        handle.thread().unpark();
        eventually("it is finished", || handle.is_finished());
        handle.join().unwrap();
    }

    fn names() {
        let unnamed = thread::spawn(|| thread::current().name().map(str::to_owned));
        assert_eq!(unnamed.thread().name(), None);
        assert_eq!(unnamed.join().unwrap(), None);
        let builder = thread::Builder::new().name("Grüner Affe".to_owned());
        let named = builder.spawn(|| thread::current().name().map(str::to_owned)).unwrap();
        assert_eq!(named.thread().name(), Some("Grüner Affe"));
        assert_eq!(named.join().unwrap().as_deref(), Some("Grüner Affe"));
        let empty = thread::Builder::new().name(String::new()).spawn(|| ()).unwrap();
        assert_eq!(empty.thread().name(), Some(""));
        empty.join().unwrap();
    }

    fn a_name_with_a_null_byte_panics_at_the_spawn() {
        let builder = thread::Builder::new().name("a\0b".to_owned());
        let payload = catch_unwind(|| builder.spawn(|| ()).map(drop)).unwrap_err();
        let message = "thread name may not contain interior null bytes: NulError(1, [97, 0, 98])";
        assert_eq!(payload.downcast_ref::<String>().map(String::as_str), Some(message));
    }

    fn stack_sizes() {
        // About as many as a stack of the default size has no room for.
        let builder = thread::Builder::new().stack_size(16 << 20);
        assert!(builder.spawn(|| deep(30_000)).unwrap().join().unwrap() > 0);
        for small in [0, 1, 64 * 1024] {
            thread::Builder::new().stack_size(small).spawn(|| ()).unwrap().join().unwrap();
        }
        let drops = Drops::new();
        let value = drops.value();
        let absurd = thread::Builder::new().stack_size(usize::MAX).spawn(move || drop(value));
        assert_eq!(absurd.unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(drops.count(), 1);
    }

    fn spawn_unchecked_borrows() {
        let (mut number, text) = (1, "borrowed".to_owned());
        // SAFETY: joined at once, where nothing unwinds.
        let handle = unsafe {
            thread::Builder::new().spawn_unchecked(|| {
                number += 1;
                text.as_str()
            })
        };
        assert_eq!(handle.unwrap().join().unwrap(), "borrowed");
        assert_eq!(number, 2);
    }

    fn ids_are_unique_and_stay() {
        let spawned: Vec<_> = (0..100)
            .map(|_| {
                thread::spawn(|| {
                    let id = thread::current().id();
                    thread::yield_now();
                    assert_eq!(thread::current().id(), id);
                    id
                })
            })
            .collect();
        let mut seen = HashSet::from([thread::current().id()]);
        for handle in spawned {
            let id = handle.thread().id();
            assert_eq!(handle.join().unwrap(), id);
            assert!(seen.insert(id), "{id:?} twice");
        }
        assert!(seen.contains(&thread::current().id()));
        assert_eq!(size_of::<thread::ThreadId>(), size_of::<Option<thread::ThreadId>>());
    }

    fn what_debug_shows() {
        let builder = thread::Builder::new().name("n".to_owned()).stack_size(65536);
        assert_eq!(format!("{builder:?}"), r#"Builder { name: Some("n"), stack_size: Some(65536), no_hooks: false }"#);
        assert_eq!(
            format!("{:?}", thread::Builder::new()),
            "Builder { name: None, stack_size: None, no_hooks: false }"
        );
        let handle = builder.spawn(|| ()).unwrap();
        assert_eq!(format!("{handle:?}"), "JoinHandle { .. }");
        let (me, id) = (handle.thread(), handle.thread().id());
        assert_eq!(format!("{me:?}"), format!(r#"Thread {{ id: {id:?}, name: Some("n"), .. }}"#));
        let id = format!("{id:?}");
        let number = id.strip_prefix("ThreadId(").and_then(|rest| rest.strip_suffix(')'));
        assert!(number.unwrap().parse::<u64>().is_ok(), "{id}");
        handle.join().unwrap();
    }

    fn sleeps_are_not_short() {
        let start = Instant::now();
        thread::sleep(Duration::from_millis(3));
        thread::sleep(Duration::ZERO);
        #[allow(deprecated)]
        thread::sleep_ms(3);
        assert!(start.elapsed() >= Duration::from_millis(6));
    }

    fn panicking_is_known_to_destructors() {
        let seen = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&seen);
        let handle = thread::spawn(move || {
            assert!(!thread::panicking());
            let _guard = OnDrop(move || theirs.store(thread::panicking(), SeqCst));
            panic_any("on purpose");
        });
        assert!(handle.join().is_err());
        assert!(seen.load(SeqCst) && !thread::panicking());
        assert!(thread::available_parallelism().unwrap().get() >= 1);
    }

    fn results_are_dropped_without_a_taker() {
        let drops = Drops::new();
        let value = drops.value();
        let handle = thread::spawn(move || value);
        eventually("it is over", || handle.is_finished());
        assert_eq!(drops.count(), 0);
        drop(handle);
        eventually("its result is dropped", || drops.count() == 1);
        let value = drops.value();
        drop(thread::spawn(move || value));
        eventually("its result is dropped", || drops.count() == 2);
    }

    fn a_handle_may_be_joined_elsewhere() {
        let handle = thread::spawn(|| 7);
        let elsewhere = thread::spawn(move || handle.join().unwrap() + 1);
        assert_eq!(elsewhere.join().unwrap(), 8);
        // For every `T`, as no handle can be made of one that is not `Send`.
        fn may_travel<T: Send + Sync>() {}
        may_travel::<thread::JoinHandle<Rc<()>>>();
    }
}

#[test]
fn where_it_was_spawned_and_its_name_are_shown_by_dump() {
    checked(|| {
        let (line, handle) = (
            line!() + 1,
            vervet::thread::Builder::new().name("dormouse".to_owned()).spawn(vervet::thread::park).unwrap(),
        );
        let site = format!("{}:{line}", file!());
        let shown = || {
            let text = dumped();
            let line = text.lines().find(|line| line.contains("'dormouse'")).unwrap_or_default();
            line.contains(": parked in signal") && line.contains(&site)
        };
        eventually("it is shown in its place", shown);
        handle.thread().unpark();
        handle.join().unwrap();
        let plain = vervet::thread::spawn(vervet::thread::park);
        let site = format!("{}:{}", file!(), line!() - 1);
        eventually("spawned there", || dumped().contains(&site));
        plain.thread().unpark();
        plain.join().unwrap();
    });
}

#[test]
fn a_builder_of_greenlets_makes_threads_too() {
    checked(|| {
        let builder = vervet::Builder::new().name("converted").stack_size(128 * 1024);
        let builder = vervet::thread::Builder::from(builder);
        assert!(format!("{builder:?}").contains("131072"));
        let handle = builder.spawn(vervet::thread::current).unwrap();
        assert_eq!(handle.join().unwrap().name(), Some("converted"));
        // And the null byte is refused, whoever has named it.
        let builder = vervet::thread::Builder::from(vervet::Builder::new().name("\0"));
        assert!(catch_unwind(|| builder.spawn(|| ()).map(drop)).is_err());
    });
}
