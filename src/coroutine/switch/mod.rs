//! Symmetric coroutines, as the Python package greenlet has them: any of them can switch to any other.
//!
//! Uses `chain`, `stack` and `store` of `coroutine`.
//!
//! A [`Switch`] runs when somebody switches to it, until it switches away or ends. Values travel with the control, and
//! where a switch ends, control goes to its [parent](Switch::parent):
//!
//! ```
//! use vervet::coroutine::switch::{Switch, getcurrent};
//!
//! let main = getcurrent::<u32>();
//! let pong = Switch::new({
//!     let main = main.clone();
//!     move |mut ball| loop {
//!         ball = main.switch(ball + 1).unwrap();
//!         if ball > 10 {
//!             return ball; // to the parent, who is `main`, too
//!         }
//!     }
//! });
//! assert_eq!(pong.switch(1).unwrap(), 2);
//! assert_eq!(pong.switch(2).unwrap(), 3);
//! assert_eq!(pong.switch(99).unwrap(), 99);
//! assert!(pong.is_dead());
//! ```
//!
//! # Families
//!
//! Those that can switch to each other are a family: all of them pass values of one type, and were made by code of one greenlet or
//! OS thread, be it in a coroutine, or of one of the family. What this code does outside of their bodies is the *main* one of the
//! family, which is where all lines of parents end. A greenlet is not switched to from another greenlet, as it would be in Python from
//! another thread: that is an error. Use channels.
//!
//! # In Python
//!
//! | there | here |
//! |---|---|
//! | `greenlet(f)`, `greenlet(f, parent)` | [`Switch::new`], [`Switch::with_parent`] |
//! | `g.switch(v)` | [`g.switch(v)`](Switch::switch) |
//! | `g.throw(exception)`, `g.throw()` | [`g.throw(payload)`](Switch::throw), [`g.kill()`](Switch::kill) |
//! | `GreenletExit` | [`Exit`]; where Python returns it as a value, [`SwitchError::Exited`] |
//! | `g.dead`, `bool(g)` | [`is_dead`](Switch::is_dead), [`is_active`](Switch::is_active) |
//! | `g.parent` | [`parent`](Switch::parent), [`set_parent`](Switch::set_parent) |
//! | `getcurrent()` | [`getcurrent`] |
//! | `greenlet.error` | [`SwitchError`], [`ParentError`] |
//!
//! With the feature `may`: a coroutine of may's that is started from inside a switch must not use that switch's family.

mod family;

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::mem::MaybeUninit;
use std::panic::resume_unwind;
use std::ptr::NonNull;
use std::rc::Rc;

use self::family::{Family, Node, Order, Refusal};
use super::builder::Builder;
use super::head::CoroutineId;
use super::stack::Stack;

/// The payload that ends a switch without being a panic: what [`Switch::kill`] throws, as does the drop of the last handle.
///
/// It stops at the switch that it ends, whose parent goes on with [`SwitchError::Exited`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exit;

/// One that can be switched to. A handle: clones are the same switch.
///
/// When the last handle of a suspended one is dropped, it is unwound as by [`Exit`], on the spot. A switch whose own body
/// keeps a handle of it is never dropped.
///
/// It stays on its thread:
/// ```compile_fail,E0277
/// fn assert_send<T: Send>(_: T) {}
/// assert_send(vervet::coroutine::switch::Switch::new(|n: u32| n));
/// ```
#[must_use = "a switch does nothing until it is switched to"]
pub struct Switch<T: 'static> {
    family: Rc<Family<T>>,
    /// `None`: the main one.
    node: Option<Rc<Node<T>>>,
}

impl<T: 'static> Clone for Switch<T> {
    fn clone(&self) -> Switch<T> {
        Switch { family: Rc::clone(&self.family), node: self.node.clone() }
    }
}

/// Why a switch did not come back with a value, or was not made. In the latter case it has what was to be delivered.
#[derive(PartialEq, Eq)]
#[non_exhaustive]
pub enum SwitchError<V> {
    /// One whose parent the caller is was ended by [`Exit`].
    Exited,
    /// The target is of another family: its greenlet or thread is another one, or code of it runs around the caller.
    Elsewhere(V),
    /// The caller cannot be suspended where it is: see the [module above](super#where-a-coroutine-cannot-be-suspended).
    Held(V),
}

