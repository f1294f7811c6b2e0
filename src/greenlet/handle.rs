//! `Greenlet`, `GreenletRef`, `JoinError`.
//!
//! Uses `greenlet::task` and `wait`.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::task::Owner;
use crate::runtime;
use crate::runtime::control::{Control, ControlRef, GreenletId};
use crate::runtime::exit::Exit;
use crate::wait::{self, Cancelled, NEVER, Reason, cancel};

/// Owns a greenlet's result. Dropping it detaches the greenlet, which goes on.
///
/// A panic is the result, too. If nobody takes it (joins, or awaits), it is logged, once, as an error with the greenlet's name and
/// [where it was spawned](GreenletRef::spawn_site): when the greenlet is over and the handle is gone. Kills are not logged, nor is
/// what a [`scope`](crate::scope) reports by its own panic.
///
/// It can also be awaited from async code: it is a [`Future`] with what [`join`](Greenlet::join) returns. To poll it blocks nobody. Once
/// it was ready it is not to be polled again: that panics. See [`future`](crate::future) for what goes on between the two worlds.
///
/// # Examples
/// ```
/// let greenlet = vervet::spawn(|| 6 * 7);
/// assert_eq!(greenlet.join().unwrap(), 42);
/// ```
pub struct Greenlet<T>(Owner<T>);

// SAFETY: the handle gives out a `T` that another thread made, so `T` must be `Send`; all else behind it is shared
// through atomics and locks.
unsafe impl<T: Send> Send for Greenlet<T> {}
// SAFETY: a shared handle gives no access to the `T` at all.
unsafe impl<T> Sync for Greenlet<T> {}

/// Why there is no result.
pub enum JoinError {
    /// The greenlet panicked; this is the panic's payload.
    Panicked(Box<dyn Any + Send>),
    /// The greenlet was killed.
    Killed,
}

impl<T> Greenlet<T> {
    pub(crate) fn new(owner: Owner<T>) -> Greenlet<T> {
        Greenlet(owner)
    }

    /// Waits until the greenlet is over and returns its result.
    ///
    /// # Errors
    /// [`JoinError::Panicked`] with the payload, or [`JoinError::Killed`].
    ///
    /// # Cancellation
    /// Blocks here: yes. If the caller is killed meanwhile, the greenlet is detached and goes on.
    pub fn join(self) -> Result<T, JoinError> {
        match wait_for(self.control(), NEVER) {
            // Taken only here and in `poll`, both of which end the handle's use.
            Ok(_) => self.0.into_output().unwrap_or(Err(JoinError::Killed)),
            Err(Cancelled::Kill | Cancelled::Timeout) => Err(JoinError::Killed),
        }
    }

    /// As [`join`](Greenlet::join), and lets the scope it is in know that its panic has found a taker.
    pub(crate) fn join_claimed(self) -> Result<T, JoinError> {
        self.control().exit.claim();
        self.join()
    }

    /// As [`join`](Greenlet::join), for at most `d`.
    ///
    /// # Errors
    /// Gives the handle back if the greenlet is not over by then.
    ///
    /// # Cancellation
    /// Blocks here: yes. If the caller is killed meanwhile, the greenlet is detached and goes on.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    ///
    /// let slow = vervet::spawn(|| vervet::sleep(Duration::from_secs(60)));
    /// let slow = slow.join_timeout(Duration::from_millis(5)).unwrap_err();
    /// slow.kill();
    /// assert!(slow.join().unwrap_err().is_killed());
    /// ```
    pub fn join_timeout(self, d: Duration) -> Result<Result<T, JoinError>, Greenlet<T>> {
        match wait_for(self.control(), wait::deadline_in(Some(d))) {
            Ok(true) => Ok(self.0.into_output().unwrap_or(Err(JoinError::Killed))),
            Ok(false) | Err(_) => Err(self),
        }
    }

    /// Waits until the greenlet is over, for at most `d` (`None`: for ever), and answers whether it is.
    ///
    /// # Cancellation
    /// Blocks here: yes; nothing is lost.
    pub fn wait(&self, d: Option<Duration>) -> bool {
        wait_for(self.control(), wait::deadline_in(d)).unwrap_or(false)
    }

    /// Whether the greenlet's closure has returned, panicked, or been killed, and its locals have been dropped. Does not
    /// block.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.control().exit.get().is_some()
    }

    /// Kills the greenlet: its present blocking call, or its next, unwinds it, and each later one does so again.
    ///
    /// Asynchronous: returns at once; [`wait`](Greenlet::wait) tells when it is over. Destructors run on the way, and
    /// may block. A greenlet that never ran never will. Inside [`shield`](crate::shield) the kill waits. Code that never
    /// calls anything that blocks cannot be killed.
    pub fn kill(&self) {
        self.control().kill();
    }

    /// Calls `f` when the greenlet is over, on its stack; or at once, here, if it is over already.
    ///
    /// `f` may block, which delays those who join; no kill or timeout cuts it short. Its panic is logged, no more.
    pub fn on_exit(&self, f: impl FnOnce(&Exit) + Send + 'static) {
        if let Err((exit, callback)) = self.control().exit.on_exit(Box::new(f)) {
            cancel::shielded(|| runtime::call_back(callback, exit, self.control()));
        }
    }

    /// A reference without a claim on the result.
    #[must_use]
    pub fn handle(&self) -> GreenletRef {
        GreenletRef(self.control().clone())
    }

    pub(crate) fn control(&self) -> &ControlRef {
        self.0.control()
    }
}

