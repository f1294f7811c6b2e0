//! The auto traits of each type, beside std's.

use std::cell::Cell;
use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

/// Whether a type has a trait: what is found on the type itself goes before what a trait offers to all.
macro_rules! has {
    ($type:ty: $($bound:tt)+) => {{
        #[allow(dead_code)]
        trait Otherwise {
            const HAS: bool = false;
        }
        impl<T: ?Sized> Otherwise for T {}
        struct Probe<T: ?Sized>(#[allow(dead_code)] PhantomData<T>);
        #[allow(dead_code)]
        impl<T: ?Sized + $($bound)+> Probe<T> {
            const HAS: bool = true;
        }
        Probe::<$type>::HAS
    }};
}

macro_rules! auto_traits {
    ($type:ty) => {
        [
            has!($type: Send),
            has!($type: Sync),
            has!($type: Unpin),
            has!($type: UnwindSafe),
            has!($type: RefUnwindSafe),
            has!($type: Clone),
            has!($type: Copy),
            has!($type: Eq),
            has!($type: std::hash::Hash),
            has!($type: std::fmt::Debug),
            has!($type: std::fmt::Display),
            has!($type: std::error::Error),
            has!($type: Default),
        ]
    };
}

macro_rules! as_stds {
    ($($($path:ident)::+ $(<$($arg:ty),+>)?;)*) => {$(
        assert_eq!(
            auto_traits!(vervet::$($path)::+ $(<$($arg),+>)?),
            auto_traits!(std::$($path)::+ $(<$($arg),+>)?),
            stringify!($($path)::+ $(<$($arg),+>)?)
        );
    )*};
}

#[test]
fn are_those_of_std() {
    fn scoped<'a>(_: &'a ()) {
        macro_rules! both {
            ($name:ident $arg:ty) => {
                assert_eq!(
                    auto_traits!(vervet::thread::$name<'a, $arg>),
                    auto_traits!(std::thread::$name<'a, $arg>)
                )
            };
        }
        both!(ScopedJoinHandle());
        both!(ScopedJoinHandle Cell<u8>);
        both!(ScopedJoinHandle Rc<u8>);
        assert_eq!(auto_traits!(vervet::thread::Scope<'a, 'a>), auto_traits!(std::thread::Scope<'a, 'a>));
    }
    scoped(&());
    as_stds! {
        thread::Builder;
        thread::JoinHandle<()>;
        thread::JoinHandle<Cell<u8>>;
        thread::JoinHandle<Rc<u8>>;
        thread::Thread;
        thread::ThreadId;
        thread::LocalKey<()>;
        thread::LocalKey<Rc<Cell<u8>>>;
        thread::AccessError;
    }
}

#[test]
fn signatures_are_those_of_std() {
    use vervet::thread;
    type Job = fn() -> u8;
    // As function pointers, so that nothing is converted on the way.
    let _: fn(Job) -> thread::JoinHandle<u8> = thread::spawn;
    let _: fn() -> thread::Builder = thread::Builder::new;
    let _: fn(thread::Builder, String) -> thread::Builder = thread::Builder::name;
    let _: fn(thread::Builder, usize) -> thread::Builder = thread::Builder::stack_size;
    let _: fn(thread::Builder, Job) -> std::io::Result<thread::JoinHandle<u8>> = thread::Builder::spawn;
    let _: unsafe fn(thread::Builder, Job) -> std::io::Result<thread::JoinHandle<u8>> =
        thread::Builder::spawn_unchecked;
    let _: fn(&thread::JoinHandle<u8>) -> &thread::Thread = thread::JoinHandle::thread;
    let _: fn(thread::JoinHandle<u8>) -> std::thread::Result<u8> = thread::JoinHandle::join;
    let _: fn(&thread::JoinHandle<u8>) -> bool = thread::JoinHandle::is_finished;
    let _: fn() -> thread::Thread = thread::current;
    let _: fn(&thread::Thread) = thread::Thread::unpark;
    let _: fn(&thread::Thread) -> thread::ThreadId = thread::Thread::id;
    let _: fn(&thread::Thread) -> Option<&str> = thread::Thread::name;
    let _: [fn(std::time::Duration); 2] = [thread::sleep, thread::park_timeout];
    let _: [fn(); 2] = [thread::park, thread::yield_now];
    let _: fn() -> bool = thread::panicking;
    let _: fn() -> std::io::Result<std::num::NonZero<usize>> = thread::available_parallelism;
    let scoped = thread::scope(|s| s.spawn(|| 1_u8).join().unwrap());
    assert_eq!(scoped, 1);
}
