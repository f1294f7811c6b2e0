//! `scope`: greenlets that borrow.
//!
//! Uses `greenlet::task` and `wait`.

use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::handle::{Greenlet, GreenletRef, JoinError, wait_in};
use super::spawn::expect_spawned;
use super::task::{self, Options};
use crate::runtime::control::ControlRef;
use crate::runtime::exit::Exit;
use crate::wait::{NEVER, Reason, cancel};

/// A place whose greenlets may borrow from outside it; see [`scope`].
pub struct Scope<'scope, 'env: 'scope> {
    nursery: Nursery,
    /// Invariant, as std's: a scope must not be taken for one that lives shorter or longer.
    scope: PhantomData<&'scope mut &'scope ()>,
    env: PhantomData<&'env mut &'env ()>,
}

/// The greenlets of a scope, under whatever name the scope is offered.
#[derive(Default)]
pub(crate) struct Nursery {
    children: Mutex<Children>,
}

#[derive(Default)]
struct Children {
    list: Vec<ControlRef>,
    /// Those that are over and have panicked, while nobody has asked for the result yet.
    panicked: Vec<ControlRef>,
    /// Length of the list at which it is worth looking for finished ones.
    prune_at: usize,
    /// The scope was cancelled: new children are killed at once.
    killed: bool,
}

/// Owns the result of a greenlet in a [`scope`].
pub struct ScopedGreenlet<'scope, T> {
    greenlet: Greenlet<T>,
    scope: PhantomData<&'scope ()>,
}

/// Runs `f` with a [`Scope`] in which greenlets may borrow what `f` may; returns when all of them are over.
///
/// As `std::thread::scope`. When the caller is killed, or a [`timeout`](crate::timeout) around the scope runs out, its
/// greenlets are killed too, and waited for, before the unwinding goes on.
///
/// # Panics
/// Passes a panic of `f` on, after all greenlets are over; panics if a greenlet has panicked that was not joined.
///
/// # Cancellation
/// Blocks here: yes, until all greenlets are over; see above.
///
/// # Examples
/// ```
/// let mut parts = [1, 2, 3];
/// vervet::scope(|s| {
///     for part in &mut parts {
///         s.spawn(move || *part *= 10);
///     }
/// });
/// assert_eq!(parts, [10, 20, 30]);
/// ```
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    let scope = Scope { nursery: Nursery::default(), scope: PhantomData, env: PhantomData };
    match scope.nursery.enclose(|| f(&scope)) {
        Some(value) => value,
        None => panic!("a scoped greenlet panicked"),
    }
}

fn unclaimed_panic(child: &ControlRef) -> bool {
    child.exit.get() == Some(Exit::Panicked) && !child.exit.is_claimed()
}

impl<'scope> Scope<'scope, '_> {
    /// Starts a greenlet in this scope. See [`spawn`](crate::spawn).
    ///
    /// # Panics
    /// If there is no memory for a stack.
    #[track_caller]
    pub fn spawn<F, T>(&'scope self, f: F) -> ScopedGreenlet<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        // SAFETY: 'scope, say the bounds, and `scope` encloses it.
        let spawned = unsafe { self.nursery.spawn(f, Options::at(Location::caller())) };
        ScopedGreenlet { greenlet: expect_spawned(spawned), scope: PhantomData }
    }
}

impl Nursery {
    /// Runs `f` and returns when all children are over. `None`: one of them has panicked and was not joined.
    ///
    /// Passes a panic of `f` on. When the caller is cancelled, so are the children.
    pub(crate) fn enclose<T>(&self, f: impl FnOnce() -> T) -> Option<T> {
        // AssertUnwindSafe: passed on below.
        let body = catch_unwind(AssertUnwindSafe(f));
        if body.as_ref().is_err_and(|payload| cancel::is_cancellation(&**payload)) {
            self.kill();
        }
        // A cancellation while we wait ends the children and then goes on, but not before they are over: they borrow.
        let waited = catch_unwind(AssertUnwindSafe(|| self.wait(false)));
        if !matches!(waited, Ok(true)) {
            self.kill();
            cancel::shielded(|| self.wait(true));
        }
        match (body, waited) {
            (Err(payload), _) | (Ok(_), Err(payload)) => resume_unwind(payload),
            (Ok(value), Ok(_)) => (!self.has_unclaimed_panic()).then_some(value),
        }
    }

