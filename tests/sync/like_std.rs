//! What can be seen of a type besides its calls: as std's.

use std::fmt::Debug;
use std::panic::{RefUnwindSafe, UnwindSafe, catch_unwind};

use crate::common::*;

/// The same program, on either's types.
macro_rules! on_both {
    ($program:ident, $body:block) => {
        #[test]
        fn $program() {
            fn std() -> Vec<String> {
                use std::sync::*;
                $body
            }
            fn ours() -> Vec<String> {
                use vervet::sync::*;
                $body
            }
            checked(|| {
                let expected = std();
                assert_eq!(ours(), expected);
                assert_eq!(vervet::run(ours), expected);
            });
        }
    };
}

fn show(value: &(impl Debug + ?Sized)) -> String {
    format!("{value:?} {value:#?}")
}

fn message(call: impl FnOnce() + UnwindSafe) -> String {
    let payload = catch_unwind(call).unwrap_err();
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => text(payload).to_owned(),
    }
}

on_both!(debug_of_mutexes, {
    let mut seen = Vec::new();
    let mutex = Mutex::new(vec![1, 2]);
    seen.push(show(&mutex));
    let guard = mutex.lock().unwrap();
    seen.extend([show(&mutex), show(&guard), show(&mutex.try_lock())]);
    drop(guard);
    let number = Mutex::new(5);
    seen.push(format!("{:>4}|{:<4}|", number.lock().unwrap(), number.try_lock().err().is_some()));
    assert!(
        catch_unwind(|| {
            let _guard = mutex.lock();
            fail("on purpose")
        })
        .is_err()
    );
    seen.extend([show(&mutex), show(&mutex.lock()), show(&mutex.try_lock())]);
    seen.extend([mutex.lock().unwrap_err().to_string(), mutex.try_lock().unwrap_err().to_string()]);
    seen
});

on_both!(debug_of_rwlocks, {
    let mut seen = Vec::new();
    let lock = RwLock::new("text");
    seen.push(show(&lock));
    let guard = lock.read().unwrap();
    seen.extend([show(&lock), show(&guard), guard.to_string(), show(&lock.try_write())]);
    drop(guard);
    let guard = lock.write().unwrap();
    seen.extend([show(&lock), show(&guard), guard.to_string(), show(&lock.try_read())]);
    let guard = RwLockWriteGuard::downgrade(guard);
    seen.extend([show(&lock), show(&guard)]);
    drop(guard);
    assert!(
        catch_unwind(|| {
            let _guard = lock.write();
            fail("on purpose")
        })
        .is_err()
    );
    seen.push(show(&lock));
    seen.push(show(&lock.read()));
    seen.push(show(&lock.write()));
    seen
});

on_both!(debug_of_the_others, {
    let mut seen = Vec::new();
    seen.extend([
        show(&Condvar::new()),
        show(&Condvar::default()),
        show(&Barrier::new(2)),
        show(&Once::new()),
    ]);
    seen.push(show(&Barrier::new(1).wait()));
    Once::new().call_once_force(|state| seen.push(show(state)));
    let cell = OnceLock::new();
    seen.push(show(&cell));
    cell.set("x").unwrap();
    seen.extend([show(&cell), show(&cell.clone())]);
    let lazy = LazyLock::new(|| 5);
    seen.push(show(&lazy));
    LazyLock::force(&lazy);
    seen.push(show(&lazy));
    let mutex = Mutex::new(());
    let waited = Condvar::new().wait_timeout(mutex.lock().unwrap(), std::time::Duration::ZERO);
    let (guard, result) = waited.unwrap();
    drop(guard);
    seen.extend([show(&result), show(&(result == WaitTimeoutResult::clone(&result)))]);
    seen
});

on_both!(messages_of_the_poisoned, {
    let once = Once::new();
    assert!(catch_unwind(|| once.call_once(|| fail("on purpose"))).is_err());
    let mut seen = vec![message(|| once.call_once(|| ())), message(|| once.wait())];
    seen.push(show(&once.is_completed()));
    let mut lazy: LazyLock<u8> = LazyLock::new(|| fail("on purpose"));
    assert!(catch_unwind(|| *lazy).is_err());
    seen.push(show(&lazy));
    seen.push(message(|| _ = LazyLock::force(&lazy)));
    seen.push(show(&LazyLock::get(&lazy)));
    seen.push(show(&LazyLock::get_mut(&mut lazy)));
    seen.push(message(move || _ = LazyLock::force_mut(&mut lazy)));
    // A closure that panics in `force_mut`.
    let mut lazy: LazyLock<u8> = LazyLock::new(|| fail("on purpose"));
    let first = std::panic::AssertUnwindSafe(&mut lazy);
    seen.push(message(move || _ = LazyLock::force_mut({ first }.0)));
    seen.push(message(move || _ = LazyLock::force_mut(&mut lazy)));
    seen
});