impl<V> SwitchError<V> {
    /// What was not delivered.
    pub fn into_inner(self) -> Option<V> {
        match self {
            SwitchError::Exited => None,
            SwitchError::Elsewhere(value) | SwitchError::Held(value) => Some(value),
        }
    }
}

impl<V> fmt::Debug for SwitchError<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SwitchError::Exited => "Exited",
            SwitchError::Elsewhere(_) => "Elsewhere(..)",
            SwitchError::Held(_) => "Held(..)",
        })
    }
}

impl<V> fmt::Display for SwitchError<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SwitchError::Exited => "the switch was ended",
            SwitchError::Elsewhere(_) => "cannot switch to another family",
            SwitchError::Held(_) => "the caller cannot be suspended here",
        })
    }
}

impl<V> Error for SwitchError<V> {}

impl Refusal {
    fn with<V>(self, undelivered: V) -> SwitchError<V> {
        match self {
            Refusal::Elsewhere => SwitchError::Elsewhere(undelivered),
            Refusal::Held => SwitchError::Held(undelivered),
        }
    }
}

/// Why a parent was not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParentError {
    /// It would be its own ancestor.
    Cycle,
    /// The main switch has no parent.
    Main,
    /// The two are of different families.
    Elsewhere,
}

impl fmt::Display for ParentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ParentError::Cycle => "cyclic parent chain",
            ParentError::Main => "cannot set the parent of a main switch",
            ParentError::Elsewhere => "parent cannot be of another family",
        })
    }
}

impl Error for ParentError {}

/// The switch that the calling code runs in: the innermost one whose values are of that type, or else the main one.
///
/// # Examples
/// ```
/// use vervet::coroutine::switch::{Switch, getcurrent};
///
/// let main = getcurrent::<()>();
/// assert!(main.is_main());
/// let s = Switch::new(|()| assert!(!getcurrent::<()>().is_main()));
/// s.switch(()).unwrap();
/// ```
pub fn getcurrent<T: 'static>() -> Switch<T> {
    let family = Family::here();
    let node = family.running();
    Switch { family, node }
}

