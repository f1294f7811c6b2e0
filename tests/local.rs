//! `greenlet_local!`: one value for each greenlet and each OS thread.

mod common;

use std::cell::{Cell, OnceCell, RefCell};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use common::*;

mod elsewhere {
    vervet::greenlet_local! {
        /// Seen from outside.
        pub(crate) static SHARED: super::Cell<u32> = super::Cell::new(1);
        pub(super) static FOR_PARENT: super::Cell<u32> = const { super::Cell::new(2) };
        #[allow(dead_code)]
        static OWN: u8 = 3;
    }
}

vervet::greenlet_local! {
    static COUNT: Cell<u32> = const { Cell::new(7) };
    static WORDS: RefCell<Vec<String>> = RefCell::new(vec!["first".to_owned()])
}

vervet::greenlet_local!(static ONE_LINE: OnceCell<u32> = OnceCell::new());
vervet::greenlet_local! {}

// Of the same type and value: different all the same.
vervet::greenlet_local! {
    static TWIN_A: Cell<u32> = Cell::new(0);
    static TWIN_B: Cell<u32> = Cell::new(0);
}

#[test]
fn all_forms_of_declaration() {
    checked(|| {
        vervet::run(|| {
            assert_eq!((elsewhere::SHARED.get(), elsewhere::FOR_PARENT.get()), (1, 2));
            assert_eq!(COUNT.get(), 7);
            assert_eq!(WORDS.with_borrow(|words| words.join(" ")), "first");
            assert_eq!(ONE_LINE.with(|cell| *cell.get_or_init(|| 5)), 5);
            assert_eq!(ONE_LINE.with(|cell| *cell.get_or_init(|| 6)), 5);
            vervet::greenlet_local!(static INSIDE: Cell<u8> = Cell::new(9));
            assert_eq!(INSIDE.get(), 9);
            assert!(format!("{INSIDE:?}").contains("LocalKey"));
            TWIN_A.set(1);
            assert_eq!((TWIN_A.get(), TWIN_B.get()), (1, 0));
        });
    });
}

#[test]
fn helpers_of_cell_and_refcell() {
    checked(|| {
        vervet::run(|| {
            COUNT.set(1);
            assert_eq!(COUNT.replace(2), 1);
            assert_eq!(COUNT.take(), 2);
            assert_eq!(COUNT.get(), 0);
            WORDS.with_borrow_mut(|words| words.push("second".to_owned()));
            assert_eq!(WORDS.replace(vec!["new".to_owned()]), ["first", "second"]);
            assert_eq!(WORDS.take(), ["new"]);
            WORDS.set(vec!["set".to_owned()]);
            assert_eq!(WORDS.with(|words| words.borrow().len()), 1);
            assert_eq!(WORDS.try_with(|words| words.borrow().len()), Ok(1));
        });
    });
}

#[test]
fn each_greenlet_has_its_own() {
    checked(|| {
        in_both(|| {
            COUNT.set(100);
            let greenlets = (0..1000).map(|i| {
                vervet::spawn(move || {
                    assert_eq!(COUNT.get(), 7);
                    COUNT.set(i);
                    WORDS.with_borrow_mut(|words| words.push(i.to_string()));
                    vervet::yield_now();
                    vervet::sleep(Duration::from_micros(u64::from(i % 50)));
                    WORDS.with_borrow(|words| assert_eq!(*words, ["first".to_owned(), i.to_string()]));
                    COUNT.get()
                })
            });
            let values: Vec<_> = vervet::join_all(greenlets).into_iter().map(Result::unwrap).collect();
            assert_eq!(values, (0..1000).collect::<Vec<_>>());
            assert_eq!(COUNT.get(), 100);
            COUNT.set(7);
        });
    });
}

#[test]
fn a_reference_holds_across_blocking_calls_and_many_new_locals() {
    checked(|| {
        vervet::run(|| {
            WORDS.with(|words| {
                let borrowed = words.borrow();
                for _ in 0..10 {
                    vervet::yield_now();
                    COUNT.set(COUNT.get() + 1);
                    TWIN_A.set(1);
                    TWIN_B.set(1);
                    elsewhere::SHARED.set(1);
                }
                assert_eq!(*borrowed, ["first"]);
            });
        });
    });
}

