//! Coroutines with a name or a stack of another size.
//!
//! Uses the three public types and `store`.

use std::io;

use super::asymmetric::Coroutine;
use super::generator::Generator;
use super::store;
use super::switch::Switch;
use super::yielder::Yielder;

/// Makes coroutines, generators and switches with a name, or a stack of another size than 256 KiB.
///
/// # Examples
/// ```
/// use vervet::coroutine::Builder;
///
/// let co = Builder::new()
///     .name("deep")
///     .stack_size(1 << 20)
///     .coroutine(|yielder, n: u32| yielder.suspend(n))?;
/// assert_eq!(co.name(), Some("deep"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder makes nothing by itself"]
pub struct Builder {
    name: Option<Box<str>>,
    stack_size: Option<usize>,
}

impl Builder {
    /// No name, a stack of 256 KiB.
    pub fn new() -> Builder {
        Builder::default()
    }

    /// The name, for `Debug` and for the message when the stack overflows.
    pub fn name(mut self, name: impl Into<String>) -> Builder {
        self.name = Some(name.into().into());
        self
    }

    /// How many bytes the stack has at least. Other sizes than the default cost a little more to make.
    pub fn stack_size(mut self, bytes: usize) -> Builder {
        self.stack_size = Some(bytes);
        self
    }

    /// As [`Coroutine::new`].
    ///
    /// # Errors
    /// `InvalidInput` for a stack that nobody could mean; `OutOfMemory` if there is no room for it.
    pub fn coroutine<In, Yield, Ret, F>(self, body: F) -> io::Result<Coroutine<In, Yield, Ret>>
    where
        F: FnOnce(&Yielder<In, Yield>, In) -> Ret + 'static,
    {
        Ok(Coroutine::with_stack(store::take(self.stack_size)?, self.name, body))
    }

    /// As [`Generator::new`], or [`Generator::with_input`].
    ///
    /// # Errors
    /// As [`Builder::coroutine`].
    pub fn generator<Yield, In, F>(self, body: F) -> io::Result<Generator<Yield, In>>
    where
        In: Default,
        F: FnOnce(&Yielder<In, Yield>) + 'static,
    {
        Ok(Generator::of(self.coroutine(move |yielder: &_, _| body(yielder))?))
    }

    /// As [`Switch::new`].
    ///
    /// # Errors
    /// As [`Builder::coroutine`].
    pub fn switch<T, F>(self, body: F) -> io::Result<Switch<T>>
    where
        T: 'static,
        F: FnOnce(T) -> T + 'static,
    {
        Ok(Switch::with_stack(store::take(self.stack_size)?, self.name, body))
    }
}