impl<T: 'static> Switch<T> {
    /// A switch that will run `body` when it is first switched to, with the value that comes along. Its parent is the one that
    /// the caller runs in.
    ///
    /// # Panics
    /// If there is no memory for its stack; [`Builder::switch`] returns an error then.
    pub fn new<F>(body: F) -> Switch<T>
    where
        F: FnOnce(T) -> T + 'static,
    {
        Builder::new().switch(body).unwrap_or_else(|error| panic!("no switch can be made: {error}"))
    }

    /// As `new`, with another parent.
    ///
    /// # Errors
    /// If that is of another family.
    ///
    /// # Panics
    /// As `new`.
    pub fn with_parent<F>(body: F, parent: &Switch<T>) -> Result<Switch<T>, ParentError>
    where
        F: FnOnce(T) -> T + 'static,
    {
        let switch = Switch::new(body);
        switch.set_parent(parent)?;
        Ok(switch)
    }

    pub(super) fn with_stack<F>(stack: Stack, name: Option<Box<str>>, body: F) -> Switch<T>
    where
        F: FnOnce(T) -> T + 'static,
    {
        let Switch { family, node: parent } = getcurrent();
        let node = Node::new(&family, parent, stack, name, body);
        Switch { family, node: Some(node) }
    }

    /// Suspends the caller and lets this one go on, with `value`: as the argument of its body, or as what its own call of
    /// `switch` returns. Returns what is passed when somebody switches to the caller.
    ///
    /// One that is dead hands on what it gets to its parent. To switch to oneself returns the value at once.
    ///
    /// # Errors
    /// [`SwitchError::Exited`] if a child of the caller was ended by [`Exit`]; the others if nothing has happened.
    ///
    /// # Panics
    /// With what was thrown at the caller, or what a child of it has panicked with.
    ///
    /// # Cancellation
    /// Blocks here: only if those do that run meanwhile. A kill unwinds the running one, then its parents, the main one last.
    pub fn switch(&self, value: T) -> Result<T, SwitchError<T>> {
        self.deliver(Order::Go(value), |order| match order {
            Order::Go(value) => value,
            _ => unreachable!("it was made so"),
        })
    }

    /// As `switch`, but lets this one go on with a panic: with that payload, and without a call of the panic hook.
    ///
    /// One that has not started dies at once, and its parent panics; so it is with one that is dead. [`Exit`] becomes
    /// [`SwitchError::Exited`] there.
    ///
    /// # Errors
    /// As [`Switch::switch`].
    ///
    /// # Panics
    /// As [`Switch::switch`].
    ///
    /// # Cancellation
    /// As [`Switch::switch`].
    pub fn throw(&self, payload: Box<dyn Any + Send>) -> Result<T, SwitchError<Box<dyn Any + Send>>> {
        self.deliver(Order::Throw(payload), |order| match order {
            Order::Throw(payload) => payload,
            _ => unreachable!("it was made so"),
        })
    }

    /// Throws [`Exit`].
    ///
    /// # Errors
    /// As [`Switch::switch`]; [`SwitchError::Exited`] if the caller is the parent, and the body lets itself be ended.
    ///
    /// # Panics
    /// As [`Switch::switch`].
    ///
    /// # Cancellation
    /// As [`Switch::switch`].
    pub fn kill(&self) -> Result<T, SwitchError<Box<dyn Any + Send>>> {
        self.throw(Box::new(Exit))
    }

    #[inline]
    fn deliver<V>(&self, order: Order<T>, back: impl FnOnce(Order<T>) -> V) -> Result<T, SwitchError<V>> {
        let mut order = MaybeUninit::new(order);
        let at = NonNull::from(&mut order).cast();
        // SAFETY: it is in our frame. What comes back is taken out here and now.
        match unsafe { self.family.switch(self.node.clone(), at).map(|answer| answer.read()) } {
            Ok(Order::Go(value)) => Ok(value),
            Ok(Order::Exited) => Err(SwitchError::Exited),
            Ok(Order::Throw(payload)) => resume_unwind(payload),
            // SAFETY: it is still where it was.
            Err(refusal) => Err(refusal.with(back(unsafe { at.read() }))),
        }
    }

    /// Where control goes when this one ends; `None` for the main one.
    pub fn parent(&self) -> Option<Switch<T>> {
        let node = self.node.as_ref()?;
        Some(Switch { family: Rc::clone(&self.family), node: node.parent() })
    }

    /// Gives it another parent.
    ///
    /// # Errors
    /// If this is the main one; if it would become its own ancestor; if the parent is of another family.
    pub fn set_parent(&self, parent: &Switch<T>) -> Result<(), ParentError> {
        let node = self.node.as_ref().ok_or(ParentError::Main)?;
        if !Rc::ptr_eq(&self.family, &parent.family) {
            return Err(ParentError::Elsewhere);
        }
        node.set_parent(parent.node.clone())
    }

    /// Whether its body has returned, panicked, or was ended.
    pub fn is_dead(&self) -> bool {
        self.node.as_ref().is_some_and(|node| node.is_dead())
    }

    /// Whether it has started and is not dead. What Python's `bool(g)` says.
    pub fn is_active(&self) -> bool {
        self.node.as_ref().is_none_or(|node| node.is_started() && !node.is_dead())
    }

    /// Whether it is the one outside of all bodies.
    pub fn is_main(&self) -> bool {
        self.node.is_none()
    }

    /// Whether it is the one that the caller runs in.
    pub fn is_current(&self) -> bool {
        Family::find().is_some_and(|here| Rc::ptr_eq(&here, &self.family))
            && self.family.running().as_ref().map(Rc::as_ptr) == self.node.as_ref().map(Rc::as_ptr)
    }

    /// Its number; `None` for the main one.
    pub fn id(&self) -> Option<CoroutineId> {
        self.node.as_ref().map(|node| node.id())
    }

    /// The name that its [`Builder`] was given.
    pub fn name(&self) -> Option<&str> {
        self.node.as_ref()?.name()
    }
}

/// Handles are equal if they are of the same switch.
impl<T: 'static> PartialEq for Switch<T> {
    fn eq(&self, other: &Switch<T>) -> bool {
        Rc::ptr_eq(&self.family, &other.family) && self.id() == other.id()
    }
}

impl<T: 'static> Eq for Switch<T> {}

impl<T: 'static> fmt::Debug for Switch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.node {
            Some(node) => node.debug(f),
            None => f.debug_struct("Switch").field("main", &true).finish_non_exhaustive(),
        }
    }
}
