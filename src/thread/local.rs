//! `thread_local!`, which is `greenlet_local!` by std's name.
//!
//! Uses `greenlet::local`.

/// Declares values of which each thread has one for itself: each greenlet, and each OS thread that vervet has not started.
///
/// As `std::thread_local!`, all its forms included; the same as [`greenlet_local!`](crate::greenlet_local), where it is
/// told how values end. Inside a greenlet, `std::thread_local!` values are those of its worker, shared with the worker's
/// other greenlets.
///
/// # Examples
/// ```
/// use std::cell::{Cell, RefCell};
/// use vervet::thread;
///
/// vervet::thread_local! {
///     static DEPTH: Cell<u32> = const { Cell::new(1) };
///     pub static NAMES: RefCell<Vec<String>> = RefCell::default();
/// }
///
/// DEPTH.set(2);
/// thread::spawn(|| assert_eq!(DEPTH.get(), 1)).join().unwrap();
/// assert_eq!(DEPTH.get(), 2);
/// NAMES.with_borrow_mut(|names| names.push("Ada".to_owned()));
/// ```
#[macro_export]
macro_rules! thread_local {
    ($($declarations:tt)*) => {
        $crate::greenlet_local! { $($declarations)* }
    };
}
