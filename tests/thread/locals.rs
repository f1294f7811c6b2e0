//! `thread_local!`, `LocalKey`, `AccessError`.
#![allow(clippy::missing_const_for_thread_local, reason = "both kinds are tried")]

use std::cell::{Cell, OnceCell, RefCell};
use std::panic::catch_unwind;
use std::sync::{Mutex, PoisonError};

use crate::common::*;

/// What destructors have to say; each case empties it.
static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn say(text: impl Into<String>) {
    SAID.lock().unwrap_or_else(PoisonError::into_inner).push(text.into());
}

fn said() -> Vec<String> {
    std::mem::take(&mut SAID.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Does and says something when dropped.
struct Says(&'static str, fn() -> String);

impl Drop for Says {
    fn drop(&mut self) {
        let more = self.1();
        say(format!("{}{more}", self.0));
    }
}

fn nothing() -> String {
    String::new()
}

both! {
    fn all_forms_of_declaration() {
        mod inner {
            use super::thread_local;
            thread_local! {
                /// Seen from outside.
                pub static PUBLIC: super::Cell<u8> = super::Cell::new(1);
                pub(crate) static CRATE: super::Cell<u8> = const { super::Cell::new(2) };
                pub(in super::super) static OUTER: super::Cell<u8> = const {
                    let two = 2;
                    let one = 1;
                    super::Cell::new(two + one)
                };
                #[allow(dead_code)]
                #[doc(hidden)]
                static UNUSED: u8 = 0;
                #[cfg(any())]
                static NEVER: NoSuchType = no_such_function();
            }
        }
        thread_local!(static NO_SEMICOLON: Cell<u8> = Cell::new(4));
        thread_local!(static SEMICOLON: Cell<u8> = const { Cell::new(5) };);
        thread_local! {}
        thread_local! { static BRACES: RefCell<Vec<Option<u8>>> = RefCell::new(vec![None, Some(6)]) }
        thread_local!(static NOT_JUST_A_BLOCK: u8 = const { 3 } + 4);
        let values = [inner::PUBLIC.get(), inner::CRATE.get(), inner::OUTER.get(), NO_SEMICOLON.get(), SEMICOLON.get()];
        assert_eq!(values, [1, 2, 3, 4, 5]);
        assert_eq!(BRACES.with_borrow(Vec::len), 2);
        assert_eq!(NOT_JUST_A_BLOCK.with(|value| *value), 7);
        let key: &'static thread::LocalKey<Cell<u8>> = &SEMICOLON;
        assert_eq!(format!("{key:?}"), "LocalKey { .. }");
    }

    fn names_of_the_user_do_not_clash_with_ours() {
        #[derive(Clone, Copy)]
        struct LocalKey(u8);
        type Storage = LocalKey;
        #[allow(non_camel_case_types)]
        type u8_ = u8;
        fn init() -> u8_ {
            7
        }
        const INIT: LocalKey = LocalKey(8);
        static IDENTITY: u8 = 9;
        #[allow(dead_code)]
        mod core {}
        #[allow(dead_code)]
        mod std {}
        thread_local! {
            static A: u8 = init();
            static B: LocalKey = const { INIT };
            static C: Storage = INIT;
            static D: u8 = IDENTITY;
        }
        assert_eq!((A.with(|a| *a), B.with(|b| b.0), C.with(|c| c.0), D.with(|d| *d)), (7, 8, 8, 9));
    }

    fn helpers_of_cell_and_refcell() {
        thread_local! {
            static CELL: Cell<u32> = const { Cell::new(7) };
            static REF: RefCell<String> = RefCell::new("first".to_owned());
        }
        thread::spawn(|| {
            assert_eq!(CELL.get(), 7);
            CELL.set(1);
            assert_eq!((CELL.replace(2), CELL.take(), CELL.get()), (1, 2, 0));
            REF.with_borrow_mut(|text| text.push('!'));
            assert_eq!(REF.with_borrow(String::clone), "first!");
            assert_eq!(REF.replace("new".to_owned()), "first!");
            REF.set("set".to_owned());
            assert_eq!(REF.take(), "set");
            assert_eq!(REF.with(|text| text.borrow().len()), 0);
            assert_eq!(REF.try_with(|text| text.borrow().len()), Ok(0));
            REF.with(|text| {
                let _borrowed = text.borrow();
                assert!(catch_unwind(|| REF.set(String::new())).is_err());
                assert!(catch_unwind(|| REF.with_borrow_mut(|_| ())).is_err());
                assert!(catch_unwind(|| REF.with_borrow(|_| ())).is_ok());
            });
        })
        .join()
        .unwrap();
    }

    fn set_does_not_run_the_initialiser() {
        thread_local! {
            static CELL: Cell<u32> = panic!("on purpose");
            static REF: RefCell<u32> = panic!("on purpose");
        }
        thread::spawn(|| {
            CELL.set(1);
            REF.set(2);
            assert_eq!((CELL.get(), REF.take()), (1, 2));
        })
        .join()
        .unwrap();
        // The others do.
        assert!(thread::spawn(|| CELL.replace(1)).join().is_err());
        assert!(thread::spawn(|| REF.take()).join().is_err());
    }

    fn each_thread_has_its_own() {
        thread_local!(static COUNT: Cell<u32> = Cell::new(0));
        COUNT.set(100);
        let threads: Vec<_> = (0..20)
            .map(|i| {
                thread::spawn(move || {
                    for _ in 0..=i {
                        COUNT.set(COUNT.get() + 1);
                        thread::yield_now();
                    }
                    COUNT.get()
                })
            })
            .collect();
        for (i, thread) in threads.into_iter().enumerate() {
            assert_eq!(thread.join().unwrap() as usize, i + 1);
        }
        assert_eq!(COUNT.get(), 100);
    }

    fn an_initialiser_that_uses_its_own_value() {
        thread_local! {
            static DEPTH: Cell<u32> = const { Cell::new(0) };
            static RECURSIVE: Says = {
                DEPTH.set(DEPTH.get() + 1);
                if DEPTH.get() < 3 {
                    RECURSIVE.with(|_| ());
                }
                DEPTH.set(DEPTH.get() - 1);
                Says(["outer", "middle", "inner"][DEPTH.get() as usize], nothing)
            };
        }
        said();
        // The one that was made last.
        assert_eq!(thread::spawn(|| RECURSIVE.with(|says| says.0)).join().unwrap(), "outer");
        let mut said = said();
        said.sort();
        assert_eq!(said, ["inner", "middle", "outer"]);
    }

    fn dropped_in_the_reverse_order_of_their_making() {
        thread_local! {
            static A: Says = Says("a", nothing);
            static B: Says = const { Says("b", nothing) };
            static C: OnceCell<Says> = const { OnceCell::new() };
            static D: Says = Says("d", nothing);
        }
        said();
        thread::spawn(|| {
            C.with(|_| ());
            B.with(|_| ());
            A.with(|_| ());
            C.with(|c| c.set(Says("c", nothing)).ok().unwrap());
        })
        .join()
        .unwrap();
        assert_eq!(said(), ["a", "b", "c"], "and what was not used was not made");
        drop(thread::spawn(|| D.with(|_| ())).join());
        assert_eq!(said(), ["d"]);
    }

    fn a_destructor_sees_the_older_ones_and_no_others() {
        thread_local! {
            static OLD: Says = Says("old", state);
            static MIDDLE: Says = Says("middle", state);
            static NEW: Says = Says("new", state);
            static NO_DESTRUCTOR: Cell<u32> = Cell::new(5);
        }
        fn state() -> String {
            let there = [&OLD, &MIDDLE, &NEW].map(|key| match key.try_with(|_| ()) {
                Ok(()) => "there".to_owned(),
                Err(error) => format!("{error:?}"),
            });
            format!(": {} {}", there.join(" "), NO_DESTRUCTOR.get())
        }
        said();
        thread::spawn(|| [&OLD, &MIDDLE, &NEW].map(|key| key.with(|_| NO_DESTRUCTOR.set(6)))).join().unwrap();
        assert_eq!(said(), [
            "new: there there AccessError 6",
            "middle: there AccessError AccessError 6",
            "old: AccessError AccessError AccessError 6",
        ]);
    }

    fn a_destructor_may_make_others_which_go_next() {
        thread_local! {
            static OLD: Says = Says("old", nothing);
            static MAKER: Says = Says("maker", || {
                LATE.with(|_| ());
                LATER.with(|_| ());
                nothing()
            });
            static LATE: Says = Says("late", || {
                LATEST.with(|_| ());
                nothing()
            });
            static LATER: Says = Says("later", nothing);
            static LATEST: Says = Says("latest", nothing);
        }
        said();
        thread::spawn(|| {
            OLD.with(|_| ());
            MAKER.with(|_| ());
        })
        .join()
        .unwrap();
        assert_eq!(said(), ["maker", "later", "late", "latest", "old"]);
    }

    fn what_is_gone_says_so_in_these_words() {
        thread_local! {
            static GONE: Says = Says("gone", || {
                let error = GONE.try_with(|_| ()).unwrap_err();
                let payload = catch_unwind(|| GONE.with(|_| ())).unwrap_err();
                assert_eq!(error, error.clone());
                format!(": {error} / {error:?} / {}", payload.downcast_ref::<String>().unwrap())
            });
            static CELL: OnceCell<Says> = const { OnceCell::new() };
        }
        said();
        thread::spawn(|| GONE.with(|_| ())).join().unwrap();
        let panicked = "cannot access a Thread Local Storage value during or after destruction: AccessError";
        assert_eq!(said(), [format!("gone: already destroyed / AccessError / {panicked}")]);
    }

    fn set_and_take_on_one_that_is_gone_panic() {
        thread_local! {
            static GONE: RefCell<Option<Says>> = const { RefCell::new(None) };
        }
        said();
        let says = || {
            assert!(catch_unwind(|| GONE.set(None)).is_err());
            assert!(catch_unwind(|| GONE.take().is_some()).is_err());
            assert!(catch_unwind(|| GONE.with_borrow(Option::is_some)).is_err());
            nothing()
        };
        thread::spawn(move || GONE.set(Some(Says("gone", says)))).join().unwrap();
        assert_eq!(said(), ["gone"]);
    }

    fn many_keys() {
        macro_rules! keys {
            ($($module:ident)*) => {
                $(mod $module {
                    use super::{Cell, thread_local};
                    thread_local! {
                        pub(super) static A: Cell<usize> = const { Cell::new(0) };
                        pub(super) static B: Cell<usize> = Cell::new(1);
                        pub(super) static C: Cell<usize> = const { Cell::new(2) };
                        pub(super) static D: Cell<usize> = Cell::new(3);
                    }
                })*
                const KEYS: &[fn() -> &'static thread::LocalKey<Cell<usize>>] =
                    &[$(|| &$module::A, || &$module::B, || &$module::C, || &$module::D),*];
            };
        }
        keys! {
            a b c d e f g h i j k l m n o p q r s t u v w x y z
            aa bb cc dd ee ff gg hh ii jj kk ll mm nn oo pp qq rr ss tt uu vv ww xx yy zz
        }
        let threads: Vec<_> = (0..8)
            .map(|n| {
                thread::spawn(move || {
                    // Each thread makes them in another order.
                    for at in 0..KEYS.len() {
                        let at = (at * (2 * n + 3)) % KEYS.len();
                        let key = KEYS[at]();
                        if key.get() < 4 {
                            assert_eq!(key.replace(1_000 * at + n + 10), at % 4);
                        }
                        if at.is_multiple_of(16) {
                            thread::yield_now();
                        }
                    }
                    for (at, key) in KEYS.iter().enumerate() {
                        let value = key().get();
                        assert!(value == at % 4 || value == 1_000 * at + n + 10, "key {at}: {value}");
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    }
}

#[test]
fn it_is_the_same_as_greenlet_local() {
    vervet::thread_local!(static VALUE: Cell<u8> = const { Cell::new(1) });
    fn is_one(_: &'static vervet::LocalKey<Cell<u8>>) {}
    is_one(&VALUE);
    checked(|| {
        let theirs = vervet::thread::spawn(|| {
            VALUE.set(2);
            // Also in code of the greenlet that runs on another's behalf.
            vervet::scope(|s| s.spawn(|| VALUE.get()).join().unwrap()) + VALUE.get()
        });
        assert_eq!(theirs.join().unwrap(), 3);
    });
}

#[test]
fn a_destructor_that_panics_does_not_end_the_process() {
    vervet::thread_local! {
        static FIRST: Says = Says("first", nothing);
        static BAD: Says = Says("bad", || fail("on purpose"));
    }
    checked(|| {
        said();
        vervet::thread::spawn(|| {
            FIRST.with(|_| ());
            BAD.with(|_| ());
        })
        .join()
        .unwrap();
        assert_eq!(said(), ["first"]);
    });
}