    /// Starts a child.
    ///
    /// # Safety
    /// The call is made inside `enclose`, by its `f` or by a child, and what `f` and `T` borrow lives until `enclose` is over.
    pub(crate) unsafe fn spawn<F, T>(&self, f: F, options: Options) -> io::Result<Greenlet<T>>
    where
        F: FnOnce() -> T + Send,
        T: Send,
    {
        // Locked around the spawn: a child is either in the list that `kill` and `wait` go through, or not there at all.
        let mut children = self.lock();
        // SAFETY: Send, say the bounds. `enclose` does not return, nor unwind, before every greenlet in the list has been
        // released, when closure and unclaimed result are gone; and what they borrow lives that long, says the caller.
        let owner = unsafe { task::spawn(f, options) }?;
        let greenlet = Greenlet::new(owner);
        // By a panic of its own, or by that of the child's joiner.
        greenlet.control().exit.answer_for();
        if children.killed {
            greenlet.kill();
        }
        children.add(greenlet.control().clone());
        Ok(greenlet)
    }

    /// How many children are not over.
    pub(crate) fn running(&self) -> usize {
        self.lock().list.iter().filter(|child| !child.exit.is_released()).count()
    }

    /// Whether a child is over that has panicked and was not joined.
    pub(crate) fn has_unclaimed_panic(&self) -> bool {
        let children = self.lock();
        children.panicked.iter().chain(&children.list).any(unclaimed_panic)
    }

    fn kill(&self) {
        let mut children = self.lock();
        children.killed = true;
        children.list.iter().for_each(ControlRef::kill);
    }

    /// Waits for all children, also those that children spawn. Whether that was so, and not cut short.
    fn wait(&self, shielded: bool) -> bool {
        loop {
            let Some(child) = self.lock().last_running() else { return true };
            if wait_in(Reason::Scope, &child, NEVER).is_err() && !shielded {
                return false;
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Children> {
        self.children.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Children {
    fn add(&mut self, child: ControlRef) {
        if self.list.len() >= self.prune_at {
            let (over, running) = self.list.drain(..).partition(|child| child.exit.is_released());
            self.list = running;
            self.panicked.extend(Vec::into_iter(over).filter(unclaimed_panic));
            self.panicked.retain(unclaimed_panic);
            self.prune_at = (2 * self.list.len()).max(64);
        }
        self.list.push(child);
    }

    /// A child that is not over, as long as there is one.
    fn last_running(&mut self) -> Option<ControlRef> {
        while let Some(child) = self.list.pop_if(|child| child.exit.is_released()) {
            if unclaimed_panic(&child) {
                self.panicked.push(child);
            }
        }
        self.list.last().cloned()
    }
}

impl fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").field("running", &self.nursery.running()).finish()
    }
}

impl<T> ScopedGreenlet<'_, T> {
    /// See [`Greenlet::join`].
    ///
    /// # Errors
    /// As there.
    ///
    /// # Cancellation
    /// Blocks here: yes; the scope goes on waiting for the greenlet.
    pub fn join(self) -> Result<T, JoinError> {
        self.greenlet.join_claimed()
    }

    /// See [`Greenlet::wait`].
    ///
    /// # Cancellation
    /// Blocks here: yes; nothing is lost.
    pub fn wait(&self, d: Option<Duration>) -> bool {
        self.greenlet.wait(d)
    }

    /// See [`Greenlet::is_finished`].
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.greenlet.is_finished()
    }

    /// See [`Greenlet::kill`].
    pub fn kill(&self) {
        self.greenlet.kill();
    }

    /// See [`Greenlet::handle`].
    #[must_use]
    pub fn handle(&self) -> GreenletRef {
        self.greenlet.handle()
    }
}

impl<T> fmt::Debug for ScopedGreenlet<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ScopedGreenlet").field(&self.greenlet).finish()
    }
}
