//! `scope`, `Scope`, `ScopedJoinHandle`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use crate::common::*;

both! {
    fn threads_borrow_and_give_back() {
        let words = ["a".to_owned(), "bb".to_owned(), "ccc".to_owned()];
        let total = AtomicUsize::new(0);
        let lengths = thread::scope(|s| {
            let count = |word: &String| {
                total.fetch_add(word.len(), SeqCst);
            };
            let handles: Vec<_> = words
                .iter()
                .map(|word| {
                    s.spawn(move || {
                        count(word);
                        word.as_str()
                    })
                })
                .collect();
            handles.into_iter().map(|handle| handle.join().unwrap().len()).collect::<Vec<_>>()
        });
        assert_eq!((lengths, total.load(SeqCst)), (vec![1, 2, 3], 6));
    }

    fn mutable_borrows_of_parts_and_all_are_waited_for() {
        let mut numbers = [1, 2, 3, 4];
        thread::scope(|s| {
            for number in &mut numbers {
                s.spawn(|| {
                    thread::sleep(Duration::from_micros(200));
                    *number *= 10;
                });
            }
        });
        assert_eq!(numbers, [10, 20, 30, 40]);
    }

    fn threads_spawn_into_their_own_scope() {
        let order = Mutex::new(Vec::new());
        thread::scope(|s| {
            s.spawn(|| {
                order.lock().unwrap().push(1);
                s.spawn(|| {
                    order.lock().unwrap().push(2);
                    s.spawn(|| order.lock().unwrap().push(3));
                });
            });
        });
        assert_eq!(order.into_inner().unwrap(), [1, 2, 3]);
    }

    fn a_panic_that_nobody_takes_is_passed_on_in_other_words() {
        let others = AtomicUsize::new(0);
        let caught = catch_unwind(AssertUnwindSafe(|| {
            thread::scope(|s| {
                s.spawn(|| panic!("on purpose"));
                s.spawn(|| {
                    thread::sleep(Duration::from_millis(1));
                    others.fetch_add(1, SeqCst);
                });
            });
        }));
        // That panic is the scope's own, and its hook was called.
        assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"a scoped thread panicked"));
        assert_eq!(others.load(SeqCst), 1);
    }

    fn a_panic_that_was_joined_is_not() {
        let result = thread::scope(|s| s.spawn(|| fail("on purpose")).join());
        assert_eq!(text(result.unwrap_err()), "on purpose");
    }

    fn the_panic_of_the_body_comes_first_but_after_all_threads() {
        let over = AtomicBool::new(false);
        let caught = catch_unwind(AssertUnwindSafe(|| {
            thread::scope(|s| {
                s.spawn(|| {
                    thread::sleep(Duration::from_millis(2));
                    over.store(true, SeqCst);
                    fail("on purpose, a thread")
                });
                fail("on purpose, the body")
            })
        }));
        assert_eq!(text(caught.map(|never: ()| never).unwrap_err()), "on purpose, the body");
        assert!(over.load(SeqCst));
    }

    fn results_that_nobody_takes_are_dropped_inside() {
        struct Borrows<'a>(&'a AtomicUsize);
        impl Drop for Borrows<'_> {
            fn drop(&mut self) {
                self.0.fetch_add(1, SeqCst);
            }
        }
        let drops = AtomicUsize::new(0);
        thread::scope(|s| {
            for _ in 0..10 {
                s.spawn(|| Borrows(&drops));
            }
        });
        assert_eq!(drops.load(SeqCst), 10);
    }

    fn handles_of_scoped_threads() {
        let go = AtomicBool::new(false);
        thread::scope(|s| {
            let builder = thread::Builder::new().name("scoped".to_owned());
            let handle = builder
                .spawn_scoped(s, || {
                    while !go.load(SeqCst) {
                        thread::park();
                    }
                    thread::current().id()
                })
                .unwrap();
            assert_eq!(handle.thread().name(), Some("scoped"));
            assert!(!handle.is_finished());
            assert_eq!(format!("{handle:?}"), "ScopedJoinHandle { .. }");
            let main = format!("main_thread: {:?}", thread::current());
            assert_eq!(
                format!("{s:?}"),
                format!("Scope {{ num_running_threads: 1, a_thread_panicked: false, {main}, .. }}")
            );
            go.store(true, SeqCst);
            handle.thread().unpark();
            eventually("it is finished", || handle.is_finished());
            let id = handle.thread().id();
            assert_eq!(handle.join().unwrap(), id);
        });
    }

    fn a_builder_in_a_scope_refuses_what_it_refuses_elsewhere() {
        thread::scope(|s| {
            let huge = thread::Builder::new().stack_size(usize::MAX);
            assert_eq!(huge.spawn_scoped(s, || ()).unwrap_err().kind(), std::io::ErrorKind::InvalidInput);
            let named = thread::Builder::new().name("\0".to_owned());
            assert!(catch_unwind(AssertUnwindSafe(|| drop(named.spawn_scoped(s, || ())))).is_err());
        });
    }

    fn scopes_in_scopes() {
        let total = AtomicUsize::new(0);
        thread::scope(|outer| {
            for i in 0..4 {
                let total = &total;
                outer.spawn(move || {
                    thread::scope(|inner| {
                        for j in 0..4 {
                            inner.spawn(move || total.fetch_add(i * j, SeqCst));
                        }
                    });
                });
            }
        });
        assert_eq!(total.load(SeqCst), 36);
    }
}
