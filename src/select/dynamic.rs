//! `Select`: a selection whose sources are known only at run time.
//!
//! Uses `wait::select`.

use std::fmt;
use std::time::Duration;

use super::choose::choose;
use crate::wait::select::{Arm, Pollable, Source};
use crate::wait::{self, NEVER};

/// Waits for the first of any number of sources; each has a handler for what it yields, and what the handler returns is the
/// outcome.
///
/// # Examples
/// ```
/// use vervet::queue::Queue;
/// use vervet::select::Select;
///
/// let queues: Vec<Queue<&str>> = (0..1_000).map(|_| Queue::unbounded()).collect();
/// queues[700].put("here").unwrap();
///
/// let mut select = Select::new();
/// for (number, queue) in queues.iter().enumerate() {
///     select.on(queue.select_get(), move |item| (number, item.unwrap()));
/// }
/// assert_eq!(select.wait(), (700, "here"));
/// ```
#[must_use = "a selection does nothing unless it is waited for"]
pub struct Select<'a, R> {
    arms: Vec<Box<dyn Handled<R> + 'a>>,
}

impl<'a, R> Select<'a, R> {
    /// A selection without sources.
    pub fn new() -> Select<'a, R> {
        Select { arms: Vec::new() }
    }

    /// A selection with room for so many sources.
    pub fn with_capacity(sources: usize) -> Select<'a, R> {
        Select { arms: Vec::with_capacity(sources) }
    }

    /// Adds a source, and what is to be done with what it yields. Answers its position.
    pub fn on<S>(&mut self, source: S, handler: impl FnOnce(S::Output) -> R + 'a) -> usize
    where
        S: Source + 'a,
        S::Output: 'a,
    {
        self.arms.push(Box::new(Entry { arm: Arm::new(source), handler }));
        self.arms.len() - 1
    }

    /// How many sources there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.arms.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.arms.is_empty()
    }

    /// Waits until one of the sources yields something, and runs its handler. Without sources it waits for ever.
    ///
    /// # Cancellation
    /// Blocks here: yes. Nothing has been taken from any source then.
    pub fn wait(self) -> R {
        self.run(NEVER).unwrap_or_else(|_| unreachable!("there is no deadline"))
    }

    /// As [`wait`](Select::wait), for at most `d`.
    ///
    /// # Errors
    /// Gives the selection back if nothing was yielded by then.
    ///
    /// # Cancellation
    /// Blocks here: yes. Nothing has been taken from any source then.
    pub fn wait_timeout(self, d: Duration) -> Result<R, Select<'a, R>> {
        self.run(wait::deadline_in(Some(d)))
    }

    /// Runs the handler of a source that yields something at once.
    ///
    /// # Errors
    /// Gives the selection back if there is none.
    ///
    /// # Cancellation
    /// Blocks here: no; but a kill or a timeout that is due takes effect.
    pub fn try_wait(self) -> Result<R, Select<'a, R>> {
        self.run(0)
    }

    fn run(mut self, deadline: u64) -> Result<R, Select<'a, R>> {
        let chosen = {
            let mut arms: Vec<&mut dyn Pollable> = self.arms.iter_mut().map(|arm| arm.pollable()).collect();
            choose(&mut arms, deadline)
        };
        match chosen {
            Some(chosen) => {
                let arm = self.arms.swap_remove(chosen);
                // The losers go first: the handler may want what they borrow from.
                drop(self);
                Ok(arm.handle())
            }
            None => Err(self),
        }
    }
}

impl<R> Default for Select<'_, R> {
    fn default() -> Self {
        Select::new()
    }
}

impl<R> fmt::Debug for Select<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Select").field("sources", &self.arms.len()).finish()
    }
}

/// A source with its handler, whatever the source yields.
trait Handled<R> {
    fn pollable(&mut self) -> &mut dyn Pollable;
    /// Passes what was taken to the handler.
    fn handle(self: Box<Self>) -> R;
}

struct Entry<S: Source, F> {
    arm: Arm<S>,
    handler: F,
}

impl<S: Source, F: FnOnce(S::Output) -> R, R> Handled<R> for Entry<S, F> {
    fn pollable(&mut self) -> &mut dyn Pollable {
        &mut self.arm
    }

    fn handle(self: Box<Self>) -> R {
        let Entry { arm, handler } = *self;
        handler(arm.into_taken().expect("it was chosen"))
    }
}
