//! `greenlet_local!`: values that each greenlet has for itself.
//!
//! Uses `wait::context`.

use std::any::Any;
use std::cell::{Cell, RefCell, UnsafeCell};
use std::error::Error;
use std::fmt;

use crate::wait::context;

type Slots = Vec<(usize, Box<dyn Any>)>;

thread_local! {
    /// The values of code that runs in no greenlet: an OS thread has its own.
    static THREAD: UnsafeCell<Slots> = const { UnsafeCell::new(Vec::new()) };
}

/// Declares values of which each greenlet, and each OS thread, has one for itself.
///
/// As `std::thread_local!`: several declarations, visibility, attributes. A value is made when first used and dropped
/// at the greenlet's end, where its destructor may block.
/// (In a coroutine of may's that vervet has not started, it is dropped after the coroutine's end, and a destructor that blocks then
/// blocks the OS thread.)
///
/// # Examples
/// ```
/// use std::cell::RefCell;
///
/// vervet::greenlet_local! {
///     static DEPTH: RefCell<u32> = RefCell::new(0);
/// }
///
/// DEPTH.with_borrow_mut(|depth| *depth = 7);
/// let elsewhere = vervet::spawn(|| DEPTH.with_borrow(|depth| *depth)).join().unwrap();
/// assert_eq!((elsewhere, DEPTH.with_borrow(|depth| *depth)), (0, 7));
/// ```
#[macro_export]
macro_rules! greenlet_local {
    () => {};
    ($(#[$attr:meta])* $vis:vis static $name:ident : $t:ty = const $init:block $(; $($rest:tt)*)?) => {
        $crate::greenlet_local!($(#[$attr])* $vis static $name: $t = $init $(; $($rest)*)?);
    };
    ($(#[$attr:meta])* $vis:vis static $name:ident : $t:ty = $init:expr $(; $($rest:tt)*)?) => {
        $(#[$attr])*
        $vis static $name: $crate::LocalKey<$t> = {
            fn init() -> $t {
                $init
            }
            // A byte that is written to is a static of its own, so its address names this key and no other.
            static IDENTITY: ::core::sync::atomic::AtomicU8 = ::core::sync::atomic::AtomicU8::new(0);
            $crate::LocalKey::__new(&IDENTITY, init)
        };
        $($crate::greenlet_local!($($rest)*);)?
    };
}

/// A value that each greenlet has for itself; made by [`greenlet_local!`](crate::greenlet_local).
pub struct LocalKey<T: 'static> {
    identity: &'static std::sync::atomic::AtomicU8,
    init: fn() -> T,
}

/// The value cannot be reached any more: this OS thread is past dropping its locals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessError;

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this thread's greenlet locals have been dropped")
    }
}

impl Error for AccessError {}

impl<T: 'static> LocalKey<T> {
    /// Not part of the interface: for the macro.
    #[doc(hidden)]
    pub const fn __new(identity: &'static std::sync::atomic::AtomicU8, init: fn() -> T) -> LocalKey<T> {
        LocalKey { identity, init }
    }

    /// Shows this greenlet's value to `f`, making it first if need be.
    ///
    /// # Panics
    /// On an OS thread whose locals have been dropped.
    pub fn with<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&T) -> R,
    {
        self.try_with(f).expect("a greenlet local was used after it was dropped")
    }

    /// As [`with`](LocalKey::with), without the panic.
    ///
    /// # Errors
    /// `AccessError` on an OS thread whose locals have been dropped.
    pub fn try_with<F, R>(&'static self, f: F) -> Result<R, AccessError>
    where
        F: FnOnce(&T) -> R,
    {
        let value: *const T = match context::control() {
            Some(control) => self.find(&control.own.locals),
            None => THREAD.try_with(|slots| self.find(slots)).map_err(|_| AccessError)?,
        };
        // SAFETY: the value lies in a box of its own, which nobody touches before the end of the greenlet (or thread)
        // that we are, and no reference to it leaves that.
        Ok(f(unsafe { &*value }))
    }

    fn find(&self, slots: &UnsafeCell<Slots>) -> *const T {
        let key = std::ptr::from_ref(self.identity).addr();
        let get = || {
            // SAFETY: only the greenlet (or thread) itself comes here, and this borrow ends with the call.
            let slots = unsafe { &*slots.get() };
            let found = slots.iter().find(|(other, _)| *other == key)?;
            found.1.downcast_ref::<T>().map(std::ptr::from_ref)
        };
        if let Some(value) = get() {
            return value;
        }
        // Foreign code, with no borrow around it: it may block, and use other locals.
        let value = Box::new((self.init)());
        if let Some(value) = get() {
            return value;
        }
        let pointer: *const T = &raw const *value;
        // SAFETY: as above.
        unsafe { &mut *slots.get() }.push((key, value));
        pointer
    }
}

impl<T: 'static> LocalKey<Cell<T>> {
    /// Sets the value.
    pub fn set(&'static self, value: T) {
        self.with(|cell| cell.set(value));
    }

    /// A copy of the value.
    pub fn get(&'static self) -> T
    where
        T: Copy,
    {
        self.with(Cell::get)
    }

    /// Takes the value, leaving the default.
    pub fn take(&'static self) -> T
    where
        T: Default,
    {
        self.with(Cell::take)
    }

    /// Replaces the value and returns the old one.
    pub fn replace(&'static self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }
}

impl<T: 'static> LocalKey<RefCell<T>> {
    /// Borrows the value.
    ///
    /// # Panics
    /// If it is mutably borrowed.
    pub fn with_borrow<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&T) -> R,
    {
        self.with(|cell| f(&cell.borrow()))
    }

    /// Borrows the value mutably.
    ///
    /// # Panics
    /// If it is borrowed.
    pub fn with_borrow_mut<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&mut T) -> R,
    {
        self.with(|cell| f(&mut cell.borrow_mut()))
    }

    /// Sets the value.
    ///
    /// # Panics
    /// If it is borrowed.
    pub fn set(&'static self, value: T) {
        self.with(|cell| *cell.borrow_mut() = value);
    }

    /// Takes the value, leaving the default.
    ///
    /// # Panics
    /// If it is borrowed.
    pub fn take(&'static self) -> T
    where
        T: Default,
    {
        self.with(RefCell::take)
    }

    /// Replaces the value and returns the old one.
    ///
    /// # Panics
    /// If it is borrowed.
    pub fn replace(&'static self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }
}

impl<T: 'static> fmt::Debug for LocalKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalKey").finish_non_exhaustive()
    }
}
