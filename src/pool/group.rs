//! `Group`.
//!
//! Uses `pool::crew`, `pool::map` and `pool::imap`.

use std::fmt;
use std::io;
use std::panic::Location;
use std::sync::Arc;

use super::crew::Crew;
use super::imap::{self, Imap, Order};
use super::map;
use super::members::members;
use crate::greenlet::{Builder, Greenlet, GreenletRef, JoinError, expect_spawned};

/// How many items `imap` takes ahead, unless it is told.
const AHEAD: usize = 64;

/// Greenlets that are waited for, or killed, together. Any number of them; a [`Pool`](super::Pool) has a bound.
///
/// A member is forgotten when it is over, so a group can be used for as long as the program runs. Clones mean the same group.
/// To drop the last one ends nobody: the members go on, detached from it.
///
/// # Examples
/// ```
/// use vervet::pool::Group;
///
/// let group = Group::new();
/// let answer = group.spawn(|| 6 * 7);
/// group.spawn(|| vervet::sleep(std::time::Duration::from_millis(1)));
/// group.join();
/// assert!(group.is_empty());
/// assert_eq!(answer.join().unwrap(), 42);
/// ```
#[derive(Clone)]
pub struct Group(Arc<Crew>);

impl Group {
    /// A group without members.
    #[must_use]
    pub fn new() -> Group {
        Group(Crew::new(usize::MAX))
    }

    /// Starts a greenlet as a member. See [`spawn`](crate::spawn).
    ///
    /// # Panics
    /// As there: if there is no memory for a stack.
    #[track_caller]
    pub fn spawn<F, T>(&self, f: F) -> Greenlet<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        expect_spawned(self.spawn_with(Builder::new(), f))
    }

    /// As [`spawn`](Group::spawn), with a name, a stack size, or whatever the builder was told.
    ///
    /// # Errors
    /// As [`Builder::spawn`]; `f` is dropped then.
    #[track_caller]
    pub fn spawn_with<F, T>(&self, builder: Builder, f: F) -> io::Result<Greenlet<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let slot = self.0.try_acquire();
        let greenlet = builder.spawn(self.0.body(f))?;
        slot.into_iter().for_each(|slot| slot.seat(&greenlet.handle()));
        Ok(greenlet)
    }

    /// Makes a member of a greenlet that was started elsewhere. `false`: it is one already, or is over.
    pub fn add(&self, greenlet: &GreenletRef) -> bool {
        self.0.try_acquire().is_some_and(|slot| self.0.adopt(slot, greenlet))
    }

    /// Waits until there is no member, also none that came meanwhile; their stacks are given back then. It is enough that
    /// the group was empty once: somebody may have joined since.
    ///
    /// # Cancellation
    /// Blocks here: yes; nothing is lost.
    pub fn join(&self) {
        // Where a cut cannot unwind, it ends early.
        let _ = self.0.join(None);
    }

    /// Kills all members and waits until they are over. Whoever becomes a member meanwhile is killed as well; later ones
    /// are not.
    ///
    /// A member that calls it kills itself with the others, and unwinds here.
    ///
    /// # Cancellation
    /// Blocks here: yes. Cut short while it waits, it has sent all kills.
    ///
    /// # Examples
    /// ```
    /// let group = vervet::pool::Group::new();
    /// let sleeper = group.spawn(|| vervet::sleep(std::time::Duration::MAX));
    /// group.kill();
    /// assert!(sleeper.join().unwrap_err().is_killed());
    /// ```
    pub fn kill(&self) {
        let _ = self.0.kill(None);
    }

    /// Runs `f` in a member, waits for it and returns its result; if the caller is a member, in place. See
    /// [`Pool::apply`](super::Pool::apply).
    ///
    /// # Errors
    /// [`JoinError::Panicked`] if `f` panicked, in place too; [`JoinError::Killed`] if its greenlet was killed.
    ///
    /// # Cancellation
    /// Blocks here: yes. Cut short, `f` is killed and waited for.
    #[track_caller]
    pub fn apply<F, T>(&self, f: F) -> Result<T, JoinError>
    where
        F: FnOnce() -> T + Send,
        T: Send,
    {
        map::apply(&self.0, f, Location::caller())
    }

    /// Runs `f` for all items at once and returns the results in the order of the items. See [`Pool::map`](super::Pool::map).
    ///
    /// # Panics
    /// Passes a panic of the iterator on; if there is no memory for a stack. What was begun is killed then and waited for.
    ///
    /// # Cancellation
    /// Blocks here: yes. Cut short, it kills the items that are not finished, and waits for them.
    ///
    /// # Examples
    /// ```
    /// let words = ["green", "monkey"];
    /// let lengths = vervet::pool::Group::new().map(&words, |word| word.len());
    /// assert_eq!(lengths.into_iter().map(Result::unwrap).collect::<Vec<_>>(), [5, 6]);
    /// ```
    #[track_caller]
    pub fn map<I, F, T>(&self, items: I, f: F) -> Vec<Result<T, JoinError>>
    where
        I: IntoIterator<Item: Send>,
        F: Fn(I::Item) -> T + Sync,
        T: Send,
    {
        map::map(&self.0, items, f, Location::caller())
    }

    /// Runs `f` for each item, 64 at a time unless [`Imap::buffer`] says otherwise; an iterator of the results in the order of
    /// the items. See [`Pool::imap`](super::Pool::imap).
    #[track_caller]
    pub fn imap<I, F, T>(&self, items: I, f: F) -> Imap<T>
    where
        I: IntoIterator<IntoIter: Send + 'static, Item: Send + 'static>,
        F: Fn(I::Item) -> T + Send + Sync + 'static,
        T: Send + 'static,
    {
        imap::imap(&self.0, Order::Items, AHEAD, items, f, Location::caller())
    }

    /// As [`imap`](Group::imap), with the results in the order in which they come.
    #[track_caller]
    pub fn imap_unordered<I, F, T>(&self, items: I, f: F) -> Imap<T>
    where
        I: IntoIterator<IntoIter: Send + 'static, Item: Send + 'static>,
        F: Fn(I::Item) -> T + Send + Sync + 'static,
        T: Send + 'static,
    {
        imap::imap(&self.0, Order::Ends, AHEAD, items, f, Location::caller())
    }
}

impl Default for Group {
    fn default() -> Group {
        Group::new()
    }
}

members!(Group);

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group").field("len", &self.len()).finish_non_exhaustive()
    }
}
