// What vervet has of `std::thread`, and in what form: one check for each row of std.tsv.
checks! {
    "thread": #[allow(unused_imports)] use host::thread::*;
    "thread::AccessError": fn check(_: host::thread::AccessError) {}
    "thread::AccessError: impl Clone for AccessError": fn check() { fn has<It: Clone>() {} has::<host::thread::AccessError>(); }
    "thread::AccessError: impl Debug for AccessError": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::thread::AccessError>(); }
    "thread::AccessError: impl Display for AccessError": fn check() { fn has<It: ::std::fmt::Display>() {} has::<host::thread::AccessError>(); }
    "thread::AccessError: impl Error for AccessError": fn check() { fn has<It: ::std::error::Error>() {} has::<host::thread::AccessError>(); }
    "thread::AccessError: impl PartialEq for AccessError": fn check() { fn has<It: PartialEq>() {} has::<host::thread::AccessError>(); }
    "thread::AccessError: impl Copy for AccessError": fn check() { fn has<It: Copy>() {} has::<host::thread::AccessError>(); }
    "thread::AccessError: impl Eq for AccessError": fn check() { fn has<It: Eq>() {} has::<host::thread::AccessError>(); }
    "thread::Builder": fn check(_: host::thread::Builder) {}
    "thread::Builder::new": fn check() { let _: fn() -> host::thread::Builder = <host::thread::Builder>::new; }
    "thread::Builder::name": fn check() { let _: fn(host::thread::Builder, String) -> host::thread::Builder = <host::thread::Builder>::name; }
    "thread::Builder::stack_size": fn check() { let _: fn(host::thread::Builder, usize) -> host::thread::Builder = <host::thread::Builder>::stack_size; }
    "thread::Builder::spawn": fn check<F, T>() where F: FnOnce() -> T + Send + 'static, T: Send + 'static { let _: fn(host::thread::Builder, F) -> host::io::Result<host::thread::JoinHandle<T>> = <host::thread::Builder>::spawn::<F, T>; }
    "thread::Builder::spawn_unchecked": fn check<F, T>() where F: FnOnce() -> T + Send, T: Send { let _: unsafe fn(host::thread::Builder, F) -> host::io::Result<host::thread::JoinHandle<T>> = <host::thread::Builder>::spawn_unchecked::<F, T>; }
    "thread::Builder::spawn_scoped": fn check<'scope, 'env: 'scope, F, T>() where F: FnOnce() -> T + Send + 'scope, T: Send + 'scope, T: 'scope { let _: fn(host::thread::Builder, &'scope host::thread::Scope<'scope, 'env>, F) -> host::io::Result<host::thread::ScopedJoinHandle<'scope, T>> = <host::thread::Builder>::spawn_scoped::<F, T>; }
    "thread::Builder: impl Debug for Builder": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::thread::Builder>(); }
    "thread::JoinHandle": fn check<T>(_: host::thread::JoinHandle<T>) {}
    "thread::JoinHandle::thread": fn check<T>() { let _: fn(&host::thread::JoinHandle<T>) -> &host::thread::Thread = <host::thread::JoinHandle<T>>::thread; }
    "thread::JoinHandle::join": fn check<T>() { let _: fn(host::thread::JoinHandle<T>) -> host::thread::Result<T> = <host::thread::JoinHandle<T>>::join; }
    "thread::JoinHandle::is_finished": fn check<T>() { let _: fn(&host::thread::JoinHandle<T>) -> bool = <host::thread::JoinHandle<T>>::is_finished; }
    "thread::JoinHandle: impl<T> Debug for JoinHandle<T>": fn check<T>() { fn has<It: ::std::fmt::Debug>() {} has::<host::thread::JoinHandle<T>>(); }
    "thread::JoinHandle: impl<T> Send for JoinHandle<T>": fn check<T>() { fn has<It: Send>() {} has::<host::thread::JoinHandle<T>>(); }
    "thread::JoinHandle: impl<T> Sync for JoinHandle<T>": fn check<T>() { fn has<It: Sync>() {} has::<host::thread::JoinHandle<T>>(); }
    "thread::LocalKey": fn check<T: 'static>(_: host::thread::LocalKey<T>) {}
    "thread::LocalKey::with": fn check<T: 'static, F, R>() where F: FnOnce(&T) -> R { let _: fn(&'static host::thread::LocalKey<T>, F) -> R = <host::thread::LocalKey<T>>::with::<F, R>; }
    "thread::LocalKey::try_with": fn check<T: 'static, F, R>() where F: FnOnce(&T) -> R { let _: fn(&'static host::thread::LocalKey<T>, F) -> Result<R, host::thread::AccessError> = <host::thread::LocalKey<T>>::try_with::<F, R>; }
    "thread::LocalKey::set": fn check<T: 'static>() { let _: fn(&'static host::thread::LocalKey<::std::cell::Cell<T>>, T) = <host::thread::LocalKey<::std::cell::Cell<T>>>::set; }
    "thread::LocalKey::get": fn check<T: 'static>() where T: Copy { let _: fn(&'static host::thread::LocalKey<::std::cell::Cell<T>>) -> T = <host::thread::LocalKey<::std::cell::Cell<T>>>::get; }
    "thread::LocalKey::take": fn check<T: 'static>() where T: Default { let _: fn(&'static host::thread::LocalKey<::std::cell::Cell<T>>) -> T = <host::thread::LocalKey<::std::cell::Cell<T>>>::take; }
    "thread::LocalKey::replace": fn check<T: 'static>() { let _: fn(&'static host::thread::LocalKey<::std::cell::Cell<T>>, T) -> T = <host::thread::LocalKey<::std::cell::Cell<T>>>::replace; }
    "thread::LocalKey::with_borrow": fn check<T: 'static, F, R>() where F: FnOnce(&T) -> R { let _: fn(&'static host::thread::LocalKey<::std::cell::RefCell<T>>, F) -> R = <host::thread::LocalKey<::std::cell::RefCell<T>>>::with_borrow::<F, R>; }
    "thread::LocalKey::with_borrow_mut": fn check<T: 'static, F, R>() where F: FnOnce(&mut T) -> R { let _: fn(&'static host::thread::LocalKey<::std::cell::RefCell<T>>, F) -> R = <host::thread::LocalKey<::std::cell::RefCell<T>>>::with_borrow_mut::<F, R>; }
    "thread::LocalKey::set (2)": fn check<T: 'static>() { let _: fn(&'static host::thread::LocalKey<::std::cell::RefCell<T>>, T) = <host::thread::LocalKey<::std::cell::RefCell<T>>>::set; }
    "thread::LocalKey::take (2)": fn check<T: 'static>() where T: Default { let _: fn(&'static host::thread::LocalKey<::std::cell::RefCell<T>>) -> T = <host::thread::LocalKey<::std::cell::RefCell<T>>>::take; }
    "thread::LocalKey::replace (2)": fn check<T: 'static>() { let _: fn(&'static host::thread::LocalKey<::std::cell::RefCell<T>>, T) -> T = <host::thread::LocalKey<::std::cell::RefCell<T>>>::replace; }
    "thread::LocalKey: impl<T: 'static> Debug for LocalKey<T>": fn check<T: 'static>() { fn has<It: ::std::fmt::Debug>() {} has::<host::thread::LocalKey<T>>(); }
    "thread::Scope": fn check<'scope, 'env: 'scope>(_: host::thread::Scope<'scope, 'env>) {}
    "thread::Scope::spawn": fn check<'scope, 'env: 'scope, F, T>() where F: FnOnce() -> T + Send + 'scope, T: Send + 'scope, T: 'scope { let _: fn(&'scope host::thread::Scope<'scope, 'env>, F) -> host::thread::ScopedJoinHandle<'scope, T> = <host::thread::Scope<'scope, 'env>>::spawn::<F, T>; }
    "thread::Scope: impl Debug for Scope<'_, '_>": fn check<'x>() { fn has<It: ::std::fmt::Debug>() {} has::<host::thread::Scope<'x, 'x>>(); }
    "thread::ScopedJoinHandle": fn check<'scope, T>(_: host::thread::ScopedJoinHandle<'scope, T>) {}
    "thread::ScopedJoinHandle::thread": fn check<'scope, T>() where T: 'scope { let _: for<'s> fn(&'s host::thread::ScopedJoinHandle<'scope, T>) -> &'s host::thread::Thread = <host::thread::ScopedJoinHandle<'scope, T>>::thread; }
    "thread::ScopedJoinHandle::join": fn check<'scope, T>() where T: 'scope { let _: fn(host::thread::ScopedJoinHandle<'scope, T>) -> host::thread::Result<T> = <host::thread::ScopedJoinHandle<'scope, T>>::join; }
    "thread::ScopedJoinHandle::is_finished": fn check<'scope, T>() where T: 'scope { let _: fn(&host::thread::ScopedJoinHandle<'scope, T>) -> bool = <host::thread::ScopedJoinHandle<'scope, T>>::is_finished; }
    "thread::ScopedJoinHandle: impl<'scope, T> Debug for ScopedJoinHandle<'scope, T>": fn check<'scope, T>() where T: 'scope { fn has<It: ::std::fmt::Debug>() {} has::<host::thread::ScopedJoinHandle<'scope, T>>(); }
    "thread::Thread": fn check(_: host::thread::Thread) {}
    "thread::Thread::unpark": fn check() { let _: fn(&host::thread::Thread) = <host::thread::Thread>::unpark; }
    "thread::Thread::id": fn check() { let _: fn(&host::thread::Thread) -> host::thread::ThreadId = <host::thread::Thread>::id; }
    "thread::Thread::name": fn check() { let _: fn(&host::thread::Thread) -> Option<&str> = <host::thread::Thread>::name; }
    "thread::Thread: impl Clone for Thread": fn check() { fn has<It: Clone>() {} has::<host::thread::Thread>(); }
    "thread::Thread: impl Debug for Thread": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::thread::Thread>(); }
    "thread::ThreadId": fn check(_: host::thread::ThreadId) {}
    "thread::ThreadId: impl Clone for ThreadId": fn check() { fn has<It: Clone>() {} has::<host::thread::ThreadId>(); }
    "thread::ThreadId: impl Debug for ThreadId": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::thread::ThreadId>(); }
    "thread::ThreadId: impl Hash for ThreadId": fn check() { fn has<It: ::std::hash::Hash>() {} has::<host::thread::ThreadId>(); }
    "thread::ThreadId: impl PartialEq for ThreadId": fn check() { fn has<It: PartialEq>() {} has::<host::thread::ThreadId>(); }
    "thread::ThreadId: impl Copy for ThreadId": fn check() { fn has<It: Copy>() {} has::<host::thread::ThreadId>(); }
    "thread::ThreadId: impl Eq for ThreadId": fn check() { fn has<It: Eq>() {} has::<host::thread::ThreadId>(); }
    "thread::available_parallelism" is std: fn check() { let _: fn() -> host::io::Result<::std::num::NonZero<usize>> = host::thread::available_parallelism; fn same<F>(_: F, _: F) {} same(::std::thread::available_parallelism, host::thread::available_parallelism); }
    "thread::current": fn check() { let _: fn() -> host::thread::Thread = host::thread::current; }
    "thread::panicking" is std: fn check() { let _: fn() -> bool = host::thread::panicking; fn same<F>(_: F, _: F) {} same(::std::thread::panicking, host::thread::panicking); }
    "thread::park": fn check() { let _: fn() = host::thread::park; }
    "thread::park_timeout": fn check() { let _: fn(host::time::Duration) = host::thread::park_timeout; }
    "thread::park_timeout_ms": fn check() { let _: fn(u32) = host::thread::park_timeout_ms; }
    "thread::scope": fn check<'env, F, T>() where F: for<'scope> FnOnce(&'scope host::thread::Scope<'scope, 'env>) -> T { let _: fn(F) -> T = host::thread::scope::<F, T>; }
    "thread::sleep": fn check() { let _: fn(host::time::Duration) = host::thread::sleep; }
    "thread::sleep_ms": fn check() { let _: fn(u32) = host::thread::sleep_ms; }
    "thread::spawn": fn check<F, T>() where F: FnOnce() -> T + Send + 'static, T: Send + 'static { let _: fn(F) -> host::thread::JoinHandle<T> = host::thread::spawn::<F, T>; }
    "thread::yield_now": fn check() { let _: fn() = host::thread::yield_now; }
    "thread::Result" is std: fn check<T>(it: ::std::thread::Result<T>) -> host::thread::Result<T> { it }
    "thread_local": fn check() { host::thread_local! { static ONE: u8 = 1; pub(crate) static TWO: ::std::cell::Cell<u8> = const { ::std::cell::Cell::new(2) }; } let _: &'static host::thread::LocalKey<u8> = &ONE; let _: &'static host::thread::LocalKey<::std::cell::Cell<u8>> = &TWO; }
}

// Whose auto traits are compared.
types! {
    "thread::AccessError": host::thread::AccessError;
    "thread::Builder": host::thread::Builder;
    "thread::JoinHandle" <T>: host::thread::JoinHandle<T>;
    "thread::LocalKey" <T>: host::thread::LocalKey<T>;
    "thread::Scope": host::thread::Scope<'static, 'static>;
    "thread::ScopedJoinHandle" <T>: host::thread::ScopedJoinHandle<'static, T>;
    "thread::Thread": host::thread::Thread;
    "thread::ThreadId": host::thread::ThreadId;
}