impl<T> Future for Greenlet<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.control().exit.wait_async(cx.waker()) {
            return Poll::Pending;
        }
        Poll::Ready(self.0.take().expect("a finished greenlet was polled again"))
    }
}

// Nothing in a handle is pinned: the greenlet lies elsewhere.
impl<T> Unpin for Greenlet<T> {}

impl<T> fmt::Debug for Greenlet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug("Greenlet", self.control(), f)
    }
}

/// A greenlet without its result: to look at it, wait for it or kill it. Cloning is cheap.
///
/// It keeps a few hundred bytes of memory (and those of the greenlets that spawned this one, as far as they ended later),
/// not the greenlet alive. Two of them are equal if they mean the same greenlet.
#[derive(Clone)]
pub struct GreenletRef(pub(crate) ControlRef);

impl GreenletRef {
    /// The number of this greenlet, unique in the process.
    #[must_use]
    pub fn id(&self) -> GreenletId {
        self.0.id
    }

    /// The name given to [`Builder::name`](crate::Builder::name).
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// See [`Greenlet::kill`].
    pub fn kill(&self) {
        self.0.kill();
    }

    /// See [`Greenlet::wait`]. A greenlet that waits for itself without a limit waits for ever.
    ///
    /// # Cancellation
    /// Blocks here: yes; nothing is lost.
    pub fn wait(&self, d: Option<Duration>) -> bool {
        wait_for(&self.0, wait::deadline_in(d)).unwrap_or(false)
    }

    /// See [`Greenlet::is_finished`].
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.0.exit.get().is_some()
    }

    /// The greenlet that spawned this one. `None` if an OS thread did, or if both are over, the parent first.
    #[must_use]
    pub fn parent(&self) -> Option<GreenletRef> {
        self.0.parent().map(GreenletRef)
    }

    /// Where in the source it was spawned.
    #[must_use]
    pub fn spawn_site(&self) -> &'static std::panic::Location<'static> {
        self.0.site
    }
}

impl PartialEq for GreenletRef {
    fn eq(&self, other: &GreenletRef) -> bool {
        self.id() == other.id()
    }
}

impl Eq for GreenletRef {}

impl std::hash::Hash for GreenletRef {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.id().hash(state);
    }
}

impl fmt::Debug for GreenletRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug("GreenletRef", &self.0, f)
    }
}

fn debug(name: &str, control: &Control, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.debug_struct(name)
        .field("id", &control.id.0)
        .field("name", &control.name)
        .field("exit", &control.exit.get())
        .finish()
}

/// The greenlet this code runs in; `None` on an OS thread.
///
/// # Examples
/// ```
/// assert!(vervet::current().is_none());
/// let greenlet = vervet::spawn(|| vervet::current().map(|me| me.id()));
/// let id = greenlet.handle().id();
/// assert_eq!(greenlet.join().unwrap(), Some(id));
/// ```
#[must_use]
pub fn current() -> Option<GreenletRef> {
    wait::context::greenlet().map(|control| GreenletRef(ControlRef::share(control)))
}

impl JoinError {
    /// The panic's payload, as from `std::thread::JoinHandle::join`.
    ///
    /// # Panics
    /// If the greenlet was killed.
    #[must_use]
    #[track_caller]
    pub fn into_panic(self) -> Box<dyn Any + Send> {
        match self {
            JoinError::Panicked(payload) => payload,
            JoinError::Killed => panic!("the greenlet was killed, it did not panic"),
        }
    }

    /// Whether the greenlet was killed.
    #[must_use]
    pub fn is_killed(&self) -> bool {
        matches!(self, JoinError::Killed)
    }

    /// Whether the greenlet panicked.
    #[must_use]
    pub fn is_panic(&self) -> bool {
        matches!(self, JoinError::Panicked(_))
    }

    fn text(&self) -> Option<&str> {
        match self {
            JoinError::Killed => None,
            JoinError::Panicked(payload) => panic_text(&**payload),
        }
    }
}

/// What a panic said, if that was a text.
pub(crate) fn panic_text(payload: &(dyn Any + Send)) -> Option<&str> {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.text()) {
            (JoinError::Killed, _) => f.write_str("greenlet was killed"),
            (JoinError::Panicked(_), Some(text)) => write!(f, "greenlet panicked: {text}"),
            (JoinError::Panicked(_), None) => f.write_str("greenlet panicked"),
        }
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JoinError::Killed => f.write_str("Killed"),
            JoinError::Panicked(_) => f.debug_tuple("Panicked").field(&self.text().unwrap_or("..")).finish(),
        }
    }
}

impl Error for JoinError {}

/// Waits until `control` has been released.
pub(crate) fn wait_for(control: &Control, deadline: u64) -> Result<bool, Cancelled> {
    wait_in(Reason::Join, control, deadline)
}

/// As [`wait_for`], told as a wait of another kind.
pub(crate) fn wait_in(reason: Reason, control: &Control, deadline: u64) -> Result<bool, Cancelled> {
    if control.exit.is_released() {
        wait::enter()?;
        return Ok(true);
    }
    wait::park(
        reason,
        control.id.0,
        deadline,
        |announced| control.exit.wait(announced.waker()),
        |wait| control.exit.forget(wait),
    )
}