on_both!(once_cells_after_panics, {
    let mut seen = Vec::new();
    let cell: OnceLock<u8> = OnceLock::new();
    assert!(catch_unwind(|| cell.get_or_init(|| fail("on purpose"))).is_err());
    seen.extend([show(&cell), show(&cell.set(1)), show(&cell.set(2)), show(&cell)]);
    let once = Once::new();
    assert!(catch_unwind(|| once.call_once(|| fail("on purpose"))).is_err());
    once.call_once_force(|state| seen.push(show(state)));
    once.call_once(|| seen.push("again".to_owned()));
    seen.push(show(&once.is_completed()));
    seen
});

/// Which of the auto traits a type has. Methods of the type itself are found before those of the trait.
struct Auto<T: ?Sized>(std::marker::PhantomData<T>);

trait Lacks {
    fn send(&self) -> bool {
        false
    }
    fn sync(&self) -> bool {
        false
    }
    fn unwind_safe(&self) -> bool {
        false
    }
    fn ref_unwind_safe(&self) -> bool {
        false
    }
    fn unpin(&self) -> bool {
        false
    }
}

impl<T: ?Sized> Lacks for Auto<T> {}

impl<T: ?Sized + Send> Auto<T> {
    fn send(&self) -> bool {
        true
    }
}
impl<T: ?Sized + Sync> Auto<T> {
    fn sync(&self) -> bool {
        true
    }
}
impl<T: ?Sized + UnwindSafe> Auto<T> {
    fn unwind_safe(&self) -> bool {
        true
    }
}
impl<T: ?Sized + RefUnwindSafe> Auto<T> {
    fn ref_unwind_safe(&self) -> bool {
        true
    }
}
impl<T: ?Sized + Unpin> Auto<T> {
    fn unpin(&self) -> bool {
        true
    }
}

macro_rules! auto_traits {
    ($type:ty) => {{
        let auto = Auto::<$type>(std::marker::PhantomData);
        let has = (auto.send(), auto.sync(), auto.unwind_safe(), auto.ref_unwind_safe(), auto.unpin());
        format!("{}: {has:?}", stringify!($type))
    }};
}

macro_rules! auto_traits_of_all {
    ($value:ty) => {
        vec![
            auto_traits!(Mutex<$value>),
            auto_traits!(MutexGuard<'static, $value>),
            auto_traits!(RwLock<$value>),
            auto_traits!(RwLockReadGuard<'static, $value>),
            auto_traits!(RwLockWriteGuard<'static, $value>),
            auto_traits!(OnceLock<$value>),
            auto_traits!(LazyLock<$value>),
            auto_traits!(LazyLock<u8, $value>),
            auto_traits!(Condvar),
            auto_traits!(WaitTimeoutResult),
            auto_traits!(Once),
            auto_traits!(OnceState),
            auto_traits!(Barrier),
            auto_traits!(BarrierWaitResult),
        ]
    };
}

type NotSync = std::cell::Cell<u8>;
type NotSend = std::sync::MutexGuard<'static, u8>;
type Neither = std::rc::Rc<u8>;
type NotUnwindSafe = &'static mut u8;
type Pinned = std::marker::PhantomPinned;

on_both!(auto_traits, {
    [
        auto_traits_of_all!(u8),
        auto_traits_of_all!(NotSync),
        auto_traits_of_all!(NotSend),
        auto_traits_of_all!(Neither),
        auto_traits_of_all!(NotUnwindSafe),
        auto_traits_of_all!(Pinned),
    ]
    .concat()
});

#[test]
fn a_read_guard_is_covariant() {
    use vervet::sync::{RwLock, RwLockReadGuard};

    fn longer_of<'a>(guard: RwLockReadGuard<'a, &'a str>, other: &'a str) -> &'a str {
        if guard.len() > other.len() { *guard } else { other }
    }
    let lock: RwLock<&'static str> = RwLock::new("text");
    let local = String::from("a longer text");
    assert_eq!(longer_of(lock.read().unwrap(), &local), local);
}
