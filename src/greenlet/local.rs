//! `greenlet_local!`: values that each greenlet has for itself.
//!
//! Uses `runtime::locals` and `wait::context`. On OS threads the values are std's thread-locals, with all their ways.

use std::cell::{Cell, RefCell, UnsafeCell};
use std::error::Error;
use std::fmt;
use std::mem::needs_drop;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::runtime::locals::Locals;
use crate::wait::{self, context};

/// Declares values of which each greenlet, and each OS thread, has one for itself.
///
/// As `std::thread_local!`: several declarations, visibility, attributes, `const { .. }`. A value is made when first used.
/// Values are dropped at the greenlet's end, the newest first, and their destructors may block. As in std, a destructor can
/// use the older ones, and make new ones; what has been dropped is gone, and answers
/// [`AccessError`](crate::LocalKey::try_with). A panic in a destructor does not abort the process, as it does in a thread:
/// the other values are dropped all the same.
/// (In a coroutine of may's that vervet has not started, values are dropped after the coroutine's end, and a destructor that
/// blocks then blocks the OS thread.)
///
/// # Examples
/// ```
/// use std::cell::RefCell;
///
/// vervet::greenlet_local! {
///     static DEPTH: RefCell<u32> = RefCell::new(0);
///     static NAMES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
/// }
///
/// DEPTH.with_borrow_mut(|depth| *depth = 7);
/// let elsewhere = vervet::spawn(|| DEPTH.with_borrow(|depth| *depth)).join().unwrap();
/// assert_eq!((elsewhere, DEPTH.with_borrow(|depth| *depth)), (0, 7));
/// assert!(NAMES.take().is_empty());
/// ```
#[macro_export]
macro_rules! greenlet_local {
    () => {};
    ($(#[$attr:meta])* $vis:vis static $name:ident : $t:ty = const $init:block $(; $($rest:tt)*)?) => {
        $(#[$attr])*
        $vis static $name: $crate::LocalKey<$t> = $crate::greenlet_local!(@key $t, const $init);
        $($crate::greenlet_local!($($rest)*);)?
    };
    ($(#[$attr:meta])* $vis:vis static $name:ident : $t:ty = $init:expr $(; $($rest:tt)*)?) => {
        $(#[$attr])*
        $vis static $name: $crate::LocalKey<$t> = $crate::greenlet_local!(@key $t, $init);
        $($crate::greenlet_local!($($rest)*);)?
    };
    // Items of names that no user has: `$t` and `$init` can see them.
    (@key $t:ty, const $init:block) => {{
        // Copied for each greenlet, as it should be.
        #[allow(clippy::declare_interior_mutable_const)]
        const __VERVET_INIT: $t = $init;
        fn __vervet_init() -> $t {
            __VERVET_INIT
        }
        ::std::thread_local!(static __VERVET_ON_THREAD: $t = const { __VERVET_INIT });
        $crate::greenlet_local!(@new __VERVET_ON_THREAD __vervet_init)
    }};
    (@key $t:ty, $init:expr) => {{
        fn __vervet_init() -> $t {
            $init
        }
        ::std::thread_local!(static __VERVET_ON_THREAD: $t = __vervet_init());
        $crate::greenlet_local!(@new __VERVET_ON_THREAD __vervet_init)
    }};
    (@new $on_thread:ident $init:ident) => {{
        // It is written to, hence a static of its own, and its address names this key and no other.
        static __VERVET_PLACE: ::core::sync::atomic::AtomicUsize = ::core::sync::atomic::AtomicUsize::new(0);
        $crate::LocalKey::__new(&$on_thread, &__VERVET_PLACE, $init)
    }};
}

/// A value that each greenlet has for itself; made by [`greenlet_local!`](crate::greenlet_local) and
/// [`thread_local!`](crate::thread_local), which are the same.
pub struct LocalKey<T: 'static> {
    /// The values of code that runs in no greenlet: an OS thread has its own.
    on_thread: &'static std::thread::LocalKey<T>,
    /// Its address is the key. Its value: where a greenlet's value was last found among the others of that greenlet.
    /// Greenlets that do the same make their values in the same order, so it mostly is there.
    place: &'static AtomicUsize,
    init: fn() -> T,
}

/// The value cannot be reached any more: it has been dropped, or is being dropped, because its greenlet or thread ends.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccessError;

impl fmt::Debug for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessError").finish()
    }
}

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("already destroyed")
    }
}

impl Error for AccessError {}

impl AccessError {
    #[cold]
    #[track_caller]
    fn raise(self) -> ! {
        panic!("cannot access a Thread Local Storage value during or after destruction: {self:?}")
    }
}

