// What vervet has of `std::sync`, and in what form: one check for each row of std.tsv.
checks! {
    "sync": #[allow(unused_imports)] use host::sync::*;
    "sync::Arc" is std: fn check<T>(it: *const ::std::sync::Arc<T>) -> *const host::sync::Arc<T> where T: ?Sized { it }
    "sync::Barrier": fn check(_: host::sync::Barrier) {}
    "sync::Barrier::new": fn check() { let _: fn(usize) -> host::sync::Barrier = <host::sync::Barrier>::new; const fn constant(a0: usize) -> host::sync::Barrier { <host::sync::Barrier>::new(a0) } }
    "sync::Barrier::wait": fn check() { let _: fn(&host::sync::Barrier) -> host::sync::BarrierWaitResult = <host::sync::Barrier>::wait; }
    "sync::Barrier: impl Debug for Barrier": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::sync::Barrier>(); }
    "sync::Barrier: impl RefUnwindSafe for Barrier": fn check() { fn has<It: ::std::panic::RefUnwindSafe>() {} has::<host::sync::Barrier>(); }
    "sync::BarrierWaitResult": fn check(_: host::sync::BarrierWaitResult) {}
    "sync::BarrierWaitResult::is_leader": fn check() { let _: fn(&host::sync::BarrierWaitResult) -> bool = <host::sync::BarrierWaitResult>::is_leader; }
    "sync::BarrierWaitResult: impl Debug for BarrierWaitResult": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::sync::BarrierWaitResult>(); }
    "sync::Condvar": fn check(_: host::sync::Condvar) {}
    "sync::Condvar::new": fn check() { let _: fn() -> host::sync::Condvar = <host::sync::Condvar>::new; const fn constant() -> host::sync::Condvar { <host::sync::Condvar>::new() } }
    "sync::Condvar::wait": fn check<'a, T>() where T: 'a { let _: fn(&host::sync::Condvar, host::sync::MutexGuard<'a, T>) -> host::sync::LockResult<host::sync::MutexGuard<'a, T>> = <host::sync::Condvar>::wait::<T>; }
    "sync::Condvar::wait_while": fn check<'a, T, F>() where F: FnMut(&mut T) -> bool, T: 'a { let _: fn(&host::sync::Condvar, host::sync::MutexGuard<'a, T>, F) -> host::sync::LockResult<host::sync::MutexGuard<'a, T>> = <host::sync::Condvar>::wait_while::<T, F>; }
    "sync::Condvar::wait_timeout_ms": fn check<'a, T>() where T: 'a { let _: fn(&host::sync::Condvar, host::sync::MutexGuard<'a, T>, u32) -> host::sync::LockResult<(host::sync::MutexGuard<'a, T>, bool)> = <host::sync::Condvar>::wait_timeout_ms::<T>; }
    "sync::Condvar::wait_timeout": fn check<'a, T>() where T: 'a { let _: fn(&host::sync::Condvar, host::sync::MutexGuard<'a, T>, host::time::Duration) -> host::sync::LockResult<(host::sync::MutexGuard<'a, T>, host::sync::WaitTimeoutResult)> = <host::sync::Condvar>::wait_timeout::<T>; }
    "sync::Condvar::wait_timeout_while": fn check<'a, T, F>() where F: FnMut(&mut T) -> bool, T: 'a { let _: fn(&host::sync::Condvar, host::sync::MutexGuard<'a, T>, host::time::Duration, F) -> host::sync::LockResult<(host::sync::MutexGuard<'a, T>, host::sync::WaitTimeoutResult)> = <host::sync::Condvar>::wait_timeout_while::<T, F>; }
    "sync::Condvar::notify_one": fn check() { let _: fn(&host::sync::Condvar) = <host::sync::Condvar>::notify_one; }
    "sync::Condvar::notify_all": fn check() { let _: fn(&host::sync::Condvar) = <host::sync::Condvar>::notify_all; }
    "sync::Condvar: impl Debug for Condvar": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::sync::Condvar>(); }
    "sync::Condvar: impl Default for Condvar": fn check() { fn has<It: Default>() {} has::<host::sync::Condvar>(); }
    "sync::Condvar: impl RefUnwindSafe for Condvar": fn check() { fn has<It: ::std::panic::RefUnwindSafe>() {} has::<host::sync::Condvar>(); }
    "sync::Condvar: impl UnwindSafe for Condvar": fn check() { fn has<It: ::std::panic::UnwindSafe>() {} has::<host::sync::Condvar>(); }
    "sync::LazyLock": fn check<T, F>(_: host::sync::LazyLock<T, F>) {}
    "sync::LazyLock::new": fn check<T, F: FnOnce() -> T>() { let _: fn(F) -> host::sync::LazyLock<T, F> = <host::sync::LazyLock<T, F>>::new; const fn constant<T, F: FnOnce() -> T>(a0: F) -> host::sync::LazyLock<T, F> { <host::sync::LazyLock<T, F>>::new(a0) } }
    "sync::LazyLock::force_mut": fn check<T, F: FnOnce() -> T>() { let _: fn(&mut host::sync::LazyLock<T, F>) -> &mut T = <host::sync::LazyLock<T, F>>::force_mut; }
    "sync::LazyLock::force": fn check<T, F: FnOnce() -> T>() { let _: fn(&host::sync::LazyLock<T, F>) -> &T = <host::sync::LazyLock<T, F>>::force; }
    "sync::LazyLock::get_mut": fn check<T, F>() { let _: fn(&mut host::sync::LazyLock<T, F>) -> Option<&mut T> = <host::sync::LazyLock<T, F>>::get_mut; }
    "sync::LazyLock::get": fn check<T, F>() { let _: fn(&host::sync::LazyLock<T, F>) -> Option<&T> = <host::sync::LazyLock<T, F>>::get; }
    "sync::LazyLock: impl<T: Debug, F> Debug for LazyLock<T, F>": fn check<T: ::std::fmt::Debug, F>() { fn has<It: ::std::fmt::Debug>() {} has::<host::sync::LazyLock<T, F>>(); }
    "sync::LazyLock: impl<T: Default> Default for LazyLock<T>": fn check<T: Default>() { fn has<It: Default>() {} has::<host::sync::LazyLock<T>>(); }
    "sync::LazyLock: impl<T, F: FnOnce() -> T> Deref for LazyLock<T, F>": fn check<T, F: FnOnce() -> T>() { fn has<It: ::std::ops::Deref>() {} has::<host::sync::LazyLock<T, F>>(); }
    "sync::LazyLock: impl<T, F: FnOnce() -> T> DerefMut for LazyLock<T, F>": fn check<T, F: FnOnce() -> T>() { fn has<It: ::std::ops::DerefMut>() {} has::<host::sync::LazyLock<T, F>>(); }
    "sync::LazyLock: impl<T: RefUnwindSafe + UnwindSafe, F: UnwindSafe> RefUnwindSafe for LazyLock<T, F>": fn check<T: ::std::panic::RefUnwindSafe + ::std::panic::UnwindSafe, F: ::std::panic::UnwindSafe>() { fn has<It: ::std::panic::RefUnwindSafe>() {} has::<host::sync::LazyLock<T, F>>(); }
    "sync::LazyLock: impl<T: Sync + Send, F: Send> Sync for LazyLock<T, F>": fn check<T: Sync + Send, F: Send>() { fn has<It: Sync>() {} has::<host::sync::LazyLock<T, F>>(); }
    "sync::LazyLock: impl<T: UnwindSafe, F: UnwindSafe> UnwindSafe for LazyLock<T, F>": fn check<T: ::std::panic::UnwindSafe, F: ::std::panic::UnwindSafe>() { fn has<It: ::std::panic::UnwindSafe>() {} has::<host::sync::LazyLock<T, F>>(); }
    "sync::Mutex": fn check<T: ?Sized>(_: *const host::sync::Mutex<T>) {}
    "sync::Mutex::new": fn check<T>() { let _: fn(T) -> host::sync::Mutex<T> = <host::sync::Mutex<T>>::new; const fn constant<T>(a0: T) -> host::sync::Mutex<T> { <host::sync::Mutex<T>>::new(a0) } }
    "sync::Mutex::lock": fn check<T: ?Sized>() { let _: fn(&host::sync::Mutex<T>) -> host::sync::LockResult<host::sync::MutexGuard<'_, T>> = <host::sync::Mutex<T>>::lock; }
    "sync::Mutex::try_lock": fn check<T: ?Sized>() { let _: fn(&host::sync::Mutex<T>) -> host::sync::TryLockResult<host::sync::MutexGuard<'_, T>> = <host::sync::Mutex<T>>::try_lock; }
    "sync::Mutex::is_poisoned": fn check<T: ?Sized>() { let _: fn(&host::sync::Mutex<T>) -> bool = <host::sync::Mutex<T>>::is_poisoned; }
    "sync::Mutex::clear_poison": fn check<T: ?Sized>() { let _: fn(&host::sync::Mutex<T>) = <host::sync::Mutex<T>>::clear_poison; }
    "sync::Mutex::into_inner": fn check<T: ?Sized>() where T: Sized { let _: fn(host::sync::Mutex<T>) -> host::sync::LockResult<T> = <host::sync::Mutex<T>>::into_inner; }
    "sync::Mutex::get_mut": fn check<T: ?Sized>() { let _: fn(&mut host::sync::Mutex<T>) -> host::sync::LockResult<&mut T> = <host::sync::Mutex<T>>::get_mut; }
    "sync::Mutex: impl<T: ?Sized + Debug> Debug for Mutex<T>": fn check<T: ?Sized + ::std::fmt::Debug>() { fn has<It: ?Sized + ::std::fmt::Debug>() {} has::<host::sync::Mutex<T>>(); }
    "sync::Mutex: impl<T: Default> Default for Mutex<T>": fn check<T: Default>() { fn has<It: Default>() {} has::<host::sync::Mutex<T>>(); }
    "sync::Mutex: impl<T> From<T> for Mutex<T>": fn check<T>() { let _: fn(T) -> host::sync::Mutex<T> = <host::sync::Mutex<T> as From<_>>::from; }
    "sync::Mutex: impl<T: ?Sized> RefUnwindSafe for Mutex<T>": fn check<T: ?Sized>() { fn has<It: ?Sized + ::std::panic::RefUnwindSafe>() {} has::<host::sync::Mutex<T>>(); }
    "sync::Mutex: impl<T: ?Sized + Send> Send for Mutex<T>": fn check<T: ?Sized + Send>() { fn has<It: ?Sized + Send>() {} has::<host::sync::Mutex<T>>(); }
    "sync::Mutex: impl<T: ?Sized + Send> Sync for Mutex<T>": fn check<T: ?Sized + Send>() { fn has<It: ?Sized + Sync>() {} has::<host::sync::Mutex<T>>(); }
    "sync::Mutex: impl<T: ?Sized> UnwindSafe for Mutex<T>": fn check<T: ?Sized>() { fn has<It: ?Sized + ::std::panic::UnwindSafe>() {} has::<host::sync::Mutex<T>>(); }
    "sync::MutexGuard": fn check<'a, T: ?Sized + 'a>(_: *const host::sync::MutexGuard<'a, T>) {}
    "sync::MutexGuard: impl<T: ?Sized + Debug> Debug for MutexGuard<'_, T>": fn check<'x, T: ?Sized + ::std::fmt::Debug>() where T: 'x { fn has<It: ?Sized + ::std::fmt::Debug>() {} has::<host::sync::MutexGuard<'x, T>>(); }
    "sync::MutexGuard: impl<T: ?Sized> Deref for MutexGuard<'_, T>": fn check<'x, T: ?Sized>() where T: 'x { fn has<It: ?Sized + ::std::ops::Deref>() {} has::<host::sync::MutexGuard<'x, T>>(); }
    "sync::MutexGuard: impl<T: ?Sized> DerefMut for MutexGuard<'_, T>": fn check<'x, T: ?Sized>() where T: 'x { fn has<It: ?Sized + ::std::ops::DerefMut>() {} has::<host::sync::MutexGuard<'x, T>>(); }
    "sync::MutexGuard: impl<T: ?Sized + Display> Display for MutexGuard<'_, T>": fn check<'x, T: ?Sized + ::std::fmt::Display>() where T: 'x { fn has<It: ?Sized + ::std::fmt::Display>() {} has::<host::sync::MutexGuard<'x, T>>(); }
    "sync::MutexGuard: impl<T: ?Sized + Sync> Sync for MutexGuard<'_, T>": fn check<'x, T: ?Sized + Sync>() where T: 'x { fn has<It: ?Sized + Sync>() {} has::<host::sync::MutexGuard<'x, T>>(); }
    "sync::Once": fn check(_: host::sync::Once) {}
    "sync::Once::new": fn check() { let _: fn() -> host::sync::Once = <host::sync::Once>::new; const fn constant() -> host::sync::Once { <host::sync::Once>::new() } }
    "sync::Once::call_once": fn check<F>() where F: FnOnce() { let _: fn(&host::sync::Once, F) = <host::sync::Once>::call_once::<F>; }
    "sync::Once::call_once_force": fn check<F>() where F: FnOnce(&host::sync::OnceState) { let _: fn(&host::sync::Once, F) = <host::sync::Once>::call_once_force::<F>; }
    "sync::Once::is_completed": fn check() { let _: fn(&host::sync::Once) -> bool = <host::sync::Once>::is_completed; }
    "sync::Once::wait": fn check() { let _: fn(&host::sync::Once) = <host::sync::Once>::wait; }
    "sync::Once::wait_force": fn check() { let _: fn(&host::sync::Once) = <host::sync::Once>::wait_force; }
    "sync::Once: impl Debug for Once": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::sync::Once>(); }
    "sync::Once: impl RefUnwindSafe for Once": fn check() { fn has<It: ::std::panic::RefUnwindSafe>() {} has::<host::sync::Once>(); }
    "sync::Once: impl UnwindSafe for Once": fn check() { fn has<It: ::std::panic::UnwindSafe>() {} has::<host::sync::Once>(); }
    "sync::OnceLock": fn check<T>(_: host::sync::OnceLock<T>) {}
    "sync::OnceLock::new": fn check<T>() { let _: fn() -> host::sync::OnceLock<T> = <host::sync::OnceLock<T>>::new; const fn constant<T>() -> host::sync::OnceLock<T> { <host::sync::OnceLock<T>>::new() } }
    "sync::OnceLock::get": fn check<T>() { let _: fn(&host::sync::OnceLock<T>) -> Option<&T> = <host::sync::OnceLock<T>>::get; }
    "sync::OnceLock::get_mut": fn check<T>() { let _: fn(&mut host::sync::OnceLock<T>) -> Option<&mut T> = <host::sync::OnceLock<T>>::get_mut; }
    "sync::OnceLock::wait": fn check<T>() { let _: fn(&host::sync::OnceLock<T>) -> &T = <host::sync::OnceLock<T>>::wait; }
    "sync::OnceLock::set": fn check<T>() { let _: fn(&host::sync::OnceLock<T>, T) -> Result<(), T> = <host::sync::OnceLock<T>>::set; }
    "sync::OnceLock::get_or_init": fn check<T, F>() where F: FnOnce() -> T { let _: fn(&host::sync::OnceLock<T>, F) -> &T = <host::sync::OnceLock<T>>::get_or_init::<F>; }
    "sync::OnceLock::into_inner": fn check<T>() { let _: fn(host::sync::OnceLock<T>) -> Option<T> = <host::sync::OnceLock<T>>::into_inner; }
    "sync::OnceLock::take": fn check<T>() { let _: fn(&mut host::sync::OnceLock<T>) -> Option<T> = <host::sync::OnceLock<T>>::take; }
    "sync::OnceLock: impl<T: Clone> Clone for OnceLock<T>": fn check<T: Clone>() { fn has<It: Clone>() {} has::<host::sync::OnceLock<T>>(); }
    "sync::OnceLock: impl<T: Debug> Debug for OnceLock<T>": fn check<T: ::std::fmt::Debug>() { fn has<It: ::std::fmt::Debug>() {} has::<host::sync::OnceLock<T>>(); }
    "sync::OnceLock: impl<T> Default for OnceLock<T>": fn check<T>() { fn has<It: Default>() {} has::<host::sync::OnceLock<T>>(); }
    "sync::OnceLock: impl<T> From<T> for OnceLock<T>": fn check<T>() { let _: fn(T) -> host::sync::OnceLock<T> = <host::sync::OnceLock<T> as From<_>>::from; }
    "sync::OnceLock: impl<T: PartialEq> PartialEq for OnceLock<T>": fn check<T: PartialEq>() { fn has<It: PartialEq>() {} has::<host::sync::OnceLock<T>>(); }
    "sync::OnceLock: impl<T: Eq> Eq for OnceLock<T>": fn check<T: Eq>() { fn has<It: Eq>() {} has::<host::sync::OnceLock<T>>(); }
    "sync::OnceLock: impl<T: RefUnwindSafe + UnwindSafe> RefUnwindSafe for OnceLock<T>": fn check<T: ::std::panic::RefUnwindSafe + ::std::panic::UnwindSafe>() { fn has<It: ::std::panic::RefUnwindSafe>() {} has::<host::sync::OnceLock<T>>(); }
    "sync::OnceLock: impl<T: Send> Send for OnceLock<T>": fn check<T: Send>() { fn has<It: Send>() {} has::<host::sync::OnceLock<T>>(); }
    "sync::OnceLock: impl<T: Sync + Send> Sync for OnceLock<T>": fn check<T: Sync + Send>() { fn has<It: Sync>() {} has::<host::sync::OnceLock<T>>(); }
    "sync::OnceLock: impl<T: UnwindSafe> UnwindSafe for OnceLock<T>": fn check<T: ::std::panic::UnwindSafe>() { fn has<It: ::std::panic::UnwindSafe>() {} has::<host::sync::OnceLock<T>>(); }
    "sync::OnceState": fn check(_: host::sync::OnceState) {}
    "sync::OnceState::is_poisoned": fn check() { let _: fn(&host::sync::OnceState) -> bool = <host::sync::OnceState>::is_poisoned; }
    "sync::OnceState: impl Debug for OnceState": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::sync::OnceState>(); }
    "sync::PoisonError" is std: fn check<T>(it: ::std::sync::PoisonError<T>) -> host::sync::PoisonError<T> { it }
    "sync::PoisonError::new": fn check<T>() { let _: fn(T) -> host::sync::PoisonError<T> = <host::sync::PoisonError<T>>::new; }
    "sync::PoisonError::into_inner": fn check<T>() { let _: fn(host::sync::PoisonError<T>) -> T = <host::sync::PoisonError<T>>::into_inner; }
    "sync::PoisonError::get_ref": fn check<T>() { let _: fn(&host::sync::PoisonError<T>) -> &T = <host::sync::PoisonError<T>>::get_ref; }
    "sync::PoisonError::get_mut": fn check<T>() { let _: fn(&mut host::sync::PoisonError<T>) -> &mut T = <host::sync::PoisonError<T>>::get_mut; }
    "sync::PoisonError: impl<T> Debug for PoisonError<T>": fn check<T>() { fn has<It: ::std::fmt::Debug>() {} has::<host::sync::PoisonError<T>>(); }
    "sync::PoisonError: impl<T> Display for PoisonError<T>": fn check<T>() { fn has<It: ::std::fmt::Display>() {} has::<host::sync::PoisonError<T>>(); }
    "sync::PoisonError: impl<T> Error for PoisonError<T>": fn check<T>() { fn has<It: ::std::error::Error>() {} has::<host::sync::PoisonError<T>>(); }
    "sync::PoisonError: impl<T> From<PoisonError<T>> for TryLockError<T>": fn check<T>() { let _: fn(host::sync::PoisonError<T>) -> host::sync::TryLockError<T> = <host::sync::TryLockError<T> as From<_>>::from; }
    "sync::RwLock": fn check<T: ?Sized>(_: *const host::sync::RwLock<T>) {}
    "sync::RwLock::new": fn check<T>() { let _: fn(T) -> host::sync::RwLock<T> = <host::sync::RwLock<T>>::new; const fn constant<T>(a0: T) -> host::sync::RwLock<T> { <host::sync::RwLock<T>>::new(a0) } }
    "sync::RwLock::read": fn check<T: ?Sized>() { let _: fn(&host::sync::RwLock<T>) -> host::sync::LockResult<host::sync::RwLockReadGuard<'_, T>> = <host::sync::RwLock<T>>::read; }
    "sync::RwLock::try_read": fn check<T: ?Sized>() { let _: fn(&host::sync::RwLock<T>) -> host::sync::TryLockResult<host::sync::RwLockReadGuard<'_, T>> = <host::sync::RwLock<T>>::try_read; }
    "sync::RwLock::write": fn check<T: ?Sized>() { let _: fn(&host::sync::RwLock<T>) -> host::sync::LockResult<host::sync::RwLockWriteGuard<'_, T>> = <host::sync::RwLock<T>>::write; }
    "sync::RwLock::try_write": fn check<T: ?Sized>() { let _: fn(&host::sync::RwLock<T>) -> host::sync::TryLockResult<host::sync::RwLockWriteGuard<'_, T>> = <host::sync::RwLock<T>>::try_write; }
    "sync::RwLock::is_poisoned": fn check<T: ?Sized>() { let _: fn(&host::sync::RwLock<T>) -> bool = <host::sync::RwLock<T>>::is_poisoned; }
    "sync::RwLock::clear_poison": fn check<T: ?Sized>() { let _: fn(&host::sync::RwLock<T>) = <host::sync::RwLock<T>>::clear_poison; }
    "sync::RwLock::into_inner": fn check<T: ?Sized>() where T: Sized { let _: fn(host::sync::RwLock<T>) -> host::sync::LockResult<T> = <host::sync::RwLock<T>>::into_inner; }
    "sync::RwLock::get_mut": fn check<T: ?Sized>() { let _: fn(&mut host::sync::RwLock<T>) -> host::sync::LockResult<&mut T> = <host::sync::RwLock<T>>::get_mut; }
    "sync::RwLock: impl<T: ?Sized + Debug> Debug for RwLock<T>": fn check<T: ?Sized + ::std::fmt::Debug>() { fn has<It: ?Sized + ::std::fmt::Debug>() {} has::<host::sync::RwLock<T>>(); }
    "sync::RwLock: impl<T: Default> Default for RwLock<T>": fn check<T: Default>() { fn has<It: Default>() {} has::<host::sync::RwLock<T>>(); }
    "sync::RwLock: impl<T> From<T> for RwLock<T>": fn check<T>() { let _: fn(T) -> host::sync::RwLock<T> = <host::sync::RwLock<T> as From<_>>::from; }
    "sync::RwLock: impl<T: ?Sized> RefUnwindSafe for RwLock<T>": fn check<T: ?Sized>() { fn has<It: ?Sized + ::std::panic::RefUnwindSafe>() {} has::<host::sync::RwLock<T>>(); }
    "sync::RwLock: impl<T: ?Sized + Send> Send for RwLock<T>": fn check<T: ?Sized + Send>() { fn has<It: ?Sized + Send>() {} has::<host::sync::RwLock<T>>(); }
    "sync::RwLock: impl<T: ?Sized + Send + Sync> Sync for RwLock<T>": fn check<T: ?Sized + Send + Sync>() { fn has<It: ?Sized + Sync>() {} has::<host::sync::RwLock<T>>(); }
    "sync::RwLock: impl<T: ?Sized> UnwindSafe for RwLock<T>": fn check<T: ?Sized>() { fn has<It: ?Sized + ::std::panic::UnwindSafe>() {} has::<host::sync::RwLock<T>>(); }
    "sync::RwLockReadGuard": fn check<'rwlock, T: ?Sized + 'rwlock>(_: *const host::sync::RwLockReadGuard<'rwlock, T>) {}
    "sync::RwLockReadGuard: impl<T: ?Sized + Debug> Debug for RwLockReadGuard<'_, T>": fn check<'x, T: ?Sized + ::std::fmt::Debug>() where T: 'x { fn has<It: ?Sized + ::std::fmt::Debug>() {} has::<host::sync::RwLockReadGuard<'x, T>>(); }
    "sync::RwLockReadGuard: impl<T: ?Sized> Deref for RwLockReadGuard<'_, T>": fn check<'x, T: ?Sized>() where T: 'x { fn has<It: ?Sized + ::std::ops::Deref>() {} has::<host::sync::RwLockReadGuard<'x, T>>(); }
    "sync::RwLockReadGuard: impl<T: ?Sized + Display> Display for RwLockReadGuard<'_, T>": fn check<'x, T: ?Sized + ::std::fmt::Display>() where T: 'x { fn has<It: ?Sized + ::std::fmt::Display>() {} has::<host::sync::RwLockReadGuard<'x, T>>(); }
    "sync::RwLockReadGuard: impl<T: ?Sized + Sync> Sync for RwLockReadGuard<'_, T>": fn check<'x, T: ?Sized + Sync>() where T: 'x { fn has<It: ?Sized + Sync>() {} has::<host::sync::RwLockReadGuard<'x, T>>(); }
    "sync::RwLockWriteGuard": fn check<'rwlock, T: ?Sized + 'rwlock>(_: *const host::sync::RwLockWriteGuard<'rwlock, T>) {}
    "sync::RwLockWriteGuard::downgrade": fn check<'rwlock, T: ?Sized>() where T: 'rwlock { let _: fn(host::sync::RwLockWriteGuard<'rwlock, T>) -> host::sync::RwLockReadGuard<'rwlock, T> = <host::sync::RwLockWriteGuard<'rwlock, T>>::downgrade; }
    "sync::RwLockWriteGuard: impl<T: ?Sized + Debug> Debug for RwLockWriteGuard<'_, T>": fn check<'x, T: ?Sized + ::std::fmt::Debug>() where T: 'x { fn has<It: ?Sized + ::std::fmt::Debug>() {} has::<host::sync::RwLockWriteGuard<'x, T>>(); }
    "sync::RwLockWriteGuard: impl<T: ?Sized> Deref for RwLockWriteGuard<'_, T>": fn check<'x, T: ?Sized>() where T: 'x { fn has<It: ?Sized + ::std::ops::Deref>() {} has::<host::sync::RwLockWriteGuard<'x, T>>(); }
    "sync::RwLockWriteGuard: impl<T: ?Sized> DerefMut for RwLockWriteGuard<'_, T>": fn check<'x, T: ?Sized>() where T: 'x { fn has<It: ?Sized + ::std::ops::DerefMut>() {} has::<host::sync::RwLockWriteGuard<'x, T>>(); }
    "sync::RwLockWriteGuard: impl<T: ?Sized + Display> Display for RwLockWriteGuard<'_, T>": fn check<'x, T: ?Sized + ::std::fmt::Display>() where T: 'x { fn has<It: ?Sized + ::std::fmt::Display>() {} has::<host::sync::RwLockWriteGuard<'x, T>>(); }
    "sync::RwLockWriteGuard: impl<T: ?Sized + Sync> Sync for RwLockWriteGuard<'_, T>": fn check<'x, T: ?Sized + Sync>() where T: 'x { fn has<It: ?Sized + Sync>() {} has::<host::sync::RwLockWriteGuard<'x, T>>(); }
    "sync::WaitTimeoutResult": fn check(_: host::sync::WaitTimeoutResult) {}
    "sync::WaitTimeoutResult::timed_out": fn check() { let _: fn(&host::sync::WaitTimeoutResult) -> bool = <host::sync::WaitTimeoutResult>::timed_out; }
    "sync::WaitTimeoutResult: impl Clone for WaitTimeoutResult": fn check() { fn has<It: Clone>() {} has::<host::sync::WaitTimeoutResult>(); }
    "sync::WaitTimeoutResult: impl Debug for WaitTimeoutResult": fn check() { fn has<It: ::std::fmt::Debug>() {} has::<host::sync::WaitTimeoutResult>(); }
    "sync::WaitTimeoutResult: impl PartialEq for WaitTimeoutResult": fn check() { fn has<It: PartialEq>() {} has::<host::sync::WaitTimeoutResult>(); }
    "sync::WaitTimeoutResult: impl Copy for WaitTimeoutResult": fn check() { fn has<It: Copy>() {} has::<host::sync::WaitTimeoutResult>(); }
    "sync::WaitTimeoutResult: impl Eq for WaitTimeoutResult": fn check() { fn has<It: Eq>() {} has::<host::sync::WaitTimeoutResult>(); }
    "sync::Weak" is std: fn check<T>(it: *const ::std::sync::Weak<T>) -> *const host::sync::Weak<T> where T: ?Sized { it }
    "sync::TryLockError" is std: fn check<T>(it: ::std::sync::TryLockError<T>) -> host::sync::TryLockError<T> { it }
    "sync::TryLockError::Poisoned": fn check<T>() { let _: fn(host::sync::PoisonError<T>) -> host::sync::TryLockError<T> = <host::sync::TryLockError<T>>::Poisoned; }
    "sync::TryLockError::WouldBlock": fn check<T>() -> host::sync::TryLockError<T> { <host::sync::TryLockError<T>>::WouldBlock }
    "sync::TryLockError: impl<T> Debug for TryLockError<T>": fn check<T>() { fn has<It: ::std::fmt::Debug>() {} has::<host::sync::TryLockError<T>>(); }
    "sync::TryLockError: impl<T> Display for TryLockError<T>": fn check<T>() { fn has<It: ::std::fmt::Display>() {} has::<host::sync::TryLockError<T>>(); }
    "sync::TryLockError: impl<T> Error for TryLockError<T>": fn check<T>() { fn has<It: ::std::error::Error>() {} has::<host::sync::TryLockError<T>>(); }
    "sync::TryLockError: impl<T> From<PoisonError<T>> for TryLockError<T>": fn check<T>() { let _: fn(host::sync::PoisonError<T>) -> host::sync::TryLockError<T> = <host::sync::TryLockError<T> as From<_>>::from; }
    "sync::ONCE_INIT": const CHECK: host::sync::Once = host::sync::ONCE_INIT;
    "sync::LockResult" is std: fn check<T>(it: ::std::sync::LockResult<T>) -> host::sync::LockResult<T> { it }
    "sync::TryLockResult" is std: fn check<Guard>(it: ::std::sync::TryLockResult<Guard>) -> host::sync::TryLockResult<Guard> { it }
    "sync::atomic": #[allow(unused_imports)] use host::sync::atomic::*;
    "sync::atomic::AtomicBool" is std: fn check(it: ::std::sync::atomic::AtomicBool) -> host::sync::atomic::AtomicBool { it }
    "sync::atomic::AtomicI8" is std: fn check(it: ::std::sync::atomic::AtomicI8) -> host::sync::atomic::AtomicI8 { it }
    "sync::atomic::AtomicI16" is std: fn check(it: ::std::sync::atomic::AtomicI16) -> host::sync::atomic::AtomicI16 { it }
    "sync::atomic::AtomicI32" is std: fn check(it: ::std::sync::atomic::AtomicI32) -> host::sync::atomic::AtomicI32 { it }
    "sync::atomic::AtomicI64" is std: fn check(it: ::std::sync::atomic::AtomicI64) -> host::sync::atomic::AtomicI64 { it }
    "sync::atomic::AtomicIsize" is std: fn check(it: ::std::sync::atomic::AtomicIsize) -> host::sync::atomic::AtomicIsize { it }
    "sync::atomic::AtomicPtr" is std: fn check<T>(it: ::std::sync::atomic::AtomicPtr<T>) -> host::sync::atomic::AtomicPtr<T> { it }
    "sync::atomic::AtomicU8" is std: fn check(it: ::std::sync::atomic::AtomicU8) -> host::sync::atomic::AtomicU8 { it }
    "sync::atomic::AtomicU16" is std: fn check(it: ::std::sync::atomic::AtomicU16) -> host::sync::atomic::AtomicU16 { it }
    "sync::atomic::AtomicU32" is std: fn check(it: ::std::sync::atomic::AtomicU32) -> host::sync::atomic::AtomicU32 { it }
    "sync::atomic::AtomicU64" is std: fn check(it: ::std::sync::atomic::AtomicU64) -> host::sync::atomic::AtomicU64 { it }
    "sync::atomic::AtomicUsize" is std: fn check(it: ::std::sync::atomic::AtomicUsize) -> host::sync::atomic::AtomicUsize { it }
    "sync::atomic::Ordering" is std: fn check(it: ::std::sync::atomic::Ordering) -> host::sync::atomic::Ordering { it }
    "sync::atomic::ATOMIC_BOOL_INIT": const CHECK: host::sync::atomic::AtomicBool = host::sync::atomic::ATOMIC_BOOL_INIT;
    "sync::atomic::ATOMIC_ISIZE_INIT": const CHECK: host::sync::atomic::AtomicIsize = host::sync::atomic::ATOMIC_ISIZE_INIT;
    "sync::atomic::ATOMIC_USIZE_INIT": const CHECK: host::sync::atomic::AtomicUsize = host::sync::atomic::ATOMIC_USIZE_INIT;
    "sync::atomic::compiler_fence" is std: fn check() { let _: fn(host::sync::atomic::Ordering) = host::sync::atomic::compiler_fence; fn same<F>(_: F, _: F) {} same(::std::sync::atomic::compiler_fence, host::sync::atomic::compiler_fence); }
    "sync::atomic::fence" is std: fn check() { let _: fn(host::sync::atomic::Ordering) = host::sync::atomic::fence; fn same<F>(_: F, _: F) {} same(::std::sync::atomic::fence, host::sync::atomic::fence); }
    "sync::atomic::spin_loop_hint" is std: fn check() { let _: fn() = host::sync::atomic::spin_loop_hint; fn same<F>(_: F, _: F) {} same(::std::sync::atomic::spin_loop_hint, host::sync::atomic::spin_loop_hint); }
}

// Whose auto traits are compared.
types! {
    "sync::Barrier": host::sync::Barrier;
    "sync::BarrierWaitResult": host::sync::BarrierWaitResult;
    "sync::Condvar": host::sync::Condvar;
    "sync::LazyLock" <T>: host::sync::LazyLock<T>;
    "sync::LazyLock, the function" <T>: host::sync::LazyLock<u8, T>;
    "sync::Mutex" <T>: host::sync::Mutex<T>;
    "sync::MutexGuard" <T>: host::sync::MutexGuard<'static, T>;
    "sync::Once": host::sync::Once;
    "sync::OnceLock" <T>: host::sync::OnceLock<T>;
    "sync::OnceState": host::sync::OnceState;
    "sync::RwLock" <T>: host::sync::RwLock<T>;
    "sync::RwLockReadGuard" <T>: host::sync::RwLockReadGuard<'static, T>;
    "sync::RwLockWriteGuard" <T>: host::sync::RwLockWriteGuard<'static, T>;
    "sync::WaitTimeoutResult": host::sync::WaitTimeoutResult;
}