#[test]
fn threads_have_their_own() {
    checked(|| {
        COUNT.set(50);
        thread::scope(|s| {
            s.spawn(|| {
                assert_eq!(COUNT.get(), 7);
                COUNT.set(51);
                assert_eq!(vervet::run(|| COUNT.get()), 7);
                assert_eq!(COUNT.get(), 51);
            });
        });
        assert_eq!(vervet::offload(|| COUNT.get()), 50);
        assert_eq!(vervet::run(|| vervet::offload(|| COUNT.get())), 7);
        assert_eq!(COUNT.get(), 50);
        COUNT.set(7);
    });
}

#[test]
fn an_initialiser_may_block_and_use_others() {
    vervet::greenlet_local! {
        static SLOW: u32 = {
            vervet::yield_now();
            vervet::sleep(Duration::from_micros(10));
            COUNT.get() + vervet::spawn(|| COUNT.get()).join().unwrap()
        };
    }
    checked(|| {
        in_both(|| {
            assert_eq!(SLOW.with(|slow| *slow), 14);
        });
    });
}

#[test]
fn an_initialiser_that_panics_may_be_tried_again() {
    static TRIES: AtomicUsize = AtomicUsize::new(0);
    vervet::greenlet_local! {
        static HARD: usize = match TRIES.fetch_add(1, SeqCst) {
            0 => fail("on purpose"),
            tries => tries,
        };
    }
    checked(|| {
        vervet::run(|| {
            assert!(std::panic::catch_unwind(|| HARD.with(|_| ())).is_err());
            assert_eq!(HARD.with(|hard| *hard), 1);
        });
    });
}

// --- the end -------------------------------------------------------------------------------------------------------

/// Does something when dropped, and tells that it did.
#[derive(Default)]
struct Last {
    what: Option<Box<dyn FnOnce()>>,
    tell: Option<mpsc::Sender<&'static str>>,
    name: &'static str,
}

impl Drop for Last {
    fn drop(&mut self) {
        if let Some(what) = self.what.take() {
            what();
        }
        if let Some(tell) = self.tell.take() {
            tell.send(self.name).unwrap();
        }
    }
}

vervet::greenlet_local! {
    static FIRST: RefCell<Last> = RefCell::new(Last::default());
    static SECOND: RefCell<Last> = RefCell::new(Last::default());
    static THIRD: RefCell<Last> = RefCell::new(Last::default());
}

fn last(name: &'static str, tell: &mpsc::Sender<&'static str>, what: impl FnOnce() + 'static) -> Last {
    Last { what: Some(Box::new(what)), tell: Some(tell.clone()), name }
}

#[test]
fn dropped_at_the_end_however_it_comes() {
    checked(|| {
        let ends: [fn(); 3] = [|| (), || fail("on purpose"), || vervet::sleep(Duration::MAX)];
        for end in ends {
            let (tell, told) = mpsc::channel();
            let (ready, is_ready) = mpsc::channel();
            let greenlet = vervet::spawn(move || {
                FIRST.set(last("first", &tell, || ()));
                SECOND.set(last("second", &tell, || ()));
                ready.send(()).unwrap();
                end();
            });
            is_ready.recv().unwrap();
            if !greenlet.wait(Some(Duration::from_millis(1))) {
                greenlet.kill();
            }
            over(&greenlet.handle());
            // All gone before anybody learns of the end, the newest first.
            assert_eq!(told.try_iter().collect::<Vec<_>>(), ["second", "first"]);
            let _ = greenlet.join();
        }
    });
}

#[test]
fn a_destructor_may_block() {
    checked(|| {
        for kill in [false, true] {
            let (tell, told) = mpsc::channel();
            let greenlet = vervet::spawn(move || {
                FIRST.set(last("done", &tell, || {
                    vervet::sleep(Duration::from_millis(1));
                    vervet::yield_now();
                    vervet::spawn(vervet::yield_now).join().unwrap();
                    assert!(vervet::timeout(Duration::from_millis(1), || vervet::sleep(HOUR)).is_err());
                }));
                if kill {
                    vervet::sleep(Duration::MAX);
                }
            });
            if kill {
                parked(&greenlet.handle(), "sleep");
                greenlet.kill();
            }
            assert_eq!(greenlet.join().is_err(), kill);
            assert_eq!(told.try_recv(), Ok("done"));
        }
    });
}

