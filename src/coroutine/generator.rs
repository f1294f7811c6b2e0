//! Python's generator: a coroutine as an iterator.
//!
//! Uses `asymmetric`.

use std::error::Error;
use std::fmt;
use std::iter::FusedIterator;

use super::asymmetric::Coroutine;
use super::builder::Builder;
use super::head::CoroutineId;
use super::state::{CloseError, State};
use super::yielder::Yielder;

/// An iterator over what a closure yields.
///
/// Python's generator, with a stack of its own: functions that the body calls may yield as well, however deep, without
/// `yield from`. `In` is what can be [sent](Generator::send) in; `next` sends `In::default()`, as Python's sends `None`.
///
/// See the [module](super) for what happens in greenlets, on a panic, and on drop.
///
/// # Examples
/// ```
/// use vervet::coroutine::{Generator, Yielder};
///
/// struct Tree(Vec<Tree>, u32);
///
/// fn walk(tree: &Tree, yielder: &Yielder<(), u32>) {
///     yielder.suspend(tree.1);
///     tree.0.iter().for_each(|branch| walk(branch, yielder));
/// }
/// let tree = Tree(vec![Tree(vec![Tree(vec![], 3)], 2), Tree(vec![], 4)], 1);
/// let numbers = Generator::new(move |yielder| walk(&tree, yielder));
/// assert_eq!(numbers.collect::<Vec<_>>(), [1, 2, 3, 4]);
/// ```
#[must_use = "a generator does nothing until it is asked for a value"]
pub struct Generator<Y: 'static, In: 'static = ()> {
    coroutine: Coroutine<In, Y, ()>,
    started: bool,
}

/// A value could not be sent, as nothing waits for one: the generator has not started, or is over. Hands the value back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<In> {
    value: In,
    started: bool,
}

impl<In> SendError<In> {
    /// The value that was not sent.
    pub fn into_inner(self) -> In {
        self.value
    }

    /// Whether the generator has started, and so is over.
    pub fn is_over(&self) -> bool {
        self.started
    }
}

impl<In> fmt::Debug for SendError<In> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendError").field("is_over", &self.started).finish_non_exhaustive()
    }
}

impl<In> fmt::Display for SendError<In> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.started {
            true => "nothing can be sent to a generator that is over",
            false => "nothing can be sent to a generator that has not started",
        })
    }
}

impl<In> Error for SendError<In> {}

impl<Y: 'static> Generator<Y> {
    /// A generator of what `body` yields. It starts when the first value is asked for.
    ///
    /// # Panics
    /// If there is no memory for its stack; [`Builder::generator`] returns an error then.
    pub fn new<F>(body: F) -> Generator<Y>
    where
        F: FnOnce(&Yielder<(), Y>) + 'static,
    {
        Generator::with_input(body)
    }
}

impl<Y: 'static, In: Default + 'static> Generator<Y, In> {
    /// A generator that is sent values of type `In`.
    ///
    /// # Panics
    /// As [`Generator::new`].
    ///
    /// # Examples
    /// ```
    /// use vervet::coroutine::Generator;
    ///
    /// let mut mean = Generator::with_input(|yielder| {
    ///     let (mut sum, mut count) = (0.0, 0.0);
    ///     loop {
    ///         sum += yielder.suspend(if count > 0.0 { sum / count } else { 0.0 });
    ///         count += 1.0;
    ///     }
    /// });
    /// assert_eq!(mean.next(), Some(0.0));
    /// assert_eq!(mean.send(10.0).unwrap(), Some(10.0));
    /// assert_eq!(mean.send(20.0).unwrap(), Some(15.0));
    /// ```
    pub fn with_input<F>(body: F) -> Generator<Y, In>
    where
        F: FnOnce(&Yielder<In, Y>) + 'static,
    {
        Builder::new().generator(body).unwrap_or_else(|error| panic!("no generator can be made: {error}"))
    }

    pub(super) fn of(coroutine: Coroutine<In, Y, ()>) -> Generator<Y, In> {
        Generator { coroutine, started: false }
    }
}

impl<Y: 'static, In: 'static> Generator<Y, In> {
    /// Returns `value` from the `suspend` that the body is in, and runs it until it yields again; `None` if it returns instead.
    ///
    /// # Errors
    /// If no `suspend` waits for the value: before the first `next`, as in Python, and after the end. Hands it back.
    ///
    /// # Panics
    /// With what the body panics with. The generator is over then.
    ///
    /// # Cancellation
    /// Blocks here: only if the body does. A kill that unwinds the body goes on in the caller.
    #[inline(always)]
    pub fn send(&mut self, value: In) -> Result<Option<Y>, SendError<In>> {
        if !self.started {
            return Err(SendError { value, started: false });
        }
        match self.coroutine.resume(value) {
            Ok(state) => Ok(state.into_yielded()),
            Err(error) => Err(SendError { value: error.into_inner(), started: true }),
        }
    }

    /// Ends it: unwinds its stack, so that destructors run. There are no more values after that.
    ///
    /// # Errors
    /// If nothing can be unwound in this program (`panic = "abort"`).
    ///
    /// # Panics
    /// As [`Coroutine::close`].
    ///
    /// # Cancellation
    /// Blocks here: only if destructors do. They are not interrupted.
    pub fn close(&mut self) -> Result<(), CloseError> {
        self.started = true;
        self.coroutine.close()
    }

    /// Its number.
    pub fn id(&self) -> CoroutineId {
        self.coroutine.id()
    }

    /// The name that its [`Builder`] was given.
    pub fn name(&self) -> Option<&str> {
        self.coroutine.name()
    }
}

impl<Y: 'static, In: Default + 'static> Iterator for Generator<Y, In> {
    type Item = Y;

    #[inline(always)]
    fn next(&mut self) -> Option<Y> {
        self.started = true;
        match self.coroutine.resume(In::default()) {
            Ok(State::Yielded(value)) => Some(value),
            _ => None,
        }
    }
}

impl<Y: 'static, In: Default + 'static> FusedIterator for Generator<Y, In> {}

impl<Y: 'static, In: 'static> fmt::Debug for Generator<Y, In> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generator")
            .field("id", &self.id())
            .field("name", &self.name())
            .field("status", &self.coroutine.status())
            .finish_non_exhaustive()
    }
}
