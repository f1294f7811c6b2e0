//! `OnceLock`.
//!
//! Uses `sync::once`.

use std::cell::UnsafeCell;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use super::Once;

/// A place for a value that is written once.
///
/// As [`std::sync::OnceLock`], to be used between greenlets, OS threads, or both. What makes the value may block; others that
/// want it meanwhile wait.
///
/// # Examples
/// ```
/// use std::net::SocketAddr;
/// use vervet::net::TcpListener;
/// use vervet::sync::OnceLock;
///
/// static SERVER: OnceLock<SocketAddr> = OnceLock::new();
///
/// vervet::spawn(|| {
///     let listener = TcpListener::bind("127.0.0.1:0").unwrap();
///     SERVER.set(listener.local_addr().unwrap()).unwrap();
/// });
/// assert_ne!(SERVER.wait().port(), 0);
/// ```
pub struct OnceLock<T> {
    once: Once,
    /// Written while `once` is being done, and then `Some` for all readers.
    value: UnsafeCell<Option<T>>,
}

// SAFETY: shared, it gives `&T` to any thread, so `T` is `Sync`; and one thread may put in what another one takes out, so it is
// `Send`. `once` orders the writing before all reading.
unsafe impl<T: Sync + Send> Sync for OnceLock<T> {}
// SAFETY: it owns its value.
unsafe impl<T: Send> Send for OnceLock<T> {}
impl<T: RefUnwindSafe + UnwindSafe> RefUnwindSafe for OnceLock<T> {}
impl<T: UnwindSafe> UnwindSafe for OnceLock<T> {}

impl<T> OnceLock<T> {
    /// An empty one.
    #[must_use]
    #[inline]
    pub const fn new() -> OnceLock<T> {
        OnceLock { once: Once::new(), value: UnsafeCell::new(None) }
    }

    /// The value, if it is there.
    ///
    /// # Cancellation
    /// Blocks here: no.
    #[inline]
    pub fn get(&self) -> Option<&T> {
        if !self.once.is_completed() {
            return None;
        }
        // SAFETY: once it is done nobody writes any more, except through `&mut self`.
        unsafe { &*self.value.get() }.as_ref()
    }

    /// The value, if it is there.
    #[inline]
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.value.get_mut().as_mut()
    }

    /// Waits until there is a value.
    ///
    /// # Cancellation
    /// Blocks here: yes, unless it is there. Nothing is lost.
    #[inline]
    pub fn wait(&self) -> &T {
        self.once.wait_force();
        self.there()
    }

    /// Puts a value in. If somebody else is making one just now, waits for that.
    ///
    /// # Errors
    /// If there is one: the new one, back.
    ///
    /// # Cancellation
    /// Blocks here: yes, if another value is being made. Cut short, the value is dropped.
    #[inline]
    pub fn set(&self, value: T) -> Result<(), T> {
        let mut value = Some(value);
        self.fill(|| value.take());
        value.map_or(Ok(()), Err)
    }

    /// The value; made by `f` if it is not there, and not being made by somebody else, who is waited for.
    ///
    /// # Panics
    /// If `f` panics; it stays empty then. If `f` comes back here, it waits for itself.
    ///
    /// # Cancellation
    /// Blocks here: yes, unless it is there. If `f` is cut short, it stays empty, and the next caller's closure is called.
    #[inline]
    pub fn get_or_init<F>(&self, f: F) -> &T
    where
        F: FnOnce() -> T,
    {
        if let Some(value) = self.get() {
            return value;
        }
        self.fill(|| Some(f()));
        self.there()
    }

    /// The value, out of the cell.
    #[inline]
    pub fn into_inner(self) -> Option<T> {
        self.value.into_inner()
    }

    /// Takes the value out; the cell is as new.
    #[inline]
    pub fn take(&mut self) -> Option<T> {
        let value = self.value.get_mut().take();
        if value.is_some() {
            self.once = Once::new();
        }
        value
    }

    fn fill(&self, f: impl FnOnce() -> Option<T>) {
        self.once.call_once_force(|_| {
            let value = f();
            // SAFETY: `once` calls one closure at a time, and nobody looks before it is done.
            unsafe { *self.value.get() = value };
        });
    }

    #[inline]
    fn there(&self) -> &T {
        match self.get() {
            Some(value) => value,
            None => unreachable!("done, and yet empty"),
        }
    }
}

impl<T> Default for OnceLock<T> {
    fn default() -> OnceLock<T> {
        OnceLock::new()
    }
}

impl<T> From<T> for OnceLock<T> {
    fn from(value: T) -> OnceLock<T> {
        let cell = OnceLock::new();
        // Nobody else knows of it.
        let _ = cell.set(value);
        cell
    }
}

impl<T: Clone> Clone for OnceLock<T> {
    fn clone(&self) -> OnceLock<T> {
        self.get().map_or_else(OnceLock::new, |value| OnceLock::from(value.clone()))
    }
}

impl<T: PartialEq> PartialEq for OnceLock<T> {
    fn eq(&self, other: &OnceLock<T>) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for OnceLock<T> {}

impl<T: fmt::Debug> fmt::Debug for OnceLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_tuple("OnceLock");
        match self.get() {
            Some(value) => text.field(value),
            None => text.field(&format_args!("<uninit>")),
        };
        text.finish()
    }
}