impl<T: 'static> LocalKey<T> {
    /// Not part of the interface: for the macro.
    #[doc(hidden)]
    pub const fn __new(
        on_thread: &'static std::thread::LocalKey<T>,
        place: &'static AtomicUsize,
        init: fn() -> T,
    ) -> LocalKey<T> {
        LocalKey { on_thread, place, init }
    }

    /// Shows this greenlet's value to `f`, making it first if need be.
    ///
    /// # Panics
    /// If the value has been dropped, or is being dropped.
    #[track_caller]
    pub fn with<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&T) -> R,
    {
        match self.try_with(f) {
            Ok(result) => result,
            Err(error) => error.raise(),
        }
    }

    /// As [`with`](LocalKey::with), without the panic.
    ///
    /// # Errors
    /// [`AccessError`] if the value has been dropped, or is being dropped.
    pub fn try_with<F, R>(&'static self, f: F) -> Result<R, AccessError>
    where
        F: FnOnce(&T) -> R,
    {
        // What `f` is shown ends with this greenlet: a coroutine around us must not carry it out of here.
        let _hold = wait::hold_coroutine();
        let Some(control) = context::control() else {
            return self.on_thread.try_with(f).map_err(|_| AccessError);
        };
        let value = self.find_or_make(&control.own.locals, self.init)?;
        // SAFETY: the value lies in a box of its own, which nobody touches before the end of the greenlet that we are, and
        // no reference to it leaves that.
        Ok(f(unsafe { &*value }))
    }

    /// Makes the value out of `value`, without its initialiser, unless it is there: then `update` gets both.
    #[track_caller]
    fn make_or_update(&'static self, locals: &UnsafeCell<Locals>, value: T, update: impl FnOnce(&T, T)) {
        let _hold = wait::hold_coroutine();
        let mut value = Some(value);
        // Called at most once.
        let place = match self.find_or_make(locals, || value.take().unwrap_or_else(self.init)) {
            Ok(place) => place,
            Err(error) => error.raise(),
        };
        if let Some(value) = value {
            // SAFETY: as in `try_with`.
            update(unsafe { &*place }, value);
        }
    }

    fn find_or_make(
        &self,
        locals: &UnsafeCell<Locals>,
        make: impl FnOnce() -> T,
    ) -> Result<*const T, AccessError> {
        if let Some(found) = self.find(locals) {
            return found;
        }
        // Foreign code, with no borrow around it: it may block, and use other locals, even this one.
        let value = Box::new(make());
        // SAFETY: only the greenlet itself comes here, and this borrow ends with the call.
        unsafe { &mut *locals.get() }.put(self.key(), value, needs_drop::<T>());
        self.find(locals).unwrap_or(Err(AccessError))
    }

    #[inline]
    fn find(&self, locals: &UnsafeCell<Locals>) -> Option<Result<*const T, AccessError>> {
        // Relaxed: wrong is as good as right, only slower.
        let known = self.place.load(Ordering::Relaxed);
        let mut place = known;
        // SAFETY: as above.
        let found = unsafe { &*locals.get() }.find(self.key(), &mut place)?;
        if place != known {
            self.place.store(place, Ordering::Relaxed);
        }
        let value = found.and_then(|value| value.downcast_ref::<T>());
        Some(value.map(ptr::from_ref).ok_or(AccessError))
    }

    fn key(&self) -> usize {
        ptr::from_ref(self.place).addr()
    }
}

impl<T: 'static> LocalKey<Cell<T>> {
    /// Sets the value. One that is not there yet is made of `value`; its initialiser does not run.
    ///
    /// # Panics
    /// If the value has been dropped, or is being dropped.
    #[track_caller]
    pub fn set(&'static self, value: T) {
        match context::control() {
            Some(control) => {
                self.make_or_update(&control.own.locals, Cell::new(value), |cell, value| {
                    cell.set(value.into_inner());
                });
            }
            None => self.on_thread.set(value),
        }
    }

    /// A copy of the value.
    ///
    /// # Panics
    /// If the value has been dropped, or is being dropped.
    #[track_caller]
    pub fn get(&'static self) -> T
    where
        T: Copy,
    {
        self.with(Cell::get)
    }

    /// Takes the value, leaving the default.
    ///
    /// # Panics
    /// If the value has been dropped, or is being dropped.
    #[track_caller]
    pub fn take(&'static self) -> T
    where
        T: Default,
    {
        self.with(Cell::take)
    }

    /// Replaces the value and returns the old one.
    ///
    /// # Panics
    /// If the value has been dropped, or is being dropped.
    #[track_caller]
    pub fn replace(&'static self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }
}

impl<T: 'static> LocalKey<RefCell<T>> {
    /// Borrows the value.
    ///
    /// # Panics
    /// If it is mutably borrowed, has been dropped, or is being dropped.
    #[track_caller]
    pub fn with_borrow<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&T) -> R,
    {
        self.with(|cell| f(&cell.borrow()))
    }

    /// Borrows the value mutably.
    ///
    /// # Panics
    /// If it is borrowed, has been dropped, or is being dropped.
    #[track_caller]
    pub fn with_borrow_mut<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&mut T) -> R,
    {
        self.with(|cell| f(&mut cell.borrow_mut()))
    }

    /// Sets the value. One that is not there yet is made of `value`; its initialiser does not run.
    ///
    /// # Panics
    /// If it is borrowed, has been dropped, or is being dropped.
    #[track_caller]
    pub fn set(&'static self, value: T) {
        match context::control() {
            Some(control) => {
                self.make_or_update(&control.own.locals, RefCell::new(value), |cell, value| {
                    cell.replace(value.into_inner());
                });
            }
            None => self.on_thread.set(value),
        }
    }

    /// Takes the value, leaving the default.
    ///
    /// # Panics
    /// If it is borrowed, has been dropped, or is being dropped.
    #[track_caller]
    pub fn take(&'static self) -> T
    where
        T: Default,
    {
        self.with(RefCell::take)
    }

    /// Replaces the value and returns the old one.
    ///
    /// # Panics
    /// If it is borrowed, has been dropped, or is being dropped.
    #[track_caller]
    pub fn replace(&'static self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }
}

impl<T: 'static> fmt::Debug for LocalKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalKey").finish_non_exhaustive()
    }
}