#[test]
fn a_destructor_may_use_and_make_others() {
    checked(|| {
        let (tell, told) = mpsc::channel();
        let greenlet = vervet::spawn(move || {
            let (inner, innermost) = (tell.clone(), tell.clone());
            FIRST.set(last("first", &tell, move || {
                // It has not been used before: a new one.
                SECOND.set(last("second", &inner, move || {
                    THIRD.set(last("third", &innermost, || assert_eq!(COUNT.get(), 7)));
                }));
            }));
        });
        greenlet.join().unwrap();
        assert_eq!(told.try_iter().collect::<Vec<_>>(), ["first", "second", "third"]);
    });
}

#[test]
fn a_panic_in_a_destructor_keeps_no_other_from_running() {
    checked(|| {
        let (tell, told) = mpsc::channel();
        let greenlet = vervet::spawn(move || {
            FIRST.set(last("first", &tell, || ()));
            SECOND.set(last("second", &tell, || fail("on purpose")));
            THIRD.set(last("third", &tell, || ()));
        });
        greenlet.join().unwrap();
        assert_eq!(told.try_iter().collect::<Vec<_>>(), ["third", "first"]);
    });
}

#[test]
fn what_a_callback_uses_is_dropped_by_the_greenlet_too() {
    checked(|| {
        let dropped_by = Arc::new(Mutex::new(Vec::new()));
        let gate = Gate::new();
        let theirs = gate.clone();
        let greenlet = vervet::spawn(move || theirs.pass());
        let (seen, (tell, told)) = (Arc::clone(&dropped_by), mpsc::channel());
        greenlet.on_exit(move |_| {
            FIRST.set(last("late", &tell, move || {
                seen.lock().unwrap().push(vervet::current().map(|me| me.id()));
            }));
        });
        gate.open();
        // Whoever keeps a handle does not keep it, nor does he drop it.
        let handle = greenlet.handle();
        greenlet.join().unwrap();
        assert_eq!(told.try_recv(), Ok("late"));
        assert_eq!(*dropped_by.lock().unwrap(), [Some(handle.id())]);
    });
}

#[test]
fn one_on_its_way_out_cannot_be_used_nor_made_anew() {
    struct Phoenix(mpsc::Sender<bool>);
    impl Drop for Phoenix {
        fn drop(&mut self) {
            self.0.send(NEST.try_with(|_| ()).is_err()).unwrap();
        }
    }
    vervet::greenlet_local!(static NEST: RefCell<Option<Phoenix>> = RefCell::new(None));
    checked(|| {
        in_both(|| {
            let (sender, gone) = mpsc::channel();
            let body = move || NEST.set(Some(Phoenix(sender)));
            match vervet::current() {
                Some(_) => vervet::spawn(body).join().unwrap(),
                None => thread::spawn(body).join().unwrap(),
            }
            assert_eq!(gone.iter().collect::<Vec<_>>(), [true]);
        });
    });
}

#[test]
fn a_thread_drops_its_own_at_its_end() {
    checked(|| {
        let (tell, told) = mpsc::channel();
        thread::spawn(move || FIRST.set(last("thread's", &tell, || ()))).join().unwrap();
        assert_eq!(told.try_recv(), Ok("thread's"));
    });
}

#[test]
fn past_the_end_it_is_an_error() {
    checked(|| {
        in_both(|| {
            let (sender, seen) = mpsc::channel();
            let (tell, _told) = mpsc::channel();
            let body = move || {
                let what = move || {
                    sender.send(SECOND.try_with(|_| ()).map_err(|error| error.to_string())).unwrap();
                    // This one has no destructor, and nothing else to fear.
                    sender.send(COUNT.try_with(|_| ()).map_err(|error| error.to_string())).unwrap();
                };
                FIRST.set(last("first", &tell, what));
                SECOND.set(last("second", &tell, || ()));
            };
            match vervet::current() {
                Some(_) => vervet::spawn(body).join().unwrap(),
                None => thread::spawn(body).join().unwrap(),
            }
            assert_eq!(seen.iter().collect::<Vec<_>>(), [Err("already destroyed".to_owned()), Ok(())]);
        });
    });
}
